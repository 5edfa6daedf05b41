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
