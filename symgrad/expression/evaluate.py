"""Numbers put into expressions, at any precision, over the reals.

The slow and certain evaluator: mpmath at a chosen number of digits. It is what emitted code, closed
forms and traces are compared with.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from symgrad.expression.functions import record
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
)

Real = Any  # an mpmath mpf; mpmath has no types
Context = Any  # an mpmath context
DIGITS = 50


class OutsideDomain(ArithmeticError):
    """A real function was asked for its value outside its real domain, or at a pole."""


class Evaluator:
    """Evaluates expressions with mpmath at `digits` significant digits.

    Raises OutsideDomain where the value is not a real number.
    """

    def __init__(self, digits: int = DIGITS) -> None:
        import mpmath  # noqa: PLC0415  (only here is mpmath needed, and it takes 60 ms to import)

        self.context = mpmath.mp.clone() if hasattr(mpmath.mp, "clone") else mpmath.MPContext()
        self.context.dps = digits

    def number(self, value: Fraction | float) -> Real:
        """Return the number at the evaluator's precision."""
        exact = Fraction(value)
        return self.context.mpf(exact.numerator) / self.context.mpf(exact.denominator)

    def value(self, expression: Expression, values: Mapping[str | int, Real]) -> Real:
        """Return the value of an expression, its variables taken from `values`."""
        match expression:
            case Number(exact):
                return self.number(exact)
            case Constant(name):
                return +self.context.pi if name == "pi" else self.context.e + 0
            case Var(key):
                return values[key]
            case Add(terms):
                return self.context.fsum(self.value(term, values) for term in terms)
            case Neg(operand):
                return -self.value(operand, values)
            case Mul(factors):
                return self.context.fprod(self.value(factor, values) for factor in factors)
            case Div(numerator, denominator):
                return self._quotient(
                    self.value(numerator, values), self.value(denominator, values)
                )
            case Pow(base, exponent):
                return self._power(self.value(base, values), self.value(exponent, values))
            case Call(function, arguments):
                return self._call(function, arguments, values)
            case _:
                raise TypeError(expression)

    def holds(self, condition: Expression, values: Mapping[str | int, Real]) -> bool:
        """Tell whether a condition holds."""
        match condition:
            case Compare(relation, left, right):
                a, b = self.value(left, values), self.value(right, values)
                return bool(_RELATIONS[relation](a, b))
            case Logic("and", parts):
                return all(self.holds(part, values) for part in parts)
            case Logic("or", parts):
                return any(self.holds(part, values) for part in parts)
            case Logic("not", (part,)):
                return not self.holds(part, values)
            case _:
                raise TypeError(condition)

    def _quotient(self, numerator: Real, denominator: Real) -> Real:
        if denominator == 0:
            raise OutsideDomain("division by zero")
        return numerator / denominator

    def _power(self, base: Real, exponent: Real) -> Real:
        whole = self.context.isint(exponent)
        if base == 0 and exponent < 0:
            raise OutsideDomain("zero to a negative power")
        if base < 0 and not whole:
            raise OutsideDomain("fractional power of a negative number")
        try:
            if whole and abs(exponent) < 10**6:
                return base ** int(exponent)
            return self.context.power(base, exponent)
        except ArithmeticError as error:
            raise OutsideDomain("a power of more digits than there can be") from error

    def _call(
        self, function: str, arguments: tuple[Expression, ...], values: Mapping[str | int, Real]
    ) -> Real:
        row = record(function)
        if row.condition_first:
            condition, yes, no = arguments
            return self.value(yes if self.holds(condition, values) else no, values)
        if row.mpmath is None:
            if row.definition is None:
                raise OutsideDomain(f"nothing is known of the value of {function}")
            return self.value(row.definition(arguments), values)
        numbers = [self.value(argument, values) for argument in arguments]
        try:
            result = row.number(self.context, *numbers)
        except (
            ValueError,
            ArithmeticError,  # a pole, or more digits than there can be
            NotImplementedError,
            self.context.NoConvergence,
        ) as error:
            raise OutsideDomain(f"{function} has no value here") from error
        if not isinstance(result, self.context.mpf) or not self.context.isfinite(result):
            raise OutsideDomain(f"{function} is not a real number here")
        return result


_RELATIONS = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
}
