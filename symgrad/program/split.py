"""Long sums and deep trees cut into pieces that every compiler takes.

CPython stops at 200 nested parentheses and C compilers near 256; a sum of thousands of terms in one
expression is as deep as it is long once it is parsed. Sums of partial sums also round less.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from symgrad.errors import free_name
from symgrad.expression.identity import ByIdentity, distinct
from symgrad.expression.tree import (
    Add,
    Compare,
    Expression,
    Formula,
    Logic,
    Mul,
    Var,
    children,
    formula_of,
    with_children,
)
from symgrad.program.statements import Statement

MAX_WIDTH = 64
MAX_DEPTH = 40


def split(statements: tuple[Statement, ...], taken: Collection[str]) -> tuple[Statement, ...]:
    """Return the statements with every sum of more than 64 terms and every deep tree cut up.

    The pieces of R are called R_1, R_2, …; names in `taken` are left alone.
    """
    patterns = distinct(statement.formula.pattern for statement in statements)
    if not any(map(_measure, patterns)):
        return statements
    cutter = _Cutter({*taken, *(statement.name for statement in statements)})
    too_large: ByIdentity[Expression, bool] = ByIdentity()
    for pattern in patterns:
        too_large[pattern] = _measure(pattern)
    result: list[Statement] = []
    for statement in statements:
        if too_large[statement.formula.pattern]:
            result.extend(cutter.cut(statement))
        else:
            result.append(statement)
    return tuple(result)


def _measure(e: Expression) -> bool:
    """Tell whether a tree is too wide or too deep."""
    level, depth = [e], 0
    while level:
        depth += 1
        if depth > MAX_DEPTH:
            return True
        below: list[Expression] = []
        for part in level:
            parts = children(part)
            if len(parts) > MAX_WIDTH and isinstance(part, Add | Mul):
                return True
            below += parts
        level = below
    return False


class _Cutter:
    """Cuts statements up; pieces of one form share one pattern."""

    def __init__(self, taken: set[str]) -> None:
        self._taken = taken
        self._patterns: dict[Expression, Expression] = {}
        self._name = ""
        self._count = 0

    def cut(self, statement: Statement) -> Iterator[Statement]:
        """Yield the pieces of a statement, the statement itself last."""
        self._name, self._count = statement.name, 0
        pieces: list[Statement] = []
        whole, _ = self._small(statement.formula.expression, pieces)
        yield from pieces
        yield Statement(statement.name, self._formula(whole))

    def _formula(self, e: Expression) -> Formula:
        formula = formula_of(e)
        return Formula(
            self._patterns.setdefault(formula.pattern, formula.pattern), formula.operands
        )

    def _small(self, e: Expression, pieces: list[Statement]) -> tuple[Expression, int]:
        """Return the tree with its large parts replaced by names, and its depth."""
        parts: list[Expression] = []
        depth = 0
        for child in children(e):
            small, below = self._small(child, pieces)
            if below >= MAX_DEPTH and not isinstance(small, Compare | Logic):
                small, below = self._piece(small, pieces), 0
            parts.append(small)
            depth = max(depth, below)
        if not parts:
            return e, 0
        while isinstance(e, Add | Mul) and len(parts) > MAX_WIDTH:
            parts = [
                self._piece(with_children(e, tuple(chunk)), pieces) if len(chunk) > 1 else chunk[0]
                for chunk in (parts[i : i + MAX_WIDTH] for i in range(0, len(parts), MAX_WIDTH))
            ]
        return with_children(e, tuple(parts)), depth + 1

    def _piece(self, e: Expression, pieces: list[Statement]) -> Expression:
        self._count += 1
        name = free_name(f"{self._name}_{self._count}", self._taken)
        self._taken.add(name)
        pieces.append(Statement(name, self._formula(e)))
        return Var(name)
