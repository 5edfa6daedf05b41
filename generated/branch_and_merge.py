# Made by symgrad: value, gradient and update step of J.
#
# Minimize J, where
#     u = ax + b
#     h = u²
#     v = ch + u + d
#     p = 1/(1 + v)
#     L = (p − y)²
#     R = λ/2·(a² + c²)
#     J = L + R
# Sensitivities
#     δ = ∂L/∂v = −2(p − y)·p²
# Gradient
#     ∂J/∂a = δ·(2cu + 1)·x + λa
#     ∂J/∂b = δ·(2cu + 1)
#     ∂J/∂c = δh + λc
#     ∂J/∂d = δ
# Names here: λ is lam.
"""Value, gradient and update step of J."""

from math import copysign, inf, nan
from typing import NamedTuple

_new = tuple.__new__


class Gradient(NamedTuple):
    """The derivative of J by each parameter."""

    a: float
    b: float
    c: float
    d: float


class Params(NamedTuple):
    """The parameters after a step."""

    a: float
    b: float
    c: float
    d: float


def _ieee_divide(x, y):
    """x/y: infinite or NaN where y is 0."""
    if y != 0.0:
        return x / y
    return nan if x == 0.0 or x != x else copysign(inf, x) * copysign(1.0, y)


def value(a, b, c, d, x, y, lam=0.1) -> float:
    """Return J."""
    try:
        u = a*x + b
        h = u*u
        v = c*h + u + d
        p = 1.0/(1.0 + v)
        t1 = p - y
        L = t1*t1
        R = lam/2.0*(a*a + c*c)
        J = L + R
        return J
    except (ArithmeticError, ValueError):
        return _ieee(a, b, c, d, x, y, lam)[0]


def gradient(a, b, c, d, x, y, lam=0.1) -> Gradient:
    """Return the derivative of J by each parameter."""
    try:
        u = a*x + b
        h = u*u
        t1 = c*u
        t2 = t1 + 1.0
        v = u*t2 + d
        p = 1.0/(1.0 + v)
        delta = -2.0*(p - y)*p*p
        dJ_db = delta*(t1 + t2)
        dJ_da = dJ_db*x + lam*a
        dJ_dc = delta*h + lam*c
        return _new(Gradient, (dJ_da, dJ_db, dJ_dc, delta))
    except (ArithmeticError, ValueError):
        return _ieee(a, b, c, d, x, y, lam)[1]


def value_and_gradient(a, b, c, d, x, y, lam=0.1) -> tuple[float, Gradient]:
    """Return J and its derivative by each parameter."""
    try:
        u = a*x + b
        h = u*u
        t1 = c*u
        t2 = t1 + 1.0
        v = u*t2 + d
        p = 1.0/(1.0 + v)
        t3 = p - y
        L = t3*t3
        t4 = lam*a
        t5 = lam*c
        R = (t4*a + t5*c)/2.0
        J = L + R
        delta = -2.0*t3*p*p
        dJ_db = delta*(t1 + t2)
        dJ_da = dJ_db*x + t4
        dJ_dc = delta*h + t5
        return J, _new(Gradient, (dJ_da, dJ_db, dJ_dc, delta))
    except (ArithmeticError, ValueError):
        return _ieee(a, b, c, d, x, y, lam)


def update(a, b, c, d, x, y, lam=0.1, rate=0.1) -> Params:
    """Return the parameters after one step of gradient descent."""
    grad = gradient(a, b, c, d, x, y, lam)
    return _new(Params, (a - rate*grad.a, b - rate*grad.b, c - rate*grad.c, d - rate*grad.d))


def _ieee(a, b, c, d, x, y, lam) -> tuple[float, Gradient]:
    """Return J and its derivatives where a plain operation raises: inf or NaN, as in IEEE 754."""
    u = a*x + b
    h = u*u
    t1 = c*u
    t2 = t1 + 1.0
    v = u*t2 + d
    p = _ieee_divide(1.0, 1.0 + v)
    t3 = p - y
    L = t3*t3
    t4 = lam*a
    t5 = lam*c
    R = (t4*a + t5*c)/2.0
    J = L + R
    delta = -2.0*t3*p*p
    dJ_db = delta*(t1 + t2)
    dJ_da = dJ_db*x + t4
    dJ_dc = delta*h + t5
    return J, _new(Gradient, (dJ_da, dJ_db, dJ_dc, delta))
