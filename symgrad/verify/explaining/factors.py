"""Small edits of a product or sum as an author wrote it: everything else stays where it was."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import TypeAlias

from symgrad.expression.tree import (
    ONE,
    Add,
    Call,
    Div,
    Expression,
    Mul,
    Neg,
    Number,
    Pow,
    number,
    product_of,
)

Change: TypeAlias = Callable[[Fraction], Expression]


def factors_of(e: Expression) -> tuple[Expression, ...]:
    """Return the factors of a product, or the expression alone."""
    return e.factors if isinstance(e, Mul) else (e,)


def negated(e: Expression) -> Expression:
    """Return the negative: a minus sign taken away where there is one, else put in front."""
    match e:
        case Neg(operand):
            return operand
        case Number(value):
            return number(-value)
        case Mul((Neg(first), *rest)):
            return Mul((first, *rest))
        case Mul((Number(value), *rest)) if value < 0:
            return product_of(tuple(rest)) if value == -1 else Mul((number(-value), *rest))
        case Div(above, below) if isinstance(above, Neg) or _starts_negative(above):
            return Div(negated(above), below)
        case Mul(factors):
            for i, factor in enumerate(factors):
                if factor == Number(Fraction(-1)):
                    return product_of(factors[:i] + factors[i + 1 :])
                if isinstance(factor, Neg):
                    return Mul((*factors[:i], factor.operand, *factors[i + 1 :]))
                if isinstance(factor, Div) and _starts_negative(factor.numerator):
                    return Mul((*factors[:i], negated(factor), *factors[i + 1 :]))
            return Neg(e)
        case _:
            return Neg(e)


def _starts_negative(e: Expression) -> bool:
    match e:
        case Neg():
            return True
        case Number(value):
            return value < 0
        case Mul((first, *_)):
            return _starts_negative(first)
        case _:
            return False


def without_each(e: Expression) -> Iterator[tuple[Expression, Expression]]:
    """Yield each factor, above or below the line, with the product that is left without it."""
    match e:
        case Neg(operand):
            for gone, left in without_each(operand):
                yield gone, Neg(left)
        case Mul(factors):
            for i, factor in enumerate(factors):
                rest = (factors[:i], factors[i + 1 :])
                yield factor, product_of(rest[0] + rest[1])
                if isinstance(factor, Div):
                    for gone, left in without_each(factor):
                        yield gone, Mul((*rest[0], left, *rest[1]))
        case Div(above, below):
            for gone, left in without_each(above):
                yield gone, Div(left, below)
            if not isinstance(above, Mul | Neg | Div):
                yield above, Div(ONE, below)
            for gone, left in without_each(below):
                yield _inverse(gone), Div(above, left)
            yield Div(ONE, below), above
        case _:
            return


def _inverse(e: Expression) -> Expression:
    return e.denominator if isinstance(e, Div) and e.numerator == ONE else Div(ONE, e)


def powers_of(e: Expression) -> Iterator[tuple[Expression, Fraction, Change]]:
    """Yield base and exponent of each factor, negative below the line, and how to change it."""
    match e:
        case Neg(operand):
            for base, exponent, change in powers_of(operand):
                yield base, exponent, _then(change, Neg)
        case Mul(factors):
            for i, factor in enumerate(factors):
                for base, exponent, change in powers_of(factor):
                    yield base, exponent, _then(change, _into_product(factors, i))
        case Div(above, below):
            for base, exponent, change in powers_of(above):
                yield base, exponent, _then(change, _over(below))
            for base, exponent, change in powers_of(below):
                yield base, -exponent, _then(_flipped(change, Fraction.__neg__), _under(above))
        case Pow(base, Number(exponent)) | Pow(base, Neg(Number(exponent))):
            signed = exponent if isinstance(e.exponent, Number) else -exponent
            yield base, signed, _raised(base)
        case Call("sqrt", (base,)):
            yield base, Fraction(1, 2), _raised(base)
        case Number():
            return
        case _:
            yield e, Fraction(1), _raised(e)


def _then(change: Change, wrap: Callable[[Expression], Expression]) -> Change:
    return lambda value: wrap(change(value))


def _flipped(change: Change, flip: Callable[[Fraction], Fraction]) -> Change:
    return lambda value: change(flip(value))


def _into_product(
    factors: tuple[Expression, ...], index: int
) -> Callable[[Expression], Expression]:
    def build(part: Expression) -> Expression:
        inner = factors_of(part) if part != ONE else ()
        return product_of((*factors[:index], *inner, *factors[index + 1 :]))

    return build


def _over(below: Expression) -> Callable[[Expression], Expression]:
    return lambda above: above if below == ONE else Div(above, below)


def _under(above: Expression) -> Callable[[Expression], Expression]:
    return lambda below: above if below == ONE else Div(above, below)


def _raised(base: Expression) -> Change:
    def build(exponent: Fraction) -> Expression:
        if exponent == 0:
            return ONE
        if exponent == 1:
            return base
        if exponent == Fraction(1, 2):
            return Call("sqrt", (base,))
        return Pow(base, number(exponent))

    return build


def scaled(e: Expression, factor: Fraction) -> tuple[Expression, bool]:
    """Multiply by a positive rational; the flag tells that a number that stood there was changed.

    A number that is there is mended: 4·a times 1/2 is 2·a, a/2 times 2 is a. Else one is added.

    >>> from symgrad.expression.tree import Var
    >>> scaled(Mul((number(2), Var("a"))), Fraction(1, 2))
    (Var(key='a'), True)
    """
    for value, change in _numbers(e):
        new = value * factor
        if abs(value) == 1 and not isinstance(e, Number):
            continue
        if new == 1 or new.denominator == 1 or value.denominator != 1:
            return change(new), True
    up = factor.numerator
    result = e
    if up != 1:
        result = _led(result, number(up))
    if factor.denominator != 1:
        result = Div(result, number(factor.denominator))
    return result, False


def _led(e: Expression, factor: Expression) -> Expression:
    match e:
        case Neg(operand):
            return Neg(_led(operand, factor))
        case Div(above, below):
            return Div(_led(above, factor), below) if above != ONE else Div(factor, below)
        case _ if e == ONE:
            return factor
        case _:
            return product_of((factor, *factors_of(e)))


def _numbers(e: Expression) -> Iterator[tuple[Fraction, Change]]:
    """Yield the number factors of a product and how to change each; those below as 1/value."""
    match e:
        case Number(value):
            yield value, number
        case Neg(operand):
            for value, change in _numbers(operand):
                yield value, _then(change, Neg)
        case Mul(factors):
            for i, factor in enumerate(factors):
                for value, change in _numbers(factor):
                    yield value, _then(change, _into_product(factors, i))
        case Div(above, below):
            for value, change in _numbers(above):
                if above != ONE:
                    yield value, _then(change, _over(below))
            for value, change in _numbers(below):
                yield 1 / value, _then(_flipped(change, _reciprocal), _under(above))
        case _:
            return


def _reciprocal(value: Fraction) -> Fraction:
    return 1 / value


def multiplied(e: Expression, factor: Expression) -> Expression:
    """Return the product with one more factor behind, or below the line."""
    match e, factor:
        case Neg(operand), _:
            return Neg(multiplied(operand, factor))
        case Div(above, below), Div(inner, under) if inner == ONE:
            return Div(above, product_of((*factors_of(below), *factors_of(under))))
        case _, Div(inner, under) if inner == ONE:
            return Div(e, under)
        case Div(above, below), _:
            return Div(multiplied(above, factor), below)
        case _:
            if e == ONE:
                return factor
            return product_of((*factors_of(e), *factors_of(factor)))


def plus_term(e: Expression, term: Expression) -> Expression:
    """Return the sum with one more term behind."""
    terms = e.terms if isinstance(e, Add) else (e,)
    return Add((*terms, *(term.terms if isinstance(term, Add) else (term,))))
