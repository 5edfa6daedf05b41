# Made by symgrad: value, gradient and update step of L.
#
# Minimize L, where
#     z = wx + b
#     Φ = (1 + erf(z/√2))/2
#     h = zΦ
#     L = (h − y)²/2
# Sensitivities
#     δ_h = ∂L/∂h = h − y
#     δ_z = ∂L/∂z = δ_h·(z·exp(−z²/2)/√(2π) + Φ)
# Gradient
#     ∂L/∂w = δ_z·x
#     ∂L/∂b = δ_z
# Names here: Φ is Phi.
"""Value, gradient and update step of L."""

from math import erfc, exp, inf
from typing import NamedTuple

_new = tuple.__new__


class Gradient(NamedTuple):
    """The derivative of L by each parameter."""

    w: float
    b: float


class Params(NamedTuple):
    """The parameters after a step."""

    w: float
    b: float


def _normal_cdf(x):
    """The distribution function of the standard normal distribution."""
    return 0.5 * erfc(-0.7071067811865476 * x)


def _exp(x):
    """exp(x); infinite where that is too large for a float."""
    try:
        return exp(x)
    except OverflowError:
        return inf


def value(w, b, x, y) -> float:
    """Return L."""
    z = w*x + b
    Phi = _normal_cdf(z)
    h = z*Phi
    t1 = h - y
    L = t1*t1/2.0
    return L


def gradient(w, b, x, y) -> Gradient:
    """Return the derivative of L by each parameter."""
    z = w*x + b
    Phi = _normal_cdf(z)
    h = z*Phi
    delta_h = h - y
    delta_z = delta_h*(z*_exp(-z*z/2.0)/2.5066282746310002 + Phi)
    dL_dw = delta_z*x
    return _new(Gradient, (dL_dw, delta_z))


def value_and_gradient(w, b, x, y) -> tuple[float, Gradient]:
    """Return L and its derivative by each parameter."""
    z = w*x + b
    Phi = _normal_cdf(z)
    h = z*Phi
    delta_h = h - y
    L = delta_h*delta_h/2.0
    delta_z = delta_h*(z*_exp(-z*z/2.0)/2.5066282746310002 + Phi)
    dL_dw = delta_z*x
    return L, _new(Gradient, (dL_dw, delta_z))


def update(w, b, x, y, rate=0.2) -> Params:
    """Return the parameters after one step of gradient descent."""
    grad = gradient(w, b, x, y)
    return _new(Params, (w - rate*grad.w, b - rate*grad.b))


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
    names = ('w', 'b', 'x', 'y')
    points = (
        (0.7059, 0.0868, 1.5, 0.5),
        (0.7222, 0.1031, -1.0, 0.0),
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
    print(f"L: {message}")
    raise SystemExit(0 if agrees else 1)
