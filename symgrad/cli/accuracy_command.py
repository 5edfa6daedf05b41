"""`symgrad accuracy`: what each formula loses in double arithmetic, and what was done about it."""

from __future__ import annotations

import click

from symgrad.cli.arguments import file_argument, wrt_option
from symgrad.cli.limits import limited
from symgrad.cli.terminal import load_graph, print_document


@click.command("accuracy")
@file_argument()
@wrt_option()
@click.option(
    "--format",
    "style",
    type=click.Choice(("text", "markdown", "json")),
    default="text",
    show_default=True,
)
@limited(30)
def command(file: str, wrt: tuple[str, ...], style: str) -> None:
    """Show which formulas of FILE lose digits in double arithmetic, and what was done.

    Value and gradient are run in doubles at many points and compared with certified values.
    """
    from symgrad.derivation.derive import derive
    from symgrad.program.program import lower
    from symgrad.render.accuracy_table import accuracy_document

    program = lower(derive(load_graph(file, wrt), wrt or None))
    print_document(accuracy_document(program.accuracy, style), style)
