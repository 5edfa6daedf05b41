"""Large graphs made small enough to draw: nodes that play the same part are shown as one."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass

from symgrad.derivation.analysis import immediate_dominators
from symgrad.graph.graph import Graph, Node

_FEWEST_ROWS = 4
_MOST_ROWS = 24  # of a folded graph: what is deeper, as a recurrent one is, fits no screen


@dataclass(frozen=True, slots=True)
class Fold:
    """`groups` maps the first member of each group to all members; `home` a node to its group.

    Groups stand in an order in which each comes after those it is computed from.
    """

    groups: Mapping[str, tuple[str, ...]]
    home: Mapping[str, str]


def folded(graph: Graph, nodes: Sequence[Node], most: int) -> Fold:
    """Return groups of nodes, at most about `most` of them; each alone where they are few enough.

    First nodes of one shape at one distance from the objective fold if their immediate dominators
    fold; where that is not enough the dominators no longer count, then the shape, and in the end
    neighbouring distances fold too, as the time steps of a recurrent graph do.
    """
    if len(nodes) <= most:
        return Fold({n.name: (n.name,) for n in nodes}, {n.name: n.name for n in nodes})
    distance = _distances(graph)
    region = _regions(graph, nodes, distance)
    deepest = max(distance.values(), default=0) + 1
    keys: list[Callable[[Node], tuple[int, Hashable]]] = [
        lambda n: (distance[n.name], region[n.name]),
        lambda n: (distance[n.name], _shape(n)),
        lambda n: (distance[n.name], n.kind),
    ]
    rows = max(_FEWEST_ROWS, most // 4)
    if deepest > rows:
        keys.append(lambda n: (distance[n.name] * rows // deepest, n.kind))
    alone = graph.objective if distance[graph.objective] == 0 else ""
    for key in keys:
        groups = _grouped(nodes, key, alone)
        shallow = len({key(node)[0] for node in nodes}) <= _MOST_ROWS
        if (len(groups) <= most and shallow) or key is keys[-1]:
            break
    home = {name: first for first, members in groups.items() for name in members}
    place = {first: i for i, first in enumerate(groups)}
    index = graph.index

    def order(first: str) -> tuple[int, bool, bool, int]:
        node = index[first]
        return -key(node)[0], node.formula is not None, first == alone, place[first]

    return Fold({first: groups[first] for first in sorted(groups, key=order)}, home)


def _distances(graph: Graph) -> dict[str, int]:
    """Return for every node the length of the longest way from it to an end of the graph."""
    found = {node.name: 0 for node in graph.nodes}
    for node in reversed(graph.ordered):
        for operand in node.formula.operands if node.formula is not None else ():
            found[operand] = max(found[operand], found[node.name] + 1)
    return found


def _shape(node: Node) -> Hashable:
    """Return what nodes of one part share: the pattern, or for inputs the first letters."""
    if node.formula is not None:
        return node.kind, node.formula.pattern
    return node.kind, node.name.rstrip("_0123456789").partition("_")[0].rstrip("0123456789")


def _regions(
    graph: Graph, nodes: Sequence[Node], distance: Mapping[str, int]
) -> dict[str, Hashable]:
    """Return a class for every node: its shape together with the class of its dominator."""
    dominator = immediate_dominators(graph)
    classes: dict[Hashable, int] = {}
    found: dict[str, Hashable] = {}
    for node in sorted(nodes, key=lambda n: distance[n.name]):
        above = dominator.get(node.name)
        key = (_shape(node), found.get(above) if above is not None else None)
        found[node.name] = classes.setdefault(key, len(classes))
    return found


def _grouped(
    nodes: Sequence[Node], key: Callable[[Node], Hashable], alone: str
) -> dict[str, tuple[str, ...]]:
    groups: dict[Hashable, list[str]] = {}
    for node in nodes:
        groups.setdefault((node.name == alone, key(node)), []).append(node.name)
    return {members[0]: tuple(members) for members in groups.values()}
