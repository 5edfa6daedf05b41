"""`symgrad examples`: what is shipped to start from."""

from __future__ import annotations

import shutil
import sys

import click

from symgrad.cli.terminal import is_terminal, print_result

_UNBROKEN = 10_000  # columns of a pipe
_LEAST_TITLE = 24


@click.command("examples")
@click.argument("name", required=False)
def command(name: str | None) -> None:
    """List the shipped examples, or show the text of the one called NAME.

    Any command reads one as example:NAME; `symgrad init NAME` writes one to a file.
    """
    from symgrad import examples

    if name is not None:
        print_result(examples.read(name.removeprefix("example:")))
        return
    names = (*examples.names(), *examples.array_names())
    width = max(map(len, names)) + 2
    room = shutil.get_terminal_size().columns if is_terminal(sys.stdout) else _UNBROKEN
    for known in names:
        title = click.wrap_text(examples.title(known), max(room - width, _LEAST_TITLE))
        print_result(f"{known:<{width}}" + title.replace("\n", "\n" + " " * width))
