# Made by symgrad: value, gradient and update step of J.
#
# Minimize J, where
#     z = w₁x₁ + w₂x₂ + b
#     m = yz
#     L = max(0, 1 − m)
#     R = λ/2·(w₁² + w₂²)
#     J = L + R
# Sensitivities
#     δ = ∂L/∂z = where(0 ≥ 1 − m, 0, −1)·y
# Gradient
#     ∂J/∂w₁ = δx₁ + λw₁
#     ∂J/∂w₂ = δx₂ + λw₂
#     ∂J/∂b = δ
# Convention: where arguments of max are equal the first one counts.
# Names here: λ is lam.
"""Value, gradient and update step of J."""

from typing import NamedTuple

_new = tuple.__new__


class Gradient(NamedTuple):
    """The derivative of J by each parameter."""

    w1: float
    w2: float
    b: float


class Params(NamedTuple):
    """The parameters after a step."""

    w1: float
    w2: float
    b: float


def _max(x, *others):
    """The largest number; NaN where one of them is."""
    for y in others:
        x = x if x > y or x != x else y
    return x


def value(w1, w2, b, x1, x2, y, lam=0.1) -> float:
    """Return J."""
    z = w1*x1 + w2*x2 + b
    m = y*z
    L = _max(0.0, 1.0 - m)
    R = lam/2.0*(w1*w1 + w2*w2)
    J = L + R
    return J


def gradient(w1, w2, b, x1, x2, y, lam=0.1) -> Gradient:
    """Return the derivative of J by each parameter."""
    z = w1*x1 + w2*x2 + b
    m = y*z
    delta = (0.0 if 0.0 >= 1.0 - m else -1.0)*y
    dJ_dw1 = delta*x1 + lam*w1
    dJ_dw2 = delta*x2 + lam*w2
    return _new(Gradient, (dJ_dw1, dJ_dw2, delta))


def value_and_gradient(w1, w2, b, x1, x2, y, lam=0.1) -> tuple[float, Gradient]:
    """Return J and its derivative by each parameter."""
    z = w1*x1 + w2*x2 + b
    m = y*z
    t1 = 1.0 - m
    L = _max(0.0, t1)
    t2 = lam*w1
    t3 = lam*w2
    R = (t2*w1 + t3*w2)/2.0
    J = L + R
    delta = (0.0 if 0.0 >= t1 else -1.0)*y
    dJ_dw1 = delta*x1 + t2
    dJ_dw2 = delta*x2 + t3
    return J, _new(Gradient, (dJ_dw1, dJ_dw2, delta))


def update(w1, w2, b, x1, x2, y, lam=0.1, rate=0.2) -> Params:
    """Return the parameters after one step of gradient descent."""
    grad = gradient(w1, w2, b, x1, x2, y, lam)
    return _new(Params, (w1 - rate*grad.w1, w2 - rate*grad.w2, b - rate*grad.b))


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
    names = ('w1', 'w2', 'b', 'x1', 'x2', 'y', 'lam')
    points = (
        (0.5059, 0.4868, 0.0177, -0.206, -0.276, -1.0, 0.1),
        (0.5222, 0.5031, -0.016, 1.094, 0.824, 1.0, 0.1),
        (0.4885, 0.5194, 0.0003, 0.194, 0.224, 1.0, 0.1),
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
