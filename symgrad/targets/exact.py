"""What emitted code should give: statements at 50 digits, and how far rounding moves them."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction

from symgrad.expression.evaluate import Decimals, OutsideDomain, Real
from symgrad.expression.tree import Formula
from symgrad.graph.points import Point
from symgrad.program.statements import Statement

_BEYOND = 20_000  # bits of a value on the way, above which functions of it take for ever
_SMALLEST = 1e-290
_DIRECTIONS = 4


class Exact:
    """The results of statements at 50 digits.

    `statements` are those whose values a program rounds, `last` those behind them that are results
    alone; `given` are numbers of inputs that no point has.
    """

    def __init__(
        self,
        statements: Sequence[Statement],
        results: Sequence[str],
        *,
        last: Sequence[Statement] = (),
        given: Mapping[str, Fraction] | None = None,
    ) -> None:
        self.results = tuple(dict.fromkeys(results))
        self.size = len(statements) + len(last)
        self._statements, self._last, self._given = statements, last, given or {}
        self._numbers = Decimals()

    def at(self, point: Point, noise: Callable[[], Real] = lambda: 1) -> dict[str, Real]:
        """Return the results at a point. Raises OutsideDomain where they do not exist.

        `noise` gives factors near 1 for the inputs and for every value that is rounded.
        """
        inputs = {**point, **self._given}
        values = {name: self._numbers.number(value) * noise() for name, value in inputs.items()}
        for name, formula in ((s.name, s.formula) for s in self._statements):
            value = self._value(formula, values)
            if self._numbers.context.mag(value) > _BEYOND:
                raise OutsideDomain(f"{name} is too large to be worked with")
            values[name] = value * noise()
        for statement in self._last:
            values[statement.name] = self._value(statement.formula, values)
        return {name: values[name] for name in self.results}

    def _value(self, formula: Formula, values: Mapping[str, Real]) -> Real:
        places = {i: values[name] for i, name in enumerate(formula.operands)}
        return self._numbers.value(formula.pattern, places)

    def changes(self, point: Point, exact: Mapping[str, Real]) -> dict[str, float]:
        """Return by how much results change when all that is rounded changes by half an ulp."""
        source = random.Random(1)  # noqa: S311  (directions, not secrets)
        tiny = self._numbers.number(Fraction(1, 2**80))
        largest = dict.fromkeys(exact, 0.0)
        for _ in range(_DIRECTIONS):
            try:
                new = self.at(point, lambda: 1 + tiny * source.choice((-1, 1)))
            except OutsideDomain:
                continue
            for name, value in exact.items():
                largest[name] = max(largest[name], float(abs(new[name] - value)) * 2.0**27)
        return largest

    def error(self, found: float, exact: Real) -> tuple[float, float]:
        """Return how far a number is from the exact one, in ulp of that, and such an ulp."""
        unit = math.ulp(max(abs(float(exact)), _SMALLEST))
        if not math.isfinite(found):
            return math.inf, unit
        return abs(float(self._numbers.number(Fraction(found)) - exact)) / unit, unit
