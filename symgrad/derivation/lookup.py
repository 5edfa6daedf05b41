"""A read-only mapping whose values are built when somebody asks for them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TypeVar

from symgrad.errors import UnknownName, did_you_mean
from symgrad.expression.names import canonical

Value = TypeVar("Value")
Key = TypeVar("Key")


class LazyMapping(Mapping[Key, Value]):
    """Keys known, values built by `build(key)` at the first look-up.

    Keys that are names are found in any spelling of their Greek letters. Raises UnknownName for a
    key that is not there.
    """

    def __init__(self, keys: Iterable[Key], build: Callable[[Key], Value]) -> None:
        self._keys = dict.fromkeys(keys)
        self._build = build
        self._built: dict[Key, Value] = {}
        self._spellings = {_spelling(key): key for key in self._keys}

    def __getitem__(self, key: Key) -> Value:
        found = key if key in self._keys else self._spellings.get(_spelling(key))
        if found is None:
            help_text = did_you_mean(str(key), [str(known) for known in self._keys])
            raise UnknownName(f"unknown name `{key}`", help=help_text)
        if found not in self._built:
            self._built[found] = self._build(found)
        return self._built[found]

    def __iter__(self) -> Iterator[Key]:
        return iter(self._keys)

    def __len__(self) -> int:
        return len(self._keys)

    def __repr__(self) -> str:
        return "{" + ", ".join(f"{key!r}: {self[key]!r}" for key in self) + "}"


def _spelling(key: object) -> object:
    if isinstance(key, tuple):
        return tuple(_spelling(part) for part in key)
    return canonical(key) if isinstance(key, str) else key
