"""Order within layers: few crossings, by sweeps of barycentres and exchanges of neighbours."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import fsum

_SWEEPS = 24
_EXCHANGES = 8

Layers = list[list[int]]
Neighbours = Mapping[int, Sequence[int]]


def ordered(layers: Layers, above: Neighbours, below: Neighbours) -> Layers:
    """Return the layers in an order with few crossings; the order given is where it starts."""
    best = [list(layer) for layer in layers]
    fewest = crossings(best, below)
    current = [list(layer) for layer in layers]
    seen: set[tuple[bool, tuple[tuple[int, ...], ...]]] = set()
    for sweep in range(_SWEEPS):
        down = sweep % 2 == 0
        state = down, tuple(map(tuple, current))
        if state in seen:
            break  # from here on everything comes again
        seen.add(state)
        for i in range(1, len(current)) if down else range(len(current) - 2, -1, -1):
            fixed = current[i - 1] if down else current[i + 1]
            current[i] = _by_barycentre(current[i], fixed, above if down else below)
        _exchange(current, above, below)
        count = crossings(current, below)
        if count < fewest:
            best, fewest = [list(layer) for layer in current], count
        if not fewest:
            break
    return best


def crossings(layers: Layers, below: Neighbours) -> int:
    """Return the number of crossings between all neighbouring layers."""
    total = 0
    for upper, lower in pairwise(layers):
        place = {item: i for i, item in enumerate(lower)}
        seen: list[int] = []
        for item in upper:
            ends = sorted(place[other] for other in below[item])
            total += sum(len(seen) - bisect_right(seen, end) for end in ends)
            for end in ends:
                insort(seen, end)
    return total


def _by_barycentre(layer: list[int], fixed: list[int], neighbours: Neighbours) -> list[int]:
    place = {item: i for i, item in enumerate(fixed)}
    keys: dict[int, float] = {}
    for i, item in enumerate(layer):
        ends = [place[other] for other in neighbours[item]]
        # What has no neighbour there keeps its share of the width.
        share = i * max(1, len(fixed)) / max(1, len(layer))
        keys[item] = fsum(ends) / len(ends) if ends else share
    return sorted(layer, key=keys.__getitem__)


def _exchange(layers: Layers, above: Neighbours, below: Neighbours) -> None:
    """Exchange neighbours as long as that takes crossings away."""
    for _ in range(_EXCHANGES):
        improved = False
        for i, layer in enumerate(layers):
            upper = {item: k for k, item in enumerate(layers[i - 1])} if i else {}
            lower = {item: k for k, item in enumerate(layers[i + 1])} if i + 1 < len(layers) else {}
            for k in range(len(layer) - 1):
                a, b = layer[k], layer[k + 1]
                gain = _gain(above[a], above[b], upper) + _gain(below[a], below[b], lower)
                if gain > 0:
                    layer[k], layer[k + 1] = b, a
                    improved = True
        if not improved:
            return


def _gain(left: Sequence[int], right: Sequence[int], place: Mapping[int, int]) -> int:
    """Return how many crossings an exchange of two neighbours takes away on one side."""
    gain = 0
    for a in left:
        for b in right:
            first, second = place[a], place[b]
            gain += (first > second) - (first < second)
    return gain
