"""The local derivative of an edge, as what it does to an adjoint: ∂J/∂W gets (∂J/∂z) xᵀ."""

from __future__ import annotations

from symgrad.derivation.arrays.pullback import pulled_back
from symgrad.expression.arrays import build
from symgrad.expression.arrays.folding import Folding
from symgrad.expression.arrays.forms import shortest
from symgrad.expression.arrays.print_text import TextPrinter
from symgrad.expression.arrays.tree import Array
from symgrad.graph.arrays import ArrayGraph

MARK = "G"


def contribution(graph: ArrayGraph, node: str, operand: str, adjoint: Array) -> Array:
    """Return what `node`, with this adjoint, contributes to the adjoint of `operand`."""
    found: dict[str, list[Array]] = {}
    pulled_back(graph.trees[node], adjoint, found)
    parts = found.get(operand)
    if parts is None:
        return build.zeros(graph.shape_of[operand])
    fold = Folding((graph.variables[name], tree) for name, tree in graph.values).fold
    return shortest(build.add(*parts), fold)


def local_form(graph: ArrayGraph, node: str, operand: str, printer: TextPrinter) -> str:
    """Return one line: `z → W: G ↦ Gxᵀ`, or `∂L/∂r = r` for a number on top."""
    shape = graph.shape_of[node]
    if not shape:
        tree = contribution(graph, node, operand, build.ONE)
        return f"∂{printer.name(node)}/∂{printer.name(operand)} = {printer.expression(tree)}"
    mark = next(word for word in (MARK, "Ḡ", "G_") if word not in graph.index)
    tree = contribution(graph, node, operand, build.name(mark, shape))
    return f"{printer.name(node)} → {printer.name(operand)}: {mark} ↦ {printer.expression(tree)}"
