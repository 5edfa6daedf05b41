"""`symgrad graph`: the graph that an article states, as a draft in the graph language."""

from __future__ import annotations

from pathlib import Path

import click

from symgrad.cli.articles import load_draft, split_names
from symgrad.cli.limits import go_on
from symgrad.cli.terminal import print_result, write_file

_SECONDS = 60.0


@click.command("graph")
@click.argument("article")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path),
    help="The file to write; standard output when left out.",
)  # fmt: skip
@click.option("--objective", metavar="NAME", default="", help="The node to differentiate.")
@click.option("--wrt", multiple=True, help="Inputs that are parameters (a,b or repeated).")
@click.option("--data", multiple=True, help="Inputs that are data (x,y or repeated).")
@click.option("--force", is_flag=True, help="Overwrite an existing file.")
def command(
    article: str,
    output: Path | None,
    objective: str,
    wrt: tuple[str, ...],
    data: tuple[str, ...],
    force: bool,
) -> None:
    """Write the graph that ARTICLE states as a draft in the graph language.

    Equations `name = expression` are its nodes, and what they leave free its inputs: parameters
    where the article differentiates by them, else what the sentence says. The line of the article
    stands above every equation, and every choice is told on standard error. ARTICLE may be - for
    standard input.
    """
    go_on(_SECONDS)
    draft = load_draft(article, objective=objective, wrt=split_names(wrt), data=split_names(data))
    if output is None:
        print_result(draft.text)
        return
    write_file(output, draft.text, force=force)
    print_result(f"wrote {output}; try: symgrad derive {output}")
