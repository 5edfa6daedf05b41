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
"""Value, gradient and update step of J."""

from math import exp, log1p
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


def _sigmoid(x):
    """1/(1 + exp(-x)); exp is only taken where it cannot overflow."""
    if x >= 0.0:
        return 1.0 / (1.0 + exp(-x))
    z = exp(x)
    return z / (1.0 + z)


def value(w1, w2, b, x1, x2, y, lam=0.01) -> float:
    """Return J."""
    z = w1*x1 + w2*x2 + b
    L = y*_softplus(-z) + (1.0 - y)*_softplus(z)
    R = lam/2.0*(w1*w1 + w2*w2)
    J = L + R
    return J


def gradient(w1, w2, b, x1, x2, y, lam=0.01) -> Gradient:
    """Return the derivative of J by each parameter."""
    z = w1*x1 + w2*x2 + b
    p = _sigmoid(z)
    delta = p*(1.0 - y) - _sigmoid(-z)*y
    dJ_dw1 = x1*delta + lam*w1
    dJ_dw2 = x2*delta + lam*w2
    return _new(Gradient, (dJ_dw1, dJ_dw2, delta))


def value_and_gradient(w1, w2, b, x1, x2, y, lam=0.01) -> tuple[float, Gradient]:
    """Return J and its derivative by each parameter."""
    z = w1*x1 + w2*x2 + b
    p = _sigmoid(z)
    t1 = -z
    t2 = 1.0 - y
    L = y*_softplus(t1) + t2*_softplus(z)
    t3 = lam*w1
    t4 = lam*w2
    R = (t3*w1 + t4*w2)/2.0
    J = L + R
    delta = p*t2 - _sigmoid(t1)*y
    dJ_dw1 = x1*delta + t3
    dJ_dw2 = x2*delta + t4
    return J, _new(Gradient, (dJ_dw1, dJ_dw2, delta))


def update(w1, w2, b, x1, x2, y, lam=0.01, rate=0.1) -> Params:
    """Return the parameters after one step of gradient descent."""
    grad = gradient(w1, w2, b, x1, x2, y, lam)
    return _new(Params, (w1 - rate*grad.w1, w2 - rate*grad.w2, b - rate*grad.b))
