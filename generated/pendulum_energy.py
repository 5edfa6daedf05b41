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
#     h = l·(2·sin(θ/2)²)
"""Value, gradient and update step of H."""

from math import inf, nan, sin
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


def value(theta, omega, m, l, g=9.81) -> float:
    """Return H."""
    try:
        v = l*omega
        t1 = sin(theta/2.0)
        h = l*(2.0*t1*t1)
        T = m*v*v/2.0
        U = m*g*h
        H = T + U
        return H
    except (ArithmeticError, ValueError):
        return _ieee(theta, omega, m, l, g)[0]


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
        t1 = sin(theta/2.0)
        h = l*(2.0*t1*t1)
        t2 = m*v
        T = t2*v/2.0
        t3 = m*g
        U = t3*h
        H = T + U
        dH_dtheta = t3*l*sin(theta)
        dH_domega = t2*l
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
    t1 = _ieee_sin(theta/2.0)
    h = l*(2.0*t1*t1)
    t2 = m*v
    T = t2*v/2.0
    t3 = m*g
    U = t3*h
    H = T + U
    dH_dtheta = t3*l*_ieee_sin(theta)
    dH_domega = t2*l
    return H, _new(Gradient, (dH_dtheta, dH_domega))
