"""How far long work has come: told by who does it, to whoever listens, from other processes too.

Nobody has to listen, and who tells does not know who does. A share is of the part that is worked
on, and parts lie in each other: half of the second half is three quarters of the whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")
Listener = Callable[[float, str], None]  # the share that is done, and what is being done


@dataclass(frozen=True, slots=True)
class Told:
    """A share of the whole that is done, as it comes from another process."""

    share: float
    what: str


@dataclass(frozen=True, slots=True)
class _Span:
    listener: Listener
    start: float = 0.0
    end: float = 1.0
    what: str = ""


_span: ContextVar[_Span | None] = ContextVar("span", default=None)


def tell(share: float, what: str = "") -> None:
    """Tell that a share of the part that is worked on is done, from 0 to 1."""
    own = _span.get()
    if own is not None:
        own.listener(own.start + share * (own.end - own.start), what or own.what)


@contextmanager
def listening(listener: Listener) -> Iterator[None]:
    """Have a listener hear how far the work of this block has come.

    >>> with listening(lambda share, what: print(f"{share:.0%} {what}")):
    ...     with part(0.5, 1.0, "sums"):
    ...         numbers = [number for number in counted([7, 8])]
    50% sums
    50% sums
    75% sums
    """
    token = _span.set(_Span(listener))
    try:
        yield
    finally:
        _span.reset(token)


@contextmanager
def part(start: float, end: float, what: str = "") -> Iterator[None]:
    """Do a part of the work: from one share of what it lies in to another."""
    outer = _span.get()
    if outer is None:
        yield
        return
    width = outer.end - outer.start
    inner = _Span(outer.listener, outer.start + start * width, outer.start + end * width,
                  what or outer.what)  # fmt: skip
    token = _span.set(inner)
    try:
        tell(0.0)
        yield
    finally:
        _span.reset(token)


def counted(items: Sequence[T], what: str = "") -> Iterator[T]:
    """Yield the items of the work, each a part of its own that lies in what is worked on."""
    for i, item in enumerate(items):
        with part(i / len(items), (i + 1) / len(items), what):
            yield item
