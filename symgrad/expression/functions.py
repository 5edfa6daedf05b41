"""All functions, by name: one record each, and nothing about them anywhere else.

Adding a function is adding one row to `elementary` or `special`, or calling it under an
`OwnFunction`, which brings its record along.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from symgrad.expression import activations, choices, elementary, special
from symgrad.expression.function import Function, OwnFunction

__all__ = [
    "ELEMENTARY",
    "FUNCTIONS",
    "NOT_TAKEN",
    "UNDIFFERENTIABLE",
    "Function",
    "OwnFunction",
    "added",
    "by_letter",
    "known_names",
    "lookup",
    "record",
    "reserved_names",
]

ELEMENTARY = (*elementary.ROWS, *activations.ROWS, *choices.ROWS)
FUNCTIONS = {row.name: row for row in (*ELEMENTARY, *special.ROWS)}
_BY_ALIAS = {alias: row for row in FUNCTIONS.values() for alias in (row.name, *row.aliases)}
_BY_LETTER = {row.letter: row for row in FUNCTIONS.values() if row.letter}


@contextmanager
def added(*rows: Function) -> Iterator[None]:
    """Hold further functions in the table while the block runs: a way to try a record out."""
    names = [name for row in rows for name in (row.name, *row.aliases)]
    clash = [name for name in names if name in _BY_ALIAS]
    if clash:
        raise ValueError(f"a function is called `{clash[0]}` already")
    FUNCTIONS.update({row.name: row for row in rows})
    _BY_ALIAS.update({name: row for row in rows for name in (row.name, *row.aliases)})
    try:
        yield
    finally:
        for row in rows:
            del FUNCTIONS[row.name]
        for name in names:
            del _BY_ALIAS[name]


def record(function: str) -> Function:
    """Return the record of a function that stands in a `Call`.

    >>> record("tanh").latex
    '\\\\tanh'
    """
    return function.record if isinstance(function, OwnFunction) else FUNCTIONS[function]


UNDIFFERENTIABLE = (
    "floor", "ceil", "ceiling", "round", "mod", "fmod", "trunc", "argmax", "argmin", "Mod", "Rem",
)  # fmt: skip
_COMPLEX = "SymPy's function of that name has complex values"
_LISTS = "SymPy's function of that name takes lists"
_WHOLE = "SymPy's function of that name is one of whole numbers"
_NO_SLOPE = "SymPy knows no derivative of its function of that name"
_NO_FUNCTION = "SymPy's object of that name is no function"
_WHOLE_NAMES = """
    bernoulli euler genocchi fibonacci lucas tribonacci andre bell subfactorial motzkin partition
    primepi totient mobius factorial2 KroneckerDelta LeviCivita divisor_sigma primenu primeomega
    multigamma
"""
NOT_TAKEN = {
    name: why
    for why, names in (
        (_COMPLEX, "hankel1 hankel2 hn1 hn2 re im arg conjugate Ynm Znm exp_polar polar_lift"),
        (_LISTS, "hyper meijerg bspline_basis bspline_basis_set"),
        (_WHOLE, _WHOLE_NAMES),
        (_NO_SLOPE, "dirichlet_eta stieltjes riemann_xi rf ff RisingFactorial FallingFactorial"),
        (_NO_FUNCTION, "DiracDelta"),
    )
    for name in names.split()
}


def lookup(name: str) -> Function | None:
    """Return the record of a function by its name or an alias, or None.

    >>> lookup("ln").name, lookup("arcsin").name, lookup("floor")
    ('log', 'asin', None)
    """
    return _BY_ALIAS.get(name)


def by_letter(letter: str) -> Function | None:
    """Return the record of the function that is called by a letter, or None.

    >>> by_letter("Φ").name
    'normal_cdf'
    """
    return _BY_LETTER.get(letter)


def known_names() -> tuple[str, ...]:
    """Return every name and alias under which a function can be called."""
    return tuple(_BY_ALIAS)


def reserved_names() -> tuple[str, ...]:
    """Return those of them that a graph cannot use for something else before a parenthesis."""
    return tuple(name for name, row in _BY_ALIAS.items() if row.reserved)
