# Made by symgrad: value, gradient and update step of J.
#
# Minimize J, where
#     z = w₁x₁ + w₂x₂ + b
#     p = 1/(1 + exp(−z))
#     L = −(y·log(p) + (1 − y)·log(1 − p))
#     R = λ/2·(w₁² + w₂²)
#     J = L + R
# Sensitivities
#     δ = ∂L/∂z = p − y
# Gradient
#     ∂J/∂w₁ = δx₁ + λw₁
#     ∂J/∂w₂ = δx₂ + λw₂
#     ∂J/∂b = δ
# Names here: λ is lam.
# Computed in another form, which keeps more digits
#     L = −(y·(−softplus(−z)) + (1 − y)·(−softplus(z)))
"""Value, gradient and update step of J."""

from math import copysign, exp, inf, log1p, nan
from typing import NamedTuple

_new = tuple.__new__


class Gradient(NamedTuple):
    """The derivative of J by each parameter."""

    w1: float
    w2: float
    b: float


class Params(NamedTuple):
    """The parameters after a step."""

    w1: float
    w2: float
    b: float


def _softplus(x):
    """log(1 + exp(x)), exact for large |x| too."""
    return (x if x > 0.0 else 0.0) + log1p(exp(-abs(x)))


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


def value(w1, w2, b, x1, x2, y, lam=0.01) -> float:
    """Return J."""
    z = w1*x1 + w2*x2 + b
    L = y*_softplus(-z) + (1.0 - y)*_softplus(z)
    R = lam/2.0*(w1*w1 + w2*w2)
    J = L + R
    return J


def gradient(w1, w2, b, x1, x2, y, lam=0.01) -> Gradient:
    """Return the derivative of J by each parameter."""
    try:
        z = w1*x1 + w2*x2 + b
        p = 1.0/(1.0 + _exp(-z))
        delta = p - y
        dJ_dw1 = delta*x1 + lam*w1
        dJ_dw2 = delta*x2 + lam*w2
        return _new(Gradient, (dJ_dw1, dJ_dw2, delta))
    except (ArithmeticError, ValueError):
        return _ieee(w1, w2, b, x1, x2, y, lam)[1]


def value_and_gradient(w1, w2, b, x1, x2, y, lam=0.01) -> tuple[float, Gradient]:
    """Return J and its derivative by each parameter."""
    try:
        z = w1*x1 + w2*x2 + b
        t1 = -z
        p = 1.0/(1.0 + _exp(t1))
        L = y*_softplus(t1) + (1.0 - y)*_softplus(z)
        t2 = lam*w1
        t3 = lam*w2
        R = (t2*w1 + t3*w2)/2.0
        J = L + R
        delta = p - y
        dJ_dw1 = delta*x1 + t2
        dJ_dw2 = delta*x2 + t3
        return J, _new(Gradient, (dJ_dw1, dJ_dw2, delta))
    except (ArithmeticError, ValueError):
        return _ieee(w1, w2, b, x1, x2, y, lam)


def update(w1, w2, b, x1, x2, y, lam=0.01, rate=0.1) -> Params:
    """Return the parameters after one step of gradient descent."""
    grad = gradient(w1, w2, b, x1, x2, y, lam)
    return _new(Params, (w1 - rate*grad.w1, w2 - rate*grad.w2, b - rate*grad.b))


def _ieee(w1, w2, b, x1, x2, y, lam) -> tuple[float, Gradient]:
    """Return J and its derivatives where a plain operation raises: inf or NaN, as in IEEE 754."""
    z = w1*x1 + w2*x2 + b
    t1 = -z
    p = _ieee_divide(1.0, 1.0 + _exp(t1))
    L = y*_softplus(t1) + (1.0 - y)*_softplus(z)
    t2 = lam*w1
    t3 = lam*w2
    R = (t2*w1 + t3*w2)/2.0
    J = L + R
    delta = p - y
    dJ_dw1 = delta*x1 + t2
    dJ_dw2 = delta*x2 + t3
    return J, _new(Gradient, (dJ_dw1, dJ_dw2, delta))
