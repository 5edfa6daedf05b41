"""Long runs: the same steps in floats, by the emitted Python code."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from types import ModuleType

from symgrad.errors import SymgradError
from symgrad.graph.graph import Graph
from symgrad.trace.inputs import require_inputs
from symgrad.trace.trace import MAX_WORKED_STEPS, Plan


@dataclass(frozen=True, slots=True)
class RunRow:
    """One step of a long run: its number, and floats by name."""

    number: int
    inputs: Mapping[str, float]
    objective: float
    gradients: Mapping[str, float]
    updated: Mapping[str, float]


def run_emitted(plan: Plan) -> Iterator[RunRow]:
    """Yield the steps of a plan one after the other, in double precision.

    Raises SymgradError that names the step where the code finds no value.
    """
    d = plan.derivation
    graph = d.graph
    names = _argument_order(graph)
    module = _emitted(plan)
    rule = plan.rule.optimizer
    settings = [float(plan.rule.rate), *(float(value) for _, value in rule.settings)]
    state = [module.START] if hasattr(module, "START") else []
    current = _doubles(plan.start)
    samples = [_doubles(sample) for sample in plan.samples[: plan.count]]
    for number in range(1, plan.count + 1):
        if samples:
            current.update(samples[(number - 1) % len(samples)])
        if number <= max(1, len(samples)):
            require_inputs(graph, current, number)
        given = [current[name] for name in names]
        objective, found = module.value_and_gradient(*given)
        if not (math.isfinite(objective) and all(map(math.isfinite, found))):
            raise _no_value(graph, number, "the result is not finite")
        moved = module.update(*given, *settings, *state)
        if state:
            moved, *state = moved
        if not all(map(math.isfinite, moved)):
            raise _no_value(graph, number, "the update is not finite")
        gradients, updated = (dict(zip(d.wrt, row, strict=True)) for row in (found, moved))
        inputs = dict(current)
        yield RunRow(number, inputs, objective, gradients, updated)
        current.update(updated)


def _doubles(pairs: Iterable[tuple[str, Fraction]]) -> dict[str, float]:
    """Return exact numbers as floats. Raises SymgradError for one that is no double."""
    found: dict[str, float] = {}
    name = ""
    try:
        for name, value in pairs:
            found[name] = float(value)
    except OverflowError:
        raise SymgradError(
            f"the value of `{name}` is too large for a run in double precision",
            help="`--show long` works steps out with any number",
        ) from None
    return found


def _argument_order(graph: Graph) -> tuple[str, ...]:
    constants = sorted(graph.constants, key=lambda name: graph.index[name].default is not None)
    return (*graph.parameters, *graph.data, *constants)


def _emitted(plan: Plan) -> ModuleType:
    from symgrad.targets.compiled import compile as compiled  # noqa: PLC0415  (for long runs only)

    return compiled(plan.derivation, target="python", optimizer=plan.rule.optimizer.name)


def _no_value(graph: Graph, step: int, reason: str) -> SymgradError:
    look = f"`-n {step} --show long` works the steps out up to this one; "
    return SymgradError(
        f"step {step}: `{graph.objective}` or its gradient has no value: {reason}",
        help=f"{look if step <= MAX_WORKED_STEPS else ''}a smaller --rate may help",
    )
