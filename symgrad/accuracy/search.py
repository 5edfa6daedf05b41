"""Forms of a statement found by rewriting it where it loses digits, the best first.

As in Herbie (P. Panchekha, A. Sanchez-Stern, J. Wilcox, Z. Tatlock, "Automatically improving
accuracy for floating point expressions", PLDI 2015): a part is at fault where it loses digits
though its own parts are right; rows of the table are tried there and one level above; what measures
best goes on. The names of other statements may be replaced by what they stand for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, islice

from symgrad.accuracy.arrangements import guarded
from symgrad.accuracy.doubles import Column, Doubles
from symgrad.accuracy.forms import arrangements, from_table
from symgrad.accuracy.local import ByParts, shortened
from symgrad.accuracy.measure import Bench, lost_by
from symgrad.accuracy.mend import Mender, counted
from symgrad.accuracy.names import LARGEST, unfolded
from symgrad.accuracy.parts import Parts, is_choice
from symgrad.accuracy.quotient import in_exponentials, quotients
from symgrad.accuracy.regimes import GAIN, Scored, best_of_each_size, choices, decided
from symgrad.accuracy.relative import relative_logs
from symgrad.accuracy.singular import singular_forms
from symgrad.expression.alike import orderless
from symgrad.expression.tree import (
    Call,
    Expression,
    children,
    formula_of,
    size_of,
    variables,
    walk,
    with_children,
)
from symgrad.program.normal import effort_of, normal
from symgrad.program.series import Local
from symgrad.program.statements import Statement

BEAM = 3
ROUNDS = 5
PROGRESS = 0.9  # a form that leaves no more than so much of what was lost is a step forward
STALE = 16  # forms after the last step forward
TRIES = 3  # times that points are added at which what was found is worse
MORE = 6  # points that are added
MOST = 60  # forms that are measured for one statement
FEWEST, WORTH = 10, 4.0  # forms in any case, and bits lost for each further one
BY_PARTS = 2  # forms of parts that are measured for each form of the whole
SHARE = 4  # of what may be measured yet for the program a statement takes no more than this part
FEW = 20  # where it loses digits only for numbers of absurd sizes
WORST, OTHERS = 14, 12  # points at which forms are compared
SINGULAR = 6  # parts in which removable singularities are looked for
EACH = 40  # neighbours of one form
FAULTY = 3.0
GIVEN = 4  # forms that are given back
COMPLEMENTS = 5  # forms that are best at different points
CHOSEN = 4  # choices between two forms that are given back
LOOKED_AT = 6  # points at which it is looked for the part that is at fault
WHOLE = 12  # rows of the table that are tried on a whole statement
COMPARED = 10  # other points at which forms of a part are compared


def searched(name: str, statements: Sequence[Statement], mender: Mender) -> Iterator[Expression]:
    """Yield forms of a statement that lose less at the points where it loses most."""
    if mender.work <= 0:
        return
    search = _Search(name, mender)
    seeds = list(unfolded(name, statements, mender.place))
    yield from search.run([*seeds, *[e for e in map(in_exponentials, seeds) if e not in seeds]])
    mender.work -= len(search.scores)


class _Search:
    def __init__(self, name: str, mender: Mender) -> None:
        self.bench, self.mender, self.name = mender.bench, mender, name
        losses = mender.losses(name)
        slack = self.bench.slack[name]
        if {*mender.original[mender.place[name]].formula.operands} <= {*self.bench.inputs}:
            slack = [0.0] * len(slack)  # what it is made of is exact
        self.allowed = slack
        self.excess = [loss - own for loss, own in zip(losses, slack, strict=True)]
        if max(self.excess, default=0.0) <= FAULTY:  # no more than half an ulp in the inputs does
            self.excess = list(losses)
        order = sorted(range(self.bench.count), key=lambda i: -self.excess[i])
        rest = order[WORST:]
        step = max(1, len(rest) // OTHERS)
        self._look_at({*order[:WORST], *rest[::step]})
        self._singular: dict[Expression, Sequence[Expression]] = {}

    def _look_at(self, points: set[int]) -> None:
        """Compare forms at these points of the bench from now on."""
        bench, truth = self.bench, self.bench.truths[self.name]
        self.points = sorted(points)
        self.near = [truth.near[i] for i in self.points]
        self.rest = [truth.rest[i] for i in self.points]
        self.known = [truth.known[i] for i in self.points]
        self.slack = [self.allowed[i] for i in self.points]
        self.weights = [bench.weights[i] for i in self.points]
        self.columns: dict[str | int, Column] = {
            n: [c[i] for i in self.points] for n, c in self.mender.columns.items()
        }
        self.bad = [j for j, i in enumerate(self.points) if self.excess[i] > FAULTY]
        self.doubles = Doubles(self.columns, len(self.points))
        self.scores: dict[Expression, Scored] = {}
        self._seen: set[Expression] = set()
        self.rare = not any(bench.usual[self.points[j]] for j in self.bad)
        lost = sum(self.excess[i] for i in self.points if self.excess[i] > FAULTY)
        self.most = min(FEW if self.rare else MOST, FEWEST + int(lost / WORTH))
        self.most = min(self.most, FEWEST + self.mender.work // SHARE)
        step = max(1, len(self.bad) // LOOKED_AT)
        looked_at = [self.points[j] for j in self.bad[::step]]
        others = [i for j, i in enumerate(self.points) if j not in self.bad]
        few = others[:: max(1, len(others) // COMPARED)]
        self.parts = Parts(bench, [*looked_at, *few], len(looked_at))

    def score(self, e: Expression) -> bool:
        """Measure a form over the points; tell whether it is a new one."""
        try:
            computed = normal(e)
            if computed in self._seen:
                return False
            self._seen.add(computed)
            column = self.doubles.of(computed)
        except (KeyError, TypeError, RecursionError, ZeroDivisionError):
            return False
        losses = lost_by(column, self.near, self.rest, self.known)
        self.scores[e] = Scored(e, counted(losses, self.slack, self.weights))
        return True

    def run(self, seeds: Sequence[Expression]) -> list[Expression]:
        """Return the best forms, from these on, and choices between them."""
        front = [e for e in seeds if self.score(e)]
        enough = False
        for new in () if self._is_done() else self._first(front):
            self.score(new)
            if enough:  # one more: a series is followed by its choice with what it is for
                break
            enough = self._is_done() or len(self.scores) > self.most
        best = self._front(sorted(self.scores, key=self._rank), set())
        front = list(dict.fromkeys([*front[:1], *best]))
        done: set[Expression] = set()
        for _ in range(TRIES):
            self._rounds(front, done)
            pool = sorted(self.scores, key=self._rank)
            given = [*pool[:GIVEN], *self._shorter(pool)]
            given += [scored.e for scored in self._complements(pool)]
            given += [new for e in given for new in guarded(e) if self._wins(new, e)]
            given += [new for e in given for new in _beside(e, seeds[0]) if self.score(new)]
            failing = self._failing(given)
            if not failing:
                break
            forms = list(self.scores)
            self._look_at({*self.points, *failing})
            for e in forms:
                self.score(e)
            front = self._front(sorted(self.scores, key=self._rank), done)
        short = [shortened(e) for e in given[:GIVEN]]
        return list(dict.fromkeys([*self._choices([*given, *seeds[:1]]), *short, *given]))

    def _wins(self, new: Expression, e: Expression) -> bool:
        """Tell whether a guarded form wins something, and is right where it is 0."""
        if not (self.score(new) and self.scores[new].lost < self.scores[e].lost - GAIN):
            return False
        columns, truth = self.mender.columns, self.bench.truths[self.name]
        own: dict[str | int, Column] = {n: columns[str(n)] for n in variables(new)}
        taken = Doubles(own, self.bench.count).holds(children(new)[0])
        losses = truth.losses(self.bench.column(new, columns))
        return not any(there and loss > FAULTY for there, loss in zip(taken, losses, strict=True))

    def _first(self, seeds: Sequence[Expression]) -> Iterator[Expression]:
        """Yield what is cheap to find: shorter forms, parts mended by themselves, series."""
        yield from map(shortened, seeds)
        yield from islice(from_table(seeds[-1]), WHOLE)
        by_table, mended = ByParts(self.parts, self.mender.parts), []
        for e in seeds:  # one by one: the first that is right ends the search
            mended.append(by_table.mended_with(e, BY_PARTS * self.most // len(seeds)))
            yield mended[-1]
        if self.rare:  # only what is shorter will be taken
            yield from arrangements(seeds[0])
            return
        for e in sorted(seeds, key=self._rank):
            yield from self._series(e)
        for e in dict.fromkeys([*seeds, *mended]):
            for form in quotients(e):
                yield form
                yield from [new for new in from_table(form) if any(map(is_choice, walk(new)))]
                yield by_table.mended(form)
            for form in relative_logs(e):
                yield from (form, shortened(form), by_table.mended(form))

    def _is_done(self) -> bool:
        """Tell whether a form has been found that loses next to nothing."""
        return self._least() <= 1.5 * len(self.bad)

    def _least(self) -> float:
        """Return what the best form loses."""
        return min((row.lost for row in self.scores.values()), default=0.0)

    def _rounds(self, front: Sequence[Expression], done: set[Expression]) -> None:
        """Rewrite forms where they lose digits, the best of each round in the next one."""
        best, stale = self._least(), 0
        for _ in range(0 if self.rare else ROUNDS):
            fresh = False
            for e in front:
                done.add(e)
                for new in islice(self._neighbours(e), EACH):
                    if not self.score(new):
                        continue
                    fresh, stale = True, stale + 1
                    if self.scores[new].lost < best * PROGRESS:
                        best, stale = self.scores[new].lost, 0
                    if self._is_done() or stale > STALE or len(self.scores) > self.most:
                        return
            if not fresh:
                return
            front = self._front(sorted(self.scores, key=self._rank), done)

    def _failing(self, forms: Sequence[Expression]) -> list[int]:
        """Return points, not looked at yet, at which the better forms lose more than as written.

        Nothing where one of them is worse at no point.
        """
        truth, mender = self.bench.truths[self.name], self.mender
        found: dict[int, float] = {}
        most = PROGRESS * max((self.scores[e].lost for e in forms), default=0.0)
        for e in forms:
            if self.scores[e].lost > most:
                continue
            losses = truth.losses(self.bench.column(e, mender.columns))
            if not mender.is_worse(self.name, losses):
                return []
            for i, (a, b) in enumerate(zip(losses, mender.losses(self.name), strict=True)):
                if i not in self.points and a > max(b, FAULTY) + 1.0:
                    found[i] = max(found.get(i, 0.0), a - b)
        return sorted(found, key=lambda i: -found[i])[:MORE]

    def _front(self, pool: Sequence[Expression], done: set[Expression]) -> list[Expression]:
        """Return what is looked at next: the best forms, and what is best where they are not."""
        fresh = [e for e in pool if e not in done and not _is_closed(e)]
        own = [scored.e for scored in self._complements(pool)]
        return list(dict.fromkeys([*fresh[:BEAM], *[e for e in own[1:3] if e in fresh]]))

    def _shorter(self, pool: Sequence[Expression]) -> list[Expression]:
        """Return forms that lose more than those before, but take fewer operations than each."""
        found: list[Expression] = []
        least = min((effort_of(e) for e in pool[:GIVEN]), default=0)
        for e in pool[GIVEN:]:
            if effort_of(e) < least:
                least = effort_of(e)
                found.append(e)
        return found[:GIVEN]

    def _complements(self, pool: Sequence[Expression]) -> list[Scored]:
        """Return the best form, then those that win most where all before them lose."""
        rows = [self.scores[e] for e in pool[:MOST]]
        if not rows:
            return []
        chosen = [rows[0]]
        least = list(rows[0].losses)
        while len(chosen) < COMPLEMENTS:
            best = min(rows, key=lambda row: sum(map(min, row.losses, least)))
            if sum(map(min, best.losses, least)) > sum(least) - GAIN:
                break
            least = list(map(min, best.losses, least))
            chosen.append(best)
        return chosen

    def _choices(self, forms: Sequence[Expression]) -> list[Expression]:
        """Return choices between forms, measured at all points, and choices between those."""
        truth = self.bench.truths[self.name]

        def column_of(e: Expression) -> Column:
            return self.bench.column(e, self.mender.columns)

        def scored(e: Expression) -> Scored:
            return Scored(e, self.mender.charged(self.name, truth.losses(column_of(e))))

        known = [scored(e) for e in {orderless(e): e for e in reversed(forms)}.values()][::-1]
        for row in known:
            losses = truth.losses(column_of(row.e))
            if row.lost < GAIN and not self.mender.is_worse(self.name, losses):
                return []
        found: list[Scored] = []
        for _ in range(2):
            fresh = [scored(decided(e)) for e in choices(known, column_of, self.bench.usual)]
            if not fresh:
                break
            fresh = best_of_each_size(fresh, CHOSEN)
            found += fresh
            known = [*fresh, *known[:GIVEN]]
        return [row.e for row in best_of_each_size(found, CHOSEN)]

    def _rank(self, e: Expression) -> tuple[float, int]:
        return round(self.scores[e].lost / 4), effort_of(e)

    def _neighbours(self, e: Expression) -> Iterator[Expression]:
        faulty = self._faulty(e)
        for path in faulty:
            part = _at(e, path)
            kinds = (from_table, arrangements, self._series)
            for new in chain.from_iterable(forms(part) for forms in kinds):
                if size_of(new) <= LARGEST:
                    yield decided(_put(e, path, new))

    def _series(self, part: Expression) -> Sequence[Expression]:
        found = self._singular.get(part)
        if found is None and len(self._singular) >= SINGULAR:
            return ()
        if found is None:
            found = self._singular[part] = list(singular_forms(part, self._is_small))
        return found

    def _is_small(self, unit: Expression) -> bool:
        """Tell whether a part is small at a point where digits are lost."""
        try:
            column = self.doubles.of(normal(unit))
        except (KeyError, TypeError, RecursionError):
            return False
        return any(abs(column[j]) < 1.0 for j in self.bad)

    def _faulty(self, e: Expression) -> list[tuple[int, ...]]:
        """Return where parts lose digits though their own parts are right, and one level above."""
        found: dict[tuple[int, ...], None] = {}
        for path, part in _paths(e):
            if self.parts.loses(part):
                found[path] = None
                if path:
                    found[path[:-1]] = None
        return list(found) or [path for path, part in _paths(e) if children(part)][:6]


def _is_closed(e: Expression) -> bool:
    """Tell whether nothing in a form can be rewritten: it is a function with a name of its own."""
    return isinstance(e, Call) and isinstance(e.function, Local)


def _paths(e: Expression) -> Iterator[tuple[tuple[int, ...], Expression]]:
    stack: list[tuple[tuple[int, ...], Expression]] = [((), e)]
    while stack:
        path, part = stack.pop()
        yield path, part
        stack.extend(((*path, i), child) for i, child in enumerate(children(part)))


def _beside(form: Expression, written: Expression) -> Iterator[Expression]:
    """Yield a form that holds a choice with the formula as written where that is not taken."""
    tests = [part.arguments[0] for part in walk(form) if is_choice(part)]
    if tests:
        yield Call("where", (tests[0], decided(form, {tests[0]: True}), written))


def _at(e: Expression, path: Sequence[int]) -> Expression:
    for i in path:
        e = children(e)[i]
    return e


def _put(e: Expression, path: Sequence[int], new: Expression) -> Expression:
    if not path:
        return new
    parts = list(children(e))
    parts[path[0]] = _put(parts[path[0]], path[1:], new)
    return with_children(e, tuple(parts))


__all__ = ["Bench", "formula_of", "searched", "unfolded"]
