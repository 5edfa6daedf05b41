"""Long choices as functions of their own, which the code brings along."""

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
from symgrad.program.series import ARGUMENTS, Local

LONG = 6  # operations from which on a choice of one argument gets a name


def outlined(e: Expression, names: int = 1) -> Expression:
    """Return the expression with its long choices in so many names as functions of their own."""
    if not any(isinstance(part, Call) and part.function == "where" for part in walk(e)):
        return e
    if isinstance(e, Compare | Logic | Number | Var):
        return e
    keys = variables(e)
    choice = len(keys) == 1 or (isinstance(e, Call) and e.function == "where")
    if 0 < len(keys) <= names and choice and operations_of(normal(e)) >= LONG:
        own = dict(zip(keys, map(Var, ARGUMENTS), strict=False))
        return Call(Local.of(substitute(e, own)), tuple(map(Var, keys)))
    parts = children(e)
    return with_children(e, tuple(outlined(part, names) for part in parts)) if parts else e
