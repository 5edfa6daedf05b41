"""A graph worked through with numbers, step after step, as in a textbook.

Arithmetic is exact as long as it is rational, and carries fifty digits or more otherwise: every
step is computed at two precisions, until both agree to far more digits than are ever shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import overload

from symgrad.derivation.arrays.derivation import ArrayDerivation
from symgrad.derivation.derivation import Derivation
from symgrad.derivation.derive import derive
from symgrad.derivation.regularisation import regularisation
from symgrad.errors import LimitExceeded, SymgradError
from symgrad.expression.tree import Expression
from symgrad.graph.arrays import ArrayGraph
from symgrad.graph.graph import Graph
from symgrad.trace.arrays.plan import planned
from symgrad.trace.arrays.run import steps as array_steps
from symgrad.trace.arrays.show import ArrayTrace
from symgrad.trace.inputs import Sample, read_samples, read_values, require_inputs
from symgrad.trace.lines import LineWriter, WorkedLine
from symgrad.trace.numbers import Arithmetic, Real, read_number
from symgrad.trace.result import MAX_DIGITS, Step, Trace, agree, without_noise
from symgrad.trace.step import StepNumbers, adjoints, broken_assumptions, evaluate_step
from symgrad.trace.update import Rule, apply_rule, initial_state, rule_for

DEFAULT_RATE = Fraction(1, 10)
MAX_WORKED_STEPS = 1_000
_PRECISIONS = (50, 110, 900)


@dataclass(frozen=True)
class Plan:
    """What a trace starts from: fixed values, samples, and how many steps to take.

    A `brief` trace has its numbers at one precision, and of the worked lines those where branches
    meet: for a page whose text is being edited.
    """

    derivation: Derivation
    start: tuple[tuple[str, Fraction], ...]
    samples: tuple[Sample, ...]
    count: int
    rule: Rule
    without_data: tuple[tuple[str, Expression], ...] = ()  # see symgrad.trace.parts
    brief: bool = False

    def sample(self, step: int) -> Sample:
        """Return the sample of a step, counted from 1; samples are used in turn."""
        return self.samples[(step - 1) % len(self.samples)] if self.samples else ()


@overload
def trace(  # type: ignore[overload-overlap]  # a graph with arrays has a trace of its own
    graph: ArrayGraph,
    values: Mapping[str, object] | None = None,
    data: Iterable[Mapping[str, object]] | None = None,
    *,
    rate: object = None,
    steps: int | None = None,
    optimizer: str = "sgd",
    wrt: Iterable[str] | None = None,
    exact: bool = False,
    digits: int = 6,
) -> ArrayTrace: ...


@overload
def trace(
    graph: Graph,
    values: Mapping[str, object] | None = None,
    data: Iterable[Mapping[str, object]] | None = None,
    *,
    rate: object = None,
    steps: int | None = None,
    optimizer: str = "sgd",
    wrt: Iterable[str] | None = None,
    exact: bool = False,
    digits: int = 6,
) -> Trace: ...


def trace(  # noqa: PLR0913  (options, keyword-only)
    graph: Graph,
    values: Mapping[str, object] | None = None,
    data: Iterable[Mapping[str, object]] | None = None,
    *,
    rate: object = None,
    steps: int | None = None,
    optimizer: str = "sgd",
    wrt: Iterable[str] | None = None,
    exact: bool = False,
    digits: int = 6,
) -> Trace | ArrayTrace:
    """Work a graph through with numbers: one step of descent for each sample.

    `values` gives inputs a value (parameters their starting value), `data` one mapping a sample;
    both stand before what the graph itself says, which is used otherwise. Numbers are ints, floats,
    fractions or text; a float is taken as the shortest decimal that rounds to it. `rate` is the
    learning rate (the graph's own, or 0.1), `steps` the number of steps (one for each sample),
    `optimizer` a row of `symgrad.program.optimizers`. With `exact` all numbers are fractions.
    Of a graph with arrays the inputs are numbers, lists or lists of rows, the same at every step.

    Raises SymgradError where an input has no value, and where a node has no real value; the error
    names the step and the node.

    >>> from symgrad.sources.text import parse
    >>> t = trace(parse("param a = 1; data x, y; J = (a*x - y)^2"), data=[{"x": 2, "y": 1}])
    >>> t.steps[0].lines[0]
    'J = (ax − y)² = (1·2 − 1)² = 1'
    >>> t.steps[0].gradients, t.steps[0].updated
    ({'a': 4.0}, {'a': 0.6})
    """
    d = derive(graph, wrt)
    if isinstance(d, ArrayDerivation):
        own = planned(d, values, data, rate=rate, steps=steps, optimizer=optimizer)
        if exact or own is None:
            what = "fractions" if own else "a Jacobian"
            raise SymgradError(f"a trace of arrays does not take {what}")
        return ArrayTrace(own, tuple(array_steps(own)), digits)
    plan = make_plan(d, values, data, rate=rate, steps=steps, optimizer=optimizer)
    return run_plan(plan, exact=exact, digits=digits)


def make_plan(
    derivation: Derivation,
    values: Mapping[str, object] | None = None,
    data: Iterable[Mapping[str, object]] | Sequence[Sample] | None = None,
    *,
    rate: object = None,
    steps: int | None = None,
    optimizer: str = "sgd",
) -> Plan:
    """Return what a trace starts from, all of it read and checked."""
    graph = derivation.graph
    given = read_values(graph, values or {})
    defaults = {n.name: n.default for n in graph.nodes if n.default is not None}
    samples = graph.steps if data is None else _samples(graph, data)
    samples = tuple(tuple(p for p in sample if p[0] not in given) for sample in samples)
    if rate is None:
        chosen = graph.rate[1] if graph.rate else DEFAULT_RATE
    else:
        chosen = read_number(rate, "the rate")
    count = max(1, len(samples)) if steps is None else steps
    if count < 1:
        raise SymgradError("a trace has at least one step")
    rule = rule_for(graph, optimizer, chosen)
    apart = tuple(regularisation(derivation).items())
    return Plan(derivation, tuple({**defaults, **given}.items()), samples, count, rule, apart)


def _samples(
    graph: Graph, data: Iterable[Mapping[str, object]] | Sequence[Sample]
) -> tuple[Sample, ...]:
    if isinstance(data, tuple) and all(isinstance(sample, tuple) for sample in data):
        return data
    found = read_samples(graph, data)  # type: ignore[arg-type]  # no tuple of tuples is left here
    if not found:
        raise SymgradError("the data hold no sample")
    return found


def run_plan(
    plan: Plan,
    *,
    exact: bool = False,
    digits: int = 6,
    on_step: Callable[[int], None] | None = None,
) -> Trace:
    """Return the trace of a plan; `on_step` hears the number of every step that is done.

    Raises LimitExceeded for more steps than can be worked out, and SymgradError where a step has no
    value.
    """
    found, fault = run_as_far(plan, exact=exact, digits=digits, on_step=on_step)
    if fault is not None:
        raise fault
    return found


def run_as_far(
    plan: Plan,
    *,
    exact: bool = False,
    digits: int = 6,
    on_step: Callable[[int], None] | None = None,
) -> tuple[Trace, SymgradError | None]:
    """Return the trace of a plan up to the first step that has no value, and the fault there.

    Raises LimitExceeded for more steps than can be worked out.
    """
    if not 1 <= digits <= MAX_DIGITS:
        raise SymgradError(f"digits go from 1 to {MAX_DIGITS}")
    if plan.count > MAX_WORKED_STEPS:
        raise LimitExceeded(
            f"at most {MAX_WORKED_STEPS:,} steps are worked out with every formula",
            help="`symgrad trace --show table` runs any number of steps through emitted code",
        )
    hear = on_step or _ignore
    steps, fault = _collected(_steps(plan, Arithmetic(_PRECISIONS[0], exact=exact), digits, hear))
    if plan.brief:
        return Trace(plan.derivation, steps, plan.rule, digits, exact), fault
    for precision in () if exact else _PRECISIONS[1:]:
        better, fault = _collected(_steps(plan, Arithmetic(precision), digits, hear))
        settled = len(steps) == len(better) and all(map(agree, steps, better))
        steps, rough = better, steps
        if settled:
            break
    else:
        if not exact and len(steps) == len(rough):
            steps = tuple(map(without_noise, rough, steps))
    return Trace(plan.derivation, steps, plan.rule, digits, exact), fault


def _collected(steps: Iterator[Step]) -> tuple[tuple[Step, ...], SymgradError | None]:
    """Return the steps up to the first fault, and the fault."""
    found: list[Step] = []
    try:
        for step in steps:
            found.append(step)  # noqa: PERF402  (what came before a fault is kept)
    except SymgradError as fault:
        return tuple(found), fault
    return tuple(found), None


def _ignore(_: int) -> None:
    pass


def _steps(
    plan: Plan, arithmetic: Arithmetic, digits: int, on_step: Callable[[int], None]
) -> Iterator[Step]:
    d = plan.derivation
    current: dict[str, Real] = dict(plan.start)
    state = initial_state(plan.rule, d.wrt)
    for number in range(1, plan.count + 1):
        sample = plan.sample(number)
        inputs = {**current, **dict(sample)}
        require_inputs(d.graph, inputs, number)
        ordered = {n.name: inputs[n.name] for n in d.graph.nodes if n.formula is None}
        numbers = evaluate_step(d, ordered, arithmetic, number)
        updated, state, update_lines = apply_rule(
            plan.rule, state, {name: inputs[name] for name in d.wrt}, numbers.gradients, arithmetic,
            number,
        )  # fmt: skip
        yield _step(plan, number, numbers, updated, update_lines, arithmetic, digits)
        current |= updated
        on_step(number)


def _step(
    plan: Plan,
    number: int,
    numbers: StepNumbers,
    updated: Mapping[str, Real],
    update_lines: tuple[WorkedLine, ...],
    arithmetic: Arithmetic,
    digits: int,
) -> Step:
    d = plan.derivation
    notes = tuple(
        f"the assumption `{text}` does not hold here: a formula that rests on it need not hold"
        for text in broken_assumptions(d.graph, numbers.values, arithmetic)
    )
    own = adjoints(d, numbers.values, arithmetic)
    writer = LineWriter(d, numbers, arithmetic, dict(plan.without_data), own)
    lines = writer.merges() if plan.brief else writer.lines()
    return Step(
        number,
        plan.sample(number),
        tuple(numbers.values.items()),
        tuple(numbers.sensitivities.items()),
        tuple(numbers.gradients.items()),
        tuple(updated.items()),
        tuple(own.items()),
        (*lines, *update_lines),
        notes,
        arithmetic.exact,
        digits,
    )


__all__ = ["Plan", "Step", "Trace", "make_plan", "run_as_far", "run_plan", "trace"]
