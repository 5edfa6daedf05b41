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
# Assumed: S > 0.
# Assumed: K > 0.
# Assumed: σ > 0.
# Assumed: T > 0.
"""Value, gradient and update step of J."""

from math import copysign, erfc, exp, inf, log, log1p, nan, sqrt
from typing import NamedTuple

_new = tuple.__new__


class Gradient(NamedTuple):
    """The derivative of J by each parameter."""

    sigma: float


class Params(NamedTuple):
    """The parameters after a step."""

    sigma: float


def _normal_cdf(x):
    """The distribution function of the standard normal distribution."""
    return 0.5 * erfc(-0.7071067811865476 * x)


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


def _ieee_log1p(x):
    """log1p(x): infinite at -1.0, NaN below it."""
    return log1p(x) if x > -1.0 else -inf if x == -1.0 else nan


def _ieee_log(x):
    """log(x): infinite at 0.0, NaN below it."""
    return log(x) if x > 0.0 else -inf if x == 0.0 else nan


def value(sigma, S, K, T, m, r=0.1) -> float:
    """Return J."""
    try:
        q = sigma*sqrt(T)
        t1 = (S - K)/K
        d1 = (2.0*(log1p(t1) if abs(t1) < 0.5 else log(S/K)) + (2.0*r + sigma*sigma)*T)/2.0/q
        d2 = d1 - q
        N1 = _normal_cdf(d1)
        N2 = _normal_cdf(d2)
        C = S*N1 - K*_exp(-r*T)*N2
        t2 = C - m
        J = t2*t2
        return J
    except (ArithmeticError, ValueError):
        return _ieee(sigma, S, K, T, m, r)[0]


def gradient(sigma, S, K, T, m, r=0.1) -> Gradient:
    """Return the derivative of J by each parameter."""
    try:
        t1 = sqrt(T)
        q = sigma*t1
        t2 = (S - K)/K
        d1 = (2.0*(log1p(t2) if abs(t2) < 0.5 else log(S/K)) + (2.0*r + sigma*sigma)*T)/2.0/q
        d2 = d1 - q
        N1 = _normal_cdf(d1)
        N2 = _normal_cdf(d2)
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
        t2 = (S - K)/K
        d1 = (2.0*(log1p(t2) if abs(t2) < 0.5 else log(S/K)) + (2.0*r + sigma*sigma)*T)/2.0/q
        d2 = d1 - q
        N1 = _normal_cdf(d1)
        N2 = _normal_cdf(d2)
        C = S*N1 - K*_exp(-r*T)*N2
        t3 = C - m
        J = t3*t3
        dJ_dsigma = 0.7978845608028654*t3*S*_exp(-d1*d1/2.0)*t1
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
    t2 = _ieee_divide(S - K, K)
    d1 = _ieee_divide((2.0*(_ieee_log1p(t2) if abs(t2) < 0.5 else _ieee_log(_ieee_divide(S, K))) + (2.0*r + sigma*sigma)*T)/2.0, q)
    d2 = d1 - q
    N1 = _normal_cdf(d1)
    N2 = _normal_cdf(d2)
    C = S*N1 - K*_exp(-r*T)*N2
    t3 = C - m
    J = t3*t3
    dJ_dsigma = 0.7978845608028654*t3*S*_exp(-d1*d1/2.0)*t1
    return J, _new(Gradient, (dJ_dsigma,))
