"""Statements: the lines of a straight-line program, each giving one name its value."""

from __future__ import annotations

from dataclasses import dataclass

from symgrad.expression.tree import Formula


@dataclass(frozen=True, slots=True)
class Statement:
    """`name = formula`: every name is given a value once, and used only after that."""

    name: str
    formula: Formula
