"""Differences with roots: the conjugate, and powers of one plus something small."""

from __future__ import annotations

from fractions import Fraction

from symgrad.safe import normal as n
from symgrad.safe.expansion import expanded, has_conflict
from symgrad.safe.look import Look
from symgrad.safe.normal import Fn, Group, Mono, Poly


def conjugated(look: Look, poly: Poly) -> Poly | None:
    """√a + b = (a - b²)/(√a - b) where a - b² is simpler and b has the other sign."""
    if not 2 <= len(poly.terms) <= 4:
        return None
    for i, (mono, value) in enumerate(poly.terms):
        if not _is_root(mono):
            continue
        rest = Poly(tuple(term for j, term in enumerate(poly.terms) if j != i))
        if value < 0:
            found = _conjugate(look, n.of(mono, -value), n.negative(rest))
            found = None if found is None else n.negative(found)
        else:
            found = _conjugate(look, n.of(mono, value), rest)
        if found is not None:
            look.fire()
            return found
    return _over_root(look, poly)


def _over_root(look: Look, poly: Poly) -> Poly | None:
    """1 + b/√a is (√a + b)/√a, whose sum may have a conjugate."""
    for mono, _ in poly.terms:
        for item, k in mono.powers:
            root = k == Fraction(-1, 2) or (
                k == -1 and isinstance(item, Fn) and item.name == "hypot"
            )
            if not root or any(m.power_of(item) < 0 for m, _ in poly.terms if m != mono):
                continue
            by = Mono(((item, -k),))
            found = conjugated(look, n.times(poly, by)) if len(poly.terms) == 2 else None
            if found is not None:
                return n.times(found, n.inverse(by))
    return None


def _is_root(mono: Mono) -> bool:
    return any(
        k.denominator == 2 or (isinstance(item, Fn) and item.name == "hypot" and k == 1)
        for item, k in mono.powers
    )


def _conjugate(look: Look, root: Poly, rest: Poly) -> Poly | None:
    """Rewrite root + rest; where the sign of rest is not known, a `where` decides."""
    above = expanded(
        look, n.add(n.power(root, Fraction(2)), n.negative(n.power(rest, Fraction(2))))
    )
    if has_conflict(above):
        above = look.sum(above) if len(above.terms) < 4 else above
        if has_conflict(above):
            return None
    if n.is_positive_poly(rest):
        return None
    if not above.terms:
        return None
    other = n.add(root, n.negative(rest))
    quotient = look.product(above, n.power(other, Fraction(-1)))
    if n.is_positive_poly(n.negative(rest)):
        return quotient
    direct = Fn("sum", (n.add(root, rest),))
    return n.atom(Fn("below_zero", (rest, quotient, n.atom(direct))))


def power_minus_one(look: Look, pair: Poly) -> Poly | None:
    """(1 + x)^k - 1 is expm1(k*log1p(x)), and x^y - 1 is expm1(y*log(x))."""
    for (first, a), (second, b) in (pair.terms, pair.terms[::-1]):
        if first != n.UNIT or a != -b or second.exponent is not None or len(second.powers) != 1:
            continue
        item, k = second.powers[0]
        if not isinstance(item, Group) or (k.denominator == 1 and 0 < k <= 4):
            continue
        if k.denominator == 2 and abs(k) == Fraction(1, 2):
            continue
        if not any(m == n.UNIT and c == 1 for m, c in item.poly.terms):
            continue
        argument = n.scale(n.atom(Fn("log", (item.poly,))), k)
        return n.scale(n.exp_minus_one(argument), b)
    return None
