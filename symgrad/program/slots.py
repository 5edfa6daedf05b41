"""Where a pattern holds an operation that other statements may hold too.

A slot is one operation whose arguments are all leaves: w*u inside w*u^2 + u, p - y, exp(z); or a
whole `where`, since what stands in its branches stays there. Its
shape is that operation as a pattern of its own; two slots of one shape with the same operands have
the same value. Sharing replaces slots by temporaries from the leaves up, so larger common parts are
found after smaller ones.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations, pairwise

from symgrad.expression.identity import ByIdentity
from symgrad.expression.tree import (
    ZERO,
    Add,
    Call,
    Compare,
    Constant,
    Expression,
    Logic,
    Mul,
    Neg,
    Number,
    Var,
    children,
    numbered,
    variables,
    with_children,
)

MAX_PAIRED = 6  # of longer sums and products only neighbours are paired

# Functions that every language has a value for at every number.
_TOTAL = frozenset(
    "abs atan atan2 asinh cbrt cosh erf erfc exp expm1 gelu hypot log_sigmoid max min normal_cdf "
    "normal_pdf relu series sigmoid sign silu sinh softplus tanh".split()
)

Path = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Slot:
    """One place in a pattern: the operation there, or two members of a longer sum or product.

    `path` leads to the node, `members` are the two indices in it (empty: the whole node). `shape`
    is the operation with its variables numbered anew, `positions` their numbers in the pattern.
    `lazy` slots stand in a branch of `where`, which may never be evaluated.
    """

    path: Path
    members: tuple[int, ...]
    shape: Expression
    positions: tuple[int, ...]
    commutes: bool
    lazy: bool

    @property
    def is_whole(self) -> bool:
        """Tell whether the slot is the whole pattern."""
        return not self.path and not self.members

    @property
    def harmless(self) -> bool:
        """Tell whether evaluating the operation needlessly can never be an error."""
        return is_harmless(self.shape)


def is_harmless(e: Expression) -> bool:
    """Tell whether an operation, its operands apart, can never be an error."""
    if isinstance(e, Call):
        return e.function in _TOTAL
    return isinstance(e, Add | Mul | Neg)


def slots_of(pattern: Expression) -> tuple[Slot, ...]:
    """Return the slots of a pattern, left to right, those deeper in the tree first."""
    found: list[Slot] = []
    _collect(pattern, (), found, ())
    return tuple(found)


Branch = tuple[Expression, int]  # a condition, and 1 where it holds or 2 where it does not


def _collect(e: Expression, path: Path, found: list[Slot], branches: tuple[Branch, ...]) -> None:
    parts = children(e)
    if not parts:
        return
    branching = isinstance(e, Call) and e.function == "where"
    lazy = bool(branches) and not (branching and _repeats(parts, branches))
    for i, part in enumerate(parts):
        if not isinstance(part, _LEAF):
            absorbed = isinstance(part, Neg) and isinstance(e, Add)
            inner = part.operand if absorbed and isinstance(part, Neg) else part
            steps = (*path, i, 0) if absorbed else (*path, i)
            chosen = ((parts[0], i),) if branching and i > 0 else ()
            _collect(inner, steps, found, (*branches, *chosen))
    match e:
        case Mul(factors):
            _pairs(e, factors, path, found, lazy=lazy)
        case Add(terms):
            _pairs(e, terms, path, found, lazy=lazy)
        case Compare() | Logic():
            return
        case _ if branching or all(_is_simple(part) for part in parts):
            _add(e, path, (), found, lazy=lazy, commutes=False)


def _repeats(parts: tuple[Expression, ...], branches: tuple[Branch, ...]) -> bool:
    """Tell whether a choice is 0 wherever the branch that it stands in is not taken."""
    condition = parts[0]
    return any(
        parts[3 - side] == ZERO and all(b == (condition, side) for b in branches) for side in (1, 2)
    )


_LEAF = (Var, Number, Constant)


def _is_simple(e: Expression) -> bool:
    return isinstance(e, _LEAF) or (
        isinstance(e, Compare) and isinstance(e.left, _LEAF) and isinstance(e.right, _LEAF)
    )


def _pairs(
    e: Add | Mul, parts: tuple[Expression, ...], path: Path, found: list[Slot], *, lazy: bool
) -> None:
    places = [i for i, part in enumerate(parts) if _is_member(part)]
    if isinstance(e, Mul) and len(parts) > 2:
        places = [i for i in places if not isinstance(parts[i], Number)]
    if len(places) < 2:
        return
    short = len(places) <= MAX_PAIRED
    pairs = list(combinations(places, 2) if short else pairwise(places))
    seen: set[tuple[Expression, ...]] = set()
    for i, j in pairs:
        pair = (parts[i], parts[j])
        if len(pairs) > 1:
            if pair in seen:
                continue
            seen.add(pair)
        if isinstance(pair[0], Neg):
            if isinstance(pair[1], Neg):
                continue
            pair = (pair[1], pair[0])
        node = with_children(e, pair)
        commutes = not isinstance(pair[1], Neg) and all(isinstance(p, Var) for p in pair)
        members = () if len(parts) == 2 else (i, j)
        _add(node, path, members, found, lazy=lazy, commutes=commutes)


def _is_member(part: Expression) -> bool:
    return isinstance(part, _LEAF) or (isinstance(part, Neg) and isinstance(part.operand, _LEAF))


def _add(
    node: Expression,
    path: Path,
    members: tuple[int, ...],
    found: list[Slot],
    *,
    lazy: bool,
    commutes: bool,
) -> None:
    match node:
        case Mul((Var(int(i)), Var(int(j)))) if i != j:
            found.append(Slot(path, members, _PRODUCT, (i, j), True, lazy))  # noqa: FBT003
            return
        case Mul((Var(int(i)), Var(int(j)))):
            found.append(Slot(path, members, _SQUARE, (i,), False, lazy))  # noqa: FBT003
            return
    keys = variables(node)
    if not keys:
        return
    shape = numbered(node, keys)
    positions = tuple(int(key) for key in keys)
    found.append(Slot(path, members, shape, positions, commutes and len(keys) > 1, lazy))


_PRODUCT = Mul((Var(0), Var(1)))
_SQUARE = Mul((Var(0), Var(0)))


class SlotTable:
    """The slots of every pattern that was asked for."""

    def __init__(self) -> None:
        self._found: ByIdentity[Expression, tuple[Slot, ...]] = ByIdentity()

    def slots(self, pattern: Expression) -> tuple[Slot, ...]:
        """Return the slots of a pattern."""
        found = self._found.get(pattern)
        if found is None:
            found = self._found[pattern] = slots_of(pattern)
        return found


def replaced_slots(
    pattern: Expression, chosen: tuple[Slot, ...], first: int
) -> tuple[Expression, tuple[int, ...]]:
    """Return the pattern with slot k replaced by variable `first + k`, numbered anew.

    The tuple gives for each new variable the old one it stands for, `first + k` for slot k.
    """
    by_path: dict[Path, list[tuple[Slot, Expression]]] = {}
    for k, slot in enumerate(chosen):
        by_path.setdefault(slot.path, []).append((slot, Var(first + k)))
    changed = _rewritten(pattern, (), by_path)
    old = tuple(int(key) for key in variables(changed))
    return numbered(changed, old), old


def _rewritten(
    e: Expression, path: Path, by_path: dict[Path, list[tuple[Slot, Expression]]]
) -> Expression:
    here = by_path.get(path, [])
    if here and not here[0][0].members:
        return here[0][1]
    parts = children(e)
    if not parts:
        return e
    new = [_rewritten(part, (*path, i), by_path) for i, part in enumerate(parts)]
    gone: set[int] = set()
    for slot, temporary in here:
        i, j = slot.members
        new[i] = temporary
        gone.add(j)
    return with_children(e, tuple(part for i, part in enumerate(new) if i not in gone))


def without_conflicts(ranked: list[Slot]) -> tuple[Slot, ...]:
    """Return the slots that can be replaced together, the earlier in the list preferred."""
    taken: set[tuple[Path, int]] = set()
    kept: list[Slot] = []
    for slot in ranked:
        claims = [(slot.path, i) for i in slot.members] or [(slot.path, -1)]
        # A whole node may hold other slots, when it is a choice.
        if any((slot.path[:end], -1) in taken for end in range(len(slot.path))):
            continue
        if not slot.members and any(o.path[: len(slot.path)] == slot.path for o in kept):
            continue
        if taken.isdisjoint(claims):
            taken.update(claims)
            kept.append(slot)
    return tuple(kept)
