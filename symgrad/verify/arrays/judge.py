"""Claims about a graph with arrays, judged one after the other."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import takewhile

from symgrad.derivation.arrays.directions import change, way_of
from symgrad.errors import Diagnostic, Place
from symgrad.expression.arrays import build
from symgrad.expression.arrays.print_text import TextPrinter
from symgrad.expression.arrays.size import UNIT, shape_text
from symgrad.expression.arrays.tree import Array, names_in
from symgrad.expression.progress import counted
from symgrad.expression.tree import Var
from symgrad.graph.arrays import ArrayGraph
from symgrad.sources.arrays.tokens import index_letters
from symgrad.sources.problems import Fault, ShapesDoNotFit
from symgrad.verify.arrays.conditions import asked_for, is_zero
from symgrad.verify.arrays.derivatives import Scope, base_of
from symgrad.verify.arrays.differentials import (
    along,
    changed,
    directions,
    gradients_named,
    is_error,
    linkwise,
    may_be_factor,
    paired,
    spelled,
    with_changes,
    without_spaces,
)
from symgrad.verify.arrays.higher import higher_order
from symgrad.verify.arrays.notations import is_matlab, is_numpy, rewritten
from symgrad.verify.arrays.proving import ArrayOutcome, Decider
from symgrad.verify.arrays.reading import ArrayStatement
from symgrad.verify.arrays.samples import samples_told, speaks_of_samples, without_marks
from symgrad.verify.arrays.scope import NAME, NotTold, spellings
from symgrad.verify.arrays.sides import Reading, Side, SideReader
from symgrad.verify.arrays.sigma import left_open, sums_told
from symgrad.verify.arrays.slips import diagnosed
from symgrad.verify.arrays.stationary import Stationary, input_of, where_zero, without_hat
from symgrad.verify.model import Claim, Diagnosis, Link, NameTarget, Skipped, Status, Verdict

_PRIMED = re.compile(rf"\s*(?P<top>{NAME})['′’](?P<at>\([^()]*\))\s*")
_STACKED = re.compile(rf"\s*vec\(d(?P<of>{NAME})\)\s*")
_CODE = re.compile(r"[\x20-[\]-~∂δ]*$")  # no LaTeX, and no signs that a keyboard lacks
AS_ROW = "written as a row, the layout of the numerator"
_NEW_SQUARE = re.compile(r"\s*([^\W\d_∂∇]+)(?:²|\^2)\s*")
_NEW = re.compile(rf"\s*({NAME})\s*")


class ArrayJudge:
    """Judges the statements of one text in order; names that they define stay in force."""

    def __init__(
        self, graph: ArrayGraph, limit: float, *, explain: bool = True, layout: str = ""
    ) -> None:
        self.graph = graph
        self.limit = limit
        self.explain = explain
        self.reader = SideReader(self.scope_in(layout))
        self.decider = Decider(graph)
        self.convention = ""
        self.codes: dict[str, str] = {}
        self.told: set[int] = set()
        self.rows = False
        self.at_zero = False
        self.zero: Stationary | None = None
        self.printer = TextPrinter(graph.index)
        self.current = ArrayStatement("", Place("", 1, 1, 1, ""))

    def scope_in(self, layout: str) -> Scope:
        """Return the names of the graph, their derivatives in a layout."""
        return Scope(
            self.graph,
            numerator=layout == "numerator",
            denominator=layout == "denominator",
            value_of=self.value_of,
        )

    @property
    def scope(self) -> Scope:
        """The names in force."""
        return self.reader.scope

    @scope.setter
    def scope(self, scope: Scope) -> None:
        self.reader.scope = scope

    def verdicts(self, found: Iterator[ArrayStatement]) -> Iterator[Verdict | Skipped]:
        """Yield a verdict for each statement that speaks of the graph."""
        items = list(found)
        for at, statement in enumerate(counted(items, "claims")):
            if statement.setting is not None:
                kind, value = statement.setting
                if kind == "layout":
                    definitions = dict(self.scope.definitions)
                    self.scope = replace(self.scope_in(value), definitions=definitions)
                else:
                    self.convention = value
                yield self.verdict("condition", statement, f"{kind} {value}")
                continue
            if len(statement.sides) < 2:
                yield Skipped(statement.text, statement.place, "it states no equality")
                continue
            if statement.clause or at in self.told:
                yield self.verdict("definition", statement, f"names `{statement.sides[0]}`")
                continue
            yield from self.with_later_names(items, at)

    def with_later_names(
        self, items: Sequence[ArrayStatement], at: int
    ) -> Iterator[Verdict | Skipped]:
        """Yield the verdicts on a statement, by the names that are told behind it, too.

        A `where` may give a node's name another meaning, for the statement that it belongs to.
        """
        statement = items[at]
        names = dict(self.scope.definitions)
        clauses = [*takewhile(lambda item: item.clause, items[at + 1 :])]
        for clause in reversed(clauses):
            self.tell(clause)
        verdicts = [*self.judged(statement)]
        unread = any(verdict.status == "unreadable" for verdict in verdicts)
        if unread or any(verdict.status == "refuted" for verdict in verdicts):
            later = range(at + 1, len(items) if unread else min(at + 2, len(items)))
            told = [i for i in later if self.tells(items[i], statement)]
            again = [*self.judged(statement)] if told and self.tell(items[told[0]]) else []
            if again and all(verdict.status not in _BAD[: 2 - unread] for verdict in again):
                verdicts = again
                self.told.add(told[0])
                names |= self.scope.definitions
        for word, node in self.graph.variables.items():
            self.scope.definitions.pop(word, node)
            self.scope.definitions |= {word: names[word]} if word in names else {}
        yield from verdicts

    def tells(self, later: ArrayStatement, statement: ArrayStatement) -> bool:
        """Tell whether a later statement defines a name that is used in an earlier one."""
        word = later.sides[0].strip()
        is_name = _NEW.fullmatch(word) or _NEW_SQUARE.fullmatch(word)
        if len(later.sides) != 2 or later.clause or not is_name:
            return False
        used = any(word in side for side in statement.sides)
        return used and self.is_new(*later.sides)

    def tell(self, later: ArrayStatement) -> bool:
        """Put what a later statement defines among the names in force, if that can be read."""
        self.current = later
        try:
            told = self.told_apart(later, Reading())
            if len(told) < 2 or not _NEW.fullmatch(told[0]):
                return False
            sides = tuple(rewritten(side, self.scope) for side in told)
            self.define(sides[0], self.side(sides[1], later, None))
        except (Fault, NotTold, RecursionError):
            return False
        return True

    def define(self, left: str, right: Side) -> None:
        """Give a name its value; of D_i = … it is D that is defined."""
        word = unicodedata.normalize("NFC", left.strip())
        head, _, tail = word.rpartition("_")
        letters = index_letters(tail)
        value = right.value
        if right.letters and head and sorted(letters) == sorted(right.letters):
            word = head
            value = value if letters == right.letters else build.transposed(value)
        self.scope.definitions[word] = value

    def judged(self, statement: ArrayStatement) -> Iterator[Verdict]:
        """Yield the verdict on one statement, and one on every link of it that cannot be read.

        Where the shapes leave open what is meant, a statement is wrong only if every reading is.
        """
        if (solved := self.solved(statement)) is not None:
            yield solved
            return
        is_code = is_numpy(statement.text) or (self.graph.numpy and _CODE.match(statement.text))
        usual = "matlab" if not self.convention and is_matlab(statement.text) else self.convention
        star = _STARS.get("numpy" if is_code else usual, "")
        first = Reading(star=star, numpy=self.graph.numpy or star == "entries")
        names = dict(self.scope.definitions)
        self.reader.met.clear()
        found, unread = self.read_as(first, statement)
        if found.status in _DOUBTFUL:
            for other in first.others(frozenset(self.reader.met)):
                self.scope.definitions.clear()
                self.scope.definitions.update(names)
                again, left = self.read_as(other, statement)
                named = again.status == "definition" and found.status == "refuted"
                if again.status not in _DOUBTFUL and not left and not named:
                    open_sign = self.left_open(first, other)
                    found = self.unclear(statement, open_sign) if open_sign else again
                    unread = left
                    break
        condition = ""
        if found.status == "refuted":
            condition = asked_for(statement, self.scope, behind_zero=self.at_zero)
        if condition:
            follows = self.follows(statement) if self.zero is not None else None
            found = follows or self.verdict("condition", statement, condition)
        if found.status == "refuted" and (zeroed := self.without_zero(statement)) is not None:
            self.set_to_zero(statement)
            yield zeroed
            return
        if found.status == "condition" and is_zero(statement.sides[-1]):
            self.set_to_zero(statement)
        elif not condition:
            self.zero, self.at_zero = None, False
        if len(unread) < len(statement.sides) - 1 or found.status != "proved":
            yield found
        yield from unread

    def set_to_zero(self, statement: ArrayStatement) -> None:
        """Remember the gradient that a statement sets to zero, for what follows from it."""
        left = rewritten(statement.sides[0], self.scope)
        before, self.zero, self.at_zero = self.zero, None, True
        by = input_of(left, self.scope)
        if by:
            with suppress(Fault, NotTold, RecursionError):
                value = self.side(left, statement, None).value
                self.zero = Stationary(value, by, alone=before is None or before.by == by)

    def solved(self, statement: ArrayStatement) -> Verdict | None:
        """Return the verdict on μ̂ = …, behind a gradient by μ that is zero; None on all else."""
        left = statement.sides[0].strip()
        name = without_hat(left)
        if name == left or self.scope.known(left):
            return None
        node, before = self.scope.resolve(name), self.zero
        if before is None and node in self.graph.parameters:
            self.set_to_zero(replace(statement, sides=(f"∂{self.graph.objective}/∂{name}", "0")))
        if self.zero is None or node != self.zero.by:
            self.zero, self.at_zero = before, before is not None
            return None
        found = self.follows(replace(statement, sides=(name, *statement.sides[1:])))
        if found is not None and found.ok:
            self.tell(statement)
        elif before is None:
            self.zero, self.at_zero, found = None, False, None  # optimal in another way
        return found

    def follows(self, statement: ArrayStatement) -> Verdict | None:
        """Return the verdict on an equation behind a gradient that is set to zero, or None.

        It is wrong only if it is by every reading.
        """
        first = Reading()
        self.reader.met.clear()
        found = self.follows_as(first, statement)
        if found is None or not found.ok:
            for other in first.others(frozenset(self.reader.met)):
                again = self.follows_as(other, statement)
                if again is not None and again.ok:
                    return again
        return found

    def follows_as(self, reading: Reading, statement: ArrayStatement) -> Verdict | None:
        """Return the verdict by one reading."""
        if len(statement.sides) != 2 or self.zero is None or is_zero(statement.sides[1]):
            return None
        self.reader.reading = reading
        try:
            texts = [rewritten(side, self.scope) for side in statement.sides]
            left = self.side(texts[0], statement, None)
            right = self.side(texts[1], statement, left)
        except Fault as problem:
            solved = self.scope.resolve(statement.sides[0]) == self.zero.by
            if problem.kind is ShapesDoNotFit and solved:
                return self.misfit(statement, problem, 0)
            return None
        except (NotTold, RecursionError):
            return None
        if left.letters or left.value.shape != right.value.shape:
            return None
        found = where_zero(self.zero, left.value, right.value, self.decider)
        if found is None or found.status == "undecided":
            return None
        message = found.text if found.status == "refuted" else f"where that is zero: {found.text}"
        return self.verdict(_known(found.status), statement, message)

    def without_zero(self, statement: ArrayStatement) -> Verdict | None:
        """Return the verdict on what is set to zero at the end of a chain: ∂f/∂x = Ax − b = 0."""
        *sides, last = statement.sides
        if len(sides) < 2 or not is_zero(last):
            return None
        short = replace(statement, sides=tuple(sides))
        found = [*self.judged(short)]
        return found[0] if len(found) == 1 and found[0].ok else None

    def read_as(self, reading: Reading, statement: ArrayStatement) -> tuple[Verdict, list[Verdict]]:
        """Return the verdict by one reading, and those on links that cannot be read."""
        self.reader.reading = reading
        unread: list[Verdict] = []
        outside = self.scope, self.decider
        try:
            told = self.told_apart(statement, reading)
            self.scope.d_is_factor = reading.change == "product"
            self.reader.met |= {"change"} if may_be_factor(told, self.scope) else set()
            self.reader.met |= {"error"} if is_error(told[0], self.scope) else set()
            sides = spelled(told, self.scope, error=reading.error == "gradient")
            sides = tuple(rewritten(side, self.scope) for side in sides)
            self.codes = dict(zip(sides, statement.sides, strict=True))
            statement = self.current = replace(statement, sides=sides)
            return self._judged(statement, unread), unread
        except (Fault, NotTold, RecursionError) as problem:
            return self.unreadable(statement, problem), unread
        finally:
            self.scope, self.decider = outside
            self.reader.tensor = None

    def told_apart(self, statement: ArrayStatement, reading: Reading) -> tuple[str, ...]:
        """Return the sides of a statement: what a Σ is in them, and that L_i is a sample's part."""
        if any(left_open(side, self.scope) for side in statement.sides):
            self.reader.met.add("sigma")
        swapped = reading.sigma == "swapped"
        square = _NEW_SQUARE.fullmatch(statement.sides[0])
        if square is not None and not self.scope.known(square[1]):
            statement = replace(statement, sides=(f"{square[1]}2", *statement.sides[1:]))
        sides = [sums_told(side, self.scope, swapped=swapped) for side in statement.sides]
        summands = reading.sample == "summand"
        told = tuple(samples_told(side, self.scope, summands=summands) for side in sides)
        self.reader.met |= {"sample"} if any(map(speaks_of_samples, told)) else set()
        return told

    def left_open(self, first: Reading, other: Reading) -> str:
        """Return what the author did not say where only another reading is right, or nothing."""
        if other.star != first.star and not self.graph.numpy:
            return "`*` only scales, and both sides are arrays: `@` or `⊙` says what is meant"
        if other.beside != first.beside and "beside" in self.reader.met:
            return "two vectors stand side by side: `⊙` or `ᵀ` says what is meant"
        return ""

    def unclear(self, statement: ArrayStatement, message: str) -> Verdict:
        """Return the verdict on what is right by one of its readings, and not by the usual one."""
        return self.verdict("unreadable", statement, message, fault=message)

    def unreadable(self, statement: ArrayStatement, problem: BaseException) -> Verdict:
        """Return the verdict on what cannot be read."""
        message = str(problem) or "it cannot be read"
        return self.verdict("unreadable", statement, message, fault=message)

    def value_of(self, text: str) -> tuple[Array, tuple[str, ...]]:
        """Return the value of a piece of the statement that is being judged, and its indices."""
        side = self.side(text, self.current, None)
        return side.value, side.letters

    def _judged(self, statement: ArrayStatement, unread: list[Verdict]) -> Verdict:
        """Return the verdict on a statement; changes of other names are judged link by link.

        In df = eᵀdw = κeᵀA dx the changes of w and of x are not free of one another.
        """
        parts = linkwise(statement, self.scope)
        if len(parts) < 2:
            return self._linked(statement, unread)
        outside, verdicts = (self.scope, self.decider), []
        for number, part in enumerate(parts):
            self.scope, self.decider = outside
            verdict = self._linked(part, unread)
            if verdict.status == "refuted":
                whole = self.verdict("proved", statement, "").claim
                return replace(verdict, claim=whole, link=number + (verdict.link or 0))
            verdicts.append(verdict)
        worst = max(verdicts, key=lambda verdict: _RANK.get(verdict.status, 0))
        return self.verdict(worst.status, statement, worst.message)

    def _linked(self, statement: ArrayStatement, unread: list[Verdict]) -> Verdict:
        statement, first = self.with_differentials(statement)
        left, *rights = statement.sides
        new = _NEW.fullmatch(left)
        if first is not None:
            pass
        elif new is not None and self.is_new(left, rights[0]):
            name = new[1]
            first = self.side(rights[0], statement, None)
            self.define(name, first)
            rights = rights[1:]
            if not rights:
                return self.verdict("definition", statement, f"names `{name}`")
        else:
            first = self.side(left, statement, None)
        texts = [*rights]
        self.rows = False
        worst: tuple[Status, str] = ("proved", "equal for all sizes")
        for number, text in enumerate(texts):
            try:
                right = self.side(text, statement, first)
            except (Fault, NotTold) as problem:
                if isinstance(problem, Fault) and problem.kind is ShapesDoNotFit:
                    return self.misfit(statement, problem, number)
                if len(texts) == 1:
                    raise
                part = replace(statement, text=text, sides=(statement.sides[0], text))
                unread.append(self.unreadable(part, problem))
                continue
            outcome, diagnosis = self.compared(first, right)
            if outcome.status == "refuted":
                message = outcome.text
                if diagnosis is not None and diagnosis.text != outcome.text:
                    message = f"{diagnosis.text} ({outcome.text})"
                return self.verdict("refuted", statement, message, diagnosis=diagnosis, link=number)
            if _RANK[outcome.status] > _RANK[worst[0]]:
                worst = (_status(outcome.status), outcome.text)
        verdict = self.verdict(worst[0], statement, worst[1])
        return replace(verdict, remarks=(AS_ROW,)) if self.rows else verdict

    def with_differentials(self, statement: ArrayStatement) -> tuple[ArrayStatement, Side | None]:
        """Return a statement, and its left side where it speaks of changes: dL = tr(δᵀ dz).

        Where nothing on the right can change what stands on the left, `dW` is short for ∂J/∂W.
        """
        left = statement.sides[0]
        tensor = self.of_higher_order(left)
        if tensor is not None:
            return statement, tensor
        way = along(left, self.scope)
        ways = {way[1]: way[2]} if way else directions(statement.sides, self.scope)
        of = way[0] if way else changed(left)
        if of is None and self.add_stacked(left, ways):
            return statement, None
        pair = paired(left, self.scope)
        if of is None and pair is not None:
            inner = self.side(pair[0], statement, None).value
            self.add_directions({"": build.name(pair[1], inner.shape)})
            return statement, None
        if of is None:
            primed = _PRIMED.fullmatch(left)
            if primed is None or self.scope.resolve(primed["top"]) is None:
                return self.as_gradients(statement), None
            side = self.side(f"∇{primed['top']}{primed['at']}", statement, None)
            return statement, replace(side, either=True)
        tree, letters = self.value_of(of)
        node = self.scope.resolve(of) if way is None else None
        is_input = node is not None and self.graph.index[node].formula is None
        if is_input or (way is None and not self.moves(tree, ways)):
            return self.as_gradients(statement), None
        if letters:
            return statement, None
        arrays = {node: way_of(self.graph, node, word) for node, word in ways.items()}
        self.add_directions(arrays)
        value = self.reader.plain(change(self.graph, tree, arrays))
        return without_spaces(statement, ways), Side(left, value, derived=True)

    def add_stacked(self, left: str, ways: Mapping[str, str]) -> bool:
        """Put the change of E among the names in force where a left side is vec(dE)."""
        found = _STACKED.fullmatch(left)
        node = self.scope.resolve(found["of"]) if found is not None else None
        if found is None or node is None or not self.moves(self.graph.variables[node], ways):
            return False
        arrays = {name: way_of(self.graph, name, word) for name, word in ways.items()}
        self.add_directions(arrays)
        value = self.reader.plain(change(self.graph, self.graph.variables[node], arrays))
        words = dict.fromkeys(spellings(f"d{found['of']}"), value)
        self.scope = replace(self.scope, definitions={**self.scope.definitions, **words})
        return True

    def add_directions(self, arrays: Mapping[str, Array]) -> None:
        """Put directions among the names in force, each as free as its shape allows."""
        words = {plain: a for a in arrays.values() for plain in spellings(a.text)}
        self.scope = replace(self.scope, definitions={**self.scope.definitions, **words})
        self.decider = Decider(with_changes(self.graph, arrays))

    def of_higher_order(self, left: str) -> Side | None:
        """Return a side with three axes or more as its product with a direction, or None."""
        found = higher_order(left, self.scope)
        if found is None:
            return None
        words = dict.fromkeys(spellings(found.way.text), found.way)
        self.scope = replace(self.scope, definitions={**self.scope.definitions, **words})
        self.decider = Decider(with_changes(self.graph, {found.below: found.way}))
        if found.letters:
            self.reader.tensor = found.letters, found.way.text
        return found.side

    def moves(self, tree: Array, ways: Mapping[str, str]) -> bool:
        """Tell whether an expression depends on a node of which a change is named."""
        names = set(names_in(tree))
        for node in reversed(self.graph.ordered):
            if node.name in names and node.formula is not None and node.name not in ways:
                names.update(node.formula.operands)
        return bool(names & ways.keys())

    def as_gradients(self, statement: ArrayStatement) -> ArrayStatement:
        """Return a statement with ∂J/∂W for every dW, where J is a number."""
        if self.graph.shape_of[self.graph.objective]:
            return statement
        sides = tuple(gradients_named(side, self.scope) for side in statement.sides)
        for before, after in zip(statement.sides, sides, strict=True):
            self.codes.setdefault(after, gradients_named(self.codes.get(before, ""), self.scope))
        return replace(statement, sides=sides)

    def is_new(self, left: str, right: str) -> bool:
        """Tell whether a left side is a name that nothing defines: no node, and no entry of one.

        A sensitivity that the author says to be a derivative is the author's own, not ours.
        """
        word = self.scope.marked(left).strip()
        own = any(plain in self.scope.definitions for plain in spellings(word))
        if not own and self.scope.resolve(word) is None and right.lstrip().startswith(("∂", "∇")):
            return self.scope.sensitivity(word) is not None or not self.scope.known(word)
        if self.at_zero and any(
            self.reader.splits(word[:cut]) and self.reader.splits(word[cut:])
            for cut in range(1, len(word))
        ):
            return False  # Ax = b, behind ∇f = 0
        base = base_of(self.scope, word)
        head = word.partition("_")[0]
        is_entry = base != word or self.scope.known(head) or self.scope.known(head.upper())
        return not self.scope.known(word) and not ("_" in word and is_entry)

    def side(self, text: str, statement: ArrayStatement, like: Side | None) -> Side:
        """Return the value of one side; of an index formula in the order of the other side's."""
        return self.reader.side(text, statement.place, like, self.codes.get(text, ""))

    def compared(self, left: Side, right: Side) -> tuple[ArrayOutcome, Diagnosis | None]:
        """Return what is known of an equality, and what is wrong with it."""
        yours, mine = right.value, left.value
        as_row = left.derived and len(mine.shape) == 1
        if (left.either or as_row) and yours.shape == build.transposed(mine).shape:
            mine = build.transposed(mine)
            self.rows = self.rows or as_row
        if yours.shape != mine.shape:
            if yours.shape:
                return self.shapes_differ(left, right)
            # A number on the right of an array is that in every entry: `1/n` for ones over n.
            filled = build.filled(yours, mine.shape)
            outcome = self.decider.decide(filled, mine, self.limit, kinks=left.derived)
            return (
                self.shapes_differ(left, right) if outcome.status == "refuted" else (outcome, None)
            )
        outcome = self.decider.decide(yours, mine, self.limit, kinks=left.derived)
        if outcome.status != "refuted" or not self.explain:
            return outcome, None
        return outcome, diagnosed(self.decider, yours, mine, outcome, self.printer)

    def shapes_differ(self, left: Side, right: Side) -> tuple[ArrayOutcome, Diagnosis | None]:
        """Return the refutation of a claim whose sides have different shapes."""
        yours, mine = right.value, left.value
        text = f"the left side is {_said(mine)}, the right side {_said(yours)}"
        turned = build.transposed(yours)
        kind = "shape"
        correction = self.printer.expression(self.decider.shortest(mine))
        if turned.shape == mine.shape:
            kind = "transposed"
            text += "; its transpose would fit"
        diagnosis = Diagnosis(kind, text, correction)
        return ArrayOutcome("refuted", text), diagnosis

    def misfit(self, statement: ArrayStatement, problem: Fault, link: int) -> Verdict:
        """Return the refutation of a right side whose own shapes do not fit."""
        message = problem.diagnostic.message
        hint = problem.diagnostic.help
        kind = "transposed" if "would fit" in hint and "ᵀ" in hint else "shape"
        if "`*`" in message:
            kind = "hadamard_for_product"
        text = f"{message}; {hint}" if hint else message
        return self.verdict("refuted", statement, text, diagnosis=Diagnosis(kind, text), link=link)

    def verdict(
        self,
        status: Status,
        statement: ArrayStatement,
        message: str,
        *,
        diagnosis: Diagnosis | None = None,
        link: int | None = None,
        fault: str = "",
    ) -> Verdict:
        """Return a verdict in the form of all verdicts."""
        sides = tuple(map(without_marks, statement.sides or (statement.text,)))
        message, fault = without_marks(message), without_marks(fault)
        if diagnosis is not None:
            diagnosis = replace(
                diagnosis,
                text=without_marks(diagnosis.text),
                correction=without_marks(diagnosis.correction),
            )
        links = tuple(Link(Var(text), text, "=", statement.place) for text in sides[1:])
        claim = Claim(
            statement.text,
            statement.place,
            NameTarget(sides[0]),
            links,
            fault=Diagnostic(fault, statement.place) if fault else None,
            condition=message if status == "condition" else "",
        )
        return Verdict(status, claim, message, diagnosis, None, link, statement.place)


_BAD = ("unreadable", "refuted")
_DOUBTFUL = frozenset(("refuted", "unreadable", "undecided"))
_STARS = {"numpy": "entries", "matlab": "matrix"}
_RANK = {"proved": 0, "agrees": 1, "undecided": 2}


def _status(text: str) -> Status:
    return "agrees" if text == "agrees" else "undecided"


def _known(text: str) -> Status:
    return "proved" if text == "proved" else "refuted" if text == "refuted" else "agrees"


def _said(x: Array) -> str:
    if len(x.shape) == 2 and x.shape[0] == UNIT:
        return f"a row of {x.shape[1]}"
    return shape_text(x.shape)
