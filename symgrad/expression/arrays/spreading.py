"""Expressions multiplied out."""

from __future__ import annotations

from collections.abc import Sequence

from symgrad.expression.arrays import build
from symgrad.expression.arrays.rebuild import rebuilt
from symgrad.expression.arrays.tree import Array

MAX_TERMS = 48


def distributed(x: Array) -> Array:
    """Return an expression multiplied out: products, sums, traces and transposes of sums.

    Operands of functions and powers stay as they are.
    """
    if x.op == "add":
        return build.add(*(distributed(term) for term in x.args))
    if x.op == "mul":
        return _distributed_product(x)
    if x.op in {"chain", "T", "sum", "trace", "expand", "slice", "pad", "diagonal"}:
        parts = [distributed(part) for part in x.args]
        made = rebuilt(x, parts)
        if made.op == "mul":
            return _distributed_product(made)
        if made.op != x.op:
            return made
        return _spread_over_sum(made)
    return x


def _spread_over_sum(x: Array) -> Array:
    for i, part in enumerate(x.args):
        inner, turned = (part.args[0], True) if part.op == "T" else (part, False)
        if inner.op != "add" or len(inner.args) > MAX_TERMS:
            continue
        terms = [build.transposed(term) if turned else term for term in terms_of(inner)]
        pieces = [rebuilt(x, [*x.args[:i], term, *x.args[i + 1 :]]) for term in terms]
        return build.add(*(distributed(piece) for piece in pieces))
    return x


def terms_of(x: Array) -> list[Array]:
    """Return the terms of a sum, each in its shape."""
    return [build.filled(term, x.shape) for term in x.args]


def _has_quotient(x: Array, others: Sequence[Array]) -> bool:
    """Tell whether a term of a sum has a factor below that another factor cancels."""
    above = set(others)
    for term in x.args:
        for part in term.args if term.op == "mul" else (term,):
            below = part.op == "pow" and part.args[1].op == "num" and part.args[1].value < 0
            if below and part.args[0] in above:
                return True
            if part.op == "expand" and part.args[0].op == "pow":
                return True
    return False


def _distributed_product(x: Array) -> Array:
    factors = list(x.args)
    sums = [i for i, part in enumerate(factors) if part.op == "add"]
    if not sums:
        parts = [distributed(part) if part.op in {"chain", "sum", "trace", "expand"} else part
                 for part in factors]  # fmt: skip
        made = build.mul(*parts)
        if made != x and any(part.op == "add" for part in made.args):
            return distributed(made)
        return build.filled(made, x.shape)
    first = next(
        (i for i in sums if _has_quotient(factors[i], factors[:i] + factors[i + 1 :])), sums[0]
    )
    inner = factors[first]
    if len(inner.args) > MAX_TERMS:
        return x
    terms = [
        build.filled(build.mul(*factors[:first], term, *factors[first + 1 :]), x.shape)
        for term in inner.args
    ]
    return build.add(*(distributed(term) for term in terms))
