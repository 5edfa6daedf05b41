"""Where the formulas of a text stand: plain claims, Markdown, LaTeX.

In Markdown and LaTeX only what is set as a formula counts, and fences of kind `symgrad` or `math`;
prose, code and comments are passed over. Lines that begin with `at` or `assume`, alone or in an
HTML comment, set values and conditions. Every search either moves forward or is not repeated, so a
text is read in linear time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePath
from typing import Literal

from symgrad.errors import Place
from symgrad.sources.problems import Origin

Kind = Literal["plain", "markdown", "latex"]

_ENVIRONMENTS = (
    "equation align alignat gather multline eqnarray displaymath math flalign split".split()
)
_OPENERS = re.compile(
    r"(?P<fence>^[ \t>]{0,8}(?P<ticks>`{3,}|~{3,})[ \t]*(?P<kind>[\w+-]*)[^\n`]*\n)"
    r"|(?P<comment><!--)"
    r"|(?P<gh>\$`)"
    r"|(?P<code>`+)"
    r"|(?P<display>\$\$|\\\[)"
    r"|(?P<paren>\\\()"
    rf"|\\begin\{{(?P<env>{'|'.join(_ENVIRONMENTS)})(?P<star>\*?)\}}"
    r"|(?P<escape>\\.)"
    r"|(?P<dollar>\$)"
    r"|^[ \t]*(?P<directive>(?:assume|at)[ \t]+(?![^\n]*[.!?:][ \t]*$)[^\n$`]*[=<>≤≥\d][^\n$`]*)$"
    r"|^(?P<table>[ \t]*\|[^\n]*\n[ \t]*\|[ \t:|-]+\n(?:[ \t]*\|[^\n]*(?:\n|\Z))+)",
    re.MULTILINE,
)
_DIRECTIVE = re.compile(r"\s*(?:symgrad:\s*)?((?:at|assume)\b[^\n]*)")
_INLINE_ENDS = re.compile(r"\\.|\n[ \t]*\n|[$`]")
_IN_CELL = re.compile(r"\$([^$]+)\$")
_PLAIN_NUMBER = re.compile(r"[-−+]?\d+(?:\.\d+)?(?:e[-+]?\d+)?")
_DECLARES = re.compile(r"^\s*(?:params?|data|consts?|minimize|maximize)\b", re.MULTILINE)
_OPEN_END = re.compile(r"(?:[-+*/^=≈<>(,·×−&\\]|:=)\s*$")
_GOES_ON = re.compile(r"\s*(?:&\s*)?(?:=|≈|:=|\\approx|\\leq?\b|[-+*/·×−]\s)")
_BEGINS = re.compile(r"\s*(?:at|assume)\b|[^=≈]*\S\s*(?:=|≈|:=)(?!=)")
_BULLET = re.compile(
    r"\s*[-*•]\s+(?=\\d?frac\{\s*(?:\\partial|d)|\\partial|∂|d\w*/d|[^\W\d]\w*\s*(?:=|≈|:=))"
)
_LABEL = re.compile(
    r"\s*(?:[*•]\s+|\(?\d{1,3}[.)]\s+|(?:check|claim|let|define|so|hence|thus|then)\s+)"
)
_TEXT_COMMENT = re.compile(r"(?<!\\)%[^\n]*")
_VERBATIM = re.compile(r"\\begin\{(verbatim|lstlisting|minted)\}.*?\\end\{\1\}", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Formula:
    """One piece of text that may hold claims.

    `strict` says that it must be readable: a line of a claims file or of a `symgrad` fence.
    `directive` marks `at` and `assume`.
    """

    text: str
    origin: Origin
    strict: bool = False
    directive: bool = False


def kind_of(text: str, source: str) -> Kind:
    """Return what kind of text this is, by its name, or by its looks where that tells nothing."""
    suffix = PurePath(source).suffix.lower()
    if suffix in (".md", ".markdown", ".mkd", ".qmd", ".rmd"):
        return "markdown"
    if suffix in (".tex", ".latex", ".ltx"):
        return "latex"
    if suffix in (".txt", ".claims", ".sg"):
        return "plain"
    if "\\documentclass" in text or "\\begin{document}" in text:
        return "latex"
    looks = ("```", "$", "\\[", "\\(", "\\begin{equation", "\\begin{align")
    return "markdown" if any(mark in text for mark in looks) else "plain"


def formulas(text: str, source: str, *, first_line: int = 1) -> Iterator[Formula]:
    """Yield the formulas of a text in the order in which they stand in it."""
    kind = kind_of(text, source)
    lines = text.split("\n")
    if kind == "plain":
        yield from _plain(lines, source, first_line)
        return
    if kind == "latex":
        text = _blanked(text)
    yield from _Scanner(text, source, lines).formulas()


def _plain(lines: list[str], source: str, first: int) -> Iterator[Formula]:
    """Yield the lines of a claims file, continued lines joined."""
    index = 0
    while index < len(lines):
        start = index
        parts = [_uncommented(lines[index])]
        index += 1
        while index < len(lines) and parts[-1].strip():
            following = _uncommented(lines[index])
            open_end = _OPEN_END.search(parts[-1]) or (
                _depth("\n".join(parts)) > 0 and not _BEGINS.match(following)
            )
            goes_on = _GOES_ON.match(following) and not _BULLET.match(following)
            if not following.strip() or not (open_end or goes_on):
                break
            parts.append(following)
            index += 1
        whole = "\n".join(parts)
        if not whole.strip():
            continue
        label = _BULLET.match(whole) or _LABEL.match(whole)
        cut = label.end() if label else len(whole) - len(whole.lstrip())
        origin = Origin(source, lines, first + start, 1, first).at(whole, cut)
        body = whole[cut:].rstrip()
        directive = bool(re.match(r"(?:at|assume)\b", body))
        yield Formula(body.replace("\\\n", " \n"), origin, strict=True, directive=directive)


def _uncommented(line: str) -> str:
    return re.sub(r"(?<!\\)#.*", "", line)


def _depth(text: str) -> int:
    return text.count("(") + text.count("{") - text.count(")") - text.count("}")


def _blanked(text: str) -> str:
    """Return a LaTeX text with its preamble, comments and verbatim parts as blanks."""

    def blank(match: re.Match[str]) -> str:
        return re.sub(r"[^\n]", " ", match[0])

    begin = text.find("\\begin{document}")
    if begin > 0:
        text = re.sub(r"[^\n]", " ", text[:begin]) + text[begin:]
    return _TEXT_COMMENT.sub(blank, _VERBATIM.sub(blank, text) if "\\end{" in text else text)


class _Scanner:
    """Finds formulas in Markdown or LaTeX."""

    def __init__(self, text: str, source: str, lines: list[str]) -> None:
        self.text = text
        self.whole = Origin(source, lines, 1, 1)
        self.at = 0
        self.line = 1
        self.line_start = 0
        self.dead: set[str] = set()

    def formulas(self) -> Iterator[Formula]:
        """Yield what is found, from the beginning to the end."""
        while match := _OPENERS.search(self.text, self.at):
            self.at = match.end()
            yield from self.opened(match)

    def opened(self, match: re.Match[str]) -> Iterator[Formula]:
        """Yield the formulas that begin where `match` is."""
        text = self.text
        if match["fence"]:
            yield from self.fence(match)
        elif match["comment"]:
            end = self.close("-->")
            if end and (found := _DIRECTIVE.match(text, match.end(), end)):
                yield self.formula(found.start(1), found.end(1), directive=True)
        elif match["code"]:
            self.close(match["code"])
        elif match["gh"]:
            if end := self.close("`$"):
                yield self.formula(match.end(), end)
        elif match["display"] or match["paren"]:
            closer = {"$$": "$$", "\\[": "\\]", "\\(": "\\)"}[match[0]]
            if end := self.close(closer):
                yield self.formula(match.end(), end)
        elif match["env"]:
            if end := self.close(f"\\end{{{match['env']}{match['star']}}}"):
                yield self.formula(match.end(), end)
        elif match["dollar"]:
            if end := self.inline(match.end()):
                yield self.formula(match.end(), end)
        elif match["directive"]:
            yield self.formula(match.start("directive"), match.end("directive"), directive=True)
        elif match["table"]:
            yield from self.table(match)

    def close(self, closer: str) -> int:
        """Return where `closer` stands next, and go behind it; 0 where it does not come."""
        if closer in self.dead:
            return 0
        end = self.text.find(closer, self.at)
        if end < 0:
            self.dead.add(closer)
            return 0
        self.at = end + len(closer)
        return end

    def inline(self, start: int) -> int:
        """Return where an inline formula ends: a `$` of the same paragraph, not before a digit."""
        text = self.text
        if text[start : start + 1].isspace():
            return 0
        for match in _INLINE_ENDS.finditer(text, start):
            if match[0][0] in "\n`":
                return 0
            if match[0] == "$":
                end = match.start()
                if text[end - 1].isspace() or text[end + 1 : end + 2].isdigit():
                    return 0
                self.at = end + 1
                return end
        return 0

    def fence(self, match: re.Match[str]) -> Iterator[Formula]:
        """Yield what stands in a fence of kind `symgrad` or `math`."""
        closing = re.compile(rf"^[ \t>]*{match['ticks']}[`~]*[ \t]*$", re.MULTILINE)
        found = closing.search(self.text, match.end())
        end = found.start() if found else len(self.text)
        self.at = found.end() if found else len(self.text)
        body = self.text[match.end() : end]
        if match["kind"] not in ("symgrad", "math") or _DECLARES.search(body):
            return
        if match["kind"] == "math" and ("\\\\" in body or "\\begin" in body):
            yield self.formula(match.end(), end)
            return
        first = self.place(match.end()).line
        for item in _plain(body.split("\n"), self.whole.source, first):
            here = item.origin
            origin = Origin(here.source, self.whole.lines, here.line, here.column)
            strict = match["kind"] == "symgrad"
            yield Formula(item.text, origin, strict=strict, directive=item.directive)

    def table(self, match: re.Match[str]) -> Iterator[Formula]:
        """Yield `head ≈ cell` for the numbers of a table whose head holds formulas."""
        rows = []
        offset = match.start()
        for line in match[0].splitlines(keepends=True):
            rows.append([(offset + m.start(1), m[1]) for m in re.finditer(r"\|([^|\n]*)", line)])
            offset += len(line)
        heads = [_bare(cell) for _, cell in rows[0]]
        for row in rows[2:]:
            label = row[0][1].strip().lower() if row else ""
            if step := re.fullmatch(r"(?:step\s*)?(\d+)\.?", label):
                origin = self.place(row[0][0])
                yield Formula(f"at step {step[1]}", origin, directive=True)
            for head, (start, cell) in zip(heads, row, strict=False):
                value = _bare(cell)
                if head and _PLAIN_NUMBER.fullmatch(value):
                    found = start + cell.index(value)
                    yield Formula(f"{head} ≈ {value}", _Cell.of(self.place(found)))
                for part in _IN_CELL.finditer(cell):
                    yield self.formula(start + part.start(1), start + part.end(1))

    def formula(self, start: int, end: int, *, directive: bool = False) -> Formula:
        """Return the formula at a stretch of the text."""
        return Formula(self.text[start:end], self.place(start), directive=directive)

    def place(self, offset: int) -> Origin:
        """Return the origin of a character; offsets never go back by more than a table."""
        if offset < self.line_start:
            self.line -= self.text.count("\n", offset, self.line_start)
            self.line_start = self.text.rfind("\n", 0, offset) + 1
        else:
            self.line += self.text.count("\n", self.line_start, offset)
            self.line_start = max(self.line_start, self.text.rfind("\n", 0, offset) + 1)
        return Origin(self.whole.source, self.whole.lines, self.line, offset - self.line_start + 1)


class _Cell(Origin):
    """The origin of a claim made of two cells: every place in it is that of the second one."""

    @classmethod
    def of(cls, origin: Origin) -> _Cell:
        """Return the origin of a cell."""
        return cls(origin.source, origin.lines, origin.line, origin.column, origin.first)

    def place(self, text: str, start: int, end: int) -> Place:
        """Return the place of the cell's first character."""
        del text, start, end
        base = Origin(self.source, self.lines, self.line, self.column, self.first)
        return base.place("", 0, 1)


def _bare(cell: str) -> str:
    return cell.strip().strip("$`").strip()
