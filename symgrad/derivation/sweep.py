"""The reverse sweep: from a graph to the adjoint of every node, as linear forms over sensitivities.

Everything that depends only on the shape of an equation or of a node's surroundings is worked out
once and instantiated by name, so 10,000 equations of one shape cost 10,000 look-ups.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container, Hashable, Sequence
from dataclasses import dataclass
from itertools import chain
from operator import itemgetter
from typing import NamedTuple, TypeVar

from symgrad.derivation.analysis import active_names
from symgrad.derivation.calculus import Picked, local_derivatives
from symgrad.derivation.forms import SENSITIVITY, UNIT, Adjoint, LinearPattern, Part, compose
from symgrad.errors import NotDifferentiable
from symgrad.expression.identity import ByIdentity, Identities
from symgrad.expression.slopes import refusal_of
from symgrad.expression.tree import Expression, Formula, Mark, Picker, picker
from symgrad.graph.graph import Graph, Node

Name = TypeVar("Name", bound=Hashable)


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


@dataclass(slots=True)
class Slope:
    """The local derivative of a pattern by one of its operands, the same object for all its nodes.

    `refused` says why nobody knows it, where that is so. `plans` holds the adjoint of an operand
    that nothing else uses, by whether the consumer's adjoint is 1 or else its mark alone: the
    pattern, and which of the mark, the consumer's operands and its name stand in it.
    """

    place: int
    picked: Picked
    refused: str
    plans: dict[bool, tuple[LinearPattern, Picker]]


class Contribution(NamedTuple):
    """What one consumer adds to the adjoint of an operand (a tuple: there is one for each edge)."""

    order: int
    consumer: Node
    adjoint: Adjoint
    slope: Slope

    @property
    def operands(self) -> tuple[str, ...]:
        """The operands of the consumer."""
        return self.consumer.formula.operands if self.consumer.formula else ()


@dataclass(frozen=True, slots=True)
class Swept:
    """The result of a sweep: adjoints by node, and the nodes whose adjoint was given a name.

    `adjoints` holds the whole form of every node that was reached, named or not; `named` what
    stands for each adjoint with a name; `merges` the nodes with two or more contributions, in the
    order of the sweep.
    """

    adjoints: dict[str, Adjoint]
    named: dict[str, AdjointMark]
    merges: tuple[str, ...]


Edges = list[tuple[str, Slope]]
Naming = Callable[[Node, Adjoint, Edges, int], bool]
Refine = Callable[[Node, Adjoint, "dict[str, Adjoint]"], Adjoint]


class PatternSlopes:
    """What has been worked out for each shape during one derivation."""

    def __init__(self) -> None:
        self._slopes: ByIdentity[Expression, list[Slope]] = ByIdentity()
        self._patterns: dict[Expression, tuple[Expression, str]] = {}
        self._linear: dict[LinearPattern, LinearPattern] = {}
        self._composed: dict[object, tuple[LinearPattern, tuple[int, ...]]] = {}
        self._numbers = Identities()

    def slopes(self, pattern: Expression) -> list[Slope]:
        """Return the local derivatives of a pattern by its operands, in their order."""
        found = self._slopes.get(pattern)
        if found is None:
            found = self._slopes[pattern] = [
                self._slope(place, rule.short)
                for place, rule in sorted(local_derivatives(pattern).items())
            ]
        return found

    def edges(self, node: Node, formula: Formula, active: Container[str]) -> Edges:
        """Return the operands of a node that are active, each with its local derivative.

        Raises NotDifferentiable where nobody knows one of them.
        """
        operands = formula.operands
        edges = [
            (operands[slope.place], slope)
            for slope in self.slopes(formula.pattern)
            if operands[slope.place] in active
        ]
        for operand, slope in edges:
            if slope.refused:
                raise NotDifferentiable(
                    f"{slope.refused}, and `{node.name}` needs it to depend on `{operand}`",
                    help=f"differentiate by inputs that `{operand}` does not depend on",
                )
        return edges

    def _slope(self, place: int, picked: Picked) -> Slope:
        known = self._patterns.get(picked.pattern)
        if known is None:
            known = (picked.pattern, refusal_of(picked.pattern))
            self._patterns[picked.pattern] = known
        pattern, refused = known
        return Slope(place, Picked(pattern, picked.positions), refused, {})

    def shared_form(self, pattern: LinearPattern) -> LinearPattern:
        """Return the one object that stands for all linear patterns equal to this one."""
        return self._linear.setdefault(pattern, pattern)

    def adjoint(self, contributions: Sequence[Contribution]) -> Adjoint:
        """Return the sum of the contributions."""
        given: list[str] = []
        for item in contributions:
            given += item.adjoint.operands
            given += _standing(item.slope.picked.positions, item.operands, item.consumer.name)
        pattern, used, unique = self._sum(contributions, given)
        return Adjoint(pattern, tuple([unique[place] for place in used]))

    def alone(self, node: Node, own: Adjoint, slope: Slope, names: tuple[str, ...]) -> Adjoint:
        """Return the adjoint of an operand that one node alone uses, whose adjoint is 1 or a mark.

        `names` are that mark, the operands of the node and its name: all different, so that the
        result depends on the shape alone.
        """
        plan = slope.plans.get(own.pattern.unit)
        if plan is None:
            plan = slope.plans[own.pattern.unit] = self._plan(Contribution(0, node, own, slope))
        return tuple.__new__(Adjoint, (plan[0], plan[1](names)))  # there are ten thousands

    def _plan(self, only: Contribution) -> tuple[LinearPattern, Picker]:
        own = range(len(only.adjoint.operands))
        last = len(own) + len(only.operands)
        names = [*own, *_standing(only.slope.picked.positions, range(len(own), last), last)]
        pattern, used, unique = self._sum([only], names)
        return pattern, picker(tuple([unique[place] for place in used]))

    def _sum(
        self, contributions: Sequence[Contribution], names: Sequence[Name]
    ) -> tuple[LinearPattern, tuple[int, ...], list[Name]]:
        """Return the sum as a pattern, and which of the different names it takes.

        What stands for the names tells which of them are the same.
        """
        places: dict[Name, int] = {}
        index = tuple([places.setdefault(name, len(places)) for name in names])
        number = self._numbers.of
        shape = [(number(c.adjoint.pattern), number(c.slope.picked.pattern)) for c in contributions]
        key = (tuple(shape), index)
        if key not in self._composed:
            pattern, used = compose(_adjoint_parts(contributions, index))
            self._composed[key] = (self.shared_form(pattern), used)
        return (*self._composed[key], list(places))


def _standing(positions: tuple[int, ...], operands: Sequence[Name], own: Name) -> list[Name]:
    """Return what stands at positions among the operands of a node, or for its own value."""
    return [operands[i] if i >= 0 else own for i in positions]


def _adjoint_parts(
    contributions: Sequence[Contribution], index: tuple[int, ...]
) -> tuple[Part, ...]:
    parts: list[Part] = []
    start = 0
    for item in contributions:
        middle = start + len(item.adjoint.operands)
        derivative = item.slope.picked
        end = middle + len(derivative.positions)
        parts.append(
            Part(item.adjoint.pattern, index[start:middle], derivative.pattern, index[middle:end])
        )
        start = end
    return tuple(parts)


class _Arriving:
    """What the nodes swept so far add to the adjoints of their operands.

    `alone` holds the whole adjoint of an operand that one node alone uses, `incoming` what is to be
    summed for others, `merges` the nodes at which more than one contribution met.
    """

    def __init__(self, graph: Graph, shapes: PatternSlopes) -> None:
        self._shapes = shapes
        names = [node.name for node in graph.nodes]
        self._order = dict(zip(names, range(len(names)), strict=True))
        rows = [node.formula.operands for node in graph.ordered if node.formula]
        uses = Counter(chain.from_iterable(rows))
        self._used_once = {name for name, count in uses.items() if count == 1}
        self.alone: dict[str, Adjoint] = {}
        self.incoming: dict[str, list[Contribution]] = {}
        self.merges: list[str] = []

    def sum_of(self, name: str) -> tuple[Adjoint, int]:
        """Return the sum of what arrived at a node, and of how many parts it is."""
        contributions = self.incoming.pop(name)
        if len(contributions) > 1:
            contributions.sort(key=itemgetter(0))
            self.merges.append(name)
        return self._shapes.adjoint(contributions), len(contributions)

    def add(self, node: Node, own: Adjoint, edges: Edges) -> None:
        """Hand the adjoint of a node down to its operands."""
        is_bare = own.pattern is SENSITIVITY or own.pattern is UNIT
        operands = node.formula.operands if node.formula else ()
        names = own.operands + operands + (node.name,)  # half as fast unpacked
        alone = self._shapes.alone
        once = self._used_once if is_bare else ()
        for operand, slope in edges:
            if operand in once:
                self.alone[operand] = alone(node, own, slope, names)
            else:
                contribution = Contribution(self._order[node.name], node, own, slope)
                self.incoming.setdefault(operand, []).append(contribution)


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
    arriving = _Arriving(graph, shapes)
    active = active_names(graph, wrt)
    adjoints: dict[str, Adjoint] = {}
    named: dict[str, AdjointMark] = {}
    for node in (*reversed(graph.ordered), *(graph.index[name] for name in wrt)):
        name, formula = node.name, node.formula
        own, parts = arriving.alone.pop(name, None), 1
        if name == graph.objective:
            own = Adjoint(UNIT, ())
        else:
            if own is None:
                if name not in arriving.incoming:
                    continue
                own, parts = arriving.sum_of(name)
            if refine is not None:
                own = refine(node, own, adjoints)
                own = Adjoint(shapes.shared_form(own.pattern), own.operands)
        adjoints[name] = own
        if formula is None or not own.pattern.terms:
            continue
        edges = shapes.edges(node, formula, active)
        if naming(node, own, edges, parts) and not (
            economical and own.pattern.divides and _shorter_unnamed(shapes, node, own, edges)
        ):
            named[name] = mark = mark_of(name)
            own = Adjoint(SENSITIVITY, (mark,))
        arriving.add(node, own, edges)
    return Swept(adjoints, named, tuple(arriving.merges))
