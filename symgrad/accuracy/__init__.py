"""Numerical safety: statements rewritten so that doubles neither overflow nor lose their digits.

Every statement is read into a normal form, through the definitions of the names in it
(`symgrad.accuracy.look`, `symgrad.accuracy.normal`); rules for sums, logarithms, exponentials,
roots and series find what plain arithmetic would lose; and the result is written in functions of
the graph language only (`symgrad.accuracy.write`), so that no target needs to know of it.
"""

from symgrad.accuracy.stabilise import stabilised

__all__ = ["stabilised"]
