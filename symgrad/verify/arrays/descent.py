"""Steps of descent as articles write them: ΔW = −ηG, W ← W − ηG, W_{t+1} = W_t − ηG."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from symgrad.verify.arrays.scope import NAME, Names

_CHANGE = re.compile(rf"\s*[δΔ]\s?(?P<of>{NAME})\s*")
_RATES = frozenset("η α γ ε μ ρ τ lr eta alpha gamma".split())
_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Step:
    """A step: of which parameter, what is written on the right, and whether that holds W itself."""

    of: str
    text: str
    whole: bool


def step_of(sides: tuple[str, ...], names: Names) -> Step | None:
    """Return the step that a statement is, or None."""
    if len(sides) != 2:
        return None
    found = _CHANGE.fullmatch(sides[0])
    word = found["of"] if found is not None else sides[0].strip()
    of = names.resolve(word)
    if of is None or of not in names.graph.parameters:
        return None
    whole = found is None
    if whole and re.match(rf"\s*{re.escape(word)}\s*[-−+]", sides[1]) is None:
        return None
    return Step(of, sides[1], whole)


def rates_in(text: str, names: Names) -> Iterator[str]:
    """Yield the letters for a rate that stand in a text and name nothing of the graph."""
    for word in dict.fromkeys(_WORD.findall(text)):
        if word in _RATES and not names.known(word):
            yield word
