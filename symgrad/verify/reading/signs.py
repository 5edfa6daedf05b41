"""Signs that stand for others: Σ_i, the letter, for the sign of a sum."""

from __future__ import annotations

import re

from symgrad.sources.written import Written
from symgrad.verify.reading.scope import Scope

_SIGMA = re.compile(r"(?<![\w\\])Σ(?:_([a-z]))?(?=\s*(?:[^\W\d]|[(|∂‖]))")


def with_sums(written: Written, scope: Scope) -> Written:
    """Return a translated formula in which Σ_i before a term is ∑[i], where Σ is no name."""
    text = written.text
    if "Σ" not in text or scope.name("Σ") is not None:
        return written
    parts: list[Written] = []
    at = 0
    for match in _SIGMA.finditer(text):
        if scope.can_be_read(match[0]):
            continue
        parts.append(written.part(at, match.start()))
        parts.append(Written.all_at(f" ∑[{match[1] or ''}] ", written.offsets[match.start()]))
        at = match.end()
    return Written.join([*parts, written.part(at, len(text))]) if parts else written
