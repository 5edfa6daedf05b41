"""Arguments over a rational basis: which are rational combinations of which.

exp, sin and cos of arguments that are linearly independent over the rationals are algebraically
independent (Ax, "On Schanuel's conjectures", 1971), so each function of an argument is written in
the generators of a basis: exp(x + y/2) as exp(x) exp(y/2), sin(3x) through sin x and cos x.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from symgrad.verify.deciding.fields import Field, Ratio
from symgrad.verify.deciding.limits import TooLarge
from symgrad.verify.deciding.polynomials import Monomial, is_constant

Vector = dict[Monomial, Fraction]

_MAX_BASIS = 24
_MAX_LENGTH = 400


class Basis:
    """Ratios that are linearly independent over the rationals."""

    def __init__(self, field: Field) -> None:
        self.field = field
        self.elements: list[Ratio] = []

    def append(self, element: Ratio) -> int:
        """Add an element and return its position."""
        if len(self.elements) >= _MAX_BASIS:
            raise TooLarge
        self.elements.append(element)
        return len(self.elements) - 1

    def coordinates(self, ratio: Ratio, extra: Sequence[Ratio] = ()) -> list[Fraction] | None:
        """Return rational coordinates by the elements and then by `extra`, or None."""
        vectors = _vectors(self.field, [ratio, *self.elements, *extra])
        return _solve(vectors[1:], vectors[0])


def _vectors(field: Field, ratios: Sequence[Ratio]) -> list[Vector]:
    ring = field.ring
    common = ring.one
    for ratio in ratios:
        if not is_constant(ratio.bottom):
            shared = ring.gcd(common, ratio.bottom)
            common = ring.times(common, ring.divide(ratio.bottom, shared))
    vectors = []
    for ratio in ratios:
        top = ratio.top
        if not is_constant(common):
            top = field.reduced(ring.times(top, ring.divide(common, ratio.bottom)))
        if len(top) > _MAX_LENGTH:
            raise TooLarge
        vectors.append(dict(ring.terms(top)))
    return vectors


def _solve(columns: Sequence[Vector], target: Vector) -> list[Fraction] | None:
    """Return c with sum(c[i] * columns[i]) == target, or None."""
    reduced: list[tuple[Monomial, Vector, list[Fraction]]] = []
    for position, column in enumerate(columns):
        own = [Fraction(int(k == position)) for k in range(len(columns))]
        vector = _eliminate(dict(column), own, reduced)
        if vector:
            reduced.append((next(iter(vector)), vector, own))
    weights = [Fraction(0)] * len(columns)
    if _eliminate(dict(target), weights, reduced):
        return None
    return [-w for w in weights]


def _eliminate(
    vector: Vector,
    weights: list[Fraction],
    reduced: Sequence[tuple[Monomial, Vector, list[Fraction]]],
) -> Vector:
    for pivot, row, row_weights in reduced:
        value = vector.get(pivot)
        if not value:
            continue
        factor = value / row[pivot]
        for monomial, c in row.items():
            left = vector.get(monomial, Fraction(0)) - factor * c
            if left:
                vector[monomial] = left
            else:
                vector.pop(monomial, None)
        for k, w in enumerate(row_weights):
            if w:
                weights[k] -= factor * w
    return vector
