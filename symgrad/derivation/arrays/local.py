"""The local derivative of an edge, as what it does to an adjoint: ∂J/∂W gets (∂J/∂z) xᵀ."""

from __future__ import annotations

from symgrad.derivation.arrays.pullback import pulled_back
from symgrad.expression.arrays import build, leaves
from symgrad.expression.arrays.folding import Folding
from symgrad.expression.arrays.forms import shortest
from symgrad.expression.arrays.tree import Array
from symgrad.graph.arrays import ArrayGraph

MARK = "G"


def contribution(graph: ArrayGraph, node: str, operand: str, adjoint: Array) -> Array:
    """Return what `node`, with this adjoint, contributes to the adjoint of `operand`."""
    found: dict[str, list[Array]] = {}
    pulled_back(graph.trees[node], adjoint, found)
    parts = found.get(operand)
    if parts is None:
        return leaves.zeros(graph.shape_of[operand])
    fold = Folding((graph.variables[name], tree) for name, tree in graph.values).fold
    return shortest(build.add(*parts), fold)


def local_derivative(graph: ArrayGraph, node: str, operand: str) -> tuple[str, Array]:
    """Return the letter for the adjoint of an array on top, and what the operand gets of it.

    Of a number on top the letter is empty and the array its derivative.
    """
    shape = graph.shape_of[node]
    if not shape:
        return "", contribution(graph, node, operand, leaves.ONE)
    mark = next(word for word in (MARK, "Ḡ", "G_") if word not in graph.index)
    return mark, contribution(graph, node, operand, leaves.name(mark, shape))
