"""Equations of one shape are read once.

A graph of ten thousand equations has a few shapes: `u1 = w0*u0^2 + u0` and `u2 = w1*u1^2 + u1` are
one. The text between the names, and which names are the same, make the key under which a shape is
remembered with its pattern; each further equation of it costs one regular expression.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from symgrad.errors import Place
from symgrad.expression import Expression, Formula, Var, formula_of
from symgrad.sources import lexer
from symgrad.sources.grammar import Parser
from symgrad.sources.naming import Names
from symgrad.sources.problems import Origin

Key = tuple[object, ...]


class Shape(NamedTuple):
    """A pattern, and its operands' positions among the names in order of their writing.

    `order` is None where the two orders are the same; they differ in Piecewise, which is read into
    `where` with the condition first.
    """

    pattern: Expression
    order: tuple[int, ...] | None


class Shapes:
    """Reads the right sides of equations into formulas."""

    def __init__(self, names: Names, unknown: Callable[[str, Place], None]) -> None:
        self._names = names
        self._unknown = unknown
        self._shapes: dict[Key, Shape] = {}

    def formula(self, text: str, origin: Callable[[], Origin]) -> Formula | None:
        """Return the formula of a right side; None if a name in it is unknown, and was noted.

        Raises:
            Fault: if the text is not an expression.
        """
        parts = lexer.OPERAND.split(text)
        words = parts[1::2]
        spelled = self._names.table.get
        resolved = [spelled(word) for word in words]
        if None in resolved:
            return self._careful(text, parts, origin)
        operands = tuple(dict.fromkeys(resolved))
        if len(operands) == len(words):
            key: Key = tuple(parts[::2])
        else:
            position = {name: index for index, name in enumerate(operands)}
            key = (tuple(parts[::2]), tuple([position[name] for name in resolved]))
        shape = self._shapes.get(key)
        if shape is None:
            shape = self._read(text, operands, origin)
            if shape is None:
                return None
            self._shapes[key] = shape
        if shape.order is not None:
            operands = tuple(operands[index] for index in shape.order)
        return Formula(shape.pattern, operands)

    def _careful(self, text: str, parts: list[str], origin: Callable[[], Origin]) -> Formula | None:
        """Do the same for a text with words in it that are not spelled like names of the graph."""
        operands: dict[str, int] = {}
        key: list[object] = [tuple(parts[::2])]
        for word in parts[1::2]:
            name = self._names.find(word)
            key.append(word if name is None else operands.setdefault(name, len(operands)))
        shape = self._shapes.get(tuple(key))
        if shape is None:
            shape = self._read(text, tuple(operands), origin)
            if shape is None:
                return None
            self._shapes[tuple(key)] = shape
        names = tuple(operands)
        return Formula(shape.pattern, names if shape.order is None else tuple(
            names[index] for index in shape.order
        ))

    def _read(
        self, text: str, operands: tuple[str, ...], origin: Callable[[], Origin]
    ) -> Shape | None:
        leaves = {name: Var(index) for index, name in enumerate(operands)}
        missing = []

        def resolve(word: str) -> Expression | None:
            name = self._names.find(word)
            return None if name is None else leaves.get(name, Var(name))

        def unknown(word: str, place: Place) -> None:
            missing.append(word)
            self._unknown(word, place)

        parser = Parser(text, origin(), resolve, names=self._names.table, unknown=unknown)
        pattern = parser.whole()
        if missing:
            return None
        if "Piecewise" not in text:
            return Shape(pattern, None)
        formula = formula_of(pattern)
        return Shape(formula.pattern, tuple(int(name) for name in formula.operands))
