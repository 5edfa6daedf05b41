# Made by symgrad: value, gradient and update step of J.
#
# Minimize J, where
#     φ = θ₁ + θ₂
#     x = l₁·cos(θ₁) + l₂·cos(φ)
#     y = l₁·sin(θ₁) + l₂·sin(φ)
#     L = (x − X)² + (y − Y)²
#     R = μθ₂²
#     J = L + R
# Sensitivities
#     δ_y = ∂L/∂y = 2(y − Y)
#     δ_x = ∂L/∂x = 2(x − X)
#     δ_φ = ∂L/∂φ = −δ_x·l₂·sin(φ) + δ_y·l₂·cos(φ)
# Gradient
#     ∂J/∂θ₁ = δ_φ − δ_x·l₁·sin(θ₁) + δ_y·l₁·cos(θ₁)
#     ∂J/∂θ₂ = δ_φ + 2μθ₂
# Names here: θ1 is theta1, θ2 is theta2, μ is mu, φ is phi.
"""Value, gradient and update step of J."""

from math import cos, inf, nan, sin
from typing import NamedTuple

_new = tuple.__new__


class Gradient(NamedTuple):
    """The derivative of J by each parameter."""

    theta1: float
    theta2: float


class Params(NamedTuple):
    """The parameters after a step."""

    theta1: float
    theta2: float


def _ieee_cos(x):
    """cos(x): NaN outside its domain."""
    return cos(x) if abs(x) != inf else nan


def _ieee_sin(x):
    """sin(x): NaN outside its domain."""
    return sin(x) if abs(x) != inf else nan


def value(theta1, theta2, X, Y, l1=1.0, l2=0.7, mu=0.001) -> float:
    """Return J."""
    try:
        phi = theta1 + theta2
        x = l1*cos(theta1) + l2*cos(phi)
        y = l1*sin(theta1) + l2*sin(phi)
        t1 = x - X
        t2 = y - Y
        L = t1*t1 + t2*t2
        R = mu*theta2*theta2
        J = L + R
        return J
    except (ArithmeticError, ValueError):
        return _ieee(theta1, theta2, X, Y, l1, l2, mu)[0]


def gradient(theta1, theta2, X, Y, l1=1.0, l2=0.7, mu=0.001) -> Gradient:
    """Return the derivative of J by each parameter."""
    try:
        phi = theta1 + theta2
        t1 = l1*cos(theta1)
        t2 = l2*cos(phi)
        x = t1 + t2
        t3 = l1*sin(theta1)
        t4 = l2*sin(phi)
        y = t3 + t4
        delta_y = 2.0*(y - Y)
        delta_x = 2.0*(x - X)
        delta_phi = delta_y*t2 - delta_x*t4
        dJ_dtheta1 = delta_phi - delta_x*t3 + delta_y*t1
        dJ_dtheta2 = delta_phi + 2.0*mu*theta2
        return _new(Gradient, (dJ_dtheta1, dJ_dtheta2))
    except (ArithmeticError, ValueError):
        return _ieee(theta1, theta2, X, Y, l1, l2, mu)[1]


def value_and_gradient(theta1, theta2, X, Y, l1=1.0, l2=0.7, mu=0.001) -> tuple[float, Gradient]:
    """Return J and its derivative by each parameter."""
    try:
        phi = theta1 + theta2
        t1 = l1*cos(theta1)
        t2 = l2*cos(phi)
        x = t1 + t2
        t3 = l1*sin(theta1)
        t4 = l2*sin(phi)
        y = t3 + t4
        t5 = x - X
        t6 = y - Y
        L = t5*t5 + t6*t6
        t7 = mu*theta2
        R = t7*theta2
        J = L + R
        delta_y = 2.0*t6
        delta_x = 2.0*t5
        delta_phi = delta_y*t2 - delta_x*t4
        dJ_dtheta1 = delta_phi - delta_x*t3 + delta_y*t1
        dJ_dtheta2 = delta_phi + 2.0*t7
        return J, _new(Gradient, (dJ_dtheta1, dJ_dtheta2))
    except (ArithmeticError, ValueError):
        return _ieee(theta1, theta2, X, Y, l1, l2, mu)


def update(theta1, theta2, X, Y, l1=1.0, l2=0.7, mu=0.001, rate=0.1) -> Params:
    """Return the parameters after one step of gradient descent."""
    grad = gradient(theta1, theta2, X, Y, l1, l2, mu)
    return _new(Params, (theta1 - rate*grad.theta1, theta2 - rate*grad.theta2))


def _ieee(theta1, theta2, X, Y, l1, l2, mu) -> tuple[float, Gradient]:
    """Return J and its derivatives where a plain operation raises: inf or NaN, as in IEEE 754."""
    phi = theta1 + theta2
    t1 = l1*_ieee_cos(theta1)
    t2 = l2*_ieee_cos(phi)
    x = t1 + t2
    t3 = l1*_ieee_sin(theta1)
    t4 = l2*_ieee_sin(phi)
    y = t3 + t4
    t5 = x - X
    t6 = y - Y
    L = t5*t5 + t6*t6
    t7 = mu*theta2
    R = t7*theta2
    J = L + R
    delta_y = 2.0*t6
    delta_x = 2.0*t5
    delta_phi = delta_y*t2 - delta_x*t4
    dJ_dtheta1 = delta_phi - delta_x*t3 + delta_y*t1
    dJ_dtheta2 = delta_phi + 2.0*t7
    return J, _new(Gradient, (dJ_dtheta1, dJ_dtheta2))


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
    names = ('theta1', 'theta2', 'X', 'Y', 'l1', 'l2', 'mu')
    points = (
        (0.3059, 0.7868, 1.0, 1.2, 1.0, 0.7, 0.001),
        (0.3222, 0.8031, 1.0, 1.2, 1.0, 0.7, 0.001),
        (0.2885, 0.8194, 0.8, 1.3, 1.0, 0.7, 0.001),
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
