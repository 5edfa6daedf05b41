"""Operations and functions on certified values: exact rationals and Arb balls.

A value is a FLINT rational or a real ball that contains the true value. Each function raises
`Undefined` where it certainly has no real value and `Unclear` where the ball is too wide to tell.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any, TypeAlias

from flint import acb, arb, fmpq

from symgrad.verify.deciding.limits import MAX_BITS

Value: TypeAlias = Any  # fmpq or arb; python-flint has no types

_EXACT_BITS = 20_000


class Undefined(ArithmeticError):
    """The expression has no real value at this point."""


class Unclear(ArithmeticError):
    """A ball is too wide to tell; more precision may help."""


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


def why_not(certainly_outside: bool) -> ArithmeticError:  # noqa: FBT001 - one obvious argument
    """Return the error for a value that is outside a domain, certainly or perhaps."""
    return Undefined() if certainly_outside else Unclear()


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


def _log(x: Value) -> Value:
    if not x > 0:
        raise why_not(x <= 0)
    return x.log()


def _sqrt(x: Value) -> Value:
    if not x >= 0:
        raise why_not(x < 0)
    return x.sqrt()


def _cbrt(x: Value) -> Value:
    if x > 0:
        return x.root(3)
    if x < 0:
        return -((-x).root(3))
    if x.is_zero():
        return x
    raise Unclear


def _within_one(function: Callable[[Value], Value]) -> Callable[[Value], Value]:
    def checked(x: Value) -> Value:
        if not (x >= -1 and x <= 1):
            raise why_not(x > 1 or x < -1)
        return function(x)

    return checked


def _acosh(x: Value) -> Value:
    if not x >= 1:
        raise why_not(x < 1)
    return x.acosh()


def _atanh(x: Value) -> Value:
    if not (x > -1 and x < 1):
        raise why_not(x >= 1 or x <= -1)
    return x.atanh()


def _atan2(y: Value, x: Value) -> Value:
    if x.is_zero() and y.is_zero():
        raise Undefined
    if y.is_zero() and x < 0:
        return arb.pi()
    if not (x > 0 or y > 0 or y < 0):
        raise Unclear  # perhaps across the cut
    return arb.atan2(y, x)


def _lgamma(x: Value) -> Value:
    if x > 0:
        return x.lgamma()
    _check_pole(x)
    return abs(x.gamma()).log()


def _check_pole(x: Value) -> None:
    if not x > 0 and x.contains_integer():
        raise why_not(x.is_exact())


def _digamma(x: Value) -> Value:
    _check_pole(x)
    return x.digamma()


def _polygamma(order: Value, x: Value) -> Value:
    if not (order.is_exact() and order.is_integer()) or order < 0 or order > 200:
        raise Undefined
    n = int(order.unique_fmpz())
    _check_pole(x)
    return acb(x).polygamma(acb(n)).real


def _hypot(*values: Value) -> Value:
    return sum((v * v for v in values), arb(0)).sqrt()


def _log_sum_exp(*values: Value) -> Value:
    return sum((v.exp() for v in values), arb(0)).log()


DIRECT: dict[str, Callable[..., Value]] = {
    "exp": lambda x: x.exp(),
    "log": _log,
    "log2": lambda x: _log(x) / arb(2).log(),
    "log10": lambda x: _log(x) / arb(10).log(),
    "sqrt": _sqrt,
    "cbrt": _cbrt,
    "sin": lambda x: x.sin(),
    "cos": lambda x: x.cos(),
    "tan": lambda x: x.tan(),
    "asin": _within_one(lambda x: x.asin()),
    "acos": _within_one(lambda x: x.acos()),
    "atan": lambda x: x.atan(),
    "atan2": _atan2,
    "sinh": lambda x: x.sinh(),
    "cosh": lambda x: x.cosh(),
    "tanh": lambda x: x.tanh(),
    "asinh": lambda x: x.asinh(),
    "acosh": _acosh,
    "atanh": _atanh,
    "erf": lambda x: x.erf(),
    "erfc": lambda x: x.erfc(),
    "sigmoid": lambda x: 1 / (1 + (-x).exp()),
    "softplus": lambda x: x.exp().log1p(),
    "gelu": lambda x: x * (-x / arb(2).sqrt()).erfc() / 2,
    "silu": lambda x: x / (1 + (-x).exp()),
    "hypot": _hypot,
    "log1p": lambda x: _log(1 + x),
    "expm1": lambda x: x.expm1(),
    "logsumexp": _log_sum_exp,
    "normal_pdf": lambda x: (-x * x / 2).exp() / (2 * arb.pi()).sqrt(),
    "normal_cdf": lambda x: (-x / arb(2).sqrt()).erfc() / 2,
    "lgamma": _lgamma,
    "digamma": _digamma,
    "polygamma": _polygamma,
}


def _extreme(values: list[Value], *, largest: bool) -> Value:
    result = values[0]
    for value in values[1:]:
        if isinstance(result, fmpq) and isinstance(value, fmpq):
            result = (max if largest else min)(result, value)
        else:
            a, b = ball(result), ball(value)
            result = a.max(b) if largest else a.min(b)
    return result


EXACT: dict[str, Callable[[list[Value]], Value]] = {
    "abs": lambda v: abs(v[0]),
    "max": lambda v: _extreme(v, largest=True),
    "min": lambda v: _extreme(v, largest=False),
    "relu": lambda v: _extreme([v[0], fmpq(0)], largest=True),
    "stop_gradient": lambda v: v[0],
}
