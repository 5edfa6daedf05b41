"""Statements about changes: differentials, directions, derivatives with three axes and more."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from symgrad.derivation.arrays.directions import change, way_of
from symgrad.expression.arrays import leaves
from symgrad.expression.arrays.tree import Array, names_in
from symgrad.verify.arrays.consequences import Consequences
from symgrad.verify.arrays.differentials import (
    along,
    changed,
    directions,
    gradients_named,
    paired,
    with_changes,
    without_spaces,
)
from symgrad.verify.arrays.higher import higher_order
from symgrad.verify.arrays.proving import Decider
from symgrad.verify.arrays.reading import ArrayStatement
from symgrad.verify.arrays.scope import NAME, spellings
from symgrad.verify.arrays.sides import Side

_PRIMED = re.compile(rf"\s*(?P<top>{NAME})['′’](?P<at>\([^()]*\))\s*")
_STACKED = re.compile(rf"\s*vec\(d(?P<of>{NAME})\)\s*")


class Changes(Consequences):
    """Gives changes their meaning before a statement is judged."""

    def with_differentials(self, statement: ArrayStatement) -> tuple[ArrayStatement, Side | None]:
        """Return a statement, and its left side where it speaks of changes: dL = tr(δᵀ dz).

        Where nothing on the right can change what stands on the left, `dW` is short for ∂J/∂W.
        """
        left = statement.sides[0]
        tensor = self.of_higher_order(left)
        if tensor is not None:
            return statement, tensor
        way = along(left, self.scope)
        ways = {way[1]: way[2]} if way else directions(statement.sides, self.scope)
        of = way[0] if way else changed(left)
        if of is None and self.add_stacked(left, ways):
            return statement, None
        pair = paired(left, self.scope)
        if of is None and pair is not None:
            inner = self.side(pair[0], statement, None).value
            self.add_directions({"": leaves.name(pair[1], inner.shape)})
            return statement, None
        if of is None:
            primed = _PRIMED.fullmatch(left)
            if primed is None or self.scope.resolve(primed["top"]) is None:
                return self.as_gradients(statement), None
            side = self.side(f"∇{primed['top']}{primed['at']}", statement, None)
            return statement, replace(side, either=True)
        tree, letters = self.value_of(of)
        node = self.scope.resolve(of) if way is None else None
        is_input = node is not None and self.graph.index[node].formula is None
        if is_input or (way is None and not self.moves(tree, ways)):
            return self.as_gradients(statement), None
        if letters:
            return statement, None
        arrays = {node: way_of(self.graph, node, word) for node, word in ways.items()}
        self.add_directions(arrays)
        value = self.reader.plain(change(self.graph, tree, arrays))
        return without_spaces(statement, ways), Side(left, value, derived=True)

    def add_stacked(self, left: str, ways: Mapping[str, str]) -> bool:
        """Put the change of E among the names in force where a left side is vec(dE)."""
        found = _STACKED.fullmatch(left)
        node = self.scope.resolve(found["of"]) if found is not None else None
        if found is None or node is None or not self.moves(self.graph.variables[node], ways):
            return False
        arrays = {name: way_of(self.graph, name, word) for name, word in ways.items()}
        self.add_directions(arrays)
        value = self.reader.plain(change(self.graph, self.graph.variables[node], arrays))
        words = dict.fromkeys(spellings(f"d{found['of']}"), value)
        self.scope = replace(self.scope, definitions={**self.scope.definitions, **words})
        return True

    def of_higher_order(self, left: str) -> Side | None:
        """Return a side with three axes or more as its product with a direction, or None."""
        found = higher_order(left, self.scope)
        if found is None:
            return None
        words = dict.fromkeys(spellings(found.way.text), found.way)
        self.scope = replace(self.scope, definitions={**self.scope.definitions, **words})
        self.decider = Decider(with_changes(self.graph, {found.below: found.way}))
        self.reader.paired = found.way if found.whole else None
        if found.letters:
            self.reader.tensor = found.letters, found.way.text
        return found.side

    def moves(self, tree: Array, ways: Mapping[str, str]) -> bool:
        """Tell whether an expression depends on a node of which a change is named."""
        names = set(names_in(tree))
        for node in reversed(self.graph.ordered):
            if node.name in names and node.formula is not None and node.name not in ways:
                names.update(node.formula.operands)
        return bool(names & ways.keys())

    def as_gradients(self, statement: ArrayStatement) -> ArrayStatement:
        """Return a statement with ∂J/∂W for every dW, where J is a number."""
        if self.graph.shape_of[self.graph.objective]:
            return statement
        sides = tuple(gradients_named(side, self.scope) for side in statement.sides)
        for before, after in zip(statement.sides, sides, strict=True):
            self.codes.setdefault(after, gradients_named(self.codes.get(before, ""), self.scope))
        return replace(statement, sides=sides)
