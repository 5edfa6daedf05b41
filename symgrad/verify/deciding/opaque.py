"""Functions that stay opaque: inverse trigonometric, error and gamma functions.

They are generators at arguments in normal form. What is known of them: odd functions are taken at
one of u and -u, asin and acos add up to pi/2, atan u and atan 1/u to pi/2 with the sign of u, and
gamma functions at arguments that differ by a whole number are carried to one of them.
"""

from __future__ import annotations

from fractions import Fraction
from math import factorial

from symgrad.verify.deciding.exponentials import Exponentials
from symgrad.verify.deciding.fields import Ratio
from symgrad.verify.deciding.limits import TooLarge

_MAX_SHIFT = 12
_HALF = Fraction(1, 2)
_ANGLES = {
    ("asin", Fraction(1)): Fraction(1, 2),
    ("asin", Fraction(1, 2)): Fraction(1, 6),
    ("atan", Fraction(1)): Fraction(1, 4),
}


class Opaque:
    """Opaque functions within one region."""

    def __init__(self, exponentials: Exponentials) -> None:
        self.exponentials = exponentials
        self.signs = exponentials.signs
        self.field = exponentials.field

    def negative(self, u: Ratio) -> bool:
        """Tell whether the leading coefficient is negative, to choose between u and -u."""
        return self.field.ring.terms(u.top)[0][1] < 0

    def odd(self, kind: str, u: Ratio) -> Ratio:
        """Return an odd function of u."""
        field = self.field
        if not u.top:
            return field.zero
        if self.negative(u):
            return field.neg(self.odd(kind, field.neg(u)))
        value = field.value(u)
        turn = _ANGLES.get((kind, value)) if value is not None else None
        if turn is not None:
            return field.scaled(field.constant("pi"), turn)
        return field.opaque(kind, u)

    def asin(self, u: Ratio) -> Ratio:
        """Return asin u; its domain |u| <= 1 becomes a fact."""
        field = self.field
        self.signs.assume(field.sub(field.one, u), 1, strict=False)
        self.signs.assume(field.add(field.one, u), 1, strict=False)
        return self.odd("asin", u)

    def acos(self, u: Ratio) -> Ratio:
        """Return pi/2 - asin u."""
        right_angle = self.field.scaled(self.field.constant("pi"), _HALF)
        return self.field.sub(right_angle, self.asin(u))

    def atan(self, u: Ratio) -> Ratio:
        """Return atan u, through atan 1/u where that is known already."""
        field = self.field
        if u.top:
            inverse = field.div(field.one, u)
            for sign in (1, -1):
                candidate = field.scaled(inverse, Fraction(sign))
                index = self._find("atan", candidate)
                if index is not None and not field.equal(candidate, u):
                    half_turn = Fraction(self.signs.sign(u), 2)
                    angle = field.scaled(field.gen(index), Fraction(sign))
                    return field.sub(field.scaled(field.constant("pi"), half_turn), angle)
        return self.odd("atan", u)

    def _find(self, kind: str, u: Ratio) -> int | None:
        for index, g in enumerate(self.field.generators):
            if g.kind == kind and self.field.equal(g.arguments[0], u):
                return index
        return None

    def atan2(self, y: Ratio, x: Ratio) -> Ratio:
        """Return the angle of (x, y); atan(y/x) where x is known to be positive."""
        if not y.top:
            if not x.top:
                raise ZeroDivisionError
            half_turn = (1 - self.signs.strict_sign(x)) // 2
            return self.field.scaled(self.field.constant("pi"), Fraction(half_turn))
        if self.signs.provable(x, 1, strict=True):
            return self.atan(self.field.div(y, x))
        return self.field.opaque("atan2", y, x)

    def lgamma(self, u: Ratio) -> Ratio:
        """Return log|gamma(u)|, carried to a known argument: |gamma(u + 1)| = |u| |gamma(u)|."""
        field = self.field
        for index, shift in self._shifts("lgamma", (), u):
            result = field.gen(index)
            known = field.generators[index].arguments[0]
            for step in range(abs(shift)):
                offset = step if shift > 0 else -step - 1
                change = self.exponentials.log(field.add(known, field.number(offset)))
                result = field.add(result, change if shift > 0 else field.neg(change))
            return result
        return field.opaque("lgamma", u)

    def polygamma(self, order: Ratio, u: Ratio) -> Ratio:
        """Return the derivative of digamma of that order, carried to a known argument."""
        field = self.field
        n = field.value(order)
        if n is None or n.denominator != 1 or not 0 <= n <= 60:
            raise TooLarge
        k = n.numerator
        for index, shift in self._shifts("polygamma", (order,), u):
            result = field.gen(index)
            known = field.generators[index].arguments[1]
            for step in range(abs(shift)):
                offset = step if shift > 0 else -step - 1
                base = field.power(field.add(known, field.number(offset)), -(k + 1))
                factor = Fraction((-1) ** k * factorial(k) * (1 if shift > 0 else -1))
                result = field.add(result, field.scaled(base, factor))
            return result
        return field.opaque("polygamma", order, u)

    def _shifts(self, kind: str, before: tuple[Ratio, ...], u: Ratio) -> list[tuple[int, int]]:
        """Return the known generator at u minus a whole number, and that number."""
        field = self.field
        for index, g in enumerate(field.generators):
            if g.kind != kind:
                continue
            if any(not field.equal(a, b) for a, b in zip(g.arguments, before, strict=False)):
                continue
            shift = field.value(field.sub(u, g.arguments[-1]))
            if shift is not None and shift.denominator == 1 and abs(shift) <= _MAX_SHIFT:
                return [(index, shift.numerator)]
        return []
