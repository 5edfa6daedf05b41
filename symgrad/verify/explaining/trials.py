"""Repairs found by trying out, where a claim cannot be solved for the part at fault.

That is inside functions without an inverse and under even powers, whose sign is lost.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import TypeAlias

from symgrad.expression.tree import (
    Add,
    Compare,
    Div,
    Expression,
    Logic,
    Mul,
    Neg,
    Number,
    Pow,
    Var,
    children,
    number,
    sum_of,
)
from symgrad.verify.explaining.factors import negated, plus_term, powers_of, scaled, without_each
from symgrad.verify.explaining.floats import Floats, Values, same
from symgrad.verify.explaining.occurrences import MAX_OCCURRENCES, put
from symgrad.verify.explaining.repairs import Repair


def trials_of(
    claim: Expression, right: Values, floats: Floats, allowed: Sequence[str]
) -> list[Repair]:
    """Return repairs found by trying out every small change at every place."""
    found: list[Repair] = []
    for kind, place, part, mended in _edits(claim, allowed):
        tree = put(claim, place, mended)
        if same(floats.value(tree), right):
            price = 1.8 if kind == "dropped_term" else 1.5
            found.append(Repair(kind, price, tree, part, mended, None, place))
    return found


def edits_of(claim: Expression) -> Iterator[tuple[str, Expression]]:
    """Yield changes of one place that by themselves may mend a claim with two faults by half."""
    for kind, place, _, mended in _edits(claim, ()):
        yield kind, put(claim, place, mended)


Edit: TypeAlias = tuple[str, tuple[int, ...], Expression, Expression]


def _edits(claim: Expression, allowed: Sequence[str]) -> Iterator[Edit]:
    for place, part, in_product in _spots(claim):
        for kind, mended in _edits_at(part, allowed, in_product=in_product):
            yield kind, place, part, mended


def _edits_at(
    part: Expression, allowed: Sequence[str], *, in_product: bool
) -> Iterator[tuple[str, Expression]]:
    if isinstance(part, Var):
        yield from (("swapped_variable", Var(name)) for name in allowed if name != part.key)
    if isinstance(part, Add):
        for i in range(len(part.terms)):
            yield "extra_term", sum_of(part.terms[:i] + part.terms[i + 1 :])
    for name in allowed if not in_product or isinstance(part, Add) else ():
        for term in (Var(name), Neg(Var(name))):
            yield "dropped_term", plus_term(part, term)
            yield "dropped_term", plus_term(part, Pow(Var(name), number(2)))
    if in_product:
        return
    yield "sign", negated(part)
    for gone, left in without_each(part):
        if not isinstance(gone, Number):
            yield "extra_chain_factor", left
    for factor in (Fraction(2), Fraction(1, 2)):
        mended, changed = scaled(part, factor)
        yield "factor" if changed else "constant_dropped", mended
    for base, exponent, change in powers_of(part):
        for shift in (1, -1):
            if exponent + shift and not isinstance(base, Number):
                yield "wrong_exponent", change(exponent + shift)


def _spots(root: Expression) -> Iterator[tuple[tuple[int, ...], Expression, bool]]:
    """Yield place and part, and whether a product stands around it; conditions left out."""
    stack: list[tuple[tuple[int, ...], Expression, bool]] = [((), root, False)]
    count = 0
    while stack and count < MAX_OCCURRENCES:
        place, part, in_product = stack.pop()
        if isinstance(part, Compare | Logic):
            continue
        count += 1
        yield place, part, in_product
        inside = isinstance(part, Mul | Div | Neg)
        stack.extend(
            ((*place, i), child, inside) for i, child in reversed([*enumerate(children(part))])
        )
