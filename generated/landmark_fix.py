# Made by symgrad: value, gradient and update step of J.
#
# Minimize J, where
#     u = X − x
#     v = Y − y
#     d = √(u² + v²)
#     ψ = atan2(v, u)
#     A = ((d − r)/σ_r)²/2
#     B = ((ψ − φ)/σ_φ)²/2
#     J = A + B
# Sensitivities
#     δ_ψ = ∂B/∂ψ = (ψ − φ)/σ_φ²
#     δ_d = ∂A/∂d = (d − r)/σ_r²
# Gradient
#     ∂J/∂x = −δ_d·u/d + δ_ψ·v/(u² + v²)
#     ∂J/∂y = −(δ_d·v/d + δ_ψ·u/(u² + v²))
# Names here: φ is phi, σ_r is sigma_r, σ_φ is sigma_phi, ψ is psi.
# Computed in another form, which keeps more digits
#     d = hypot(u, v)
#     dJ_dx = −δ_d/d·u + δ_ψ/(v + u/v·u)
#     dJ_dy = −(δ_d/d·v + δ_ψ/(u + v/u·v))
"""Value, gradient and update step of J."""

from math import atan2, copysign, hypot, inf, nan
from typing import NamedTuple

_new = tuple.__new__


class Gradient(NamedTuple):
    """The derivative of J by each parameter."""

    x: float
    y: float


class Params(NamedTuple):
    """The parameters after a step."""

    x: float
    y: float


def _ieee_divide(x, y):
    """x/y: infinite or NaN where y is 0."""
    if y != 0.0:
        return x / y
    return nan if x == 0.0 or x != x else copysign(inf, x) * copysign(1.0, y)


def value(x, y, X, Y, r, phi, sigma_r=0.1, sigma_phi=0.05) -> float:
    """Return J."""
    try:
        u = X - x
        v = Y - y
        d = hypot(u, v)
        psi = atan2(v, u)
        t1 = (d - r)/sigma_r
        A = t1*t1/2.0
        t2 = (psi - phi)/sigma_phi
        B = t2*t2/2.0
        J = A + B
        return J
    except (ArithmeticError, ValueError):
        return _ieee(x, y, X, Y, r, phi, sigma_r, sigma_phi)[0]


def gradient(x, y, X, Y, r, phi, sigma_r=0.1, sigma_phi=0.05) -> Gradient:
    """Return the derivative of J by each parameter."""
    try:
        u = X - x
        v = Y - y
        d = hypot(u, v)
        psi = atan2(v, u)
        delta_psi = (psi - phi)/(sigma_phi*sigma_phi)
        delta_d = (d - r)/(sigma_r*sigma_r)
        t1 = delta_d/d
        dJ_dx = delta_psi/(v + u/v*u) - t1*u
        dJ_dy = -(t1*v + delta_psi/(u + v/u*v))
        return _new(Gradient, (dJ_dx, dJ_dy))
    except (ArithmeticError, ValueError):
        return _ieee(x, y, X, Y, r, phi, sigma_r, sigma_phi)[1]


def value_and_gradient(x, y, X, Y, r, phi, sigma_r=0.1, sigma_phi=0.05) -> tuple[float, Gradient]:
    """Return J and its derivative by each parameter."""
    try:
        u = X - x
        v = Y - y
        d = hypot(u, v)
        psi = atan2(v, u)
        t1 = d - r
        t2 = t1/sigma_r
        A = t2*t2/2.0
        t3 = psi - phi
        t4 = t3/sigma_phi
        B = t4*t4/2.0
        J = A + B
        delta_psi = t3/(sigma_phi*sigma_phi)
        delta_d = t1/(sigma_r*sigma_r)
        t5 = delta_d/d
        dJ_dx = delta_psi/(v + u/v*u) - t5*u
        dJ_dy = -(t5*v + delta_psi/(u + v/u*v))
        return J, _new(Gradient, (dJ_dx, dJ_dy))
    except (ArithmeticError, ValueError):
        return _ieee(x, y, X, Y, r, phi, sigma_r, sigma_phi)


def update(x, y, X, Y, r, phi, sigma_r=0.1, sigma_phi=0.05, rate=0.002) -> Params:
    """Return the parameters after one step of gradient descent."""
    grad = gradient(x, y, X, Y, r, phi, sigma_r, sigma_phi)
    return _new(Params, (x - rate*grad.x, y - rate*grad.y))


def _ieee(x, y, X, Y, r, phi, sigma_r, sigma_phi) -> tuple[float, Gradient]:
    """Return J and its derivatives where a plain operation raises: inf or NaN, as in IEEE 754."""
    u = X - x
    v = Y - y
    d = hypot(u, v)
    psi = atan2(v, u)
    t1 = d - r
    t2 = _ieee_divide(t1, sigma_r)
    A = t2*t2/2.0
    t3 = psi - phi
    t4 = _ieee_divide(t3, sigma_phi)
    B = t4*t4/2.0
    J = A + B
    delta_psi = _ieee_divide(t3, sigma_phi*sigma_phi)
    delta_d = _ieee_divide(t1, sigma_r*sigma_r)
    t5 = _ieee_divide(delta_d, d)
    dJ_dx = _ieee_divide(delta_psi, v + _ieee_divide(u, v)*u) - t5*u
    dJ_dy = -(t5*v + _ieee_divide(delta_psi, u + _ieee_divide(v, u)*v))
    return J, _new(Gradient, (dJ_dx, dJ_dy))
