"""Reading graphs: from a `.sg` text, from a Python function, from a bare equation."""

from symgrad.sources.loading import load

__all__ = ["load"]
