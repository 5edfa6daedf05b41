"""What is to be worked through: a derivation with arrays, its inputs, how many steps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from symgrad.derivation.arrays.derivation import ArrayDerivation
from symgrad.errors import SymgradError
from symgrad.trace.arrays.values import Grid, completed, read_arrays
from symgrad.trace.numbers import read_number

MOST_STEPS = 1000
USUAL_RATE = Fraction(1, 10)


@dataclass(frozen=True, slots=True)
class ArrayPlan:
    """Steps of gradient descent that are to be worked: `inputs` are those of the first."""

    derivation: ArrayDerivation
    sizes: Mapping[str, int]
    inputs: Mapping[str, Grid]
    rate: Fraction
    count: int


def array_plan(
    d: ArrayDerivation,
    given: Mapping[str, object],
    *,
    rate: Fraction = USUAL_RATE,
    count: int = 1,
) -> ArrayPlan:
    """Return a plan; `given` holds inputs as numbers, lists, lists of rows, or their JSON.

    What is missing gets small numbers that satisfy what the graph assumes. Raises SymgradError for
    shapes that do not fit and for too many steps.
    """
    if not 1 <= count <= MOST_STEPS:
        raise SymgradError(f"a trace of arrays has 1 to {MOST_STEPS:,} steps, not {count:,}")
    sizes, inputs = completed(d.array_graph, read_arrays(d.array_graph, given))
    return ArrayPlan(d, sizes, inputs, rate, count)


def planned(
    d: ArrayDerivation,
    values: Mapping[str, object] | None,
    data: Iterable[Mapping[str, object]] | None = None,
    *,
    rate: object = None,
    steps: int | None = None,
    optimizer: str = "sgd",
) -> ArrayPlan | None:
    """Return a plan for what a caller of `trace` or `report` gives; `data` is one mapping at most.

    None where an array is returned: there is nothing to descend.
    Raises SymgradError for an optimizer other than gradient descent and for inputs that do not fit.
    """
    if d.jacobian:
        return None
    if optimizer != "sgd":
        raise SymgradError(f"steps of arrays are gradient descent, not {optimizer}")
    samples = list(data or ())
    if len(samples) > 1:
        hint = "arrays are given once, for all steps"
        raise SymgradError(f"{len(samples)} samples of arrays", help=hint)
    given = {**(values or {}), **(samples[0] if samples else {})}
    graph_rate = d.graph.rate[1] if d.graph.rate else USUAL_RATE
    chosen = graph_rate if rate is None else read_number(rate, "the rate")
    return array_plan(d, given, rate=chosen, count=1 if steps is None else steps)
