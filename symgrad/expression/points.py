"""Points at which expressions are tried: where they are drawn, and brought to where facts hold.

A point gives rational numbers to names. A style draws one number: small fractions, other sizes and
signs, numbers around values that somebody stated. `StatedFacts` bring a point inside: into bounds,
onto equations, which are solved for a name. A `Sampler` also moves every other point close to a
place where something happens (a switch, an edge of the domain), on either side of it. The same seed
gives the same points, always.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from math import isqrt
from random import Random

from symgrad.expression.certified import fmpq
from symgrad.expression.certified_values import certified, exact, fraction
from symgrad.expression.identity import parts_first
from symgrad.expression.tree import (
    MIRRORED,
    Add,
    Compare,
    Expression,
    Logic,
    Neg,
    Number,
    Var,
    children,
)

Key = str | int
Point = dict[Key, Fraction]
Style = Callable[[Random, Sequence[Fraction]], Fraction]  # the numbers are stated values

_MAX_SWITCHES = 24
_MAX_PARTS, _MAX_DEPTH = 20_000, 160
_OFFSETS = (Fraction(1, 2), Fraction(2), Fraction(1, 16), Fraction(7), Fraction(40))
_GRID = 4096  # drawn numbers are multiples of 1/4096, or of less where they are small
_SHIFTS = tuple(Fraction(2) ** k for k in range(-6, 24))
_MANY = 20  # with more names sums grow, and what is made of sums is flat
_STRAIGHT = Fraction(1, 10**9)  # of the size of the values: what bends less is a line


# -- styles ------------------------------------------------------------------------------------


def positive(random: Random, _: Sequence[Fraction] = ()) -> Fraction:
    """Draw a small positive fraction."""
    return Fraction(random.randint(1, 9), random.choice((1, 2, 2, 3)))


def mixed(random: Random, _: Sequence[Fraction] = ()) -> Fraction:
    """Draw a small fraction of either sign."""
    return Fraction(random.choice((1, -1)) * random.randint(1, 9), random.choice((1, 2, 2, 3)))


def unit(random: Random, _: Sequence[Fraction] = ()) -> Fraction:
    """Draw a fraction between 0 and 1."""
    return Fraction(random.randint(1, 15), 16)


def around_zero(random: Random, _: Sequence[Fraction] = ()) -> Fraction:
    """Draw a fraction between −1 and 1."""
    return Fraction(random.choice((1, -1)) * random.randint(1, 15), 16)


def large(random: Random, _: Sequence[Fraction] = ()) -> Fraction:
    """Draw a whole number of some size."""
    return Fraction(random.randint(2, 60))


def small(random: Random, _: Sequence[Fraction] = ()) -> Fraction:
    """Draw a fraction that is close to 0."""
    return Fraction(random.choice((1, -1)) * random.randint(1, 9), 10 ** random.randint(2, 5))


def wide(random: Random, _: Sequence[Fraction] = ()) -> Fraction:
    """Draw a number of any size."""
    size = Fraction(10) ** random.randint(-6, 8)
    return random.choice((1, -1)) * random.randint(1, 9) * size


def common(random: Random, _: Sequence[Fraction] = ()) -> Fraction:
    """Draw a positive number near 1, of several digits: two are hardly ever the same."""
    return dyadic(random.uniform(0.3, 1.9))


def signed(random: Random, _: Sequence[Fraction] = ()) -> Fraction:
    """Draw a number of either sign whose size is near 1."""
    return dyadic(random.choice((1, -1)) * random.uniform(0.3, 1.9))


def near(random: Random, stated: Sequence[Fraction] = ()) -> Fraction:
    """Draw a number near a stated one."""
    return _around(random, stated, 1.0 + random.uniform(-0.3, 0.3))


def far(random: Random, stated: Sequence[Fraction] = ()) -> Fraction:
    """Draw a number of about the size of a stated one."""
    return _around(random, stated, 2.0 ** random.uniform(-1.5, 1.5))


def beside(random: Random, stated: Sequence[Fraction] = ()) -> Fraction:
    """Draw a number right beside a stated one."""
    return dyadic(float(stated[0]) * random.uniform(0.97, 1.03)) if stated else common(random)


def _around(random: Random, stated: Sequence[Fraction], factor: float) -> Fraction:
    if not stated:
        return dyadic(random.uniform(-2.0, 2.0))
    value = random.choice(stated)
    return dyadic(float(value) * factor if value else random.uniform(-1.0, 1.0))


def dyadic(value: float) -> Fraction:
    """Return a number near `value` that a double holds exactly, with few digits."""
    size = abs(value)
    grid = Fraction(_GRID)
    while size and size * float(grid) < _GRID / 4 and grid < Fraction(2) ** 60:
        grid *= 2
    return Fraction(round(Fraction(value) * grid)) / grid


VARIED: tuple[Style, ...] = (
    positive, mixed, unit, mixed, around_zero, positive, large, unit, mixed, small, wide,
)  # fmt: skip


# -- regions -----------------------------------------------------------------------------------


class StatedFacts:
    """Facts about names, and the way to where they hold."""

    def __init__(self, facts: Iterable[Expression]) -> None:
        self.facts = tuple(part for fact in facts for part in _comparisons(fact))
        self.lower: Point = {}
        self.upper: Point = {}
        for fact in self.facts:
            self._note(fact)

    def _note(self, bound: Compare) -> None:
        match bound:
            case Compare(relation, Var(key), Number(value)):
                pass
            case Compare(relation, Number(value), Var(key)):
                relation = MIRRORED[relation]
            case _:
                return
        if relation in {">", ">="}:
            self.lower[key] = max(value, self.lower.get(key, value))
        elif relation in {"<", "<="}:
            self.upper[key] = min(value, self.upper.get(key, value))

    def within(self, name: Key, value: Fraction) -> Fraction:
        """Return a number within the bounds of a name that moves with `value`."""
        low, high = self.lower.get(name), self.upper.get(name)
        if low is not None and high is not None:
            if low < value < high:
                return value
            size = abs(value)
            return low + (high - low) * size / (1 + size) if low < high else low
        if low is not None and value <= low:
            return low + abs(value) + Fraction(1, 8)
        if high is not None and value >= high:
            return high - abs(value) - Fraction(1, 8)
        return value

    def entered(self, point: Mapping[Key, Fraction]) -> Point | None:
        """Return a point moved to where all facts about its names hold, None where that failed.

        Each name is brought into its bounds; an equation is met by moving its last name.
        """
        moved = {name: self.within(name, value) for name, value in point.items()}
        known = [fact for fact in self.facts if all(n in point for n in names_of(fact))]
        for fact in known:
            names = names_of(fact)
            if fact.relation == "==":
                _meet(fact, moved)
            elif len(names) == 1 and not holds(fact, moved):
                _shift([f for f in known if names_of(f) == names], names[0], moved)
        return moved if all(holds(fact, moved) for fact in known) else None


def _comparisons(fact: Expression) -> Iterator[Compare]:
    """Yield the comparisons that a fact states together."""
    match fact:
        case Compare():
            yield fact
        case Logic("and", parts):
            for part in parts:
                yield from _comparisons(part)
        case _:
            return


def holds(fact: Expression, point: Mapping[Key, Fraction]) -> bool:
    """Tell whether a fact certainly holds at a point; an equation may hold up to rounding."""
    if isinstance(fact, Compare) and fact.relation == "==":
        gap = _value(_gap(fact), point)
        return gap is not None and abs(gap) < _STRAIGHT
    try:
        return bool(certified(as_values(point)).holds(fact))
    except (ArithmeticError, KeyError):
        return False


def _shift(facts: Sequence[Compare], name: Key, point: Point) -> None:
    """Move a name to where facts about it alone hold: mirrored, shifted or scaled."""
    value = point[name]
    tried = (
        -value, *(value + s for s in _SHIFTS), *(value - s for s in _SHIFTS),
        *(value * s for s in _SHIFTS),
    )  # fmt: skip
    for candidate in tried:
        if all(holds(fact, {name: candidate}) for fact in facts):
            point[name] = candidate
            return


def _meet(equation: Compare, point: Point) -> None:
    """Move the last name of an equation in which it is linear so that it holds."""
    gap = _gap(equation)
    for name in reversed(names_of(equation)):
        start, end = (_value(gap, {**point, name: Fraction(trial)}) for trial in range(2))
        if start is None or end is None or start == end:
            continue
        solution = start / (start - end)
        if holds(equation, {**point, name: solution}):
            point[name] = solution
            return


def _gap(equation: Compare) -> Expression:
    return Add((equation.left, Neg(equation.right)))


def _value(e: Expression, point: Mapping[Key, Fraction]) -> Fraction | None:
    """Return the value of an expression at a point, None where it has none."""
    try:
        return fraction(certified(as_values(point)).value(e))
    except (ArithmeticError, KeyError):
        return None


def names_of(e: Expression) -> tuple[Key, ...]:
    """Return the names in an expression, each once; none of one that is out of all bounds."""
    parts = parts_first((e,), children, most=_MAX_PARTS, deepest=_MAX_DEPTH) or ()
    return tuple(dict.fromkeys(part.key for part in parts if isinstance(part, Var)))


def as_values(point: Mapping[Key, Fraction]) -> dict[Key, fmpq]:
    """Return a point as FLINT rationals."""
    return {key: exact(value) for key, value in point.items()}


# -- samplers ----------------------------------------------------------------------------------


def drawn(
    names: Iterable[Key],
    seed: int,
    styles: Sequence[Style],
    *,
    region: StatedFacts | None = None,
    stated: Mapping[Key, Sequence[Fraction]] | None = None,
    tries: int,
) -> Iterator[Point]:
    """Yield points of a region; the styles take turns.

    Args:
        names: to which numbers are given.
        seed: of the numbers that are drawn.
        styles: how they are drawn.
        region: into which every point is brought; those that it does not take are left out.
        stated: values that somebody gave to names.
        tries: how many points are drawn at the most.
    """
    random = Random(seed)  # noqa: S311  (points, not secrets)
    known, region = stated or {}, region or StatedFacts(())
    names = tuple(names)
    scale = min(1.0, (_MANY / (len(names) + 1)) ** 0.5)
    for turn in range(tries):
        style = styles[turn % len(styles)]
        numbers = {name: style(random, known.get(name, ())) for name in names}
        if scale < 1.0:
            free = (name for name in names if name not in known)
            numbers |= {name: dyadic(float(numbers[name]) * scale) for name in free}
        point = region.entered(numbers)
        if point is not None:
            yield point


class Sampler:
    """An endless, repeatable supply of points, every other one close to where something happens."""

    def __init__(
        self, names: Sequence[Key], bounds: Sequence[Compare], switches: Sequence[Expression],
        seed: int,
    ) -> None:  # fmt: skip
        self.names = tuple(names)
        self.random = Random(seed)  # noqa: S311 - sampling, nothing secret
        self.region = StatedFacts(bounds)
        self.switches: list[tuple[Expression, list[Key]]] = []
        self.watch(switches)

    def watch(self, switches: Sequence[Expression]) -> None:
        """Add places where something happens: the zeros of these expressions."""
        for switch in switches[: _MAX_SWITCHES - len(self.switches)]:
            names = [name for name in names_of(switch) if name in self.names]
            if names:
                self.switches.append((switch, names))

    def points(self) -> Iterator[Point]:
        """Yield points without end."""
        turn = 0
        while True:
            style = VARIED[turn % len(VARIED)]
            within = self.region.within
            point = {name: within(name, style(self.random, ())) for name in self.names}
            if self.switches and turn % 2:
                self._approach(point)
            yield point
            turn += 1

    def _approach(self, point: Point) -> None:
        """Move one coordinate to between two places where something happens, or beyond them."""
        name = self.random.choice(self.random.choice(self.switches)[1])
        places = sorted(
            {place for switch, names in self.switches if name in names
             for place in crossings(switch, name, point)}
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

    def satisfied(self, point: Point, equations: Sequence[Expression]) -> Point | None:
        """Return a point moved along its last coordinates so that the equations hold, or None.

        An equation is solved for a name in which it is linear or quadratic, for rational zeros.
        """
        point = {name: _pythagorean(self.random) for name in point}
        fixed: set[Key] = set()
        for equation in equations:
            for name in reversed([n for n in names_of(equation) if n not in fixed]):
                exact_zeros = crossings(equation, name, point, exactly=True)
                if exact_zeros:
                    point[name] = self.random.choice(exact_zeros)
                    fixed.add(name)
                    break
            else:
                return None
            fixed.update(names_of(equation))
        return point


def crossings(
    switch: Expression, name: Key, point: Mapping[Key, Fraction], *, exactly: bool = False
) -> list[Fraction]:
    """Return the zeros of a switch along one coordinate, where it is linear or quadratic."""
    values: list[Fraction] = []
    for trial in range(4):
        try:
            value = certified(as_values({**point, name: Fraction(trial)})).value(switch)
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
