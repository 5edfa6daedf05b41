"""Limits of products that are 0/0 at one value of a name: sin(a*x)/x at x = 0 is a."""

from __future__ import annotations

from fractions import Fraction

from symgrad.accuracy import normal as n
from symgrad.accuracy.expander import (
    PLACE,
    PROBE,
    Expander,
    composite,
    in_ratio,
    ratios,
    substituted,
    with_value,
)
from symgrad.accuracy.look import Look
from symgrad.accuracy.normal import Atom, Fn, Group, Mono, Poly, Sym, TooManyMonomials
from symgrad.accuracy.power_series import NoSeries
from symgrad.accuracy.shapes import symbols

_VANISHING = frozenset({"series", "sin", "E", "asin", "atan", "asinh", "atanh", "log", "erf"})
_ENTIRE = frozenset({"sin", "cos", "erf", "erfc", "atan", "asinh", "normal_cdf"})
_LIKE_ARGUMENT = frozenset({"E", "sin", "asin", "atan", "asinh", "atanh"})


def removable(look: Look, mono: Mono) -> tuple[Poly, Poly] | None:
    """Return what vanishes where the product is 0/0, and the limit there: sin(a*x)/x gives a."""
    try:
        return _removable(look, mono)
    except TooManyMonomials:  # a factor has no value there
        return None


def _removable(look: Look, mono: Mono) -> tuple[Poly, Poly] | None:
    below = [(item, k) for item, k in mono.powers if k < 0 and may_vanish(item, below=True)]
    above = [item for item, k in mono.powers if k > 0 and may_vanish(item)]
    functions = any(
        not isinstance(item, Sym) for item, _ in (*below, *((a, Fraction(1)) for a in above))
    )
    if not below or not functions:
        return None
    if not above:
        return _of_ratio(look, mono)
    names = [item for item, _ in below]
    found = _of_composite(look, mono) if len(names) > 1 else None
    return (
        found or _of_names(look, mono, names) or _of_composite(look, mono) or _of_ratio(look, mono)
    )


def _of_ratio(look: Look, mono: Mono) -> tuple[Poly, Poly] | None:
    """Return a - b and the limit there, for a quotient with log(a/b)."""
    for unit in ratios(n.of(mono)):
        changed = in_ratio(look, n.of(mono), unit)
        if changed is not None and changed.single is not None:
            found = _limit(look, changed.single[0], PLACE)
            if found is not None:
                below = Mono(tuple(p for p in unit.terms[0][0].powers if p[1] < 0))
                return n.divide(unit, below), n.scale(found, changed.single[1])
    return None


def _of_names(look: Look, mono: Mono, below: list[Atom]) -> tuple[Poly, Poly] | None:
    for item in below:
        if isinstance(item, Sym):
            found = _limit(look, mono, item.name)
            if found is not None:
                return n.atom(item), found
        elif isinstance(item, Group):
            root = root_of(item.poly)
            if root is not None and root[1] in (1, -1):
                found = _limit(look, mono, root[0], root[1])
                if found is not None:
                    return item.poly, found
        elif isinstance(item, Fn) and item.arguments:
            for name in sorted(symbols(item.arguments[0])) if item.arguments[0].single else ():
                found = _limit(look, mono, name)
                if found is not None:
                    return n.atom(Sym(name)), found
    return None


def _of_composite(look: Look, mono: Mono) -> tuple[Poly, Poly] | None:
    unit = composite(n.of(mono))
    changed = None if unit is None else substituted(n.of(mono), *unit)
    if unit is None or changed is None or changed.single is None:
        return None
    found = _limit(look, changed.single[0], PLACE)
    return None if found is None else (unit[0], n.scale(found, changed.single[1]))


def may_vanish(item: Atom, *, below: bool = False) -> bool:
    """Tell whether a factor may be 0 at an ordinary point."""
    if isinstance(item, Fn):
        return item.name in _VANISHING
    if isinstance(item, Group):
        return (
            root_of(item.poly) is not None
            if below
            else any(
                m.exponent is not None or any(not isinstance(i, Sym) for i, _ in m.powers)
                for m, _ in item.poly.terms
            )
        )
    return True


def _limit(look: Look, mono: Mono, name: str, centre: Fraction = Fraction(0)) -> Poly | None:
    """Return the limit: a factor without a series stays, or is what it is near: E(z) is z."""
    expander = Expander(look, name, centre, PROBE)
    for item, k in mono.powers:
        if not isinstance(item, Group) or k != 1 or not 1 < len(item.poly.terms) < 5:
            continue
        if expander.depends(item.poly) and not expander.has_series(item):
            return _limit_of_sum(look, item, mono, name, centre)
    kept: list[tuple[Atom, Fraction]] = []
    rest = Mono((), _exponent_at(expander, mono.exponent, name, centre))
    for item, k in mono.powers:
        if expander.has_series(item):
            rest = n.join(rest, Mono(((item, k),)))
        elif k > 0 and name != PLACE and _is_regular_at(item, name, centre):
            kept.append((item, k))
        else:
            inner = _equivalent(item)
            if inner is None or not _vanishes_at(inner, name, centre):
                return None
            rest = n.join(rest, Mono(tuple((i, e * k) for i, e in inner.powers)))
            if not all(expander.has_series(i) for i, _ in inner.powers):
                return None
    try:
        outside, series = expander.term(rest)
    except NoSeries:
        return None
    parts = n.join(rest, n.inverse(outside))
    singular = any(k < 0 for _, k in parts.powers) and len(parts.powers) > 1
    cancelled = not parts.powers and rest != mono
    if not (singular or cancelled) or not series.coefficients or series.order < 0:
        return None
    value = series.at(0)
    return n.of(n.join(outside, Mono(tuple(kept))), value) if value else n.ZERO


def _limit_of_sum(look: Look, group: Group, mono: Mono, name: str, centre: Fraction) -> Poly | None:
    """Return the limit of a product with a sum, term by term."""
    rest = Mono(tuple(p for p in mono.powers if p[0] != group), mono.exponent)
    parts = []
    for term, value in group.poly.terms:
        found = _limit(look, n.join(term, rest), name, centre)
        if found is None:
            return None
        parts.append(n.scale(found, value))
    return n.add(*parts)


def _exponent_at(
    expander: Expander, exponent: Poly | None, name: str, centre: Fraction
) -> Poly | None:
    """Return an exponent without the terms that have no series and vanish at the centre."""
    if exponent is None:
        return None
    left = tuple(
        term
        for term in exponent.terms
        if not (_vanishes_at(term[0], name, centre) and not expander.has_series(Group(n.of(*term))))
    )
    return Poly(left) if left else None


def _is_regular_at(item: Atom, name: str, centre: Fraction) -> bool:
    """Tell whether a factor is an entire function that is not 0 at the centre for all inputs."""
    if not isinstance(item, Fn) or item.name not in _ENTIRE:
        return not may_vanish(item)
    there = with_value(item.arguments[0], name, n.const(centre))
    return there.number is None or (item.name not in _VANISHING and item.name != "E")


def _equivalent(item: Atom) -> Mono | None:
    """Return z for exp(z) - 1, sin(z) and others that are z(1 + O(z)) near z = 0."""
    if not isinstance(item, Fn) or item.name not in _LIKE_ARGUMENT:
        return None
    single = item.arguments[0].single
    return single[0] if single is not None and single[1] == 1 else None


def _vanishes_at(mono: Mono, name: str, centre: Fraction) -> bool:
    return mono.exponent is None and any(
        k > 0
        and (
            (item == Sym(name) and not centre)
            or (isinstance(item, Group) and not with_value(item.poly, name, n.const(centre)).terms)
            or (
                isinstance(item, Fn)
                and item.name == "log"
                and with_value(item.arguments[0], name, n.const(centre)).number == 1
            )
        )
        for item, k in mono.powers
    )


def root_of(poly: Poly) -> tuple[str, Fraction, Fraction] | None:
    """Return (x, root, slope) for a + b*x."""
    if len(poly.terms) != 2:
        return None
    for (first, a), (second, b) in (poly.terms, poly.terms[::-1]):
        if first == n.UNIT and second.exponent is None and len(second.powers) == 1:
            item, k = second.powers[0]
            if isinstance(item, Sym) and k == 1:
                return item.name, -a / b, b
    return None


def over_length(mono: Mono) -> bool:
    """Tell whether x/r² is there, r a length: r² may overflow where the quotient does not."""
    lengths = any(isinstance(i, Fn) and i.name == "hypot" and k == -2 for i, k in mono.powers)
    return lengths and any(k > 0 for _, k in mono.powers)
