# Made by symgrad: value, gradient and update step of L.
#
# Minimize L, where
#     E = 1/(1 + 10^((B − A)/400))
#     L = −(S·log(E) + (1 − S)·log(1 − E))
# Gradient
#     ∂L/∂A = log(10)·(E − S)/400
#     ∂L/∂B = log(10)·(S − E)/400
# Computed in another form, which keeps more digits
#     L = S·softplus(B·log(10)/400 − A·log(10)/400) + (1 − S)·softplus(−B·log(10)/400 + A·log(10)/400)
"""Value, gradient and update step of L."""

from math import copysign, exp, inf, log1p, nan, pow
from typing import NamedTuple

_new = tuple.__new__


class Gradient(NamedTuple):
    """The derivative of L by each parameter."""

    A: float
    B: float


class Params(NamedTuple):
    """The parameters after a step."""

    A: float
    B: float


def _softplus(x):
    """log(1 + exp(x)), exact for large |x| too."""
    return (x if x > 0.0 else 0.0) + log1p(exp(-abs(x)))


def _pow(x, y):
    """x to the power y; infinite where that is too large for a float."""
    try:
        return pow(x, y)
    except OverflowError:
        return -inf if x < 0.0 and y % 2.0 == 1.0 else inf


def _ieee_divide(x, y):
    """x/y: infinite or NaN where y is 0."""
    if y != 0.0:
        return x / y
    return nan if x == 0.0 or x != x else copysign(inf, x) * copysign(1.0, y)


def _ieee_pow(x, y):
    """x to the power y: infinite at 0 to a negative power, NaN where it is no real number."""
    try:
        return _pow(x, y)
    except (ArithmeticError, ValueError):
        if x != 0.0:
            return nan
        return copysign(inf, x) if y % 2.0 == 1.0 else inf


def value(A, B, S) -> float:
    """Return L."""
    t1 = 0.005756462732485115*B
    t2 = 0.005756462732485115*A
    L = S*_softplus(t1 - t2) + (1.0 - S)*_softplus(t2 - t1)
    return L


def gradient(A, B, S) -> Gradient:
    """Return the derivative of L by each parameter."""
    try:
        E = 1.0/(1.0 + _pow(10.0, (B - A)/400.0))
        dL_dA = 0.005756462732485115*(E - S)
        dL_dB = 0.005756462732485115*(S - E)
        return _new(Gradient, (dL_dA, dL_dB))
    except (ArithmeticError, ValueError):
        return _ieee(A, B, S)[1]


def value_and_gradient(A, B, S) -> tuple[float, Gradient]:
    """Return L and its derivative by each parameter."""
    try:
        E = 1.0/(1.0 + _pow(10.0, (B - A)/400.0))
        t1 = 0.005756462732485115*B
        t2 = 0.005756462732485115*A
        L = S*_softplus(t1 - t2) + (1.0 - S)*_softplus(t2 - t1)
        dL_dA = 0.005756462732485115*(E - S)
        dL_dB = 0.005756462732485115*(S - E)
        return L, _new(Gradient, (dL_dA, dL_dB))
    except (ArithmeticError, ValueError):
        return _ieee(A, B, S)


def update(A, B, S, rate=5558.97) -> Params:
    """Return the parameters after one step of gradient descent."""
    grad = gradient(A, B, S)
    return _new(Params, (A - rate*grad.A, B - rate*grad.B))


def _ieee(A, B, S) -> tuple[float, Gradient]:
    """Return L and its derivatives where a plain operation raises: inf or NaN, as in IEEE 754."""
    E = _ieee_divide(1.0, 1.0 + _ieee_pow(10.0, (B - A)/400.0))
    t1 = 0.005756462732485115*B
    t2 = 0.005756462732485115*A
    L = S*_softplus(t1 - t2) + (1.0 - S)*_softplus(t2 - t1)
    dL_dA = 0.005756462732485115*(E - S)
    dL_dB = 0.005756462732485115*(S - E)
    return L, _new(Gradient, (dL_dA, dL_dB))
