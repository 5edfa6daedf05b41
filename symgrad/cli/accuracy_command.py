"""`symgrad accuracy`: what each formula loses in double arithmetic, and what was done about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from symgrad.cli.arguments import file_argument, wrt_option
from symgrad.cli.limits import limited
from symgrad.cli.terminal import load_graph, print_result

if TYPE_CHECKING:
    from symgrad.accuracy.report import Finding


@click.command("accuracy")
@file_argument()
@wrt_option()
@limited(30)
def command(file: str, wrt: tuple[str, ...]) -> None:
    """Show which formulas of FILE lose digits in double arithmetic, and what was done.

    Value and gradient are run in doubles at many points and compared with certified values.
    """
    from symgrad.derivation.derive import derive
    from symgrad.program.program import lower

    program = lower(derive(load_graph(file, wrt), wrt or None))
    found = program.accuracy
    if not found.findings:
        print_result("No formula loses digits" + _at(found.points))
        return
    lines = [f"Digits lost of 16, at the worst point{_at(found.points)}"]
    for item in found.findings:
        lines += ["", *_lines(item)]
    print_result("\n".join(lines))


def _at(points: int) -> str:
    return f" ({points} points)" if points else ""


def _lines(item: Finding) -> list[str]:
    """Return what was found about one formula as lines."""
    from symgrad.accuracy.report import has_series, shown
    from symgrad.expression.printer import Printer

    printer = Printer([])
    point = ", ".join(f"{name} = {value:.6g}" for name, value in item.point)
    lines = [
        f"{printer.name(item.name)} = {printer.expression(item.written)}",
        f"    as written  {_digits(item.digits_written)}",
        f"    as emitted  {_digits(item.digits_emitted)}   at {point}",
    ]
    if item.mended is not None:
        own = ", a function of its own with a series" if has_series(item.mended) else ""
        lines.append(f"    emitted as  {printer.expression(shown(item.mended))}{own}")
    elif item.conditioned:
        lines.append("    half an ulp in the inputs loses as much: left as written")
    else:
        lines.append("    no other form was found that loses less: left as written")
    return lines


def _digits(lost: float) -> str:
    return "all" if lost >= 16 else f"{lost:4.1f}"
