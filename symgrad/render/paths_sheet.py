"""The sheet of `symgrad paths`: every path, its product, and what the products sum to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice, pairwise

from symgrad.derivation.derivation import Derivation
from symgrad.expression.algebra import add, mul
from symgrad.expression.tree import Expression, Var, substitute, variables, walk
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
MAX_SENSITIVITIES = 200  # of a derivation whose paths are proved step by step
_SHORT = 10**15


def paths_sheet(d: Derivation, *, limit: int = 100) -> FormulaSheet:
    """Return the paths to each parameter of the derivation with their products, and their sum."""
    sections = []
    left = limit
    by_steps = _proved_by_steps(d)
    for name in d.wrt:
        section, used = _section(d, name, left, by_steps=name in by_steps)
        left -= used
        sections.append(section)
    return FormulaSheet(headline(d), tuple(sections), all_names(d))


def _section(d: Derivation, name: str, limit: int, *, by_steps: bool) -> tuple[Section, int]:
    count = d.path_count(name)
    trails = d.paths(name, limit=min(limit, count))
    items: list[Item] = [Trail(names, side(*path_factors(d, names))) for names in trails]
    if count > len(trails):
        items.append(f"{exact_count(count)} paths in all, {len(trails)} listed")
    gradient = d.form(name).expression
    proof = (f"{_paths_sum(count)} the gradient: proved", "proved") if by_steps else _proof(d, name)
    items.append(FormulaLine((Partial(d.graph.objective, name),), (side(gradient),), *proof))
    number = f"{count:,}" if count < _SHORT else scientific(count)
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
    for left, right in ((total, gradient), _put_in(d, total, gradient)):
        decision = decide(left, right, assumptions=[item.condition for item in d.graph.assumptions])
        if decision.status == "proved":
            break
    told = f": {decision.status}"
    if decision.status == "agrees":
        told = f" at {decision.points} points to {decision.digits} digits"
    return f"{_paths_sum(count)} the gradient{told}", decision.status


def _paths_sum(count: int) -> str:
    if count >= _SHORT:
        return f"all {scientific(count)} paths sum to"
    return "the path is" if count == 1 else f"the {count:,} paths sum to"


def _proved_by_steps(d: Derivation) -> set[str]:
    """Return the parameters for which the paths are proved to sum to the gradient, step by step.

    Each δ, and each gradient, is compared with the sum over the routes from the objective and from
    the other δ down to its node; then what holds for those, by induction, holds for it. That is a
    comparison of small formulas, however many paths there are.
    """
    known = [item.condition for item in d.graph.assumptions]
    named = {item.node: item.name for item in d.sensitivity_list}
    sound: set[str] = set()

    def holds(node: str, form: Expression) -> bool:
        routes = _routes(d, node, named)
        if routes is None or any(names[0] in named and names[0] not in sound for names in routes):
            return False
        total = add(*(_route_product(d, names, named) for names in routes))
        pairs = (put(d, total, form) for put in (_own_values, _put_in))
        return any(decide(*pair, assumptions=known).status == "proved" for pair in pairs)

    if len(named) > MAX_SENSITIVITIES:
        return set()
    for item in d.sensitivity_list:
        if holds(item.node, item.form.expression):
            sound.add(item.node)
    return {name for name in d.wrt if d.path_count(name) and holds(name, d.form(name).expression)}


def _routes(d: Derivation, node: str, named: Mapping[str, str]) -> list[tuple[str, ...]] | None:
    """Return the ways from the objective or a node with a δ down to a node; None for too many."""
    done: list[tuple[str, ...]] = []
    waiting: list[tuple[str, ...]] = [(user, node) for user in _users(d, node)]
    while waiting:
        route = waiting.pop()
        if route[0] in named or route[0] == d.graph.objective:
            done.append(route)
        else:
            waiting += [(user, *route) for user in _users(d, route[0])]
        if len(done) + len(waiting) > MAX_PROVED_PATHS:
            return None
    return done


def _users(d: Derivation, node: str) -> list[str]:
    return [user for user in d.consumers[node] if user in d.reached]


def _route_product(d: Derivation, route: Sequence[str], named: Mapping[str, str]) -> Expression:
    head = (Var(named[route[0]]),) if route[0] in named else ()
    return mul(*head, *(d.local(top, bottom) for top, bottom in pairwise(route)))


def _without_sensitivities(d: Derivation, e: Expression) -> Expression:
    """Return an expression with every δ replaced by what it stands for."""
    values: dict[str | int, Expression] = {}
    for item in d.sensitivity_list:
        values[item.name] = substitute(item.form.expression, values)
    return substitute(e, values)


def _own_values(
    d: Derivation, left: Expression, right: Expression
) -> tuple[Expression, Expression]:
    """Return both sides, the equations put in of nodes whose value stands at the right alone."""
    new = set(variables(right)) - set(variables(left))
    values: dict[str | int, Expression] = {
        node.name: node.formula.expression
        for node in d.graph.ordered
        if node.formula is not None and node.name in new
    }
    return left, substitute(right, values)


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
