"""Suspects: edges of the graph whose local derivative, taken wrongly, gives just the claim.

The value that an edge must have had follows from the claim (`Scene.edges`). Zero is a branch that
was left out, one a factor of the chain that was; others are looked up among the slips of the edge's
own equation.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from symgrad.derivation import analysis
from symgrad.derivation.calculus import gradient_of
from symgrad.derivation.regularisation import is_regularisation
from symgrad.expression.algebra import add, neg
from symgrad.expression.tree import (
    Add,
    Div,
    Expression,
    Mul,
    Neg,
    Number,
    Pow,
    variables,
    walk,
)
from symgrad.verify.explaining.floats import Values, close, same
from symgrad.verify.explaining.pieces import proportion, simple_number
from symgrad.verify.explaining.scene import Edge, Scene, plus
from symgrad.verify.explaining.slips import Slip, slips_of

_STRONG = frozenset(
    {"wrong_function_derivative", "quotient_rule_slip", "product_rule_slip", "wrong_region"}
)


@dataclass(frozen=True, slots=True)
class Suspect:
    """An edge at fault: the kind of fault, what was done there, and the paths that it concerns."""

    kind: str
    cost: float
    edge: tuple[str, str]
    local: Expression
    note: str = ""
    paths: tuple[tuple[str, ...], ...] = ()


def suspects_of(scene: Scene, claimed: Values) -> list[Suspect]:
    """Return the single edges that explain a claim, the likeliest first."""
    edges = scene.edges(claimed)
    found: list[Suspect] = []
    found += _dropped(scene, edges, claimed)
    for edge in edges:
        found += _by_ratio(edge)
        found += [
            Suspect(slip.kind, _price(slip), (edge.node, edge.operand), edge.local, slip.note)
            for slip in _slips_at(scene, edge)
        ]
    found += _same_slip_everywhere(scene, edges, claimed)
    found += _regularization_inside(scene, edges)
    return sorted(found, key=lambda suspect: suspect.cost)


def _price(slip: Slip) -> float:
    if slip.kind == "dropped_term":
        return 1.44
    return 0.95 if slip.kind in _STRONG else 2.05


def _zero(values: Values, scale: Values) -> bool:
    return all(abs(v) <= 1e-7 * abs(s) for v, s in zip(values, scale, strict=True))


def _dropped(scene: Scene, edges: Sequence[Edge], claimed: Values) -> list[Suspect]:
    """Find branches left out: an edge that counts for nothing, or one path of many."""
    if _zero(claimed, scene.right):
        return []
    gone = [edge for edge in edges if _zero(edge.required, edge.values)]
    if gone:
        first, last = gone[0], gone[-1]
        pair = (first.node, first.operand)
        through = tuple(path for path in scene.paths if pair in set(pairwise(path)))
        chosen = _place_of_merge(scene, gone) or last
        return [_branch(scene, chosen, through)]
    for path in scene.paths if len(scene.paths) > 1 else ():
        share = scene.floats.value(scene.contribution(path))
        if same(plus(claimed, share), scene.right):
            edge = next(e for e in edges if (e.node, e.operand) == (path[-2], path[-1]))
            return [_branch(scene, edge, (path,))]
        if len(scene.paths) > 2 and same(claimed, share):
            others = tuple(other for other in scene.paths if other != path)
            edge = next(e for e in edges if (e.node, e.operand) == (path[-2], path[-1]))
            return [_branch(scene, edge, others)]
    return []


def _place_of_merge(scene: Scene, gone: Sequence[Edge]) -> Edge | None:
    """Return the edge at the node that has another way down: there the branches part."""
    for edge in gone:
        if sum(1 for node, _ in scene.locals if node == edge.node) > 1:
            return edge
    return None


def _branch(scene: Scene, edge: Edge, paths: tuple[tuple[str, ...], ...]) -> Suspect:
    pair = (edge.node, edge.operand)
    if paths and all(is_free_of_data(scene, path) for path in paths):
        return Suspect("missing_regularization", 0.9, pair, edge.local, "", paths)
    kind = "missing_branch"
    node = scene.graph.index[edge.node]
    active = [operand for name, operand in scene.locals if name == edge.node]
    if (
        edge.node == scene.top
        and len(active) > 1
        and node.formula is not None
        and isinstance(node.formula.pattern, Mul)
    ):
        kind = "product_rule_slip"
    return Suspect(kind, 0.9, pair, edge.local, "", paths)


def is_free_of_data(scene: Scene, path: tuple[str, ...]) -> bool:
    """Tell whether a path of the scene leads through a term without data."""
    return is_regularisation(scene.graph, path, lambda node, by: scene.locals[node, by])


def _by_ratio(edge: Edge) -> list[Suspect]:
    pair = (edge.node, edge.operand)
    ones = (1.0,) * len(edge.values)
    if any(value == 0 for value in edge.values):
        return []
    ratio = tuple(need / value for need, value in zip(edge.required, edge.values, strict=True))
    factor = proportion(ratio, ones)
    found: list[Suspect] = []
    if factor is not None and close(factor, -1):
        weight = 2.0 if _has_minus(edge.local) else 2.2
        found.append(Suspect("sign", weight, pair, edge.local, "sign"))
    elif factor is not None and simple_number(factor) is not None:
        lost = _leading(edge.local)
        dropped = lost is not None and close(factor * lost, 1)
        kind = "constant_dropped" if dropped else "factor"
        found.append(Suspect(kind, 2.1 if dropped else 2.3, pair, edge.local, "number"))
    if factor is None and same(edge.required, ones):
        found.append(Suspect("missing_chain_factor", 1.45, pair, edge.local, "one"))
    if factor is None and same(ratio, edge.values):
        found.append(Suspect("extra_chain_factor", 1.75, pair, edge.local, "twice"))
    return found


def _has_minus(e: Expression) -> bool:
    return isinstance(e, Neg)


def _leading(e: Expression) -> float | None:
    """Return the number in front of a product, 1/2 for x/2."""
    match e:
        case Neg(operand):
            return _leading(operand)
        case Number(value):
            return float(value)
        case Mul((Number(value), *_)):
            return float(value)
        case Div(above, below):
            top, bottom = _leading(above), _leading(below)
            return None if top is bottom is None else (top or 1.0) / (bottom or 1.0)
        case _:
            return None


def _formula(scene: Scene, node: str) -> Expression | None:
    formula = scene.graph.index[node].formula
    return None if formula is None else formula.expression


def _slips_at(scene: Scene, edge: Edge) -> list[Slip]:
    formula = _formula(scene, edge.node)
    if formula is None:
        return []
    kept = []
    for slip in slips_of(formula, edge.operand):
        values = scene.floats.value(slip.wrong)
        if same(values, edge.required) and not same(values, edge.values):
            kept.append(slip)
    return kept


def _same_slip_everywhere(scene: Scene, edges: Sequence[Edge], claimed: Values) -> list[Suspect]:
    """Find one false belief applied at several nodes: both tanh layers differentiated wrongly."""
    wrong: dict[tuple[str, int], dict[tuple[str, str], Values]] = {}
    kinds: dict[tuple[str, int], tuple[Slip, Edge]] = {}
    for edge in edges:
        formula = _formula(scene, edge.node)
        counts: dict[str, int] = {}
        for slip in slips_of(formula, edge.operand) if formula is not None else ():
            counts[slip.note] = counts.get(slip.note, 0) + 1
            key = (slip.note, counts[slip.note])
            wrong.setdefault(key, {})[edge.node, edge.operand] = scene.floats.value(slip.wrong)
            kinds.setdefault(key, (slip, edge))
    found = []
    for key, table in wrong.items():
        if len(table) > 1 and same(scene.swept(table).get(str(scene.top), ()), claimed):
            slip, edge = kinds[key]
            pair = (edge.node, edge.operand)
            found.append(Suspect(slip.kind, _price(slip) + 0.2, pair, edge.local, slip.note))
    return found


def _regularization_inside(scene: Scene, edges: Iterable[Edge]) -> list[Suspect]:
    """Find a term without data left out of an equation that holds data terms as well."""
    data = analysis.depends_on_data(scene.graph)
    units = scene.derivation.unit_nodes | {scene.derivation.graph.objective}
    found = []
    for edge in edges:
        formula = _formula(scene, edge.node)
        terms = formula.terms if isinstance(formula, Add) and edge.node in units else ()
        for term in terms:
            slope = gradient_of(term).get(edge.operand)
            if slope is None or any(str(name) in data for name in variables(term)):
                continue
            if not any(str(name) in scene.graph.constants for name in variables(term)):
                continue
            rest = add(edge.local, neg(slope))
            if data and same(scene.floats.value(rest), edge.required) and rest != edge.local:
                pair = (edge.node, edge.operand)
                found.append(Suspect("missing_regularization", 0.9, pair, slope))
    return found


def is_power_base(scene: Scene, values: Values) -> bool:
    """Tell whether a value is what an equation between top and bottom raises to a power."""
    for node in dict.fromkeys(name for name, _ in scene.locals):
        formula = _formula(scene, node)
        for part in walk(formula) if formula is not None else ():
            match part:
                case Pow(base, Number()) if same(scene.floats.value(base), values):
                    return True
    return False


def is_edge_value(scene: Scene, values: Values) -> tuple[str, str] | None:
    """Return the edge whose local derivative has these values, up to sign."""
    for edge, local in scene.locals.items():
        own = scene.floats.value(local)
        if same(own, values) or same(tuple(-v for v in own), values):
            return edge
    return None
