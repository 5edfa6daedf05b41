"""Whether two formulas are one, seen at a few points: enough to tell what is meant, no proof."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from random import Random

from symgrad.expression.certified import fmpq
from symgrad.expression.certified_values import Value
from symgrad.expression.tree import Expression
from symgrad.verify.truth import Point, Truth

_POINTS = 4
_TRIES = 12


def same(truth: Truth, left: Expression, right: Expression) -> bool:
    """Tell whether two expressions in names of the graph have the same values at a few points."""
    agreed = 0
    for point in _points(truth):
        try:
            difference = truth.value(left, point) - truth.value(right, point)
        except ArithmeticError:
            continue
        if not _may_be_zero(difference):
            return False
        agreed += 1
        if agreed == _POINTS:
            return True
    return agreed > 1


def _points(truth: Truth) -> Iterator[Point]:
    random = Random(3)  # noqa: S311  (points, not secrets)
    names = [node.name for node in truth.graph.nodes if node.formula is None]
    for _ in range(_TRIES):
        yield tuple((name, Fraction(random.randint(1, 29), 13)) for name in names)


def _may_be_zero(value: Value) -> bool:
    return bool(value == 0 if isinstance(value, fmpq) else value.contains(0))
