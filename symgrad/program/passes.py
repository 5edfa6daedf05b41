"""Passes over a program, and the invariant that each of them keeps.

A program is single assignment and closed: every name is assigned once, after all that it uses, and
every result is assigned or an input. A pass that breaks this, or stops, is a fault of ours. With
`STRICT`, which the tests set, it raises BrokenProgram and names the pass; in the field the program
goes on as it was before that pass, with a warning: no improvement keeps anybody from code.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Sequence
from itertools import repeat
from operator import lt
from typing import NamedTuple, TypeVar

from symgrad.errors import SymgradError
from symgrad.program.block import Block
from symgrad.program.statements import Statement

STRICT = False

T = TypeVar("T")


class BrokenProgram(AssertionError):
    """A pass has left a program that is not single assignment, or not closed."""


class Work(NamedTuple):
    """A routine in the making: its assignments by pattern, and the names of its results."""

    blocks: Sequence[Block]
    results: tuple[str, ...]


def through(
    start: T, passes: Sequence[tuple[str, Callable[[T], T]]], fault: Callable[[T], str]
) -> T:
    """Return what the named passes make of a program, those that break it left out.

    `fault` says in words what is wrong with a program, or nothing. It is asked after the last pass,
    and after each of them where that finds something, or where `STRICT` is set.

    >>> def broken(n: int) -> str:
    ...     return "odd" if n % 2 else ""
    >>> through(3, [("double", lambda n: 2 * n), ("more", lambda n: n + 2)], broken)
    8
    """
    if not STRICT:
        end = _all(start, passes)
        if end is start or (end is not None and not fault(end)):
            return end
    current = start
    for name, step in passes:
        current = _one(current, name, step, fault)
    return current


def _all(start: T, passes: Sequence[tuple[str, Callable[[T], T]]]) -> T | None:
    """Return what all passes make of a program, or None where one stops."""
    end = start
    try:
        for _, step in passes:
            end = step(end)
    except SymgradError:
        raise
    except Exception:  # noqa: BLE001  (whatever it is, each pass is tried on its own then)
        return None
    return end


def _one(current: T, name: str, step: Callable[[T], T], fault: Callable[[T], str]) -> T:
    try:
        after = step(current)
        found = fault(after)
    except SymgradError:
        raise
    except Exception as error:
        if STRICT:
            raise
        found = f"{type(error).__name__}: {error}"
        after = current
    if not found:
        return after
    if STRICT:
        raise BrokenProgram(f"after `{name}`: {found}")
    warnings.warn(f"a fault of symgrad: `{name}` is left out ({found})", stacklevel=2)
    return current


def fault_of_statements(statements: Iterable[Statement], inputs: Iterable[str]) -> str:
    """Return what keeps statements from being single assignments in order, or nothing.

    >>> from symgrad.expression.tree import Var, formula_of
    >>> fault_of_statements([Statement("y", formula_of(Var("x")))], ["a"])
    '`y` uses `x`, which nothing before it assigns'
    """
    rows = [(statement.name, statement.formula.operands) for statement in statements]
    return fault_of_rows(rows, inputs, ())


def fault_of_rows(
    rows: Iterable[tuple[str, Sequence[str]]], inputs: Iterable[str], results: Iterable[str]
) -> str:
    """Return what keeps assignments (names with operands) from being a program, or nothing."""
    known = set(inputs)
    for name, operands in rows:
        if name in known:
            return f"`{name}` is assigned twice"
        if not known.issuperset(operands):
            (first, *_) = [operand for operand in operands if operand not in known]
            return f"`{name}` uses `{first}`, which nothing before it assigns"
        known.add(name)
    missing = [result for result in results if result not in known]
    return f"the result `{missing[0]}` is never assigned" if missing else ""


def fault_of_work(work: Work, inputs: Iterable[str]) -> str:
    """Return what keeps a routine in the making from being a program, or nothing."""
    places: dict[str, int] = dict.fromkeys(inputs, -1)
    count = len(places)
    for block in work.blocks:
        places.update(zip(block.names, block.places, strict=True))
        count += len(block.names)
    if len(places) < count:
        return "a name is assigned twice"
    unknown = len(places) + count
    for block in work.blocks:
        for column in block.columns:
            found = map(places.get, column, repeat(unknown))
            if not all(map(lt, found, block.places)):
                found = map(places.get, column, repeat(unknown))
                late = list(map(lt, found, block.places)).index(False)
                name, operand = block.names[late], column[late]
                return f"`{name}` uses `{operand}`, which nothing before it assigns"
    missing = [result for result in work.results if result not in places]
    return f"the result `{missing[0]}` is never assigned" if missing else ""
