# Made by symgrad: value, gradient and update step of L.
#
# Minimize L, where
#     z₁ = w₁x + b₁
#     h₁ = tanh(z₁)
#     z₂ = w₂h₁ + b₂
#     h₂ = tanh(z₂)
#     L = (h₂ − y)²/2
# Sensitivities
#     δ₂ = ∂L/∂z₂ = (h₂ − y)·(1 − h₂²)
#     δ₁ = ∂L/∂z₁ = δ₂w₂·(1 − h₁²)
# Gradient
#     ∂L/∂w₁ = δ₁x
#     ∂L/∂b₁ = δ₁
#     ∂L/∂w₂ = δ₂h₁
#     ∂L/∂b₂ = δ₂
"""Value, gradient and update step of L."""

from math import copysign, cosh, inf, nan, tanh
from typing import NamedTuple

_new = tuple.__new__


class Gradient(NamedTuple):
    """The derivative of L by each parameter."""

    w1: float
    b1: float
    w2: float
    b2: float


class Params(NamedTuple):
    """The parameters after a step."""

    w1: float
    b1: float
    w2: float
    b2: float


def _cosh(x):
    """cosh(x); infinite where that is too large for a float."""
    try:
        return cosh(x)
    except OverflowError:
        return inf


def _ieee_divide(x, y):
    """x/y: infinite or NaN where y is 0."""
    if y != 0.0:
        return x / y
    return nan if x == 0.0 or x != x else copysign(inf, x) * copysign(1.0, y)


def value(w1, b1, w2, b2, x, y) -> float:
    """Return L."""
    z1 = w1*x + b1
    h1 = tanh(z1)
    z2 = h1*w2 + b2
    h2 = tanh(z2)
    t1 = h2 - y
    L = t1*t1/2.0
    return L


def gradient(w1, b1, w2, b2, x, y) -> Gradient:
    """Return the derivative of L by each parameter."""
    try:
        z1 = w1*x + b1
        h1 = tanh(z1)
        z2 = h1*w2 + b2
        h2 = tanh(z2)
        t1 = _cosh(z2)
        delta_2 = (h2 - y)/(t1*t1)
        t2 = _cosh(z1)
        delta_1 = delta_2*w2/(t2*t2)
        dL_dw1 = delta_1*x
        dL_dw2 = delta_2*h1
        return _new(Gradient, (dL_dw1, delta_1, dL_dw2, delta_2))
    except (ArithmeticError, ValueError):
        return _ieee(w1, b1, w2, b2, x, y)[1]


def value_and_gradient(w1, b1, w2, b2, x, y) -> tuple[float, Gradient]:
    """Return L and its derivative by each parameter."""
    try:
        z1 = w1*x + b1
        h1 = tanh(z1)
        z2 = h1*w2 + b2
        h2 = tanh(z2)
        t1 = h2 - y
        L = t1*t1/2.0
        t2 = _cosh(z2)
        delta_2 = t1/(t2*t2)
        t3 = _cosh(z1)
        delta_1 = delta_2*w2/(t3*t3)
        dL_dw1 = delta_1*x
        dL_dw2 = delta_2*h1
        return L, _new(Gradient, (dL_dw1, delta_1, dL_dw2, delta_2))
    except (ArithmeticError, ValueError):
        return _ieee(w1, b1, w2, b2, x, y)


def update(w1, b1, w2, b2, x, y, rate=0.5) -> Params:
    """Return the parameters after one step of gradient descent."""
    grad = gradient(w1, b1, w2, b2, x, y)
    return _new(Params, (
        w1 - rate*grad.w1, b1 - rate*grad.b1, w2 - rate*grad.w2, b2 - rate*grad.b2,
    ))


def _ieee(w1, b1, w2, b2, x, y) -> tuple[float, Gradient]:
    """Return L and its derivatives where a plain operation raises: inf or NaN, as in IEEE 754."""
    z1 = w1*x + b1
    h1 = tanh(z1)
    z2 = h1*w2 + b2
    h2 = tanh(z2)
    t1 = h2 - y
    L = t1*t1/2.0
    t2 = _cosh(z2)
    delta_2 = _ieee_divide(t1, t2*t2)
    t3 = _cosh(z1)
    delta_1 = _ieee_divide(delta_2*w2, t3*t3)
    dL_dw1 = delta_1*x
    dL_dw2 = delta_2*h1
    return L, _new(Gradient, (dL_dw1, delta_1, dL_dw2, delta_2))


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
    names = ('w1', 'b1', 'w2', 'b2', 'x', 'y')
    points = (
        (0.5059, 0.0868, -0.7823, 0.1986, 1.0, -0.5),
        (0.5222, 0.1031, -0.816, 0.2149, -1.0, 0.5),
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
