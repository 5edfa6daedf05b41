"""What an author's δ means where the text does not say it: the adjoint of which node."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from random import Random

from flint import fmpq

from symgrad.expression.tree import Expression
from symgrad.verify.deciding.intervals import Value
from symgrad.verify.deciding.limits import Stop, substituted
from symgrad.verify.model import DerivativeTarget
from symgrad.verify.reading.scope import Scope
from symgrad.verify.truth import MissingValue, Point, Truth

_POINTS = 4
_TRIES = 12
_MAX_NODES = 60


def adjoint_meant(
    truth: Truth, scope: Scope, name: str, expression: Expression
) -> DerivativeTarget | None:
    """Return the derivative that a formula given for `name` is, unless it is the derivation's own.

    None also where the formula is no adjoint at all: it is then judged as what `name` should be.
    """
    graph = truth.graph
    own = scope.sensitivities.get(name)
    equations = [node.name for node in graph.ordered]
    if own is None or len(equations) > _MAX_NODES:
        return None
    try:
        derivatives = tuple(scope.derivatives.values())
        definitions = tuple(scope.definitions.values())
        formula = substituted(expression, truth.meanings_of(derivatives, definitions))
        if _same(truth, formula, truth.total(graph.objective, own)):
            return None
        for node in equations:
            if node != graph.objective and _same(
                truth, formula, truth.total(graph.objective, node)
            ):
                return DerivativeTarget(graph.objective, node)
    except (Stop, MissingValue, RecursionError):
        return None
    return None


def _same(truth: Truth, left: Expression, right: Expression) -> bool:
    agreed = 0
    for point in _points(truth):
        try:
            difference = truth.value(left, point) - truth.value(right, point)
        except ArithmeticError:
            continue
        if not _may_be_zero(difference):
            return False
        agreed += 1
        if agreed == _POINTS:
            return True
    return agreed > 1


def _points(truth: Truth) -> Iterator[Point]:
    random = Random(3)  # noqa: S311  (points, not secrets)
    names = [node.name for node in truth.graph.nodes if node.formula is None]
    for _ in range(_TRIES):
        yield tuple((name, Fraction(random.randint(1, 29), 13)) for name in names)


def _may_be_zero(value: Value) -> bool:
    return bool(value == 0 if isinstance(value, fmpq) else value.contains(0))
