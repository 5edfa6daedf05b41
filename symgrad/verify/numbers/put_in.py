"""Links in which numbers stand for some of the names: right at the values in force, not everywhere.

`δ(2cu+1)x + λa = δ·5·2 + 0.1` puts numbers in for all names but δ. Such a link is right when the
formula before it, with those names alone replaced by their values, is the same formula.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from fractions import Fraction

from symgrad.expression.certified import ctx, fmpq
from symgrad.expression.certified_values import Value, certified, fraction
from symgrad.expression.points import as_values, common, drawn
from symgrad.expression.printer import Printer
from symgrad.expression.tree import (
    ONE,
    ZERO,
    Call,
    Compare,
    Expression,
    Number,
    Var,
    variables,
    walk,
)
from symgrad.verify.deciding.equality import Decision, decide
from symgrad.verify.deciding.limits import substituted
from symgrad.verify.model import Claim, DerivativeTarget, Link, UpdateTarget
from symgrad.verify.numbers.decimals import bounds, decimal_literals, rounded_range
from symgrad.verify.numbers.outcomes import HOLDS_WHERE, Outcome
from symgrad.verify.truth import PRECISION, MissingValue, Truth

Meanings = Mapping[str | int, Expression]

_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_ORDERS = frozenset(("<", ">", "<=", ">="))
_TRIALS = 6
_SEED = 5
_SLACK = Fraction(1, 10**60)  # values that are no fractions are put in as very near ones


def with_numbers_put_in(
    truth: Truth, claim: Claim, index: int, left: Expression, meanings: Meanings, deadline: float
) -> Outcome | None:
    """Return the outcome of a link that holds with some names replaced by their values, else None.

    Only chains that end in a number are read so, and steps with decimals in them. Where the author
    has not stated the values, those of the graph count, and a value of 0 or 1, which hides what it
    is put in for, must be written.
    """
    link = claim.links[index]
    stepped = isinstance(claim.left, UpdateTarget) and bool(decimal_literals(link.text))
    if not (claim.links[-1].numeric or stepped):
        return None
    kept = set(variables(link.expression))
    try:
        for before, known in _formulas_before(truth, claim, index, left, meanings):
            names = set(variables(before)) - kept
            values = {n: truth.value(known.get(n, Var(n)), claim.point) for n in names}
            if not values or not (claim.stated or _are_written(values.values(), link.text)):
                continue
            numbers = _exact_numbers(values)
            replaced = None if numbers is None else substituted(before, numbers)
            if replaced is not None and _is_proved(replaced, link.expression, deadline):
                remark = "holds with the values in force put in, not everywhere"
                return Outcome("proved", "right with the numbers put in", remarks=(remark,))
            if decimal_literals(link.text) and _within_rounding(before, link, values, kept):
                if link.relation == "=":
                    return Outcome("agrees", "agrees within the rounding of its numbers")
                return Outcome("proved", "right within the rounding of its numbers")
        if _may_be_put_in(truth, claim, link, left, meanings):
            message = "not decided: right at the values in force, where numbers stand for names"
            return Outcome("undecided", message)
    except (MissingValue, ArithmeticError):
        return None
    return None


def where_values_lie(
    truth: Truth, claim: Claim, decision: Decision | None, printer: Printer
) -> Outcome | None:
    """Return the outcome of a link that holds on the side of a kink where the values lie.

    Only chains that end in a number are read so, where values are stated or were worked out before:
    `∂L/∂z = ∂L/∂a · 1 = 0.069` behind a unit that is active there.
    """
    told = claim.stated or any(value.denominator > 1 for _, value in claim.printed)
    if decision is None or not (told and claim.links[-1].numeric):
        return None
    for condition in decision.holds_when:
        compared = [part for part in walk(condition) if isinstance(part, Compare)]
        if any(part.relation not in _ORDERS for part in compared):
            continue
        try:
            there = truth.value(Call("where", (condition, ONE, ZERO)), claim.point)
        except (MissingValue, ArithmeticError):
            continue
        if there == 1:
            where = f"{HOLDS_WHERE} {printer.condition(condition)}, as at the values in force"
            return Outcome("proved", "right at the values in force", remarks=(where,))
    return None


def _may_be_put_in(
    truth: Truth, claim: Claim, link: Link, left: Expression, meanings: Meanings
) -> bool:
    """Tell whether a link is right at the point and holds a value of it, as `(1.4 - y)·2 + k·x`.

    A name may be kept in one place and put in at another: then it is right at the point only.
    """
    literals = decimal_literals(link.text)
    known = truth.values(claim.point).values()
    pairs = ((value, number, half) for value in known for number, half in literals.items())
    if not any(_rounds_to(*pair) for pair in pairs):
        return False
    whole = substituted(link.expression, meanings)
    middle: dict[str | int, Expression] = {
        name: Number(fraction(truth.value(Var(name), claim.point))) for name in variables(whole)
    }
    with ctx.workprec(PRECISION):
        wide = rounded_range(substituted(whole, middle), link.text)
    if wide is None:
        return False
    (low, high), (inside, outside) = bounds(wide), bounds(truth.value(left, claim.point))
    return low <= outside + _SLACK and inside <= high + _SLACK


def _rounds_to(value: Value, number: Fraction, half: Fraction) -> bool:
    low, high = bounds(value)
    return low <= number + half and number - half <= high


def _formulas_before(
    truth: Truth, claim: Claim, index: int, left: Expression, meanings: Meanings
) -> list[tuple[Expression, Meanings]]:
    """Return the formulas in which the numbers may have been put, and what their names mean."""
    if index:
        before = claim.links[index - 1].expression
        kept = set(variables(claim.links[index].expression))
        # `b ∂a/∂x + a ∂b/∂x = 6·1 + 5·y`: a derivative may be worked out, and not its value put in
        shown = {n: m for n in variables(before) if (m := meanings.get(n)) and variables(m)}
        worked = {n: m for n, m in shown.items() if set(variables(m)) & kept}
        both = [before, substituted(before, worked)] if worked else [before]
        return [(one, meanings) for one in both]
    derivation, graph, target = truth.derivation, truth.graph, claim.left
    found = [(left, meanings)]
    if isinstance(target, DerivativeTarget) and target.top == graph.objective:
        if target.bottom in derivation.wrt and not target.further:
            found.insert(0, (derivation.form(target.bottom).expression, meanings))
    elif isinstance(target, UpdateTarget) and graph.rate is not None:
        slope = DerivativeTarget(graph.objective, target.name)
        total = truth.total(graph.objective, target.name)
        whole = truth.updated(target.name, Var(slope.key))
        found.append((whole, {**meanings, slope.key: total}))
    elif isinstance(left, Var) and left.key in graph.index:
        formula = graph.index[str(left.key)].formula
        found = [] if formula is None else [(formula.expression, meanings)]
    return found


def _are_written(values: Iterable[Value], text: str) -> bool:
    """Tell whether each value of 0 and ±1 stands in the text of a link."""
    literals = {Fraction(number) for number in _NUMBER.findall(text)}
    trivial = {Fraction(int(abs(v).p)) for v in values if isinstance(v, fmpq) and abs(v) in (0, 1)}
    return trivial <= literals


def _exact_numbers(values: Mapping[str | int, Value]) -> dict[str | int, Expression] | None:
    """Return values as numbers, None where one is irrational."""
    if not all(isinstance(value, fmpq) for value in values.values()):
        return None
    return {name: Number(fraction(value)) for name, value in values.items()}


def _is_proved(left: Expression, right: Expression, deadline: float) -> bool:
    return decide(left, right, deadline=deadline).status == "proved"


def _within_rounding(
    before: Expression, link: Link, values: Mapping[str | int, Value], kept: set[str | int]
) -> bool:
    """Judge `0.034985·5·x + λa`: decimals are rounded numbers, and every name that is kept is free.

    So a name that stands in the place of another is found even where both have one value.
    """
    seen = 0
    for point in drawn(sorted(kept, key=str), _SEED, (common,), tries=_TRIALS):
        free = as_values(point)
        put = {name: Number(fraction(value)) for name, value in free.items()}
        with ctx.workprec(PRECISION):
            wide = rounded_range(substituted(link.expression, put), link.text)
            try:
                value = certified({**values, **free}).value(before)
            except ArithmeticError:
                continue
        if wide is None:
            continue
        (low, high), (inside, outside) = bounds(wide), bounds(value)
        if low > outside or inside > high:
            return False
        seen += 1
    return seen > 1 or (seen == 1 and not kept)
