"""What a branch of a choice computes twice, made a choice of its own that can be shared.

In `log(x)*log(x) + 1 if x > 0 else 0` the logarithm cannot be computed before the choice: it is an
error where x is negative. As `log(x) if x > 0 else 0` it can, once for all places.
"""

from __future__ import annotations

from collections import Counter

from symgrad.expression import (
    ZERO,
    Call,
    Compare,
    Constant,
    Div,
    Expression,
    Logic,
    Number,
    Pow,
    Var,
    children,
    walk,
    with_children,
)
from symgrad.program_block import Block
from symgrad.program_slots import is_harmless

MAX_SIZE = 4000  # of a larger pattern nothing is taken out
MAX_TAKEN = 12


def with_choices(blocks: list[Block]) -> list[Block]:
    """Return the blocks with what a branch computes twice as choices of their own."""
    known: dict[int, Expression] = {}
    result = []
    for block in blocks:
        changed = known.get(id(block.pattern))
        if changed is None:
            changed = known[id(block.pattern)] = _with_choices(block.pattern)
        if changed is not block.pattern:
            block = Block(changed, block.names, block.columns, block.places)  # noqa: PLW2901
        result.append(block)
    return result


def _with_choices(e: Expression) -> Expression:
    if not any(isinstance(part, Call) and part.function == "where" for part in walk(e)):
        return e
    if sum(1 for _ in walk(e)) > MAX_SIZE:
        return e
    return _outermost(e)


def _outermost(e: Expression) -> Expression:
    """Treat the choices that stand in no branch of another."""
    if isinstance(e, Call) and e.function == "where":
        condition, *sides = e.arguments
        for side in (0, 1):
            for _ in range(MAX_TAKEN):
                part = _repeated(sides[side], condition)
                if part is None:
                    break
                arms = (part, ZERO) if side == 0 else (ZERO, part)
                choice = Call("where", (condition, *arms))
                sides[side] = _replaced(sides[side], part, choice, condition)
        new = (condition, *sides)
        return e if new == e.arguments else Call("where", new)
    parts = children(e)
    changed = tuple([_outermost(part) for part in parts])
    return e if all(a is b for a, b in zip(parts, changed, strict=True)) else with_children(e, changed)


def _repeated(branch: Expression, condition: Expression) -> Expression | None:
    """Return the largest part that a branch certainly computes, and in two places at least.

    What the condition computes is known before the choice.
    """
    before = set(walk(condition))
    certain: Counter[Expression] = Counter()
    perhaps: Counter[Expression] = Counter()
    stack = [(branch, True)]
    while stack:
        e, always = stack.pop()
        if isinstance(e, Var | Number | Constant) or e in before:
            continue
        choice = isinstance(e, Call) and e.function == "where"
        if not choice and not isinstance(e, Compare | Logic):
            (certain if always else perhaps)[e] += 1
        for i, part in enumerate(children(e)):
            stack.append((part, always and (not choice or i == 0)))
    found = [
        e
        for e, count in certain.items()
        if count + perhaps[e] > 1 and e != branch and _can_fail(e)
    ]
    return max(found, key=lambda e: sum(1 for _ in walk(e)), default=None)


def _can_fail(e: Expression) -> bool:
    """Tell whether an operation may be an error where it is not needed."""
    possible = isinstance(e, Div | Pow) or (isinstance(e, Call) and not is_harmless(e))
    return possible and not any(
        isinstance(part, Call) and part.function == "where" for part in walk(e)
    )


def _replaced(
    e: Expression, part: Expression, by: Expression, condition: Expression
) -> Expression:
    if e in (part, condition):
        return by if e == part else e
    parts = children(e)
    changed = tuple([_replaced(inner, part, by, condition) for inner in parts])
    return e if all(a is b for a, b in zip(parts, changed, strict=True)) else with_children(e, changed)
