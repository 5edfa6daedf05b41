"""Functions of one argument made accurate away from the point at which they are series."""

from __future__ import annotations

from functools import lru_cache

from symgrad.accuracy.measure import Bench
from symgrad.accuracy.mend import Mender
from symgrad.accuracy.search import searched
from symgrad.expression.tree import (
    Call,
    Compare,
    Expression,
    Number,
    children,
    formula_of,
    with_children,
)
from symgrad.program.series import ARGUMENT, Local
from symgrad.program.statements import Statement

FACTORS = (
    1.0,
    1.1,
    1.3,
    1.7,
    2.3,
    3.0,
    4.1,
    6.0,
    9.7,
    17.0,
    29.0,
    45.0,
    83.0,
    210.0,
    530.0,
    1100.0,
)
WORK = 150
FAR = (750.0, 1e5, 1e9)


def polished(e: Expression) -> Expression:
    """Return the expression with better formulas in its functions of one argument."""
    parts = children(e)
    new = tuple(polished(part) for part in parts)
    if isinstance(e, Call) and isinstance(e.function, Local):
        return Call(_better(e.function), new)
    return with_children(e, new) if parts else e


@lru_cache(256)
def _better(function: Local) -> Local:
    match function.body:
        case Call("where", (Compare("<", size, Number(radius)), near, direct)):
            pass
        case _:
            return function
    r = float(radius)
    points = [
        {ARGUMENT: sign * x} for x in (*(r * f for f in FACTORS), *FAR) for sign in (1.0, -1.0)
    ]
    statement = Statement("", formula_of(direct))
    bench = Bench((statement,), (ARGUMENT,), ("",), points, len(points))
    if not bench.count:
        return function
    mender = Mender(bench, (statement,), (searched,), None)
    mender.work = WORK
    mender.mend()
    if not mender.changes:
        return function
    test = Compare("<", size, Number(radius))
    return Local.of(Call("where", (test, near, mender.current[0].formula.expression)))
