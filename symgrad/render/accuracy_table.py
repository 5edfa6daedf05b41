"""What was found about the digits of a program, as text, Markdown or JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence

from symgrad.accuracy.report import Finding, Improved, has_series, shown
from symgrad.expression.printer import Printer
from symgrad.expression.tree import Expression

ALL = 16.0  # decimal digits of a double
SCHEMA = "symgrad.accuracy/1"


def accuracy_document(found: Improved, style: str) -> str:
    """Return the table of the formulas that lose digits, `style` text, markdown or json."""
    if style == "json":
        return _json(found)
    counted = f" ({found.points} points)" if found.points else ""
    if not found.findings:
        return f"No formula loses digits{counted}\n"
    title = f"Digits lost of 16, at the worst point{counted}"
    return (_markdown if style == "markdown" else _text)(title, found.findings)


def _text(title: str, findings: Sequence[Finding]) -> str:
    lines = [title]
    for item in findings:
        written = f"{_digits(item.digits_written)}  at {_point(item.written_at)}"
        emitted = f"{_digits(item.digits_emitted)}  at {_point(item.point)}"
        if written == emitted:
            rows = [f"    either way  {written}"]
        else:
            rows = [f"    as written  {written}", f"    as emitted  {emitted}"]
        lines += ["", _formula(item), *rows, f"    {_done(item)}"]
    return "\n".join(lines) + "\n"


def _markdown(title: str, findings: Sequence[Finding]) -> str:
    lines = [
        title,
        "",
        "| formula | as written | at | as emitted | at | what was done |",
        "|---|---|---|---|---|---|",
    ]
    for item in findings:
        cells = (
            f"`{_formula(item)}`",
            _digits(item.digits_written).strip(),
            _point(item.written_at),
            _digits(item.digits_emitted).strip(),
            _point(item.point),
            _done(item, code="`"),
        )
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(lines) + "\n"


def _json(found: Improved) -> str:
    rows = [
        {
            "name": item.name,
            "formula": _written(item.written),
            "digits_written": round(item.digits_written, 1),
            "written_at": _numbers(item.written_at),
            "digits_emitted": round(item.digits_emitted, 1),
            "emitted_at": _numbers(item.point),
            "emitted_as": None if item.mended is None else _written(shown(item.mended)),
            "series": item.mended is not None and has_series(item.mended),
            "conditioned": item.conditioned,
        }
        for item in found.findings
    ]
    content = {"schema": SCHEMA, "points": found.points, "formulas": rows}
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


def _numbers(point: Sequence[tuple[str, float]]) -> dict[str, float]:
    return dict(point)


def _written(e: Expression) -> str:
    return Printer([]).expression(e)


def _formula(item: Finding) -> str:
    return f"{Printer([]).name(item.name)} = {_written(item.written)}"


def _point(point: Sequence[tuple[str, float]]) -> str:
    return ", ".join(f"{name} = {value:.6g}" for name, value in point)


def _done(item: Finding, *, code: str = "") -> str:
    """Return what was done about a formula."""
    if item.mended is not None:
        own = ", a function of its own with a series" if has_series(item.mended) else ""
        return f"emitted as {code}{_written(shown(item.mended))}{code}{own}"
    if item.digits_emitted < item.digits_written - 1:
        return "left as written: what it is made of was rewritten"
    if item.conditioned:
        return "left as written: half an ulp in the inputs loses as much"
    return "left as written: no other form was found that loses less"


def _digits(lost: float) -> str:
    return " all" if lost >= ALL - 0.05 else f"{lost:4.1f}"
