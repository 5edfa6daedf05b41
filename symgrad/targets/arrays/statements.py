"""The single assignments of a derivation with arrays: values, sensitivities, gradients."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from symgrad.derivation.arrays.derivation import ArrayDerivation
from symgrad.derivation.arrays.jacobian import hessian
from symgrad.errors import SymgradError
from symgrad.expression.arrays import build, leaves
from symgrad.expression.arrays.print_numpy import identifier
from symgrad.expression.arrays.substitute import substituted
from symgrad.expression.arrays.tree import Array, names_in, walk
from symgrad.graph.arrays import ArrayGraph

_SHARED = frozenset(("chain", "inv", "softmax", "lse", "logdet", "det", "fn", "sum", "mul"))


@dataclass(frozen=True, slots=True)
class ArrayAssignment:
    """`name = tree`."""

    name: str
    tree: Array


def forward(d: ArrayDerivation) -> list[ArrayAssignment]:
    """Return the equations that the objective needs, each after its operands."""
    graph = d.array_graph
    trees = {name: steady(tree, graph) for name, tree in graph.values}
    needed = _needed(trees, [trees[graph.objective]]) | {graph.objective}
    return [ArrayAssignment(n.name, trees[n.name]) for n in graph.ordered if n.name in needed]


def steady(x: Array, graph: ArrayGraph) -> Array:
    """Return an expression in which no logarithm of a softmax or of a sigmoid is taken.

    log p is z − logsumexp(z) for p = softmax(z), −softplus(−z) for p = σ(z), and log(1 − p) is
    −softplus(z) then: they have a value where p is 0 or 1 in doubles.
    """
    found: dict[Array, Array] = {}
    for part in walk(x):
        if part.op != "fn" or part.data != "log":
            continue
        inner = part.args[0]
        value = graph.trees.get(inner.text) if inner.op == "name" else inner
        if value is not None and value.op == "softmax":
            z, axis = value.args[0], value.axis
            total = build.lse(z, axis)
            spread = total if axis is None else build.expand(total, 1 - axis, z.shape)
            found[part] = build.sub(z, spread)
        elif value is not None and value.op == "fn" and value.data == "sigmoid":
            found[part] = build.neg(build.fn("softplus", build.neg(value.args[0])))
        elif (logit := _logit_of_rest(inner, graph)) is not None:
            found[part] = build.neg(build.fn("softplus", logit))
    return substituted(x, found)


def with_shared_exponentials(
    rows: Sequence[ArrayAssignment], others: Sequence[ArrayAssignment]
) -> list[ArrayAssignment]:
    """Return assignments in which softmax(z) is exp(z − logsumexp(z)), where others hold that.

    Likewise σ(z) is exp(−softplus(−z)).
    """
    held = {part for row in others for part in walk(row.tree) if part.op in {"lse", "fn"}}
    made = []
    for row in rows:
        tree = row.tree
        total = build.lse(tree.args[0], tree.axis) if tree.op == "softmax" else None
        if total is not None and total in held:
            z = tree.args[0]
            spread = build.expand(total, 1 - tree.along, z.shape) if total.shape else total
            tree = build.fn("exp", build.sub(z, spread))
        if tree.op == "fn" and tree.data == "sigmoid":
            below = build.fn("softplus", build.neg(tree.args[0]))
            tree = build.fn("exp", build.neg(below)) if below in held else tree
        made.append(ArrayAssignment(row.name, tree))
    return made


def value_and_derivatives(d: ArrayDerivation, prefix: str) -> list[ArrayAssignment]:
    """Return the equations and the derivatives, named with a prefix, in order; each value once."""
    values = forward(d)
    derived = with_shared_exponentials(backward(d, prefix), values)
    graph = d.array_graph
    held = {row.name for row in derived}
    position = {node.name: i for i, node in enumerate(graph.ordered)}
    known = [row for row in derived if row.name in graph.trees]
    rest = [row for row in derived if row.name not in graph.trees]
    missing = [row for row in values if row.name not in held]
    return [*sorted([*known, *missing], key=lambda row: position[row.name]), *rest]


def with_shared_sums(rows: Sequence[ArrayAssignment]) -> list[ArrayAssignment]:
    """Return assignments in which Σ C ⊙ (V ⊙ g + b) is gᵀΣ(C ⊙ V) + bᵀΣC, where others hold those.

    The sums along an axis are the gradients by g and b as often as not.
    """
    held = {
        part
        for row in rows
        for part in walk(row.tree)
        if part.op == "sum" and part.data is not None
    }
    if not held:
        return [*rows]
    found: dict[Array, Array] = {}
    for row in rows:
        for part in walk(row.tree):
            is_total = part.op == "sum" and part.data is None and part.args[0].op == "mul"
            shorter = _by_sums(part.args[0], held) if is_total else None
            if shorter is not None:
                found[part] = shorter
    return [ArrayAssignment(row.name, substituted(row.tree, found)) for row in rows]


def _by_sums(x: Array, held: set[Array]) -> Array | None:
    """Return the sum over a product with a sum by those sums along an axis that are held."""
    sums = [part for part in x.args if part.op == "add" and part.shape]
    if len(sums) != 1 or len(x.shape) != 2:
        return None
    others = [part for part in x.args if part is not sums[0]]
    terms = []
    for term in sums[0].args:
        factors = [*others, *(term.args if term.op == "mul" else (term,))]
        spread = [part for part in factors if part.op == "expand"]
        if len({part.along for part in spread}) != 1:
            return None
        whole = [part for part in factors if part.shape and part.op != "expand"]
        total = build.sum_(build.mul(*whole), 1 - spread[0].along)
        if total not in held:
            return None
        scalars = (part for part in factors if not part.shape)
        vector = build.mul(*(part.args[0] for part in spread))
        terms.append(build.mul(*scalars, build.dot(vector, total)))
    return build.add(*terms)


def softmax_with_lse(rows: Sequence[ArrayAssignment]) -> dict[str, str]:
    """Return for a logsumexp(z) the softmax(z) written as exp(z − logsumexp(z)), by their names.

    Both come of one exponential.
    """
    found: dict[str, str] = {}
    for row in rows:
        if row.tree.op != "lse":
            continue
        z, axis = row.tree.args[0], row.tree.axis
        total = leaves.name(row.name, row.tree.shape)
        spread = total if axis is None else build.expand(total, 1 - axis, z.shape)
        softmax = build.fn("exp", build.sub(z, spread))
        for other in rows:
            if other.tree == softmax:
                found[row.name] = other.name
                break
    return found


def _logit_of_rest(x: Array, graph: ArrayGraph) -> Array | None:
    """Return z where an expression is 1 − σ(z), or None."""
    rest = build.sub(leaves.ONE, x) if x.op == "add" else x
    value = graph.trees.get(rest.text) if rest.op == "name" else rest
    is_sigmoid = value is not None and value.op == "fn" and value.data == "sigmoid"
    return value.args[0] if value is not None and is_sigmoid and x.op == "add" else None


def backward(d: ArrayDerivation, prefix: str) -> list[ArrayAssignment]:
    """Return what the gradients need besides the inputs: values, sensitivities, gradients."""
    graph = d.array_graph
    results = [ArrayAssignment(f"{prefix}{identifier(n)}", tree) for n, tree in d.array_gradients]
    sensitivities = [ArrayAssignment(item.name, item.value) for item in d.array_sensitivities]
    trees = [item.tree for item in (*sensitivities, *results)]
    needed = _needed(graph.trees, trees)
    values = [
        ArrayAssignment(n.name, graph.trees[n.name]) for n in graph.ordered if n.name in needed
    ]
    return [*values, *sensitivities, *results]


def second(d: ArrayDerivation, parameter: str) -> list[ArrayAssignment]:
    """Return the assignments of the matrix of second derivatives by one parameter, `result`."""
    graph = d.array_graph
    tree = hessian(graph, d.written_out(parameter), parameter)
    needed = _needed(graph.trees, [tree])
    rows = [ArrayAssignment(n.name, graph.trees[n.name]) for n in graph.ordered if n.name in needed]
    return [*rows, ArrayAssignment("result", tree)]


def without_diagonals(x: Array) -> Array:
    """Return an expression in which A diag(v) B is (A ⊙ 1vᵀ)B: no diagonal matrix is filled."""
    found: dict[Array, Array] = {}
    for part in walk(x):
        if part.op != "chain" or not any(factor.op == "diag" for factor in part.args):
            continue
        factors: list[Array] = []
        waiting: Array | None = None
        for factor in part.args:
            made = factor
            if made.op == "diag" and factors and len(factors[-1].shape) == 2:
                spread = build.expand(made.args[0], 1, factors[-1].shape)
                factors[-1] = build.mul(factors[-1], spread)
                continue
            if made.op == "diag" and waiting is None and not factors:
                waiting = made.args[0]
                continue
            if waiting is not None:
                spread = waiting if len(made.shape) == 1 else build.expand(waiting, 0, made.shape)
                made, waiting = build.mul(spread, made), None
            factors.append(made)
        if waiting is None:
            found[part] = build.chain(*factors)
    return substituted(x, found) if found else x


def only_parameter(d: ArrayDerivation) -> str:
    """Return the one parameter by which second derivatives are taken.

    Raises SymgradError where there are several.
    """
    if len(d.wrt) == 1:
        return d.wrt[0]
    fault = f"the Hessian of arrays is that by one parameter, and there are {len(d.wrt)}"
    raise SymgradError(fault, help=f"name one: `wrt=[{d.wrt[0]!r}]`")


def _needed(values: Mapping[str, Array], trees: Sequence[Array]) -> set[str]:
    """Return the nodes that expressions are computed from."""
    found: set[str] = set()
    stack = [name for tree in trees for name in names_in(tree)]
    while stack:
        name = stack.pop()
        if name in found or name not in values:
            continue
        found.add(name)
        stack.extend(names_in(values[name]))
    return found


def shared(
    rows: Sequence[ArrayAssignment], taken: Sequence[str], variables: Mapping[str, Array]
) -> list[ArrayAssignment]:
    """Return assignments in which a product or a function that stands in several is computed once.

    The new name is given its value right before its first use; `taken` are names in use, and
    `variables` the nodes, with what is known of them.
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
    made: list[ArrayAssignment] = []
    for row in rows:
        tree = row.tree
        for part in sorted(chosen, key=_size):
            if part in known or part not in set(walk(tree)):
                continue
            if part == tree:
                known[part] = variables.get(row.name) or leaves.name(row.name, part.shape)
                continue
            name = next(names)
            made.append(ArrayAssignment(name, substituted(part, known)))
            known[part] = leaves.name(name, part.shape)
        whole = known.get(tree)
        if whole is not None and whole.text == row.name:
            others = {key: value for key, value in known.items() if key != tree}
            made.append(ArrayAssignment(row.name, substituted(tree, others)))
        else:
            made.append(ArrayAssignment(row.name, substituted(tree, known)))
    return made


def _is_costly(x: Array) -> bool:
    if x.op == "chain":
        return True
    if x.op == "mul":
        return len(x.shape) == 2 and sum(len(part.shape) == 2 for part in x.args) > 1
    return x.op != "sum" or x.args[0].op != "name" or len(x.args[0].shape) == 2


def _only_inside(part: Array, repeated: Sequence[Array], counts: dict[Array, int]) -> bool:
    """Tell whether a part stands only inside another repeated one."""
    return any(
        other != part and counts[other] == counts[part] and part in set(walk(other))
        for other in repeated
    )


def _size(x: Array) -> int:
    return sum(1 for _ in walk(x))
