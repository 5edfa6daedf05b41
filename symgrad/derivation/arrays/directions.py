"""What changes in a value when nodes change, to first order."""

from __future__ import annotations

from collections.abc import Mapping

from symgrad.derivation.arrays.pullback import pulled_back
from symgrad.expression.arrays import build, leaves
from symgrad.expression.arrays.tree import NOTHING_KNOWN, Array, Facts
from symgrad.graph.arrays import ArrayGraph

_SEED = "\0change"


def way_of(graph: ArrayGraph, node: str, word: str) -> Array:
    """Return the change of a node as a name; that of a symmetric matrix is symmetric."""
    own = graph.variables[node]
    facts = Facts(symmetric=True) if own.facts.symmetric else NOTHING_KNOWN
    return leaves.name(word, own.shape, facts)


def change(graph: ArrayGraph, tree: Array, ways: Mapping[str, Array]) -> Array:
    """Return the change of an expression when nodes change along `ways`, to first order.

    Nodes that are named in `ways` change freely, whatever they are computed from.
    """
    seed = leaves.name(_SEED, tree.shape) if tree.shape else leaves.ONE
    found: dict[str, list[Array]] = {}
    pulled_back(tree, seed, found)
    for node in reversed(graph.ordered):
        if node.name in found and node.name not in ways:
            pulled_back(graph.trees[node.name], build.add(*found[node.name]), found)
    pairs = [
        build.sum_(build.mul(build.add(*found[name]), way), None) if way.shape
        else build.mul(build.add(*found[name]), way)
        for name, way in ways.items() if name in found
    ]  # fmt: skip
    pairing = build.add(*pairs) if pairs else leaves.ZERO
    if not tree.shape:
        return pairing
    back: dict[str, list[Array]] = {}
    pulled_back(pairing, leaves.ONE, back)
    return build.add(*back[_SEED]) if _SEED in back else leaves.zeros(tree.shape)
