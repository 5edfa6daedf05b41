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
#     δ_φ = sin(θ₁)·l₁l₂·(2·cos(φ)) + Yl₂·(−2·cos(φ)) + cos(θ₁)·l₁l₂·(−2·sin(φ)) + Xl₂·(2·sin(φ)), by a function of its own
#     dJ_dθ1 = 2l₂·sin(φ)·X − 2l₂·cos(φ)·Y + 2l₁·sin(θ₁)·X − 2l₁·cos(θ₁)·Y
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


def _series1(t):
    """The series 2.0 - 1.0 + 1.0/12.0 ... in powers of t, up to t^9."""
    y = -3.123841393717245e-16
    y = y * t + 9.55895466477477e-14
    y = y * t - 2.294149119545945e-11
    y = y * t + 4.17535139757362e-09
    y = y * t - 5.511463844797178e-07
    y = y * t + 4.96031746031746e-05
    y = y * t - 1.0/360.0
    y = y * t + 1.0/12.0
    y = y * t - 1.0
    y = y * t + 2.0
    return y


def _series2(t):
    """The series -2.0 + 1.0/3.0 - 1.0/60.0 ... in powers of t, up to t^9."""
    y = 1.644127049324866e-17
    y = y * t - 5.622914508691041e-15
    y = y * t + 1.5294327463639633e-12
    y = y * t - 3.2118087673643227e-10
    y = y * t + 5.010421677088344e-08
    y = y * t - 5.5114638447971785e-06
    y = y * t + 1.0/2520.0
    y = y * t - 1.0/60.0
    y = y * t + 1.0/3.0
    y = y * t - 2.0
    return y


def _series3(t):
    """The series -2.0 + 1.0 - 1.0/12.0 ... in powers of t, up to t^9."""
    y = 3.123841393717245e-16
    y = y * t - 9.55895466477477e-14
    y = y * t + 2.294149119545945e-11
    y = y * t - 4.17535139757362e-09
    y = y * t + 5.511463844797178e-07
    y = y * t - 4.96031746031746e-05
    y = y * t + 1.0/360.0
    y = y * t - 1.0/12.0
    y = y * t + 1.0
    y = y * t - 2.0
    return y


def _series4(t):
    """The series 2.0 - 1.0/3.0 + 1.0/60.0 ... in powers of t, up to t^9."""
    y = -1.644127049324866e-17
    y = y * t + 5.622914508691041e-15
    y = y * t - 1.5294327463639633e-12
    y = y * t + 3.2118087673643227e-10
    y = y * t - 5.010421677088344e-08
    y = y * t + 5.5114638447971785e-06
    y = y * t - 1.0/2520.0
    y = y * t + 1.0/60.0
    y = y * t - 1.0/3.0
    y = y * t + 2.0
    return y


def _local1(t):
    """2·cos(t); where that is 0/0 or cancels, its series."""
    return _series1(t*t) if abs(t) < 1.0 else 2.0*cos(t)


def _local2(t):
    """−2·sin(t); where that is 0/0 or cancels, its series."""
    return t*_series2(t*t) if abs(t) < 1.0 else -2.0*sin(t)


def _local3(t):
    """−2·cos(t); where that is 0/0 or cancels, its series."""
    return _series3(t*t) if abs(t) < 1.0 else -2.0*cos(t)


def _local4(t):
    """2·sin(t); where that is 0/0 or cancels, its series."""
    return t*_series4(t*t) if abs(t) < 1.0 else 2.0*sin(t)


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
        t1 = sin(theta1)
        t2 = cos(theta1)
        delta_phi = l2*(l1*(t1*_local1(phi) + t2*_local2(phi)) + Y*_local3(phi) + X*_local4(phi))
        dJ_dtheta1 = l2*(2.0*sin(phi)*X - 2.0*cos(phi)*Y) + l1*(2.0*t1*X - 2.0*t2*Y)
        dJ_dtheta2 = delta_phi + 2.0*mu*theta2
        return _new(Gradient, (dJ_dtheta1, dJ_dtheta2))
    except (ArithmeticError, ValueError):
        return _ieee(theta1, theta2, X, Y, l1, l2, mu)[1]


def value_and_gradient(theta1, theta2, X, Y, l1=1.0, l2=0.7, mu=0.001) -> tuple[float, Gradient]:
    """Return J and its derivative by each parameter."""
    try:
        phi = theta1 + theta2
        t1 = cos(theta1)
        t2 = l1*t1
        t3 = l2*cos(phi)
        x = t2 + t3
        t4 = sin(theta1)
        t5 = l1*t4
        t6 = l2*sin(phi)
        y = t5 + t6
        t7 = x - X
        t8 = y - Y
        L = t7*t7 + t8*t8
        t9 = mu*theta2
        R = t9*theta2
        J = L + R
        delta_phi = l2*(l1*(t4*_local1(phi) + t1*_local2(phi)) + Y*_local3(phi) + X*_local4(phi))
        dJ_dtheta1 = 2.0*t6*X - 2.0*t3*Y + 2.0*t5*X - 2.0*t2*Y
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
    t1 = _ieee_cos(theta1)
    t2 = l1*t1
    t3 = l2*_ieee_cos(phi)
    x = t2 + t3
    t4 = _ieee_sin(theta1)
    t5 = l1*t4
    t6 = l2*_ieee_sin(phi)
    y = t5 + t6
    t7 = x - X
    t8 = y - Y
    L = t7*t7 + t8*t8
    t9 = mu*theta2
    R = t9*theta2
    J = L + R
    delta_phi = l2*(l1*(t4*_local1(phi) + t1*_local2(phi)) + Y*_local3(phi) + X*_local4(phi))
    dJ_dtheta1 = 2.0*t6*X - 2.0*t3*Y + 2.0*t5*X - 2.0*t2*Y
    dJ_dtheta2 = delta_phi + 2.0*t9
    return J, _new(Gradient, (dJ_dtheta1, dJ_dtheta2))
