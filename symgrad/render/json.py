"""A derivation as JSON, schema symgrad.derivation/1.

Formulas are strings in the graph language (ASCII: `delta*(2*c*u + 1)*x`) under `formula`, and LaTeX
under `latex`. Numbers that must stay exact are strings. The keys:

- `schema`, `title`, `objective`, `sense` ("minimize" or "maximize")
- `parameters`, `data`, `constants`: lists of {name, latex, default (exact, as a string, or null)}
- `equations`: list of {name, formula, latex}
- `paths`: {parameter: {count, listed: [[name, …], …]}}; a count of more than 4,000 digits, which
  JSON readers refuse, is a string; the limit holds for all parameters together
- `local_derivatives`: list of {node, operand, formula, latex, direct}; `direct` uses operands only
- `sensitivities`: list of {name, node, of, formula, latex, terms}
- `merges`: list of {node, of, formula, latex}
- `gradients`: list of {parameter, formula, latex, terms}; a term is {sensitivity or null, factor}
- `assumptions`, `notes`, `conventions`: lists of strings
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from symgrad.derivation import analysis
from symgrad.derivation.derivation import Derivation, Form
from symgrad.expression.print_ascii import AsciiPrinter, ascii_name
from symgrad.expression.tree import Expression
from symgrad.graph.graph import Node
from symgrad.render.latex import LatexPrinter
from symgrad.render.sheet import (
    FormulaLine,
    FormulaSheet,
    Trail,
    Worked,
    all_names,
    digits_of,
    left_side,
    note_lines,
)
from symgrad.render.text import remark_text, side_text

_LARGE = 10**4000
SCHEMA = "symgrad.derivation/1"


class _JsonWriter:
    """Prints expressions in both notations of the schema."""

    def __init__(self, names: Iterable[str]) -> None:
        known = tuple(names)
        self.ascii = AsciiPrinter(known)
        self.latex = LatexPrinter(known)

    def formula(self, e: Expression) -> dict[str, str]:
        """Return the two entries of a formula."""
        return {"formula": self.ascii.expression(e), "latex": self.latex.expression(e)}

    def input(self, node: Node) -> dict[str, Any]:
        """Return the entry of an input."""
        default = None if node.default is None else str(node.default)
        return {
            "name": self.ascii.name(node.name),
            "latex": self.latex.name(node.name),
            "default": default,
        }

    def terms(self, form: Form) -> list[dict[str, Any]]:
        """Return a linear form term by term."""
        return [
            {
                "sensitivity": None if t.sensitivity is None else self.ascii.name(t.sensitivity),
                "factor": self.ascii.expression(t.factor),
            }
            for t in form.terms
        ]


def derivation_json(d: Derivation, *, limit: int = 12) -> str:
    """Return a derivation as JSON text."""
    write = _JsonWriter(all_names(d))
    name = write.ascii.name
    graph = d.graph
    content = {
        "schema": SCHEMA,
        "title": graph.title,
        "objective": name(graph.objective),
        "sense": "maximize" if graph.maximize else "minimize",
        "parameters": [write.input(graph.index[p]) for p in d.wrt],
        "data": [write.input(graph.index[p]) for p in graph.data if p not in d.wrt],
        "constants": [write.input(graph.index[p]) for p in graph.constants if p not in d.wrt],
        "equations": [
            {"name": name(node.name), **write.formula(node.formula.expression)}
            for node in graph.nodes
            if node.formula is not None
        ],
        "paths": _paths(d, write, limit),
        **_derivatives(d, write),
        "assumptions": [item.text for item in graph.assumptions],
        "notes": [
            line if isinstance(line, str) else remark_text(line, write.ascii)
            for line in note_lines(d)
        ],
        "conventions": list(d.kinks),
    }
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def _derivatives(d: Derivation, write: _JsonWriter) -> dict[str, list[dict[str, Any]]]:
    """Return the entries of everything that is derived, from the single edge to the gradient."""
    name = write.ascii.name
    active = analysis.active_names(d.graph, d.wrt)
    operands = analysis.operands_by_node(d.graph)
    edges = [
        (node, operand)
        for node in operands
        if node in d.reached
        for operand in operands[node]
        if operand in active
    ]
    return {
        "local_derivatives": [
            {
                "node": name(node),
                "operand": name(operand),
                **write.formula(d.local(node, operand)),
                "direct": write.ascii.expression(d.local(node, operand, short=False)),
            }
            for node, operand in edges
        ],
        "sensitivities": [
            {
                "name": name(item.name),
                "node": name(item.node),
                "of": name(d.numerator(item.node)),
                **write.formula(item.form.expression),
                "terms": write.terms(item.form),
            }
            for item in d.sensitivity_list
        ],
        "merges": [
            {"node": name(m.node), "of": name(m.of), **write.formula(m.factor)} for m in d.merges
        ],
        "gradients": [
            {"parameter": name(p), **write.formula(form.expression), "terms": write.terms(form)}
            for p, form in d.gradient_forms
        ],
    }


def _paths(d: Derivation, write: _JsonWriter, limit: int) -> dict[str, Any]:
    """Return the paths to each parameter, at most `limit` of them in all."""
    name = write.ascii.name
    found: dict[str, Any] = {}
    left = limit
    for parameter in d.wrt:
        listed = d.paths(parameter, limit=left)
        left -= len(listed)
        count = d.path_count(parameter)
        found[name(parameter)] = {
            "count": count if count < _LARGE else digits_of(count),
            "listed": [[name(n) for n in path] for path in listed],
        }
    return found


def sheet_json(sheet: FormulaSheet) -> str:
    """Return any other sheet as JSON: {schema, title, sections: {key: [{left, right}]}}."""
    printer = AsciiPrinter(sheet.names)
    latex = LatexPrinter(sheet.names)
    sections: dict[str, list[Any]] = {}
    for section in sheet.sections:
        rows: list[Any] = []
        for item in section.items:
            if isinstance(item, FormulaLine):
                rows.append(
                    {
                        "left": [left_side(left, printer) for left in item.left],
                        "right": [side_text(side, printer) for side in item.sides],
                        "latex": [side_text(side, latex) for side in item.sides],
                    }
                )
            elif isinstance(item, Worked):
                rows.append(
                    {
                        "left": left_side(item.left, printer),
                        "steps": [
                            {"formula": side_text(side, printer), "latex": side_text(side, latex),
                             "rule": remark_text(rule, printer)}
                            for side, rule in item.rows
                        ],
                    }
                )  # fmt: skip
            elif isinstance(item, Trail):
                rows.append(
                    {
                        "path": [ascii_name(name) for name in item.names],
                        "product": side_text(item.product, printer) if item.product else None,
                    }
                )
            else:
                rows.append(item if isinstance(item, str) else remark_text(item, printer))
        sections[section.key] = rows
    content = {"schema": "symgrad.sheet/1", "title": sheet.title, "sections": sections}
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"
