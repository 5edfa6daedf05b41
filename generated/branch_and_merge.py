# Made by symgrad: value, gradient and update step of J.
#
# Minimize J, where
#     u = ax + b
#     h = u²
#     v = ch + u + d
#     p = 1/(1 + v)
#     L = (p − y)²
#     R = λ/2·(a² + c²)
#     J = L + R
# Sensitivities
#     δ = ∂L/∂v = −2(p − y)·p²
# Gradient
#     ∂J/∂a = δ·(2cu + 1)·x + λa
#     ∂J/∂b = δ·(2cu + 1)
#     ∂J/∂c = δh + λc
#     ∂J/∂d = δ
# Names here: λ is lam.
"""Value, gradient and update step of J."""

from math import copysign, inf, nan
from typing import NamedTuple

_new = tuple.__new__


class Gradient(NamedTuple):
    """The derivative of J by each parameter."""

    a: float
    b: float
    c: float
    d: float


class Params(NamedTuple):
    """The parameters after a step."""

    a: float
    b: float
    c: float
    d: float


def _ieee_divide(x, y):
    """x/y: infinite or NaN where y is 0."""
    if y != 0.0:
        return x / y
    return nan if x == 0.0 or x != x else copysign(inf, x) * copysign(1.0, y)


def value(a, b, c, d, x, y, lam=0.1) -> float:
    """Return J."""
    try:
        u = a*x + b
        h = u*u
        v = c*h + u + d
        p = 1.0/(1.0 + v)
        t1 = p - y
        L = t1*t1
        R = lam/2.0*(a*a + c*c)
        J = L + R
        return J
    except (ArithmeticError, ValueError):
        return _ieee(a, b, c, d, x, y, lam)[0]


def gradient(a, b, c, d, x, y, lam=0.1) -> Gradient:
    """Return the derivative of J by each parameter."""
    try:
        u = a*x + b
        h = u*u
        t1 = c*u
        t2 = t1 + 1.0
        v = u*t2 + d
        p = 1.0/(1.0 + v)
        delta = -2.0*(p - y)*p*p
        dJ_db = delta*(t1 + t2)
        dJ_da = dJ_db*x + lam*a
        dJ_dc = delta*h + lam*c
        return _new(Gradient, (dJ_da, dJ_db, dJ_dc, delta))
    except (ArithmeticError, ValueError):
        return _ieee(a, b, c, d, x, y, lam)[1]


def value_and_gradient(a, b, c, d, x, y, lam=0.1) -> tuple[float, Gradient]:
    """Return J and its derivative by each parameter."""
    try:
        u = a*x + b
        h = u*u
        t1 = c*u
        t2 = t1 + 1.0
        v = u*t2 + d
        p = 1.0/(1.0 + v)
        t3 = p - y
        L = t3*t3
        t4 = lam*a
        t5 = lam*c
        R = (t4*a + t5*c)/2.0
        J = L + R
        delta = -2.0*t3*p*p
        dJ_db = delta*(t1 + t2)
        dJ_da = dJ_db*x + t4
        dJ_dc = delta*h + t5
        return J, _new(Gradient, (dJ_da, dJ_db, dJ_dc, delta))
    except (ArithmeticError, ValueError):
        return _ieee(a, b, c, d, x, y, lam)


def update(a, b, c, d, x, y, lam=0.1, rate=0.1) -> Params:
    """Return the parameters after one step of gradient descent."""
    grad = gradient(a, b, c, d, x, y, lam)
    return _new(Params, (a - rate*grad.a, b - rate*grad.b, c - rate*grad.c, d - rate*grad.d))


def _ieee(a, b, c, d, x, y, lam) -> tuple[float, Gradient]:
    """Return J and its derivatives where a plain operation raises: inf or NaN, as in IEEE 754."""
    u = a*x + b
    h = u*u
    t1 = c*u
    t2 = t1 + 1.0
    v = u*t2 + d
    p = _ieee_divide(1.0, 1.0 + v)
    t3 = p - y
    L = t3*t3
    t4 = lam*a
    t5 = lam*c
    R = (t4*a + t5*c)/2.0
    J = L + R
    delta = -2.0*t3*p*p
    dJ_db = delta*(t1 + t2)
    dJ_da = dJ_db*x + t4
    dJ_dc = delta*h + t5
    return J, _new(Gradient, (dJ_da, dJ_db, dJ_dc, delta))


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
    names = ('a', 'b', 'c', 'd', 'x', 'y', 'lam')
    points = (
        (1.0059, -0.0132, 1.0177, -0.0014, 2.0, 1.0, 0.1),
        (1.0222, 0.0031, 0.984, 0.0149, 0.0, 1.0, 0.1),
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
