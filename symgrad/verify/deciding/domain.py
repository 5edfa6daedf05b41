"""Where an expression is defined, as conditions on its parts."""

from __future__ import annotations

from collections.abc import Iterator

from symgrad.expression.certified_values import is_numeric
from symgrad.expression.functions import record
from symgrad.expression.identity import each_part
from symgrad.expression.tree import (
    ZERO,
    Add,
    Call,
    Compare,
    Div,
    Expression,
    Logic,
    Neg,
    Number,
    Pow,
    children,
)
from symgrad.verify.deciding.limits import distinct_parts


def domain_conditions(expression: Expression) -> tuple[Compare, ...]:
    """Return conditions that hold wherever the expression is defined.

    Parts that count only under a condition (the branches of `where`) add none.
    """
    return tuple(
        condition
        for part in each_part(expression, _parts_that_count)
        for condition in _stated(part)
        if not is_numeric(condition.left)
    )


def _parts_that_count(part: Expression) -> tuple[Expression, ...]:
    if isinstance(part, Call) and record(part.function).condition_first:
        return part.arguments[:1]
    return children(part)


def power_conditions(expression: Expression) -> tuple[Compare, ...]:
    """Return base >= 0 for every power whose exponent holds names.

    For some exponents such a power has a value below zero as well; nothing is claimed of that.
    """
    return tuple(
        Compare(">=", part.base, ZERO)
        for part in distinct_parts(expression)
        if isinstance(part, Pow) and not is_numeric(part.exponent) and not is_numeric(part.base)
    )


def _stated(part: Expression) -> Iterator[Compare]:
    match part:
        case Div(_, denominator):
            yield Compare("!=", denominator, ZERO)
        case Pow(base, Number(value)) if value.denominator == 1:
            if value < 0:
                yield Compare("!=", base, ZERO)
        case Pow(base, Number(value)):
            yield Compare(">" if value < 0 else ">=", base, ZERO)
        case Pow(base, exponent) if not is_numeric(exponent):
            yield Compare(">=", base, ZERO)
        case Call(name, arguments) if (stated := record(name).domain) is not None:
            yield from stated(arguments)
        case _:
            return


def switching_parts(expression: Expression) -> tuple[Expression, ...]:
    """Return the parts at whose zeros a value or slope may jump: arguments of abs, sides of max."""
    found: list[Expression] = []
    for part in each_part(expression, children):
        match part:
            case Compare(_, left, right):
                found.append(Add((left, Neg(right))))
            case Call(name, arguments) if (switches := record(name).switches) is not None:
                found.extend(switches(arguments))
            case _:
                pass
    return tuple(found)


def is_total(expression: Expression) -> bool:
    """Tell whether an expression surely has a value everywhere, and states no fact."""
    for part in distinct_parts(expression):
        match part:
            case Div() | Compare() | Logic():
                return False
            case Pow(_, Number(value)) if value.denominator == 1 and value >= 0:
                pass
            case Pow():
                return False
            case Call(name, _) if not record(name).total:
                return False
            case _:
                pass
    return True
