"""Sheets as Markdown with mathematics, as GitHub and notebooks show it."""

from __future__ import annotations

from symgrad.render.latex import (
    LatexPrinter,
    line_latex,
    matrix_latex,
    remark_latex,
    trail_latex,
    worked_latex,
)
from symgrad.render.sheet import FormulaLine, FormulaSheet, Remark, Section, Trail, Worked

_SPECIAL = str.maketrans({c: f"\\{c}" for c in "\\`*_{}[]<>#|$~"})


def escaped(text: str) -> str:
    """Return text with Markdown's special characters escaped."""
    return text.translate(_SPECIAL)


def markdown_of(sheet: FormulaSheet) -> str:
    """Return a sheet as Markdown: a heading for each section, a math block for each formula."""
    printer = LatexPrinter(sheet.names)
    blocks = [f"## {escaped(sheet.title)}"]
    blocks += [_section(section, printer) for section in sheet.sections]
    return "\n\n".join(blocks) + "\n"


def _section(section: Section, printer: LatexPrinter) -> str:
    rows = [f"### {escaped(section.title)}"]
    if matrix := matrix_latex(section, printer):
        rows.append(_block(matrix))
    for item in section.items:
        match item:
            case FormulaLine():
                rows.append(_block(line_latex(item, printer)))
            case Worked():
                rows.append(_block(worked_latex(item, printer)))
            case Trail():
                rows.append(f"- ${_math(trail_latex(item, printer))}$")
            case Remark():
                rows.append(f"- {_math(remark_latex(item, printer))}")
            case _:
                rows.append(f"- {escaped(item)}")
    text = "\n\n".join(rows)
    return text.replace("\n\n- ", "\n- ").replace(f"{rows[0]}\n- ", f"{rows[0]}\n\n- ")


def _math(formula: str) -> str:
    """Return a formula for browsers: KaTeX knows \\text and no \\mbox, MathJax knows both."""
    return formula.replace(r"\mbox{", r"\text{")


def _block(formula: str) -> str:
    return f"```math\n{_math(formula)}\n```"
