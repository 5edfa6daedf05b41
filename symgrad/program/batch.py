"""A program over many samples: what is computed once, what for each sample, and what is summed.

The value and the gradient are means over the samples. A mean is linear, so a term without data
counts once, and a factor without data is multiplied in after the sum: Σ λa is never summed. It is
multiplied in where it stood in the formula of one sample: the mean of x*a*b is m*a*b with the mean
m of x, not m*(a*b), which may overflow where no sample does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from symgrad.expression.algebra import add
from symgrad.expression.tree import (
    Add,
    Constant,
    Div,
    Expression,
    Formula,
    Mark,
    Mul,
    Neg,
    Number,
    Var,
    formula_of,
    substitute,
    variables,
)
from symgrad.program.block import Assignment
from symgrad.program.normal import normal
from symgrad.program.program import Program
from symgrad.program.routine import Routine

WEIGHT = Mark("the weight of a sample")
_DEPTH = 32  # how far a sum is followed into the names that it adds up
_MEAN = Var(Mark("the mean of an expression with data"))


@dataclass(frozen=True)
class Batch:
    """A routine over samples.

    `before` are the assignments without data, `body` those of one sample. `sums` pairs a mark with
    the formula that is summed over the samples; `results` gives, for each result of the routine,
    its formula in the means of the sums (under the same names) and in names without data.
    `guarded` are the names that may be NaN where a branch of `where` is not taken.
    """

    before: tuple[Assignment, ...]
    body: tuple[Assignment, ...]
    sums: tuple[tuple[str, Formula], ...]
    results: tuple[tuple[str, Formula], ...]
    guarded: frozenset[str]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the sums."""
        return tuple(name for name, _ in self.sums)


def batch_of(program: Program, routine: Routine) -> Batch:
    """Split a routine into what is done once and what is done for each sample."""
    varying = set(program.data)
    before: list[Assignment] = []
    body: list[Assignment] = []
    for row in routine.body:
        if varying.isdisjoint(row.operands):
            before.append(row)
        else:
            varying.add(row.name)
            body.append(row)
    split = _Splitter({row.name: row for row in body}, varying, routine.guarded)
    results = tuple((name, split.mean(Var(name))) for name in routine.results)
    used = {operand for _, formula in results for operand in formula.operands}
    sums = tuple((name, formula_of(e)) for e, name in split.sums.items() if name in used)
    kept = needed(body, (formula.operands for _, formula in sums))
    return Batch(tuple(before), kept, sums, results, routine.guarded)


def weighted(batch: Batch) -> Batch:
    """Return the sums with the weight of each sample as a factor, and the sum of the weights."""
    factor = Var(WEIGHT)
    sums = [
        (name, formula_of(normal(Mul((formula.expression, factor)))))
        for name, formula in batch.sums
    ]
    return replace(batch, sums=(*sums, (WEIGHT, formula_of(factor))))


def moving_and_fixed(program: Program, routine: Routine) -> tuple[list[int], list[int]]:
    """Return the places of the results that depend on data, and of those that do not."""
    varying = set(program.data)
    for row in routine.body:
        if not varying.isdisjoint(row.operands):
            varying.add(row.name)
    places = range(len(routine.results))
    return (
        [i for i in places if routine.results[i] in varying],
        [i for i in places if routine.results[i] not in varying],
    )


class _Splitter:
    """Writes results as linear forms in sums over the samples."""

    def __init__(
        self,
        rows: Mapping[str, Assignment],
        varying: set[str],
        guarded: frozenset[str],
    ) -> None:
        self.sums: dict[Expression, str] = {}
        self._rows = rows
        self._varying = varying
        self._guarded = guarded
        self._used = {operand for row in rows.values() for operand in row.operands}

    def mean(self, e: Expression) -> Formula:
        """Return the mean of an expression in names."""
        terms = [
            term if vector is None else _filled(term, Var(self._name(vector)))
            for term, vector in self._linear(e, _DEPTH)
        ]
        return formula_of(normal(add(*terms)))

    def _name(self, vector: Expression) -> str:
        return self.sums.setdefault(vector, Mark(f"the mean number {len(self.sums)}"))

    def _linear(self, e: Expression, depth: int) -> list[tuple[Expression, Expression | None]]:
        """Return terms without data, which may use _MEAN: that of an expression with data."""
        if not self._varies(e):
            return [(e, None)]
        match e:
            case Add(terms):
                fixed = [term for term in terms if not self._varies(term)]
                moving = [term for term in terms if self._varies(term)]
                if len(moving) == 1:
                    return [*((term, None) for term in fixed), *self._linear(moving[0], depth)]
                return [*((term, None) for term in fixed), (_MEAN, add(*moving))]
            case Neg(operand):
                return [(Neg(term), v) for term, v in self._linear(operand, depth)]
            case Mul(factors) if sum(map(self._varies, factors)) == 1:
                (i,) = (i for i, factor in enumerate(factors) if self._varies(factor))
                pairs = self._linear(factors[i], depth)
                return [(Mul((*factors[:i], term, *factors[i + 1 :])), v) for term, v in pairs]
            case Div(numerator, denominator) if not self._varies(denominator):
                pairs = self._linear(numerator, depth)
                return [(Div(term, denominator), v) for term, v in pairs]
            case Var(str(name)) if depth and self._adds_up(name):
                return self._linear(self._written(name), depth - 1)
            case _:
                return [(_MEAN, e)]

    def _varies(self, e: Expression) -> bool:
        if isinstance(e, Number | Constant):
            return False
        return not self._varying.isdisjoint(str(key) for key in variables(e))

    def _adds_up(self, name: str) -> bool:
        """Tell whether a name that only results need has parts without data."""
        row = self._rows.get(name)
        if row is None or name in self._guarded or name in self._used:
            return False
        e = self._written(name)
        if isinstance(e, Mul):
            return sum(map(self._varies, e.factors)) == 1
        if isinstance(e, Div):
            return not self._varies(e.denominator)
        return isinstance(e, Add | Neg | Var)

    def _written(self, name: str) -> Expression:
        row = self._rows[name]
        return row.expression


def _filled(term: Expression, mean: Expression) -> Expression:
    """Return a term with a mean in its place."""
    return substitute(term, {_MEAN.key: mean})


def needed(rows: Sequence[Assignment], uses: Iterable[Sequence[str]]) -> tuple[Assignment, ...]:
    """Return the assignments among `rows` that formulas with these operands need, in order."""
    wanted = {name for operands in uses for name in operands}
    kept: list[Assignment] = []
    for row in reversed(rows):
        if row.name in wanted:
            kept.append(row)
            wanted.update(row.operands)
    return tuple(reversed(kept))
