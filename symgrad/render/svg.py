"""Drawings as SVG: deterministic bytes, no font or program of the system needed to make them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import fsum

from symgrad.derivation.derivation import Derivation
from symgrad.graph.graph import Graph
from symgrad.render.layout import Arc, Box, Layout, PlacedBox, PlacedLink, layout
from symgrad.render.picture import Picture, Tile, Wire, picture
from symgrad.render.svg_style import number, outline, style_sheet
from symgrad.render.svg_text import Typesetter, advance, escaped, tspans
from symgrad.trace.trace import Step

SIZE, LABEL_SIZE, VALUE_SIZE = 16.0, 13.5, 13.0
_LINE = 1.3
_NODE_LIMIT, _LABEL_LIMIT = 300.0, 160.0
_NODE_LINES, _LABEL_LINES = 5, 4
_PAD_X, _PAD_Y = 13.0, 7.0
_LEAST_WIDTH = 40.0
_BADGE = 6.0
_TIP = 7.5
_VALUE_ROOM = 4.6  # in font sizes: room for the numbers of other steps
_LEGEND_SIZE = 13.0
_BOLD = 1.12  # how much wider bold letters are

LEGEND = (
    ("param", "parameter"),
    ("data", "data"),
    ("const", "constant"),
    ("equation", "equation"),
    ("objective", "objective"),
)


@dataclass(frozen=True, slots=True)
class Drawing:
    """A picture with its layout: what an SVG is written from, and what tests measure."""

    picture: Picture
    layout: Layout
    texts: tuple[tuple[str, ...], ...]  # the lines of every tile
    labels: tuple[tuple[str, ...], ...]  # the lines of every wire's label
    setter: Typesetter


def svg(
    graph: Graph,
    derivation: Derivation,
    *,
    values: Step | None = None,
    highlight: Iterable[str] | None = None,
    embed: bool = False,
    theme: str = "auto",
) -> str:
    """Return a drawing of the graph as SVG.

    `values` writes the numbers of a traced step into the nodes, `highlight` lights up the paths to
    these names. `embed` gives an element for an HTML page: it has no XML head and no legend, and
    scales to its container. `theme` is auto, light or dark.

    Every node is a group with `data-node`, every edge and its label one with
    `data-edge="operand node"`, `data-source` and `data-target`; the numbers of a node stand in
    texts with `data-value` and `data-adjoint`.
    """
    made = drawing(picture(graph, derivation, values=values, highlight=highlight or ()))
    return written(made, embed=embed, theme=theme)


def drawing(shown: Picture) -> Drawing:
    """Return a picture laid out."""
    setter = Typesetter(shown.names)
    texts = tuple(_tile_lines(tile, setter) for tile in shown.tiles)
    labels = tuple(_label_lines(wire, setter) for wire in shown.wires)
    boxes = [
        Box(
            tile.name,
            *_tile_size(tile, lines, setter),
            spread=not tile.branches and tile.kind != "param",
        )
        for tile, lines in zip(shown.tiles, texts, strict=True)
    ]
    links = [
        Arc(wire.source, wire.target, _label_size(wire, lines, setter) if lines else None)
        for wire, lines in zip(shown.wires, labels, strict=True)
    ]
    return Drawing(shown, _laid_out(tuple(boxes), tuple(links)), texts, labels, setter)


@lru_cache(maxsize=8)
def _laid_out(boxes: tuple[Box, ...], links: tuple[Arc, ...]) -> Layout:
    """Return a layout; another number in a box as wide as before changes nothing of it."""
    return layout(boxes, links)


def _tile_lines(tile: Tile, setter: Typesetter) -> tuple[str, ...]:
    short = f"{tile.text.partition(' = ')[0]} = …"
    lines = setter.wrapped(tile.text, SIZE, _NODE_LIMIT, _NODE_LINES, short)
    return (
        *lines,
        *(line for note in tile.notes for line in setter.wrapped(note, SIZE, _NODE_LIMIT, 2)),
    )


def _label_lines(wire: Wire, setter: Typesetter) -> tuple[str, ...]:
    if not wire.label:
        return ()
    short = "" if wire.shape else f"∂{wire.target}/∂{wire.source}"
    return tuple(setter.wrapped(wire.label, LABEL_SIZE, _LABEL_LIMIT, _LABEL_LINES, short))


def _tile_size(tile: Tile, lines: Sequence[str], setter: Typesetter) -> tuple[float, float]:
    width = max(setter.width(line, SIZE) for line in lines)
    height = len(lines) * SIZE * _LINE
    for text in filter(None, (tile.value, tile.adjoint)):
        width = max(width, advance(f"∂ {text}") * VALUE_SIZE, _VALUE_ROOM * VALUE_SIZE)
        height += VALUE_SIZE * _LINE
    extra = 6.0 if tile.kind in ("data", "const") else 2.0 if tile.kind == "objective" else 0.0
    whole = max(_LEAST_WIDTH, width + 2 * (_PAD_X + extra))
    return whole, height + 2 * _PAD_Y


def _label_size(wire: Wire, lines: Sequence[str], setter: Typesetter) -> tuple[float, float]:
    width = max(setter.width(line, LABEL_SIZE) for line in lines)
    width *= _BOLD if wire.lit else 1
    return width + 8.0, len(lines) * LABEL_SIZE * _LINE + 4.0


def written(made: Drawing, *, embed: bool = False, theme: str = "auto") -> str:
    """Return a finished drawing as SVG."""
    shown, plan = made.picture, made.layout
    legend = "" if embed else _legend(made)
    width, height = plan.width, plan.height
    if legend:
        width, extra = _legend_size(made)
        height += extra
    shift = (width - plan.width) / 2
    head = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="sg" role="img" '
        f'viewBox="0 0 {number(width)} {number(height)}"'
        + ("" if embed else f' width="{number(width)}" height="{number(height)}"')
        + ' aria-labelledby="sg-title sg-desc">',
        f'<title id="sg-title">{escaped(shown.title)}</title>',
        f'<desc id="sg-desc">{escaped(shown.summary)}</desc>',
        f"<style>{style_sheet(theme)}</style>",
    ]
    if not embed:
        head.insert(0, "<!-- Made by symgrad -->")
        head.append(f'<rect class="paper" width="{number(width)}" height="{number(height)}"/>')
    body = [f'<g transform="translate({number(shift)} 0)">' if shift else "<g>"]
    # Edges that are lit come last, so that no other edge covers them.
    order = sorted(range(len(shown.wires)), key=lambda i: shown.wires[i].lit)
    body += [_edge(shown.wires[i], plan.links[i]) for i in order]
    body += [
        _label(shown.wires[i], plan.links[i], made.labels[i], made.setter)
        for i in order
        if made.labels[i]
    ]
    body += [
        _node(tile, box, lines, made.setter)
        for tile, box, lines in zip(shown.tiles, plan.boxes, made.texts, strict=True)
    ]
    return "\n".join([*head, *body, "</g>", *filter(None, [legend]), "</svg>"]) + "\n"


def _edge(wire: Wire, link: PlacedLink) -> str:
    path = route(link)
    x, _, bottom = link.stretches[-1]
    tip = f"M{number(x - 3.6)} {number(bottom - _TIP)}h7.2L{number(x)} {number(bottom)}z"
    return f'{_open(wire, "edge")}<path class="wire" d="{path}"/><path class="tip" d="{tip}"/></g>'


def _open(wire: Wire, name: str) -> str:
    classes = " ".join([name] + ([] if wire.active else ["still"]) + (["lit"] if wire.lit else []))
    source, target = escaped(wire.source), escaped(wire.target)
    ident = f' id="sg-edge-{source}-{target}"' if name == "edge" else ""
    return (
        f'<g class="{classes}"{ident} data-edge="{source} {target}" '
        f'data-source="{source}" data-target="{target}">'
    )


def route(link: PlacedLink) -> str:
    """Return the path of an edge: vertical through every row, curved between the rows."""
    x, top, bottom = link.stretches[0]
    pieces = [f"M{number(x)} {number(top)}", f"V{number(bottom)}" if bottom > top else ""]
    last = len(link.stretches) - 1
    for i, (next_x, next_top, next_bottom) in enumerate(link.stretches[1:], 1):
        end = next_bottom - _TIP + 1 if i == last and next_bottom - next_top < _TIP else next_top
        if abs(next_x - x) < 0.05:
            pieces.append(f"V{number(end)}")
        else:
            middle = (bottom + end) / 2
            pieces.append(
                f"C{number(x)} {number(middle)} {number(next_x)} {number(middle)} "
                f"{number(next_x)} {number(end)}"
            )
        stop = next_bottom - _TIP + 1 if i == last else next_bottom
        if stop > end:
            pieces.append(f"V{number(stop)}")
        x, bottom = next_x, next_bottom
    return "".join(pieces)


def _label(wire: Wire, link: PlacedLink, lines: Sequence[str], setter: Typesetter) -> str:
    if link.label is None:
        return ""
    x, y = link.label
    width, height = _label_size(wire, lines, setter)
    full = f"∂{wire.target}/∂{wire.source} = {wire.label}"
    full = f"{wire.source}: {wire.label}" if wire.shape else full
    return (
        f'{_open(wire, "edge-label")}<g class="label"><title>{escaped(full)}</title>'
        f'<rect class="ground" x="{number(x - width / 2 + 1)}" y="{number(y - height / 2)}" '
        f'width="{number(width - 2)}" height="{number(height)}"/>'
        f"{_lines(lines, x, y, LABEL_SIZE, setter)}</g></g>"
    )


def _lines(lines: Sequence[str], x: float, y: float, size: float, setter: Typesetter) -> str:
    """Return lines of text centred at (x, y)."""
    first = y - (len(lines) - 1) * size * _LINE / 2 + 0.33 * size
    return "".join(
        f'<text x="{number(x)}" y="{number(first + i * size * _LINE)}" '
        f'font-size="{number(size)}">{tspans(setter.runs(line))}</text>'
        for i, line in enumerate(lines)
    )


def _node(tile: Tile, box: PlacedBox, lines: Sequence[str], setter: Typesetter) -> str:
    numbers = [("value", tile.value)] if tile.value else []
    numbers += [("adjoint", f"∂ {tile.adjoint}")] if tile.adjoint else []
    name = escaped(tile.name)
    classes = f"node {tile.kind}" + (" lit" if tile.lit else "")
    pieces = [
        f'<g class="{classes}" id="sg-node-{name}" data-node="{name}" data-kind="{tile.kind}">',
        f"<title>{escaped(_full_text(tile))}</title>",
        outline(tile.kind, box.x, box.y, box.width, box.height),
    ]
    middle = box.y - len(numbers) * VALUE_SIZE * _LINE / 2
    pieces.append(_lines(lines, box.x, middle, SIZE, setter))
    y = middle + len(lines) * SIZE * _LINE / 2
    for kind, text in numbers:
        y += VALUE_SIZE * _LINE
        pieces.append(
            f'<text class="{kind}" data-{kind}="{name}" x="{number(box.x)}" '
            f'y="{number(y - 0.33 * VALUE_SIZE)}" font-size="{number(VALUE_SIZE)}">'
            f"{escaped(text)}</text>"
        )
    if tile.branches:
        pieces.append(_badge(box.x, box.y + box.height / 2, tile.branches))
    return "".join(pieces) + "</g>"


def _full_text(tile: Tile) -> str:
    words = {"param": "parameter", "data": "data", "const": "constant"}
    text = f"{words[tile.kind]} {tile.text}" if tile.kind in words else tile.text
    merge = f"; {tile.branches} branches merge here" if tile.branches else ""
    return text + merge


def _badge(x: float, y: float, branches: int) -> str:
    arm = _BADGE - 2.5
    return (
        f'<g class="merge" data-branches="{branches}">'
        f'<circle cx="{number(x)}" cy="{number(y)}" r="{number(_BADGE)}"/>'
        f'<path d="M{number(x - arm)} {number(y)}h{number(2 * arm)}'
        f'M{number(x)} {number(y - arm)}v{number(2 * arm)}"/></g>'
    )


def _legend_entries(made: Drawing) -> list[tuple[str, str, float]]:
    kinds = {tile.kind for tile in made.picture.tiles}
    entries = [(kind, word) for kind, word in LEGEND if kind in kinds]
    if any(tile.branches for tile in made.picture.tiles):
        entries.append(("merge", "branches merge: adjoints add"))
    if not all(wire.active for wire in made.picture.wires):
        entries.append(("still", "carries no derivative"))
    if any(tile.adjoint for tile in made.picture.tiles):
        entries.append(("adjoint", "adjoint: derivative of the objective"))
    if made.picture.highlight:
        names = ", ".join(made.picture.highlight[:3])
        entries.append(("lit", f"paths to {names}"))
    return [(kind, word, 34 + advance(word) * _LEGEND_SIZE + 18) for kind, word in entries]


def _legend_rows(made: Drawing) -> tuple[float, list[list[tuple[str, str, float]]]]:
    """Return the width of the drawing with its legend, and the rows of the legend."""
    entries = _legend_entries(made)
    width = max([made.layout.width, 330.0, *(entry[2] + 24 for entry in entries)])
    rows: list[list[tuple[str, str, float]]] = [[]]
    used = 0.0
    for entry in entries:
        if rows[-1] and used + entry[2] > width - 24:
            rows.append([])
            used = 0.0
        rows[-1].append(entry)
        used += entry[2]
    return width, rows


def _legend_size(made: Drawing) -> tuple[float, float]:
    width, rows = _legend_rows(made)
    return width, 8 + 26.0 * len(rows)


def _legend(made: Drawing) -> str:
    width, rows = _legend_rows(made)
    pieces = ['<g class="legend" aria-hidden="true">']
    y = made.layout.height + 14
    for row in rows:
        x = (width - fsum(entry[2] for entry in row)) / 2 + 9
        for kind, word, taken in row:
            pieces.append(_legend_entry(kind, word, x, y))
            x += taken
        y += 26
    return "".join(pieces) + "</g>"


def _legend_entry(kind: str, word: str, x: float, y: float) -> str:
    if kind == "merge":
        mark = _badge(x + 13, y, 0)
    elif kind == "adjoint":
        mark = (
            f'<text class="adjoint" x="{number(x + 13)}" y="{number(y + 0.33 * _LEGEND_SIZE)}" '
            f'font-size="{number(_LEGEND_SIZE)}">∂ 0.5</text>'
        )
    elif kind in ("lit", "still"):
        mark = f'<g class="{kind}"><path class="wire" d="M{number(x)} {number(y)}h26"/></g>'
    else:
        mark = f'<g class="{kind}">{outline(kind, x + 13, y, 26, 15)}</g>'
    size = _LEGEND_SIZE
    return (
        f'{mark}<text style="text-anchor:start" x="{number(x + 33)}" y="{number(y + 0.33 * size)}" '
        f'font-size="{number(size)}">{escaped(word)}</text>'
    )
