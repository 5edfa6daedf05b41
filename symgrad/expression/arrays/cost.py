"""How long an expression is to read: leaves, and marks such as ⁻¹ and Σ."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache

from symgrad.expression.arrays import leaves
from symgrad.expression.arrays.tree import Array

_HEAVY = {"inv": 2, "T": 0.5, "expand": 0.2, "sum": 1.5, "fn": 1.5, "trace": 1.5, "most": 1.5,
          "det": 1.5, "logdet": 1.5, "softmax": 1.5, "lse": 1.5, "diag": 1.5, "diagonal": 1.5,
          "slice": 1.5, "pad": 3, "stack": 2, "least": 1.5}  # fmt: skip


def cost(x: Array) -> float:
    """Return how long an expression is to read: leaves, and marks such as ⁻¹ and Σ.

    >>> from symgrad.expression.arrays.build import add, mul

    >>> from symgrad.expression.arrays.leaves import name, num
    >>> a, b = name("a"), name("b")
    >>> cost(mul(num(2), add(a, b))) < cost(add(mul(num(2), a), mul(num(2), b)))
    True
    """
    if x.op == "T":  # equal to the form that has its marks inside, and written otherwise
        return cost(x.args[0]) + _HEAVY["T"]
    return _cost(x)


@lru_cache(maxsize=1 << 16)
def _cost(x: Array) -> float:
    if x.op == "num":
        return 0.25 if abs(x.value) == 1 else 1.0
    if not x.args:
        return 2.5 if x.op == "eye" else 1.0
    if x.op == "pow" and x.args[1].op == "num":
        exponent = abs(x.args[1].value)
        mark = _POWERS.get(exponent, 0.5)
        if exponent.denominator == 2:
            mark += -0.5 if x.args[0].op == "sum" else 0.75
        return cost(x.args[0]) + mark
    total = sum(map(cost, x.args))
    if x.op == "add":
        return total + 0.1 * (len(x.args) - 1) + 0.15
    if x.op == "sum" and _reads_as_product(x):
        return total + 0.5
    if x.op == "mul":
        return total - _means_in(x)
    return total + _HEAVY.get(x.op, 0) + (0.3 if x.op == "pow" else 0)


_POWERS = {Fraction(1): 0.0, Fraction(1, 2): 0.0}


def _means_in(x: Array) -> float:
    """Return what is saved where a sum and the number of its terms below it are a mean."""
    below = [part.args[0] for part in x.args if part.op == "pow" and part.args[0].op == "size"]
    saved = 0.0
    if below:
        for part in x.args:
            inner = part.args[0] if part.op == "expand" else part
            if inner.op == "sum":
                summed = inner.args[0]
                lost = summed.shape if inner.data is None else (summed.shape[inner.along],)
                if all(leaves.length(size) in below for size in lost):
                    saved += len(lost)
    return saved


def _reads_as_product(x: Array) -> bool:
    """Tell whether a sum is written uᵀv."""
    inner = x.args[0]
    if len(inner.shape) != 1:
        return False
    return (inner.op == "mul" and len(inner.args) == 2) or inner.op == "pow"
