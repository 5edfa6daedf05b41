# Made by symgrad: value, gradient and update step of L.
#
# Minimize L, where
#     z = wx + b
#     Φ = (1 + erf(z/√2))/2
#     h = zΦ
#     L = (h − y)²/2
# Sensitivities
#     δ_h = ∂L/∂h = h − y
#     δ_z = ∂L/∂z = δ_h·(z·exp(−z²/2)/√(2π) + Φ)
# Gradient
#     ∂L/∂w = δ_z·x
#     ∂L/∂b = δ_z
# Names here: Φ is Phi.
# Computed in another form, which keeps more digits
#     Φ = erfc(−z/√2)/2
"""Value, gradient and update step of L."""

from math import erfc, exp, inf
from typing import NamedTuple

_new = tuple.__new__


class Gradient(NamedTuple):
    """The derivative of L by each parameter."""

    w: float
    b: float


class Params(NamedTuple):
    """The parameters after a step."""

    w: float
    b: float


def _exp(x):
    """exp(x); infinite where that is too large for a float."""
    try:
        return exp(x)
    except OverflowError:
        return inf


def value(w, b, x, y) -> float:
    """Return L."""
    z = w*x + b
    Phi = erfc(-z/1.4142135623730951)/2.0
    h = z*Phi
    t1 = h - y
    L = t1*t1/2.0
    return L


def gradient(w, b, x, y) -> Gradient:
    """Return the derivative of L by each parameter."""
    z = w*x + b
    Phi = erfc(-z/1.4142135623730951)/2.0
    h = z*Phi
    delta_h = h - y
    delta_z = delta_h*(z*_exp(-z*z/2.0)/2.5066282746310002 + Phi)
    dL_dw = delta_z*x
    return _new(Gradient, (dL_dw, delta_z))


def value_and_gradient(w, b, x, y) -> tuple[float, Gradient]:
    """Return L and its derivative by each parameter."""
    z = w*x + b
    Phi = erfc(-z/1.4142135623730951)/2.0
    h = z*Phi
    delta_h = h - y
    L = delta_h*delta_h/2.0
    delta_z = delta_h*(z*_exp(-z*z/2.0)/2.5066282746310002 + Phi)
    dL_dw = delta_z*x
    return L, _new(Gradient, (dL_dw, delta_z))


def update(w, b, x, y, rate=0.2) -> Params:
    """Return the parameters after one step of gradient descent."""
    grad = gradient(w, b, x, y)
    return _new(Params, (w - rate*grad.w, b - rate*grad.b))
