# Made by symgrad: value, gradient and update step of V.
#
# Minimize V, where
#     r = √((x − X)² + (y − Y)²)
#     s = (σ/r)⁶
#     V = 4ε·(s² − s)
# Sensitivities
#     δ = ∂V/∂r = −24ε·(2s − 1)·s/r
# Gradient
#     ∂V/∂x = δ·(x − X)/r
#     ∂V/∂y = δ·(y − Y)/r
# Names here: ε is epsilon, σ is sigma.
# Computed in another form, which keeps more digits
#     s = σ/r·(σ/r)·(σ/r)·(σ/r)·(σ/r)·(σ/r)
"""Value, gradient and update step of V."""

from math import copysign, inf, nan, sqrt
from typing import NamedTuple

_new = tuple.__new__


class Gradient(NamedTuple):
    """The derivative of V by each parameter."""

    x: float
    y: float


class Params(NamedTuple):
    """The parameters after a step."""

    x: float
    y: float


def _ieee_sqrt(x):
    """sqrt(x): NaN outside its domain."""
    return sqrt(x) if x >= 0.0 else nan


def _ieee_divide(x, y):
    """x/y: infinite or NaN where y is 0."""
    if y != 0.0:
        return x / y
    return nan if x == 0.0 or x != x else copysign(inf, x) * copysign(1.0, y)


def value(x, y, X, Y, epsilon=120.0, sigma=3.4) -> float:
    """Return V."""
    try:
        t1 = x - X
        t2 = y - Y
        r = sqrt(t1*t1 + t2*t2)
        t3 = sigma/r
        t4 = t3*t3
        s = t4*t4*t4
        V = 4.0*epsilon*(s*s - s)
        return V
    except (ArithmeticError, ValueError):
        return _ieee(x, y, X, Y, epsilon, sigma)[0]


def gradient(x, y, X, Y, epsilon=120.0, sigma=3.4) -> Gradient:
    """Return the derivative of V by each parameter."""
    try:
        t1 = x - X
        t2 = y - Y
        r = sqrt(t1*t1 + t2*t2)
        t3 = sigma/r
        t4 = t3*t3
        s = t4*t4*t4
        delta = -24.0*epsilon*(2.0*s - 1.0)*s/r
        dV_dx = delta*t1/r
        dV_dy = delta*t2/r
        return _new(Gradient, (dV_dx, dV_dy))
    except (ArithmeticError, ValueError):
        return _ieee(x, y, X, Y, epsilon, sigma)[1]


def value_and_gradient(x, y, X, Y, epsilon=120.0, sigma=3.4) -> tuple[float, Gradient]:
    """Return V and its derivative by each parameter."""
    try:
        t1 = x - X
        t2 = y - Y
        r = sqrt(t1*t1 + t2*t2)
        t3 = sigma/r
        t4 = t3*t3
        s = t4*t4*t4
        t5 = s - 1.0
        V = 4.0*epsilon*(s*t5)
        delta = -24.0*epsilon*(s + t5)*s/r
        dV_dx = delta*t1/r
        dV_dy = delta*t2/r
        return V, _new(Gradient, (dV_dx, dV_dy))
    except (ArithmeticError, ValueError):
        return _ieee(x, y, X, Y, epsilon, sigma)


def update(x, y, X, Y, epsilon=120.0, sigma=3.4, rate=0.001) -> Params:
    """Return the parameters after one step of gradient descent."""
    grad = gradient(x, y, X, Y, epsilon, sigma)
    return _new(Params, (x - rate*grad.x, y - rate*grad.y))


def _ieee(x, y, X, Y, epsilon, sigma) -> tuple[float, Gradient]:
    """Return V and its derivatives where a plain operation raises: inf or NaN, as in IEEE 754."""
    t1 = x - X
    t2 = y - Y
    r = _ieee_sqrt(t1*t1 + t2*t2)
    t3 = _ieee_divide(sigma, r)
    t4 = t3*t3
    s = t4*t4*t4
    t5 = s - 1.0
    V = 4.0*epsilon*(s*t5)
    delta = -_ieee_divide(24.0*epsilon*(s + t5)*s, r)
    dV_dx = _ieee_divide(delta*t1, r)
    dV_dy = _ieee_divide(delta*t2, r)
    return V, _new(Gradient, (dV_dx, dV_dy))
