# Made by symgrad: value, gradient and update step of J.
#
# Minimize J, where
#     k = exp(a)·exp(−E/(RT))
#     q = log(k/y)
#     J = q²
# Gradient
#     ∂J/∂a = 2q
#     ∂J/∂E = −2q/(RT)
# Assumed: T > 0.
# Assumed: y > 0.
"""Value, gradient and update step of J."""

from math import copysign, inf, log, nan
from typing import NamedTuple

_new = tuple.__new__


class Gradient(NamedTuple):
    """The derivative of J by each parameter."""

    a: float
    E: float


class Params(NamedTuple):
    """The parameters after a step."""

    a: float
    E: float


def _ieee_divide(x, y):
    """x/y: infinite or NaN where y is 0."""
    if y != 0.0:
        return x / y
    return nan if x == 0.0 or x != x else copysign(inf, x) * copysign(1.0, y)


def _ieee_log(x):
    """log(x): infinite at 0.0, NaN below it."""
    return log(x) if x > 0.0 else -inf if x == 0.0 else nan


def value(a, E, T, y, R=0.008314) -> float:
    """Return J."""
    try:
        t1 = R*T
        t2 = abs(t1)
        q = a - (E/t1 if (t2 < 1e+300) and (t2 > 1e-290) else E/R/T) - log(y)
        J = q*q
        return J
    except (ArithmeticError, ValueError):
        return _ieee(a, E, T, y, R)[0]


def gradient(a, E, T, y, R=0.008314) -> Gradient:
    """Return the derivative of J by each parameter."""
    try:
        t1 = R*T
        t2 = abs(t1)
        q = a - (E/t1 if (t2 < 1e+300) and (t2 > 1e-290) else E/R/T) - log(y)
        dJ_da = 2.0*q
        dJ_dE = -dJ_da/t1
        return _new(Gradient, (dJ_da, dJ_dE))
    except (ArithmeticError, ValueError):
        return _ieee(a, E, T, y, R)[1]


def value_and_gradient(a, E, T, y, R=0.008314) -> tuple[float, Gradient]:
    """Return J and its derivative by each parameter."""
    try:
        t1 = R*T
        t2 = abs(t1)
        q = a - (E/t1 if (t2 < 1e+300) and (t2 > 1e-290) else E/R/T) - log(y)
        J = q*q
        dJ_da = 2.0*q
        dJ_dE = -dJ_da/t1
        return J, _new(Gradient, (dJ_da, dJ_dE))
    except (ArithmeticError, ValueError):
        return _ieee(a, E, T, y, R)


def update(a, E, T, y, R=0.008314, rate=0.2) -> Params:
    """Return the parameters after one step of gradient descent."""
    grad = gradient(a, E, T, y, R)
    return _new(Params, (a - rate*grad.a, E - rate*grad.E))


def _ieee(a, E, T, y, R) -> tuple[float, Gradient]:
    """Return J and its derivatives where a plain operation raises: inf or NaN, as in IEEE 754."""
    t1 = R*T
    t2 = abs(t1)
    q = a - (_ieee_divide(E, t1) if (t2 < 1e+300) and (t2 > 1e-290) else _ieee_divide(_ieee_divide(E, R), T)) - _ieee_log(y)
    J = q*q
    dJ_da = 2.0*q
    dJ_dE = -_ieee_divide(dJ_da, t1)
    return J, _new(Gradient, (dJ_da, dJ_dE))


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
    names = ('a', 'E', 'T', 'y', 'R')
    points = (
        (31.1829, 101.6404, 298.0, 3.460000092266669e-05, 0.008314),
        (31.6882, 103.3193, 318.0, 0.000498, 0.008314),
        (30.6435, 104.9982, 338.0, 0.00487, 0.008314),
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
