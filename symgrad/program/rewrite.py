"""Other ways to write the same statement, taken where they leave less to compute.

Each way is tried on the statements that share operands with one example of the pattern, so that a
program of 10,000 statements is decided as quickly as one of ten. Three ways are tried: common
factors taken out of a sum (Horner's rule), a named square written out first (c*h with h = u*u is
(c*u)*u), and λ/2*(a^2 + c^2) multiplied out. Where t + k is computed, 2t + k is t + (t + k).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import compress, count

from symgrad.expression.tree import (
    ONE,
    Add,
    Div,
    Expression,
    Mul,
    Neg,
    Number,
    Var,
    children,
    formula_of,
    number,
    product_of,
    substitute,
    walk,
    with_children,
)
from symgrad.program.block import Block, assignment, blocks_of, rows_of
from symgrad.program.normal import normal, operations_of
from symgrad.program.sharing import shared
from symgrad.program.slots import SlotTable

MAX_TERMS = 8
MAX_WINDOW = 40
MAX_TRIALS = 40
MAX_OPERATIONS = 40  # of a formula that is looked at, and operands that it may have
_NEIGHBOURS = 8

TWO = number(2)
Factors = tuple[list[Expression], list[Expression]]


def rewritten(blocks: list[Block], prefix: str, table: SlotTable) -> list[Block]:
    """Return the blocks in the cheapest of the forms that were tried."""
    current = blocks
    short = sum(len(block.names) for block in blocks) <= MAX_WINDOW
    whole: int | None = None  # what a short program costs as it is: its windows are all of it
    for place in range(min(len(blocks), MAX_TRIALS)):
        block = current[place]
        if not 1 < operations_of(block.pattern) <= MAX_OPERATIONS:
            continue
        window: list[Block] = []
        least = whole
        for form in _ways(block.pattern):
            window = window or _window(current, place)
            if least is None:
                least = _cost(window, prefix, table)
                whole = least if short else None
            trial = [b.with_pattern(form) if b.pattern is block.pattern else b for b in window]
            if _cost(trial, prefix, table) < least:
                current = [*current]
                current[place] = block.with_pattern(form)
                whole = None
                break
    if short:
        current = _squares_written_out(current, prefix, table, whole)
    return _doubled(current)


def _ways(pattern: Expression) -> Iterator[Expression]:
    """Yield other forms of a pattern."""
    factored = _everywhere(pattern)
    if factored != pattern:
        yield factored
    multiplied = _multiplied_out(pattern)
    if multiplied is not None:
        yield multiplied


def _squares_written_out(
    blocks: list[Block], prefix: str, table: SlotTable, least: int | None
) -> list[Block]:
    """Write h = u*u out where u itself is an operand too, as far as that saves operations.

    `least` is what the blocks cost, where that is known.
    """
    best = blocks
    rows = rows_of(blocks)
    squares = {r.name: r.operands[0] for r in rows if r.pattern == Mul((Var(0), Var(0)))}
    for i, row in enumerate(rows):
        for place, name in enumerate(row.operands):
            if squares.get(name) in row.operands:
                if least is None:
                    least = _cost(blocks, prefix, table)
                names: dict[str | int, Expression] = {k: Var(o) for k, o in enumerate(row.operands)}
                names[place] = Mul((Var(squares[name]), Var(squares[name])))
                form = _everywhere(normal(substitute(row.pattern, names)))
                changed = [*rows[:i], assignment(row.name, form), *rows[i + 1 :]]
                trial = blocks_of(enumerate(changed))
                cost = _cost(trial, prefix, table)
                if cost < least:
                    best, least, rows = trial, cost, changed
                    break
    return best


def _window(blocks: Sequence[Block], place: int) -> list[Block]:
    """Return the statements that share an operand with one example of a block."""
    if sum(len(block.names) for block in blocks) <= MAX_WINDOW:
        return list(blocks)
    example = blocks[place]
    middle = len(example.names) // 2
    names = {example.names[middle], *(column[middle] for column in example.columns)}
    near: list[Block] = []
    for block in blocks:
        if len(block.columns) > MAX_OPERATIONS:
            continue
        found: set[int] = set()
        for column in (block.names, *block.columns):
            found.update(compress(count(), map(names.__contains__, column)))
        if block is example:
            found = {i for i in found if abs(i - middle) < _NEIGHBOURS}
        if found:
            near.append(block.picked(sorted(found)[:MAX_WINDOW]))
    return near


def _cost(blocks: list[Block], prefix: str, table: SlotTable) -> int:
    done = shared(_doubled(blocks), prefix, table)
    return sum(operations_of(block.pattern) * len(block.names) for block in done)


def _doubled(blocks: list[Block]) -> list[Block]:
    """Write 2t + k as t + (t + k) in every pattern, where some pattern computes t + k."""
    plain: set[Expression] = set()
    twice = False
    for block in blocks:
        if len(block.columns) > MAX_OPERATIONS:
            continue
        for part in walk(block.pattern):
            twice = twice or (isinstance(part, Number) and part == TWO)
            if isinstance(part, Add) and len(part.terms) == 2:
                plain.add(formula_of(part).pattern)
    if not twice:
        return blocks
    changed = [
        block.pattern
        if len(block.columns) > MAX_OPERATIONS
        else _with_doubles(block.pattern, plain)
        for block in blocks
    ]
    return [
        block if new is block.pattern else block.with_pattern(new)
        for block, new in zip(blocks, changed, strict=True)
    ]


def _with_doubles(e: Expression, plain: set[Expression]) -> Expression:
    parts = children(e)
    if not parts:
        return e
    inner = tuple([_with_doubles(part, plain) for part in parts])
    new = e if all(a is b for a, b in zip(inner, parts, strict=True)) else with_children(e, inner)
    match new:
        case Add((Mul((Number(Fraction(numerator=2, denominator=1)), *rest)), k)):
            t = product_of(rest)
            once = Add((t, k))
            return Add((t, once)) if formula_of(once).pattern in plain else new
        case _:
            return new


def _everywhere(e: Expression) -> Expression:
    """Return the expression with common factors taken out of all of its sums."""
    parts = children(e)
    if not parts or len(parts) > MAX_TERMS:
        return e
    new = with_children(e, tuple([_everywhere(part) for part in parts]))
    return _factored(new) if isinstance(new, Add) else new


def _factors(term: Expression) -> tuple[bool, Factors]:
    """Return whether a term is negative, and its factors above and below the line."""
    negative = isinstance(term, Neg)
    bare = term.operand if isinstance(term, Neg) else term
    above, below = (bare.numerator, bare.denominator) if isinstance(bare, Div) else (bare, ONE)
    return negative, (
        list(above.factors) if isinstance(above, Mul) else [above],
        [] if below == ONE else list(below.factors) if isinstance(below, Mul) else [below],
    )


def _factored(total: Add) -> Expression:
    split = [_factors(term) for term in total.terms]
    counts: dict[tuple[Expression, int], int] = {}
    for _, sides in split:
        for side in (0, 1):
            for factor in dict.fromkeys(sides[side]):
                if not isinstance(factor, Number):
                    counts[factor, side] = counts.get((factor, side), 0) + 1
    best = max(counts, key=lambda key: counts[key], default=None)
    if best is None or counts[best] < 2:
        return total
    factor, side = best
    inner: list[Expression] = []
    outer: list[Expression] = []
    place = 0
    for (negative, sides), term in zip(split, total.terms, strict=True):
        if factor in sides[side]:
            place = place if inner else len(outer)
            sides[side].remove(factor)
            rest = _quotient_of(sides)
            inner.append(Neg(rest) if negative else rest)
        else:
            outer.append(term)
    grouped = _factored(Add(tuple(inner)))
    product = Mul((factor, grouped)) if side == 0 else Div(grouped, factor)
    outer.insert(place, normal(product))
    return outer[0] if len(outer) == 1 else normal(_factored(Add(tuple(outer))))


def _quotient_of(sides: Factors) -> Expression:
    above, below = map(product_of, sides)
    return above if below == ONE else Div(above, below)


def _multiplied_out(e: Expression) -> Expression | None:
    """Return (λ·a·a + λ·c·c)/2 for λ/2·(a² + c²), None for an expression of another form."""
    if not isinstance(e, Mul) or not isinstance(e.factors[-1], Add):
        return None
    *front, total = e.factors
    if not isinstance(total, Add) or len(total.terms) > MAX_TERMS:
        return None
    above: list[Expression] = []
    below = Fraction(1)
    for factor in front:
        match factor:
            case Div(Var() as name, Number(value)):
                above.append(name)
                below *= value
            case Var() as name:
                above.append(name)
            case _:
                return None
    terms = [
        Neg(normal(Mul((*above, term.operand))))
        if isinstance(term, Neg)
        else normal(Mul((*above, term)))
        for term in total.terms
    ]
    return Div(Add(tuple(terms)), number(below)) if below != 1 else Add(tuple(terms))
