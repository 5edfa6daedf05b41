# Made by symgrad: value, gradient and update step of H.
#
# Minimize H, where
#     v = lω
#     h = l·(1 − cos(θ))
#     T = mv²/2
#     U = mgh
#     H = T + U
# Gradient
#     ∂H/∂θ = mgl·sin(θ)
#     ∂H/∂ω = mvl
# Names here: θ is theta, ω is omega.
# Computed in another form, which keeps more digits
#     h = l·(1 − cos(θ)), by a function of its own
"""Value, gradient and update step of H."""

from math import cos, inf, nan, sin
from typing import NamedTuple

_new = tuple.__new__


class Gradient(NamedTuple):
    """The derivative of H by each parameter."""

    theta: float
    omega: float


class Params(NamedTuple):
    """The parameters after a step."""

    theta: float
    omega: float


def _ieee_sin(x):
    """sin(x): NaN outside its domain."""
    return sin(x) if abs(x) != inf else nan


def _series1(t):
    """The series 0.5 - 1.0/24.0 + 1.0/720.0 ... in powers of t, up to t^8."""
    y = 1.5619206968586225e-16
    y = y * t - 4.779477332387385e-14
    y = y * t + 1.1470745597729725e-11
    y = y * t - 2.08767569878681e-09
    y = y * t + 2.755731922398589e-07
    y = y * t - 2.48015873015873e-05
    y = y * t + 1.0/720.0
    y = y * t - 1.0/24.0
    y = y * t + 0.5
    return y


def _local1(t):
    """1 − cos(t); where that is 0/0 or cancels, its series."""
    return t*t*_series1(t*t) if abs(t) < 1.0 else 1.0 - cos(t)


def value(theta, omega, m, l, g=9.81) -> float:
    """Return H."""
    v = l*omega
    h = l*_local1(theta)
    T = m*v*v/2.0
    U = m*g*h
    H = T + U
    return H


def gradient(theta, omega, m, l, g=9.81) -> Gradient:
    """Return the derivative of H by each parameter."""
    try:
        v = l*omega
        t1 = m*l
        dH_dtheta = t1*g*sin(theta)
        dH_domega = t1*v
        return _new(Gradient, (dH_dtheta, dH_domega))
    except (ArithmeticError, ValueError):
        return _ieee(theta, omega, m, l, g)[1]


def value_and_gradient(theta, omega, m, l, g=9.81) -> tuple[float, Gradient]:
    """Return H and its derivative by each parameter."""
    try:
        v = l*omega
        h = l*_local1(theta)
        t1 = m*v
        T = t1*v/2.0
        t2 = m*g
        U = t2*h
        H = T + U
        dH_dtheta = t2*l*sin(theta)
        dH_domega = t1*l
        return H, _new(Gradient, (dH_dtheta, dH_domega))
    except (ArithmeticError, ValueError):
        return _ieee(theta, omega, m, l, g)


def update(theta, omega, m, l, g=9.81, rate=0.05) -> Params:
    """Return the parameters after one step of gradient descent."""
    grad = gradient(theta, omega, m, l, g)
    return _new(Params, (theta - rate*grad.theta, omega - rate*grad.omega))


def _ieee(theta, omega, m, l, g) -> tuple[float, Gradient]:
    """Return H and its derivatives where a plain operation raises: inf or NaN, as in IEEE 754."""
    v = l*omega
    h = l*_local1(theta)
    t1 = m*v
    T = t1*v/2.0
    t2 = m*g
    U = t2*h
    H = T + U
    dH_dtheta = t2*l*_ieee_sin(theta)
    dH_domega = t1*l
    return H, _new(Gradient, (dH_dtheta, dH_domega))
