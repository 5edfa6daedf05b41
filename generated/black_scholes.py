# Made by symgrad: value, gradient and update step of C.
#
# Minimize C, where
#     d₁ = (log(S/K) + (r + σ²/2)·T)/(σ·√T)
#     d₂ = d₁ − σ·√T
#     C = S·normal_cdf(d₁) − K·exp(−rT)·normal_cdf(d₂)
# Sensitivities
#     δ = ∂C/∂d₂ = −S·normal_pdf(d₁)
# Gradient
#     ∂C/∂S = normal_cdf(d₁)
#     ∂C/∂r = K·normal_cdf(d₂)·exp(−rT)·T
#     ∂C/∂σ = −δ·√T
#     ∂C/∂T = −δσ/(2·√T) + K·normal_cdf(d₂)·exp(−rT)·r
# Names here: σ is sigma.
# Accuracy: C loses 5 of 16 digits at S = 1, r = 0.116561, σ = 0.215587, T = 0.406341, K = 43.8695.
# Assumed: S > 0.
# Assumed: K > 0.
# Assumed: σ > 0.
# Assumed: T > 0.
"""Value, gradient and update step of C."""

from math import copysign, erfc, exp, inf, log, nan, sqrt
from typing import NamedTuple

_new = tuple.__new__


class Gradient(NamedTuple):
    """The derivative of C by each parameter."""

    S: float
    r: float
    sigma: float
    T: float


class Params(NamedTuple):
    """The parameters after a step."""

    S: float
    r: float
    sigma: float
    T: float


def _normal_cdf(x):
    """The distribution function of the standard normal distribution."""
    return 0.5 * erfc(-0.7071067811865476 * x)


def _exp(x):
    """exp(x); infinite where that is too large for a float."""
    try:
        return exp(x)
    except OverflowError:
        return inf


def _normal_pdf(x):
    """The density of the standard normal distribution."""
    return 0.3989422804014327 * exp(-0.5 * x * x)


def _ieee_divide(x, y):
    """x/y: infinite or NaN where y is 0."""
    if y != 0.0:
        return x / y
    return nan if x == 0.0 or x != x else copysign(inf, x) * copysign(1.0, y)


def _ieee_log(x):
    """log(x): infinite at 0.0, NaN below it."""
    return log(x) if x > 0.0 else -inf if x == 0.0 else nan


def _ieee_sqrt(x):
    """sqrt(x): NaN outside its domain."""
    return sqrt(x) if x >= 0.0 else nan


def value(S, r, sigma, T, K) -> float:
    """Return C."""
    try:
        t1 = sigma*sqrt(T)
        d1 = (log(S/K) + (r + sigma*sigma/2.0)*T)/t1
        d2 = d1 - t1
        C = S*_normal_cdf(d1) - K*_exp(-r*T)*_normal_cdf(d2)
        return C
    except (ArithmeticError, ValueError):
        return _ieee(S, r, sigma, T, K)[0]


def gradient(S, r, sigma, T, K) -> Gradient:
    """Return the derivative of C by each parameter."""
    try:
        t1 = sqrt(T)
        t2 = sigma*t1
        d1 = (log(S/K) + (r + sigma*sigma/2.0)*T)/t2
        d2 = d1 - t2
        delta = -S*_normal_pdf(d1)
        dC_dS = _normal_cdf(d1)
        t3 = K*_normal_cdf(d2)*_exp(-r*T)
        dC_dr = t3*T
        dC_dsigma = -delta*t1
        dC_dT = t3*r - delta*sigma/(2.0*t1)
        return _new(Gradient, (dC_dS, dC_dr, dC_dsigma, dC_dT))
    except (ArithmeticError, ValueError):
        return _ieee(S, r, sigma, T, K)[1]


def value_and_gradient(S, r, sigma, T, K) -> tuple[float, Gradient]:
    """Return C and its derivative by each parameter."""
    try:
        t1 = sqrt(T)
        t2 = sigma*t1
        d1 = (log(S/K) + (r + sigma*sigma/2.0)*T)/t2
        d2 = d1 - t2
        dC_dS = _normal_cdf(d1)
        t3 = K*_normal_cdf(d2)*_exp(-r*T)
        C = S*dC_dS - t3
        delta = -S*_normal_pdf(d1)
        dC_dr = t3*T
        dC_dsigma = -delta*t1
        dC_dT = t3*r - delta*sigma/(2.0*t1)
        return C, _new(Gradient, (dC_dS, dC_dr, dC_dsigma, dC_dT))
    except (ArithmeticError, ValueError):
        return _ieee(S, r, sigma, T, K)


def update(S, r, sigma, T, K, rate=0.0001) -> Params:
    """Return the parameters after one step of gradient descent."""
    grad = gradient(S, r, sigma, T, K)
    return _new(Params, (
        S - rate*grad.S, r - rate*grad.r, sigma - rate*grad.sigma, T - rate*grad.T,
    ))


def _ieee(S, r, sigma, T, K) -> tuple[float, Gradient]:
    """Return C and its derivatives where a plain operation raises: inf or NaN, as in IEEE 754."""
    t1 = _ieee_sqrt(T)
    t2 = sigma*t1
    d1 = _ieee_divide(_ieee_log(_ieee_divide(S, K)) + (r + sigma*sigma/2.0)*T, t2)
    d2 = d1 - t2
    dC_dS = _normal_cdf(d1)
    t3 = K*_normal_cdf(d2)*_exp(-r*T)
    C = S*dC_dS - t3
    delta = -S*_normal_pdf(d1)
    dC_dr = t3*T
    dC_dsigma = -delta*t1
    dC_dT = t3*r - _ieee_divide(delta*sigma, 2.0*t1)
    return C, _new(Gradient, (dC_dS, dC_dr, dC_dsigma, dC_dT))
