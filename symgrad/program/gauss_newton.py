"""The matrix of Gauss and Newton times a direction, Jᵀ(J·v), for the residuals of a graph.

Two ways lead there. The rows of J are formed, or v is carried forward through the equations and
J·v back: that takes no row at all, and is cheaper where many residuals depend on many parameters.
Source: N. N. Schraudolph, Fast Curvature Matrix-Vector Products for Second-Order Gradient Descent,
Neural Computation 14 (2002).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from symgrad.derivation.analysis import depends_on_data, edges_of, extended
from symgrad.derivation.derivation import Derivation, local_derivative
from symgrad.derivation.derive import derive
from symgrad.derivation.second import direction_names
from symgrad.errors import free_name
from symgrad.expression.algebra import add, mul
from symgrad.expression.tree import ZERO, Expression, Var, formula_of
from symgrad.graph.graph import Graph, Node
from symgrad.program.collecting import Collected
from symgrad.program.normal import operations_of
from symgrad.program.outputs import Outputs, alone, inputs_of_graph, named_outputs
from symgrad.program.second import Second


class _Asked(NamedTuple):
    """Residuals by name over their graph, and the direction for each of `wrt`.

    `groups` holds the residuals that differ from sample to sample, and then those that do not.
    """

    graph: Graph
    wrt: tuple[str, ...]
    direction: tuple[str, ...]
    groups: tuple[tuple[str, ...], ...]

    def collected(self) -> Collected:
        return Collected({*inputs_of_graph(self.graph), *self.direction})

    def results(self) -> Iterator[tuple[Sequence[str], list[str]]]:
        """Yield each group with names for its results."""
        for number, group in enumerate(self.groups):
            yield group, [f"JtJv_{name}{'_once' * number}" for name in self.wrt]


def gauss_newton_product(derivation: Derivation, outputs: Outputs) -> Second:
    """Return the statements of Jᵀ(J·v) in the way that takes fewer operations.

    The results are its components. Where some residuals depend on data and others do not, those of
    the first come first, then those of the others: over samples the first are summed.

    >>> from symgrad.program.outputs import outputs_of
    >>> from symgrad.sources.text import parse
    >>> d = derive(parse("param a, b; data x; residual r, s; r = a*x; s = b"))
    >>> gauss_newton_product(d, outputs_of(d)).results
    ('JtJv_a', 'JtJv_b', 'JtJv_a_once', 'JtJv_b_once')
    """
    graph, names = named_outputs(derivation)
    dependent = depends_on_data(graph)
    moving = tuple(name for name in names if name in dependent)
    fixed = tuple(name for name in names if name not in dependent)
    direction = tuple(direction_names(derivation.graph, derivation.wrt))
    groups = tuple(filter(None, (moving, fixed)))
    task = _Asked(graph, derivation.wrt, direction, groups)
    return min(_by_rows(task, names, outputs), _by_sweeps(task), key=_cost)


def _cost(found: Second) -> int:
    return sum(operations_of(statement.formula.pattern) for statement in found.statements)


def _by_rows(task: _Asked, names: Sequence[str], outputs: Outputs) -> Second:
    """Return the product by the entries of J."""
    collected = task.collected()
    collected.take(outputs.jacobian.statements)
    formulas = {statement.name: statement.formula for statement in outputs.jacobian.statements}
    entries = iter(
        [Var(n) if formulas[n].operands else formulas[n].pattern for n in outputs.jacobian.results]
    )
    rows = {
        name: {column: next(entries) for column in columns}
        for name, columns in zip(names, outputs.pattern, strict=True)
    }
    slopes: dict[str, Expression] = {}
    for name, row in rows.items():
        slope = add(*(mul(entry, Var(task.direction[i])) for i, entry in row.items()))
        slopes[name] = Var(collected.define(f"v_{name}", slope))
    results: list[str] = []
    for group, wanted in task.results():
        for column, name in enumerate(wanted):
            terms = [mul(rows[r][column], slopes[r]) for r in group if column in rows[r]]
            results.append(collected.define(name, add(*terms)))
    return Second(tuple(collected.statements), tuple(results), task.direction)


def _by_sweeps(task: _Asked) -> Second:
    """Return the product by one sweep forward, which gives J·v, and one back."""
    collected = task.collected()
    slopes = _forward(task, collected)
    results: list[str] = []
    for group, wanted in task.results():
        graph, total = _weighted(task.graph, {r: slopes[r] for r in group if r in slopes})
        whole, wrt = alone(graph, total, task.wrt)
        made: Mapping[str, str] = {}
        if wrt:
            product = derive(whole, wrt, label="v")
            suffix = "" if group == task.groups[0] else "_once"
            names = [wanted[task.wrt.index(name)] for name in wrt]
            made = dict(zip(wrt, collected.add(product, names, suffix), strict=True))
        results += [
            made.get(parameter) or collected.define(name, ZERO)
            for parameter, name in zip(task.wrt, wanted, strict=True)
        ]
    return Second(tuple(collected.statements), tuple(results), task.direction)


def _forward(task: _Asked, collected: Collected) -> Mapping[str, str]:
    """Add the equations of all residuals; return how each node changes along the direction."""
    changes = dict(zip(task.wrt, task.direction, strict=True))
    for group in task.groups:
        for name in group:
            collected.node(alone(task.graph, name, task.wrt)[0], name)
    known = {statement.name for statement in collected.statements}
    for node in task.graph.ordered:
        if node.name not in known:
            continue
        terms = [
            mul(local_derivative(node, operand), Var(changes[operand]))
            for operand in edges_of(node)
            if operand in changes
        ]
        if terms:
            changes[node.name] = collected.define(f"v_{node.name}", add(*terms))
    return changes


def _weighted(graph: Graph, weights: Mapping[str, str]) -> tuple[Graph, str]:
    """Return a graph of the sum of residuals times weights, inputs of it, and its name."""
    nodes = [Node(weight, "data") for weight in dict.fromkeys(weights.values())]
    total = free_name("Jv", {*graph.index, *weights.values()})
    terms = [mul(Var(weight), Var(name)) for name, weight in weights.items()]
    nodes.append(Node(total, "equation", formula_of(add(*terms))))
    return extended(graph, tuple(nodes), total), total
