"""Shorter forms of a product or sum, within a budget, never longer and never of another value."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from symgrad.expression.algebra import Product, add, div, mul, neg, positive_first, terms_of_sum
from symgrad.expression.cost import cost
from symgrad.expression.factored import factored_sum
from symgrad.expression.rebuilding import tidy
from symgrad.expression.tree import (
    ONE,
    ZERO,
    Add,
    Div,
    Expression,
    Mul,
    Neg,
    Pow,
    Var,
    variables,
    walk,
)

MAX_TERMS = 64
MAX_COST = 400
MAX_POWER = 4


class TooLong(Exception):
    """The expanded form has more terms than the budget allows."""


def simplified(expression: Expression) -> Expression:
    """Return the shortest of a few equal forms: as it is, or with products multiplied out.

    Only an expression that contains a sum and a quotient can gain, so others cost one look. A sum
    that is turned round, -(p - y) to y - p, is no gain.

    >>> from symgrad.expression.tree import ONE
    >>> p, y = Var("p"), Var("y")
    >>> q = Add((ONE, Neg(p)))
    >>> slope = Add((Neg(Div(y, p)), Div(Add((ONE, Neg(y))), q)))
    >>> simplified(Mul((slope, p, q))) == Add((p, Neg(y)))
    True
    """
    if not _may_gain(expression):
        return expression
    if cost(expression) > MAX_COST:
        return expression
    try:
        flat = multiplied_out(expression)
    except TooLong:
        return expression
    terms = flat.terms if isinstance(flat, Add) else (flat,)
    best = min(flat, factored_sum(terms), key=cost)
    return best if is_shorter(best, expression) else expression


def is_shorter(form: Expression, other: Expression) -> bool:
    """Tell whether a form is shorter by more than a factor turned round to save the sign in front.

    >>> from symgrad.expression.tree import Var
    >>> p, y, x = Var("p"), Var("y"), Var("x")
    >>> is_shorter(Mul((x, Add((y, Neg(p))))), Neg(Mul((Add((p, Neg(y))), x))))
    False
    >>> is_shorter(Div(Add((y, Neg(p))), x), Neg(Div(Add((p, Neg(y))), x)))
    True
    """
    return cost(form) + _signs(other) < cost(other) + _signs(form)


def _signs(e: Expression) -> int:
    """Count the sign in front of a product, which its sums could take in but need not."""
    match e:
        case Neg(Div(Add())):
            return 0
        case _:
            return int(isinstance(e, Neg))


def _may_gain(expression: Expression) -> bool:
    sums = quotients = False
    for part in walk(expression):
        sums = sums or isinstance(part, Add)
        quotients = quotients or isinstance(part, Div)
        if sums and quotients:
            return True
    return False


def multiplied_out(expression: Expression) -> Expression:
    """Return the expression with products of sums multiplied out and like terms collected.

    Raises TooLong when the result has more than MAX_TERMS terms.
    """
    terms = _terms(expression)
    return positive_first(add(*terms)) if terms else add()


def _terms(e: Expression) -> list[Expression]:
    match e:
        case Add(parts):
            found = [term for part in parts for term in _terms(part)]
        case Neg(operand):
            found = [neg(term) for term in _terms(operand)]
        case Mul() | Div() | Pow():
            found = _product_terms(e)
        case _:
            found = [e]
    if len(found) > MAX_TERMS:
        raise TooLong
    return found


def _product_terms(e: Expression) -> list[Expression]:
    """Multiply one sum of a product out, the rest kept whole so that it can cancel first."""
    product = Product(e)
    chosen = _sum_to_multiply_out(product)
    if chosen is None:
        return [product.build()]
    product.multiply_base(chosen, Fraction(-1))
    rest = product.build()
    if len(chosen.terms) > MAX_TERMS:
        raise TooLong
    total = add(*(mul(rest, term) for term in chosen.terms))
    parts = total.terms if isinstance(total, Add) else (total,)
    return [term for part in parts for term in _terms(part)]


def _sum_to_multiply_out(product: Product) -> Add | None:
    """Choose a sum in the numerator, before all others one that holds a quotient."""
    chosen: Add | None = None
    for base, exponent in product.powers.items():
        if not (isinstance(base, Add) and isinstance(exponent, Fraction)):
            continue
        if exponent.denominator != 1 or not 0 < exponent <= MAX_POWER:
            continue
        if any(isinstance(part, Div) for term in base.terms for part in walk(term)):
            return base
        chosen = chosen or base
    return chosen


def spread(e: Expression) -> Iterator[Expression]:
    """Yield the terms of a sum, those of a product with one sum among its factors too.

    Products of several sums, and sums below a line, stay as they are.

    >>> a, b, c = Var("a"), Var("b"), Var("c")
    >>> list(spread(Mul((a, Add((b, Neg(c))))))) == [Mul((a, b)), Neg(Mul((a, c)))]
    True
    """
    match e:
        case Add(terms):
            for term in terms:
                yield from spread(term)
        case Neg(operand):
            yield from map(neg, spread(operand))
        case Div(numerator, denominator):
            found = list(spread(numerator))
            yield from [e] if len(found) == 1 else [tidy(Div(t, denominator)) for t in found]
        case Mul(factors):
            places = [i for i, factor in enumerate(factors) if isinstance(factor, Add)]
            if len(places) != 1:
                yield e
                return
            before, after = factors[: places[0]], factors[places[0] + 1 :]
            for term in spread(factors[places[0]]):
                yield mul(*before, term, *after)
        case _:
            yield e


def linear_in(expression: Expression, key: str | int) -> tuple[Expression, Expression] | None:
    """Return slope and rest of slope·name + rest, None for what is not written linear in a name.

    The rest of a product of sums is multiplied out, as far as its factors go.

    >>> from symgrad.expression.tree import number
    >>> a, x = Var("a"), Var("x")
    >>> linear_in(Mul((number(2), Add((x, Neg(a))))), "x") == (number(2), Neg(Mul((number(2), a))))
    True
    """
    if key not in variables(expression):
        return ZERO, expression
    match expression:
        case Var():
            return ONE, ZERO
        case Neg(operand):
            found = linear_in(operand, key)
            return None if found is None else (neg(found[0]), neg(found[1]))
        case Add(terms):
            parts = [linear_in(term, key) for term in terms]
            known = [part for part in parts if part is not None]
            if len(known) < len(parts):
                return None
            return add(*(slope for slope, _ in known)), add(*(rest for _, rest in known))
        case Mul(factors):
            holding = [factor for factor in factors if key in variables(factor)]
            found = linear_in(holding[0], key) if len(holding) == 1 else None
            if found is None:
                return None
            others = [factor for factor in factors if factor is not holding[0]]
            rest = add(*(mul(term, *others) for term in terms_of_sum(found[1])))
            return mul(found[0], *others), rest
        case Div(above, below) if key not in variables(below):
            found = linear_in(above, key)
            if found is None:
                return None
            rest = add(*(div(term, below) for term in terms_of_sum(found[1])))
            return div(found[0], below), rest
        case _:
            return None
