"""From statements to blocks: which of them are needed, and the form in which they are computed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain

from symgrad.expression.identity import ByIdentity, grouped
from symgrad.expression.tree import Expression, Formula, numbered, variables
from symgrad.program.block import Block, joined
from symgrad.program.normal import normal
from symgrad.program.statements import Statement, patterns_of


class Lines:
    """Statements in an order in which each stands after those it uses, ready to be selected."""

    def __init__(self, statements: Iterable[Statement]) -> None:
        listed = list(statements)
        self.names: tuple[str, ...] = tuple([statement.name for statement in listed])
        self._formulas: tuple[Formula, ...] = tuple([statement.formula for statement in listed])
        self._normal: ByIdentity[Expression, tuple[Expression, tuple[int, ...]]] = ByIdentity()
        self._alike: dict[Expression, Expression] = {}
        groups = grouped(range(len(listed)), patterns_of(listed).__getitem__)
        self._blocks = [self._block(group) for group in groups]

    def needed(self, results: Iterable[str]) -> list[bool]:
        """Return for every statement whether the results need it."""
        asked = list(results)
        wanted = set(asked)
        names, formulas = self.names, self._formulas
        flags = [False] * len(names)
        # Nothing after a lone result can be needed for it.
        last = names.index(asked[0]) if len(asked) == 1 else len(flags) - 1
        rows: Iterable[Sequence[str]] = [formula.operands for formula in formulas[: last + 1]]
        if last == len(flags) - 1:
            rows = chain.from_iterable(block.columns for block in self._blocks)
        used = wanted.union(chain.from_iterable(rows))
        if used.issuperset(names[: last + 1]):
            # The last one is a result, then; and each of the others is used by one after it.
            return [i <= last for i in range(len(names))]
        for i in range(last, -1, -1):
            if names[i] in wanted:
                flags[i] = True
                wanted.update(formulas[i].operands)
        return flags

    def blocks(self, results: Iterable[str]) -> list[Block]:
        """Return the statements that the results need, by pattern."""
        flags = self.needed(results)
        found: list[Block] = []
        for block in self._blocks:
            own = [flags[i] for i in block.places]
            if any(own):
                found.append(block if all(own) else block.selected(own))
        return joined(sorted(found, key=lambda block: block.places[0]))

    def _block(self, members: Sequence[int]) -> Block:
        formulas = [self._formulas[i] for i in members]
        pattern, used = self._pattern(formulas[0].pattern)
        columns = list(zip(*[f.operands for f in formulas], strict=True))
        names = tuple([self.names[i] for i in members])
        return Block(pattern, names, tuple([columns[i] for i in used]), tuple(members))

    def _pattern(self, pattern: Expression) -> tuple[Expression, tuple[int, ...]]:
        """Return the form in which a pattern is computed, and which operands it has."""
        found = self._normal.get(pattern)
        if found is None:
            tree = normal(pattern)
            used = tuple([int(key) for key in variables(tree)])
            compact = numbered(tree, used)
            found = self._normal[pattern] = (self._alike.setdefault(compact, compact), used)
        return found
