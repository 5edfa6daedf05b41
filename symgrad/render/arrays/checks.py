"""What a report on arrays has checked: numerical derivatives, and emitted code at every step."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from math import floor, inf, log10
from pathlib import Path
from random import Random
from typing import Any

from symgrad.derivation.arrays.derivation import ArrayDerivation
from symgrad.errors import SymgradError
from symgrad.expression.arrays.balls import ArrayEvaluator, Unknown
from symgrad.expression.arrays.tree import walk
from symgrad.expression.certified import arb, ctx, fmpq
from symgrad.render.html_check import Sentence
from symgrad.render.sheet import plural
from symgrad.targets.arrays.checking import error_of, flat_list, inputs_of, plain_value
from symgrad.targets.running_python import imported
from symgrad.targets.task import EmittedFile
from symgrad.trace.arrays.layout import norm, number_text
from symgrad.trace.arrays.plan import ArrayPlan
from symgrad.trace.arrays.run import ArrayStep, TracedArray, balls

COLUMNS = ("Name", "Closed form", "Certified value", "Emitted code", "Largest relative error")
_DIGITS = 15
_BITS = 400
_STEP = fmpq(1, 10**30)  # the error of a central difference is about its square
_LEAST_DIGITS = 20
_MOST_DIGITS = 50
_MOST_NUMBERS = 3_000  # of all nodes: beyond, numerical derivatives take long

Grids = dict[str, list[list[Any]]]


class CheckedArrays:
    """The emitted Python code, run at the inputs of every step."""

    def __init__(
        self,
        d: ArrayDerivation,
        plan: ArrayPlan | None,
        worked: Sequence[ArrayStep],
        files: Sequence[EmittedFile],
    ) -> None:
        self.d = d
        self.plan = plan
        self.note = ""
        self.module: Any = None
        self.parameters = _starts(plan, worked) if plan else []
        if not files:
            return
        try:
            with tempfile.TemporaryDirectory() as folder:
                self.module = imported(files[0], Path(folder))
        except SymgradError as problem:
            self.note = problem.diagnostics[0].message

    def rows(self, step: ArrayStep) -> list[list[str]]:
        """Return for every result what is certified, what the code gives, and how far it is off."""
        if self.module is None or self.plan is None:
            return []
        inputs = {n: [[float(e) for e in r] for r in g] for n, g in self.plan.inputs.items()}
        inputs |= self.parameters[step.number - 1]
        shapes = self.d.array_graph.shape_of
        arguments = [plain_value(inputs[name], len(shapes[name])) for name in inputs_of(self.d)]
        try:
            value, gradient = self.module.value_and_gradient(*arguments)
        except (ArithmeticError, ValueError):
            value, gradient = inf, [inf] * len(step.slopes)
        top = next(line for line in step.nodes if line.name == self.d.graph.objective)
        pairs = zip((top, *step.slopes), (value, *gradient), strict=True)
        return [_compared(line, found) for line, found in pairs]


def _starts(plan: ArrayPlan, worked: Sequence[ArrayStep]) -> list[dict[str, Any]]:
    """Return the parameters before every step."""
    first = {n: [[float(e) for e in r] for r in plan.inputs[n]] for n in plan.derivation.wrt}
    later = [{line.name: line.entries for line in step.after} for step in worked]
    return [first, *later]


def _compared(line: TracedArray, found: object) -> list[str]:
    entries = [entry for row in line.entries for entry in row]
    error = error_of(found, entries)
    got = flat_list(found)
    shown = TracedArray("", None, line.order, (tuple(got),))
    head = "norm " if line.order else ""
    return [
        head + number_text(norm(line) if line.order else entries[0], _DIGITS),
        head + number_text(norm(shown) if line.order else got[0], _DIGITS),
        f"{error:.1e}" if error else "0",
    ]


def slopes_finding(d: ArrayDerivation, plan: ArrayPlan) -> Sentence | None:
    """Compare every gradient with a numerical derivative of the equations, to many digits.

    Each is taken along one random direction, by central differences with a step of 1e-30 in ball
    arithmetic of 400 bits: nothing of the derivation is used. A parameter of which sums or signs
    are assumed has no free direction and is left out; None where no other is left.
    """
    graph = d.array_graph
    numbers = sum(len(grid) * len(grid[0]) for grid in plan.inputs.values())
    if numbers * len(d.wrt) > _MOST_NUMBERS:
        return Sentence(None, "Too large for numerical derivatives of every parameter")
    free = [name for name in d.wrt if _is_free(d, name)]
    if not free or _stops(d):
        return None
    before, ctx.prec = ctx.prec, _BITS
    try:
        digits = min(_agreement(d, plan, name) for name in free)
    except (Unknown, ZeroDivisionError, ValueError):
        return Sentence(None, f"{graph.objective} has no numerical derivative here")
    finally:
        ctx.prec = before
    return Sentence(
        digits >= _LEAST_DIGITS,
        f"{len(free)} gradient{plural(len(free))} against numerical derivatives of the equations, "
        f"each along a random direction: equal to {digits} digits",
    )


def _is_free(d: ArrayDerivation, name: str) -> bool:
    facts = d.array_graph.variables[name].facts
    return not (facts.sums or facts.mask or facts.sign or facts.orthonormal or facts.skew)


def _stops(d: ArrayDerivation) -> bool:
    return any(
        part.op == "fn" and part.data == "stop_gradient"
        for tree in d.array_graph.trees.values()
        for part in walk(tree)
    )


def _agreement(d: ArrayDerivation, plan: ArrayPlan, name: str) -> int:
    """Return to how many digits a gradient agrees with the slope along one direction."""
    graph = d.array_graph
    start = balls(plan.inputs)
    random = Random(name)  # noqa: S311  (a direction, not a secret)
    way = [[fmpq(random.randint(1, 97), 64) for _ in row] for row in plan.inputs[name]]
    if graph.variables[name].facts.symmetric:
        n = range(len(way))
        way = [[(way[i][j] + way[j][i]) / 2 for j in n] for i in n]

    def value(shift: fmpq) -> Any:  # noqa: ANN401  (a ball)
        moved = [
            [entry + arb(shift * by) for entry, by in zip(row, other, strict=True)]
            for row, other in zip(start[name], way, strict=True)
        ]
        return _values(d, start | {name: moved}, plan.sizes)[graph.objective][0][0]

    numeric = (value(_STEP) - value(-_STEP)) / arb(2 * _STEP)
    known = _values(d, dict(start), plan.sizes)
    evaluator = ArrayEvaluator(known, plan.sizes)
    for item in d.array_sensitivities:
        known[item.name] = evaluator.value(item.value)
    gradient = evaluator.value(dict(d.array_gradients)[name])
    exact = sum(
        (a * arb(b) for row, other in zip(gradient, way, strict=True)
         for a, b in zip(row, other, strict=True)), arb(0),
    )  # fmt: skip
    scale = max(float(abs(exact).mid()), 1e-3)
    error = float(abs(numeric - exact).mid()) / scale
    return _MOST_DIGITS if not error else max(0, min(_MOST_DIGITS, floor(-log10(error))))


def _values(d: ArrayDerivation, inputs: Grids, sizes: Mapping[str, int]) -> Grids:
    """Return the value of every node."""
    known = dict(inputs)
    evaluator = ArrayEvaluator(known, sizes)
    for node in d.array_graph.ordered:
        known[node.name] = evaluator.value(d.array_graph.trees[node.name])
    return known
