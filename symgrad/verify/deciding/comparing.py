"""Two sides compared at points: certainly different, or the same to so many digits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from symgrad.expression.certified import arb, ctx, fmpq
from symgrad.expression.certified_values import Unclear, Undefined, Value, certified, fraction
from symgrad.expression.evaluate import Evaluator
from symgrad.expression.points import Key, Point, Sampler, as_values
from symgrad.expression.tree import Compare, Expression
from symgrad.verify.deciding.assumptions import Solved
from symgrad.verify.deciding.kinks import KinkWatch
from symgrad.verify.deciding.limits import Clock, names_in

_QUICK = (64, 160)
_THOROUGH = (64, 256, 1024, 3072)
_SHOWN = 1024
_EQUATION_TRIES = 60
_SHARP_BITS = 52
DIGITS = 40


@dataclass(frozen=True, slots=True)
class Comparison:
    """The outcome at one point; `left` and `right` are printed values where they differ."""

    outcome: Literal["different", "same", "close", "kink", "undefined"]
    point: Point
    left: str = ""
    right: str = ""


class Comparer:
    """Compares two sides at one point after another."""

    def __init__(
        self, left: Expression, right: Expression, solved: Solved, switches: Sequence[Expression],
        bounds: Sequence[Compare], clock: Clock, seed: int,
    ) -> None:  # fmt: skip
        self.left, self.right, self.solved, self.clock = left, right, solved, clock
        values = [value for _, value in solved.names]
        sides = [side for c in solved.conditions for side in (c.left, c.right)]
        names = names_in(left, right, *sides, *solved.equations, *values)
        self.names = tuple(names)
        self._sampler = Sampler(names, [*solved.conditions, *bounds], switches, seed)
        self._points = self._sampler.points()

    def comparisons(self, limit: int, *, thorough: bool) -> Iterator[Comparison]:
        """Yield the outcome at up to `limit` further points."""
        equations = self.solved.equations
        for _ in range(limit):
            self.clock.check()
            point = next(self._points)
            for _ in range(_EQUATION_TRIES if equations else 0):
                moved = self._sampler.satisfied(point, equations)
                if moved is not None:
                    point = moved
                    break
            yield self.at(point, thorough=thorough)

    def points_in(
        self, places: Sequence[Sequence[Expression]], limit: int
    ) -> Iterator[tuple[Point, list[int]]]:
        """Yield up to `limit` points that lie in one of several places, with the places' numbers.

        A place is given by the conditions that hold in it.
        """
        conditions = [condition for place in places for condition in place]
        self._sampler.watch([c.left for c in conditions if isinstance(c, Compare)])
        for _ in range(limit):
            self.clock.check()
            point = next(self._points)
            evaluator = certified(as_values(point))
            inside = [k for k, place in enumerate(places) if _all_hold(evaluator, place)]
            if inside:
                yield point, inside

    def at(self, point: Point, *, thorough: bool) -> Comparison:
        """Compare at one point, at rising precision."""
        values = as_values(point)
        close = False
        different: Comparison | None = None
        for precision in _THOROUGH if thorough else _QUICK:
            if different is not None and precision > _SHOWN:
                break
            self.clock.check()
            with ctx.workprec(precision):
                try:
                    full = self._satisfying(values, point)
                    left, on_kink = self._value(self.left, values)
                    right, also = self._value(self.right, values)
                except Undefined:
                    return Comparison("undefined", point)
                except Unclear:
                    continue
                if on_kink or also:
                    return Comparison("kink", point)
                if left > right or left < right:
                    shown = _apart(left, right)
                    if shown is not None:
                        different = Comparison("different", full, *shown)
                        if _sharp(left) and _sharp(right):
                            return different
                elif different is None:
                    close = True
                    if _same(left, right):
                        return Comparison("same", point)
        return different or Comparison("close" if close else "undefined", point)

    def _value(self, side: Expression, values: dict[Key, fmpq]) -> tuple[Value, bool]:
        evaluator = KinkWatch(values)
        return evaluator.value(side), evaluator.on_kink

    def _satisfying(self, values: dict[Key, fmpq], point: Point) -> Point:
        """Return the point with the names that the equations fix.

        Raises:
            Undefined: when an assumption certainly fails there.
        """
        evaluator = certified(values)
        full = dict(point)
        for key, expression in self.solved.names:
            value = evaluator.value(expression)
            if isinstance(value, fmpq):
                full[key] = fraction(value)
        for condition in self.solved.conditions:
            if not evaluator.holds(condition):
                raise Undefined
        for equation in self.solved.equations:
            value = evaluator.value(equation)
            if not (isinstance(value, fmpq) and value == 0):
                raise Undefined
        return full


def _all_hold(evaluator: Evaluator[Value], conditions: Sequence[Expression]) -> bool:
    with ctx.workprec(_QUICK[0]):
        try:
            return all(evaluator.holds(condition) for condition in conditions)
        except ArithmeticError:
            return False


def _same(left: Value, right: Value) -> bool:
    """Tell whether two values certainly agree to `DIGITS` significant digits."""
    if isinstance(left, fmpq) and isinstance(right, fmpq):
        return bool(left == right)
    size = abs(arb(left)).max(abs(arb(right)))
    gap = abs(arb(left) - arb(right))
    return bool(gap * arb(10) ** DIGITS <= size) or bool(gap == 0)


def _sharp(value: Value) -> bool:
    """Tell whether a value is known to all the digits that are shown."""
    return isinstance(value, fmpq) or value.is_exact() or value.rel_accuracy_bits() > _SHARP_BITS


def _apart(left: Value, right: Value) -> tuple[str, str] | None:
    """Return both values with enough digits to see that they differ, or None."""
    for digits in (15, 25, 50, 100, 200, 400):
        shown = tuple(_shown(value, digits) for value in (left, right))
        if shown[0] != shown[1]:
            return shown[0], shown[1]
    return None


def _shown(value: Value, digits: int) -> str:
    if isinstance(value, fmpq) and value.q == 1 and abs(value) < 10**digits:
        return str(value)
    return str(arb(value).str(digits, radius=False))
