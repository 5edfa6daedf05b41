# Made by symgrad: value, gradient and update step of L.
#
# Minimize L, where
#     E = 1/(1 + 10^((B − A)/400))
#     L = −(S·log(E) + (1 − S)·log(1 − E))
# Gradient
#     ∂L/∂A = log(10)·(E − S)/400
#     ∂L/∂B = log(10)·(S − E)/400
"""Value, gradient and update step of L."""

from math import exp, log1p
from typing import NamedTuple

_new = tuple.__new__


class Gradient(NamedTuple):
    """The derivative of L by each parameter."""

    A: float
    B: float


class Params(NamedTuple):
    """The parameters after a step."""

    A: float
    B: float


def _softplus(x):
    """log(1 + exp(x)), exact for large |x| too."""
    return (x if x > 0.0 else 0.0) + log1p(exp(-abs(x)))


def _sigmoid(x):
    """1/(1 + exp(-x)); exp is only taken where it cannot overflow."""
    if x >= 0.0:
        return 1.0 / (1.0 + exp(-x))
    z = exp(x)
    return z / (1.0 + z)


def value(A, B, S) -> float:
    """Return L."""
    t1 = 0.005756462732485115*B
    t2 = 0.005756462732485115*A
    L = S*_softplus(t1 - t2) + (1.0 - S)*_softplus(t2 - t1)
    return L


def gradient(A, B, S) -> Gradient:
    """Return the derivative of L by each parameter."""
    t1 = 0.005756462732485115*A
    t2 = 0.005756462732485115*B
    E = _sigmoid(t1 - t2)
    dL_dA = E*(0.005756462732485115*(1.0 - S)) - 0.005756462732485115*_sigmoid(t2 - t1)*S
    dL_dB = -dL_dA
    return _new(Gradient, (dL_dA, dL_dB))


def value_and_gradient(A, B, S) -> tuple[float, Gradient]:
    """Return L and its derivative by each parameter."""
    t1 = 0.005756462732485115*A
    t2 = 0.005756462732485115*B
    t3 = t1 - t2
    E = _sigmoid(t3)
    t4 = 1.0 - S
    t5 = t2 - t1
    L = S*_softplus(t5) + t4*_softplus(t3)
    dL_dA = E*(0.005756462732485115*t4) - 0.005756462732485115*_sigmoid(t5)*S
    dL_dB = -dL_dA
    return L, _new(Gradient, (dL_dA, dL_dB))


def update(A, B, S, rate=5558.97) -> Params:
    """Return the parameters after one step of gradient descent."""
    grad = gradient(A, B, S)
    return _new(Params, (A - rate*grad.A, B - rate*grad.B))
