"""Second derivatives of emitted Python checked by running it, as `check_code` checks the first."""

from __future__ import annotations

import math
import random
import tempfile
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

from symgrad.derivation.derivation import Derivation
from symgrad.expression.evaluate import Decimals, OutsideDomain, Real
from symgrad.expression.tree import Formula
from symgrad.program.second import KINDS, second_order
from symgrad.targets.base import EmittedFile
from symgrad.targets.check_points import Point
from symgrad.targets.running import BrokenCode, imported

BOUND = 256  # ulp, besides what rounding every named value may change
_BESIDE = 64  # ulp of the largest entry by which every other one may be off
_SMALLEST = 1e-290
_LARGEST = 1e290

Found = tuple[float, float, str, Point]  # error and what is allowed there, in ulp; result; place


def second_errors(
    derivation: Derivation, file: EmittedFile, points: Sequence[Point], inputs: Sequence[str]
) -> list[Found]:
    """Return the error of each entry of `hessian` and `hvp` of an emitted module at some points.

    Empty where the file has neither. Raises BrokenCode where a function stops.
    """
    kinds = [kind for kind in KINDS if f"\ndef {kind}(" in file.text]
    if not kinds:
        return []
    with tempfile.TemporaryDirectory() as folder:
        module = imported(file, Path(folder))
    direction = [0.5**i for i in range(len(derivation.wrt))]
    defaults = sum(1 for n in derivation.graph.constants if derivation.graph.index[n].default)
    found: list[Found] = []
    for kind in kinds:
        exact = _Second(derivation, kind, direction)
        for point in points:
            given: list[Any] = [float(point[name]) for name in inputs]
            if kind == "hvp":
                given.insert(len(given) - defaults, direction)
            try:
                rows = getattr(module, kind)(*given)
            except Exception as error:
                raise BrokenCode(f"{kind}: {type(error).__name__}: {error}") from error
            flat = [float(x) for x in rows] if kind == "hvp" else _upper(rows)
            found += exact.errors(point, flat)
    return found


def _upper(rows: Sequence[Sequence[float]]) -> list[float]:
    return [float(rows[i][j]) for i in range(len(rows)) for j in range(i, len(rows))]


class _Second:
    """The entries of a Hessian or of its product with a direction at 50 digits."""

    def __init__(self, derivation: Derivation, kind: str, direction: Sequence[float]) -> None:
        self._second = second_order(derivation, kind)
        self._direction = dict(zip(self._second.direction, map(Fraction, direction), strict=False))
        self._evaluator = Decimals()

    def errors(self, point: Point, found: Sequence[float]) -> list[Found]:
        """Return the error of every entry, and what is allowed; none where there is no value."""
        try:
            exact = self._at(point, lambda: 1)
        except (OutsideDomain, OverflowError, ValueError):
            return []
        sizes = [abs(float(value)) for value in exact]
        if max(sizes, default=0.0) > _LARGEST:
            return []
        changes = self._changes(point, exact)
        largest = math.ulp(max(sizes, default=0.0))
        errors: list[Found] = []
        names = self._second.results
        for name, value, result, change in zip(names, exact, found, changes, strict=True):
            unit = math.ulp(max(abs(float(value)), _SMALLEST))
            allowed = BOUND * (1.0 + change / unit) + _BESIDE * largest / unit
            ulps = math.inf
            if math.isfinite(result):
                ulps = abs(float(self._evaluator.number(Fraction(result)) - value)) / unit
            errors.append((ulps, allowed, name, point))
        return errors

    def _at(self, point: Point, noise: Callable[[], Real]) -> list[Real]:
        given = {**point, **self._direction}
        values = {name: self._evaluator.number(value) * noise() for name, value in given.items()}
        for statement in self._second.statements:
            values[statement.name] = self._value(statement.formula, values) * noise()
        return [values[name] for name in self._second.results]

    def _value(self, formula: Formula, values: Mapping[str, Real]) -> Real:
        places: dict[str | int, Real] = {i: values[name] for i, name in enumerate(formula.operands)}
        return self._evaluator.value(formula.pattern, places)

    def _changes(self, point: Point, exact: Sequence[Real]) -> list[float]:
        """Return by how much entries change when all named values change by half an ulp."""
        source = random.Random(1)  # noqa: S311  (directions, not secrets)
        tiny = self._evaluator.number(Fraction(1, 2**80))
        largest = [0.0] * len(exact)
        for _ in range(4):
            try:
                new = self._at(point, lambda: 1 + tiny * source.choice((-1, 1)))
            except OutsideDomain:
                continue
            for i, (a, b) in enumerate(zip(exact, new, strict=True)):
                largest[i] = max(largest[i], float(abs(b - a)) * 2.0**27)
        return largest
