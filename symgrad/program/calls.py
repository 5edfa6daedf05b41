"""Functions and long sums that occur twice, computed once; all else stays as it is derived.

For code that people read: a product costs less than one more name, an exponential does not.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from symgrad.expression.tree import (
    Add,
    Call,
    Constant,
    Expression,
    Mul,
    Number,
    Pow,
    Var,
    children,
    with_children,
)
from symgrad.program.block import Assignment, Block, assignment, blocks_of, rows_of
from symgrad.program.normal import normal, operations_of

_Row = tuple[str, Expression]
_MOST = 2000  # statements of a routine above which its calls are left alone


@dataclass(frozen=True)
class CallsOnce:
    """What is computed once for several statements: costly calls, and those in their definitions.

    `written` returns a function in terms of those that the language has, or None for one of them.
    """

    written: Callable[[str, tuple[Expression, ...]], Expression | None]

    def __call__(self, blocks: Sequence[Block], prefix: str) -> list[Block]:
        """Return the statements with every function or long sum that occurs twice under a name.

        That is the author's name where it has one, else `prefix` and a number. A product that
        begins as another statement does goes on from that one's name.
        """
        rows = rows_of(blocks)
        if len(rows) > _MOST:
            return list(blocks)
        first = _Calls(_going_on([(row.name, normal(row.expression)) for row in rows]), prefix)
        made = first.rows()
        trees = [(row.name, self._definitions(row.expression)) for row in made]
        if any(tree != row.expression for (_, tree), row in zip(trees, made, strict=True)):
            made = _Calls(trees, prefix, first.number).rows()
        return blocks_of(enumerate(made))

    def _definitions(self, e: Expression) -> Expression:
        """Return a formula with functions that the language lacks written out."""
        if isinstance(e, Var | Number | Constant):
            return e
        inside = tuple(map(self._definitions, children(e)))
        made = e if children(e) == inside else with_children(e, inside)
        found = self.written(made.function, inside) if isinstance(made, Call) else None
        return made if found is None else self._definitions(found)


def _going_on(rows: Sequence[_Row]) -> list[_Row]:
    """Return the rows with products that go on from others; these are moved before the first."""
    whole = {tree: name for name, tree in rows if isinstance(tree, Mul)}
    done: dict[str, None] = {}
    made: list[_Row] = []

    def continued(tree: Expression) -> Expression:
        if isinstance(tree, Var | Number | Constant):
            return tree
        if isinstance(tree, Mul):
            for end in range(len(tree.factors) - 1, 1, -1):
                name = whole.get(Mul(tree.factors[:end]))
                if name is not None:
                    written(name, Mul(tree.factors[:end]))
                    return Mul((Var(name), *map(continued, tree.factors[end:])))
        return with_children(tree, tuple(map(continued, children(tree))))

    def written(name: str, tree: Expression) -> None:
        if name not in done:
            done[name] = None
            made.append((name, continued(tree)))

    for name, tree in rows:
        written(name, tree)
    return made


class _Calls:
    """The calls of one routine."""

    def __init__(self, rows: Sequence[_Row], prefix: str, number: int = 0) -> None:
        self._sources = rows
        self._prefix = prefix
        self._counts = _counts(tree for _, tree in rows)
        self._whole = {tree: name for name, tree in rows if self._shared(tree)}
        self._names: dict[Expression, str] = {}
        self._made: list[Assignment] = []
        self.number = number  # of temporaries

    def rows(self) -> list[Assignment]:
        """Return the statements, each call before the first that uses it."""
        for name, tree in self._sources:
            found = self._named(tree)
            if found != Var(name):
                self._made.append(assignment(name, found))
        return self._made

    def _shared(self, e: Expression) -> bool:
        return _is_costly(e) and self._counts[e] > 1

    def _named(self, e: Expression) -> Expression:
        """Return a formula in which shared calls are names."""
        if isinstance(e, Var | Number | Constant):
            return e
        if e in self._names:
            return Var(self._names[e])
        inside = tuple(map(self._named, children(e)))
        made = e if children(e) == inside else with_children(e, inside)
        if not self._shared(e):
            return made
        name = self._whole.get(e)
        if name is None:
            self.number += 1
            name = f"{self._prefix}{self.number}"
        self._names[e] = name
        self._made.append(assignment(name, made))
        return Var(name)


def _counts(trees: Iterable[Expression]) -> Counter[Expression]:
    """Return how often every function and long sum would be written, each of its parts once."""
    found: Counter[Expression] = Counter()
    for tree in trees:
        stack = [tree]
        while stack:
            part = stack.pop()
            if _is_costly(part):
                found[part] += 1
                if found[part] > 1:
                    continue
            stack.extend(() if isinstance(part, Var | Number | Constant) else children(part))
    return found


def _is_costly(e: Expression) -> bool:
    """Tell whether something costs more than a product or a sum of two."""
    match e:
        case Pow():
            return True
        case Add():
            return operations_of(e) > 1
        case Call(function):
            return function not in _CHEAP
    return False


_CHEAP = frozenset(("abs", "max", "min", "relu", "sign", "where"))
