"""Rows and columns: the tuples of a long list made and changed all at once.

A graph of 10,000 equations is some 100,000 tuples, and to call a constructor for each costs more
than all that is asked of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from itertools import chain, groupby, islice, repeat
from typing import Any, TypeVar

Row = TypeVar("Row", bound=tuple[Any, ...])


def rows_of_columns(kind: type[Row], *columns: Iterable[object]) -> list[Row]:
    """Return named tuples of a kind, one for each row of the columns; the shortest column counts.

    >>> from symgrad.expression.tree import Formula, Var
    >>> rows_of_columns(Formula, [Var(0), Var(0)], [("a",), ("b",)])[1].operands
    ('b',)
    """
    new = partial(tuple.__new__, kind)
    return list(map(new, zip(*columns, strict=False)))


def filled_rows(template: str, columns: Sequence[Iterable[str]]) -> list[str]:
    """Return `template % row` for each row of one column or more; there is a %s for each column.

    >>> filled_rows("%s = 100%%*%s", [("a", "b"), ("x", "y")])
    ['a = 100%*x', 'b = 100%*y']
    """
    first, *others = template.replace("%%", "\0").split("%s")
    parts: list[Iterable[str]] = [repeat(first.replace("\0", "%"))]
    for column, piece in zip(columns, others, strict=True):
        parts += [column, repeat(piece.replace("\0", "%"))]
    return list(map("".join, zip(*parts, strict=False)))


def renamed_rows(
    rows: Sequence[tuple[str, ...]], names: Mapping[str, str]
) -> list[tuple[str, ...]]:
    """Return rows of names with other names for those that have one.

    >>> renamed_rows([("a", "b"), ("b",)], {"b": "c"})
    [('a', 'c'), ('c',)]
    """
    flat = list(chain.from_iterable(rows))
    renamed = map(names.get, flat, flat)
    made: list[tuple[str, ...]] = []
    for width, run in groupby(map(len, rows)):
        count = sum(1 for _ in run)
        made += islice(zip(*[renamed] * width, strict=True), count) if width else [()] * count
    return made
