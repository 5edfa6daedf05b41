# Made by symgrad: value, gradient and update step of J.
#
# Minimize J, where
#     μ = ax + b
#     s = cx + d
#     σ = exp(s/2)
#     z = μ + σε
#     q = wz + k
#     E = (x − q)²/2
#     D = (μ² + exp(s) − s − 1)/2
#     J = E + βD
# Sensitivities
#     δ_q = ∂E/∂q = q − x
#     δ_z = ∂E/∂z = δ_q·w
#     δ_s = ∂J/∂s = δ_z·εσ/2 + β·(exp(s)/2 − 1/2)
#     δ_μ = ∂J/∂μ = δ_z + βμ
# Gradient
#     ∂J/∂a = δ_μ·x
#     ∂J/∂b = δ_μ
#     ∂J/∂c = δ_s·x
#     ∂J/∂d = δ_s
#     ∂J/∂w = δ_q·z
#     ∂J/∂k = δ_q
# Names here: ε is epsilon, β is beta, μ is mu, σ is sigma.
"""Value, gradient and update step of J."""

from math import exp, expm1, inf
from typing import NamedTuple

_new = tuple.__new__


class Gradient(NamedTuple):
    """The derivative of J by each parameter."""

    a: float
    b: float
    c: float
    d: float
    w: float
    k: float


class Params(NamedTuple):
    """The parameters after a step."""

    a: float
    b: float
    c: float
    d: float
    w: float
    k: float


def _exp(x):
    """exp(x); infinite where that is too large for a float."""
    try:
        return exp(x)
    except OverflowError:
        return inf


def _expm1(x):
    """exp(x) - 1; infinite where that is too large for a float."""
    try:
        return expm1(x)
    except OverflowError:
        return inf


def value(a, b, c, d, w, k, x, epsilon, beta=1.0) -> float:
    """Return J."""
    mu = a*x + b
    s = c*x + d
    sigma = _exp(s/2.0)
    z = mu + sigma*epsilon
    q = w*z + k
    t1 = x - q
    E = t1*t1/2.0
    D = (s*s*(0.5 + s*(1.0/6.0 + s*(1.0/24.0 + s*(1.0/120.0 + s*(1.0/720.0 + s*(1.0/5040.0 + s*(2.48015873015873e-05 + s*(2.7557319223985893e-06 + 2.755731922398589e-07*s)))))))) if abs(s) < 0.0625 else _expm1(s) - s)/2.0 + mu*mu/2.0
    J = E + beta*D
    return J


def gradient(a, b, c, d, w, k, x, epsilon, beta=1.0) -> Gradient:
    """Return the derivative of J by each parameter."""
    mu = a*x + b
    s = c*x + d
    sigma = _exp(s/2.0)
    t1 = sigma*epsilon
    z = mu + t1
    q = w*z + k
    delta_q = q - x
    delta_z = delta_q*w
    delta_s = delta_z*(t1/2.0) + _expm1(s)*beta/2.0
    delta_mu = delta_z + beta*mu
    dJ_da = delta_mu*x
    dJ_dc = delta_s*x
    dJ_dw = delta_q*z
    return _new(Gradient, (dJ_da, delta_mu, dJ_dc, delta_s, dJ_dw, delta_q))


def value_and_gradient(a, b, c, d, w, k, x, epsilon, beta=1.0) -> tuple[float, Gradient]:
    """Return J and its derivative by each parameter."""
    mu = a*x + b
    s = c*x + d
    sigma = _exp(s/2.0)
    t1 = sigma*epsilon
    z = mu + t1
    q = w*z + k
    t2 = x - q
    E = t2*t2/2.0
    t3 = _expm1(s)
    D = (s*s*(0.5 + s*(1.0/6.0 + s*(1.0/24.0 + s*(1.0/120.0 + s*(1.0/720.0 + s*(1.0/5040.0 + s*(2.48015873015873e-05 + s*(2.7557319223985893e-06 + 2.755731922398589e-07*s)))))))) if abs(s) < 0.0625 else t3 - s)/2.0 + mu*mu/2.0
    J = E + beta*D
    delta_q = q - x
    delta_z = delta_q*w
    delta_s = delta_z*(t1/2.0) + t3*beta/2.0
    delta_mu = delta_z + beta*mu
    dJ_da = delta_mu*x
    dJ_dc = delta_s*x
    dJ_dw = delta_q*z
    return J, _new(Gradient, (dJ_da, delta_mu, dJ_dc, delta_s, dJ_dw, delta_q))


def update(a, b, c, d, w, k, x, epsilon, beta=1.0, rate=0.1) -> Params:
    """Return the parameters after one step of gradient descent."""
    grad = gradient(a, b, c, d, w, k, x, epsilon, beta)
    return _new(Params, (
        a - rate*grad.a, b - rate*grad.b, c - rate*grad.c, d - rate*grad.d, w - rate*grad.w,
        k - rate*grad.k,
    ))


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
    names = ('a', 'b', 'c', 'd', 'w', 'k', 'x', 'epsilon', 'beta')
    points = (
        (0.8059, -0.0132, 0.1177, -1.0014, 0.9795, 0.0104, 1.2, 0.3, 1.0),
        (0.8222, 0.0031, 0.084, -0.9851, 0.9958, -0.0233, -0.7, -1.1, 1.0),
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
