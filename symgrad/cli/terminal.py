"""What the commands share: reading graphs, writing results and files, reporting faults."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from symgrad.cli.wrapping import wrapped
from symgrad.errors import Diagnostic, SymgradError, format_diagnostic
from symgrad.expression.letters import encoding_of, spelled_out

if TYPE_CHECKING:
    from symgrad.graph.graph import Graph

STANDARD_OUTPUT = Path("-")

_SOURCE = re.compile(r"\s*(?:\d+\s*)?\||\s*-->")  # a line of a source, what points at it, its place
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
    note(text)


def use_color(stream: object) -> bool:
    """Tell whether what is written to a stream gets colour.

    A terminal does, unless NO_COLOR is set; FORCE_COLOR asks for it everywhere else.
    """
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR", "0") not in ("", "0"):
        return True
    return is_terminal(stream) and os.environ.get("TERM") != "dumb"


def is_terminal(stream: object) -> bool:
    """Tell whether a stream is a terminal; a closed one is none."""
    return bool(getattr(stream, "isatty", lambda: False)())


def load_graph(file: str, wrt: tuple[str, ...] = ()) -> Graph:
    """Read the graph a FILE argument stands for, and report its warnings."""
    from symgrad import sources
    from symgrad.sources.text import parse_equation

    if "=" in file and not exists(file):
        graph = parse_equation(file, wrt=wrt)
    else:
        graph = sources.load(file, stdin=read_stdin)
    for warning in graph.warnings:
        report(warning)
    return graph


def exists(file: str) -> bool:
    """Tell whether there is a file of that name; an equation may be no possible name at all."""
    try:
        return Path(file).exists()
    except (OSError, ValueError):
        return False


def read_stdin() -> str:
    """Return standard input as text. Raises SymgradError when it is closed or not UTF-8."""
    if sys.stdin is None:
        raise SymgradError("standard input is closed")
    try:
        return sys.stdin.buffer.read().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SymgradError(f"standard input is not UTF-8 (byte {error.start})") from error


def print_document(text: str, style: str) -> None:
    """Write a document to standard output; plain text in lines that fit, where it is a terminal."""
    if style == "text" and is_terminal(sys.stdout):
        text = wrapped(text, shutil.get_terminal_size().columns)
    print_result(text, exact=style != "text")


def print_result(text: str, *, exact: bool = False) -> None:
    """Write a result to standard output.

    Where its encoding lacks letters of the text they are spelled out; with `exact` (code, JSON and
    other formats that have an encoding of their own) the text is written as UTF-8 all the same.

    Raises SymgradError when standard output is closed, OSError when it cannot be written.
    """
    stream: Any = sys.stdout
    if stream is None:
        raise SymgradError("standard output is closed")
    try:
        _write(stream, text, exact=exact)
    except BrokenPipeError:
        raise click.exceptions.Exit(141) from None  # whoever reads has enough


def _write(stream: Any, text: str, *, exact: bool) -> None:  # noqa: ANN401  (a stream of any kind)
    whole = text if text.endswith("\n") else f"{text}\n"
    if exact and encoding_of(stream) != "utf-8" and hasattr(stream, "buffer"):
        stream.flush()
        stream.buffer.write(whole.encode("utf-8", "backslashreplace"))
        stream.flush()
    else:
        shown = spelled_out(whole, encoding_of(stream))
        click.echo(shown, nl=False, color=use_color(stream) or None)


def lacks_letters() -> bool:
    """Tell whether formulas are to be printed in ASCII: standard output has no letters for them."""
    return spelled_out("∂λ−·²₀√ŷ", encoding_of(sys.stdout)) != "∂λ−·²₀√ŷ"


def named_file(_: click.Context, __: click.Parameter, output: Path | None) -> Path | None:
    """Return the file that -o names; there is none for `-`, which is standard output."""
    return None if output == STANDARD_OUTPUT else output


def write_file(path: Path, content: str | bytes, *, force: bool) -> None:
    """Write a file whole or not at all: see `symgrad.render.files`."""
    from symgrad.render import files

    files.write_file(path, content, force=force, remedy="--force")


def refuse_others(path: Path, *, force: bool) -> None:
    """Raise SymgradError where a file must not be written: see `symgrad.render.files`."""
    from symgrad.render import files

    files.refuse_others(path, force=force, remedy="--force")


def note(text: str) -> None:
    """Write a remark to standard error, where it does not mix with a result.

    On a terminal its lines are broken as those of results are, but for a line of a source.
    """
    if is_terminal(sys.stderr):
        width = shutil.get_terminal_size().columns
        lines = text.split("\n")
        text = "\n".join(line if _SOURCE.match(line) else wrapped(line, width) for line in lines)
    complain(text)


def write_over(text: str) -> None:
    """Write a line to standard error that the next one is written over."""
    complain(f"\r{text}\r", end="")


def complain(text: str, *, end: str = "\n") -> None:
    """Write to standard error; where that is closed or full there is nobody to be told."""
    if sys.stderr is not None:
        with contextlib.suppress(OSError):
            shown = spelled_out(text, encoding_of(sys.stderr))
            click.echo(shown + end, err=True, nl=False, color=use_color(sys.stderr))
