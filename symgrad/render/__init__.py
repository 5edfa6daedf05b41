"""What people look at: formulas, drawings, traces and reports, all from the same derivation."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from symgrad.render.drawings import draw

__all__ = ["draw"]


def __getattr__(name: str) -> object:
    if name == "draw":
        from symgrad.render.drawings import draw  # noqa: PLC0415  (loaded when it is asked for)

        return draw
    raise AttributeError(name)
