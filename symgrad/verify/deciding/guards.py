"""Guards of single points in the two sides of an equality: `where(x == 0, …)` is asked there too.

A proof is one for regions. What stands on a border between regions is a matter of convention, but a
side that treats a point apart says something about that point, and it may be wrong there.
"""

from __future__ import annotations

from symgrad.expression.tree import Compare, Expression
from symgrad.verify.deciding.limits import distinct_parts

MAX_GUARDS = 6


def guards_in(*sides: Expression) -> tuple[Compare, ...]:
    """Return the equations that the conditions of both sides ask for, each once.

    >>> from symgrad.expression.tree import ONE, ZERO, Call, Var
    >>> guards_in(Call("where", (Compare("!=", Var("x"), ZERO), Var("x"), ONE)))
    (Compare(relation='==', left=Var(key='x'), right=Number(value=Fraction(0, 1))),)
    """
    found: dict[Compare, None] = {}
    for part in distinct_parts(*sides):
        if isinstance(part, Compare) and part.relation in ("==", "!="):
            found.setdefault(Compare("==", part.left, part.right))
    return tuple(found)[:MAX_GUARDS]
