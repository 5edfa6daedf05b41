"""`symgrad graph`: the graph that an article states, as a draft in the graph language."""

from __future__ import annotations

from pathlib import Path

import click

from symgrad.cli.articles import Assumed, load_draft, wishes
from symgrad.cli.limits import go_on
from symgrad.cli.terminal import named_file, print_result, write_file

_SECONDS = 60.0


@click.command("graph")
@click.argument("article")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), callback=named_file,
    help="The file to write; - is standard output, as when left out.",
)  # fmt: skip
@click.option("--force", is_flag=True, help="Overwrite an existing file.")
@wishes
def command(
    article: str,
    output: Path | None,
    force: bool,
    assumed: Assumed,
) -> None:
    """Write the graph that ARTICLE states as a draft in the graph language.

    Equations `name = expression` are its nodes, and what they leave free its inputs: parameters
    where the article differentiates by them, else what the sentence says. The line of the article
    stands above every equation, and every choice is told on standard error. ARTICLE may be - for
    standard input.
    """
    go_on(_SECONDS)
    draft = load_draft(article, assumed)
    if output is None:
        print_result(draft.text)
        return
    write_file(output, draft.text, force=force)
    print_result(f"wrote {output}; try: symgrad derive {output}")
