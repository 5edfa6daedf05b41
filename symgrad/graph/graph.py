"""The computation graph: named nodes, each an input or an equation, and the objective."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import chain
from typing import Any, Literal, NamedTuple

from symgrad.errors import BrokenGraph, CyclicGraph, Diagnostic, Place, UnknownName, nearest
from symgrad.expression.function import OwnFunction
from symgrad.expression.identity import distinct
from symgrad.expression.names import LATIN, canonical
from symgrad.expression.symbolic import equation_to_sympy
from symgrad.expression.tree import Call, Compare, Formula, Var, walk
from symgrad.graph.display import Typeset

Kind = Literal["param", "data", "const", "equation"]


class Node(NamedTuple):
    """One value of the graph: a parameter, a data input, a constant, or an equation.

    `formula` is set for equations only, `default` (exact) for inputs that have one. The name is the
    author's own spelling. `shape` is () today: every value is a scalar. (A tuple: long graphs have
    ten thousands of them.)
    """

    name: str
    kind: Kind
    formula: Formula | None = None
    default: Fraction | None = None
    line: int = 0
    column: int = 0
    shape: tuple[int, ...] = ()


def is_in_order(nodes: Iterable[Node]) -> bool:
    """Tell whether every equation stands after those that it uses."""
    known = {node.name for node in nodes if node.formula is None}
    for node in nodes:
        if node.formula is not None:
            if not known.issuperset(node.formula.operands):
                return False
            known.add(node.name)
    return True


@dataclass(frozen=True, slots=True)
class Assumption:
    """A fact stated with `assume`: a comparison, with the text it was written as."""

    condition: Compare
    text: str
    line: int = 0


@dataclass(frozen=True, slots=True)
class Check:
    """A `check` line of a graph file: a claim about the graph, kept as text for `verify`."""

    text: str
    line: int = 0


@dataclass(frozen=True)
class Graph(Typeset):
    """A computation graph: its nodes in order of definition, and which of them is the objective.

    It is closed and without a cycle. Built by the functions of `symgrad.sources`, which name every
    fault at its place, and have checked that every pattern is within the limits.

    Raises:
        UnknownName: where the objective or an operand is no node.
        BrokenGraph: where two nodes have one name.
        CyclicGraph: where a node depends on itself.
    """

    nodes: tuple[Node, ...]
    objective: str
    maximize: bool = False
    rate: tuple[str, Fraction] | None = None
    steps: tuple[tuple[tuple[str, Fraction], ...], ...] = ()
    assumptions: tuple[Assumption, ...] = ()
    checks: tuple[Check, ...] = ()
    warnings: tuple[Diagnostic, ...] = ()
    title: str = ""
    source: str = "<text>"
    text: str = ""
    outputs: tuple[str, ...] = ()  # what `output` names
    residuals: tuple[str, ...] = ()  # what `residual` names
    symbols: tuple[tuple[str, Any], ...] = ()  # the author's own SymPy symbols, where it had some

    def __post_init__(self) -> None:
        index = self.index
        if len(index) < len(self.nodes):
            names = [node.name for node in self.nodes]
            twice = next(name for name in index if names.count(name) > 1)
            raise BrokenGraph(f"`{twice}` is defined twice")
        unsure = () if self._is_in_order else self.nodes  # in order, all that is used is there
        rows = [node.formula.operands for node in unsure if node.formula]
        used = (self.objective, *self.outputs, *self.residuals)
        if not index.keys() >= set(used).union(*rows):
            name = next(name for name in chain(used, *rows) if name not in index)
            raise UnknownName(f"`{name}` is used and not defined")
        _ = self.ordered

    @cached_property
    def equations(self) -> tuple[Any, ...]:
        """The graph as SymPy equations, each after those whose left side it uses.

        >>> from symgrad.sources.text import parse
        >>> parse("param a, b; data x; J = u^2; u = a*x + b").equations
        (Eq(u, a*x + b), Eq(J, u**2))
        """
        return tuple(
            equation_to_sympy(node.name, node.formula.expression, self.symbols)
            for node in self.ordered
            if node.formula is not None
        )

    @cached_property
    def functions(self) -> Mapping[str, OwnFunction]:
        """The functions of the author's own that the equations use, by their canonical names."""
        found: dict[str, OwnFunction] = {}
        stack = distinct(node.formula.pattern for node in self.nodes if node.formula)
        while stack:
            for part in walk(stack.pop()):
                if isinstance(part, Call) and isinstance(part.function, OwnFunction):
                    row = part.function.record
                    if found.setdefault(canonical(row.name), part.function) is part.function:
                        places = tuple(Var(i) for i in range(row.min_arity))
                        stack += [] if row.definition is None else [row.definition(places)]
        return found

    @cached_property
    def index(self) -> Mapping[str, Node]:
        """The nodes by their own spelling of their names."""
        return {node.name: node for node in self.nodes}

    @cached_property
    def spellings(self) -> Mapping[str, str]:
        """From the canonical spelling of each name to the author's own."""
        return {canonical(node.name): node.name for node in self.nodes}

    @cached_property
    def _is_in_order(self) -> bool:
        return is_in_order(self.nodes)

    def resolve(self, name: str) -> str:
        """Return the author's spelling of `name`: `lambda`, `\\lambda` and `λ` are one name.

        Raises UnknownName with the nearest name that is defined.
        """
        if name in self.index:
            return name
        found = self.spellings.get(canonical(name))
        if found is None:
            spelled = {"".join(LATIN.get(c, c) for c in known): known for known in self.index}
            spelled |= {known: known for known in self.index}
            close = spelled.get(nearest(name, spelled) or "")
            raise UnknownName(
                f"unknown name `{name}`", help=f"a name that is defined: `{close}`" if close else ""
            )
        return found

    def __getitem__(self, name: str) -> Node:
        """Return the node called `name`, in any spelling of a Greek letter."""
        return self.index[self.resolve(name)]

    def names(self, kind: Kind) -> tuple[str, ...]:
        """Return the names of all nodes of one kind, in order of definition."""
        return tuple(node.name for node in self.nodes if node.kind == kind)

    @cached_property
    def parameters(self) -> tuple[str, ...]:
        """Names of the parameters."""
        return self.names("param")

    @cached_property
    def data(self) -> tuple[str, ...]:
        """Names of the data inputs: one value a sample."""
        return self.names("data")

    @cached_property
    def constants(self) -> tuple[str, ...]:
        """Names of the constants."""
        return self.names("const")

    @cached_property
    def ordered(self) -> tuple[Node, ...]:
        """The nodes of the equations, in an order in which each stands after all of its operands.

        Among those that could come next the one defined first comes first.
        """
        equations = [node for node in self.nodes if node.formula is not None]
        if self._is_in_order:
            return tuple(equations)
        index = self.index
        done = {node.name for node in self.nodes if node.formula is None}
        opened: set[str] = set()
        ordered: list[Node] = []
        for start in equations:
            stack = [start]
            while stack:
                node = stack[-1]
                if node.formula is None or node.name in done:
                    stack.pop()
                    continue
                operands = node.formula.operands
                ready = done.issuperset(operands)
                waiting = [] if ready else [index[name] for name in operands if name not in done]
                if waiting:
                    if node.name in opened:
                        raise CyclicGraph(f"`{node.name}` depends on itself")
                    opened.add(node.name)
                    stack.extend(reversed(waiting))
                else:
                    done.add(node.name)
                    ordered.append(node)
                    stack.pop()
        return tuple(ordered)


__all__ = ["Assumption", "Check", "Graph", "Kind", "Node", "Place", "is_in_order"]
