"""Sums of exp(n*log(1 + r)) - 1, which cancel in n*log(1 + r) and in r at once: interest."""

from __future__ import annotations

from fractions import Fraction

from symgrad.safe import normal as n
from symgrad.safe.expander import Coefficients
from symgrad.safe.look import Look
from symgrad.safe.normal import Fn, Mono, Poly
from symgrad.safe.series import flattened_at

_TERMS = 16
_RADIUS = Fraction(1, 2)


def nested_growth(look: Look, poly: Poly) -> Poly | None:
    """E(z) - n*r/(1 + r) is (E(z) - z) + n*(log(1 + r) - r/(1 + r)), each a series of its own."""
    growth = next((item for mono, _ in poly.terms for item in _growths(mono)), None)
    if growth is None or len(poly.terms) > 4:
        return None
    common = n.common_factor(poly)
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
        curved = n.add(curved, n.of(n.join(bare, Mono(((_curve(growth), Fraction(1)),))), value))
    if len(remainder.terms) < 2 or not curved.terms:
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


def _curve(growth: Fn) -> Fn:
    """Return exp(z) - 1 - z as a series in z, and as it is for z far from 0."""
    z = growth.arguments[0]
    coefficients, value = [], Fraction(1)
    for i in range(1, _TERMS):
        value /= i
        if i > 1:
            coefficients.append(value)
    shape = Coefficients(Fraction(0), 2, _RADIUS, tuple(coefficients))
    direct = n.add(n.atom(growth), n.negative(z))
    return Fn("series", (z, n.atom(Fn("sum", (direct,)))), shape)
