"""Faults found while reading: where they are, what kind they are, and all of them in one go."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from symgrad.errors import (
    Diagnostic,
    LimitExceeded,
    NotDifferentiable,
    Place,
    SourceError,
    UnknownName,
    close_to,
)
from symgrad.sources.limits import MAX_FAULTS, MAX_SHOWN

_LONGEST_MESSAGE = 400


class UnknownNameInSource(SourceError, UnknownName):
    """A graph uses a name that it does not define."""


class UndifferentiableSource(SourceError, NotDifferentiable):
    """A graph uses a function without a derivative."""


class ShapesDoNotFit(SourceError):
    """An operation on arrays whose shapes do not fit one another."""


class SourceTooLarge(SourceError, LimitExceeded):
    """A source exceeds a limit of `symgrad.sources.limits`."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a piece of text stands in its source: its first character's line and column, from 1.

    `lines` are the lines of the source from line number `first` on.
    """

    source: str
    lines: Sequence[str]
    line: int
    column: int
    first: int = 1

    def place(self, text: str, start: int, end: int) -> Place:
        """Return the place of `text[start:end]`, where `text` is the piece that stands here."""
        breaks = text.count("\n", 0, start)
        line = self.line + breaks
        column = start - text.rfind("\n", 0, start) if breaks else self.column + start
        until = text.find("\n", start, end)
        length = max(1, (end if until < 0 else until) - start)
        index = line - self.first
        shown = self.lines[index] if 0 <= index < len(self.lines) else text
        return Place(self.source, line, column, length, shown)

    def at(self, text: str, offset: int) -> Origin:
        """Return the origin of `text[offset:]`."""
        place = self.place(text, offset, offset)
        return Origin(self.source, self.lines, place.line, place.column, self.first)


class Fault(Exception):
    """One fault, on its way from the place where it was found to the list of all faults.

    It is given as a diagnostic, or as the parts of one.
    """

    def __init__(
        self,
        fault: Diagnostic | str,
        place: Place | None = None,
        help: str = "",  # noqa: A002  (it is the field of that name)
        *,
        related: tuple[tuple[str, Place], ...] = (),
        kind: type[SourceError] = SourceError,
    ) -> None:
        found = Diagnostic(fault, place, help, related) if isinstance(fault, str) else fault
        super().__init__(found.message)
        self.diagnostic = replace(found, message=_clipped(found.message), help=_clipped(found.help))
        self.kind = kind


def _clipped(text: str) -> str:
    return text if len(text) <= _LONGEST_MESSAGE else text[:_LONGEST_MESSAGE] + "…"


class TooManyFaults(Exception):
    """So many faults were found that reading on is pointless."""


class Faults:
    """All faults of one source, in the order found."""

    def __init__(self) -> None:
        self._found: list[Fault] = []
        self._unknown: dict[str, tuple[int, list[int]]] = {}

    def __bool__(self) -> bool:
        return bool(self._found)

    def add(self, fault: Fault) -> None:
        """Note one fault."""
        self._found.append(fault)
        if len(self._found) >= MAX_FAULTS:
            raise TooManyFaults

    def error(
        self,
        message: str,
        place: Place | None = None,
        *,
        hint: str = "",
        related: tuple[tuple[str, Place], ...] = (),
        kind: type[SourceError] = SourceError,
    ) -> None:
        """Note one fault, given by its parts."""
        self.add(Fault(message, place, hint, related=related, kind=kind))

    def unknown_name(self, name: str, place: Place, known: Iterable[str]) -> None:
        """Note a name that is not defined; of one name only the first place is shown."""
        if name in self._unknown:
            self._unknown[name][1].append(place.line)
            return
        self._unknown[name] = (len(self._found), [])
        shown = len(self._found) < MAX_SHOWN
        hint = f"define it, or declare it: `param {name}`, `data {name}` or `const {name} = 1`"
        if shown:
            hint = close_to(name, known, otherwise=hint)
        self.error(f"unknown name `{name}`", place, hint=hint, kind=UnknownNameInSource)

    def raise_any(self) -> None:
        """Raise all faults as one error, if there are any.

        Raises:
            SourceError: or that one of its subclasses which fits every fault.
        """
        if not self._found:
            return
        self._mention_repeats()
        ordered = sorted(self._found, key=_position)
        shown = [fault.diagnostic for fault in ordered[:MAX_SHOWN]]
        more = len(ordered) - len(shown)
        if more:
            least = "at least " if len(ordered) >= MAX_FAULTS else ""
            shown.append(Diagnostic(f"… and {least}{more} more", severity="note"))
        kinds = {fault.kind for fault in ordered}
        kind = kinds.pop() if len(kinds) == 1 else SourceError
        raise kind(*shown)

    def _mention_repeats(self) -> None:
        for index, lines in self._unknown.values():
            if lines:
                old = self._found[index].diagnostic
                count = f"{len(lines)} more place" + ("s" if len(lines) > 1 else "")
                hint = f"{old.help} (it stands in {count})"
                self._found[index].diagnostic = Diagnostic(old.message, old.place, hint)


def _position(fault: Fault) -> tuple[int, int]:
    place = fault.diagnostic.place
    return (place.line, place.column) if place else (2**62, 0)
