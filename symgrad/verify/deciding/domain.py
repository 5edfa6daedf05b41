"""Where an expression is defined, as conditions on its parts."""

from __future__ import annotations

from collections.abc import Iterator

from symgrad.expression.functions import record
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
from symgrad.verify.deciding.intervals import is_numeric
from symgrad.verify.deciding.limits import distinct_parts


def domain_conditions(expression: Expression) -> tuple[Compare, ...]:
    """Return conditions that hold wherever the expression is defined.

    Parts that count only under a condition (the branches of `where`) add none.
    """
    found: list[Compare] = []
    seen: set[int] = set()
    stack = [expression]
    while stack:
        part = stack.pop()
        if id(part) in seen:
            continue
        seen.add(id(part))
        if isinstance(part, Call) and part.function == "where":
            stack.append(part.arguments[0])
            continue
        found.extend(c for c in _own(part) if not is_numeric(c.left))
        stack.extend(reversed(children(part)))
    return tuple(found)


def power_conditions(expression: Expression) -> tuple[Compare, ...]:
    """Return base >= 0 for every power whose exponent holds names.

    For some exponents such a power has a value below zero as well; nothing is claimed of that.
    """
    return tuple(
        Compare(">=", part.base, ZERO)
        for part in distinct_parts(expression)
        if isinstance(part, Pow) and not is_numeric(part.exponent) and not is_numeric(part.base)
    )


def _own(part: Expression) -> Iterator[Compare]:
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
    seen: set[int] = set()
    stack = [expression]
    while stack:
        part = stack.pop()
        if id(part) in seen:
            continue
        seen.add(id(part))
        match part:
            case Compare(_, left, right):
                found.append(Add((left, Neg(right))))
            case Call(name, arguments) if (switches := record(name).switches) is not None:
                found.extend(switches(arguments))
            case _:
                pass
        stack.extend(reversed(children(part)))
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
