"""Drawings as text in Graphviz's DOT language."""

from __future__ import annotations

from symgrad.render.picture import Picture, Tile, Wire

_SHAPES = {
    "param": 'shape=box style="rounded,filled" fillcolor="#ddf0ff" color="#0550ae"',
    "data": 'shape=parallelogram style=filled fillcolor="#dcf5e3" color="#116329"',
    "const": 'shape=hexagon style=filled fillcolor="#fff1d6" color="#7d4e00"',
    "equation": 'shape=box style=filled fillcolor="#f6f8fa" color="#57606a"',
    "objective": 'shape=box peripheries=2 style=filled fillcolor="#efe6ff" color="#6639ba"',
}


def dot(shown: Picture) -> str:
    """Return a picture as a DOT graph: shapes, labels and colours as in the SVG."""
    rows = [
        "// Made by symgrad",
        f"digraph {_quoted('computation graph')} {{",
        f"  label={_quoted(shown.title)};",
        "  rankdir=TB;",
        '  node [fontname="serif" fontsize=14];',
        '  edge [fontname="serif" fontsize=12 color="#57606a"];',
    ]
    rows += [f"  {_node(tile)};" for tile in shown.tiles]
    rows += [f"  {_edge(wire)};" for wire in shown.wires]
    return "\n".join([*rows, "}"]) + "\n"


def _node(tile: Tile) -> str:
    lines = [tile.text, *tile.notes]
    if tile.value:
        lines.append(tile.value)
    if tile.adjoint:
        lines.append(f"∂ {tile.adjoint}")
    lit = ' penwidth=3 color="#bc4c00"' if tile.lit else ""
    merge = f" xlabel={_quoted('⊕')}" if tile.branches else ""
    label = _quoted("\n".join(lines))
    return f"{_quoted(tile.name)} [label={label} {_SHAPES[tile.kind]}{lit}{merge}]"


def _edge(wire: Wire) -> str:
    options = [f"label={_quoted(wire.label)}"] if wire.label else []
    if not wire.active:
        options.append("style=dashed")
    if wire.lit:
        options.append('penwidth=3 color="#bc4c00"')
    tail = f" [{' '.join(options)}]" if options else ""
    return f"{_quoted(wire.source)} -> {_quoted(wire.target)}{tail}"


def _quoted(text: str) -> str:
    """Return a string literal of DOT."""
    plain = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{plain}"'
