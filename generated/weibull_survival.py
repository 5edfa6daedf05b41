# Made by symgrad: value, gradient and update step of J.
#
# Maximize J, where
#     q = t/λ
#     H = q^k
#     f = log(k/λ) + (k − 1)·log(q)
#     J = d·f − H
# Gradient
#     ∂J/∂k = d·(1/k + log(q)) − log(q)·H
#     ∂J/∂λ = k·(q^k − d)/λ
# Names here: λ is lam.
# Assumed: k > 0.
# Assumed: λ > 0.
# Assumed: t > 0.
"""Value, gradient and update step of J."""

from math import copysign, inf, log, nan, pow
from typing import NamedTuple

_new = tuple.__new__


class Gradient(NamedTuple):
    """The derivative of J by each parameter."""

    k: float
    lam: float


class Params(NamedTuple):
    """The parameters after a step."""

    k: float
    lam: float


def _pow(x, y):
    """x to the power y; infinite where that is too large for a float."""
    try:
        return pow(x, y)
    except OverflowError:
        return -inf if x < 0.0 and y % 2.0 == 1.0 else inf


def _ieee_divide(x, y):
    """x/y: infinite or NaN where y is 0."""
    if y != 0.0:
        return x / y
    return nan if x == 0.0 or x != x else copysign(inf, x) * copysign(1.0, y)


def _ieee_pow(x, y):
    """x to the power y: infinite at 0 to a negative power, NaN where it is no real number."""
    try:
        return _pow(x, y)
    except (ArithmeticError, ValueError):
        if x != 0.0:
            return nan
        return copysign(inf, x) if y % 2.0 == 1.0 else inf


def _ieee_log(x):
    """log(x): infinite at 0.0, NaN below it."""
    return log(x) if x > 0.0 else -inf if x == 0.0 else nan


def value(k, lam, t, d) -> float:
    """Return J."""
    try:
        q = t/lam
        H = _pow(q, k)
        f = log(k/lam) + (k - 1.0)*log(q)
        J = d*f - H
        return J
    except (ArithmeticError, ValueError):
        return _ieee(k, lam, t, d)[0]


def gradient(k, lam, t, d) -> Gradient:
    """Return the derivative of J by each parameter."""
    try:
        q = t/lam
        H = _pow(q, k)
        t1 = log(q)
        dJ_dk = d*(1.0/k + t1) - t1*H
        dJ_dlam = k*(H - d)/lam
        return _new(Gradient, (dJ_dk, dJ_dlam))
    except (ArithmeticError, ValueError):
        return _ieee(k, lam, t, d)[1]


def value_and_gradient(k, lam, t, d) -> tuple[float, Gradient]:
    """Return J and its derivative by each parameter."""
    try:
        q = t/lam
        H = _pow(q, k)
        t1 = log(q)
        f = log(k/lam) + (k - 1.0)*t1
        J = d*f - H
        dJ_dk = d*(1.0/k + t1) - t1*H
        dJ_dlam = k*(H - d)/lam
        return J, _new(Gradient, (dJ_dk, dJ_dlam))
    except (ArithmeticError, ValueError):
        return _ieee(k, lam, t, d)


def update(k, lam, t, d, rate=0.1) -> Params:
    """Return the parameters after one step of gradient descent."""
    grad = gradient(k, lam, t, d)
    return _new(Params, (k + rate*grad.k, lam + rate*grad.lam))


def _ieee(k, lam, t, d) -> tuple[float, Gradient]:
    """Return J and its derivatives where a plain operation raises: inf or NaN, as in IEEE 754."""
    q = _ieee_divide(t, lam)
    H = _ieee_pow(q, k)
    t1 = _ieee_log(q)
    f = _ieee_log(_ieee_divide(k, lam)) + (k - 1.0)*t1
    J = d*f - H
    dJ_dk = d*(_ieee_divide(1.0, k) + t1) - t1*H
    dJ_dlam = _ieee_divide(k*(H - d), lam)
    return J, _new(Gradient, (dJ_dk, dJ_dlam))
