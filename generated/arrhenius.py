# Made by symgrad: value, gradient and update step of J.
#
# Minimize J, where
#     k = exp(a)·exp(−E/(RT))
#     q = log(k/y)
#     J = q²
# Gradient
#     ∂J/∂a = 2q
#     ∂J/∂E = −2q/(RT)
# Computed in another form, which keeps more digits
#     q = a − E/(RT) − log(y)
# Assumed: T > 0.
# Assumed: y > 0.
"""Value, gradient and update step of J."""

from math import copysign, inf, log, nan
from typing import NamedTuple

_new = tuple.__new__


class Gradient(NamedTuple):
    """The derivative of J by each parameter."""

    a: float
    E: float


class Params(NamedTuple):
    """The parameters after a step."""

    a: float
    E: float


def _ieee_divide(x, y):
    """x/y: infinite or NaN where y is 0."""
    if y != 0.0:
        return x / y
    return nan if x == 0.0 or x != x else copysign(inf, x) * copysign(1.0, y)


def _ieee_log(x):
    """log(x): infinite at 0.0, NaN below it."""
    return log(x) if x > 0.0 else -inf if x == 0.0 else nan


def value(a, E, T, y, R=0.008314) -> float:
    """Return J."""
    try:
        q = a - E/(R*T) - log(y)
        J = q*q
        return J
    except (ArithmeticError, ValueError):
        return _ieee(a, E, T, y, R)[0]


def gradient(a, E, T, y, R=0.008314) -> Gradient:
    """Return the derivative of J by each parameter."""
    try:
        t1 = R*T
        q = a - E/t1 - log(y)
        dJ_da = 2.0*q
        dJ_dE = -dJ_da/t1
        return _new(Gradient, (dJ_da, dJ_dE))
    except (ArithmeticError, ValueError):
        return _ieee(a, E, T, y, R)[1]


def value_and_gradient(a, E, T, y, R=0.008314) -> tuple[float, Gradient]:
    """Return J and its derivative by each parameter."""
    try:
        t1 = R*T
        q = a - E/t1 - log(y)
        J = q*q
        dJ_da = 2.0*q
        dJ_dE = -dJ_da/t1
        return J, _new(Gradient, (dJ_da, dJ_dE))
    except (ArithmeticError, ValueError):
        return _ieee(a, E, T, y, R)


def update(a, E, T, y, R=0.008314, rate=0.2) -> Params:
    """Return the parameters after one step of gradient descent."""
    grad = gradient(a, E, T, y, R)
    return _new(Params, (a - rate*grad.a, E - rate*grad.E))


def _ieee(a, E, T, y, R) -> tuple[float, Gradient]:
    """Return J and its derivatives where a plain operation raises: inf or NaN, as in IEEE 754."""
    t1 = R*T
    q = a - _ieee_divide(E, t1) - _ieee_log(y)
    J = q*q
    dJ_da = 2.0*q
    dJ_dE = -_ieee_divide(dJ_da, t1)
    return J, _new(Gradient, (dJ_da, dJ_dE))
