"""What people look at: formulas, drawings, traces and reports, all from the same derivation."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from symgrad.render.drawings import draw
    from symgrad.render.html import report

__all__ = ["draw", "report"]

_HOME = {"draw": "symgrad.render.drawings", "report": "symgrad.render.html"}


def __getattr__(name: str) -> object:
    if name in _HOME:
        return getattr(import_module(_HOME[name]), name)
    raise AttributeError(name)
