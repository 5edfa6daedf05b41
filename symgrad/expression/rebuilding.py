"""Expressions built anew with other parts, by the constructors that tidy or as they stand."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from symgrad.expression.algebra import add, div, is_negative, mul, neg, power
from symgrad.expression.tree import (
    MIRRORED,
    ZERO,
    Add,
    Compare,
    Div,
    Expression,
    Mul,
    Neg,
    Number,
    Pow,
    Var,
    children,
    with_children,
)


def tidy(expression: Expression) -> Expression:
    """Return the expression rebuilt bottom-up through the tidying constructors."""
    return combined(expression, tuple(tidy(part) for part in children(expression)))


def combined(expression: Expression, parts: tuple[Expression, ...]) -> Expression:
    """Return the expression with its direct parts replaced, through the tidying constructors."""
    match expression:
        case Add():
            return add(*parts)
        case Mul():
            return mul(*parts)
        case Neg():
            return neg(*parts)
        case Div():
            return div(*parts)
        case Pow():
            return power(*parts)
        case Compare(relation):
            return compared(relation, *parts)
        case _:
            return with_children(expression, parts) if parts else expression


def compared(relation: str, left: Expression, right: Expression) -> Compare:
    """Return a comparison; of 0 with a difference it is one of its terms: m ≥ 1, not 0 ≥ 1 − m.

    Doubles agree: a difference is below 0, 0 or above just where its terms compare so.

    >>> from symgrad.expression.tree import ONE
    >>> compared(">=", ZERO, Add((ONE, Neg(Var("m"))))) == Compare(">=", Var("m"), ONE)
    True
    """
    for whole, zero, turned in ((right, left, True), (left, right, False)):
        if zero == ZERO and isinstance(whole, Add) and len(whole.terms) == 2:
            first, second = whole.terms
            if is_negative(second) and not is_negative(first):
                sides = (neg(second), first) if turned else (first, neg(second))
                return compared(relation, *sides)
    if isinstance(left, Number) and not isinstance(right, Number):
        return Compare(MIRRORED[relation], right, left)
    return Compare(relation, left, right)


def filled(expression: Expression, values: Mapping[str | int, Expression]) -> Expression:
    """Return the expression with variables replaced: it is tidied, what is put in stays as it is.

    >>> from symgrad.expression.tree import Call, number
    >>> z = Var("z")
    >>> inner = Mul((number(2), Mul((number(3), z))))
    >>> filled(mul(number(2), Call("cos", (Var(0),))), {0: inner}).factors[1].arguments == (inner,)
    True
    """
    return replaced(
        expression,
        lambda part: values.get(part.key, part) if isinstance(part, Var) else None,
        tidied=True,
    )


def replaced(
    expression: Expression,
    replace: Callable[[Expression], Expression | None],
    *,
    tidied: bool = False,
) -> Expression:
    """Return the expression with every part for which `replace` gives one replaced, top down.

    All that holds replaced parts is built anew as it is, or through the tidying constructors.
    """
    found = replace(expression)
    if found is not None:
        return found
    parts = children(expression)
    new = tuple(replaced(part, replace, tidied=tidied) for part in parts)
    if tidied:
        return combined(expression, new)
    return expression if new == parts else with_children(expression, new)
