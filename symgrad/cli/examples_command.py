"""`symgrad examples`: what is shipped to start from."""

from __future__ import annotations

import click

from symgrad.cli.terminal import print_result


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
    width = max(map(len, names))
    print_result("\n".join(f"{known:<{width}}  {examples.title(known)}" for known in names))
