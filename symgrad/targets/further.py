"""Functions of emitted files that are called when they are checked: which there are, their rows.

A row holds the numbers that a function gives at one point in a canonical order, whatever the
language: a matrix row by row, a sparse matrix with its zeros, where a function takes samples the
results of several equal ones, one after the other, and for sums what they are combined to.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

FIRST = ("value_and_gradient", "value", "gradient", "update")
BATCH = "batch_"  # begins the name of one of these when it is called with arrays of samples
FURTHER = (
    "outputs", "residuals", "jacobian", "jacobian_sparse", "hessian", "hessian_sparse", "hvp",
    "gauss_newton_product", "value_each", "gradient_each", "partial_sums",
)  # fmt: skip
SAMPLES = ("value_each", "gradient_each", "partial_sums")  # those that take samples only
DIRECTED = ("hvp", "gauss_newton_product")  # those that take a direction
EQUAL = 3  # samples, for functions that take arrays of them
MANY = 11  # samples for the first functions: more than the lanes of emitted C, no multiple of them

Found = Sequence[float]
FoundRows = Mapping[str, Sequence[Found]]  # by function, a row for each point


def size(kind: str, width: int) -> int:
    """Return how many numbers one of the first functions gives for so many parameters."""
    return {"value": 1, "value_and_gradient": 1 + width}.get(kind.removeprefix(BATCH), width)


def direction(width: int) -> list[float]:
    """Return the direction in which products are checked."""
    return [0.5**i for i in range(width)]


def dense(values: Found, columns: Sequence[int], starts: Sequence[int], width: int) -> list[float]:
    """Return a matrix in compressed sparse rows with its zeros, row by row.

    Raises ValueError where the pattern is none.

    >>> dense([5.0, 6.0], [1, 0], [0, 1, 2], 2)
    [0.0, 5.0, 6.0, 0.0]
    """
    if sorted(starts) != list(starts) or starts[0] or {len(columns), len(values)} != {starts[-1]}:
        raise ValueError("its pattern is none of compressed sparse rows")
    rows: list[float] = []
    for first, last in pairwise(starts):
        row = dict(zip(columns[first:last], values[first:last], strict=True))
        if len(row) != last - first or not set(row) <= set(range(width)):
            raise ValueError("its pattern names a column twice, or one that there is not")
        rows += [float(row.get(column, 0.0)) for column in range(width)]
    return rows
