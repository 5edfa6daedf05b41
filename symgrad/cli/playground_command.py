"""`symgrad playground`: a static site that runs symgrad in the browser."""

from __future__ import annotations

from pathlib import Path

import click

from symgrad.cli.terminal import note


@click.command("playground")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    help="The folder of the site.",
)
@click.option(
    "--pyodide",
    type=click.Path(path_type=Path, exists=True),
    help="The npm package `pyodide`, a folder or the archive.  [default: npm gets it]",
)
@click.option("--force", is_flag=True, help="Write into a folder that holds something else.")
def command(output: Path, pyodide: Path | None, force: bool) -> None:
    """Write a static site that runs symgrad itself in the browser.

    Any static host serves it; it needs no server of its own, and no network once it is loaded. To
    look at it: python -m http.server --directory DIR
    """
    from symgrad.render.playground import build

    note(
        "building; with Node.js at hand its packages are compiled, which takes about half a minute"
    )
    compiled = build(output, pyodide, force=force)
    note(f"wrote {output}/index.html")
    if not compiled:
        note("without Node.js the packages are sources: the page takes longer until it is live")
