"""Long formulas of one argument as functions of their own, which the code brings along."""

from __future__ import annotations

from symgrad.expression.tree import (
    Call,
    Compare,
    Expression,
    Logic,
    Number,
    Var,
    children,
    substitute,
    variables,
    walk,
    with_children,
)
from symgrad.program.normal import normal, operations_of
from symgrad.program.series import ARGUMENT, Local

LONG = 6  # operations from which on a choice of one argument gets a name


def outlined(e: Expression) -> Expression:
    """Return the expression with its long choices of one argument as functions of their own."""
    if not any(isinstance(part, Call) and part.function == "where" for part in walk(e)):
        return e
    if isinstance(e, Compare | Logic | Number | Var):
        return e
    keys = variables(e)
    if len(keys) == 1 and operations_of(normal(e)) >= LONG:
        return Call(Local.of(substitute(e, {keys[0]: Var(ARGUMENT)})), (Var(keys[0]),))
    parts = children(e)
    return with_children(e, tuple(outlined(part) for part in parts)) if parts else e
