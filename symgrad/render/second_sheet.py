"""Sheets of second order: the Hessian, and the Hessian-vector product."""

from __future__ import annotations

from symgrad.derivation.derivation import Derivation
from symgrad.derivation.second import hessian, hessian_vector_product
from symgrad.render.sheet import (
    FormulaLine,
    FormulaSheet,
    Name,
    Partial,
    Section,
    derivation_sheet,
    side,
)

_FIRST_ORDER = ("equations", "sensitivities", "merges")


def _first_order(d: Derivation) -> tuple[Section, ...]:
    """Return the sections of the gradient that the second order is built on."""
    return tuple(s for s in derivation_sheet(d, limit=0).sections if s.key in _FIRST_ORDER)


def _own_sensitivities(d: Derivation) -> list[FormulaLine]:
    return [FormulaLine((Name(s.name),), (side(s.form.expression),)) for s in d.sensitivity_list]


def hessian_sheet(d: Derivation) -> FormulaSheet:
    """Return the matrix of second derivatives, each pair of parameters once."""
    matrix = hessian(d)
    shared = [line for row in matrix.rows for line in _own_sensitivities(row)]
    entries = [
        FormulaLine(
            (Partial(d.graph.objective, name, other),), (side(matrix.form(name, other).expression),)
        )
        for i, name in enumerate(d.wrt)
        for other in d.wrt[i:]
    ]
    sections = [*_first_order(d)]
    if shared:
        sections.append(Section("shared", "Sensitivities of the gradient", tuple(shared)))
    sections.append(Section("hessian", "Second derivatives", tuple(entries)))
    sections.append(Section("notes", "Notes", ("the matrix is symmetric: each pair stands once",)))
    names = [n.name for row in (d.graph, *(r.graph for r in matrix.rows)) for n in row.nodes]
    names += [s.name for row in (d, *matrix.rows) for s in row.sensitivity_list]
    count = len(d.wrt)
    return FormulaSheet(
        f"Hessian of {d.graph.objective}: {count} × {count}",
        tuple(sections),
        tuple(dict.fromkeys(names)),
    )


def hvp_sheet(d: Derivation) -> FormulaSheet:
    """Return the Hessian-vector product, component by component."""
    result = hessian_vector_product(d)
    components = [
        FormulaLine((Name(f"Hv_{name}"),), (side(result.form(name).expression),)) for name in d.wrt
    ]
    product = result.product
    extra = [n for n in product.graph.ordered if n.name not in d.graph.index]
    known = {s.name for s in d.sensitivity_list}
    gradient_lines = [
        FormulaLine((Name(n.name),), (side(n.formula.expression),))
        for n in extra
        if n.formula is not None and n.name not in known and n.name != product.graph.objective
    ]
    sections = [*_first_order(d)]
    if gradient_lines:
        sections.append(Section("gradient", "Gradient", tuple(gradient_lines)))
    shared = _own_sensitivities(product)
    if shared:
        sections.append(Section("shared", "Sensitivities of the gradient along v", tuple(shared)))
    sections.append(Section("hvp", "Hessian times v: Hv", tuple(components)))
    vector = ", ".join(v for _, v in result.direction)
    names = [n.name for n in product.graph.nodes] + [s.name for s in product.sensitivity_list]
    return FormulaSheet(
        f"Hessian-vector product of {d.graph.objective} along v = ({vector})",
        tuple(sections),
        tuple(names),
    )
