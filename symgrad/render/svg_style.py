"""Colours and shapes of the drawings: light and dark, every text at least 4.5:1 on its ground."""

from __future__ import annotations

from collections.abc import Mapping

FONT = "'STIX Two Text','Times New Roman',Times,'Liberation Serif','DejaVu Serif',serif"

# kind: (fill, border); the other names are single colours.
LIGHT: Mapping[str, str] = {
    "paper": "#ffffff", "ink": "#1b1f24", "edge": "#57606a", "still": "#767d86",
    "label": "#3d444d", "adjoint": "#a0111f", "lit": "#bc4c00", "lit-text": "#8a3600",
    "param": "#ddf0ff #0550ae", "data": "#dcf5e3 #116329", "const": "#fff1d6 #7d4e00",
    "equation": "#f6f8fa #57606a", "objective": "#efe6ff #6639ba",
}  # fmt: skip
DARK: Mapping[str, str] = {
    "paper": "#0d1117", "ink": "#e6edf3", "edge": "#9198a1", "still": "#7d8590",
    "label": "#c3cbd4", "adjoint": "#ff9d96", "lit": "#ffa657", "lit-text": "#ffc078",
    "param": "#0c2d5a #6cb6ff", "data": "#0f3320 #57d18a", "const": "#3d2a05 #e3b341",
    "equation": "#1c2128 #9198a1", "objective": "#2b1d4f #c297ff",
}  # fmt: skip
KINDS = ("param", "data", "const", "equation", "objective")


def style_sheet(theme: str) -> str:
    """Return the style sheet: theme is light, dark, or auto (as the reader's system is set)."""
    rules = [
        f".sg text{{font-family:{FONT};text-anchor:middle}}",
        ".sg path,.sg rect,.sg line,.sg polygon,.sg circle{stroke-width:1.3}",
        ".sg .wire{fill:none}",
        ".sg .still .wire{stroke-dasharray:4 3}",
        ".sg .lit .wire,.sg .lit .shape{stroke-width:2.8}",
        ".sg .wire,.sg .tip,.sg .ground{stroke-linejoin:round}",
    ]
    if theme == "dark":
        return "".join(rules) + _colors(DARK)
    auto = f"@media (prefers-color-scheme:dark){{{_colors(DARK)}}}" if theme == "auto" else ""
    return "".join(rules) + _colors(LIGHT) + auto


def _colors(colors: Mapping[str, str]) -> str:
    rules = [
        f".sg .paper,.sg .ground{{fill:{colors['paper']};stroke:none}}",
        f".sg text{{fill:{colors['ink']}}}",
        f".sg .wire{{stroke:{colors['edge']}}}",
        f".sg .tip{{fill:{colors['edge']};stroke:{colors['edge']}}}",
        f".sg .still .wire{{stroke:{colors['still']}}}",
        f".sg .still .tip{{fill:{colors['still']};stroke:{colors['still']}}}",
        f".sg .label text{{fill:{colors['label']}}}",
        f".sg text.adjoint{{fill:{colors['adjoint']}}}",
        f".sg .merge circle{{fill:{colors['paper']};stroke:{colors['adjoint']}}}",
        f".sg .merge path{{stroke:{colors['adjoint']};fill:none}}",
    ]
    for kind in KINDS:
        fill, border = colors[kind].split()
        rules.append(f".sg .{kind} .shape{{fill:{fill};stroke:{border}}}")
        rules.append(f".sg .{kind} .inner{{fill:none;stroke:{border}}}")
    rules += [
        f".sg .lit .wire,.sg .lit .shape{{stroke:{colors['lit']}}}",
        f".sg .lit .tip{{fill:{colors['lit']};stroke:{colors['lit']}}}",
        f".sg .lit .label text{{fill:{colors['lit-text']};font-weight:bold}}",
    ]
    return "".join(rules)


def outline(kind: str, x: float, y: float, width: float, height: float) -> str:
    """Return the SVG shape of a tile with its centre at (x, y), one for each kind."""
    left, right, top, bottom = x - width / 2, x + width / 2, y - height / 2, y + height / 2
    slant = min(9.0, height / 3)
    if kind == "data":
        corners = [(left + slant, top), (right, top), (right - slant, bottom), (left, bottom)]
    elif kind == "const":
        corners = [
            (left + slant, top), (right - slant, top), (right, y), (right - slant, bottom),
            (left + slant, bottom), (left, y),
        ]  # fmt: skip
    else:
        radius = height / 2 if kind == "param" and height <= 34 else 16 if kind == "param" else 4
        box = _rect("shape", left, top, width, height, radius)
        if kind == "objective":
            box += _rect("inner", left + 3, top + 3, width - 6, height - 6, 2)
        return box
    points = " ".join(f"{number(a)},{number(b)}" for a, b in corners)
    return f'<polygon class="shape" points="{points}"/>'


def _rect(name: str, x: float, y: float, width: float, height: float, radius: float) -> str:
    return (
        f'<rect class="{name}" x="{number(x)}" y="{number(y)}" width="{number(width)}" '
        f'height="{number(height)}" rx="{number(radius)}"/>'
    )


def number(value: float) -> str:
    """Return a coordinate with one digit behind the point, the same on every machine."""
    text = f"{value:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text
