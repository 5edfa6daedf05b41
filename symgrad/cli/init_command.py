"""`symgrad init`: a graph file to start from."""

from __future__ import annotations

from pathlib import Path

import click

from symgrad.cli.terminal import print_result, write_file


@click.command("init")
@click.argument("name", default="branch_and_merge")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="The file to write; NAME.sg in this folder when left out.",
)
@click.option("--force", is_flag=True, help="Overwrite an existing file.")
def command(name: str, output: Path | None, force: bool) -> None:
    """Write the shipped example NAME to a file, to start from."""
    from symgrad import examples
    from symgrad.errors import SymgradError

    bare = name.removeprefix("example:")
    text = examples.read(bare)
    file = f"{bare.rpartition('/')[2]}.sg"
    path = output or Path(file)
    if path.is_dir():
        path = path / file
    if path.exists() and not force:
        raise SymgradError(
            f"`{path}` exists", help="give --force to overwrite it, or -o another name"
        )
    write_file(path, text, force=True)
    print_result(f"wrote {path}; try: symgrad derive {path}")
