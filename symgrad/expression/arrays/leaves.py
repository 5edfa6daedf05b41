"""Expressions without operands: numbers, names, zeros, ones; and the number in front of others."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache

from symgrad.expression.arrays.size import Shape, Size
from symgrad.expression.arrays.tree import NOTHING_KNOWN, Array, Facts

UNIT_FACTOR = Fraction(1)  # what `split_number` gives where no number stands in front


@lru_cache(maxsize=1 << 12)
def num(value: int | Fraction) -> Array:
    """Return an exact number."""
    return Array("num", (), Fraction(value), ())


ZERO, ONE, MINUS_ONE, TWO = num(0), num(1), num(-1), num(2)
HALF = num(Fraction(1, 2))


def name(text: str, shape: Shape = (), facts: Facts = NOTHING_KNOWN) -> Array:
    """Return a name."""
    return Array("name", (), text, shape, facts)


def length(size: Size) -> Array:
    """Return a size as a number."""
    return Array("size", (), size, ()) if size.terms else num(size.constant)


def constant(text: str) -> Array:
    """Return a named number."""
    return Array("const", (), text, ())


def zeros(shape: Shape) -> Array:
    """Return zero in a shape."""
    return Array("zeros", (), None, shape) if shape else ZERO


def ones(shape: Shape) -> Array:
    """Return ones in a shape."""
    return Array("ones", (), None, shape) if shape else ONE


def eye(size: Size) -> Array:
    """Return the identity matrix."""
    return Array("eye", (), None, (size, size))


def is_zero(x: Array) -> bool:
    """Tell whether an expression is zero as it stands."""
    return x.op == "zeros" or (x.op == "num" and not x.value)


def split_number(x: Array) -> tuple[Fraction, Array]:
    """Return the number in front of a product, and the product without it."""
    if x.op == "num":
        return x.value, ONE
    if x.op == "mul" and x.args[0].op == "num":
        rest = x.args[1:]
        if len(rest) == 1:
            return x.args[0].value, rest[0]
        return x.args[0].value, Array("mul", rest, None, x.shape)
    return UNIT_FACTOR, x


def scaled(factor: Fraction, x: Array) -> Array:
    """Return a number times an expression."""
    own, rest = split_number(x)
    if own is not UNIT_FACTOR:
        factor *= own
    if factor == 1:
        return rest
    if not factor:
        return zeros(x.shape)
    if rest is ONE:
        return num(factor)
    args = rest.args if rest.op == "mul" else (rest,)
    return Array("mul", (num(factor), *args), None, x.shape)
