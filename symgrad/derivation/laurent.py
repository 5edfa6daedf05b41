"""Series of an expression around a point: the first terms of c₋ₘ t⁻ᵐ + … + c₀ + c₁ t.

The coefficients are expressions in the other names. Whether one is zero is seen from its values at
a few points, to many digits: algebra alone would not find that exp(0) − 1 is nothing. What has no
such series (a kink, a branch point, an essential singularity), or a very long one, is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import NamedTuple

from symgrad.expression.algebra import add, cost, div, mul, neg, power, tidy
from symgrad.expression.evaluate import Decimals
from symgrad.expression.functions import record
from symgrad.expression.points import common, drawn, signed
from symgrad.expression.tree import (
    ONE,
    ZERO,
    Add,
    Call,
    Compare,
    Div,
    Expression,
    Logic,
    Mark,
    Mul,
    Neg,
    Number,
    Pow,
    Var,
    number,
    substitute,
    variables,
)

Key = str | int
Gradient = Callable[[Expression], Mapping[Key, Expression]]

_DIGITS = 60
_TINY = Fraction(1, 10**35)
_POINTS = 3
_TRIES = 12
_SEED = 20250301
_MOST_STEPS = 6_000
_LONGEST = 400
_WITHIN = Mark("the argument of a function")


class NoLaurentSeries(ArithmeticError):
    """The expression has no series of this kind at the point, or none that was found."""


class LaurentSeries(NamedTuple):
    """`coefficients[i]` belongs to t^(start + i); the first is not 0, what follows is unknown."""

    start: int
    coefficients: tuple[Expression, ...]

    @property
    def end(self) -> int:
        """The first power of which nothing is known."""
        return self.start + len(self.coefficients)

    def at(self, exponent: int) -> Expression:
        """Return the coefficient of a power below `end`."""
        return self.coefficients[exponent - self.start] if exponent >= self.start else ZERO


class SeriesExpander:
    """Expands expressions in t, where one name is `point` + t."""

    def __init__(self, name: Key, point: Expression, terms: int, gradient: Gradient) -> None:
        self.name, self.point, self.terms, self.gradient = name, point, terms, gradient
        self._steps = 0
        self._evaluator = Decimals(_DIGITS)

    def series(self, e: Expression) -> LaurentSeries:
        """Return the first terms of an expression.

        Raises:
            NoSeries: where there are none, or they are too long.
        """
        if self.name not in variables(e):
            return self._constant(e)
        match e:
            case Var():
                return self._cut(0, [self.point, ONE, *[ZERO] * (self.terms - 2)])
            case Add(parts):
                return self._sum([self.series(part) for part in parts])
            case Neg(operand):
                inner = self.series(operand)
                return LaurentSeries(inner.start, tuple(neg(c) for c in inner.coefficients))
            case Mul(parts):
                found = self._constant(ONE)
                for part in parts:
                    found = self._multiplied(found, self.series(part))
                return found
            case Div(numerator, denominator):
                below = self._inverse(self.series(denominator))
                return self._multiplied(self.series(numerator), below)
            case Pow(base, exponent):
                return self._power(base, exponent)
            case Call(function, arguments):
                return self._call(function, arguments)
            case _:
                raise NoLaurentSeries

    def is_zero(self, e: Expression) -> bool:
        """Tell whether an expression is zero, from its values at a few points.

        Raises:
            NoSeries: where it has no value.
        """
        if isinstance(e, Number):
            return e.value == 0
        seen = 0
        for point in drawn(variables(e), _SEED, (signed, common), tries=_TRIES):
            given = {key: self._evaluator.number(value) for key, value in point.items()}
            try:
                value = self._evaluator.value(e, given)
            except (ArithmeticError, ValueError):
                continue
            if abs(value) > self._evaluator.number(_TINY):
                return False
            seen += 1
            if seen == _POINTS:
                return True
        raise NoLaurentSeries

    # -- arithmetic ----------------------------------------------------------------------------

    def _count(self, steps: int) -> None:
        self._steps += steps
        if self._steps > _MOST_STEPS:
            raise NoLaurentSeries

    def _constant(self, e: Expression) -> LaurentSeries:
        return self._cut(0, [e, *[ZERO] * (self.terms - 1)])

    def _cut(self, start: int, coefficients: list[Expression]) -> LaurentSeries:
        """Return a series without the zeros that it begins with."""
        self._count(len(coefficients))
        first = 0
        while first < len(coefficients) and self.is_zero(coefficients[first]):
            first += 1
        kept = tuple(coefficients[first : first + self.terms])
        if any(cost(c) > _LONGEST for c in kept):
            raise NoLaurentSeries
        return LaurentSeries(start + first, kept)

    def _sum(self, parts: list[LaurentSeries]) -> LaurentSeries:
        start, end = min(p.start for p in parts), min(p.end for p in parts)
        return self._cut(start, [add(*(p.at(k) for p in parts)) for k in range(start, end)])

    def _multiplied(self, a: LaurentSeries, b: LaurentSeries) -> LaurentSeries:
        size = min(len(a.coefficients), len(b.coefficients))
        self._count(size * size)
        found = [
            add(*(mul(a.coefficients[i], b.coefficients[k - i]) for i in range(k + 1)))
            for k in range(size)
        ]
        return self._cut(a.start + b.start, found)

    def _inverse(self, b: LaurentSeries) -> LaurentSeries:
        if not b.coefficients:
            raise NoLaurentSeries
        self._count(len(b.coefficients) ** 2)
        first = div(ONE, b.coefficients[0])
        found = [first]
        for k in range(1, len(b.coefficients)):
            terms = (mul(b.coefficients[i], found[k - i]) for i in range(1, k + 1))
            found.append(neg(mul(first, add(*terms))))
        return self._cut(-b.start, found)

    def _power(self, base: Expression, exponent: Expression) -> LaurentSeries:
        if self.name in variables(exponent):
            return self.series(Call("exp", (Mul((exponent, Call("log", (base,)))),)))
        inner = self.series(base)
        if isinstance(exponent, Number) and exponent.value.denominator == 1:
            count = int(exponent.value)
            if abs(count) > _MOST_STEPS:
                raise NoLaurentSeries
            found = self._constant(ONE)
            step = inner if count > 0 else self._inverse(inner)
            for _ in range(abs(count)):
                found = self._multiplied(found, step)
            return found
        if inner.start != 0 or not inner.coefficients:
            raise NoLaurentSeries  # a branch point
        return self._composed(Pow(Var(_WITHIN), exponent), inner)

    # -- functions -----------------------------------------------------------------------------

    def _call(self, function: str, arguments: tuple[Expression, ...]) -> LaurentSeries:
        row = record(function)
        if row.condition_first:
            return self._choice(function, arguments)
        moving = [i for i, part in enumerate(arguments) if self.name in variables(part)]
        if len(moving) > 1:
            if row.definition is None:
                raise NoLaurentSeries
            return self.series(row.definition(arguments))
        inner = self.series(arguments[moving[0]])
        if inner.start < 0 or not inner.end:
            raise NoLaurentSeries
        if row.kink and (len(arguments) > 1 or inner.start != 0):
            raise NoLaurentSeries
        parts = list(arguments)
        parts[moving[0]] = Var(_WITHIN)
        return self._composed(Call(function, tuple(parts)), inner)

    def _choice(self, function: str, arguments: tuple[Expression, ...]) -> LaurentSeries:
        condition, *sides = arguments
        if self.name in condition_names(condition):
            raise NoLaurentSeries
        yes, no = (self.series(side) for side in sides)
        start, end = min(yes.start, no.start), min(yes.end, no.end)
        found = [Call(function, (condition, yes.at(k), no.at(k))) for k in range(start, end)]
        return self._cut(start, list(found))

    def _composed(self, outer: Expression, inner: LaurentSeries) -> LaurentSeries:
        """Return Taylor's series of a function at the first value of its argument."""
        here = inner.at(0)
        rest = [inner.at(k) if k else ZERO for k in range(inner.end)]
        step = self._cut(0, rest)
        slope: Expression = outer
        found = self._constant(self._valued(slope, here))
        if not step.coefficients:
            return LaurentSeries(found.start, found.coefficients[: inner.end])
        power_of_step, factor = step, Fraction(1)
        for order in range(1, inner.end):
            slope = self.gradient(slope).get(_WITHIN, ZERO)
            factor /= order
            value = mul(number(factor), self._valued(slope, here))
            if not self.is_zero(value):
                found = self._sum([found, self._multiplied(self._constant(value), power_of_step)])
            power_of_step = self._multiplied(power_of_step, step)
            if not power_of_step.coefficients or power_of_step.start >= inner.end:
                break
        return LaurentSeries(found.start, found.coefficients[: max(0, inner.end - found.start)])

    def _valued(self, e: Expression, at: Expression) -> Expression:
        if cost(e) > _LONGEST:
            raise NoLaurentSeries
        value = tidy(substitute(e, {_WITHIN: at}))
        value = _of_numbers(value)
        self.is_zero(value)  # it has a value
        return value


def condition_names(condition: Expression) -> tuple[Key, ...]:
    """Return the names in a condition."""
    match condition:
        case Compare(_, left, right):
            return (*variables(left), *variables(right))
        case Logic(_, parts):
            return tuple(key for part in parts for key in condition_names(part))
        case _:
            return variables(condition)


_AT_ZERO = {"exp": ONE, "cosh": ONE, "cos": ONE, "erfc": ONE, "sigmoid": number(Fraction(1, 2)),
            **dict.fromkeys(("sin", "tan", "sinh", "tanh", "asin", "atan", "asinh", "atanh", "erf",
                             "expm1", "log1p"), ZERO)}  # fmt: skip


def _of_numbers(e: Expression) -> Expression:
    """Return an expression with exp(0), cos(0), log(1), … as the numbers that they are."""
    match e:
        case Add(parts):
            return add(*map(_of_numbers, parts))
        case Mul(parts):
            return mul(*map(_of_numbers, parts))
        case Neg(operand):
            return neg(_of_numbers(operand))
        case Div(numerator, denominator):
            return div(_of_numbers(numerator), _of_numbers(denominator))
        case Pow(base, exponent):
            return power(_of_numbers(base), _of_numbers(exponent))
        case Call(function, (argument,)):
            inner = _of_numbers(argument)
            if inner == ZERO and function in _AT_ZERO:
                return _AT_ZERO[function]
            if inner == ONE and function == "log":
                return ZERO
            return Call(function, (inner,))
        case _:
            return e
