"""Sums multiplied out, and what can be told about a sum from its shape."""

from __future__ import annotations

from fractions import Fraction

from symgrad.accuracy import normal as n
from symgrad.accuracy.look import Look
from symgrad.accuracy.normal import Atom, Fn, Group, Mono, Poly, Sym, TooManyMonomials

MAX_POWER = 6
MAX_EXPANDED = 40
MAX_DEPTH = 3


def expanded(look: Look, poly: Poly, depth: int = 0) -> Poly:
    """Return a sum with groups, D, E, hypots and names multiplied out, three definitions deep.

    Raises TooLarge when the result has more than 40 terms.
    """
    return n.add(*(_expanded_term(look, mono, value, depth) for mono, value in poly.terms))


def _expanded_term(look: Look, mono: Mono, value: Fraction, depth: int) -> Poly:
    result = n.of(Mono((), mono.exponent), value)
    for item, k in mono.powers:
        inner = _inside(look, item, k)
        named = isinstance(item, Sym)
        if inner is None or (named and depth >= MAX_DEPTH):
            result = n.times(result, Mono(((item, k),)))
            continue
        poly, times = inner
        poly = expanded(look, poly, depth + named)
        for _ in range(times):
            result = distributed(result, poly)
    return result


def _inside(look: Look, item: Atom, k: Fraction) -> tuple[Poly, int] | None:
    """Return the sum that an atom stands for, and how often it is a factor."""
    if k.denominator != 1 or not 0 < k <= MAX_POWER:
        return None
    times = int(k)
    if isinstance(item, Group):
        return item.poly, times
    if isinstance(item, Sym):
        inner = look.definition(item.name)
        return None if inner is None else (inner, times)
    if item.name in ("D", "E"):
        one = n.ONE if item.name == "D" else n.const(-1)
        return n.add(n.exp(item.arguments[0]), one), times
    if item.name == "hypot" and times % 2 == 0:
        squares = n.add(*(n.power(side, Fraction(2)) for side in item.arguments))
        return squares, times // 2
    if item.name == "abs" and times % 2 == 0:
        return item.arguments[0], times
    return None


def distributed(left: Poly, right: Poly) -> Poly:
    """Return the product of two sums, term by term."""
    if len(left.terms) * len(right.terms) > 4 * MAX_EXPANDED:
        raise TooManyMonomials
    result = n.add(
        *(
            n.of(n.join(first, second), a * b)
            for first, a in left.terms
            for second, b in right.terms
        )
    )
    if len(result.terms) > MAX_EXPANDED:
        raise TooManyMonomials
    return result


def size(poly: Poly) -> Fraction:
    """Return the sum of the sizes of the coefficients."""
    return sum((abs(value) for _, value in poly.terms), Fraction(0))


def has_conflict(poly: Poly) -> bool:
    """Tell whether a sum may cancel: its terms have both signs and are not all exact leaves."""
    if len(poly.terms) < 2:
        return False
    common = n.common_factor(poly)
    if common != n.UNIT:
        poly = n.divide(poly, common)
    signs = {_sign(mono, value) for mono, value in poly.terms}
    if len(signs) == 1 and len({_may_be_negative(mono) for mono, _ in poly.terms}) == 1:
        return False
    return len(poly.terms) > 2 or not all(_is_leaf(mono, value) for mono, value in poly.terms)


def _sign(mono: Mono, value: Fraction) -> bool:
    negatives = value < 0
    for item, k in mono.powers:
        if isinstance(item, Fn) and item.name == "log1mexp" and k.numerator % 2:
            negatives = not negatives
    return negatives


def _may_be_negative(mono: Mono) -> bool:
    """Tell whether exp(z) - 1 is a factor, which has both signs where 1 + exp(z) has one."""
    return any(isinstance(i, Fn) and i.name == "E" and k.numerator % 2 for i, k in mono.powers)


def _is_leaf(mono: Mono, value: Fraction) -> bool:
    """Tell whether a term is a name or a number up to a power of two: exact in double."""
    if mono.exponent is not None or abs(value) not in _TWOS:
        return mono == n.UNIT
    return not mono.powers or (
        len(mono.powers) == 1 and isinstance(mono.powers[0][0], Sym) and mono.powers[0][1] == 1
    )


_TWOS = frozenset({Fraction(1, 4), Fraction(1, 2), Fraction(1), Fraction(2), Fraction(4)})
