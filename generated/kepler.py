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
    names = ('E', 'M', 'e_')
    points = (
        (1.0059, 1.0, 0.2056),
        (1.0222, 1.0, 0.2056),
        (0.9885, 1.2, 0.2056),
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
