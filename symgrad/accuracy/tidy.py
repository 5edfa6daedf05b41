"""Statements that only give another one a second name."""

from __future__ import annotations

from symgrad.expression.tree import Expression, Var, formula_of, substitute
from symgrad.program.statements import Statement


def without_copies(
    before: tuple[Statement, ...], after: tuple[Statement, ...]
) -> tuple[Statement, ...]:
    """Put x for J where the pass has found that J is x."""
    copies = {
        new.name: new.formula.operands[0]
        for old, new in zip(before, after, strict=True)
        if isinstance(new.formula.pattern, Var) and old.formula != new.formula
    }
    if not copies:
        return after
    result = []
    for statement in after:
        if not copies.keys().isdisjoint(statement.formula.operands):
            values: dict[str | int, Expression] = {}
            for name in statement.formula.operands:
                target = name
                while target in copies:
                    target = copies[target]
                values[name] = Var(target)
            whole = substitute(statement.formula.expression, values)
            statement = Statement(statement.name, formula_of(whole))  # noqa: PLW2901
        result.append(statement)
    return tuple(result)
