"""What is printed about a derivation with arrays, as blocks of rows, before any notation."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise

from symgrad.derivation.arrays.derivation import ArrayDerivation
from symgrad.derivation.arrays.directions import way_of
from symgrad.derivation.arrays.jacobian import DIRECTION, hessian, hessian_product, hessian_tensor
from symgrad.derivation.arrays.local import contribution, local_derivative
from symgrad.derivation.arrays.tensors import NoIndexForm
from symgrad.expression.arrays import leaves
from symgrad.expression.arrays.size import shape_text
from symgrad.expression.arrays.substitute import substituted
from symgrad.expression.arrays.tree import Array
from symgrad.graph.arrays import ArrayGraph
from symgrad.render.arrays.index_rows import IndexRow

_SYMMETRIC_NOTE = (
    "the derivative by a symmetric matrix is the unconstrained one: every entry is free"
)


@dataclass(frozen=True, slots=True)
class ArrayRow:
    """One line: what stands on its left (a name, or ∂top/∂bottom), and the formula.

    With `along` it is the second derivative times a vector of that name.
    """

    top: str
    bottom: str
    tree: Array
    second: bool = False
    remark: str = ""
    along: str = ""


@dataclass(frozen=True, slots=True)
class ArrayEdge:
    """A local derivative: `tree` is what `operand` gets of the adjoint `mark` of `node`."""

    node: str
    operand: str
    mark: str
    tree: Array


Item = ArrayRow | ArrayEdge | IndexRow | str | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ArrayBlock:
    """A headline, and rows or sentences under it."""

    key: str
    title: str
    items: tuple[Item, ...]


def headline(d: ArrayDerivation) -> str:
    """Return one line about the derivation."""
    counts = sum(d.path_count(name) for name in d.wrt)
    plural = "" if len(d.wrt) == 1 else "s"
    many = "" if counts == 1 else "s"
    head = f"{len(d.wrt)} parameter{plural}, {counts:,} path{many}"
    if d.jacobian:
        return f"Jacobian of {d.graph.objective}: {head}"
    return f"{'maximize' if d.graph.maximize else 'minimize'} {d.graph.objective}: {head}"


def shapes_line(graph: ArrayGraph, names: Iterable[str]) -> str:
    """Return the shapes of nodes: `W1 m×n, b1 m`."""
    return ", ".join(
        f"{name} {shape_text(graph.shape_of[name])}" for name in names if graph.shape_of[name]
    )


def blocks_of(
    d: ArrayDerivation,
    *,
    limit: int = 12,
    steps: bool = False,
    expand: bool = False,
) -> list[ArrayBlock]:
    """Return what `symgrad derive` prints."""
    graph = d.array_graph
    inputs = [name for name, node in graph.index.items() if node.formula is None]
    found = [
        ArrayBlock(
            "shapes", "Shapes", (shapes_line(graph, inputs), shapes_line(graph, graph.trees))
        ),
        ArrayBlock(
            "equations", "Equations", tuple(ArrayRow(n, "", graph.trees[n]) for n in graph.trees)
        ),
        ArrayBlock("paths", "Paths", tuple(_paths(d, limit))),
    ]
    if steps:
        found.append(ArrayBlock("edges", "Local derivatives", tuple(_edges(d))))
    found.append(
        ArrayBlock(
            "sensitivities",
            "Sensitivities",
            tuple(
                ArrayRow(item.name, "" if item.argument is not None else item.node, item.value)
                for item in d.array_sensitivities
            ),
        )
    )
    found += _results(d)
    if expand:
        expanded = tuple(
            ArrayRow(graph.objective, name, d.written_out(name, to_inputs=True))
            for name, _ in d.array_gradients
        )
        found.append(ArrayBlock("expanded", "In parameters and inputs only", expanded))
    found.append(ArrayBlock("notes", "Notes", tuple(notes(d))))
    return [
        ArrayBlock(block.key, block.title, tuple(item for item in block.items if item))
        for block in found
        if any(block.items)
    ]


def _results(d: ArrayDerivation) -> list[ArrayBlock]:
    """Return the gradients or Jacobians, and products of those with three axes and more."""
    top = d.graph.objective
    rows: tuple[Item, ...] = tuple(ArrayRow(top, name, tree) for name, tree in d.array_gradients)
    rows += tuple(IndexRow(top, item) for item in d.tensors)
    changes = tuple(ArrayRow(f"d{top}", "", item.product) for item in d.tensors)
    return [
        ArrayBlock("gradients", "Jacobians" if d.jacobian else "Gradients", rows),
        ArrayBlock("products", "Products with a direction", changes),
    ]


def _paths(d: ArrayDerivation, limit: int) -> Iterable[tuple[str, ...] | str]:
    left = limit
    for name in d.wrt:
        if left:
            found = d.paths(name, limit=left)
            yield from found
            left -= len(found)
    total = sum(d.path_count(name) for name in d.wrt)
    if total > limit:
        shown = "no path is" if limit == 0 else f"the first {limit:,} are"
        yield f"{total:,} path{'s' * (total != 1)} in all, {shown} listed"


def _edges(d: ArrayDerivation) -> Iterable[ArrayEdge]:
    graph = d.array_graph
    active = {
        name for path_name in d.wrt for path in d.paths(path_name, limit=200) for name in path
    }
    for node in graph.ordered:
        if node.name not in active or node.formula is None:
            continue
        for operand in node.formula.operands:
            if operand in active:
                mark, tree = local_derivative(graph, node.name, operand)
                yield ArrayEdge(node.name, operand, mark, tree)


def notes(d: ArrayDerivation) -> list[str]:
    """Return what was assumed, each once."""
    graph = d.array_graph
    found = [f"assumed: {item.text}" for item in graph.assumptions]
    symmetric = [
        name
        for name in d.wrt
        if len(graph.shape_of[name]) == 2 and graph.variables[name].facts.symmetric
    ]
    if symmetric:
        found.append(_SYMMETRIC_NOTE)
    return found


def paths_blocks(d: ArrayDerivation, *, limit: int) -> list[ArrayBlock]:
    """Return every path with what it contributes to the gradient of its parameter."""
    graph = d.array_graph
    items: list[Item] = []
    left = limit
    for name in d.wrt:
        for path in d.paths(name, limit=left):
            adjoint = leaves.ONE
            for node, operand in pairwise(path):
                adjoint = contribution(graph, node, operand, adjoint)
            items += [path, ArrayRow(graph.objective, name, adjoint, remark="   (on this path)")]
            left -= 1
    total = sum(d.path_count(name) for name in d.wrt)
    if total > limit:
        items.append(f"{total:,} paths in all, the first {limit:,} are listed")
    return [ArrayBlock("paths", "Paths", tuple(items))]


def second_blocks(d: ArrayDerivation, *, product: bool = False) -> list[ArrayBlock]:
    """Return the second derivatives by every parameter, or their product with a vector v.

    Those by a matrix have four axes: in index notation where that is found, and as a product.
    """
    graph = d.array_graph
    rows: list[Item] = []
    for name in d.wrt:
        gradient, shape = d.written_out(name), graph.shape_of[name]
        if not product and len(shape) > 1:
            with suppress(NoIndexForm):
                rows.append(
                    IndexRow(graph.objective, hessian_tensor(graph, gradient, name), second=True)
                )
        if product or len(shape) > 1:
            way = way_of(graph, name, DIRECTION)
            label = next(w for w in ("v", "u", "w_", "direction") if w not in graph.index)
            tree = hessian_product(graph, gradient, name, way)
            shown = substituted(tree, {way: way_of(graph, name, label)})
            rows.append(ArrayRow(graph.objective, name, shown, along=label))
        else:
            rows.append(
                ArrayRow(graph.objective, name, hessian(graph, gradient, name), second=True)
            )
    title = "Hessian-vector products" if product else "Second derivatives"
    return [ArrayBlock("hessian", title, tuple(rows))]
