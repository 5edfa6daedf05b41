"""Programs run in doubles beside certified values: what each name loses at each point.

A loss is counted in bits of 53: 0 for the nearest double, 63 where not even the size is right, 64
where nothing finite comes out.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from symgrad.accuracy.doubles import NAN, Column, Doubles
from symgrad.accuracy.reference import Ball, truth
from symgrad.accuracy.sample import is_usual
from symgrad.expression.certified import arb, ctx
from symgrad.expression.tree import Expression
from symgrad.program.normal import normal
from symgrad.program.statements import Statement

LOST = 64.0
NOTHING = 51.0  # bits lost from which on a value is no better than none
NOTICED = 3.0
NEAREST = 1.2e-16  # the relative error of the nearest double, and a little more
FAR = 0.25  # what a point counts at which an input is of a size that people do not meet
DIRECTIONS = 3  # in which inputs are moved by half an ulp
TINY, HUGE = 1e-290, 1e300  # values beyond are no ordinary doubles


def bits_lost(found: float, near: float, rest: float) -> float:
    """Return the bits that `found` loses of near + rest, the sum of two doubles.

    >>> bits_lost(1.0, 1.0, 0.0), bits_lost(1.0 + 2**-10, 1.0, 0.0), bits_lost(math.nan, 1.0, 0.0)
    (0.0, 43.0, 64.0)
    """
    if math.isinf(near):
        return LOST if math.isfinite(found) else 0.0
    if found != found or math.isinf(found):  # noqa: PLR0124
        return LOST
    size = abs(near)
    if size < TINY:
        return 0.0 if abs(found) < 10 * TINY else LOST
    error = abs((found - near) - rest)
    if error <= size * NEAREST:
        return 0.0
    bits = math.log2(error / size) + 53.0
    return max(0.0, bits) if bits < NOTHING else LOST - 1.0


def lost_by(found: Column, near: Column, rest: Column, known: Sequence[bool]) -> list[float]:
    """Return the bits that a column loses of another; most are the nearest double and lose none."""
    rows = zip(found, near, rest, known, strict=True)
    return [
        0.0
        if x == n or not k or abs((x - n) - r) <= abs(n) * NEAREST < math.inf
        else bits_lost(x, n, r)
        for x, n, r, k in rows
    ]


@dataclass(frozen=True, slots=True)
class TrueValues:
    """The certified values of one name: the nearest doubles, what is left, and where there is one.

    `known` tells where the value is certified and an ordinary number.
    """

    near: Column
    rest: Column
    known: Sequence[bool]

    def losses(self, found: Column) -> list[float]:
        """Return the bits that a column loses at each point; 0 where nothing is known."""
        return lost_by(found, self.near, self.rest, self.known)

    def since(self, first: int) -> TrueValues:
        """Return what is known of the points from this one on."""
        return TrueValues(self.near[first:], self.rest[first:], self.known[first:])

    def and_of(self, balls: Sequence[Ball | None]) -> TrueValues:
        """Return what is known of these points and of others."""
        near, rest, known = zip(*map(split_ball, balls), strict=True)
        return TrueValues((*self.near, *near), (*self.rest, *rest), (*self.known, *known))


def split_ball(x: Ball | None) -> tuple[float, float, bool]:
    """Return the nearest double, what is left, and whether the value is an ordinary number."""
    if x is None:
        return NAN, 0.0, False
    if not x.is_finite():
        return math.inf, 0.0, True
    near = float(x)
    if math.isinf(near) or abs(near) > HUGE:
        return near, 0.0, False
    if abs(near) < TINY:
        return near, 0.0, True
    return near, float(x - arb(near)), True


class Bench:
    """Statements with their certified values at the points where the objective has one."""

    def __init__(
        self,
        statements: Sequence[Statement],
        inputs: Sequence[str],
        results: Sequence[str],
        points: Iterable[Mapping[str, float]],
        limit: int,
        given: Mapping[str, float] = MappingProxyType({}),
    ) -> None:
        self.inputs = tuple(inputs)
        self.given = given
        self.results = tuple(results)
        self.statements = tuple(statements)
        self.points: list[Mapping[str, float]] = []
        self.balls: list[dict[str, Ball]] = []
        self.slack: dict[str, list[float]] = {s.name: [] for s in statements}
        self.truths: dict[str, TrueValues] = {s.name: TrueValues((), (), ()) for s in statements}
        self._weighed: set[int] = set()
        self._columns: Mapping[str, Column] = {}  # at which forms were looked at last
        self._doubles = Doubles({}, 0)
        self.add(points, limit)

    def add(self, points: Iterable[Mapping[str, float]], limit: int) -> None:
        """Take further points, each where it has a value or else where its inputs are positive."""
        first = len(self.points)
        for point in points:
            if len(self.points) == limit:
                break
            for own in (point, {name: abs(x) for name, x in point.items()}):
                found = truth(self.statements, own, self.results)
                if any(name in found for name in self.results):
                    if own not in self.points:
                        self.balls.append(found)
                        self.points.append(own)
                    break
        self.count = len(self.points)
        self.usual = [is_usual(point, self.given) for point in self.points]
        self.weights = [1.0 if usual else FAR for usual in self.usual]
        with ctx.workprec(200):
            for name, slack in self.slack.items() if self.count > first else ():
                slack.extend([0.0] * (self.count - len(slack)))
                self.truths[name] = self.truths[name].and_of(
                    [b.get(name) for b in self.balls[first:]]
                )
        for name in self.inputs:
            column = tuple(float(point[name]) for point in self.points)
            self.truths[name] = TrueValues(column, (0.0,) * self.count, (True,) * self.count)

    def condition(
        self, statements: Sequence[Statement], lost: Mapping[str, Sequence[float]]
    ) -> None:
        """Work out what half an ulp in the inputs changes, where anything is lost."""
        lossy: set[int] = set()
        for name in self.slack:
            lossy.update(i for i, loss in enumerate(lost[name]) if loss > NOTICED)
        self.weigh(statements, lossy)

    def weigh(self, statements: Sequence[Statement], points: Iterable[int]) -> bool:
        """Work out what half an ulp changes at these points; tell whether it was not known yet."""
        fresh = sorted(set(points) - self._weighed)
        for i in fresh:
            self._weighed.add(i)
            source = random.Random(3 + i)  # noqa: S311  (directions, not secrets)
            for _ in range(DIRECTIONS):
                moved = {
                    name: x * (1.0 + source.choice((-1, 1)) * 2.0**-52)
                    for name, x in self.points[i].items()
                }
                changed = truth(statements, moved, self.results)
                self._note(i, changed)
        return bool(fresh)

    def _note(self, i: int, changed: Mapping[str, Ball]) -> None:
        with ctx.workprec(100):
            for name, slack in self.slack.items():
                x, y = self.balls[i].get(name), changed.get(name)
                if x is None or y is None or not x.is_finite():
                    continue
                if x.is_zero() and y.is_zero():
                    continue
                error = LOST if x.is_zero() else float(abs((y - x) / x))
                if error > 0:
                    bits = math.log2(error) + 53.0
                    slack[i] = max(slack[i], bits if bits < NOTHING else LOST)

    def run(
        self, statements: Iterable[Statement], known: Mapping[str, Column] | None = None
    ) -> dict[str, Column]:
        """Return what each name is worth in doubles, columns of `known` taken as they are."""
        inputs: dict[str, Column] = {name: self.truths[name].near for name in self.inputs}
        return run(statements, inputs | {**(known or {})}, self.count)

    def column(self, e: Expression, columns: Mapping[str, Column]) -> Column:
        """Return a formula in names, in doubles, at these columns."""
        if self._columns is not columns or self._doubles.count != self.count:
            self._columns = columns
            self._doubles = Doubles({name: columns[name] for name in columns}, self.count)
        return self._doubles.of(computed(e))


def run(
    statements: Iterable[Statement], known: Mapping[str, Column], count: int
) -> dict[str, Column]:
    """Return what each name is worth in doubles at so many points."""
    columns = dict(known)
    for statement in statements:
        pattern, operands = statement.formula
        own: dict[str | int, Column] = {i: columns[name] for i, name in enumerate(operands)}
        columns[statement.name] = Doubles(own, count).of(computed(pattern))
    return columns


def computed(pattern: Expression) -> Expression:
    """Return the form in which a pattern is computed."""
    return normal(pattern)
