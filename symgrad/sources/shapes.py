"""Equations of one shape are read once.

A graph of ten thousand equations has a few shapes: `u1 = w0*u0^2 + u0` and `u2 = w1*u1^2 + u1` are
one. The text between the names, and which names are the same, make the key under which a shape is
remembered with its pattern; each further equation of it costs one regular expression.
"""

from __future__ import annotations

from typing import NamedTuple

from symgrad.errors import Place
from symgrad.expression.tree import Expression, Formula, Var, formula_of
from symgrad.sources import lexer
from symgrad.sources.cursor import too_long
from symgrad.sources.draft import Draft, Equation
from symgrad.sources.grammar import Parser
from symgrad.sources.limits import MAX_EXPRESSION
from symgrad.sources.problems import Fault, Origin

Key = tuple[object, ...]
_FEW = 8


class Shape(NamedTuple):
    """A pattern, and its operands' positions among the names in order of their writing.

    `order` is None where the two orders are the same; they differ in Piecewise, which is read into
    `where` with the condition first.
    """

    pattern: Expression
    order: tuple[int, ...] | None


class Shapes:
    """Reads the right sides of the equations of one draft into formulas."""

    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self._names = draft.names
        self._spelled = draft.names.table.__getitem__
        self._shapes: dict[Key, Shape] = {}

    def formula(self, equation: Equation) -> Formula | None:
        """Return the formula of an equation; None if a name in it is unknown, and was noted.

        Raises:
            Fault: if the right side is not an expression.
        """
        right = equation.right
        if len(right) > MAX_EXPRESSION:
            raise too_long(right, self._origin(equation))
        operand = lexer.OPERAND_ASCII if right.isascii() else lexer.OPERAND
        parts = operand.split(right)
        try:
            names = list(map(self._spelled, parts[1::2]))
        except KeyError:
            operands, same = self._careful(parts[1::2])
        else:
            operands = tuple(dict.fromkeys(names))
            same = _repeats(names, operands)
        key = (tuple(parts[::2]), same)
        shape = self._shapes.get(key)
        if shape is None:
            shape = self._read(equation, operands)
            if shape is None:
                return None
            self._shapes[key] = shape
        if shape.order is not None:
            operands = tuple(operands[index] for index in shape.order)
        return Formula(shape.pattern, operands)

    def careful(self, equation: Equation) -> Formula | None:
        """Return the formula of an equation; None if it cannot be read, and that was noted."""
        try:
            return self.formula(equation)
        except Fault as fault:
            self._draft.faults.add(fault)
            return None

    def _careful(self, words: list[str]) -> tuple[tuple[str, ...], Key]:
        """Find the operands among words that are not all spelled like names of the graph."""
        operands: dict[str, int] = {}
        key: list[object] = []
        for word in words:
            name = self._names.find(word)
            key.append(word if name is None else operands.setdefault(name, len(operands)))
        return tuple(operands), tuple(key)

    def _origin(self, equation: Equation) -> Origin:
        return self._draft.origin(equation.right_line, equation.right_column)

    def _read(self, equation: Equation, operands: tuple[str, ...]) -> Shape | None:
        leaves = {name: Var(index) for index, name in enumerate(operands)}
        complete = True

        def resolve(word: str) -> Expression | None:
            name = self._names.find(word)
            return None if name is None else leaves.get(name, Var(name))

        def unknown(word: str, place: Place) -> None:
            nonlocal complete
            complete = False
            self._draft.unknown_name(word, place)

        origin = self._origin(equation)
        names = self._names.table
        parser = Parser(equation.right, origin, resolve, names=names, unknown=unknown)
        parser.own = self._draft.functions
        pattern = parser.whole()
        if not complete:
            return None
        if "Piecewise" not in equation.right:
            return Shape(pattern, None)
        formula = formula_of(pattern)
        return Shape(formula.pattern, tuple(int(name) for name in formula.operands))


def _repeats(names: list[str], operands: tuple[str, ...]) -> Key:
    """Return which of the names are the same one; () where all differ."""
    if len(operands) == len(names):
        return ()
    if len(names) < _FEW:
        return tuple(map(operands.index, names))
    position = {name: index for index, name in enumerate(operands)}
    return tuple(map(position.__getitem__, names))
