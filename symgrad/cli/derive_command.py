"""`symgrad derive`: the closed-form gradient, printed."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import click

from symgrad.cli.arguments import FORMATS, file_argument, split_names, wrt_option
from symgrad.cli.limits import limited
from symgrad.cli.terminal import lacks_letters, load_graph, print_document, print_result

if TYPE_CHECKING:
    from symgrad.derivation.arrays.derivation import ArrayDerivation

LEVELS = ("brief", "full")


class _Command(click.Command):
    """A command whose option --steps may stand without its level."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the default level behind a bare --steps."""
        given: list[str] = []
        for i, word in enumerate(args):
            given.append(word)
            if word == "--steps" and args[i + 1 : i + 2] not in [[level] for level in LEVELS]:
                given.append(LEVELS[0])
        return super().parse_args(ctx, given)


@click.command("derive", cls=_Command)
@file_argument()
@wrt_option()
@click.option(
    "--sensitivities",
    default="auto",
    show_default=True,
    help="Which adjoints get a name: auto, all, none, or a list of nodes (v,u).",
)
@click.option("--expand", is_flag=True, help="Add the gradient in parameters and inputs only.")
@click.option(
    "--steps",
    type=click.Choice(LEVELS),
    help="Explain: brief (the default level) names the rules of every edge and shows every merge "
    "and product; full works them out one rule at a time.",
)
@click.option("--hessian", is_flag=True, help="Print the matrix of second derivatives instead.")
@click.option("--hvp", is_flag=True, help="Print the Hessian-vector product instead.")
@click.option("--format", "style", type=click.Choice(FORMATS), default="text", show_default=True)
@click.option("--bold", is_flag=True, help="LaTeX: vectors and matrices in bold.")
@click.option("--ascii", "ascii_only", is_flag=True, help="Plain ASCII text, no Greek letters.")
@click.option(
    "--limit",
    type=click.IntRange(0, 100_000),
    default=12,
    show_default=True,
    help="How many paths to list.",
)
@limited(10)
def command(
    file: str,
    wrt: tuple[str, ...],
    sensitivities: str,
    expand: bool,
    steps: str | None,
    hessian: bool,
    hvp: bool,
    style: str,
    bold: bool,
    ascii_only: bool,
    limit: int,
) -> None:
    """Derive the closed-form gradient of FILE and print the formulas.

    FILE is a graph file, model.py:FUNCTION, example:NAME, an equation such as "J = (a*x - y)^2"
    together with --wrt a, or - for standard input.
    """
    from symgrad.derivation.derive import derive
    from symgrad.graph.arrays import ArrayGraph
    from symgrad.render.document import document
    from symgrad.render.json import derivation_json
    from symgrad.render.second_sheet import hessian_sheet, hvp_sheet
    from symgrad.render.sheet import derivation_sheet
    from symgrad.render.steps_sheet import brief_sections, full_sections

    if hessian and hvp:
        raise click.UsageError("--hessian and --hvp exclude each other")
    graph = load_graph(file, wrt)
    chosen = sensitivities if sensitivities in ("auto", "all", "none") else None
    d = derive(graph, wrt or None, sensitivities=chosen or split_names((sensitivities,)))
    if isinstance(graph, ArrayGraph):
        from symgrad.render.arrays.documents import Shown, derived

        shown = Shown(
            steps=steps is not None, expand=expand, hessian=hessian, hvp=hvp, limit=limit, bold=bold
        )
        found = derived(cast("ArrayDerivation", d), shown, style=style, ascii_only=ascii_only)
        print_document(found, style)
        return
    if hessian:
        sheet = hessian_sheet(d)
    elif hvp:
        sheet = hvp_sheet(d)
    elif style == "json":
        print_result(derivation_json(d, limit=limit), exact=True)
        return
    else:
        explain = {"brief": brief_sections, "full": full_sections}.get(steps or "")
        sections = explain(d) if explain else ()
        sheet = derivation_sheet(d, limit=limit, steps=sections, expand=expand)
    ascii_only = ascii_only or (style == "text" and lacks_letters())
    print_document(document(sheet, style=style, ascii_only=ascii_only), style)
