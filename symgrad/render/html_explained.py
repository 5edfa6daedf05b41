"""A derivation worked out one rule at a time, as lines that a page shows one after another."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeAlias

from symgrad.derivation.derivation import Derivation
from symgrad.expression.printer import LetterPrinter
from symgrad.render.latex import LatexPrinter, line_latex
from symgrad.render.sheet import FormulaLine, Worked, all_names, left_side
from symgrad.render.steps_sheet import full_sections
from symgrad.render.text import remark_text, side_text

Line: TypeAlias = tuple[str, str]  # LaTeX, and the rule that gave it
Explained: TypeAlias = tuple[tuple[str, list[list[Line]]], ...]
MOST_NODES = 120  # of a graph that a report explains


def explained_within(d: Derivation) -> Explained:
    """Return the same of a graph that is small enough for a page, and nothing of a larger one."""
    return explained_sections(d) if len(d.graph.nodes) <= MOST_NODES else ()


def explained_sections(d: Derivation) -> Explained:
    """Return titles, and under each formulas with their lines."""
    names = all_names(d)
    printer, plain = LatexPrinter(names), LetterPrinter(names)
    sections: list[tuple[str, list[list[Line]]]] = []
    for section in full_sections(d):
        items: list[list[Line]] = []
        for item in section.items:
            if isinstance(item, Worked):
                left = left_side(item.left, printer)
                rows = [(side_text(side, printer), remark_text(r, plain)) for side, r in item.rows]
                first = (f"{left} = {rows[0][0]}", rows[0][1])
                items.append([first, *((f"= {side}", rule) for side, rule in rows[1:])])
            elif isinstance(item, FormulaLine):
                items.append([(line_latex(replace(item, remark=""), printer), item.remark)])
        if items:
            sections.append((section.title, items))
    return tuple(sections)
