"""Functions that an emitted file brings along."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Helper:
    """A function that the emitted file brings along: its text, and the helpers it needs."""

    text: str
    needs: tuple[str, ...] = ()


def with_needs(needed: Iterable[str], helpers: Mapping[str, Helper]) -> dict[str, Helper]:
    """Return the helpers among `needed` and all that they need, dependencies first.

    >>> list(with_needs(["b", "sin"], {"a": Helper("…"), "b": Helper("…", ("a",))}))
    ['a', 'b']
    """
    seen: set[str] = set()
    ordered: dict[str, Helper] = {}
    # No function that calls itself: only the collector would clear what it refers to.
    stack = [(name, False) for name in [*needed][::-1]]
    while stack:
        name, is_ready = stack.pop()
        if is_ready:
            ordered[name] = helpers[name]
        elif name not in seen and name in helpers:
            seen.add(name)
            stack.append((name, True))
            stack += [(other, False) for other in helpers[name].needs[::-1]]
    return ordered
