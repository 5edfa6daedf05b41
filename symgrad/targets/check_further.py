"""What emitted code offers beside value and gradient, checked by running it.

Outputs, residuals, their Jacobian (dense, and sparse with its pattern), second derivatives, and the
results of each sample are compared with 50-digit values, as `check_code` compares the first.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction

from symgrad.derivation.derivation import Derivation
from symgrad.expression.algebra import add
from symgrad.expression.evaluate import OutsideDomain
from symgrad.expression.tree import Var, formula_of
from symgrad.graph.points import Point
from symgrad.program.gauss_newton import gauss_newton_product
from symgrad.program.outputs import outputs_of
from symgrad.program.second import Second, second_order
from symgrad.program.statements import Statement
from symgrad.targets.exact import Exact
from symgrad.targets.further import FURTHER, SAMPLES, Found, FoundRows, direction
from symgrad.targets.running import BrokenCode

BOUND = 256  # ulp, besides what rounding every named value may change
HANDOVER = 1024  # ulp that are allowed anywhere: where a series takes over from terms that cancel
_POINTS = 12  # at which they are compared
_BESIDE = 64  # ulp of the largest entry by which every other one may be off
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
        expected = _expected(derivation, kind)
        for point, row in zip(points[:_POINTS], found[kind], strict=False):
            errors += _errors(kind, expected, point, row)
    return errors


class _Expected:
    """What each number of a row is called in statements (None for 0), and their exact values.

    `given` are more inputs, `slopes` tells that the numbers are derivatives.
    """

    def __init__(
        self,
        statements: Sequence[Statement],
        layout: Iterable[str | None],
        given: Mapping[str, Fraction] | None = None,
        *,
        slopes: bool = True,
    ) -> None:
        self.layout, self.slopes = tuple(layout), slopes
        self.exact = Exact(statements, [n for n in self.layout if n is not None], given=given)


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
        return _Expected(second.statements, layout, _along(second))
    outputs = outputs_of(derivation)
    if outputs is None:
        raise BrokenCode(f"{kind}: the graph has no outputs")
    if kind in ("outputs", "residuals"):
        return _Expected(outputs.values.statements, outputs.values.results, slopes=False)
    if kind == "gauss_newton_product":
        return _gauss_newton(gauss_newton_product(derivation, outputs), width)
    entries = iter(outputs.jacobian.results)
    rows: list[dict[int, str]] = [{c: next(entries) for c in row} for row in outputs.pattern]
    dense = [row.get(column) for row in rows for column in range(width)]
    return _Expected(outputs.jacobian.statements, dense)


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
        return _Expected(tuple(found), (graph.objective,), slopes=False)
    found += [Statement(s.name, s.form.formula) for s in derivation.sensitivity_list]
    forms = {f"∂/∂{name}": form.formula for name, form in derivation.gradient_forms}
    found += [Statement(name, formula) for name, formula in forms.items()]
    value = (graph.objective,) if kind == "partial_sums" else ()
    return _Expected(tuple(found), (*value, *forms))


def _errors(kind: str, expected: _Expected, point: Point, found: Found) -> Iterator[Error]:
    """Yield the error of every number, and what is allowed; none where there is no value."""
    layout, exact = expected.layout, expected.exact
    if layout and (len(found) % len(layout) or not found):
        raise BrokenCode(f"{kind}: {len(found)} numbers instead of {len(layout)}")
    try:
        values = exact.at(point)
    except (OutsideDomain, OverflowError, ValueError):
        return
    largest = max((abs(float(value)) for value in values.values()), default=0.0)
    if largest > _LARGEST:
        return
    changes = exact.changes(point, values)
    beside = _BESIDE * math.ulp(largest) if expected.slopes else 0.0
    for place, result in enumerate(found):
        name = layout[place % len(layout)]
        if name is None:
            yield (0.0 if result == 0 else math.inf), 0.0, f"{kind}, a zero", point
            continue
        ulps, unit = exact.error(result, values[name])
        allowed = max(HANDOVER, BOUND * (1.0 + changes[name] / unit)) + beside / unit
        yield ulps, allowed, f"{name} of {kind}", point
