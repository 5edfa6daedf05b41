"""The derivative of a function by each of its arguments: from its record, or from SymPy.

What SymPy says is asked for once for each function and each choice of plain numbers among its
arguments (the order of a Bessel function, say), and written back as a tree.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from symgrad.errors import SymgradError
from symgrad.expression.algebra import substituted, tidy
from symgrad.expression.functions import Function, OwnFunction, record
from symgrad.expression.symbolic import sympy_module, to_sympy
from symgrad.expression.symbolic_reading import from_sympy
from symgrad.expression.tree import ZERO, Call, Expression, Neg, Number, Var, walk

Arguments = tuple[Expression, ...]


def slopes(function: str, arguments: Arguments, value: Expression) -> Arguments | None:
    """Return the derivative by each argument; None where the function's definition is to be used.

    `value` stands for the function's own value. A derivative that SymPy does not know is a call of
    a function whose record says so (`refusal`).

    >>> slopes("exp", (Var("z"),), Var("h"))
    (Var(key='h'),)
    """
    row = record(function)
    known = row.slopes(arguments, value)
    if known is not None or (row.definition is not None and not row.by_sympy):
        return known
    numbers = tuple(a if _is_number(a) else None for a in arguments)
    values: dict[str | int, Expression] = dict(enumerate(arguments))
    return tuple(substituted(slope, values) for slope in _by_sympy(function, numbers))


def _is_number(e: Expression) -> bool:
    return isinstance(e.operand if isinstance(e, Neg) else e, Number)


@cache
def _by_sympy(function: str, numbers: tuple[Expression | None, ...]) -> tuple[Expression, ...]:
    """Return the derivatives of a function as trees in Var(0), Var(1), …; 0 by a plain number."""
    sp = sympy_module()
    places = [sp.Dummy(f"x{i}", real=True) for i in range(len(numbers))]
    arguments = tuple(Var(i) if n is None else n for i, n in enumerate(numbers))
    try:
        whole = to_sympy(Call(function, arguments), dict(enumerate(places)))
    except (TypeError, ValueError):  # it wants an order that is a whole number
        whole = None
    keys = {place: i for i, place in enumerate(places)}
    found: list[Expression] = []
    for place, value in zip(places, numbers, strict=True):
        if value is not None:
            found.append(ZERO)
            continue
        slope = None if whole is None else _slope(whole, place, keys)
        found.append(slope if slope is not None else refused(function, keys[place], arguments))
    if any(numbers) and any(map(refusal_of, found)):
        general = _by_sympy(function, (None,) * len(numbers))
        given: dict[str | int, Expression] = dict(enumerate(arguments))
        for i, slope in enumerate(found):
            if refusal_of(slope):
                found[i] = substituted(general[i], given)
    return tuple(found)


def refusal_of(e: Expression) -> str:
    """Return why a derivative is not known that an expression holds, or ""."""
    calls = (part for part in walk(e) if isinstance(part, Call))
    return next(filter(None, (record(call.function).refusal for call in calls)), "")


def _slope(whole: Any, place: Any, keys: dict[Any, int]) -> Expression | None:  # noqa: ANN401
    sp = sympy_module()
    try:
        slope = sp.diff(whole, place)
        if slope.has(sp.Derivative, sp.Subs):
            return None
        return tidy(from_sympy(slope, keys.__getitem__))
    except (SymgradError, KeyError, TypeError, ValueError, AttributeError, sp.SympifyError):
        return None


def refused(function: str, place: int, arguments: Arguments) -> Call:
    """Return what stands for a derivative that nobody knows in closed form."""
    by = f"by its {_ORDINALS[place]} argument" if len(arguments) > 1 else ""
    why = f"the derivative of `{function}` {by} is not known in closed form".replace("  ", " ")
    row = Function(f"∂{function}", len(arguments), len(arguments), refusal=why)
    return Call(OwnFunction(row), arguments)


_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")
