"""Sums of exp(n*log(1 + r)) - 1, which cancel in n*log(1 + r) and in r at once: interest."""

from __future__ import annotations

from fractions import Fraction

from symgrad.accuracy import normal as n
from symgrad.accuracy.expander import Coefficients
from symgrad.accuracy.look import Look
from symgrad.accuracy.normal import Fn, Group, Mono, Poly
from symgrad.accuracy.series import flattened_at
from symgrad.accuracy.shapes import symbols

_TERMS = 16
_RADIUS = Fraction(1, 2)


def nested_growth(look: Look, poly: Poly) -> Poly | None:
    """E(z) - n*r/(1 + r) is (E(z) - z) + n*(log(1 + r) - r/(1 + r)), each a series of its own."""
    growth = next((item for mono, _ in poly.terms for item in _growths(mono)), None)
    if growth is None or len(poly.terms) > 4:
        return None
    poly = _in_growth(poly, growth)
    common = n.join(n.common_factor(poly), _divisors(poly))
    rest = n.divide(poly, common)
    least = min(mono.power_of(growth) for mono, _ in rest.terms)
    if least > 0 or least.denominator != 1:
        return None
    outside = n.join(common, Mono(((growth, least),)) if least else n.UNIT)
    rest = n.divide(poly, outside)
    remainder, curved = n.ZERO, n.ZERO
    for mono, value in rest.terms:
        k = mono.power_of(growth)
        if k not in (0, 1):
            return None
        bare = n.join(mono, Mono(((growth, -k),))) if k else mono
        if not k:
            remainder = n.add(remainder, n.of(mono, value))
            continue
        remainder = n.add(remainder, n.scale(n.times(growth.arguments[0], bare), value))
        curved = n.add(curved, n.scale(n.times(_curve(growth), bare), value))
    if len(remainder.terms) < 2 or not curved.terms or not _stands_alone(growth, remainder):
        return None
    found = flattened_at(look, remainder)
    if found is None:
        return None
    parts = [n.of(mono, value) for mono, value in (*curved.terms, *found.terms)]
    return n.add(*(look.product(part, n.of(outside)) for part in parts))


def _growths(mono: Mono) -> list[Fn]:
    """Return the factors exp(z) - 1 with z = n*log(1 + r)."""
    found = []
    for item, _ in mono.powers:
        if not isinstance(item, Fn) or item.name != "E":
            continue
        single = item.arguments[0].single
        if single is None or single[1] != 1 or len(single[0].powers) < 2:
            continue
        if any(isinstance(i, Fn) and i.name == "log" and k == 1 for i, k in single[0].powers):
            found.append(item)
    return found


def _in_growth(poly: Poly, growth: Fn) -> Poly:
    """Return a sum with exp(z) as (exp(z) - 1) + 1, where that is beside exp(z) - 1."""
    parts = []
    for mono, value in poly.terms:
        if mono.exponent == growth.arguments[0] and not mono.power_of(growth):
            bare = n.of(Mono(mono.powers), value)
            parts += [n.times(bare, Mono(((growth, Fraction(1)),))), bare]
        else:
            parts.append(n.of(mono, value))
    return n.add(*parts)


def _divisors(poly: Poly) -> Mono:
    """Return 1/(1 - q) where some terms only stand over 1 - q."""
    common = n.common_factor(poly)
    below: dict[Group, Fraction] = {}
    for mono, _ in poly.terms:
        for item, k in mono.powers:
            if isinstance(item, Group) and k < 0 and not common.power_of(item):
                below[item] = min(k, below.get(item, k))
    return Mono(tuple(below.items()))


def _stands_alone(growth: Fn, remainder: Poly) -> bool:
    """Tell whether r of n*log(1 + r) is in the sum outside logarithms too."""
    powers = growth.arguments[0].terms[0][0].powers
    logarithms = frozenset(i for i, _ in powers if isinstance(i, Fn) and i.name == "log")
    inside = frozenset().union(*(symbols(i.arguments[0]) for i in logarithms))
    bare = (
        Mono(tuple(p for p in mono.powers if p[0] not in logarithms and p[0] != growth))
        for mono, _ in remainder.terms
    )
    return any(inside & symbols(n.of(mono)) for mono in bare)


def _curve(growth: Fn) -> Poly:
    """Return exp(z) - 1 - z as z² times a series in z, which is as it is for z far from 0."""
    z = growth.arguments[0]
    coefficients, value = [], Fraction(1)
    for i in range(1, _TERMS):
        value /= i
        if i > 1:
            coefficients.append(value)
    shape = Coefficients(Fraction(0), 0, _RADIUS, tuple(coefficients))
    square = n.power(z, Fraction(2))
    direct = n.add(n.atom(growth), n.negative(z))
    direct = n.divide(direct, square.terms[0][0])
    return n.multiply(square, n.atom(Fn("series", (z, n.atom(Fn("sum", (direct,)))), shape)))
