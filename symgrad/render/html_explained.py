"""A derivation worked out one rule at a time, as lines that a page shows one after another."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeAlias

from symgrad.derivation.derivation import Derivation
from symgrad.expression.print_letters import LetterPrinter
from symgrad.render.latex import LatexPrinter, line_latex, remark_latex
from symgrad.render.sheet import FormulaLine, Remark, Worked, all_names, left_side
from symgrad.render.steps_sheet import full_sections
from symgrad.render.text import remark_text, side_text

Line: TypeAlias = tuple[str, str, str]  # LaTeX, the rule that gave it, and that with formulas set
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
                items.append([
                    (
                        f"{left if i == 0 else ''} = {side_text(side, printer)}".strip(),
                        remark_text(rule, plain),
                        _prose(rule, printer),
                    )
                    for i, (side, rule) in enumerate(item.rows)
                ])  # fmt: skip
            elif isinstance(item, FormulaLine):
                items.append([(line_latex(replace(item, remark=""), printer), item.remark, "")])
        if items:
            sections.append((section.title, items))
    return tuple(sections)


def _prose(rule: Remark, printer: LatexPrinter) -> str:
    """Return a rule with its formulas between dollar signs; nothing where it has none."""
    return "" if all(isinstance(part, str) for part in rule.parts) else remark_latex(rule, printer)
