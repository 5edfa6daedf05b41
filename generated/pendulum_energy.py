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
        h = 2.0*l*t1*t1
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
        h = 2.0*l*t1*t1
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
    h = 2.0*l*t1*t1
    t2 = m*v
    T = t2*v/2.0
    t3 = m*g
    U = t3*h
    H = T + U
    dH_dtheta = t3*l*_ieee_sin(theta)
    dH_domega = t2*l
    return H, _new(Gradient, (dH_dtheta, dH_domega))


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
    names = ('theta', 'omega', 'm', 'l', 'g')
    points = (
        (0.5059, 0.9868, 1.0, 1.0, 9.81),
        (0.5222, 1.0031, 0.5, 0.8, 9.81),
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
    print(f"H: {message}")
    raise SystemExit(0 if agrees else 1)
