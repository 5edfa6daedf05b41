"""A name that a text gives to several functions: `f(x, y) = x^2 + 3y`, then `f(x, y) = x y^2`.

A sheet of exercises calls each of its functions f. What it says of the others is not about the
graph's f: it is doubted, so that it cannot be refuted. One equation that does not fit is a wrong
one; two that fit neither the graph nor each other are other functions.
"""

from __future__ import annotations

from dataclasses import replace

from symgrad.errors import SymgradError
from symgrad.expression.tree import Expression, Var
from symgrad.verify.deciding.limits import Stop, substituted
from symgrad.verify.model import Case, Claim, DerivativeTarget, NameTarget, Skipped
from symgrad.verify.reading.same import same
from symgrad.verify.truth import MissingValue, Truth

_MAX_EQUATIONS = 40


def without_homonyms(items: list[Claim | Skipped], truth: Truth) -> list[Claim | Skipped]:
    """Return the items, with a doubt on each claim about another function of a node's name."""
    equations: dict[str, dict[int, Expression | None]] = {}
    for at, item in enumerate(items):
        name = _function_stated(item, truth)
        if name is not None and isinstance(item, Claim):
            equations.setdefault(name, {})[at] = _other(item, name, truth)
    for name, stated in equations.items():
        others = [formula for formula in stated.values() if formula is not None]
        if len(stated) <= _MAX_EQUATIONS and _differ(others, truth):
            items = _doubted(items, name, stated)
    return items


def _function_stated(item: Claim | Skipped, truth: Truth) -> str | None:
    """Return the node of which `f(x, y) = …` says what function it is, None for other items."""
    if not isinstance(item, Claim) or not isinstance(item.left, NameTarget):
        return None
    node = truth.graph.index.get(item.left.name)
    left, equals, _ = item.text.partition("=")
    stated = bool(equals) and "(" in left and bool(item.links) and not item.links[0].numeric
    return item.left.name if stated and node is not None and node.formula is not None else None


def _other(claim: Claim, name: str, truth: Truth) -> Expression | None:
    """Return the function that an equation states where it is not the node's, else None."""
    try:
        formula = substituted(claim.links[0].expression, truth.meanings(claim))
        return None if same(truth, formula, Var(name)) else formula
    except (Stop, MissingValue, SymgradError, RecursionError):
        return None


def _differ(formulas: list[Expression], truth: Truth) -> bool:
    """Tell whether two of these formulas are not the same function."""
    try:
        return any(not same(truth, formulas[0], other) for other in formulas[1:])
    except (MissingValue, RecursionError):
        return False


def _doubted(
    items: list[Claim | Skipped], name: str, stated: dict[int, Expression | None]
) -> list[Claim | Skipped]:
    """Return the items, with a doubt on what is said of a name while it is another function's."""
    found: list[Claim | Skipped] = []
    other = False
    for at, item in enumerate(items):
        other = stated[at] is not None if at in stated else other
        about = other and isinstance(item, Claim) and name in _tops(item)
        found.append(_with_doubt(item, name) if about and isinstance(item, Claim) else item)
    return found


def _tops(claim: Claim) -> set[str]:
    """Return the names that a claim uses or differentiates."""
    tops = {target.top for target in claim.derivatives}
    if isinstance(claim.left, DerivativeTarget):
        tops.add(claim.left.top)
    return tops | claim.names


def _with_doubt(claim: Claim, name: str) -> Claim:
    doubt = f"the text calls several functions `{name}`; here it is not the graph's"
    cases = tuple(Case(case.indices, _with_doubt(case.claim, name)) for case in claim.cases)
    return replace(claim, doubts=(doubt, *claim.doubts), cases=cases)
