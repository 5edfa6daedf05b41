"""What holds the parts of a term together while SymPy differentiates it (see `differential`).

This module imports SymPy: `symgrad.expression.symbolic` loads it when it is first needed.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sympy as sp

Real = Any  # a SymPy expression: SymPy has no types

T = sp.Symbol("t")


class _Part(sp.Expr):  # type: ignore[misc]
    """A part of a term that SymPy takes as it is."""

    is_commutative = True

    @property
    def free_symbols(self) -> set[Real]:
        """The symbol that everything moves with."""
        return {T}


class Rate(sp.Symbol):  # type: ignore[misc]
    """How fast the place moves that has the number of its name."""


class PlaceInTree(_Part):
    """A place of a term, by its number."""

    def __new__(cls, index: int) -> PlaceInTree:  # noqa: PYI034  (Self is of Python 3.11)
        """Return the place with that number."""
        found: PlaceInTree = sp.Expr.__new__(cls, sp.Integer(index))
        return found

    def _eval_derivative(self, by: Real) -> Real:  # noqa: ARG002
        return Rate(str(self.args[0]))


class Held(_Part):
    """An operation at its operands, held together so that nothing merges with it."""

    def __new__(cls, body: Real, number: int) -> Held:  # noqa: PYI034  (Self is of Python 3.11)
        """Return the part with that number."""
        found: Held = sp.Expr.__new__(cls, body, sp.Integer(number))
        return found

    def _eval_derivative(self, by: Real) -> Real:
        found = self.args[0].diff(by)
        return found if found.is_Atom else HeldRate(found)


class HeldRate(_Part):
    """How fast a part that is held together moves."""


class Applied(_Part):
    """A function at operands, its derivatives by them given as symbols."""

    def __new__(  # noqa: PYI034  (Self is of Python 3.11)
        cls, number: int, operands: Iterable[Real], slopes: Iterable[Real]
    ) -> Applied:
        """Return the part with that number."""
        found: Applied = sp.Expr.__new__(
            cls, sp.Integer(number), sp.Tuple(*operands), sp.Tuple(*slopes)
        )
        return found

    def _eval_derivative(self, by: Real) -> Real:
        _, operands, slopes = self.args
        rates = (operand.diff(by) for operand in operands)
        return sp.Add(*(slope * rate for slope, rate in zip(slopes, rates, strict=True) if rate))


def moves(e: Real) -> bool:
    """Tell whether a factor holds a rate."""
    return isinstance(e, Rate | HeldRate) or ((e.is_Add or e.is_Mul) and any(map(moves, e.args)))
