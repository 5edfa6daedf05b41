"""Guards of a single point: where(x == 0, 1, sin(x)/x), and what its derivative is at that point.

A convention at a kink holds at borders between regions; a point is no region. Where what stands
beside the point goes on into it smoothly, the function has the derivative of its continuation
there, whatever the guard's own formula would give: its limit.
"""

from __future__ import annotations

from symgrad.derivation.laurent import (
    Gradient,
    Key,
    NoLaurentSeries,
    SeriesExpander,
    condition_names,
)
from symgrad.errors import LimitExceeded
from symgrad.expression.algebra import add, div, mul, neg, tidy
from symgrad.expression.functions import record
from symgrad.expression.tree import (
    ONE,
    ZERO,
    Add,
    Call,
    Compare,
    Div,
    Expression,
    Logic,
    Mul,
    Neg,
    Number,
    Pow,
    Var,
    substitute,
    variables,
    walk,
)

_TERMS = (4, 8, 14)  # cancellation takes some


def point_of(condition: Expression) -> tuple[Expression, bool] | None:
    """Return what is zero on a guard of single points, and whether the condition holds there.

    None is returned for conditions that hold, or fail, in a region.
    """
    match condition:
        case Compare("==", left, right):
            return add(left, neg(right)), True
        case Compare("!=", left, right):
            return add(left, neg(right)), False
        case Logic("not", (part,)):
            found = point_of(part)
            return None if found is None else (found[0], not found[1])
        case _:
            return None


def slope_at_guard(
    condition: Expression, yes: Expression, no: Expression, key: Key, gradient: Gradient
) -> Expression | None:
    """Return the derivative by `key` of where(condition, yes, no) at the guarded point.

    None is returned where the condition guards no single point of `key`, and where the function is
    not smooth there, or was not found to be.
    """
    guard = point_of(condition)
    if guard is None or key not in condition_names(condition):
        return None
    there, beside = (yes, no) if guard[1] else (no, yes)
    point = _solved(guard[0], key)
    if point is None:
        return None
    for terms in _TERMS:
        expander = SeriesExpander(key, point, terms, gradient)
        try:
            found = expander.series(beside)
            if found.end < 2:
                continue
            jump = add(found.at(0), neg(tidy(substitute(there, {key: point}))))
            if found.start < 0 or not expander.is_zero(jump):
                return None
            return tidy(found.at(1))
        except (NoLaurentSeries, RecursionError, LimitExceeded):
            return None
    return None


def open_guards(expression: Expression, gradient: Gradient) -> tuple[tuple[Key, Compare], ...]:
    """Return the guards at which no derivative of an expression was found, and by which name.

    There the guard's own formula counts, which is a convention and no theorem.
    """
    found: dict[tuple[Key, Compare], None] = {}
    for part in walk(expression):
        if not isinstance(part, Call) or not record(part.function).condition_first:
            continue
        condition, yes, no = part.arguments
        if point_of(condition) is None:
            continue
        for key in condition_names(condition):
            if slope_at_guard(condition, yes, no, key, gradient) is None:
                for test in walk(condition):
                    if isinstance(test, Compare):
                        found.setdefault((key, Compare("==", test.left, test.right)))
    return tuple(found)


def _solved(e: Expression, key: Key) -> Expression | None:
    """Return the one value of a name for which an expression is zero, None where that is not known.

    >>> _solved(Add((Var("a"), Neg(Var("b")))), "a")
    Var(key='b')
    """
    match e:
        case Pow(base, Number(exponent)) if exponent > 0:
            return _solved(base, key)
        case Call("abs", (inner,)) | Neg(inner):
            return _solved(inner, key)
        case _:
            parts = _linear(e, key)
            if parts is None or parts[0] == ZERO:
                return None
            return neg(div(parts[1], parts[0]))


def _linear(e: Expression, key: Key) -> tuple[Expression, Expression] | None:
    """Return factor and rest of e = factor·key + rest, None where it is not of that form."""
    if key not in variables(e):
        return ZERO, e
    match e:
        case Var():
            return ONE, ZERO
        case Neg(operand):
            found = _linear(operand, key)
            return None if found is None else (neg(found[0]), neg(found[1]))
        case Add(terms):
            parts = [_linear(term, key) for term in terms]
            known = [part for part in parts if part is not None]
            if len(known) < len(parts):
                return None
            return add(*(part[0] for part in known)), add(*(part[1] for part in known))
        case Mul(factors):
            holding = [factor for factor in factors if key in variables(factor)]
            others = [factor for factor in factors if key not in variables(factor)]
            found = _linear(holding[0], key) if len(holding) == 1 else None
            if found is None or not all(isinstance(factor, Number) for factor in others):
                return None  # where a factor is zero every value is guarded
            return mul(found[0], *others), mul(found[1], *others)
        case Div(numerator, denominator) if key not in variables(denominator):
            found = _linear(numerator, key)
            return (
                None if found is None else (div(found[0], denominator), div(found[1], denominator))
            )
        case _:
            return None
