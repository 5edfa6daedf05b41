"""Equations of one shape are read once.

A graph of ten thousand equations has a few shapes: `u1 = w0*u0^2 + u0` and `u2 = w1*u1^2 + u1` are
one. The text between the names, and which names are the same, tell which equations are of one
shape. One of them is read into a pattern; of the others only the names are looked at, all at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate, repeat
from typing import NamedTuple

from symgrad.errors import Place
from symgrad.expression.rows import rows_of_columns
from symgrad.expression.tree import Expression, Formula, Var, formula_of, picker
from symgrad.sources import lexer
from symgrad.sources.draft import Draft, Equation
from symgrad.sources.grammar import Parser
from symgrad.sources.problems import Fault

Row = tuple[str, ...]
Noted = Callable[[str, Place], None]
# What stands for a name, and what between two right sides; no text that is read holds either.
_NAME, _END = "\x00", "\x01"


class Shape(NamedTuple):
    """A pattern, and its operands' positions among the names in order of their writing.

    `order` is None where the two orders are the same; they differ in Piecewise, which is read into
    `where` with the condition first.
    """

    pattern: Expression
    order: tuple[int, ...] | None

    def formulas(self, rows: Sequence[Row]) -> list[Formula]:
        """Return the formulas of this shape, one for each row of names."""
        operands = rows if self.order is None else map(picker(self.order), rows)
        return rows_of_columns(Formula, repeat(self.pattern), operands)


class Alike(NamedTuple):
    """Equations of one shape: their numbers, and the names of each in order of first appearance."""

    members: list[int]
    rows: list[Row]


def read_formulas(draft: Draft, equations: Sequence[Equation]) -> list[Formula | None]:
    """Return the formulas of equations; None for what cannot be read, and that is noted."""
    found: list[Formula | None] = [None] * len(equations)
    unread: list[int] = []
    for members, rows in _alike(draft, [equation.right for equation in equations]):
        try:
            shape = _read(draft, equations[members[0]], rows[0], _silent)
        except Fault:
            shape = None
        if shape is None:
            unread += members
            continue
        for i, formula in zip(members, shape.formulas(rows), strict=True):
            found[i] = formula
    for i in sorted(unread):  # so that faults are noted in their order
        ((_, (operands,)),) = _alike(draft, [equations[i].right])
        try:
            _read(draft, equations[i], operands, draft.unknown_name)
        except Fault as fault:
            draft.faults.add(fault)
    return found


def _alike(draft: Draft, rights: Sequence[str]) -> Iterator[Alike]:
    """Yield the right sides by their shapes."""
    if not rights:
        return
    whole = _END.join(rights)
    operand = lexer.OPERAND_ASCII if whole.isascii() else lexer.OPERAND
    parts = operand.split(whole)
    texts = _NAME.join(parts[::2]).split(_END)
    groups: dict[str, list[int]] = {}
    for i, text in enumerate(texts):
        groups.setdefault(text, []).append(i)
    widths = {text: text.count(_NAME) for text in groups}
    starts = list(accumulate(map(widths.__getitem__, texts), initial=0))
    words = parts[1::2]
    names = _spelled(draft, words)
    for text, members in groups.items():
        places = [starts[i] for i in members]
        columns = [[names[place + j] for place in places] for j in range(widths[text])]
        yield from _uniform(members, columns) or _by_key(members, columns, places, words)


def _spelled(draft: Draft, words: Sequence[str]) -> list[str | None]:
    """Return the author's names for words; None for what is no name of the graph."""
    known: dict[str, str | None] = {**draft.names.table}
    for word in dict.fromkeys(words):
        if word not in known:
            known[word] = draft.names.find(word)
    return list(map(known.__getitem__, words))


def _uniform(members: list[int], columns: Sequence[Sequence[str | None]]) -> list[Alike]:
    """Return equations as one shape, where the same names are the same in all; nothing if not."""
    first = [column[0] for column in columns]
    if any(None in column for column in columns):
        return []
    index = {name: j for j, name in reversed(list(enumerate(first)))}
    if any(columns[index[name]] != column for name, column in zip(first, columns, strict=True)):
        return []
    own = sorted(index.values())
    rows: list[Row] = list(zip(*[columns[j] for j in own], strict=True))
    if set(map(len, map(set, rows))) - {len(own)}:
        return []
    return [Alike(members, rows or [()] * len(members))]


def _by_key(
    members: list[int],
    columns: Sequence[Sequence[str | None]],
    places: Sequence[int],
    words: Sequence[str],
) -> list[Alike]:
    """Return equations by which of their names are the same, and by the words that are no names."""
    groups: dict[tuple[str | int, ...], Alike] = {}
    for i, place, names in zip(members, places, zip(*columns, strict=True), strict=True):
        index: dict[str, int] = {}
        key = tuple(
            words[place + j] if name is None else index.setdefault(name, len(index))
            for j, name in enumerate(names)
        )
        group = groups.setdefault(key, Alike([], []))
        group.members.append(i)
        group.rows.append(tuple(index))
    return list(groups.values())


def _silent(word: str, place: Place) -> None:
    """Say nothing of a name that is not known."""


def _read(draft: Draft, equation: Equation, operands: Row, note: Noted) -> Shape | None:
    """Return the shape of an equation; None if it has a name that is not known, and was noted.

    Raises:
        Fault: if the right side is not an expression.
    """
    leaves = {name: Var(index) for index, name in enumerate(operands)}
    complete = True

    def resolve(word: str) -> Expression | None:
        name = draft.names.find(word)
        return None if name is None else leaves.get(name, Var(name))

    def unknown(word: str, place: Place) -> None:
        nonlocal complete
        complete = False
        note(word, place)

    origin = draft.origin(equation.right_line, equation.right_column)
    parser = Parser(equation.right, origin, resolve, names=draft.names.table, unknown=unknown)
    parser.own = draft.functions
    pattern = parser.whole()
    if not complete:
        return None
    if "Piecewise" not in equation.right:
        return Shape(pattern, None)
    formula = formula_of(pattern)
    return Shape(formula.pattern, tuple(int(name) for name in formula.operands))
