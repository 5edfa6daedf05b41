# Made by symgrad: value, gradient and update step of J.
#
# Minimize J, where
#     μ = ax + b
#     s = cx + d
#     v = exp(s)
#     r = y − μ
#     J = log(2πv)/2 + r²/(2v)
# Sensitivities
#     δ_s = ∂J/∂s = (1 − r²/v)/2
#     δ_μ = ∂J/∂μ = −r/v
# Gradient
#     ∂J/∂a = δ_μ·x
#     ∂J/∂b = δ_μ
#     ∂J/∂c = δ_s·x
#     ∂J/∂d = δ_s
# Names here: μ is mu.
"""Value, gradient and update step of J."""

from math import copysign, exp, inf, log, nan, pi
from typing import NamedTuple

_new = tuple.__new__


class Gradient(NamedTuple):
    """The derivative of J by each parameter."""

    a: float
    b: float
    c: float
    d: float


class Params(NamedTuple):
    """The parameters after a step."""

    a: float
    b: float
    c: float
    d: float


def _exp(x):
    """exp(x); infinite where that is too large for a float."""
    try:
        return exp(x)
    except OverflowError:
        return inf


def _ieee_log(x):
    """log(x): infinite at 0.0, NaN below it."""
    return log(x) if x > 0.0 else -inf if x == 0.0 else nan


def _ieee_divide(x, y):
    """x/y: infinite or NaN where y is 0."""
    if y != 0.0:
        return x / y
    return nan if x == 0.0 or x != x else copysign(inf, x) * copysign(1.0, y)


def value(a, b, c, d, x, y) -> float:
    """Return J."""
    try:
        mu = a*x + b
        s = c*x + d
        v = _exp(s)
        r = y - mu
        J = log(2.0*pi*v)/2.0 + r*r/(2.0*v)
        return J
    except (ArithmeticError, ValueError):
        return _ieee(a, b, c, d, x, y)[0]


def gradient(a, b, c, d, x, y) -> Gradient:
    """Return the derivative of J by each parameter."""
    try:
        mu = a*x + b
        s = c*x + d
        v = _exp(s)
        r = y - mu
        delta_s = (1.0 - r*r/v)/2.0
        delta_mu = -r/v
        dJ_da = delta_mu*x
        dJ_dc = delta_s*x
        return _new(Gradient, (dJ_da, delta_mu, dJ_dc, delta_s))
    except (ArithmeticError, ValueError):
        return _ieee(a, b, c, d, x, y)[1]


def value_and_gradient(a, b, c, d, x, y) -> tuple[float, Gradient]:
    """Return J and its derivative by each parameter."""
    try:
        mu = a*x + b
        s = c*x + d
        v = _exp(s)
        r = y - mu
        t1 = r*r
        J = log(2.0*pi*v)/2.0 + t1/(2.0*v)
        delta_s = (1.0 - t1/v)/2.0
        delta_mu = -r/v
        dJ_da = delta_mu*x
        dJ_dc = delta_s*x
        return J, _new(Gradient, (dJ_da, delta_mu, dJ_dc, delta_s))
    except (ArithmeticError, ValueError):
        return _ieee(a, b, c, d, x, y)


def update(a, b, c, d, x, y, rate=0.02) -> Params:
    """Return the parameters after one step of gradient descent."""
    grad = gradient(a, b, c, d, x, y)
    return _new(Params, (a - rate*grad.a, b - rate*grad.b, c - rate*grad.c, d - rate*grad.d))


def _ieee(a, b, c, d, x, y) -> tuple[float, Gradient]:
    """Return J and its derivatives where a plain operation raises: inf or NaN, as in IEEE 754."""
    mu = a*x + b
    s = c*x + d
    v = _exp(s)
    r = y - mu
    t1 = r*r
    J = _ieee_log(2.0*pi*v)/2.0 + _ieee_divide(t1, 2.0*v)
    delta_s = (1.0 - _ieee_divide(t1, v))/2.0
    delta_mu = -_ieee_divide(r, v)
    dJ_da = delta_mu*x
    dJ_dc = delta_s*x
    return J, _new(Gradient, (dJ_da, delta_mu, dJ_dc, delta_s))
