"""What an author's δ means where the text does not say it: the adjoint of which node."""

from __future__ import annotations

from symgrad.expression.tree import Expression
from symgrad.verify.deciding.limits import Stop, substituted
from symgrad.verify.model import DerivativeTarget
from symgrad.verify.reading.same import same
from symgrad.verify.reading.scope import Scope
from symgrad.verify.truth import MissingValue, Truth

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
        if same(truth, formula, truth.total(graph.objective, own)):
            return None
        for node in equations:
            if node != graph.objective and same(truth, formula, truth.total(graph.objective, node)):
                return DerivativeTarget(graph.objective, node)
    except (Stop, MissingValue, RecursionError):
        return None
    return None
