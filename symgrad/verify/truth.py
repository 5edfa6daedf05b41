"""What is true of a graph: every total derivative, in names or in inputs, and every value.

A derivative of one node by another is found by cutting the equation of the lower one, so that it is
an input, and deriving the upper one by it. Expressions share their parts, so nothing grows
exponentially.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise

from symgrad.derivation import analysis
from symgrad.derivation.derivation import Derivation, local_derivative
from symgrad.derivation.derive import derive
from symgrad.derivation.guards import open_guards
from symgrad.expression.certified import arb, ctx, fmpq
from symgrad.expression.certified_values import Value, certified, exact, fraction
from symgrad.expression.tree import (
    ONE,
    ZERO,
    Add,
    Compare,
    Expression,
    Mark,
    Mul,
    Neg,
    Var,
    formula_of,
    variables,
)
from symgrad.graph.graph import Graph, Node
from symgrad.verify.deciding.guards import guards_in
from symgrad.verify.deciding.limits import Stop, TooLarge, names_in, substituted
from symgrad.verify.model import Claim, Definition, DerivativeTarget, UpdateTarget

Point = tuple[tuple[str, Fraction], ...]
PRECISION = 320  # bits: 96 digits, of which 50 are always left
_MAX_EXPANDED = 2_000  # equations
_MAX_FRACTION_BITS = 600
_ANONYMOUS = Mark("expression differentiated")


class MissingValue(KeyError):
    """A value is asked for that no statement gives."""


class Ambiguous(Stop):
    """A derivative that depends on how what is differentiated is written; says why."""


@lru_cache(maxsize=4)
def _derived(graph: Graph) -> Derivation:
    """Return the derivation of a graph, which is asked for anew with each claim about it."""
    return derive(graph)


class Truth:
    """The derivatives and values of one graph."""

    def __init__(self, graph: Graph, derivation: Derivation | None = None) -> None:
        self.graph = graph
        self._derivation = derivation
        self._named: dict[tuple[str, str, tuple[str, ...]], Expression] = {}
        self._trees: dict[str | int, Expression] = {}
        self._values: dict[Point, dict[str | int, Value]] = {}

    @property
    def derivation(self) -> Derivation:
        """The derivation of the graph's own objective."""
        if self._derivation is None:
            self._derivation = _derived(self.graph)
        return self._derivation

    @property
    def rate(self) -> str:
        """The name of the learning rate."""
        return self.graph.rate[0] if self.graph.rate else "η"

    def updated(self, name: str, slope: Expression) -> Expression:
        """Return a parameter behind a step of descent, or of ascent where one maximizes."""
        step = Mul((Var(self.rate), slope))
        return Add((Var(name), step if self.graph.maximize else Neg(step)))

    # -- derivatives ---------------------------------------------------------------------------

    def total(self, top: str, bottom: str, fixed: tuple[str, ...] = ()) -> Expression:
        """Return ∂top/∂bottom, every path counted, as an expression in the names of the graph.

        The nodes in `fixed` are inputs in it: no equation of theirs is used to shorten it.
        """
        found = self._named.get((top, bottom, fixed))
        if found is None:
            own = self._gradient_derived(top, bottom) if not fixed else None
            found = own or total_derivative(self.graph, Var(top), bottom, fixed)
            self._named[top, bottom, fixed] = found
        return found

    def _gradient_derived(self, top: str, bottom: str) -> Expression | None:
        """Return a gradient from the graph's own derivation, None where there is none.

        Assumptions shorten that derivation; a proof is to name those that it needs.
        """
        derivation = self._derivation
        if derivation is None or self.graph.assumptions or top != self.graph.objective:
            return None
        return _written_out(derivation, bottom) if bottom in derivation.wrt else None

    def of_expression(self, expression: Expression, bottoms: Sequence[str]) -> Expression:
        """Return the derivative of an expression in names by one name after the other.

        Raises:
            Ambiguous: for a node above one by which was differentiated before: the first derivative
                is no function of it until somebody writes it as one.
        """
        for index, bottom in enumerate(bottoms):
            fixed = tuple(dict.fromkeys(bottoms[index + 1 :]))
            self._refuse_above(bottom, fixed)
            if isinstance(expression, Var) and expression.key in self.graph.index:
                expression = self.total(str(expression.key), bottom, fixed)
            else:
                expression = total_derivative(self.graph, expression, bottom, fixed)
        return expression

    def _refuse_above(self, bottom: str, later: Sequence[str]) -> None:
        for name in later:
            if name != bottom and bottom in analysis.ancestors(self.graph, name):
                message = (
                    f"a derivative by {bottom} is differentiated by {name}, which depends on "
                    f"{bottom}: what that is depends on how that derivative is written"
                )
                raise Ambiguous(message)

    def conventions(self, claim: Claim) -> tuple[Compare, ...]:
        """Return the points at which derivatives in a claim are a convention, in both namings."""
        target = claim.left
        bottoms = {n for t in claim.derivatives for n in (t.bottom, *t.further)}
        if isinstance(target, UpdateTarget):
            bottoms.add(target.name)
        for item in self.derivation.sensitivity_list:
            if item.name in claim.names:
                bottoms.add(item.node)
        if not bottoms:
            return ()
        formulas = [node.formula.expression for node in self.graph.nodes if node.formula]
        formulas += [t.expression for t in claim.derivatives if t.expression is not None]
        found: dict[Compare, None] = {}
        for formula in formulas:
            for key, guard in open_guards(formula) if guards_in(formula) else ():
                below = analysis.ancestors(self.graph, str(key)) if key in self.graph.index else ()
                if not bottoms.isdisjoint(below):
                    found.setdefault(guard)
                    wide = (self.expand(side) for side in (guard.left, guard.right))
                    found.setdefault(Compare("==", *wide))
        return tuple(found)

    def meanings(self, claim: Claim) -> dict[str | int, Expression]:
        """Return what every derivative and defined name of a claim is, in names of the graph."""
        return self.meanings_of(claim.derivatives, claim.definitions)

    def meanings_of(
        self, derivatives: Sequence[DerivativeTarget], definitions: Sequence[Definition]
    ) -> dict[str | int, Expression]:
        """Return what derivatives and defined names are, in names of the graph."""
        found: dict[str | int, Expression] = {}
        for own in self.derivation.sensitivity_list:
            if own.name not in self.graph.index:
                found[own.name] = substituted(own.form.expression, found)
        waiting: list[Definition | DerivativeTarget] = [*derivatives, *definitions]
        defined = {item.name for item in definitions} | {item.key for item in derivatives}
        done: set[str | int] = set()
        bottoms = self._bottoms(derivatives, definitions)
        for _ in range(len(waiting) + 1):
            later: list[Definition | DerivativeTarget] = []
            for item in waiting:
                if any(n in defined and n not in done for n in _needs(item)):
                    later.append(item)
                    continue
                key = item.key if isinstance(item, DerivativeTarget) else item.name
                found[key] = self._meaning(item, found, bottoms)
                done.add(key)
            if len(later) == len(waiting):
                break
            waiting = later
        return found

    def _bottoms(
        self, derivatives: Sequence[DerivativeTarget], definitions: Sequence[Definition]
    ) -> dict[str | int, frozenset[str]]:
        """Return by which names was differentiated in what each name stands for."""
        found: dict[str | int, frozenset[str]] = {
            item.name: frozenset((item.node,)) for item in self.derivation.sensitivity_list
        }
        for target in derivatives:
            found[target.key] = frozenset((target.bottom, *target.further))
        for _ in definitions:
            before = dict(found)
            for item in definitions:
                below = [found.get(name, frozenset()) for name in variables(item.expression)]
                found[item.name] = frozenset().union(*below)
            if found == before:
                break
        return found

    def _meaning(
        self, item: Definition | DerivativeTarget, known: Mapping[str | int, Expression],
        bottoms: Mapping[str | int, frozenset[str]],
    ) -> Expression:  # fmt: skip
        if isinstance(item, Definition):
            return substituted(item.expression, known)
        start = item.expression if item.expression is not None else Var(item.top)
        for name in names_in(start):
            for bottom in bottoms.get(name, ()):
                self._refuse_above(bottom, (item.bottom, *item.further))
        return self.of_expression(substituted(start, known), (item.bottom, *item.further))

    def expand(self, expression: Expression) -> Expression:
        """Return an expression in names of the graph as one in its inputs.

        Raises:
            TooLarge: when it would have too many parts or levels.
        """
        return substituted(expression, self._expanded(expression))

    def _expanded(self, expression: Expression) -> Mapping[str | int, Expression]:
        index = self.graph.index
        needed: set[str] = set()
        stack = [str(name) for name in names_in(expression) if name in index]
        while stack:
            name = stack.pop()
            formula = index[name].formula
            if name not in needed and name not in self._trees and formula is not None:
                needed.add(name)
                stack.extend(formula.operands)
        if len(needed) > _MAX_EXPANDED:
            raise TooLarge
        for node in self.graph.ordered if needed else ():
            if node.name in needed and node.name not in self._trees and node.formula is not None:
                self._trees[node.name] = substituted(node.formula.expression, self._trees)
        return self._trees

    # -- values --------------------------------------------------------------------------------

    def values(self, point: Point) -> dict[str | int, Value]:
        """Return the certified value of every node that the given values determine."""
        found = self._values.get(point)
        if found is not None:
            return found
        found = {name: exact(v) for name, v in point}
        with ctx.workprec(PRECISION):
            for node in self.graph.ordered:
                if node.formula is None or node.name in found:
                    continue
                if all(name in found for name in node.formula.operands):
                    try:
                        found[node.name] = exactly(certified(found).value(node.formula.expression))
                    except ArithmeticError:
                        continue
        self._values[point] = found
        return found

    def value(self, expression: Expression, point: Point) -> Value:
        """Return the certified value of an expression in names of the graph.

        Raises:
            MissingValue: when the point leaves it open; its argument is a name that has no value.
            ArithmeticError: when it has no real value there, or none that is certain.
        """
        values = self.values(point)
        for name in names_in(expression):
            if name not in values:
                raise MissingValue(self._missing(str(name), values))
        with ctx.workprec(PRECISION):
            return certified(values).value(expression)

    def _missing(self, name: str, values: Mapping[str | int, Value]) -> str:
        """Return the input without a value because of which `name` has none."""
        if name not in self.graph.index:
            return name
        for found in sorted(analysis.ancestors(self.graph, name)):
            if self.graph.index[found].formula is None and found not in values:
                return found
        return name

    def local(self, node: str, operand: str) -> Expression:
        """Return the local derivative of a node by an operand, in its operands alone."""
        return local_derivative(self.graph.index[node], operand, short=False)

    def shares(
        self, top: str, bottom: str, point: Point, *, limit: int
    ) -> Iterator[tuple[tuple[str, ...], Fraction]]:
        """Yield the paths of a derivative, at most `limit`, each with what it adds at a point.

        Raises:
            MissingValue: when the point leaves a local derivative open.
            ArithmeticError: when one has no real value there.
        """
        for path in analysis.paths(replace(self.graph, objective=top), bottom, limit=limit):
            share = Fraction(1)
            for node, operand in pairwise(path):
                share *= fraction(self.value(self.local(node, operand), point))
            yield path, share

    def after_step(self, point: Point, rate: Fraction) -> Point:
        """Return the point after one step of gradient descent (ascent where one maximizes).

        Raises:
            MissingValue: when a gradient has no value at the point.
            ArithmeticError: when it is not a real number there.
        """
        values = dict(point)
        moved = dict(point)
        for name in self.graph.parameters:
            if name not in values:
                raise MissingValue(name)
            slope = self.value(self.total(self.graph.objective, name), point)
            step = rate * fraction(slope)
            moved[name] = values[name] + step if self.graph.maximize else values[name] - step
            moved[name] = shortened(moved[name])
        return tuple(moved.items())


def shortened(value: Fraction) -> Fraction:
    """Return a value of a few hundred bits at most; a longer one is rounded to that."""
    if value.denominator.bit_length() <= _MAX_FRACTION_BITS:
        return value
    scale = 2**PRECISION
    return Fraction(round(value * scale), scale)


def exactly(value: Value) -> Value:
    """Return a value as it is; an exact one that has become long as a ball."""
    if isinstance(value, fmpq) and int(value.q).bit_length() > 4 * _MAX_FRACTION_BITS:
        return arb(value)
    return value


def _needs(item: Definition | DerivativeTarget) -> tuple[str | int, ...]:
    if isinstance(item, Definition):
        return tuple(n for n in variables(item.expression) if n != item.name)
    if item.expression is not None:
        return variables(item.expression)
    return (item.top,)


def total_derivative(
    graph: Graph, expression: Expression, bottom: str, fixed: Sequence[str] = ()
) -> Expression:
    """Return the derivative of an expression in names by a node, every path counted.

    The nodes in `fixed` are inputs in it; names that are no nodes are constants.
    """
    if isinstance(expression, Var) and expression.key in graph.index:
        return _derivative(graph, str(expression.key), bottom, fixed)
    free = [str(name) for name in variables(expression) if name not in graph.index]
    constants = tuple(Node(name, "const", None) for name in free)  # such as m in 1/m
    node = Node(_ANONYMOUS, "equation", formula_of(expression))
    whole = replace(graph, nodes=(*graph.nodes, *constants, node), objective=node.name)
    slope = _derivative(whole, node.name, bottom, fixed)
    # a derivative may be shortened by the value of what it is the derivative of
    return substituted(slope, {_ANONYMOUS: expression})


def _derivative(graph: Graph, top: str, bottom: str, fixed: Sequence[str]) -> Expression:
    """Derive `top` by `bottom`, whose equation is cut, and so are those of `fixed`."""
    if top == bottom:
        return ONE
    cut = replace(
        graph,
        nodes=tuple(
            Node(node.name, "param")
            if node.name == bottom or (node.formula is not None and node.name in fixed)
            else node
            for node in graph.nodes
        ),
        objective=top, steps=(), checks=(), assumptions=(), rate=None, maximize=False,
    )  # fmt: skip
    if graph.index[top].formula is None or bottom not in analysis.ancestors(cut, top):
        return ZERO
    return _written_out(derive(analysis.pruned(cut, top), wrt=(bottom,)), bottom)


def _written_out(derivation: Derivation, bottom: str) -> Expression:
    """Return a gradient in names of the graph alone."""
    known: dict[str | int, Expression] = {}
    for item in derivation.sensitivity_list:
        known[item.name] = substituted(item.form.expression, known)
    return substituted(derivation.form(bottom).expression, known)
