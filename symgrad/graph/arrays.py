"""A graph with vectors and matrices: the nodes of a graph, with a shape and an array tree each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from types import MappingProxyType

from symgrad.errors import Place, SymgradError
from symgrad.expression.arrays import build, leaves
from symgrad.expression.arrays.size import Shape, Size
from symgrad.expression.arrays.spreading import distributed
from symgrad.expression.arrays.substitute import substituted
from symgrad.expression.arrays.tree import NOTHING_KNOWN, Array, Facts, names_in, walk
from symgrad.expression.tree import Call, Formula, Var
from symgrad.graph.graph import Graph, Node

_TAKEN = "`derive`, `verify`, `trace`, `draw`, `report` and `generate` do"

OPAQUE = "array"


@dataclass(frozen=True)
class ArrayGraph(Graph):
    """A graph in which some values are vectors or matrices.

    `values` holds the tree of every equation and `shapes` the shape of every node; `nodes` say
    which names each equation uses, so that paths and pictures are those of any graph. `given` names
    the arrays that are passed whole. `numpy` tells that the source was a NumPy function, `example`
    holds sizes for witnesses and traces. `written` holds the equations as their author wrote them,
    `indexed` the indices on the left of those in index notation.
    """

    values: tuple[tuple[str, Array], ...] = ()
    shapes: tuple[tuple[str, Shape], ...] = ()
    facts: tuple[tuple[str, Facts], ...] = ()
    given: tuple[str, ...] = ()
    written: tuple[tuple[str, str], ...] = ()
    indexed: tuple[tuple[str, tuple[str, ...]], ...] = ()
    example: tuple[tuple[str, int], ...] = ()
    numpy: bool = False

    @cached_property
    def trees(self) -> Mapping[str, Array]:
        """The value of every equation."""
        return dict(self.values)

    @cached_property
    def shape_of(self) -> Mapping[str, Shape]:
        """The shape of every node."""
        return dict(self.shapes)

    @cached_property
    def variables(self) -> Mapping[str, Array]:
        """Every node as an expression: its name, shape and what is known of it."""
        known = dict(self.facts)
        return {
            name: leaves.name(name, shape, known.get(name, NOTHING_KNOWN))
            for name, shape in self.shapes
        }

    @cached_property
    def sizes(self) -> tuple[str, ...]:
        """The names of the sizes, in order of first appearance."""
        found = (name for _, shape in self.shapes for size in shape for name, _ in size.terms)
        inner = (
            name
            for _, tree in self.values
            for part in walk(tree)
            for size in (*part.shape, *((part.data,) if isinstance(part.data, Size) else ()))
            for name, _ in size.terms
        )
        return tuple(dict.fromkeys((*found, *inner)))


def opaque(name: str, tree: Array, line: int = 0, column: int = 0) -> Node:
    """Return the node of an equation: its operands, in order of first appearance."""
    operands = names_in(tree)
    pattern = Call(OPAQUE, tuple(Var(i) for i in range(len(operands))))
    return Node(name, "equation", Formula(pattern, operands), None, line, column)


def sums_in(
    tree: Array, variables: Mapping[str, Array], values: Mapping[str, Array]
) -> dict[Array, Array]:
    """Return those names in an expression whose values are sums or means, with their values."""
    found = {}
    for name in names_in(tree):
        value = values.get(name)
        parts = () if value is None else value.args if value.op == "mul" else (value,)
        if value is not None and any(part.op == "sum" for part in parts):
            found[variables[name]] = value
    return found


def learned(
    tree: Array, stated: Facts, means: Mapping[Array, Array] = MappingProxyType({})
) -> Facts:
    """Return what is known of a node: what was stated, and what its definition shows.

    `means` holds the values of names whose sums may cancel: Σ(x − μ) = 0 for μ = mean(x).
    """
    facts = stated
    square = len(tree.shape) == 2 and tree.shape[0] == tree.shape[1]
    if square and not facts.symmetric and build.transposed(tree) == tree:
        facts = replace(facts, symmetric=True)
    elif square and leaves.is_zero(distributed(build.add(tree, build.transposed(tree)))):
        facts = replace(facts, skew=True)
    known = dict(facts.sums)
    if tree.shape:
        summed = substituted(tree, means) if means else tree
        for axis in (None,) if len(tree.shape) == 1 else (0, 1):
            total = build.sum_(summed, axis)
            if axis not in known and (value := _same_number(total)) is not None:
                known[axis] = value
    factors = tree.args if tree.op == "mul" else (tree,)
    absorbs = tuple(part.key for part in factors if part is not tree and _idempotent(part))
    for part in factors:
        if part.op == "fn" and part.data == "relu":
            absorbs += (build.step(part.args[0], ">", leaves.ZERO).key,)
        absorbs += build.steps_of_max(part)
    positive = facts.positive or (tree.op == "fn" and tree.data == "exp")
    return replace(facts, sums=tuple(known.items()), absorbs=absorbs, positive=positive)


def _same_number(total: Array) -> Fraction | None:
    if leaves.is_zero(total):
        return leaves.ZERO.value
    if total.op == "ones":
        return leaves.ONE.value
    return total.value if total.op == "num" else None


def _idempotent(x: Array) -> bool:
    return (x.op == "name" and x.facts.mask) or (x.op == "fn" and x.data == "step")


def refuse_arrays(graph: Graph, what: str, hint: str = _TAKEN) -> None:
    """Refuse a graph with vectors or matrices where they are not taken yet; `hint` says what does.

    Raises:
        ArraysNotTaken: with the place of the first array.
    """
    if not isinstance(graph, ArrayGraph):
        return
    found = next((node for node in graph.nodes if graph.shape_of[node.name]), graph.nodes[0])
    lines = graph.text.split("\n")
    text = lines[found.line - 1] if 0 < found.line <= len(lines) else found.name
    place = Place(graph.source, found.line, found.column, len(found.name), text)
    message = f"{what} does not take vectors and matrices yet"
    raise ArraysNotTaken(message, place=place if found.line else None, help=hint)


class ArraysNotTaken(SymgradError, NotImplementedError):
    """A command was given a graph with arrays that it cannot work with yet."""
