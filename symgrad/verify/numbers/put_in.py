"""Links in which numbers stand for some of the names: right at the values in force, not everywhere.

`δ(2cu+1)x + λa = δ·5·2 + 0.1` puts numbers in for all names but δ. Such a link is right when the
formula before it, with those names alone replaced by their values, is the same formula.
"""

from __future__ import annotations

from collections.abc import Mapping

from flint import ctx, fmpq

from symgrad.expression.tree import Expression, Number, Var, variables
from symgrad.verify.deciding.equality import decide
from symgrad.verify.deciding.intervals import Value
from symgrad.verify.deciding.limits import substituted
from symgrad.verify.model import Claim, DerivativeTarget
from symgrad.verify.numbers.decimals import bounds, decimal_literals, rounded_range
from symgrad.verify.numbers.outcomes import Outcome
from symgrad.verify.truth import PRECISION, MissingValue, Truth, as_fraction

Meanings = Mapping[str | int, Expression]


def with_numbers_put_in(
    truth: Truth, claim: Claim, index: int, left: Expression, meanings: Meanings, deadline: float
) -> Outcome | None:
    """Return the outcome of a link that holds with some names replaced by their values, else None.

    Only chains that end in a number, where the author has stated the values, are read so.
    """
    if not claim.stated or not claim.links[-1].numeric:
        return None
    link = claim.links[index]
    kept = set(variables(link.expression))
    try:
        for before in _formulas_before(truth, claim, index, left):
            numbers = _numbers(truth, claim, set(variables(before)) - kept, meanings)
            if not numbers:
                continue
            replaced = substituted(before, numbers)
            if decide(replaced, link.expression, deadline=deadline).status == "proved":
                remark = "holds with the values in force put in, not everywhere"
                return Outcome("proved", "right with the numbers put in", remarks=(remark,))
        if index and decimal_literals(link.text):
            return _within_rounding(truth, claim, index, left, meanings)
    except (MissingValue, ArithmeticError):
        return None
    return None


def _formulas_before(truth: Truth, claim: Claim, index: int, left: Expression) -> list[Expression]:
    if index:
        return [claim.links[index - 1].expression]
    derivation, target = truth.derivation, claim.left
    found = [left]
    if (
        isinstance(target, DerivativeTarget)
        and target.top == truth.graph.objective
        and target.bottom in derivation.wrt
        and not target.further
    ):
        found.insert(0, derivation.form(target.bottom).expression)
    elif isinstance(left, Var) and left.key in truth.graph.index:
        formula = truth.graph.index[str(left.key)].formula
        found = [] if formula is None else [formula.expression]
    return found


def _numbers(
    truth: Truth, claim: Claim, names: set[str | int], meanings: Meanings
) -> dict[str | int, Expression]:
    """Return the exact values of names at the point in force, {} where one is irrational."""
    found: dict[str | int, Expression] = {}
    for name in names:
        value = truth.value(meanings.get(name, Var(name)), claim.point)
        if not isinstance(value, fmpq):
            return {}
        found[name] = Number(as_fraction(value))
    return found


def _within_rounding(
    truth: Truth, claim: Claim, index: int, left: Expression, meanings: Meanings
) -> Outcome | None:
    """Judge `0.034985·5·x + λa`: names at their values, decimal numbers as rounded ones."""
    link = claim.links[index]
    numbers: dict[str | int, Expression] = {}
    for name in variables(link.expression):
        value: Value = truth.value(meanings.get(name, Var(name)), claim.point)
        if not isinstance(value, fmpq):
            return None
        numbers[name] = Number(as_fraction(value))
    with ctx.workprec(PRECISION):
        wide = rounded_range(substituted(link.expression, numbers), link.text)
    if wide is None:
        return None
    (low, high), (inside, outside) = bounds(wide), bounds(truth.value(left, claim.point))
    if low <= outside and inside <= high:
        if link.relation == "=":
            return Outcome("agrees", "agrees within the rounding of its numbers")
        return Outcome("proved", "right within the rounding of its numbers")
    return None
