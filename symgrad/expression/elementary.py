"""The elementary functions: one record each.

Formulas: Abramowitz and Stegun, Handbook of Mathematical Functions, chapter 4.
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

from symgrad.expression import balls
from symgrad.expression.algebra import add, div, mul, neg, power
from symgrad.expression.function import Arguments, Function
from symgrad.expression.spelling import Spelling, fitted, helper, library
from symgrad.expression.tree import (
    ONE,
    ZERO,
    Add,
    Call,
    Compare,
    Constant,
    Div,
    Expression,
    Mul,
    Neg,
    Number,
    Pow,
    number,
)

TWO = number(2)


def row(name: str, least: int = 1, most: int | None = 1, **known: Any) -> Function:  # noqa: ANN401
    """Return a record whose ball tells its own domain, of a function with a value everywhere."""
    known.setdefault("total", True)
    known["spellings"] = tuple(known.get("spellings", {}).items())
    return Function(name, least, most, ball_checks=True, **known)


def call(name: str, *arguments: Expression) -> Expression:
    """Return a function at arguments."""
    return Call(name, arguments)


def square(x: Expression) -> Expression:
    """Return x^2."""
    return power(x, TWO)


def root(x: Expression) -> Expression:
    """Return the square root of x."""
    return Call("sqrt", (x,))


def complement(x: Expression) -> Expression:
    """Return 1 - x."""
    return add(ONE, neg(x))


def _cube_root(a: Arguments) -> Expression:
    return Mul((call("sign", a[0]), Pow(call("abs", a[0]), Number(Fraction(1, 3)))))


def _within_one(a: Arguments) -> tuple[Compare, ...]:
    return Compare(">=", Add((ONE, a[0])), ZERO), Compare(">=", Add((ONE, Neg(a[0]))), ZERO)


def _sign(z: float) -> float:
    return 0.0 if z == 0 else math.copysign(1.0, z)


def _above_zero(a: Arguments) -> tuple[Compare, ...]:
    return (Compare(">", a[0], ZERO),)


ROWS = (
    row("exp", sympy="exp", mpmath="exp", ball=balls.own("exp"),
        double=math.exp, inverse=math.log, exact=((0, 1),), latex=r"\exp",
        slips=(lambda z, f: mul(z, div(f, Constant("e"))), mul, lambda z, f: z),
        spellings=fitted(library("exp"), python=helper("exp"))),
    row("log", aliases=("ln",), sympy="log", mpmath="log",
        ball=balls.log, double=math.log, inverse=math.exp, exact=((1, 0),), domain=_above_zero,
        total=False, latex=r"\ln",
        slips=(lambda z, f: f, lambda z, f: div(ONE, f), lambda z, f: div(ONE, square(z)),
               lambda z, f: z),
        spellings=library("log", rust="ln", fails=True)),
    row("log2",definition=lambda a: Div(call("log", a[0]), call("log", TWO)), ball=balls.log_to(2),
        domain=_above_zero, total=False, latex=r"\log_2",
        spellings=library("log2", fails=True)),
    row("log10",definition=lambda a: Div(call("log", a[0]), call("log", number(10))),
        ball=balls.log_to(10), domain=_above_zero, total=False, latex=r"\log_{10}",
        spellings=library("log10", fails=True)),
    row("sqrt", sympy="sqrt", mpmath="sqrt",
        ball=balls.sqrt, double=math.sqrt, inverse=lambda f: f * f if f >= 0 else math.nan,
        domain=lambda a: (Compare(">=", a[0], ZERO),), total=False, latex=r"\sqrt",
        slips=(lambda z, f: mul(TWO, f), lambda z, f: div(ONE, mul(TWO, z)),
               lambda z, f: div(f, TWO), lambda z, f: f),
        spellings=library("sqrt", fails=True)),
    row("cbrt",
        definition=_cube_root, mpmath=lambda mp, x: mp.sign(x) * mp.cbrt(abs(x)), ball=balls.cbrt,
        parity="odd", switches=lambda a: a, total=False, latex=r"\sqrt[3]",
        slips=(lambda z, f: div(ONE, mul(number(3), f)), lambda z, f: div(ONE, mul(TWO, f))),
        spellings=fitted(library("cbrt"), python=helper("cbrt"), torch=None)),
    row("abs", aliases=("Abs", "fabs"), sympy="Abs",
        mpmath="fabs", ball=lambda _, x: abs(x), ball_exact=True, double=abs, parity="even",
        rational=abs, switches=lambda a: a, kink="the derivative of |z| at z = 0 is taken as 0",
        region_slips=(lambda z, f: ONE, lambda z, f: neg(ONE)),
        spellings=fitted(
            library("abs"), python=Spelling("abs({0})"), c=Spelling("fabs({0})"), rust=helper("abs")
        )),
    row("sign", aliases=("sgn",), sympy="sign", mpmath="sign",
        ball=balls.sign, ball_exact=True, double=_sign,
        parity="odd", jumps=True, rational=lambda x: Fraction((x > 0) - (x < 0)),
        switches=lambda a: a, latex=r"\operatorname{sign}",
        kink="sign(0) = 0, and the derivative of sign is taken as 0 everywhere",
        spellings=fitted(
            helper("sign"), numpy=library("sign"), javascript=library("sign"),
            julia=library("sign"), jax=library("sign"), torch=library("sign"),
        )),
    row("sin", sympy="sin", mpmath="sin",
        ball=balls.own("sin"), double=math.sin, parity="odd", exact=((0, 0),), latex=r"\sin",
        slips=(lambda z, f: f, lambda z, f: neg(f)),
        spellings=library("sin", fails=True)),
    row("cos", sympy="cos", mpmath="cos",
        ball=balls.own("cos"), double=math.cos, parity="even", exact=((0, 1),), latex=r"\cos",
        slips=(lambda z, f: f, lambda z, f: neg(f)),
        spellings=library("cos", fails=True)),
    row("tan", sympy="tan", mpmath="tan",
        ball=balls.own("tan"), double=math.tan, parity="odd", exact=((0, 0),), total=False,
        domain=lambda a: (Compare("!=", call("cos", a[0]), ZERO),), latex=r"\tan",
        slips=(lambda z, f: div(ONE, call("cos", z)), lambda z, f: add(ONE, f),
               lambda z, f: square(f), lambda z, f: div(ONE, add(ONE, square(z))),
               lambda z, f: complement(square(f))),
        spellings=library("tan", fails=True)),
    row("asin",aliases=("arcsin",), sympy="asin", mpmath="asin", ball=balls.within_one("asin"),
        double=math.asin, parity="odd", exact=((0, 0),), domain=_within_one, total=False,
        latex=r"\arcsin",
        slips=(lambda z, f: div(ONE, root(add(ONE, square(z)))), lambda z, f: call("acos", z),
               lambda z, f: div(ONE, complement(square(z)))),
        spellings=library("asin", numpy="arcsin", fails=True)),
    row("acos",aliases=("arccos",), sympy="acos", mpmath="acos", ball=balls.within_one("acos"),
        double=math.acos, domain=_within_one, total=False, latex=r"\arccos",
        slips=(lambda z, f: neg(div(ONE, root(add(ONE, square(z))))),
               lambda z, f: neg(call("asin", z)),
               lambda z, f: neg(div(ONE, complement(square(z))))),
        spellings=library("acos", numpy="arccos", fails=True)),
    row("atan", aliases=("arctan",),
        sympy="atan", mpmath="atan", ball=balls.own("atan"), double=math.atan, inverse=math.tan,
        parity="odd", exact=((0, 0),), latex=r"\arctan",
        slips=(lambda z, f: div(ONE, complement(square(z))), lambda z, f: div(ONE, add(ONE, z)),
               lambda z, f: div(ONE, root(complement(square(z)))),
               lambda z, f: add(ONE, square(f))),
        spellings=library("atan", numpy="arctan")),
    row("atan2", 2, 2,
aliases=("arctan2",), sympy="atan2", mpmath="atan2", ball=balls.atan2, double=math.atan2,
        total=False, latex=r"\operatorname{atan2}",
        spellings=fitted(
            library("atan2", numpy="arctan2", arguments="y, x"), julia=Spelling("atan({0}, {1})")
        )),
    row("sinh", sympy="sinh", mpmath="sinh",
        ball=balls.own("sinh"), double=math.sinh, inverse=math.asinh, parity="odd",
        exact=((0, 0),), latex=r"\sinh", slips=(lambda z, f: f, lambda z, f: call("cos", z)),
        spellings=fitted(library("sinh"), python=helper("sinh"))),
    row("cosh", sympy="cosh", mpmath="cosh",
        ball=balls.own("cosh"), double=math.cosh, parity="even", exact=((0, 1),), latex=r"\cosh",
        slips=(lambda z, f: f, lambda z, f: neg(call("sin", z))),
        spellings=fitted(library("cosh"), python=helper("cosh"))),
    row("tanh", sympy="tanh", mpmath="tanh",
        ball=balls.own("tanh"), double=math.tanh, inverse=math.atanh, parity="odd",
        exact=((0, 0),), latex=r"\tanh",
        slips=(lambda z, f: complement(f), lambda z, f: mul(f, complement(f)),
               lambda z, f: square(f), lambda z, f: complement(square(z)),
               lambda z, f: div(ONE, call("cosh", z)), lambda z, f: power(complement(f), TWO),
               lambda z, f: f),
        spellings=library("tanh")),
    row("asinh",
        aliases=("arcsinh", "arsinh"), sympy="asinh", mpmath="asinh", ball=balls.own("asinh"),
        double=math.asinh, parity="odd", exact=((0, 0),), latex=r"\operatorname{arsinh}",
        spellings=library("asinh", numpy="arcsinh")),
    row("acosh",
aliases=("arccosh", "arcosh"), sympy="acosh", mpmath="acosh", ball=balls.acosh,
        double=math.acosh, domain=lambda a: (Compare(">=", Add((a[0], Neg(ONE))), ZERO),),
        total=False, latex=r"\operatorname{arcosh}",
        spellings=library("acosh", numpy="arccosh", fails=True)),
    row("atanh",aliases=("arctanh", "artanh"), sympy="atanh", mpmath="atanh", ball=balls.atanh,
        double=math.atanh, parity="odd", exact=((0, 0),), total=False,
        domain=lambda a: (
            Compare(">", Add((ONE, a[0])), ZERO), Compare(">", Add((ONE, Neg(a[0]))), ZERO),
        ),
        latex=r"\operatorname{artanh}",
        spellings=fitted(
            library("atanh", numpy="arctanh", fails=True), jax=helper("atanh")
        )),
    row("hypot", 1, None,definition=lambda a: (
            root(Add(tuple(Pow(x, TWO) for x in a))) if a[1:] else call("abs", a[0])
        ),
        ball=balls.hypot, double=math.hypot, total=False, latex=r"\operatorname{hypot}",
        spellings=library("hypot", arguments="x, y", folds=True)),
    row("log1p",definition=lambda a: call("log", Add((ONE, a[0]))), mpmath="log1p",
        ball=lambda flint, x: balls.log(flint, 1 + x), double=math.log1p, inverse=math.expm1,
        exact=((0, 0),), domain=lambda a: (Compare(">", Add((ONE, a[0])), ZERO),), total=False,
        latex=r"\operatorname{log1p}", slips=(lambda z, f: div(ONE, z), lambda z, f: f),
        spellings=library("log1p", rust="ln_1p", fails=True)),
    row("expm1",definition=lambda a: Add((call("exp", a[0]), Neg(ONE))), mpmath="expm1",
        ball=balls.own("expm1"), double=math.expm1, inverse=math.log1p, exact=((0, 0),),
        latex=r"\operatorname{expm1}", slips=(lambda z, f: f,),
        spellings=fitted(library("expm1", rust="exp_m1"), python=helper("expm1"))),
)  # fmt: skip
