"""The regularisation part of an objective: its terms without data, where others have data."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from itertools import pairwise

from symgrad.derivation.analysis import ancestors, depends_on_data, extended
from symgrad.derivation.derivation import Derivation
from symgrad.derivation.derive import derive
from symgrad.errors import LimitExceeded, free_name
from symgrad.expression.algebra import neg, terms_of_sum
from symgrad.expression.tree import ZERO, Expression, Neg, Var, formula_of, sum_of, variables
from symgrad.graph.graph import Graph, Node

_NAME = "terms_without_data"


def regularisation(derivation: Derivation) -> Mapping[str, Expression]:
    """Return for every parameter in it the derivative of the objective's terms without data.

    Empty where the objective is no sum with such a term, where all of it is without data, and where
    the terms without data are no ones to be read, but most of the graph.
    """
    graph = derivation.graph
    terms = list(_terms_without_data(graph))
    if not terms:
        return {}
    name = free_name(_NAME, graph.index)
    node = Node(name, "equation", formula_of(sum_of(terms)))
    apart = extended(graph, (node,), name)
    within = ancestors(apart, name)
    wrt = [parameter for parameter in derivation.wrt if parameter in within]
    if not wrt:
        return {}
    try:
        forms = derive(apart, wrt, sensitivities="none").gradient_forms
    except LimitExceeded:
        return {}
    return {p: form.expression for p, form in forms if form.expression != ZERO}


def is_regularisation(
    graph: Graph, path: tuple[str, ...], local: Callable[[str, str], Expression]
) -> bool:
    """Tell whether what a path adds to a derivative comes from a term without data.

    Args:
        graph: the graph.
        path: names from the node that is differentiated, which depends on data, downwards.
        local: gives the local derivative of a node by an operand.

    >>> from symgrad.derivation.derivation import local_derivative
    >>> from symgrad.sources.text import parse
    >>> graph = parse("param a; const k; data x; L = (a*x)^2; R = k*a^2; J = L + R")
    >>> [
    ...     is_regularisation(graph, path, lambda top, by: local_derivative(graph.index[top], by))
    ...     for path in (("J", "L", "a"), ("J", "R", "a"))
    ... ]
    [False, True]
    """
    data = depends_on_data(graph)
    if path[0] not in data or path[-1] in data:
        return False
    constants = set(graph.constants)
    is_sum = True
    for node, operand in pairwise(path):
        if node not in data:
            return True
        if operand == path[-1]:
            return is_sum and _stands_apart(graph.index[node], operand, data, constants)
        names = set(map(str, variables(local(node, operand))))
        if not data.isdisjoint(names):
            return False
        is_sum = is_sum and names <= constants
    return False


def _stands_apart(node: Node, operand: str, data: Collection[str], constants: set[str]) -> bool:
    """Tell whether a name stands in terms with a constant alone, beside those that hold data."""
    if node.formula is None:
        return False
    names = [set(map(str, variables(term))) for term in terms_of_sum(node.formula.expression)]
    own = [found for found in names if operand in found]
    return all(found.isdisjoint(data) and not found.isdisjoint(constants) for found in own)


def _terms_without_data(graph: Graph) -> Iterator[Expression]:
    """Yield the terms of the objective that depend on no data, through sums of named terms."""
    dependent = depends_on_data(graph)
    waiting: list[tuple[str, bool]] = []
    if graph.objective in dependent:
        waiting.append((graph.objective, False))
    seen: set[str] = set()
    while waiting:
        name, negative = waiting.pop()
        formula = graph.index[name].formula
        if formula is None or name in seen:
            continue
        seen.add(name)
        for term in terms_of_sum(formula.expression):
            signed = neg(term) if negative else term
            if dependent.isdisjoint(map(str, variables(term))):
                yield signed
            elif isinstance(signed, Var):
                waiting.append((str(signed.key), False))
            elif isinstance(signed, Neg) and isinstance(signed.operand, Var):
                waiting.append((str(signed.operand.key), True))
