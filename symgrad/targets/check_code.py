"""Emitted code checked by running it: against 50-digit values at random points of the domain.

An error is measured in units in the last place (ulp) of the exact value. Where a problem is badly
conditioned no double arithmetic can do well: the error that is allowed is BOUND times one ulp plus
what the exact value changes by when every input and every named value changes by half an ulp, as
they do when they are rounded. A partial derivative that is tiny beside another may also be off by a
few ulp of the largest one. Where the gradient is no better than that, or where its squares leave
the range of doubles, the parameters after a step are not compared. Terms that cancel lose up to ten
bits where a series takes over from them: HANDOVER ulp, 2.3e-13 of a value, are allowed anywhere.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from symgrad.derivation.derivation import Derivation
from symgrad.derivation.derive import derive
from symgrad.errors import SymgradError
from symgrad.expression.deadline import Broken, Late
from symgrad.expression.evaluate import OutsideDomain, Real
from symgrad.expression.progress import part, tell
from symgrad.expression.tree import Expression, Mark, Neg, Number, Var, formula_of, substitute
from symgrad.graph.graph import Graph
from symgrad.graph.points import Point, points_of
from symgrad.program.optimizers import Optimizer
from symgrad.program.optimizers import optimizer as optimizer_called
from symgrad.program.program import lower
from symgrad.program.statements import Statement
from symgrad.targets import EmittedFile, is_shipped
from symgrad.targets import target as target_called
from symgrad.targets.base import Target
from symgrad.targets.bounded import bounded
from symgrad.targets.check_further import HANDOVER, further_errors
from symgrad.targets.exact import Exact
from symgrad.targets.further import BATCH, FIRST, FURTHER, SAMPLES, size
from symgrad.targets.running import BrokenCode
from symgrad.targets.task import RUN_SECONDS, RunTask

BOUND = 64
POINTS = 32
_TRIES = 20  # draws for each point that is wanted
_WORK = 400_000  # statements evaluated at 50 digits, over all points
_LARGEST = 1e300
_STEP = " after a step"
_SQUARED = (1e-140, 1e140)  # the squares of numbers between these are ordinary
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
        if not self.ulps:
            return f"{self.target}: no error at {self.points} points against 50 digits"
        where = ", ".join(f"{name} = {float(value):.6g}" for name, value in self.point[:12])
        more = ", …" if len(self.point) > 12 else ""
        size = f"{self.ulps:.1f}" if self.ulps < 1e6 else f"{self.ulps:.1e}"
        return (
            f"{self.target}: largest error {size} ulp ({self.result} at {where}{more}; "
            f"allowed there {self.allowed:.0f}), {self.points} points against 50 digits"
        )


def check(
    derivation: Derivation,
    target: str,
    code: str | Sequence[EmittedFile],
    *,
    optimizer: str = "sgd",
    points: int = POINTS,
    seed: int = 0,
    seconds: float = RUN_SECONDS,
) -> CheckReport:
    """Run emitted code at random points of the domain and return the largest error.

    `code` is what `generate` or `emit` gave for this derivation and this `optimizer`. All that a
    target runs is compared: what value_and_gradient gives, what value and gradient give, and the
    parameters after one step; for C and NumPy the same from arrays of samples too. The points are
    the same on every run with the same `seed`, as long as half of `seconds` is enough for them; the
    tools that compile and run the code get what is left. Raises CodeCheckFailed where the code
    cannot be run at all, though its language can.
    """
    start = time.monotonic()
    language = target_called(target)
    if language.not_run:
        return CheckReport(target, None, note=language.not_run)
    files = (EmittedFile("model" + language.suffix, code),) if isinstance(code, str) else code
    kinds = _kinds(language, derivation, files)
    also = [kind for kind in kinds if kind in FURTHER and kind not in SAMPLES]
    program = lower(derivation, safe=False, optimizer=optimizer, further=also)
    if any(f.record.unknown for f in program.graph.functions.values()):
        return CheckReport(target, None, note="it takes functions as arguments")
    expected = _ExactValues(derivation, optimizer_called(optimizer), program.rate)
    count = max(2, min(points, _WORK // max(1, 4 * expected.exact.size)))
    with part(0.0, 0.5, f"{target} code held against 50 digits"):
        places = _places(expected.exact, derivation.graph, count, seed, start + seconds / 2)
    inputs = [[float(place[name]) for name in program.inputs] for place, _ in places]
    try:
        tell(0.5, f"{target} code is run")
        left = max(0.0, start + seconds - time.monotonic())
        found, note = language.run(RunTask(tuple(files), inputs, program, kinds, left))
        if found is None:
            return CheckReport(target, None, note=note)
        tell(0.9)
        further = further_errors(derivation, found, [place for place, _ in places])
    except BrokenCode as error:
        raise code_check_failed(
            f"the emitted {target} code does not run: {error.diagnostics[0].message}"
        ) from error
    if all(kind in FURTHER for kind in kinds):
        raise code_check_failed(f"the emitted {target} code has none of the functions")
    worst = CheckReport(target, len(places))
    for i, (place, values) in enumerate(places):
        results = _row({kind: rows[i] for kind, rows in found.items()}, len(program.wrt))
        worst = _compared(worst, expected, place, values, results)
    for ulps, allowed, name, point in further:
        if ulps > allowed or (worst.ok and ulps > worst.ulps):
            where = tuple(point.items())
            worst = CheckReport(target, worst.points, ulps, allowed, name, where)
    return worst


def _kinds(
    language: Target, derivation: Derivation, files: Sequence[EmittedFile]
) -> tuple[str, ...]:
    """Return the functions of emitted files that are to be called.

    A step that moves data is none where these are arrays.
    """
    graph = derivation.graph
    batch = [f"{BATCH}{kind}" for kind in FIRST] if graph.data else []
    if not set(derivation.wrt).isdisjoint(graph.data):
        batch = batch[:-1]
    return tuple(kind for kind in (*FIRST, *batch, *FURTHER) if language.defines(files, kind))


def _row(found: Mapping[str, Sequence[float]], width: int) -> list[float | None]:
    """Return what the first functions gave, in the order of the exact values; None for nothing."""
    row: list[float | None] = []
    for kind in (*FIRST, *(f"{BATCH}{kind}" for kind in FIRST)):
        row += found.get(kind) or [None] * size(kind, width)
    return row


def check_within(
    seconds: float,
    derivation: Derivation,
    target: str,
    code: Sequence[EmittedFile],
    *,
    optimizer: str = "sgd",
) -> CheckReport:
    """Check emitted code in a process that is ended after so many seconds, whatever it does.

    A target that was registered in this process is run in it. Raises what `check` raises.
    """
    if not is_shipped(target):
        return check(derivation, target, code, optimizer=optimizer, seconds=seconds)
    request = (derivation.graph, derivation.wrt, target, tuple(code), optimizer, seconds)
    try:
        return bounded(_check_again, *request, seconds=seconds)
    except Late:
        return CheckReport(target, None, note=f"it was not done within {seconds:g} s")
    except Broken as error:
        return CheckReport(target, None, note=error.diagnostics[0].message)


def _check_again(
    graph: Graph,
    wrt: tuple[str, ...],
    target: str,
    code: tuple[EmittedFile, ...],
    optimizer: str,
    seconds: float,
) -> CheckReport:
    derivation = derive(graph, list(wrt))
    # What the tools need ends before this process is ended.
    return check(derivation, target, code, optimizer=optimizer, seconds=0.9 * seconds)


def checked(report: CheckReport) -> CheckReport:
    """Return the report; raises CodeCheckFailed where an error is beyond the bound."""
    if not report.ok:
        raise code_check_failed(f"the emitted code is not exact: {report.text}")
    return report


def code_check_failed(message: str) -> CodeCheckFailed:
    """Return the fault of code that is not exact."""
    note = "nothing was written; --no-check writes it all the same"
    return CodeCheckFailed(message, help=note)


class _ExactValues:
    """Value, gradient and one step of a derivation at 50 digits; `names` are those of a row."""

    def __init__(self, derivation: Derivation, rule: Optimizer, rate: Fraction) -> None:
        graph = derivation.graph
        slopes = {f"∂/∂{name}": form.formula for name, form in derivation.gradient_forms}
        both = (graph.objective, *slopes)
        updated = [f"{name}{_STEP}" for name in derivation.wrt]
        names = (*both, *(f"{name} alone" for name in both), *updated)
        self.names = (*names, *(f"{name}, from arrays" for name in names))
        # What a target gives: both results, each alone, the step, and the same from arrays of
        # equal samples.
        self.results = 2 * (*both, *both, *updated)
        self.slopes = tuple(slopes)
        statements = [Statement(n.name, n.formula) for n in graph.ordered if n.formula is not None]
        statements += [Statement(s.name, s.form.formula) for s in derivation.sensitivity_list]
        last = [Statement(name, formula) for name, formula in slopes.items()]
        last += _first_step(derivation, rule, rate)
        self.exact = Exact(statements, self.results, last=last)


def _first_step(derivation: Derivation, rule: Optimizer, rate: Fraction) -> Iterator[Statement]:
    """Yield the equations of the first step of an update rule, state and settings put in."""
    numbers = {"rate": rate, "step'": Fraction(1), **dict(rule.settings)}
    numbers |= dict.fromkeys(rule.state, Fraction(0))
    common: dict[str | int, Expression] = {name: Number(x) for name, x in numbers.items()}
    for name, formula in rule.shared:
        shared = Mark(f"{name} of a step")
        yield Statement(shared, formula_of(substitute(formula, common)))
        common[name] = Var(shared)
    for parameter in derivation.wrt:
        slope = Var(Mark(f"∂/∂{parameter}"))
        known = {**common, "p": Var(parameter)}
        known["g"] = Neg(slope) if derivation.graph.maximize else slope
        for name, formula in rule.each:
            new = Mark(f"{parameter}{_STEP}" if name == "p'" else f"{name} of {parameter}")
            yield Statement(new, formula_of(substitute(formula, known)))
            known[name] = Var(new)


def _places(
    exact: Exact, graph: Graph, count: int, seed: int, until: float
) -> list[tuple[Point, dict[str, Real]]]:
    places: list[tuple[Point, dict[str, Real]]] = []
    tries = _TRIES * count if exact.size < _WORK // 100 else count
    for point in points_of(graph, seed, tries=tries):
        if len(places) == count or time.monotonic() > until:
            break
        if any(Fraction(float(value)) != value for value in point.values()):
            continue  # no double holds it
        try:
            values = exact.at(point)
        except (OutsideDomain, OverflowError, ValueError):
            continue
        if all(abs(value) < _LARGEST for value in values.values()):
            places.append((point, values))
            tell(len(places) / count)
    return places


def _compared(
    worst: CheckReport,
    expected: _ExactValues,
    point: Point,
    values: Mapping[str, Real],
    results: Sequence[float | None],
) -> CheckReport:
    changes: Mapping[str, float] | None = None
    exact, slopes = expected.exact, expected.slopes
    sizes = [abs(float(values[name])) for name in slopes]
    largest = math.ulp(max(sizes, default=0.0))
    steps = not any(size and not _SQUARED[0] < size < _SQUARED[1] for size in sizes)
    for own, name, result in zip(expected.results, expected.names, results, strict=False):
        if result is None or (own.endswith(_STEP) and not steps):
            continue
        ulps, unit = exact.error(result, values[own])
        if ulps <= worst.ulps:
            continue
        allowed = float(BOUND)
        if ulps > BOUND:
            changes = exact.changes(point, values) if changes is None else changes
            allowed = BOUND * (1.0 + changes[own] / unit)
            if own in slopes and ulps > allowed:
                steps = False
                allowed = max(allowed, _BESIDE * largest / unit)
            if ulps > allowed:
                allowed = max(allowed, float(HANDOVER))
            if ulps <= allowed:
                continue
        if worst.ok or ulps > allowed:
            place = tuple((key, point[key]) for key in point)
            worst = CheckReport(worst.target, worst.points, ulps, allowed, name, place)
    return worst


__all__ = ["BOUND", "POINTS", "CheckReport", "CodeCheckFailed", "check", "check_within", "checked"]
