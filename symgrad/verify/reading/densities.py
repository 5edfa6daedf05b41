"""Densities that nobody has defined: `p(x | μ, σ)` and `log p(x | μ, σ)` become names.

One for each list of arguments: p(x | z) and p(z) are two densities of one letter. What the author
then says such a name is, is its definition.
"""

from __future__ import annotations

import re

from symgrad.expression.functions import lookup
from symgrad.expression.names import canonical
from symgrad.sources import lexer
from symgrad.sources.written import Written
from symgrad.verify.reading.scope import Scope

_DENSITY = re.compile(
    rf"(?P<log>(?<![\w\\])(?:log|ln)\s*(?P<open>\(*)\s*)?(?<![\w\\])(?P<name>{lexer.NAME})\s*"
    r"\((?P<given>[^()|]*\|[^()|]*)\)(?P<close>(?:\s*\))*)"
)
_WORD = re.compile(r"\w+")
_LEFT_BEFORE, _LEFT_BEHIND = re.compile(r"(?:^|[;\n,⇒])\s*$"), re.compile(r"\s*(?:=|:=|≈|∝)")


def with_named_densities(written: Written, scope: Scope) -> Written:
    """Return a translated formula in which densities that are no nodes of the graph are names."""
    text = written.text
    if "|" not in text:
        return written
    parts: list[Written] = []
    at = 0
    for match in _DENSITY.finditer(text):
        name = match["name"]
        known = scope.can_be_read(name) or scope.functions.get(name) or scope.names.family(name)
        before, behind = match["given"].split("|")
        words = _WORD.findall(before)
        if known or lookup(canonical(name).lstrip("\\")) or not words or not behind.strip():
            continue
        whole = "_".join((name, *words, "given", *_WORD.findall(behind)))
        defined = scope.can_be_read(whole)
        logged = bool(match["log"]) and not defined
        closed = len(match["open"]) if logged else 0
        if match["close"].count(")") < closed:
            continue
        start, end = match.start("log" if logged else "name"), match.end("given") + 1
        for _ in range(closed):
            end = text.index(")", end) + 1
        left = _LEFT_BEFORE.search(text, 0, start) and _LEFT_BEHIND.match(text, end)
        if not (logged or defined or left):
            continue
        found = f"log_{whole}" if logged else whole
        parts += [written.part(at, start), Written.all_at(f" {found} ", written.offsets[start])]
        at = end
    return Written.join([*parts, written.part(at, len(text))]) if parts else written
