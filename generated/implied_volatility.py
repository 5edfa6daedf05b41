# Made by symgrad: value, gradient and update step of J.
#
# Minimize J, where
#     q = σ·√T
#     d₁ = (log(S/K) + (r + σ²/2)·T)/q
#     d₂ = d₁ − q
#     N₁ = (1 + erf(d₁/√2))/2
#     N₂ = (1 + erf(d₂/√2))/2
#     C = SN₁ − K·exp(−rT)·N₂
#     J = (C − m)²
# Gradient
#     ∂J/∂σ = 2(C − m)·S·exp(−d₁²/2)·√T/√(2π)
# Names here: σ is sigma.
# Computed in another form, which keeps more digits
#     N₂ = erfc(−d₂/√2)/2
# Assumed: S > 0.
# Assumed: K > 0.
# Assumed: σ > 0.
# Assumed: T > 0.
"""Value, gradient and update step of J."""

from math import copysign, erf, erfc, exp, inf, log, nan, sqrt
from typing import NamedTuple

_new = tuple.__new__


class Gradient(NamedTuple):
    """The derivative of J by each parameter."""

    sigma: float


class Params(NamedTuple):
    """The parameters after a step."""

    sigma: float


def _exp(x):
    """exp(x); infinite where that is too large for a float."""
    try:
        return exp(x)
    except OverflowError:
        return inf


def _ieee_sqrt(x):
    """sqrt(x): NaN outside its domain."""
    return sqrt(x) if x >= 0.0 else nan


def _ieee_divide(x, y):
    """x/y: infinite or NaN where y is 0."""
    if y != 0.0:
        return x / y
    return nan if x == 0.0 or x != x else copysign(inf, x) * copysign(1.0, y)


def _ieee_log(x):
    """log(x): infinite at 0.0, NaN below it."""
    return log(x) if x > 0.0 else -inf if x == 0.0 else nan


def value(sigma, S, K, T, m, r=0.1) -> float:
    """Return J."""
    try:
        q = sigma*sqrt(T)
        d1 = (log(S/K) + (r + sigma*sigma/2.0)*T)/q
        d2 = d1 - q
        N1 = (1.0 + erf(d1/1.4142135623730951))/2.0
        N2 = erfc(-d2/1.4142135623730951)/2.0
        C = S*N1 - K*_exp(-r*T)*N2
        t1 = C - m
        J = t1*t1
        return J
    except (ArithmeticError, ValueError):
        return _ieee(sigma, S, K, T, m, r)[0]


def gradient(sigma, S, K, T, m, r=0.1) -> Gradient:
    """Return the derivative of J by each parameter."""
    try:
        t1 = sqrt(T)
        q = sigma*t1
        d1 = (log(S/K) + (r + sigma*sigma/2.0)*T)/q
        d2 = d1 - q
        N1 = (1.0 + erf(d1/1.4142135623730951))/2.0
        N2 = erfc(-d2/1.4142135623730951)/2.0
        C = S*N1 - K*_exp(-r*T)*N2
        dJ_dsigma = 0.7978845608028654*(C - m)*S*_exp(-d1*d1/2.0)*t1
        return _new(Gradient, (dJ_dsigma,))
    except (ArithmeticError, ValueError):
        return _ieee(sigma, S, K, T, m, r)[1]


def value_and_gradient(sigma, S, K, T, m, r=0.1) -> tuple[float, Gradient]:
    """Return J and its derivative by each parameter."""
    try:
        t1 = sqrt(T)
        q = sigma*t1
        d1 = (log(S/K) + (r + sigma*sigma/2.0)*T)/q
        d2 = d1 - q
        N1 = (1.0 + erf(d1/1.4142135623730951))/2.0
        N2 = erfc(-d2/1.4142135623730951)/2.0
        C = S*N1 - K*_exp(-r*T)*N2
        t2 = C - m
        J = t2*t2
        dJ_dsigma = 0.7978845608028654*t2*S*_exp(-d1*d1/2.0)*t1
        return J, _new(Gradient, (dJ_dsigma,))
    except (ArithmeticError, ValueError):
        return _ieee(sigma, S, K, T, m, r)


def update(sigma, S, K, T, m, r=0.1, rate=0.002) -> Params:
    """Return the parameters after one step of gradient descent."""
    grad = gradient(sigma, S, K, T, m, r)
    return _new(Params, (sigma - rate*grad.sigma,))


def _ieee(sigma, S, K, T, m, r) -> tuple[float, Gradient]:
    """Return J and its derivatives where a plain operation raises: inf or NaN, as in IEEE 754."""
    t1 = _ieee_sqrt(T)
    q = sigma*t1
    d1 = _ieee_divide(_ieee_log(_ieee_divide(S, K)) + (r + sigma*sigma/2.0)*T, q)
    d2 = d1 - q
    N1 = (1.0 + erf(d1/1.4142135623730951))/2.0
    N2 = erfc(-d2/1.4142135623730951)/2.0
    C = S*N1 - K*_exp(-r*T)*N2
    t2 = C - m
    J = t2*t2
    dJ_dsigma = 0.7978845608028654*t2*S*_exp(-d1*d1/2.0)*t1
    return J, _new(Gradient, (dJ_dsigma,))
