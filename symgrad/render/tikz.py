"""Drawings as TikZ: a document that pdflatex sets, and whose picture an article takes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from symgrad.expression.names import ACCENTS, LATIN
from symgrad.render.layout import PlacedBox, PlacedLink
from symgrad.render.picture import Tile, Wire
from symgrad.render.svg import LABEL_SIZE, SIZE, VALUE_SIZE, Drawing
from symgrad.render.svg_style import KINDS, LIGHT, number
from symgrad.render.svg_text import TextRun

_LINE = 1.3
_MARGIN = 4
_SHORT = 0.5
_OPERATOR = re.compile(r"\s*([+−=·<>≤≥≠→])\s*")  # mathematics has spaces of its own there
_WORD = re.compile("([A-Za-z]+)")
_ACCENT_OF = {mark: word for word, mark in ACCENTS.items() if mark}
_SIGNS = {
    "·": r"{\cdot}", "−": "-", "∂": r"\partial ", "√": r"\surd ", "π": r"\pi ", "≤": r"\le ",
    "≥": r"\ge ", "≠": r"\ne ", "×": r"\times ", "→": r"\to ", "…": r"\ldots ", "′": "'",
    "ℓ": r"\ell ", "⊙": r"\odot ", "Σ": r"\Sigma ", "∞": r"\infty ", "≈": r"\approx ", " ": r"\ ",
    "{": r"\{", "}": r"\}", "%": r"\%", "&": r"\&", "#": r"\#", "_": r"\_", "$": r"\$",
    "\\": r"\backslash ", "^": r"\wedge ", "~": r"\sim ",
}  # fmt: skip
_HEAD = r"""% Made by symgrad: a picture in TikZ
\documentclass{article}
\usepackage[T1]{fontenc}
\usepackage[utf8]{inputenc}
\usepackage{tikz}
\pagestyle{empty}
"""


def tikz(made: Drawing) -> str:
    """Return a finished drawing as a LaTeX document whose page is as large as the picture.

    Everything from `\\begin{tikzpicture}` to `\\end{tikzpicture}` can be taken into an article that
    loads the package tikz; the colours are defined inside of it.
    """
    plan = made.layout
    wide, high = number(plan.width + 2 * _MARGIN), number(plan.height + 2 * _MARGIN)
    corner = point(plan.width + _MARGIN, plan.height + _MARGIN)
    rows = [
        rf"\paperwidth={wide}pt \paperheight={high}pt",
        r"\pdfpagewidth=\paperwidth \pdfpageheight=\paperheight",
        rf"\textwidth={wide}pt \textheight={high}pt \hoffset=-1in \voffset=-1in",
        r"\oddsidemargin=0pt \topmargin=0pt \headheight=0pt \headsep=0pt",
        r"\topskip=0pt \parindent=0pt",
        r"\begin{document}",
        r"\begin{tikzpicture}[x=1pt, y=-1pt, line width=0.9pt, inner sep=0pt]",
        *_colors(),
        rf"\useasboundingbox {point(-_MARGIN, -_MARGIN)} rectangle {corner};",
    ]
    shown = made.picture
    rows += [_wire(wire, link) for wire, link in zip(shown.wires, plan.links, strict=True)]
    for link, lines in zip(plan.links, made.labels, strict=True):
        if lines and link.label is not None:
            rows += _texts(lines, *link.label, LABEL_SIZE, made, "fill=white, inner sep=1.5pt, ")
    for tile, box, lines in zip(shown.tiles, plan.boxes, made.texts, strict=True):
        rows += _tile(tile, box, lines, made)
    return _HEAD + "\n".join([*rows, r"\end{tikzpicture}", r"\end{document}"]) + "\n"


def _colors() -> list[str]:
    named = {"edge": LIGHT["edge"], "lit": LIGHT["lit"], "adjoint": LIGHT["adjoint"]}
    for kind in KINDS:
        named[f"{kind}fill"], named[f"{kind}line"] = LIGHT[kind].split()
    return [
        rf"\definecolor{{sg{name}}}{{HTML}}{{{color[1:].upper()}}}" for name, color in named.items()
    ]


def _wire(wire: Wire, link: PlacedLink) -> str:
    style = "sglit, line width=1.8pt" if wire.lit else "sgedge"
    style += "" if wire.active else ", dashed"
    x, top, bottom = link.stretches[0]
    path = [point(x, top)]
    last = len(link.stretches) - 1
    for i, (next_x, next_top, next_bottom) in enumerate(link.stretches[1:], 1):
        # The tip takes its direction from the last piece: that is no tiny one.
        end = next_bottom if i == last and next_bottom - next_top < _SHORT else next_top
        if abs(next_x - x) < _SHORT:
            path.append(f"-- {point(next_x, end)}")
        else:
            path += [f"-- {point(x, bottom)}"] if bottom - top > _SHORT else []
            middle = (bottom + end) / 2
            controls = f"{point(x, middle)} and {point(next_x, middle)}"
            path.append(f".. controls {controls} .. {point(next_x, end)}")
        if next_bottom - end > _SHORT:
            path.append(f"-- {point(next_x, next_bottom)}")
        x, top, bottom = next_x, next_top, next_bottom
    return rf"\draw[{style}, ->, >=latex] {' '.join(path)};"


def point(x: float, y: float) -> str:
    """Return a point of a picture."""
    return f"({number(x)}, {number(y)})"


def _tile(tile: Tile, box: PlacedBox, lines: Sequence[str], made: Drawing) -> list[str]:
    left, right = box.x - box.width / 2, box.x + box.width / 2
    top, bottom = box.y - box.height / 2, box.y + box.height / 2
    line = "sglit, line width=1.8pt" if tile.lit else f"sg{tile.kind}line"
    style = f"draw={line}, fill=sg{tile.kind}fill"
    slant = min(9.0, box.height / 3)
    if tile.kind == "data":
        corners = [(left + slant, top), (right, top), (right - slant, bottom), (left, bottom)]
    elif tile.kind == "const":
        corners = [(left + slant, top), (right - slant, top), (right, box.y),
                   (right - slant, bottom), (left + slant, bottom), (left, box.y)]  # fmt: skip
    else:
        corners = [(left, top), (right, top), (right, bottom), (left, bottom)]
        style += ", rounded corners=8pt" if tile.kind == "param" else ", rounded corners=2pt"
        style += ", double" if tile.kind == "objective" else ""
    outline = " -- ".join(point(x, y) for x, y in corners)
    rows = [rf"\filldraw[{style}] {outline} -- cycle;"]
    numbers = [tile.value] if tile.value else []
    numbers += [f"∂ {tile.adjoint}"] if tile.adjoint else []
    middle = box.y - len(numbers) * VALUE_SIZE * _LINE / 2
    rows += _texts(lines, box.x, middle, SIZE, made)
    y = middle + len(lines) * SIZE * _LINE / 2 + VALUE_SIZE * _LINE / 2
    for text in numbers:
        color = "text=sgadjoint, " if text.startswith("∂") else ""
        rows += _texts([text], box.x, y, VALUE_SIZE, made, color)
        y += VALUE_SIZE * _LINE
    if tile.branches:
        rows.append(
            rf"\filldraw[draw=sgadjoint, fill=white] {point(box.x, bottom)} circle[radius=5]"
            rf" node[text=sgadjoint, scale=0.8] {{$+$}};"
        )
    return rows


def _texts(
    lines: Sequence[str], x: float, y: float, size: float, made: Drawing, style: str = ""
) -> list[str]:
    """Return the lines of a text, centred at a point."""
    first = y - (len(lines) - 1) * size * _LINE / 2
    return [
        rf"\node[{style}scale={number(size / 10)}] at {point(x, first + i * size * _LINE)} "
        rf"{{${formula(made.setter.runs(line))}$}};"
        for i, line in enumerate(lines)
    ]


def formula(runs: Sequence[TextRun]) -> str:
    """Return the runs of a printed formula as LaTeX mathematics.

    >>> formula([TextRun("x", italic=True), TextRun("2", scale=0.72, shift=-0.36)])
    'x^{2}'
    >>> formula([TextRun("h", italic=True), TextRun(" = tanh(")])
    'h=\\\\mathrm{tanh}('
    >>> formula([TextRun("h̃ŷα̂", italic=True)])
    '\\\\tilde{h}\\\\hat{y}\\\\hat{\\\\alpha}'
    """
    pieces: list[str] = []
    for run in runs:
        plain = _OPERATOR.sub(r"\1", run.text)
        parts = [plain] if run.italic else _WORD.split(plain)  # words at odd places
        text = "".join(
            rf"\mathrm{{{part}}}" if i % 2 else _letters(part) for i, part in enumerate(parts)
        )
        mark = "_" if run.shift > 0 else "^" if run.shift < 0 else ""
        pieces.append(f"{mark}{{{text}}}" if mark else text)
    return "".join(pieces)


def _letters(text: str) -> str:
    """Return letters and signs, accents of names above their letters."""
    found: list[str] = []
    for letter in unicodedata.normalize("NFC", text):
        base, *marks = tuple(unicodedata.normalize("NFD", letter))
        if base in _ACCENT_OF and found:  # above a letter that has no letter of its own with it
            found[-1] = rf"\{_ACCENT_OF[base]}{{{found[-1].strip()}}}"
        elif len(marks) == 1 and marks[0] in _ACCENT_OF:
            found.append(rf"\{_ACCENT_OF[marks[0]]}{{{_letter(base).strip()}}}")
        else:
            found.append(_letter(letter))
    return "".join(found)


def _letter(letter: str) -> str:
    if letter in _SIGNS:
        return _SIGNS[letter]
    if letter in LATIN:
        return rf"\{LATIN[letter]} "
    return letter if letter.isascii() else rf"\mbox{{{letter}}}"
