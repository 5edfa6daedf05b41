# Made by symgrad: value, gradient and update step of J.
#
# Minimize J, where
#     φ = θ₁ + θ₂
#     x = l₁·cos(θ₁) + l₂·cos(φ)
#     y = l₁·sin(θ₁) + l₂·sin(φ)
#     L = (x − X)² + (y − Y)²
#     R = μθ₂²
#     J = L + R
# Sensitivities
#     δ_y = ∂L/∂y = 2(y − Y)
#     δ_x = ∂L/∂x = 2(x − X)
#     δ_φ = ∂L/∂φ = −δ_x·l₂·sin(φ) + δ_y·l₂·cos(φ)
# Gradient
#     ∂J/∂θ₁ = δ_φ − δ_x·l₁·sin(θ₁) + δ_y·l₁·cos(θ₁)
#     ∂J/∂θ₂ = δ_φ + 2μθ₂
# Names here: θ1 is theta1, θ2 is theta2, μ is mu, φ is phi.
"""Value, gradient and update step of J."""

from math import cos, inf, nan, sin
from typing import NamedTuple

_new = tuple.__new__


class Gradient(NamedTuple):
    """The derivative of J by each parameter."""

    theta1: float
    theta2: float


class Params(NamedTuple):
    """The parameters after a step."""

    theta1: float
    theta2: float


def _ieee_cos(x):
    """cos(x): NaN outside its domain."""
    return cos(x) if abs(x) != inf else nan


def _ieee_sin(x):
    """sin(x): NaN outside its domain."""
    return sin(x) if abs(x) != inf else nan


def value(theta1, theta2, X, Y, l1=1.0, l2=0.7, mu=0.001) -> float:
    """Return J."""
    try:
        phi = theta1 + theta2
        x = l1*cos(theta1) + l2*cos(phi)
        y = l1*sin(theta1) + l2*sin(phi)
        t1 = x - X
        t2 = y - Y
        L = t1*t1 + t2*t2
        R = mu*theta2*theta2
        J = L + R
        return J
    except (ArithmeticError, ValueError):
        return _ieee(theta1, theta2, X, Y, l1, l2, mu)[0]


def gradient(theta1, theta2, X, Y, l1=1.0, l2=0.7, mu=0.001) -> Gradient:
    """Return the derivative of J by each parameter."""
    try:
        phi = theta1 + theta2
        t1 = l1*cos(theta1)
        t2 = l2*cos(phi)
        x = t1 + t2
        t3 = l1*sin(theta1)
        t4 = l2*sin(phi)
        y = t3 + t4
        delta_y = 2.0*(y - Y)
        delta_x = 2.0*(x - X)
        delta_phi = delta_y*t2 - delta_x*t4
        dJ_dtheta1 = delta_phi - delta_x*t3 + delta_y*t1
        dJ_dtheta2 = delta_phi + 2.0*mu*theta2
        return _new(Gradient, (dJ_dtheta1, dJ_dtheta2))
    except (ArithmeticError, ValueError):
        return _ieee(theta1, theta2, X, Y, l1, l2, mu)[1]


def value_and_gradient(theta1, theta2, X, Y, l1=1.0, l2=0.7, mu=0.001) -> tuple[float, Gradient]:
    """Return J and its derivative by each parameter."""
    try:
        phi = theta1 + theta2
        t1 = l1*cos(theta1)
        t2 = l2*cos(phi)
        x = t1 + t2
        t3 = l1*sin(theta1)
        t4 = l2*sin(phi)
        y = t3 + t4
        t5 = x - X
        t6 = y - Y
        L = t5*t5 + t6*t6
        t7 = mu*theta2
        R = t7*theta2
        J = L + R
        delta_y = 2.0*t6
        delta_x = 2.0*t5
        delta_phi = delta_y*t2 - delta_x*t4
        dJ_dtheta1 = delta_phi - delta_x*t3 + delta_y*t1
        dJ_dtheta2 = delta_phi + 2.0*t7
        return J, _new(Gradient, (dJ_dtheta1, dJ_dtheta2))
    except (ArithmeticError, ValueError):
        return _ieee(theta1, theta2, X, Y, l1, l2, mu)


def update(theta1, theta2, X, Y, l1=1.0, l2=0.7, mu=0.001, rate=0.1) -> Params:
    """Return the parameters after one step of gradient descent."""
    grad = gradient(theta1, theta2, X, Y, l1, l2, mu)
    return _new(Params, (theta1 - rate*grad.theta1, theta2 - rate*grad.theta2))


def _ieee(theta1, theta2, X, Y, l1, l2, mu) -> tuple[float, Gradient]:
    """Return J and its derivatives where a plain operation raises: inf or NaN, as in IEEE 754."""
    phi = theta1 + theta2
    t1 = l1*_ieee_cos(theta1)
    t2 = l2*_ieee_cos(phi)
    x = t1 + t2
    t3 = l1*_ieee_sin(theta1)
    t4 = l2*_ieee_sin(phi)
    y = t3 + t4
    t5 = x - X
    t6 = y - Y
    L = t5*t5 + t6*t6
    t7 = mu*theta2
    R = t7*theta2
    J = L + R
    delta_y = 2.0*t6
    delta_x = 2.0*t5
    delta_phi = delta_y*t2 - delta_x*t4
    dJ_dtheta1 = delta_phi - delta_x*t3 + delta_y*t1
    dJ_dtheta2 = delta_phi + 2.0*t7
    return J, _new(Gradient, (dJ_dtheta1, dJ_dtheta2))
