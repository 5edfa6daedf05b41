# Made by symgrad: value, gradient and update step of J.
#
# Minimize J, where
#     m = wx + b
#     r = m − y
#     L = r²
#     R = λw²
#     J = L + R
# Sensitivities
#     δ = ∂L/∂m = 2r
# Gradient
#     ∂J/∂w = δx + 2λw
#     ∂J/∂b = δ
# Names here: λ is lam.
"""Value, gradient and update step of J."""

from typing import NamedTuple

_new = tuple.__new__


class Gradient(NamedTuple):
    """The derivative of J by each parameter."""

    w: float
    b: float


class Params(NamedTuple):
    """The parameters after a step."""

    w: float
    b: float


def value(w, b, x, y, lam=0.01) -> float:
    """Return J."""
    m = w*x + b
    r = m - y
    L = r*r
    R = lam*w*w
    J = L + R
    return J


def gradient(w, b, x, y, lam=0.01) -> Gradient:
    """Return the derivative of J by each parameter."""
    m = w*x + b
    r = m - y
    delta = 2.0*r
    dJ_dw = delta*x + 2.0*lam*w
    return _new(Gradient, (dJ_dw, delta))


def value_and_gradient(w, b, x, y, lam=0.01) -> tuple[float, Gradient]:
    """Return J and its derivative by each parameter."""
    m = w*x + b
    r = m - y
    L = r*r
    t1 = lam*w
    R = t1*w
    J = L + R
    delta = 2.0*r
    dJ_dw = delta*x + 2.0*t1
    return J, _new(Gradient, (dJ_dw, delta))


def update(w, b, x, y, lam=0.01, rate=0.002) -> Params:
    """Return the parameters after one step of gradient descent."""
    grad = gradient(w, b, x, y, lam)
    return _new(Params, (w - rate*grad.w, b - rate*grad.b))
