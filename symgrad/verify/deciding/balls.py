"""Operations on certified values: exact rationals and Arb balls.

A value is a FLINT rational or a real ball that contains the true value. Each operation raises
`Undefined` where it certainly has no real value and `Unclear` where the ball is too wide to tell.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any, TypeAlias

from symgrad.expression.balls import Unclear, Undefined, why_not
from symgrad.expression.certified import arb, fmpq
from symgrad.verify.deciding.limits import MAX_BITS

Value: TypeAlias = Any  # fmpq or arb; python-flint has no types

__all__ = [
    "Unclear", "Undefined", "Value", "ball", "constant_power", "exact_number", "quotient", "short",
    "why_not",
]  # fmt: skip

_EXACT_BITS = 20_000


def exact_number(value: Fraction) -> Value:
    """Return a rational number as an exact value."""
    if max(value.numerator.bit_length(), value.denominator.bit_length()) > MAX_BITS:
        raise Undefined
    return fmpq(value.numerator, value.denominator)


def short(value: Value) -> Value:
    """Return a value that stays exact only while it is short."""
    if isinstance(value, fmpq) and value.height_bits() > _EXACT_BITS:
        return arb(value)
    return value


def ball(value: Value) -> Value:
    """Return a value as a ball."""
    return value if isinstance(value, arb) else arb(value)


def quotient(above: Value, below: Value) -> Value:
    """Return the quotient."""
    if isinstance(below, fmpq):
        if below == 0:
            raise Undefined
    elif not (below > 0 or below < 0):
        raise why_not(below.is_zero())
    return above / below


def constant_power(base: Value, power: Value) -> Value:
    """Return a power with an exponent that is a constant."""
    if power.q == 1:
        exponent = int(power.p)
        if exponent >= 0:
            return _whole_power(base, exponent)
        return quotient(fmpq(1), _whole_power(base, -exponent))
    if base == 0 if isinstance(base, fmpq) else base.is_zero():
        if power < 0:
            raise Undefined
        return fmpq(0)
    below = ball(base)
    if not below > 0:
        raise why_not(below < 0)
    return below ** arb(power)


def _whole_power(base: Value, exponent: int) -> Value:
    if isinstance(base, fmpq):
        bits = max(int(base.p).bit_length(), int(base.q).bit_length())
        if bits * exponent <= _EXACT_BITS or bits <= 1:
            return base**exponent
    return ball(base) ** exponent
