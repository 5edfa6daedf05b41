"""Losses found where they arise, and mended there: statements rewritten one by one.

From each result that loses digits the pass walks back to the statements that lose them: a statement
is at fault where it loses digits though its operands are right. There forms of the same value are
tried. One is kept only where it measures better, where no result is worse at any point, and where
it still pays at the end, all others being there.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import NamedTuple

from symgrad.accuracy.compared import Wide
from symgrad.accuracy.doubles import Column, Doubles
from symgrad.accuracy.measure import LOST, Bench, run
from symgrad.accuracy.outline import outlined
from symgrad.accuracy.regimes import OPERATION, Scored, choices, fitted
from symgrad.accuracy.shaken import shakes
from symgrad.expression.progress import tell
from symgrad.expression.tree import (
    Add,
    Call,
    Compare,
    Expression,
    Mul,
    Neg,
    Number,
    Var,
    children,
    formula_of,
    size_of,
    walk,
    with_children,
)
from symgrad.program.normal import effort_of, normal
from symgrad.program.series import Local
from symgrad.program.statements import Statement

TOLERATED = 6.0  # bits of 53 that a name may lose before something is tried
WORSE = 3.0  # by how many bits more a result may lose at a point than as written
UNIT = 1.0  # bits that the nearest double, rounded once more, may lose
SLIGHT = 4.0  # bits that may be lost whatever was lost before
PAYS = 4.0  # bits that a change must win over all points
LOCAL = 4  # operations that a function of one argument is counted as, beside its call
UNFOLDED = 30.0  # bits that a form must win which looks into the names of a statement
FITTED = 40.0  # bits that a form must win for each border that is fitted to the points
ENOUGH = 12.0  # bits over all points at which no other form is looked for
WORK = 250  # forms that are measured for one program
AGAIN = 60  # forms that are measured where what was found has turned out to be worse
COSTED = 4  # programs that are written whole to see what a change costs them
LONGER = 3  # operations by which a form may be longer that wins what the inputs lose too
OBJECTIVE = 3.0  # how much more a bit of the objective counts than one of a derivative
LONG = 60  # parts of a formula that is looked at
SPOILT = 15.0  # bits from which on a value is of no use, a little more or less lost
MOST_WEIGHED = 12  # points at which it is worked out whether the inputs alone lose as much
OUTWEIGHED = 1.0  # of what is won at usual sizes, what may be lost at absurd ones
OTHERS = 4  # other forms that are tried where one harms
BASES = 2  # forms that harm themselves, and may be chosen where they do not
DULL = 8.0  # bits from which on it is chance if a little more is lost
HOPELESS = 45.0  # bits from which on a value tells nothing
NOISE = 2.0  # bits by which what half an ulp in the inputs loses may be more than was seen
LIGHT = 0.1  # how much is counted of what half an ulp in the inputs loses too
RARE = 0.02  # how much is counted, of a form no shorter, of what it wins at absurd sizes

PLAIN = (Number, Var, Add, Neg, Mul)
Cost = Callable[[Sequence[Statement]], int]
Generator = Callable[[str, Sequence[Statement], "Mender"], Iterable[Expression]]


class _Form(NamedTuple):
    """A form of a statement: what it loses over all points, its operations, worse anywhere?

    One operation more has to win something over all points.
    """

    e: Expression
    lost: float
    operations: int
    worse: bool

    @property
    def price(self) -> float:
        """What it loses, and what it costs in bits."""
        return self.lost + OPERATION * self.operations

    def before(self, other: _Form) -> bool:
        """Tell whether this form is the better one of two."""
        return self.price < other.price


def _rank(form: _Form) -> tuple[float, int]:
    return form.lost, form.operations


class Mender:
    """The statements of a program, how they measure, and what has been changed in them."""

    def __init__(
        self,
        bench: Bench,
        statements: Sequence[Statement],
        generators: Sequence[Generator],
        wide: Wide,
    ) -> None:
        self.bench = bench
        self.wide = wide
        self.original = tuple(statements)
        self.current = list(statements)
        self.place = {s.name: i for i, s in enumerate(statements)}
        self.generators = generators
        self.options: dict[str, list[_Form]] = {}
        self.harmful: dict[str, list[_Form]] = {}  # better as a whole, worse at a point
        self.changes: dict[str, Expression] = {}
        self._chosen: dict[Expression, Expression] = {}  # choices of a form and as written
        self.parts: dict[Expression, Expression] = {}  # of formulas, and what has mended them
        self._tried: set[str] = set()
        self._measured = 0  # points
        self._before: dict[str, list[float]] = {name: [] for name in bench.truths}
        self._shaken: dict[str, list[float]] = {name: [] for name in bench.truths}
        self._nowhere: dict[str, list[bool]] = {name: [] for name in bench.truths}
        self.measure()
        self.work = WORK
        # Operations by which a form may be longer than what it is for.
        self.longest: float = math.inf

    def measure(self) -> None:
        """Measure everything at the points of the bench, as written at those added since."""
        bench = self.bench
        self.columns = bench.run(self.current)
        first, size = self._measured, bench.count - self._measured
        truths = {name: truth.since(first) for name, truth in bench.truths.items()}
        inputs: dict[str, Column] = {name: truths[name].near for name in bench.inputs}
        written = run(self.original, inputs, size)
        shaken = shakes(self.original, inputs, size, first)
        for name, truth in truths.items():
            lost = truth.losses(written[name])
            rows = zip(lost, *(truth.losses(c[name]) for c in shaken), strict=True)
            self._before[name] += lost
            ends = zip(truth.near, written[name], strict=True)
            self._nowhere[name] += [math.isinf(near) and math.isnan(x) for near, x in ends]
            self._shaken[name] += map(max, rows)
        self._measured = bench.count
        bench.condition(self.original, self._before)
        self.ideal = {name: bench.truths[name].near for name in bench.truths}
        self._losses: dict[str, list[float]] = {}
        if first:
            self._measure_again()

    def losses(self, name: str) -> list[float]:
        """Return the bits that a name loses at each point as things stand."""
        found = self._losses.get(name)
        if found is None:
            found = self._losses[name] = self.bench.truths[name].losses(self.columns[name])
        return found

    def total(self, name: str) -> float:
        """Return what a name loses over all points as things stand."""
        return total(self.losses(name), self.bench.slack[name], self.weights(name))

    def weights(self, name: str) -> Sequence[float]:
        """Return what each point counts for a name; far out nothing is won by sums and products."""
        if all(isinstance(p, PLAIN) for p in walk(self.original[self.place[name]].formula.pattern)):
            return [float(usual) for usual in self.bench.usual]
        return self.bench.weights

    def _total(self, name: str, columns: Mapping[str, Column]) -> float:
        losses = self.bench.truths[name].losses(columns[name])
        return total(losses, self.bench.slack[name], self.weights(name))

    def mend(self) -> None:
        """Try to mend every result, one after the other."""
        for result in self.bench.results:
            self._fix(result, set())
        inputs, longest, self.longest = {*self.bench.inputs}, self.longest, LONGER
        for s in self.original:  # what is made of inputs alone, as if they were exact
            if {*s.formula.operands} <= inputs and max(self.losses(s.name)) > TOLERATED:
                self._try(s.name)
        self.longest = longest

    def retry(self, names: Iterable[str]) -> None:
        """Look once more for forms of statements whose forms were worse at points added since."""
        self._tried.difference_update(names)
        self.work = max(self.work, AGAIN)
        for name in names:
            self._try(name)

    def _fix(self, name: str, visited: set[str]) -> None:
        if name in visited or name not in self.place:
            return
        visited.add(name)
        bad = self._bad(name)
        if not bad or (name in self.changes and self.total(name) < ENOUGH):
            return
        for operand in self.current[self.place[name]].formula.operands:
            self._fix(operand, visited)
        bad = self._bad(name)
        if bad and self._at_fault(name, bad):
            self._try(name)
            for operand in self.current[self.place[name]].formula.operands:
                self._fix(operand, visited)

    def _bad(self, name: str) -> list[int]:
        rows = zip(self.losses(name), self.bench.slack[name], strict=True)
        return [i for i, (loss, own) in enumerate(rows) if loss > TOLERATED + own]

    def _at_fault(self, name: str, bad: Sequence[int]) -> bool:
        """Tell whether a statement loses digits where its operands are right to the last bit."""
        formula = self.current[self.place[name]].formula
        truths = self.bench.truths
        known = [i for i in bad if all(truths[o].known[i] for o in formula.operands)]
        if len(known) < len(bad):
            return True
        column = self.bench.column(formula.expression, self.ideal)
        local = truths[name].losses(column)
        return any(local[i] > TOLERATED for i in known)

    def _try(self, name: str) -> None:
        """Look for a better form of a statement, generator by generator until one is good."""
        if name in self._tried:
            return
        self._tried.add(name)
        tell(len(self._tried) / len(self.original))
        written = self.original[self.place[name]].formula.pattern
        if size_of(written) > LONG:
            return
        now = self.total(name)
        plain = effort_of(normal(self.current[self.place[name]].formula.pattern))
        most = now + OPERATION * plain - PAYS
        best: _Form | None = None
        if name in self.changes:
            own = self.current[self.place[name]].formula.expression
            best = _Form(own, now, effort_of(normal(own)), worse=False)
        options = self.options.setdefault(name, [])
        for generator in self.generators:
            for e in generator(name, self.original, self):
                form = self._form(name, outlined(e))
                if form is None or max(form.price, form.lost + OPERATION * plain) > most:
                    continue
                if form.worse:
                    self.harmful.setdefault(name, []).append(form)
                    continue
                options.append(form)
                if best is None or form.before(best):
                    best = form
            if best is not None and best.lost <= ENOUGH:
                break
        for form in self._chosen_forms(name) if best is None or best.lost > ENOUGH else ():
            if max(form.price, form.lost + OPERATION * plain) > most or form.worse:
                continue
            options.append(form)
            if best is None or form.before(best):
                best = form
        if best is not None and formula_of(best.e) != self.current[self.place[name]].formula:
            self.replace(name, best.e)

    def _chosen_forms(self, name: str) -> Iterator[_Form]:
        """Yield choices between forms that are worse at a point, and the statement as written."""

        def scored(e: Expression) -> Scored:
            column = self.bench.column(e, self.columns)
            return Scored(e, self.charged(name, self.bench.truths[name].losses(column)))

        written = scored(self.original[self.place[name]].formula.expression)
        for base in sorted(self.harmful.get(name, ()), key=_rank)[:BASES]:
            pair = (scored(base.e), written)
            found = choices(pair, lambda e: self.bench.column(e, self.columns), self.bench.usual)
            for e in islice(found, OTHERS):
                form = self._form(name, e)
                if form is not None:
                    yield form

    def _form(self, name: str, e: Expression) -> _Form | None:
        """Return how a form measures in the place of a statement; None for the same form."""
        if formula_of(e) == self.current[self.place[name]].formula:
            return None
        return self._measured_form(name, e, self.losses(name))

    def _measured_form(self, name: str, e: Expression, old: Sequence[float]) -> _Form | None:
        """Return how a form measures beside what is lost otherwise; None where it is too long."""
        try:
            column = self.bench.column(e, self.columns)
        except (KeyError, TypeError):
            return None
        operations = _operations(e)
        written = effort_of(normal(self.original[self.place[name]].formula.pattern))
        if operations > written + self.longest:
            return None
        losses = self.bench.truths[name].losses(column)
        slack = self.bench.slack[name]
        lost = total(losses, slack, self.weights(name))
        own = self.original[self.place[name]].formula.operands
        if not set(formula_of(e).operands) <= {*own}:
            lost += UNFOLDED
        as_written = self.original[self.place[name]].formula.expression
        lost += FITTED * max(0, fitted(e) - fitted(as_written))
        return _Form(e, lost, operations, bool(self._weighed(name, losses, old)))

    def _measure_again(self) -> None:
        """Measure the forms that were found at all points that there are now."""
        for name, known in self.options.items():
            forms = [self._measured_form(name, form.e, self._before[name]) for form in known]
            self.options[name] = [form for form in forms if form and not form.worse]
            self.harmful.setdefault(name, []).extend(form for form in forms if form and form.worse)

    def is_worse(self, name: str, losses: Sequence[float]) -> bool:
        """Tell whether a form that loses so much is worse at any point, slack set aside."""
        return bool(self._weighed(name, losses, self.losses(name)))

    def charged(
        self, name: str, losses: Sequence[float], old: Sequence[float] | None = None
    ) -> list[float]:
        """Return what is counted of the bits lost, all of them where more is lost than before."""
        slack = [*self.bench.slack[name]]
        for i in self._worse(name, losses, self.losses(name) if old is None else old):
            slack[i] = 0.0
        return counted(losses, slack, self.bench.weights)

    def _weighed(self, name: str, new: Sequence[float], old: Sequence[float]) -> list[int]:
        """Return the points at which more is lost than before, though the inputs do not lose it."""
        points = self._worse(name, new, old)
        if points and len(points) <= MOST_WEIGHED and self.bench.weigh(self.original, points):
            points = self._worse(name, new, old)
        return points

    def _worse(self, name: str, new: Sequence[float], old: Sequence[float]) -> list[int]:
        """Return the points at which more is lost than before.

        Where the inputs lose digits too it is no chance if the program as written keeps them,
        however it is shaken. Left out are points at which there is no value, as written neither,
        and those at inputs of absurd sizes where far more is won at sizes that people meet.
        """
        rows = list(zip(new, old, self.bench.slack[name], self.bench.usual, strict=True))
        steady = [max(row) for row in zip(old, self._shaken[name], strict=True)]
        points = [
            i
            for i, (row, most) in enumerate(zip(rows, steady, strict=True))
            if is_worse(*row[:3], most) and not self._nowhere[name][i]
        ]
        rare = sum(new[i] - old[i] for i in points if not self.bench.usual[i])
        won = sum(b - a for a, b, _, usual in rows if usual and b > a)
        return [i for i in points if self.bench.usual[i] or rare > OUTWEIGHED * won]

    def replace(self, name: str, e: Expression) -> None:
        """Put a form in the place of a statement."""
        place = self.place[name]
        self.current = [*self.current]
        self.current[place] = Statement(name, formula_of(e))
        self.columns = self._from(self.current, place)
        self._losses = {}
        self.changes[name] = e

    def _from(self, statements: Sequence[Statement], place: int) -> dict[str, Column]:
        """Return all columns, those of statements before `place` as they are."""
        known = {s.name: self.columns[s.name] for s in statements[:place]}
        known |= {name: self.columns[name] for name in self.bench.inputs}
        return self.bench.run(statements[place:], known)

    def settle(self, cost: Cost, most: int) -> None:
        """Take back what harms or does not pay, then what costs most for what it wins."""
        self._harmless()
        before = None
        while before != [*self.changes]:  # what was needed beside another change may not pay alone
            before = [*self.changes]
            for name in [s.name for s in reversed(self.original) if s.name in self.changes]:
                if not self._pays(name):
                    self._shorten(name)
        self._take_back_together()
        self._fit(cost, most)

    def _take_back_together(self) -> None:
        """Take back changes that pay only because of each other.

        Where a change loses something, formulas behind it may have been written anew without it.
        """
        past = [name for name in self.changes if self._looks_past(name)]
        for name in [s.name for s in self.original if s.name in self.changes]:
            others = [other for other in past if self.place[other] > self.place[name]]
            if not others or name not in self.changes:
                continue
            before = self.current, self.columns, dict(self.changes)
            price = self._price()
            self._take_back(name)
            for other in others:
                if other in self.changes and not self._pays(other):
                    self._take_back(other)
            if self._harm(self.columns) or self._price() > price + PAYS:
                self.current, self.columns, self.changes = before
                self._losses = {}

    def _looks_past(self, name: str) -> bool:
        """Tell whether a change holds names that its statement as written does not."""
        own = self.original[self.place[name]].formula.operands
        return not {*formula_of(self.changes[name]).operands} <= {*own}

    def _price(self) -> float:
        """Return what results lose as things stand, and what the changes cost in bits."""
        lost = self._lost_in_results(self.columns, RARE)
        return lost + OPERATION * sum(map(self._longer_by, self.changes))

    def take_back(self, cost: Cost, most: int) -> None:
        """Take back what harms, then what costs too much; what else was found pays already."""
        self._harmless()
        self._fit(cost, most)

    def _fit(self, cost: Cost, most: int) -> None:
        self._prune()
        while self.changes and (now := cost(self.current)) > most:
            self._cheaper(cost, now)

    def _without(self, name: str) -> list[Statement]:
        """Return the program without one of its changes."""
        return self._with(name, self.original[self.place[name]].formula.expression)

    def _with(self, name: str, e: Expression) -> list[Statement]:
        """Return the program with a form in the place of a statement."""
        trial = [*self.current]
        trial[self.place[name]] = Statement(name, formula_of(e))
        return trial

    def _longer_by(self, name: str) -> int:
        """Return by how many operations a change has made its statement longer."""
        written = self.original[self.place[name]].formula.expression
        return effort_of(normal(self.changes[name])) - effort_of(normal(written))

    def _harmless(self) -> None:
        """Change forms, or take them back, until no result is worse at any point than it was."""
        while self.changes and (harm := self._harm(self.columns)):
            _, _, _, name, best = min(self._repairs(len(harm)))
            if best is not None:
                self.replace(name, best)
            else:
                self._take_back(name)

    def _repairs(self, harm: int) -> Iterator[tuple[int, float, int, str, Expression | None]]:
        """Yield what may be done about harm: how much is left, what is lost then, and the change.

        None for a form stands for the statement as written.
        """
        count = 0
        for name in self.changes:
            place, written = self.place[name], _operations(self.changes[name])
            for e in (None, *self._alternatives(name)):
                trial = self._without(name)
                longer = borders = 0
                if e is not None:
                    trial[place] = Statement(name, formula_of(e))
                    longer = max(0, _operations(e) - written)
                    borders = max(0, fitted(e) - fitted(self.changes[name]))
                columns = self._from(trial, place)
                left = len(self._harm(columns))
                if e is None or left < harm:
                    lost = sum(self._total(r, columns) for r in self.bench.results)
                    yield left, lost + OPERATION * longer + FITTED * borders, count, name, e
                    count += 1

    def _alternatives(self, name: str) -> Iterator[Expression]:
        """Yield other forms of a statement: what was found, and choices of it and as written."""
        now, plain = self.changes[name], self._plainest(name)
        options = sorted(self.options.get(name, ()), key=_rank)
        yield from (form.e for form in options[:OTHERS] if form.e != now)
        columns = self._from(self._with(name, plain), self.place[name])
        as_written = Scored(plain, self._lost_by(columns))

        def column_of(e: Expression) -> Column:
            return self.bench.column(e, columns)

        bases = [form.e for form in sorted(self.harmful.get(name, ()), key=_rank)[:BASES]]
        for e in dict.fromkeys([self._chosen.get(now, now), *bases]):
            own = self._from(self._with(name, e), self.place[name])
            pair = (Scored(e, self._lost_by(own)), as_written)
            found = islice(choices(pair, column_of, self.bench.usual), OTHERS)
            for choice in found:
                self._chosen[choice] = e
                form = self._measured_form(name, choice, self._before[name])
                if form is not None and not form.worse:
                    self.options.setdefault(name, []).append(form)
                yield choice

    def _plainest(self, name: str) -> Expression:
        """Return the shortest of a statement as written and of what is worse at no point."""
        written = self.original[self.place[name]].formula.expression
        forms = [form.e for form in self.options.get(name, ())]
        return min([written, *forms], key=lambda e: effort_of(normal(e)))

    def _lost_by(self, columns: Mapping[str, Column]) -> list[float]:
        """Return what is counted of the bits that results lose at each point."""
        lost = {r: self.bench.truths[r].losses(columns[r]) for r in self.bench.results}
        rows = [self.charged(r, losses, self._before[r]) for r, losses in lost.items()]
        return [sum(row) for row in zip(*rows, strict=True)]

    def _harm(self, columns: Mapping[str, Column]) -> list[float]:
        """Return by how much results are worse than before, at each point where they are."""
        found = []
        for r in self.bench.results:
            new, old = self.bench.truths[r].losses(columns[r]), self._before[r]
            points = self._weighed(r, new, old)
            found += [new[i] - old[i] for i in points]
        return found

    def _lost(self, columns: Mapping[str, Column], name: str) -> float:
        """Return the bits that results lose over all points, as they count for a change of a name.

        A form that is no shorter has to win them for inputs of sizes that people meet.
        """
        return self._lost_in_results(columns, 1.0 if self._longer_by(name) < 0 else RARE)

    def _lost_in_results(self, columns: Mapping[str, Column], rare: float) -> float:
        """Return the bits that results lose over all points; `rare` is what absurd sizes count."""
        weights = [1.0 if usual else rare for usual in self.bench.usual]
        return sum(
            total(self.bench.truths[r].losses(columns[r]), self.bench.slack[r], weights)
            for r in self.bench.results
        )

    def _pays(self, name: str) -> bool:
        """Tell whether a change wins enough for the operations that it takes.

        Where a statement is made of others a result has to be bad without it: a digit that the
        inputs lose is no reason to write it anew.
        """
        columns = self._from(self._without(name), self.place[name])
        own = self.original[self.place[name]].formula.operands
        if not {*own} <= {*self.bench.inputs} and not self._is_needed(columns, name):
            return False
        won = self._lost(columns, name) - self._lost(self.columns, name)
        return won >= PAYS + OPERATION * max(0, self._longer_by(name))

    def _is_needed(self, columns: Mapping[str, Column], name: str) -> bool:
        """Tell whether a result that is bad without a change is better with it at a point.

        At inputs of absurd sizes that counts for a form that is shorter only.
        """
        shorter = self._longer_by(name) < 0
        return any(
            old > TOLERATED + own and new < old - WORSE and (shorter or usual)
            for r in self.bench.results
            for old, new, own, usual in zip(
                self.bench.truths[r].losses(columns[r]),
                self.losses(r),
                self.bench.slack[r],
                self.bench.usual,
                strict=True,
            )
        )

    def _shorten(self, name: str) -> None:
        """Put the next cheaper form of a statement in its place, or what it was."""
        own = effort_of(normal(self.changes[name]))
        options = [form for form in self.options.get(name, ()) if form.operations < own]
        self._take_back(name)
        for form in sorted(options, key=_rank):
            self.replace(name, form.e)
            if self._pays(name) and not self._harm(self.columns):
                self.options[name] = options
                return
            self._take_back(name)

    def _cheaper(self, cost: Cost, now: int) -> None:
        """Put a cheaper form of a statement in its place, or what it was: what loses least by it.

        What counts is what is lost for each operation that is saved; the best few programs are
        written whole to see that.
        """
        found: list[tuple[float, int, str, Expression | None]] = []
        for name, form in self.changes.items():
            own, lost = effort_of(normal(form)), self._lost(self.columns, name)
            counts = OBJECTIVE if name == self.bench.results[0] else 1.0
            for e, more in self._cheaper_forms(name, own):
                saved = self._longer_by(name) if e is None else own - effort_of(normal(e))
                found.append((counts * (more - lost) / max(saved, 0.5), saved, name, e))
        found.sort(key=lambda row: row[0])
        for i, (price, saved, name, e) in enumerate(found[:COSTED]):
            exact = now - cost(self._without(name) if e is None else self._with(name, e))
            found[i] = (price * max(saved, 0.5) / max(exact, 0.5), saved, name, e)
        for _, _, name, e in sorted(found, key=lambda row: row[0]):
            if e is None:
                self._take_back(name)
                return
            if not self._harm(self._from(self._with(name, e), self.place[name])):
                self.replace(name, e)
                return

    def _cheaper_forms(self, name: str, own: int) -> Iterator[tuple[Expression | None, float]]:
        """Yield a statement as written and forms with fewer operations, and what is lost then.

        Forms are left out that do not pay. None stands for as written.
        """
        place = self.place[name]
        most = self._lost(self._from(self._without(name), place), name)
        yield None, most
        for form in self._of_each_size(name, own)[:OTHERS]:
            lost = self._lost(self._from(self._with(name, form.e), place), name)
            if most - lost >= PAYS:
                yield form.e, lost

    def _of_each_size(self, name: str, most: int) -> list[_Form]:
        """Return forms with fewer operations, each next one shorter than all that lose less."""
        found: list[_Form] = []
        for form in sorted(self.options.get(name, ()), key=_rank):
            if form.operations < most:
                found.append(form)
                most = form.operations
        return found

    def _take_back(self, name: str) -> None:
        place = self.place[name]
        self.current = [*self.current]
        self.current[place] = self.original[place]
        self.columns = self._from(self.current, place)
        self._losses = {}
        del self.changes[name]

    def _prune(self) -> None:
        """Leave out branches that no point takes: what the assumptions exclude is not guarded.

        Points are those measured at and many others at which the program as written has a value.
        """
        if not any(_is_choice(part) for e in self.changes.values() for part in walk(e)):
            return
        wide = self.wide.values(self.current)
        columns = {name: [*self.columns[name], *column] for name, column in wide.items()}
        count = len(columns[self.bench.results[0]])
        usual = [*self.bench.usual, *[True] * (count - self.bench.count)]
        for name in self.changes:
            place = self.place[name]
            whole = self.current[place].formula.expression
            shorter = _pruned(whole, [True] * count, columns, usual)
            if shorter is not whole:
                self.current[place] = Statement(name, formula_of(shorter))


def _operations(e: Expression) -> int:
    return effort_of(normal(e)) + LOCAL * _locals_in(e)


def _locals_in(e: Expression) -> int:
    return sum(isinstance(p, Call) and isinstance(p.function, Local) for p in walk(e))


def _is_choice(part: Expression) -> bool:
    return isinstance(part, Call) and part.function == "where"


def _pruned(
    e: Expression,
    reached: Sequence[bool],
    columns: Mapping[str, Column],
    usual: Sequence[bool],
) -> Expression:
    """Return a formula without the branches that are taken at no point that is reached."""
    if isinstance(e, Call) and e.function == "where":
        condition, yes, no = e.arguments
        held = _held(condition, columns, usual)
        taken = {own for own, there in zip(held, reached, strict=True) if there}
        if taken == {True}:
            return _pruned(yes, reached, columns, usual)
        if taken == {False}:
            return _pruned(no, reached, columns, usual)
        branches = []
        for branch, side in ((yes, True), (no, False)):
            there = [own and c is side for c, own in zip(held, reached, strict=True)]
            branches.append(_pruned(branch, there, columns, usual))
        new = (condition, *branches)
    else:
        new = tuple([_pruned(part, reached, columns, usual) for part in children(e)])
    parts = children(e)
    return e if all(a is b for a, b in zip(new, parts, strict=True)) else with_children(e, new)


def _held(
    condition: Expression, columns: Mapping[str, Column], usual: Sequence[bool]
) -> Sequence[bool | None]:
    """Return where a condition holds; 0 by underflow is none."""
    names = [part.key for part in walk(condition) if isinstance(part, Var)]
    there: Mapping[str | int, Column] = {name: columns[str(name)] for name in names}
    held = Doubles(there, len(usual)).holds(condition)
    if isinstance(condition, Compare) and condition.relation == "==":
        return [
            own and own_usual if own else own for own, own_usual in zip(held, usual, strict=True)
        ]
    return held


def total(losses: Sequence[float], slack: Sequence[float], weights: Sequence[float]) -> float:
    """Return what is lost over all points, what is usual and what the inputs lose left out."""
    return sum(counted(losses, slack, weights))


def counted(
    losses: Sequence[float], slack: Sequence[float], weights: Sequence[float]
) -> list[float]:
    """Return what is counted of the bits lost at each point."""
    return [
        weight * (LIGHT * (loss - 2.0) + max(0.0, loss - max(allowed, 0.0) - 2.0))
        if loss > 2.0
        else 0.0
        for loss, allowed, weight in zip(losses, slack, weights, strict=True)
    ]


def is_worse(new: float, old: float, slack: float, steady: float) -> bool:
    """Tell whether more is lost at a point than before, by more than a unit or two.

    Where the inputs lose digits too, more than what is lost `steady`, however it is rounded; where
    as written loses some itself it is chance that it loses less than that. Where nothing is left
    only a number has to come out.
    """
    if old > HOPELESS:
        return new == LOST > old
    if old > UNIT and new <= steady + (WORSE if old > SLIGHT else UNIT):
        return False
    if slack > 1.0 and SLIGHT < new > steady + WORSE:
        return True
    times = 1 if old < DULL else 2 if old < SPOILT else 3
    most = SLIGHT + slack + (NOISE if slack > 1.0 else 0.0)
    return new > most and new > old + WORSE * times
