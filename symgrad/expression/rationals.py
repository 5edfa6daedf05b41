"""Exact fractions as numbers of the evaluator: nothing is rounded."""

from __future__ import annotations

import math
from collections.abc import Iterable
from fractions import Fraction

from symgrad.expression.evaluate import Evaluator, NumberType, OutsideDomain
from symgrad.expression.function import Function
from symgrad.expression.tree import Call, Expression

_LARGEST_ROOT = 64


class NotRational(ArithmeticError):
    """The value of an expression is not rational, or not known to be; the text says why."""


class TooManyBits(NotRational):
    """A rational number is longer than the limit."""


class Fractions(NumberType[Fraction]):
    """Exact fractions; a power of more than twice `max_bits` bits is refused.

    Raises NotRational where a value is not rational, and OutsideDomain where it is not real.

    >>> from symgrad.expression.tree import Pow, Var, number
    >>> Fractions(100).value(Pow(Var("x"), number(Fraction(1, 2))), {"x": Fraction(9, 4)})
    Fraction(3, 2)
    """

    def __init__(self, max_bits: int) -> None:
        self.max_bits = max_bits

    def number(self, value: Fraction) -> Fraction:
        """Return the number itself."""
        return value

    def constant(self, name: str) -> Fraction:
        """Refuse π and e."""
        raise NotRational(f"the number {name} is irrational")

    def sum(self, terms: Iterable[Fraction]) -> Fraction:
        """Return the sum."""
        return sum(terms, Fraction(0))

    def product(self, factors: Iterable[Fraction]) -> Fraction:
        """Return the product."""
        return math.prod(factors, start=Fraction(1))

    def quotient(self, numerator: Fraction, denominator: Fraction) -> Fraction:
        """Return the quotient."""
        if not denominator:
            raise OutsideDomain("division by zero")
        return numerator / denominator

    def power(self, base: Fraction, exponent: Fraction, written: Expression) -> Fraction:
        """Return a power that is rational."""
        del written
        if base == 0 and exponent < 0:
            raise OutsideDomain("zero to a negative power")
        if exponent.denominator != 1:
            if base < 0:
                raise OutsideDomain("fractional power of a negative number")
            base = _root(base, exponent.denominator)
        if bits(base) * abs(exponent.numerator) > 2 * self.max_bits and abs(base) not in (0, 1):
            raise TooManyBits("a power is too long to write out")
        return base**exponent.numerator

    def function(self, call: Call, row: Function, evaluator: Evaluator[Fraction]) -> Fraction:
        """Return a value that is known to be rational."""
        if row.exact:
            point = evaluator.value(call.arguments[0])
            for at, value in row.exact:
                if point == at:
                    return Fraction(value)
        elif row.rational is not None:
            return row.rational(evaluator.value(call.arguments[0]))
        elif call.function == "sqrt":
            return square_root(evaluator.value(call.arguments[0]))
        elif row.definition is not None:
            return evaluator.value(row.definition(call.arguments))
        raise NotRational(f"{call.function} has no exact fraction as its value")


def bits(value: Fraction) -> int:
    """Return the length of a fraction in bits."""
    return max(value.numerator.bit_length(), value.denominator.bit_length())


def square_root(x: Fraction) -> Fraction:
    """Return a square root that is rational."""
    if x < 0:
        raise OutsideDomain("square root of a negative number")
    return _root(x, 2)


def _root(value: Fraction, degree: int) -> Fraction:
    if degree > _LARGEST_ROOT:
        raise NotRational(f"a root of degree {degree} is irrational")
    above, below = (_whole_root(part, degree) for part in value.as_integer_ratio())
    if above is None or below is None:
        raise NotRational("a root is irrational")
    return Fraction(above, below)


def _whole_root(value: int, degree: int) -> int | None:
    low, high = 0, 1 << (value.bit_length() // degree + 1)
    while low < high:
        middle = (low + high) // 2
        if middle**degree < value:
            low = middle + 1
        else:
            high = middle
    return low if low**degree == value else None
