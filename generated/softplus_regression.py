# Made by symgrad: value, gradient and update step of J.
#
# Minimize J, where
#     z = a·x + b
#     m = log(1 + exp(z))
#     e = m − y
#     J = e²/2
# Sensitivities
#     δ = ∂J/∂z = e·sigmoid(z)
# Gradient
#     ∂J/∂a = δx
#     ∂J/∂b = δ
# Names here: e is e_.
# Computed in another form, which keeps more digits
#     m = softplus(z)
"""Value, gradient and update step of J."""

from math import exp, log1p
from typing import NamedTuple

_new = tuple.__new__


class Gradient(NamedTuple):
    """The derivative of J by each parameter."""

    a: float
    b: float


class Params(NamedTuple):
    """The parameters after a step."""

    a: float
    b: float


def _softplus(x):
    """log(1 + exp(x)), exact for large |x| too."""
    return (x if x > 0.0 else 0.0) + log1p(exp(-abs(x)))


def _sigmoid(x):
    """1/(1 + exp(-x)); exp is only taken where it cannot overflow."""
    if x >= 0.0:
        return 1.0 / (1.0 + exp(-x))
    z = exp(x)
    return z / (1.0 + z)


def value(a, b, x, y) -> float:
    """Return J."""
    z = a*x + b
    m = _softplus(z)
    e_ = m - y
    J = e_*e_/2.0
    return J


def gradient(a, b, x, y) -> Gradient:
    """Return the derivative of J by each parameter."""
    z = a*x + b
    m = _softplus(z)
    e_ = m - y
    delta = e_*_sigmoid(z)
    dJ_da = delta*x
    return _new(Gradient, (dJ_da, delta))


def value_and_gradient(a, b, x, y) -> tuple[float, Gradient]:
    """Return J and its derivative by each parameter."""
    z = a*x + b
    m = _softplus(z)
    e_ = m - y
    J = e_*e_/2.0
    delta = e_*_sigmoid(z)
    dJ_da = delta*x
    return J, _new(Gradient, (dJ_da, delta))


def update(a, b, x, y, rate=0.2) -> Params:
    """Return the parameters after one step of gradient descent."""
    grad = gradient(a, b, x, y)
    return _new(Params, (a - rate*grad.a, b - rate*grad.b))
