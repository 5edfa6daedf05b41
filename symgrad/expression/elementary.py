"""The elementary functions: one record each.

A record says how the function is written, what its partial derivatives are (through its own value
where that is shorter: tanh gives 1 - tanh^2), what it means in simpler functions, and where it has
a kink. Formulas: Abramowitz and Stegun, Handbook of Mathematical Functions, chapters 4
(elementary), 6 (gamma, polygamma) and 7 (error function).
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from symgrad.expression.algebra import add, div, mul, neg, power
from symgrad.expression.function import Arguments, Function, Partials
from symgrad.expression.tree import (
    ONE,
    ZERO,
    Add,
    Call,
    Compare,
    Constant,
    Div,
    Expression,
    Logic,
    Mul,
    Neg,
    Number,
    Pow,
    number,
)

TWO = number(2)
PI = Constant("pi")


def _call(name: str, *arguments: Expression) -> Expression:
    return Call(name, arguments)


def _sq(x: Expression) -> Expression:
    return power(x, TWO)


def _sqrt(x: Expression) -> Expression:
    return Call("sqrt", (x,))


def _one_minus_square(x: Expression) -> Expression:
    return add(ONE, neg(_sq(x)))


def _largest(arguments: Arguments, relation: str) -> Expression:
    result = arguments[-1]
    for index in range(len(arguments) - 2, -1, -1):
        rest = arguments[index + 1 :]
        tests = [Compare(relation, arguments[index], other) for other in rest]
        from_here = tests[0] if len(tests) == 1 else _all(tests)
        result = _call("where", from_here, arguments[index], result)
    return result


def _selecting(relation: str) -> Partials:
    """Return the partials of max or min: 1 for the first of the largest arguments, else 0."""

    def partials(arguments: Arguments, value: Expression) -> tuple[Expression, ...]:  # noqa: ARG001
        found: list[Expression] = []
        for i, argument in enumerate(arguments):
            tests = [
                Compare(relation if j < i else f"{relation}=", argument, other)
                for j, other in enumerate(arguments)
                if j != i
            ]
            chosen = tests[0] if len(tests) == 1 else _all(tests)
            found.append(_call("where", chosen, ONE, ZERO) if tests else ONE)
        return tuple(found)

    return partials


def _all(tests: list[Compare]) -> Expression:
    return Logic("and", tuple(tests))


def _log_sum_exp(arguments: Arguments) -> Expression:
    return _call("log", Add(tuple(_call("exp", a) for a in arguments)))


def _cube_root(a: Arguments) -> Expression:
    return Mul((_call("sign", a[0]), Pow(_call("abs", a[0]), Number(Fraction(1, 3)))))


def _log_gamma(mp: Any, x: Any) -> Any:  # noqa: ANN401  (mpmath has no types)
    if x <= 0 and mp.isint(x):
        raise ValueError("a pole")
    return mp.log(abs(mp.gamma(x))) if x < 0 else mp.loggamma(x)


ROWS = (
    Function("exp", partials=lambda a, f: (f,), sympy="exp", mpmath="exp", latex=r"\exp"),
    Function(
        "log", partials=lambda a, f: (div(ONE, a[0]),), aliases=("ln",),
        sympy="log", mpmath="log", latex=r"\ln",
    ),
    Function(
        "log2", partials=lambda a, f: (div(ONE, mul(a[0], _call("log", TWO))),),
        definition=lambda a: Div(_call("log", a[0]), _call("log", TWO)), latex=r"\log_2",
    ),
    Function(
        "log10", partials=lambda a, f: (div(ONE, mul(a[0], _call("log", number(10)))),),
        definition=lambda a: Div(_call("log", a[0]), _call("log", number(10))),
        latex=r"\log_{10}",
    ),
    Function(
        "sqrt", partials=lambda a, f: (div(ONE, mul(TWO, f)),), sympy="sqrt", mpmath="sqrt",
        latex=r"\sqrt",
    ),
    Function(
        "cbrt", partials=lambda a, f: (div(ONE, mul(number(3), _sq(f))),), definition=_cube_root,
        mpmath=lambda mp, x: mp.sign(x) * mp.cbrt(abs(x)), latex=r"\sqrt[3]",
    ),
    Function(
        "abs", partials=lambda a, f: (_call("sign", a[0]),), aliases=("Abs", "fabs"),
        sympy="Abs", mpmath="fabs",
        kink="the derivative of |z| at z = 0 is taken as 0",
    ),
    Function(
        "sign", partials=lambda a, f: (ZERO,), aliases=("sgn",), sympy="sign", mpmath="sign",
        latex=r"\operatorname{sign}",
        kink="sign(0) = 0, and the derivative of sign is taken as 0 everywhere",
    ),
    Function("sin", partials=lambda a, f: (_call("cos", a[0]),), sympy="sin", mpmath="sin",
             latex=r"\sin"),
    Function("cos", partials=lambda a, f: (neg(_call("sin", a[0])),), sympy="cos", mpmath="cos",
             latex=r"\cos"),
    Function("tan", partials=lambda a, f: (add(ONE, _sq(f)),), sympy="tan", mpmath="tan",
             latex=r"\tan"),
    Function(
        "asin", partials=lambda a, f: (div(ONE, _sqrt(_one_minus_square(a[0]))),),
        aliases=("arcsin",), sympy="asin", mpmath="asin", latex=r"\arcsin",
    ),
    Function(
        "acos", partials=lambda a, f: (neg(div(ONE, _sqrt(_one_minus_square(a[0])))),),
        aliases=("arccos",), sympy="acos", mpmath="acos", latex=r"\arccos",
    ),
    Function(
        "atan", partials=lambda a, f: (div(ONE, add(ONE, _sq(a[0]))),),
        aliases=("arctan",), sympy="atan", mpmath="atan", latex=r"\arctan",
    ),
    Function(
        "atan2", 2, 2,
        partials=lambda a, f: (
            div(a[1], add(_sq(a[1]), _sq(a[0]))),
            neg(div(a[0], add(_sq(a[1]), _sq(a[0])))),
        ),
        aliases=("arctan2",), sympy="atan2", mpmath="atan2", latex=r"\operatorname{atan2}",
    ),
    Function("sinh", partials=lambda a, f: (_call("cosh", a[0]),), sympy="sinh", mpmath="sinh",
             latex=r"\sinh"),
    Function("cosh", partials=lambda a, f: (_call("sinh", a[0]),), sympy="cosh", mpmath="cosh",
             latex=r"\cosh"),
    Function("tanh", partials=lambda a, f: (_one_minus_square(f),), sympy="tanh", mpmath="tanh",
             latex=r"\tanh"),
    Function(
        "asinh", partials=lambda a, f: (div(ONE, _sqrt(add(_sq(a[0]), ONE))),),
        aliases=("arcsinh", "arsinh"), sympy="asinh", mpmath="asinh",
        latex=r"\operatorname{arsinh}",
    ),
    Function(
        "acosh",
        partials=lambda a, f: (
            div(ONE, mul(_sqrt(add(a[0], neg(ONE))), _sqrt(add(a[0], ONE)))),
        ),
        aliases=("arccosh", "arcosh"), sympy="acosh", mpmath="acosh",
        latex=r"\operatorname{arcosh}",
    ),
    Function(
        "atanh", partials=lambda a, f: (div(ONE, _one_minus_square(a[0])),),
        aliases=("arctanh", "artanh"), sympy="atanh", mpmath="atanh",
        latex=r"\operatorname{artanh}",
    ),
    Function(
        "erf", partials=lambda a, f: (
            mul(div(TWO, _sqrt(PI)), _call("exp", neg(_sq(a[0])))),
        ),
        sympy="erf", mpmath="erf", latex=r"\operatorname{erf}",
    ),
    Function(
        "erfc", partials=lambda a, f: (
            neg(mul(div(TWO, _sqrt(PI)), _call("exp", neg(_sq(a[0]))))),
        ),
        sympy="erfc", mpmath="erfc", latex=r"\operatorname{erfc}",
    ),
    Function(
        "sigmoid", partials=lambda a, f: (mul(f, add(ONE, neg(f))),),
        definition=lambda a: Div(ONE, Add((ONE, _call("exp", Neg(a[0]))))),
        aliases=("logistic", "expit"), latex=r"\sigma",
    ),
    Function(
        "softplus", partials=lambda a, f: (_call("sigmoid", a[0]),),
        definition=lambda a: _call("log", Add((ONE, _call("exp", a[0])))),
        latex=r"\operatorname{softplus}",
    ),
    Function(
        "relu",
        partials=lambda a, f: (_call("where", Compare(">", a[0], ZERO), ONE, ZERO),),
        definition=lambda a: _call("where", Compare(">", a[0], ZERO), a[0], ZERO),
        latex=r"\operatorname{relu}", kink="the derivative of relu(z) at z = 0 is taken as 0",
    ),
    Function(
        "gelu",
        partials=lambda a, f: (
            add(_call("normal_cdf", a[0]), mul(a[0], _call("normal_pdf", a[0]))),
        ),
        definition=lambda a: Mul((a[0], _call("normal_cdf", a[0]))),
        latex=r"\operatorname{gelu}",
    ),
    Function(
        "silu",
        partials=lambda a, f: (
            add(_call("sigmoid", a[0]), mul(f, add(ONE, neg(_call("sigmoid", a[0]))))),
        ),
        definition=lambda a: Mul((a[0], _call("sigmoid", a[0]))),
        aliases=("swish",), latex=r"\operatorname{silu}",
    ),
    Function(
        "max", 1, None, partials=_selecting(">"), partials_from=3,
        definition=lambda a: _largest(a, ">="), aliases=("Max", "maximum", "fmax"),
        sympy="Max", mpmath=lambda mp, *xs: max(xs), latex=r"\max",
        kink="where arguments of max are equal the first one counts",
    ),
    Function(
        "min", 1, None, partials=_selecting("<"), partials_from=3,
        definition=lambda a: _largest(a, "<="), aliases=("Min", "minimum", "fmin"),
        sympy="Min", mpmath=lambda mp, *xs: min(xs), latex=r"\min",
        kink="where arguments of min are equal the first one counts",
    ),
    Function(
        "where", 3, 3, condition_first=True,
        kink="at the border of a where the side that the condition selects counts",
    ),
    Function(
        "hypot", 1, None,
        partials=lambda a, f: tuple(div(x, f) for x in a),
        definition=lambda a: _sqrt(Add(tuple(Pow(x, TWO) for x in a)) if a[1:] else Pow(a[0], TWO)),
        latex=r"\operatorname{hypot}",
    ),
    Function(
        "log1p", partials=lambda a, f: (div(ONE, add(ONE, a[0])),),
        definition=lambda a: _call("log", Add((ONE, a[0]))), mpmath="log1p",
        latex=r"\operatorname{log1p}",
    ),
    Function(
        "expm1", partials=lambda a, f: (_call("exp", a[0]),),
        definition=lambda a: Add((_call("exp", a[0]), Neg(ONE))), mpmath="expm1",
        latex=r"\operatorname{expm1}",
    ),
    Function(
        "logsumexp", 1, None,
        partials=lambda a, f: tuple(_call("exp", add(x, neg(f))) for x in a),
        definition=_log_sum_exp, latex=r"\operatorname{logsumexp}",
    ),
    Function(
        "normal_pdf", partials=lambda a, f: (neg(mul(a[0], f)),),
        definition=lambda a: Div(
            _call("exp", Neg(Div(Pow(a[0], TWO), TWO))), _sqrt(Mul((TWO, PI)))
        ),
        mpmath="npdf", latex=r"\varphi",
    ),
    Function(
        "normal_cdf", partials=lambda a, f: (_call("normal_pdf", a[0]),),
        definition=lambda a: Div(_call("erfc", Neg(Div(a[0], _sqrt(TWO)))), TWO),
        mpmath="ncdf", latex=r"\Phi",
    ),
    Function(
        "lgamma", partials=lambda a, f: (_call("digamma", a[0]),), aliases=("gammaln", "loggamma"),
        sympy="loggamma", mpmath=_log_gamma, latex=r"\ln\Gamma",
    ),
    Function(
        "digamma", partials=lambda a, f: (_call("polygamma", ONE, a[0]),), aliases=("psi",),
        sympy="digamma", mpmath="digamma", latex=r"\psi",
    ),
    Function(
        "polygamma", 2, 2,
        partials=lambda a, f: (ZERO, _call("polygamma", add(a[0], ONE), a[1])),
        sympy="polygamma", mpmath=lambda mp, n, x: mp.psi(int(n), x), latex=r"\psi",
    ),
    Function(
        "stop_gradient", partials=lambda a, f: (ZERO,), definition=lambda a: a[0],
        latex=r"\operatorname{sg}",
    ),
)  # fmt: skip
