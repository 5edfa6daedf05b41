"""The rate of gradient descent, where a graph lists it among its constants."""

from __future__ import annotations

from dataclasses import replace

from symgrad.expression.names import canonical
from symgrad.graph.graph import Graph

RATE_NAMES = frozenset(("η", "α", "eta", "alpha", "lr", "learning_rate", "learningrate", "ε", "γ"))


def with_rate(graph: Graph) -> Graph:
    """Return the graph with its rate in the rate's place.

    A constant that no equation uses and that is called like a rate is what the updates of a
    document speak of. Where the graph has a rate, or there are several such constants, it is
    returned as it is.

    >>> from symgrad.sources.text import parse
    >>> with_rate(parse("param a; data x; const α = 0.1; J = a*x")).rate
    ('α', Fraction(1, 10))
    """
    if graph.rate is not None:
        return graph
    used = {name for node in graph.nodes if node.formula for name in node.formula.operands}
    found = [
        node
        for node in graph.nodes
        if node.kind == "const" and node.name not in used and canonical(node.name) in RATE_NAMES
    ]
    if len(found) != 1:
        return graph
    (rate,) = found
    nodes = tuple(node for node in graph.nodes if node is not rate)
    value = None if rate.default is None else (rate.name, rate.default)
    return replace(graph, nodes=nodes, rate=value)
