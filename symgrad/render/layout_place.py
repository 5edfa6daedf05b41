"""Coordinates within layers: every item near its neighbours, none nearer to another than allowed.

Each layer in turn is a least-squares problem with an order to keep, which pooling of adjacent
violators solves exactly (R. Barlow et al., Statistical Inference under Order Restrictions, 1972).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import fsum

_ROUNDS = 60
_FIRST_ROUNDS = 8
_IDLE = 0.01
_FAR = 1e9


def separated(
    wanted: Sequence[float], weights: Sequence[float], gaps: Sequence[float]
) -> list[float]:
    """Return positions near `wanted` (weighted least squares), each `gaps[i]` after the one before.

    `gaps[i]` is the least distance between the positions i and i + 1.

    >>> separated([0, 0], [1, 1], [10])
    [-5.0, 5.0]
    """
    offsets = [0.0]
    for gap in gaps:
        offsets.append(offsets[-1] + gap)
    blocks: list[tuple[float, float, int]] = []  # mean, weight, members
    for want, weight, offset in zip(wanted, weights, offsets, strict=True):
        mean, total, count = want - offset, weight, 1
        while blocks and blocks[-1][0] >= mean:
            other, other_weight, other_count = blocks.pop()
            mean = (mean * total + other * other_weight) / (total + other_weight)
            total += other_weight
            count += other_count
        blocks.append((mean, total, count))
    means = [mean for mean, _, count in blocks for _ in range(count)]
    return [mean + offset for mean, offset in zip(means, offsets, strict=True)]


def placed(
    layers: Sequence[Sequence[int]],
    links: Sequence[tuple[int, int, float]],
    widths: Mapping[int, float],
    gaps: Mapping[int, float],
) -> dict[int, float]:
    """Return the centre of every item.

    `links` are pairs of items in different layers with the weight that pulls them together;
    `widths[i]` is an item's width, `gaps[i]` the free space it wants on each side.
    """
    near: dict[int, list[tuple[int, float]]] = {item: [] for layer in layers for item in layer}
    for a, b, weight in links:
        near[a].append((b, weight))
        near[b].append((a, weight))
    spaces = [_spaces(layer, widths, gaps) for layer in layers]
    x: dict[int, float] = {}
    for layer, space in zip(layers, spaces, strict=True):
        row = separated([0.0] * len(layer), [1.0] * len(layer), space)
        x |= dict(zip(layer, row, strict=True))
    depth = {item: i for i, layer in enumerate(layers) for item in layer}
    around = [[near[item] for item in layer] for layer in layers]
    # At first only what stands behind: that carries news through all layers at once.
    behind = {
        down: [
            [[p for p in pull if (depth[p[0]] < i) == down] for pull in pulls]
            for i, pulls in enumerate(around)
        ]
        for down in (True, False)
    }
    plans = {
        down: list(zip(rows, map(_weights, rows), strict=True)) for down, rows in behind.items()
    }
    plan = list(zip(around, map(_weights, around), strict=True))
    for sweep in range(_FIRST_ROUNDS + _ROUNDS):
        down = sweep % 2 == 0
        rows = plans[down] if sweep < _FIRST_ROUNDS else plan
        for i in range(len(layers)) if down else range(len(layers) - 1, -1, -1):
            x |= _settled(layers[i], *rows[i], spaces[i], x)
    return x


def _weights(pulls: Sequence[Sequence[tuple[int, float]]]) -> list[float]:
    """Return how strongly each item of a layer is pulled."""
    return [fsum(w for _, w in pull) or _IDLE for pull in pulls]


def _settled(
    layer: Sequence[int],
    pulls: Sequence[Sequence[tuple[int, float]]],
    weights: Sequence[float],
    spaces: Sequence[float],
    x: Mapping[int, float],
) -> dict[int, float]:
    """Return a layer's positions where its items are pulled to the mean of their neighbours."""
    wanted = [
        fsum(x[other] * w for other, w in pull) / weight if pull else x[item]
        for item, pull, weight in zip(layer, pulls, weights, strict=True)
    ]
    return dict(zip(layer, separated(wanted, weights, spaces), strict=True))


def _spaces(
    layer: Sequence[int], widths: Mapping[int, float], gaps: Mapping[int, float]
) -> list[float]:
    return [(widths[a] + widths[b] + gaps[a] + gaps[b]) / 2 for a, b in pairwise(layer)]


def straightened(
    x: dict[int, float],
    layers: Sequence[Sequence[int]],
    chains: Sequence[Sequence[int]],
    widths: Mapping[int, float],
    gaps: Mapping[int, float],
) -> dict[int, float]:
    """Return the positions with each chain drawn to vertical lines, as few as there is room for."""
    x = dict(x)
    left: dict[int, tuple[int, float]] = {}
    right: dict[int, tuple[int, float]] = {}
    for layer in layers:
        for a, b, space in zip(layer, layer[1:], _spaces(layer, widths, gaps), strict=False):
            right[a], left[b] = (b, space), (a, space)
    for chain in chains:
        start, low, high = 0, -_FAR, _FAR
        for i, item in enumerate([*chain, -1]):
            least = x[left[item][0]] + left[item][1] if item in left else -_FAR
            most = x[right[item][0]] - right[item][1] if item in right else _FAR
            if item >= 0 and max(low, least) <= min(high, most):
                low, high = max(low, least), min(high, most)
                continue
            part = chain[start:i]
            middle = fsum(x[member] for member in part) / max(1, len(part))
            x |= dict.fromkeys(part, min(max(middle, low), high))
            start, low, high = i, least, most
    return x
