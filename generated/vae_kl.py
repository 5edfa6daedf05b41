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
# Computed in another form, which keeps more digits
#     D = μ²·(1/2) + (exp(s)/2 − s/2 − 1/2), by a function of its own
#     δ_s = δ_z·εσ/2 + β·(expm1(s)/2)
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


def _series1(t):
    """The series 0.25 + 1.0/12.0 + 1.0/48.0 ... in powers of t, up to t^17."""
    y = 4.110317623312165e-18
    y = y * t + 7.809603484293113e-17
    y = y * t + 1.4057286271727603e-15
    y = y * t + 2.3897386661936926e-14
    y = y * t + 3.823581865909908e-13
    y = y * t + 5.735372798864862e-12
    y = y * t + 8.029521918410807e-11
    y = y * t + 1.043837849393405e-09
    y = y * t + 1.252605419272086e-08
    y = y * t + 1.3778659611992944e-07
    y = y * t + 1.3778659611992946e-06
    y = y * t + 1.240079365079365e-05
    y = y * t + 9.92063492063492e-05
    y = y * t + 1.0/1440.0
    y = y * t + 1.0/240.0
    y = y * t + 1.0/48.0
    y = y * t + 1.0/12.0
    y = y * t + 0.25
    return y


def _local1(t):
    """1/2; where that is 0/0 or cancels, its series."""
    return 0.5 if abs(t) < 1.0 else 0.5


def _local2(t):
    """exp(t)/2 − t/2 − 1/2; where that is 0/0 or cancels, its series."""
    return t*t*_series1(t) if abs(t) < 1.0 else _exp(t)/2.0 - t/2.0 - 0.5


def value(a, b, c, d, w, k, x, epsilon, beta=1.0) -> float:
    """Return J."""
    mu = a*x + b
    s = c*x + d
    sigma = _exp(s/2.0)
    z = mu + sigma*epsilon
    q = w*z + k
    t1 = x - q
    E = t1*t1/2.0
    D = mu*mu*_local1(s) + _local2(s)
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
    delta_s = delta_z*t1/2.0 + beta*(_expm1(s)/2.0)
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
    D = mu*mu*_local1(s) + _local2(s)
    J = E + beta*D
    delta_q = q - x
    delta_z = delta_q*w
    delta_s = delta_z*t1/2.0 + beta*(_expm1(s)/2.0)
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
