"""Differences with roots: the conjugate, and powers of one plus something small."""

from __future__ import annotations

from fractions import Fraction

from symgrad.accuracy import normal as n
from symgrad.accuracy.expansion import expanded, has_conflict
from symgrad.accuracy.look import Look
from symgrad.accuracy.normal import Fn, Group, Mono, Poly
from symgrad.accuracy.pairs_functions import only_factor


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
    for mono, value in poly.terms:
        if _is_small_side(poly, mono, value):
            return None
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


def _is_small_side(poly: Poly, mono: Mono, value: Fraction) -> bool:
    """Tell whether a term is c*x/√(x² + y²) beside a number above |c|: they cannot cancel."""
    sides = [
        side
        for item, k in mono.powers
        if isinstance(item, Fn) and item.name == "hypot" and k == -1
        for side in item.arguments
        if n.of(n.join(mono, Mono(((item, Fraction(1)),)))) == side
    ]
    return bool(sides) and any(m == n.UNIT and abs(c) > abs(value) for m, c in poly.terms)


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
        if k.denominator == 1:  # 1 + x may be negative
            branches = (
                item.poly,
                n.exp_minus_one(argument),
                n.atom(Fn("sum", (n.scale(pair, 1 / b),))),
            )
            return n.scale(n.atom(Fn("where_positive", branches)), b)
        return n.scale(n.exp_minus_one(argument), b)
    return None


MAX_ROOT = 5


def difference_of_roots(look: Look, pair: Poly) -> Poly | None:
    """x^(1/3) - y^(1/3) is (x - y)/(x^(2/3) + (x*y)^(1/3) + y^(2/3)), for roots up to the fifth."""
    (first, a), (second, b) = pair.terms
    one, other = only_factor(first), only_factor(second)
    if a != -b or one is None or other is None or one[1] != other[1]:
        return None
    power, root = abs(one[1]).numerator, one[1].denominator
    if not 2 < root <= MAX_ROOT or power > MAX_ROOT:
        return None
    if any(isinstance(item, Fn) for item in (one[0], other[0])):
        return None
    x, y = n.add(n.atom(one[0])), n.add(n.atom(other[0]))
    less = look.sum(n.add(x, n.negative(y)))
    if less.single is None:
        return None
    step = Fraction(1, root)

    def total(count: int) -> Poly:
        """Return the sum of f^i*g^j with i + j = count, f and g the roots."""
        parts = ((n.power(x, i * step), n.power(y, (count - i) * step)) for i in range(count + 1))
        return n.add(*(n.multiply(f, g) for f, g in parts))

    found = n.multiply(less, n.power(total(root - 1), Fraction(-1)))
    if power > 1:
        found = n.multiply(found, total(power - 1))
    if one[1] < 0:
        found = n.multiply(n.negative(found), n.multiply(n.power(x, one[1]), n.power(y, one[1])))
    return n.scale(found, a)
