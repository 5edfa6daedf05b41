"""A sum over samples where the graph has the mean: `ℓ = -n log σ - ∑ (x_i - μ)^2/(2σ^2)`.

The objective of a graph with data is that of one sample, the mean over all. A text whose equation
for it is n times as much speaks of the sum, and so does what it says of its derivatives.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from symgrad.expression.tree import ZERO, Expression, Mul, Var, number, substitute, variables
from symgrad.verify.model import DerivativeTarget, ExpressionTarget, Link, NameTarget, Target
from symgrad.verify.reading.same import same
from symgrad.verify.reading.scope import Scope
from symgrad.verify.truth import MissingValue


def counts_in(expressions: Iterable[Expression], scope: Scope) -> list[str]:
    """Return the numbers of samples that expressions hold."""
    names = {name for one in expressions for name in variables(one)}
    sizes = (str(size.key) for size in scope.sizes.values() if isinstance(size, Var))
    return [name for name in dict.fromkeys(sizes) if name in names]


def is_total(left: Target, links: tuple[Link, ...], scope: Scope) -> bool:
    """Tell whether `ℓ = …` states n times a node that has data, n the number of samples."""
    if not isinstance(left, NameTarget) or not scope.varies_by_sample(left.name):
        return False
    for link in links:
        counts = counts_in([link.expression], scope)
        if len(counts) != 1:
            continue
        try:
            if all(
                same(
                    scope.truth,
                    substitute(link.expression, {counts[0]: number(k)}),
                    Mul((number(k), Var(left.name))),
                )
                for k in (2, 3)
            ):
                return True
        except MissingValue:
            continue
    return False


def is_of_total(left: Target, links: tuple[Link, ...], scope: Scope) -> bool:
    """Tell whether a derivative of the objective is n times something, n the number of samples.

    So it is in `∂ℓ/∂λ = -n/λ + ∑ …` of a text that states no ℓ: there ℓ is the sum over samples.
    """
    side = _expression(left)
    objective = scope.graph.objective
    targets = [scope.derivatives.get(str(key)) for key in variables(side)] if side else []
    if scope.averaged or scope.doubts or not targets:
        return False
    if not all(one and one.top == objective for one in targets):
        return False
    told = [link for link in links if link.expression != ZERO]
    for link in told:
        counts = counts_in([link.expression], scope)
        if len(counts) != 1:
            return False
        one, two = (substitute(link.expression, {counts[0]: number(k)}) for k in (1, 2))
        try:
            if not same(scope.truth, two, Mul((number(2), one))):
                return False
        except MissingValue:
            return False
    return bool(told)


def in_totals(
    left: Target, links: tuple[Link, ...], scope: Scope
) -> tuple[Target, tuple[Link, ...]]:
    """Return a claim with n times the objective for the objective, where n stands in it.

    What is made of other nodes alone, as `log L` is, is the objective by another name.
    """
    counts = counts_in((link.expression for link in links), scope)
    side = _expression(left)
    if len(counts) != 1 or side is None:
        return left, links
    size = Var(counts[0])
    scaled = _scaled(side, size, scope)
    own = tuple(replace(link, expression=_scaled(link.expression, size, scope)) for link in links)
    if scaled == side and own == links:
        return left, links
    shown = ", ".join(f"`{name}`" for name in sorted(_totals(scope)))
    scope.remark(f"{shown} read as the sum over {counts[0]} samples")
    if scaled == side:
        return left, own
    return ExpressionTarget(scaled), tuple(
        replace(link, expression=Mul((size, link.expression)))
        if _of_nodes(link.expression, scope) else link
        for link in own
    )  # fmt: skip


def _totals(scope: Scope) -> set[str]:
    """Return the nodes that are sums over the samples: what the text says, or the objective."""
    return scope.totals or {scope.graph.objective}


def _scaled(side: Expression, size: Var, scope: Scope) -> Expression:
    """Return an expression with n times what is a sum over samples, and n times its derivatives."""
    totals = _totals(scope)
    found: dict[str | int, Expression] = {}
    for key in variables(side):
        target = scope.derivatives.get(str(key))
        if key in totals or (target is not None and target.top in totals):
            found[key] = Mul((size, Var(key)))
    return substitute(side, found) if found else side


def _of_nodes(side: Expression, scope: Scope) -> bool:
    """Tell whether an expression holds nodes that have an equation, and nothing else."""
    nodes = [scope.graph.index.get(str(key)) for key in variables(side)]
    totals = _totals(scope)
    return bool(nodes) and all(
        node is not None and node.formula is not None and node.name not in totals for node in nodes
    )


def _expression(left: Target) -> Expression | None:
    match left:
        case NameTarget(name):
            return Var(name)
        case ExpressionTarget(expression):
            return expression
        case DerivativeTarget():
            return Var(left.key)
        case _:
            return None
