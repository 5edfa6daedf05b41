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

from math import exp, inf
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


def value(a, b, c, d, x, y) -> float:
    """Return J."""
    mu = a*x + b
    s = c*x + d
    r = y - mu
    J = s/2.0 + 0.9189385332046727 + _exp(-s)*r*r/2.0
    return J


def gradient(a, b, c, d, x, y) -> Gradient:
    """Return the derivative of J by each parameter."""
    mu = a*x + b
    s = c*x + d
    r = y - mu
    t1 = _exp(-s)*r
    delta_s = 0.5 - t1*r/2.0
    delta_mu = -t1
    dJ_da = delta_mu*x
    dJ_dc = delta_s*x
    return _new(Gradient, (dJ_da, delta_mu, dJ_dc, delta_s))


def value_and_gradient(a, b, c, d, x, y) -> tuple[float, Gradient]:
    """Return J and its derivative by each parameter."""
    mu = a*x + b
    s = c*x + d
    r = y - mu
    t1 = _exp(-s)
    t2 = t1*r*r/2.0
    J = s/2.0 + 0.9189385332046727 + t2
    delta_s = 0.5 - t2
    delta_mu = -t1*r
    dJ_da = delta_mu*x
    dJ_dc = delta_s*x
    return J, _new(Gradient, (dJ_da, delta_mu, dJ_dc, delta_s))


def update(a, b, c, d, x, y, rate=0.02) -> Params:
    """Return the parameters after one step of gradient descent."""
    grad = gradient(a, b, c, d, x, y)
    return _new(Params, (a - rate*grad.a, b - rate*grad.b, c - rate*grad.c, d - rate*grad.d))
