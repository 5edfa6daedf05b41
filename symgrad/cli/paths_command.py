"""`symgrad paths`: every path with its product, and the proof that they sum to the gradient."""

from __future__ import annotations

import click

from symgrad.cli.arguments import FORMATS, file_argument, input_names, wrt_option
from symgrad.cli.limits import limited
from symgrad.cli.terminal import lacks_letters, load_graph, print_document


@click.command("paths")
@file_argument()
@click.argument("parameters", nargs=-1, shell_complete=input_names)
@wrt_option("For an equation: its parameters")
@click.option(
    "--limit",
    type=click.IntRange(0, 100_000),
    default=100,
    show_default=True,
    help="How many paths to list.",
)
@click.option("--format", "style", type=click.Choice(FORMATS), default="text", show_default=True)
@click.option("--ascii", "ascii_only", is_flag=True, help="Plain ASCII text, no Greek letters.")
@limited(10)
def command(
    file: str,
    parameters: tuple[str, ...],
    wrt: tuple[str, ...],
    limit: int,
    style: str,
    ascii_only: bool,
) -> None:
    """List every path from the objective of FILE to its PARAMETERS (all of them by default).

    Each path is shown with its product of local derivatives. The count is exact; where all paths
    are listed, their sum is proved to be the gradient.
    """
    from symgrad.derivation.arrays.derivation import ArrayDerivation
    from symgrad.derivation.derive import derive
    from symgrad.render.arrays.documents import document as shown
    from symgrad.render.arrays.sheet import paths_blocks
    from symgrad.render.document import document
    from symgrad.render.paths_sheet import paths_sheet

    graph = load_graph(file, wrt)
    derivation = derive(graph, parameters or wrt or None)
    if isinstance(derivation, ArrayDerivation):
        blocks = paths_blocks(derivation, limit=limit)
        print_document(shown(derivation, blocks, style=style, ascii_only=ascii_only), style)
        return
    sheet = paths_sheet(derivation, limit=limit)
    ascii_only = ascii_only or (style == "text" and lacks_letters())
    print_document(document(sheet, style=style, ascii_only=ascii_only), style)
