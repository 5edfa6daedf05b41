"""Repeated cells: the time steps of a recurrent graph, the blocks of a deep one, found by shape.

Nodes of one shape that depend on one another in turn count the steps: the step of a node is the
number of such levels that it depends on. It never falls along an edge, so all nodes of some
neighbouring steps can be drawn as one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass

from symgrad.graph.graph import Graph, Node

FEWEST = 5  # cells: the first and the last one are drawn, those between them fold
_CANDIDATES = 32

Shape = Callable[[Node], Hashable]


@dataclass(frozen=True, slots=True)
class Cells:
    """The step of every equation, and the first and the last of the steps that are alike."""

    step: Mapping[str, int]
    first: int
    last: int


def repeated_cells(graph: Graph, shape: Shape) -> Cells | None:
    """Return the cells that a graph repeats, as many as there are; None if it does not.

    Of several ways to cut it into as many cells the one with the fewest edges between them counts.
    """
    nodes = graph.ordered
    shapes = {node.name: shape(node) for node in nodes}
    counts = Counter(shapes.values())
    best: tuple[tuple[int, int], Cells] | None = None
    for chosen, count in counts.most_common(_CANDIDATES):
        if count < FEWEST:
            break
        for inclusive in (True, False):
            step = _steps(nodes, {n for n, s in shapes.items() if s == chosen}, inclusive=inclusive)
            run = _alike(graph, step, shapes)
            if run is None:
                continue
            between = sum(
                step.get(operand, step[node.name]) != step[node.name]
                for node in nodes
                if node.formula is not None and node.name != graph.objective
                for operand in node.formula.operands
            )
            cost = (run[0] - run[1], between)
            if best is None or cost < best[0]:
                best = cost, Cells(step, *run)
    return best[1] if best is not None else None


def _steps(nodes: Sequence[Node], spine: set[str], *, inclusive: bool) -> dict[str, int]:
    """Return how many levels of the spine each node depends on, its own one among them or not."""
    level: dict[str, int] = {}
    step: dict[str, int] = {}
    for node in nodes:
        operands = node.formula.operands if node.formula is not None else ()
        before = max((level.get(operand, 0) for operand in operands), default=0)
        level[node.name] = before + (node.name in spine)
        step[node.name] = level[node.name] if inclusive else before
    return step


def _alike(
    graph: Graph, step: Mapping[str, int], shapes: Mapping[str, Hashable]
) -> tuple[int, int] | None:
    """Return the longest run of steps whose nodes have the same shapes, or None if it is short."""
    found: dict[int, Counter[Hashable]] = {}
    for name, number in step.items():
        if name != graph.objective:
            found.setdefault(number, Counter())[shapes[name]] += 1
    best = (0, 0)
    start = 0
    for number in range(1, max(found, default=0) + 2):
        if number in found and found[number] == found.get(start):
            continue
        if number - start > best[1] - best[0] + 1:
            best = start, number - 1
        start = number
    return best if best[1] - best[0] + 1 >= FEWEST else None


__all__ = ["Cells", "repeated_cells"]
