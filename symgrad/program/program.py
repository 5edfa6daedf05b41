"""The program of a derivation: straight lines of assignments, with no language in it.

`lower` turns a derivation into three routines: the value, the gradient, and both together. Each is
single assignment in names; what they have in common is computed once; the author's names stay.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cache, cached_property, lru_cache
from itertools import chain
from typing import Literal, NamedTuple

from symgrad.accuracy.improve import improved, may_lose
from symgrad.accuracy.report import Improved
from symgrad.derivation.derivation import Derivation, gradient_name
from symgrad.errors import free_name
from symgrad.expression.alike import Key
from symgrad.expression.collector import paused_collector
from symgrad.expression.identity import ByIdentity, distinct
from symgrad.expression.progress import part
from symgrad.expression.rows import rows_of_columns
from symgrad.expression.tree import ZERO, Call, Expression, Formula, Var, children, placed
from symgrad.graph.arrays import refuse_arrays
from symgrad.graph.graph import Graph
from symgrad.graph.points import inputs_of
from symgrad.program.block import Assignment, Block, dense, rows_of
from symgrad.program.branches import has_branches
from symgrad.program.calls import CallsOnce
from symgrad.program.gauss_newton import gauss_newton_product
from symgrad.program.lines import Lines
from symgrad.program.normal import arithmetic_of, operations_of
from symgrad.program.optimizers import optimizer
from symgrad.program.outputs import KINDS as OUTPUTS
from symgrad.program.outputs import outputs_of
from symgrad.program.passes import Work, fault_of_statements, fault_of_work, through
from symgrad.program.rewrite import rewritten
from symgrad.program.second import KINDS as SECOND_ORDER
from symgrad.program.second import second_order
from symgrad.program.sharing import shared
from symgrad.program.slots import SlotTable
from symgrad.program.split import split
from symgrad.program.statements import Statement, patterns_of
from symgrad.program.temporaries import derivatives, named

MAX_SEPARATE = 1000  # above it `gradient` is taken from `value_and_gradient`, to halve the text
_PREFIXES = ("t", "tmp", "aux", "shared")
DEFAULT_RATE = Fraction(1, 10)
_AS_WRITTEN = Improved(())


@dataclass(frozen=True)
class Routine:
    """Assignments in the order in which they run, and the names of what they compute.

    `body` holds the assignments one by one, `blocks` the same by pattern. `results` are names of
    assignments or of inputs. `guarded` holds the names that are needed in a branch of `where` only:
    their value may be NaN or infinite and must not stop the program.
    """

    blocks: tuple[Block, ...]
    results: tuple[str, ...]
    guarded: frozenset[str] = frozenset()

    @cached_property
    def body(self) -> tuple[Assignment, ...]:
        """The assignments in the order in which they run."""
        return tuple(rows_of(self.blocks))

    @property
    def names(self) -> tuple[str, ...]:
        """The names that are assigned, in no particular order but always the same."""
        return tuple(chain.from_iterable(block.names for block in self.blocks))

    @cached_property
    def used(self) -> frozenset[str]:
        """The names that assignments read, or that are results."""
        return frozenset(self.results).union(*(column for b in self.blocks for column in b.columns))

    @property
    def length(self) -> int:
        """The number of assignments."""
        return sum(len(block.names) for block in self.blocks)

    @property
    def operations(self) -> int:
        """The number of arithmetic operations and function calls."""
        return sum(operations_of(block.pattern) * len(block.names) for block in self.blocks)


Shares = Literal["all", "nothing"] | CallsOnce


@dataclass(frozen=True)
class Program:
    """Value and gradient of a graph's objective as routines over its inputs.

    `value` results in the objective, `gradient` in one number for each of `wrt`, `both` in the
    objective and then the gradient. `gradient` is None for a long program, which takes it from
    `both`. Constants stand in `constants` with their exact defaults, those without one first.
    `further` holds routines by name: `hessian`, whose results are the rows of the matrix from the
    diagonal on (`hessian_sparse`: those at or right of it in `second_pattern`), and `hvp`, its
    product with a vector whose components are called `direction`; `outputs` or `residuals`, and
    `jacobian`, whose results are the entries of their Jacobian in the places that `pattern` tells,
    row by row; `gauss_newton_product`, JᵀJ times `direction`.
    """

    derivation: Derivation
    optimizer: str
    safe: bool
    value: Routine
    gradient: Routine | None
    both: Routine
    accuracy: Improved = _AS_WRITTEN
    further: Mapping[str, Routine] = field(default_factory=dict)
    direction: tuple[str, ...] = ()
    pattern: tuple[tuple[int, ...], ...] = ()
    second_pattern: tuple[tuple[int, ...], ...] = ()

    @property
    def graph(self) -> Graph:
        """The graph that the program computes."""
        return self.derivation.graph

    @property
    def wrt(self) -> tuple[str, ...]:
        """The names of the inputs by which the gradient is taken."""
        return self.derivation.wrt

    @cached_property
    def parameters(self) -> tuple[str, ...]:
        """The names of the parameters, in order of definition."""
        return self.graph.parameters

    @cached_property
    def data(self) -> tuple[str, ...]:
        """The names of the data inputs, in order of definition."""
        return self.graph.data

    @cached_property
    def constants(self) -> tuple[tuple[str, Fraction | None], ...]:
        """The constants and their defaults; those without a default first."""
        pairs = [(name, self.graph.index[name].default) for name in self.graph.constants]
        return tuple(sorted(pairs, key=lambda pair: pair[1] is not None))

    @cached_property
    def inputs(self) -> tuple[str, ...]:
        """All inputs in the order in which every routine takes them."""
        return (*self.parameters, *self.data, *(name for name, _ in self.constants))

    @property
    def rate(self) -> Fraction:
        """The default of the learning rate: the rule's own, or that of the graph."""
        own = optimizer(self.optimizer).rate
        if own is not None:
            return own
        return self.graph.rate[1] if self.graph.rate is not None else DEFAULT_RATE

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Every name of the program: inputs, then assignments in their order."""
        routines = [self.value, self.both, *([self.gradient] if self.gradient else [])]
        routines += self.further.values()
        assigned = chain.from_iterable(routine.names for routine in routines)
        names = (*self.inputs, *assigned, self.graph.objective, *self.direction)
        return tuple(dict.fromkeys(names))


def operations(program: Program) -> int:
    """Return what value and gradient together cost: each + − * / and each function call is one.

    Small integer powers count as the products that they are computed by. A minus sign counts unless
    it makes an addition a subtraction or stands before a number. A comparison counts as one.
    """
    return program.both.operations


def lower(
    derivation: Derivation,
    *,
    safe: bool = True,
    optimizer: str = "sgd",
    shares: Shares = "all",
    further: Iterable[str] = (),
) -> Program:
    """Return the program of a derivation.

    `safe` puts numerically stable forms in the place of what would overflow or cancel;
    `optimizer` is the name of the update rule (a row of `symgrad.program.optimizers`).
    `shares` tells what is computed once for several statements: "all" that they have in common,
    costly calls only (`CallsOnce`), or "nothing", so that every statement stays as it was derived.
    `further` names routines besides: "hessian", "hessian_sparse", "hvp", "outputs", "residuals",
    "jacobian", "gauss_newton_product"; asked for the last three only, a graph without them has
    none.

    >>> from symgrad.derivation.derive import derive
    >>> from symgrad.sources.text import parse
    >>> program = lower(derive(parse("param a; data x, y; r = a*x - y; J = r^2")))
    >>> [row.name for row in program.both.body], operations(program)
    (['r', 'J', 'dJ_da'], 5)
    """
    refuse_arrays(derivation.graph, "this target")
    # What can be anything cannot be measured.
    safe = safe and not any(f.record.unknown for f in derivation.graph.functions.values())
    with paused_collector():
        program = _lowered(derivation, safe=safe, optimizer=optimizer, shares=shares)
        return _with_further(program, further, shares=shares)


def _with_further(program: Program, kinds: Iterable[str], *, shares: Shares) -> Program:
    """Return the program with routines for second derivatives."""
    routines: dict[str, Routine] = {}
    direction: tuple[str, ...] = ()
    pattern: tuple[tuple[int, ...], ...] = ()
    second_pattern: tuple[tuple[int, ...], ...] = ()
    known = tuple(derivatives(program.derivation).items())

    def routine(statements: tuple[Statement, ...], results: tuple[str, ...]) -> Routine:
        inputs = (*inputs_of(program.graph), *direction)
        task = _Task(program.graph, statements, inputs, results, known)
        maker, _ = _maker(task, safe=program.safe, shares=shares)
        return maker.routine(results)

    kinds = tuple(kinds)
    for kind in kinds:
        if kind in SECOND_ORDER:
            found = second_order(program.derivation, kind)
            direction = direction or found.direction
            second_pattern = found.pattern if kind == "hessian_sparse" else second_pattern
            routines[kind] = routine(found.statements, found.results)
    if not set(kinds).isdisjoint(OUTPUTS):
        outputs = outputs_of(program.derivation)
        if outputs is not None:
            pattern = outputs.pattern
            routines[outputs.kind] = routine(*outputs.values)
            routines["jacobian"] = routine(*outputs.jacobian)
            if "gauss_newton_product" in kinds:
                product = gauss_newton_product(program.derivation, outputs)
                direction = product.direction
                routines["gauss_newton_product"] = routine(product.statements, product.results)
    return replace(
        program,
        further=routines,
        direction=direction,
        pattern=pattern,
        second_pattern=second_pattern,
    )


def _lowered(derivation: Derivation, *, safe: bool, optimizer: str, shares: Shares) -> Program:
    graph = derivation.graph
    gradient = tuple(_gradient_names(derivation))
    statements = _statements(derivation, gradient)
    results = (graph.objective, *gradient)
    known = tuple(derivatives(derivation).items())
    task = _Task(graph, statements, inputs_of(graph), results, known)
    maker, found = _maker(task, safe=safe, shares=shares)
    value = maker.routine((graph.objective,))
    both = maker.routine((graph.objective, *gradient))
    separate = maker.routine(gradient) if both.length <= MAX_SEPARATE else None
    return Program(derivation, optimizer, safe, value, separate, both, found)


class _Task(NamedTuple):
    """Statements over inputs, the names among them that are asked for, and names by formulas."""

    graph: Graph
    statements: tuple[Statement, ...]
    inputs: tuple[str, ...]
    results: tuple[str, ...]
    known: tuple[tuple[Key, str], ...]

    def __hash__(self) -> int:
        """Return a number without reading thousands of formulas."""
        return hash((self.graph.objective, self.inputs, self.results))


def _maker(task: _Task, *, safe: bool, shares: Shares) -> tuple[_Maker, Improved]:
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


def _made(task: _Task, statements: tuple[Statement, ...], *, shares: Shares) -> _Maker:
    lines = Lines(statements)
    names = [*lines.names, *[node.name for node in task.graph.nodes], *task.inputs]
    return _Maker(lines, task, names, shares=shares)


@lru_cache(8)
def _improved(task: _Task) -> Improved:
    """Return the statements mended; the same for every language that they are emitted in."""

    @cache
    def cost(statements: tuple[Statement, ...]) -> int:
        pieces = split(statements, task.graph.index)
        blocks = _made(task, pieces, shares="all").routine(task.results).blocks
        return sum(arithmetic_of(b.pattern) * len(b.names) for b in blocks)

    return improved(
        task.statements, task.graph, task.inputs, task.results, lambda rows: cost(tuple(rows))
    )


def _gradient_names(derivation: Derivation) -> list[str]:
    taken = {item.name for item in derivation.sensitivity_list}
    graph = derivation.graph
    names = [f"d{graph.objective}_d{parameter}" for parameter in derivation.wrt]
    if graph.index.keys().isdisjoint(names) and taken.isdisjoint(names):
        return names
    names = []
    for parameter in derivation.wrt:
        name = free_name(gradient_name(graph, parameter), taken)
        taken.add(name)
        names.append(name)
    return names


def _statements(derivation: Derivation, gradient_names: Sequence[str]) -> tuple[Statement, ...]:
    """Return the equations, the sensitivities and the gradient as statements."""
    ordered, named = derivation.graph.ordered, derivation.sensitivity_list
    forms = [*(item.form for item in named), *(form for _, form in derivation.gradient_forms)]
    totals, operands = [pattern.total for pattern, _ in forms], [names for _, names in forms]
    names = (*(node.name for node in ordered), *(item.name for item in named), *gradient_names)
    formulas = (*(node.formula for node in ordered), *rows_of_columns(Formula, totals, operands))
    return tuple(rows_of_columns(Statement, names, formulas))


def free_prefix(names: Iterable[str]) -> str:
    """Return a prefix for numbered temporaries that no name in `names` starts with."""
    text = "\n" + "\n".join(names)
    for prefix in _PREFIXES:
        if f"\n{prefix}" not in text or not re.search(rf"\n{prefix}[0-9]+(?:\n|$)", text):
            return prefix
    longest = max(map(len, text.split("\n")))
    return "t" + "_" * longest


class _Maker:
    """Makes the routines of one program."""

    def __init__(self, lines: Lines, task: _Task, names: Sequence[str], *, shares: Shares) -> None:
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


def guarded_names(blocks: Sequence[Block], results: Iterable[str]) -> frozenset[str]:
    """Return the names that only branches of `where` need.

    A choice that is 0 wherever such a branch is not taken is no such name: it holds its own test.
    """
    branching: ByIdentity[Expression, bool] = ByIdentity()
    for pattern in distinct(block.pattern for block in blocks):
        branching[pattern] = has_branches(pattern)
    if not any(branching[block.pattern] for block in blocks):
        return frozenset()
    certain = set(results)
    body = rows_of(blocks)
    tests = {row.name: _own_test(row) for row in body if branching[row.pattern]}
    for name, pattern, operands in reversed(body):
        if name in certain:
            certain.update(_certain(pattern, operands, tests) if branching[pattern] else operands)
    return frozenset(row.name for row in body if row.name not in certain)


def _own_test(row: Assignment) -> tuple[Expression, int] | None:
    """Return the condition and the branch outside of which a choice is 0."""
    match row.pattern:
        case Call("where", (condition, _, other)) if other == ZERO:
            side = 1
        case Call("where", (condition, other, _)) if other == ZERO:
            side = 2
        case _:
            return None
    return placed(condition, row.operands), side


def _certain(
    e: Expression, operands: Sequence[str], tests: Mapping[str, tuple[Expression, int] | None]
) -> frozenset[str]:
    """Return the operands that are needed whichever branches are taken."""
    if isinstance(e, Var):
        return frozenset((operands[int(e.key)],))
    parts = [_certain(part, operands, tests) for part in children(e)]
    if not (isinstance(e, Call) and e.function == "where"):
        return frozenset().union(*parts)
    condition, yes, no = parts
    test = placed(e.arguments[0], operands)
    own = {
        name
        for side, names in ((1, yes), (2, no))
        for name in names
        if tests.get(name) == (test, side)
    }
    return condition | (yes & no) | own
