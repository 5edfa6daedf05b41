# Made by symgrad: value, gradient and update step of J.
#
# Minimize J, where
#     r = E − e·sin(E) − M
#     J = r²/2
# Gradient
#     ∂J/∂E = r·(1 − e·cos(E))
# Names here: e is e_.
"""Value, gradient and update step of J."""

from math import cos, inf, nan, sin
from typing import NamedTuple

_new = tuple.__new__


class Gradient(NamedTuple):
    """The derivative of J by each parameter."""

    E: float


class Params(NamedTuple):
    """The parameters after a step."""

    E: float


def _ieee_sin(x):
    """sin(x): NaN outside its domain."""
    return sin(x) if abs(x) != inf else nan


def _ieee_cos(x):
    """cos(x): NaN outside its domain."""
    return cos(x) if abs(x) != inf else nan


def value(E, M, e_=0.2056) -> float:
    """Return J."""
    try:
        r = E - e_*sin(E) - M
        J = r*r/2.0
        return J
    except (ArithmeticError, ValueError):
        return _ieee(E, M, e_)[0]


def gradient(E, M, e_=0.2056) -> Gradient:
    """Return the derivative of J by each parameter."""
    try:
        r = E - e_*sin(E) - M
        dJ_dE = r*(1.0 - e_*cos(E))
        return _new(Gradient, (dJ_dE,))
    except (ArithmeticError, ValueError):
        return _ieee(E, M, e_)[1]


def value_and_gradient(E, M, e_=0.2056) -> tuple[float, Gradient]:
    """Return J and its derivative by each parameter."""
    try:
        r = E - e_*sin(E) - M
        J = r*r/2.0
        dJ_dE = r*(1.0 - e_*cos(E))
        return J, _new(Gradient, (dJ_dE,))
    except (ArithmeticError, ValueError):
        return _ieee(E, M, e_)


def update(E, M, e_=0.2056, rate=0.9) -> Params:
    """Return the parameters after one step of gradient descent."""
    grad = gradient(E, M, e_)
    return _new(Params, (E - rate*grad.E,))


def _ieee(E, M, e_) -> tuple[float, Gradient]:
    """Return J and its derivatives where a plain operation raises: inf or NaN, as in IEEE 754."""
    r = E - e_*_ieee_sin(E) - M
    J = r*r/2.0
    dJ_dE = r*(1.0 - e_*_ieee_cos(E))
    return J, _new(Gradient, (dJ_dE,))
