"""The sheet of `symgrad paths`: every path, its product, and what the products sum to."""

from __future__ import annotations

from itertools import islice

from symgrad.derivation.derivation import Derivation
from symgrad.expression.algebra import add, mul
from symgrad.expression.tree import Expression, substitute, walk
from symgrad.render.sheet import (
    FormulaLine,
    FormulaSheet,
    Item,
    Partial,
    Section,
    Trail,
    all_names,
    exact_count,
    headline,
    path_factors,
    plural,
    scientific,
    side,
)
from symgrad.verify.deciding.equality import decide

MAX_PROVED_PATHS = 200
MAX_TREE = 2_000


def paths_sheet(d: Derivation, *, limit: int = 100) -> FormulaSheet:
    """Return the paths to each parameter of the derivation with their products, and their sum."""
    sections = []
    left = limit
    for name in d.wrt:
        section, used = _section(d, name, left)
        left -= used
        sections.append(section)
    return FormulaSheet(headline(d), tuple(sections), all_names(d))


def _section(d: Derivation, name: str, limit: int) -> tuple[Section, int]:
    count = d.path_count(name)
    trails = d.paths(name, limit=min(limit, count))
    items: list[Item] = [Trail(names, side(*path_factors(d, names))) for names in trails]
    if count > len(trails):
        items.append(f"{exact_count(count)} paths in all, {len(trails)} listed")
    gradient = d.form(name).expression
    items.append(
        FormulaLine((Partial(d.graph.objective, name),), (side(gradient),), *_proof(d, name))
    )
    number = f"{count:,}" if count < 10**15 else scientific(count)
    title = f"{name}: {number} path{plural(count)}"
    return Section(f"paths_{name}", title, tuple(items)), len(trails)


def _proof(d: Derivation, name: str) -> tuple[str, str]:
    """Say how the sum of all paths compares with the gradient, and the status of that."""
    count = d.path_count(name)
    if count == 0:
        return "no path leads to it", ""
    if count > MAX_PROVED_PATHS:
        return "the sum over all paths, by the reverse sweep", ""
    total = add(*(mul(*path_factors(d, names)) for names in d.paths(name, limit=None)))
    gradient = _without_sensitivities(d, d.form(name).expression)
    one = "the path is" if count == 1 else f"the {count} paths sum to"
    for left, right in ((total, gradient), _put_in(d, total, gradient)):
        decision = decide(left, right, assumptions=[item.condition for item in d.graph.assumptions])
        if decision.status == "proved":
            break
    told = f": {decision.status}"
    if decision.status == "agrees":
        told = f" at {decision.points} points to {decision.digits} digits"
    return f"{one} the gradient{told}", decision.status


def _without_sensitivities(d: Derivation, e: Expression) -> Expression:
    """Return an expression with every δ replaced by what it stands for."""
    values: dict[str | int, Expression] = {}
    for item in d.sensitivity_list:
        values[item.name] = substitute(item.form.expression, values)
    return substitute(e, values)


def _put_in(d: Derivation, left: Expression, right: Expression) -> tuple[Expression, Expression]:
    """Return both sides with the graph's equations put in, as far as that stays readable."""
    values: dict[str | int, Expression] = {}
    for node in d.graph.ordered:
        if node.formula is None:
            continue
        values[node.name] = substitute(node.formula.expression, values)
        size = sum(1 for _ in islice(walk(values[node.name]), MAX_TREE))
        if size == MAX_TREE:
            return left, right
    return substitute(left, values), substitute(right, values)
