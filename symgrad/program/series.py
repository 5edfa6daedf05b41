"""Functions that programs make for themselves: series, and formulas of few arguments with a name.

`series` is a polynomial: its argument, then the coefficients from the lowest on. A `Local` is a
formula in one argument, two or three, which is written as a function of its own: what is a series
near a point and a formula elsewhere. No graph can call either.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from fractions import Fraction
from typing import TypeGuard

from symgrad.expression.tree import (
    Add,
    Call,
    Compare,
    Expression,
    Mul,
    Neg,
    Number,
    Pow,
    Var,
    children,
    signed,
    substitute,
    variables,
    walk,
    with_children,
)
from symgrad.expression.words import words

SERIES = "series"
ARGUMENT, SECOND, THIRD = ARGUMENTS = "t", "u", "v"  # of a Local, as its body names them


class Local(str):  # noqa: SLOT000  (it holds its formula)
    """The name of a function of one argument, two or three that holds its own formula.

    >>> double = Local.of(Mul((Number(Fraction(2)), Var(ARGUMENT))))
    >>> double.at(Var("x"))
    Mul(factors=(Number(value=Fraction(2, 1)), Var(key='x')))
    """

    body: Expression

    @classmethod
    def of(cls, body: Expression) -> Local:
        """Return the function whose value at t, or at t and u, or at t, u and v, is the body."""
        name = cls(f"local {body!r}")
        name.body = body
        return name

    def __reduce__(self) -> tuple[object, tuple[Expression]]:
        """Pickle by the body."""
        return Local.of, (self.body,)

    @property
    def arguments(self) -> tuple[str, ...]:
        """The names of its arguments."""
        there = [i for i, name in enumerate(ARGUMENTS) if name in variables(self.body)]
        return ARGUMENTS[: max(there, default=0) + 1]

    def at(self, *arguments: Expression) -> Expression:
        """Return the value at its arguments, written out."""
        return substitute(self.body, dict(zip(self.arguments, arguments, strict=True)))


def calls_once(e: Expression) -> tuple[list[tuple[str, Expression]], Expression]:
    """Return names for the calls and powers that a formula has twice, and the formula in them.

    >>> from symgrad.sources.text import parse
    >>> formula = parse("param t; J = exp(-t)*t/(1 - exp(-t))")["J"].formula.expression
    >>> calls_once(formula)[0]
    [('exp_neg_t', Call(function='exp', arguments=(Neg(operand=Var(key='t')),)))]
    """
    counts = Counter(part for part in walk(e) if _is_plain(part))
    named: dict[Call | Pow, str] = {}
    for call, count in counts.items():
        name = words(call, {}).text
        if count > 1 and name and name not in named.values():
            named[call] = name
    return [(name, call) for call, name in named.items()], _with_names(e, named)


def _is_plain(e: Expression) -> TypeGuard[Call | Pow]:
    """Tell whether a formula is a function that a language has, at a formula without calls."""
    match e:
        case Call(function):
            plain = not isinstance(function, Local) and function not in {SERIES, "where"}
        case Pow(_, exponent):
            plain = bool(variables(exponent))
        case _:
            return False
    inside = [part for argument in children(e) for part in walk(argument)]
    return plain and not any(isinstance(part, Call | Compare) for part in inside)


def _with_names(e: Expression, named: Mapping[Call | Pow, str]) -> Expression:
    """Return a formula with some of its parts under their names."""
    if isinstance(e, Call | Pow) and e in named:
        return Var(named[e])
    parts = children(e)
    return with_children(e, tuple(_with_names(part, named) for part in parts)) if parts else e


def coefficients_of(arguments: tuple[Expression, ...]) -> tuple[Fraction, ...]:
    """Return the coefficients of a series from its arguments.

    >>> coefficients_of((Number(Fraction(9)), Number(Fraction(1)), Neg(Number(Fraction(2)))))
    (Fraction(1, 1), Fraction(-2, 1))
    """
    found: list[Fraction] = []
    for argument in arguments[1:]:
        negative = isinstance(argument, Neg)
        bare = argument.operand if isinstance(argument, Neg) else argument
        if not isinstance(bare, Number):
            raise TypeError(argument)
        found.append(-bare.value if negative else bare.value)
    return tuple(found)


def horner(arguments: tuple[Expression, ...]) -> Expression:
    """Return a series written out by Horner's rule."""
    x = arguments[0]
    *others, last = [signed(value) for value in coefficients_of(arguments)]
    total = last
    for value in reversed(others):
        product = Mul((x, total))
        total = Add((value, product)) if value != Number(Fraction(0)) else product
    return total


__all__ = [
    "ARGUMENT",
    "ARGUMENTS",
    "SECOND",
    "SERIES",
    "Local",
    "Var",
    "calls_once",
    "coefficients_of",
    "horner",
]
