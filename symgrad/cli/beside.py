"""Where a command writes: the file that -o names, standard output, or beside the source."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from symgrad.cli.generate_command import module_name
from symgrad.cli.terminal import STANDARD_OUTPUT, exists, is_terminal, note, write_file

opening = click.option("--open", "opened", is_flag=True, help="Open the file that was written.")


def beside(output: Path | None, file: str, suffix: str) -> Path | None:
    """Return the file for a picture or page: what -o names, else one beside its source.

    It would flood a terminal. Where the result goes into a pipe or a file, and where -o is `-`,
    there is none, and it is written there. What has no file of its own (an example, an equation,
    standard input) is written into the current folder.
    """
    if output is not None:
        return None if output == STANDARD_OUTPUT else output
    if not is_terminal(sys.stdout):
        return None
    path = file.rpartition(":")[0]
    for source in (file, path):
        if source and exists(source):
            return Path(source).with_name(Path(source).stem + suffix)
    return Path(module_name(file, None) + suffix)


def delivered(target: Path, content: str | bytes, *, force: bool, opened: bool) -> None:
    """Write a picture or page, say its name, and open it if asked."""
    write_file(target, content, force=force)
    note(f"wrote {target}")
    if opened and click.launch(str(target)) != 0:
        note(f"no program was found that opens {target}")
