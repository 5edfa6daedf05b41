"""Functions of probability and of networks, gamma functions: one record each.

Formulas: Abramowitz and Stegun, Handbook of Mathematical Functions, chapters 6 (gamma, polygamma),
7 (error function) and 26 (normal distribution).
"""

from __future__ import annotations

import math
from typing import Any

from symgrad.expression import balls
from symgrad.expression.algebra import add, div, mul, neg
from symgrad.expression.elementary import TWO, call, complement, root, row, square
from symgrad.expression.function import Arguments
from symgrad.expression.spelling import (
    Spelling,
    Spellings,
    fitted,
    helper,
    jax_special,
    julia_special,
    library,
)
from symgrad.expression.tree import (
    ONE,
    ZERO,
    Add,
    Compare,
    Constant,
    Div,
    Expression,
    Mul,
    Neg,
    Pow,
)

PI = Constant("pi")
_FAR = 400.0  # beyond it exp overflows soon


def _sigmoid(z: float) -> float:
    return 1 / (1 + math.exp(-z)) if z > -_FAR else 0.0


def _between_zero_and_one(a: Arguments) -> tuple[Compare, ...]:
    return Compare(">", a[0], ZERO), Compare("<", a[0], ONE)


def _sigmoid_slope(z: Expression) -> Expression:
    return mul(call("sigmoid", z), complement(call("sigmoid", z)))


def _log_sum_exp(a: Arguments) -> Expression:
    return call("log", Add(tuple(call("exp", x) for x in a)))


def _log_gamma(mp: Any, x: Any) -> Any:  # noqa: ANN401  (mpmath has no types)
    if x <= 0 and mp.isint(x):
        raise ValueError("a pole")
    return mp.log(abs(mp.gamma(x))) if x < 0 else mp.loggamma(x)


def _error_function(name: str) -> Spellings:
    others = {language: library(name) for language in ("python", "c", "cpp", "torch")}
    return fitted(helper(name), julia=julia_special(name), jax=jax_special(name), **others)


def _sigmoid_of_arrays(a: Arguments) -> Expression:
    # exp(-x) that overflows gives 0, which is the sigmoid there.
    return Div(ONE, Add((call("exp", Neg(a[0])), ONE)))


def _softplus_of_arrays(a: Arguments) -> Expression:
    tail = call("log1p", call("exp", Neg(call("abs", a[0]))))
    return Add((call("max", a[0], ZERO), tail))


def _log_sigmoid_of_arrays(a: Arguments) -> Expression:
    tail = call("log1p", call("exp", Neg(call("abs", a[0]))))
    return Add((call("min", a[0], ZERO), Neg(tail)))


ROWS = (
    row("erf", sympy="erf", mpmath="erf",
        ball=balls.own("erf"), double=math.erf, parity="odd", exact=((0, 0),),
        latex=r"\operatorname{erf}",
        slips=(lambda z, f: call("normal_pdf", z), lambda z, f: complement(square(f)),
               lambda z, f: call("exp", neg(div(square(z), TWO))), lambda z, f: f),
        spellings=_error_function("erf")),
    row("erfc", sympy="erfc", mpmath="erfc",
        ball=balls.own("erfc"), double=math.erfc, exact=((0, 1),), latex=r"\operatorname{erfc}",
        spellings=_error_function("erfc")),
    row("sigmoid",definition=lambda a: Div(ONE, Add((ONE, call("exp", Neg(a[0]))))),
        aliases=("logistic", "expit"), ball=lambda _, x: 1 / (1 + (-x).exp()), double=_sigmoid,
        inverse=lambda f: math.log(f / (1 - f)), latex=r"\sigma", letter="σ",
        slips=(lambda z, f: f, lambda z, f: complement(f), lambda z, f: complement(square(f)),
               lambda z, f: square(f), lambda z, f: mul(z, complement(z))),
        spellings=fitted(
            helper("sigmoid"), numpy=Spelling(tree=_sigmoid_of_arrays), torch=library("sigmoid"),
            jax=Spelling("jax.nn.sigmoid({0})"),
        )),
    row("logit", definition=lambda a: call("log", Div(a[0], complement(a[0]))),
        ball=lambda flint, x: balls.log(flint, x / (1 - x)), inverse=_sigmoid,
        domain=_between_zero_and_one, total=False,
        latex=r"\operatorname{logit}", reserved=False,
        slips=(lambda z, f: mul(z, complement(z)), lambda z, f: div(ONE, z),
               lambda z, f: div(ONE, complement(z)))),
    row("softplus",definition=lambda a: call("log", Add((ONE, call("exp", a[0])))),
        ball=lambda _, x: x.exp().log1p(), total=False, latex=r"\operatorname{softplus}",
        slips=(lambda z, f: _sigmoid_slope(z), lambda z, f: complement(call("sigmoid", z)),
               lambda z, f: call("exp", z), lambda z, f: div(ONE, add(ONE, call("exp", z)))),
        spellings=fitted(
            helper("softplus"), numpy=Spelling(tree=_softplus_of_arrays),
            jax=Spelling("jax.nn.softplus({0})"),
        )),
    row("log_sigmoid", aliases=("logsigmoid",),
        definition=lambda a: Neg(call("softplus", Neg(a[0]))),
        ball=lambda _, x: -(-x).exp().log1p(), total=False, reserved=False,
        latex=r"\operatorname{logsigmoid}",
        slips=(lambda z, f: call("sigmoid", z), lambda z, f: _sigmoid_slope(z),
               lambda z, f: div(ONE, call("sigmoid", z))),
        spellings=fitted(
            helper("log_sigmoid"), numpy=Spelling(tree=_log_sigmoid_of_arrays),
            jax=Spelling("jax.nn.log_sigmoid({0})"),
            torch=Spelling("torch.nn.functional.logsigmoid({0})"),
        )),
    row("relu",definition=lambda a: call("where", Compare(">", a[0], ZERO), a[0], ZERO),
        ball=lambda flint, x: balls.extreme(largest=True)(flint, x, flint.fmpq(0)),
        ball_exact=True, switches=lambda a: a, latex=r"\operatorname{relu}",
        kink="the derivative of relu(z) at z = 0 is taken as 0",
        region_slips=(lambda z, f: ONE,
                      lambda z, f: call("where", Compare("<", z, ZERO), ONE, ZERO),
                      lambda z, f: ZERO)),
    row("gelu",
definition=lambda a: Mul((a[0], call("normal_cdf", a[0]))),
        ball=lambda flint, x: x * balls.normal_cdf(flint, x), latex=r"\operatorname{gelu}",
        slips=(lambda z, f: call("normal_cdf", z), lambda z, f: call("normal_pdf", z),
               lambda z, f: add(call("normal_cdf", z), call("normal_pdf", z)))),
    row("silu",
definition=lambda a: Mul((a[0], call("sigmoid", a[0]))), aliases=("swish",),
        ball=lambda _, x: x / (1 + (-x).exp()), latex=r"\operatorname{silu}",
        slips=(lambda z, f: call("sigmoid", z), lambda z, f: _sigmoid_slope(z))),
    row("logsumexp", 1, None,
        definition=_log_sum_exp, ball=balls.log_sum_exp, total=False, costly=True,
        latex=r"\operatorname{logsumexp}",
        spellings=fitted(
            helper("logsumexp"),
            c=Spelling("sg_logaddexp({0}, {1})", ("sg_logaddexp",), folds=True),
            rust=Spelling("_logsumexp(&[{}])", ("_logsumexp",)),
            cpp=Spelling("detail::logaddexp({0}, {1})", ("detail::logaddexp",), folds=True),
            jax=Spelling("jnp.logaddexp({0}, {1})", folds=True),
            torch=Spelling("torch.logaddexp({0}, {1})", folds=True),
        )),
    row("normal_pdf",
        definition=lambda a: Div(call("exp", Neg(Div(Pow(a[0], TWO), TWO))), root(Mul((TWO, PI)))),
        mpmath="npdf", ball=balls.normal_pdf, parity="even", latex=r"\varphi",
        letter="φ",
        slips=(lambda z, f: f, lambda z, f: call("normal_cdf", z)),
        spellings=fitted(helper("normal_pdf"), numpy=None)),
    row("normal_cdf",definition=lambda a: Div(call("erfc", Neg(Div(a[0], root(TWO)))), TWO),
        mpmath="ncdf", ball=balls.normal_cdf, latex=r"\Phi", letter="Φ",
        slips=(lambda z, f: f, lambda z, f: mul(f, complement(f)),
               lambda z, f: mul(z, call("normal_pdf", z))),
        spellings=fitted(
            helper("normal_cdf"), jax=jax_special("ndtr"),
        )),
    row("lgamma", aliases=("gammaln", "loggamma"),
        sympy="loggamma", mpmath=_log_gamma, ball=balls.lgamma, double=math.lgamma, total=False,
        costly=True, latex=r"\ln\Gamma",
        slips=(lambda z, f: call("log", z), lambda z, f: f, lambda z, f: div(ONE, z)),
        spellings=fitted(
            helper("lgamma"), c=library("lgamma"), cpp=library("lgamma"),
            julia=julia_special("logabsgamma({0})[1]"),
            torch=library("lgamma"), jax=jax_special("gammaln"),
        )),
    row("digamma", aliases=("psi",),
        sympy="digamma", mpmath="digamma", ball=balls.digamma, total=False, costly=True,
        latex=r"\psi",
        spellings=fitted(
            helper("digamma"), julia=julia_special("digamma"),
            torch=library("digamma"), jax=jax_special("digamma"),
        )),
    row("polygamma", 2, 2,
        sympy="polygamma", mpmath=lambda mp, n, x: mp.psi(int(n), x), ball=balls.polygamma,
        total=False, costly=True, latex=r"\psi",
        spellings=fitted(
            helper("polygamma"),
            julia=julia_special("polygamma(Int({0}), {1})"),
        )),
)  # fmt: skip
