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
        P = (1.0 - n)*(R1 - R2)/(R1*R2)
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
        t1 = 1.0 - n
        P = t1*(R1 - R2)/(R1*R2)
        q = P - 1.0/s
        i = 1.0/q
        delta = -2.0*(i - y)*i*i
        dJ_dR1 = delta*(t1/R1/R1)
        dJ_dR2 = -delta*(t1/R2/R2)
        return _new(Gradient, (dJ_dR1, dJ_dR2))
    except (ArithmeticError, ValueError):
        return _ieee(R1, R2, s, y, n)[1]


def value_and_gradient(R1, R2, s, y, n=1.5168) -> tuple[float, Gradient]:
    """Return J and its derivative by each parameter."""
    try:
        t1 = 1.0 - n
        P = t1*(R1 - R2)/(R1*R2)
        q = P - 1.0/s
        i = 1.0/q
        t2 = i - y
        J = t2*t2
        delta = -2.0*t2*i*i
        dJ_dR1 = delta*(t1/R1/R1)
        dJ_dR2 = -delta*(t1/R2/R2)
        return J, _new(Gradient, (dJ_dR1, dJ_dR2))
    except (ArithmeticError, ValueError):
        return _ieee(R1, R2, s, y, n)


def update(R1, R2, s, y, n=1.5168, rate=0.2) -> Params:
    """Return the parameters after one step of gradient descent."""
    grad = gradient(R1, R2, s, y, n)
    return _new(Params, (R1 - rate*grad.R1, R2 - rate*grad.R2))


def _ieee(R1, R2, s, y, n) -> tuple[float, Gradient]:
    """Return J and its derivatives where a plain operation raises: inf or NaN, as in IEEE 754."""
    t1 = 1.0 - n
    P = _ieee_divide(t1*(R1 - R2), R1*R2)
    q = P - _ieee_divide(1.0, s)
    i = _ieee_divide(1.0, q)
    t2 = i - y
    J = t2*t2
    delta = -2.0*t2*i*i
    dJ_dR1 = delta*_ieee_divide(_ieee_divide(t1, R1), R1)
    dJ_dR2 = -delta*_ieee_divide(_ieee_divide(t1, R2), R2)
    return J, _new(Gradient, (dJ_dR1, dJ_dR2))


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
    names = ('R1', 'R2', 's', 'y', 'n')
    points = (
        (0.1059, -0.1132, 0.5, 0.13, 1.5168),
        (0.1222, -0.0969, 0.8, 0.12, 1.5168),
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
