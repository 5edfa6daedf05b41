"""The derivative of a function by each of its arguments: `sympy.diff` of its SymPy class.

It is taken once for each function and each choice of plain numbers among its arguments (the order
of a Bessel function, say), and written back as a tree in the order in which one writes it.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from symgrad.errors import SymgradError
from symgrad.expression.algebra import is_negative, positive_first
from symgrad.expression.choices import selected
from symgrad.expression.functions import FUNCTIONS, Function, OwnFunction, record
from symgrad.expression.own import base_and_order, undefined
from symgrad.expression.rebuilding import compared, filled, tidy
from symgrad.expression.symbolic import sympy_functions, sympy_module, to_sympy
from symgrad.expression.symbolic_reading import SymPyReader
from symgrad.expression.tree import (
    ONE,
    ZERO,
    Add,
    Call,
    Compare,
    Expression,
    Mul,
    Neg,
    Number,
    Pow,
    Var,
    children,
    substitute,
    walk,
    with_children,
)

Arguments = tuple[Expression, ...]


def slopes(function: str, arguments: Arguments) -> Arguments | None:
    """Return the derivative by each argument; None where the function's definition is to be used.

    A derivative that SymPy does not know is a call of a function whose record says so (`refusal`).

    >>> slopes("sin", (Var("z"),))
    (Call(function='cos', arguments=(Var(key='z'),)),)
    """
    row = record(function)
    shown = row.by_sympy or isinstance(row.sympy, type)
    if row.definition is not None and not shown and _own_class(row, len(arguments)) is None:
        return None
    numbers = tuple(a if shown and _is_number(a) else None for a in arguments)
    values: dict[str | int, Expression] = dict(enumerate(arguments))
    return tuple(filled(slope, values) for slope in _by_sympy(function, numbers))


def defined(function: str, arguments: Arguments) -> Expression:
    """Return a function by its definition. Raises TypeError for one that has none."""
    definition = record(function).definition
    if definition is None:
        raise TypeError(function)
    match definition(arguments):
        case Call("where", (Compare(relation, left, right), *sides)):
            return Call("where", (compared(relation, left, right), *sides))
        case other:
            return other


def _own_class(row: Function, count: int) -> Any:  # noqa: ANN401  (SymPy has no types)
    """Return the class of ours that differentiates a function, or None."""
    if row.unknown:
        return sympy_functions().unknown(*base_and_order(row.name))
    own = sympy_functions().OWN.get(row.name) if FUNCTIONS.get(row.name) is row else None
    return own if own is not None and count >= own.least else None


def _is_number(e: Expression) -> bool:
    return isinstance(e.operand if isinstance(e, Neg) else e, Number)


@cache
def _by_sympy(function: str, numbers: tuple[Expression | None, ...]) -> tuple[Expression, ...]:
    """Return the derivatives of a function as trees in Var(0), Var(1), …; 0 by a plain number."""
    sp = sympy_module()
    own = _own_class(record(function), len(numbers))
    order = own.order if own is not None and own.order else range(len(numbers))
    places = [sp.Dummy(f"x{order[i]}", real=True) for i in range(len(numbers))]
    arguments = tuple(Var(i) if n is None else n for i, n in enumerate(numbers))
    try:
        whole = to_sympy(Call(function, arguments), dict(enumerate(places))) if own is None else (
            own(*places)
        )  # fmt: skip
    except (TypeError, ValueError):  # it wants an order that is a whole number
        whole = None
    keys = {place: i for i, place in enumerate(places)}
    found: list[Expression] = []
    for place, value in zip(places, numbers, strict=True):
        if value is not None:
            found.append(ZERO)
            continue
        slope = None if whole is None else _slope(whole, place, _SlopeReader(function, keys))
        found.append(slope if slope is not None else refused(function, keys[place], arguments))
    if any(numbers) and any(map(refusal_of, found)):
        general = _by_sympy(function, (None,) * len(numbers))
        given: dict[str | int, Expression] = dict(enumerate(arguments))
        for i, slope in enumerate(found):
            if refusal_of(slope):
                found[i] = tidy(substitute(general[i], given))
    return tuple(found)


def refusal_of(e: Expression) -> str:
    """Return why a derivative is not known that an expression holds, or ""."""
    calls = (part for part in walk(e) if isinstance(part, Call))
    return next(filter(None, (record(call.function).refusal for call in calls)), "")


def _slope(whole: Any, place: Any, reader: _SlopeReader) -> Expression | None:  # noqa: ANN401
    sp = sympy_module()
    try:
        slope = sp.diff(whole, place)
        if slope.has(sp.Derivative, sp.Subs):
            return None
        return _arranged(tidy(reader.value(slope)))
    except (SymgradError, KeyError, TypeError, ValueError, AttributeError, sp.SympifyError):
        return None


class _SlopeReader(SymPyReader):
    """Reads the derivative of a function, with our conventions in it."""

    def __init__(self, function: str, keys: Mapping[Any, int]) -> None:
        super().__init__(keys.__getitem__)
        self.function = function

    def rewritten(self, e: Any) -> Expression | None:  # noqa: ANN401
        """Return a function that is written with others."""
        ours = sympy_functions()
        if e.func is record(self.function).sympy:
            return Call(self.function, tuple(map(self.value, e.args)))
        if isinstance(e, ours.FirstLargest):
            place, *arguments = e.args
            relation = "<" if isinstance(e, ours.FirstSmallest) else ">"
            return selected(int(place), tuple(map(self.value, arguments)), relation)
        if isinstance(e, ours.Positive):
            return Call("where", (Compare(">", self.value(e.args[0]), ZERO), ONE, ZERO))
        if isinstance(e, ours.Unknown):
            return Call(undefined(e.base, e.times), tuple(map(self.value, e.args)))
        return super().rewritten(e)


def _arranged(e: Expression, *, inside: bool = False) -> Expression:
    """Return a derivative as one writes it: 1 + x², 1 - f², Φ(x) + x φ(x), f(1 - f).

    SymPy sorts. Of two terms a number, or the one of fewer factors, comes first, no sum begins with
    a minus sign, and a product ends with its sums; inside of functions and roots x + 1 stays.
    """
    deeper = inside or isinstance(e, Call) or (isinstance(e, Pow) and not _is_whole(e.exponent))
    parts = tuple(_arranged(part, inside=deeper) for part in children(e))
    match with_children(e, parts):
        case Add() as total:
            terms = children(positive_first(total))
            if len(terms) == 2 and not inside and not is_negative(terms[1]):
                terms = tuple(sorted(terms, key=_length))
            return Add(terms)
        case Mul(factors):
            return Mul(tuple(sorted(factors, key=lambda factor: isinstance(factor, Add))))
        case other:
            return other


def _is_whole(exponent: Expression) -> bool:
    return isinstance(exponent, Number) and exponent.value.denominator == 1


def _length(term: Expression) -> int:
    return 0 if isinstance(term, Number) else len(term.factors) if isinstance(term, Mul) else 1


def refused(function: str, place: int, arguments: Arguments) -> Call:
    """Return what stands for a derivative that nobody knows in closed form."""
    by = f"by its {_ORDINALS[place]} argument" if len(arguments) > 1 else ""
    why = f"the derivative of `{function}` {by} is not known in closed form".replace("  ", " ")
    row = Function(f"∂{function}", len(arguments), len(arguments), refusal=why)
    return Call(OwnFunction(row), arguments)


_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")
