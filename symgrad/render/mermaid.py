"""Drawings as Mermaid flowcharts, which GitHub and many notebooks show."""

from __future__ import annotations

from symgrad.render.picture import Picture, Tile

_BRACKETS = {
    "param": ("([", "])"),
    "data": ("[/", "/]"),
    "const": ("{{", "}}"),
    "equation": ("[", "]"),
    "objective": ("[[", "]]"),
}
_CLASSES = (
    "classDef param fill:#ddf0ff,stroke:#0550ae,color:#1b1f24",
    "classDef data fill:#dcf5e3,stroke:#116329,color:#1b1f24",
    "classDef const fill:#fff1d6,stroke:#7d4e00,color:#1b1f24",
    "classDef equation fill:#f6f8fa,stroke:#57606a,color:#1b1f24",
    "classDef objective fill:#efe6ff,stroke:#6639ba,color:#1b1f24",
    "classDef lit stroke:#bc4c00,stroke-width:3px",
)


def mermaid(shown: Picture) -> str:
    """Return a picture as a Mermaid flowchart: shapes, labels and colours as in the SVG."""
    ids = {tile.name: f"n{i}" for i, tile in enumerate(shown.tiles)}
    rows = ["%% Made by symgrad", "flowchart TB"]
    rows += [f"  {ids[tile.name]}{_node(tile)}" for tile in shown.tiles]
    lit: list[int] = []
    for i, wire in enumerate(shown.wires):
        arrow = "-->" if wire.active else "-.->"
        label = f"|{_quoted(wire.label)}|" if wire.label else ""
        rows.append(f"  {ids[wire.source]} {arrow}{label} {ids[wire.target]}")
        if wire.lit:
            lit.append(i)
    rows += [f"  {line}" for line in _CLASSES]
    for tile in shown.tiles:
        rows.append(f"  class {ids[tile.name]} {tile.kind}")
        if tile.lit:
            rows.append(f"  class {ids[tile.name]} lit")
    if lit:
        rows.append(f"  linkStyle {','.join(map(str, lit))} stroke:#bc4c00,stroke-width:3px")
    return "\n".join(rows) + "\n"


def _node(tile: Tile) -> str:
    lines = [tile.text, *tile.notes]
    if tile.value:
        lines.append(tile.value)
    if tile.adjoint:
        lines.append(f"∂ {tile.adjoint}")
    if tile.branches:
        lines[0] = f"{lines[0]} ⊕"
    before, behind = _BRACKETS[tile.kind]
    return f"{before}{_quoted(*lines)}{behind}"


def _quoted(*lines: str) -> str:
    """Return lines as a quoted label; markup and Mermaid's own signs as character codes."""
    return '"' + "<br/>".join("".join(map(_sign, line)) for line in lines) + '"'


def _sign(letter: str) -> str:
    if letter in '"#&<>|\\`*_[]{}()~$;' or not letter.isprintable():
        return f"#{ord(letter)};"
    return letter
