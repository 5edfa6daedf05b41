"""Long sums and deep trees cut into pieces that every compiler takes.

CPython stops at 200 nested parentheses and C compilers near 256; a sum of thousands of terms in one
expression is as deep as it is long once it is parsed. Sums of partial sums also round less.
"""

from __future__ import annotations

from collections.abc import Iterator

from symgrad.expression import (
    Add,
    Compare,
    Expression,
    Logic,
    Mul,
    Var,
    children,
    substitute,
    with_children,
)
from symgrad.program_block import Assignment, Block, assignment, blocks_of, rows_of

MAX_WIDTH = 64
MAX_DEPTH = 40


def split(blocks: list[Block], prefix: str) -> list[Block]:
    """Return the blocks with every sum of more than 64 terms and every deep tree cut up."""
    too_large = {id(block.pattern) for block in blocks if _measure(block.pattern)}
    if not too_large:
        return blocks
    rows = rows_of(blocks)
    cutter = _Cutter(prefix, sum(row.name.startswith(prefix) for row in rows))
    result: list[Assignment] = []
    for row in rows:
        if id(row.pattern) in too_large:
            result.extend(cutter.cut(row))
        else:
            result.append(row)
    return blocks_of(enumerate(result))


def _measure(e: Expression) -> bool:
    """Tell whether a tree is too wide or too deep."""
    level, depth = [e], 0
    while level:
        depth += 1
        if depth > MAX_DEPTH or any(_is_wide(part) for part in level):
            return True
        level = [part for parent in level for part in children(parent)]
    return False


def _is_wide(e: Expression) -> bool:
    return isinstance(e, Add | Mul) and len(children(e)) > MAX_WIDTH


class _Cutter:
    """Cuts rows up; `count` numbers the pieces."""

    def __init__(self, prefix: str, count: int) -> None:
        self.prefix = prefix
        self.count = count

    def cut(self, row: Assignment) -> Iterator[Assignment]:
        """Yield the pieces of a row, the row itself last."""
        pieces: list[Assignment] = []
        names: dict[str | int, Expression] = {i: Var(n) for i, n in enumerate(row.operands)}
        whole, _ = self._small(substitute(row.pattern, names), pieces)
        yield from pieces
        yield assignment(row.name, whole)

    def _small(self, e: Expression, pieces: list[Assignment]) -> tuple[Expression, int]:
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

    def _piece(self, e: Expression, pieces: list[Assignment]) -> Expression:
        self.count += 1
        name = f"{self.prefix}{self.count}"
        pieces.append(assignment(name, e))
        return Var(name)
