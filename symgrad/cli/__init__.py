"""The command line: the only part of symgrad that prints, and the only user of click.

Commands are imported when they are called, so `symgrad --help` stays quick.
"""

from __future__ import annotations

import importlib
import re
import sys
from collections.abc import Sequence

import click

import symgrad
from symgrad.cli.limits import Run
from symgrad.cli.process import flush, give_up_output, take_process, unforeseen
from symgrad.cli.terminal import complain, report_error
from symgrad.errors import Diagnostic, SymgradError, nearest

_COMMANDS = {
    "derive": "Derive the closed-form gradient of a graph and print the formulas.",
    "paths": "List the paths from the objective to the parameters, with their products.",
    "generate": "Write the gradient as standalone code: value, gradient, update step.",
    "accuracy": "Show which formulas lose digits in doubles, and what was done about it.",
    "verify": "Judge a hand derivation: proved, or refuted with a witness and the slip.",
    "graph": "Write the graph that an article states as a graph file.",
    "trace": "Work the graph through with numbers, step after step.",
    "draw": "Draw the graph with its local derivatives.",
    "report": "Write one self-contained HTML page about a graph.",
    "playground": "Write a static site that runs symgrad in the browser.",
    "watch": "Run a command again each time that its file is saved.",
    "examples": "List the shipped examples, or show one.",
    "init": "Write a shipped example to a file, to start from.",
    "templates": "List or export the shipped templates of the code generator.",
    "completion": "Print the completion script for bash, zsh or fish.",
}


class LazyGroup(click.Group):
    """A group whose commands are modules of this package, imported when called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the commands, in the order in which they are listed."""
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command, or None for a name that is none."""
        if cmd_name not in _COMMANDS:
            return None
        module = importlib.import_module(f"symgrad.cli.{cmd_name}_command")
        command: click.Command = module.command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command of a call; name the nearest one where there is none."""
        name = args[0] if args else ""
        if name and name not in _COMMANDS and not name.startswith("-"):
            close = nearest(name, _COMMANDS)
            hint = f" Did you mean '{close}'?" if close else ""
            ctx.fail(f"No such command '{name}'.{hint}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands without importing any of them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(symgrad.__version__, prog_name="symgrad")
def cli() -> None:
    """Closed-form gradients of computation graphs: derived, generated as code, verified.

    A FILE is a graph file (model.sg), a Python function (model.py:J, read and never run), a shipped
    example (example:branch_and_merge), an equation ("J = (a*x - y)^2" with --wrt a), or - for
    standard input.
    """


def main(arguments: Sequence[str] | None = None, *, net: bool = True) -> None:
    """Run the command line; every fault of the input ends in a message and an exit status.

    Args:
        arguments: the words of the command. Without them this process is the program: they are
            those of the process, its streams and signals are the command line's to handle, and
            work that may never end goes on in a child.
        net: whether what no one has foreseen ends in one line that asks for a report; without it
            there is a traceback, which is what tests want.
    """
    program = arguments is None
    try:
        if program:
            take_process()
        words = None if program else list(arguments or ())
        status = cli.main(args=words, standalone_mode=False, obj=Run(program=program))
        flush()
    except BaseException as error:
        status = ending(error, net=net)
        if status is None:
            raise
    if program:
        give_up_output()
    if isinstance(status, int) and status:  # click returns the status of an early end
        sys.exit(status)


def ending(error: BaseException, *, net: bool) -> int | None:
    """Say what ended a command, and return its exit status; None for what is not ours to say."""
    match error:
        case click.exceptions.Exit():
            return error.exit_code
        case SystemExit():
            return None
        case click.ClickException():
            report_error(misuse(error))
            return error.exit_code
        case SymgradError():
            report_error(error)
            return error.exit_code
        case KeyboardInterrupt() | click.Abort():
            complain("interrupted")
            return 130
        case BrokenPipeError():
            return 141
        case OSError():
            reason = f"{error.strerror or error}: {error.filename or ''}".rstrip(": ")
            report_error(SymgradError(reason))
            return 2
        case MemoryError():
            report_error(SymgradError("out of memory"))
            return 2
        case Exception() if net:
            report_error(unforeseen(error))
            return 2
        case _:
            return None


def misuse(error: click.ClickException) -> SymgradError:
    """Return what click says of a call in the form that all errors have."""
    said, _, meant = error.format_message().partition(" Did you mean ")
    quoted = re.sub(r"'([^']*)'", r"`\1`", said.strip().rstrip("."))
    message = quoted[:1].lower() + quoted[1:]
    hints = ["did you mean " + meant.replace("'", "`").strip()] if meant else []
    context = error.ctx if isinstance(error, click.UsageError) else None
    if context is not None:
        hints.append(f"`{context.command_path} --help` tells how it is called")
    return SymgradError(Diagnostic(message, help=" ".join(hints)))
