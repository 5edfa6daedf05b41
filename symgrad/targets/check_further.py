"""What emitted code offers beside value and gradient, checked by running it.

Outputs, residuals, their Jacobian (dense, and sparse with its pattern), second derivatives, and the
results of each sample are compared with 50-digit values, as `check_code` compares the first.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from symgrad.derivation.derivation import Derivation
from symgrad.expression.algebra import add
from symgrad.expression.evaluate import Decimals, OutsideDomain, Real
from symgrad.expression.tree import Formula, Var, formula_of
from symgrad.graph.points import Point
from symgrad.program.gauss_newton import gauss_newton_product
from symgrad.program.outputs import outputs_of
from symgrad.program.second import Second, second_order
from symgrad.program.statements import Statement
from symgrad.targets.further import FURTHER, SAMPLES, Found, FoundRows, direction
from symgrad.targets.running import BrokenCode

BOUND = 256  # ulp, besides what rounding every named value may change
HANDOVER = 1024  # ulp that are allowed anywhere: where a series takes over from terms that cancel
_POINTS = 12  # at which they are compared
_BESIDE = 64  # ulp of the largest entry by which every other one may be off
_SMALLEST = 1e-290
_LARGEST = 1e290

Error = tuple[float, float, str, Point]  # error and what is allowed there, in ulp; result; place


def further_errors(
    derivation: Derivation, found: FoundRows, points: Sequence[Point]
) -> list[Error]:
    """Return the error of each result of further functions at the first of some points.

    Raises BrokenCode where a function gave more or fewer numbers than it should.
    """
    errors: list[Error] = []
    for kind in filter(found.__contains__, FURTHER):
        exact = _Exact(_expected(derivation, kind))
        for point, row in zip(points[:_POINTS], found[kind], strict=False):
            errors += exact.errors(kind, point, row)
    return errors


@dataclass(frozen=True, slots=True)
class _Expected:
    """Statements, what each number of a row is called in them (None for 0), and more inputs."""

    statements: tuple[Statement, ...]
    layout: tuple[str | None, ...]
    given: Mapping[str, Fraction]
    slopes: bool = True


def _expected(derivation: Derivation, kind: str) -> _Expected:
    width = len(derivation.wrt)
    if kind in SAMPLES:
        return _each(derivation, kind)
    if kind in ("hessian", "hessian_sparse", "hvp"):
        second = second_order(derivation, kind.removesuffix("_sparse"))
        layout: Iterable[str | None] = second.results
        if kind != "hvp":
            upper = iter(second.results)
            found = {(i, j): next(upper) for i in range(width) for j in range(i, width)}
            layout = (found[min(i, j), max(i, j)] for i in range(width) for j in range(width))
        return _Expected(second.statements, tuple(layout), _along(second))
    outputs = outputs_of(derivation)
    if outputs is None:
        raise BrokenCode(f"{kind}: the graph has no outputs")
    if kind in ("outputs", "residuals"):
        return _Expected(outputs.values.statements, outputs.values.results, {}, slopes=False)
    if kind == "gauss_newton_product":
        return _gauss_newton(gauss_newton_product(derivation, outputs), width)
    entries = iter(outputs.jacobian.results)
    rows: list[dict[int, str]] = [{c: next(entries) for c in row} for row in outputs.pattern]
    dense = tuple(row.get(column) for row in rows for column in range(width))
    return _Expected(outputs.jacobian.statements, dense, {})


def _along(second: Second) -> dict[str, Fraction]:
    """Return the components of the direction in which a product is checked."""
    given = map(Fraction, direction(len(second.direction)))
    return dict(zip(second.direction, given, strict=True))


def _gauss_newton(product: Second, width: int) -> _Expected:
    """Return the product with what stands once added to what belongs to a sample."""
    totals = [
        Statement(f"{names[0]} in all", formula_of(add(*map(Var, names))))
        for names in (product.results[i::width] for i in range(width))
    ]
    layout = tuple(statement.name for statement in totals)
    return _Expected((*product.statements, *totals), layout, _along(product))


def _each(derivation: Derivation, kind: str) -> _Expected:
    """Return the equations and, where a function gives it, the gradient by names of its own."""
    graph = derivation.graph
    found = [Statement(n.name, n.formula) for n in graph.ordered if n.formula is not None]
    if kind == "value_each":
        return _Expected(tuple(found), (graph.objective,), {}, slopes=False)
    found += [Statement(s.name, s.form.formula) for s in derivation.sensitivity_list]
    forms = {f"∂/∂{name}": form.formula for name, form in derivation.gradient_forms}
    found += [Statement(name, formula) for name, formula in forms.items()]
    value = (graph.objective,) if kind == "partial_sums" else ()
    return _Expected(tuple(found), (*value, *forms), {})


class _Exact:
    """The numbers of one function at 50 digits."""

    def __init__(self, expected: _Expected) -> None:
        self._expected = expected
        self._names = tuple(dict.fromkeys(n for n in expected.layout if n is not None))
        self._evaluator = Decimals()

    def errors(self, kind: str, point: Point, found: Found) -> Iterator[Error]:
        """Yield the error of every number, and what is allowed; none where there is no value."""
        layout = self._expected.layout
        if layout and (len(found) % len(layout) or not found):
            raise BrokenCode(f"{kind}: {len(found)} numbers instead of {len(layout)}")
        try:
            exact = self._at(point, lambda: 1)
        except (OutsideDomain, OverflowError, ValueError):
            return
        sizes = [abs(float(value)) for value in exact.values()]
        if max(sizes, default=0.0) > _LARGEST:
            return
        changes = self._changes(point, exact)
        beside = _BESIDE * math.ulp(max(sizes, default=0.0)) if self._expected.slopes else 0.0
        for place, result in enumerate(found):
            name = layout[place % len(layout)]
            if name is None:
                yield (0.0 if result == 0 else math.inf), 0.0, f"{kind}, a zero", point
                continue
            unit = math.ulp(max(abs(float(exact[name])), _SMALLEST))
            allowed = max(HANDOVER, BOUND * (1.0 + changes[name] / unit)) + beside / unit
            ulps = math.inf
            if math.isfinite(result):
                ulps = abs(float(self._evaluator.number(Fraction(result)) - exact[name])) / unit
            yield ulps, allowed, f"{name} of {kind}", point

    def _at(self, point: Point, noise: Callable[[], Real]) -> dict[str, Real]:
        given = {**point, **self._expected.given}
        values = {name: self._evaluator.number(value) * noise() for name, value in given.items()}
        for statement in self._expected.statements:
            values[statement.name] = self._value(statement.formula, values) * noise()
        return {name: values[name] for name in self._names}

    def _value(self, formula: Formula, values: Mapping[str, Real]) -> Real:
        places: dict[str | int, Real] = {i: values[name] for i, name in enumerate(formula.operands)}
        return self._evaluator.value(formula.pattern, places)

    def _changes(self, point: Point, exact: Mapping[str, Real]) -> dict[str, float]:
        """Return by how much numbers change when all named values change by half an ulp."""
        source = random.Random(1)  # noqa: S311  (directions, not secrets)
        tiny = self._evaluator.number(Fraction(1, 2**80))
        largest = dict.fromkeys(exact, 0.0)
        for _ in range(4):
            try:
                new = self._at(point, lambda: 1 + tiny * source.choice((-1, 1)))
            except OutsideDomain:
                continue
            for name, value in exact.items():
                largest[name] = max(largest[name], float(abs(new[name] - value)) * 2.0**27)
        return largest
