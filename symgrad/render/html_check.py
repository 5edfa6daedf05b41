"""What a report has checked: the table of gradients, and the sentences of its verdict."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from symgrad.derivation.derivation import Derivation
from symgrad.errors import SymgradError
from symgrad.expression.evaluate import OutsideDomain
from symgrad.expression.tree import Call, walk
from symgrad.graph.forward import forward
from symgrad.graph.points import points_of
from symgrad.render.html_rows import PageRow
from symgrad.render.sheet import plural
from symgrad.render.verdicts import summary
from symgrad.targets.check_code import CheckReport
from symgrad.trace.decimals import as_fraction, decimal_text
from symgrad.trace.numbers import Arithmetic, Real
from symgrad.trace.step import evaluate_step
from symgrad.trace.trace import Step
from symgrad.verify.report import Report

EXACT_DIGITS = 50
COLUMNS = (
    "Name", "Closed form", f"{EXACT_DIGITS}-digit value", "Emitted code", "Relative error",
)  # fmt: skip
MAX_CHECKED = 40  # parameters in the table
MAX_WORK = 40_000  # nodes evaluated for numerical derivatives
_PRECISION = 120
_STEP = Fraction(1, 10**30)  # the error of a central difference is about its square
_KINK = Fraction(1, 10**12)
_TRIES = 200
_LEAST_DIGITS = 20

Inputs = Mapping[str, Real]


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of the verdict: `ok` is None where something could not be checked."""

    ok: bool | None
    text: str


@dataclass(frozen=True, slots=True)
class CheckedPoint:
    """A point at which formulas and code are compared: inputs, objective and gradient."""

    inputs: Inputs
    exact: tuple[Real, ...]


def point_of(step: Step, derivation: Derivation) -> CheckedPoint:
    """Return the point of a worked step."""
    values = dict(step.exact_values)
    graph = derivation.graph
    inputs = {node.name: values[node.name] for node in graph.nodes if node.formula is None}
    return CheckedPoint(
        inputs, (values[graph.objective], *(value for _, value in step.exact_gradients))
    )


def made_up_point(derivation: Derivation) -> CheckedPoint | None:
    """Return a point inside the domain for a graph that says no numbers itself."""
    tries = max(1, min(_TRIES, MAX_WORK // len(derivation.graph.nodes)))
    for inputs in points_of(derivation.graph, seed=1, tries=tries):
        try:
            numbers = evaluate_step(derivation, inputs, Arithmetic(_PRECISION), 1)
        except (SymgradError, ArithmeticError, ValueError, KeyError):
            continue
        objective = numbers.values[derivation.graph.objective]
        return CheckedPoint(inputs, (objective, *numbers.gradients.values()))
    return None


def compared(point: CheckedPoint, code: Code) -> list[list[str]]:
    """Return for objective and gradient: fifty digits, what the code gives, relative error."""
    found = code.at(point.inputs)
    return [
        [decimal_text(value, EXACT_DIGITS), *_compared(value, result)]
        for value, result in zip(point.exact[: MAX_CHECKED + 1], found, strict=False)
    ]


@dataclass(frozen=True, slots=True)
class Code:
    """Emitted Python code, loaded: its module, and the inputs in the order that it takes them."""

    module: Any
    inputs: tuple[str, ...]

    def at(self, inputs: Inputs) -> list[float]:
        """Return value and gradient at the doubles nearest to the inputs; NaN where it raises."""
        arguments = [float(inputs[name]) for name in self.inputs]
        try:
            value, gradient = self.module.value_and_gradient(*arguments)
        except (ArithmeticError, ValueError):
            return [math.nan] * (len(self.module.Gradient._fields) + 1)
        return [float(value), *map(float, gradient)]


def _compared(value: Real, result: float) -> tuple[str, str]:
    if not math.isfinite(result):
        return str(result), "no number"
    exact, given = as_fraction(value), Fraction(result)
    if exact == given:
        return _shortest(result), "0"
    error = abs(given - exact)
    if not exact:
        return _shortest(result), f"{decimal_text(error, 2)} (absolute)"
    return _shortest(result), decimal_text(error / abs(exact), 2)


def _shortest(value: float) -> str:
    """Return the shortest text that reads back as the same double."""
    return repr(value).removesuffix(".0")


def code_finding(report: CheckReport) -> Sentence:
    """Return what running the emitted code at random points has shown."""
    if not report.points:
        return Sentence(None, f"Emitted code: {report.text}")
    return Sentence(
        report.ok,
        f"Emitted {report.target.capitalize()} code: largest error {report.ulps:.1f} units in the "
        f"last place at {report.points} random points, against {EXACT_DIGITS}-digit values",
    )


def sums_finding(rows: Iterable[PageRow], parameters: int) -> Sentence | None:
    """Return how the sums over all paths compare with the gradients."""
    sums = [row.status for row in rows if row.kind == "sum"]
    if not sums:
        return None
    proved = sums.count("proved")
    if proved in (parameters, len(sums)):
        return Sentence(ok=True, text="The paths to each parameter sum to its gradient: proved")
    return Sentence(
        False if "refuted" in sums else None,
        f"The paths to a parameter sum to its gradient: proved for {proved} of {len(sums)}",
    )


def claims_finding(report: Report) -> Sentence:
    """Return what became of the author's own claims."""
    return Sentence(report.ok or (False if report.exit_code == 1 else None), summary([report]))


def derivative_finding(derivation: Derivation, point: CheckedPoint) -> Sentence:
    """Compare every gradient with a numerical derivative of the equations, to many digits.

    Central differences with a step of 1e-30 in arithmetic of 120 digits: nothing of the derivation
    is used.
    """
    graph = derivation.graph
    if _stops_gradients(derivation):
        return Sentence(None, "Numerical derivatives say nothing about a stopped gradient")
    if 3 * len(derivation.wrt) * len(graph.nodes) > MAX_WORK:
        return Sentence(None, "Too large for numerical derivatives of every parameter")
    try:
        worst, kinks = _agreement(derivation, point)
    except OutsideDomain:
        return Sentence(None, "The point lies on the border of the domain: no numerical derivative")
    count = len(derivation.wrt) - kinks
    aside = f"; {kinks} at a kink left out" if kinks else ""
    if not count:
        return Sentence(None, "Every gradient is at a kink here, where a convention holds")
    return Sentence(
        worst >= _LEAST_DIGITS,
        f"{count} gradient{plural(count)} against numerical derivatives of the equations: "
        f"equal to {worst} digits{aside}",
    )


def _stops_gradients(derivation: Derivation) -> bool:
    return any(
        isinstance(part, Call) and part.function == "stop_gradient"
        for node in derivation.graph.ordered
        if node.formula is not None
        for part in walk(node.formula.pattern)
    )


def _agreement(derivation: Derivation, point: CheckedPoint) -> tuple[int, int]:
    """Return to how many digits all gradients agree, and how many parameters are at a kink."""
    inputs = {name: as_fraction(value) for name, value in point.inputs.items()}
    goal = derivation.graph.objective
    exact = {n: as_fraction(v) for n, v in zip(derivation.wrt, point.exact[1:], strict=True)}
    largest = max(map(abs, exact.values()), default=Fraction(0))
    worst, kinks = EXACT_DIGITS, 0

    def value(moved: dict[str, Fraction]) -> Fraction:
        return as_fraction(forward(derivation.graph, inputs | moved, digits=_PRECISION)[goal])

    middle = value({})

    def slopes(name: str, step: Fraction) -> tuple[Fraction, Fraction]:
        above, below = (value({name: inputs[name] + by}) for by in (step, -step))
        return (above - middle) / step, (middle - below) / step

    for name, gradient in exact.items():
        step = _STEP * max(abs(inputs[name]), Fraction(1, 1000))
        right, left = slopes(name, step)
        scale = max(abs(gradient), largest / 10**_LEAST_DIGITS)
        if abs(right - left) > _KINK * max(abs(right), abs(left), scale):
            # At an extremum both are about zero; but only at a kink they stay apart.
            near, far = slopes(name, step / 10)
            if abs(near - far) > abs(right - left) / 2:
                kinks += 1
                continue
        error = abs((right + left) / 2 - gradient)
        if error:
            digits = EXACT_DIGITS if not scale else math.floor(-math.log10(error / scale))
            worst = min(worst, max(0, digits))
    return worst, kinks
