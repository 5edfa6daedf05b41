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
#     p₃ = exp(z₃ − logsumexp(z₁, z₂, z₃))
#     L = t₁·logsumexp(0, z₂ − z₁, z₃ − z₁) + t₂·logsumexp(z₁ − z₂, 0, z₃ − z₂) + t₃·logsumexp(z₁ − z₃, z₂ − z₃, 0)
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
        tmp1 = _exp(z1)
        s = tmp1 + _exp(z2) + _exp(z3)
        p1 = tmp1/s
        p2 = 1.0/(1.0 + _exp(z1 - z2) + _exp(z3 - z2))
        p3 = _exp(z3 - _logsumexp(z1, z2, z3))
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
        tmp1 = _exp(z1)
        s = tmp1 + _exp(z2) + _exp(z3)
        p1 = tmp1/s
        tmp2 = z1 - z2
        tmp3 = z3 - z2
        p2 = 1.0/(1.0 + _exp(tmp2) + _exp(tmp3))
        p3 = _exp(z3 - _logsumexp(z1, z2, z3))
        L = t1*_logsumexp(0.0, z2 - z1, z3 - z1) + t2*_logsumexp(tmp2, 0.0, tmp3) + t3*_logsumexp(z1 - z3, z2 - z3, 0.0)
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
    tmp1 = _exp(z1)
    s = tmp1 + _exp(z2) + _exp(z3)
    p1 = _ieee_divide(tmp1, s)
    tmp2 = z1 - z2
    tmp3 = z3 - z2
    p2 = _ieee_divide(1.0, 1.0 + _exp(tmp2) + _exp(tmp3))
    p3 = _exp(z3 - _logsumexp(z1, z2, z3))
    L = t1*_logsumexp(0.0, z2 - z1, z3 - z1) + t2*_logsumexp(tmp2, 0.0, tmp3) + t3*_logsumexp(z1 - z3, z2 - z3, 0.0)
    delta_3 = p3 - t3
    delta_2 = p2 - t2
    delta_1 = p1 - t1
    dL_dw1 = delta_1*x
    dL_dw2 = delta_2*x
    dL_dw3 = delta_3*x
    return L, _new(Gradient, (dL_dw1, delta_1, dL_dw2, delta_2, dL_dw3, delta_3))
