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
# Computed in another form, which keeps more digits
#     δ_φ = −2l₂·(l₁·cos(θ₁)·sin(φ) − l₁·cos(φ)·sin(θ₁) + cos(φ)·Y − X·sin(φ))
#     dJ_dθ1 = −2(l₁·cos(θ₁)·Y − l₁X·sin(θ₁) + l₂·cos(φ)·Y − l₂X·sin(φ))
# Accuracy: dJ_dθ2 loses 5 of 16 digits at θ1 = -8.31145, θ2 = 6.37369e-06, X = 1.31266e-06, Y = -0.000644779, l1 = 12.266, l2 = -0.111119, μ = -3.84602.
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
        t1 = cos(phi)
        t2 = sin(phi)
        t3 = cos(theta1)
        t4 = sin(theta1)
        t5 = t1*Y - X*t2
        delta_phi = -2.0*l2*(l1*t3*t2 - l1*t1*t4 + t5)
        dJ_dtheta1 = -2.0*(l1*(t3*Y - X*t4) + l2*t5)
        dJ_dtheta2 = delta_phi + 2.0*mu*theta2
        return _new(Gradient, (dJ_dtheta1, dJ_dtheta2))
    except (ArithmeticError, ValueError):
        return _ieee(theta1, theta2, X, Y, l1, l2, mu)[1]


def value_and_gradient(theta1, theta2, X, Y, l1=1.0, l2=0.7, mu=0.001) -> tuple[float, Gradient]:
    """Return J and its derivative by each parameter."""
    try:
        phi = theta1 + theta2
        t1 = cos(phi)
        t2 = cos(theta1)
        t3 = l1*t2
        x = t3 + l2*t1
        t4 = sin(phi)
        t5 = sin(theta1)
        t6 = l1*t5
        y = t6 + l2*t4
        t7 = x - X
        t8 = y - Y
        L = t7*t7 + t8*t8
        t9 = mu*theta2
        R = t9*theta2
        J = L + R
        t10 = t1*Y - X*t4
        delta_phi = -2.0*l2*(t3*t4 - t6*t1 + t10)
        dJ_dtheta1 = -2.0*(l1*(t2*Y - X*t5) + l2*t10)
        dJ_dtheta2 = delta_phi + 2.0*t9
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
    t1 = _ieee_cos(phi)
    t2 = _ieee_cos(theta1)
    t3 = l1*t2
    x = t3 + l2*t1
    t4 = _ieee_sin(phi)
    t5 = _ieee_sin(theta1)
    t6 = l1*t5
    y = t6 + l2*t4
    t7 = x - X
    t8 = y - Y
    L = t7*t7 + t8*t8
    t9 = mu*theta2
    R = t9*theta2
    J = L + R
    t10 = t1*Y - X*t4
    delta_phi = -2.0*l2*(t3*t4 - t6*t1 + t10)
    dJ_dtheta1 = -2.0*(l1*(t2*Y - X*t5) + l2*t10)
    dJ_dtheta2 = delta_phi + 2.0*t9
    return J, _new(Gradient, (dJ_dtheta1, dJ_dtheta2))
