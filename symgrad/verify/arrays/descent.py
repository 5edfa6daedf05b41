"""Steps of descent as people write them: ΔW = −ηG, W ← W − ηG, W_{t+1} = W_t − ηG, W -= ηG."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from symgrad.verify.arrays.scope import NAME, Names

_CHANGE = re.compile(rf"\s*[δΔ]\s?(?P<of>{NAME})\s*")
_IN_CODE = re.compile(rf"\s*(?P<of>{NAME})\s*(?P<sign>[-−+])\s*")  # W - of W -= G
_NEXT = re.compile(
    r"\s*(?P<of>[^\W\d_]+)[_^](?:\{|\()?\(?(?P<at>[^\W\d_])\s*\+\s*1\)?(?:\}|\))?\s*"
)
_RATES = frozenset("η α γ ε μ ρ τ lr rate eta alpha gamma mu".split())
_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Step:
    """A step: of which parameter, what is written on the right, and whether that holds W itself.

    A step `in_code`, as `W -= G`, can be nothing else.
    """

    of: str
    text: str
    whole: bool
    in_code: bool = False


def step_of(sides: tuple[str, ...], names: Names) -> Step | None:
    """Return the step that a statement is, or None."""
    if len(sides) != 2:
        return None
    if (code := _IN_CODE.fullmatch(sides[0])) is not None:
        of = names.resolve(code["of"])
        text = sides[1] if code["sign"] == "+" else f"-({sides[1]})"
        return Step(of, text, whole=False, in_code=True) if of in names.graph.parameters else None
    if (later := _NEXT.fullmatch(sides[0])) is not None and not names.known(sides[0].strip()):
        sides = later["of"], _without_time(sides[1], later["at"], names)
    found = _CHANGE.fullmatch(sides[0])
    word = found["of"] if found is not None else sides[0].strip()
    of = names.resolve(word)
    if of is None or of not in names.graph.parameters:
        return None
    whole = found is None
    if whole and re.match(rf"\s*{re.escape(word)}\s*[-−+]", sides[1]) is None:
        return None
    return Step(of, sides[1], whole)


def _without_time(text: str, at: str, names: Names) -> str:
    """Return a text in which W_t is W, for every name that the graph has."""

    def plain(found: re.Match[str]) -> str:
        return f"{found['of']} " if names.resolve(found["of"]) else found[0]

    return re.sub(rf"(?P<of>[^\W\d_]+)[_^](?:\{{{at}\}}|\({at}\)|{at}(?!\w))", plain, text)


def rates_in(text: str, names: Names) -> Iterator[str]:
    """Yield the letters for a rate that stand in a text and name nothing of the graph."""
    for word in dict.fromkeys(_WORD.findall(text)):
        if word in _RATES and not names.known(word):
            yield word
