"""One sheet in the notation that was asked for."""

from __future__ import annotations

from symgrad.render.json import sheet_json
from symgrad.render.latex_document import latex_of
from symgrad.render.markdown import markdown_of
from symgrad.render.sheet import FormulaSheet
from symgrad.render.text import text_of


def document(sheet: FormulaSheet, *, style: str = "text", ascii_only: bool = False) -> str:
    """Return a sheet as text, latex, markdown or json."""
    if style == "text":
        return text_of(sheet, ascii_only=ascii_only)
    return {"latex": latex_of, "markdown": markdown_of, "json": sheet_json}[style](sheet)
