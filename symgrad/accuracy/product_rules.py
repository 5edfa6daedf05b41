"""Rules for products: each returns an equal product that keeps its digits, or None."""

from __future__ import annotations

from fractions import Fraction

from symgrad.accuracy import normal as n
from symgrad.accuracy.expansion import expanded
from symgrad.accuracy.limits import root_of
from symgrad.accuracy.look import Look
from symgrad.accuracy.normal import Atom, Fn, Group, Mono, Poly, Sym
from symgrad.accuracy.shapes import sum_of_squares
from symgrad.expression.tree import Expression


def mills_ratio(look: Look, mono: Mono) -> Poly | None:
    """exp(-x²/2)/Φ(x) is √(2π) times the inverse Mills ratio φ(x)/Φ(x)."""
    for item, k in mono.powers:
        if not isinstance(item, Fn) or item.name not in ("normal_cdf", "erfc"):
            continue
        if mono.exponent is None or abs(k) != 1:
            continue
        square = n.power(item.arguments[0], Fraction(2))
        half = n.scale(square, n.HALF) if item.name == "normal_cdf" else square
        rest = n.add(mono.exponent, half if k < 0 else n.negative(half))
        if len(rest.terms) >= len(mono.exponent.terms):
            continue
        if k > 0 or item.name == "erfc":
            return _scaled_tail(item, k, mono, rest)
        two_pi = n.power(n.scale(n.atom(Fn("pi", ())), 2), n.HALF)
        changed = Mono(tuple(p for p in mono.powers if p[0] != item), rest if rest.terms else None)
        changed = n.join(changed, two_pi.terms[0][0])
        return n.of(n.join(changed, Mono(((Fn("mills", item.arguments), Fraction(1)),))))
    return None


def _scaled_tail(item: Fn, k: Fraction, mono: Mono, rest: Poly) -> Poly:
    """exp(x²)·erfc(x) is the scaled function erfcx(x), and exp(x²/2)·Φ(x) is erfcx(-x/√2)/2."""
    x: Poly = item.arguments[0]
    value: float | Fraction = Fraction(1)
    if item.name == "normal_cdf":
        root = n.power(n.const(2), -n.HALF)
        x, value = n.negative(n.multiply(x, root)), n.HALF**k
    changed = Mono(tuple(p for p in mono.powers if p[0] != item), rest if rest.terms else None)
    return n.scale(n.times(n.atom(Fn("erfcx", (x,)), k), changed), Fraction(value))


def halved_difference(look: Look, mono: Mono) -> Poly | None:
    """(exp(2z) - 1)/(exp(z) - 1) is exp(z) + 1: either may overflow where the quotient does not."""
    differences = [(i, k) for i, k in mono.powers if isinstance(i, Fn) and i.name == "E"]
    known = {item.arguments[0].text: k for item, k in differences}
    for item, k in differences:
        half = n.scale(item.arguments[0], n.HALF)
        if known.get(half.text, Fraction(0)) * k < 0:
            rest = Mono(tuple(p for p in mono.powers if p[0] != item), mono.exponent)
            parts = n.multiply(n.atom(Fn("E", (half,))), n.atom(Fn("D", (half,))))
            return n.times(n.power(parts, k), rest)
    return None


def sign_of(look: Look, mono: Mono) -> Poly | None:
    """x/|x| is the sign of x."""
    for item, k in mono.powers:
        if isinstance(item, Fn) and item.name == "abs" and k == -1:
            inner, value = n.factored(item.arguments[0])
            if inner.powers and all(mono.power_of(i) >= e > 0 for i, e in inner.powers):
                rest = Mono(tuple(p for p in mono.powers if p[0] != item), mono.exponent)
                rest = n.join(rest, n.inverse(inner))
                sign = n.atom(Fn("sign", item.arguments))
                return n.scale(n.times(sign, rest), 1 / value)
    return None


def lengths_joined(look: Look, mono: Mono) -> Poly | None:
    """√(x² + y²)/(x² + y²) is 1/√(x² + y²)."""
    lengths = [i for i, _ in mono.powers if isinstance(i, Fn) and i.name == "hypot"]
    for item, k in mono.powers if lengths else ():
        squares = sum_of_squares(item.poly) if isinstance(item, Group) else None
        if squares is not None and Fn("hypot", squares) in lengths:
            rest = Mono(tuple(p for p in mono.powers if p[0] != item), mono.exponent)
            return n.of(n.join(rest, Mono(((Fn("hypot", squares), 2 * k),))))
    return None


def cleared(look: Look, mono: Mono) -> Poly | None:
    """1/(x²·(1 + (y/x)²)) is 1/(x² + y²): y/x and x² may overflow where the quotient does not."""
    for item, k in mono.powers:
        sides = _squared_sides(item)
        half = k if isinstance(item, Group) else k / 2
        if sides is None or k >= 0 or half.denominator != 1:
            continue
        divisors = [p for side in sides for m, _ in side.terms for p in m.powers if p[1] < 0]
        for below, e in divisors:
            if not isinstance(below, Sym) or mono.power_of(below) >= 0:
                continue
            by = Mono(((below, -e),))
            squares = n.add(*(n.power(n.times(side, by), Fraction(2)) for side in sides))
            rest = Mono(tuple(p for p in mono.powers if p[0] != item), mono.exponent)
            rest = n.join(rest, Mono(((below, 2 * e * half),)))
            return n.times(n.power(squares, half), rest)
    return None


def _squared_sides(item: Atom) -> tuple[Poly, ...] | None:
    """Return x and y of x² + y², or of its root."""
    if isinstance(item, Group):
        return sum_of_squares(item.poly)
    return item.arguments if isinstance(item, Fn) and item.name == "hypot" else None


def divided_polynomial(look: Look, mono: Mono) -> Poly | None:
    """(1 - x^5)/(1 - x) is 1 + x + x² + x³ + x⁴."""
    for below, k in mono.powers:
        if k != -1 or not isinstance(below, Group) or len(below.poly.terms) != 2:
            continue
        root = root_of(below.poly)
        if root is None:
            continue
        name, value, slope = root
        for above, e in mono.powers:
            if e != 1 or not isinstance(above, Group):
                continue
            coefficients = _coefficients(expanded(look, above.poly), name)
            if coefficients is None:
                continue
            quotient, remainder = _divided(coefficients, value)
            if remainder:
                continue
            rest = Mono(tuple(p for p in mono.powers if p[0] not in (above, below)), mono.exponent)
            terms = [
                n.scale(n.power(n.atom(Sym(name)), Fraction(i)), c / slope)
                for i, c in enumerate(quotient)
            ]
            return n.multiply(n.of(rest), look.sum(n.add(*terms)))
    return None


def _coefficients(poly: Poly, name: str) -> list[Fraction] | None:
    found: dict[int, Fraction] = {}
    for mono, value in poly.terms:
        if mono.exponent is not None or len(mono.powers) > 1:
            return None
        degree = Fraction(0)
        if mono.powers:
            item, degree = mono.powers[0]
            if item != Sym(name) or degree.denominator != 1 or not 0 < degree <= 20:
                return None
        found[int(degree)] = value
    return [found.get(i, Fraction(0)) for i in range(max(found) + 1)]


def _divided(coefficients: list[Fraction], root: Fraction) -> tuple[list[Fraction], Fraction]:
    result: list[Fraction] = []
    carry = Fraction(0)
    for c in reversed(coefficients):
        carry = carry * root + c
        result.append(carry)
    remainder = result.pop()
    return result[::-1], remainder


def inside_branch(look: Look, mono: Mono) -> Poly | None:
    """where(c, A, 0)/B is where(c, A/B, 0): B may be 0 or have no value where c does not hold."""
    for item, k in mono.powers:
        if not isinstance(item, Fn) or k != 1:
            continue
        if item.name == "where_positive":
            found = _divided_branches(look, item, mono)
            if found is not None:
                return found
        if item.name != "where" or item.condition is None:
            continue
        yes, no = item.arguments
        rest = Mono(tuple(p for p in mono.powers if p[0] != item), mono.exponent)
        if (yes.terms and no.terms) or not _may_fail(rest):
            continue
        taken, condition = (yes, item.condition) if yes.terms else (no, item.condition)
        inside = resolved(n.of(rest), condition) if yes.terms else n.of(rest)
        inner = look.product(taken, inside)
        branches = (inner, n.ZERO) if yes.terms else (n.ZERO, inner)
        return n.atom(Fn("where", branches, item.condition))
    return None


def _divided_branches(look: Look, item: Fn, mono: Mono) -> Poly | None:
    """Return the branches of A for x > 0, B elsewhere, divided by what stands below the line."""
    below = Mono(tuple(p for p in mono.powers if p[1] < 0))
    if not below.powers or not all(isinstance(i, Sym | Group) for i, _ in below.powers):
        return None
    tested, above, otherwise = item.arguments
    divided = look.product(above, n.of(below))
    direct = n.atom(Fn("sum", (n.times(n.bare_sum(otherwise), below),)))
    rest = Mono(tuple(p for p in mono.powers if p[1] > 0 and p[0] != item), mono.exponent)
    return n.times(n.atom(Fn("where_positive", (tested, divided, direct))), rest)


def _may_fail(mono: Mono) -> bool:
    """Tell whether a product may be infinite or without a value, or holds another branch."""
    return mono.exponent is not None or any(
        k < 0
        or k.denominator > 1
        or (isinstance(item, Fn) and item.name in ("where", "log", "pow"))
        or (isinstance(item, Group) and any(_may_fail(m) for m, _ in item.poly.terms))
        for item, k in mono.powers
    )


def resolved(poly: Poly, condition: Expression) -> Poly:
    """Return what a sum is where the condition holds."""
    terms = []
    for mono, value in poly.terms:
        result = n.of(Mono((), mono.exponent), value)
        for item, k in mono.powers:
            inner = n.atom(item)
            if isinstance(item, Fn) and item.name == "where" and item.condition == condition:
                inner = item.arguments[0]
            elif isinstance(item, Group):
                inner = resolved(item.poly, condition)
            result = n.multiply(result, n.power(inner, k))
        terms.append(result)
    return n.add(*terms) if terms else n.ZERO
