# Made by symgrad: value, gradient and update step of L.
#
# Minimize L, where
#     a₁ = w₁₁x₁ + w₁₂x₂
#     a₂ = w₂₁x₁ + w₂₂x₂
#     r = √((a₁² + a₂²)/2 + ε)
#     y₁ = g₁a₁/r
#     y₂ = g₂a₂/r
#     L = ((y₁ − t₁)² + (y₂ − t₂)²)/2
# Sensitivities
#     δ_y2 = ∂L/∂y₂ = y₂ − t₂
#     δ_y1 = ∂L/∂y₁ = y₁ − t₁
#     δ_r = ∂L/∂r = −(δ_y1·y₁ + δ_y2·y₂)/r
#     δ_a2 = ∂L/∂a₂ = δ_r·a₂/(2r) + δ_y2·g₂/r
#     δ_a1 = ∂L/∂a₁ = δ_r·a₁/(2r) + δ_y1·g₁/r
# Gradient
#     ∂L/∂w₁₁ = δ_a1·x₁
#     ∂L/∂w₁₂ = δ_a1·x₂
#     ∂L/∂w₂₁ = δ_a2·x₁
#     ∂L/∂w₂₂ = δ_a2·x₂
#     ∂L/∂g₁ = δ_y1·a₁/r
#     ∂L/∂g₂ = δ_y2·a₂/r
# Names here: ε is epsilon.
# Accuracy: dL_dw11 loses 5 of 16 digits at w11 = -1.00995e-07, w12 = 203.462, w21 = 236.773, w22 = 0.229572, g1 = -0.130399, g2 = -0.00010617, x1 = -1.26915e-07, x2 = 0.00682935, ….
# Accuracy: dL_dw12 loses 5 of 16 digits at w11 = -1.00995e-07, w12 = 203.462, w21 = 236.773, w22 = 0.229572, g1 = -0.130399, g2 = -0.00010617, x1 = -1.26915e-07, x2 = 0.00682935, ….
# Accuracy: dL_dw21 loses 7 of 16 digits at w11 = -1.68862e-06, w12 = -2.35289e-07, w21 = -1.74781e-06, w22 = 0.329467, g1 = 0.00331509, g2 = 3.97568e-06, x1 = -2.38139, x2 = -36.0624, ….
# Accuracy: dL_dw22 loses 7 of 16 digits at w11 = -1.68862e-06, w12 = -2.35289e-07, w21 = -1.74781e-06, w22 = 0.329467, g1 = 0.00331509, g2 = 3.97568e-06, x1 = -2.38139, x2 = -36.0624, ….
"""Value, gradient and update step of L."""

from math import copysign, inf, nan, sqrt
from typing import NamedTuple

_new = tuple.__new__


class Gradient(NamedTuple):
    """The derivative of L by each parameter."""

    w11: float
    w12: float
    w21: float
    w22: float
    g1: float
    g2: float


class Params(NamedTuple):
    """The parameters after a step."""

    w11: float
    w12: float
    w21: float
    w22: float
    g1: float
    g2: float


def _ieee_sqrt(x):
    """sqrt(x): NaN outside its domain."""
    return sqrt(x) if x >= 0.0 else nan


def _ieee_divide(x, y):
    """x/y: infinite or NaN where y is 0."""
    if y != 0.0:
        return x / y
    return nan if x == 0.0 or x != x else copysign(inf, x) * copysign(1.0, y)


def value(w11, w12, w21, w22, g1, g2, x1, x2, t1, t2, epsilon=1e-05) -> float:
    """Return L."""
    try:
        a1 = w11*x1 + w12*x2
        a2 = w21*x1 + w22*x2
        r = sqrt((a1*a1 + a2*a2)/2.0 + epsilon)
        y1 = g1*a1/r
        y2 = g2*a2/r
        tmp1 = y1 - t1
        tmp2 = y2 - t2
        L = (tmp1*tmp1 + tmp2*tmp2)/2.0
        return L
    except (ArithmeticError, ValueError):
        return _ieee(w11, w12, w21, w22, g1, g2, x1, x2, t1, t2, epsilon)[0]


def gradient(w11, w12, w21, w22, g1, g2, x1, x2, t1, t2, epsilon=1e-05) -> Gradient:
    """Return the derivative of L by each parameter."""
    try:
        a1 = w11*x1 + w12*x2
        a2 = w21*x1 + w22*x2
        r = sqrt((a1*a1 + a2*a2)/2.0 + epsilon)
        y1 = g1*a1/r
        y2 = g2*a2/r
        delta_y2 = y2 - t2
        delta_y1 = y1 - t1
        delta_r = -(delta_y1*y1 + delta_y2*y2)/r
        delta_a2 = (delta_r*a2/2.0 + delta_y2*g2)/r
        delta_a1 = (delta_r*a1/2.0 + delta_y1*g1)/r
        dL_dw11 = delta_a1*x1
        dL_dw12 = delta_a1*x2
        dL_dw21 = delta_a2*x1
        dL_dw22 = delta_a2*x2
        dL_dg1 = delta_y1*a1/r
        dL_dg2 = delta_y2*a2/r
        return _new(Gradient, (dL_dw11, dL_dw12, dL_dw21, dL_dw22, dL_dg1, dL_dg2))
    except (ArithmeticError, ValueError):
        return _ieee(w11, w12, w21, w22, g1, g2, x1, x2, t1, t2, epsilon)[1]


def value_and_gradient(w11, w12, w21, w22, g1, g2, x1, x2, t1, t2, epsilon=1e-05) -> tuple[float, Gradient]:
    """Return L and its derivative by each parameter."""
    try:
        a1 = w11*x1 + w12*x2
        a2 = w21*x1 + w22*x2
        r = sqrt((a1*a1 + a2*a2)/2.0 + epsilon)
        y1 = g1*a1/r
        y2 = g2*a2/r
        delta_y1 = y1 - t1
        delta_y2 = y2 - t2
        L = (delta_y1*delta_y1 + delta_y2*delta_y2)/2.0
        delta_r = -(delta_y1*y1 + delta_y2*y2)/r
        delta_a2 = (delta_r*a2/2.0 + delta_y2*g2)/r
        delta_a1 = (delta_r*a1/2.0 + delta_y1*g1)/r
        dL_dw11 = delta_a1*x1
        dL_dw12 = delta_a1*x2
        dL_dw21 = delta_a2*x1
        dL_dw22 = delta_a2*x2
        dL_dg1 = delta_y1*a1/r
        dL_dg2 = delta_y2*a2/r
        return L, _new(Gradient, (dL_dw11, dL_dw12, dL_dw21, dL_dw22, dL_dg1, dL_dg2))
    except (ArithmeticError, ValueError):
        return _ieee(w11, w12, w21, w22, g1, g2, x1, x2, t1, t2, epsilon)


def update(w11, w12, w21, w22, g1, g2, x1, x2, t1, t2, epsilon=1e-05, rate=0.1) -> Params:
    """Return the parameters after one step of gradient descent."""
    grad = gradient(w11, w12, w21, w22, g1, g2, x1, x2, t1, t2, epsilon)
    return _new(Params, (
        w11 - rate*grad.w11, w12 - rate*grad.w12, w21 - rate*grad.w21, w22 - rate*grad.w22,
        g1 - rate*grad.g1, g2 - rate*grad.g2,
    ))


def _ieee(w11, w12, w21, w22, g1, g2, x1, x2, t1, t2, epsilon) -> tuple[float, Gradient]:
    """Return L and its derivatives where a plain operation raises: inf or NaN, as in IEEE 754."""
    a1 = w11*x1 + w12*x2
    a2 = w21*x1 + w22*x2
    r = _ieee_sqrt((a1*a1 + a2*a2)/2.0 + epsilon)
    y1 = _ieee_divide(g1*a1, r)
    y2 = _ieee_divide(g2*a2, r)
    delta_y1 = y1 - t1
    delta_y2 = y2 - t2
    L = (delta_y1*delta_y1 + delta_y2*delta_y2)/2.0
    delta_r = -_ieee_divide(delta_y1*y1 + delta_y2*y2, r)
    delta_a2 = _ieee_divide(delta_r*a2/2.0 + delta_y2*g2, r)
    delta_a1 = _ieee_divide(delta_r*a1/2.0 + delta_y1*g1, r)
    dL_dw11 = delta_a1*x1
    dL_dw12 = delta_a1*x2
    dL_dw21 = delta_a2*x1
    dL_dw22 = delta_a2*x2
    dL_dg1 = _ieee_divide(delta_y1*a1, r)
    dL_dg2 = _ieee_divide(delta_y2*a2, r)
    return L, _new(Gradient, (dL_dw11, dL_dw12, dL_dw21, dL_dw22, dL_dg1, dL_dg2))
