# Made by symgrad: value, gradient and update step of L.
#
# Minimize L, where
#     E = 1/(1 + 10^((B − A)/400))
#     L = −(S·log(E) + (1 − S)·log(1 − E))
# Gradient
#     ∂L/∂A = log(10)·(E − S)/400
#     ∂L/∂B = log(10)·(S − E)/400
"""Value, gradient and update step of L."""

from math import exp, log1p
from typing import NamedTuple

_new = tuple.__new__


class Gradient(NamedTuple):
    """The derivative of L by each parameter."""

    A: float
    B: float


class Params(NamedTuple):
    """The parameters after a step."""

    A: float
    B: float


def _softplus(x):
    """log(1 + exp(x)), exact for large |x| too."""
    return (x if x > 0.0 else 0.0) + log1p(exp(-abs(x)))


def _sigmoid(x):
    """1/(1 + exp(-x)); exp is only taken where it cannot overflow."""
    if x >= 0.0:
        return 1.0 / (1.0 + exp(-x))
    z = exp(x)
    return z / (1.0 + z)


def value(A, B, S) -> float:
    """Return L."""
    t1 = 0.005756462732485115*B
    t2 = 0.005756462732485115*A
    L = S*_softplus(t1 - t2) + (1.0 - S)*_softplus(t2 - t1)
    return L


def gradient(A, B, S) -> Gradient:
    """Return the derivative of L by each parameter."""
    t1 = 0.005756462732485115*A
    t2 = 0.005756462732485115*B
    E = _sigmoid(t1 - t2)
    dL_dA = E*(0.005756462732485115*(1.0 - S)) - 0.005756462732485115*_sigmoid(t2 - t1)*S
    dL_dB = -dL_dA
    return _new(Gradient, (dL_dA, dL_dB))


def value_and_gradient(A, B, S) -> tuple[float, Gradient]:
    """Return L and its derivative by each parameter."""
    t1 = 0.005756462732485115*A
    t2 = 0.005756462732485115*B
    t3 = t1 - t2
    E = _sigmoid(t3)
    t4 = 1.0 - S
    t5 = t2 - t1
    L = S*_softplus(t5) + t4*_softplus(t3)
    dL_dA = E*(0.005756462732485115*t4) - 0.005756462732485115*_sigmoid(t5)*S
    dL_dB = -dL_dA
    return L, _new(Gradient, (dL_dA, dL_dB))


def update(A, B, S, rate=5558.97) -> Params:
    """Return the parameters after one step of gradient descent."""
    grad = gradient(A, B, S)
    return _new(Params, (A - rate*grad.A, B - rate*grad.B))


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
    names = ('A', 'B', 'S')
    points = (
        (1609.44, 1776.24, 1.0),
        (1635.52, 1805.58, 0.0),
        (1581.6, 1834.92, 0.5),
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
