# Made by symgrad: value, gradient and update step of J.
#
# Minimize J, where
#     q = σ·√T
#     d₁ = (log(S/K) + (r + σ²/2)·T)/q
#     d₂ = d₁ − q
#     N₁ = (1 + erf(d₁/√2))/2
#     N₂ = (1 + erf(d₂/√2))/2
#     C = SN₁ − K·exp(−rT)·N₂
#     J = (C − m)²
# Gradient
#     ∂J/∂σ = 2(C − m)·S·exp(−d₁²/2)·√T/√(2π)
# Names here: σ is sigma.
# Assumed: S > 0.
# Assumed: K > 0.
# Assumed: σ > 0.
# Assumed: T > 0.
"""Value, gradient and update step of J."""

from math import copysign, erfc, exp, inf, log, log1p, nan, sqrt
from typing import NamedTuple

_new = tuple.__new__


class Gradient(NamedTuple):
    """The derivative of J by each parameter."""

    sigma: float


class Params(NamedTuple):
    """The parameters after a step."""

    sigma: float


def _normal_cdf(x):
    """The distribution function of the standard normal distribution."""
    return 0.5 * erfc(-0.7071067811865476 * x)


def _exp(x):
    """exp(x); infinite where that is too large for a float."""
    try:
        return exp(x)
    except OverflowError:
        return inf


def _ieee_sqrt(x):
    """sqrt(x): NaN outside its domain."""
    return sqrt(x) if x >= 0.0 else nan


def _ieee_divide(x, y):
    """x/y: infinite or NaN where y is 0."""
    if y != 0.0:
        return x / y
    return nan if x == 0.0 or x != x else copysign(inf, x) * copysign(1.0, y)


def _ieee_log1p(x):
    """log1p(x): infinite at -1.0, NaN below it."""
    return log1p(x) if x > -1.0 else -inf if x == -1.0 else nan


def _ieee_log(x):
    """log(x): infinite at 0.0, NaN below it."""
    return log(x) if x > 0.0 else -inf if x == 0.0 else nan


def value(sigma, S, K, T, m, r=0.1) -> float:
    """Return J."""
    try:
        q = sigma*sqrt(T)
        t1 = (S - K)/K
        d1 = (2.0*(log1p(t1) if abs(t1) < 0.5 else log(S/K)) + (2.0*r + sigma*sigma)*T)/2.0/q
        d2 = d1 - q
        N1 = _normal_cdf(d1)
        N2 = _normal_cdf(d2)
        C = S*N1 - K*_exp(-r*T)*N2
        t2 = C - m
        J = t2*t2
        return J
    except (ArithmeticError, ValueError):
        return _ieee(sigma, S, K, T, m, r)[0]


def gradient(sigma, S, K, T, m, r=0.1) -> Gradient:
    """Return the derivative of J by each parameter."""
    try:
        t1 = sqrt(T)
        q = sigma*t1
        t2 = (S - K)/K
        d1 = (2.0*(log1p(t2) if abs(t2) < 0.5 else log(S/K)) + (2.0*r + sigma*sigma)*T)/2.0/q
        d2 = d1 - q
        N1 = _normal_cdf(d1)
        N2 = _normal_cdf(d2)
        C = S*N1 - K*_exp(-r*T)*N2
        dJ_dsigma = 0.7978845608028654*(C - m)*S*_exp(-d1*d1/2.0)*t1
        return _new(Gradient, (dJ_dsigma,))
    except (ArithmeticError, ValueError):
        return _ieee(sigma, S, K, T, m, r)[1]


def value_and_gradient(sigma, S, K, T, m, r=0.1) -> tuple[float, Gradient]:
    """Return J and its derivative by each parameter."""
    try:
        t1 = sqrt(T)
        q = sigma*t1
        t2 = (S - K)/K
        d1 = (2.0*(log1p(t2) if abs(t2) < 0.5 else log(S/K)) + (2.0*r + sigma*sigma)*T)/2.0/q
        d2 = d1 - q
        N1 = _normal_cdf(d1)
        N2 = _normal_cdf(d2)
        C = S*N1 - K*_exp(-r*T)*N2
        t3 = C - m
        J = t3*t3
        dJ_dsigma = 0.7978845608028654*t3*S*_exp(-d1*d1/2.0)*t1
        return J, _new(Gradient, (dJ_dsigma,))
    except (ArithmeticError, ValueError):
        return _ieee(sigma, S, K, T, m, r)


def update(sigma, S, K, T, m, r=0.1, rate=0.002) -> Params:
    """Return the parameters after one step of gradient descent."""
    grad = gradient(sigma, S, K, T, m, r)
    return _new(Params, (sigma - rate*grad.sigma,))


def _ieee(sigma, S, K, T, m, r) -> tuple[float, Gradient]:
    """Return J and its derivatives where a plain operation raises: inf or NaN, as in IEEE 754."""
    t1 = _ieee_sqrt(T)
    q = sigma*t1
    t2 = _ieee_divide(S - K, K)
    d1 = _ieee_divide((2.0*(_ieee_log1p(t2) if abs(t2) < 0.5 else _ieee_log(_ieee_divide(S, K))) + (2.0*r + sigma*sigma)*T)/2.0, q)
    d2 = d1 - q
    N1 = _normal_cdf(d1)
    N2 = _normal_cdf(d2)
    C = S*N1 - K*_exp(-r*T)*N2
    t3 = C - m
    J = t3*t3
    dJ_dsigma = 0.7978845608028654*t3*S*_exp(-d1*d1/2.0)*t1
    return J, _new(Gradient, (dJ_dsigma,))


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
    names = ('sigma', 'S', 'K', 'T', 'm', 'r')
    points = (
        (0.3059, 42.0, 40.0, 0.5, 4.76, 0.1),
        (0.3222, 42.0, 40.0, 0.5, 4.76, 0.1),
        (0.2885, 42.0, 45.0, 0.5, 2.2, 0.1),
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
