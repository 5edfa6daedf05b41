"""Forms of one value: what rows of the table and other arrangements make of an expression.

What is found for one expression holds for all of its shape, with other names.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache
from itertools import chain
from typing import NamedTuple

from symgrad.accuracy.arrangements import arranged, cancelled
from symgrad.accuracy.matching import put, rewrites
from symgrad.accuracy.quotient import quotients
from symgrad.accuracy.relative import relative_logs
from symgrad.accuracy.rows import trees
from symgrad.accuracy.shifts import shifted
from symgrad.expression.tree import (
    Add,
    Call,
    Expression,
    Logic,
    Pow,
    Var,
    formula_of,
    size_of,
    substitute,
    variables,
    walk,
)


def from_table(part: Expression) -> tuple[Expression, ...]:
    """Return what rows of the table make of an expression at its root."""
    pattern, names = _shape(part)
    found = _of_table(pattern)
    return _named((*found.free, *found.guarded), names)


def of_some_terms(part: Expression) -> Iterator[tuple[Expression, Expression, Expression]]:
    """Yield some terms of a sum, their form by a row of the table, and the sum with that form."""
    pattern, names = _shape(part)
    for old, form, whole in _of_table(pattern).some_terms:
        yield substitute(old, names), substitute(form, names), substitute(whole, names)


def arrangements(part: Expression) -> tuple[Expression, ...]:
    """Return the same value in other arrangements."""
    pattern, names = _shape(part)
    return _named(_arranged(pattern), names)


def _shape(part: Expression) -> tuple[Expression, Mapping[str | int, Expression]]:
    pattern, operands = formula_of(part)
    return pattern, {i: Var(name) for i, name in enumerate(operands)}


def _named(
    forms: Sequence[Expression], names: Mapping[str | int, Expression]
) -> tuple[Expression, ...]:
    return tuple([substitute(e, names) for e in forms])


@lru_cache(8192)
def _arranged(pattern: Expression) -> tuple[Expression, ...]:
    found = chain(*(find(pattern) for find in (arranged, quotients, shifted, relative_logs)))
    return tuple(e for e in dict.fromkeys(found) if e != pattern)


class _Forms(NamedTuple):
    """The forms that hold everywhere, those under a condition, and those of some terms of a sum."""

    free: tuple[Expression, ...]
    guarded: tuple[Expression, ...]
    some_terms: tuple[tuple[Expression, Expression, Expression], ...]


@lru_cache(8192)
def _of_table(part: Expression) -> _Forms:
    found: dict[Expression, None] = {}
    guarded: dict[Expression, None] = {}
    some_terms: list[tuple[Expression, Expression, Expression]] = []
    there = marks(part)
    for needed, conditions, pattern, form in _rows():
        if not needed <= there:
            continue
        for new, bound in rewrites(pattern, form, part):
            if new == part:
                continue
            if isinstance(pattern, Add) and not conditions:
                old = put(pattern, bound)
                if size_of(old) < size_of(part) - 1:
                    some_terms.append((old, put(form, bound), new))
            sums = [put(part, bound) for part in _new_sums(pattern, form)]
            new = cancelled(new, sums)  # noqa: PLW2901
            found[new] = None
            tests = tuple(put(condition, bound) for condition in conditions)
            if tests and all(variables(test) for test in tests):
                whole = tests[0] if len(tests) == 1 else Logic("and", tests)
                guarded[Call("where", (whole, new, part))] = None
    return _Forms(tuple(found), tuple(guarded), tuple(some_terms))


@lru_cache(4096)
def marks(e: Expression) -> frozenset[str]:
    """Return the functions in an expression, sums and general powers included."""
    return frozenset(
        part.function if isinstance(part, Call) else "+" if isinstance(part, Add) else "^"
        for part in walk(e)
        if isinstance(part, Call | Add) or (isinstance(part, Pow) and variables(part.exponent))
    )


@lru_cache(512)
def _new_sums(pattern: Expression, form: Expression) -> tuple[Expression, ...]:
    """Return the sums of a form that its pattern does not have."""
    known = {part for part in walk(pattern) if isinstance(part, Add)}
    return tuple([part for part in walk(form) if isinstance(part, Add) and part not in known])


@cache
def _rows() -> tuple[tuple[frozenset[str], tuple[Expression, ...], Expression, Expression], ...]:
    """Return the rows of the table, with the functions that their patterns hold."""
    return tuple([(marks(pattern), tests, pattern, form) for tests, pattern, form in trees()])
