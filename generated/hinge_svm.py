# Made by symgrad: value, gradient and update step of J.
#
# Minimize J, where
#     z = w₁x₁ + w₂x₂ + b
#     m = yz
#     L = max(0, 1 − m)
#     R = λ/2·(w₁² + w₂²)
#     J = L + R
# Sensitivities
#     δ = ∂L/∂z = where(m ≥ 1, 0, −1)·y
# Gradient
#     ∂J/∂w₁ = δx₁ + λw₁
#     ∂J/∂w₂ = δx₂ + λw₂
#     ∂J/∂b = δ
# Convention: where arguments of max are equal the first one counts.
# Names here: λ is lam.
# Accuracy: dJ_dw1 loses all digits at w1 = -5.20356, w2 = 0.644819, b = -0.6884, x1 = -0.179855, x2 = 0.986735, y = 1.13154, λ = 0.0989422.
# Accuracy: dJ_dw2 loses all digits at w1 = -5.20356, w2 = 0.644819, b = -0.6884, x1 = -0.179855, x2 = 0.986735, y = 1.13154, λ = 0.0989422.
# Accuracy: dJ_db loses all digits at w1 = -5.20356, w2 = 0.644819, b = -0.6884, x1 = -0.179855, x2 = 0.986735, y = 1.13154, λ = 0.0989422.
"""Value, gradient and update step of J."""

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


def _max(x, *others):
    """The largest number; NaN where one of them is."""
    for y in others:
        x = x if x > y or x != x else y
    return x


def value(w1, w2, b, x1, x2, y, lam=0.1) -> float:
    """Return J."""
    z = w1*x1 + w2*x2 + b
    m = y*z
    L = _max(0.0, 1.0 - m)
    R = lam/2.0*(w1*w1 + w2*w2)
    J = L + R
    return J


def gradient(w1, w2, b, x1, x2, y, lam=0.1) -> Gradient:
    """Return the derivative of J by each parameter."""
    z = w1*x1 + w2*x2 + b
    m = y*z
    delta = (0.0 if m >= 1.0 else -1.0)*y
    dJ_dw1 = delta*x1 + lam*w1
    dJ_dw2 = delta*x2 + lam*w2
    return _new(Gradient, (dJ_dw1, dJ_dw2, delta))


def value_and_gradient(w1, w2, b, x1, x2, y, lam=0.1) -> tuple[float, Gradient]:
    """Return J and its derivative by each parameter."""
    z = w1*x1 + w2*x2 + b
    m = y*z
    L = _max(0.0, 1.0 - m)
    t1 = lam*w1
    t2 = lam*w2
    R = (t1*w1 + t2*w2)/2.0
    J = L + R
    delta = (0.0 if m >= 1.0 else -1.0)*y
    dJ_dw1 = delta*x1 + t1
    dJ_dw2 = delta*x2 + t2
    return J, _new(Gradient, (dJ_dw1, dJ_dw2, delta))


def update(w1, w2, b, x1, x2, y, lam=0.1, rate=0.2) -> Params:
    """Return the parameters after one step of gradient descent."""
    grad = gradient(w1, w2, b, x1, x2, y, lam)
    return _new(Params, (w1 - rate*grad.w1, w2 - rate*grad.w2, b - rate*grad.b))
