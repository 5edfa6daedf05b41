"""Signs that stand for others: Σ_i, the letter, for a sum; an exponent that is a label."""

from __future__ import annotations

import re

from symgrad.expression.functions import lookup
from symgrad.sources import lexer
from symgrad.sources.written import Written
from symgrad.verify.reading.scope import Scope

_SIGMA = re.compile(r"(?<![\w\\])Σ(?:_([a-z]))?(?=\s*(?:[^\W\d]|[(|∂‖]))")

_LABELLED = re.compile(
    rf"(?<![\w\\])(?P<name>{lexer.NAME})\s*\^\s*(?:\(\s*(?P<inside>[^\W\d]\w*)\s*\)|(?P<alone>[^\W\d]\w*))"
)
_NO_LABELS = frozenset((*"ijklmntTe", "pi", "π"))


_RELATIVE = r"\(*\s*[∂d]\s*({0})\s*\)*\s*/\s*\(*\s*{1}\s*\)*"
_ELASTICITY = re.compile(
    rf"\(?\s*{_RELATIVE.format(lexer.NAME, chr(92) + '1')}\s*\)?\s*/\s*"
    rf"\(?\s*{_RELATIVE.format(lexer.NAME, chr(92) + '2')}\s*\)?"
)


def with_elasticities(written: Written) -> Written:
    """Return a translated formula with `∂Q/∂K K/Q` for `(∂Q/Q)/(∂K/K)`."""
    parts: list[Written] = []
    at = 0
    for match in _ELASTICITY.finditer(written.text):
        stretch, start = match[0], written.offsets[match.start()]
        if stretch.count("(") != stretch.count(")"):
            continue
        found = f" ((∂{match[1]}/∂{match[2]})*({match[2]})/({match[1]})) "
        parts += [written.part(at, match.start()), Written.all_at(found, start)]
        at = match.end()
    return Written.join([*parts, written.part(at, len(written.text))]) if parts else written


def with_labels(written: Written, scope: Scope) -> Written:
    """Return a translated formula in which δ_t^o is a name, where nothing is called o."""
    text = written.text
    parts: list[Written] = []
    at = 0
    for match in _LABELLED.finditer(text):
        label = match["inside"] or match["alone"]
        known = label in _NO_LABELS or any(map(scope.can_be_read, (label, match["name"])))
        if known or lookup(match["name"].lstrip("\\")) is not None:
            continue
        parts.append(written.part(at, match.end("name")))
        parts.append(Written.all_at(f"_{label} ", written.offsets[match.end() - 1]))
        at = match.end()
    return Written.join([*parts, written.part(at, len(text))]) if parts else written


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
