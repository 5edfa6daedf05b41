"""Where a graph comes from: a file, a function in a file, a shipped example, standard input."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from symgrad import examples
from symgrad.errors import SourceError, nearest
from symgrad.graph.graph import Graph
from symgrad.sources.function import parse_function
from symgrad.sources.limits import MAX_SOURCE_BYTES
from symgrad.sources.problems import SourceTooLarge
from symgrad.sources.text import parse

_FUNCTION = re.compile(r"(?P<path>.+\.py)(?::(?P<name>[^\\/:]*))?", re.DOTALL)
_EXAMPLE = "example:"
_LONGEST_SHOWN = 200


class UnreadableFile(SourceError, OSError):
    """A file cannot be opened, or what is in it is not text."""

    __str__ = Exception.__str__


def load(path_or_spec: str, *, stdin: Callable[[], str] | None = None) -> Graph:
    """Return the graph that a path or a specification names.

    Args:
        path_or_spec: a file in the graph language (`model.sg`), a Python function (`model.py:J`, or
            `model.py` if it has one function only), a shipped example (`example:branch_and_merge`),
            or `-` for standard input.
        stdin: reads all of standard input; needed for `-` only.

    Raises:
        SourceError: if the file cannot be opened or its text is not a graph.
        UnknownName: if there is no such example or function.

    >>> load("example:branch_and_merge").objective
    'J'
    """
    spec = str(path_or_spec)
    if spec == "-":
        if stdin is None:
            raise SourceError("`-` means standard input, and there is none here")
        return parse(_read_stdin(stdin), source="<stdin>")
    if spec.startswith(_EXAMPLE):
        return parse(examples.read(spec.removeprefix(_EXAMPLE)), source=spec)
    found = _FUNCTION.fullmatch(spec)
    if found:
        path = found["path"]
        return parse_function(read_text(path), found["name"] or None, source=path)
    return parse(read_text(spec), source=spec)


def _read_stdin(stdin: Callable[[], str]) -> str:
    try:
        return stdin()
    except UnicodeDecodeError:
        raise UnreadableFile("standard input is not UTF-8 text") from None


def read_text(path: str) -> str:
    """Return the text of a file.

    Raises:
        UnreadableFile: if it cannot be opened or is not UTF-8.
        SourceTooLarge: if it is longer than the limit.
    """
    try:
        with Path(path).open("rb") as file:
            content = file.read(MAX_SOURCE_BYTES + 1)
    except (OSError, ValueError) as problem:
        raise _unreadable(path, problem) from None
    if len(content) > MAX_SOURCE_BYTES:
        raise SourceTooLarge(f"{path}: the file is longer than {MAX_SOURCE_BYTES // 2**20} MiB")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = content.count(b"\n", 0, problem.start) + 1
        raise UnreadableFile(
            f"{path} is not UTF-8 text: byte 0x{content[problem.start]:02x} in line {line}",
            help="save the file as UTF-8",
        ) from None


def _unreadable(path: str, problem: Exception) -> UnreadableFile:
    if isinstance(problem, IsADirectoryError) or _is_directory(path):
        return UnreadableFile(f"{path} is a directory", help="name a file in it")
    if isinstance(problem, FileNotFoundError | NotADirectoryError):
        return UnreadableFile(f"there is no file {path}", help=_help_missing(path))
    if isinstance(problem, PermissionError):
        return UnreadableFile(f"{path} may not be read: permission denied")
    reason = problem.strerror if isinstance(problem, OSError) else str(problem)
    shown = path if len(path) <= _LONGEST_SHOWN else path[:_LONGEST_SHOWN] + "…"
    return UnreadableFile(f"{shown!r} cannot be opened: {reason}")


def _is_directory(path: str) -> bool:
    try:
        return Path(path).is_dir()
    except (OSError, ValueError):
        return False


def _help_missing(path: str) -> str:
    plain = Path(path).name.removesuffix(".sg")
    if plain in examples.names():
        return f"there is an example of that name: `example:{plain}`"
    try:
        here = [item.name for item in Path(path).parent.iterdir() if item.suffix in (".sg", ".py")]
    except (OSError, ValueError):
        return ""
    close = nearest(Path(path).name, here)
    return f"a file that there is: `{Path(path).with_name(close)}`" if close else ""
