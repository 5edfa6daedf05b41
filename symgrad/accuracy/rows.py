"""The table of rewrites: pattern, form, where it holds, source.

Names in a pattern stand for anything. Where no condition stands the form has the pattern's value
wherever that has one. Nothing is taken from the table unmeasured.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction
from functools import cache
from math import factorial
from typing import NamedTuple

from symgrad.accuracy.outline import outlined
from symgrad.accuracy.singular import with_series
from symgrad.expression.rebuilding import tidy
from symgrad.expression.tree import (
    Add,
    Call,
    Constant,
    Expression,
    Mul,
    Var,
    children,
    substitute,
    variables,
    with_children,
)
from symgrad.program.series import ARGUMENTS, SERIES
from symgrad.sources.grammar import parse_expression


class RowFunction(NamedTuple):
    """A name in a form that stands for a function of its own: a formula of t, 0/0 at 0."""

    name: str
    formula: str
    argument: str


class Row(NamedTuple):
    """One rewrite; `source` says where it is from."""

    pattern: str
    form: str
    where: str = ""
    source: str = ""
    own: tuple[RowFunction, ...] = ()

    @property
    def conditions(self) -> tuple[Expression, ...]:
        """The conditions under which the form has the pattern's value."""
        found = [tree_of(f"where({part}, 1, 0)") for part in self.where.split(",") if part]
        return tuple(part.arguments[0] for part in found if isinstance(part, Call))

    @property
    def trees(self) -> tuple[Expression, Expression]:
        """The pattern and the form as expressions, its functions written out."""
        return tree_of(self.pattern), self._form_with(
            lambda own: substitute(tree_of(own.formula), {"t": tree_of(own.argument)})
        )

    @property
    def outlined(self) -> Expression:
        """The form with its functions, each a series near 0, and its long choices outlined."""
        form = self._form_with(
            lambda own: Call(with_series(tree_of(own.formula)), (tree_of(own.argument),))
        )
        return outlined(_with_series(form), len(ARGUMENTS))

    def _form_with(self, meaning: Callable[[RowFunction], Expression]) -> Expression:
        return substitute(tree_of(self.form), {own.name: meaning(own) for own in self.own})


@cache
def tree_of(text: str) -> Expression:
    """Return a formula in names from its text."""
    return parse_expression(text, source="", line=1, column=1, text_line=text, resolve=_name)


def _name(name: str) -> Expression:
    return Constant(name) if name == "pi" else Var(name)


SHORTEST = 4  # coefficients of a polynomial that is written as a series

HERBIE = "Panchekha et al., Herbie (PLDI 2015), rules"
STAN = "Stan Math, stable forms"
THEANO = "Theano and PyTensor, stabilizing rewrites"
KAHAN = "W. Kahan, lecture notes on floating point"
HIGHAM = "N. Higham, Accuracy and Stability of Numerical Algorithms, ch. 1"
AS4 = "Abramowitz and Stegun, ch. 4"
AS6 = "Abramowitz and Stegun, ch. 6"
AS7 = "Abramowitz and Stegun, ch. 7"
SPHERE = "R. Sinnott, Virtues of the haversine, Sky and Telescope 68 (1984)"


def _tail(square: str, first: int = 1) -> str:
    """Return 1 - 1/q + 3/q² - 15/q³ + …, right to a double for q = `square` above 250.

    Without its first term and factor, 1 - 3/q + 15/q² - …, with 3 for `first`.
    """
    text = "1"
    for k in range(21, first - 1, -2):
        text = f"1 - {k}*({text})/({square})"
    return text


def _horner(x: str, coefficients: Iterable[Fraction]) -> str:
    """Return a polynomial by Horner's rule, from its coefficients, the lowest first."""
    first, *others = coefficients
    return f"{first} + {x}*({_horner(x, others)})" if others else f"{first}"


# 1 - (1 + a)/exp(a) and a - sin(a), also where that nearly cancels
_POWERS = [Fraction((-1) ** k * (k - 1), factorial(k)) for k in range(2, 19)]
EXP_REST = f"where(abs(a) < 1, a^2*({_horner('a', _POWERS)}), 1 - (1 + a)*exp(-a))"
_ODD = [Fraction((-1) ** k, factorial(2 * k + 3)) for k in range(9)]


def _sin_rest(x: str) -> str:
    return f"where(abs({x}) < 1, {x}^3*({_horner(f'{x}^2', _ODD)}), {x} - sin({x}))"


# softplus(a) - sigmoid(a) by the series of atanh (4.1.27)
_SMALL = "(exp(a)/(2 + exp(a)))"
_THIRDS = _horner(f"{_SMALL}^2", [Fraction(2, k) for k in range(3, 17, 2)])
SOFT_REST = (
    f"where(a < -2, exp(a)^2/((1 + exp(a))*(2 + exp(a))) + {_SMALL}^3*({_THIRDS}),"
    " softplus(a) - sigmoid(a))"
)
# log(1 + b/a) - b/a, and digamma(a + b) - digamma(a) - b/(a + b) by 6.3.18 where both are large
_LOG = _horner("(b/a)", [Fraction((-1) ** (k + 1), k) for k in range(2, 19)])
LOG_REST = f"where(abs(b) < a/8, (b/a)^2*({_LOG}), log1p(b/a) - b/a)"
_BERNOULLI = ("1/6", "-1/30", "1/42", "-1/30", "5/66", "-691/2730", "7/6", "-3617/510")
_SLOPES = [-Fraction(b) / (2 * k) for k, b in enumerate(_BERNOULLI, 1)]
DIGAMMA_REST = (
    f"where(min(a, a + b) >= max(10, abs(b)), {LOG_REST} + (1/2 + b)*b/(a*(a + b))"
    f" + ({_horner('(1/(a + b)^2)', _SLOPES)})/(a + b)^2 - ({_horner('(1/a^2)', _SLOPES)})/a^2,"
    " digamma(a + b) - digamma(a) - b/(a + b))"
)
# The slope of a negative binomial distribution by its dispersion, towards its limit
DISPERSION = f"b/(a + b)*(b/(a + c) - 1/(1 + a/c)) - {DIGAMMA_REST}"
# What is left of a damped oscillation: c is a/b where it begins at rest.
DAMPED = f"{EXP_REST} + exp(-a)*(2*sin(b/2)^2 + c*{_sin_rest('b')} + (a - b*c))"
# normal_cdf(-a) is normal_pdf(a)/a times the first, erfc(a) is exp(-a^2)/(a*√π) times the second
# (26.2.12 and 7.1.23).
TAIL, ERFC_TAIL = _tail("a^2"), _tail("2*a^2")
TAIL_REST, ERFC_REST = _tail("a^2", 3), _tail("2*a^2", 3)
LOG_TAIL = f"-a^2/2 - log(-a) - log(2*pi)/2 + log({TAIL})"
LOG_ERFC = f"-a^2 - log(a) - log(pi)/2 + log({ERFC_TAIL})"

LOG_EXPM1 = "(a + where(a > 0.7, log1p(-exp(-a)), log(-expm1(-a))))"
# log((exp(a) - 1)/a), whatever sign a has
LOG_EXPREL = "where(a > 0.7, a + log1p(-exp(-a)) - log(a), log(expm1(a)/a))"


def _even_and_odd(even: str, odd: str) -> str:
    """Return two exponentials as one of their mean times a sum of hyperbolic functions."""
    return f"exp((a + d)/2)*((b {even} c)*cosh((a - d)/2) + (b {odd} c)*sinh((a - d)/2))"


# a^n/b^n, also where one of the two powers is too large or too small for a double
ORDINARY = "min({0}^n, {1}^n) > 1e-290 and max({0}^n, {1}^n) < 1e290"
RATIO = f"where({ORDINARY}, {{0}}^n/{{1}}^n, ({{0}}/{{1}})^n)"
A_TO_B, B_TO_A = RATIO.format("a", "b"), RATIO.format("b", "a")
# sin² of half the angle between two points on a sphere, at the latitudes a and b; its cos²; cos
HAVERSINE = "sin((a - b)/2)^2 + cos(a)*cos(b)*sin({})^2"
COVERSINE = "(sin((a + b)/2)^2 + cos(a)*cos(b)*cos({})^2)"
ANGLE = f"atan2(sqrt({HAVERSINE}), sqrt({COVERSINE}))"
ON_SPHERE = "sin(a)*sin(b) + cos(a)*cos(b)*cos(c)"


def _shifted(b: str, c: str, d: str) -> str:
    """Return log(b*exp(a) + c*exp(d)), the larger exponential taken out."""
    largest = f"max(a, {d})"
    return f"{largest} + log({b}*exp(a - {largest}) + {c}*exp({d} - {largest}))"


def _mean(b: str, c: str) -> str:
    """Return log(b*exp(a) + c*exp(b)) for weights that sum to 1."""
    near = f"log1p({b}*expm1(a) + {c}*expm1(b))"
    return f"where(max(abs(a), abs(b)) < 1, {near}, {_shifted(b, c, 'b')})"


# The difference of two slopes of the sigmoid, and what two coins diverge by: with the relative
# differences w and v of their chances a*w + (1 - a)*v is 0, so each log1p may do without its first
# term (Kullback and Leibler 1951, in the form of Csiszár).
SLOPES = "4*sigmoid(a)*sigmoid(-a)*sigmoid(b)*sigmoid(-b)*sinh((a + b)/2)*sinh((b - a)/2)"
BREGMAN = "t - log1p(t)"
COINS = RowFunction("P", BREGMAN, "(b - a)/a"), RowFunction("Q", BREGMAN, "(a - b)/(1 - a)")
LOGITS = (
    RowFunction("P", BREGMAN, "sigmoid(-b)*expm1(b - a)"),
    RowFunction("Q", BREGMAN, "sigmoid(b)*expm1(a - b)"),
)


def _far(pattern: str, where: str, form: str) -> Row:
    """Return the row of what has a form of its own far out."""
    return Row(pattern, f"where({where}, {form}, {pattern})", "", AS7)


def _near(pattern: str, form: str, near: str, *own: RowFunction) -> Row:
    """Return the row of a power of 1 + a, which is rounded where a is small."""
    return Row(pattern, f"where(abs(a) < 0.5 {near}, {form}, {pattern})", "", KAHAN, own)


# What interest at the rate a does in n periods: with v = n*log1p(a) the slope of
# (1 - (1 + a)^(-n))/a is n*L*(n*F + D*exp(-v)), none of its terms a difference of near numbers.
L = RowFunction("L", "-(log1p(t)/t)^2", "a")
F = RowFunction("F", "(1 - (1 - t)*exp(t))/t^2", "-n*log1p(a)")
D = RowFunction("D", "(log1p(t) - t/(1 + t))/log1p(t)^2", "a")
K = RowFunction("K", "((1 + t)*exp(-t) - 1)/expm1(-t)^2", "n*log1p(a)")
S = RowFunction("S", "-t^2*exp(-t)/expm1(-t)^2", "n*log1p(a)")
SLOPE = "n*L*(n*F + D*exp(-n*log1p(a)))"
OR_SLOW = "or (a > -1 and abs(n*log1p(a)) < 1)"

ROWS: tuple[Row, ...] = (
    # exponentials and their sums
    Row("exp(a) - 1", "expm1(a)", "", KAHAN),
    Row("exp(a) - exp(b)", "exp(b)*expm1(a - b)", "", HERBIE),
    Row("exp(a) + exp(-a) - 2", "4*sinh(a/2)^2", "", AS4),
    Row("exp(a) - exp(-a)", "2*sinh(a)", "", AS4),
    Row("exp(a) + exp(-a)", "2*cosh(a)", "", AS4),
    Row("b*exp(a) + c*exp(d)", _even_and_odd("+", "-"), "", AS4),
    Row("b*exp(a) - c*exp(d)", _even_and_odd("-", "+"), "", AS4),
    Row("exp(a)*exp(b)", "exp(a + b)", "", HERBIE),
    Row("exp(a)/exp(b)", "exp(a - b)", "", HERBIE),
    Row("1/exp(a)", "exp(-a)", "", HERBIE),
    Row("exp(a)^2", "exp(2*a)", "", HERBIE),
    Row("exp(log(a))", "a", "a > 0", HERBIE),
    Row("exp(a + log(b))", "b*exp(a)", "b > 0", HERBIE),
    Row("exp(a - log(b))", "exp(a)/b", "b > 0", HERBIE),
    Row("exp(n*log(b))", "b^n", "b > 0", HERBIE),
    Row("1/(1 + exp(a))", "sigmoid(-a)", "", THEANO),
    Row("exp(a)/(1 + exp(a))", "sigmoid(a)", "", THEANO),
    Row("exp(a)/(1 + exp(a))^2", "sigmoid(a)*sigmoid(-a)", "", THEANO),
    Row("exp(a)/(exp(a) + exp(b))", "sigmoid(a - b)", "", THEANO),
    Row("exp(a)/(exp(a) - 1)", "-1/expm1(-a)", "", HERBIE),
    Row("exp(a)/expm1(a)", "-1/expm1(-a)", "", HERBIE),
    Row("exp(a)/(b + c*exp(a))", "1/(c + b*exp(-a))", "", HERBIE),
    Row("exp(a)/(b + exp(a))", "1/(1 + b*exp(-a))", "", HERBIE),
    Row("exp(a)/(b + c*exp(a))^2", "1/((c + b*exp(-a))*(b + c*exp(a)))", "", HERBIE),
    Row("exp(a)/(b + exp(a))^2", "1/((1 + b*exp(-a))*(b + exp(a)))", "", HERBIE),
    Row("exp(a)/(exp(a) + exp(b) + exp(c))", "1/(1 + exp(b - a) + exp(c - a))", "", STAN),
    Row("b*exp(a)", "exp(a + log(b))", "b > 0", STAN),
    Row("expm1(a)^2 + 2*expm1(a)", "expm1(2*a)", "", ""),
    Row("(exp(a) - 1)/(exp(a) + 1)", "tanh(a/2)", "", AS4),
    Row("expm1(a)/(exp(a) + 1)", "tanh(a/2)", "", AS4),
    Row("exp(a)/(exp(a) - 1)^2", "1/(4*sinh(a/2)^2)", "", AS4),
    Row("sinh(a)/cosh(a)", "tanh(a)", "", AS4),
    Row("cosh(a)/sinh(a)", "1/tanh(a)", "", AS4),
    Row("1/tanh(a) - 1", "2/expm1(2*a)", "", AS4),
    Row("cosh(a)/sinh(a) - 1", "2/expm1(2*a)", "", AS4),
    Row("1 - cosh(a)^2/sinh(a)^2", "-1/sinh(a)^2", "", AS4),
    Row("1 - 1/tanh(a)^2", "-1/sinh(a)^2", "", AS4),
    Row("(exp(a) - exp(b))/(exp(a) + exp(b))", "tanh((a - b)/2)", "", AS4),
    # the sigmoid and softplus
    Row("1 - sigmoid(a)", "sigmoid(-a)", "", THEANO),
    Row("sigmoid(a)*(1 - sigmoid(a))", "sigmoid(a)*sigmoid(-a)", "", THEANO),
    Row("log(sigmoid(a))", "-softplus(-a)", "", THEANO),
    Row("log(1 - sigmoid(a))", "-softplus(a)", "", THEANO),
    Row("log(1 + exp(a))", "softplus(a)", "", THEANO),
    Row("log1p(exp(a))", "softplus(a)", "", THEANO),
    Row("log(1 + b^a)", "softplus(a*log(b))", "b > 0", THEANO),
    Row("log(b^a/(1 + b^a))", "-softplus(-a*log(b))", "b > 0", THEANO),
    Row("1/(1 + b^a)", "sigmoid(-a*log(b))", "b > 0", THEANO),
    Row("2*sigmoid(a) - 1", "tanh(a/2)", "", AS4),
    Row("sigmoid(a)*(1 - sigmoid(a)) - sigmoid(b)*(1 - sigmoid(b))", SLOPES, "", AS4),
    Row("log(sigmoid(a)/sigmoid(b)) - log((1 - sigmoid(a))/(1 - sigmoid(b)))", "a - b", "", STAN),
    Row("log(sigmoid(a)/sigmoid(b)) - log(sigmoid(-a)/sigmoid(-b))", "a - b", "", STAN),
    Row("softplus(a) - softplus(-a)", "a", "", STAN),
    Row("softplus(a - b) - softplus(b - a)", "a - b", "", STAN),
    Row("softplus(a) - a", "softplus(-a)", "", STAN),
    Row("sigmoid(a) - sigmoid(b)", "sigmoid(a)*sigmoid(-b)*(-expm1(b - a))", "", STAN),
    Row("softplus(a) - sigmoid(a)", SOFT_REST, "", AS4),
    Row(
        "sigmoid(a) - sigmoid(b)",
        "where(a > b, -sigmoid(a)*sigmoid(-b)*expm1(b - a), sigmoid(b)*sigmoid(-a)*expm1(a - b))",
        "",
        STAN,
    ),
    Row("softplus(a) - softplus(b)", "log1p(expm1(a - b)*sigmoid(b))", "", STAN),
    Row("a*sigmoid(a) - softplus(a)", "-a*sigmoid(-a) - softplus(-a)", "", STAN),
    Row("exp(-softplus(a))", "sigmoid(-a)", "", STAN),
    Row("exp(a)*sigmoid(-a)", "sigmoid(a)", "", STAN),
    Row("1 - tanh(a)", "2*sigmoid(-2*a)", "", AS4),
    Row("1 + tanh(a)", "2*sigmoid(2*a)", "", AS4),
    Row("1 - tanh(a)^2", "1/cosh(a)^2", "", AS4),
    Row("1 - tanh(a)^2", "4*sigmoid(2*a)*sigmoid(-2*a)", "", AS4),
    Row("tanh(a) - tanh(b)", "sinh(a - b)/(cosh(a)*cosh(b))", "", AS4),
    # logarithms
    Row("log(1 + a)", "log1p(a)", "", KAHAN),
    Row("log(1 - exp(a))", "where(a < -0.7, log1p(-exp(a)), log(-expm1(a)))", "", "Mächler 2012"),
    Row("log(exp(a) - 1)", LOG_EXPM1, "", "Mächler"),
    Row("log(b/(exp(a) - 1))", f"log(b/a) - {LOG_EXPREL}", "", "Mächler"),
    Row("log(b/expm1(a))", f"log(b/a) - {LOG_EXPREL}", "", "Mächler"),
    Row("log(b/(1 + exp(a)))", "log(b) - softplus(a)", "b > 0", THEANO),
    Row("log(exp(a))", "a", "", HERBIE),
    Row("log(b*exp(a))", "a + log(b)", "b > 0", STAN),
    Row("log(exp(a)/b)", "a - log(b)", "b > 0", STAN),
    Row("log(exp(a) + exp(b))", "logsumexp(a, b)", "", STAN),
    Row("log(exp(a) + exp(b) + exp(c))", "logsumexp(a, b, c)", "", STAN),
    Row("log(exp(a) + exp(b) + exp(c) + exp(d))", "logsumexp(a, b, c, d)", "", STAN),
    Row("log(b + c*exp(a))", "a + log(c + b*exp(-a))", "", STAN),
    Row("log(exp(a) + b)", "a + log1p(b*exp(-a))", "", STAN),
    Row("log(1 + c*exp(a))", "softplus(a + log(c))", "c > 0", STAN),
    Row("log(b*exp(a) + c*exp(d))", "a + log(b + c*exp(d - a))", "", STAN),
    Row("log(b*exp(a) + c*exp(d))", "logsumexp(a + log(b), d + log(c))", "b > 0, c > 0", STAN),
    Row("log(b*exp(a) + c*exp(d))", _shifted("b", "c", "d"), "", STAN),
    Row("b*exp(a)/(b*exp(a) + c*exp(d))", "b/(b + c*exp(d - a))", "", STAN),
    Row("log((exp(a) + exp(b))/2)", _mean("1/2", "1/2"), "", STAN),
    Row("log(c*exp(a) + (1 - c)*exp(b))", _mean("c", "(1 - c)"), "", STAN),
    Row("a*log(a/b) + (1 - a)*log((1 - a)/(1 - b))", "a*P + (1 - a)*Q", "", "", COINS),
    Row(
        "sigmoid(a)*log(sigmoid(a)/sigmoid(b))"
        " + (1 - sigmoid(a))*log((1 - sigmoid(a))/(1 - sigmoid(b)))",
        "sigmoid(a)*P + sigmoid(-a)*Q",
        "",
        "",
        LOGITS,
    ),
    Row("log(a) - log(b)", "log(a/b)", "a > 0, b > 0", HERBIE),
    Row("log(a) - log(b)", "log1p((a - b)/b)", "a > 0, b > 0", HIGHAM),
    Row("log(a/b)", "log1p((a - b)/b)", "", HIGHAM),
    Row("log(a/b)", "-log1p((b - a)/a)", "", HIGHAM),
    Row("log(a/b)", "log(a) - log(b)", "a > 0, b > 0", HERBIE),
    Row("log(a*b)", "log(a) + log(b)", "a > 0, b > 0", HERBIE),
    Row("log(a)", "log1p(a - 1)", "", HERBIE),
    Row("log(a^2)", "2*log(abs(a))", "", HERBIE),
    Row("log(a^n)", "n*log(a)", "a > 0", HERBIE),
    Row("log(1 + a) - log(1 - a)", "2*atanh(a)", "", AS4),
    Row("log((1 + a)/(1 - a))", "2*atanh(a)", "", AS4),
    Row("log1p(2*a/(1 - a))", "2*atanh(a)", "", AS4),
    Row("log1p(a) - log1p(b)", "log1p((a - b)/(1 + b))", "", HERBIE),
    Row("log(a + sqrt(a^2 + 1))", "asinh(a)", "", AS4),
    Row("log(a + sqrt(a^2 - 1))", "acosh(a)", "", AS4),
    Row("log(cosh(a))", "abs(a) + log1p(exp(-2*abs(a))) - log(2)", "", "PyTensor"),
    Row("log(cosh(a))", "log1p(2*sinh(a/2)^2)", "", AS4),
    Row("log(sinh(a))", "a + log(-expm1(-2*a)) - log(2)", "a > 0", AS4),
    Row("logsumexp(a, b) - a", "softplus(b - a)", "", STAN),
    Row("exp(a - logsumexp(a, b))", "sigmoid(a - b)", "", STAN),
    Row("exp(b - logsumexp(a, b))", "sigmoid(b - a)", "", STAN),
    Row("b*log(a)", "where(b == 0, 0, b*log(a))", "", "PyTorch, xlogy"),
    Row("a*log(a/b)", "where(a == 0, 0, a*log(a/b))", "", "SciPy, rel_entr"),
    # roots and squares
    Row("sqrt(a) - sqrt(b)", "(a - b)/(sqrt(a) + sqrt(b))", "", HIGHAM),
    Row("sqrt(a) - b", "(a - b^2)/(sqrt(a) + b)", "", HIGHAM),
    Row("b - sqrt(a)", "(b^2 - a)/(b + sqrt(a))", "", HIGHAM),
    Row("b + sqrt(a)", "(b^2 - a)/(b - sqrt(a))", "", HIGHAM),
    Row("1/sqrt(a) - 1/sqrt(b)", "(b - a)/(sqrt(a)*sqrt(b)*(sqrt(a) + sqrt(b)))", "", HIGHAM),
    Row("1/sqrt(a) - 1", "(1 - a)/(sqrt(a)*(1 + sqrt(a)))", "", HIGHAM),
    Row("cbrt(a) - cbrt(b)", "(a - b)/(cbrt(a)^2 + cbrt(a)*cbrt(b) + cbrt(b)^2)", "", HERBIE),
    Row("sqrt(a^2 + b^2)", "hypot(a, b)", "", HERBIE),
    Row("sqrt(a^2 + b^2 + c^2)", "hypot(a, b, c)", "", HERBIE),
    Row("sqrt(a^2 + 1)", "hypot(1, a)", "", HERBIE),
    Row("sqrt(a^2)", "abs(a)", "", HERBIE),
    Row("sqrt(a*b)", "sqrt(a)*sqrt(b)", "a >= 0, b >= 0", HERBIE),
    Row("sqrt(a/b)", "sqrt(a)/sqrt(b)", "a >= 0, b > 0", HERBIE),
    Row("sqrt(exp(a))", "exp(a/2)", "", HERBIE),
    Row("sqrt(1 - a^2)", "sqrt((1 - a)*(1 + a))", "", HIGHAM),
    Row("1 - a^2", "(1 - a)*(1 + a)", "", HIGHAM),
    Row("a^2 - b^2", "(a - b)*(a + b)", "", HIGHAM),
    Row("a^2 - 1", "(a - 1)*(a + 1)", "", HIGHAM),
    Row("a^3 - b^3", "(a - b)*(a^2 + a*b + b^2)", "", HIGHAM),
    Row("a^4 - b^4", "(a - b)*(a + b)*(a^2 + b^2)", "", HIGHAM),
    Row("(a + b + c)^2 - 4*a*b", "(a - b)^2 + c*(c + 2*(a + b))", "", KAHAN),
    Row("(a + b)^2 - 4*a*b", "(a - b)^2", "", KAHAN),
    Row("a^2 - 2*a*b + b^2", "(a - b)^2", "", HIGHAM),
    Row("a^2 - 2*a + 1", "(a - 1)^2", "", HIGHAM),
    Row("a/hypot(a, b)", "1/hypot(1, b/a)", "a > 0", ""),
    Row("1/(a^2 + b^2)", "1/hypot(a, b)^2", "", KAHAN),
    Row("1/(a^2 + 1)", "1/hypot(a, 1)^2", "", KAHAN),
    Row("a/(a^2 + b)", "1/(a + b/a)", "", KAHAN),
    Row("1/(a^2 + b^2 + c^2)", "1/hypot(a, b, c)^2", "", KAHAN),
    Row("sqrt((a^2 + b^2)/c)", "hypot(a, b)/sqrt(c)", "c > 0", KAHAN),
    Row("log(1 + a^2)", "2*log(hypot(1, a))", "", KAHAN),
    Row("log(1 + a^2/b)", "2*log(hypot(1, a/sqrt(b)))", "b > 0", KAHAN),
    Row("log1p(a^2/b)", "2*log(hypot(1, a/sqrt(b)))", "b > 0", KAHAN),
    Row("log1p(a^2)", "2*log(hypot(1, a))", "", KAHAN),
    Row("log(1 + a^2 + b^2)", "2*log(hypot(1, a, b))", "", KAHAN),
    Row("log(a^2 + b^2)", "2*log(hypot(a, b))", "", KAHAN),
    Row("sqrt(a^2 + b)", "hypot(a, sqrt(b))", "b > 0", KAHAN),
    Row("sqrt(a^2 + b^2 + c)", "hypot(a, b, sqrt(c))", "c > 0", KAHAN),
    # quotients
    Row("1/a - 1/b", "(b - a)/(a*b)", "", HIGHAM),
    Row("1 - a/b", "(b - a)/b", "", HIGHAM),
    Row("a/b - 1", "(a - b)/b", "", HIGHAM),
    Row("a/(a + b)", "1/(1 + b/a)", "", HERBIE),
    Row("a^2/(a^2 + b^2)", "1/(1 + (b/a)^2)", "", HERBIE),
    # angles
    Row("1 - cos(a)", "2*sin(a/2)^2", "", AS4),
    Row("1 + cos(a)", "2*cos(a/2)^2", "", AS4),
    Row("1 - cos(a)^2", "sin(a)^2", "", AS4),
    Row("1 - sin(a)^2", "cos(a)^2", "", AS4),
    Row("cos(a)^2 - sin(a)^2", "cos(2*a)", "", AS4),
    Row("(1 - cos(a))/sin(a)", "tan(a/2)", "", AS4),
    Row("sin(a)/(1 + cos(a))", "tan(a/2)", "", AS4),
    Row("sin(a + b) - sin(a)", "sin(b)*(cos(a) - sin(a)*tan(b/2))", "", AS4),
    Row("cos(a + b) - cos(a)", "-sin(b)*(sin(a) + cos(a)*tan(b/2))", "", AS4),
    Row("tan(a + b) - tan(a)", "tan(b)*(1 + tan(a)^2)/(1 - tan(a)*tan(b))", "", AS4),
    Row("sin(a) - sin(b)", "2*cos((a + b)/2)*sin((a - b)/2)", "", AS4),
    Row("cos(a) - cos(b)", "2*sin((a + b)/2)*sin((b - a)/2)", "", AS4),
    Row("tan(a) - tan(b)", "sin(a - b)/(cos(a)*cos(b))", "", AS4),
    Row("asin(sqrt(a))", "atan2(sqrt(a), sqrt(1 - a))", "", KAHAN),
    Row(f"asin(sqrt({HAVERSINE.format('c')}))", ANGLE.format("c", "c"), "", SPHERE),
    Row("1 - sin((a - b)/2)^2 - cos(a)*cos(b)*sin(c)^2", COVERSINE.format("c"), "", SPHERE),
    Row(f"acos({ON_SPHERE})", f"2*{ANGLE.format('c/2', 'c/2')}", "", SPHERE),
    Row("1 - sin(a)*sin(b) - cos(a)*cos(b)*cos(c)", f"2*({HAVERSINE.format('c/2')})", "", SPHERE),
    Row(f"1 + {ON_SPHERE}", f"2*{COVERSINE.format('c/2')}", "", SPHERE),
    Row("1/cos(a) - 1", "2*sin(a/2)^2/cos(a)", "", AS4),
    Row("cosh(a) - 1", "2*sinh(a/2)^2", "", AS4),
    Row("cosh(a)^2 - 1", "sinh(a)^2", "", AS4),
    Row("cosh(a) - sinh(a)", "exp(-a)", "", AS4),
    Row("cosh(a) - cosh(b)", "2*sinh((a + b)/2)*sinh((a - b)/2)", "", AS4),
    Row("sinh(a) - sinh(b)", "2*cosh((a + b)/2)*sinh((a - b)/2)", "", AS4),
    Row("atan(a) - atan(b)", "atan2(a - b, 1 + a*b)", "a*b > -1", HERBIE),
    Row("atan(a) - pi/4", "atan((a - 1)/(a + 1))", "a > -1", AS4),
    Row("pi/2 - atan(a)", "atan(1/a)", "a > 0", AS4),
    Row("pi/2 - acos(a)", "asin(a)", "", AS4),
    Row("atan2(a, b)", "atan(a/b)", "b > 0", AS4),
    Row("acos(a)", "atan2(sqrt((1 - a)*(1 + a)), a)", "", KAHAN),
    Row("asin(a)", "atan2(a, sqrt((1 - a)*(1 + a)))", "", KAHAN),
    Row("acos(1 - a)", "2*asin(sqrt(a/2))", "", KAHAN),
    Row("a - sin(a)", _sin_rest("a"), "", AS4),
    Row("1 - exp(-a)*(cos(b) + c*sin(b))", DAMPED, "", AS4),
    # powers
    Row("a^n - 1", "expm1(n*log(a))", "a > 0", HERBIE),
    Row("(1 + a)^n", "exp(n*log1p(a))", "a > -1", KAHAN),
    Row("(1 + a)^n - 1", "expm1(n*log1p(a))", "a > -1", KAHAN),
    Row("1 - (1 + a)^(-n)", "-expm1(-n*log1p(a))", "a > -1", KAHAN),
    Row("exp(n*log1p(a)) - 1", "expm1(n*log1p(a))", "", KAHAN),
    _near("(1 + a)^n", "exp(n*log1p(a))", ""),
    _near("(1 + a)^n - 1", "expm1(n*log1p(a))", OR_SLOW),
    _near("1 - (1 + a)^(-n)", "-expm1(-n*log1p(a))", OR_SLOW),
    _near("(n*(1 + a)^(-n - 1)*a + (1 + a)^(-n) - 1)/a^2", SLOPE, "", L, F, D),
    _near("b*n*(1 + a)^(-n - 1)/a - b*(1 - (1 + a)^(-n))/a^2", f"b*{SLOPE}", "", L, F, D),
    _near("(1 + a)^n*(1 - (1 + a)^n + n*a/(1 + a))/((1 + a)^n - 1)^2", "K + D*S/n", "", K, D, S),
    Row("a^n - b^n", "b^n*expm1(n*log(a/b))", "a > 0, b > 0", HERBIE),
    Row("a^n/b^n", "(a/b)^n", "a > 0, b > 0", HERBIE),
    Row("(a^n)^m", "a^(n*m)", "a > 0", HERBIE),
    Row("a^n*b^n", "(a*b)^n", "a > 0, b > 0", HERBIE),
    Row("a^n*exp(b)", "exp(n*log(a) + b)", "a > 0", STAN),
    Row("a^n/(a^n + b^n)", f"1/(1 + {B_TO_A})", "a > 0, b > 0", HERBIE),
    Row("a^n/(a^n + b^n)^2", f"1/((1 + {B_TO_A})*(a^n + b^n))", "a > 0, b > 0", HERBIE),
    Row("a^n*b^n/(a^n + b^n)^2", f"1/((1 + {B_TO_A})*(1 + {A_TO_B}))", "a > 0, b > 0", HERBIE),
    Row("b^(n - 1)", "b^n/b", "", HERBIE),
    Row("a^n*b^(n - 1)/(a^n + b^n)^2", f"1/((1 + {B_TO_A})*(1 + {A_TO_B})*b)", "a > 0, b > 0", ""),
    Row("a^n*a^(n - 1)/(a^n + b^n)^2", f"1/((1 + {B_TO_A})^2*a)", "a > 0, b > 0", ""),
    Row("a^n*b^m/(a^n + b^n)", f"b^m/(1 + {B_TO_A})", "a > 0, b > 0", HERBIE),
    Row("a^n*log(a)", "where(a == 0, 0, a^n*log(a))", "n > 0", "PyTorch, xlogy"),
    Row("a^n*a", "a^(n + 1)", "", HERBIE),
    # error function and gamma function
    Row("1 - erf(a)", "erfc(a)", "", AS7),
    Row("1 + erf(a)", "erfc(-a)", "", AS7),
    Row("1 - erfc(a)", "erf(a)", "", AS7),
    Row("1 - normal_cdf(a)", "normal_cdf(-a)", "", AS7),
    Row(
        "normal_cdf(a) - normal_cdf(b)",
        "where(max(abs(a), abs(b)) < 1, (erf(a/sqrt(2)) - erf(b/sqrt(2)))/2,"
        " where(a + b > 0, normal_cdf(-b) - normal_cdf(-a), normal_cdf(a) - normal_cdf(b)))",
        "",
        AS7,
    ),
    _far("erfc(a) - erfc(b)", "a + b < 0", "erfc(-b) - erfc(-a)"),
    _far(
        "erf(a) - erf(b)",
        "abs(a + b) > 1",
        "where(a + b > 0, erfc(b) - erfc(a), erfc(-a) - erfc(-b))",
    ),
    Row("normal_pdf(a) - normal_pdf(b)", "normal_pdf(b)*expm1((b - a)*(b + a)/2)", "", AS7),
    Row("log(normal_cdf(a))", "log1p(-normal_cdf(-a))", "", AS7),
    Row("log(erfc(a))", "log1p(-erf(a))", "", AS7),
    _far("log(normal_cdf(a))", "a < -16", LOG_TAIL),
    _far("normal_pdf(a)/normal_cdf(a)", "a < -16", f"-a/({TAIL})"),
    _far("normal_pdf(a)/normal_cdf(-a)", "a > 16", f"a/({TAIL})"),
    _far("a + normal_pdf(a)/normal_cdf(a)", "a < -16", f"-({TAIL_REST})/(a*({TAIL}))"),
    _far("normal_pdf(a)/normal_cdf(-a) - a", "a > 16", f"({TAIL_REST})/(a*({TAIL}))"),
    _far("a*sqrt(pi)*exp(a^2)*erfc(a) - 1", "a > 12", f"-({ERFC_REST})/(2*a^2)"),
    _far("exp(-a^2/2)/normal_cdf(-a)", "a > 16", f"a*sqrt(2*pi)/({TAIL})"),
    _far("exp(-a^2/2)/normal_cdf(a)", "a < -16", f"-a*sqrt(2*pi)/({TAIL})"),
    _far("log(erfc(a))", "a > 12", LOG_ERFC),
    _far("exp(-a^2)/erfc(a)", "a > 12", f"a*sqrt(pi)/({ERFC_TAIL})"),
    _far("exp(a^2)*erfc(a)", "a > 12", f"({ERFC_TAIL})/(a*sqrt(pi))"),
    Row("lgamma(a + 1)", "lgamma(a) + log(abs(a))", "", AS6),
    Row("lgamma(a + 1) - lgamma(a)", "log(abs(a))", "", AS6),
    Row("digamma(a + 1) - digamma(a)", "1/a", "", AS6),
    Row("digamma(a) - digamma(a + b) + b/(a + c)", DISPERSION, "", AS6),
    Row("digamma(a + b) - digamma(a)", f"b/(a + b) + {DIGAMMA_REST}", "", AS6),
)


@cache
def trees() -> tuple[tuple[tuple[Expression, ...], Expression, Expression], ...]:
    """Return the rows as expressions: conditions, pattern and form, choices outlined."""
    return tuple([(row.conditions, tree_of(row.pattern), row.outlined) for row in ROWS])


def _with_series(e: Expression) -> Expression:
    """Return a form with its long polynomials by Horner's rule as series."""
    found = _coefficients(e)
    if found is not None and len(found[1]) >= SHORTEST:
        return Call(SERIES, (found[0], *found[1]))
    parts = children(e)
    return with_children(e, tuple(map(_with_series, parts))) if parts else e


def _coefficients(e: Expression) -> tuple[Expression, tuple[Expression, ...]] | None:
    """Return what a polynomial by Horner's rule is in, and its coefficients."""
    match e:
        case Add((lowest, Mul((x, rest)))):
            deeper = _coefficients(rest)
            if not variables(lowest) and (deeper is None or deeper[0] == x):
                return x, (tidy(lowest), *(deeper[1] if deeper else (tidy(rest),)))
    return None
