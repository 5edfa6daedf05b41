"""Drawings in the format that a file name asks for."""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterable
from pathlib import Path

from symgrad.derivation.derive import derive
from symgrad.errors import SymgradError
from symgrad.graph.graph import Graph
from symgrad.render.dot import dot
from symgrad.render.files import write_file
from symgrad.render.mermaid import mermaid
from symgrad.render.pdf import pdf as pdf_of
from symgrad.render.picture import MOST_TILES, Picture, picture
from symgrad.render.svg import drawing, written
from symgrad.render.tikz import tikz
from symgrad.trace.trace import Step

FORMATS = {
    ".svg": "svg", ".png": "png", ".pdf": "pdf", ".tex": "tikz",
    ".dot": "dot", ".gv": "dot", ".mmd": "mermaid",
}  # fmt: skip
THEMES = ("auto", "light", "dark")
PNG_SCALE = 2
_SIZE = re.compile(r' width="([\d.]+)" height="([\d.]+)"')
_PNG_HEADER = 33  # signature and IHDR


def draw(  # noqa: PLR0913  (options, keyword-only)
    graph: Graph,
    path: str | Path | None = None,
    *,
    paths: str | Iterable[str] | None = None,
    values: Step | None = None,
    theme: str = "auto",
    style: str | None = None,
    most: int = MOST_TILES,
    force: bool = False,
) -> str:
    """Draw a graph: return the SVG (or other text), and write the file `path` if there is one.

    `paths` names nodes to which all paths from the objective are lit up; `values` is a step of a
    trace, whose numbers are written into the nodes. The suffix of `path` chooses the format: svg,
    png, pdf, tex (TikZ), dot, gv or mmd; without a path `style` does (svg, tikz, dot, mermaid). A
    graph of more than `most` nodes is folded. `theme` is auto, light or dark.

    Raises SymgradError for a suffix that is none of these, and for png where resvg-py is not
    installed, and where `path` exists and was not made by symgrad, unless `force` is set.
    """
    target = None if path is None else Path(path)
    chosen = style or ("svg" if target is None else format_of(target))
    lit = [paths] if isinstance(paths, str) else list(paths or ())
    shown = picture(graph, derive(graph), values=values, highlight=lit, most=most)
    if theme not in THEMES:
        raise SymgradError(f"unknown theme `{theme}`", help="auto, light or dark")
    if chosen in BINARY:
        if target is None:
            raise SymgradError(f"a {chosen} needs a file to be written to")
        write_file(target, BINARY[chosen](shown, dark=theme == "dark"), force=force)
        return ""
    text = drawn(shown, chosen, theme=theme)
    if target is not None:
        write_file(target, text, force=force)
    return text


def format_of(path: Path) -> str:
    """Return the format that a file's suffix stands for."""
    found = FORMATS.get(path.suffix.lower())
    if found is None:
        known = ", ".join(FORMATS)
        raise SymgradError(
            f"no format is known for `{path.name}`", help=f"it should end in {known}"
        )
    return found


def drawn(shown: Picture, style: str, *, theme: str = "auto") -> str:
    """Return a picture as svg, tikz, dot or mermaid."""
    if style == "dot":
        return dot(shown)
    if style == "mermaid":
        return mermaid(shown)
    if style == "tikz":
        return tikz(drawing(shown))
    return written(drawing(shown), theme=theme)


def png(shown: Picture, *, dark: bool = False) -> bytes:
    """Return a picture as PNG. Raises SymgradError where the optional resvg-py is missing."""
    try:
        import resvg_py  # noqa: PLC0415  (an optional library)
    except ImportError:
        raise SymgradError(
            "a png needs the optional package resvg-py",
            help="pip install 'symgrad[png]', or write an svg",
        ) from None
    text = written(drawing(shown), theme="dark" if dark else "light")
    return _signed(bytes(resvg_py.svg_to_bytes(svg_string=text, zoom=PNG_SCALE)))


def pdf(shown: Picture, *, dark: bool = False) -> bytes:
    """Return a picture as PDF. Raises SymgradError where no program is there that makes one."""
    made = drawing(shown)
    text = written(made, theme="dark" if dark else "light")
    found = _SIZE.search(text)
    width, height = (float(found[1]), float(found[2])) if found else (0.0, 0.0)
    return pdf_of(text, width, height)


BINARY = {"png": png, "pdf": pdf}


def _signed(data: bytes) -> bytes:
    """Return a PNG with a text chunk that names the program, behind its header."""
    chunk = b"tEXtComment\0Made by symgrad"
    whole = struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk))
    return data[:_PNG_HEADER] + whole + data[_PNG_HEADER:]
