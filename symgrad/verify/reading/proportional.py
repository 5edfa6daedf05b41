"""`∝`: right up to a constant factor, which is found at a few points and said."""

from __future__ import annotations

from fractions import Fraction

from symgrad.expression.certified_values import fraction
from symgrad.expression.points import common
from symgrad.expression.tree import Expression, Var
from symgrad.graph.points import points_of
from symgrad.verify.deciding.limits import substituted
from symgrad.verify.model import Claim, DerivativeTarget, ExpressionTarget, NameTarget
from symgrad.verify.truth import MissingValue, Truth

_POINTS, _TRIES = 4, 12
_SEED = 5
_LARGEST_DENOMINATOR = 1_000
_CLOSE = Fraction(1, 10**12)


def factor_of(truth: Truth, claim: Claim) -> Fraction | None:
    """Return the rational number by which the right side is to be multiplied, None where none is.

    It is only seen at points; whether it holds everywhere is left to the judge.
    """
    meanings = truth.meanings(claim)
    left = left_of(claim, meanings)
    if left is None:
        return None
    right = substituted(claim.links[0].expression, meanings)
    found: list[Fraction] = []
    for drawn in points_of(truth.graph, _SEED, (common,), tries=_TRIES):
        point = tuple(drawn.items())
        try:
            sides = [fraction(truth.value(side, point)) for side in (left, right)]
        except MissingValue:
            return None
        except (ArithmeticError, OverflowError):
            continue
        if sides[1]:
            found.append(sides[0] / sides[1])
        if len(found) == _POINTS:
            break
    guess = found[0].limit_denominator(_LARGEST_DENOMINATOR) if found else Fraction(0)
    same = all(abs(ratio - guess) <= _CLOSE * abs(guess) for ratio in found)
    return guess if len(found) > 1 and guess and same else None


def left_of(claim: Claim, meanings: dict[str | int, Expression]) -> Expression | None:
    """Return the left side of a claim in names of the graph, None for a step of descent."""
    match claim.left:
        case DerivativeTarget():
            return meanings[claim.left.key]
        case NameTarget(name):
            return meanings.get(name, Var(name))
        case ExpressionTarget(expression):
            return substituted(expression, meanings)
        case _:
            return None
