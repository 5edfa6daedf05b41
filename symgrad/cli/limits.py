"""How long a command may compute: the option `--timeout`, and the child that does the work."""

from __future__ import annotations

import functools
import math
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import click

from symgrad.cli.progress import wipe_rest
from symgrad.errors import SymgradError
from symgrad.expression.deadline import Broken, Late, allow, go_on_within

Command = TypeVar("Command", bound=Callable[..., None])
LONGEST = 10.0**6


class Seconds(click.ParamType):  # type: ignore[type-arg]  # older click has no argument there
    """A finite number of seconds above 0."""

    name = "seconds"

    def convert(self, value: Any, param: Any, ctx: Any) -> float:  # noqa: ANN401  (click's own)
        """Return the number, or fail with a message."""
        try:
            seconds = float(value)
        except ValueError:
            self.fail(f"{value!r} is no number of seconds", param, ctx)
        if not (math.isfinite(seconds) and 0 < seconds <= LONGEST):
            self.fail(f"{value} is not above 0 and at most {LONGEST:,.0f} seconds", param, ctx)
        return seconds


SECONDS = Seconds()


@dataclass(frozen=True)
class Run:
    """How a command was started: as a program, whose work may go on in a child, or in a process."""

    program: bool
    seconds: float = 0.0

    def renew(self) -> None:
        """Give the work its whole time again: it has come on."""
        if self.program and self.seconds:
            allow(self.seconds)


def current_run() -> Run:
    """Return how the command that runs was started."""
    context = click.get_current_context(silent=True)
    found = context.find_object(Run) if context is not None else None
    return found or Run(program=False)


def limited(seconds: float) -> Callable[[Command], Command]:
    """Return a decorator of a command: it gets `--timeout`, and computes no longer than that."""

    def decorated(work: Command) -> Command:
        @click.option(
            "--timeout", type=SECONDS, default=seconds, show_default=True,
            help="Seconds of computing, or of one step, after which it is given up.",
        )  # fmt: skip
        @functools.wraps(work)
        def within(*arguments: object, timeout: float, **options: object) -> None:
            go_on(timeout)
            work(*arguments, **options)

        return within  # type: ignore[return-value]  # the same command with one option more

    return decorated


def go_on(seconds: float) -> None:
    """Go on in a child that computes no longer than that; who called ends with its status.

    Where the command is no program of its own, as in tests, it goes on as it is.
    """
    if not current_run().program:
        return
    context = click.get_current_context()
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.flush()
    try:
        status = go_on_within(seconds)
    except Late as error:
        wipe_rest()
        raise SymgradError(
            error.diagnostics[0].message, help="give --timeout SECONDS for more of them"
        ) from None
    except Broken as error:
        raise SymgradError(error.diagnostics[0].message) from None
    if status is not None:
        raise click.exceptions.Exit(status)
    context.obj = Run(program=True, seconds=seconds)
