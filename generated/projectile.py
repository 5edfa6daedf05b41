# Made by symgrad: value, gradient and update step of J.
#
# Minimize J, where
#     a = v·cos(θ)
#     b = v·sin(θ)
#     t = (b + √(b² + 2gk))/g
#     X = at
#     J = (X − D)²
# Sensitivities
#     δ_X = ∂J/∂X = 2(X − D)
#     δ_b = ∂J/∂b = δ_X·a·(1 + b/√(b² + 2gk))/g
#     δ_a = ∂J/∂a = δ_X·t
# Gradient
#     ∂J/∂v = δ_a·cos(θ) + δ_b·sin(θ)
#     ∂J/∂θ = −δ_a·b + δ_b·a
# Names here: θ is theta.
# Computed in another form, which keeps more digits
#     t = where(b ≤ 0, 2gk/(√(b² + 2gk) − b)/g, (b + √(b² + 2gk))/g)
#     δ_b = a·(δ_X·where(b < 0, 2gk/(√(b² + 2gk) − b), √(b² + 2gk) + b)/(√(b² + 2gk)·g))
# Accuracy: dJ_dv loses 14 of 16 digits at v = 74.8193, θ = -0.104809, D = 0.265258, g = -1.35382e-07, k = -3.1434e-06.
"""Value, gradient and update step of J."""

from math import copysign, cos, inf, nan, sin, sqrt
from typing import NamedTuple

_new = tuple.__new__


class Gradient(NamedTuple):
    """The derivative of J by each parameter."""

    v: float
    theta: float


class Params(NamedTuple):
    """The parameters after a step."""

    v: float
    theta: float


def _ieee_cos(x):
    """cos(x): NaN outside its domain."""
    return cos(x) if abs(x) != inf else nan


def _ieee_divide(x, y):
    """x/y: infinite or NaN where y is 0."""
    if y != 0.0:
        return x / y
    return nan if x == 0.0 or x != x else copysign(inf, x) * copysign(1.0, y)


def _ieee_sin(x):
    """sin(x): NaN outside its domain."""
    return sin(x) if abs(x) != inf else nan


def _ieee_sqrt(x):
    """sqrt(x): NaN outside its domain."""
    return sqrt(x) if x >= 0.0 else nan


def value(v, theta, D, g=9.81, k=1.5) -> float:
    """Return J."""
    try:
        a = v*cos(theta)
        b = v*sin(theta)
        t1 = 2.0*g*k
        t2 = b*b + t1
        t = t1/(sqrt(t2) - b)/g if b <= 0.0 else (b + sqrt(t2))/g
        X = a*t
        t3 = X - D
        J = t3*t3
        return J
    except (ArithmeticError, ValueError):
        return _ieee(v, theta, D, g, k)[0]


def gradient(v, theta, D, g=9.81, k=1.5) -> Gradient:
    """Return the derivative of J by each parameter."""
    try:
        t1 = cos(theta)
        a = v*t1
        t2 = sin(theta)
        b = v*t2
        t3 = 2.0*g*k
        t4 = sqrt(b*b + t3)
        t5 = t4 - b
        t6 = b + t4
        t = t3/t5/g if b <= 0.0 else t6/g
        X = a*t
        delta_X = 2.0*(X - D)
        delta_b = a*(delta_X*(t3/t5 if b < 0.0 else t6)/(t4*g))
        delta_a = delta_X*t
        dJ_dv = delta_a*t1 + delta_b*t2
        dJ_dtheta = delta_b*a - delta_a*b
        return _new(Gradient, (dJ_dv, dJ_dtheta))
    except (ArithmeticError, ValueError):
        return _ieee(v, theta, D, g, k)[1]


def value_and_gradient(v, theta, D, g=9.81, k=1.5) -> tuple[float, Gradient]:
    """Return J and its derivative by each parameter."""
    try:
        t1 = cos(theta)
        a = v*t1
        t2 = sin(theta)
        b = v*t2
        t3 = 2.0*g*k
        t4 = sqrt(b*b + t3)
        t5 = t4 - b
        t6 = b + t4
        t = t3/t5/g if b <= 0.0 else t6/g
        X = a*t
        t7 = X - D
        J = t7*t7
        delta_X = 2.0*t7
        delta_b = a*(delta_X*(t3/t5 if b < 0.0 else t6)/(t4*g))
        delta_a = delta_X*t
        dJ_dv = delta_a*t1 + delta_b*t2
        dJ_dtheta = delta_b*a - delta_a*b
        return J, _new(Gradient, (dJ_dv, dJ_dtheta))
    except (ArithmeticError, ValueError):
        return _ieee(v, theta, D, g, k)


def update(v, theta, D, g=9.81, k=1.5, rate=0.01) -> Params:
    """Return the parameters after one step of gradient descent."""
    grad = gradient(v, theta, D, g, k)
    return _new(Params, (v - rate*grad.v, theta - rate*grad.theta))


def _ieee(v, theta, D, g, k) -> tuple[float, Gradient]:
    """Return J and its derivatives where a plain operation raises: inf or NaN, as in IEEE 754."""
    t1 = _ieee_cos(theta)
    a = v*t1
    t2 = _ieee_sin(theta)
    b = v*t2
    t3 = 2.0*g*k
    t4 = _ieee_sqrt(b*b + t3)
    t5 = t4 - b
    t6 = b + t4
    t = _ieee_divide(_ieee_divide(t3, t5), g) if b <= 0.0 else _ieee_divide(t6, g)
    X = a*t
    t7 = X - D
    J = t7*t7
    delta_X = 2.0*t7
    delta_b = a*_ieee_divide(delta_X*(_ieee_divide(t3, t5) if b < 0.0 else t6), t4*g)
    delta_a = delta_X*t
    dJ_dv = delta_a*t1 + delta_b*t2
    dJ_dtheta = delta_b*a - delta_a*b
    return J, _new(Gradient, (dJ_dv, dJ_dtheta))
