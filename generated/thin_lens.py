# Made by symgrad: value, gradient and update step of J.
#
# Minimize J, where
#     P = (n − 1)·(1/R₁ − 1/R₂)
#     q = P − 1/s
#     i = 1/q
#     J = (i − y)²
# Sensitivities
#     δ = ∂J/∂P = −2(i − y)·i²
# Gradient
#     ∂J/∂R₁ = δ·(1 − n)/R₁²
#     ∂J/∂R₂ = δ·(n − 1)/R₂²
# Computed in another form, which keeps more digits
#     dJ_dR1 = where(n ≤ 3/2, where(R₁² == 0, 0, δ·(1 − n)/R₁²), −2/R₁·((1/q − y)/R₁)·((1 − n)/q)·(1/q))
# Accuracy: J loses all digits at R1 = 0, R2 = 0, s = 0, y = 0, n = 1.17559.
# Accuracy: dJ_dR1 loses all digits at R1 = 0, R2 = -0.0724438, s = 1.0243, y = 0.150181, n = 1.46058.
# Accuracy: dJ_dR2 loses all digits at R1 = 0, R2 = 0, s = 0, y = 0, n = 1.17559.
"""Value, gradient and update step of J."""

from math import copysign, inf, nan
from typing import NamedTuple

_new = tuple.__new__


class Gradient(NamedTuple):
    """The derivative of J by each parameter."""

    R1: float
    R2: float


class Params(NamedTuple):
    """The parameters after a step."""

    R1: float
    R2: float


def _ieee_divide(x, y):
    """x/y: infinite or NaN where y is 0."""
    if y != 0.0:
        return x / y
    return nan if x == 0.0 or x != x else copysign(inf, x) * copysign(1.0, y)


def value(R1, R2, s, y, n=1.5168) -> float:
    """Return J."""
    try:
        P = (n - 1.0)*(1.0/R1 - 1.0/R2)
        q = P - 1.0/s
        i = 1.0/q
        t1 = i - y
        J = t1*t1
        return J
    except (ArithmeticError, ValueError):
        return _ieee(R1, R2, s, y, n)[0]


def gradient(R1, R2, s, y, n=1.5168) -> Gradient:
    """Return the derivative of J by each parameter."""
    try:
        t1 = n - 1.0
        P = t1*(1.0/R1 - 1.0/R2)
        q = P - 1.0/s
        i = 1.0/q
        t2 = i - y
        delta = -2.0*t2*i*i
        t3 = R1*R1
        t4 = 1.0 - n
        dJ_dR1 = (0.0 if t3 == 0.0 else delta*t4/t3) if n <= 1.5 else -2.0/R1*(t2/R1)*(t4/q)*i
        dJ_dR2 = delta*t1/(R2*R2)
        return _new(Gradient, (dJ_dR1, dJ_dR2))
    except (ArithmeticError, ValueError):
        return _ieee(R1, R2, s, y, n)[1]


def value_and_gradient(R1, R2, s, y, n=1.5168) -> tuple[float, Gradient]:
    """Return J and its derivative by each parameter."""
    try:
        t1 = n - 1.0
        P = t1*(1.0/R1 - 1.0/R2)
        q = P - 1.0/s
        i = 1.0/q
        t2 = i - y
        J = t2*t2
        delta = -2.0*t2*i*i
        t3 = R1*R1
        t4 = 1.0 - n
        dJ_dR1 = (0.0 if t3 == 0.0 else delta*t4/t3) if n <= 1.5 else -2.0/R1*(t2/R1)*(t4/q)*i
        dJ_dR2 = delta*t1/(R2*R2)
        return J, _new(Gradient, (dJ_dR1, dJ_dR2))
    except (ArithmeticError, ValueError):
        return _ieee(R1, R2, s, y, n)


def update(R1, R2, s, y, n=1.5168, rate=0.2) -> Params:
    """Return the parameters after one step of gradient descent."""
    grad = gradient(R1, R2, s, y, n)
    return _new(Params, (R1 - rate*grad.R1, R2 - rate*grad.R2))


def _ieee(R1, R2, s, y, n) -> tuple[float, Gradient]:
    """Return J and its derivatives where a plain operation raises: inf or NaN, as in IEEE 754."""
    t1 = n - 1.0
    P = t1*(_ieee_divide(1.0, R1) - _ieee_divide(1.0, R2))
    q = P - _ieee_divide(1.0, s)
    i = _ieee_divide(1.0, q)
    t2 = i - y
    J = t2*t2
    delta = -2.0*t2*i*i
    t3 = R1*R1
    t4 = 1.0 - n
    dJ_dR1 = (0.0 if t3 == 0.0 else _ieee_divide(delta*t4, t3)) if n <= 1.5 else -_ieee_divide(2.0, R1)*_ieee_divide(t2, R1)*_ieee_divide(t4, q)*i
    dJ_dR2 = _ieee_divide(delta*t1, R2*R2)
    return J, _new(Gradient, (dJ_dR1, dJ_dR2))
