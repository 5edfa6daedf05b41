# Made by symgrad: value, gradient and update step of J.
#
# Minimize J, where
#     m = a·x + b
#     r = y − m
#     J = where(|r| ≤ k, r²/2, k·(|r| − k/2))
# Sensitivities
#     δ = ∂J/∂m = −where(|r| ≤ k, r, k·sign(r))
# Gradient
#     ∂J/∂a = δx
#     ∂J/∂b = δ
# Convention: at the border of a where the side that the condition selects counts.
# Convention: the derivative of |z| at z = 0 is taken as 0.
"""Value, gradient and update step of J."""

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


def _sign(x):
    """The sign of x: 1, -1 or 0."""
    return 1.0 if x > 0.0 else -1.0 if x < 0.0 else x


def value(a, b, x, y, k=1.345) -> float:
    """Return J."""
    m = a*x + b
    r = y - m
    t1 = abs(r)
    J = r*r/2.0 if t1 <= k else k*(t1 - k/2.0)
    return J


def gradient(a, b, x, y, k=1.345) -> Gradient:
    """Return the derivative of J by each parameter."""
    m = a*x + b
    r = y - m
    delta = -(r if abs(r) <= k else k*_sign(r))
    dJ_da = delta*x
    return _new(Gradient, (dJ_da, delta))


def value_and_gradient(a, b, x, y, k=1.345) -> tuple[float, Gradient]:
    """Return J and its derivative by each parameter."""
    m = a*x + b
    r = y - m
    t1 = abs(r)
    J = r*r/2.0 if t1 <= k else k*(t1 - k/2.0)
    delta = -(r if t1 <= k else k*_sign(r))
    dJ_da = delta*x
    return J, _new(Gradient, (dJ_da, delta))


def update(a, b, x, y, k=1.345, rate=0.2) -> Params:
    """Return the parameters after one step of gradient descent."""
    grad = gradient(a, b, x, y, k)
    return _new(Params, (a - rate*grad.a, b - rate*grad.b))
