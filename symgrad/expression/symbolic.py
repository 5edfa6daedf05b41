"""The bridge to SymPy: our trees as SymPy expressions. SymPy is imported by the first call."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

from symgrad.expression.collector import paused_collector
from symgrad.expression.functions import record
from symgrad.expression.tree import (
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
)

if TYPE_CHECKING:
    import sympy


@cache
def sympy_module() -> Any:  # noqa: ANN401  (SymPy ships no type information)
    """Return the module `sympy`, imported by the first call."""
    with paused_collector():
        return import_module("sympy")  # takes 0.3 s: only for those who need SymPy


@cache
def sympy_functions() -> Any:  # noqa: ANN401
    """Return the module of our own SymPy functions."""
    sympy_module()
    return import_module("symgrad.expression.sympy_functions")


@cache
def sympy_parts() -> Any:  # noqa: ANN401
    """Return the module of what holds the parts of a term together."""
    sympy_module()
    return import_module("symgrad.expression.sympy_parts")


def to_sympy(
    expression: Expression, values: Mapping[str | int, sympy.Expr] | None = None
) -> sympy.Expr:
    """Return a SymPy expression; names become plain symbols, or what `values` gives for them.

    Functions SymPy lacks (sigmoid, gelu, …) are written out by their definitions.
    """
    return _convert(expression, {} if values is None else values)


def equation_to_sympy(name: str, right: Expression, symbols: Iterable[tuple[str, Any]]) -> Any:  # noqa: ANN401
    """Return `name = right` as a SymPy equation; `symbols` are those that stand for names."""
    known: dict[str | int, Any] = dict(symbols)
    left = known.get(name, sympy_module().Symbol(name))
    return sympy_module().Eq(left, to_sympy(right, known), evaluate=False)


def _convert(e: Expression, values: Mapping[str | int, Any]) -> Any:  # noqa: ANN401
    sp = sympy_module()
    match e:
        case Number(value):
            return sp.Rational(value.numerator, value.denominator)
        case Constant(name):
            return sp.pi if name == "pi" else sp.E
        case Var(key):
            return values[key] if key in values else sp.Symbol(str(key))
        case Add(parts):
            return sp.Add(*(_convert(part, values) for part in parts))
        case Mul(parts):
            return sp.Mul(*(_convert(part, values) for part in parts))
        case Neg(operand):
            return -_convert(operand, values)
        case Div(numerator, denominator):
            return _convert(numerator, values) / _convert(denominator, values)
        case Pow(base, exponent):
            return _convert(base, values) ** _convert(exponent, values)
        case Call(function, arguments):
            return _call(function, arguments, values)
        case Compare() | Logic():
            return _condition(e, values)


def _call(function: str, arguments: tuple[Expression, ...], values: Mapping[str | int, Any]) -> Any:  # noqa: ANN401
    sp = sympy_module()
    row = record(function)
    if row.condition_first:
        condition, yes, no = arguments
        return sp.Piecewise(
            (_convert(yes, values), _condition(condition, values)), (_convert(no, values), True)
        )
    if row.sympy is not None:
        meant: Any = getattr(sp, row.sympy) if isinstance(row.sympy, str) else row.sympy
        return meant(*(_convert(argument, values) for argument in arguments))
    if row.definition is None:
        raise TypeError(function)
    return _convert(row.definition(arguments), values)


def _condition(e: Expression, values: Mapping[str | int, Any]) -> Any:  # noqa: ANN401
    sp = sympy_module()
    match e:
        case Compare(relation, left, right):
            kinds = {"<": sp.Lt, "<=": sp.Le, ">": sp.Gt, ">=": sp.Ge, "==": sp.Eq, "!=": sp.Ne}
            return kinds[relation](_convert(left, values), _convert(right, values))
        case Logic(operator, parts):
            joined = {"and": sp.And, "or": sp.Or, "not": sp.Not}[operator]
            return joined(*(_condition(part, values) for part in parts))
        case _:
            raise TypeError(e)
