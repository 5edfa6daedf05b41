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
# Assumed: t1 + t2 + t3 = 1.
"""Value, gradient and update step of L."""

from math import copysign, exp, inf, isinf, log1p, nan
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


def _logsumexp(*xs):
    """log(exp(x1) + exp(x2) + ...), the largest term taken out first."""
    top = max(xs)
    if isinf(top):
        return top
    place = xs.index(top) if top in xs else 0
    return top + log1p(sum(exp(x - top) for i, x in enumerate(xs) if i != place))


def _max(x, *others):
    """The largest number; NaN where one of them is."""
    for y in others:
        x = x if x > y or x != x else y
    return x


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


def value(w1, b1, w2, b2, w3, b3, x, t1, t2, t3) -> float:
    """Return L."""
    z1 = w1*x + b1
    z2 = w2*x + b2
    z3 = w3*x + b3
    L = t1*_logsumexp(0.0, z2 - z1, z3 - z1) + t2*_logsumexp(z1 - z2, 0.0, z3 - z2) + t3*_logsumexp(z1 - z3, z2 - z3, 0.0)
    return L


def gradient(w1, b1, w2, b2, w3, b3, x, t1, t2, t3) -> Gradient:
    """Return the derivative of L by each parameter."""
    try:
        z1 = w1*x + b1
        z2 = w2*x + b2
        z3 = w3*x + b3
        tmp1 = _max(z1, z2, z3)
        tmp2 = _exp(z1 - tmp1)
        tmp3 = _exp(z2 - tmp1)
        tmp4 = _exp(z3 - tmp1)
        tmp5 = tmp2 + tmp3 + tmp4
        p1 = tmp2/tmp5
        p2 = tmp3/tmp5
        p3 = tmp4/tmp5
        delta_3 = p3*(1.0 - t3) - (p2 + p1)*t3
        delta_2 = p2*(1.0 - t2) - (p3 + p1)*t2
        delta_1 = p1*(1.0 - t1) - (p3 + p2)*t1
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
        tmp1 = _max(z1, z2, z3)
        tmp2 = _exp(z1 - tmp1)
        tmp3 = _exp(z2 - tmp1)
        tmp4 = _exp(z3 - tmp1)
        tmp5 = tmp2 + tmp3 + tmp4
        p1 = tmp2/tmp5
        p2 = tmp3/tmp5
        p3 = tmp4/tmp5
        L = t1*_logsumexp(0.0, z2 - z1, z3 - z1) + t2*_logsumexp(z1 - z2, 0.0, z3 - z2) + t3*_logsumexp(z1 - z3, z2 - z3, 0.0)
        delta_3 = p3*(1.0 - t3) - (p2 + p1)*t3
        delta_2 = p2*(1.0 - t2) - (p3 + p1)*t2
        delta_1 = p1*(1.0 - t1) - (p3 + p2)*t1
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
    tmp1 = _max(z1, z2, z3)
    tmp2 = _exp(z1 - tmp1)
    tmp3 = _exp(z2 - tmp1)
    tmp4 = _exp(z3 - tmp1)
    tmp5 = tmp2 + tmp3 + tmp4
    p1 = _ieee_divide(tmp2, tmp5)
    p2 = _ieee_divide(tmp3, tmp5)
    p3 = _ieee_divide(tmp4, tmp5)
    L = t1*_logsumexp(0.0, z2 - z1, z3 - z1) + t2*_logsumexp(z1 - z2, 0.0, z3 - z2) + t3*_logsumexp(z1 - z3, z2 - z3, 0.0)
    delta_3 = p3*(1.0 - t3) - (p2 + p1)*t3
    delta_2 = p2*(1.0 - t2) - (p3 + p1)*t2
    delta_1 = p1*(1.0 - t1) - (p3 + p2)*t1
    dL_dw1 = delta_1*x
    dL_dw2 = delta_2*x
    dL_dw3 = delta_3*x
    return L, _new(Gradient, (dL_dw1, delta_1, dL_dw2, delta_2, dL_dw3, delta_3))
