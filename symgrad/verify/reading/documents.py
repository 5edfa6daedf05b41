r"""Where the formulas of a text stand: claims files, Markdown, LaTeX, HTML, notebooks, docstrings.

In a document only what is set as a formula counts, fences of kind `symgrad` or `math`, and lines
that are a formula from end to end; prose, code and comments are passed over. Lines that begin with
`at` or `assume`, alone or in an HTML comment, set values and conditions. Every search either moves
forward or is not repeated, so a text is read in linear time.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePath
from typing import Literal

from symgrad.sources.macros import Macros
from symgrad.verify.reading.circumstances import with_circumstances
from symgrad.verify.reading.embedded import docstrings, notebook
from symgrad.verify.reading.joining import joined
from symgrad.verify.reading.passage import FoundFormula, Passage, TextPiece, scanned
from symgrad.verify.reading.plain import plain_formulas
from symgrad.verify.reading.scanner import Scanner, blanked_latex, is_marked_up

__all__ = ["FoundFormula", "Kind", "formulas", "kind_of"]

Kind = Literal["plain", "markdown", "latex", "html", "rst", "notebook", "python"]

_SUFFIXES: dict[str, Kind] = {
    **dict.fromkeys((".md", ".markdown", ".mkd", ".mdown", ".mdx", ".qmd", ".rmd"), "markdown"),
    **dict.fromkeys((".tex", ".latex", ".ltx"), "latex"),
    **dict.fromkeys((".txt", ".claims", ".sg"), "plain"),
    **dict.fromkeys((".html", ".htm", ".xhtml"), "html"),
    **dict.fromkeys((".rst", ".rest"), "rst"),
    ".ipynb": "notebook",
    ".py": "python",
}  # fmt: skip
_LOOKS = ("```", "$", "\\[", "\\(", "\\begin{equation", "\\begin{align")


def kind_of(text: str, source: str) -> Kind:
    """Return what kind of text this is, by its name, or by its looks where that tells nothing."""
    found = _SUFFIXES.get(PurePath(source).suffix.lower())
    if found is not None:
        return found
    if "\\documentclass" in text or "\\begin{document}" in text:
        return "latex"
    start = text.lstrip()[:1_000]
    if start.startswith("{") and '"cells"' in text and '"nbformat"' in text:
        return "notebook"
    if start[:9].lower().startswith(("<!doctype", "<html")):
        return "html"
    if ".. math::" in text or ":math:`" in text:
        return "rst"
    return "markdown" if any(mark in text for mark in _LOOKS) else "plain"


def formulas(text: str, source: str) -> Iterator[FoundFormula]:
    """Yield the formulas of a text in the order in which they stand in it."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    kind = kind_of(text, source)
    passage = Passage.of(text, source)
    if kind == "plain" and not is_marked_up(text):
        yield from plain_formulas(passage)
        return
    if kind == "notebook":
        passage = notebook(passage) or passage
    elif kind == "python":
        passage = docstrings(passage) or passage
    macros = Macros(passage.text)
    if kind == "latex":
        passage = passage.with_text(blanked_latex(passage.text))
    seen = passage if kind in ("latex", "python") else passage.with_text(scanned(passage.text))
    pieces: list[TextPiece | FoundFormula] = list(Scanner(seen, kind).pieces())
    found = []
    behind = 0
    for piece in joined(passage, pieces):
        if isinstance(piece, FoundFormula):
            start = max(behind, passage.offset(piece.origin))
            behind = start + len(piece.text)
            found.append((piece, start, behind))
        elif (formula := piece.formula(passage, macros)) is not None:
            start = max(behind, piece.spans[-1][0])
            behind = max(behind, piece.end)
            found.append((formula, start, behind))
    yield from with_circumstances(passage, found)
