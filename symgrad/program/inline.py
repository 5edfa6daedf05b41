"""After sharing: temporaries that one place alone uses are written out, and all is put in order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from itertools import chain, islice

from symgrad.expression.identity import Identities
from symgrad.expression.tree import (
    Add,
    Expression,
    Mul,
    Picker,
    Var,
    children,
    numbered,
    picker,
    placed,
    substitute,
    variables,
    walk,
    with_children,
)
from symgrad.program.block import Assignment, Block, blocks_of

MAX_RENUMBERED = 2000  # temporaries that are numbered in the order in which they are computed


def inlined(blocks: list[Block], temporaries: dict[str, int]) -> list[Block]:
    """Return the blocks with every temporary written out that occurs once, and forget it."""
    uses: Counter[str] = Counter()
    for block in blocks:
        for column in block.columns:
            if not temporaries.keys().isdisjoint(column):
                uses.update(column)
    single = {name for name in temporaries if uses[name] == 1}
    if not single:
        return blocks
    untouched: list[Block] = []
    rows: dict[str, tuple[int, Assignment]] = {}
    for block in blocks:
        flags = [name in single for name in block.names]
        for column in block.columns:
            if not single.isdisjoint(column):
                flags = [old or name in single for old, name in zip(flags, column, strict=True)]
        if not any(flags):
            untouched.append(block)
            continue
        if not all(flags):
            untouched.append(block.selected([not flag for flag in flags]))
        rows.update((item[1][0], item) for item in block.selected(flags).rows())
    _write_out(rows, single, temporaries)
    return [*untouched, *blocks_of(rows.values())]


def _write_out(
    rows: dict[str, tuple[int, Assignment]], single: set[str], temporaries: dict[str, int]
) -> None:
    inliner = _Inliner()
    for name in list(rows):
        while name in rows:
            place, row = rows[name]
            position = inliner.position(row, single)
            if position is None:
                break
            used = row.operands[position]
            _, part = rows.pop(used)
            temporaries.pop(used)
            single.discard(used)
            rows[name] = (place, inliner.row(row, position, part))


class _Inliner:
    """Patterns put into patterns, each pair worked out once."""

    def __init__(self) -> None:
        self._once: dict[tuple[int, int], bool] = {}
        self._plans: dict[tuple[object, ...], tuple[Expression, Picker]] = {}
        self._patterns: dict[Expression, Expression] = {}
        self._numbers = Identities()

    def position(self, row: Assignment, single: set[str]) -> int | None:
        """Return the position of an operand that is in `single` and occurs once in the pattern."""
        for place, operand in enumerate(row.operands):
            if operand in single:
                key = (self._numbers.of(row.pattern), place)
                if key not in self._once:
                    count = sum(1 for part in walk(row.pattern) if part == Var(place))
                    self._once[key] = count == 1
                if self._once[key]:
                    return place
        return None

    def row(self, row: Assignment, position: int, part: Assignment) -> Assignment:
        """Return `row` with `part` written out in the place of one operand."""
        names = row.operands + part.operands
        index: dict[str, int] = {}
        numbers = tuple([index.setdefault(name, i) for i, name in enumerate(names)])
        patterns = self._numbers.of(row.pattern), self._numbers.of(part.pattern)
        key = (*patterns, position, numbers)
        plan = self._plans.get(key)
        if plan is None:
            width = len(row.operands)
            inner = placed(part.pattern, numbers[width:])
            values: dict[str | int, Expression] = {position: inner}
            tree = _flattened(substitute(row.pattern, values))
            used = tuple([int(k) for k in variables(tree)])
            pattern = numbered(tree, used)
            plan = (self._patterns.setdefault(pattern, pattern), picker(used))
            self._plans[key] = plan
        return Assignment(row.name, plan[0], plan[1](names))


def _flattened(e: Expression) -> Expression:
    """Return products of products, and sums that begin with a sum, as one."""
    parts = children(e)
    if not parts:
        return e
    new = tuple([_flattened(part) for part in parts])
    if isinstance(e, Mul):
        new = tuple(chain.from_iterable(f.factors if isinstance(f, Mul) else (f,) for f in new))
    elif isinstance(e, Add) and isinstance(new[0], Add):
        new = (*new[0].terms, *new[1:])
    return with_children(e, new)


def sorted_blocks(
    blocks: list[Block], temporaries: Mapping[str, int], prefix: str, *, disordered: bool
) -> list[Block]:
    """Return the blocks with places 0, 1, … such that each statement stands after what it uses."""
    if disordered:
        order = _dependency_order(blocks, temporaries)
        place = dict(zip(order, range(len(order)), strict=True))
        places = [place[name] for block in blocks for name in block.names]
    else:
        # A temporary stands right before the first statement that uses it; of several there, those
        # found earlier come first, because later ones may use them.
        last = len(temporaries) + 1
        first = {name: p * last + i for i, (name, p) in enumerate(temporaries.items())}
        keys: list[int] = []
        for block in blocks:
            own = [place * last + last - 1 for place in block.places]
            is_plain = first.keys().isdisjoint(block.names)
            keys += own if is_plain else map(first.get, block.names, own)
        places = [0] * len(keys)
        for i, old in enumerate(sorted(range(len(keys)), key=keys.__getitem__)):
            places[old] = i
    following = iter(places)
    placed = [replace(b, places=tuple(islice(following, len(b.names)))) for b in blocks]
    if len(temporaries) > MAX_RENUMBERED or not temporaries:
        return placed
    by_place = {p: n for b in placed for p, n in zip(b.places, b.names, strict=True)}
    ordered = [by_place[p] for p in range(len(by_place)) if by_place[p] in temporaries]
    fresh = {name: f"{prefix}{i}" for i, name in enumerate(ordered, 1)}
    return [_renamed(block, fresh) for block in placed]


def _renamed(block: Block, fresh: Mapping[str, str]) -> Block:
    return replace(
        block,
        names=tuple([fresh.get(name, name) for name in block.names]),
        columns=tuple([tuple([fresh.get(n, n) for n in column]) for column in block.columns]),
    )


def _dependency_order(blocks: list[Block], temporaries: Mapping[str, int]) -> list[str]:
    """Return all names in an order in which each stands after those it uses."""
    rows = {row.name: (place, row.operands) for b in blocks for place, row in b.rows()}
    order = sorted((name for name in rows if name not in temporaries), key=lambda n: rows[n][0])
    done: set[str] = set()
    placed: list[str] = []
    for name in order:
        stack = [name]
        while stack:
            top = stack[-1]
            waiting = [o for o in rows[top][1] if o in rows and o not in done]
            if waiting:
                stack.extend(reversed(waiting))
                continue
            stack.pop()
            if top not in done:
                done.add(top)
                placed.append(top)
    return placed
