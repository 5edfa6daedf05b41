"""Choices against zero as a person writes them: −[m < 1]·y for where(m ≥ 1, 0, −1)·y.

An indicator is 1 where its condition holds and 0 elsewhere; here it is `where(condition, 1, 0)`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from symgrad.expression.functions import record
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
    product_of,
    signed_value,
    walk,
)

_OPPOSITE = {"<": ">=", ">=": "<", ">": "<=", "<=": ">", "==": "!=", "!=": "=="}


def is_indicator(e: Expression) -> bool:
    """Tell whether an expression is 1 where a condition holds and 0 elsewhere."""
    return isinstance(e, Call) and e.arguments[1:] == (ONE, ZERO) and _chooses(e)


def with_indicator(e: Expression) -> Expression:
    """Return a choice against zero, a product or a negative of such, with an indicator.

    What else it holds stays as it is; so does a choice by several conditions. Alone a choice has a
    number besides zero, as a factor anything that always has a value.

    >>> from symgrad.expression.print_letters import LetterPrinter
    >>> from symgrad.sources.text import parse
    >>> graph = parse("param a, b; u = where(a > 1, 0, -2)*b; v = where(a > 1, a, 0); J = u + v")
    >>> [LetterPrinter().expression(graph[name].formula.expression) for name in "uv"]
    ['−2·[a ≤ 1]·b', 'where(a > 1, a, 0)']
    """
    match e:
        case Call():
            found = _taken(e, alone=True)
            return e if found is None else _signed(found[0], (found[1],))
        case Neg(operand):
            inner = with_indicator(operand)
            if inner is operand:
                return e
            return inner.operand if isinstance(inner, Neg) else Neg(inner)
        case Mul(factors):
            return _factored(e, factors)
        case _:
            return e


def indicators_in(e: Expression) -> Iterator[Call]:
    """Yield the indicators that are printed in an expression."""
    for part in walk(e):
        shown = with_indicator(part)
        shown = shown.operand if isinstance(shown, Neg) else shown
        parts = shown.factors if isinstance(shown, Mul) else (shown,)
        for item in parts:
            if isinstance(item, Call) and is_indicator(item):
                yield item


def _factored(e: Mul, factors: Sequence[Expression]) -> Expression:
    number, rest = Fraction(1), list[Expression]()
    changed = False
    for i, factor in enumerate(factors):
        found = _taken(factor, alone=False)
        if found is not None:
            changed = True
            chosen, indicator = found
            for part in (*(chosen.factors if isinstance(chosen, Mul) else (chosen,)), indicator):
                size = signed_value(part)
                number *= 1 if size is None else size
                rest += [part] if size is None else []
        elif i == 0 and isinstance(factor, Number):
            number *= factor.value
        else:
            rest.append(factor)
    return _signed(Number(number), rest) if changed else e


def _taken(e: Expression, *, alone: bool) -> tuple[Expression, Call] | None:
    """Return a choice against zero as what is chosen, and the indicator of where it is."""
    if not isinstance(e, Call) or len(e.arguments) != 3 or not _chooses(e):
        return None
    condition, yes, no = e.arguments
    if not isinstance(condition, Compare) or (yes, no) == (ONE, ZERO):
        return None if not isinstance(condition, Compare) else (ONE, e)
    if no == ZERO:
        chosen = yes
    elif yes == ZERO:
        chosen = no
        relation = _OPPOSITE[condition.relation]
        condition = Compare(relation, condition.left, condition.right)
    else:
        return None
    if signed_value(chosen) is None and (alone or not _always_has_a_value(chosen)):
        return None
    return chosen, Call(e.function, (condition, ONE, ZERO))


def _signed(number: Expression, factors: Sequence[Expression]) -> Expression:
    """Return a product with a number before it, the sign of the number in front."""
    size = signed_value(number)
    value = Fraction(1) if size is None else size
    shown = [*([Number(abs(value))] if abs(value) != 1 else []), *factors]
    product = product_of(shown)
    return Neg(product) if value < 0 else product


def _always_has_a_value(e: Expression) -> bool:
    """Tell whether an expression is a polynomial."""
    return all(
        isinstance(part, Number | Var | Add | Mul | Neg)
        or (isinstance(part, Pow) and (signed_value(part.exponent) or -1) > 0)
        for part in walk(e)
    )


def _chooses(e: Call) -> bool:
    return record(e.function).condition_first
