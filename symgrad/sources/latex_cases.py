"""The rows of a cases environment as one Piecewise."""

from __future__ import annotations

import re
from typing import NamedTuple

from symgrad.sources.latex_words import GIVEN
from symgrad.sources.written import Written

_RELATION = re.compile(r"<=|>=|[<>≤≥]")
_WORDS = re.compile(rf"^(?:if|for|when|wenn|falls|für)\b|{GIVEN}|[,.;\s]+$", re.IGNORECASE)
_OTHERWISE = frozenset(
    ("", "otherwise", "else", "sonst", "other", "sinon", "autrement", "elsewhere", "caso contrario",
     "en otro caso", "si no", "senão", "altrimenti", "иначе", "其他", "其它", "否则", "その他",
     "それ以外", "그외", "그 외", "그렇지 않으면", "other wise", "ow", "o w")
)  # fmt: skip
_EQUALS = re.compile(r"(?<![<>=!:])=(?!=)")
_OPPOSITE = {"<": ">", "<=": ">", "≤": ">", ">": "<", ">=": "<", "≥": "<"}


class CaseRow(NamedTuple):
    """One row: the value, and the condition as translated."""

    value: Written
    condition: Written


def _condition(row: CaseRow) -> str:
    """Return a row's condition without the words around it, `=` as the relation that it is."""
    text = _WORDS.sub("", row.condition.text.replace(";", " ").strip()).strip()
    return _EQUALS.sub("==", text)


def piecewise(rows: list[CaseRow], start: int) -> Written | None:
    """Return the rows as `Piecewise((value, condition), …, (value, True))`.

    The last row counts for all other values when it says so, or when its condition is the opposite
    of the only other one. Where neither is so, `Cases((value, condition), …)` leaves the other
    values open. None is returned where a row that is not the last counts for all others.
    """
    if not rows:
        return None
    conditions = [_condition(row) for row in rows]
    last = conditions[-1].lower()
    whole = last in _OTHERWISE or (len(rows) == 2 and _opposite(*conditions))
    if any(condition.lower() in _OTHERWISE for condition in conditions[:-1]):
        return None
    head = " Piecewise(" if whole else " Cases("
    pieces: list[Written] = [Written.all_at(head, start)]
    for index, (row, condition) in enumerate(zip(rows, conditions, strict=True)):
        final = index == len(rows) - 1
        value = row.value.cut(0, len(row.value.text.rstrip().rstrip(",").rstrip()))
        shown = "True" if final and whole else condition
        where = row.condition.start(row.value.start(start))
        pieces += [
            Written.all_at("(", where),
            value,
            Written.all_at(f", {shown})" + ("" if final else ", "), where),
        ]
    return Written.join([*pieces, Written.all_at(")", start)])


def _opposite(first: str, second: str) -> bool:
    """Tell whether one of two comparisons holds wherever the other does not, the border aside."""
    a, b = _RELATION.search(first), _RELATION.search(second)
    if a is None or b is None:
        return False
    left = (_plain(first[: a.start()]), _plain(first[a.end() :]))
    right = (_plain(second[: b.start()]), _plain(second[b.end() :]))
    turned = _OPPOSITE[a[0]][0]
    if left == right:
        return b[0][0].translate(str.maketrans("≤≥", "<>")) == turned
    swapped = {"<": ">", ">": "<"}[turned]
    return left == right[::-1] and b[0][0].translate(str.maketrans("≤≥", "<>")) == swapped


def _plain(text: str) -> str:
    return re.sub(r"\s", "", text)
