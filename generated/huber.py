# Made by symgrad: value, gradient and update step of J.
#
# Minimize J, where
#     m = a·x + b
#     r = y − m
#     J = where(|r| ≤ k, r²/2, k·(|r| − k/2))
# Sensitivities
#     δ = ∂J/∂m = −where(|r| ≤ k, r, k·sign(r))
# Gradient
#     ∂J/∂a = δx
#     ∂J/∂b = δ
# Convention: at the border of a where the side that the condition selects counts.
# Convention: the derivative of |z| at z = 0 is taken as 0.
"""Value, gradient and update step of J."""

from typing import NamedTuple

_new = tuple.__new__


class Gradient(NamedTuple):
    """The derivative of J by each parameter."""

    a: float
    b: float


class Params(NamedTuple):
    """The parameters after a step."""

    a: float
    b: float


def _sign(x):
    """The sign of x: 1, -1 or 0."""
    return 1.0 if x > 0.0 else -1.0 if x < 0.0 else x


def value(a, b, x, y, k=1.345) -> float:
    """Return J."""
    m = a*x + b
    r = y - m
    t1 = abs(r)
    J = r*r/2.0 if t1 <= k else k*(t1 - k/2.0)
    return J


def gradient(a, b, x, y, k=1.345) -> Gradient:
    """Return the derivative of J by each parameter."""
    m = a*x + b
    r = y - m
    delta = -(r if abs(r) <= k else k*_sign(r))
    dJ_da = delta*x
    return _new(Gradient, (dJ_da, delta))


def value_and_gradient(a, b, x, y, k=1.345) -> tuple[float, Gradient]:
    """Return J and its derivative by each parameter."""
    m = a*x + b
    r = y - m
    t1 = abs(r)
    J = r*r/2.0 if t1 <= k else k*(t1 - k/2.0)
    delta = -(r if t1 <= k else k*_sign(r))
    dJ_da = delta*x
    return J, _new(Gradient, (dJ_da, delta))


def update(a, b, x, y, k=1.345, rate=0.2) -> Params:
    """Return the parameters after one step of gradient descent."""
    grad = gradient(a, b, x, y, k)
    return _new(Params, (a - rate*grad.a, b - rate*grad.b))


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
    names = ('a', 'b', 'x', 'y', 'k')
    points = (
        (1.0059, 0.9868, -1.0, 0.44, 1.345),
        (1.0222, 1.0031, -0.5, 0.73, 1.345),
        (0.9885, 1.0194, 0.4, 11.9, 1.345),
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
