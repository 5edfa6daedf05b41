"""Text in which every character knows where in another text it comes from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from symgrad.errors import Place
from symgrad.sources.problems import Origin


@dataclass(frozen=True, slots=True)
class Written:
    """A text, and for each of its characters the offset of the one that it stands for."""

    text: str
    offsets: tuple[int, ...]

    @classmethod
    def at(cls, text: str, start: int) -> Written:
        """Return text that stands in the original as it is, from `start` on."""
        return cls(text, tuple(range(start, start + len(text))))

    @classmethod
    def all_at(cls, text: str, start: int) -> Written:
        """Return text all of which stands for one character of the original."""
        return cls(text, (start,) * len(text))

    @classmethod
    def join(cls, parts: Iterable[Written]) -> Written:
        """Return parts one after the other.

        >>> Written.join([Written.at("ab", 3), Written.all_at("*", 9)])
        Written(text='ab*', offsets=(3, 4, 9))
        """
        listed = list(parts)
        return cls(
            "".join(part.text for part in listed),
            tuple(offset for part in listed for offset in part.offsets),
        )

    def part(self, start: int, end: int) -> Written:
        """Return the part from `start` to `end`, with the spaces around it."""
        return Written(self.text[start:end], self.offsets[start:end])

    def cut(self, start: int, end: int) -> Written:
        """Return the part from `start` to `end` without the spaces around it."""
        while start < end and self.text[start].isspace():
            start += 1
        while start < end and self.text[end - 1].isspace():
            end -= 1
        return Written(self.text[start:end], self.offsets[start:end])

    def through(self, outer: Written) -> Written:
        """Return the same text with offsets that lead through `outer` to what that comes from.

        >>> Written.at("b", 1).through(Written.at("ab", 7))
        Written(text='b', offsets=(8,))
        """
        last = len(outer.offsets) - 1
        return Written(self.text, tuple(outer.offsets[min(at, last)] for at in self.offsets))

    def start(self, default: int = 0) -> int:
        """Return the offset of the first character."""
        return self.offsets[0] if self.offsets else default

    def end(self, default: int = 0) -> int:
        """Return the offset behind the last character."""
        return max(self.offsets) + 1 if self.offsets else default

    def origin(self, original: str, origin: Origin) -> MappedOrigin:
        """Return an origin for this text: places in it are places in `original`."""
        if isinstance(origin, MappedOrigin):
            last = len(origin.offsets) - 1
            return replace(
                origin, offsets=tuple(origin.offsets[min(i, last)] for i in self.offsets)
            )
        return MappedOrigin(
            origin.source, origin.lines, origin.line, origin.column, origin.first,
            original, self.offsets,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class MappedOrigin(Origin):
    """The origin of a translated text: places are those of the characters it was made from."""

    original: str = ""
    offsets: tuple[int, ...] = ()

    def place(self, text: str, start: int, end: int) -> Place:
        """Return the place in the original of `text[start:end]`."""
        base = Origin(self.source, self.lines, self.line, self.column, self.first)
        del text
        if not self.offsets:
            return base.place(self.original, 0, 1)
        covered = self.offsets[start:end] or (min(self.offsets[-1] + 1, len(self.original)),)
        first, last = min(covered), max(covered)
        return base.place(self.original, first, last + 1)
