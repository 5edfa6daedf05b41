"""Arguments that several commands take, and what a shell completes them to."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeAlias

import click
from click.shell_completion import CompletionItem

Decorator: TypeAlias = Callable[[Any], Any]

_EXAMPLE = "example:"
_MOST_BYTES = 100_000  # of a graph that is read while somebody waits for names of its nodes


def graph_files(_: click.Context, __: click.Parameter, begun: str) -> list[CompletionItem]:
    """Return the shipped examples that begin so, or leave it to the shell to look for files."""
    from symgrad import examples

    if begun and (begun.startswith(_EXAMPLE) or _EXAMPLE.startswith(begun)):
        named = [_EXAMPLE + name for name in examples.names()]
        there = [*map(str, sorted(Path().glob(f"{begun}*")))] if begun.isalpha() else []
        return [CompletionItem(name) for name in (*named, *there) if name.startswith(begun)]
    return [CompletionItem(begun, type="file")]


def node_names(context: click.Context, _: click.Parameter, begun: str) -> list[str]:
    """Return the names of the graph's nodes that begin so, behind those that are typed already."""
    return _continued(begun, (node.name for node in _nodes(context)))


def input_names(context: click.Context, _: click.Parameter, begun: str) -> list[str]:
    """Return the names of the graph's inputs that begin so, behind those that are typed already."""
    return _continued(begun, (node.name for node in _nodes(context) if node.formula is None))


def _nodes(context: click.Context) -> Iterable[Any]:
    from symgrad.errors import SymgradError
    from symgrad.sources import load

    # While an option waits for its value, click leaves arguments where it found them.
    file = str(context.params.get("file") or next(iter(context.args), ""))
    try:
        if not file.startswith(_EXAMPLE) and Path(file).stat().st_size > _MOST_BYTES:
            return ()
        graph = load(file)
    except (SymgradError, OSError):
        return ()
    return tuple(getattr(graph, "nodes", ()))


def _continued(begun: str, names: Iterable[str]) -> list[str]:
    typed, comma, last = begun.rpartition(",")
    before = typed + comma
    return [before + name for name in names if name.startswith(last)]


def file_argument() -> Decorator:
    """Return the argument FILE: a graph, a function, an equation, `example:NAME`, or - ."""
    return click.argument("file", shell_complete=graph_files)


def wrt_option(purpose: str = "Differentiate by these inputs only") -> Decorator:
    """Return the option --wrt."""
    return click.option(
        "--wrt", multiple=True, shell_complete=input_names, help=f"{purpose} (a,b or repeated)."
    )
