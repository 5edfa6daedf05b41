"""Arguments that several commands take, and what a shell completes them to."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import reduce
from pathlib import Path
from typing import Any, TypeAlias

import click
from click.shell_completion import CompletionItem

Decorator: TypeAlias = Callable[[Any], Any]

FORMATS = ("text", "latex", "markdown", "json")  # of formulas
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
    return names_option("--wrt", shell_complete=input_names, help=f"{purpose} (a,b or repeated).")


def names_option(*spelled: str, **others: Any) -> Decorator:  # noqa: ANN401  (what click takes)
    """Return an option that is given several times, or names joined by commas, as all the names."""
    return click.option(
        *spelled, multiple=True, callback=lambda _, __, given: split_names(given), **others
    )


def split_names(values: Iterable[str]) -> tuple[str, ...]:
    """Return names given one by one, or joined by commas.

    >>> split_names(("a, b", "c"))
    ('a', 'b', 'c')
    """
    return tuple(part.strip() for value in values for part in value.split(",") if part.strip())


OPTIMIZERS = ("sgd", "momentum", "nesterov", "adam", "adamw")
set_option = click.option(
    "--set", "settings", multiple=True, metavar="NAME=VALUE", help="Value of an input."
)


def stepping(most: int, rule: str) -> Decorator:
    """Return the options that say which steps are taken, `most` of them; `rule` is a help."""
    samples = "Samples: CSV with a header, or JSON; - is stdin."
    usual = "Learning rate.  [default: the graph's, or 0.1]"
    options = (
        click.option("--data", metavar="FILE", help=samples),
        set_option,
        click.option(
            "-n", "--steps", "count", type=click.IntRange(1, most), help="How many steps."
        ),
        click.option("--rate", metavar="NUMBER", help=usual),
        click.option(
            "--optimizer", type=click.Choice(OPTIMIZERS), default="sgd", show_default=True,
            help=f"{rule}, with PyTorch's settings.",
        ),
    )  # fmt: skip
    return lambda command: reduce(lambda made, option: option(made), reversed(options), command)
