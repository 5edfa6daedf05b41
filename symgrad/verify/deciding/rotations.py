"""sin, cos and tan as rational functions of tangents of half angles over a rational basis.

A rotation is the pair (cos u, sin u). Rotations multiply like complex numbers, which is the
addition theorem; a whole multiple of an angle is a power. For the generator t = tan(b/2), cos b is
(1 - t^2)/(1 + t^2) and sin b is 2t/(1 + t^2), so cos^2 + sin^2 = 1 holds by itself.
"""

from __future__ import annotations

from fractions import Fraction

from symgrad.expression.tree import Call
from symgrad.verify.deciding.bases import Basis
from symgrad.verify.deciding.exponentials import Exponentials
from symgrad.verify.deciding.fields import Generator, Ratio
from symgrad.verify.deciding.limits import TooLarge
from symgrad.verify.deciding.polynomials import is_constant

Rotation = tuple[Ratio, Ratio]

_MAX_MULTIPLE = 24
_HALF = Fraction(1, 2)
INVERSE = ("atan", "asin", "atan2")


class Rotations:
    """sin, cos and tan within one region."""

    def __init__(self, exponentials: Exponentials) -> None:
        self.exponentials = exponentials
        self.field = exponentials.field
        self.basis = Basis(self.field)
        self._tangents: list[int] = []
        self._identity: Rotation = (self.field.one, self.field.zero)

    def rotation(self, u: Ratio) -> Rotation:
        """Return (cos u, sin u)."""
        if not u.top:
            return self._identity
        special = self._special()
        extra = [self.field.gen(index) for index in special]
        known = self.basis.coordinates(u, extra) if self.basis.elements or extra else None
        if known is None:
            return self._with_new_angle(u, special)
        result = self._identity
        for k, c in enumerate(known):
            if c and k < len(self._tangents):
                result = self._turned(result, self._multiple(k, c))
            elif c:
                index = special[k - len(self._tangents)]
                result = self._turned(result, self._special_turn(index, c))
        return result

    def tan(self, u: Ratio) -> Ratio:
        """Return sin 2u / (1 + cos 2u), which is the generator itself where 2u is in the basis."""
        cosine, sine = self.rotation(self.field.scaled(u, Fraction(2)))
        return self.field.div(sine, self.field.add(self.field.one, cosine))

    def _special(self) -> list[int]:
        return [
            index
            for index, g in enumerate(self.field.generators)
            if g.kind in INVERSE or g.kind == "constant"
        ]

    def _with_new_angle(self, u: Ratio, special: list[int]) -> Rotation:
        field = self.field
        result, rest = self._identity, u
        if is_constant(u.bottom):
            for monomial, c in field.ring.terms(u.top):
                index = monomial.index(1) if sum(monomial) == 1 else -1
                if index in special:
                    result = self._turned(result, self._special_turn(index, c))
                    rest = field.sub(rest, field.scaled(field.gen(index), c))
        if rest is not u:
            return self._turned(result, self.rotation(rest))
        position = self.basis.append(rest)
        scale = field.scales.parts.get(("tan", position), 1)
        half = field.scaled(rest, Fraction(1, 2 * scale))
        safe = all(g.safe and g.kind in {"var", "constant"} for g in field.used(u.top, u.bottom))
        shown = Call("tan", (field.expression(half),))
        generator = Generator("tan", (half,), shown, field.is_constant(rest), safe)
        self._tangents.append(field.new_generator(generator))
        return self._multiple(position, Fraction(1))

    def _multiple(self, position: int, c: Fraction) -> Rotation:
        field = self.field
        times = c * field.scales.parts.get(("tan", position), 1)
        if times.denominator != 1:
            raise field.scales.refine("tan", position, c.denominator)
        t = field.gen(self._tangents[position])
        square = field.mul(t, t)
        below = field.add(field.one, square)
        cosine = field.div(field.sub(field.one, square), below)
        sine = field.div(field.scaled(t, Fraction(2)), below)
        return self._repeated((cosine, sine), times.numerator)

    def _special_turn(self, index: int, c: Fraction) -> Rotation:
        generator = self.field.generators[index]
        if generator.kind == "constant":
            return self._part_of_circle(c)
        if c.denominator != 1:
            raise TooLarge
        return self._repeated(self._inverse(generator), c.numerator)

    def _inverse(self, generator: Generator) -> Rotation:
        field, one = self.field, self.field.one
        u = generator.arguments[0]
        if generator.kind == "asin":
            square = field.sub(one, field.mul(u, u))
            return self.exponentials.abs_power(square, _HALF), u
        x = generator.arguments[1] if generator.kind == "atan2" else one
        length = field.add(field.mul(x, x), field.mul(u, u))
        root = self.exponentials.abs_power(length, _HALF)
        return field.div(x, root), field.div(u, root)

    def _part_of_circle(self, c: Fraction) -> Rotation:
        """Return the rotation by c*pi, for multiples of pi/12."""
        twelfths = c * 12
        if twelfths.denominator != 1:
            raise TooLarge
        steps = twelfths.numerator % 24
        # An eighth of the circle is 3 steps and a sixth is 4: 3*eighths + 4*sixths = steps mod 24.
        eighths = (3 * steps) % 8
        sixths = ((steps - 3 * eighths) // 4) % 6
        root2 = self.exponentials.abs_power(self.field.number(2), _HALF)
        root3 = self.exponentials.abs_power(self.field.number(3), _HALF)
        half2, half3 = self.field.scaled(root2, _HALF), self.field.scaled(root3, _HALF)
        turn = self._repeated((half2, half2), eighths)
        return self._turned(turn, self._repeated((self.field.number(_HALF), half3), sixths))

    def _turned(self, a: Rotation, b: Rotation) -> Rotation:
        field = self.field
        cosine = field.sub(field.mul(a[0], b[0]), field.mul(a[1], b[1]))
        sine = field.add(field.mul(a[1], b[0]), field.mul(a[0], b[1]))
        return cosine, sine

    def _repeated(self, turn: Rotation, times: int) -> Rotation:
        if abs(times) > _MAX_MULTIPLE:
            raise TooLarge
        if times < 0:
            turn = (turn[0], self.field.neg(turn[1]))
        result = self._identity
        for _ in range(abs(times)):
            result = self._turned(result, turn)
        return result
