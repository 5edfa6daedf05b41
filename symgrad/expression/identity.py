"""What is known of parts of expressions, told by which object each is.

Expressions share their parts, so the written length of one may be exponential in the number of its
objects: hashing or comparing a part by value costs its length, asking for its identity costs
nothing. The number that `id` gives is handed out again once an object is gone; whoever keeps the
number must keep the object. `ByIdentity` does, and nothing else in the package calls `id`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import wraps
from typing import Concatenate, Generic, ParamSpec, TypeVar

Key = TypeVar("Key")
Known = TypeVar("Known")
More = ParamSpec("More")
Part = TypeVar("Part")


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


def remembered(
    function: Callable[Concatenate[Key, More], Known],
) -> Callable[Concatenate[Key, More], Known]:
    """Return a function of an object that keeps what it gave for the last few objects.

    For large frozen values, of which a hash would read everything.

    >>> asked = []
    >>> doubled = remembered(lambda items: asked.append(items) or items * 2)
    >>> first, second = [1], [1]
    >>> doubled(first), doubled(first), doubled(second), len(asked)
    ([1, 1], [1, 1], [1, 1], 2)
    """
    last: deque[tuple[Key, object, Known]] = deque(maxlen=8)

    @wraps(function)
    def found(key: Key, /, *more: More.args, **named: More.kwargs) -> Known:
        for known, others, result in tuple(last):
            if known is key and others == (more, named):
                return result
        result = function(key, *more, **named)
        last.append((key, (more, named), result))
        return result

    return found


class Identities:
    """Gives objects numbers, one for each object, and keeps the objects so that they stay theirs.

    >>> numbers = Identities()
    >>> first, second = [1, 2], [1, 2]
    >>> numbers.of(first) == numbers.of(first), numbers.of(first) == numbers.of(second)
    (True, False)
    """

    __slots__ = ("_items",)

    def __init__(self) -> None:
        self._items: dict[int, object] = {}

    def of(self, item: object) -> int:
        """Return the number of an object."""
        number = id(item)
        self._items[number] = item
        return number


def grouped(items: Iterable[Known], by: Callable[[Known], object]) -> list[list[Known]]:
    """Return the items in groups that share one object, which `by` finds in each item.

    >>> pattern, other = [1], [1]
    >>> grouped([("a", pattern), ("b", other), ("c", pattern)], lambda item: item[1])
    [[('a', [1]), ('c', [1])], [('b', [1])]]
    """
    listed = list(items)
    keys = list(map(id, map(by, listed)))  # the items keep what they are grouped by
    groups: dict[int, list[Known]] = {key: [] for key in dict.fromkeys(keys)}
    if len(groups) == 1:
        return [listed]
    for key, item in zip(keys, listed, strict=True):
        groups[key].append(item)
    return list(groups.values())


def distinct(items: Iterable[Known]) -> list[Known]:
    """Return every object once, in the order in which they come first.

    Equations of one shape share one pattern: what is asked of each pattern is asked once.

    >>> first, second = [1, 2], [1, 2]
    >>> len(distinct([first, second, first]))
    2
    """
    listed = list(items)
    return list(dict(zip(map(id, listed), listed, strict=True)).values())


def each_part(expression: Part, below: Callable[[Part], Sequence[Part]]) -> Iterator[Part]:
    """Yield every part once, wholes before their parts and those from left to right.

    Args:
        expression: what is gone through.
        below: the parts of a part that are gone into.
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
    expressions: Sequence[Part],
    below: Callable[[Part], Sequence[Part]],
    *,
    most: int,
    deepest: int,
) -> tuple[Part, ...] | None:
    """Return every part once, parts before the wholes that hold them.

    None where there are more than `most` parts, or more than `deepest` levels of them.
    """
    depth: dict[int, int] = {}
    order: list[Part] = []
    stack = [(expression, False) for expression in reversed(expressions)]
    while stack:
        part, ready = stack.pop()
        if id(part) in depth:
            continue
        inner = below(part)
        if ready or not inner:
            level = 1 + max((depth[id(child)] for child in inner), default=0)
            if level > deepest or len(order) >= most:
                return None
            depth[id(part)] = level
            order.append(part)
        else:
            if len(stack) > most:
                return None
            stack.append((part, True))
            stack.extend((child, False) for child in inner)
    return tuple(order)


def rebuilt(
    expression: Part,
    leaf: Callable[[Part], Part],
    below: Callable[[Part], tuple[Part, ...]],
    made: Callable[[Part, tuple[Part, ...]], Part],
) -> Part:
    """Return what comes of replacing the leaves of a whole; what is shared in it stays shared.

    Args:
        expression: the whole.
        leaf: what stands in the place of a part that has no parts.
        below: the parts of a part.
        made: a part made again, of other parts.
    """
    inner = below(expression)
    return _again(expression, inner, leaf, below, made, {}) if inner else leaf(expression)


# No function within a function: one that calls itself is garbage that only the collector clears.
def _again(
    part: Part,
    inner: tuple[Part, ...],
    leaf: Callable[[Part], Part],
    below: Callable[[Part], tuple[Part, ...]],
    made: Callable[[Part, tuple[Part, ...]], Part],
    known: dict[int, Part],  # the whole keeps its parts alive
) -> Part:
    new: list[Part] = []
    same = True
    for child in inner:
        found = known.get(id(child))
        if found is None:
            parts = below(child)
            found = _again(child, parts, leaf, below, made, known) if parts else leaf(child)
            known[id(child)] = found
        new.append(found)
        same = same and found is child
    return part if same else made(part, tuple(new))
