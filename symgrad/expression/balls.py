"""Elementary functions of real balls, each with its domain.

A ball is a number of python-flint's `arb` that contains the true value; nothing here imports
python-flint, since a ball brings its functions along. Each function raises `Undefined` where it
certainly has no real value and `Unclear` where the ball is too wide to tell.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

Value: TypeAlias = Any  # fmpq or arb, or the module flint; python-flint has no types

_LARGEST_ORDER = 200


class Undefined(ArithmeticError):
    """The expression has no real value at this point."""


class Unclear(ArithmeticError):
    """A ball is too wide to tell; more precision may help."""


def why_not(certainly_outside: bool) -> ArithmeticError:  # noqa: FBT001 - one obvious argument
    """Return the error for a value that is outside a domain, certainly or perhaps."""
    return Undefined() if certainly_outside else Unclear()


def own(method: str) -> Callable[..., Value]:
    """Return the function that is a method of a ball, with a value everywhere."""
    return lambda _, x: getattr(x, method)()


def log(_: Value, x: Value) -> Value:
    """Return log x for x > 0."""
    if not x > 0:
        raise why_not(x <= 0)
    return x.log()


def log_to(base: int) -> Callable[..., Value]:
    """Return the logarithm to a base."""
    return lambda flint, x: log(flint, x) / flint.arb(base).log()


def sqrt(_: Value, x: Value) -> Value:
    """Return the square root for x >= 0."""
    if not x >= 0:
        raise why_not(x < 0)
    return x.sqrt()


def cbrt(_: Value, x: Value) -> Value:
    """Return the real cube root."""
    if x > 0:
        return x.root(3)
    if x < 0:
        return -((-x).root(3))
    if x.is_zero():
        return x
    raise Unclear


def within_one(method: str) -> Callable[..., Value]:
    """Return the method of a ball as a function for -1 <= x <= 1."""

    def checked(_: Value, x: Value) -> Value:
        if not (x >= -1 and x <= 1):
            raise why_not(x > 1 or x < -1)
        return getattr(x, method)()

    return checked


def acosh(_: Value, x: Value) -> Value:
    """Return the inverse of cosh for x >= 1."""
    if not x >= 1:
        raise why_not(x < 1)
    return x.acosh()


def atanh(_: Value, x: Value) -> Value:
    """Return the inverse of tanh for -1 < x < 1."""
    if not (x > -1 and x < 1):
        raise why_not(x >= 1 or x <= -1)
    return x.atanh()


def atan2(flint: Value, y: Value, x: Value) -> Value:
    """Return the angle of (x, y)."""
    if x.is_zero() and y.is_zero():
        raise Undefined
    if y.is_zero() and x < 0:
        return flint.arb.pi()
    if not (x > 0 or y > 0 or y < 0):
        raise Unclear  # perhaps across the cut
    return flint.arb.atan2(y, x)


def lgamma(_: Value, x: Value) -> Value:
    """Return log|gamma(x)|."""
    if x > 0:
        return x.lgamma()
    _check_pole(x)
    return abs(x.gamma()).log()


def _check_pole(x: Value) -> None:
    if not x > 0 and x.contains_integer():
        raise why_not(x.is_exact())


def digamma(_: Value, x: Value) -> Value:
    """Return the derivative of lgamma."""
    _check_pole(x)
    return x.digamma()


def polygamma(flint: Value, order: Value, x: Value) -> Value:
    """Return the derivative of digamma of a whole order."""
    if not (order.is_exact() and order.is_integer()) or order < 0 or order > _LARGEST_ORDER:
        raise Undefined
    _check_pole(x)
    n = int(order.unique_fmpz())
    return flint.acb(x).polygamma(flint.acb(n)).real


def hypot(flint: Value, *values: Value) -> Value:
    """Return the root of the sum of squares."""
    return sum((v * v for v in values), flint.arb(0)).sqrt()


def log_sum_exp(flint: Value, *values: Value) -> Value:
    """Return the logarithm of the sum of exponentials."""
    return sum((v.exp() for v in values), flint.arb(0)).log()


def normal_cdf(flint: Value, x: Value) -> Value:
    """Return the distribution function of the normal distribution."""
    return (-x / flint.arb(2).sqrt()).erfc() / 2


def normal_pdf(flint: Value, x: Value) -> Value:
    """Return the density of the normal distribution."""
    return (-x * x / 2).exp() / (2 * flint.arb.pi()).sqrt()


def sign(flint: Value, x: Value) -> Value:
    """Return the sign of an exact number or a ball."""
    if x > 0:
        return flint.fmpq(1)
    if x < 0:
        return flint.fmpq(-1)
    if isinstance(x, flint.fmpq) or x.is_zero():
        return flint.fmpq(0)
    raise Unclear


def extreme(*, largest: bool) -> Callable[..., Value]:
    """Return max or min of exact numbers and balls."""

    def chosen(flint: Value, *values: Value) -> Value:
        result = values[0]
        for value in values[1:]:
            if isinstance(result, flint.fmpq) and isinstance(value, flint.fmpq):
                result = (max if largest else min)(result, value)
            else:
                a, b = (v if isinstance(v, flint.arb) else flint.arb(v) for v in (result, value))
                result = a.max(b) if largest else a.min(b)
        return result

    return chosen
