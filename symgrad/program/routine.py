"""A routine: assignments in their order, what they result in, and what only branches need."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

from symgrad.expression.identity import ByIdentity, distinct
from symgrad.expression.tree import ZERO, Call, Expression, Var, children, placed
from symgrad.program.block import Assignment, Block, rows_of
from symgrad.program.branches import has_branches
from symgrad.program.normal import operations_of


@dataclass(frozen=True)
class Routine:
    """Assignments in the order in which they run, and the names of what they compute.

    `body` holds the assignments one by one, `blocks` the same by pattern. `results` are names of
    assignments or of inputs. `guarded` holds the names that are needed in a branch of `where` only:
    their value may be NaN or infinite and must not stop the program.
    """

    blocks: tuple[Block, ...]
    results: tuple[str, ...]
    guarded: frozenset[str] = frozenset()

    @cached_property
    def body(self) -> tuple[Assignment, ...]:
        """The assignments in the order in which they run."""
        return tuple(rows_of(self.blocks))

    @property
    def names(self) -> tuple[str, ...]:
        """The names that are assigned, in no particular order but always the same."""
        return tuple(chain.from_iterable(block.names for block in self.blocks))

    @cached_property
    def used(self) -> frozenset[str]:
        """The names that assignments read, or that are results."""
        return frozenset(self.results).union(*(column for b in self.blocks for column in b.columns))

    @property
    def length(self) -> int:
        """The number of assignments."""
        return sum(len(block.names) for block in self.blocks)

    @property
    def operations(self) -> int:
        """The number of arithmetic operations and function calls."""
        return sum(operations_of(block.pattern) * len(block.names) for block in self.blocks)


def guarded_names(blocks: Sequence[Block], results: Iterable[str]) -> frozenset[str]:
    """Return the names that only branches of `where` need.

    A choice that is 0 wherever such a branch is not taken is no such name: it holds its own test.
    """
    branching: ByIdentity[Expression, bool] = ByIdentity()
    for pattern in distinct(block.pattern for block in blocks):
        branching[pattern] = has_branches(pattern)
    if not any(branching[block.pattern] for block in blocks):
        return frozenset()
    certain = set(results)
    body = rows_of(blocks)
    tests = {row.name: _own_test(row) for row in body if branching[row.pattern]}
    for name, pattern, operands in reversed(body):
        if name in certain:
            certain.update(_certain(pattern, operands, tests) if branching[pattern] else operands)
    return frozenset(row.name for row in body if row.name not in certain)


def _own_test(row: Assignment) -> tuple[Expression, int] | None:
    """Return the condition and the branch outside of which a choice is 0."""
    match row.pattern:
        case Call("where", (condition, _, other)) if other == ZERO:
            side = 1
        case Call("where", (condition, other, _)) if other == ZERO:
            side = 2
        case _:
            return None
    return placed(condition, row.operands), side


def _certain(
    e: Expression, operands: Sequence[str], tests: Mapping[str, tuple[Expression, int] | None]
) -> frozenset[str]:
    """Return the operands that are needed whichever branches are taken."""
    if isinstance(e, Var):
        return frozenset((operands[int(e.key)],))
    parts = [_certain(part, operands, tests) for part in children(e)]
    if not (isinstance(e, Call) and e.function == "where"):
        return frozenset().union(*parts)
    condition, yes, no = parts
    test = placed(e.arguments[0], operands)
    own = {
        name
        for side, names in ((1, yes), (2, no))
        for name in names
        if tests.get(name) == (test, side)
    }
    return condition | (yes & no) | own
