"""How values show themselves in a notebook: the low end of it, which knows the writer by name."""

from __future__ import annotations

from collections.abc import Container
from importlib import import_module

_WRITER = "symgrad.render.notebook"


def written(value: object, form: str) -> str:
    """Return a value as a whole document: what its command prints in that form."""
    text: str = import_module(_WRITER).written(value, form)
    return text


class Typeset:
    """A value that a notebook shows typeset.

    What is shown is written by `symgrad.render.notebook`, which stands far above the values; so it
    is named here, and imported when a notebook asks.
    """

    __slots__ = ()

    def _repr_mimebundle_(
        self,
        include: Container[str] | None = None,
        exclude: Container[str] | None = None,
    ) -> dict[str, str]:
        """Return what is shown, by media type."""
        bundle: dict[str, str] = import_module(_WRITER).bundle(self)
        return {
            kind: text
            for kind, text in bundle.items()
            if (include is None or kind in include) and (exclude is None or kind not in exclude)
        }
