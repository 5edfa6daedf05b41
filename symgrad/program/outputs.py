"""Several outputs of a graph, or what is squared in its objective: their values and their Jacobian.

A graph names them (`output y1, y2`, `residual r`). Without that the residuals are what is squared
in an objective that is a mean of squares. The Jacobian holds only the entries that can be other
than zero: `pattern` tells their columns, row by row.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from symgrad.derivation.analysis import ancestors, depends_on_data, extended, pruned
from symgrad.derivation.derivation import Derivation
from symgrad.derivation.derive import derive
from symgrad.errors import SymgradError, free_name
from symgrad.expression.identity import remembered
from symgrad.expression.tree import (
    ZERO,
    Add,
    Div,
    Expression,
    Mul,
    Pow,
    Var,
    formula_of,
    product_of,
    signed_value,
    variables,
)
from symgrad.graph.graph import Graph, Node
from symgrad.program.collecting import Collected
from symgrad.program.statements import Statement

KINDS = ("outputs", "residuals", "jacobian", "jacobian_sparse", "gauss_newton_product")
_MAX_SQUARES = 64
_DEPTH = 32  # how far a sum is followed into the names that it adds up


class Task(NamedTuple):
    """Statements in order, and the names of what they compute."""

    statements: tuple[Statement, ...]
    results: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outputs:
    """The outputs of a graph.

    `kind` is "outputs" or "residuals". `pattern` gives for each of them the places, among the
    names by which is differentiated, of the derivatives that `jacobian` computes.
    """

    kind: str
    values: Task
    jacobian: Task
    pattern: tuple[tuple[int, ...], ...]


@remembered
def outputs_of(derivation: Derivation) -> Outputs | None:
    """Return the outputs of a derivation's graph, or None where there are none.

    >>> from symgrad.sources.text import parse
    >>> found = outputs_of(derive(parse("param a, b; data x, y; residual r; r = a*x - y")))
    >>> found.values.results, found.jacobian.results, found.pattern
    (('r',), ('dr_da',), ((0,),))
    """
    graph, names = named_outputs(derivation)
    if not names:
        return None
    values, slopes = Collected(inputs_of_graph(graph)), Collected(inputs_of_graph(graph))
    results: list[str] = []
    entries: list[str] = []
    pattern: list[tuple[int, ...]] = []
    for name in names:
        whole, wrt = alone(graph, name, derivation.wrt)
        found = derive(whole, wrt or list(derivation.wrt[:1]))
        results.append(values.node(whole, whole.objective))
        taken = {n for n, form in found.gradient_forms if form.expression != ZERO and n in wrt}
        places = tuple(i for i, n in enumerate(derivation.wrt) if n in taken)
        pattern.append(places)
        wanted = [n for n, _ in found.gradient_forms]
        suffix = f"_{name}" if len(names) > 1 else ""
        made = slopes.add(found, [f"d{name}_d{n}" for n in wanted], suffix)
        by_name = dict(zip(wanted, made, strict=True))
        entries += [by_name[derivation.wrt[i]] for i in places]
    return Outputs(
        "outputs" if derivation.graph.outputs else "residuals",
        Task(tuple(values.statements), tuple(results)),
        Task(tuple(slopes.statements), tuple(entries)),
        tuple(pattern),
    )


def asked(derivation: Derivation, kind: str) -> Outputs:
    """Return the outputs as `kind` calls them; raises SymgradError where there are none."""
    found = outputs_of(derivation)
    graph = derivation.graph
    needed = "residuals" if kind == "gauss_newton_product" else kind
    if found is None or needed not in (found.kind, "jacobian", "jacobian_sparse"):
        fault = f"`{graph.objective}` is no mean of squares over samples"
        help_ = "name them in the graph: `residual r`"
        if kind == "outputs":
            fault, help_ = "the graph names no outputs", "name them: `output y1, y2`"
        elif found is not None:
            fault, help_ = "the graph has outputs, no residuals", "call them so: `residual r`"
        raise SymgradError(fault, help=help_)
    return found


def declared(graph: Graph) -> tuple[str, ...]:
    """Return the functions that code of a graph has because the graph names outputs."""
    if graph.outputs:
        return ("outputs", "jacobian")
    return ("residuals", "jacobian") if graph.residuals else ()


def inputs_of_graph(graph: Graph) -> set[str]:
    """Return the names of all nodes without an equation."""
    return {node.name for node in graph.nodes if node.formula is None}


def alone(graph: Graph, name: str, wrt: tuple[str, ...]) -> tuple[Graph, list[str]]:
    """Return the graph of one output, and those of `wrt` that it depends on."""
    whole = pruned(extended(graph, (), name), name)
    above = ancestors(whole, name)
    return whole, [n for n in wrt if n in above]


def named_outputs(derivation: Derivation) -> tuple[Graph, tuple[str, ...]]:
    """Return the graph, with an equation for each output that has none, and their names."""
    graph = derivation.graph
    bases: list[Expression] = [Var(name) for name in (*graph.outputs, *graph.residuals)]
    if not bases:
        bases = list(_squared(graph, derivation.wrt))
    names: list[str] = []
    for number, base in enumerate(bases, 1):
        if isinstance(base, Var) and graph.index[str(base.key)].formula is not None:
            names.append(str(base.key))
            continue
        name = f"residual_{number}" if len(bases) > 1 else "residual"
        name = free_name(name, graph.index.keys() | graph.spellings.keys())
        graph = extended(graph, (Node(name, "equation", formula_of(base)),), name)
        names.append(name)
    return graph, tuple(names)


def _squared(graph: Graph, wrt: tuple[str, ...]) -> Iterator[Expression]:
    """Yield what is squared in an objective that is a sum of squares, and nothing for any other.

    Every square must have the same positive number as its factor, depend on data, and stand in a
    sum with nothing else.
    """
    if graph.maximize or not graph.data or not set(wrt) <= set(graph.parameters):
        return
    found = _squares(graph, Var(graph.objective), Fraction(1), _DEPTH)
    if not found or found[0][0] <= 0 or len({factor for factor, _ in found}) > 1:
        return
    dependent = depends_on_data(graph)
    if all(not dependent.isdisjoint(map(str, variables(base))) for _, base in found):
        yield from (base for _, base in found)


def _squares(
    graph: Graph, e: Expression, factor: Fraction, depth: int
) -> list[tuple[Fraction, Expression]]:
    """Return the squares that an expression adds up, with their factors; empty for all others."""
    match e:
        case Var(str(name)):
            formula = graph.index[name].formula
            if formula is None or not depth:
                return []
            return _squares(graph, formula.expression, factor, depth - 1)
        case Pow(base, exponent) if signed_value(exponent) == 2:
            return [(factor, base)]
        case Mul((first, second)) if first == second:
            return [(factor, first)]
        case Mul(factors):
            numbers = [signed_value(part) for part in factors]
            for number in numbers:
                factor *= 1 if number is None else number
            others = [p for p, n in zip(factors, numbers, strict=True) if n is None]
            if len(others) == len(factors) or not others:
                return []
            rest = product_of(others)
            return _squares(graph, rest, factor, depth)
        case Div(numerator, denominator):
            number = signed_value(denominator)
            return _squares(graph, numerator, factor / number, depth) if number else []
        case Add(terms):
            pairs: list[tuple[Fraction, Expression]] = []
            for term in terms:
                more = _squares(graph, term, factor, depth)
                pairs += more
                if not more or len(pairs) > _MAX_SQUARES:
                    return []
            return pairs
        case _:
            return []
