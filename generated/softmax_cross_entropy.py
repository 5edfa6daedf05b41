# Made by symgrad: value, gradient and update step of L.
#
# Minimize L, where
#     z₁ = w₁x + b₁
#     z₂ = w₂x + b₂
#     z₃ = w₃x + b₃
#     s = exp(z₁) + exp(z₂) + exp(z₃)
#     p₁ = exp(z₁)/s
#     p₂ = exp(z₂)/s
#     p₃ = exp(z₃)/s
#     L = −(t₁·log(p₁) + t₂·log(p₂) + t₃·log(p₃))
# Sensitivities
#     δ₃ = ∂L/∂z₃ = p₃ − t₃
#     δ₂ = ∂L/∂z₂ = p₂ − t₂
#     δ₁ = ∂L/∂z₁ = p₁ − t₁
# Gradient
#     ∂L/∂w₁ = δ₁x
#     ∂L/∂b₁ = δ₁
#     ∂L/∂w₂ = δ₂x
#     ∂L/∂b₂ = δ₂
#     ∂L/∂w₃ = δ₃x
#     ∂L/∂b₃ = δ₃
# Computed in another form, which keeps more digits
#     p₂ = 1/(1 + exp(z₁ − z₂) + exp(z₃ − z₂))
#     L = −(t₁·(z₁ − log(s)) + t₂·log(exp(z₂)/s) + t₃·log(exp(z₃)/s))
# Accuracy: L loses all digits at w1 = -0.0217382, b1 = 0.000102954, w2 = -0.0797931, b2 = -0.000215883, w3 = 185.134, b3 = 0.606451, x = -19.0462, t1 = -0.00051307, ….
# Accuracy: dL_dw3 loses all digits at w1 = -0.8285, b1 = 2.24617, w2 = 0.625724, b2 = 0.894562, w3 = 0.7041, b3 = -1.79941, x = 1200, t1 = 0.907772, ….
# Accuracy: dL_db3 loses all digits at w1 = -0.8285, b1 = 2.24617, w2 = 0.625724, b2 = 0.894562, w3 = 0.7041, b3 = -1.79941, x = 1200, t1 = 0.907772, ….
# Assumed: t1 + t2 + t3 = 1.
"""Value, gradient and update step of L."""

from math import copysign, exp, inf, log, nan
from typing import NamedTuple

_new = tuple.__new__


class Gradient(NamedTuple):
    """The derivative of L by each parameter."""

    w1: float
    b1: float
    w2: float
    b2: float
    w3: float
    b3: float


class Params(NamedTuple):
    """The parameters after a step."""

    w1: float
    b1: float
    w2: float
    b2: float
    w3: float
    b3: float


def _exp(x):
    """exp(x); infinite where that is too large for a float."""
    try:
        return exp(x)
    except OverflowError:
        return inf


def _ieee_log(x):
    """log(x): infinite at 0.0, NaN below it."""
    return log(x) if x > 0.0 else -inf if x == 0.0 else nan


def _ieee_divide(x, y):
    """x/y: infinite or NaN where y is 0."""
    if y != 0.0:
        return x / y
    return nan if x == 0.0 or x != x else copysign(inf, x) * copysign(1.0, y)


def value(w1, b1, w2, b2, w3, b3, x, t1, t2, t3) -> float:
    """Return L."""
    try:
        z1 = w1*x + b1
        z2 = w2*x + b2
        z3 = w3*x + b3
        tmp1 = _exp(z2)
        tmp2 = _exp(z3)
        s = _exp(z1) + tmp1 + tmp2
        L = -(t1*(z1 - log(s)) + t2*log(tmp1/s) + t3*log(tmp2/s))
        return L
    except (ArithmeticError, ValueError):
        return _ieee(w1, b1, w2, b2, w3, b3, x, t1, t2, t3)[0]


def gradient(w1, b1, w2, b2, w3, b3, x, t1, t2, t3) -> Gradient:
    """Return the derivative of L by each parameter."""
    try:
        z1 = w1*x + b1
        z2 = w2*x + b2
        z3 = w3*x + b3
        tmp1 = _exp(z1)
        tmp2 = _exp(z3)
        s = tmp1 + _exp(z2) + tmp2
        p1 = tmp1/s
        p2 = 1.0/(1.0 + _exp(z1 - z2) + _exp(z3 - z2))
        p3 = tmp2/s
        delta_3 = p3 - t3
        delta_2 = p2 - t2
        delta_1 = p1 - t1
        dL_dw1 = delta_1*x
        dL_dw2 = delta_2*x
        dL_dw3 = delta_3*x
        return _new(Gradient, (dL_dw1, delta_1, dL_dw2, delta_2, dL_dw3, delta_3))
    except (ArithmeticError, ValueError):
        return _ieee(w1, b1, w2, b2, w3, b3, x, t1, t2, t3)[1]


def value_and_gradient(w1, b1, w2, b2, w3, b3, x, t1, t2, t3) -> tuple[float, Gradient]:
    """Return L and its derivative by each parameter."""
    try:
        z1 = w1*x + b1
        z2 = w2*x + b2
        z3 = w3*x + b3
        tmp1 = _exp(z3)
        tmp2 = _exp(z1)
        tmp3 = _exp(z2)
        s = tmp2 + tmp3 + tmp1
        p1 = tmp2/s
        p2 = 1.0/(1.0 + _exp(z1 - z2) + _exp(z3 - z2))
        p3 = tmp1/s
        L = -(t1*(z1 - log(s)) + t2*log(tmp3/s) + t3*log(p3))
        delta_3 = p3 - t3
        delta_2 = p2 - t2
        delta_1 = p1 - t1
        dL_dw1 = delta_1*x
        dL_dw2 = delta_2*x
        dL_dw3 = delta_3*x
        return L, _new(Gradient, (dL_dw1, delta_1, dL_dw2, delta_2, dL_dw3, delta_3))
    except (ArithmeticError, ValueError):
        return _ieee(w1, b1, w2, b2, w3, b3, x, t1, t2, t3)


def update(w1, b1, w2, b2, w3, b3, x, t1, t2, t3, rate=0.1) -> Params:
    """Return the parameters after one step of gradient descent."""
    grad = gradient(w1, b1, w2, b2, w3, b3, x, t1, t2, t3)
    return _new(Params, (
        w1 - rate*grad.w1, b1 - rate*grad.b1, w2 - rate*grad.w2, b2 - rate*grad.b2,
        w3 - rate*grad.w3, b3 - rate*grad.b3,
    ))


def _ieee(w1, b1, w2, b2, w3, b3, x, t1, t2, t3) -> tuple[float, Gradient]:
    """Return L and its derivatives where a plain operation raises: inf or NaN, as in IEEE 754."""
    z1 = w1*x + b1
    z2 = w2*x + b2
    z3 = w3*x + b3
    tmp1 = _exp(z3)
    tmp2 = _exp(z1)
    tmp3 = _exp(z2)
    s = tmp2 + tmp3 + tmp1
    p1 = _ieee_divide(tmp2, s)
    p2 = _ieee_divide(1.0, 1.0 + _exp(z1 - z2) + _exp(z3 - z2))
    p3 = _ieee_divide(tmp1, s)
    L = -(t1*(z1 - _ieee_log(s)) + t2*_ieee_log(_ieee_divide(tmp3, s)) + t3*_ieee_log(p3))
    delta_3 = p3 - t3
    delta_2 = p2 - t2
    delta_1 = p1 - t1
    dL_dw1 = delta_1*x
    dL_dw2 = delta_2*x
    dL_dw3 = delta_3*x
    return L, _new(Gradient, (dL_dw1, delta_1, dL_dw2, delta_2, dL_dw3, delta_3))
