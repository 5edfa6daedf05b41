"""Statements of several derivations over one graph put together; no name stands for two things."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from symgrad.derivation.derivation import Derivation
from symgrad.errors import free_name
from symgrad.expression.tree import Expression, Formula, formula_of
from symgrad.graph.graph import Graph
from symgrad.program.statements import Statement


class Collected:
    """Statements of several derivations over one graph; no name stands for two things."""

    def __init__(self, taken: Iterable[str]) -> None:
        self.statements: list[Statement] = []
        self._taken = set(taken)
        self._nodes: set[str] = set()

    def node(self, graph: Graph, name: str) -> str:
        """Add the equations of a graph, and return the name of one of them."""
        self.take(
            Statement(node.name, node.formula)
            for node in graph.ordered
            if node.formula is not None and node.name not in self._nodes
        )
        return name

    def take(self, statements: Iterable[Statement]) -> None:
        """Add statements, whose names must be free."""
        for statement in statements:
            self._nodes.add(statement.name)
            self._taken.add(statement.name)
            self.statements.append(statement)

    def define(self, name: str, value: Expression) -> str:
        """Add an expression under a name that is as near to `name` as can be, and return that."""
        return self._append(name, formula_of(value), {})

    def add(
        self, derivation: Derivation, results: Sequence[str], suffix: str = ""
    ) -> tuple[str, ...]:
        """Add the statements of a derivation; return the names that its gradient has now.

        `suffix` is put behind the names of its sensitivities.
        """
        self.node(derivation.graph, derivation.graph.objective)
        renamed: dict[str, str] = {}
        for item in derivation.sensitivity_list:
            self._append(item.name, item.form.formula, renamed, suffix)
        return tuple(
            self._append(name, form.formula, renamed)
            for name, (_, form) in zip(results, derivation.gradient_forms, strict=True)
        )

    def _append(
        self, name: str, formula: Formula, renamed: dict[str, str], suffix: str = ""
    ) -> str:
        free = free_name(name + suffix, self._taken)
        self._taken.add(free)
        self.statements.append(Statement(free, _renamed(formula, renamed)))
        if free != name:
            renamed[name] = free
        return free


def _renamed(formula: Formula, names: Mapping[str, str]) -> Formula:
    return Formula(formula.pattern, tuple([names.get(name, name) for name in formula.operands]))
