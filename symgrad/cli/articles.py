"""Articles that stand in the place of a graph: the graph is the one that they state."""

from __future__ import annotations

import re
from pathlib import PurePath
from typing import TYPE_CHECKING, NamedTuple

import click

from symgrad.cli.arguments import names_option
from symgrad.cli.terminal import report

if TYPE_CHECKING:
    from collections.abc import Callable

    from symgrad.verify.drafting import ArticleDraft, ArticlePart

_SUFFIXES = frozenset(
    (".md", ".markdown", ".mkd", ".mdx", ".qmd", ".rmd", ".tex", ".latex", ".ipynb", ".rst",
     ".html", ".htm")
)  # fmt: skip
_DECLARES = re.compile(
    r"^[ \t]*(?:params?|data|consts?|minimize|maximize|check|function|assume)\b", re.MULTILINE
)
_DERIVATIVE = re.compile(r"[∂∇]|\\partial|(?<!\w)d\^?[2²]?[^\W\d_]\w*\s*/\s*d[^\W\d_]\w*\s*[=≈]")


def is_article(file: str) -> bool:
    """Tell whether a FILE argument names a document: by its suffix, a text by what is in it."""
    suffix = PurePath(file).suffix.lower()
    return suffix in _SUFFIXES or (suffix == ".txt" and _states_derivatives(file))


def _states_derivatives(file: str) -> bool:
    """Tell whether a text has derivatives in it and declares nothing, as a graph file would."""
    from symgrad.errors import SymgradError
    from symgrad.sources.loading import read_text

    try:
        text = read_text(file)
    except SymgradError:
        return False
    return _DERIVATIVE.search(text) is not None and _DECLARES.search(text) is None


def wishes(function: Callable[..., None]) -> Callable[..., None]:
    """Add the options that say what is assumed of an article; they come as `assumed`."""

    def command(  # the options, in the order of the help
        objective: str,
        wrt: tuple[str, ...],
        data: tuple[str, ...],
        const: tuple[str, ...],
        equation: tuple[str, ...],
        **others: object,
    ) -> None:
        function(assumed=Assumed(objective, wrt, data, const, equation), **others)

    command.__doc__, command.__name__ = function.__doc__, function.__name__
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


_OPTIONS = (
    click.option(
        "--objective", metavar="NAME", default="",
        help="Of an article: the node that is differentiated.",
    ),
    names_option(
        "--wrt", metavar="NAMES",
        help="Of an article (or equation): its parameters (a,b or repeated).",
    ),
    names_option("--data", metavar="NAMES", help="Of an article: its data."),
    names_option("--const", metavar="NAMES", help="Of an article: its constants."),
    click.option(
        "--equation", metavar="'NAME = …'", multiple=True,
        help="Of an article: an equation, or a value, in the place of its own (repeated).",
    ),
)  # fmt: skip


class Assumed(NamedTuple):
    """What the options say of an article."""

    objective: str
    wrt: tuple[str, ...]
    data: tuple[str, ...]
    const: tuple[str, ...]
    equations: tuple[str, ...]

    @property
    def of_articles(self) -> bool:
        """Tell whether there is an option that only an article takes."""
        return bool(self.objective or self.data or self.const or self.equations)


def load_draft(file: str, assumed: Assumed) -> ArticleDraft:
    """Return the graph that an article states, and report what was assumed for it."""
    from symgrad.verify.drafting import Wishes, draft_graph

    found = draft_graph(*_read(file), Wishes(*assumed))
    _tell(found)
    return found


def load_parts(file: str, assumed: Assumed) -> tuple[ArticlePart, ...]:
    """Return the graphs that an article states, and report what was assumed for each."""
    from symgrad.errors import Diagnostic
    from symgrad.verify.drafting import Wishes, draft_parts

    parts = draft_parts(*_read(file), Wishes(*assumed))
    drafts = [part.draft for part in parts if part.draft is not None]
    if len(parts) > 1:
        said = f"the article states {len(drafts)} graphs: each part is judged about its own"
        report(Diagnostic(said, severity="note"))
    for draft in drafts:
        _tell(draft)
    return parts


def _read(file: str) -> tuple[str, str]:
    """Return the text of an article, and its name."""
    from symgrad.cli.terminal import read_stdin
    from symgrad.sources.loading import read_text

    return (read_stdin(), "<stdin>") if file == "-" else (read_text(file), file)


def _tell(found: ArticleDraft) -> None:
    """Report what was assumed for a draft."""
    from symgrad.errors import Diagnostic

    for note in found.notes:
        report(Diagnostic(note, severity="note"))
    for warning in found.graph.warnings:
        report(warning)
