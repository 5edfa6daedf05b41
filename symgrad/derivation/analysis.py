"""Questions about the shape of a graph: paths, fan-out, dominators, dependence on data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from symgrad.derivation.calculus import local_derivatives
from symgrad.errors import SymgradError
from symgrad.expression.identity import ByIdentity
from symgrad.expression.tree import Call, Expression
from symgrad.graph.arrays import OPAQUE
from symgrad.graph.graph import Graph, Node


def edges_of(node: Node) -> tuple[str, ...]:
    """Return the operands by which a node has a derivative other than zero, in order written."""
    if node.formula is None:
        return ()
    places = _places(node.formula.pattern)
    return tuple(name for i, name in enumerate(node.formula.operands) if i in places)


def _places(pattern: Expression) -> frozenset[int]:
    if isinstance(pattern, Call) and pattern.function == OPAQUE:  # an operation on arrays
        return frozenset(range(len(pattern.arguments)))
    return frozenset(local_derivatives(pattern))


def operands_by_node(graph: Graph) -> dict[str, tuple[str, ...]]:
    """Return for every equation its operands in order of definition, without zero derivatives."""
    order = {node.name: i for i, node in enumerate(graph.nodes)}
    known: ByIdentity[Expression, frozenset[int]] = ByIdentity()
    found: dict[str, tuple[str, ...]] = {}
    for node in graph.ordered:
        if node.formula is None:
            continue
        pattern = node.formula.pattern
        places = known.get(pattern)
        if places is None:
            places = known[pattern] = _places(pattern)
        kept = [name for i, name in enumerate(node.formula.operands) if i in places]
        found[node.name] = tuple(sorted(kept, key=order.__getitem__))
    return found


def consumers(graph: Graph) -> dict[str, tuple[str, ...]]:
    """Return for every node the equations that use it, in order of definition (its fan-out)."""
    found: dict[str, list[str]] = {node.name: [] for node in graph.nodes}
    for node in graph.nodes:
        if node.formula is not None:
            for operand in node.formula.operands:
                found[operand].append(node.name)
    return {name: tuple(users) for name, users in found.items()}


def ancestors(graph: Graph, name: str) -> frozenset[str]:
    """Return `name` and every node that it is computed from."""
    seen = {name}
    stack = [name]
    while stack:
        formula = graph.index[stack.pop()].formula
        for operand in formula.operands if formula is not None else ():
            if operand not in seen:
                seen.add(operand)
                stack.append(operand)
    return frozenset(seen)


def depends_on_data(graph: Graph) -> frozenset[str]:
    """Return the names of all data inputs and of the nodes computed from one."""
    found = set(graph.data)
    for node in graph.ordered:
        if node.formula is not None and not found.isdisjoint(node.formula.operands):
            found.add(node.name)
    return frozenset(found)


def path_counts(graph: Graph, target: str) -> dict[str, int]:
    """Return for every node that leads to `target` the exact number of paths down to it."""
    counts = {target: 1}
    operands = operands_by_node(graph)
    for node in graph.ordered:
        total = sum(counts.get(operand, 0) for operand in operands[node.name])
        if total and node.name != target:
            counts[node.name] = total
    return counts


def path_counts_from_objective(graph: Graph) -> dict[str, int]:
    """Return for every node that the objective leads to the exact number of paths down to it."""
    counts = {graph.objective: 1}
    operands = operands_by_node(graph)
    for node in reversed(graph.ordered):
        own = counts.get(node.name, 0)
        for operand in operands[node.name] if own else ():
            counts[operand] = counts.get(operand, 0) + own
    return counts


def paths(
    graph: Graph,
    target: str,
    *,
    limit: int | None = None,
    operands: Mapping[str, tuple[str, ...]] | None = None,
) -> Iterator[tuple[str, ...]]:
    """Yield the paths from the objective to `target`, at most `limit`, in order of definition.

    `operands` is what `operands_by_node` gives, where it is known already.
    """
    if limit == 0:
        return
    known = operands_by_node(graph) if operands is None else operands
    leading = _leading_to(graph, target, known)
    if graph.objective not in leading:
        return
    found = 0
    trail = [graph.objective]
    pending = [_next_nodes(graph.objective, target, known, leading)]
    while pending:
        if limit is not None and found >= limit:
            return
        if trail[-1] == target:
            yield tuple(trail)
            found += 1
        following = next(pending[-1], None) if trail[-1] != target else None
        if following is None:
            pending.pop()
            trail.pop()
        else:
            trail.append(following)
            pending.append(_next_nodes(following, target, known, leading))


def _leading_to(
    graph: Graph, target: str, operands: Mapping[str, tuple[str, ...]]
) -> frozenset[str]:
    """Return `target` and the nodes from which a path leads to it."""
    found = {target}
    for node in graph.ordered:
        if not found.isdisjoint(operands[node.name]):
            found.add(node.name)
    return frozenset(found)


def _next_nodes(
    name: str, target: str, operands: Mapping[str, tuple[str, ...]], leading: frozenset[str]
) -> Iterator[str]:
    if name == target:
        return iter(())
    return iter([operand for operand in operands[name] if operand in leading])


def immediate_dominators(graph: Graph) -> dict[str, str]:
    """Return for every node below the objective the last node that all paths to it pass.

    Source: K. Cooper, T. Harvey, K. Kennedy, A Simple, Fast Dominance Algorithm (2001); on a graph
    without cycles one pass in topological order is enough.
    """
    operands = operands_by_node(graph)
    dominator: dict[str, str] = {}
    tree = _Tree(graph.objective)
    for node in reversed(graph.ordered):
        above = dominator.get(node.name)
        if above is not None:
            tree.add(node.name, above)
        elif node.name != graph.objective:
            continue
        for operand in operands[node.name]:
            known = dominator.get(operand)
            dominator[operand] = node.name if known is None else tree.meet(known, node.name)
    return dominator


class _Tree:
    """A growing tree in which the lowest common ancestor of two nodes takes logarithmic time.

    Source: E. Myers, An Applicative Random-Access Stack, Inf. Proc. Letters 17 (1983): beside its
    parent every node keeps one ancestor further up, so chosen that few jumps lead anywhere.
    """

    def __init__(self, root: str) -> None:
        self._parent = {root: root}
        self._jump = {root: root}
        self._depth = {root: 0}

    def add(self, name: str, parent: str) -> None:
        """Add a node below `parent`."""
        depth, jump = self._depth, self._jump
        near, far = jump[parent], jump[jump[parent]]
        even = depth[parent] - depth[near] == depth[near] - depth[far]
        self._parent[name] = parent
        jump[name] = far if even else parent
        depth[name] = depth[parent] + 1

    def meet(self, a: str, b: str) -> str:
        """Return the lowest common ancestor of two nodes."""
        parent, jump, depth = self._parent, self._jump, self._depth
        if depth[a] < depth[b]:
            a, b = b, a
        while depth[a] > depth[b]:
            a = jump[a] if depth[jump[a]] >= depth[b] else parent[a]
        while a != b:
            a, b = (jump[a], jump[b]) if jump[a] != jump[b] else (parent[a], parent[b])
        return a


def extended(graph: Graph, nodes: tuple[Node, ...], objective: str) -> Graph:
    """Return the graph with equations added behind its own, and another objective."""
    return replace(
        graph, nodes=graph.nodes + nodes, objective=objective, maximize=False, warnings=()
    )


def pruned(graph: Graph, objective: str) -> Graph:
    """Return the graph with only the inputs and the equations that `objective` needs."""
    needed = ancestors(graph, objective)
    kept = tuple(node for node in graph.nodes if node.formula is None or node.name in needed)
    return replace(graph, nodes=kept, objective=objective, outputs=(), residuals=())


def active_names(graph: Graph, wrt: tuple[str, ...]) -> frozenset[str]:
    """Return the names of the parameters and of all nodes that depend on one of them."""
    active = set(wrt)
    for node in graph.ordered:
        if node.formula is not None and not active.isdisjoint(node.formula.operands):
            active.add(node.name)
    return frozenset(active)


def free_variables(graph: Graph, wrt: Iterable[object] | None) -> tuple[str, ...]:
    """Return the inputs to differentiate by, each once: those named, or all parameters.

    Raises UnknownName for what is no name of the graph, and SymgradError where there is none, or
    where one is defined by an equation.
    """
    wanted = graph.parameters if wrt is None else map(graph.resolve, map(str, wrt))
    chosen = tuple(dict.fromkeys(wanted))
    if not chosen:
        raise SymgradError("there is no parameter to differentiate by")
    for name in chosen:
        if graph.index[name].formula is not None:
            raise SymgradError(
                f"`{name}` is defined by an equation, so it is no free variable",
                help="name inputs: params, data or consts",
            )
    return chosen
