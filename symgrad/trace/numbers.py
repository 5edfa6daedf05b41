"""Numbers in a trace: exact fractions where the arithmetic is rational, else many digits.

A number is a Fraction when it is known exactly, and an mpmath number otherwise.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

from symgrad.errors import Diagnostic, LimitExceeded, SymgradError
from symgrad.expression.evaluate import Evaluator, OutsideDomain
from symgrad.expression.functions import record
from symgrad.expression.tree import (
    Add,
    Call,
    Compare,
    Div,
    Expression,
    Logic,
    Mul,
    Neg,
    Number,
    Pow,
    Var,
)

Real = Any  # a Fraction, or an mpmath mpf; mpmath has no types

MAX_EXACT_BITS = 20_000
_SMALL_BITS = 600  # a longer fraction is no longer worth carrying when digits are what is wanted
_MAX_SCALE = 4_000_000
_MAX_TEXT = 400
_LARGEST_ROOT = 64


class NotRational(ArithmeticError):
    """The value of an expression is not rational, or not known to be; the text says why."""


class TooLong(NotRational):
    """A rational number is longer than the limit."""


class OutOfRange(ValueError):
    """A number is written that is larger, or closer to zero, than any that is read."""


class Arithmetic:
    """Evaluates patterns: exactly where that is possible, else at `digits` significant digits.

    With `exact` nothing but exact fractions is returned, and NotRational raised otherwise.
    """

    def __init__(self, digits: int, *, exact: bool = False) -> None:
        self.exact = exact
        self.max_bits = MAX_EXACT_BITS if exact else _SMALL_BITS
        self._evaluator = None if exact else Evaluator(digits)

    def value(self, pattern: Expression, operands: Mapping[str | int, Real]) -> Real:
        """Return the value of a pattern. Raises OutsideDomain where it has no real value."""
        if self.exact or all(isinstance(value, Fraction) for value in operands.values()):
            try:
                found = rational(pattern, operands, self.max_bits)
            except TooLong:
                if self.exact:
                    raise too_long() from None
            except NotRational:
                if self.exact:
                    raise
            else:
                if bits(found) <= self.max_bits:
                    return found
                if self.exact:
                    raise too_long()
        return self._approximate(pattern, operands)

    def _approximate(self, pattern: Expression, operands: Mapping[str | int, Real]) -> Real:
        if self._evaluator is None:
            raise TypeError(pattern)
        evaluator = self._evaluator
        known = {
            key: evaluator.number(value) if isinstance(value, Fraction) else value
            for key, value in operands.items()
        }
        found = evaluator.value(pattern, known)
        if found and abs(found.man_exp[1]) > _MAX_SCALE:
            raise OutsideDomain("the number is too large, or too close to zero")
        return found


def too_long() -> LimitExceeded:
    """Return the error for an exact number that has grown too long."""
    return LimitExceeded(
        Diagnostic(
            f"the exact numbers have grown beyond {MAX_EXACT_BITS:,} bits",
            help="take fewer steps (-n), or leave --exact out",
        )
    )


def bits(value: Fraction) -> int:
    """Return the length of a fraction in bits."""
    return max(value.numerator.bit_length(), value.denominator.bit_length())


def rational(
    e: Expression, values: Mapping[str | int, Fraction], limit: int = MAX_EXACT_BITS
) -> Fraction:
    """Return the exact value of an expression.

    Raises NotRational where the value is not rational, and OutsideDomain where it is not real.
    """
    match e:
        case Number(value):
            return value
        case Var(key):
            return values[key]
        case Neg(operand):
            return -rational(operand, values, limit)
        case Add(terms):
            return sum((rational(term, values, limit) for term in terms), Fraction(0))
        case Mul(factors):
            return math.prod(
                (rational(factor, values, limit) for factor in factors), start=Fraction(1)
            )
        case Div(numerator, denominator):
            below = rational(denominator, values, limit)
            if not below:
                raise OutsideDomain("division by zero")
            return rational(numerator, values, limit) / below
        case Pow(base, exponent):
            return _power(rational(base, values, limit), rational(exponent, values, limit), limit)
        case Call(function, arguments):
            return _call(function, arguments, values, limit)
        case _:
            raise NotRational(
                f"the number {getattr(e, 'name', '')} is irrational".replace("  ", " ")
            )


def _power(base: Fraction, exponent: Fraction, limit: int) -> Fraction:
    if base == 0 and exponent < 0:
        raise OutsideDomain("zero to a negative power")
    if exponent.denominator != 1:
        if base < 0:
            raise OutsideDomain("fractional power of a negative number")
        base = _root(base, exponent.denominator)
    if bits(base) * abs(exponent.numerator) > 2 * limit and abs(base) not in (0, 1):
        raise TooLong("a power is too long to write out")
    return base**exponent.numerator


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


def _call(
    function: str,
    arguments: tuple[Expression, ...],
    values: Mapping[str | int, Fraction],
    limit: int,
) -> Fraction:
    row = record(function)
    if row.condition_first:
        condition, yes, no = arguments
        return rational(yes if _holds(condition, values, limit) else no, values, limit)
    if row.exact:
        point = rational(arguments[0], values, limit)
        for at, value in row.exact:
            if point == at:
                return Fraction(value)
    elif row.rational is not None:
        return row.rational(rational(arguments[0], values, limit))
    elif function == "sqrt":
        return _square_root(rational(arguments[0], values, limit))
    elif row.definition is not None:
        return rational(row.definition(arguments), values, limit)
    raise NotRational(f"{function} has no exact fraction as its value")


def _square_root(x: Fraction) -> Fraction:
    if x < 0:
        raise OutsideDomain("square root of a negative number")
    return _root(x, 2)


_RELATIONS = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
}


def _holds(condition: Expression, values: Mapping[str | int, Fraction], limit: int) -> bool:
    match condition:
        case Compare(relation, left, right):
            pair = rational(left, values, limit), rational(right, values, limit)
            return bool(_RELATIONS[relation](*pair))
        case Logic("and", parts):
            return all(_holds(part, values, limit) for part in parts)
        case Logic("or", parts):
            return any(_holds(part, values, limit) for part in parts)
        case Logic("not", (part,)):
            return not _holds(part, values, limit)
        case _:
            raise TypeError(condition)


def read_number(value: object, what: str) -> Fraction:
    """Return a number given as int, Fraction, Decimal, float or text, exactly.

    A float is read as the shortest decimal that rounds to it, so 0.1 is 1/10. Raises SymgradError,
    naming `what`, for anything that is not a finite number.
    """
    text = repr(value) if isinstance(value, float) else value
    try:
        if isinstance(text, bool):
            raise TypeError
        if isinstance(text, str):
            return _read_text(text)
        if isinstance(text, int | Fraction | Decimal):
            return Fraction(text)
        return _read_text(repr(float(text)))  # type: ignore[arg-type]  # NumPy's numbers
    except OutOfRange:
        message = f"{what} is too large, or too close to zero: `{_short(value)}`"
        help_text = f"numbers go from 1e-{_MAX_TEXT} to 1e{_MAX_TEXT}"
    except (TypeError, ValueError, OverflowError, ZeroDivisionError, InvalidOperation):
        message = f"{what} is not a number: `{_short(value)}`"
        help_text = "as in 2, -0.5, 1/3 or 1e-3"
    raise SymgradError(Diagnostic(message, help=help_text))


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 40 else f"{text[:40]}…"


def _read_text(text: str) -> Fraction:
    plain = text.strip().replace("−", "-").replace("–", "-")
    if len(plain) > _MAX_TEXT:
        raise ValueError(plain)
    top, slash, bottom = plain.partition("/")
    return _decimal(top) / _decimal(bottom) if slash else _decimal(top)


def _decimal(text: str) -> Fraction:
    value = Decimal(text.strip())
    if not value.is_finite():
        raise ValueError(text)
    if value and abs(value.adjusted()) > _MAX_TEXT:
        raise OutOfRange(text)
    return Fraction(value)
