"""Claims about a graph with arrays, judged one after the other."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import takewhile

from symgrad.expression.arrays import build
from symgrad.expression.arrays.size import UNIT, shape_text
from symgrad.expression.arrays.tree import Array
from symgrad.expression.progress import counted
from symgrad.sources.problems import Fault, ShapesDoNotFit
from symgrad.verify.arrays.changes import Changes
from symgrad.verify.arrays.conditions import asked_for, is_zero
from symgrad.verify.arrays.differentials import (
    is_error,
    linkwise,
    may_be_factor,
    spelled,
)
from symgrad.verify.arrays.norms import has_spectral, has_weight, norms_told
from symgrad.verify.arrays.notations import is_matlab, is_numpy, own_name, rewritten
from symgrad.verify.arrays.proving import ArrayOutcome
from symgrad.verify.arrays.reading import ArrayStatement
from symgrad.verify.arrays.scope import NotTold
from symgrad.verify.arrays.sides import Reading, Side
from symgrad.verify.arrays.slips import diagnosed
from symgrad.verify.arrays.telling import NEW_NAME, NEW_SQUARE
from symgrad.verify.model import Diagnosis, Skipped, Status, Verdict

_CODE = re.compile(r"[\x20-[\]-~∂δ]*$")  # no LaTeX, and no signs that a keyboard lacks
AS_ROW = "written as a row, the layout of the numerator"
_FROBENIUS = "the norm of a matrix with index 2 read as the Frobenius norm"


class ArrayJudge(Changes):
    """Judges the statements of one text in order; names that they define stay in force."""

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
            if statement.held:
                yield Skipped(statement.text, statement.place, "it is held under a condition")
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
        before = self.zero, self.at_zero
        verdicts = [*self.judged(statement)]
        unread = any(verdict.status == "unreadable" for verdict in verdicts)
        if unread or any(verdict.status == "refuted" for verdict in verdicts):
            later = range(at + 1, len(items) if unread else min(at + 2, len(items)))
            told = [i for i in later if self.tells(items[i], statement)]
            after = self.zero, self.at_zero
            self.zero, self.at_zero = before if told else after
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
        is_name = NEW_NAME.fullmatch(word) or NEW_SQUARE.fullmatch(word)
        if len(later.sides) != 2 or later.clause or not is_name:
            return False
        used = any(word in side for side in statement.sides)
        return used and self.is_new(*later.sides)

    def judged(self, statement: ArrayStatement) -> Iterator[Verdict]:
        """Yield the verdict on one statement, and one on every link of it that cannot be read.

        Where the shapes leave open what is meant, a statement is wrong only if every reading is.
        """
        if (solved := self.solved(statement)) is not None:
            yield solved
            return
        found, unread = self.by_readings(statement)
        condition = ""
        if found.status == "refuted":
            condition = asked_for(statement, self.scope, behind_zero=self.at_zero)
        change = found.status == "definition" and statement.sides[0].startswith("Δ")
        if (change or found.status in _BAD) and (step := self.step(statement)) is not None:
            found, condition = step, ""
        if condition:
            follows = self.follows(statement) if self.zero is not None else None
            found = follows or self.verdict("condition", statement, condition)
        open_ = found.status in {"refuted", "definition"}
        if open_ and (optimal := self.optimal(statement)) is not None:
            found = optimal
        if found.status == "refuted" and (own := own_name(statement.sides[0], self.scope)):
            found = self.unclear(statement, own)
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

    def by_readings(self, statement: ArrayStatement) -> tuple[Verdict, list[Verdict]]:
        """Return the verdict by the first reading by which it is right, else by the usual one."""
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
        return found, unread

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
            self.reader.met |= {"weight" for side in told if has_weight(side, self.scope)}
            self.reader.met |= {"spectral" for side in told if has_spectral(side, self.scope)}
            inverse = reading.weight == "inverse"
            told = tuple(norms_told(side, self.scope, inverse=inverse) for side in told)
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
            self.reader.paired = None

    def left_open(self, first: Reading, other: Reading) -> str:
        """Return what the author did not say where only another reading is right, or nothing."""
        if other.star != first.star and not self.graph.numpy:
            return "`*` only scales, and both sides are arrays: `@` or `⊙` says what is meant"
        if other.beside != first.beside and "beside" in self.reader.met:
            return "two vectors stand side by side: `⊙` or `ᵀ` says what is meant"
        return ""

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
        new = NEW_NAME.fullmatch(left)
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
        remarks: tuple[str, ...] = (AS_ROW,) if self.rows else ()
        remarks += (_FROBENIUS,) if "spectral" in self.reader.met else ()
        return replace(verdict, remarks=remarks)

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


_BAD = ("unreadable", "refuted")


_DOUBTFUL = frozenset(("refuted", "unreadable", "undecided"))


_STARS = {"numpy": "entries", "matlab": "matrix"}


_RANK = {"proved": 0, "agrees": 1, "undecided": 2}


def _status(text: str) -> Status:
    return "agrees" if text == "agrees" else "undecided"


def _said(x: Array) -> str:
    if len(x.shape) == 2 and x.shape[0] == UNIT:
        return f"a row of {x.shape[1]}"
    return shape_text(x.shape)
