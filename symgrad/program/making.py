"""Routines made of statements: mended, cut up, shared, named; each pass leaves a program."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import cache, lru_cache
from typing import Literal, NamedTuple

from symgrad.accuracy.improve import improved, may_lose
from symgrad.accuracy.report import Improved
from symgrad.expression.alike import Key
from symgrad.expression.identity import distinct
from symgrad.expression.progress import part
from symgrad.expression.tree import Var
from symgrad.graph.graph import Graph
from symgrad.program.block import Block, dense
from symgrad.program.calls import CallsOnce
from symgrad.program.lines import Lines
from symgrad.program.normal import arithmetic_of
from symgrad.program.passes import Work, fault_of_statements, fault_of_work, through
from symgrad.program.rewrite import rewritten
from symgrad.program.routine import Routine, guarded_names
from symgrad.program.sharing import shared
from symgrad.program.slots import SlotTable
from symgrad.program.split import split
from symgrad.program.statements import Statement, patterns_of
from symgrad.program.temporaries import named

_PREFIXES = ("t", "tmp", "aux", "shared")
_AS_WRITTEN = Improved(())

Shares = Literal["all", "nothing"] | CallsOnce


class RoutineTask(NamedTuple):
    """Statements over inputs, the names among them that are asked for, and names by formulas."""

    graph: Graph
    statements: tuple[Statement, ...]
    inputs: tuple[str, ...]
    results: tuple[str, ...]
    known: tuple[tuple[Key, str], ...]

    def __hash__(self) -> int:
        """Return a number without reading thousands of formulas."""
        return hash((self.graph.objective, self.inputs, self.results))


def maker_of(task: RoutineTask, *, safe: bool, shares: Shares) -> tuple[Maker, Improved]:
    """Return what makes routines of statements, which go through the passes first."""
    found: list[Improved] = []

    def mended(statements: tuple[Statement, ...]) -> tuple[Statement, ...]:
        worth = any(map(may_lose, distinct(patterns_of(statements))))
        given = task._replace(statements=statements)
        with part(0.0, 1.0, "measured: what doubles lose"):
            found.append(_improved(given) if worth else Improved(statements))
        return found[-1].statements

    statements = through(
        task.statements,
        [
            *([("mended", mended)] if safe else []),
            ("split", lambda rows: split(rows, task.graph.index)),
        ],
        lambda rows: fault_of_statements(rows, task.inputs),
    )
    made = _made(task, statements, shares=shares)
    return made, found[-1] if found else _AS_WRITTEN


def _made(task: RoutineTask, statements: tuple[Statement, ...], *, shares: Shares) -> Maker:
    lines = Lines(statements)
    names = [*lines.names, *[node.name for node in task.graph.nodes], *task.inputs]
    return Maker(lines, task, names, shares=shares)


@lru_cache(8)
def _improved(task: RoutineTask) -> Improved:
    """Return the statements mended; the same for every language that they are emitted in."""

    @cache
    def cost(statements: tuple[Statement, ...]) -> int:
        pieces = split(statements, task.graph.index)
        blocks = _made(task, pieces, shares="all").routine(task.results).blocks
        return sum(arithmetic_of(b.pattern) * len(b.names) for b in blocks)

    return improved(
        task.statements, task.graph, task.inputs, task.results, lambda rows: cost(tuple(rows))
    )


def free_prefix(names: Iterable[str]) -> str:
    """Return a prefix for numbered temporaries that no name in `names` starts with."""
    text = "\n" + "\n".join(names)
    for prefix in _PREFIXES:
        if f"\n{prefix}" not in text or not re.search(rf"\n{prefix}[0-9]+(?:\n|$)", text):
            return prefix
    longest = max(map(len, text.split("\n")))
    return "t" + "_" * longest


class Maker:
    """Makes the routines of one program."""

    def __init__(
        self, lines: Lines, task: RoutineTask, names: Sequence[str], *, shares: Shares
    ) -> None:
        table = SlotTable()
        prefix = free_prefix(names)
        known = dict(task.known)
        taken = frozenset(names)
        self._lines = lines
        self._inputs = task.inputs
        self._passes: list[tuple[str, Callable[[Work], Work]]] = [
            ("rewritten", lambda work: _changed(work, rewritten(list(work.blocks), prefix, table))),
            ("shared", lambda work: _changed(work, shared(work.blocks, prefix, table))),
            ("without_copies", _without_copies),
            ("named", lambda work: _changed(work, named(work.blocks, prefix, known, taken))),
        ]
        if isinstance(shares, CallsOnce):
            again = ("calls_once", lambda work: _changed(work, shares(work.blocks, prefix)))
            self._passes = [again, *self._passes[2:]]
        elif shares == "nothing":
            self._passes = []

    def routine(self, results: tuple[str, ...]) -> Routine:
        """Return the routine that computes `results`, with what it needs and no more."""
        start = Work(dense(self._lines.blocks(results)), results)
        work = through(start, self._passes, lambda found: fault_of_work(found, self._inputs))
        return Routine(tuple(work.blocks), work.results, guarded_names(work.blocks, work.results))


def _changed(work: Work, blocks: Sequence[Block]) -> Work:
    return Work(blocks, work.results)


def _without_copies(work: Work) -> Work:
    """Return the routine without results that only are another name: that name is the result."""
    ends = set(work.results)
    sources: dict[str, str] = {}
    kept: list[Block] = []
    for block in work.blocks:
        if isinstance(block.pattern, Var) and not ends.isdisjoint(block.names):
            copies = [name in ends for name in block.names]
            copied = block.selected(copies)
            sources.update(zip(copied.names, copied.columns[0], strict=True))
            block = block.selected([not copy for copy in copies])  # noqa: PLW2901
        if block.names:
            kept.append(block)
    if not sources:
        return work

    def source(name: str) -> str:
        while name in sources:
            name = sources[name]
        return name

    # Another statement may use the copy's name, where it was written anew in names.
    renamed = [
        replace(b, columns=tuple([tuple(map(source, column)) for column in b.columns]))
        if any(not sources.keys().isdisjoint(column) for column in b.columns)
        else b
        for b in kept
    ]
    return Work(dense(renamed), tuple(map(source, work.results)))
