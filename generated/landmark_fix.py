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
        t2 = (phi - psi)/sigma_phi
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
        delta_psi = (psi - phi)/sigma_phi/sigma_phi
        delta_d = (d - r)/sigma_r/sigma_r
        t1 = delta_psi/d
        dJ_dx = t1*(v/d) - delta_d*u/d
        dJ_dy = -(delta_d*v/d + t1*(u/d))
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
        t1 = (d - r)/sigma_r
        A = t1*t1/2.0
        t2 = (phi - psi)/sigma_phi
        B = t2*t2/2.0
        J = A + B
        delta_psi = (psi - phi)/sigma_phi/sigma_phi
        delta_d = t1/sigma_r
        t3 = delta_psi/d
        dJ_dx = t3*(v/d) - delta_d*u/d
        dJ_dy = -(delta_d*v/d + t3*(u/d))
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
    t1 = _ieee_divide(d - r, sigma_r)
    A = t1*t1/2.0
    t2 = _ieee_divide(phi - psi, sigma_phi)
    B = t2*t2/2.0
    J = A + B
    delta_psi = _ieee_divide(_ieee_divide(psi - phi, sigma_phi), sigma_phi)
    delta_d = _ieee_divide(t1, sigma_r)
    t3 = _ieee_divide(delta_psi, d)
    dJ_dx = t3*_ieee_divide(v, d) - _ieee_divide(delta_d*u, d)
    dJ_dy = -(_ieee_divide(delta_d*v, d) + t3*_ieee_divide(u, d))
    return J, _new(Gradient, (dJ_dx, dJ_dy))


def _slope(function, x):
    """Return a derivative and its error: central differences, extrapolated (Ridders 1982)."""
    best, error, h = 0.0, float("inf"), 0.05 * (abs(x) or 1.0)
    above = []
    for _ in range(12):
        row = [(function(x + h) - function(x - h)) / (2.0 * h)]
        for i, old in enumerate(above):
            factor = 1.96 ** (i + 1)
            row.append((row[i] * factor - old) / (factor - 1.0))
            wrong = max(abs(row[-1] - row[i]), abs(row[-1] - old))
            if wrong < error:
                best, error = row[-1], wrong
        above, h = row, h / 1.4
    return best, error


def _apart(one, other, least):
    """Return how far two numbers are apart, beside the larger; infinite where just one is NaN."""
    if one == other or (one != one and other != other):
        return 0.0
    off = abs(one - other) / max(abs(one), abs(other), least)
    return off if off == off else float("inf")


def _self_check():
    """Compare the functions with each other and with differences of the value; tell if they fit."""
    names = ('x', 'y', 'X', 'Y', 'r', 'phi', 'sigma_r', 'sigma_phi')
    points = (
        (0.0059, -0.0132, 3.0, 4.0, 4.9, 0.95, 0.1, 0.05),
        (0.0222, 0.0031, -2.0, 5.0, 5.5, 1.98, 0.1, 0.05),
        (-0.0115, 0.0194, 4.0, -1.0, 4.0, -0.27, 0.1, 0.05),
    )
    worst, where, compared = 0.0, "", 0
    for point in points:
        try:
            found = gradient(*point)
            both, slopes = value_and_gradient(*point)
            size = max((abs(number) for number in found if number - number == 0.0), default=0.0)
            least = max(1e-3 * size, 1e-9)
            fields = Gradient._fields
            results = zip(("value", *fields), (value(*point), *found), (both, *slopes))
            for name, one, other in results:
                off = _apart(one, other, least)
                if off > worst:
                    worst, where = off, f" (value_and_gradient, {name} at {point})"
            for k in range(0, len(fields), len(fields) // 40 + 1):
                i = names.index(fields[k])
                slope, error = _slope(lambda x: value(*point[:i], x, *point[i + 1 :]), point[i])
                scale = max(abs(slope), least)
                off = max(0.0, abs(found[k] - slope) - 20.0 * error) / scale
                compared += error < 1e-3 * scale
                if found[k] != found[k] and error < 1e-3 * scale:
                    off = float("inf")
                if off > worst:
                    worst, where = off, f" (by {fields[k]} at {point})"
        except (ArithmeticError, ValueError):
            continue
    if not compared:
        return "nothing compared: no built-in point lies in the domain", True
    text = f"{compared} derivatives compared with differences of the value"
    if worst <= 1e-6:
        return f"{text}: all agree", True
    return f"{text}: off by {worst:.1e}{where}", False


if __name__ == "__main__":
    message, agrees = _self_check()
    print(f"J: {message}")
    raise SystemExit(0 if agrees else 1)
