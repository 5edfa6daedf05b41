"""What one sample brings: L_i where L is a sum over samples, or a mean of them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from symgrad.expression.arrays import build, leaves
from symgrad.expression.arrays.size import Size
from symgrad.expression.arrays.tree import Array
from symgrad.graph.arrays import ArrayGraph, opaque
from symgrad.verify.arrays.scope import Names

_MEAN, _SUM = "ˑ", "ː"  # letters that no name of a graph has: a part of a mean, and of a sum
_PART = re.compile(
    r"(?<![^\W_])(?P<name>[^\W\d_ᵀΣ∑²³∂∇]+?)_(?:\{(?P<braced>[^\W\d_])\}|(?P<plain>[^\W\d_]))(?![\w,])"
)
_ELL = frozenset(("ℓ", "l", "ell"))


def with_samples(graph: ArrayGraph, texts: Iterable[str]) -> ArrayGraph:
    """Return a graph with a node for the parts of each sum over samples that texts speak of.

    Of L = (1/n) Σ L_i the parts are n times the summands of L; those are parts, too.
    """
    names = Names(graph)
    words = {found["name"] for text in texts for found in _PART.finditer(text)}
    words |= {word[1:] for word in words if len(word) > 1 and word[0] == "d"}
    tops = dict.fromkeys(top for word in sorted(words) if (top := _top(word, names)) is not None)
    added: dict[str, Array] = {}
    for top in tops:
        parts = _by_size(graph, top)
        if parts is None:
            continue
        size, tree = parts
        added[top + _SUM] = tree
        whole = build.mul(leaves.length(size), tree)
        added[top + _MEAN] = whole if _is_mean(graph.trees[top], size, graph) else tree
    if not added:
        return graph
    return replace(
        graph,
        nodes=(*graph.nodes, *(opaque(name, tree) for name, tree in added.items())),
        values=(*graph.values, *added.items()),
        shapes=(*graph.shapes, *((name, tree.shape) for name, tree in added.items())),
    )


def samples_told(text: str, names: Names, *, summands: bool = False) -> str:
    """Return a text in which L_i is an entry of the node of parts; of a mean n times a summand."""
    mark = _SUM if summands else _MEAN

    def told(found: re.Match[str]) -> str:
        word = found["name"]
        top = _top(word, names)
        if top is None and word[0] == "d" and found.string[found.end() :].startswith("/d"):
            top, word = _top(word[1:], names), "d"
        index = found["braced"] or found["plain"]
        if top is None or top + mark not in names.graph.index or index in names.graph.index:
            return found[0]
        return f"{'d' * (word == 'd')}{top}{mark}_{index}"

    return _PART.sub(told, text)


def speaks_of_samples(text: str) -> bool:
    """Tell whether a text, as `samples_told` returns it, speaks of one sample's part."""
    return _MEAN in text or _SUM in text


def without_marks(text: str) -> str:
    """Return a text in which the parts of L are called L again."""
    return text.replace(_MEAN, "").replace(_SUM, "")


def _top(word: str, names: Names) -> str | None:
    """Return the number that a word with an index speaks of a part of: L, for ℓ_i too."""
    top = names.resolve(word)
    if top is None and word in _ELL:
        top = next((n for n in map(names.resolve, ("L", "J", "loss")) if n is not None), None)
    if top is None or names.graph.shape_of[top] or top not in names.graph.trees:
        return None
    return top


def _by_size(graph: ArrayGraph, top: str) -> tuple[Size, Array] | None:
    """Return over what a number is a sum, and its summands: samples are the first axis of data."""
    inputs = [node.name for node in graph.nodes if node.kind != "param" and node.formula is None]
    first = [graph.shape_of[name][0] for name in inputs if graph.shape_of[name]]
    others = [size for _, shape in graph.shapes for size in shape]
    for size in dict.fromkeys((*first, *others)):
        parts = _summands(graph.trees[top], size, graph)
        if parts is not None:
            return size, parts
    return None


def _summands(x: Array, size: Size, graph: ArrayGraph) -> Array | None:
    """Return the vector of so many entries that a number is the sum of; None where of none."""
    match x.op:
        case "name":
            return _summands(graph.trees[x.text], size, graph) if x.text in graph.trees else None
        case "add":
            terms = [_summands(part, size, graph) for part in x.args]
            found = [term for term in terms if term is not None]
            return build.add(*found) if len(found) == len(terms) else None
        case "mul":
            summed = [(part, _summands(part, size, graph)) for part in x.args]
            parts = [(part, found) for part, found in summed if found is not None]
            if len(parts) != 1:
                return None
            rest = [part for part in x.args if part is not parts[0][0]]
            return build.mul(*rest, parts[0][1])
        case "sum":
            inner = x.args[0]
            if inner.shape.count(size) != 1:
                return None
            if len(inner.shape) == 1:
                return inner
            return build.sum_(inner, 1 - inner.shape.index(size))
        case "trace":
            return build.diagonal(x.args[0]) if x.args[0].shape == (size, size) else None
        case "chain":
            left, right = build.transposed(x.args[0]), x.args[-1]
            if left.shape == (size,):
                return build.mul(left, build.chain(*x.args[1:]))
            if right.shape == (size,):
                return build.mul(build.transposed(build.chain(*x.args[:-1])), right)
            return None
        case _:
            return None


def _is_mean(x: Array, size: Size, graph: ArrayGraph) -> bool:
    """Tell whether a number is divided by how many entries it is a sum of."""
    if x.op == "name":
        return x.text in graph.trees and _is_mean(graph.trees[x.text], size, graph)
    if x.op == "add":
        return all(_is_mean(part, size, graph) for part in x.args)
    one = build.pow_(leaves.length(size), leaves.MINUS_ONE)
    return x.op == "mul" and any(part == one or _is_mean(part, size, graph) for part in x.args)
