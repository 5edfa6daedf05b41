"""Exact arithmetic on plain numbers, within limits: it refuses 9^9^9 before anything is built.

It is apart from the evaluator of `symgrad.expression` because it is asked at every sum and product
that is read: nearly all hold a name, and are to be left at the first one, at no cost.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from fractions import Fraction

from symgrad.expression.functions import record
from symgrad.expression.tree import Add, Call, Constant, Div, Expression, Mul, Neg, Number, Pow, Var
from symgrad.sources.limits import MAX_BITS, MAX_EXPONENT


class TooManyDigits(ValueError):
    """The result of an exact computation is larger than the limit."""


class DivisionByZero(ValueError):
    """A quotient of plain numbers has the denominator 0."""


def rational(expression: Expression) -> Fraction | None:
    """Return the exact value of an expression made of plain numbers only, else None.

    Raises:
        TooLarge: if a numerator or denominator on the way exceeds MAX_BITS bits.
        DivisionByZero: if a denominator is 0.
    """
    match expression:
        case Number(value):
            return value
        case Neg(operand):
            inner = rational(operand)
            return None if inner is None else -inner
        case Add(parts):
            return _fold(parts, product=False)
        case Mul(parts):
            return _fold(parts, product=True)
        case Div(numerator, denominator):
            below = rational(denominator)
            above = rational(numerator) if below is not None else None
            return None if above is None or below is None else quotient(above, below)
        case Pow(base, exponent):
            index = rational(exponent)
            root = rational(base) if index is not None else None
            if root is None or index is None or index.denominator != 1:
                return None
            return integer_power(root, index.numerator)
        case _:
            return None


def _fold(parts: Iterable[Expression], *, product: bool) -> Fraction | None:
    total = Fraction(1 if product else 0)
    for part in parts:
        value = rational(part)
        if value is None:
            return None
        total = bounded(total * value if product else total + value)
    return total


def bounded(value: Fraction) -> Fraction:
    """Return `value`; raise TooLarge if it is beyond MAX_BITS."""
    if max(value.numerator.bit_length(), value.denominator.bit_length()) > MAX_BITS:
        raise TooManyDigits
    return value


def quotient(above: Fraction, below: Fraction) -> Fraction:
    """Return `above / below`; raise DivisionByZero or TooLarge."""
    if below == 0:
        raise DivisionByZero
    return bounded(above / below)


def integer_power(base: Fraction, exponent: int) -> Fraction:
    """Return `base ** exponent`; raise DivisionByZero, or TooLarge before the number is built."""
    if base == 0 and exponent < 0:
        raise DivisionByZero
    if base in (0, 1, -1):
        return base ** (exponent % 2 if base == -1 else min(exponent, 1))
    bits = max(base.numerator.bit_length(), base.denominator.bit_length())
    if bits * abs(exponent) > MAX_BITS:
        raise TooManyDigits
    return base**exponent


def check_power(base: Expression, exponent: Expression) -> None:
    """Refuse a power of which the exact value would be enormous, or that divides by 0.

    Raises:
        TooLarge: for a constant exponent beyond MAX_EXPONENT, or a result beyond MAX_BITS bits.
        DivisionByZero: for a negative power of 0.
    """
    if type(exponent) is Var:
        return
    index = approximate(exponent)
    if index is None:
        return
    if not abs(index) <= MAX_EXPONENT:
        raise TooManyDigits
    if type(base) is Var:
        return
    size = approximate(base)
    if size is None:
        return
    if size == 0 and index < 0:
        raise DivisionByZero
    if size != 0 and not abs(index * math.log2(abs(size))) <= MAX_BITS:
        raise TooManyDigits
    rational(Pow(base, exponent))


def check_many(parts: Iterable[Expression], *, product: bool) -> None:
    """Refuse a sum or product whose plain numbers add or multiply up to an enormous fraction.

    Raises:
        TooLarge: if they exceed MAX_BITS bits.
    """
    total = Fraction(1 if product else 0)
    for part in parts:
        if type(part) is not Var and (value := rational(part)) is not None:
            total = bounded(total * value if product else total + value)


def approximate(expression: Expression) -> float | None:
    """Return the size of an expression without variables in floating point, None if it has any.

    Of a function whose record has none the size is taken to be that of its largest argument;
    what overflows is infinite. Good enough to refuse what nobody could compute exactly.
    """
    try:
        return _approximate(expression)
    except (ArithmeticError, ValueError):
        return math.inf


def _approximate(expression: Expression) -> float | None:
    match expression:
        case Number(value):
            return float(value)
        case Constant(name):
            return math.pi if name == "pi" else math.e
        case Neg(operand):
            inner = _approximate(operand)
            return None if inner is None else -inner
        case Add(parts):
            return _reduce(sum, parts)
        case Mul(parts):
            return _reduce(math.prod, parts)
        case Div(left, right):
            return _reduce(lambda pair: pair[0] / pair[1], (left, right))
        case Pow(left, right):
            return _reduce(lambda pair: math.pow(*pair), (left, right))
        case Call(name, (_,) as parts) if (double := record(name).double) is not None:
            return _reduce(lambda single: double(*single), parts)
        case Call("where", (_, *parts)) | Call(_, parts):
            return _reduce(lambda sizes: max(map(abs, sizes)), tuple(parts))
        case _:
            return None


def _reduce(
    operation: Callable[[list[float]], float], parts: tuple[Expression, ...]
) -> float | None:
    values: list[float] = []
    for part in parts:
        value = _approximate(part)
        if value is None:
            return None
        values.append(value)
    return operation(values)
