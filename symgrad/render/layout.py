"""A layered layout: boxes in rows, edges that run down, each label in a place of its own.

The method of K. Sugiyama, S. Tagawa and M. Toda (Methods for visual understanding of hierarchical
system structures, 1981): layers, few crossings, coordinates. A label takes part as an item of its
own, in rows between those of the boxes, so it can neither cover a box nor another label.
benchmarks/layouts.py measures it beside dagre and ELK.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from symgrad.render.layout_order import ordered
from symgrad.render.layout_place import placed, separated, straightened
from symgrad.render.layout_ranks import ranks

MARGIN = 18.0
_BOX_GAP = 22.0
_LABEL_GAP = 10.0
_BEND_GAP = 9.0
_BEND_WIDTH = 4.0
_LEAST_ROW_GAP = 15.0
_MOST_ROW_GAP = 64.0
_ROW_GAP_SHARE = 0.15
_PORT_GAP = 13.0
_CORNER = 12.0

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Box:
    """What is to be placed: a name and a size. `spread` lets edges leave side by side."""

    name: str
    width: float
    height: float
    spread: bool = False


@dataclass(frozen=True, slots=True)
class Arc:
    """An edge from a box down to another one, with the size of its label, if it has one."""

    source: str
    target: str
    label: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class PlacedBox:
    """A box with its centre."""

    name: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class PlacedLink:
    """An edge as a chain of vertical stretches: (x, top, bottom) each, and its label's centre."""

    source: str
    target: str
    stretches: tuple[tuple[float, float, float], ...]
    label: Point | None = None


@dataclass(frozen=True, slots=True)
class Layout:
    """A finished layout; x runs to the right and y down, both from 0."""

    width: float
    height: float
    boxes: tuple[PlacedBox, ...]
    links: tuple[PlacedLink, ...]


@dataclass
class _Items:
    """Boxes, labels and bends as numbered items with their sizes and layers."""

    widths: dict[int, float] = field(default_factory=dict)
    heights: dict[int, float] = field(default_factory=dict)
    gaps: dict[int, float] = field(default_factory=dict)
    layer: dict[int, int] = field(default_factory=dict)
    chains: list[list[int]] = field(default_factory=list)  # for each link, from source to target

    def add(self, layer: int, width: float, height: float, gap: float) -> int:
        """Add an item and return its number."""
        number = len(self.widths)
        self.widths[number], self.heights[number] = width, height
        self.gaps[number], self.layer[number] = gap, layer
        return number


def layout(boxes: Sequence[Box], links: Sequence[Arc]) -> Layout:
    """Place boxes and links. `boxes` must be in an order in which every link runs forwards."""
    rank = ranks([box.name for box in boxes], [(link.source, link.target) for link in links])
    items = _Items()
    number = {
        box.name: items.add(2 * rank[box.name], box.width, box.height, _BOX_GAP) for box in boxes
    }
    for link in links:
        items.chains.append(_chain(items, link, number, rank))
    above: dict[int, list[int]] = {item: [] for item in items.widths}
    below: dict[int, list[int]] = {item: [] for item in items.widths}
    for chain in items.chains:
        for a, b in pairwise(chain):
            below[a].append(b)
            above[b].append(a)
    count = max(items.layer.values(), default=0) + 1
    layers = ordered(_first_order(items, boxes, number, above, count), above, below)
    x = _positions(items, layers, len(boxes))
    ends = _ports(boxes, links, items, number, x)
    rows = _rows(items, layers, x, ends)
    return _finished(boxes, links, items, number, x, ends, rows)


def _chain(items: _Items, link: Arc, number: dict[str, int], rank: dict[str, int]) -> list[int]:
    """Return the items along a link: source, bends with the label among them, target."""
    chain = [number[link.source]]
    first = 2 * rank[link.source] + 1
    for layer in range(first, 2 * rank[link.target]):
        if layer == first and link.label is not None:
            chain.append(items.add(layer, link.label[0], link.label[1], _LABEL_GAP))
        else:
            chain.append(items.add(layer, _BEND_WIDTH, 0.0, _BEND_GAP))
    return [*chain, number[link.target]]


def _first_order(
    items: _Items,
    boxes: Sequence[Box],
    number: dict[str, int],
    above: dict[int, list[int]],
    count: int,
) -> list[list[int]]:
    """Return the layers in the order in which a walk up from the last box meets the items."""
    layers: list[list[int]] = [[] for _ in range(count)]
    seen: set[int] = set()
    for box in reversed(boxes):
        stack = [number[box.name]]
        while stack:
            item = stack.pop()
            if item in seen:
                continue
            seen.add(item)
            layers[items.layer[item]].append(item)
            stack.extend(reversed(above[item]))
    return layers


def _positions(items: _Items, layers: list[list[int]], boxes: int) -> dict[int, float]:
    links: list[tuple[int, int, float]] = []
    for chain in items.chains:
        for a, b in pairwise(chain):
            ends = (a < boxes) + (b < boxes)
            links.append((a, b, (8.0, 2.0, 1.0)[ends]))
    x = placed(layers, links, items.widths, items.gaps)
    inner = [chain[1:-1] for chain in items.chains if len(chain) > 3]
    for _ in range(2):
        x = straightened(x, layers, inner, items.widths, items.gaps)
    shift = MARGIN - min((x[i] - items.widths[i] / 2 for i in x), default=0.0)
    return {item: value + shift for item, value in x.items()}


def _ports(
    boxes: Sequence[Box],
    links: Sequence[Arc],
    items: _Items,
    number: dict[str, int],
    x: dict[int, float],
) -> list[tuple[float, float]]:
    """Return for every link where it leaves its source and where it reaches its target."""
    starts = [x[number[link.source]] for link in links]
    stops = [x[number[link.target]] for link in links]
    for box in boxes:
        item = number[box.name]
        arriving = [i for i, link in enumerate(links) if link.target == box.name]
        arriving.sort(key=lambda i: x[items.chains[i][-2]])
        for i, port in zip(
            arriving,
            _row_of_ports(box, x[item], [x[items.chains[i][-2]] for i in arriving]),
            strict=True,
        ):
            stops[i] = port
        if box.spread:
            leaving = [i for i, link in enumerate(links) if link.source == box.name]
            leaving.sort(key=lambda i: x[items.chains[i][1]])
            wanted = [x[items.chains[i][1]] for i in leaving]
            for i, port in zip(leaving, _row_of_ports(box, x[item], wanted), strict=True):
                starts[i] = port
    return list(zip(starts, stops, strict=True))


def _row_of_ports(box: Box, centre: float, wanted: list[float]) -> list[float]:
    """Return places on a side of a box, near where edges come from, apart from one another."""
    if not wanted:
        return []
    room = max(box.width / 2 - _CORNER, 0.0)
    gap = min(_PORT_GAP, 2 * room / max(1, len(wanted) - 1))
    inside = [min(max(want, centre - room), centre + room) for want in wanted]
    found = separated(inside, [1.0] * len(inside), [gap] * (len(inside) - 1))
    shift = max(0.0, centre - room - found[0]) - max(0.0, found[-1] - centre - room)
    return [value + shift for value in found]


def _rows(
    items: _Items,
    layers: list[list[int]],
    x: dict[int, float],
    ends: list[tuple[float, float]],
) -> list[tuple[float, float]]:
    """Return top and bottom of every layer; where edges run far sideways the gap is larger."""
    slant = [0.0] * len(layers)
    for chain, (start, stop) in zip(items.chains, ends, strict=True):
        points = [start, *(x[item] for item in chain[1:-1]), stop]
        for item, a, b in zip(chain, points, points[1:], strict=False):
            layer = items.layer[item]
            slant[layer] = max(slant[layer], abs(b - a))
    rows: list[tuple[float, float]] = []
    y = MARGIN
    for row, far in zip(layers, slant, strict=True):
        height = max((items.heights[item] for item in row), default=0.0)
        rows.append((y, y + height))
        y += height + min(max(_ROW_GAP_SHARE * far, _LEAST_ROW_GAP), _MOST_ROW_GAP)
    return rows


def _finished(
    boxes: Sequence[Box],
    links: Sequence[Arc],
    items: _Items,
    number: dict[str, int],
    x: dict[int, float],
    ends: list[tuple[float, float]],
    rows: list[tuple[float, float]],
) -> Layout:
    middle = {item: sum(rows[layer]) / 2 for item, layer in items.layer.items()}
    placed_boxes = tuple(
        PlacedBox(b.name, x[number[b.name]], middle[number[b.name]], b.width, b.height)
        for b in boxes
    )
    placed_links: list[PlacedLink] = []
    for link, chain, (start, stop) in zip(links, items.chains, ends, strict=True):
        source, target = chain[0], chain[-1]
        bottom = middle[source] + items.heights[source] / 2
        top = middle[target] - items.heights[target] / 2
        stretches = [(start, bottom, rows[items.layer[source]][1])]
        stretches += [(x[item], *rows[items.layer[item]]) for item in chain[1:-1]]
        stretches.append((stop, rows[items.layer[target]][0], top))
        label = (x[chain[1]], middle[chain[1]]) if link.label is not None else None
        placed_links.append(PlacedLink(link.source, link.target, tuple(stretches), label))
    width = max((x[i] + items.widths[i] / 2 for i in x), default=0.0) + MARGIN
    height = (rows[-1][1] if rows else 0.0) + MARGIN
    return Layout(width, height, placed_boxes, tuple(placed_links))
