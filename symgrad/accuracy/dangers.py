"""What a factor can do to a product: nothing, vanish, overflow, or worse."""

from __future__ import annotations

from fractions import Fraction

from symgrad.accuracy.normal import Fn, Group, Poly
from symgrad.accuracy.shapes import is_exponential_sum

VANISHES = 1
OVERFLOWS = 10
WORSE = 100
BOUNDED = frozenset({"tanh", "sin", "cos", "erf", "erfc", "atan", "sigmoid", "normal_cdf"})


def _is_number(item: object) -> bool:
    """Tell whether an atom is a number: pi, e, or a root's number."""
    if isinstance(item, Fn):
        return not item.arguments
    return isinstance(item, Group) and item.poly.number is not None


def danger_of(poly: Poly) -> int:
    """Return 0 for a polynomial in names and bounded functions, else what it can do."""
    found = 0
    for mono, _ in poly.terms:
        powers = mono.powers
        below = any(isinstance(i, Fn) and i.name == "D" and k < 0 for i, k in powers)
        share = any(
            isinstance(i, Group) and k < 0 and is_exponential_sum(i.poly) for i, k in powers
        )
        for item, power in powers:
            known = isinstance(item, Fn) and (
                item.name in BOUNDED or not item.arguments or (item.name == "E" and below)
            )
            if isinstance(item, Fn) and item.name == "D" and power < 0:
                found = max(found, VANISHES if not _has_difference(powers) else 0)
            elif isinstance(item, Group) and power < 0 and share:
                found = max(found, VANISHES)
            elif power < 0 or power.denominator > 2:
                if not _is_number(item):
                    return WORSE
            elif isinstance(item, Fn) and not known:
                return WORSE
        if mono.exponent is not None:
            found = max(found, VANISHES if below or share else OVERFLOWS)
    return found


def _has_difference(powers: tuple[tuple[object, Fraction], ...]) -> bool:
    """Tell whether exp(z) - 1 stands beside 1/(exp(z) + 1): a hyperbolic tangent."""
    return any(isinstance(item, Fn) and item.name == "E" for item, _ in powers)
