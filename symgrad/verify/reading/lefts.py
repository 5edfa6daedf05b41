"""The left side of a statement: a derivative, an update, a node, a new name, a value set."""

from __future__ import annotations

import re

from symgrad.derivation.analysis import ancestors
from symgrad.expression.tree import Var
from symgrad.graph.graph import Graph
from symgrad.sources import lexer
from symgrad.verify.model import ExpressionTarget, NameTarget, Target
from symgrad.verify.reading.documents import Formula
from symgrad.verify.reading.formula import parse_side
from symgrad.verify.reading.scope import Scope
from symgrad.verify.reading.split import Statement
from symgrad.verify.reading.state import State
from symgrad.verify.reading.text import plain_number
from symgrad.verify.reading.updates import Updates, unit_of

_WORD = re.compile(rf"\s*({lexer.NAME})\s*")
_CALLED = re.compile(rf"\s*({lexer.NAME})\s*\(([\w\s,\\]+)\)\s*")


class LeftSides:
    """Reads left sides, with what is in force where they stand."""

    def __init__(self, graph: Graph, scope: Scope, state: State) -> None:
        self.graph, self.scope, self.state = graph, scope, state
        self.updates = Updates(graph, scope, state)

    def assigned(self, statement: Statement) -> tuple[str, ...]:
        """Follow `λ = η = 0.1` where all but the last part are inputs; return these inputs."""
        if any(sign not in {"=", ":="} for sign, _ in statement.parts):
            return ()
        *middle, last = [part.text for _, part in statement.parts]
        value = plain_number(last)
        names = [self.input_name(text) for text in (statement.left.text, *middle)]
        if value is None or None in names:
            return ()
        if len(names) == 1 and self.state.is_update(str(names[0]), value, unit_of(last)):
            return ()
        for name in names:
            self.state.assign(str(name), value)
        return tuple(map(str, names))

    def input_name(self, text: str) -> str | None:
        """Return the input, or the rate, that a text names."""
        word = _WORD.fullmatch(text)
        name = self.scope.name(word[1]) if word else None
        if name is None or name in self.scope.definitions:
            return None
        node = self.graph.index.get(name)
        is_input = node.formula is None if node is not None else name == self.scope.rate
        return name if is_input else None

    def read(self, statement: Statement, formula: Formula) -> Target:
        """Read the left side of a statement.

        Raises:
            Fault: if it cannot be read.
        """
        text = statement.left.text
        origin = statement.left.origin(formula.text, formula.origin)
        if (updated := self.updates.target(statement, origin)) is not None:
            return updated
        word = _WORD.fullmatch(text)
        if word:
            name = self.scope.name(word[1])
            if name is not None:
                return NameTarget(name)
            if (layer := self.scope.differential(word[1])) is not None:
                return self.scope.derivatives[str(layer.key)]
            if self.is_new(word[1]):
                return NameTarget(word[1])
        if (called := self.called(text)) is not None:
            return NameTarget(called)
        side = parse_side(text, origin, self.scope)
        if isinstance(side, Var):
            target = self.scope.derivatives.get(str(side.key))
            return target if target is not None else NameTarget(str(side.key))
        return ExpressionTarget(side)

    def called(self, text: str) -> str | None:
        """Return the node in `J(a, b)`, an equation written with the names that it depends on."""
        found = _CALLED.fullmatch(text)
        name = self.scope.strict(found[1]) if found else None
        node = self.graph.index.get(name) if name else None
        if found is None or node is None or node.formula is None:
            return None
        below = ancestors(self.graph, node.name)
        arguments = [self.scope.name(part.strip()) for part in found[2].split(",")]
        return node.name if all(argument in below for argument in arguments) else None

    def is_new(self, word: str) -> bool:
        """Tell whether a word is a name that has no meaning yet."""
        scope = self.scope
        return (
            scope.subscripted(word) is None
            and scope.number(word) is None
            and not scope.products(word, before_power=False)
            and word not in lexer.RESERVED
        )
