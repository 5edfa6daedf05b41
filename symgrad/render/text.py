"""Sheets as plain text, in Unicode or ASCII."""

from __future__ import annotations

from symgrad.expression.letters import spelled_out
from symgrad.expression.print_ascii import AsciiPrinter
from symgrad.expression.print_letters import LetterPrinter
from symgrad.expression.printer import Printer
from symgrad.render.sheet import (
    FormulaLine,
    FormulaSheet,
    Name,
    Remark,
    Section,
    Side,
    Trail,
    Worked,
    left_side,
)

_WIDEST_STEP = 60  # a rule stands in one column behind steps up to this width


def text_of(sheet: FormulaSheet, *, ascii_only: bool = False) -> str:
    """Return a sheet as text, one formula a line."""
    printer = AsciiPrinter(sheet.names) if ascii_only else LetterPrinter(sheet.names)
    arrow = " -> " if ascii_only else " → "
    blocks = [sheet.title]
    blocks += [_section(section, printer, arrow) for section in sheet.sections]
    text = "\n\n".join(block for block in blocks if block) + "\n"
    return spelled_out(text, "ascii") if ascii_only else text


def _section(section: Section, printer: Printer, arrow: str) -> str:
    rows = [section.title]
    for item in section.items:
        if isinstance(item, FormulaLine):
            rows.append(f"  {line_text(item, printer)}")
        elif isinstance(item, Worked):
            rows += [f"  {row}" for row in worked_text(item, printer)]
        elif isinstance(item, Trail):
            rows.append(f"  {trail_text(item, printer, arrow)}")
        elif isinstance(item, Remark):
            rows.append(f"  {remark_text(item, printer)}")
        else:
            rows.append(f"  {item}")
    return "\n".join(rows)


def line_text(line: FormulaLine, printer: Printer) -> str:
    """Return one line of formulas."""
    text = equated(line, printer)
    return f"{text}    ({line.remark})" if line.remark else text


def equated(line: FormulaLine, printer: Printer) -> str:
    """Return all sides of a line, in the notation of the printer, without its remark."""
    parts = [left_side(left, printer) for left in line.left]
    for side in line.sides:
        text = side_text(side, printer)
        if text != parts[-1]:
            parts.append(text)
    return " = ".join(parts)


def worked_text(worked: Worked, printer: Printer) -> list[str]:
    """Return a formula worked out: a line for each step, the rule at the right."""
    left = left_side(worked.left, printer)
    steps = [(side_text(side, printer), remark_text(rule, printer)) for side, rule in worked.rows]
    width = max(len(text) for text, _ in steps)
    width = min(width, _WIDEST_STEP)
    heads = [left, *(" " * len(left) for _ in steps[1:])]
    return [
        f"{head} = {text:<{width}}    {rule}".rstrip()
        for head, (text, rule) in zip(heads, steps, strict=True)
    ]


def side_text(side: Side, printer: Printer) -> str:
    """Return a sum of products, in the notation of the printer."""
    pieces: list[str] = []
    for i, chain in enumerate(side):
        text = printer.product_of(chain)
        if i == 0:
            pieces.append(text)
        elif text.startswith(printer.minus):
            pieces.append(f" {printer.minus} {text.removeprefix(printer.minus)}")
        else:
            pieces.append(f" + {text}")
    return "".join(pieces)


def trail_text(trail: Trail, printer: Printer, arrow: str) -> str:
    """Return a path, and its product where there is one."""
    text = arrow.join(printer.name(name) for name in trail.names)
    return f"{text}:  {side_text(trail.product, printer)}" if trail.product else text


def remark_text(remark: Remark, printer: Printer) -> str:
    """Return a sentence with its formulas printed."""
    return "".join(
        part
        if isinstance(part, str)
        else printer.name(part.name)
        if isinstance(part, Name)
        else printer.expression(part)
        for part in remark.parts
    )
