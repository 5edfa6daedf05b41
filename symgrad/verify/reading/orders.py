"""`+ O(z³)` at the end of a side: two sides agree in the powers of z below the third one."""

from __future__ import annotations

import re
from dataclasses import replace
from math import factorial
from typing import NamedTuple

from symgrad.derivation.calculus import gradient_of
from symgrad.expression.tree import ZERO, Div, Expression, Number, Var, number, substitute
from symgrad.sources import lexer
from symgrad.sources.written import Written
from symgrad.verify.reading.scope import Scope
from symgrad.verify.reading.split import WrittenStatement

_TERM = re.compile(
    rf"\s*[+−-]\s*(?P<size>[Oo]|𝒪)\s*\(\s*\(?\s*(?P<name>{lexer.NAME})\s*"
    r"(?:(?P<sign>[-−+])\s*(?P<point>\d+(?:\.\d+)?))?\s*\)?\s*"
    r"(?:\^\s*\(?\s*(?P<power>[1-9])\s*\)?|(?P<small>[²³⁴]))?\s*\)\s*$"
)
_SMALL = {"²": 2, "³": 3, "⁴": 4}


class Order(NamedTuple):
    """A side without its `O(z^3)`: the name, the number it is near, how many powers agree."""

    side: Written
    name: str
    point: Number
    powers: int


def order_of(part: Written, scope: Scope) -> Order | None:
    """Return the order that a side ends in, None where it ends in none."""
    found = _TERM.search(part.text)
    name = scope.name(found["name"]) if found else None
    if found is None or name not in scope.graph.index or scope.name(found["size"]):
        return None
    power = int(found["power"] or _SMALL.get(found["small"] or "", 1))
    value = lexer.read_number(found["point"] or "0")
    point = Number(-value if found["sign"] == "+" else value)
    count = power + (found["size"] == "o")
    return Order(part.cut(0, found.start()), str(name), point, count)


def without_order(statement: WrittenStatement, scope: Scope) -> tuple[WrittenStatement, ...]:
    """Return a chain and, where it ends in an order, its last link as a statement of its own."""
    first, last = statement.parts[:-1], statement.parts[-1:]
    if not first or order_of(last[0][1], scope) is None:
        return (statement,)
    return replace(statement, parts=first), replace(statement, parts=last)


def coefficients(expression: Expression, order: Order, scope: Scope) -> list[Expression]:
    """Return the coefficients of an expression near the point of an order, its value first."""
    found = scope.evaluated(expression, {order.name: Var(order.name)})
    listed = []
    for power in range(order.powers):
        here = substitute(found, {order.name: order.point})
        listed.append(here if power < 2 else Div(here, number(factorial(power))))
        found = gradient_of(found).get(order.name, ZERO)
    return listed
