"""Rules for two terms that may cancel: each returns one product of the same value, or None."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from symgrad.accuracy import normal as n
from symgrad.accuracy.expansion import expanded
from symgrad.accuracy.exponentials import exponential_polynomial, is_probability, quotient_of_sums
from symgrad.accuracy.look import Look
from symgrad.accuracy.normal import HALF, Fn, Mono, Poly, Sym
from symgrad.accuracy.pairs_functions import (
    difference_of_functions,
    equal_functions,
    only_factor,
    same_size,
    tangent_difference,
)
from symgrad.accuracy.reading import erfc
from symgrad.accuracy.roots import difference_of_roots, power_minus_one

Rule = Callable[[Look, Poly], Poly | None]


def _one_and(pair: Poly) -> tuple[Fraction, Mono, Fraction] | None:
    """Return (number, product, coefficient) for a number plus a product."""
    for (first, a), (second, b) in (pair.terms, pair.terms[::-1]):
        if first == n.UNIT:
            return a, second, b
    return None


def _one_minus_cos(look: Look, pair: Poly) -> Poly | None:
    """1 - cos x = 2 sin²(x/2), 1 + cos x = 2 cos²(x/2), 1 - cos² = sin², 1 - sin² = cos²."""
    found = _one_and(pair)
    lone = None if found is None else only_factor(found[1])
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
    lone = None if found is None else only_factor(found[1])
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
    one, other = only_factor(first), only_factor(second)
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
    lone = None if found is None else only_factor(found[1])
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
        one, other = only_factor(first), only_factor(second)
        if one != (Fn("pi", ()), Fraction(1)) or other is None or other[1] != 1:
            continue
        if not isinstance(other[0], Fn):
            continue
        x = other[0].arguments[0] if other[0].arguments else n.ZERO
        if b == -4 * a and other[0].name == "atan":
            # atan(exp(z)) - π/4 = atan(tanh(z/2))
            power = x.single
            if power is not None and power[1] == 1 and not power[0].powers and power[0].exponent:
                z = power[0].exponent
                tanh = n.multiply(n.exp_minus_one(z), n.power(n.one_plus_exp(z), Fraction(-1)))
                return n.scale(n.atom(Fn("atan", (tanh,))), b)
        if b != -2 * a:
            continue
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
    if not all_even(look, first) or not all_even(look, second):
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
    x, y = n.of(halved(first), left), n.of(halved(second), right)
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
    x, y = n.of(halved(first)), n.of(halved(second))
    less, more = look.sum(n.add(x, n.negative(y))), look.sum(n.add(x, y))
    return n.scale(n.multiply(less, more), a) if less.single or more.single else None


def _difference_of_cubes(look: Look, pair: Poly) -> Poly | None:
    """x³ - y³ = (x - y)(x² + xy + y²), for inputs and odd powers up to the seventh."""
    (first, a), (second, b) = pair.terms
    one, other = only_factor(first), only_factor(second)
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
    found = equal_functions(pair)
    if found is None or found[0].name != "softplus":
        return None
    f, g, a = found
    x, y = f.arguments[0], g.arguments[0]
    return n.scale(x, a) if n.add(x, y) == n.ZERO else None


def all_even(look: Look, mono: Mono) -> bool:
    """Tell whether a product is the square of an input or a number: of a value known exactly."""
    return mono == n.UNIT or (
        mono.exponent is None
        and len(mono.powers) == 1
        and mono.powers[0][1] in (2, 4)
        and isinstance(mono.powers[0][0], Sym)
        and mono.powers[0][0].name in look.inputs
    )


def exponential_pair(look: Look, pair: Poly) -> Poly | None:
    """exp(x) - 1, as a part of a longer sum."""
    (first, a), (second, b) = pair.terms
    if a != -b or (first.exponent is None) == (second.exponent is None):
        return None
    return exponential_polynomial(look, pair)


def halved(mono: Mono) -> Mono:
    """Return the root of a product, each exponent halved."""
    return Mono(tuple((item, k / 2) for item, k in mono.powers))


def _probability_pair(look: Look, pair: Poly) -> Poly | None:
    """P - 1 for p = exp(z)/(exp(z) + …), as a part of a longer sum."""
    found = _one_and(pair)
    if found is None or found[0] != -found[2] or not is_probability(found[1]):
        return None
    return quotient_of_sums(look, pair)


def is_lone(mono: Mono, name: str) -> bool:
    """Tell whether a product is nothing but the function called `name`."""
    lone = only_factor(mono)
    return lone is not None and lone[1] == 1 and isinstance(lone[0], Fn) and lone[0].name == name


def argument(mono: Mono) -> Poly:
    """Return the argument of the function that a product starts with."""
    item = mono.powers[0][0]
    return item.arguments[0] if isinstance(item, Fn) else n.ZERO


def _tail_difference(look: Look, pair: Poly) -> Poly | None:
    """Φ(b) - Φ(a) is Φ(-a) - Φ(-b), erf(b) - erf(a) is erfc(a) - erfc(b), for a + b > 0."""
    (first, a), (second, b) = pair.terms
    for name, other in (("normal_cdf", "normal_cdf"), ("erf", "erfc")):
        if not (is_lone(first, name) and is_lone(second, name)) or a != -b:
            continue
        x, y = argument(first), argument(second)
        turned = (x, y) if name == "erf" else (n.negative(x), n.negative(y))
        tails = Poly(
            (
                (Mono(((Fn(other, (turned[1],)), Fraction(1)),)), a),
                (Mono(((Fn(other, (turned[0],)), Fraction(1)),)), -a),
            )
        )
        whole, parts = (n.atom(Fn("sum", (poly,))) for poly in (pair, tails))
        far = n.atom(Fn("where_positive", (n.add(x, y), parts, whole)))
        less = look.sum(n.add(x, n.negative(y)))
        if len(less.terms) > 2 or same_size(less, x, y):
            return far
        if name == "erf":
            mirrored = ((n.negative(x), Fraction(1)), (n.negative(y), Fraction(-1)))
            below = n.add(*(n.scale(n.atom(Fn("erfc", (z,))), c) for z, c in mirrored))
            far = n.atom(Fn("where_positive", (n.add(x, y), n.scale(parts, 1 / a), below)))
        else:
            far = n.scale(far, 1 / a)
        return n.scale(n.atom(Fn(f"{name}_between", (x, y, less, far))), a)
    return None


def _gamma_step(look: Look, pair: Poly) -> Poly | None:
    """Log Γ(x + 1) - log Γ(x) = log x, and ψ(x + 1) - ψ(x) = 1/x."""
    (first, a), (second, b) = pair.terms
    for name in ("lgamma", "digamma"):
        if not (is_lone(first, name) and is_lone(second, name)) or a != -b:
            continue
        x, y = argument(first), argument(second)
        step = expanded(look, n.add(x, n.negative(y))).number
        if step in (1, -1):
            low = y if step == 1 else x
            value = look.logarithm(low) if name == "lgamma" else n.power(low, Fraction(-1))
            return n.scale(value, a * step)
    return None


PAIR_RULES: tuple[Rule, ...] = (
    _tail_difference,
    difference_of_roots,
    _gamma_step,
    _probability_pair,
    _one_minus_cos,
    _tan_minus_sin,
    _squares,
    _complement,
    _quarter_turn,
    difference_of_functions,
    tangent_difference,
    _softplus_pair,
    power_minus_one,
)


WHOLE_PAIR_RULES: tuple[Rule, ...] = (_difference_of_squares, _difference_of_cubes)
