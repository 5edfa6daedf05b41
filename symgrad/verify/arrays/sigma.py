"""The capital sigma of a claim: a sum over an index, or a matrix of that name."""

from __future__ import annotations

import re

from symgrad.expression.names import canonical
from symgrad.verify.arrays.scope import Names

_SIGMA = re.compile(
    r"(?P<sign>Σ|(?<![^\W\d_])Sigma(?![^\W_]))(?:_(?:\{(?P<braced>[^{}]*)\}|(?P<plain>[^\W_])))?"
)


def has_sigma(names: Names) -> bool:
    """Tell whether a name of the graph is a sigma, with indices or without."""
    return any(canonical(name.partition("_")[0]) == "Σ" for name in names.graph.index)


def left_open(text: str, names: Names) -> bool:
    """Tell whether a sigma with one index may be a sum, or a row of a matrix."""
    return any(_is_open(found, names) for found in _SIGMA.finditer(text)) and has_sigma(names)


def sums_told(text: str, names: Names, *, swapped: bool = False) -> str:
    """Return a text in which every sum is `∑` and every matrix of that name `Sigma`.

    Where no name is a sigma, all of them are sums. A `Σ` with one index is a sum, `\\Sigma` with
    one index is none; `swapped` has it the other way.
    """
    if "Σ" not in text and "Sigma" not in text:
        return text
    matrix = has_sigma(names)

    def told(found: re.Match[str]) -> str:
        subscript = found[0][len(found["sign"]) :]
        if not matrix:
            return f"∑{subscript}" if subscript or found["sign"] == "Σ" else found[0]
        is_sum = "=" in subscript or ":" in subscript
        if _is_open(found, names):
            is_sum = (found["sign"] == "Σ") != swapped
        if is_sum:
            return f"∑{subscript}"
        before, behind = text[: found.start()][-1:], text[found.end() :][:1]
        return f"{' ' * _touches(before)}Sigma{subscript}{' ' * _touches(behind)}"

    return _SIGMA.sub(told, text)


def _touches(character: str) -> bool:
    return character.isalnum() and character not in "ᵀ²³"


def _is_open(found: re.Match[str], names: Names) -> bool:
    inner = found["braced"] or found["plain"] or ""
    if len(inner) != 1 or not inner.isalpha():
        return False
    return names.resolve(f"Sigma_{inner}") is None
