"""The bar that shows how far long work has come, on a terminal and nowhere else."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from symgrad.cli.terminal import is_terminal, write_over
from symgrad.expression.progress import listening

QUIET_SECONDS = 1.0  # of work that is done before anybody wonders
AGAIN_SECONDS = 0.1  # between two drawings
_WIDTH = 24
_LEAST = 20  # columns behind the bar for what is being done


@contextmanager
def bar() -> Iterator[None]:
    """Show on standard error, where it is a terminal, how far the work of this block has come."""
    if not is_terminal(sys.stderr):
        yield
        return
    shown = _Bar()
    with listening(shown.draw):
        try:
            yield
        finally:
            shown.wipe()


def wipe_rest() -> None:
    """Leave the line empty where a process that drew a bar was ended."""
    if is_terminal(sys.stderr):
        write_over(" " * (shutil.get_terminal_size().columns - 1))


class _Bar:
    def __init__(self) -> None:
        self.next = time.monotonic() + QUIET_SECONDS
        self.share = 0.0
        self.width = 0

    def draw(self, share: float, what: str) -> None:
        """Draw the bar if it is time; it never goes back."""
        self.share = max(self.share, min(share, 1.0))
        if time.monotonic() < self.next:
            return
        self.next = time.monotonic() + AGAIN_SECONDS
        filled = int(_WIDTH * self.share)
        line = f"[{'#' * filled}{'-' * (_WIDTH - filled)}] {self.share:4.0%}  {what}"
        line = line[: max(_WIDTH + _LEAST, shutil.get_terminal_size().columns) - 1]
        write_over(line.ljust(self.width))
        self.width = len(line)

    def wipe(self) -> None:
        """Leave the line empty for what comes next."""
        if self.width:
            write_over(" " * self.width)
            self.width = 0
