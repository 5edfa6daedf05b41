"""Fast evaluation: an expression at several points at once, in floating point.

A part keeps its values, so an expression that differs in one place from one seen before costs only
the way up from that place. What is found with these numbers is confirmed elsewhere, with more
digits. A value outside the domain is NaN.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from functools import cached_property

from symgrad.expression.evaluate import RELATIONS, Decimals, Evaluator, NumberType, OutsideDomain
from symgrad.expression.functions import FUNCTIONS, Function
from symgrad.expression.tree import Call, Expression, Var
from symgrad.verify.deciding.limits import OutOfTime

Values = tuple[float, ...]
NAN = math.nan
TOLERANCE = 1e-8
_HUGE_POWER = 400.0


def close(a: float, b: float, tolerance: float = TOLERANCE) -> bool:
    """Tell whether two numbers are the same up to rounding; NaN is close to nothing."""
    return abs(a - b) <= tolerance * (abs(a) + abs(b)) + 1e-300


def same(a: Sequence[float], b: Sequence[float], tolerance: float = TOLERANCE) -> bool:
    """Tell whether two rows of values are the same up to rounding."""
    return all(map(lambda x, y: close(x, y, tolerance), a, b))


def _guarded(function: Callable[..., float]) -> Callable[..., float]:
    def guarded(*arguments: float) -> float:
        try:
            return function(*arguments)
        except (ValueError, OverflowError, ZeroDivisionError):
            return NAN

    return guarded


def power(base: float, exponent: float) -> float:
    """Return the real power, NaN where there is none."""
    if not (math.isfinite(base) and math.isfinite(exponent)) or (base == 0 and exponent < 0):
        return NAN
    if base < 0 and exponent != int(exponent):
        return NAN
    if base != 0 and abs(exponent * math.log(abs(base))) > _HUGE_POWER:
        return NAN
    return float(base**exponent)


FLOATS = {name: _guarded(row.double) for name, row in FUNCTIONS.items() if row.double is not None}


class Columns(NumberType[Values]):
    """Rows of floats, one for each of `count` points.

    Every explanation is tried out here: OutOfTime is raised once the deadline has passed.
    """

    def __init__(self, count: int, deadline: float | None) -> None:
        self.count = count
        self.deadline = deadline

    def number(self, value: Fraction) -> Values:
        """Return the number at every point."""
        return (float(value),) * self.count

    def constant(self, name: str) -> Values:
        """Return π or e at every point."""
        return (math.pi if name == "pi" else math.e,) * self.count

    def sum(self, terms: Iterable[Values]) -> Values:
        """Return the sum at every point."""
        return tuple(map(sum, zip(*terms, strict=True)))

    def product(self, factors: Iterable[Values]) -> Values:
        """Return the product at every point."""
        return tuple(map(math.prod, zip(*factors, strict=True)))

    def quotient(self, numerator: Values, denominator: Values) -> Values:
        """Return the quotient at every point."""
        return tuple(a / b if b else NAN for a, b in zip(numerator, denominator, strict=True))

    def power(self, base: Values, exponent: Values, written: Expression) -> Values:
        """Return the power at every point."""
        del written
        return tuple(map(power, base, exponent))

    def negative(self, value: Values) -> Values:
        """Return the negative at every point."""
        return tuple(-x for x in value)

    def checked(self, value: Values) -> Values:
        """Return the values, if there is time for more."""
        if self.deadline is not None and time.process_time() > self.deadline:
            raise OutOfTime
        return value

    def compared(self, relation: str, left: Values, right: Values) -> tuple[bool, ...]:
        """Tell at every point whether a relation holds."""
        return tuple(map(RELATIONS[relation], left, right))

    def every(self, truths: Iterable[tuple[bool, ...]]) -> tuple[bool, ...]:
        """Tell at every point whether all hold."""
        return tuple(map(all, zip(*truths, strict=True)))

    def some(self, truths: Iterable[tuple[bool, ...]]) -> tuple[bool, ...]:
        """Tell at every point whether one holds."""
        return tuple(map(any, zip(*truths, strict=True)))

    def opposite(self, truth: tuple[bool, ...]) -> tuple[bool, ...]:
        """Tell at every point whether what was asked does not hold."""
        return tuple(not one for one in truth)

    def chosen(
        self, truth: tuple[bool, ...], yes: Callable[[], Values], no: Callable[[], Values]
    ) -> Values:
        """Return the value of one of two branches, at every point its own."""
        return tuple(a if one else b for one, a, b in zip(truth, yes(), no(), strict=True))

    def function(self, call: Call, row: Function, evaluator: Evaluator[Values]) -> Values:
        """Return the function at every point, by the slow way where `math` does not have it."""
        quick = FLOATS.get(call.function)
        if quick is None and row.double is not None:
            quick = _guarded(row.double)
        if quick is None and row.definition is not None:
            return evaluator.value(row.definition(call.arguments))
        rows = zip(*map(evaluator.value, call.arguments), strict=True)
        return tuple(quick(*one) if quick else self._slow_value(call, one) for one in rows)

    @cached_property
    def _slow(self) -> Decimals:
        return Decimals(20)

    def _slow_value(self, call: Call, arguments: tuple[float, ...]) -> float:
        places = Call(call.function, tuple(map(Var, range(len(arguments)))))
        try:
            given = {i: self._slow.number(x) for i, x in enumerate(arguments)}
            return float(self._slow.value(places, given))
        except (OutsideDomain, ArithmeticError, ValueError):
            return NAN


class Floats(Evaluator[Values]):
    """The values of names at a row of points, and of every expression asked for."""

    names: dict[str, Values]

    def __init__(self, names: Mapping[str, Values], deadline: float | None = None) -> None:
        self.count = len(next(iter(names.values()))) if names else 1
        super().__init__(Columns(self.count, deadline), dict(names))
