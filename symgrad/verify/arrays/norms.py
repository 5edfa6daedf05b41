"""Norms with an index: ‖x‖_1, and ‖e‖_Ω² for eᵀΩe, or for eᵀΩ⁻¹e where Ω is a covariance."""

from __future__ import annotations

import re

from symgrad.verify.arrays.scope import Names

_INDEXED = re.compile(
    r"(?P<bars>‖|\|\|)(?P<inner>[^‖]+?)(?P=bars)(?P<early>²|\^2)?_(?:\{(?P<braced>[^{}]+)\}|(?P<plain>\w))"
    r"\s*(?P<late>²|\^2)?"
)

_USUAL = frozenset(("2", "F", "Fro", "fro", "HS"))


def has_weight(text: str, names: Names) -> bool:
    """Tell whether a norm is by a matrix: it may be meant, or its inverse."""
    return any(_is_matrix(_index(found), names) for found in _INDEXED.finditer(text))


def has_spectral(text: str, names: Names) -> bool:
    """Tell whether the norm of a matrix has the index 2: many write that for the Frobenius norm."""
    return any(
        _index(found) == "2" and _is_matrix(found["inner"].strip(), names)
        for found in _INDEXED.finditer(text)
    )


def norms_told(text: str, names: Names, *, inverse: bool) -> str:
    """Return a text with norm1(x) for ‖x‖_1, eᵀΩe for ‖e‖_Ω², ‖x‖ for ‖x‖_2 and ‖A‖_F."""

    def told(found: re.Match[str]) -> str:
        index, inner = _index(found), found["inner"].strip()
        square = found["early"] or found["late"] or ""
        if index in _USUAL:
            return f"‖{inner}‖{square}"
        if index == "1":
            return f" norm1({inner}){square}"
        if not _is_matrix(index, names):
            return found[0]
        middle = f"inv({index})" if inverse else index
        form = f"(({inner})ᵀ@{middle}@({inner}))"
        return f" {form}" if square else f" sqrt({form})"

    return _INDEXED.sub(told, text)


def _index(found: re.Match[str]) -> str:
    return (found["braced"] or found["plain"]).strip()


def _is_matrix(word: str, names: Names) -> bool:
    value = names.look_up(word)
    return value is not None and len(value.shape) == 2
