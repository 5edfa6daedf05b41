# Made by symgrad: value, gradient and update step of L.
#
# Minimize L, where
#     z_i = w_i·x + u_i·h₀ + b_i
#     z_f = w_f·x + u_f·h₀ + b_f
#     z_o = w_o·x + u_o·h₀ + b_o
#     z_g = w_g·x + u_g·h₀ + b_g
#     i = 1/(1 + exp(−z_i))
#     f = 1/(1 + exp(−z_f))
#     o = 1/(1 + exp(−z_o))
#     g = tanh(z_g)
#     c = fc₀ + ig
#     h = o·tanh(c)
#     L = (h − y)²/2
# Sensitivities
#     δ_h = ∂L/∂h = h − y
#     δ_c = ∂L/∂c = δ_h·o·(1 − tanh(c)²)
#     δ_z_g = ∂L/∂z_g = δ_c·i·(1 − g²)
#     δ_z_o = ∂L/∂z_o = δ_h·(1 − o)·h
#     δ_z_f = ∂L/∂z_f = δ_c·c₀f·(1 − f)
#     δ_z_i = ∂L/∂z_i = δ_c·gi·(1 − i)
# Gradient
#     ∂L/∂w_i = δ_z_i·x
#     ∂L/∂u_i = δ_z_i·h₀
#     ∂L/∂b_i = δ_z_i
#     ∂L/∂w_f = δ_z_f·x
#     ∂L/∂u_f = δ_z_f·h₀
#     ∂L/∂b_f = δ_z_f
#     ∂L/∂w_o = δ_z_o·x
#     ∂L/∂u_o = δ_z_o·h₀
#     ∂L/∂b_o = δ_z_o
#     ∂L/∂w_g = δ_z_g·x
#     ∂L/∂u_g = δ_z_g·h₀
#     ∂L/∂b_g = δ_z_g
# Computed in another form, which keeps more digits
#     δ_c = o·(δ_h/cosh(c)²)
#     δ_z_g = (o·tanh(fc₀ + i·tanh(z_g)) − y)·o·(1/cosh(fc₀ + i·tanh(z_g))²)·i·(1/cosh(z_g)²)
#     δ_z_o = δ_h·sigmoid(−z_o)·h
#     δ_z_f = δ_c·c₀f·sigmoid(−z_f)
#     δ_z_i = δ_c·gi·sigmoid(−z_i)
"""Value, gradient and update step of L."""

from math import copysign, cosh, exp, inf, nan, tanh
from typing import NamedTuple

_new = tuple.__new__


class Gradient(NamedTuple):
    """The derivative of L by each parameter."""

    w_i: float
    u_i: float
    b_i: float
    w_f: float
    u_f: float
    b_f: float
    w_o: float
    u_o: float
    b_o: float
    w_g: float
    u_g: float
    b_g: float


class Params(NamedTuple):
    """The parameters after a step."""

    w_i: float
    u_i: float
    b_i: float
    w_f: float
    u_f: float
    b_f: float
    w_o: float
    u_o: float
    b_o: float
    w_g: float
    u_g: float
    b_g: float


def _exp(x):
    """exp(x); infinite where that is too large for a float."""
    try:
        return exp(x)
    except OverflowError:
        return inf


def _sigmoid(x):
    """1/(1 + exp(-x)); exp is only taken where it cannot overflow."""
    if x >= 0.0:
        return 1.0 / (1.0 + exp(-x))
    z = exp(x)
    return z / (1.0 + z)


def _cosh(x):
    """cosh(x); infinite where that is too large for a float."""
    try:
        return cosh(x)
    except OverflowError:
        return inf


def _ieee_divide(x, y):
    """x/y: infinite or NaN where y is 0."""
    if y != 0.0:
        return x / y
    return nan if x == 0.0 or x != x else copysign(inf, x) * copysign(1.0, y)


def value(
    w_i, u_i, b_i, w_f, u_f, b_f, w_o, u_o, b_o, w_g, u_g, b_g, x, h0, c0, y,
) -> float:
    """Return L."""
    try:
        z_i = w_i*x + u_i*h0 + b_i
        z_f = w_f*x + u_f*h0 + b_f
        z_o = w_o*x + u_o*h0 + b_o
        z_g = w_g*x + u_g*h0 + b_g
        i = 1.0/(1.0 + _exp(-z_i))
        f = 1.0/(1.0 + _exp(-z_f))
        o = 1.0/(1.0 + _exp(-z_o))
        g = tanh(z_g)
        c = f*c0 + i*g
        h = o*tanh(c)
        t1 = h - y
        L = t1*t1/2.0
        return L
    except (ArithmeticError, ValueError):
        return _ieee(
            w_i, u_i, b_i, w_f, u_f, b_f, w_o, u_o, b_o, w_g, u_g, b_g, x, h0, c0, y,
        )[0]


def gradient(
    w_i, u_i, b_i, w_f, u_f, b_f, w_o, u_o, b_o, w_g, u_g, b_g, x, h0, c0, y,
) -> Gradient:
    """Return the derivative of L by each parameter."""
    try:
        z_i = w_i*x + u_i*h0 + b_i
        z_f = w_f*x + u_f*h0 + b_f
        z_o = w_o*x + u_o*h0 + b_o
        z_g = w_g*x + u_g*h0 + b_g
        t1 = -z_i
        i = 1.0/(1.0 + _exp(t1))
        t2 = -z_f
        f = 1.0/(1.0 + _exp(t2))
        t3 = -z_o
        o = 1.0/(1.0 + _exp(t3))
        g = tanh(z_g)
        t4 = f*c0
        t5 = i*g
        c = t4 + t5
        h = o*tanh(c)
        delta_h = h - y
        t6 = _cosh(c)
        t7 = t6*t6
        delta_c = o*(delta_h/t7)
        t8 = _cosh(z_g)
        delta_z_g = delta_h*o*(1.0/t7)*i*(1.0/(t8*t8))
        delta_z_o = delta_h*_sigmoid(t3)*h
        delta_z_f = delta_c*t4*_sigmoid(t2)
        delta_z_i = delta_c*t5*_sigmoid(t1)
        dL_dw_i = delta_z_i*x
        dL_du_i = delta_z_i*h0
        dL_dw_f = delta_z_f*x
        dL_du_f = delta_z_f*h0
        dL_dw_o = delta_z_o*x
        dL_du_o = delta_z_o*h0
        dL_dw_g = delta_z_g*x
        dL_du_g = delta_z_g*h0
        return _new(Gradient, (
            dL_dw_i, dL_du_i, delta_z_i, dL_dw_f, dL_du_f, delta_z_f, dL_dw_o, dL_du_o, delta_z_o,
            dL_dw_g, dL_du_g, delta_z_g,
        ))
    except (ArithmeticError, ValueError):
        return _ieee(
            w_i, u_i, b_i, w_f, u_f, b_f, w_o, u_o, b_o, w_g, u_g, b_g, x, h0, c0, y,
        )[1]


def value_and_gradient(
    w_i, u_i, b_i, w_f, u_f, b_f, w_o, u_o, b_o, w_g, u_g, b_g, x, h0, c0, y,
) -> tuple[float, Gradient]:
    """Return L and its derivative by each parameter."""
    try:
        z_i = w_i*x + u_i*h0 + b_i
        z_f = w_f*x + u_f*h0 + b_f
        z_o = w_o*x + u_o*h0 + b_o
        z_g = w_g*x + u_g*h0 + b_g
        t1 = -z_i
        i = 1.0/(1.0 + _exp(t1))
        t2 = -z_f
        f = 1.0/(1.0 + _exp(t2))
        t3 = -z_o
        o = 1.0/(1.0 + _exp(t3))
        g = tanh(z_g)
        t4 = f*c0
        t5 = i*g
        c = t4 + t5
        h = o*tanh(c)
        delta_h = h - y
        L = delta_h*delta_h/2.0
        t6 = _cosh(c)
        t7 = t6*t6
        delta_c = o*(delta_h/t7)
        t8 = _cosh(z_g)
        delta_z_g = delta_h*o*(1.0/t7)*i*(1.0/(t8*t8))
        delta_z_o = delta_h*_sigmoid(t3)*h
        delta_z_f = delta_c*t4*_sigmoid(t2)
        delta_z_i = delta_c*t5*_sigmoid(t1)
        dL_dw_i = delta_z_i*x
        dL_du_i = delta_z_i*h0
        dL_dw_f = delta_z_f*x
        dL_du_f = delta_z_f*h0
        dL_dw_o = delta_z_o*x
        dL_du_o = delta_z_o*h0
        dL_dw_g = delta_z_g*x
        dL_du_g = delta_z_g*h0
        return L, _new(Gradient, (
            dL_dw_i, dL_du_i, delta_z_i, dL_dw_f, dL_du_f, delta_z_f, dL_dw_o, dL_du_o, delta_z_o,
            dL_dw_g, dL_du_g, delta_z_g,
        ))
    except (ArithmeticError, ValueError):
        return _ieee(
            w_i, u_i, b_i, w_f, u_f, b_f, w_o, u_o, b_o, w_g, u_g, b_g, x, h0, c0, y,
        )


def update(
    w_i, u_i, b_i, w_f, u_f, b_f, w_o, u_o, b_o, w_g, u_g, b_g, x, h0, c0, y, rate=0.5,
) -> Params:
    """Return the parameters after one step of gradient descent."""
    grad = gradient(
        w_i, u_i, b_i, w_f, u_f, b_f, w_o, u_o, b_o, w_g, u_g, b_g, x, h0, c0, y,
    )
    return _new(Params, (
        w_i - rate*grad.w_i, u_i - rate*grad.u_i, b_i - rate*grad.b_i, w_f - rate*grad.w_f,
        u_f - rate*grad.u_f, b_f - rate*grad.b_f, w_o - rate*grad.w_o, u_o - rate*grad.u_o,
        b_o - rate*grad.b_o, w_g - rate*grad.w_g, u_g - rate*grad.u_g, b_g - rate*grad.b_g,
    ))


def _ieee(
        w_i, u_i, b_i, w_f, u_f, b_f, w_o, u_o, b_o, w_g, u_g, b_g, x, h0, c0, y,
    ) -> tuple[float, Gradient]:
    """Return L and its derivatives where a plain operation raises: inf or NaN, as in IEEE 754."""
    z_i = w_i*x + u_i*h0 + b_i
    z_f = w_f*x + u_f*h0 + b_f
    z_o = w_o*x + u_o*h0 + b_o
    z_g = w_g*x + u_g*h0 + b_g
    t1 = -z_i
    i = _ieee_divide(1.0, 1.0 + _exp(t1))
    t2 = -z_f
    f = _ieee_divide(1.0, 1.0 + _exp(t2))
    t3 = -z_o
    o = _ieee_divide(1.0, 1.0 + _exp(t3))
    g = tanh(z_g)
    t4 = f*c0
    t5 = i*g
    c = t4 + t5
    h = o*tanh(c)
    delta_h = h - y
    L = delta_h*delta_h/2.0
    t6 = _cosh(c)
    t7 = t6*t6
    delta_c = o*_ieee_divide(delta_h, t7)
    t8 = _cosh(z_g)
    delta_z_g = delta_h*o*_ieee_divide(1.0, t7)*i*_ieee_divide(1.0, t8*t8)
    delta_z_o = delta_h*_sigmoid(t3)*h
    delta_z_f = delta_c*t4*_sigmoid(t2)
    delta_z_i = delta_c*t5*_sigmoid(t1)
    dL_dw_i = delta_z_i*x
    dL_du_i = delta_z_i*h0
    dL_dw_f = delta_z_f*x
    dL_du_f = delta_z_f*h0
    dL_dw_o = delta_z_o*x
    dL_du_o = delta_z_o*h0
    dL_dw_g = delta_z_g*x
    dL_du_g = delta_z_g*h0
    return L, _new(Gradient, (
        dL_dw_i, dL_du_i, delta_z_i, dL_dw_f, dL_du_f, delta_z_f, dL_dw_o, dL_du_o, delta_z_o,
        dL_dw_g, dL_du_g, delta_z_g,
    ))
