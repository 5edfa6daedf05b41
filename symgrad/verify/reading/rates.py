"""Rates that are given: `dV/dt = 9`, and what follows from them with values put in.

That holds at one moment only, and no graph bears it out.
"""

from __future__ import annotations

from symgrad.expression.tree import Expression, Number, variables
from symgrad.verify.model import ExpressionTarget, Link, NameTarget, Target
from symgrad.verify.reading.motion import names_below
from symgrad.verify.reading.scope import Scope
from symgrad.verify.truth import Point

AT_ONE_MOMENT = "the rate at one moment, with values put in"


def put_in(left: Target, links: tuple[Link, ...], scope: Scope, point: Point) -> int | None:
    """Return the first link that a rate has been put into, None where there is none."""
    rates = set(scope.moves.values())
    names = _names(left)
    if names is None or not rates:
        return None
    if not names and any(rates & _names_in(link.expression) for link in links):
        return 0  # `2 = 4π dh/dt`: a rate that is given stands in front
    known = isinstance(left, NameTarget) and left.name in scope.graph.index
    if names.isdisjoint(rates) or known:
        return None
    free = {rate for rate in rates if rate not in scope.graph.index} - scope.definitions.keys()
    below = {one for name in names for one in names_below(name, scope)}
    inputs = {one for one in below if scope.graph.index[one].formula is None}
    valued = inputs <= {name for name, _ in point}
    if valued and not names & free and not isinstance(left, NameTarget):
        return None
    for index, link in enumerate(links):
        if rates.isdisjoint(_names_in(link.expression)):
            zero = isinstance(link.expression, Number) and link.expression.value == 0
            return None if zero else index
    return None


def _names(left: Target) -> set[str] | None:
    """Return the names of a left side, None where it is no expression."""
    match left:
        case NameTarget(name):
            return {name}
        case ExpressionTarget(expression):
            return _names_in(expression)
        case _:
            return None


def _names_in(expression: Expression) -> set[str]:
    return set(map(str, variables(expression)))
