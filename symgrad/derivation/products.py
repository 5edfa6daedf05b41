"""Products and sums looked at in ways that a reader of the equations has: what is in what.

Each function answers one question about expressions; `relations` asks them about a graph.
"""

from __future__ import annotations

from fractions import Fraction

from symgrad.expression.algebra import Product, add, div, is_negative, mul, neg
from symgrad.expression.functions import FUNCTIONS
from symgrad.expression.rebuilding import tidy
from symgrad.expression.tree import (
    ONE,
    Add,
    Call,
    Constant,
    Expression,
    Neg,
    Number,
    Pow,
    Var,
    children,
    with_children,
)


def is_complement(definition: Expression) -> bool:
    """Tell whether an equation is like q = 1 - p: a number and a name."""
    match definition:
        case Add((Number(), rest)) | Add((rest, Number())):
            return isinstance(rest.operand if isinstance(rest, Neg) else rest, Var)
        case _:
            return False


def written_out(e: Expression) -> Expression:
    """Replace the functions that are products of powers and exponentials by their definitions."""
    parts = tuple(written_out(part) for part in children(e))
    e = with_children(e, parts) if parts else e
    if isinstance(e, Call) and e.function == "normal_pdf":
        definition = FUNCTIONS["normal_pdf"].definition
        return definition(e.arguments) if definition is not None else e
    if isinstance(e, Pow) and e.base == Constant("e"):
        return Call("exp", (e.exponent,))
    return e


def signed_alike(e: Expression) -> Expression:
    """Write sums so that x - y and y - x become one sum and its negative."""
    parts = tuple(signed_alike(part) for part in children(e))
    e = with_children(e, parts) if parts else e
    if isinstance(e, Add):
        terms = tuple(sorted(e.terms, key=lambda term: repr(_term_without_sign(term))))
        if is_negative(terms[0]):
            return Neg(Add(tuple(neg(term) for term in terms)))
        return Add(terms)
    return e


def _term_without_sign(term: Expression) -> Expression:
    return neg(term) if is_negative(term) else term


def same_product(first: Expression, second: Expression) -> bool:
    """Tell whether two products have the same factors, in any order and up to signs of sums."""
    ratio = tidy(signed_alike(div(first, second)))
    return ratio == ONE


def log_power(term: Expression) -> tuple[Expression, Fraction] | None:
    """Return (x, k) for the term k*log(x)."""
    product = Product(term)
    match list(product.powers.items()):
        case [(Call("log", (inner,)), Fraction(numerator=1, denominator=1))]:
            return inner, product.coefficient
        case _:
            return None


def as_product(e: Expression) -> Product | None:
    """Return a product or quotient of at least two powers as a Product, else None."""
    product = Product(e)
    return product if len(product.powers) > 1 else None


def contains(product: Product, pattern: Product) -> bool:
    """Tell whether a product holds all the powers of a pattern, with the same signs."""
    for base, exponent in pattern.powers.items():
        own = product.powers.get(base)
        if not (isinstance(own, Fraction) and isinstance(exponent, Fraction)):
            return False
        if own * exponent <= 0 or abs(own) < abs(exponent):
            return False
    return True


def fixed_sum(
    left: Expression, right: Expression
) -> tuple[tuple[Expression, ...], Expression] | None:
    """Read an assumption `t1 + t2 + t3 = 1` as its terms and its value."""
    for terms, value in ((left, right), (right, left)):
        if isinstance(terms, Add) and isinstance(value, Number):
            return terms.terms, value
    return None


def sum_replaced(
    flat: Expression, terms: tuple[Expression, ...], value: Expression
) -> Expression | None:
    """Replace m*t1 + … + m*tn by m*value, for the first cofactor m for which all are there."""
    parts: list[Expression] = list(flat.terms) if isinstance(flat, Add) else [flat]
    for part in parts:
        if not _divides(terms[0], part):
            continue
        cofactor = div(part, terms[0])
        wanted = [mul(cofactor, term) for term in terms]
        keys = [_order_free(term) for term in wanted]
        there = {_order_free(candidate): candidate for candidate in parts}
        if all(key in there for key in keys):
            gone = [there[key] for key in keys]
            kept = [candidate for candidate in parts if candidate not in gone]
            at = min(parts.index(term) for term in gone)
            kept.insert(min(at, len(kept)), mul(cofactor, value))
            return add(*kept)
    return None


def _divides(factor: Expression, term: Expression) -> bool:
    product = Product(term)
    exponent = product.powers.get(factor)
    return isinstance(exponent, Fraction) and exponent >= 1


def _order_free(term: Expression) -> object:
    product = Product(term)
    return product.coefficient, product.key
