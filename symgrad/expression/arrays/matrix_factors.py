"""Matrices that products share at one end: AB + AC is A(B + C)."""

from __future__ import annotations

from collections.abc import Sequence

from symgrad.expression.arrays import build, leaves
from symgrad.expression.arrays.cost import cost
from symgrad.expression.arrays.ordering import positive_first
from symgrad.expression.arrays.powers import common_factors, common_number, divided, factors_of
from symgrad.expression.arrays.size import UNIT
from symgrad.expression.arrays.spreading import terms_of
from symgrad.expression.arrays.tree import Array


def shared_matrix(terms: Sequence[Array]) -> Array | None:
    """Return A(B + C) for AB + AC and (A + B)C for AC + BC, or None."""
    for side in (0, -1):
        found = _shared_side(terms, side)
        if found is not None:
            return found
    return None


def _chain_factors(term: Array) -> tuple[list[Array], list[Array]] | None:
    """Return the scalars and the matrix factors of a term that is a product of matrices."""
    parts = factors_of(term)
    arrays = [part for part in parts if part.shape]
    scalars = [part for part in parts if not part.shape]
    if not term.shape:
        if len(parts) and any(part.op == "chain" for part in parts):
            chains = [part for part in parts if part.op == "chain"]
            if len(chains) == 1:
                rest = [part for part in parts if part is not chains[0]]
                return rest, list(chains[0].args)
        return None
    if len(arrays) != 1:
        return None
    only = arrays[0]
    if only.op == "chain":
        return scalars, list(only.args)
    return scalars, [only]


def _shared_side(terms: Sequence[Array], side: int) -> Array | None:
    split = [_chain_factors(term) for term in terms]
    if any(item is None for item in split):
        return None
    rows = [item for item in split if item is not None]
    taken: list[Array] = []
    lists = [list(factors) for _, factors in rows]
    while True:
        ends = {factors[side] for factors in lists if factors}
        if len(ends) != 1 or any(not factors for factors in lists):
            break
        end = ends.pop()
        if end.op == "eye" or (len(end.shape) == 2 and end.shape[0] == end.shape[1] is UNIT):
            break
        for factors in lists:
            factors.pop(side)
        taken.append(end)
    if not taken:
        return None
    ordered = taken if side == 0 else list(reversed(taken))
    end = ordered[-1] if side == 0 else ordered[0]
    inner: list[Array] = []
    for (scalars, _), factors in zip(rows, lists, strict=True):
        rest = _rest_of(factors, scalars, end, side)
        if rest is None:
            return None
        inner.append(rest)
    turned = [len(part.shape) == 2 and part.shape[0] == UNIT for part in inner]
    if any(turned) and not all(turned):
        return None
    if all(turned):
        total = build.add(*(build.transposed(part) for part in inner))
        return build.chain(*ordered, build.transposed(positive_first(total)))
    total = positive_first(build.add(*inner))
    if not total.shape:
        return None
    return build.chain(*ordered, total) if side == 0 else build.chain(total, *ordered)


def _rest_of(factors: list[Array], scalars: list[Array], end: Array, side: int) -> Array | None:
    """Return what is left of a product whose end was taken away; the identity where nothing is."""
    if not factors:
        size = build.right_of(end) if side == 0 else build.left_of(end)
        if size == UNIT:
            return None
        return build.mul(*scalars, leaves.eye(size))
    made = build.chain(*factors)
    return build.mul_row(scalars, made) if made.shape else None


def matrix_groups(x: Array) -> Array | None:
    """Return a sum in which two or more terms share a matrix at one end."""
    terms = terms_of(x)
    best: Array | None = None
    for side in (0, -1):
        groups: dict[Array, list[int]] = {}
        for i, term in enumerate(terms):
            split = _chain_factors(term)
            if split is not None and split[1][side].op != "eye":
                groups.setdefault(split[1][side], []).append(i)
        for members in groups.values():
            if len(members) < 2:
                continue
            grouped = [terms[i] for i in members]
            joined = _shared_matrix_with_number(grouped)
            if joined is None:
                continue
            rest = [term for i, term in enumerate(terms) if i not in members]
            at = members[0]
            made = build.add(*rest[:at], joined, *rest[at:])
            if best is None or cost(made) < cost(best):
                best = made
    return best


def _shared_matrix_with_number(terms: Sequence[Array]) -> Array | None:
    total = build.add(*terms)
    if total.op != "add":
        return total
    number = common_number(terms)
    shared = [part for part in common_factors(terms) if not part.shape]
    if number != leaves.ONE:
        shared.insert(0, number)
    inner = [divided(term, shared) for term in terms]
    found = shared_matrix(inner)
    return None if found is None else build.mul(*shared, found)
