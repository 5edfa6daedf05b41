"""Emitted code checked by running it: against 50-digit values at random points of the domain.

An error is measured in units in the last place (ulp) of the exact value. Where a problem is badly
conditioned no double arithmetic can do well: the error that is allowed is BOUND times one ulp plus
what the exact value changes by when every input and every named value changes by half an ulp, as
they do when they are rounded. A partial derivative that is tiny beside another may also be off by a
few ulp of the largest one.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from symgrad.check_code_points import Point, random_point
from symgrad.derivation import Derivation
from symgrad.errors import Diagnostic, SymgradError
from symgrad.evaluate import Evaluator, OutsideDomain, Real
from symgrad.expression import Formula
from symgrad.program import lower
from symgrad.targets import EmittedFile
from symgrad.targets import target as target_called

BOUND = 64
POINTS = 32
_TRIES = 20  # draws for each point that is wanted
_WORK = 400_000  # statements evaluated at 50 digits, over all points
_LARGEST = 1e300
_SMALLEST = 1e-290
_DIRECTIONS = 4
Noise = Callable[[], Real]
_BESIDE = 16  # ulp of the largest partial derivative by which every other one may be off


class CodeCheckFailed(SymgradError, ArithmeticError):
    """Emitted code does not compute what the formulas say, to the stated bound."""


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What a check found: the largest error, of which result, and where.

    `ulps` is the largest error in units in the last place of the exact value; `allowed` is what is
    allowed at that place. `points` is the number of points compared; None means that the code could
    not be run here, for the reason in `note`.
    """

    target: str
    points: int | None
    ulps: float = 0.0
    allowed: float = BOUND
    result: str = ""
    point: tuple[tuple[str, Fraction], ...] = ()
    note: str = ""

    @property
    def ok(self) -> bool:
        """Tell whether every error was within the bound."""
        return self.ulps <= self.allowed

    @property
    def text(self) -> str:
        """The report as one line."""
        if self.points is None:
            return f"{self.target}: not checked: {self.note}"
        if self.points == 0:
            return f"{self.target}: not checked: no point was found inside the domain"
        where = ", ".join(f"{name} = {float(value):.6g}" for name, value in self.point[:12])
        more = ", …" if len(self.point) > 12 else ""
        return (
            f"{self.target}: largest error {self.ulps:.1f} ulp ({self.result} at {where}{more}; "
            f"allowed there {self.allowed:.0f}), {self.points} points against 50 digits"
        )


def check(
    derivation: Derivation,
    target: str,
    code: str | Sequence[EmittedFile],
    *,
    points: int = POINTS,
    seed: int = 0,
) -> CheckReport:
    """Run emitted code at random points of the domain and return the largest error.

    `code` is what `generate` or `emit` gave for this derivation. The points are the same on every
    run with the same `seed`.
    """
    language = target_called(target)
    files = (EmittedFile("model" + language.suffix, code),) if isinstance(code, str) else code
    exact = _ExactValues(derivation)
    count = max(2, min(points, _WORK // max(1, 4 * exact.size)))
    places = _places(exact, count, random.Random(seed))  # noqa: S311  (points, not secrets)
    program = lower(derivation, safe=False)
    inputs = [[float(place[name]) for name in program.inputs] for place, _ in places]
    found, note = language.run(tuple(files), inputs, program.wrt)
    if found is None:
        return CheckReport(target, None, note=note)
    worst = CheckReport(target, len(places))
    for (place, values), results in zip(places, found, strict=True):
        worst = _compared(worst, exact, place, values, results)
    return worst


def checked(report: CheckReport) -> CheckReport:
    """Return the report; raises CodeCheckFailed where an error is beyond the bound."""
    if not report.ok:
        raise CodeCheckFailed(
            Diagnostic(
                f"the emitted code is not exact: {report.text}",
                help="nothing was written; --no-check writes it all the same",
            )
        )
    return report


class _ExactValues:
    """Value and gradient of a derivation at 50 digits."""

    def __init__(self, derivation: Derivation) -> None:
        self.derivation = derivation
        self.graph = derivation.graph
        self.evaluator = Evaluator()
        self.names = (self.graph.objective, *(f"∂/∂{name}" for name in derivation.wrt))
        self.size = len(self.graph.nodes) + len(derivation.sensitivity_list) + len(derivation.wrt)
        self._statements = [
            (node.name, node.formula) for node in self.graph.equations if node.formula is not None
        ]
        self._statements += [(s.name, s.form.formula) for s in derivation.sensitivity_list]
        self._gradient = [form.formula for _, form in derivation.gradient_forms]

    def at(self, point: Point, noise: Noise | None = None) -> tuple[Real, ...]:
        """Return the objective and its gradient; raises OutsideDomain where they do not exist.

        `noise` gives factors near 1 for the inputs and for every value that has a name.
        """
        values = {name: self.evaluator.number(value) for name, value in point.items()}
        if noise is not None:
            values = {name: value * noise() for name, value in values.items()}
        for name, formula in self._statements:
            value = self._value(formula, values)
            values[name] = value if noise is None else value * noise()
        gradient = [self._value(formula, values) for formula in self._gradient]
        return (values[self.graph.objective], *gradient)

    def _value(self, formula: Formula, values: Mapping[str, Real]) -> Real:
        places: dict[str | int, Real] = {i: values[name] for i, name in enumerate(formula.operands)}
        return self.evaluator.value(formula.pattern, places)


def _places(
    exact: _ExactValues, count: int, source: random.Random
) -> list[tuple[Point, tuple[Real, ...]]]:
    places: list[tuple[Point, tuple[Real, ...]]] = []
    tries = _TRIES * count if exact.size < _WORK // 100 else count
    for _ in range(tries):
        if len(places) == count:
            break
        point = random_point(exact.graph, source)
        if point is None:
            continue
        try:
            values = exact.at(point)
        except (OutsideDomain, OverflowError, ValueError):
            continue
        if all(abs(value) < _LARGEST for value in values):
            places.append((point, values))
    return places


def _compared(
    worst: CheckReport,
    exact: _ExactValues,
    point: Point,
    values: tuple[Real, ...],
    results: Sequence[float],
) -> CheckReport:
    changes: list[float] | None = None
    largest = math.ulp(max(abs(float(value)) for value in values[1:]))
    for i, (value, result) in enumerate(zip(values, results, strict=True)):
        unit = math.ulp(max(abs(float(value)), _SMALLEST))
        ulps = math.inf
        if math.isfinite(result):
            ulps = abs(float(exact.evaluator.number(Fraction(result)) - value)) / unit
        if ulps <= worst.ulps:
            continue
        allowed = float(BOUND)
        if ulps > BOUND:
            changes = _changes(exact, point, values) if changes is None else changes
            beside = _BESIDE * largest / unit if i else 0.0
            allowed = max(beside, BOUND * (1.0 + changes[i] / unit))
            if ulps <= allowed:
                continue
        if worst.ok or ulps > allowed:
            place = tuple((name, point[name]) for name in point)
            worst = CheckReport(worst.target, worst.points, ulps, allowed, exact.names[i], place)
    return worst


def _changes(exact: _ExactValues, point: Point, values: tuple[Real, ...]) -> list[float]:
    """Return by how much each exact value changes when all named values change by half an ulp."""
    source = random.Random(1)  # noqa: S311  (directions, not secrets)
    tiny = exact.evaluator.number(Fraction(1, 2**80))

    def noise() -> Real:
        return 1 + tiny * source.choice((-1, 1))

    largest = [0.0] * len(values)
    for _ in range(_DIRECTIONS):
        try:
            new = exact.at(point, noise)
        except OutsideDomain:
            continue
        for i, (a, b) in enumerate(zip(values, new, strict=True)):
            largest[i] = max(largest[i], float(abs(b - a)) * 2.0**27)
    return largest


__all__ = ["BOUND", "POINTS", "CheckReport", "CodeCheckFailed", "check", "checked"]
