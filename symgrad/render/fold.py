"""Large graphs made small enough to draw: nodes that play the same part are shown as one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field

from symgrad.derivation.analysis import consumers, immediate_dominators
from symgrad.graph.graph import Graph, Node
from symgrad.render.cells import Cells, repeated_cells

_FEWEST_ROWS = 4
_MOST_ROWS = 24  # of a folded graph: what is deeper, as a recurrent one is, fits no screen
_MOST_SHARED = 6  # inputs that all cells use, each drawn alone


@dataclass(frozen=True, slots=True)
class Fold:
    """`groups` maps the first member of each group to all members; `home` a node to its group.

    Groups stand in an order in which each comes after those it is computed from. `cells` maps the
    first member of a group of repeated cells to the nodes of one of them.
    """

    groups: Mapping[str, tuple[str, ...]]
    home: Mapping[str, str]
    cells: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def folded(graph: Graph, nodes: Sequence[Node], most: int) -> Fold:
    """Return groups of nodes, at most about `most` of them; each alone where they are few enough.

    First nodes of one shape at one distance from the objective fold if their immediate dominators
    fold; where that is not enough, cells that are repeated fold, but for the first and the last;
    else the dominators no longer count, then the shape, and in the end neighbouring distances fold.
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
        if key is keys[0]:
            found = _by_cells(graph, nodes, alone)
            if found is not None and len(found.groups) <= most:
                return found
    home = {name: first for first, members in groups.items() for name in members}
    place = {first: i for i, first in enumerate(groups)}
    index = graph.index

    def order(first: str) -> tuple[int, bool, bool, int]:
        node = index[first]
        return -key(node)[0], node.formula is not None, first == alone, place[first]

    return Fold({first: groups[first] for first in sorted(groups, key=order)}, home)


def _by_cells(graph: Graph, nodes: Sequence[Node], alone: str) -> Fold | None:
    """Return a fold of repeated cells but the first and the last one; None where there are none."""
    cells = repeated_cells(graph, _shape)
    if cells is None:
        return None
    groups = _cell_groups(graph, nodes, cells, alone)
    folded_steps = range(cells.first + 1, cells.last)
    one = tuple(name for name, step in cells.step.items() if step == folded_steps[0])
    inside = one[0] if one[0] != alone else one[1]
    home = {name: first for first, members in groups.items() for name in members}
    return Fold(groups, home, {home[inside]: tuple(name for name in one if name != alone)})


def _cell_groups(
    graph: Graph, nodes: Sequence[Node], cells: Cells, alone: str
) -> dict[str, tuple[str, ...]]:
    """Return the groups: inputs first, then the equations step after step."""

    def band(name: str) -> Hashable:
        inner = cells.first < cells.step[name] < cells.last and name != alone
        return "cells" if inner else name

    users = consumers(graph)
    used = {n.name: tuple(map(band, users[n.name])) for n in nodes if n.formula is None}
    own = {name: next(iter(set(by))) for name, by in used.items() if len(set(by)) == 1}
    shared = Counter(n.kind for n in nodes if n.name in used and n.name not in own)

    def key(node: Node) -> Hashable:
        if node.formula is not None:
            return band(node.name)
        if own.get(node.name) == "cells":
            return _shape(node)
        if node.name not in own and shared[node.kind] > _MOST_SHARED:
            return node.kind, frozenset(used[node.name])
        return node.name

    ordered = sorted(nodes, key=lambda n: -1 if n.formula is None else cells.step[n.name])
    return _grouped([n for n in ordered if n.name != alone], key, "") | (
        {alone: (alone,)} if alone else {}
    )


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
