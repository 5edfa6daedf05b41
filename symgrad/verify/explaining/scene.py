"""The scene of a wrong claim: the graph at random points, the right values, every edge's share.

The derivative claimed is linear in the local derivative of each edge, for an edge stands at most
once on a path. So the value that an edge must have had, if it alone was taken wrongly, follows from
the claim by one division: it is the right one and (claimed - right) / (adjoint above · derivative
below) more.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, partial
from itertools import pairwise

from symgrad.derivation import analysis
from symgrad.derivation.derivation import local_derivative
from symgrad.expression.algebra import mul
from symgrad.expression.points import beside, common, near, signed
from symgrad.expression.tree import (
    ZERO,
    Expression,
    formula_of,
    substitute,
    variables,
)
from symgrad.graph.graph import Graph, Node
from symgrad.graph.points import points_of
from symgrad.verify.deciding.limits import substituted
from symgrad.verify.explaining.floats import Floats, Values, close
from symgrad.verify.model import Claim, DerivativeTarget
from symgrad.verify.truth import Truth, total_derivative

POINTS = 6
MAX_PATHS = 40
MAX_NODES = 400
_MAX_WRITTEN = 300
_TRIES = 240
_SEED = 20250101


class NoScene(Exception):
    """The claim has no point at which its faults could be looked for."""


@dataclass(frozen=True, slots=True)
class Edge:
    """One edge on a path from `top` to `bottom`, with its values at the points.

    `weight` is the derivative claimed by the edge's own local derivative, and `required` the value
    the local derivative must have had if the claim is wrong only because of it.
    """

    node: str
    operand: str
    local: Expression
    values: Values
    weight: Values
    required: Values


class Scene:
    """A graph at points inside its domain, with everything a claim may refer to.

    `top` and `bottom` are None where the left side is no derivative.
    """

    def __init__(
        self,
        truth: Truth,
        claim: Claim,
        target: tuple[str | None, str | None] = (None, None),
        *,
        graph: Graph | None = None,
        count: int = POINTS,
        deadline: float | None = None,
    ) -> None:
        self.truth, self.claim = truth, claim
        self.graph, self.derivation = graph or truth.graph, truth.derivation
        self.top, self.bottom = target
        self.count = count
        self.deadline = deadline
        self.floats = Floats({}, deadline)
        own = claim.left.key if isinstance(claim.left, DerivativeTarget) else None
        self.meanings = {k: e for k, e in truth.meanings(claim).items() if k != own}

    def elsewhere(self, count: int) -> Scene:
        """Return the scene with so many points, which are still to be placed."""
        target = (self.top, self.bottom)
        return Scene(
            self.truth, self.claim, target, graph=self.graph, count=count, deadline=self.deadline
        )

    def place(
        self,
        checked: Iterable[Expression],
        conditions: Iterable[Expression] = (),
        known: Mapping[str, float] | None = None,
    ) -> None:
        """Choose the points: every checked expression has a value there, every condition holds.

        `known` are the values at a point that is known to be inside; the last tries are around it.
        """
        wanted, stated = tuple(checked), tuple(conditions)
        kept: list[Floats] = []
        spare: list[Floats] = []
        for point in self._drawn(stated, known or {}):
            floats = self._attempt(point, stated)
            if floats is None:
                continue
            values = [self._finite(floats, e) for e in wanted]
            if all(values):
                kept.append(floats)
            elif values and values[0]:
                spare.append(floats)
            if len(kept) == self.count:
                break
        chosen = (kept + spare)[: self.count]
        if not chosen:
            raise NoScene
        names = chosen[0].names
        rows = {name: tuple(one.names[name][0] for one in chosen) for name in names}
        self.floats = Floats(rows, self.deadline)

    def _drawn(
        self, conditions: Sequence[Expression], known: Mapping[str, float]
    ) -> Iterator[dict[str, Fraction]]:
        """Yield points to try: anywhere, then around the values that are known to be inside."""
        draw = partial(
            points_of,
            self.graph,
            _SEED,
            conditions=conditions,
            names=() if self.graph.rate is None else (self.graph.rate[0],),
            tries=_TRIES // 2 if known else _TRIES,
        )
        yield from draw((signed, common, near))
        if known:
            finite = [(name, value) for name, value in known.items() if math.isfinite(value)]
            yield from draw((beside,), stated={name: (Fraction(value),) for name, value in finite})

    @staticmethod
    def _finite(floats: Floats, e: Expression) -> bool:
        try:
            return math.isfinite(floats.value(e)[0])
        except OverflowError:
            return False

    def _attempt(
        self, point: Mapping[str, Fraction], conditions: Sequence[Expression]
    ) -> Floats | None:
        """Return everything that has a name at a point, None where something has no value.

        What is stated of inputs alone holds there already.
        """
        facts = [assumption.condition for assumption in self.graph.assumptions]
        later = [c for c in (*facts, *conditions) if not point.keys() >= set(variables(c))]
        floats = Floats({name: (float(value),) for name, value in point.items()}, self.deadline)
        try:
            for node in self.graph.ordered:
                if node.formula is not None:
                    floats.names[node.name] = floats.value(node.formula.expression)
            if not all(all(floats.holds(c)) for c in later if _known(c, floats)):
                return None
            self._name_the_rest(floats)
        except (OverflowError, ValueError):
            return None
        usable = all(math.isfinite(floats.names[node.name][0]) for node in self.graph.ordered)
        return floats if usable else None

    def _name_the_rest(self, floats: Floats) -> None:
        for name, meaning in self.meanings.items():
            if all(str(key) in floats.names for key in variables(meaning)):
                floats.names[str(name)] = floats.value(meaning)

    def definition_of(self, name: str) -> Expression | None:
        """Return what a name stands for that is no node: the author's meaning, or δ's."""
        if name in self.graph.index:
            return None
        said = [item.expression for item in self.claim.definitions if item.name == name]
        forms = self.derivation.sensitivity_list
        return next(iter([*said, *(s.form.expression for s in forms if s.name == name)]), None)

    def total(self, expression: Expression, bottom: str) -> Expression:
        """Return the total derivative of an expression in names by one of them.

        Raises NoScene where so many paths lead down that the formula would be too long.
        """
        whole = self.in_nodes(expression)
        counts = analysis.path_counts(self.graph, bottom)
        if any(counts.get(str(key), 0) > _MAX_WRITTEN for key in variables(whole)):
            raise NoScene
        return total_derivative(self.graph, whole, bottom)

    def in_nodes(self, e: Expression) -> Expression:
        """Return an expression with sensitivities and the author's names written out."""
        return substituted(e, self.meanings)

    def in_inputs(self, e: Expression) -> Expression:
        """Return an expression in inputs only. Raises TooLarge where that would be long."""
        own: dict[str | int, Expression] = {
            node.name: node.formula.expression
            for node in self.graph.nodes[len(self.truth.graph.nodes) :]  # see `with_node`
            if node.formula is not None
        }
        return self.truth.expand(substituted(self.in_nodes(e), own))

    @cached_property
    def locals(self) -> dict[tuple[str, str], Expression]:
        """The local derivative of every edge between `bottom` and `top`."""
        if self.top is None or self.bottom is None or self.top not in self.graph.index:
            return {}
        above = analysis.ancestors(self.graph, self.top)
        if len(above) > MAX_NODES:
            return {}
        active = {self.bottom}
        found: dict[tuple[str, str], Expression] = {}
        for node in self.graph.ordered:
            if node.name not in above or node.formula is None or node.name == self.bottom:
                continue
            for operand in node.formula.operands:
                if operand in active:
                    local = self._local(node, operand)
                    if local != ZERO:
                        active.add(node.name)
                        found[node.name, operand] = local
        return found

    def _local(self, node: Node, operand: str) -> Expression:
        """Return a local derivative in names that the author knows.

        The node that stands for an expression differentiated has none: its value is written out.
        """
        local = local_derivative(node, operand)
        if node.name in self.derivation.graph.index or node.formula is None:
            return local
        return substitute(local, {node.name: node.formula.expression})

    @property
    def derivative(self) -> bool:
        """Whether the scene is about a derivative whose edges are known."""
        return bool(self.locals)

    @cached_property
    def below(self) -> dict[str, Values]:
        """The derivative of each node by `bottom`."""
        return self.swept({})

    def swept(self, changed: Mapping[tuple[str, str], Values]) -> dict[str, Values]:
        """Return the derivative of each node by `bottom`, some local derivatives replaced."""
        found: dict[str, Values] = {str(self.bottom): (1.0,) * self.floats.count}
        for (node, operand), local in self.locals.items():
            slope = changed.get((node, operand)) or self.floats.value(local)
            product = times(slope, found[operand])
            found[node] = plus(found[node], product) if node in found else product
        return found

    @cached_property
    def above(self) -> dict[str, Values]:
        """The derivative of `top` by each node."""
        found: dict[str, Values] = {str(self.top): (1.0,) * self.floats.count}
        for (node, operand), local in reversed(self.locals.items()):
            if node in found:
                product = times(self.floats.value(local), found[node])
                found[operand] = plus(found[operand], product) if operand in found else product
        return found

    @property
    def right(self) -> Values:
        """The right value of the derivative, at every point."""
        return self.below.get(str(self.top), (0.0,) * self.floats.count)

    def edges(self, claimed: Values) -> tuple[Edge, ...]:
        """Return the edges, each with what the claim would make its local derivative."""
        found = []
        for (node, operand), local in self.locals.items():
            if node not in self.above:
                continue
            weight = times(self.above[node], self.below[operand])
            values = self.floats.value(local)
            rows = zip(values, claimed, self.right, weight, strict=True)
            required = tuple(_required(*row) for row in rows)
            found.append(Edge(node, operand, local, values, weight, required))
        return tuple(found)

    @cached_property
    def paths(self) -> tuple[tuple[str, ...], ...]:
        """The paths from `top` down to `bottom`, at most MAX_PATHS of them."""
        below: dict[str, list[str]] = {}
        for node, operand in self.locals:
            below.setdefault(node, []).append(operand)
        found: list[tuple[str, ...]] = []
        stack: list[tuple[str, ...]] = [(str(self.top),)] if self.top in below else []
        while stack and len(found) < MAX_PATHS:
            trail = stack.pop()
            if trail[-1] == self.bottom:
                found.append(trail)
                continue
            stack.extend((*trail, operand) for operand in reversed(below.get(trail[-1], [])))
        return tuple(found)

    def contribution(self, path: tuple[str, ...]) -> Expression:
        """Return the product of the local derivatives along a path."""
        return mul(*(self.locals[edge] for edge in pairwise(path)))


def _required(value: float, claimed: float, right: float, weight: float) -> float:
    """Return the local derivative that explains a claim; its own where it has none."""
    if not math.isfinite(weight):
        return math.nan
    if abs(weight) < 1e-12:
        return value if close(claimed, right, 1e-6) else math.nan
    return value + (claimed - right) / weight


def times(a: Values, b: Values) -> Values:
    """Return the product, point by point."""
    return tuple(x * y for x, y in zip(a, b, strict=True))


def plus(a: Values, b: Values) -> Values:
    """Return the sum, point by point."""
    return tuple(x + y for x, y in zip(a, b, strict=True))


def with_node(graph: Graph, name: str, expression: Expression) -> Graph:
    """Return the graph with one more equation, for a derivative of an expression."""
    return analysis.extended(graph, (Node(name, "equation", formula_of(expression)),), name)


def _known(condition: Expression, floats: Floats) -> bool:
    return all(str(key) in floats.names for key in variables(condition))
