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
# Assumed: K > 0.
# Assumed: N0 > 0.
# Assumed: y > 0.
"""Value, gradient and update step of J."""

from math import copysign, exp, expm1, inf, log, log1p, nan
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


def _expm1(x):
    """exp(x) - 1; infinite where that is too large for a float."""
    try:
        return expm1(x)
    except OverflowError:
        return inf


def _ieee_divide(x, y):
    """x/y: infinite or NaN where y is 0."""
    if y != 0.0:
        return x / y
    return nan if x == 0.0 or x != x else copysign(inf, x) * copysign(1.0, y)


def _ieee_log1p(x):
    """log1p(x): infinite at -1.0, NaN below it."""
    return log1p(x) if x > -1.0 else -inf if x == -1.0 else nan


def _ieee_log(x):
    """log(x): infinite at 0.0, NaN below it."""
    return log(x) if x > 0.0 else -inf if x == 0.0 else nan


def value(K, r, N0, t, y) -> float:
    """Return J."""
    try:
        t1 = K - N0
        q = _ieee_divide(t1, N0)
        t2 = _exp(-r*t)
        N = _ieee_divide(K, 1.0 + q*t2)
        t3 = (1.0 + t2*t1/N0)*y
        t4 = (K - t3)/t3
        t5 = log1p(t4) if abs(t4) < 0.5 else log(N/y)
        J = t5*t5
        return J
    except (ArithmeticError, ValueError):
        return _ieee(K, r, N0, t, y)[0]


def gradient(K, r, N0, t, y) -> Gradient:
    """Return the derivative of J by each parameter."""
    try:
        q = (K - N0)/N0
        t1 = r*t
        t2 = 1.0 + q*_exp(-t1)
        N = _ieee_divide(K, t2)
        t3 = _exp(t1) + q
        t4 = t2*y
        t5 = (K - t4)/t4
        t6 = log1p(t5) if abs(t5) < 0.5 else log(N/y)
        delta_q = -2.0*t6/t3
        dJ_dK = -delta_q*(_expm1(t1)/K)
        dJ_dr = q*(2.0*t6*t/t3)
        dJ_dN0 = -delta_q*(1.0 + q)/N0
        return _new(Gradient, (dJ_dK, dJ_dr, dJ_dN0))
    except (ArithmeticError, ValueError):
        return _ieee(K, r, N0, t, y)[1]


def value_and_gradient(K, r, N0, t, y) -> tuple[float, Gradient]:
    """Return J and its derivative by each parameter."""
    try:
        t1 = K - N0
        q = t1/N0
        t2 = r*t
        t3 = _exp(-t2)
        t4 = 1.0 + q*t3
        N = _ieee_divide(K, t4)
        t5 = (1.0 + t3*t1/N0)*y
        t6 = (K - t5)/t5
        t7 = log1p(t6) if abs(t6) < 0.5 else log(N/y)
        J = t7*t7
        t8 = _exp(t2) + q
        t9 = t4*y
        t10 = (K - t9)/t9
        t11 = log1p(t10) if abs(t10) < 0.5 else log(N/y)
        delta_q = -2.0*t11/t8
        dJ_dK = -delta_q*(_expm1(t2)/K)
        dJ_dr = q*(2.0*t11*t/t8)
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
    t1 = K - N0
    q = _ieee_divide(t1, N0)
    t2 = r*t
    t3 = _exp(-t2)
    t4 = 1.0 + q*t3
    N = _ieee_divide(K, t4)
    t5 = (1.0 + _ieee_divide(t3*t1, N0))*y
    t6 = _ieee_divide(K - t5, t5)
    t7 = _ieee_log1p(t6) if abs(t6) < 0.5 else _ieee_log(_ieee_divide(N, y))
    J = t7*t7
    t8 = _exp(t2) + q
    t9 = t4*y
    t10 = _ieee_divide(K - t9, t9)
    t11 = _ieee_log1p(t10) if abs(t10) < 0.5 else _ieee_log(_ieee_divide(N, y))
    delta_q = -_ieee_divide(2.0*t11, t8)
    dJ_dK = -delta_q*_ieee_divide(_expm1(t2), K)
    dJ_dr = q*_ieee_divide(2.0*t11*t, t8)
    dJ_dN0 = -_ieee_divide(delta_q*(1.0 + q), N0)
    return J, _new(Gradient, (dJ_dK, dJ_dr, dJ_dN0))
