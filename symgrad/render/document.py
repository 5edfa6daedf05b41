"""One sheet in the notation that was asked for."""

from __future__ import annotations

from symgrad.derivation import Derivation
from symgrad.errors import SymgradError
from symgrad.render.sheet import Sheet
from symgrad.render.text import text_of


def document(
    sheet: Sheet, d: Derivation, *, style: str = "text", ascii_only: bool = False
) -> str:
    """Return a sheet as text, latex, markdown or json."""
    if style == "text":
        return text_of(sheet, ascii_only=ascii_only)
    raise SymgradError(f"unknown format {style}")
