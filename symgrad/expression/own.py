"""Functions that a graph defines itself: `function f(x, k) = …`, and `function φ` of any body.

Of a function without a body nothing is known but that it can be differentiated; its derivatives are
written φ′, φ′′, …. What holds for every such function holds for each: a claim is refuted with one.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from symgrad.expression.function import Arguments, Function, OwnFunction
from symgrad.expression.names import LATIN
from symgrad.expression.tree import Call, Expression, Var, substitute, walk

PRIME = "′"
SAMPLE = "z²/5 + exp(z/3)"  # the function that claims about every function are tried with


@dataclass(frozen=True, slots=True)
class Body:
    """What a function with a body means: `tree` in Var(0), Var(1), … for its arguments.

    `names` is how its author calls them; functions that differ in that alone are one.
    """

    tree: Expression
    names: tuple[str, ...] = field(default=(), compare=False)

    def __call__(self, arguments: Arguments) -> Expression:
        """Return the function at arguments."""
        return substitute(self.tree, dict(enumerate(arguments)))


@dataclass(frozen=True, slots=True)
class SampleBall:
    """The derivative of that order of the sample, for certified values."""

    order: int

    def __call__(self, flint: Any, x: Any) -> Any:  # noqa: ANN401  (python-flint has no types)
        """Return its value at a ball."""
        square = (x * x / 5, 2 * x / 5, flint.arb(2) / 5)
        power = (x / 3).exp() / 3**self.order
        return power + square[self.order] if self.order < len(square) else power


@dataclass(frozen=True, slots=True)
class SampleDouble:
    """The derivative of that order of the sample, in floating point."""

    order: int

    def __call__(self, x: float) -> float:
        """Return its value."""
        square = (x * x / 5, 2 * x / 5, 0.4)
        power = math.exp(x / 3) / 3.0**self.order
        return power + square[self.order] if self.order < len(square) else power


def defined(name: str, names: tuple[str, ...], tree: Expression) -> OwnFunction:
    """Return a function of arguments of those names by its body."""
    body, count = Body(tree, names), len(names)
    return OwnFunction(Function(name, count, count, definition=body, latex=_latex(name)))


def own_definitions(
    functions: Iterable[OwnFunction],
) -> tuple[tuple[OwnFunction, tuple[str, ...], Expression], ...]:
    """Return the functions with a body, the names of their arguments, and the body in them.

    A function stands behind those that its body uses.
    """
    found: dict[OwnFunction, tuple[OwnFunction, tuple[str, ...], Expression]] = {}
    for function in functions:
        body = function.record.definition
        if isinstance(body, Body) and function not in found:
            calls = (part.function for part in walk(body.tree) if isinstance(part, Call))
            used = own_definitions(f for f in calls if isinstance(f, OwnFunction))
            found |= {definition[0]: definition for definition in used}
            found[function] = (function, body.names, body(tuple(map(Var, body.names))))
    return tuple(found.values())


def undefined(name: str, order: int = 0) -> OwnFunction:
    """Return a function of one argument of which nothing is known, or its derivative.

    >>> undefined("φ", 2)
    'φ′′'
    """
    return OwnFunction(
        Function(
            name + PRIME * order,
            ball=SampleBall(order),
            ball_checks=True,
            double=SampleDouble(order),
            latex=_latex(name) + "'" * order,
            unknown=True,
        )
    )


def base_and_order(name: str) -> tuple[str, int]:
    """Return how a function without a body is called, and how often it is differentiated.

    >>> base_and_order("φ′′")
    ('φ', 2)
    """
    base = name.rstrip(PRIME)
    return base, len(name) - len(base)


def _latex(name: str) -> str:
    if name in LATIN:
        return f"\\{LATIN[name]}"
    if len(name) == 1:
        return name
    return rf"\operatorname{{{name}}}".replace("_", r"\_")
