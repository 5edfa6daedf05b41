"""`≈` between formulas: the order of the error near 0, as of z³ in p ≈ 1/2 + z/4."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from math import log

from symgrad.expression.certified_values import fraction
from symgrad.expression.points import common
from symgrad.expression.tree import Expression, variables
from symgrad.graph.points import points_of
from symgrad.verify.deciding.limits import Stop, substituted
from symgrad.verify.model import Claim
from symgrad.verify.reading.proportional import left_of
from symgrad.verify.truth import MissingValue, Point, Truth

_STEPS = (Fraction(1, 2**10), Fraction(1, 2**12), Fraction(1, 2**14))
_RATIO = 4.0
_MOST_NAMES = 4
_HIGHEST = 9
_NEAR = 0.05
_SEED, _TRIES = 7, 12


def order_of_error(truth: Truth, claim: Claim) -> tuple[str, int] | None:
    """Return the name near whose 0 the error of an approximation vanishes, and to which order.

    None is returned where the error vanishes at the 0 of no name that the right side holds.
    """
    meanings = truth.meanings(claim)
    left = left_of(claim, meanings)
    link = claim.links[0].expression
    if left is None:
        return None
    right = substituted(link, meanings)
    names = [str(name) for name in variables(link) if str(name) in truth.graph.index]
    for name in names[:_MOST_NAMES]:
        try:
            order = _order(truth, left, right, name)
        except (MissingValue, ArithmeticError, Stop):
            continue
        if order is not None:
            return name, order
    return None


def _order(truth: Truth, left: Expression, right: Expression, name: str) -> int | None:
    fixed = next(points_of(truth.graph, _SEED, (common,), tries=_TRIES), None)
    if fixed is None:
        return None
    errors = []
    for step in _STEPS:
        point: Point = tuple({**fixed, name: step}.items())
        errors.append(abs(fraction(truth.value(left, point)) - fraction(truth.value(right, point))))
    if not all(errors):
        return None
    found = [log(float(a / b)) / log(_RATIO) for a, b in pairwise(errors)]
    order = round(found[-1])
    close = all(abs(one - order) < _NEAR for one in found)
    return order if close and 1 <= order <= _HIGHEST else None
