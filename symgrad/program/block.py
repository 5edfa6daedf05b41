"""Statements of one pattern side by side: what makes long programs cheap to work on.

A block is a pattern and, for each statement that has it, a name and an operand for each variable of
the pattern. Operands are kept column by column, so that work on 10,000 statements is a few
operations on whole columns.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, compress
from operator import itemgetter
from typing import NamedTuple

from symgrad.expression.identity import grouped
from symgrad.expression.tree import (
    Expression,
    Var,
    numbered,
    picker,
    placed,
    substitute,
    variables,
)

Column = Sequence[str]


class Assignment(NamedTuple):
    """One line of a routine: `name` is `pattern` with `Var(i)` standing for `operands[i]`."""

    name: str
    pattern: Expression
    operands: tuple[str, ...]

    @property
    def expression(self) -> Expression:
        """The right side in names."""
        return placed(self.pattern, self.operands)


@dataclass(frozen=True, slots=True)
class Block:
    """Assignments of one pattern: their names, their operands by column, and their places.

    `places` tells where each assignment stands in the routine: smaller comes earlier.
    """

    pattern: Expression
    names: Column
    columns: tuple[Column, ...]
    places: Sequence[int]

    def selected(self, flags: Sequence[object]) -> Block:
        """Return the block of the assignments whose flag is true."""
        return Block(
            self.pattern,
            tuple(compress(self.names, flags)),
            tuple([tuple(compress(column, flags)) for column in self.columns]),
            tuple(compress(self.places, flags)),
        )

    def picked(self, indices: Sequence[int]) -> Block:
        """Return the block of the assignments with these indices."""
        pick = picker(tuple(indices))
        columns = tuple([pick(column) for column in self.columns])
        places = tuple([self.places[i] for i in indices])
        return Block(self.pattern, pick(self.names), columns, places)

    def rows(self) -> list[tuple[int, Assignment]]:
        """Return the assignments with their places."""
        operands = zip(*self.columns, strict=True) if self.columns else [()] * len(self.names)
        pattern = self.pattern
        return [
            (place, Assignment(name, pattern, ops))
            for place, name, ops in zip(self.places, self.names, operands, strict=True)
        ]

    def with_pattern(self, tree: Expression) -> Block:
        """Return the block with another pattern in the same variables, numbered anew."""
        used = [int(key) for key in variables(tree)]
        pattern = numbered(tree, used)
        return Block(pattern, self.names, tuple([self.columns[i] for i in used]), self.places)


def blocks_of(rows: Iterable[tuple[int, Assignment]]) -> list[Block]:
    """Group assignments with their places by the identity of their patterns.

    >>> row = Assignment("y", Var(0), ("x",))
    >>> blocks_of([(0, row)])[0].columns
    (('x',),)
    """
    blocks: list[Block] = []
    for members in grouped(rows, lambda item: item[1].pattern):
        places, assignments = zip(*members, strict=True)
        names, patterns, operands = zip(*assignments, strict=True)
        columns = tuple(zip(*operands, strict=True))
        blocks.append(Block(patterns[0], names, columns, places))
    return blocks


def joined(blocks: list[Block]) -> list[Block]:
    """Return the blocks with those of one pattern put together."""
    groups = grouped(blocks, lambda block: block.pattern)
    return [same[0] if len(same) == 1 else _concatenated(same) for same in groups]


def _concatenated(blocks: list[Block]) -> Block:
    columns = zip(*(block.columns for block in blocks), strict=True)
    return Block(
        blocks[0].pattern,
        tuple(chain.from_iterable(block.names for block in blocks)),
        tuple([tuple(chain.from_iterable(parts)) for parts in columns]),
        tuple(chain.from_iterable(block.places for block in blocks)),
    )


def rows_of(blocks: Iterable[Block]) -> list[Assignment]:
    """Return the assignments of all blocks in the order of their places."""
    placed = list(chain.from_iterable(block.rows() for block in blocks))
    placed.sort(key=itemgetter(0))
    return [row for _, row in placed]


def dense(blocks: Sequence[Block]) -> list[Block]:
    """Return the blocks with places 0, 1, … in the same order, no number left out."""
    old = sorted(chain.from_iterable(block.places for block in blocks))
    if not old or old[-1] == len(old) - 1:
        return list(blocks)
    new = dict(zip(old, range(len(old)), strict=True))
    return [
        Block(b.pattern, b.names, b.columns, tuple([new[place] for place in b.places]))
        for b in blocks
    ]


def assignment(name: str, tree: Expression) -> Assignment:
    """Return an assignment from a formula in names."""
    operands = tuple([str(key) for key in variables(tree)])
    places: dict[str | int, Expression] = {key: Var(i) for i, key in enumerate(operands)}
    return Assignment(name, substitute(tree, places), operands)
