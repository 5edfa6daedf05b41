"""Files: written whole or not at all, and nobody else's is overwritten.

A file counts as symgrad's own where it begins as symgrad begins it. A text that quotes these words
further down, or begins with them in a form that no command writes, is its author's.
"""

from __future__ import annotations

import contextlib
import os
import re
import stat
import tempfile
from pathlib import Path

from symgrad.errors import Diagnostic, SymgradError
from symgrad.render.trace_marks import is_trace
from symgrad.targets.head import MARK

_HEADS = re.compile(
    rf"(?:#|//) {MARK}: value, gradient and update step of "  # emitted code
    r"|<!-- Made by symgrad -->\s*<svg "
    r"|<!-- Made by symgrad -->\n\n(?:\$|## Step |\|)"  # a trace in Markdown
    r"|% Made by symgrad\n\n\\(?:noindent|subsection|begin)"  # a trace in LaTeX
    r"|// Made by symgrad\ndigraph "
    r"|%% Made by symgrad\nflowchart "
    r'|\{\s*"generator": "Made by symgrad",'
    r'|<!DOCTYPE html>\n<html lang="en">\n<head>\n(?:<meta [^\n]*>\n){1,4}'
    r'<meta name="generator" content="symgrad '
)
_PNG = re.compile(rb"\x89PNG\r\n\x1a\n.{25}.{4}tEXtComment\0Made by symgrad", re.DOTALL)
_HEAD_BYTES = 1 << 16
_SPECIAL = (stat.S_ISCHR, stat.S_ISFIFO)


def is_own(data: bytes) -> bool:
    """Tell whether symgrad wrote a file that begins so.

    >>> is_own(b"# Made by symgrad: value, gradient and update step of J.")
    True
    >>> is_own(b"# My thesis\\n\\nIt quotes: Made by symgrad")
    False
    """
    head = data[:_HEAD_BYTES]
    text = head.decode("utf-8", "replace").replace("\r\n", "\n")
    return bool(_HEADS.match(text) or _PNG.match(head) or is_trace(head))


def write_file(
    path: Path, content: str | bytes, *, force: bool = False, remedy: str = "force=True"
) -> None:
    """Write a file whole or not at all; a device, or a pipe that somebody reads, is written to.

    `remedy` is how the caller's user gives `force`.

    Raises:
        SymgradError: where a file stands there that symgrad did not write (but with `force`), a
            folder, or a pipe that nobody reads, and when the file cannot be written.
    """
    data = content if isinstance(content, bytes) else content.encode("utf-8", "backslashreplace")
    refuse_others(path, force=force, remedy=remedy)
    try:
        if _is_special(path):
            _write_through(path, data)
        else:
            _replace(Path(os.path.realpath(path)), data)
    except OSError as error:
        raise SymgradError(f"cannot write `{path}`: {error.strerror or error}") from error


def refuse_others(path: Path, *, force: bool = False, remedy: str = "force=True") -> None:
    """Raise SymgradError where a file must not be written: see `write_file`."""
    try:
        if path.is_dir():
            raise SymgradError(f"`{path}` is a folder")
        if not path.exists() or _is_special(path):
            return
        if not stat.S_ISREG(path.stat().st_mode):
            raise SymgradError(f"`{path}` is no file")
        if force:
            return
        with path.open("rb") as stream:
            found = stream.read(_HEAD_BYTES)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise SymgradError(f"cannot read `{path}`: {reason}") from error
    if found and not is_own(found):
        raise SymgradError(
            Diagnostic(
                f"`{path}` exists and was not written by symgrad",
                help=f"give {remedy} to overwrite it",
            )
        )


def _is_special(path: Path) -> bool:
    """Tell whether a path is a character device or a pipe, to be written to, never replaced."""
    try:
        mode = path.stat().st_mode
    except OSError:
        return False
    return any(kind(mode) for kind in _SPECIAL)


def _write_through(path: Path, data: bytes) -> None:
    try:
        handle = os.open(path, os.O_WRONLY | getattr(os, "O_NONBLOCK", 0))
    except OSError as error:
        if stat.S_ISFIFO(path.stat().st_mode):
            raise OSError(error.errno, "nobody reads this pipe") from error
        raise
    os.set_blocking(handle, True)
    with os.fdopen(handle, "wb", buffering=0) as stream:
        rest = memoryview(data)
        while rest:
            rest = rest[stream.write(rest) :]


def _replace(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:100]}.")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
        Path(name).chmod(_mode(path))
        Path(name).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise


def _mode(path: Path) -> int:
    """Return the permissions of a file that is there, else those of a new one."""
    with contextlib.suppress(OSError):
        return stat.S_IMODE(path.stat().st_mode)
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
