"""`symgrad watch`: a command once more each time that a file of it is saved."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from pathlib import Path

import click

from symgrad.cli.arguments import file_argument
from symgrad.cli.limits import Run
from symgrad.cli.terminal import exists, is_terminal, note

COMMANDS = ("derive", "paths", "trace", "verify", "draw", "report", "generate", "accuracy")
_SETTLED = 0.05  # seconds for which a file must stay as it is: editors write in several steps
_WARM = "param a = 1; data x; J = exp(a*x)"


@click.command(
    "watch", context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False}
)
@click.option(
    "--run",
    "name",
    type=click.Choice(COMMANDS),
    default="derive",
    show_default=True,
    help="The command.",
)
@click.option(
    "--every",
    type=click.FloatRange(0.05, 60),
    default=0.3,
    show_default=True,
    help="Seconds between two looks at the files.",
)
@click.option("--times", type=click.IntRange(1), help="End after so many runs.  [default: never]")
@file_argument()
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def command(
    name: str, every: float, times: int | None, file: str, arguments: tuple[str, ...]
) -> None:
    """Run a command on FILE, and again each time that it is saved; Ctrl-C ends.

    ARGUMENTS are those of the command: `symgrad watch model.sg --steps full`, or
    `symgrad watch --run verify model.sg notes.md`. Every file among them is watched. Faults are
    shown at their place, and the next save is waited for.
    """
    import sys

    context = click.get_current_context()
    words = (name, file, *arguments)
    files = _files(words[1:])
    if not files:
        raise click.UsageError(f"there is no file `{file}` to be watched")
    _warm()
    home, count = os.getpid(), 0
    while True:
        seen = stamps(files)
        if is_terminal(sys.stdout):
            click.clear()
        status = _run(context, words)
        if os.getpid() != home:  # the child that did the work: it ends as the command does
            raise click.exceptions.Exit(status)
        count += 1
        if times is not None and count >= times:
            raise click.exceptions.Exit(status)
        note(f"watching {', '.join(map(str, files))}; Ctrl-C ends")
        try:
            wait_for_change(files, seen, every)
        except KeyboardInterrupt:
            note("")
            return


def _files(words: Sequence[str]) -> list[Path]:
    """Return the files among the words of a command; of model.py:J it is model.py."""
    found: list[Path] = []
    for i, word in enumerate(words):
        if i and words[i - 1] in ("-o", "--output"):
            continue  # what the command writes itself
        for path in (word, word.rpartition(":")[0]):
            if path and exists(path) and Path(path).is_file():
                found.append(Path(path))
                break
    return found


def stamps(files: Sequence[Path]) -> tuple[tuple[int, ...], ...]:
    """Return what changes of each file when it is saved; of one that is not there, nothing."""
    return tuple(map(_stamp, files))


def _stamp(path: Path) -> tuple[int, ...]:
    try:
        found = path.stat()
    except OSError:
        return ()
    return found.st_mtime_ns, found.st_size, found.st_ino


def wait_for_change(files: Sequence[Path], seen: tuple[tuple[int, ...], ...], every: float) -> None:
    """Return when a file is another one than it was, all are there, and none changes any more."""
    while True:
        time.sleep(every)
        now = stamps(files)
        if now == seen or not all(now):
            continue
        time.sleep(_SETTLED)
        if stamps(files) == now:
            return


def _run(context: click.Context, words: Sequence[str]) -> int:
    """Run a command, report its faults, and return its exit status."""
    from symgrad.cli import ending

    root = context.find_root()
    started = context.find_object(Run) or Run(program=False)
    try:
        status = root.command.main(
            args=list(words), prog_name=root.info_name, standalone_mode=False,
            obj=Run(program=started.program),
        )  # fmt: skip
    except SystemExit as stop:
        status = stop.code
    except Exception as error:
        told = ending(error, net=started.program)
        if told is None:
            raise
        status = told
    return status if isinstance(status, int) else 0


def _warm() -> None:
    """Load what deriving needs before the first run: each run is a child of this process."""
    from symgrad.derivation.derive import derive
    from symgrad.sources.text import parse

    derive(parse(_WARM))
