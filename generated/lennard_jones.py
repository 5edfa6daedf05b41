# Made by symgrad: value, gradient and update step of V.
#
# Minimize V, where
#     r = √((x − X)² + (y − Y)²)
#     s = (σ/r)⁶
#     V = 4ε·(s² − s)
# Sensitivities
#     δ = ∂V/∂r = −24ε·(2s − 1)·s/r
# Gradient
#     ∂V/∂x = δ·(x − X)/r
#     ∂V/∂y = δ·(y − Y)/r
# Names here: ε is epsilon, σ is sigma.
"""Value, gradient and update step of V."""

from math import copysign, hypot, inf, nan
from typing import NamedTuple

_new = tuple.__new__


class Gradient(NamedTuple):
    """The derivative of V by each parameter."""

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


def value(x, y, X, Y, epsilon=120.0, sigma=3.4) -> float:
    """Return V."""
    try:
        r = hypot(X - x, Y - y)
        t1 = sigma/r
        t2 = t1*t1
        s = t2*t2*t2
        V = 4.0*epsilon*(s*s - s)
        return V
    except (ArithmeticError, ValueError):
        return _ieee(x, y, X, Y, epsilon, sigma)[0]


def gradient(x, y, X, Y, epsilon=120.0, sigma=3.4) -> Gradient:
    """Return the derivative of V by each parameter."""
    try:
        r = hypot(X - x, Y - y)
        t1 = sigma/r
        t2 = t1*t1
        s = t2*t2*t2
        delta = -24.0*epsilon*(2.0*s - 1.0)*s/r
        dV_dx = delta*(x - X)/r
        dV_dy = delta*(y - Y)/r
        return _new(Gradient, (dV_dx, dV_dy))
    except (ArithmeticError, ValueError):
        return _ieee(x, y, X, Y, epsilon, sigma)[1]


def value_and_gradient(x, y, X, Y, epsilon=120.0, sigma=3.4) -> tuple[float, Gradient]:
    """Return V and its derivative by each parameter."""
    try:
        r = hypot(X - x, Y - y)
        t1 = sigma/r
        t2 = t1*t1
        s = t2*t2*t2
        t3 = s - 1.0
        V = 4.0*epsilon*(s*t3)
        delta = -24.0*epsilon*(s + t3)*s/r
        dV_dx = delta*(x - X)/r
        dV_dy = delta*(y - Y)/r
        return V, _new(Gradient, (dV_dx, dV_dy))
    except (ArithmeticError, ValueError):
        return _ieee(x, y, X, Y, epsilon, sigma)


def update(x, y, X, Y, epsilon=120.0, sigma=3.4, rate=0.001) -> Params:
    """Return the parameters after one step of gradient descent."""
    grad = gradient(x, y, X, Y, epsilon, sigma)
    return _new(Params, (x - rate*grad.x, y - rate*grad.y))


def _ieee(x, y, X, Y, epsilon, sigma) -> tuple[float, Gradient]:
    """Return V and its derivatives where a plain operation raises: inf or NaN, as in IEEE 754."""
    r = hypot(X - x, Y - y)
    t1 = _ieee_divide(sigma, r)
    t2 = t1*t1
    s = t2*t2*t2
    t3 = s - 1.0
    V = 4.0*epsilon*(s*t3)
    delta = -_ieee_divide(24.0*epsilon*(s + t3)*s, r)
    dV_dx = _ieee_divide(delta*(x - X), r)
    dV_dy = _ieee_divide(delta*(y - Y), r)
    return V, _new(Gradient, (dV_dx, dV_dy))


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
    names = ('x', 'y', 'X', 'Y', 'epsilon', 'sigma')
    points = (
        (3.52065, 1.9736, 0.0, 0.0, 120.0, 3.4),
        (3.5777, 2.0062, 0.0, 0.1, 120.0, 3.4),
        (3.45975, 2.0388, 7.0, 0.5, 120.0, 3.4),
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
    print(f"V: {message}")
    raise SystemExit(0 if agrees else 1)
