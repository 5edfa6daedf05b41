"""Sums of exponentials: factored where exp(x) = 1 or -1 is a root, put over one denominator."""

from __future__ import annotations

from fractions import Fraction
from math import gcd, lcm

from symgrad.accuracy import normal as n
from symgrad.accuracy.expansion import expanded, has_conflict
from symgrad.accuracy.look import Look
from symgrad.accuracy.normal import Atom, Fn, Group, Mono, Poly, Sym
from symgrad.accuracy.shapes import is_exponential_sum

MAX_DEGREE = 16


def exponential_polynomial(look: Look, poly: Poly) -> Poly | None:
    """1 + e^z is D(z), e^z - 1 is E(z), e^2z - 2e^z + 1 is E(z)²."""
    if all(mono.exponent is None for mono, _ in poly.terms):
        return None
    factor = Mono(poly.terms[0][0].powers)
    if any(Mono(mono.powers) != factor for mono, _ in poly.terms):
        return None
    found = _univariate(look, poly)
    if found is None:
        return None
    base, low, coefficients = found
    minus = plus = 0
    while len(coefficients) > 1 and sum(coefficients) == 0:
        coefficients = _divided(coefficients, 1)
        minus += 1
    while len(coefficients) > 1 and _alternating(coefficients) == 0:
        coefficients = _divided(coefficients, -1)
        plus += 1
    if minus + plus == 0:
        return None
    if minus or len(poly.terms) > 2:
        look.fire()
    result = n.multiply(n.of(factor), n.exp(low))
    result = n.multiply(result, n.power(n.exp_minus_one(base), Fraction(minus)))
    result = n.multiply(result, n.power(n.one_plus_exp(base), Fraction(plus)))
    rest = n.add(*(n.scale(n.exp(n.scale(base, i)), c) for i, c in enumerate(coefficients) if c))
    return n.multiply(result, rest)


def _univariate(look: Look, poly: Poly) -> tuple[Poly, Poly, list[Fraction]] | None:
    """Return base B, lowest exponent and coefficients of a polynomial in exp(B)."""
    exponents = [n.ZERO if m.exponent is None else m.exponent for m, _ in poly.terms]
    first = exponents[0]
    differences = [n.add(e, n.negative(first)) for e in exponents]
    unit = next((d for d in differences if d.terms), None)
    if unit is None:
        return None
    if len(poly.terms) == 2:
        unit = _multiplied_out(look, unit)
        differences = [n.ZERO, unit]
    if n.leading_negative(unit):
        unit = n.negative(unit)
    ratios = [_ratio(d, unit) for d in differences]
    if any(r is None for r in ratios):
        return None
    known = [r for r in ratios if r is not None]
    bottom = lcm(*(r.denominator for r in known))
    steps = [int(r * bottom) for r in known]
    common = gcd(*steps)
    low = min(steps)
    places = [(s - low) // common for s in steps]
    if max(places) > MAX_DEGREE:
        return None
    coefficients = [Fraction(0)] * (max(places) + 1)
    for place, (_, value) in zip(places, poly.terms, strict=True):
        coefficients[place] += value
    base = n.scale(unit, Fraction(common, bottom))
    return base, n.add(first, n.scale(unit, Fraction(low, bottom))), coefficients


def _multiplied_out(look: Look, poly: Poly) -> Poly:
    """Return (x + h)² - x² as h(2x + h), and any sum that is no shorter so as it is."""
    if len(poly.terms) < 2 or not has_conflict(poly):
        return poly
    found = look.sum(poly)
    return found if found.single is not None else poly


def exponential_grouping(look: Look, poly: Poly) -> Poly | None:
    """e^a - e^b + e^(a + 2b) - e^(b + 2a) is (e^a - e^b)(1 - e^(a + b))."""
    if len(poly.terms) != 4 or any(mono.powers for mono, _ in poly.terms):
        return None
    (first, a), *others = poly.terms
    for second, b in others:
        (third, c), (fourth, d) = (term for term in others if term[0] != second)
        ratio = n.join(third, n.inverse(first))
        if c * b != d * a or ratio != n.join(fourth, n.inverse(second)):
            continue
        parts = (Poly(((first, a), (second, b))), n.add(n.ONE, n.of(ratio, c / a)))
        found = [exponential_polynomial(look, part) for part in parts]
        if found[0] is None or found[1] is None:
            continue
        look.fire()
        return n.multiply(found[0], found[1])
    return None


def _ratio(poly: Poly, unit: Poly) -> Fraction | None:
    if not poly.terms:
        return Fraction(0)
    if len(poly.terms) != len(unit.terms):
        return None
    values = dict(unit.terms)
    mono, value = poly.terms[0]
    if mono not in values:
        return None
    ratio = value / values[mono]
    return ratio if n.scale(unit, ratio) == poly else None


def _alternating(coefficients: list[Fraction]) -> Fraction:
    return sum((c if i % 2 == 0 else -c for i, c in enumerate(coefficients)), Fraction(0))


def _divided(coefficients: list[Fraction], root: int) -> list[Fraction]:
    """Return the polynomial divided by (t - root), which divides it."""
    result: list[Fraction] = []
    carry = Fraction(0)
    for c in reversed(coefficients):
        carry = carry * root + c
        result.append(carry)
    result.pop()
    return result[::-1]


def quotient_of_sums(look: Look, poly: Poly) -> Poly | None:
    """1 - 1/(1 + x) is x/(1 + x): terms over one denominator, where that ends cancellation."""
    either = _of_either_sign(poly)
    if not (either or has_conflict(poly)) or len(poly.terms) > 6:
        return None
    below: dict[Atom, Fraction] = {}
    for mono, _ in poly.terms:
        for item, k in mono.powers:
            if k < 0:
                below[item] = min(below.get(item, Fraction(0)), k)
    if not below:
        return None
    denominator = Mono(tuple(below.items()))
    above = expanded(look, n.divide(poly, denominator))
    factored = exponential_polynomial(look, above) if len(above.terms) > 1 else above
    if factored is None and look.depth < 4 and len(above.terms) < 5:
        inner = look.sum(above)
        factored = inner if not has_conflict(inner) and not _has_series(inner) else None
    numerator = above if factored is None else factored
    if has_conflict(numerator) or (either and len(numerator.terms) > 1):
        return None
    look.fire()
    merged = look.product(numerator, n.of(denominator)) if numerator.terms else n.ZERO
    if look.labels and any(_is_labelled(look, mono) for mono, _ in poly.terms):
        bottom = n.of(n.inverse(denominator))
        merged = n.atom(Fn("at_zero", (bottom, n.atom(Fn("sum", (poly,))), merged)))
    return merged


def _of_either_sign(poly: Poly) -> bool:
    """Tell whether it is a number plus (x - y)/(x + y), which is close to -1 for small x."""
    if len(poly.terms) != 2 or all(mono != n.UNIT for mono, _ in poly.terms):
        return False
    return any(
        k == 1 and isinstance(item, Group) and len({value > 0 for _, value in item.poly.terms}) > 1
        for mono, _ in poly.terms
        for item, k in mono.powers
        if any(e < 0 and isinstance(i, Group) for i, e in mono.powers)
    )


def _has_series(poly: Poly) -> bool:
    return any(isinstance(i, Fn) and i.name == "series" for m, _ in poly.terms for i, _ in m.powers)


def _is_labelled(look: Look, mono: Mono) -> bool:
    """Tell whether a term is y/p where the program holds y*log(p)."""
    below = [
        item.poly.text if isinstance(item, Group) else n.atom(item).text
        for item, k in mono.powers
        if k == -1
    ]
    return any(
        (item.text, text) in look.labels for item, k in mono.powers for text in below if k > 0
    )


def probability_minus(look: Look, poly: Poly) -> Poly | None:
    """P - y is p(1 - y) - y(1 - p), exact at y = 0 and y = 1 with both p and 1 - p at hand."""
    if len(poly.terms) != 2:
        return None
    for (first, a), (second, b) in (poly.terms, poly.terms[::-1]):
        if abs(a) != 1 or b != -a or not is_probability(first):
            continue
        label = _label(look, second)
        if label is None:
            continue
        rest = look.sum(n.add(n.ONE, n.negative(n.of(first))))
        if rest.single is None:
            continue
        look.fire()
        other = n.add(n.ONE, n.negative(label))
        return n.scale(
            n.add(n.multiply(other, n.of(first)), n.negative(n.multiply(label, rest))), a
        )
    return None


def _label(look: Look, mono: Mono) -> Poly | None:
    if mono.exponent is None and len(mono.powers) == 1:
        item, k = mono.powers[0]
        if isinstance(item, Sym) and item.name in look.inputs and k == 1:
            return n.of(mono)
    return None


def is_probability(mono: Mono) -> bool:
    """Tell whether a product is one of the terms of a sum of exponentials, over that sum."""
    if len(mono.powers) != 1 or mono.powers[0][1] != -1:
        return False
    item = mono.powers[0][0]
    own = n.ZERO if mono.exponent is None else mono.exponent
    if isinstance(item, Fn) and item.name == "D":
        return own == n.ZERO or own == item.arguments[0]
    if isinstance(item, Group) and is_exponential_sum(item.poly):
        return any(
            value == 1
            and not term.powers
            and (n.ZERO if term.exponent is None else term.exponent) == own
            for term, value in item.poly.terms
        )
    return False
