"""A trace as a table in Markdown and in LaTeX."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from symgrad.render.latex import LatexPrinter
from symgrad.render.trace_table import HEAD, Record, grid

_POWER_OF_TEN = re.compile(r"(-?[\d.]+)e([+-]?\d+)")


def table_markdown(
    records: Sequence[Record], trace_names: Iterable[str], objective: str, digits: int
) -> str:
    """Return records as a Markdown table; of many steps the first and the last ones."""
    heads, body, left_out = grid(records, objective, digits, LatexPrinter(trace_names))
    rows = [["step", *(f"${head}$" for head in heads[1:])], ["--:"] * len(heads)]
    rows += [[_markdown_number(cell) for cell in row] for row in body]
    if left_out:
        rows.insert(2 + HEAD, ["…"] * len(heads))
    lines = [f"| {' | '.join(row)} |" for row in rows]
    note = f"\n\n{_note(left_out)}" if left_out else ""
    return "<!-- Made by symgrad -->\n\n" + "\n".join(lines) + note + "\n"


def table_latex(
    records: Sequence[Record], trace_names: Iterable[str], objective: str, digits: int
) -> str:
    """Return records as a LaTeX table that needs no package."""
    heads, body, left_out = grid(records, objective, digits, LatexPrinter(trace_names))
    rows = [" & ".join(f"${_latex_number(cell)}$" for cell in row) for row in body]
    if left_out:
        rows.insert(HEAD, " & ".join(r"$\vdots$" for _ in heads))
    head = " & ".join(["step", *(rf"$\displaystyle {head}$" for head in heads[1:])])
    lines = [
        "% Made by symgrad",
        "",
        rf"\begin{{tabular}}{{{'r' * len(heads)}}}",
        rf"{head} \\[1ex] \hline",
        *(rf"{row} \\" for row in rows),
        r"\end{tabular}",
    ]
    if left_out:
        lines += ["", rf"\noindent {_note(left_out)}\par"]
    return "\n".join(lines) + "\n"


def _note(left_out: int) -> str:
    return f"{left_out:,} steps are left out."


def _latex_number(text: str) -> str:
    found = _POWER_OF_TEN.fullmatch(text)
    return rf"{found[1]} \cdot 10^{{{int(found[2])}}}" if found else text


def _markdown_number(text: str) -> str:
    typeset = _latex_number(text)
    return text.replace("-", "−") if typeset == text else f"${typeset}$"
