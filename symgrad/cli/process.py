"""The command line as a program of its own: its streams and signals, and what nobody foresaw."""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import sys
import traceback
from pathlib import Path
from typing import TextIO

from symgrad.errors import SymgradError

_PACKAGE = Path(__file__).resolve().parent.parent


def take_process() -> None:
    """Make the process ready: no stream's number is free for another file, one interrupt ends it.

    Files that a command opens must never get the number of a stream that was closed.
    """
    lowest = os.open(os.devnull, os.O_RDWR)
    while lowest < 2:
        lowest = os.open(os.devnull, os.O_RDWR)
    if lowest > 2:
        os.close(lowest)
    if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
        signal.signal(signal.SIGINT, interrupt_once)


def interrupt_once(*_: object) -> None:
    """End in good order on the first interrupt, and at once on the next."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    raise KeyboardInterrupt


def flush() -> None:
    """Write what is still to be written, so that a full disk is noticed while it can be told."""
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.flush()


def give_up_output() -> None:
    """Let nothing more be written at the end: what could not be written cannot be now.

    What is in memory is left to the system: a last look through all of it takes 0.1 s.
    """
    gc.freeze()
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            _give_up(stream)


def _give_up(stream: TextIO) -> None:
    try:
        stream.flush()
    except (OSError, ValueError):
        with contextlib.suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def unforeseen(error: Exception) -> SymgradError:
    """Return the one line that tells of a fault of our own, and asks for a report."""
    ours = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if _PACKAGE in Path(frame.filename).parents
    ]
    place = ""
    if ours:
        where = Path(ours[-1].filename).relative_to(_PACKAGE).as_posix()
        place = f" in {where}:{ours[-1].lineno}"
    said = " ".join(str(error).split())[:200]
    kind = type(error).__name__
    return SymgradError(
        f"symgrad failed ({kind}{place}{': ' if said else ''}{said}); this is a fault of symgrad: "
        "please report it, with the command and its input"
    )
