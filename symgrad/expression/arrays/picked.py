"""Sums that are something else: a row, a column or an entry that is left; a sum of squares."""

from __future__ import annotations

from symgrad.expression.arrays import leaves
from symgrad.expression.arrays.size import Size
from symgrad.expression.arrays.tree import Array

_ONE = Size((), 1)


def picked(x: Array) -> tuple[Array, tuple[Size | None, ...]] | None:
    """Return M and (i, None) for row i of M, (None, j) for a column, (i, j) or (i,) for an entry.

    Indices count from 0. None where an expression is none of these.
    """
    if x.op != "sum":
        return None
    inner = x.args[0]
    summed = set(range(len(inner.shape))) if x.data is None else {x.along}
    found: dict[int, Size] = {}
    while inner.op == "slice" and inner.cut[0] in summed - set(found):
        axis, start, stop = inner.cut
        if stop - start != _ONE:
            return None
        found[axis] = start
        inner = inner.args[0]
    if set(found) != summed:
        return None
    return inner, tuple(found.get(axis) for axis in range(len(inner.shape)))


def summed_square(x: Array) -> Array | None:
    """Return v where an expression is the sum of all its squares."""
    if x.op != "sum" or x.data is not None:
        return None
    inner = x.args[0]
    if inner.op == "pow" and inner.args[1] == leaves.TWO:
        return inner.args[0]
    return None
