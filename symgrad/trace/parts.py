"""A gradient split into its data part and its regularisation part, as it is written."""

from __future__ import annotations

from collections.abc import Iterator

from symgrad.derivation.regularisation import terms_of_sum
from symgrad.expression.algebra import add, mul, neg, tidy
from symgrad.expression.tree import Add, Div, Expression, Mul, Neg


def split_gradient(
    expression: Expression, without_data: Expression
) -> tuple[Expression, Expression] | None:
    """Split a gradient into its data part and the part `without_data`.

    None where the two cannot be told apart term by term, or one of them is empty.
    """
    for terms_of in (terms_of_sum, _multiplied_out):
        found = _without(list(terms_of(expression)), list(terms_of(without_data)))
        if found:
            return (found[0] if len(found) == 1 else add(*found)), without_data
    return None


def _without(terms: list[Expression], parts: list[Expression]) -> list[Expression] | None:
    """Return the terms that are left when the parts are taken out, None where one is not there."""
    for part in parts:
        found = next((i for i, term in enumerate(terms) if tidy(term) == tidy(part)), None)
        if found is None:
            return None
        del terms[found]
    return terms


def _multiplied_out(e: Expression) -> Iterator[Expression]:
    """Yield the terms of a sum, those of a product with one sum in it too."""
    match e:
        case Add(terms):
            for term in terms:
                yield from _multiplied_out(term)
        case Neg(operand):
            yield from map(neg, _multiplied_out(operand))
        case Div(numerator, denominator):
            found = list(_multiplied_out(numerator))
            yield from [e] if len(found) == 1 else [tidy(Div(t, denominator)) for t in found]
        case Mul(factors):
            places = [i for i, factor in enumerate(factors) if isinstance(factor, Add)]
            if len(places) != 1:
                yield e
                return
            before, after = factors[: places[0]], factors[places[0] + 1 :]
            for term in _multiplied_out(factors[places[0]]):
                yield mul(*before, term, *after)
        case _:
            yield e
