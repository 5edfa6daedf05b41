"""A gradient split into its data part and its regularisation part, as it is written."""

from __future__ import annotations

from symgrad.expression.algebra import add, terms_of_sum
from symgrad.expression.rebuilding import tidy
from symgrad.expression.simplify import spread
from symgrad.expression.tree import Expression


def split_gradient(
    expression: Expression, without_data: Expression
) -> tuple[Expression, Expression] | None:
    """Split a gradient into its data part and the part `without_data`.

    None where the two cannot be told apart term by term, or one of them is empty.
    """
    for terms_of in (terms_of_sum, spread):
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
