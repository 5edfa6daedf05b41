"""A graph over many samples at once: data with a leading axis, the objective their mean.

What depends on data has one row a sample: a vector is a matrix then, a number a vector. W x + b is
X Wᵀ + b, and its gradient comes out as δᵀX. A graph in which a matrix depends on data has none.
"""

from __future__ import annotations

from dataclasses import replace

from symgrad.errors import free_name
from symgrad.expression.arrays import build, leaves
from symgrad.expression.arrays.size import UNIT, Shape, Size, named
from symgrad.expression.arrays.tree import NOTHING_KNOWN, Array, Facts, names_in
from symgrad.graph.arrays import ArrayGraph, learned, opaque, sums_in
from symgrad.graph.graph import Node

MEAN = "mean"


class NotOverSamples(Exception):
    """An expression has no form with a leading axis: a matrix would have three."""


def over_samples(graph: ArrayGraph) -> ArrayGraph | None:
    """Return the graph whose data hold one sample a row, None where there is none.

    Its objective is `mean_J` for the objective J, and the number of samples a size of its own, `N`
    or the next name that is free.
    """
    data = [name for name in graph.data if graph.index[name].formula is None]
    if not data or graph.shape_of[graph.objective]:
        return None
    if any(len(graph.shape_of[name]) > 1 for name in data):
        return None
    taken = {*graph.index, *graph.sizes}
    count = next(word for word in ("N", "samples", "n_samples") if word not in taken)
    try:
        return _Spreader(graph, named(count), data).graph()
    except NotOverSamples:
        return None


class _Spreader:
    """Rewrites the equations of one graph."""

    def __init__(self, graph: ArrayGraph, count: Size, data: list[str]) -> None:
        self.old = graph
        self.count = count
        self.variables: dict[str, Array] = {}
        self.moving: dict[str, Array] = {}
        for name in graph.index:
            if graph.index[name].formula is None:
                variable = graph.variables[name]
                if name in data:
                    facts = _facts_of_rows(variable)
                    variable = leaves.name(name, (count, *variable.shape), facts)
                    self.moving[name] = variable
                self.variables[name] = variable

    def graph(self) -> ArrayGraph:
        """Return the graph over samples."""
        trees: dict[str, Array] = {}
        for node in self.old.ordered:
            tree = self.old.trees[node.name]
            moves = self.moves(tree)
            made = self.spread(tree) if moves else tree
            facts = learned(made, NOTHING_KNOWN, sums_in(made, self.variables, trees))
            self.variables[node.name] = leaves.name(node.name, made.shape, facts)
            if moves:
                self.moving[node.name] = self.variables[node.name]
            trees[node.name] = made
        top = self.variables[self.old.objective]
        mean = build.mean(top, None) if top.shape else top
        goal = free_name(f"{MEAN}_{self.old.objective}", self.variables)
        trees[goal] = mean
        self.variables[goal] = leaves.name(goal)
        inputs = [node for node in self.old.nodes if node.formula is None]
        nodes: list[Node] = [*inputs, *(opaque(name, tree) for name, tree in trees.items())]
        return replace(
            self.old,
            nodes=tuple(nodes),
            objective=goal,
            values=tuple(trees.items()),
            shapes=tuple((name, v.shape) for name, v in self.variables.items()),
            facts=tuple((name, v.facts) for name, v in self.variables.items()),
            checks=(),
            written=(),
        )

    def moves(self, x: Array) -> bool:
        """Tell whether an expression differs from sample to sample."""
        return any(name in self.moving for name in names_in(x))

    def spread(self, x: Array) -> Array:
        """Return an expression that differs from sample to sample, one row a sample."""
        if len(x.shape) > 1:
            raise NotOverSamples
        if x.op == "name":
            return self.moving[x.text]
        made = getattr(self, f"_{x.op}", None)
        if made is None:
            raise NotOverSamples
        result: Array = made(x)
        return result

    def entry(self, x: Array, shape: Shape) -> Array:
        """Return an operand of an operation of each entry, in the shape of the result."""
        if not self.moves(x):
            return build.expand(x, 1, shape) if x.shape else x
        found = self.spread(x)
        return found if len(found.shape) == len(shape) else build.expand(found, 0, shape)

    def entrywise(self, x: Array) -> Array:
        """Return an operation of each entry."""
        shape = (self.count, *x.shape)
        made = build.entrywise(x, [self.entry(part, shape) for part in x.args])
        return build.filled(made, shape)

    _add = _mul = _pow = _fn = _cmp = _logic = entrywise

    def _chain(self, x: Array) -> Array:
        if x.shape:
            *before, last = x.args
            if any(map(self.moves, before)):
                raise NotOverSamples
            return build.chain(self.spread(last), build.transposed(build.chain(*before)))
        first, last = build.transposed(x.args[0]), x.args[-1]
        middle = x.args[1:-1]
        if any(map(self.moves, middle)):
            raise NotOverSamples
        if not self.moves(last):
            return build.chain(self.spread(first), build.chain(*middle, last))
        if not self.moves(first):
            turned = [build.transposed(part) for part in reversed(middle)]
            return build.chain(self.spread(last), build.chain(*turned, first))
        product = build.chain(self.spread(first), *middle)
        return build.sum_(build.mul(product, self.spread(last)), 1)

    def _sum(self, x: Array) -> Array:
        if x.shape:
            raise NotOverSamples
        return build.sum_(self.spread(x.args[0]), 1)

    def _most(self, x: Array) -> Array:
        return build.most(self.spread(x.args[0]), 1, x.op)

    _least = _most

    def _softmax(self, x: Array) -> Array:
        return build.softmax(self.spread(x.args[0]), 1)

    def _lse(self, x: Array) -> Array:
        return build.lse(self.spread(x.args[0]), 1)

    def _stack(self, x: Array) -> Array:
        parts = [self.entry(part, (self.count, *part.shape)) for part in x.args]
        return build.stack(parts, 1)

    def _slice(self, x: Array) -> Array:
        _, start, stop = x.cut
        return build.part_of(self.spread(x.args[0]), 1, start, stop)

    def _pad(self, x: Array) -> Array:
        _, start, total = x.cut
        return build.pad(self.spread(x.args[0]), 1, start, total)

    def _T(self, x: Array) -> Array:  # noqa: N802
        if UNIT in x.shape:
            raise NotOverSamples
        return self.spread(x.args[0])


def _facts_of_rows(x: Array) -> Facts:
    """Return what is known of samples: a sum over the entries of one is that over a row."""
    sums = tuple((1 if axis is None else axis, total) for axis, total in x.facts.sums)
    return replace(x.facts, sums=sums if x.shape else (), kept=None)
