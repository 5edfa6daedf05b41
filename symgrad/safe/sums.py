"""Rules for sums: each sees a sum that may cancel and returns an equal value that does not.

A rule returns None where it does not apply. The rules are tried in the order of `RULES` until none
applies; each makes the sum shorter or turns it into a product, so that this ends.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from itertools import combinations

from symgrad.safe import normal as n
from symgrad.safe.expansion import expanded, has_conflict, size
from symgrad.safe.exponentials import (
    exponential_polynomial,
    is_probability,
    probability_minus,
    quotient_of_sums,
)
from symgrad.safe.logs import difference_of_logs, lse_minus_term
from symgrad.safe.look import Look, erfc, is_exponential
from symgrad.safe.normal import HALF, Atom, Fn, Group, Mono, Poly, Sym, TooLarge
from symgrad.safe.roots import conjugated, power_minus_one
from symgrad.safe.series import bare_sum, flattened_at

Rule = Callable[[Look, Poly], Poly | None]
MAX_ROUNDS = 8
MAX_SUM = 16


def simplified(look: Look, poly: Poly) -> Poly:
    """Return the sum in a form that does not cancel where a rule knows one."""
    if len(poly.terms) > MAX_SUM:
        return poly
    for _ in range(MAX_ROUNDS):
        if len(poly.terms) < 2:
            return poly
        for rule in RULES:
            try:
                found = rule(look, poly)
            except TooLarge:
                found = None
            if found is not None and found != poly:
                poly = found
                break
        else:
            return poly
    return poly


def _common(look: Look, poly: Poly) -> Poly | None:
    """What all terms share stands outside, and the rest is looked at alone."""
    common = n.common_factor(poly)
    if common == n.UNIT:
        return None
    rest = n.divide(poly, common)
    inner = look.sum(rest)
    if inner == rest:
        return None
    return look.product(n.of(common), inner)


def _cancelling(look: Look, poly: Poly) -> Poly | None:
    """(x + h)² - x² is h(2x + h): terms that cancel when products are multiplied out."""
    if not has_conflict(poly):
        return None
    whole = expanded(look, poly)
    parts = sum(
        (size(expanded(look, n.of(mono, value))) for mono, value in poly.terms), Fraction(0)
    )
    if size(whole) >= parts:
        return None
    if has_conflict(whole):
        whole = look.sum(whole) if look.depth < 4 and len(whole.terms) < 5 else whole
        if has_conflict(whole):
            return None
    if whole.terms and len(whole.terms) > len(poly.terms) + 2:
        return None
    look.fire()
    return whole if len(whole.terms) < 2 else n.of(*n.factored(whole))


def _pairs(look: Look, poly: Poly) -> Poly | None:
    """Rules for two terms, tried on every two of a longer sum."""
    count = len(poly.terms)
    for i, j in combinations(range(count), 2):
        pair = Poly((poly.terms[i], poly.terms[j]))
        common = n.common_factor(pair)
        bare = pair if common == n.UNIT else n.divide(pair, common)
        if len(bare.terms) != 2:
            continue
        for rule in (
            (*PAIR_RULES, _exponential_pair) if count > 2 else (*PAIR_RULES, *WHOLE_PAIR_RULES)
        ):
            found = rule(look, bare)
            if found is not None:
                look.fire()
                rest = Poly(tuple(t for k, t in enumerate(poly.terms) if k not in (i, j)))
                return n.add(n.multiply(n.of(common), found), rest)
    return None


def _one_and(pair: Poly) -> tuple[Fraction, Mono, Fraction] | None:
    """Return (number, product, coefficient) for a number plus a product."""
    for (first, a), (second, b) in (pair.terms, pair.terms[::-1]):
        if first == n.UNIT:
            return a, second, b
    return None


def _lone(mono: Mono) -> tuple[Atom, Fraction] | None:
    if len(mono.powers) == 1 and mono.exponent is None:
        return mono.powers[0]
    return None


def _one_minus_cos(look: Look, pair: Poly) -> Poly | None:
    """1 - cos x = 2 sin²(x/2), 1 + cos x = 2 cos²(x/2), 1 - cos² = sin², 1 - sin² = cos²."""
    found = _one_and(pair)
    lone = None if found is None else _lone(found[1])
    if found is None or lone is None or not isinstance(lone[0], Fn):
        return None
    number, _, value = found
    item, k = lone[0], lone[1]
    if item.name == "cos" and k == 1 and abs(value) == abs(number):
        half = n.scale(item.arguments[0], HALF)
        name = "sin" if value == -number else "cos"
        return n.scale(n.atom(Fn(name, (half,)), 2), 2 * number)
    if item.name in ("sin", "cos") and k == 2 and value == -number:
        other = "cos" if item.name == "sin" else "sin"
        return n.scale(n.atom(Fn(other, item.arguments), 2), number)
    return None


def _tan_minus_sin(look: Look, pair: Poly) -> Poly | None:
    """1/cos x - 1 = 2 sin²(x/2)/cos x; 1/cos² - 1 = tan²; 1 + tan² = 1/cos²."""
    found = _one_and(pair)
    lone = None if found is None else _lone(found[1])
    if found is None or lone is None or not isinstance(lone[0], Fn) or lone[0].name != "cos":
        return None
    number, mono, value = found
    if value != -number or lone[1] not in (-1, -2):
        return None
    flipped = look.sum(n.divide(pair, mono))
    return None if len(flipped.terms) > 1 else n.multiply(flipped, n.of(mono))


def _squares(look: Look, pair: Poly) -> Poly | None:
    """sin² + cos² = 1; 1 + tan² = 1/cos²."""
    (first, a), (second, b) = pair.terms
    one, other = _lone(first), _lone(second)
    if one is not None and other is not None and a == b and one[1] == other[1] == 2:
        names = {item.name for item, _ in (one, other) if isinstance(item, Fn)}
        same = (
            isinstance(one[0], Fn)
            and isinstance(other[0], Fn)
            and (one[0].arguments == other[0].arguments)
        )
        if names == {"sin", "cos"} and same:
            return n.const(a)
    found = _one_and(pair)
    if found is not None and found[0] == found[2] and len(found[1].powers) == 2:
        powers = {
            item.name: (k, item.arguments) for item, k in found[1].powers if isinstance(item, Fn)
        }
        tangent = powers.keys() == {"sin", "cos"} and powers["sin"][1] == powers["cos"][1]
        if tangent and powers["sin"][0] == 2 and powers["cos"][0] == -2:
            return n.scale(n.atom(Fn("cos", powers["cos"][1]), -2), found[0])
    return None


_COMPLEMENTS: dict[tuple[str, int], Callable[[Look, Poly], Poly]] = {
    ("erf", -1): erfc,
    ("erf", 1): lambda look, x: erfc(look, n.negative(x)),
    ("erfc", -1): lambda look, x: n.atom(Fn("erf", (x,))),
    ("normal_cdf", -1): lambda look, x: n.atom(Fn("normal_cdf", (n.negative(x),))),
}


def _complement(look: Look, pair: Poly) -> Poly | None:
    """1 - erf(x) = erfc(x), 1 - Φ(x) = Φ(-x); Φ(a) + Φ(-a) = 1."""
    found = _one_and(pair)
    lone = None if found is None else _lone(found[1])
    if found is None or lone is None or lone[1] != 1 or not isinstance(lone[0], Fn):
        return None
    number, _, value = found
    if abs(number) != abs(value):
        return None
    make = _COMPLEMENTS.get((lone[0].name, 1 if value == number else -1))
    return None if make is None else n.scale(make(look, lone[0].arguments[0]), number)


def _quarter_turn(look: Look, pair: Poly) -> Poly | None:
    """π/2 - asin(x) = acos(x), π/2 - acos(x) = asin(x), π/2 - atan(x) = atan2(1, x)."""
    for (first, a), (second, b) in (pair.terms, pair.terms[::-1]):
        one, other = _lone(first), _lone(second)
        if one != (Fn("pi", ()), Fraction(1)) or other is None or other[1] != 1:
            continue
        if not isinstance(other[0], Fn) or b != -2 * a:
            continue
        x = other[0].arguments[0] if other[0].arguments else n.ZERO
        turned = {
            "asin": Fn("acos", (x,)), "acos": Fn("asin", (x,)), "atan": Fn("atan2", (n.ONE, x)),
        }.get(other[0].name)  # fmt: skip
        if turned is not None:
            return n.scale(n.atom(turned), -b)
    return None


def _difference_of_squares(look: Look, pair: Poly) -> Poly | None:
    """x² - y² = (x - y)(x + y)."""
    (first, a), (second, b) = pair.terms
    if a < 0:
        (first, a), (second, b) = (second, b), (first, a)
    if not a > 0 > b:
        return None
    if not _all_even(look, first) or not _all_even(look, second):
        return _squares_of_functions(look, first, a, second, b)
    left, right = n.rational_root(a, HALF), n.rational_root(-b, HALF)
    if left is None or right is None:
        if n.UNIT not in (first, second):
            return None
        ratio = n.rational_root(-b / a, HALF)
        if ratio is None:
            return None
        product = _difference_of_squares(look, n.scale(pair, 1 / a))
        return None if product is None else n.scale(product, a)
    x, y = n.of(_halved(first), left), n.of(_halved(second), right)
    return n.multiply(look.sum(n.add(x, n.negative(y))), look.sum(n.add(x, y)))


def _squares_of_functions(
    look: Look, first: Mono, a: Fraction, second: Mono, b: Fraction
) -> Poly | None:
    """f² - g² = (f - g)(f + g) where f - g is one product, such as for cube roots."""
    even = all(
        k.denominator == 1 and k.numerator % 2 == 0
        for mono in (first, second)
        for _, k in mono.powers
    )
    if a != -b or not even or first.exponent is not None or second.exponent is not None:
        return None
    if not any(isinstance(item, Fn) for mono in (first, second) for item, _ in mono.powers):
        return None
    x, y = n.of(_halved(first)), n.of(_halved(second))
    less = look.sum(n.add(x, n.negative(y)))
    return n.scale(n.multiply(less, n.add(x, y)), a) if less.single is not None else None


def _difference_of_cubes(look: Look, pair: Poly) -> Poly | None:
    """x³ - y³ = (x - y)(x² + xy + y²), for inputs and odd powers up to the seventh."""
    (first, a), (second, b) = pair.terms
    one, other = _lone(first), _lone(second)
    if a != -b or one is None or other is None or one[1] != other[1] or one[1] not in (3, 5, 7):
        return None
    if not all(isinstance(i, Sym) and i.name in look.inputs for i in (one[0], other[0])):
        return None
    x, y, k = n.atom(one[0]), n.atom(other[0]), int(one[1])
    total = n.add(
        *(n.multiply(n.power(x, Fraction(k - 1 - i)), n.power(y, Fraction(i))) for i in range(k))
    )
    return n.scale(n.multiply(n.add(x, n.negative(y)), total), a)


def _softplus_pair(look: Look, pair: Poly) -> Poly | None:
    """softplus(x) - softplus(-x) = x."""
    (first, a), (second, b) = pair.terms
    one, other = _lone(first), _lone(second)
    if a != -b or one is None or other is None or one[1] != 1 or other[1] != 1:
        return None
    f, g = one[0], other[0]
    if isinstance(f, Fn) and isinstance(g, Fn) and f.name == g.name == "softplus":
        x, y = f.arguments[0], g.arguments[0]
        return n.scale(x, a) if n.add(x, y) == n.ZERO else None
    return None


def _all_even(look: Look, mono: Mono) -> bool:
    """Tell whether a product is the square of an input or a number: of a value known exactly."""
    return mono == n.UNIT or (
        mono.exponent is None
        and len(mono.powers) == 1
        and mono.powers[0][1] in (2, 4)
        and isinstance(mono.powers[0][0], Sym)
        and mono.powers[0][0].name in look.inputs
    )


def _exponential_pair(look: Look, pair: Poly) -> Poly | None:
    """exp(x) - 1, as a part of a longer sum."""
    (first, a), (second, b) = pair.terms
    if a != -b or (first.exponent is None) == (second.exponent is None):
        return None
    return exponential_polynomial(look, pair)


def _halved(mono: Mono) -> Mono:
    return Mono(tuple((item, k / 2) for item, k in mono.powers))


def _difference_of_functions(look: Look, pair: Poly) -> Poly | None:
    """Sin a - sin b, cos a - cos b, atan a - atan b, cbrt a - cbrt b as products."""
    (first, a), (second, b) = pair.terms
    one, other = _lone(first), _lone(second)
    if a != -b or one is None or other is None or one[1] != 1 or other[1] != 1:
        return None
    f, g = one[0], other[0]
    if not (isinstance(f, Fn) and isinstance(g, Fn)) or f.name != g.name:
        return None
    rule = _DIFFERENCES.get(f.name)
    if rule is None:
        return None
    x, y = f.arguments[0], g.arguments[0]
    less = look.sum(n.add(x, n.negative(y)))
    if len(less.terms) > 2 or _same_size(less, x, y):
        return None
    return n.scale(rule(look, x, y, less), a)


def _same_size(less: Poly, x: Poly, y: Poly) -> bool:
    """Tell whether the difference is not simpler, and neither side a plain name."""
    simple = len(less.terms) < len(x.terms) + len(y.terms)
    return not simple and has_conflict(less)


def _sin_difference(look: Look, x: Poly, y: Poly, less: Poly) -> Poly:
    middle = n.scale(n.add(x, y), HALF)
    half = n.scale(less, HALF)
    return n.scale(n.multiply(n.atom(Fn("cos", (middle,))), n.atom(Fn("sin", (half,)))), 2)


def _cos_difference(look: Look, x: Poly, y: Poly, less: Poly) -> Poly:
    middle = n.scale(n.add(x, y), HALF)
    half = n.scale(less, HALF)
    return n.scale(n.multiply(n.atom(Fn("sin", (middle,))), n.atom(Fn("sin", (half,)))), -2)


def _atan_difference(look: Look, x: Poly, y: Poly, less: Poly) -> Poly:
    return n.atom(Fn("atan2", (less, n.add(n.ONE, n.multiply(x, y)))))


def _cbrt_difference(look: Look, x: Poly, y: Poly, less: Poly) -> Poly:
    f, g = n.atom(Fn("cbrt", (x,))), n.atom(Fn("cbrt", (y,)))
    below = n.add(n.power(f, Fraction(2)), n.multiply(f, g), n.power(g, Fraction(2)))
    return n.multiply(less, n.power(below, Fraction(-1)))


def _tanh_difference(look: Look, pair: Poly) -> Poly | None:
    """Tan a - tan b = sin(a - b)/(cos a · cos b)."""
    (first, a), (second, b) = pair.terms
    if a != -b:
        return None
    arguments = []
    for mono in (first, second):
        powers = {
            item.name: (k, item.arguments[0])
            for item, k in mono.powers
            if isinstance(item, Fn) and item.arguments
        }
        if powers.keys() != {"sin", "cos"} or mono.exponent is not None:
            return None
        if powers["sin"][0] != 1 or powers["cos"][0] != -1 or len(mono.powers) != 2:
            return None
        if powers["sin"][1] != powers["cos"][1]:
            return None
        arguments.append(powers["sin"][1])
    x, y = arguments
    less = look.sum(n.add(x, n.negative(y)))
    if len(less.terms) > 2:
        return None
    over = n.multiply(n.atom(Fn("cos", (x,)), -1), n.atom(Fn("cos", (y,)), -1))
    return n.scale(n.multiply(n.atom(Fn("sin", (less,))), over), a)


_DIFFERENCES = {
    "sin": _sin_difference,
    "cos": _cos_difference,
    "atan": _atan_difference,
    "cbrt": _cbrt_difference,
}


def _probability_pair(look: Look, pair: Poly) -> Poly | None:
    """P - 1 for p = exp(z)/(exp(z) + …), as a part of a longer sum."""
    found = _one_and(pair)
    if found is None or found[0] != -found[2] or not is_probability(found[1]):
        return None
    return quotient_of_sums(look, pair)


def _perfect_square(look: Look, poly: Poly) -> Poly | None:
    """x² - 2x + 1 is (x - 1)², for inputs and numbers."""
    if len(poly.terms) != 3:
        return None
    for i, (cross, value) in enumerate(poly.terms):
        (first, a), (second, b) = (t for j, t in enumerate(poly.terms) if j != i)
        if value >= 0 or not _all_even(look, first) or not _all_even(look, second):
            continue
        left, right = n.rational_root(a, HALF), n.rational_root(b, HALF)
        if left is None or right is None or value != -2 * left * right:
            continue
        if n.join(_halved(first), _halved(second)) != cross:
            continue
        look.fire()
        x, y = n.of(_halved(first), left), n.of(_halved(second), right)
        return n.power(n.add(x, n.negative(y)), Fraction(2))
    return None


def _label_of_softplus(look: Look, poly: Poly) -> Poly | None:
    """log(1 + e^z) - y*z is (1 - y)*log(1 + e^z) + y*log(1 + e^-z), exact at y = 0 and y = 1."""
    for mono, value in poly.terms:
        if not _is_lone(mono, "softplus"):
            continue
        z = _argument(mono)
        for name in sorted(n.symbols(poly) & look.inputs - n.symbols(z)):
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


def _same_condition(look: Look, poly: Poly) -> Poly | None:
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


def _scatter(look: Look, poly: Poly) -> Poly | None:
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


def _opened(look: Look, poly: Poly) -> Poly | None:
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


def _maximum(look: Look, poly: Poly) -> Poly | None:
    """log(e^a + e^b) - max(a, b) = b + log(1 + e^(a - b)) - max(a, b) is log(1 + e^-|a - b|)."""
    soft = [(m, v) for m, v in poly.terms if _is_lone(m, "softplus")]
    tops = [(m, v) for m, v in poly.terms if _is_lone(m, "max")]
    for mono, value in soft:
        for top, other in tops:
            z = _argument(mono)
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


def _is_lone(mono: Mono, name: str) -> bool:
    lone = _lone(mono)
    return lone is not None and lone[1] == 1 and isinstance(lone[0], Fn) and lone[0].name == name


def _argument(mono: Mono) -> Poly:
    item = mono.powers[0][0]
    return item.arguments[0] if isinstance(item, Fn) else n.ZERO


def _into_branches(look: Look, poly: Poly) -> Poly | None:
    """P - where(c, 1, 0) is where(c, p - 1, p)."""
    found = [(m, v) for m, v in poly.terms if _is_lone(m, "where")]
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


def _labels_opened(look: Look, poly: Poly) -> Poly | None:
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


def _tail_difference(look: Look, pair: Poly) -> Poly | None:
    """Φ(b) - Φ(a) is Φ(-a) - Φ(-b), erf(b) - erf(a) is erfc(a) - erfc(b), for a + b > 0."""
    (first, a), (second, b) = pair.terms
    for name, other in (("normal_cdf", "normal_cdf"), ("erf", "erfc")):
        if not (_is_lone(first, name) and _is_lone(second, name)) or a != -b:
            continue
        x, y = _argument(first), _argument(second)
        turned = (x, y) if name == "erf" else (n.negative(x), n.negative(y))
        tails = Poly(
            (
                (Mono(((Fn(other, (turned[1],)), Fraction(1)),)), a),
                (Mono(((Fn(other, (turned[0],)), Fraction(1)),)), -a),
            )
        )
        whole, parts = (n.atom(Fn("sum", (poly,))) for poly in (pair, tails))
        return n.atom(Fn("where_positive", (n.add(x, y), parts, whole)))
    return None


def _gamma_step(look: Look, pair: Poly) -> Poly | None:
    """Log Γ(x + 1) - log Γ(x) = log x, and ψ(x + 1) - ψ(x) = 1/x."""
    (first, a), (second, b) = pair.terms
    for name in ("lgamma", "digamma"):
        if not (_is_lone(first, name) and _is_lone(second, name)) or a != -b:
            continue
        x, y = _argument(first), _argument(second)
        step = expanded(look, n.add(x, n.negative(y))).number
        if step in (1, -1):
            low = y if step == 1 else x
            value = look.logarithm(low) if name == "lgamma" else n.power(low, Fraction(-1))
            return n.scale(value, a * step)
    return None


PAIR_RULES: tuple[Rule, ...] = (
    _tail_difference,
    _gamma_step,
    _probability_pair,
    _one_minus_cos,
    _tan_minus_sin,
    _squares,
    _complement,
    _quarter_turn,
    _difference_of_functions,
    _tanh_difference,
    _softplus_pair,
    power_minus_one,
)
WHOLE_PAIR_RULES: tuple[Rule, ...] = (_difference_of_squares, _difference_of_cubes)


def _by_branches(look: Look, poly: Poly) -> Poly | None:
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
            direct = _put(poly, item, bare_sum(above))
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


def _power_minus_one(look: Look, poly: Poly) -> Poly | None:
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
    terms = []
    for mono, value in poly.terms:
        result = n.of(Mono((), mono.exponent), value)
        for item, k in mono.powers:
            inner = n.atom(item, k)
            if isinstance(item, Fn) and item.name == "pow":
                logarithm = n.atom(Fn("log", (base,)))
                inner = n.exp(n.scale(n.multiply(item.arguments[1], logarithm), k))
            elif isinstance(item, Fn) and item.name == "where_positive":
                inner = n.power(item.arguments[1], k)
            result = n.multiply(result, inner)
        terms.append(result)
    before = look.fired
    found = look.sum(n.add(*terms))
    if look.fired == before:
        return None
    return n.atom(Fn("where_positive", (base, found, n.atom(Fn("sum", (poly,))))))


def _deviances(look: Look, poly: Poly) -> Poly | None:
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


RULES: tuple[Rule, ...] = (
    _deviances,
    _perfect_square,
    _scatter,
    _same_condition,
    _label_of_softplus,
    _by_branches,
    _power_minus_one,
    _common,
    exponential_polynomial,
    _cancelling,
    _into_branches,
    quotient_of_sums,
    _labels_opened,
    _opened,
    _maximum,
    _pairs,
    lse_minus_term,
    difference_of_logs,
    conjugated,
    probability_minus,
    flattened_at,
)

__all__ = ["RULES", "Group", "simplified"]
