"""Guards of a single point: where(x == 0, 1, sin(x)/x), and what its derivative is at that point.

A convention at a kink holds at borders between regions; a point is no region. Where what stands
beside the point goes on into it smoothly, the function has the derivative of its continuation
there, whatever the guard's own formula would give: its limit.
"""

from __future__ import annotations

from fractions import Fraction

from symgrad.derivation.laurent import (
    Gradient,
    Key,
    NoLaurentSeries,
    SeriesExpander,
    condition_names,
)
from symgrad.errors import LimitExceeded
from symgrad.expression.algebra import Product, add, div, neg, tidy
from symgrad.expression.functions import record
from symgrad.expression.simplify import linear_in
from symgrad.expression.tree import (
    ZERO,
    Call,
    Compare,
    Expression,
    Logic,
    Neg,
    Number,
    Pow,
    substitute,
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

    >>> from symgrad.expression.tree import Add, Var
    >>> _solved(Add((Var("a"), Neg(Var("b")))), "a")
    Var(key='b')
    """
    match e:
        case Pow(base, Number(exponent)) if exponent > 0:
            return _solved(base, key)
        case Call("abs", (inner,)) | Neg(inner):
            return _solved(inner, key)
        case _:
            parts = linear_in(e, key)
            if parts is None or parts[0] == ZERO or _may_vanish(parts[0]):
                return None  # where the slope is zero every value is guarded
            return neg(div(parts[1], parts[0]))


def _may_vanish(slope: Expression) -> bool:
    """Tell whether a slope has anything but numbers above the line."""
    powers = Product(slope).powers
    return any(not isinstance(k, Fraction) or k > 0 for k in powers.values())
