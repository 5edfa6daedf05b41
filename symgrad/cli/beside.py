"""Where `draw` and `report` write when no file is named: beside the source, or into a pipe."""

from __future__ import annotations

import sys
from pathlib import Path

from symgrad.cli.generate_command import module_name
from symgrad.cli.terminal import exists, is_terminal


def beside(file: str, suffix: str) -> Path | None:
    """Return the file for a picture or page that would flood a terminal: beside its source.

    Where the result goes into a pipe or a file there is none, and it is written there. What has no
    file of its own (an example, an equation, standard input) is written into the current folder.
    """
    if not is_terminal(sys.stdout):
        return None
    path = file.rpartition(":")[0]
    for source in (file, path):
        if source and exists(source):
            return Path(source).with_name(Path(source).stem + suffix)
    return Path(module_name(file, None) + suffix)
