"""A mended program beside the one as written, at many points in doubles alone.

The points are others than those it was measured at. Where the results are further apart than
rounding explains one of the two is wrong, and the point is worth a certified value. Where a form
chooses between two, points on both sides of the border are looked for.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice, zip_longest

from symgrad.accuracy.doubles import Column, Doubles
from symgrad.accuracy.measure import run
from symgrad.accuracy.sample import Domain, Point, fresh_points
from symgrad.accuracy.shaken import shakes
from symgrad.expression.tree import Compare, Expression, walk
from symgrad.program.statements import Statement

POINTS, WORK = 1500, 30_000  # points, and points times statements
SUSPECTS = 30  # points that are worth a certified value
CLOSE = 800  # points that are looked at closely
TELLING, SEVERE = 1.0, 2.0**12  # by how much more results differ there, and at all other points
SHAKY = 4.0  # by how much more rounding makes of a program than of the one as written
DIFFERENT = 2.0**-49
TINIEST = 1e-300  # below it a difference is nothing
BORDERS, WAYS = 6, 3  # borders, and ways across each
HALVINGS = 24  # of the way across a border
BESIDE = (1e-7, 1e-3, 0.1)  # relative distances from it


class Wide:
    """Points of sizes spread by logarithm, and what the program as written gives there.

    `counts` tells where that is a number.
    """

    def __init__(
        self,
        domain: Domain,
        statements: Sequence[Statement],
        results: Sequence[str],
        *,
        seed: int = 0,
    ) -> None:
        self.domain, self.statements, self.results = domain, statements, results
        self._take(fresh_points(domain, min(POINTS, WORK // len(statements)), seed=seed))

    def _take(self, points: list[Point]) -> None:
        self.points = points
        self.known = _columns(self.domain, points)
        self.written = run(self.statements, self.known, len(points))
        rows = zip(*[self.written[r] for r in self.results], strict=True)
        self.counts = [any(map(math.isfinite, row)) for row in rows]

    def values(self, current: Sequence[Statement]) -> Mapping[str, Column]:
        """Return the columns of a program, at the points that count."""
        columns = run(current, self.known, len(self.points))
        return {
            name: [x for x, own in zip(column, self.counts, strict=True) if own]
            for name, column in columns.items()
        }

    def suspects(self, current: Sequence[Statement]) -> list[Point]:
        """Return points at which a program gives other results than as written.

        In turn those at which it is off by most of what rounding makes of the program as written,
        and those at which rounding makes most more of it.
        """
        beside = list(self._borders(current))
        if beside:
            self._take([*self.points, *beside])
        after = run(current, self.known, len(self.points))
        rows = [(self.written[name], after[name]) for name in self.results]
        apart = [
            i
            for i in range(len(self.points))
            if any(math.isfinite(a[i]) and _is_apart(a[i], b[i]) for a, b in rows)
        ]
        old = self._spreads(self.statements, self.written, apart)
        new = self._spreads(current, after, apart)
        telling, shaky = [], []
        for j, i in enumerate(apart):
            own = [(a[i], b[i], s[j], t[j]) for (a, b), s, t in zip(rows, old, new, strict=True)]
            ratio = max(_ratio(a, b, s) for a, b, s, _ in own)
            if ratio > (TELLING if i < CLOSE else SEVERE):
                telling.append((-ratio, i))
            shaken = max(_ratio(a, b, s, by=t) for a, b, s, t in own)
            if shaken > SHAKY:
                shaky.append((-shaken, i))
        turns = zip_longest(*[[i for _, i in sorted(found)] for found in (telling, shaky)])
        both = dict.fromkeys(i for turn in turns for i in turn if i is not None)
        return [self.points[i] for i in islice(both, SUSPECTS)]

    def _spreads(
        self,
        statements: Sequence[Statement],
        columns: Mapping[str, Column],
        places: Sequence[int],
    ) -> list[list[float]]:
        """Return by how much rounding moves each result at some of the points."""
        there = {name: [column[i] for i in places] for name, column in self.known.items()}
        moved = shakes(statements, there, len(places))
        return [
            [
                max(abs(own[name][j] - columns[name][i]) for own in moved)
                for j, i in enumerate(places)
            ]
            for name in self.results
        ]

    def _borders(self, current: Sequence[Statement]) -> Iterator[Point]:
        """Yield points on both sides of the borders of the choices that are new in a program."""
        columns = run(current, self.known, len(self.points))
        there: dict[str | int, Column] = dict(columns.items())
        for test in _new_tests(self.statements, current)[:BORDERS]:
            held = Doubles(there, len(self.points)).holds(test)
            yes = [i for i, own in enumerate(held) if own and self.counts[i]]
            no = [i for i, own in enumerate(held) if own is False and self.counts[i]]
            pairs = list(zip(yes, no, strict=False))[:WAYS]
            if pairs:
                one, other = ([self.points[pair[side]] for pair in pairs] for side in (0, 1))
                yield from self._across(current, test, one, other)

    def _across(
        self,
        current: Sequence[Statement],
        test: Expression,
        one: list[Point],
        other: list[Point],
    ) -> Iterator[Point]:
        """Yield points near the border between each two, and the points at it."""
        for _ in range(HALVINGS):
            middle = [_between(a, b) for a, b in zip(one, other, strict=True)]
            columns = run(current, _columns(self.domain, middle), len(middle))
            values: dict[str | int, Column] = dict(columns.items())
            held = Doubles(values, len(middle)).holds(test)
            one = [m if own else a for m, own, a in zip(middle, held, one, strict=True)]
            other = [b if own else m for m, own, b in zip(middle, held, other, strict=True)]
        for a, b in zip(one, other, strict=True):
            yield from (a, b)
            for distance in BESIDE:
                for sign in (1.0, -1.0):
                    for name in self.domain.free[:2]:
                        beside = {**a, name: a[name] * (1.0 + sign * distance)}
                        if self.domain.allows(beside):
                            yield beside


def _columns(domain: Domain, points: Sequence[Point]) -> dict[str, Column]:
    return {name: [point[name] for point in points] for name in domain.inputs}


def _new_tests(written: Sequence[Statement], current: Sequence[Statement]) -> list[Expression]:
    """Return the comparisons with a border in statements that are not as written."""
    found: dict[Expression, None] = {}
    for old, new in zip(written, current, strict=True):
        if old.formula != new.formula:
            for part in walk(new.formula.expression):
                if isinstance(part, Compare) and part.relation not in ("==", "!="):
                    found[part] = None
    return list(found)


def _between(one: Point, other: Point) -> Point:
    """Return the point half way between two, by size where both are of one sign."""
    return {name: _middle(x, other[name]) for name, x in one.items()}


def _middle(x: float, y: float) -> float:
    if x * y > 0:
        return math.copysign(math.sqrt(abs(x)) * math.sqrt(abs(y)), x)
    return (x + y) / 2


def _ratio(a: float, b: float, shaken: float, by: float | None = None) -> float:
    """Return by how much more two results differ, or one is moved, than rounding explains."""
    if not math.isfinite(a) or not _is_apart(a, b):
        return 0.0
    ratio = (abs(a - b) if by is None else by) / max(shaken, DIFFERENT * abs(a), TINIEST)
    return ratio if ratio == ratio else math.inf  # noqa: PLR0124


def _is_apart(a: float, b: float) -> bool:
    return not abs(a - b) <= DIFFERENT * abs(a)


__all__ = ["Wide"]
