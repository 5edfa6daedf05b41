"""Sums of names that a statement holds in several places, treated as if they had names.

In (1 - cos(a - b))/(a - b)^2 what matters is a - b near 0. With a name for it the rules see a
function of one variable, as they do where the author gave it a name.
"""

from __future__ import annotations

from collections.abc import Mapping

from symgrad.expression.tree import (
    Add,
    Call,
    Expression,
    Neg,
    Pow,
    Var,
    children,
    formula_of,
    substitute,
    walk,
    with_children,
)
from symgrad.program.statements import Statement

MARK = "#"  # no name of a graph begins like this


def with_names(
    statements: tuple[Statement, ...],
) -> tuple[tuple[Statement, ...], dict[str, Expression]]:
    """Return the statements with names for such sums, and what the names stand for."""
    sums: dict[Expression, None] = {}
    for statement in statements:
        if _has_sum(statement.formula.pattern):
            sums |= dict.fromkeys(_repeated(statement.formula.expression))
    if not sums:
        return statements, {}
    values: dict[str, Expression] = {}
    names: dict[Expression, Expression] = {}
    for total in sums:
        if total not in names:
            name = f"{MARK}{len(values)}"
            values[name] = total
            names[total] = Var(name)
            names[_negative(total)] = Neg(Var(name))
    result: list[Statement] = []
    waiting = dict(values)
    for statement in statements:
        changed = statement
        if _has_sum(statement.formula.pattern):
            whole = _named(statement.formula.expression, names)
            used = [part.key for part in walk(whole) if isinstance(part, Var)]
            for name in dict.fromkeys(str(key) for key in used):
                value = waiting.pop(name, None)
                result += [] if value is None else [Statement(name, formula_of(value))]
            if any(name in values for name in used):
                changed = Statement(statement.name, formula_of(whole))
        result.append(changed)
    return tuple(result), values


def without_names(
    statements: tuple[Statement, ...], values: Mapping[str, Expression]
) -> tuple[Statement, ...]:
    """Return the statements with the sums in the place of their names."""
    result = []
    sums: dict[str | int, Expression] = dict(values.items())
    for statement in statements:
        if statement.name in values:
            continue
        if not values.keys().isdisjoint(statement.formula.operands):
            whole = substitute(statement.formula.expression, sums)
            statement = Statement(statement.name, formula_of(whole))  # noqa: PLW2901
        result.append(statement)
    return tuple(result)


def _has_sum(pattern: Expression) -> bool:
    return any(_is_plain(part) for part in walk(pattern))


def _is_plain(e: Expression) -> bool:
    """Tell whether an expression is a sum or difference of names."""
    return isinstance(e, Add) and all(
        isinstance(term, Var) or (isinstance(term, Neg) and isinstance(term.operand, Var))
        for term in e.terms
    )


def _negative(e: Expression) -> Expression:
    """Return b - a for a - b."""
    terms = [term.operand if isinstance(term, Neg) else Neg(term) for term in children(e)]
    return Add(tuple(sorted(terms, key=lambda term: isinstance(term, Neg))))


def _repeated(e: Expression) -> list[Expression]:
    """Return the sums that stand both in the argument of a function and outside of it."""
    outside: list[Expression] = []
    inside: dict[Expression, None] = {}
    stack = [(e, False)]
    while stack:
        part, within = stack.pop()
        if isinstance(part, Add) and not within:
            outside.append(part)
        if within and _is_plain(part):
            inside[part] = None
            continue
        function = isinstance(part, Call) and part.function not in ("where", "abs", "sqrt")
        for i, child in enumerate(children(part)):
            stack.append((child, within or function or (isinstance(part, Pow) and i == 1)))
    return [
        total
        for total in inside
        if any(_is_part(t, whole) for whole in outside for t in (total, _negative(total)))
    ]


def _is_part(total: Expression, whole: Expression) -> bool:
    """Tell whether all terms of a sum are terms of another one."""
    terms = children(whole)
    return all(term in terms for term in children(total))


def _named(e: Expression, names: Mapping[Expression, Expression]) -> Expression:
    """Put the names in, for a part of a longer sum too: exp(a - b) - 1 - a + b."""
    if not isinstance(e, Add):
        parts = children(e)
        return with_children(e, tuple([_named(part, names) for part in parts])) if parts else e
    terms = list(e.terms)
    for total, name in names.items():
        own = total.terms if isinstance(total, Add) else ()
        if all(term in terms for term in own):
            place = min(terms.index(term) for term in own)
            terms[place] = name
            terms = [t for i, t in enumerate(terms) if i == place or t not in own]
    new = tuple([_named(term, names) for term in terms])
    return new[0] if len(new) == 1 else Add(new)
