"""The regularisation part of a gradient: the derivative of the terms that hold no data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from symgrad.derivation.analysis import ancestors, depends_on_data, extended
from symgrad.derivation.derivation import Derivation
from symgrad.derivation.derive import derive
from symgrad.expression.algebra import add, mul, neg, tidy
from symgrad.expression.tree import ZERO, Add, Div, Expression, Mul, Neg, Var, formula_of, variables
from symgrad.graph.graph import Graph, Node

_NAME = "terms_without_data"


def regularisation(derivation: Derivation) -> Mapping[str, Expression]:
    """Return for every parameter in it the derivative of the objective's terms without data.

    Empty where the objective is no sum with such a term, or where all of it is without data.
    """
    graph = derivation.graph
    terms = list(_terms_without_data(graph))
    if not terms:
        return {}
    name = _NAME
    while name in graph.index:
        name += "_"
    node = Node(name, "equation", formula_of(terms[0] if len(terms) == 1 else Add(tuple(terms))))
    apart = extended(graph, (node,), name)
    within = ancestors(apart, name)
    wrt = [parameter for parameter in derivation.wrt if parameter in within]
    if not wrt:
        return {}
    forms = derive(apart, wrt, sensitivities="none").gradient_forms
    return {p: form.expression for p, form in forms if form.expression != ZERO}


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
        for term in _flat(formula.expression):
            signed = neg(term) if negative else term
            if dependent.isdisjoint(map(str, variables(term))):
                yield signed
            elif isinstance(signed, Var):
                waiting.append((str(signed.key), False))
            elif isinstance(signed, Neg) and isinstance(signed.operand, Var):
                waiting.append((str(signed.operand.key), True))


def split_gradient(
    expression: Expression, without_data: Expression
) -> tuple[Expression, Expression] | None:
    """Split a gradient into its data part and the part `without_data`.

    None where the two cannot be told apart term by term, or one of them is empty.
    """
    return _split(expression, without_data, deep=False) or _split(
        expression, without_data, deep=True
    )


def _split(
    expression: Expression, without_data: Expression, *, deep: bool
) -> tuple[Expression, Expression] | None:
    terms = list(_flat(expression, deep=deep))
    for part in _flat(without_data, deep=deep):
        found = next((i for i, term in enumerate(terms) if tidy(term) == tidy(part)), None)
        if found is None:
            return None
        del terms[found]
    if not terms:
        return None
    return (terms[0] if len(terms) == 1 else add(*terms)), without_data


def _flat(e: Expression, *, deep: bool = False) -> Iterator[Expression]:
    """Yield the terms of a sum; with `deep` a product with one sum in it is multiplied out too."""
    match e:
        case Add(terms):
            for term in terms:
                yield from _flat(term, deep=deep)
        case Neg(operand):
            yield from (neg(term) for term in _flat(operand, deep=deep))
        case Div(numerator, denominator) if deep:
            found = list(_flat(numerator, deep=True))
            yield from [e] if len(found) == 1 else [tidy(Div(t, denominator)) for t in found]
        case Mul(factors) if deep:
            places = [i for i, factor in enumerate(factors) if isinstance(factor, Add)]
            if len(places) != 1:
                yield e
                return
            before, after = factors[: places[0]], factors[places[0] + 1 :]
            for term in _flat(factors[places[0]], deep=True):
                yield mul(*before, term, *after)
        case _:
            yield e
