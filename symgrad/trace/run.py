"""Long runs: the same steps in floats, value and gradient from the emitted Python code."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from symgrad.errors import SymgradError
from symgrad.expression.tree import Add, Call, Div, Expression, Mul, Neg, Number, Pow, Var
from symgrad.graph.graph import Graph
from symgrad.trace.inputs import require_inputs
from symgrad.trace.trace import MAX_WORKED_STEPS, Plan

Environment = dict[str, float]
Compute = Callable[[Environment], float]


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
    function = _emitted(plan)
    update = _Update(plan)
    current = _doubles(plan.start)
    samples = [_doubles(sample) for sample in plan.samples[: plan.count]]
    for number in range(1, plan.count + 1):
        if samples:
            current.update(samples[(number - 1) % len(samples)])
        if number <= max(1, len(samples)):
            require_inputs(graph, current, number)
        try:
            objective, found = function(*[current[name] for name in names])
        except (ArithmeticError, ValueError) as error:
            raise _no_value(graph, number, str(error)) from None
        gradients = dict(zip(d.wrt, found, strict=True))
        if not (math.isfinite(objective) and all(map(math.isfinite, found))):
            raise _no_value(graph, number, "the result is not finite")
        inputs = dict(current)
        try:
            updated = update({name: current[name] for name in d.wrt}, gradients)
        except (ArithmeticError, ValueError) as error:
            raise _no_value(graph, number, str(error)) from None
        if not all(map(math.isfinite, updated.values())):
            raise _no_value(graph, number, "the update is not finite")
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


def _emitted(plan: Plan) -> Callable[..., tuple[float, tuple[float, ...]]]:
    from symgrad.targets.compiled import compile as compiled  # noqa: PLC0415  (for long runs only)

    module = compiled(plan.derivation, target="python")
    function: Callable[..., tuple[float, tuple[float, ...]]] = module.value_and_gradient
    return function


def _no_value(graph: Graph, step: int, reason: str) -> SymgradError:
    look = f"`-n {step} --show long` works the steps out up to this one; "
    return SymgradError(
        f"step {step}: `{graph.objective}` or its gradient has no value: {reason}",
        help=f"{look if step <= MAX_WORKED_STEPS else ''}a smaller --rate may help",
    )


class _Update:
    """An optimizer's equations as functions of floats, with the state they keep."""

    def __init__(self, plan: Plan) -> None:
        row = plan.rule.optimizer
        self.sign = -1.0 if plan.rule.graph.maximize else 1.0
        self.shared = [(name, as_function(e)) for name, e in row.shared]
        self.each = [(name, as_function(e)) for name, e in row.each]
        self.common: Environment = {name: float(value) for name, value in row.settings}
        self.common["rate"] = float(plan.rule.rate)
        self.kept = [(name, f"{name}'") for name in row.state]
        self.state = {p: dict.fromkeys(row.state, 0.0) for p in plan.derivation.wrt}
        self.steps = 0

    def __call__(
        self, parameters: Mapping[str, float], gradients: Mapping[str, float]
    ) -> dict[str, float]:
        """Return the parameters after one step, and keep the new state."""
        self.steps += 1
        common = {**self.common, "step'": float(self.steps)}
        for name, compute in self.shared:
            common[name] = compute(common)
        updated: dict[str, float] = {}
        for parameter, gradient in gradients.items():
            known = {**common, **self.state[parameter]}
            known["p"], known["g"] = parameters[parameter], self.sign * gradient
            for name, compute in self.each:
                known[name] = compute(known)
            updated[parameter] = known["p'"]
            for name, primed in self.kept:
                self.state[parameter][name] = known[primed]
        return updated


def as_function(e: Expression) -> Compute:
    """Return an equation of the optimizers' table as a function of its variables in floats."""
    match e:
        case Number(value):
            constant = float(value)
            return lambda _: constant
        case Var(key):
            name = str(key)
            return lambda known: known[name]
        case Neg(operand):
            inner = as_function(operand)
            return lambda known: -inner(known)
        case Add(terms):
            parts = [as_function(term) for term in terms]
            return lambda known: sum([part(known) for part in parts])
        case Mul(factors):
            parts = [as_function(factor) for factor in factors]
            return lambda known: math.prod([part(known) for part in parts])
        case Div(numerator, denominator):
            above, below = as_function(numerator), as_function(denominator)
            return lambda known: above(known) / below(known)
        case Pow(base, exponent):
            low, high = as_function(base), as_function(exponent)
            return lambda known: float(low(known) ** high(known))
        case Call("sqrt", (argument,)):
            inside = as_function(argument)
            return lambda known: math.sqrt(inside(known))
        case _:
            raise TypeError(e)
