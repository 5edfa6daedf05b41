"""Layers of a drawing: a rank for every box, so that edges run down and are short in sum."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

_ROUNDS = 30

Edge = tuple[str, str]


def ranks(boxes: Sequence[str], edges: Sequence[Edge]) -> dict[str, int]:
    """Return the rank of every box: that of an edge's target is greater than that of its source.

    A source with a single edge stands right above its target. The sum of the lengths is made small
    by moving one box at a time. `boxes` must be in an order in which every edge runs forwards.
    """
    above: dict[str, list[str]] = {box: [] for box in boxes}
    below: dict[str, list[str]] = {box: [] for box in boxes}
    for source, target in edges:
        above[target].append(source)
        below[source].append(target)
    leaves = {box for box in boxes if not above[box] and len(below[box]) == 1}
    rank = _as_low_as_possible(boxes, below)
    free = [box for box in boxes if box not in leaves]
    for _ in range(_ROUNDS):
        moved = False
        for box in [*free, *reversed(free)]:
            place = _better_place(box, rank, above, below, leaves)
            moved = moved or place != rank[box]
            rank[box] = place
        if not moved:
            break
    for leaf in leaves:
        rank[leaf] = rank[below[leaf][0]] - 1
    lowest = min(rank.values(), default=0)
    return {box: value - lowest for box, value in rank.items()}


def _as_low_as_possible(boxes: Sequence[str], below: Mapping[str, list[str]]) -> dict[str, int]:
    rank: dict[str, int] = {}
    for box in reversed(boxes):
        rank[box] = min((rank[target] for target in below[box]), default=0) - 1
    return rank


def _better_place(
    box: str,
    rank: Mapping[str, int],
    above: Mapping[str, list[str]],
    below: Mapping[str, list[str]],
    leaves: set[str],
) -> int:
    """Return where a box stands best while all others stay: nearer to the side with more edges."""
    tied = [other for other in above[box] if other not in leaves]
    pull = len(tied) - len(below[box])
    if pull > 0 and tied:
        return max(rank[other] for other in tied) + 1
    if pull < 0 and below[box]:
        return min(rank[other] for other in below[box]) - 1
    return rank[box]
