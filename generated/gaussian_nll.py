# Made by symgrad: value, gradient and update step of J.
#
# Minimize J, where
#     μ = ax + b
#     s = cx + d
#     v = exp(s)
#     r = y − μ
#     J = log(2πv)/2 + r²/(2v)
# Sensitivities
#     δ_s = ∂J/∂s = (1 − r²/v)/2
#     δ_μ = ∂J/∂μ = −r/v
# Gradient
#     ∂J/∂a = δ_μ·x
#     ∂J/∂b = δ_μ
#     ∂J/∂c = δ_s·x
#     ∂J/∂d = δ_s
# Names here: μ is mu.
"""Value, gradient and update step of J."""

from math import exp, inf
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


def _exp(x):
    """exp(x); infinite where that is too large for a float."""
    try:
        return exp(x)
    except OverflowError:
        return inf


def value(a, b, c, d, x, y) -> float:
    """Return J."""
    mu = a*x + b
    s = c*x + d
    r = y - mu
    J = s/2.0 + 0.9189385332046727 + _exp(-s)*r*r/2.0
    return J


def gradient(a, b, c, d, x, y) -> Gradient:
    """Return the derivative of J by each parameter."""
    mu = a*x + b
    s = c*x + d
    r = y - mu
    t1 = _exp(-s)*r
    delta_s = 0.5 - t1*r/2.0
    delta_mu = -t1
    dJ_da = delta_mu*x
    dJ_dc = delta_s*x
    return _new(Gradient, (dJ_da, delta_mu, dJ_dc, delta_s))


def value_and_gradient(a, b, c, d, x, y) -> tuple[float, Gradient]:
    """Return J and its derivative by each parameter."""
    mu = a*x + b
    s = c*x + d
    r = y - mu
    t1 = _exp(-s)
    t2 = t1*r*r/2.0
    J = s/2.0 + 0.9189385332046727 + t2
    delta_s = 0.5 - t2
    delta_mu = -t1*r
    dJ_da = delta_mu*x
    dJ_dc = delta_s*x
    return J, _new(Gradient, (dJ_da, delta_mu, dJ_dc, delta_s))


def update(a, b, c, d, x, y, rate=0.02) -> Params:
    """Return the parameters after one step of gradient descent."""
    grad = gradient(a, b, c, d, x, y)
    return _new(Params, (a - rate*grad.a, b - rate*grad.b, c - rate*grad.c, d - rate*grad.d))


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
    names = ('a', 'b', 'c', 'd', 'x', 'y')
    points = (
        (1.0059, 2.9604, 0.0177, -0.0014, 3.6, 7.9),
        (1.0222, 3.0093, -0.016, 0.0149, 1.8, 5.4),
        (0.9885, 3.0582, 0.0003, -0.0188, 3.333, 7.4),
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
