# Made by symgrad: value, gradient and update step of J.
#
# Minimize J, where
#     v = VS/(K + S)
#     r = v − y
#     J = r²
# Sensitivities
#     δ = ∂J/∂v = 2r
# Gradient
#     ∂J/∂V = δS/(K + S)
#     ∂J/∂K = −δv/(K + S)
# Assumed: K > 0.
# Assumed: S > 0.
"""Value, gradient and update step of J."""

from math import copysign, inf, nan
from typing import NamedTuple

_new = tuple.__new__


class Gradient(NamedTuple):
    """The derivative of J by each parameter."""

    V: float
    K: float


class Params(NamedTuple):
    """The parameters after a step."""

    V: float
    K: float


def _ieee_divide(x, y):
    """x/y: infinite or NaN where y is 0."""
    if y != 0.0:
        return x / y
    return nan if x == 0.0 or x != x else copysign(inf, x) * copysign(1.0, y)


def value(V, K, S, y) -> float:
    """Return J."""
    try:
        v = S/(K + S)*V
        r = v - y
        J = r*r
        return J
    except (ArithmeticError, ValueError):
        return _ieee(V, K, S, y)[0]


def gradient(V, K, S, y) -> Gradient:
    """Return the derivative of J by each parameter."""
    try:
        t1 = K + S
        v = S/t1*V
        r = v - y
        delta = 2.0*r
        dJ_dV = delta*S/t1
        dJ_dK = -delta*v/t1
        return _new(Gradient, (dJ_dV, dJ_dK))
    except (ArithmeticError, ValueError):
        return _ieee(V, K, S, y)[1]


def value_and_gradient(V, K, S, y) -> tuple[float, Gradient]:
    """Return J and its derivative by each parameter."""
    try:
        t1 = K + S
        v = S/t1*V
        r = v - y
        J = r*r
        delta = 2.0*r
        dJ_dV = delta*S/t1
        dJ_dK = -delta*v/t1
        return J, _new(Gradient, (dJ_dV, dJ_dK))
    except (ArithmeticError, ValueError):
        return _ieee(V, K, S, y)


def update(V, K, S, y, rate=0.01) -> Params:
    """Return the parameters after one step of gradient descent."""
    grad = gradient(V, K, S, y)
    return _new(Params, (V - rate*grad.V, K - rate*grad.K))


def _ieee(V, K, S, y) -> tuple[float, Gradient]:
    """Return J and its derivatives where a plain operation raises: inf or NaN, as in IEEE 754."""
    t1 = K + S
    v = _ieee_divide(S, t1)*V
    r = v - y
    J = r*r
    delta = 2.0*r
    dJ_dV = _ieee_divide(delta*S, t1)
    dJ_dK = -_ieee_divide(delta*v, t1)
    return J, _new(Gradient, (dJ_dV, dJ_dK))


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
    names = ('V', 'K', 'S', 'y')
    points = (
        (2.0118, 0.0868, 0.02, 0.76),
        (2.0444, 0.1031, 0.11, 1.23),
        (1.977, 0.1194, 1.1, 2.07),
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
