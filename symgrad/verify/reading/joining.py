"""A chain that goes on in the next display, or after a sentence, is one formula."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from symgrad.verify.reading.passage import FoundFormula, Passage, TextPiece

_MAX_GAP = 800
_SMALL_GAP = 40
_HEADING_GAP = 160
_MAX_SPANS = 60
_NOTHING = (
    r"(?:\s|&|\{\}|\\[,;:! ]|\\q?quad\b|\\(?:displaystyle|small|[Ll]arge|LARGE|[hH]uge)\b"
    r"|\\(?:left|right)\."
    r"|\\begin\{(?:aligned|align|split|gathered|array|eqnarray)\*?\}(?:\{[^{}]*\})?)*"
)
_GOES_ON = re.compile(
    _NOTHING + r"(?:=|≈|≡|≃|\\(?:approx|simeq|equiv|doteq|cong)\b|\\(?:over|under)set\{[^{}]*\}\{?="
    r"|\\stackrel\{[^{}]*\}\{?=)"
)
_GOES_ON_WITH_TERM = re.compile(_NOTHING + r"(?:[-+−](?!\s*\\infty)|\\(?:times|cdot|pm)\b|[×·])")
_OPEN_END = re.compile(r"(?:[-+=×·*/−]|\\(?:cdot|times|approx))\s*$")
_RELATION = re.compile(r"(?<![<>!:])=|≈|\\approx\b|\\(?:over|under)set|\\stackrel")
_SECTION = re.compile(
    r"^[ \t]{0,3}#{1,6}\s|\\(?:sub)*section\b|<h[1-6]|^[-=*_]{3,}[ \t]*$", re.MULTILINE
)
_STEP = re.compile(
    r"^[ \t]{0,3}#{2,6}[^\n]*?(?:\b(?:step|étape|etape|schritt|paso|passo|шаг)\b|步|ステップ|단계)",
    re.MULTILINE | re.IGNORECASE,
)
# a sign that stands alone outside of all marks; one that begins a line may be that of a list
_SIGN_BETWEEN = re.compile(
    r"\$?\s*(?:(?P<sign>=)|(?<!\n)\\?(?P<times>[*·×+])(?=[^\S\n]|\s*\n))\s*\$?"
)
_TRAILING = re.compile(r"(?:[\s.,;:]|\\[,;:! ]|\\q?quad\b)+$")


def joined(
    passage: Passage, pieces: Sequence[TextPiece | FoundFormula]
) -> list[TextPiece | FoundFormula]:
    """Return the pieces with every one that begins with `=` joined to the one it continues.

    A formula right before it is continued even where that states nothing. Else a display continues
    the display before it, whatever formulas stand in the sentence between, and a formula in a line
    of text the last one that states something. The whole then stands where its last part does,
    behind what the sentence between says.
    """
    found: list[TextPiece | FoundFormula | None] = []
    heads: dict[bool, int] = {}
    for piece in pieces:
        if isinstance(piece, FoundFormula):
            found.append(piece)
            continue
        text = piece.plain(passage)
        head = _head(passage, found, heads, piece, text)
        before = found[head] if head is not None else None
        states = isinstance(before, TextPiece) or _RELATION.search(text) is not None
        last = found[-1] if found else None
        sign = _sign_between(passage, last, piece) if isinstance(last, TextPiece) else None
        if isinstance(last, TextPiece) and sign is not None:
            found[-1] = _merged(passage, replace(last, spans=(*last.spans, sign)), piece)
            states = True
        elif isinstance(before, TextPiece) and head is not None:
            found[head] = None
            found.append(_merged(passage, before, piece))
        else:
            found.append(piece)
        if states:
            heads[False] = len(found) - 1
            if piece.display:
                heads[True] = len(found) - 1
    return [piece for piece in found if piece is not None]


def _head(
    passage: Passage, found: Sequence[TextPiece | FoundFormula | None], heads: dict[bool, int],
    piece: TextPiece, text: str,
) -> int | None:  # fmt: skip
    """Return the index of the formula that a piece continues, None where it begins anew."""
    last = len(found) - 1
    before = found[last] if found else None
    if isinstance(before, TextPiece) and _adjoins(passage, before, piece):
        opens = _OPEN_END.search(before.plain(passage))
        term = _GOES_ON_WITH_TERM.match(text) and not _RELATION.search(text)
        if (opens or term) and heads.get(False) == last:
            return last
    if not _GOES_ON.match(text):
        return None
    if isinstance(before, TextPiece) and before.display == piece.display:
        gap = passage.text[before.end : piece.start]
        if len(gap) <= _SMALL_GAP and not _SECTION.search(gap):
            return last
        steps = len(_SECTION.findall(gap)) == 1 and _STEP.search(gap)
        if (
            piece.display
            and steps
            and len(gap) <= _HEADING_GAP
            and _RELATION.search(before.plain(passage))
        ):
            return last  # `### Step 2: take the constant out` in the middle of a chain
    head = heads.get(piece.display, heads.get(False))
    before = found[head] if head is not None else None
    if not isinstance(before, TextPiece) or len(before.spans) >= _MAX_SPANS:
        return None
    gap = passage.text[before.end : piece.start]
    words = len(gap) - sum(
        one.end - one.start for one in found[(head or 0) + 1 :] if isinstance(one, TextPiece)
    )
    return None if words > _MAX_GAP or _SECTION.search(gap) else head


def _adjoins(passage: Passage, before: TextPiece, piece: TextPiece) -> bool:
    """Tell whether nothing but line ends and marks of formulas stands between two pieces."""
    gap = passage.text[before.end : piece.start]
    return len(gap) < 80 and "\n" in gap and re.fullmatch(r"[\s$>\\()\[\]]*", gap) is not None


def _sign_between(passage: Passage, before: TextPiece, piece: TextPiece) -> tuple[int, int] | None:
    """Return where the sign stands that joins two formulas of a line, as in `$a$ = $b$ * $c$`."""
    if before.display or piece.display or before.bare or piece.bare:
        return None
    if piece.start - before.end > _SMALL_GAP or len(before.spans) >= _MAX_SPANS:
        return None
    found = _SIGN_BETWEEN.fullmatch(passage.text, before.end, piece.start)
    return found.span(found.lastgroup or 0) if found else None


def _merged(passage: Passage, before: TextPiece, piece: TextPiece) -> TextPiece:
    """Return two pieces as one, without the full stop between them."""
    *spans, (start, end) = before.spans
    tail = _TRAILING.search(passage.text, max(start, end - 40), end)
    cut = tail.start() if tail else end
    display = before.display and piece.display
    return replace(before, spans=(*spans, (start, cut), *piece.spans), display=display)
