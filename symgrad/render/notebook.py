"""What a notebook shows of a graph, a derivation, a trace and a report on claims."""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby

from symgrad.derivation.arrays.derivation import ArrayDerivation
from symgrad.derivation.derivation import Derivation
from symgrad.derivation.derive import derive
from symgrad.graph.arrays import ArrayGraph
from symgrad.graph.graph import Graph
from symgrad.render.arrays.notebook import array_bundle
from symgrad.render.document import document
from symgrad.render.json import derivation_json
from symgrad.render.latex import (
    LatexPrinter,
    line_latex,
    remark_latex,
    trail_latex,
    worked_latex,
)
from symgrad.render.markdown import escaped
from symgrad.render.sheet import (
    FormulaLine,
    FormulaSheet,
    Item,
    Remark,
    Section,
    Trail,
    Worked,
    all_names,
    derivation_sheet,
    equation_lines,
    headline,
)
from symgrad.render.svg import svg
from symgrad.render.text import text_of
from symgrad.render.trace_text import trace_markdown, trace_text
from symgrad.trace.arrays.show import ArrayTrace
from symgrad.trace.trace import Trace
from symgrad.verify.report import MARKS, Report

MAX_LINES = 100
MAX_STEPS = 20

Bundle = dict[str, str]


def bundle(value: object) -> Bundle:
    """Return what a notebook shows of a value, by media type.

    >>> from symgrad.sources.text import parse
    >>> sorted(bundle(parse("param a; data x; J = (a*x)^2")))
    ['image/svg+xml', 'text/plain']
    """
    match value:
        case ArrayGraph() | ArrayDerivation() | ArrayTrace():
            return array_bundle(value)
        case Graph():
            return graph_bundle(value)
        case Derivation():
            return derivation_bundle(value)
        case Trace():
            return trace_bundle(value)
        case Report():
            return {"text/markdown": report_markdown(value), "text/plain": str(value)}
        case _:
            raise TypeError(value)


def written(d: Derivation, form: str) -> str:
    """Return what `symgrad derive` prints of a derivation, as text, latex, markdown or json."""
    if form == "json":
        return derivation_json(d)
    return document(derivation_sheet(d), style=form, ascii_only=False)


def graph_bundle(graph: Graph) -> Bundle:
    """Return a graph as its drawing, and its equations as text."""
    d = derive(graph)
    section = Section("equations", "Equations", tuple(equation_lines(graph)[:MAX_LINES]))
    text = text_of(FormulaSheet(headline(d), (section,), all_names(d)))
    return {"image/svg+xml": svg(graph, d), "text/plain": text}


def derivation_bundle(d: Derivation) -> Bundle:
    """Return a derivation as its formulas."""
    sheet = derivation_sheet(d)
    short = replace(
        sheet,
        sections=tuple(replace(part, items=part.items[:MAX_LINES]) for part in sheet.sections),
    )
    results = [part for part in short.sections if part.key in ("sensitivities", "gradients")]
    lines = [item for part in results for item in part.items if isinstance(item, FormulaLine)]
    printer = LatexPrinter(sheet.names)
    return {
        "text/markdown": _sheet_markdown(short, printer),
        "text/latex": f"$${_aligned(lines, printer)}$$",
        "text/plain": text_of(short),
    }


def _sheet_markdown(sheet: FormulaSheet, printer: LatexPrinter) -> str:
    blocks = [f"**{escaped(sheet.title)}**"]
    for section in sheet.sections:
        blocks.append(f"*{escaped(section.title)}*")
        for kind, found in groupby(section.items, type):
            items = list(found)
            if kind is FormulaLine:
                lines = [item for item in items if isinstance(item, FormulaLine)]
                blocks.append(f"$$\n{_aligned(lines, printer)}\n$$")
            else:
                blocks.append("\n".join(f"- {_listed(item, printer)}" for item in items))
    return "\n\n".join(blocks) + "\n"


def _listed(item: Item, printer: LatexPrinter) -> str:
    match item:
        case Trail():
            return f"${trail_latex(item, printer)}$"
        case Remark():
            return remark_latex(item, printer)
        case FormulaLine():
            return f"${line_latex(item, printer)}$"
        case Worked():
            return f"${worked_latex(item, printer)}$"
        case _:
            return escaped(item)


def _aligned(lines: list[FormulaLine], printer: LatexPrinter) -> str:
    """Return lines under one another, their first signs of equality aligned."""
    rows = (line_latex(line, printer).replace(" = ", " &= ", 1) for line in lines)
    return "\\begin{aligned}\n" + " \\\\\n".join(rows) + "\n\\end{aligned}"


def trace_bundle(trace: Trace) -> Bundle:
    """Return a trace as its worked steps, the first of them where they are many."""
    shown = replace(trace, steps=trace.steps[:MAX_STEPS])
    left = len(trace.steps) - len(shown.steps)
    more = f"\nand {left:,} more step{'' if left == 1 else 's'}\n" if left else ""
    # Notebooks know mathematics between dollar signs, not in fences.
    text = trace_markdown(shown).replace("```math\n", "$$\n").replace("\n```", "\n$$")
    return {"text/markdown": text + more, "text/plain": trace_text(shown) + more}


def report_markdown(report: Report) -> str:
    """Return a table of the verdicts on claims."""
    rows = ["| | line | claim | verdict |", "|---|---|---|---|"]
    for verdict in report.verdicts:
        text = verdict.message
        if verdict.diagnosis is not None:
            text = verdict.diagnosis.text
            if verdict.diagnosis.correction:
                text += f" Right: {_code(verdict.diagnosis.correction)}"
        cells = (
            MARKS[verdict.status], str(verdict.line), _code(str(verdict.claim)),
            f"{verdict.status}: {text}",
        )  # fmt: skip
        rows.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(rows)


def _code(text: str) -> str:
    """Return text as a code span, whatever backticks are in it."""
    flat = " ".join(text.split())
    longest = max((len(list(run)) for tick, run in groupby(flat) if tick == "`"), default=0)
    fence = "`" * (longest + 1)
    space = " " if longest else ""
    return f"{fence}{space}{flat}{space}{fence}"
