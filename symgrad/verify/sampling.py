"""Rational points at which to compare two sides.

Points are small fractions first, then other sizes and signs; every other one is moved close to a
place where something happens (a switch, an edge of the domain), on either side of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from random import Random

from flint import fmpq

from symgrad.expression import Compare, Expression, Number, Var
from symgrad.verify.intervals import Evaluator
from symgrad.verify.limits import names_in

Key = str | int
Point = dict[Key, Fraction]

_OFFSETS = (Fraction(1, 2), Fraction(2), Fraction(1, 16), Fraction(7), Fraction(40))


def exact(value: Fraction) -> fmpq:
    """Return a Fraction as a FLINT rational."""
    return fmpq(value.numerator, value.denominator)


class Sampler:
    """An endless, repeatable supply of points."""

    def __init__(
        self, names: Sequence[Key], bounds: Sequence[Compare], switches: Sequence[Expression],
        seed: int,
    ) -> None:  # fmt: skip
        self.names = tuple(names)
        self.random = Random(seed)  # noqa: S311 - sampling, nothing secret
        self.lower: Point = {}
        self.upper: Point = {}
        for bound in bounds:
            self._note(bound)
        self.switches = [(s, [n for n in names_in(s) if n in self.names]) for s in switches]
        self.switches = [item for item in self.switches if item[1]]

    def _note(self, bound: Compare) -> None:
        match bound:
            case Compare(relation, Var(key), Number(value)):
                pass
            case Compare(relation, Number(value), Var(key)):
                relation = relation.translate(str.maketrans("<>", "><"))
            case _:
                return
        if relation in {">", ">="}:
            self.lower[key] = max(value, self.lower.get(key, value))
        elif relation in {"<", "<="}:
            self.upper[key] = min(value, self.upper.get(key, value))

    def points(self) -> Iterator[Point]:
        """Yield points without end."""
        turn = 0
        while True:
            style = _STYLES[turn % len(_STYLES)]
            point = {name: self._placed(name, style(self.random)) for name in self.names}
            if self.switches and turn % 2:
                self._approach(point)
            yield point
            turn += 1

    def _placed(self, name: Key, value: Fraction) -> Fraction:
        low, high = self.lower.get(name), self.upper.get(name)
        if low is not None and high is not None:
            size = abs(value)
            return low + (high - low) * size / (1 + size) if low < high else low
        if low is not None and value <= low:
            return low + abs(value) + Fraction(1, 8)
        if high is not None and value >= high:
            return high - abs(value) - Fraction(1, 8)
        return value

    def _approach(self, point: Point) -> None:
        """Move one coordinate to where a switch that is linear in it is crossed, and a bit on."""
        switch, names = self.random.choice(self.switches)
        name = self.random.choice(names)
        values = []
        for trial in (0, 1, 2):
            at: dict[Key, fmpq] = {key: exact(value) for key, value in point.items()}
            at[name] = fmpq(trial)
            try:
                values.append(Evaluator(at).value(switch))
            except (ArithmeticError, KeyError):
                return
        if not all(isinstance(value, fmpq) for value in values):
            return
        slope = values[1] - values[0]
        if slope == 0 or values[2] - values[1] != slope:
            return
        root = -values[0] / slope
        start = Fraction(int(root.p), int(root.q))
        offset = self.random.choice(_OFFSETS) * self.random.choice((1, -1))
        point[name] = start + offset


def _positive(random: Random) -> Fraction:
    return Fraction(random.randint(1, 9), random.choice((1, 2, 2, 3)))


def _mixed(random: Random) -> Fraction:
    return Fraction(random.choice((1, -1)) * random.randint(1, 9), random.choice((1, 2, 2, 3)))


def _unit(random: Random) -> Fraction:
    return Fraction(random.randint(1, 15), 16)


def _around_zero(random: Random) -> Fraction:
    return Fraction(random.choice((1, -1)) * random.randint(1, 15), 16)


def _large(random: Random) -> Fraction:
    return Fraction(random.randint(2, 60))


def _small(random: Random) -> Fraction:
    return Fraction(random.choice((1, -1)) * random.randint(1, 9), 10 ** random.randint(2, 5))


def _wide(random: Random) -> Fraction:
    size = Fraction(10) ** random.randint(-6, 8)
    return random.choice((1, -1)) * random.randint(1, 9) * size


_STYLES = (
    _positive, _mixed, _unit, _mixed, _around_zero, _positive, _large, _unit, _mixed, _small, _wide,
)  # fmt: skip


def as_values(point: Mapping[Key, Fraction]) -> dict[Key, fmpq]:
    """Return a point as FLINT rationals."""
    return {key: exact(value) for key, value in point.items()}
