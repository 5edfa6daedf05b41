"""What is in force at a place of a text: values, conditions, steps, numbers printed before."""

from __future__ import annotations

import copy
import re
from fractions import Fraction

from symgrad.errors import close_to
from symgrad.expression.tree import Compare, Logic
from symgrad.sources.facts import read_facts
from symgrad.sources.lists import read_value
from symgrad.sources.problems import Fault, Origin, UnknownNameInSource
from symgrad.verify.model import Link
from symgrad.verify.reading.scope import Scope
from symgrad.verify.truth import MissingValue, Point, Truth

MAX_STEP = 2_000
_STEP = re.compile(r"step\s+(\d{1,9})")
_ULPS = 3
_COARSEST = Fraction(1, 100)  # a number of fewer digits is close to too many others


class State:
    """The values in force, and how the author's text has changed them so far.

    `pending` says that the author has stated updated parameters, but nothing of the next step yet.
    """

    def __init__(self, truth: Truth, scope: Scope) -> None:
        self.truth, self.scope = truth, scope
        graph = truth.graph
        self.values: dict[str, Fraction] = {
            node.name: node.default for node in graph.nodes if node.default is not None
        }
        if graph.steps:
            self.values.update(graph.steps[0])
        self.rate: Fraction | None = graph.rate[1] if graph.rate else None
        if graph.rate and graph.rate[0] not in graph.index:
            self.values[graph.rate[0]] = graph.rate[1]
        self.stated = False
        self.pending = False
        self.assumptions: list[Compare | Logic] = []
        self.printed: dict[str, Fraction] = {}
        self.printed_next: dict[str, Fraction] = {}
        self.arithmetic: list[tuple[Link, Link]] = []  # and the number that it is said to give
        self.stated_links: set[tuple[str, str]] = set()
        self._after: tuple[Point, Point] | None = None
        self.step = 0

    def snapshot(self) -> State:
        """Return what is in force now, apart from what comes later."""
        found = copy.copy(self)
        found.values = dict(self.values)
        found.assumptions = list(self.assumptions)
        found.printed = dict(self.printed)
        found.arithmetic = list(self.arithmetic)
        found.printed_next = dict(self.printed_next)
        return found

    @property
    def point(self) -> Point:
        """The values in force."""
        return tuple(self.values.items())

    def after(self) -> Point:
        """Return the values behind one more step of gradient descent, () where there are none."""
        if self.rate is None:
            return ()
        point = self.point
        if self._after is None or self._after[0] != point:
            try:
                moved = self.truth.after_step(point, self.rate)
            except (MissingValue, ArithmeticError):
                moved = ()
            self._after = (point, moved)
        return self._after[1]

    # -- statements of values ------------------------------------------------------------------

    def assign(self, name: str, value: Fraction) -> None:
        """Take note of a value that the author gives to an input or to the rate."""
        if self.pending and name not in self.truth.graph.parameters and name != self.scope.rate:
            self.commit()
        if self.values.get(name) != value:
            self.printed = {k: v for k, v in self.printed.items() if k in self.values}
        self.values[name] = value
        if name == self.scope.rate:
            self.rate = value
        self.stated = True

    def commit(self) -> None:
        """Go on to the parameters behind the step that the author has worked out."""
        moved = self.after()
        if moved:
            self.values = dict(moved)
        self.printed = dict(self.printed_next)
        self.pending = False
        self.stated = True
        self.step += 1

    def is_update(self, name: str, value: Fraction, unit: Fraction) -> bool:
        """Tell whether a value given to a parameter is the one behind the step, as printed."""
        if name not in self.truth.graph.parameters or self.values.get(name) == value:
            return False
        if self.pending and self.printed_next.get(name) == value:
            return True
        moved = dict(self.after()).get(name)
        if moved is None or moved == self.values.get(name):
            return False
        return moved == value or (unit <= _COARSEST and abs(moved - value) <= _ULPS * unit)

    # -- directives ----------------------------------------------------------------------------

    def directive(self, text: str, origin: Origin) -> None:
        """Follow `at a = 1, x = 2`, `at step 2` or `assume a > 0`.

        Raises:
            Fault: if it cannot be read or followed.
        """
        word = text.split(None, 1)[0]
        rest = text[len(word) :].rstrip(" \t:.")
        here = origin.at(text, len(word))
        if word == "assume":
            self.assume(rest, here)
            return
        if not rest.strip():
            place = origin.place(text, 0, 2)
            raise Fault("`at` what?", place, "as in `at x = 2, y = 1`")
        start = 0
        found: list[tuple[str, Fraction]] = []
        for part in re.split(r"([,;])", rest):
            if part not in (",", ";") and part.strip():
                if step := _STEP.fullmatch(part.strip()):
                    self.go_to(int(step[1]), here, rest)
                else:
                    found.append(self.value_of(part, here.at(rest, start)))
            start += len(part)
        for name, value in found:
            self.pending = False
            self.assign(name, value)

    def value_of(self, part: str, origin: Origin) -> tuple[str, Fraction]:
        """Read one `name = value`."""
        left, equals, right = part.partition("=")
        name = self.scope.name(left.strip())
        at = len(left) - len(left.lstrip())
        place = origin.place(part, at, max(at + 1, len(left.rstrip())))
        graph = self.truth.graph
        if not equals:
            raise Fault("`at` takes values", place, "as in `at x = 2` or `at step 2`")
        if name is None or (name not in graph.index and name != self.scope.rate):
            hint = close_to(left.strip(), graph.index)
            message = f"unknown name `{left.strip()}`"
            raise Fault(message, place, hint, kind=UnknownNameInSource)
        return name, read_value(right, origin.at(part, len(left) + 1))

    def go_to(self, step: int, origin: Origin, text: str) -> None:
        """Set the values of a step of the graph: its data, and the parameters it starts from."""
        graph = self.truth.graph
        place = origin.place(text, 0, len(text))
        if not 1 <= step <= min(len(graph.steps), MAX_STEP):
            count = len(graph.steps)
            has = "1 step" if count == 1 else f"{count} steps" if count else "no steps"
            hint = "add `step x = 2, y = 1` to the graph"
            raise Fault(f"there is no step {step}: the graph has {has}", place, hint)
        if step > 1 and self.rate is None:
            hint = "add `rate η = 0.1` to the graph"
            raise Fault("the graph has no rate", place, hint)
        values = {
            node.name: self.values.get(node.name) if node.kind == "const" else node.default
            for node in graph.nodes
        }
        self.values = {name: value for name, value in values.items() if value is not None}
        if self.scope.rate is not None and self.rate is not None:
            self.values[self.scope.rate] = self.rate
        for index, row in enumerate(graph.steps[:step]):
            if index:
                moved = self.after()
                if not moved:
                    message = f"step {index} cannot be worked out: a value is missing"
                    raise Fault(message, place)
                self.values = dict(moved)
            self.values.update(row)
        self.stated = True
        self.pending = False
        self.step = step - 1
        self.printed = {k: v for k, v in self.printed_next.items() if k in graph.index}

    def assume(self, text: str, origin: Origin) -> None:
        """Read `assume S > 0` or `assume NAME = EXPR`."""

        def unknown(word: str, place: object) -> None:
            del place
            hint = close_to(word, self.scope.known())
            start = max(text.find(word), 0)
            at = origin.place(text, start, start + len(word))
            raise Fault(f"unknown name `{word}`", at, hint, kind=UnknownNameInSource)

        names = {name: name for name in self.scope.known()}
        facts = read_facts(text, origin, self.scope.resolve, names=names, unknown=unknown)
        self.assumptions += [fact.condition for fact in facts]
