"""What a statement about arrays asks for, where it does not hold everywhere."""

from __future__ import annotations

import re

from symgrad.verify.arrays.reading import ArrayStatement
from symgrad.verify.arrays.scope import Names

_ZERO = re.compile(r"\s*(?:0|\(0\)|0_\w+)\s*")
_DERIVED = re.compile(r"[∂∇δ]|d[^ ]*/d")


def is_zero(side: str) -> bool:
    """Tell whether a side is zero, with its length or without: 0, 0_n.

    >>> is_zero(" 0_n"), is_zero("0.5")
    (True, False)
    """
    return _ZERO.fullmatch(side) is not None


def asked_for(statement: ArrayStatement, names: Names, *, behind_zero: bool) -> str:
    """Return what a statement that does not hold everywhere asks for, or nothing.

    A derivative is set to zero, an input is solved for, or, `behind_zero`, what was set to zero is
    rewritten: ∇f = 0 ⟺ Ax = b.
    """
    left, *rights = statement.sides
    derived = any(map(_DERIVED.search, statement.sides))
    derived = derived or (left.startswith("d") and names.resolve(left[1:]) is not None)
    if derived and len(rights) == 1 and is_zero(rights[0]):
        return "set to zero: a condition, which the formula need not fulfil everywhere"
    node = names.resolve(left)
    if node is not None and names.graph.index[node].formula is None:
        return "an equation for an input, which no graph bears out"
    if behind_zero and not derived and node is None:
        return "behind what was set to zero: an equation that no graph bears out"
    return ""
