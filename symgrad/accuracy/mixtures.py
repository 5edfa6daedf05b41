"""Rules for sums of more than two terms: labels and shares, branches, quadratic forms."""

from __future__ import annotations

from fractions import Fraction

from symgrad.accuracy import normal as n
from symgrad.accuracy.expansion import expanded, has_conflict
from symgrad.accuracy.exponentials import is_probability
from symgrad.accuracy.look import Look
from symgrad.accuracy.normal import HALF, Atom, Fn, Group, Mono, Poly, Sym
from symgrad.accuracy.pairs import all_even, argument, halved, is_lone
from symgrad.accuracy.shapes import is_exponential, symbols


def perfect_square(look: Look, poly: Poly) -> Poly | None:
    """x² - 2x + 1 is (x - 1)², for inputs and numbers."""
    if len(poly.terms) != 3:
        return None
    for i, (cross, value) in enumerate(poly.terms):
        (first, a), (second, b) = (t for j, t in enumerate(poly.terms) if j != i)
        if value >= 0 or not all_even(look, first) or not all_even(look, second):
            continue
        left, right = n.rational_root(a, HALF), n.rational_root(b, HALF)
        if left is None or right is None or value != -2 * left * right:
            continue
        if n.join(halved(first), halved(second)) != cross:
            continue
        look.fire()
        x, y = n.of(halved(first), left), n.of(halved(second), right)
        return n.power(n.add(x, n.negative(y)), Fraction(2))
    return None


def label_of_softplus(look: Look, poly: Poly) -> Poly | None:
    """log(1 + e^z) - y*z is (1 - y)*log(1 + e^z) + y*log(1 + e^-z), exact at y = 0 and y = 1."""
    for mono, value in poly.terms:
        if not is_lone(mono, "softplus"):
            continue
        z = argument(mono)
        for name in sorted(symbols(poly) & look.inputs - symbols(z)):
            y = n.atom(Sym(name))
            product = n.add(*(n.scale(n.times(z, y.terms[0][0]), value),))
            rest = n.add(poly, n.of(mono, -value), product)
            if len(rest.terms) > len(poly.terms) - 1 - len(z.terms):
                wide = n.add(poly, n.of(mono, -value), n.scale(n.multiply(z, y), value))
                rest = wide
            if len(rest.terms) >= len(poly.terms) - 1:
                continue
            look.fire()
            other = n.atom(Fn("softplus", (n.negative(z),)))
            share = n.multiply(n.add(n.ONE, n.negative(y)), n.of(mono))
            return n.add(rest, n.scale(n.add(share, n.multiply(y, other)), value))
    return None


def entropy_of_softplus(look: Look, poly: Poly) -> Poly | None:
    """log(1 + e^z) - z*p, p = 1/(1 + e^-z), is an even function: that of |z| does not cancel."""
    for mono, value in poly.terms:
        soft = next((i for i, k in mono.powers if is_softplus(i) and k == 1), None)
        if soft is None or not isinstance(soft, Fn):
            continue
        z = soft.arguments[0]
        if z.single is not None and is_lone(z.single[0], "abs"):
            continue
        rest = Mono(tuple(p for p in mono.powers if p[0] != soft), mono.exponent)
        share = n.multiply(z, n.power(n.one_plus_exp(n.negative(z)), Fraction(-1)))
        other = n.scale(n.times(share, rest), -value)
        if other.single is None or other.single not in poly.terms:
            continue
        look.fire()
        size = n.atom(Fn("abs", (z,)))
        tail = n.atom(Fn("softplus", (n.negative(size),)))
        part = n.multiply(size, n.power(n.one_plus_exp(size), Fraction(-1)))
        both = n.add(n.times(part, rest), n.times(tail, rest))
        left = n.add(poly, n.of(mono, -value), n.negative(other))
        return n.add(left, n.scale(both, value))
    return None


def is_softplus(item: Atom) -> bool:
    """Tell whether a factor is log(1 + exp(z))."""
    return isinstance(item, Fn) and item.name == "softplus"


def same_condition(look: Look, poly: Poly) -> Poly | None:
    """where(c, 0, 1)*e + where(c, 1, 0) is where(c, 1, e): no 0·∞."""
    groups: dict[str, list[tuple[Mono, Fraction, Fn]]] = {}
    for mono, value in poly.terms:
        chosen = [i for i, k in mono.powers if isinstance(i, Fn) and i.name == "where" and k == 1]
        if len(chosen) == 1:
            groups.setdefault(repr(chosen[0].condition), []).append((mono, value, chosen[0]))
    for members in groups.values():
        if len(members) < 2 or not any(
            is_exponential(m)
            or any(k < 0 for _, k in m.powers)
            or any(is_exponential(t) for a in w.arguments for t, _ in a.terms)
            for m, _, w in members
        ):
            continue
        look.fire()
        sides = [
            look.sum(
                n.add(
                    *(
                        n.scale(
                            look.product(
                                w.arguments[side],
                                n.of(Mono(tuple(p for p in m.powers if p[0] != w), m.exponent)),
                            ),
                            v,
                        )
                        for m, v, w in members
                    )
                )
            )
            for side in (0, 1)
        ]
        rest = n.add(poly, *(n.of(m, -v) for m, v, _ in members))
        whole = n.atom(Fn("where", (sides[0], sides[1]), members[0][2].condition))
        return n.add(rest, whole)
    return None


def scatter(look: Look, poly: Poly) -> Poly | None:
    """(a² + b²)/2 - ((a + b)/2)² is (a - b)²/4: a quadratic form that vanishes for equal inputs."""
    if not has_conflict(poly):
        return None
    form = expanded(look, poly)
    rows: dict[str, Fraction] = {}
    pairs: list[tuple[str, str, Fraction]] = []
    for mono, value in form.terms:
        names = [
            i.name
            for i, k in mono.powers
            for _ in range(int(k) if k > 0 else 0)
            if isinstance(i, Sym) and i.name in look.inputs
        ]
        degree = sum((k for _, k in mono.powers), Fraction(0))
        if mono.exponent is not None or len(names) != 2 or degree != 2:
            return None
        for name in names:
            rows[name] = rows.get(name, Fraction(0)) + value
        if names[0] != names[1]:
            pairs.append((names[0], names[1], value))
    if not pairs or any(rows.values()) or any(value > 0 for _, _, value in pairs):
        return None
    look.fire()
    return n.add(
        *(
            n.scale(
                n.power(n.add(n.atom(Sym(x)), n.negative(n.atom(Sym(y)))), Fraction(2)), -value / 2
            )
            for x, y, value in pairs
        )
    )


def _shares_in(look: Look, poly: Poly) -> Poly:
    """Return a sum with the names of softmax shares looked through."""
    terms = []
    for mono, value in poly.terms:
        result = n.of(mono, value)
        for item, k in mono.powers:
            form = look.form(item.name).single if isinstance(item, Sym) and k == 1 else None
            if form is not None and form[1] == 1 and is_probability(form[0]):
                result = n.times(result, n.join(form[0], Mono(((item, Fraction(-1)),))))
        terms.append(result)
    return n.add(*terms)


def opened(look: Look, poly: Poly) -> Poly | None:
    """g*p - p*(g*p + h*q) is p*(g*(1 - p) - h*q): a group opened where a complement appears."""
    for mono, value in poly.terms:
        for item, k in mono.powers:
            if not isinstance(item, Group) or k != 1 or len(item.poly.terms) > 4:
                continue
            rest = Mono(tuple(p for p in mono.powers if p[0] != item), mono.exponent)
            inner = n.scale(n.times(_shares_in(look, item.poly), rest), value)
            others = n.add(poly, n.of(mono, -value))
            if any(
                c == -v and is_probability(n.join(m, n.inverse(o)))
                for m, c in inner.terms
                for o, v in others.terms
            ):
                return n.add(others, inner)
    return None


def maximum(look: Look, poly: Poly) -> Poly | None:
    """log(e^a + e^b) - max(a, b) = b + log(1 + e^(a - b)) - max(a, b) is log(1 + e^-|a - b|)."""
    soft = [(m, v) for m, v in poly.terms if is_lone(m, "softplus")]
    tops = [(m, v) for m, v in poly.terms if is_lone(m, "max")]
    for mono, value in soft:
        for top, other in tops:
            z = argument(mono)
            rest = n.add(poly, n.of(mono, -value), n.of(top, -other))
            ends = {n.scale(rest, 1 / value).text, n.add(n.scale(rest, 1 / value), z).text}
            given = top.powers[0][0]
            if (
                other == -value
                and isinstance(given, Fn)
                and (ends == {argument.text for argument in given.arguments})
            ):
                look.fire()
                apart = n.negative(n.atom(Fn("abs", (z,))))
                return n.scale(n.atom(Fn("softplus", (apart,))), value)
    return None


def into_branches(look: Look, poly: Poly) -> Poly | None:
    """P - where(c, 1, 0) is where(c, p - 1, p)."""
    found = [(m, v) for m, v in poly.terms if is_lone(m, "where")]
    if len(found) != 1 or not has_conflict(poly):
        return None
    mono, value = found[0]
    chosen = mono.powers[0][0]
    if not isinstance(chosen, Fn) or any(a.number is None for a in chosen.arguments):
        return None
    rest = n.add(poly, n.of(mono, -value))
    before = look.fired
    yes, no = (look.sum(n.add(rest, n.scale(a, value))) for a in chosen.arguments)
    return None if look.fired == before else n.atom(Fn("where", (yes, no), chosen.condition))


def labels_opened(look: Look, poly: Poly) -> Poly | None:
    """(s + t)*p - s is t*p - s*(1 - p) for a probability p."""
    for mono, value in poly.terms:
        for item, k in mono.powers:
            if not isinstance(item, Group) or k != 1:
                continue
            rest = Mono(tuple(p for p in mono.powers if p[0] != item), mono.exponent)
            if not is_probability(rest):
                continue
            if any(
                term == m and c * value == -v for term, c in item.poly.terms for m, v in poly.terms
            ):
                kept = n.add(poly, n.of(mono, -value))
                return n.add(n.scale(n.times(item.poly, rest), value), kept)
    return None


def by_branches(look: Look, poly: Poly) -> Poly | None:
    """Where a term is a conjugate for one sign only, the sum is simplified for either sign."""
    for mono, _ in poly.terms:
        for item, k in mono.powers:
            if not isinstance(item, Fn) or item.name != "below_zero" or k != 1:
                continue
            tested, below, above = item.arguments
            before = look.fired
            less = look.sum(_put(poly, item, below))
            if look.fired == before:
                return None
            direct = _put(poly, item, n.bare_sum(above))
            return n.atom(Fn("below_zero", (tested, less, n.atom(Fn("sum", (direct,))))))
    return None


def _put(poly: Poly, item: Atom, value: Poly) -> Poly:
    parts = []
    for mono, coefficient in poly.terms:
        if mono.power_of(item) != 1:
            parts.append(n.of(mono, coefficient))
            continue
        rest = Mono(tuple(p for p in mono.powers if p[0] != item), mono.exponent)
        parts.append(n.scale(n.times(value, rest), coefficient))
    return n.add(*parts)


def symbolic_power_minus_one(look: Look, poly: Poly) -> Poly | None:
    """x^y - 1 is expm1(y*log(x)) for x > 0, alone or beside x^y*log(x)."""
    bases = {
        item.arguments[0]
        for mono, _ in poly.terms
        for item, _ in mono.powers
        if isinstance(item, Fn) and item.name in ("pow", "where_positive")
    }
    if len(bases) != 1 or not has_conflict(poly):
        return None
    base = next(iter(bases))
    exponents = _exponents(look, poly, base)
    terms = []
    for mono, value in poly.terms:
        result = n.of(Mono((), mono.exponent), value)
        for item, k in mono.powers:
            inner = n.atom(item, k)
            if isinstance(item, Fn) and item.name == "pow":
                logarithm = n.atom(Fn("log", (base,)))
                exponent, step = exponents[item.arguments[1]]
                inner = n.exp(n.scale(n.multiply(exponent, logarithm), k))
                inner = n.multiply(inner, n.power(base, k * step))
            elif isinstance(item, Fn) and item.name == "where_positive":
                inner = n.power(item.arguments[1], k)
            result = n.multiply(result, inner)
        terms.append(result)
    before = look.fired
    found = look.sum(n.add(*terms))
    if look.fired == before:
        return None
    return n.atom(Fn("where_positive", (base, found, n.atom(Fn("sum", (poly,))))))


def _exponents(look: Look, poly: Poly, base: Poly) -> dict[Poly, tuple[Poly, Fraction]]:
    """Return the exponents of x^n and x^(n - 1) as (n, 0) and (n, -1)."""
    found: dict[Poly, Poly] = {}
    known: set[Poly] = set()
    logarithm = n.atom(Fn("log", (base,)))
    for mono, _ in poly.terms:
        for item, _ in mono.powers:
            if isinstance(item, Fn) and item.name == "pow":
                found[item.arguments[1]] = expanded(look, item.arguments[1])
                known.add(n.multiply(found[item.arguments[1]], logarithm))
            elif isinstance(item, Fn) and item.name == "where_positive":
                known |= {
                    i.arguments[0]
                    for term, _ in item.arguments[1].terms
                    for i, _ in term.powers
                    if isinstance(i, Fn) and i.name == "E"
                }
    result: dict[Poly, tuple[Poly, Fraction]] = {}
    for exponent, wide in found.items():
        step = next((value for mono, value in wide.terms if mono == n.UNIT), Fraction(0))
        rest = n.add(wide, n.const(-step))
        related = step.denominator == 1 and n.multiply(rest, logarithm) in known
        result[exponent] = (rest, step) if related else (exponent, Fraction(0))
    return result


def deviances(look: Look, poly: Poly) -> Poly | None:
    """Σ x·log(x/y) with Σx = Σy is Σ (x·log(x/y) - x + y), no term of which is negative."""
    pairs = []
    for mono, value in poly.terms:
        found = _weighted_ratio(mono)
        if found is None or value != 1:
            return None
        pairs.append(found)
    total = expanded(look, n.add(*(n.add(x, n.negative(y)) for x, y in pairs)))
    if total.terms or len(pairs) < 2:
        return None
    look.fire()
    return n.add(*(n.atom(Fn("deviance", pair)) for pair in pairs))


def _weighted_ratio(mono: Mono) -> tuple[Poly, Poly] | None:
    """Return (x, y) for x*log(x/y)."""
    logs = [i for i, k in mono.powers if isinstance(i, Fn) and i.name == "log" and k == 1]
    if len(logs) != 1 or mono.exponent is not None:
        return None
    x = n.of(Mono(tuple(p for p in mono.powers if p[0] != logs[0])))
    x = n.add(x)
    ratio = n.multiply(x, n.power(logs[0].arguments[0], Fraction(-1)))
    single = ratio.single
    if single is None or any(k < 0 for _, k in single[0].powers):
        return None
    return x, n.add(ratio)
