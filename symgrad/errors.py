"""Errors that know their place: source, line, column, and a line of help.

Every error a user can cause derives from `SymgradError` and carries one `Diagnostic` or several, so
that all the faults of one file are reported in one go.
"""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass, field

_MANY_NAMES = 400  # of more only those of about the same length are compared
_LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class Place:
    """A stretch of one line of a source: lines and columns count from 1.

    `within` names the part of the file that a person would look in, such as the cell of a notebook.
    """

    source: str
    line: int
    column: int
    length: int
    text: str
    within: str = ""


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One fault: what is wrong, where, and what would mend it."""

    message: str
    place: Place | None = None
    help: str = ""
    related: tuple[tuple[str, Place], ...] = field(default=())
    severity: str = "error"


class SymgradError(Exception):
    """Base of all errors that a user's input can cause; `diagnostics` holds every fault found.

    A fault is given as a diagnostic, or as its message; `place` and `help` then belong to it.
    """

    exit_code = 2

    def __init__(
        self,
        *faults: Diagnostic | str,
        place: Place | None = None,
        help: str = "",  # noqa: A002  (it is the field of that name)
    ) -> None:
        self.diagnostics = tuple(
            Diagnostic(item, place, help) if isinstance(item, str) else item for item in faults
        )
        super().__init__("\n\n".join(format_diagnostic(item) for item in self.diagnostics))


class SourceError(SymgradError, ValueError):
    """The text of a graph or a claim cannot be read."""


class UnknownName(SymgradError, KeyError):
    """A name that is not defined was asked for."""

    __str__ = Exception.__str__


class BrokenGraph(SymgradError, ValueError):
    """What is to be a graph is none."""


class CyclicGraph(BrokenGraph):
    """A node of a graph depends on itself."""


class LimitExceeded(SymgradError, ValueError):
    """An input, or the result asked for, is larger than the documented limit."""


class NotDifferentiable(SymgradError, ValueError):
    """A function without a derivative stands between the objective and a parameter."""


class UnsupportedFunction(SymgradError, ValueError):
    """The target language cannot express a function of the graph."""


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name closest to `name`, in bounded time however many names there are.

    >>> nearest("hh", ["h", "u", "v"]), nearest("Vmx", ["S", "Vmax", "Km"]), nearest("q", ["Vmax"])
    ('h', 'Vmax', None)
    """
    import difflib  # noqa: PLC0415  (only a fault needs it)

    names = list(known)
    lower = name.lower()
    for candidate in names:
        if candidate.lower() == lower:
            return candidate
    if len(names) > _MANY_NAMES:
        like = [other for other in names if abs(len(other) - len(name)) <= 1]
        start = [other for other in like if other[:1] == name[:1]]
        names = [*start[:_MANY_NAMES], *like[: _MANY_NAMES // 2]]
    # To one letter no long name is near, though difflib thinks so.
    longest = 2 if len(name) == 1 else _LONGEST_NAME
    short = [other for other in names if len(other) <= longest]
    found = difflib.get_close_matches(name[:_LONGEST_NAME], short, n=1, cutoff=0.5)
    return found[0] if found else None


def did_you_mean(name: str, known: Iterable[str], otherwise: str = "") -> str:
    """Return a help with the known name closest to `name`, or `otherwise` where none is close.

    >>> did_you_mean("numpi", ["numpy", "c"]), did_you_mean("ada", ["numpy"], "one of numpy")
    ('did you mean `numpy`?', 'one of numpy')
    """
    close = nearest(name, known)
    return f"did you mean `{close}`?" if close else otherwise


def close_to(
    name: str, known: Iterable[str], what: str = "a name that is defined", otherwise: str = ""
) -> str:
    """Return a help that names the known name closest to `name`, or `otherwise`.

    >>> close_to("hh", ["h", "u"]), close_to("sine", ["sin"], "a function that there is")
    ('a name that is defined: `h`', 'a function that there is: `sin`')
    """
    close = nearest(name, known)
    return f"{what}: `{close}`" if close else otherwise


def free_name(name: str, taken: Container[str]) -> str:
    """Return the name, with as many underscores behind it as it takes to be a new one.

    >>> free_name("u", {"u", "u_"})
    'u__'
    """
    while name in taken:
        name += "_"
    return name


def display_text(text: str) -> str:
    """Return `text` with control and bidirectional characters made visible."""
    return "".join(
        character
        if character == "\t" or (character.isprintable() and not _is_bidi(character))
        else f"\\u{ord(character):04x}"
        for character in text
    )


def _is_bidi(character: str) -> bool:
    return "\u202a" <= character <= "\u202e" or "\u2066" <= character <= "\u2069"


_WINDOW = 100


def format_diagnostic(item: Diagnostic) -> str:
    """Lay a diagnostic out as text: message, place, the line with a caret below it, help."""
    lines = [f"{item.severity}: {item.message}"]
    if item.place is not None:
        lines += _excerpt(item.place)
    for label, place in item.related:
        lines.append(f"  note: {label}")
        lines += _excerpt(place)
    if item.help:
        lines.append(f"  help: {item.help}")
    return "\n".join(lines)


def _excerpt(place: Place) -> list[str]:
    number = str(place.line)
    gutter = " " * len(number)
    start = max(0, place.column - 1 - _WINDOW // 2) if len(place.text) > _WINDOW else 0
    before = display_text(place.text[start : place.column - 1])
    shown = before + display_text(place.text[place.column - 1 : start + _WINDOW])
    head = "…" if start else ""
    tail = "…" if start + _WINDOW < len(place.text) else ""
    pad = "".join("\t" if c == "\t" else " " for c in head + before)
    carets = "^" * max(1, min(place.length, len(shown) - len(before)))
    return [
        f"  --> {place.source}:{place.line}:{place.column}",
        f"  {number} | {head}{shown}{tail}",
        f"  {gutter} | {pad}{carets}",
    ]
