"""A product as it is written: a sign, what stands above, what stands below, means put together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from symgrad.expression.arrays import build, leaves
from symgrad.expression.arrays.tree import Array


@dataclass(frozen=True, slots=True)
class Quotient:
    """sign · above/below: factors in order, each with a positive exponent."""

    negative: bool
    above: tuple[Array, ...]
    below: tuple[Array, ...]


def quotient_of(x: Array, *, means: bool = True) -> Quotient:
    """Split a product, a power or any expression into what stands above and below.

    With `means`, a sum divided by the number of its terms is one factor, of the operation "mean".
    """
    parts = list(x.args) if x.op == "mul" else [x]
    number = Fraction(1)
    above: list[Array] = []
    below: list[Array] = []
    for part in parts:
        if part.op == "num":
            number *= part.value
        elif part.op == "expand" and _has_below(part.args[0]):
            inner = quotient_of(part.args[0], means=False)
            axis = part.along
            above += [build.expand(p, axis, part.shape) for p in inner.above]
            below += [build.expand(p, axis, part.shape) for p in inner.below]
        elif _is_below(part):
            below.append(build.pow_(part.args[0], build.neg(part.args[1])))
        elif part.op != "ones" or len(parts) == 1:
            above.append(part)
    if means:
        above, below = _means(above, below)
    negative = number < 0
    number = abs(number)
    if number.numerator != 1:
        above.insert(0, leaves.num(number.numerator))
    if number.denominator != 1:
        below.insert(0, leaves.num(number.denominator))
    return Quotient(negative, tuple(above), tuple(below))


def _is_below(x: Array) -> bool:
    return x.op == "pow" and x.args[1].op == "num" and x.args[1].value < 0


def _has_below(x: Array) -> bool:
    return _is_below(x) or (x.op == "mul" and any(_is_below(part) for part in x.args))


def _means(above: Sequence[Array], below: Sequence[Array]) -> tuple[list[Array], list[Array]]:
    """Put every sum together with the number of its terms below it."""
    made: list[Array] = []
    left = list(below)
    for part in above:
        inner = part.args[0] if part.op == "expand" else part
        if inner.op != "sum" or part.op == "pow":
            made.append(part)
            continue
        summed = inner.args[0]
        lost = summed.shape if inner.data is None else (summed.shape[inner.along],)
        lengths = [leaves.length(size) for size in lost]
        rest = list(left)
        for length in lengths:
            if length in rest:
                rest.remove(length)
            else:
                break
        else:
            left = rest
            mean = Array("mean", inner.args, inner.data, inner.shape)
            made.append(build_expand(mean, part) if part.op == "expand" else mean)
            continue
        made.append(part)
    return made, left


def build_expand(inner: Array, like: Array) -> Array:
    """Return a vector spread as another one is."""
    return Array("expand", (inner,), like.data, like.shape)
