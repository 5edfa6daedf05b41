"""The factors of a product with their exponents, and those that several terms share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from functools import reduce
from math import gcd, lcm

from symgrad.expression.arrays import build, leaves
from symgrad.expression.arrays.tree import Array

_ONE = Fraction(1)


def factors_of(term: Array) -> list[Array]:
    """Return the factors of a product; the product of matrices is one of them."""
    return list(term.args) if term.op == "mul" else [term]


def _power(part: Array) -> tuple[Array, Fraction] | None:
    """Return base and exponent of a factor, None where it is a number."""
    if part.op == "num":
        return None
    if part.op == "pow" and part.args[1].op == "num":
        return part.args[0], part.args[1].value
    return part, _ONE


def powers(term: Array) -> dict[Array, Fraction]:
    """Return the factors of a product with their exponents; those along an axis one by one."""
    found: dict[Array, Fraction] = {}
    for part in factors_of(term):
        if part.op == "expand":
            inner = part.args[0]
            for piece in factors_of(inner):
                got = _power(piece)
                if got is not None and got[0].shape:
                    lifted = build.expand(got[0], part.along, part.shape)
                    found[lifted] = found.get(lifted, Fraction(0)) + got[1]
            continue
        got = _power(part)
        if got is not None:
            found[got[0]] = found.get(got[0], Fraction(0)) + got[1]
    return found


def common_factors(terms: Sequence[Array]) -> list[Array]:
    """Return the factors that all terms share."""
    tables = [powers(term) for term in terms]
    found = []
    for base in tables[0]:
        own = [table.get(base, Fraction(0)) for table in tables]
        if base.op == "ones":
            continue
        if min(own) > 0:
            found.append(build.pow_(base, leaves.num(min(own))))
        elif max(own) < 0:
            found.append(build.pow_(base, leaves.num(max(own))))
    return found


def common_number(terms: Sequence[Array]) -> Array:
    """Return the number that all terms share in front: a gcd, or one denominator."""
    values = [leaves.split_number(term)[0] for term in terms]
    above = reduce(gcd, (abs(value.numerator) for value in values))
    below = reduce(lcm, (value.denominator for value in values))
    if all(value.denominator == below for value in values):
        return build.div(leaves.num(above), leaves.num(below))
    if below > 1 and len(terms) <= 4:
        return build.div(leaves.num(above), leaves.num(below))
    return leaves.num(above)


def shared_factors(terms: Sequence[Array]) -> list[Array]:
    """Return the number and the factors that all terms share."""
    if any(leaves.is_zero(term) for term in terms):
        return []
    number = common_number(terms)
    shared = [part for part in common_factors(terms) if part.op != "num"]
    return shared if number == leaves.ONE else [number, *shared]


def divided(term: Array, factors: Iterable[Array]) -> Array:
    """Return a term without factors that it has."""
    below = [build.pow_(factor, leaves.MINUS_ONE) for factor in factors]
    return build.mul(*below, term) if below else term
