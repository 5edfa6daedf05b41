"""Rules for two functions that may cancel: sin a - sin b is 2*cos((a + b)/2)*sin((a - b)/2)."""

from __future__ import annotations

from fractions import Fraction

from symgrad.accuracy import normal as n
from symgrad.accuracy.expansion import has_conflict
from symgrad.accuracy.look import Look
from symgrad.accuracy.normal import HALF, Atom, Fn, Mono, Poly


def only_factor(mono: Mono) -> tuple[Atom, Fraction] | None:
    """Return the only factor of a product and its power, None where there are more."""
    if len(mono.powers) == 1 and mono.exponent is None:
        return mono.powers[0]
    return None


def equal_functions(pair: Poly) -> tuple[Fn, Fn, Fraction] | None:
    """Return f(x), f(y) and c of the difference c*f(x) - c*f(y)."""
    (first, a), (second, b) = pair.terms
    one, other = only_factor(first), only_factor(second)
    if a != -b or one is None or other is None or one[1] != 1 or other[1] != 1:
        return None
    f, g = one[0], other[0]
    if isinstance(f, Fn) and isinstance(g, Fn) and f.name == g.name:
        return f, g, a
    return None


def _sum_of_odd(pair: Poly) -> tuple[Fn, Fn, Fraction] | None:
    """Return f(x), f(y) and c of c*f(x) + c*f(y), f odd: f(y) is -f(-y)."""
    (first, a), (second, b) = pair.terms
    found = equal_functions(Poly(((first, a), (second, -b)))) if a == b else None
    return found if found is not None and found[0].name in ("cbrt", "atan", "sin") else None


def difference_of_functions(look: Look, pair: Poly) -> Poly | None:
    """Sin a - sin b, cos a - cos b, atan a - atan b, cbrt a - cbrt b as products."""
    found = equal_functions(pair)
    odd = None if found is not None else _sum_of_odd(pair)
    f, g, a = found or odd or (None, None, Fraction(0))
    rule = None if f is None else _DIFFERENCES.get(f.name)
    if f is None or g is None or rule is None:
        return None
    x, y = f.arguments[0], g.arguments[0]
    if odd is not None:
        y = n.negative(y)
    less = look.sum(n.add(x, n.negative(y)))
    if odd is not None and len(less.terms) >= len(x.terms) + len(y.terms) - 1:
        return None
    if len(less.terms) > 2 or same_size(less, x, y):
        return None
    return n.scale(rule(look, x, y, less), a)


def same_size(less: Poly, x: Poly, y: Poly) -> bool:
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


def tangent_difference(look: Look, pair: Poly) -> Poly | None:
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
