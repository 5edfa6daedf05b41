"""The reverse sweep: from a graph to the adjoint of every node, as linear forms over sensitivities.

Everything that depends only on the shape of an equation or of a node's surroundings is worked out
once and instantiated by name, so 10,000 equations of one shape cost 10,000 look-ups.
"""

from __future__ import annotations

from collections.abc import Callable, Container
from dataclasses import dataclass
from operator import itemgetter
from typing import NamedTuple

from symgrad.derivation.analysis import active_names
from symgrad.derivation.calculus import Picked, local_derivatives
from symgrad.derivation.forms import SENSITIVITY, UNIT, Adjoint, LinearPattern, Part, compose
from symgrad.errors import NotDifferentiable
from symgrad.expression.identity import ByIdentity, Identities
from symgrad.expression.slopes import refusal_of
from symgrad.expression.tree import Expression, Formula, Mark
from symgrad.graph.graph import Graph, Node


class AdjointMark(Mark):
    """Stands for the sensitivity of a node until that is given its name."""

    __slots__ = ()

    @property
    def node(self) -> str:
        """The name of the node."""
        return self[len(_OF) :]


_OF = "δ of "


def mark_of(node: str) -> AdjointMark:
    """Return what stands for the sensitivity of a node.

    >>> mark_of("u"), mark_of("u").node
    ('δ of u', 'u')
    """
    return AdjointMark(_OF + node)


class Contribution(NamedTuple):
    """What one consumer adds to the adjoint of an operand (a tuple: there is one for each edge)."""

    order: int
    consumer: Node
    adjoint: Adjoint
    derivative: Picked


@dataclass(frozen=True, slots=True)
class Swept:
    """The result of a sweep: adjoints by node, and the nodes whose adjoint was given a name.

    `adjoints` holds the whole form of every node that was reached, named or not; `merges` the
    nodes with two or more contributions, in the order of the sweep.
    """

    adjoints: dict[str, Adjoint]
    named: tuple[str, ...]
    merges: tuple[str, ...]


Edges = list[tuple[str, Picked]]
Naming = Callable[[Node, Adjoint, Edges, int], bool]
Refine = Callable[[Node, Adjoint, "dict[str, Adjoint]"], Adjoint]


class PatternSlopes:
    """What has been worked out for each shape during one derivation."""

    def __init__(self) -> None:
        self._slopes: ByIdentity[Expression, list[tuple[int, Picked]]] = ByIdentity()
        self._patterns: dict[Expression, Expression] = {}
        self._linear: dict[LinearPattern, LinearPattern] = {}
        self._composed: dict[object, tuple[LinearPattern, tuple[int, ...]]] = {}
        self._numbers = Identities()
        self._refusals: ByIdentity[Expression, dict[int, str]] = ByIdentity()

    def slopes(self, pattern: Expression) -> list[tuple[int, Picked]]:
        """Return the positions of a pattern's operands and its local derivatives by them."""
        found = self._slopes.get(pattern)
        if found is None:
            found = self._slopes[pattern] = [
                (position, self._shared(rule.short))
                for position, rule in sorted(local_derivatives(pattern).items())
            ]
            refused = {place: refusal_of(rule.pattern) for place, rule in found}
            if any(refused.values()):
                self._refusals[pattern] = {place: why for place, why in refused.items() if why}
        return found

    def edges(self, node: Node, formula: Formula, active: Container[str]) -> Edges:
        """Return the operands of a node that are active, each with its local derivative.

        Raises NotDifferentiable where nobody knows one of them.
        """
        operands = formula.operands
        found = [
            (place, operands[place], rule)
            for place, rule in self.slopes(formula.pattern)
            if operands[place] in active
        ]
        refused = self._refusals.get(formula.pattern) or {}
        for place, operand, _ in found:
            if place in refused:
                raise NotDifferentiable(
                    f"{refused[place]}, and `{node.name}` needs it to depend on `{operand}`",
                    help=f"differentiate by inputs that `{operand}` does not depend on",
                )
        return [(operand, rule) for _, operand, rule in found]

    def _shared(self, picked: Picked) -> Picked:
        pattern = self._patterns.setdefault(picked.pattern, picked.pattern)
        return Picked(pattern, picked.positions)

    def shared_form(self, pattern: LinearPattern) -> LinearPattern:
        """Return the one object that stands for all linear patterns equal to this one."""
        return self._linear.setdefault(pattern, pattern)

    def adjoint(self, contributions: list[Contribution]) -> Adjoint:
        """Return the sum of the contributions."""
        names: list[str] = []
        shape: list[int] = []
        for item in contributions:
            shape.append(self._numbers.of(item.adjoint.pattern))
            shape.append(self._numbers.of(item.derivative.pattern))
            names.extend(item.adjoint.operands)
            operands = item.consumer.formula.operands if item.consumer.formula else ()
            names.extend(
                operands[place] if place >= 0 else item.consumer.name
                for place in item.derivative.positions
            )
        places: dict[str, int] = {}
        index = tuple([places.setdefault(name, len(places)) for name in names])
        key = (tuple(shape), index)
        found = self._composed.get(key)
        if found is None:
            pattern, used = compose(_adjoint_parts(contributions, index))
            found = self._composed[key] = (self.shared_form(pattern), used)
        unique = list(places)
        return Adjoint(found[0], tuple([unique[place] for place in found[1]]))


def _adjoint_parts(contributions: list[Contribution], index: tuple[int, ...]) -> tuple[Part, ...]:
    parts: list[Part] = []
    start = 0
    for item in contributions:
        middle = start + len(item.adjoint.operands)
        end = middle + len(item.derivative.positions)
        parts.append(
            Part(
                item.adjoint.pattern,
                index[start:middle],
                item.derivative.pattern,
                index[middle:end],
            )
        )
        start = end
    return tuple(parts)


def _shorter_unnamed(shapes: PatternSlopes, node: Node, own: Adjoint, edges: Edges) -> bool:
    """Tell whether every contribution of a node is as short without a name for its adjoint."""
    named = Adjoint(SENSITIVITY, (mark_of(node.name),))
    return all(
        shapes.adjoint([Contribution(0, node, own, slope)]).pattern.size
        <= shapes.adjoint([Contribution(0, node, named, slope)]).pattern.size
        for _, slope in edges
    )


def sweep(
    graph: Graph,
    wrt: tuple[str, ...],
    naming: Naming,
    refine: Refine | None = None,
    *,
    economical: bool = True,
) -> Swept:
    """Sweep from the objective back to the parameters `wrt`.

    `naming(node, adjoint, edges, contributions)` decides which adjoints get a name: `edges` are the
    operands where it is needed, `contributions` is the number of branches that meet in the node.
    With `economical` a name is not given where everything below is as short without it. `refine`
    may put a shorter adjoint in the place of the composed one.
    """
    shapes = PatternSlopes()
    active = active_names(graph, wrt)
    order = {node.name: i for i, node in enumerate(graph.nodes)}
    incoming: dict[str, list[Contribution]] = {}
    adjoints: dict[str, Adjoint] = {}
    named: list[str] = []
    merges: list[str] = []
    for node in (*reversed(graph.ordered), *(graph.index[name] for name in wrt)):
        name = node.name
        contributions = incoming.pop(name, [])
        if name == graph.objective:
            own = Adjoint(UNIT, ())
        elif contributions:
            if len(contributions) > 1:
                contributions.sort(key=itemgetter(0))
                merges.append(name)
            own = shapes.adjoint(contributions)
            if refine is not None:
                own = refine(node, own, adjoints)
                own = Adjoint(shapes.shared_form(own.pattern), own.operands)
        else:
            continue
        adjoints[name] = own
        if node.formula is None or not own.pattern.terms:
            continue
        edges = shapes.edges(node, node.formula, active)
        if naming(node, own, edges, len(contributions)) and not (
            economical and own.pattern.divides and _shorter_unnamed(shapes, node, own, edges)
        ):
            named.append(name)
            own = Adjoint(SENSITIVITY, (mark_of(name),))
        place_in_order = order[name]
        for operand, derivative in edges:
            incoming.setdefault(operand, []).append(
                Contribution(place_in_order, node, own, derivative)
            )
    return Swept(adjoints, tuple(named), tuple(merges))
