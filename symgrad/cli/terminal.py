"""What the commands share: reading graphs, writing results and files, reporting faults."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from symgrad.errors import Diagnostic, SymgradError, format_diagnostic

if TYPE_CHECKING:
    from symgrad.graph.graph import Graph

MARKER = "Made by symgrad"
_COLORS = {"error": "red", "warning": "yellow"}


def report_error(error: SymgradError) -> None:
    """Write every fault of an error to standard error."""
    for item in error.diagnostics:
        report(item)


def report(item: Diagnostic) -> None:
    """Write one fault or warning to standard error, its first word in colour on a terminal."""
    text = format_diagnostic(item)
    word = f"{item.severity}:"
    if use_color(sys.stderr) and text.startswith(word):
        text = click.style(word, fg=_COLORS.get(item.severity), bold=True) + text[len(word) :]
    click.echo(text, err=True, color=use_color(sys.stderr))


def use_color(stream: object) -> bool:
    """Tell whether a stream is a terminal that wants colour (NO_COLOR is respected)."""
    isatty = getattr(stream, "isatty", lambda: False)
    return bool(isatty()) and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def load_graph(file: str, wrt: tuple[str, ...] = ()) -> Graph:
    """Read the graph a FILE argument stands for, and report its warnings."""
    from symgrad import sources
    from symgrad.sources.text import parse_equation

    if "=" in file and not _exists(file):
        graph = parse_equation(file, wrt=wrt)
    else:
        graph = sources.load(file, stdin=read_stdin)
    for warning in graph.warnings:
        report(warning)
    return graph


def _exists(file: str) -> bool:
    """Tell whether there is a file of that name; an equation may be no possible name at all."""
    try:
        return Path(file).exists()
    except (OSError, ValueError):
        return False


def read_stdin() -> str:
    """Return standard input as text. Raises SymgradError when it is not UTF-8."""
    try:
        return sys.stdin.buffer.read().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SymgradError(
            Diagnostic(f"standard input is not UTF-8 (byte {error.start})")
        ) from error


def print_result(text: str) -> None:
    """Write a result to standard output."""
    click.echo(text, nl=not text.endswith("\n"))


def write_file(
    path: Path,
    content: str | bytes,
    *,
    force: bool,
    own: Callable[[bytes], bool] | None = None,
) -> None:
    """Write a file whole or not at all.

    What symgrad writes says "Made by symgrad" in it, or is known by `own` where its format leaves
    no room for that; another existing file is left alone without `force`. Raises SymgradError then,
    and when the folder cannot be written.
    """
    data = content.encode("utf-8") if isinstance(content, str) else content
    refuse_others(path, force=force, own=own)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:
        raise SymgradError(Diagnostic(f"cannot write `{path}`: {error.strerror}")) from error
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
        Path(name).chmod(0o666 & ~_umask())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def refuse_others(path: Path, *, force: bool, own: Callable[[bytes], bool] | None = None) -> None:
    """Raise SymgradError where a file must not be written: see `write_file`."""
    if path.is_dir():
        raise SymgradError(Diagnostic(f"`{path}` is a folder"))
    if path.exists() and not force and not _is_own(path, own):
        raise SymgradError(
            Diagnostic(
                f"`{path}` exists and was not written by symgrad",
                help="give --force to overwrite it",
            )
        )


def _is_own(path: Path, own: Callable[[bytes], bool] | None) -> bool:
    """Tell whether symgrad wrote a file; an empty one holds nothing to lose."""
    try:
        found = path.read_bytes()
    except OSError as error:
        raise SymgradError(Diagnostic(f"cannot read `{path}`: {error.strerror}")) from error
    return not found or MARKER.encode() in found or (own is not None and own(found))


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def note(text: str) -> None:
    """Write a remark to standard error, where it does not mix with a result."""
    click.echo(text, err=True)
