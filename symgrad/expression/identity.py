"""What is known of parts of expressions, told by which object each is.

Expressions share their parts, so the written length of one may be exponential in the number of its
objects: hashing or comparing a part by value costs its length, asking for its identity costs
nothing. The number that `id` gives is handed out again once an object is gone; whoever keeps the
number must keep the object. `ByIdentity` does, and nothing else in the package calls `id`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Generic, TypeVar

from symgrad.expression.tree import Expression, children

Key = TypeVar("Key")
Known = TypeVar("Known")


class ByIdentity(Generic[Key, Known]):
    """A mapping whose keys are objects, told apart by identity and kept alive.

    >>> first, second = (1, 2), (1, 2)
    >>> known = ByIdentity()
    >>> known[first] = "first"
    >>> known.get(first), known.get(tuple([1, 2])), first in known
    ('first', None, True)
    """

    __slots__ = ("_items",)

    def __init__(self) -> None:
        self._items: dict[int, tuple[Known, Key]] = {}

    def get(self, key: Key) -> Known | None:
        """Return what is known of an object, or None."""
        found = self._items.get(id(key))
        return None if found is None else found[0]

    def __getitem__(self, key: Key) -> Known:
        return self._items[id(key)][0]

    def __setitem__(self, key: Key, known: Known) -> None:
        self._items[id(key)] = (known, key)

    def __contains__(self, key: Key) -> bool:
        return id(key) in self._items


def distinct(items: Iterable[Known]) -> list[Known]:
    """Return every object once, in the order in which they come first.

    Equations of one shape share one pattern: what is asked of each pattern is asked once.

    >>> first, second = [1, 2], [1, 2]
    >>> len(distinct([first, second, first]))
    2
    """
    return list({id(item): item for item in items}.values())


def each_part(
    expression: Expression,
    below: Callable[[Expression], tuple[Expression, ...]] = children,
) -> Iterator[Expression]:
    """Yield every part once, wholes before their parts and those from left to right.

    Args:
        expression: what is gone through.
        below: the parts of a part that are gone into, by default all.
    """
    seen: set[int] = set()  # the whole keeps its parts alive
    stack = [expression]
    while stack:
        part = stack.pop()
        if id(part) not in seen:
            seen.add(id(part))
            yield part
            stack.extend(reversed(below(part)))


def parts_first(
    expressions: Sequence[Expression], *, most: int, deepest: int
) -> tuple[Expression, ...] | None:
    """Return every part once, parts before the wholes that hold them.

    None where there are more than `most` parts, or more than `deepest` levels of them.
    """
    depth: dict[int, int] = {}
    order: list[Expression] = []
    stack = [(expression, False) for expression in reversed(expressions)]
    while stack:
        part, ready = stack.pop()
        if id(part) in depth:
            continue
        below = children(part)
        if ready or not below:
            level = 1 + max((depth[id(child)] for child in below), default=0)
            if level > deepest or len(order) >= most:
                return None
            depth[id(part)] = level
            order.append(part)
        else:
            if len(stack) > most:
                return None
            stack.append((part, True))
            stack.extend((child, False) for child in below)
    return tuple(order)
