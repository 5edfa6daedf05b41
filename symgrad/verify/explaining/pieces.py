"""What an author may have left out or put in: names, local derivatives, products along paths."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from symgrad.expression.algebra import add, mul, neg
from symgrad.expression.cost import cost
from symgrad.expression.tree import (
    ONE,
    Add,
    Call,
    Compare,
    Constant,
    Div,
    Expression,
    Logic,
    Mul,
    Neg,
    Number,
    Pow,
    Var,
    number,
    variables,
    walk,
)
from symgrad.graph.graph import Graph
from symgrad.verify.explaining.floats import Values, close
from symgrad.verify.explaining.scene import Scene

Role = Literal["one", "name", "edge", "part", "segment", "complement", "pair"]
MAX_PIECES = 700
MAX_SEGMENT = 4
_LARGEST = 1000
_MAX_PAIRED = 12
_MAX_EQUATIONS = 40


@dataclass(frozen=True, slots=True)
class Piece:
    """An expression that can be missing from a claim; `edge` is where its path starts and ends."""

    expression: Expression
    values: Values
    role: Role
    size: int
    edge: tuple[str, str] | None = None


def pieces_of(scene: Scene, claim: Expression) -> tuple[Piece, ...]:
    """Return the pieces for a scene, at most MAX_PIECES, each value once."""
    found: dict[tuple[float, ...], Piece] = {}
    names = {str(key) for key in variables(claim)}
    for expression, role, edge in _candidates(scene, names):
        try:
            values = scene.floats.value(expression)
        except (KeyError, OverflowError):
            continue
        if not all(map(math.isfinite, values)) or not any(values):
            continue
        key = tuple(float(f"{value:.9g}") for value in values)
        if key not in found:
            found[key] = Piece(expression, values, role, cost(expression), edge)
        if len(found) >= MAX_PIECES:
            break
    return tuple(found.values())


Candidate = tuple[Expression, Role, "tuple[str, str] | None"]


def _candidates(scene: Scene, names: set[str]) -> Iterator[Candidate]:
    yield ONE, "one", None
    for name in scene.floats.names:
        if name in scene.graph.index or name in names:
            yield Var(name), "name", None
    for (node, operand), local in scene.locals.items():
        yield local, "edge", (node, operand)
        bare = local.operand if isinstance(local, Neg) else local
        yield from ((part, "part", None) for part in _pieces_of_local(bare))
    yield from _segments(scene, names)
    for name in names | {node for node, _ in scene.locals}:
        if name in scene.floats.names:
            yield add(ONE, neg(Var(name))), "complement", None
    yield from _terms_of_equations(scene)
    yield from _totals(scene)
    for group in alike(scene.graph):
        yield Add(tuple(map(Var, group))), "part", None
    own = [name for name in scene.floats.names if name in scene.graph.index]
    for name in own:
        yield Pow(Var(name), number(2)), "part", None
    yield from _pairs(scene, own)


def _terms_of_equations(scene: Scene) -> Iterator[Candidate]:
    for node in scene.graph.ordered[:_MAX_EQUATIONS]:
        for part in walk(node.formula.expression) if node.formula is not None else ():
            if isinstance(part, Add):
                yield from ((term, "part", None) for term in part.terms)


def _totals(scene: Scene) -> Iterator[Candidate]:
    """Yield the derivatives of and by the nodes between top and bottom where branches merge."""
    if scene.top is None or scene.bottom is None or len(scene.paths) > 8:
        return
    for name in dict.fromkeys(node for node, _ in scene.locals):
        if name not in (scene.top, scene.bottom):
            yield scene.total(Var(scene.top), name), "segment", (scene.top, name)
            yield scene.total(Var(name), scene.bottom), "segment", (name, scene.bottom)


def _pairs(scene: Scene, own: list[str]) -> Iterator[Candidate]:
    """Yield what an inner derivative often is: products and quotients of two names."""
    if len(own) > _MAX_PAIRED:
        near = {name for edge in scene.locals for name in edge}
        own = [name for name in own if name in near or name in scene.graph.constants]
    for name in own[:_MAX_PAIRED]:
        square = Pow(Var(name), number(2))
        yield Div(ONE, square), "pair", None
        for other in own[:_MAX_PAIRED]:
            if other != name:
                yield Div(Var(other), square), "pair", None
                yield Div(Var(other), Var(name)), "pair", None
                if other < name:
                    yield Mul((Var(other), Var(name))), "pair", None
                    yield Div(ONE, Mul((Var(other), Var(name)))), "pair", None


def _pieces_of_local(local: Expression) -> Iterator[Expression]:
    match local:
        case Mul(factors) | Add(factors):
            for factor in factors:
                if not isinstance(factor, Number):
                    yield factor
                    yield from _pieces_of_local(factor)
            if isinstance(local, Mul) and isinstance(factors[0], Number):
                yield mul(*factors[1:])
        case Div(above, below):
            yield from _pieces_of_local(Mul((above, ONE)))
            yield Div(ONE, below)
            for part in _pieces_of_local(Mul((below, ONE))):
                yield Div(ONE, part)
        case Call(_, arguments):
            yield from (part for part in arguments if not isinstance(part, Compare | Logic))
        case _:
            return


def _segments(scene: Scene, names: set[str]) -> Iterator[Candidate]:
    below: dict[str, list[str]] = {}
    for node, operand in scene.locals:
        below.setdefault(node, []).append(operand)
    yield from _whole_paths(scene, names)
    for start, operands in below.items():
        trails: list[tuple[str, ...]] = [(start, operand) for operand in operands]
        for trail in trails:
            if len(trails) > MAX_PIECES:
                break
            if len(trail) > 2:
                ends = (trail[0], trail[-1])
                yield scene.contribution(trail), "segment", ends
            if len(trail) <= MAX_SEGMENT:
                trails.extend((*trail, operand) for operand in below.get(trail[-1], []))


def _whole_paths(scene: Scene, names: set[str]) -> Iterator[Candidate]:
    """Yield the paths' contributions, written with a sensitivity where one stands above."""
    named = {item.node: item.name for item in scene.derivation.sensitivity_list}
    unit = scene.derivation.unit_nodes | {scene.derivation.graph.objective}
    for path in scene.paths[:24]:
        if path[0] in unit:
            for i in range(1, len(path) - 1):
                if path[i] in named and named[path[i]] in names:
                    rest = scene.contribution(path[i:])
                    yield mul(Var(named[path[i]]), rest), "segment", (path[0], path[-1])
        if len(path) > MAX_SEGMENT:
            yield scene.contribution(path), "segment", (path[0], path[-1])


def alike(graph: Graph) -> tuple[tuple[str, ...], ...]:
    """Return the groups of inputs that are numbered alike: t1, t2, t3."""
    groups: dict[str, list[str]] = {}
    for name in (*graph.data, *graph.constants):
        stem = name.rstrip("0123456789")
        if stem != name:
            groups.setdefault(stem, []).append(name)
    return tuple(tuple(group) for group in groups.values() if len(group) > 1)


def proportion(row: Values, piece: Values) -> float | None:
    """Return c where row = c · piece at every point (NaN in the row: no matter), else None."""
    factor: float | None = None
    for value, unit in zip(row, piece, strict=True):
        if math.isnan(value):
            continue
        if unit == 0:
            if value != 0:
                return None
        elif factor is None:
            factor = value / unit
        elif not close(value, factor * unit):
            return None
    return factor


def simple_number(value: float) -> Fraction | None:
    """Return the small rational that a float is up to rounding, else None.

    >>> simple_number(-0.5), simple_number(1 / 3), simple_number(2**0.5)
    (Fraction(-1, 2), Fraction(1, 3), None)
    """
    if not math.isfinite(value) or value == 0:
        return None
    found = Fraction(value).limit_denominator(_LARGEST)
    if abs(found.numerator) > _LARGEST or found == 0:
        return None
    return found if close(float(found), value, 1e-9) else None


_TWO = number(2)
_PI = Constant("pi")
_ROOT_PI = Call("sqrt", (_PI,))
_NAMED: tuple[Expression, ...] = (
    _PI, Constant("e"), Call("sqrt", (_TWO,)), Call("sqrt", (number(3),)), _ROOT_PI,
    Call("log", (_TWO,)), Call("log", (number(10),)), Call("sqrt", (Mul((_TWO, _PI)),)),
)  # fmt: skip
_FLOATS = (
    math.pi, math.e, math.sqrt(2), math.sqrt(3), math.sqrt(math.pi), math.log(2), math.log(10),
    math.sqrt(2 * math.pi),
)  # fmt: skip


def named_number(value: float) -> Expression | None:
    """Return a rational, or one times or over π, √2, ln 10, …, that a float is, else None."""
    plain = simple_number(value)
    if plain is not None:
        return number(plain)
    for expression, unit in zip(_NAMED, _FLOATS, strict=True):
        times, over = simple_number(value / unit), simple_number(value * unit)
        if times is not None and times.denominator <= 12:
            return mul(number(times), expression)
        if over is not None and over.denominator <= 12:
            return (
                Div(number(over), expression) if over > 0 else Neg(Div(number(-over), expression))
            )
    return None
