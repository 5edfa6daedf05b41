# Made by symgrad: value, gradient and update step of L.
#
# Minimize L, where
#     η = ax + b
#     μ = exp(η)
#     L = μ − y·log(μ) + lgamma(y + 1)
# Sensitivities
#     δ = ∂L/∂η = μ − y
# Gradient
#     ∂L/∂a = δx
#     ∂L/∂b = δ
# Names here: η is eta, μ is mu.
# Assumed: y >= 0.
"""Value, gradient and update step of L."""

from math import exp, inf, lgamma
from typing import NamedTuple

_new = tuple.__new__


class Gradient(NamedTuple):
    """The derivative of L by each parameter."""

    a: float
    b: float


class Params(NamedTuple):
    """The parameters after a step."""

    a: float
    b: float


def _exp(x):
    """exp(x); infinite where that is too large for a float."""
    try:
        return exp(x)
    except OverflowError:
        return inf


def _lgamma(x):
    """The logarithm of |gamma(x)|; infinite where that is too large for a float."""
    try:
        return lgamma(x)
    except OverflowError:
        return inf


def _ieee_lgamma(x):
    """The logarithm of |gamma(x)|: infinite at its poles."""
    try:
        return _lgamma(x)
    except ValueError:
        return inf


def value(a, b, x, y) -> float:
    """Return L."""
    try:
        eta = a*x + b
        mu = _exp(eta)
        L = mu - y*eta + _lgamma(y + 1.0)
        return L
    except (ArithmeticError, ValueError):
        return _ieee(a, b, x, y)[0]


def gradient(a, b, x, y) -> Gradient:
    """Return the derivative of L by each parameter."""
    eta = a*x + b
    mu = _exp(eta)
    delta = mu - y
    dL_da = delta*x
    return _new(Gradient, (dL_da, delta))


def value_and_gradient(a, b, x, y) -> tuple[float, Gradient]:
    """Return L and its derivative by each parameter."""
    try:
        eta = a*x + b
        mu = _exp(eta)
        L = mu - y*eta + _lgamma(y + 1.0)
        delta = mu - y
        dL_da = delta*x
        return L, _new(Gradient, (dL_da, delta))
    except (ArithmeticError, ValueError):
        return _ieee(a, b, x, y)


def update(a, b, x, y, rate=0.002) -> Params:
    """Return the parameters after one step of gradient descent."""
    grad = gradient(a, b, x, y)
    return _new(Params, (a - rate*grad.a, b - rate*grad.b))


def _ieee(a, b, x, y) -> tuple[float, Gradient]:
    """Return L and its derivatives where a plain operation raises: inf or NaN, as in IEEE 754."""
    eta = a*x + b
    mu = _exp(eta)
    L = mu - y*eta + _ieee_lgamma(y + 1.0)
    delta = mu - y
    dL_da = delta*x
    return L, _new(Gradient, (dL_da, delta))


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
    names = ('a', 'b', 'x', 'y')
    points = (
        (0.2559, 0.2868, 1.0, 0.0),
        (0.2722, 0.3031, 4.0, 3.0),
        (0.2385, 0.3194, 8.0, 18.0),
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
