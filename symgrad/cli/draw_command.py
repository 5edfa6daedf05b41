"""`symgrad draw`: a picture of the graph with its local derivatives."""

from __future__ import annotations

from pathlib import Path

import click

from symgrad.cli.arguments import file_argument, names_option, node_names, set_option, wrt_option
from symgrad.cli.beside import beside, delivered, opening
from symgrad.cli.limits import limited
from symgrad.cli.terminal import STANDARD_OUTPUT, load_graph, print_result

SUFFIXES = {
    "svg": ".svg", "png": ".png", "pdf": ".pdf", "tikz": ".tex", "dot": ".dot", "mermaid": ".mmd",
}  # fmt: skip


@click.command("draw")
@file_argument()
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="File to write: .svg, .png, .pdf, .tex (TikZ), .dot, .gv or .mmd."
    " - is standard output.  [default: FILE.svg; standard output in a pipe]",
)
@opening
@click.option(
    "--format",
    "style",
    type=click.Choice(tuple(SUFFIXES)),
    help="Format, where the file name does not tell.",
)
@wrt_option("For an equation: its parameters")
@names_option(
    "--paths",
    shell_complete=node_names,
    help="Light up the paths to these nodes (a,b or repeated).",
)
@click.option("--values", is_flag=True, help="Write value and adjoint into each node.")
@click.option(
    "--step",
    type=click.IntRange(1, 1000),
    help="The step whose numbers are shown; asks for --values.  [default: 1]",
)
@set_option
@click.option("--data", metavar="FILE", help="Samples for --values: CSV with a header, or JSON.")
@click.option(
    "--theme", type=click.Choice(("auto", "light", "dark")), default="auto", show_default=True
)
@click.option(
    "--most",
    type=click.IntRange(5, 1000),
    default=60,
    show_default=True,
    help="Fold a graph of more nodes than this.",
)
@click.option("--force", is_flag=True, help="Overwrite a file that symgrad did not write.")
@limited(10)
def command(
    file: str,
    output: Path | None,
    opened: bool,
    style: str | None,
    wrt: tuple[str, ...],
    paths: tuple[str, ...],
    values: bool,
    step: int | None,
    settings: tuple[str, ...],
    data: str | None,
    theme: str,
    most: int,
    force: bool,
) -> None:
    """Draw FILE in layers: equations in the nodes, local derivatives on the edges.

    Parameters, data, constants and equations have shapes of their own; a plus sign marks where
    branches merge, so that adjoints add. Dashed edges carry no derivative: they lead to no
    parameter, or their local derivative is 0.
    """  # fmt: skip
    from symgrad.cli.trace_command import assignments, samples_from
    from symgrad.derivation.derive import derive
    from symgrad.render.drawings import BINARY, drawn, format_of
    from symgrad.render.picture import picture
    from symgrad.trace.trace import make_plan, run_plan

    chosen = style or ("svg" if output is None or output == STANDARD_OUTPUT else format_of(output))
    target = beside(output, file, SUFFIXES[chosen])
    if chosen in BINARY and target is None:
        raise click.UsageError(f"a {chosen} is written to a file: give -o FILE.{chosen}")
    graph = load_graph(file, wrt)
    derivation = derive(graph, wrt or None)
    shown_step = None
    if values or settings or data is not None or step is not None:
        given = assignments(settings)
        samples = None if data is None else samples_from(graph, data, given)
        plan = make_plan(derivation, given, samples, steps=step or 1)
        shown_step = run_plan(plan).steps[-1]
    shown = picture(graph, derivation, values=shown_step, highlight=paths, most=most)
    if target is None:
        print_result(drawn(shown, chosen, theme=theme), exact=True)
        return
    content = (
        BINARY[chosen](shown, dark=theme == "dark")
        if chosen in BINARY
        else drawn(shown, chosen, theme=theme)
    )
    delivered(target, content, force=force, opened=opened)
