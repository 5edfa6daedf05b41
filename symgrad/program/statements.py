"""Statements: the lines of a straight-line program, each giving one name its value."""

from __future__ import annotations

from collections.abc import Iterable
from operator import attrgetter
from typing import NamedTuple

from symgrad.expression.tree import Expression, Formula


class Statement(NamedTuple):
    """`name = formula`: every name is given a value once, and used only after that."""

    name: str
    formula: Formula


def patterns_of(statements: Iterable[Statement]) -> list[Expression]:
    """Return the pattern of each statement."""
    return list(map(attrgetter("formula.pattern"), statements))
