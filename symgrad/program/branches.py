"""What branches of one condition compute twice, made a choice of its own that can be shared.

In `log(x)*log(x) + 1 if x > 0 else 0` the logarithm cannot be computed before the choice: it is an
error where x is negative. As `log(x) if x > 0 else 0` it can, once for all places.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from symgrad.expression.tree import (
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
    size_of,
    walk,
    with_children,
)
from symgrad.program.block import Block, assignment, blocks_of
from symgrad.program.slots import is_harmless

MAX_STATEMENTS = 200  # of statements with branches; where there are more, nothing is taken out
MAX_SIZE = 4000  # in larger statements nothing is taken out
MAX_TAKEN = 40

Branch = tuple[Expression, int]  # a condition, and 1 where it holds or 2 where it does not


def with_choices(blocks: list[Block]) -> list[Block]:
    """Return the blocks with what branches compute twice as choices of their own."""
    kept = [block for block in blocks if not has_branches(block.pattern)]
    rows = [row for b in blocks if has_branches(b.pattern) for row in b.rows()]
    if not rows or len(rows) > MAX_STATEMENTS:
        return blocks
    trees = [row.expression for _, row in rows]
    changed = _taken_out(trees)
    if changed == trees:
        return blocks
    patterns: dict[Expression, Expression] = {block.pattern: block.pattern for block in blocks}
    new = []
    for (place, row), tree in zip(rows, changed, strict=True):
        fresh = assignment(row.name, tree)
        pattern = patterns.setdefault(fresh.pattern, fresh.pattern)
        new.append((place, fresh._replace(pattern=pattern)))
    return [*kept, *blocks_of(new)]


def has_branches(pattern: Expression) -> bool:
    """Tell whether a choice between branches is in a pattern."""
    return any(isinstance(part, Call) and part.function == "where" for part in walk(pattern))


def _taken_out(trees: list[Expression]) -> list[Expression]:
    small = [size_of(tree) <= MAX_SIZE for tree in trees]
    for _ in range(MAX_TAKEN):
        certain: Counter[tuple[Branch, Expression]] = Counter()
        total: Counter[tuple[Branch, Expression]] = Counter()
        for tree, fits in zip(trees, small, strict=True):
            for branch, part, always in _risky_parts(tree) if fits else ():
                total[branch, part] += 1
                certain[branch, part] += always
        found = [key for key, count in total.items() if count > 1 and certain[key]]
        if not found:
            break
        branch, part = max(found, key=lambda key: size_of(key[1]))
        trees = [_replaced(tree, branch, part) for tree in trees]
    return trees


def _risky_parts(tree: Expression) -> Iterator[tuple[Branch, Expression, bool]]:
    """Yield what may be an error in each branch, and whether the branch always computes it."""
    for choice in _outermost(tree):
        condition = choice.arguments[0]
        before = set(walk(condition))
        for side in (1, 2):
            stack = [(choice.arguments[side], True)]
            while stack:
                e, always = stack.pop()
                if isinstance(e, Var | Number | Constant) or e in before:
                    continue
                inner = isinstance(e, Call) and e.function == "where"
                whole = e is choice.arguments[side] and choice.arguments[3 - side] == ZERO
                if not whole and _can_fail(e):
                    yield (condition, side), e, always
                for i, part in enumerate(children(e)):
                    stack.append((part, always and (not inner or i == 0)))


def _outermost(e: Expression) -> Iterator[Call]:
    """Yield the choices that stand in no branch of another."""
    if isinstance(e, Call) and e.function == "where":
        yield e
        return
    for part in children(e):
        yield from _outermost(part)


def _can_fail(e: Expression) -> bool:
    """Tell whether an operation may be an error where it is not needed."""
    if isinstance(e, Compare | Logic):
        return False
    possible = isinstance(e, Div | Pow) or (isinstance(e, Call) and not is_harmless(e))
    return possible and not has_branches(e)


def _replaced(e: Expression, branch: Branch, part: Expression) -> Expression:
    """Return a statement with a choice in the place of the part, in branches of the condition."""
    if isinstance(e, Call) and e.function == "where":
        condition, side = branch
        if e.arguments[0] != condition:
            return e
        arms = (part, ZERO) if side == 1 else (ZERO, part)
        by = Call("where", (condition, *arms))
        if e == by:
            return e
        new = list(e.arguments)
        new[side] = _put(new[side], part, by)
        return Call("where", tuple(new))
    return _with(e, tuple([_replaced(inner, branch, part) for inner in children(e)]))


def _put(e: Expression, part: Expression, by: Call) -> Expression:
    if e == part:
        return by
    if e == by.arguments[0]:
        return e
    return _with(e, tuple([_put(inner, part, by) for inner in children(e)]))


def _with(e: Expression, changed: tuple[Expression, ...]) -> Expression:
    same = all(a is b for a, b in zip(children(e), changed, strict=True))
    return e if same else with_children(e, changed)
