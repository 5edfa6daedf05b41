"""Whether two formulas are one, seen at a few points: enough to tell what is meant, no proof."""

from __future__ import annotations

from symgrad.expression.certified import fmpq
from symgrad.expression.certified_values import Value
from symgrad.expression.points import common
from symgrad.expression.tree import Expression
from symgrad.graph.points import points_of
from symgrad.verify.truth import Truth

_POINTS = 4
_TRIES = 12
_SEED = 3


def same(truth: Truth, left: Expression, right: Expression) -> bool:
    """Tell whether two expressions in names of the graph have the same values at a few points."""
    agreed = 0
    for drawn in points_of(truth.graph, _SEED, (common,), tries=_TRIES):
        point = tuple(drawn.items())
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


def _may_be_zero(value: Value) -> bool:
    return bool(value == 0 if isinstance(value, fmpq) else value.contains(0))
