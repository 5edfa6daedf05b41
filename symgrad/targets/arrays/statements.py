"""The single assignments of a derivation with arrays: values, sensitivities, gradients."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from symgrad.derivation.arrays.derivation import ArrayDerivation
from symgrad.derivation.arrays.jacobian import hessian
from symgrad.expression.arrays import build
from symgrad.expression.arrays.print_numpy import identifier
from symgrad.expression.arrays.substitute import substituted
from symgrad.expression.arrays.tree import Array, names_in, walk

_SHARED = frozenset(("chain", "inv", "softmax", "lse", "logdet", "det", "fn", "sum"))


@dataclass(frozen=True, slots=True)
class Assignment:
    """`name = tree`."""

    name: str
    tree: Array


def forward(d: ArrayDerivation) -> list[Assignment]:
    """Return the equations that the objective needs, each after its operands."""
    graph = d.array_graph
    needed = _needed(d, [graph.trees[graph.objective]]) | {graph.objective}
    return [Assignment(n.name, graph.trees[n.name]) for n in graph.ordered if n.name in needed]


def backward(d: ArrayDerivation, prefix: str) -> list[Assignment]:
    """Return what the gradients need besides the inputs: values, sensitivities, gradients."""
    graph = d.array_graph
    results = [Assignment(f"{prefix}{identifier(n)}", tree) for n, tree in d.array_gradients]
    sensitivities = [Assignment(item.name, item.value) for item in d.array_sensitivities]
    trees = [item.tree for item in (*sensitivities, *results)]
    needed = _needed(d, trees)
    values = [Assignment(n.name, graph.trees[n.name]) for n in graph.ordered if n.name in needed]
    return [*values, *sensitivities, *results]


def second(d: ArrayDerivation, parameter: str) -> list[Assignment]:
    """Return the assignments of the matrix of second derivatives by one parameter."""
    graph = d.array_graph
    gradient = dict(d.array_gradients)[parameter]
    values: dict[Array, Array] = {}
    for item in d.array_sensitivities:
        values[build.name(item.name, item.value.shape)] = substituted(item.value, values)
    tree = hessian(graph, substituted(gradient, values), parameter)
    needed = _needed(d, [tree])
    rows = [Assignment(n.name, graph.trees[n.name]) for n in graph.ordered if n.name in needed]
    return [*rows, Assignment("result", tree)]


def _needed(d: ArrayDerivation, trees: Sequence[Array]) -> set[str]:
    """Return the nodes that expressions are computed from."""
    graph = d.array_graph
    found: set[str] = set()
    stack = [name for tree in trees for name in names_in(tree)]
    while stack:
        name = stack.pop()
        if name in found or name not in graph.trees:
            continue
        found.add(name)
        stack.extend(names_in(graph.trees[name]))
    return found


def shared(rows: Sequence[Assignment], taken: Sequence[str]) -> list[Assignment]:
    """Return assignments in which a product or a function that stands in several is computed once.

    The new name is given its value right before its first use; `taken` are names in use.
    """
    counts: dict[Array, int] = {}
    for row in rows:
        for part in walk(row.tree):
            if part.op in _SHARED and _is_costly(part):
                counts[part] = counts.get(part, 0) + 1
    repeated = [part for part, count in counts.items() if count > 1 and part.op != "T"]
    chosen = [part for part in repeated if not _only_inside(part, repeated, counts)]
    known: dict[Array, Array] = {}
    names = (f"t{i}" for i in range(1, 10_000) if f"t{i}" not in taken)
    made: list[Assignment] = []
    for row in rows:
        tree = row.tree
        for part in sorted(chosen, key=_size):
            if part in known or part not in set(walk(tree)):
                continue
            if part == tree:
                known[part] = build.name(row.name, part.shape)
                continue
            name = next(names)
            made.append(Assignment(name, substituted(part, known)))
            known[part] = build.name(name, part.shape)
        whole = known.get(tree)
        if whole is not None and whole.text == row.name:
            others = {key: value for key, value in known.items() if key != tree}
            made.append(Assignment(row.name, substituted(tree, others)))
        else:
            made.append(Assignment(row.name, substituted(tree, known)))
    return made


def _is_costly(x: Array) -> bool:
    if x.op == "chain":
        return True
    return x.op != "sum" or x.args[0].op != "name"


def _only_inside(part: Array, repeated: Sequence[Array], counts: dict[Array, int]) -> bool:
    """Tell whether a part stands only inside another repeated one."""
    return any(
        other != part and counts[other] == counts[part] and part in set(walk(other))
        for other in repeated
    )


def _size(x: Array) -> int:
    return sum(1 for _ in walk(x))
