"""Forms that the normal form of a statement and its history gives: the rules of reading."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from symgrad.accuracy.mend import Mender
from symgrad.accuracy.stabilise import rewritten_last, stabilised
from symgrad.expression.tree import Expression
from symgrad.program.statements import Statement

HISTORIES = (3, 12)
WEIGHT = 40  # measured forms that one reading costs as much as


def normal_forms(
    name: str, statements: Sequence[Statement], mender: Mender
) -> Iterator[Expression]:
    """Yield a statement as the rules write it, with more and more of its history known."""
    seen = 0
    for size in HISTORIES:
        history = nearest(name, statements, mender.place, size)
        if len(history) == seen:
            return
        seen = len(history)
        if mender.work <= 0:
            return
        mender.work -= WEIGHT
        found = rewritten_last(history)
        if found is not None:
            yield found


def nearest(
    name: str, statements: Sequence[Statement], place: dict[str, int], size: int
) -> tuple[Statement, ...]:
    """Return the statement and those that it is made from, the nearest `size` of them."""
    chosen = {place[name]}
    front = [place[name]]
    while front and len(chosen) < size:
        following: list[int] = []
        for i in front:
            for operand in statements[i].formula.operands:
                j = place.get(operand)
                if j is not None and j not in chosen and len(chosen) < size:
                    chosen.add(j)
                    following.append(j)
        front = following
    return tuple(statements[i] for i in sorted(chosen))


MOST_STATEMENTS = 14


def all_normal_forms(
    statements: tuple[Statement, ...], inputs: tuple[str, ...]
) -> dict[str, Expression]:
    """Return all statements as the rules write them, each knowing all the others."""
    if len(statements) > MOST_STATEMENTS:
        return {}
    return {s.name: s.formula.expression for s in stabilised(statements, inputs)}
