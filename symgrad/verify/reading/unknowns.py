r"""Quantities that nobody defines, of nodes: `z = f(x, y)` with x = r cos θ and y = r sin θ.

What a text says of `\partial z/\partial r` is the chain rule, and true of any z or of none: the
derivatives by what z depends on are names of their own, all others are made of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from symgrad.derivation.analysis import ancestors
from symgrad.derivation.calculus import gradient_of
from symgrad.expression.functions import lookup
from symgrad.expression.tree import ONE, Add, Expression, Mul, Var, variables
from symgrad.sources import lexer
from symgrad.verify.model import DerivativeTarget
from symgrad.verify.reading.scope import Scope

_SLOPE = re.compile(
    rf"[d∂](?:\^\(?\d\)?|[²³])?\s*({lexer.NAME})\s*/\s*((?:[d∂]\s*{lexer.NAME}(?:\^\(?\d\)?|[²³])?\s*)+)"
)
_BELOW = re.compile(rf"[d∂]\s*({lexer.NAME})")
_CALL = re.compile(rf"(?<![\w∂])({lexer.NAME})\s*\(\s*({lexer.NAME}(?:\s*,\s*{lexer.NAME})+)\s*\)")
_EQUATION = re.compile(rf"(?:^|[;\n])\s*({lexer.NAME})\s*(?:\([^()]*\))?\s*:?=\s*([^;\n]*)")


def note_unknowns(texts: list[str], every: Callable[[], list[str]], scope: Scope) -> None:
    """Take note of the quantities that the formulas of a text differentiate and nothing defines.

    `texts` are those with derivatives in the plain notation, `every` gives all that there are.
    """

    def unknown(word: str) -> bool:
        return scope.names.meant(word) is None and lookup(word) is None and word != "d"

    below: dict[str, dict[str, None]] = {}
    for text in texts:
        for top, bottoms in _SLOPE.findall(text):
            if unknown(top):
                meant = (scope.names.meant(word) for word in _BELOW.findall(bottoms))
                known = {one[0]: None for one in meant if one and one[0] in scope.graph.index}
                below.setdefault(top, {}).update(known)
    below = {top: names for top, names in below.items() if names}
    texts = every() if below else []
    called = _called(texts, scope)
    equations = [pair for text in texts for pair in _EQUATION.findall(text)]
    for top, names in below.items():
        rights = [_CALL.fullmatch(right.strip()) for left, right in equations if left == top]
        alias = next((right[1] for right in rights if right), top)
        defined = not all(right and unknown(right[1]) for right in rights)
        if defined or any(left == alias != top for left, _ in equations):
            continue
        inner = {one for name in names for one in ancestors(scope.graph, name) - {name}}
        arguments = called.get(top) or called.get(alias)
        arguments = arguments or tuple(name for name in names if name not in inner)
        if any(scope.graph.index[name].formula is not None for name in arguments):
            scope.unknowns |= {top: (top, arguments), alias: (top, arguments)}


def _called(texts: list[str], scope: Scope) -> dict[str, tuple[str, ...]]:
    """Return the names that words are written as functions of, where all of these are nodes."""
    found: dict[str, tuple[str, ...]] = {}
    for text in texts:
        for word, listed in _CALL.findall(text):
            meant = [scope.names.meant(one.strip()) for one in listed.split(",")]
            names = tuple(one[0] for one in meant if one and one[0] in scope.graph.index)
            if len(names) == len(meant):
                found.setdefault(word, names)
    return found


def unknown_slope(word: str, scope: Scope) -> Var | None:
    """Return the derivative that `f_x` or `z_{xy}` is of a quantity that nothing defines."""
    top, _, bottom = word.partition("_")
    if top not in scope.unknowns or not bottom:
        return None
    name, arguments = scope.unknowns[top]
    letters = [scope.name(bottom)] if scope.name(bottom) in arguments else map(scope.name, bottom)
    below = [str(one) for one in letters]
    return _slope(name, tuple(below), scope) if set(below) <= {*arguments} else None


def is_unknown(expression: Expression, scope: Scope) -> bool:
    """Tell whether a quantity that nothing defines, or a derivative of one, is in an expression."""
    return any(
        (key in scope.unknowns and key not in scope.definitions) or key in scope.unknown_slopes
        for key in map(str, variables(expression))
    )


def total_of(
    top: Expression, bottom: str, scope: Scope, total: Callable[[Expression, str], Expression]
) -> Expression | None:
    """Return the derivative of an expression with unknown quantities in it, None where it is 0.

    `total` gives that of any other one.
    """
    terms: list[Expression] = []
    for key in map(str, variables(top)):
        outer = ONE if isinstance(top, Var) else gradient_of(top)[key]
        inner = _inner(key, bottom, scope, total)
        terms += (one if outer == ONE else Mul((outer, one)) for one in inner)
    return Add(tuple(terms)) if len(terms) > 1 else terms[0] if terms else None


def _inner(
    key: str, bottom: str, scope: Scope, total: Callable[[Expression, str], Expression]
) -> Iterable[Expression]:
    """Yield the terms of the derivative of one name."""
    graph = scope.graph
    name, below = scope.unknown_slopes.get(key, (key, ()))
    if name not in scope.unknowns:
        if key == bottom:
            yield ONE
        elif key in scope.derivatives or bottom in ancestors(graph, key):
            yield total(Var(key), bottom)
        return
    name, arguments = scope.unknowns[name]
    if bottom in arguments:
        yield _slope(name, (*below, bottom), scope)
        return
    for argument in arguments:
        if bottom in ancestors(graph, argument):
            along = scope.note(DerivativeTarget(argument, bottom))
            yield Mul((_slope(name, (*below, argument), scope), along))


def _slope(name: str, below: tuple[str, ...], scope: Scope) -> Var:
    """Return the name that a derivative by what a quantity depends on has; the order is free."""
    arguments = scope.unknowns[name][1]
    ordered = tuple(sorted(below, key=arguments.index))
    key = DerivativeTarget(name, ordered[-1], None, tuple(reversed(ordered[:-1]))).key
    scope.unknown_slopes[key] = (name, ordered)
    shown = ", ".join(arguments)
    scope.remark(f"`{name}` is any function of {shown}: nothing says which")
    return Var(key)
