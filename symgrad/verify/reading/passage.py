"""A text that is read for formulas, and the pieces of it that are some."""

from __future__ import annotations

import html
import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from urllib.parse import unquote

from symgrad.errors import Diagnostic, Place
from symgrad.sources.latex import UNREADABLE
from symgrad.sources.macros import Macros
from symgrad.sources.problems import Fault, Origin
from symgrad.sources.written import MappedOrigin, Written

_MOST_MISSING = 4
_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-fA-F]{1,6}|[A-Za-z]{2,8}\d?);")
_RAISED = re.compile(
    r"<(?P<tag>su[pb])>\s*(?P<inside>[^<>&\n]{1,40}?)\s*</(?P=tag)>", re.IGNORECASE
)
_QUOTED = re.compile(r"\n[ \t]*>[ \t>]*")
_IN_ADDRESS = re.compile(
    r"(?:%[0-9A-Fa-f]{2})+|&space;|&plus;|\\(?:inline|bg_\w+|fn_\w+|dpi\{\d+\}|color\{\w+\})"
)
_STROKES = re.compile(r"\\([\[\]_*])")
_COMMENT = re.compile(r"(?<!\\)%[^\n]*(?=\n)")


@dataclass(frozen=True, slots=True)
class FoundFormula:
    """One piece of text that may hold claims.

    `text` is the stretch of the source that it stands in; `written` is what of it is the formula,
    with macros expanded, where that is not all of it. `strict` says that it must be readable: a
    line of a claims file or of a `symgrad` fence. `directive` marks `at` and `assume`, `values`
    what a sentence says about values, `bare` a line of prose that looks like a formula, `quiet`
    code that does: where it cannot be read it is none. `behind` is the word of a sentence that ends
    it: were that a name of the graph, the formula would go on. `fault` is the reason why it could
    not even be taken out of its document. `under` are the conditions that its sentence states, and
    `words` one that it says in words alone; `assumed` says that it is an equation behind `if`.
    """

    text: str
    origin: Origin
    strict: bool = False
    directive: bool = False
    values: bool = False
    bare: bool = False
    quiet: bool = False
    behind: str = ""
    written: Written | None = None
    fault: Diagnostic | None = None
    under: tuple[Circumstance, ...] = ()
    words: str = ""
    assumed: bool = False

    @property
    def content(self) -> Written:
        """The formula itself, each character with the offset in `text` that it comes from."""
        return Written.at(self.text, 0) if self.written is None else self.written


@dataclass(frozen=True, slots=True)
class Circumstance:
    """A condition that a sentence states: as it stands or, with `negated`, its opposite.

    `strong` says that the word for it is `if`, and not `for` or `with`.
    """

    formula: FoundFormula
    negated: bool = False
    strong: bool = False


@dataclass(frozen=True)
class Passage:
    """A text, and where in its file each of its characters stands.

    `offsets` lead from the text to the file where the text is taken out of it (the cells of a
    notebook, docstrings); `marks` are the offsets at which a part begins, each with its name.
    """

    text: str
    source: str
    lines: tuple[str, ...]
    file: str = ""
    offsets: tuple[int, ...] | None = None
    marks: tuple[tuple[int, str], ...] = ()
    _starts: list[int] = field(default_factory=list, compare=False, repr=False)

    @classmethod
    def of(cls, text: str, source: str) -> Passage:
        """Return a text that is a whole file."""
        return cls(text, source, tuple(text.split("\n")))

    def with_text(self, text: str) -> Passage:
        """Return the passage with another text of the same length."""
        return replace(self, text=text)

    @cached_property
    def starts(self) -> tuple[int, ...]:
        """The offsets at which lines begin."""
        return (0, *(match.end() for match in re.finditer("\n", self.text)))

    def origin(self, start: int, end: int) -> Origin:
        """Return the origin of a stretch of the text."""
        if self.offsets is not None:
            inside = tuple(range(start, end))
            return PartOrigin(self.source, self.lines, 1, 1, 1, self.file, inside, self)
        line = bisect_right(self.starts, start)
        return Origin(self.source, self.lines, line, start - self.starts[line - 1] + 1)

    def offset(self, origin: Origin) -> int:
        """Return where in the text something begins that has this origin."""
        if isinstance(origin, MappedOrigin):
            return origin.offsets[0] if origin.offsets else 0
        line = min(origin.line, len(self.starts))
        return self.starts[line - 1] + origin.column - 1

    def part(self, place: int) -> str:
        """Return the name of the part that an offset is in, and the line in it."""
        index = bisect_right([start for start, _ in self.marks], place)
        if not index:
            return ""
        start, name = self.marks[index - 1]
        return f"{name}, line {self.text.count(chr(10), start, place) + 1}"


@dataclass(frozen=True, slots=True)
class PartOrigin(MappedOrigin):
    """The origin of a text in a part of a file, such as a cell: places name the part as well.

    `offsets` lead to the passage, and the passage leads on to the file.
    """

    passage: Passage | None = None

    def place(self, text: str, start: int, end: int) -> Place:
        """Return the place in the file of `text[start:end]`, and the part that it is in."""
        del text
        passage = self.passage
        if passage is None or not passage.offsets or not self.offsets:
            return Origin(self.source, self.lines, 1, 1).place("", 0, 1)
        covered = self.offsets[start:end] or (self.offsets[-1] + 1,)
        last = len(passage.offsets) - 1
        ends = [passage.offsets[min(at, last)] for at in (min(covered), max(covered))]
        base = Origin(self.source, self.lines, 1, 1)
        found = base.place(self.original, ends[0], max(ends[0], ends[1]) + 1)
        return replace(found, within=passage.part(min(covered)))


@dataclass(frozen=True, slots=True)
class TextPiece:
    """The stretches of a passage that together are one formula.

    `display` says that it stands on lines of its own; `decoded` that entities of HTML count.
    """

    spans: tuple[tuple[int, int], ...]
    display: bool = False
    decoded: bool = True
    bare: bool = False
    strict: bool = False
    quiet: bool = False
    behind: str = ""
    address: bool = False  # it stands in the address of an image
    escaped: bool = False  # the marks around it have strokes, and so have brackets inside

    @property
    def start(self) -> int:
        """Where the first stretch begins."""
        return self.spans[0][0]

    @property
    def end(self) -> int:
        """Where the last stretch ends."""
        return self.spans[-1][1]

    def plain(self, passage: Passage) -> str:
        """Return the text of the stretches."""
        text = " ".join(passage.text[start:end] for start, end in self.spans)
        return _QUOTED.sub("\n", text) if self.display else text

    def formula(self, passage: Passage, macros: Macros) -> FoundFormula | None:
        """Return the formula, None where nothing but definitions of macros stands here."""
        start, end = self.start, self.end
        origin = passage.origin(start, end)
        shown = passage.text[start:end]
        written = Written.join(self._written(passage, macros))
        if not written.text.strip():
            return None
        fault = None
        try:
            written = macros.expanded(written, start, origin, shown)
        except Fault as found:
            fault = found.diagnostic
        whole = None if written.text == shown else written
        return FoundFormula(
            shown, origin, strict=self.strict, bare=self.bare, quiet=self.quiet, written=whole,
            fault=fault, behind=self.behind,
        )  # fmt: skip

    def _written(self, passage: Passage, macros: Macros) -> Iterator[Written]:
        """Yield what of the stretches is formula: no comments, no definitions, no quote marks."""
        for index, (start, end) in enumerate(self.spans):
            if index:
                before = passage.text[slice(*self.spans[index - 1])]
                missing = before.count("(") - before.count(")")
                # a bracket that is not closed there takes no more than that stretch with it
                ends = f"{UNREADABLE}{')' * missing} " if 0 < missing < _MOST_MISSING else " "
                yield Written.all_at(ends, start - self.start)
            text = passage.text
            away = list(macros.defined_in(start, end))
            if self.display and end - start < 100_000:
                away += [(m.start() + 1, m.end()) for m in _QUOTED.finditer(text, start, end)]
                away += [m.span() for m in _COMMENT.finditer(text, start, end)]
            signs = dict(_of_html(text, start, end)) if self.decoded else {}
            if self.address:
                signs = dict(_of_address(text, start, end))
            if self.escaped:
                signs |= {m.span(): m[1] for m in _STROKES.finditer(text, start, end)}
            cuts = sorted([*away, *signs])
            at = start
            for first, last in cuts:
                if first < at:
                    continue
                yield Written.at(text[at:first], at - self.start)
                if sign := signs.get((first, last)):
                    yield Written.all_at(sign, first - self.start)
                at = last
            yield Written.at(text[at:end], at - self.start)


def scanned(text: str) -> str:
    """Return a text of the same length in which what HTML raises or lowers is a power or an index.

    >>> scanned("x<sup>2</sup> + y<sub>1</sub>")
    'x^(        2) + y___________1'
    """

    def plain(found: re.Match[str]) -> str:
        inside = found["inside"]
        width = len(found[0])
        if found["tag"].lower() == "sup":
            return f"^({inside:>{width - 3}})"
        return f"{inside:_>{width}}" if re.fullmatch(r"\w+", inside) else found[0]

    return _RAISED.sub(plain, text) if "</su" in text.lower() else text


def _of_html(text: str, start: int, end: int) -> Iterator[tuple[tuple[int, int], str]]:
    """Yield the stretches that HTML writes in a way of its own, each with what it stands for."""
    for match in _ENTITY.finditer(text, start, end):
        if (sign := html.unescape(match[0])) != match[0]:
            yield match.span(), sign
    for match in _RAISED.finditer(text, start, end):
        inside = match["inside"]
        raised = match["tag"].lower() == "sup"
        if raised or re.fullmatch(r"\w+", inside):
            yield match.span(), f"^({inside})" if raised else f"_{inside}"


def _of_address(text: str, start: int, end: int) -> Iterator[tuple[tuple[int, int], str]]:
    """Yield what the address of an image writes in a way of its own: `%20`, `&plus;`, a style."""
    for match in _IN_ADDRESS.finditer(text, start, end):
        sign = {"&space;": " ", "&plus;": "+"}.get(match[0]) or unquote(match[0])
        yield match.span(), " " if match[0].startswith("\\") else sign
