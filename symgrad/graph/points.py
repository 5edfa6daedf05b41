"""Points at the inputs of a graph, inside what it assumes, around the values that it states."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction

from symgrad.expression.points import Key, StatedFacts, Style, drawn, far, near
from symgrad.expression.tree import Expression
from symgrad.graph.graph import Graph

Point = Mapping[str, Fraction]
_STEPS = 20


def inputs_of(graph: Graph) -> tuple[str, ...]:
    """Return the names of all nodes that are no equation, in order of definition."""
    return tuple(node.name for node in graph.nodes if node.formula is None)


def stated_values(graph: Graph) -> Mapping[Key, Sequence[Fraction]]:
    """Return the values that a graph states for its inputs: defaults, and its `step` rows."""
    found: dict[Key, list[Fraction]] = {}
    for node in graph.nodes:
        if node.formula is None and node.default is not None:
            found.setdefault(node.name, []).append(node.default)
    for step in graph.steps[:_STEPS]:
        for name, value in step:
            found.setdefault(name, []).append(value)
    return found


def points_of(
    graph: Graph,
    seed: int,
    styles: Sequence[Style] = (near, far),
    *,
    conditions: Iterable[Expression] = (),
    names: Sequence[str] = (),
    stated: Mapping[Key, Sequence[Fraction]] | None = None,
    tries: int,
) -> Iterator[dict[str, Fraction]]:
    """Yield points of the inputs, and of further `names`, where all that is assumed holds.

    See `symgrad.expression.points.drawn`. `conditions` hold beside the graph's own assumptions;
    `stated` are values instead of those that the graph states.
    """
    facts = [assumption.condition for assumption in graph.assumptions]
    found = drawn(
        (*inputs_of(graph), *names),
        seed,
        styles,
        region=StatedFacts((*facts, *conditions)),
        stated=stated_values(graph) if stated is None else stated,
        tries=tries,
    )
    return ({str(name): value for name, value in point.items()} for point in found)
