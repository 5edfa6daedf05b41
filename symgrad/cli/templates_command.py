"""`symgrad templates`: the shipped templates of the code generator."""

from __future__ import annotations

from pathlib import Path

import click

from symgrad.cli.terminal import print_result, write_file


@click.command("templates")
@click.argument("name", required=False)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    help="Export the template, or all of them, into this folder.",
)
@click.option("--force", is_flag=True, help="Overwrite existing files.")
def command(name: str | None, output: Path | None, force: bool) -> None:
    """List the shipped templates, show the one called NAME, or export them with -o.

    An exported template can be changed and used: symgrad generate FILE --templates FOLDER.
    """
    from symgrad.targets.codegen import template_names, template_text

    names = (name,) if name is not None else template_names()
    if output is None:
        print_result(template_text(name) if name is not None else "\n".join(names))
        return
    for known in names:
        write_file(output / known, template_text(known), force=force)
        print_result(f"wrote {output / known}")
