"""One step with numbers: the values of all nodes, sensitivities, gradients, adjoints."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from symgrad.derivation.analysis import ancestors, operands_by_node
from symgrad.derivation.derivation import Derivation
from symgrad.errors import Place, SymgradError
from symgrad.expression.evaluate import RELATIONS, NotReal, OutsideDomain
from symgrad.expression.rationals import NotRational
from symgrad.expression.tree import ONE, Add, Expression, Formula, Mul, Neg, Var, formula_of
from symgrad.graph.graph import Graph, Node
from symgrad.trace.decimals import decimal_text
from symgrad.trace.numbers import Arithmetic, Real

_PRODUCT = Mul((Var(0), Var(1)))
_SUM = Add((Var(0), Var(1)))
_TINY_DIGITS = 12
_SHOWN = 6
_MAX_SHOWN = 6


@dataclass(frozen=True, slots=True)
class StepNumbers:
    """The numbers of one step; `values` holds every input and every node."""

    values: Mapping[str, Real]
    sensitivities: Mapping[str, Real]
    gradients: Mapping[str, Real]

    @property
    def known(self) -> dict[str, Real]:
        """Values and sensitivities together: what a formula may name."""
        return {**self.values, **self.sensitivities}


def evaluate_step(
    derivation: Derivation, inputs: Mapping[str, Real], arithmetic: Arithmetic, number: int
) -> StepNumbers:
    """Return the numbers of step `number` at the given inputs.

    Raises SymgradError that names the step and the node where a value is not real, or with exact
    arithmetic not rational.
    """
    graph = derivation.graph
    values: dict[str, Real] = dict(inputs)
    for node in graph.ordered:
        if node.formula is not None:
            values[node.name] = _guarded(node.formula, values, arithmetic, number, graph, node)
    known = dict(values)
    sensitivities: dict[str, Real] = {}
    for item in derivation.sensitivity_list:
        what = f"{item.name} = ∂{graph.objective}/∂{item.node}"
        formula = item.form.formula
        known[item.name] = _guarded(
            formula, known, arithmetic, number, graph, graph.index[item.node], what
        )
        sensitivities[item.name] = known[item.name]
    gradients = {
        name: _guarded(
            form.formula, known, arithmetic, number, graph, graph.index[name],
            f"∂{graph.objective}/∂{name}",
        )
        for name, form in derivation.gradient_forms
    }  # fmt: skip
    return StepNumbers(values, sensitivities, gradients)


def value_of(formula: Formula, known: Mapping[str, Real], arithmetic: Arithmetic) -> Real:
    """Return the value of a formula, its operands taken from `known`."""
    operands: dict[str | int, Real] = {i: known[name] for i, name in enumerate(formula.operands)}
    return arithmetic.value(formula.pattern, operands)


def value_of_expression(
    expression: Expression, known: Mapping[str, Real], arithmetic: Arithmetic
) -> Real:
    """Return the value of an expression in names."""
    return value_of(formula_of(expression), known, arithmetic)


def _guarded(
    formula: Formula,
    known: Mapping[str, Real],
    arithmetic: Arithmetic,
    step: int,
    graph: Graph,
    node: Node,
    what: str = "",
) -> Real:
    try:
        return value_of(formula, known, arithmetic)
    except OutsideDomain as error:
        subject = f"`{what or node.name}` has no real value"
        message = f"step {step}: {subject}: {_reason(error)}"
        operands = formula.operands
        help_text = "here " + ", ".join(
            f"{name} = {decimal_text(known[name], _SHOWN)}" for name in operands[:_MAX_SHOWN]
        )
    except NotRational as error:
        message = f"step {step}: `{what or node.name}` has no exact fraction: {error}"
        help_text = "leave --exact out to work with decimals"
    raise SymgradError(message, place=place_of(graph, node), help=help_text)


def _reason(error: OutsideDomain) -> str:
    if isinstance(error, NotReal):
        return f"{error.function} is not defined for this argument"
    return str(error)


def place_of(graph: Graph, node: Node) -> Place | None:
    """Return where a node is defined, or None for a graph that was not read from a text."""
    lines = graph.text.split("\n") if node.line else []
    if not 0 < node.line <= len(lines):
        return None
    return Place(graph.source, node.line, node.column, len(node.name), lines[node.line - 1])


def broken_assumptions(
    graph: Graph, values: Mapping[str, Real], arithmetic: Arithmetic
) -> tuple[str, ...]:
    """Return the assumptions that do not hold at these values, as they were written."""
    broken: list[str] = []
    for assumption in graph.assumptions:
        condition = assumption.condition
        gap = Add((condition.left, Neg(condition.right)))
        try:
            difference = value_of_expression(gap, values, arithmetic)
        except (OutsideDomain, NotRational):
            broken.append(assumption.text)
            continue
        if abs(difference) < 10**-_TINY_DIGITS and condition.relation == "==":
            difference = 0
        if not RELATIONS[condition.relation](difference, 0):
            broken.append(assumption.text)
    return tuple(broken)


def adjoints(
    derivation: Derivation,
    values: Mapping[str, Real],
    arithmetic: Arithmetic,
    *,
    top: str | None = None,
) -> dict[str, Real]:
    """Return ∂top/∂node for every node that `top` (the objective) is computed from.

    A node at which a derivative has no real value is left out, and so is what lies below it.
    """
    graph = derivation.graph
    start = graph.objective if top is None else top
    operands = operands_by_node(graph)
    needed = ancestors(graph, start)
    found: dict[str, Real] = {start: value_of_expression(ONE, {}, arithmetic)}
    lost: set[str] = set()
    for node in reversed(graph.ordered):
        if node.name not in needed:
            continue
        for operand in operands[node.name]:
            if node.name in lost or node.name not in found:
                lost.add(operand)
                continue
            try:
                part = contribution(derivation, node.name, operand, values, found, arithmetic)
            except (OutsideDomain, NotRational):
                lost.add(operand)
                continue
            if operand in found:
                part = arithmetic.value(_SUM, {0: found[operand], 1: part})
            found[operand] = part
    return {name: value for name, value in found.items() if name not in lost}


def local_value(
    derivation: Derivation,
    edge: tuple[str, str],
    values: Mapping[str, Real],
    arithmetic: Arithmetic,
) -> Real:
    """Return the value of the local derivative ∂node/∂operand of an edge (node, operand)."""
    return value_of_expression(derivation.local(*edge), values, arithmetic)


def contribution(
    derivation: Derivation,
    user: str,
    operand: str,
    values: Mapping[str, Real],
    found: Mapping[str, Real],
    arithmetic: Arithmetic,
) -> Real:
    """Return what `user` adds to the adjoint of `operand`: its adjoint times ∂user/∂operand."""
    local = local_value(derivation, (user, operand), values, arithmetic)
    pair: dict[str | int, Real] = {0: found[user], 1: local}
    return arithmetic.value(_PRODUCT, pair)
