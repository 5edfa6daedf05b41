# Made by symgrad: value, gradient and update step of L.
#
# Minimize L, where
#     z₁ = w₁x + b₁
#     h₁ = tanh(z₁)
#     z₂ = w₂h₁ + b₂
#     h₂ = tanh(z₂)
#     L = (h₂ − y)²/2
# Sensitivities
#     δ₂ = ∂L/∂z₂ = (h₂ − y)·(1 − h₂²)
#     δ₁ = ∂L/∂z₁ = δ₂w₂·(1 − h₁²)
# Gradient
#     ∂L/∂w₁ = δ₁x
#     ∂L/∂b₁ = δ₁
#     ∂L/∂w₂ = δ₂h₁
#     ∂L/∂b₂ = δ₂
# Computed in another form, which keeps more digits
#     δ₂ = (h₂ − y)/cosh(z₂)²
#     δ₁ = δ₂w₂/cosh(z₁)²
"""Value, gradient and update step of L."""

from math import copysign, cosh, inf, nan, tanh
from typing import NamedTuple

_new = tuple.__new__


class Gradient(NamedTuple):
    """The derivative of L by each parameter."""

    w1: float
    b1: float
    w2: float
    b2: float


class Params(NamedTuple):
    """The parameters after a step."""

    w1: float
    b1: float
    w2: float
    b2: float


def _cosh(x):
    """cosh(x); infinite where that is too large for a float."""
    try:
        return cosh(x)
    except OverflowError:
        return inf


def _ieee_divide(x, y):
    """x/y: infinite or NaN where y is 0."""
    if y != 0.0:
        return x / y
    return nan if x == 0.0 or x != x else copysign(inf, x) * copysign(1.0, y)


def value(w1, b1, w2, b2, x, y) -> float:
    """Return L."""
    z1 = w1*x + b1
    h1 = tanh(z1)
    z2 = w2*h1 + b2
    h2 = tanh(z2)
    t1 = h2 - y
    L = t1*t1/2.0
    return L


def gradient(w1, b1, w2, b2, x, y) -> Gradient:
    """Return the derivative of L by each parameter."""
    try:
        z1 = w1*x + b1
        h1 = tanh(z1)
        z2 = w2*h1 + b2
        h2 = tanh(z2)
        t1 = _cosh(z2)
        delta_2 = (h2 - y)/(t1*t1)
        t2 = _cosh(z1)
        delta_1 = delta_2*w2/(t2*t2)
        dL_dw1 = delta_1*x
        dL_dw2 = delta_2*h1
        return _new(Gradient, (dL_dw1, delta_1, dL_dw2, delta_2))
    except (ArithmeticError, ValueError):
        return _ieee(w1, b1, w2, b2, x, y)[1]


def value_and_gradient(w1, b1, w2, b2, x, y) -> tuple[float, Gradient]:
    """Return L and its derivative by each parameter."""
    try:
        z1 = w1*x + b1
        h1 = tanh(z1)
        z2 = w2*h1 + b2
        h2 = tanh(z2)
        t1 = h2 - y
        L = t1*t1/2.0
        t2 = _cosh(z2)
        delta_2 = t1/(t2*t2)
        t3 = _cosh(z1)
        delta_1 = delta_2*w2/(t3*t3)
        dL_dw1 = delta_1*x
        dL_dw2 = delta_2*h1
        return L, _new(Gradient, (dL_dw1, delta_1, dL_dw2, delta_2))
    except (ArithmeticError, ValueError):
        return _ieee(w1, b1, w2, b2, x, y)


def update(w1, b1, w2, b2, x, y, rate=0.5) -> Params:
    """Return the parameters after one step of gradient descent."""
    grad = gradient(w1, b1, w2, b2, x, y)
    return _new(Params, (
        w1 - rate*grad.w1, b1 - rate*grad.b1, w2 - rate*grad.w2, b2 - rate*grad.b2,
    ))


def _ieee(w1, b1, w2, b2, x, y) -> tuple[float, Gradient]:
    """Return L and its derivatives where a plain operation raises: inf or NaN, as in IEEE 754."""
    z1 = w1*x + b1
    h1 = tanh(z1)
    z2 = w2*h1 + b2
    h2 = tanh(z2)
    t1 = h2 - y
    L = t1*t1/2.0
    t2 = _cosh(z2)
    delta_2 = _ieee_divide(t1, t2*t2)
    t3 = _cosh(z1)
    delta_1 = _ieee_divide(delta_2*w2, t3*t3)
    dL_dw1 = delta_1*x
    dL_dw2 = delta_2*h1
    return L, _new(Gradient, (dL_dw1, delta_1, dL_dw2, delta_2))
