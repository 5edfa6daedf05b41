r"""Inputs that move: with the time, which is no name of the graph, or along a curve.

`dV/dt = 2\pi r h\,dr/dt + \pi r^2\,dh/dt`: where a text writes dr/dt, \dot r or r(t), the input r
depends on t. Its rate is a name of its own, `r_dot`, and the rate of that is `r_ddot`; what has no
rate in the text stays as it is. `2x + 2y\,dy/dx = 0`: where it differentiates one parameter by
another, both move so that the objective does not change.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from symgrad.derivation.analysis import ancestors
from symgrad.derivation.calculus import gradient_of
from symgrad.expression.tree import (
    ZERO,
    Add,
    Div,
    Expression,
    Mul,
    Neg,
    Var,
    substitute,
    variables,
)
from symgrad.sources import lexer
from symgrad.verify.model import DerivativeTarget
from symgrad.verify.reading.scope import TIME, Scope

_MOVES = re.compile(r"d\}?\s*t\b|dot\b|\(\s*t\s*\)|[\u0307\u0308]")
_RATES = (
    re.compile(rf"[d∂]\s*({lexer.NAME})\s*(?:\(\s*t\s*\))?\s*/\s*[d∂]\s*t(?!\w)"),
    re.compile(r"(?<!\w)([^\W\d_]\w*?_d{1,2}ot(?:_\w+)?)(?!\w)"),
)
_CALLED = re.compile(rf"(?<!\w)({lexer.NAME})['′]*\s*\(\s*t\s*\)")
_STEPS = re.compile(r"\(\s*t\s*[-+−]\s*1\s*\)|_\(?t\s*[-+−]\s*1")  # then t counts steps
_SLOPE = re.compile(rf"[d∂]\s*({lexer.NAME})\s*/\s*[d∂]\s*({lexer.NAME})(?!\w)")
_ALONE = re.compile(r"(?:^|[;\n⇒])\s*\(?\s*$")
_IS_ZERO = re.compile(r"\s*\)?\s*=\s*0(?![\w.])")
_DOTTED = re.compile(r"(\w+?)_(d{1,2}ot)((?:_\w+)?)")


def speaks_of_time(text: str) -> bool:
    """Tell whether a formula may differentiate by the time."""
    return _MOVES.search(text) is not None


def moving(texts: Iterable[str], scope: Scope) -> dict[str, str]:
    """Return the inputs that move with the time, and their rates, each with its rate.

    `texts` are formulas in the plain notation.
    """
    if scope.names.meant(TIME) is not None:
        return {}
    written: set[str] = set()
    texts = list(texts)
    called = [] if any(map(_STEPS.search, texts)) else [_CALLED]
    for text in texts:
        for pattern in (*_RATES, *called):
            for word in pattern.findall(text):
                dotted = _DOTTED.fullmatch(word)
                found = scope.names.meant(dotted[1] + dotted[3] if dotted else word)
                written.add(found[0] if found else "")
    rates: dict[str, str] = {}
    for node in scope.graph.nodes:
        own = scope.names.meant(f"{node.name}_dot")
        if node.formula is None and (own or node.name in written):
            rates[node.name] = own[0] if own else f"{node.name}_dot"
    return rates | {rate: f"{name}_ddot" for name, rate in rates.items() if rate not in rates}


def curved(texts: Iterable[str], scope: Scope) -> bool:
    """Tell whether a text differentiates one parameter by another: both move along a curve."""
    graph = scope.graph
    below = ancestors(graph, graph.objective)
    found_any = False
    for text in texts:
        for match in _SLOPE.finditer(text):
            if _ALONE.search(text, 0, match.start()) and _IS_ZERO.match(text, match.end()):
                return False  # the author says that they do not move with each other
            pair = match.groups()
            names = {found[0] for word in pair if (found := scope.names.meant(word))}
            if len(names) == 2 and names <= below and names <= {*graph.parameters}:
                found_any = True
    return found_any


def dotted(word: str, scope: Scope) -> tuple[str, int] | None:
    r"""Return the name below the dots of `V_dot` or `θ_dot_1`, and how many dots there are."""
    found = _DOTTED.fullmatch(word)
    name = scope.name(found[1] + found[3]) if found else None
    return (name, found[2].count("d")) if found and name is not None else None


def by_time(top: Expression, scope: Scope) -> Expression | None:
    """Return the derivative of an expression by the time, None where nothing in it moves."""
    if isinstance(top, Var) and top.key in scope.moves:
        return Var(scope.moves[str(top.key)])
    terms = []
    for name, rate in scope.moves.items():
        slope = _slope(top, name, scope)
        if slope is not None:
            terms.append(Mul((slope, Var(rate))))
    if not terms:
        return None
    moved = [name for name in scope.moves if name in scope.graph.parameters]
    scope.remark(f"`{TIME}` read as the time, with which {', '.join(moved[:8])} move")
    return terms[0] if len(terms) == 1 else Add(tuple(terms))


def _slope(top: Expression, name: str, scope: Scope) -> Expression | None:
    """Return the partial derivative of an expression by a name that moves, None where it is 0."""
    if name not in scope.graph.index:
        found = gradient_of(top).get(name, ZERO)
        return None if found == ZERO else found
    if not any(name in names_below(str(key), scope) for key in variables(top)):
        return None
    if not isinstance(top, Var):
        return scope.note_expression(top, name)
    inner = scope.derivatives.get(str(top.key))
    if inner is None:
        return scope.note(DerivativeTarget(str(top.key), name))
    further = (*inner.further, name)
    return scope.note(DerivativeTarget(inner.top, inner.bottom, inner.expression, further))


def names_below(key: str, scope: Scope) -> frozenset[str]:
    """Return the names that a name or a derivative depends on."""
    target = scope.derivatives.get(key)
    if target is not None:
        inner = target.expression
        names = (target.top,) if inner is None else tuple(map(str, variables(inner)))
        return frozenset().union(*(names_below(name, scope) for name in names if name != key))
    if key in scope.definitions:
        names = tuple(map(str, variables(scope.definitions[key].expression)))
        return frozenset().union(*(names_below(name, scope) for name in names if name != key))
    return (
        frozenset(ancestors(scope.graph, key)) | {key} if key in scope.graph.index else frozenset()
    )


def on_curve(expression: Expression, scope: Scope, curves: Mapping[str, str]) -> Expression:
    """Return an expression with dy/dx of two inputs as it is where F(x, y) does not change.

    `curves` are the nodes F that are known for such derivatives, by their keys; for others it is
    the objective, where the text is about a curve.
    """
    found: dict[str | int, Expression] = {}
    for key in variables(expression):
        target = scope.derivatives.get(str(key))
        if target is not None and (slope := curve_slope(target, scope, curves)) is not None:
            found[key] = slope
    return substitute(expression, found) if found else expression


def curve_slope(
    target: DerivativeTarget, scope: Scope, curves: Mapping[str, str]
) -> Expression | None:
    """Return what dy/dx or d²y/dx² of two inputs is along a curve, None for other derivatives."""
    graph = scope.graph
    nodes = [graph.index.get(name) for name in (target.top, target.bottom)]
    inputs = all(node is not None and node.formula is None for node in nodes)
    same = target.top == target.bottom or any(name != target.bottom for name in target.further)
    if not inputs or same or target.expression is not None:
        return None
    first = DerivativeTarget(target.top, target.bottom)
    fixed = curves.get(first.key)
    if fixed is None and scope.curve and {first.top, first.bottom} <= {*graph.parameters}:
        fixed = graph.objective
        if graph.data:
            scope.doubt(f"`{first.key}` read along a curve on which `{fixed}` does not change")
    if fixed is None or not {first.top, first.bottom} <= ancestors(graph, fixed):
        return None
    scope.remark(f"`{first.key}` read along a curve on which `{fixed}` does not change")
    above, below = (scope.note(DerivativeTarget(fixed, name)) for name in (first.bottom, first.top))
    slope: Expression = Neg(Div(above, below))
    for _ in target.further:
        parts = (scope.note_expression(slope, name) for name in (first.bottom, first.top))
        straight, across = parts
        slope = Add((straight, Mul((across, Neg(Div(above, below))))))
    return slope
