"""Statements: the lines of a straight-line program, each giving one name its value."""

from __future__ import annotations

from typing import NamedTuple

from symgrad.expression.tree import Formula


class Statement(NamedTuple):
    """`name = formula`: every name is given a value once, and used only after that."""

    name: str
    formula: Formula
