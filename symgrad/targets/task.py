"""What goes into a target and what comes out: options, files, and the points to run them at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from symgrad.program.program import Program

RUN_SECONDS = 120.0  # how long a tool may take that compiles or runs emitted code


@dataclass(frozen=True, slots=True)
class EmittedFile:
    """A file to be written: its name, without a folder, and its text."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class RunTask:
    """Emitted files of a program, and the points to run them at.

    Points give the inputs in the order in which the functions take them; `kinds` are the functions
    to be called; `seconds` is how long each tool may take that compiles or runs the files.
    """

    files: tuple[EmittedFile, ...]
    points: Sequence[Sequence[float]]
    program: Program
    kinds: tuple[str, ...]
    seconds: float = RUN_SECONDS


@dataclass(frozen=True, slots=True)
class Options:
    """What a caller may choose: the module's name, target-specific settings, and the functions.

    Without `functions` a file has all that its target offers. Its comments are written in letters
    that `encoding` has.
    """

    module: str = "model"
    settings: Mapping[str, str] = field(default_factory=dict)
    functions: tuple[str, ...] = ()
    encoding: str = "utf-8"
