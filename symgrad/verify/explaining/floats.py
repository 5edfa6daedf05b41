"""Fast evaluation: an expression at several points at once, in floating point.

A part keeps its values, so an expression that differs in one place from one seen before costs only
the way up from that place. What is found with these numbers is confirmed elsewhere, with more
digits. A value outside the domain is NaN.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence

from symgrad.expression.evaluate import Evaluator, OutsideDomain
from symgrad.expression.functions import FUNCTIONS, record
from symgrad.expression.tree import (
    Add,
    Call,
    Compare,
    Constant,
    Div,
    Expression,
    Logic,
    Mul,
    Neg,
    Number,
    Pow,
    Var,
    variables,
)
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

_RELATIONS: Mapping[str, Callable[[float, float], bool]] = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
}


class Floats:
    """The values of names at a row of points, and of every expression asked for."""

    def __init__(self, names: Mapping[str, Values], deadline: float | None = None) -> None:
        self.names: dict[str, Values] = dict(names)
        self.deadline = deadline
        self.count = len(next(iter(self.names.values()))) if self.names else 1
        self._known: dict[int, tuple[Expression, Values]] = {}
        self._slow: Evaluator | None = None

    def values(self, e: Expression) -> Values:
        """Return the value of an expression at every point; KeyError for an unknown name.

        Every explanation is tried out here: OutOfTime is raised once the deadline has passed.
        """
        known = self._known.get(id(e))
        if known is not None:
            return known[1]
        if self.deadline is not None and time.monotonic() > self.deadline:
            raise OutOfTime
        found = self._computed(e)
        self._known[id(e)] = (e, found)
        return found

    def holds(self, condition: Expression) -> tuple[bool, ...]:
        """Tell at every point whether a condition holds."""
        match condition:
            case Compare(relation, left, right):
                test = _RELATIONS[relation]
                return tuple(map(test, self.values(left), self.values(right)))
            case Logic("not", (part,)):
                return tuple(not value for value in self.holds(part))
            case Logic(operator, parts):
                join = all if operator == "and" else any
                return tuple(join(row) for row in zip(*map(self.holds, parts), strict=True))
            case _:
                raise TypeError(condition)

    def _computed(self, e: Expression) -> Values:
        match e:
            case Number(value):
                return (float(value),) * self.count
            case Constant(name):
                return (math.pi if name == "pi" else math.e,) * self.count
            case Var(key):
                return self.names[str(key)]
            case Add(terms):
                return tuple(map(sum, zip(*map(self.values, terms), strict=True)))
            case Neg(operand):
                return tuple(-value for value in self.values(operand))
            case Mul(factors):
                return tuple(map(math.prod, zip(*map(self.values, factors), strict=True)))
            case Div(numerator, denominator):
                rows = zip(self.values(numerator), self.values(denominator), strict=True)
                return tuple(a / b if b else NAN for a, b in rows)
            case Pow(base, exponent):
                rows = zip(self.values(base), self.values(exponent), strict=True)
                return tuple(power(a, b) for a, b in rows)
            case Call(function, arguments):
                return self._call(function, arguments)
            case _:
                raise TypeError(e)

    def _call(self, function: str, arguments: tuple[Expression, ...]) -> Values:
        row = record(function)
        if row.condition_first:
            condition, yes, no = arguments
            rows = zip(self.holds(condition), self.values(yes), self.values(no), strict=True)
            return tuple(a if test else b for test, a, b in rows)
        quick = FLOATS.get(function)
        if quick is None and row.double is not None:
            quick = _guarded(row.double)
        if quick is not None:
            numbers = zip(*map(self.values, arguments), strict=True)
            return tuple(quick(*one) for one in numbers)
        if row.definition is not None:
            return self.values(row.definition(arguments))
        return tuple(self._one(Call(function, arguments), i) for i in range(self.count))

    def _one(self, e: Expression, point: int) -> float:
        """Return a value by the slow evaluator, for the few functions `math` does not have."""
        if self._slow is None:
            self._slow = Evaluator(20)
        try:
            given = {key: self._slow.number(self.names[str(key)][point]) for key in variables(e)}
            return float(self._slow.value(e, given))
        except (OutsideDomain, ArithmeticError, ValueError):
            return NAN
