# Made by symgrad: value, gradient and update step of J.
#
# Minimize J, where
#     v = VS/(K + S)
#     r = v − y
#     J = r²
# Sensitivities
#     δ = ∂J/∂v = 2r
# Gradient
#     ∂J/∂V = δS/(K + S)
#     ∂J/∂K = −δv/(K + S)
# Assumed: K > 0.
# Assumed: S > 0.
"""Value, gradient and update step of J."""

from math import copysign, inf, nan
from typing import NamedTuple

_new = tuple.__new__


class Gradient(NamedTuple):
    """The derivative of J by each parameter."""

    V: float
    K: float


class Params(NamedTuple):
    """The parameters after a step."""

    V: float
    K: float


def _ieee_divide(x, y):
    """x/y: infinite or NaN where y is 0."""
    if y != 0.0:
        return x / y
    return nan if x == 0.0 or x != x else copysign(inf, x) * copysign(1.0, y)


def value(V, K, S, y) -> float:
    """Return J."""
    try:
        v = V*S/(K + S)
        r = v - y
        J = r*r
        return J
    except (ArithmeticError, ValueError):
        return _ieee(V, K, S, y)[0]


def gradient(V, K, S, y) -> Gradient:
    """Return the derivative of J by each parameter."""
    try:
        t1 = K + S
        v = V*S/t1
        r = v - y
        delta = 2.0*r
        dJ_dV = delta*S/t1
        dJ_dK = -delta*v/t1
        return _new(Gradient, (dJ_dV, dJ_dK))
    except (ArithmeticError, ValueError):
        return _ieee(V, K, S, y)[1]


def value_and_gradient(V, K, S, y) -> tuple[float, Gradient]:
    """Return J and its derivative by each parameter."""
    try:
        t1 = K + S
        v = V*S/t1
        r = v - y
        J = r*r
        delta = 2.0*r
        dJ_dV = delta*S/t1
        dJ_dK = -delta*v/t1
        return J, _new(Gradient, (dJ_dV, dJ_dK))
    except (ArithmeticError, ValueError):
        return _ieee(V, K, S, y)


def update(V, K, S, y, rate=0.01) -> Params:
    """Return the parameters after one step of gradient descent."""
    grad = gradient(V, K, S, y)
    return _new(Params, (V - rate*grad.V, K - rate*grad.K))


def _ieee(V, K, S, y) -> tuple[float, Gradient]:
    """Return J and its derivatives where a plain operation raises: inf or NaN, as in IEEE 754."""
    t1 = K + S
    v = _ieee_divide(V*S, t1)
    r = v - y
    J = r*r
    delta = 2.0*r
    dJ_dV = _ieee_divide(delta*S, t1)
    dJ_dK = -_ieee_divide(delta*v, t1)
    return J, _new(Gradient, (dJ_dV, dJ_dK))
