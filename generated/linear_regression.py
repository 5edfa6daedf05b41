# Made by symgrad: value, gradient and update step of J.
#
# Minimize J, where
#     m = wx + b
#     r = m − y
#     L = r²
#     R = λw²
#     J = L + R
# Sensitivities
#     δ = ∂L/∂m = 2r
# Gradient
#     ∂J/∂w = δx + 2λw
#     ∂J/∂b = δ
# Names here: λ is lam.
"""Value, gradient and update step of J."""

from typing import NamedTuple

_new = tuple.__new__


class Gradient(NamedTuple):
    """The derivative of J by each parameter."""

    w: float
    b: float


class Params(NamedTuple):
    """The parameters after a step."""

    w: float
    b: float


def value(w, b, x, y, lam=0.01) -> float:
    """Return J."""
    m = w*x + b
    r = m - y
    L = r*r
    R = lam*w*w
    J = L + R
    return J


def gradient(w, b, x, y, lam=0.01) -> Gradient:
    """Return the derivative of J by each parameter."""
    m = w*x + b
    r = m - y
    delta = 2.0*r
    dJ_dw = delta*x + 2.0*lam*w
    return _new(Gradient, (dJ_dw, delta))


def value_and_gradient(w, b, x, y, lam=0.01) -> tuple[float, Gradient]:
    """Return J and its derivative by each parameter."""
    m = w*x + b
    r = m - y
    L = r*r
    t1 = lam*w
    R = t1*w
    J = L + R
    delta = 2.0*r
    dJ_dw = delta*x + 2.0*t1
    return J, _new(Gradient, (dJ_dw, delta))


def update(w, b, x, y, lam=0.01, rate=0.002) -> Params:
    """Return the parameters after one step of gradient descent."""
    grad = gradient(w, b, x, y, lam)
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
    names = ('w', 'b', 'x', 'y', 'lam')
    points = (
        (0.4059, 1.9736, 10.0, 8.04, 0.01),
        (0.4222, 2.0062, 8.0, 6.95, 0.01),
        (0.3885, 2.0388, 13.0, 7.58, 0.01),
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
