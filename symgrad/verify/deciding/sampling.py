"""Rational points at which to compare two sides.

Points are small fractions first, then other sizes and signs; every other one is moved close to a
place where something happens (a switch, an edge of the domain), on either side of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from math import isqrt
from random import Random

from symgrad.expression.certified import fmpq
from symgrad.expression.certified_values import certified, exact, fraction
from symgrad.expression.tree import Compare, Expression, Number, Var
from symgrad.verify.deciding.limits import names_in

Key = str | int
Point = dict[Key, Fraction]

_MAX_SWITCHES = 24
_OFFSETS = (Fraction(1, 2), Fraction(2), Fraction(1, 16), Fraction(7), Fraction(40))


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
        self.switches: list[tuple[Expression, list[Key]]] = []
        self.watch(switches)

    def watch(self, switches: Sequence[Expression]) -> None:
        """Add places where something happens: the zeros of these expressions."""
        for switch in switches[: _MAX_SWITCHES - len(self.switches)]:
            names = [name for name in names_in(switch) if name in self.names]
            if names:
                self.switches.append((switch, names))

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
        """Move one coordinate to between two places where something happens, or beyond them."""
        name = self.random.choice(self.random.choice(self.switches)[1])
        places = sorted(
            {place for switch, names in self.switches if name in names
             for place in self._crossings(switch, name, point)}
        )  # fmt: skip
        if not places:
            return
        turn = self.random.randrange(len(places) + 1)
        if 0 < turn < len(places) and self.random.randrange(3):
            low, high = places[turn - 1], places[turn]
            point[name] = low + (high - low) * Fraction(self.random.randint(1, 7), 8)
        else:
            offset = self.random.choice(_OFFSETS)
            point[name] = places[0] - offset if turn == 0 else places[turn - 1] + offset

    def _crossings(
        self, switch: Expression, name: Key, point: Point, *, exactly: bool = False
    ) -> list[Fraction]:
        """Return the zeros of a switch along one coordinate, where it is linear or quadratic."""
        values: list[Fraction] = []
        for trial in range(4):
            at = as_values(point)
            at[name] = fmpq(trial)
            try:
                value = certified(at).value(switch)
            except (ArithmeticError, KeyError):
                return []
            if not isinstance(value, fmpq):
                return []
            values.append(fraction(value))
        first, second, third = values[1] - values[0], values[2] - values[1], values[3] - values[2]
        bend = (second - first) / 2
        slope = first - bend
        if third - second != 2 * bend:
            return []
        if bend == 0:
            return [-values[0] / slope] if slope else []
        return _quadratic_zeros(bend, slope, values[0], exactly=exactly)

    def satisfied(self, point: Point, equations: Sequence[Expression]) -> Point | None:
        """Return a point moved along its last coordinates so that the equations hold, or None.

        An equation is solved for a name in which it is linear or quadratic, for rational zeros.
        """
        point = {name: _pythagorean(self.random) for name in point}
        fixed: set[Key] = set()
        for equation in equations:
            for name in reversed([n for n in names_in(equation) if n not in fixed]):
                exact_zeros = self._crossings(equation, name, point, exactly=True)
                if exact_zeros:
                    point[name] = self.random.choice(exact_zeros)
                    fixed.add(name)
                    break
            else:
                return None
            fixed.update(names_in(equation))
        return point


def _quadratic_zeros(a: Fraction, b: Fraction, c: Fraction, *, exactly: bool) -> list[Fraction]:
    """Return the real zeros of a*x^2 + b*x + c: only rational ones, or all to nine digits."""
    inside = b * b - 4 * a * c
    if inside < 0:
        return []
    scale = 1 if exactly else 10**18
    root = Fraction(
        isqrt(inside.numerator * inside.denominator * scale), inside.denominator * isqrt(scale)
    )
    if exactly and root * root != inside:
        return []
    return [(-b - root) / (2 * a), (-b + root) / (2 * a)]


def _pythagorean(random: Random) -> Fraction:
    below = random.choice((3, 5, 7, 9, 13))
    return Fraction(random.choice((1, -1)) * random.randint(1, 2 * below), below)


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
