"""The program of a derivation: straight lines of assignments, with no language in it.

`lower` turns a derivation into three routines: the value, the gradient, and both together. Each is
single assignment in names; what they have in common is computed once; the author's names stay.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from itertools import chain

from symgrad.accuracy.report import Improved
from symgrad.derivation.derivation import Derivation, gradient_name
from symgrad.errors import free_name
from symgrad.expression.collector import paused_collector
from symgrad.expression.rows import rows_of_columns
from symgrad.expression.tree import Formula
from symgrad.graph.arrays import refuse_arrays
from symgrad.graph.graph import Graph
from symgrad.graph.points import inputs_of
from symgrad.program.gauss_newton import gauss_newton_product
from symgrad.program.making import RoutineTask, Shares, maker_of
from symgrad.program.optimizers import optimizer
from symgrad.program.outputs import KINDS as OUTPUTS
from symgrad.program.outputs import outputs_of
from symgrad.program.routine import Routine
from symgrad.program.second import KINDS as SECOND_ORDER
from symgrad.program.second import second_order
from symgrad.program.statements import Statement
from symgrad.program.temporaries import derivatives

MAX_SEPARATE = 1000  # above it `gradient` is taken from `value_and_gradient`, to halve the text
DEFAULT_RATE = Fraction(1, 10)
_AS_WRITTEN = Improved(())


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
        task = RoutineTask(program.graph, statements, inputs, results, known)
        maker, _ = maker_of(task, safe=program.safe, shares=shares)
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
    task = RoutineTask(graph, statements, inputs_of(graph), results, known)
    maker, found = maker_of(task, safe=safe, shares=shares)
    value = maker.routine((graph.objective,))
    both = maker.routine((graph.objective, *gradient))
    separate = maker.routine(gradient) if both.length <= MAX_SEPARATE else None
    return Program(derivation, optimizer, safe, value, separate, both, found)


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
