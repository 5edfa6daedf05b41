"""The rows of a formula as they are written: where the whole cannot be read, each is read alone."""

from __future__ import annotations

import re

from symgrad.sources.written import Written

_FRAME = re.compile(
    r"\\(?:begin|end)\{(?:aligned|alignedat|align|split|gathered|gather|eqnarray|multline|equation|"
    r"IEEEeqnarray|flalign)\*?\}(?:\{[^{}]*\})?|^\s*\[[^\]]*\]"
)
_INNER = re.compile(r"\\(begin|end)\{(?:cases|dcases|rcases|array|[pbvBV]?matrix|smallmatrix)\*?\}")
_BREAK = re.compile(r"\\\\")
_CONTINUES = re.compile(r"[\s&]*(?:[=≈+×·]|-\s|\\(?:approx|cdot|times|equiv)\b)")


def raw_rows(content: Written) -> list[Written]:
    """Return the rows between `\\\\`, those that continue the one before joined with it.

    Breaks inside of cases and arrays are none.
    """
    text = content.text
    inner = [(m.start(), 1 if m[1] == "begin" else -1) for m in _INNER.finditer(text)]
    cuts = [
        m.span() for m in _BREAK.finditer(text) if sum(s for at, s in inner if at < m.start()) <= 0
    ]
    starts = [0, *(end for _, end in cuts)]
    ends = [*(start for start, _ in cuts), len(text)]
    rows: list[Written] = []
    for start, end in zip(starts, ends, strict=True):
        row = _unframed(content, start, end)
        if rows and _CONTINUES.match(row.text):
            rows[-1] = Written.join([rows[-1], Written.all_at(" ", row.start()), row])
        elif row.text.strip():
            rows.append(row)
    return rows


def _unframed(content: Written, start: int, end: int) -> Written:
    """Return a row without the beginning or end of the environment that it stands in."""
    parts = []
    at = start
    for match in _FRAME.finditer(content.text[start:end]):
        parts.append(content.part(at, start + match.start()))
        at = start + match.end()
    return Written.join([*parts, content.part(at, end)]) if parts else content.part(at, end)
