"""Long sums and deep trees cut into pieces that every compiler takes.

CPython stops at 200 nested parentheses and C compilers near 256; a sum of thousands of terms in one
expression is as deep as it is long once it is parsed. Sums of partial sums also round less.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from operator import is_
from typing import NamedTuple

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
    numbered,
    variables,
    with_children,
)
from symgrad.program.statements import Statement, patterns_of

MAX_WIDTH = 64
MAX_DEPTH = 40


def split(statements: tuple[Statement, ...], taken: Collection[str]) -> tuple[Statement, ...]:
    """Return the statements with every sum of more than 64 terms and every deep tree cut up.

    The pieces of R are called R_1, R_2, …; names in `taken` are left alone.
    """
    patterns = distinct(patterns_of(statements))
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


class _Plan(NamedTuple):
    """How the statements of one pattern are cut: the pieces in order, the rest of the whole last.

    Each has a pattern, and for each of its variables the operand of the whole that it stands for,
    or -1 - k for piece k.
    """

    pieces: tuple[tuple[Expression, tuple[int, ...]], ...]


class _Cutter:
    """Cuts statements up, each pattern once; pieces of one form share one pattern."""

    def __init__(self, taken: set[str]) -> None:
        self._taken = taken
        self._patterns: dict[Expression, Expression] = {}
        self._plans: ByIdentity[Expression, _Plan] = ByIdentity()

    def cut(self, statement: Statement) -> Iterator[Statement]:
        """Yield the pieces of a statement, the statement itself last."""
        pattern, operands = statement.formula
        plan = self._plans.get(pattern)
        if plan is None:
            plan = self._plans[pattern] = self._plan(pattern)
        names: list[str] = []
        for number, (piece, places) in enumerate(plan.pieces, 1):
            name = statement.name
            if number < len(plan.pieces):
                name = free_name(f"{name}_{number}", self._taken)
                self._taken.add(name)
            stands = tuple([operands[i] if i >= 0 else names[-1 - i] for i in places])
            yield Statement(name, Formula(piece, stands))
            names.append(name)

    def _plan(self, pattern: Expression) -> _Plan:
        pieces: list[Expression] = []
        whole, _ = _small(pattern, pieces)
        return _Plan(tuple([self._template(piece) for piece in (*pieces, whole)]))

    def _template(self, e: Expression) -> tuple[Expression, tuple[int, ...]]:
        places = tuple([int(key) for key in variables(e)])
        pattern = numbered(e, places)
        return self._patterns.setdefault(pattern, pattern), places


def _small(e: Expression, pieces: list[Expression]) -> tuple[Expression, int]:
    """Return the tree with its large parts replaced by variables -1, -2, …, and its depth.

    What they stand for is added to `pieces`.
    """
    parts: list[Expression] = []
    depth = 0
    for child in children(e):
        small, below = _small(child, pieces)
        if below >= MAX_DEPTH and not isinstance(small, Compare | Logic):
            small, below = _piece(small, pieces), 0
        parts.append(small)
        depth = max(depth, below)
    if not parts:
        return e, 0
    while isinstance(e, Add | Mul) and len(parts) > MAX_WIDTH:
        parts = [
            _piece(with_children(e, tuple(chunk)), pieces) if len(chunk) > 1 else chunk[0]
            for chunk in (parts[i : i + MAX_WIDTH] for i in range(0, len(parts), MAX_WIDTH))
        ]
    same = all(map(is_, parts, children(e))) and len(parts) == len(children(e))
    return e if same else with_children(e, tuple(parts)), depth + 1


def _piece(e: Expression, pieces: list[Expression]) -> Expression:
    pieces.append(e)
    return Var(-len(pieces))
