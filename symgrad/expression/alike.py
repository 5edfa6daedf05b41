"""Formulas compared without regard to the order in which they are written."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from symgrad.expression.tree import (
    Add,
    Call,
    Div,
    Expression,
    Mul,
    Neg,
    Number,
    Pow,
    Var,
    children,
    with_children,
)

Key = tuple[object, ...]


def arranged(e: Expression) -> Expression:
    """Return a formula with the parts of each sum and each product in one order, all else kept.

    >>> a, b = Var("a"), Var("b")
    >>> arranged(Div(a, Mul((b, a)))) == arranged(Div(a, Mul((a, b))))
    True
    >>> arranged(Mul((a, Neg(b)))) == arranged(Neg(Mul((b, a))))
    False
    """
    parts = tuple(map(arranged, children(e)))
    if isinstance(e, Add | Mul):
        flat = [p for part in parts for p in (children(part) if type(part) is type(e) else (part,))]
        parts = tuple(sorted(flat, key=repr))
    return with_children(e, parts)


def orderless(e: Expression) -> Key:
    """Return the same for formulas that differ only in the order of terms and factors.

    >>> a, b = Var("a"), Var("b")
    >>> orderless(Mul((a, Neg(b)))) == orderless(Neg(Mul((b, a))))
    True
    """
    factor, powers = _number_and_powers(e)
    if factor != 1 or [power == 1 for power in powers.values()] != [True]:
        parts = sorted(powers.items(), key=repr)
        return ("product", factor, *parts)
    return next(iter(powers))


def _number_and_powers(e: Expression) -> tuple[Fraction, dict[Key, Fraction]]:
    """Return a product as a number and the powers of its factors."""
    match e:
        case Number(value):
            return value, {}
        case Neg(operand):
            factor, powers = _number_and_powers(operand)
            return -factor, powers
        case Mul(factors):
            return _multiplied([(part, 1) for part in factors])
        case Div(numerator, denominator):
            return _multiplied([(numerator, 1), (denominator, -1)])
        case Pow(base, Number(exponent)) if exponent.denominator == 1 and abs(exponent) < 10:
            return _multiplied([(base, int(exponent))])
        case Add(terms):
            return Fraction(1), {("sum", *sorted(map(orderless, terms), key=repr)): Fraction(1)}
        case Var(name):
            return Fraction(1), {("name", name): Fraction(1)}
        case Call(function, arguments):
            return Fraction(1), {(str(function), *map(orderless, arguments)): Fraction(1)}
        case _:
            return Fraction(1), {("other", repr(e)): Fraction(1)}


def _multiplied(
    parts: Sequence[tuple[Expression, int]],
) -> tuple[Fraction, dict[Key, Fraction]]:
    number, powers = Fraction(1), dict[Key, Fraction]()
    for part, exponent in parts:
        factor, own = _number_and_powers(part)
        if not factor:
            return Fraction(0), {}
        number *= factor**exponent
        for base, power in own.items():
            powers[base] = powers.get(base, Fraction(0)) + power * exponent
    return number, {base: power for base, power in powers.items() if power}
