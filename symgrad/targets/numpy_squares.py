"""Objectives that are a mean of squares: the residuals and their derivatives, as programs."""

from __future__ import annotations

from fractions import Fraction

from symgrad.derivation.analysis import depends_on_data, extended
from symgrad.derivation.derive import derive
from symgrad.expression.tree import Add, Div, Expression, Mul, Pow, Var, formula_of, variables
from symgrad.graph.graph import Graph, Node
from symgrad.program.normal import exact
from symgrad.program.program import Program, lower

_MAX_SQUARES = 64
_DEPTH = 32  # how far a sum is followed into the names that it adds up


def residual_programs(program: Program) -> tuple[Program, ...]:
    """Return a program for each residual of an objective that is a sum of squares.

    Every square must have the same positive number as its factor, depend on data, and stand in a
    sum with nothing else. The value of each program is one residual, without that factor. Empty for
    any other objective.
    """
    graph = program.graph
    if graph.maximize or not set(program.wrt) <= set(graph.parameters):
        return ()
    found = _squares(graph, Var(graph.objective), Fraction(1), _DEPTH)
    if not found or len({factor for factor, _ in found}) > 1:
        return ()
    dependent = depends_on_data(graph)
    programs: list[Program] = []
    for _, base in found:
        if found[0][0] <= 0 or dependent.isdisjoint(str(key) for key in variables(base)):
            return ()
        programs.append(_program(program, base))
    return tuple(programs)


def _squares(
    graph: Graph, e: Expression, factor: Fraction, depth: int
) -> list[tuple[Fraction, Expression]]:
    """Return the squares that an expression adds up, with their factors; empty for all others."""
    match e:
        case Var(str(name)):
            formula = graph.index[name].formula
            if formula is None or not depth:
                return []
            return _squares(graph, formula.expression, factor, depth - 1)
        case Pow(base, exponent) if exact(exponent) == 2:
            return [(factor, base)]
        case Mul((first, second)) if first == second:
            return [(factor, first)]
        case Mul(factors):
            numbers = [exact(part) for part in factors]
            for number in numbers:
                factor *= 1 if number is None else number
            others = [p for p, n in zip(factors, numbers, strict=True) if n is None]
            if len(others) == len(factors) or not others:
                return []
            rest = others[0] if len(others) == 1 else Mul(tuple(others))
            return _squares(graph, rest, factor, depth)
        case Div(numerator, denominator):
            number = exact(denominator)
            return _squares(graph, numerator, factor / number, depth) if number else []
        case Add(terms):
            pairs: list[tuple[Fraction, Expression]] = []
            for term in terms:
                more = _squares(graph, term, factor, depth)
                pairs += more
                if not more or len(pairs) > _MAX_SQUARES:
                    return []
            return pairs
        case _:
            return []


def _program(program: Program, base: Expression) -> Program:
    """Return the program of one residual and its derivatives."""
    graph = program.graph
    if isinstance(base, Var) and graph.index[str(base.key)].formula is not None:
        whole = extended(graph, (), str(base.key))
    else:
        name = "residual"
        while name in graph.index or name in graph.spellings:
            name += "_"
        whole = extended(graph, (Node(name, "equation", formula_of(base)),), name)
    return lower(derive(whole, list(program.wrt)), safe=program.safe)
