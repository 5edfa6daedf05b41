"""From a text to its claims about a graph with arrays."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from operator import itemgetter

from symgrad.errors import Diagnostic, Place
from symgrad.expression.brackets import behind_bracket, depths, spans_between
from symgrad.sources.problems import Origin
from symgrad.verify.arrays.cases import folded_cases
from symgrad.verify.arrays.latex import angled, plain_text
from symgrad.verify.arrays.sides import is_called
from symgrad.verify.reading.documents import formulas
from symgrad.verify.reading.passage import FoundFormula

_RELATION = re.compile(r"(?<![<>!=:])(?::=|≔|←|==|=|≈)(?!=)")
_LAYOUT = re.compile(
    r"\s*(?:layout\s+(?P<layout>numerator|denominator)|convention\s+(?P<convention>numpy|matlab))\s*$"
)


@dataclass(frozen=True)
class ArrayStatement:
    """`left = part = part …` as text, with its place; or a line of settings.

    A `clause` stands behind `where` and says what a name of the statement before it means. What is
    `held` stands before `if` and another formula, or is that.
    """

    text: str
    place: Place
    sides: tuple[str, ...] = ()
    setting: tuple[str, str] | None = None
    clause: bool = False
    held: bool = False


def statements(text: str, source: str) -> Iterator[ArrayStatement]:
    """Yield the settings of a text, then its statements: a line, or a row of a display, each."""
    lines = text.split("\n")
    for number, line in enumerate(lines, 1):
        setting = _LAYOUT.fullmatch(line)
        if setting is not None:
            value = setting["layout"] or setting["convention"]
            kind = "layout" if setting["layout"] else "convention"
            place = Place(source, number, 1, len(line), line)
            yield ArrayStatement(line.strip(), place, (), (kind, value))
    found = list(formulas(text, source))
    rows = [(place.line, shown, place, held) for shown, place, held in _shown(found, lines)]
    seen = {row[0] for row in rows}
    rows += [
        (p.line, p.text, p, False) for p in _bracket_first(lines, source) if p.line not in seen
    ]
    for _, shown, place, held in sorted(rows, key=itemgetter(0)):
        yield from (replace(row, held=held) for row in _rows(shown, place))


def _shown(
    found: Sequence[FoundFormula], lines: Sequence[str]
) -> Iterator[tuple[str, Place, bool]]:
    """Yield the formulas of a document with what else of their line belongs to them.

    The last is whether one is held under a condition, or is the condition: `a = b$ if $y = 1`.
    """
    held = False
    for formula in found:
        shown = formula.content.text
        place = formula.origin.place(
            formula.text, formula.content.start(), formula.content.start() + 1
        )
        if _LAYOUT.fullmatch(shown):
            continue
        line = lines[place.line - 1] if 0 < place.line <= len(lines) else ""
        at = line.find(shown)
        if at >= 0:
            shown += _cut_off(line, at + len(shown))
            clause = line[at + len(shown) :]
            if _WHERE.match(clause) and not any(f.content.text in clause for f in found):
                shown += clause
        behind = line[at + len(formula.content.text) :] if at >= 0 else ""
        before, held = held, _IF.match(behind) is not None
        yield shown, place, before or held


_IF = re.compile(r"\$?\s*,?\s*\(?(?:only )?(?:if|when|whenever|unless|provided that|wenn|si)\s+\$")
_BRACKET_FIRST = re.compile(r"\s*[⟨‖(|\[][^=]*[^=<>!:\s]\s*=\s*[^=\s]")
_WORD = re.compile(r"(?<![^\W\d_])[^\W\d_]{3,}(?![^\W\d_])")


def _bracket_first(lines: Sequence[str], source: str) -> Iterator[Place]:
    """Yield the lines that are a formula beginning with a bracket, as no sentence does."""
    fenced = False
    for number, line in enumerate(lines, 1):
        fenced ^= line.lstrip().startswith(("```", "~~~"))
        whole = not fenced and _BRACKET_FIRST.match(line) and not re.search("[$`]", line)
        if whole and all(map(is_called, _WORD.findall(line))):
            yield Place(source, number, 1, len(line), line)


_REST = re.compile(r"[ \t]+[^\n$`|\\=,.;:]+")
_PROSE = re.compile(r"\s+[A-Za-zÀ-ÿ]{2,}(?![\w(ᵀ^_⁻])")
_BEFORE = re.compile(r"^\s*(?:[^\W\d_]{2,},?\s+)+(?=[∂∇]|d[^\W\d_]\w*/d|δ)")
_BEHIND = re.compile(
    r"[,;]?\s+\(?(?:for|if|when|by|since|because|as|so|thus|hence|which|that|is|are|holds|"
    r"für|wenn|weil|pour|car|donc|para|porque)\b.*$"
)


def _has_words(line: str) -> bool:
    """Tell whether a line that begins with a bracket has words in it that are no functions."""
    return "$" in line or "`" in line or any(not is_called(word) for word in _WORD.findall(line))


def _cut_off(text: str, end: int) -> str:
    """Return what still belongs to a formula in a line of text: factors such as xᵀ Aᵀ, no words."""
    found = _REST.match(text, end)
    if found is None:
        return ""
    rest, *words = _PROSE.split(found[0], maxsplit=1)
    return rest if words or "ᵀ" in rest else ""


def of_line(text: str, line: int, source: str, lines: tuple[str, ...]) -> Iterator[ArrayStatement]:
    """Yield the statements of one `check` line."""
    whole = lines[line - 1] if 0 < line <= len(lines) else text
    column = whole.find(text) + 1 or 1
    yield from _rows(text, Origin(source, (whole,), line, column, line).place(text, 0, len(text)))


def _rows(shown: str, place: Place) -> Iterator[ArrayStatement]:
    shown = folded_cases(_rowed(shown))
    rows = re.split(r"\\\\(?:\[[^\]]*\])?", shown) if "\\" in shown else [shown]
    left = ""
    for row in rows:
        marked = "\\" in shown or _MARKED.search(row) is not None
        plain = plain_text(row) if marked else _lowered(_alone(_alike(angled(row))))
        first, *clauses = _WHERE.split(plain)
        parts = _apart(first)
        told = [part for clause in clauses for part in _apart(clause)]
        for part in parts:
            sides = _sides(part)
            if len(sides) > 1 and not sides[0] and left:
                sides = (left, *sides[1:])
            if sides[0]:
                left = sides[0]
            text = part if len(parts) > 1 or told else " ".join(row.split()).strip(" ,")
            yield ArrayStatement(text, place, sides)
        for part in told:
            yield ArrayStatement(part, place, _sides(part), clause=True)


_MARKED = re.compile(r"[_^]\{|\^T(?=[^\W\d_])")  # as LaTeX has it: x_{ij}, x^TAx
_EQALIGN = re.compile(r"\\eqalign(?:no)?\s*(?=\{)")


def _rowed(shown: str) -> str:
    r"""Return a display in which `\eqalign{a &= b \cr &= c}` has rows as others have them."""
    found = _EQALIGN.search(shown)
    if found is None:
        return shown
    end = behind_bracket(shown, found.end())
    inner = re.sub(r"\\cr(?![A-Za-z])", r"\\\\", shown[found.end() + 1 : end - 1])
    return f"{shown[: found.start()]}{inner}{_rowed(shown[end:])}"


_WHERE = re.compile(r"[,;]?\s+(?:where|with)\s+(?=[^\W\d][^=(),]*=)")
_LOWER = re.compile("[₀-₉ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ]+")


def _alike(row: str) -> str:
    """Return a line with single spaces, and commas for the arrows between its statements."""
    return " ".join(re.sub("[⇒⟹⇔⟺]", ", ", row).split())


def _alone(text: str) -> str:
    """Return the formula of a line without the words before and behind it."""
    return _BEHIND.sub("", _BEFORE.sub("", text))


def _lowered(text: str) -> str:
    """Return a text with W_1 for W₁ and ∇_x for ∇ₓ."""

    def plain(found: re.Match[str]) -> str:
        word = unicodedata.normalize("NFKC", found[0])
        behind = " " if text[found.end() : found.end() + 1].isalpha() else ""
        return f"_{word}{behind}" if len(word) == 1 else f"_{{{word}}}{behind}"

    return _LOWER.sub(plain, text)


def _apart(text: str) -> list[str]:
    """Return the statements of one row: what stands between commas, where each has a relation."""
    found = [text[start:end].strip(" ,.;") for start, end in spans_between(text)]
    parts = [part for part in found if part]
    return (
        parts
        if all(len(_sides(part)) > 1 for part in parts)
        else [text.strip(" ,.;")][: bool(parts)]
    )


def _sides(text: str) -> tuple[str, ...]:
    """Split at the relations that stand outside brackets."""
    levels = list(depths(text))
    cuts = [match.span() for match in _RELATION.finditer(text) if levels[match.start()] <= 0]
    starts, ends = [0, *(end for _, end in cuts)], [*(start for start, _ in cuts), len(text)]
    return tuple(text[start:end].strip() for start, end in zip(starts, ends, strict=True))


def unreadable(message: str, place: Place, hint: str = "") -> Diagnostic:
    """Return the fault of a claim that cannot be read."""
    return Diagnostic(message, place, hint)
