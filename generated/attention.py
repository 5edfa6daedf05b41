# Made by symgrad: value, gradient and update step of L.
#
# Minimize L, where
#     q = w_q·x₂
#     k₁ = w_k·x₁
#     k₂ = w_k·x₂
#     v₁ = w_v·x₁
#     v₂ = w_v·x₂
#     s₁ = qk₁/√d
#     s₂ = qk₂/√d
#     Z = exp(s₁) + exp(s₂)
#     α₁ = exp(s₁)/Z
#     α₂ = exp(s₂)/Z
#     o = α₁v₁ + α₂v₂
#     L = (o − y)²/2
# Sensitivities
#     δ_o = ∂L/∂o = o − y
#     δ_α2 = ∂L/∂α₂ = δ_o·v₂
#     δ_α1 = ∂L/∂α₁ = δ_o·v₁
#     δ_Z = ∂L/∂Z = −(δ_α1·α₁ + δ_α2·α₂)/Z
#     δ_s2 = ∂L/∂s₂ = δ_Z·exp(s₂) + δ_α2·α₂
#     δ_s1 = ∂L/∂s₁ = δ_Z·exp(s₁) + δ_α1·α₁
# Gradient
#     ∂L/∂w_q = x₂·(δ_s1·k₁ + δ_s2·k₂)/√d
#     ∂L/∂w_k = q·(δ_s1·x₁ + δ_s2·x₂)/√d
#     ∂L/∂w_v = δ_o·(α₁x₁ + α₂x₂)
# Names here: α1 is alpha1, α2 is alpha2.
# Computed in another form, which keeps more digits
#     α₂ = sigmoid(s₂ − s₁)
# Accuracy: dL_dw_q loses all digits at w_q = 0.799493, w_k = 0.751247, w_v = 1.35567, x1 = 0.902459, x2 = -0.610328, y = 1.35876, d = 1e-06.
# Accuracy: dL_dw_k loses all digits at w_q = 0.799493, w_k = 0.751247, w_v = 1.35567, x1 = 0.902459, x2 = -0.610328, y = 1.35876, d = 1e-06.
"""Value, gradient and update step of L."""

from math import copysign, exp, inf, nan, sqrt
from typing import NamedTuple

_new = tuple.__new__


class Gradient(NamedTuple):
    """The derivative of L by each parameter."""

    w_q: float
    w_k: float
    w_v: float


class Params(NamedTuple):
    """The parameters after a step."""

    w_q: float
    w_k: float
    w_v: float


def _exp(x):
    """exp(x); infinite where that is too large for a float."""
    try:
        return exp(x)
    except OverflowError:
        return inf


def _sigmoid(x):
    """1/(1 + exp(-x)); exp is only taken where it cannot overflow."""
    if x >= 0.0:
        return 1.0 / (1.0 + exp(-x))
    z = exp(x)
    return z / (1.0 + z)


def _ieee_divide(x, y):
    """x/y: infinite or NaN where y is 0."""
    if y != 0.0:
        return x / y
    return nan if x == 0.0 or x != x else copysign(inf, x) * copysign(1.0, y)


def _ieee_sqrt(x):
    """sqrt(x): NaN outside its domain."""
    return sqrt(x) if x >= 0.0 else nan


def value(w_q, w_k, w_v, x1, x2, y, d=1.0) -> float:
    """Return L."""
    try:
        q = w_q*x2
        k1 = w_k*x1
        k2 = w_k*x2
        v1 = w_v*x1
        v2 = w_v*x2
        t1 = sqrt(d)
        s1 = q*k1/t1
        s2 = q*k2/t1
        t2 = _exp(s1)
        Z = t2 + _exp(s2)
        alpha1 = t2/Z
        alpha2 = _sigmoid(s2 - s1)
        o = alpha1*v1 + alpha2*v2
        t3 = o - y
        L = t3*t3/2.0
        return L
    except (ArithmeticError, ValueError):
        return _ieee(w_q, w_k, w_v, x1, x2, y, d)[0]


def gradient(w_q, w_k, w_v, x1, x2, y, d=1.0) -> Gradient:
    """Return the derivative of L by each parameter."""
    try:
        q = w_q*x2
        k1 = w_k*x1
        k2 = w_k*x2
        v1 = w_v*x1
        v2 = w_v*x2
        t1 = sqrt(d)
        s1 = q*k1/t1
        s2 = q*k2/t1
        t2 = _exp(s1)
        t3 = _exp(s2)
        Z = t2 + t3
        alpha1 = t2/Z
        alpha2 = _sigmoid(s2 - s1)
        o = alpha1*v1 + alpha2*v2
        delta_o = o - y
        delta_alpha2 = delta_o*v2
        delta_alpha1 = delta_o*v1
        t4 = delta_alpha1*alpha1
        t5 = delta_alpha2*alpha2
        delta_Z = -(t4 + t5)/Z
        delta_s2 = delta_Z*t3 + t5
        delta_s1 = delta_Z*t2 + t4
        dL_dw_q = x2*(delta_s1*k1 + delta_s2*k2)/t1
        dL_dw_k = q*(delta_s1*x1 + delta_s2*x2)/t1
        dL_dw_v = delta_o*(alpha1*x1 + alpha2*x2)
        return _new(Gradient, (dL_dw_q, dL_dw_k, dL_dw_v))
    except (ArithmeticError, ValueError):
        return _ieee(w_q, w_k, w_v, x1, x2, y, d)[1]


def value_and_gradient(w_q, w_k, w_v, x1, x2, y, d=1.0) -> tuple[float, Gradient]:
    """Return L and its derivative by each parameter."""
    try:
        q = w_q*x2
        k1 = w_k*x1
        k2 = w_k*x2
        v1 = w_v*x1
        v2 = w_v*x2
        t1 = sqrt(d)
        s1 = q*k1/t1
        s2 = q*k2/t1
        t2 = _exp(s1)
        t3 = _exp(s2)
        Z = t2 + t3
        alpha1 = t2/Z
        alpha2 = _sigmoid(s2 - s1)
        o = alpha1*v1 + alpha2*v2
        delta_o = o - y
        L = delta_o*delta_o/2.0
        delta_alpha2 = delta_o*v2
        delta_alpha1 = delta_o*v1
        t4 = delta_alpha1*alpha1
        t5 = delta_alpha2*alpha2
        delta_Z = -(t4 + t5)/Z
        delta_s2 = delta_Z*t3 + t5
        delta_s1 = delta_Z*t2 + t4
        dL_dw_q = x2*(delta_s1*k1 + delta_s2*k2)/t1
        dL_dw_k = q*(delta_s1*x1 + delta_s2*x2)/t1
        dL_dw_v = delta_o*(alpha1*x1 + alpha2*x2)
        return L, _new(Gradient, (dL_dw_q, dL_dw_k, dL_dw_v))
    except (ArithmeticError, ValueError):
        return _ieee(w_q, w_k, w_v, x1, x2, y, d)


def update(w_q, w_k, w_v, x1, x2, y, d=1.0, rate=0.1) -> Params:
    """Return the parameters after one step of gradient descent."""
    grad = gradient(w_q, w_k, w_v, x1, x2, y, d)
    return _new(Params, (w_q - rate*grad.w_q, w_k - rate*grad.w_k, w_v - rate*grad.w_v))


def _ieee(w_q, w_k, w_v, x1, x2, y, d) -> tuple[float, Gradient]:
    """Return L and its derivatives where a plain operation raises: inf or NaN, as in IEEE 754."""
    q = w_q*x2
    k1 = w_k*x1
    k2 = w_k*x2
    v1 = w_v*x1
    v2 = w_v*x2
    t1 = _ieee_sqrt(d)
    s1 = _ieee_divide(q*k1, t1)
    s2 = _ieee_divide(q*k2, t1)
    t2 = _exp(s1)
    t3 = _exp(s2)
    Z = t2 + t3
    alpha1 = _ieee_divide(t2, Z)
    alpha2 = _sigmoid(s2 - s1)
    o = alpha1*v1 + alpha2*v2
    delta_o = o - y
    L = delta_o*delta_o/2.0
    delta_alpha2 = delta_o*v2
    delta_alpha1 = delta_o*v1
    t4 = delta_alpha1*alpha1
    t5 = delta_alpha2*alpha2
    delta_Z = -_ieee_divide(t4 + t5, Z)
    delta_s2 = delta_Z*t3 + t5
    delta_s1 = delta_Z*t2 + t4
    dL_dw_q = _ieee_divide(x2*(delta_s1*k1 + delta_s2*k2), t1)
    dL_dw_k = _ieee_divide(q*(delta_s1*x1 + delta_s2*x2), t1)
    dL_dw_v = delta_o*(alpha1*x1 + alpha2*x2)
    return L, _new(Gradient, (dL_dw_q, dL_dw_k, dL_dw_v))
