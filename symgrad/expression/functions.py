"""All functions, by name: one record each, and nothing about them anywhere else.

Adding a function is adding one row to `elementary` or `special`, or calling it under an
`OwnFunction`, which brings its record along.
"""

from __future__ import annotations

from symgrad.expression import elementary, special
from symgrad.expression.function import Function, OwnFunction

__all__ = [
    "FUNCTIONS",
    "UNDIFFERENTIABLE",
    "Function",
    "OwnFunction",
    "known_names",
    "lookup",
    "record",
    "reserved_names",
]

FUNCTIONS = {row.name: row for row in (*elementary.ROWS, *special.ROWS)}
_BY_ALIAS = {alias: row for row in FUNCTIONS.values() for alias in (row.name, *row.aliases)}


def record(function: str) -> Function:
    """Return the record of a function that stands in a `Call`.

    >>> record("tanh").latex
    '\\\\tanh'
    """
    return function.record if isinstance(function, OwnFunction) else FUNCTIONS[function]


UNDIFFERENTIABLE = ("floor", "ceil", "ceiling", "round", "mod", "fmod", "trunc", "argmax", "argmin")


def lookup(name: str) -> Function | None:
    """Return the record of a function by its name or an alias, or None.

    >>> lookup("ln").name, lookup("arcsin").name, lookup("floor")
    ('log', 'asin', None)
    """
    return _BY_ALIAS.get(name)


def known_names() -> tuple[str, ...]:
    """Return every name and alias under which a function can be called."""
    return tuple(_BY_ALIAS)


def reserved_names() -> tuple[str, ...]:
    """Return those of them that a graph cannot use for something else before a parenthesis."""
    return tuple(name for name, row in _BY_ALIAS.items() if row.reserved)
