"""Articles that stand in the place of a graph: the graph is the one that they state."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING

from symgrad.cli.terminal import report

if TYPE_CHECKING:
    from symgrad.verify.drafting import Draft

_SUFFIXES = frozenset(
    (".md", ".markdown", ".mkd", ".mdx", ".qmd", ".rmd", ".tex", ".latex", ".ipynb", ".rst",
     ".html", ".htm")
)  # fmt: skip


def is_article(file: str) -> bool:
    """Tell whether a FILE argument names a document, by its suffix."""
    return PurePath(file).suffix.lower() in _SUFFIXES


def split_names(values: tuple[str, ...]) -> tuple[str, ...]:
    """Return the names of an option that takes `a,b` and may be repeated."""
    return tuple(part.strip() for value in values for part in value.split(",") if part.strip())


def load_draft(
    file: str, *, objective: str = "", wrt: tuple[str, ...] = (), data: tuple[str, ...] = ()
) -> Draft:
    """Return the graph that an article states, and report what was assumed for it."""
    from symgrad.cli.terminal import read_stdin
    from symgrad.errors import Diagnostic
    from symgrad.sources.loading import read_text
    from symgrad.verify.drafting import draft_graph

    text = read_stdin() if file == "-" else read_text(file)
    source = "<stdin>" if file == "-" else file
    found = draft_graph(text, source, objective=objective, wrt=wrt, data=data)
    for note in found.notes:
        report(Diagnostic(note, severity="note"))
    for warning in found.graph.warnings:
        report(warning)
    return found
