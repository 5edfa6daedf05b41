"""The numbers of a report, step by step: what the page puts in when the slider moves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

from symgrad.derivation.analysis import operands_by_node
from symgrad.derivation.derivation import Derivation
from symgrad.errors import SymgradError
from symgrad.expression.evaluate import OutsideDomain
from symgrad.expression.rationals import NotRational
from symgrad.expression.tree import Mul, Var
from symgrad.render.html_rows import Quantity
from symgrad.render.picture import value_text
from symgrad.render.trace_text import TITLES, latex_notation, sections
from symgrad.trace.lines import WorkedLine
from symgrad.trace.numbers import Arithmetic, Real
from symgrad.trace.print import Style, line_pieces, number_text, unicode_notation
from symgrad.trace.run import run_emitted
from symgrad.trace.step import local_value
from symgrad.trace.trace import Plan, Step, Trace, run_plan

DIGITS = 6
MAX_STEPS = 100
MAX_WORK = 60_000  # operands of local derivatives, over all worked steps
MAX_LINES = 200  # of one section of a worked step
MAX_CURVE = 5_000
CONTINUED = 40  # a shorter run is continued to so many steps, for the curve alone
_PRECISION = 110
_PRODUCT = Mul((Var(0), Var(1)))


def worked_trace(plan: Plan) -> tuple[Trace | None, str]:
    """Return the first steps of a plan worked in full, or None and the reason why there are none.

    Where a later step has no value the steps before it are returned, with the reason.
    """
    count = worked_count(plan)
    reason = ""
    while count:
        done: list[int] = []
        try:
            return run_plan(_cut(plan, count), digits=DIGITS, on_step=done.append), reason
        except SymgradError as error:
            fault = error.diagnostics[0]
            reason = reason or "; ".join(filter(None, (fault.message, fault.help)))
            count = min(done[-1] if done else 0, count - 1)
    return None, reason


def worked_count(plan: Plan) -> int:
    """Return how many steps of a plan are worked in full: fewer of a large graph."""
    # Each local derivative of a node may be written in all operands of the node.
    fans = map(len, operands_by_node(plan.derivation.graph).values())
    work = sum(max(1, fan * fan) for fan in fans)
    return min(plan.count, MAX_STEPS, max(1, MAX_WORK // max(1, work)))


def _cut(plan: Plan, count: int) -> Plan:
    return replace(plan, count=count)


def objectives(plan: Plan, trace: Trace) -> tuple[list[float], int]:
    """Return the objective at every step for the curve, and how many of them the plan asks for.

    The worked steps come first; the others come from the emitted code, as far as it has a value.
    """
    found = objective_values(trace)
    worked = len(found)
    if worked < worked_count(plan):
        return found, worked
    whole = min(plan.count, MAX_CURVE)
    wanted = max(whole, CONTINUED)
    # Extended value by value: where the run leaves the domain, what came before is kept.
    with suppress(SymgradError, ArithmeticError, ValueError):
        found.extend(
            row.objective for row in run_emitted(_cut(plan, wanted)) if row.number > worked
        )
    return found, min(whole, len(found))


def objective_values(trace: Trace) -> list[float]:
    """Return the objective at every worked step."""
    goal = trace.derivation.graph.objective
    return [float(dict(step.exact_values)[goal]) for step in trace.steps]


@dataclass
class StepReader:
    """Reads the numbers of one step, those of edges and paths included."""

    derivation: Derivation
    step: Step
    arithmetic: Arithmetic = field(default_factory=lambda: Arithmetic(_PRECISION))

    def __post_init__(self) -> None:
        self.values: Mapping[str, Real] = dict(self.step.exact_values)
        self.adjoints: Mapping[str, Real] = dict(self.step.exact_adjoints)
        self.known: dict[Quantity, Real] = {
            ("value", name): value for name, value in self.step.exact_values
        }
        self.known |= {("gradient", name): value for name, value in self.step.exact_gradients}
        self.known |= {
            ("sensitivity", name): value for name, value in self.step.exact_sensitivities
        }
        for line in self.step.work:
            if line.section == "merge" and not line.is_part:
                top, bottom = line.left[0]
                self.known["merge", top, bottom] = line.value

    def number(self, quantity: Quantity) -> Real | None:
        """Return the number of a quantity, or None where it has no real value."""
        if quantity not in self.known:
            try:
                self.known[quantity] = self.computed(quantity)
            except (OutsideDomain, NotRational, SymgradError, ArithmeticError):
                return None
        return self.known[quantity]

    def computed(self, quantity: Quantity) -> Real:
        """Return the value of a local derivative, or of the product along a path."""
        kind, *names = quantity
        if kind == "edge":
            return self.edge(names[0], names[1])
        product: Real | None = None
        for top, bottom in pairwise(names):
            factor = self.edge(top, bottom)
            if product is not None:
                factor = self.arithmetic.value(_PRODUCT, {0: product, 1: factor})
            product = factor
        return self.adjoints[names[0]] if product is None else product

    def edge(self, top: str, bottom: str) -> Real:
        """Return the value of a local derivative, computed once."""
        key = ("edge", top, bottom)
        if key not in self.known:
            edge = (top, bottom)
            self.known[key] = local_value(self.derivation, edge, self.values, self.arithmetic)
        return self.known[key]


class StepWriter:
    """Writes the steps of a trace as plain data for the page."""

    def __init__(
        self, trace: Trace, numbers: Sequence[Quantity], tiles: Iterable[tuple[str, bool]]
    ) -> None:
        self.derivation = trace.derivation
        self.numbers = numbers
        self.tiles = tuple(tiles)  # name, and whether its adjoint is shown
        self.latex = latex_notation(trace)
        self.plain = unicode_notation(
            [n.name for n in trace.graph.nodes]
            + [s.name for s in trace.derivation.sensitivity_list]
        )
        self.style = Style(DIGITS)

    def step(self, step: Step, *, work: bool = True) -> dict[str, Any]:
        """Return one step: given data, numbers of the rows and of the tiles, the `work` lines."""
        found = StepReader(self.derivation, step)
        return {
            "given": self.given(step),
            "numbers": [self.shown(found.number(quantity)) for quantity in self.numbers],
            "tiles": self.tile_numbers(step),
            "work": [
                [TITLES[key], [[self.label(line), self.line(line)] for line in lines[:MAX_LINES]]]
                for key, lines in (sections(step.work) if work else ())
            ],
            "notes": [*step.notes, *_left_out(step)],
        }

    def tile_numbers(self, step: Step) -> list[list[str]]:
        """Return value and adjoint of every tile, as `draw` writes them."""
        values, adjoints = dict(step.exact_values), dict(step.exact_adjoints)
        return [
            [value_text(values.get(name)), value_text(adjoints.get(name)) if active else ""]
            for name, active in self.tiles
        ]

    def given(self, step: Step) -> str:
        """Return the data of a step as text."""
        values = dict(step.exact_values)
        names = dict.fromkeys((*self.derivation.graph.data, *(name for name, _ in step.sample)))
        return ", ".join(
            f"{self.plain.symbols.name(name)} {self.shown(values[name])}" for name in names
        )

    def shown(self, value: Real | None) -> str:
        """Return a number with the sign of equality before it, or nothing."""
        if value is None:
            return ""
        sign = self.plain.equal if self.style.is_exact(value) else self.plain.about
        return f"{sign.strip()} {number_text(value, self.style, self.plain)}"

    def line(self, line: WorkedLine) -> str:
        """Return a worked line as LaTeX."""
        return "".join(line_pieces(line, self.latex, self.style))

    def label(self, line: WorkedLine) -> str:
        """Return what stands before a part of a line: through h, or data part."""
        return line.labelled(self.plain.symbols.name)


def _left_out(step: Step) -> list[str]:
    left = sum(max(0, len(lines) - MAX_LINES) for _, lines in sections(step.work))
    return [f"{left:,} more lines: symgrad trace prints all of them"] if left else []
