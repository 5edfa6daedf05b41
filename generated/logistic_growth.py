# Made by symgrad: value, gradient and update step of J.
#
# Minimize J, where
#     q = (K − N₀)/N₀
#     N = K/(1 + q·exp(−rt))
#     J = (log(N) − log(y))²
# Sensitivities
#     δ_N = ∂J/∂N = 2(log(N) − log(y))/N
#     δ_q = ∂J/∂q = −δ_N·exp(−rt)·N/(1 + q·exp(−rt))
# Gradient
#     ∂J/∂K = δ_q/N₀ + δ_N/(1 + q·exp(−rt))
#     ∂J/∂r = δ_N·q·exp(−rt)·tN/(1 + q·exp(−rt))
#     ∂J/∂N₀ = −δ_q·(1 + q)/N₀
# Accuracy: J loses 3 of 16 digits at K = 0.000408934, r = -0.000203156, N0 = 1.29387, t = -1.55499e-07, y = 0.00340256.
# Accuracy: dJ_dK loses all digits at K = 293.935, r = 6.42308e-07, N0 = 2.89608e-05, t = -7.76497e-05, y = 0.005072.
# Accuracy: dJ_dr loses 4 of 16 digits at K = 0.000408934, r = -0.000203156, N0 = 1.29387, t = -1.55499e-07, y = 0.00340256.
# Accuracy: dJ_dN0 loses 12 of 16 digits at K = 1e-12, r = 0.337262, N0 = 2.91527, t = 11.2651, y = 53.701.
# Assumed: K > 0.
# Assumed: N0 > 0.
# Assumed: y > 0.
"""Value, gradient and update step of J."""

from math import copysign, exp, inf, log, nan
from typing import NamedTuple

_new = tuple.__new__


class Gradient(NamedTuple):
    """The derivative of J by each parameter."""

    K: float
    r: float
    N0: float


class Params(NamedTuple):
    """The parameters after a step."""

    K: float
    r: float
    N0: float


def _exp(x):
    """exp(x); infinite where that is too large for a float."""
    try:
        return exp(x)
    except OverflowError:
        return inf


def _ieee_divide(x, y):
    """x/y: infinite or NaN where y is 0."""
    if y != 0.0:
        return x / y
    return nan if x == 0.0 or x != x else copysign(inf, x) * copysign(1.0, y)


def _ieee_log(x):
    """log(x): infinite at 0.0, NaN below it."""
    return log(x) if x > 0.0 else -inf if x == 0.0 else nan


def value(K, r, N0, t, y) -> float:
    """Return J."""
    try:
        q = (K - N0)/N0
        N = K/(1.0 + q*_exp(-r*t))
        t1 = log(N) - log(y)
        J = t1*t1
        return J
    except (ArithmeticError, ValueError):
        return _ieee(K, r, N0, t, y)[0]


def gradient(K, r, N0, t, y) -> Gradient:
    """Return the derivative of J by each parameter."""
    try:
        q = (K - N0)/N0
        t1 = _exp(-r*t)
        t2 = q*t1
        t3 = 1.0 + t2
        N = K/t3
        delta_N = 2.0*(log(N) - log(y))/N
        t4 = delta_N*N
        delta_q = -t4*t1/t3
        dJ_dK = delta_q/N0 + delta_N/t3
        dJ_dr = t4*t2*t/t3
        dJ_dN0 = -delta_q*(1.0 + q)/N0
        return _new(Gradient, (dJ_dK, dJ_dr, dJ_dN0))
    except (ArithmeticError, ValueError):
        return _ieee(K, r, N0, t, y)[1]


def value_and_gradient(K, r, N0, t, y) -> tuple[float, Gradient]:
    """Return J and its derivative by each parameter."""
    try:
        q = (K - N0)/N0
        t1 = _exp(-r*t)
        t2 = q*t1
        t3 = 1.0 + t2
        N = K/t3
        t4 = log(N) - log(y)
        J = t4*t4
        delta_N = 2.0*t4/N
        t5 = delta_N*N
        delta_q = -t5*t1/t3
        dJ_dK = delta_q/N0 + delta_N/t3
        dJ_dr = t5*t2*t/t3
        dJ_dN0 = -delta_q*(1.0 + q)/N0
        return J, _new(Gradient, (dJ_dK, dJ_dr, dJ_dN0))
    except (ArithmeticError, ValueError):
        return _ieee(K, r, N0, t, y)


def update(K, r, N0, t, y, rate=0.005) -> Params:
    """Return the parameters after one step of gradient descent."""
    grad = gradient(K, r, N0, t, y)
    return _new(Params, (K - rate*grad.K, r - rate*grad.r, N0 - rate*grad.N0))


def _ieee(K, r, N0, t, y) -> tuple[float, Gradient]:
    """Return J and its derivatives where a plain operation raises: inf or NaN, as in IEEE 754."""
    q = _ieee_divide(K - N0, N0)
    t1 = _exp(-r*t)
    t2 = q*t1
    t3 = 1.0 + t2
    N = _ieee_divide(K, t3)
    t4 = _ieee_log(N) - _ieee_log(y)
    J = t4*t4
    delta_N = _ieee_divide(2.0*t4, N)
    t5 = delta_N*N
    delta_q = -_ieee_divide(t5*t1, t3)
    dJ_dK = _ieee_divide(delta_q, N0) + _ieee_divide(delta_N, t3)
    dJ_dr = _ieee_divide(t5*t2*t, t3)
    dJ_dN0 = -_ieee_divide(delta_q*(1.0 + q), N0)
    return J, _new(Gradient, (dJ_dK, dJ_dr, dJ_dN0))
