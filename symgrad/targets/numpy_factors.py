"""Numbers moved out of products that are only summed up: Σ −2·e·p is −2 times Σ e·p.

A product over all samples costs a pass; the same factor on its sum costs nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from symgrad.expression.tree import Div, Expression, Mul, Neg, Var, signed, signed_value, variables
from symgrad.program.block import Assignment, assignment

Sums = list[tuple[str, Expression]]
_LARGEST = 10**6  # beyond it a factor is left where the author's order of factors has it


def without_factors(
    rows: Sequence[Assignment], sums: Sums, varying: frozenset[str]
) -> tuple[list[Assignment], Sums, dict[str, Fraction]]:
    """Return rows and sums with numbers moved out of rows that go into sums as factors only.

    The mapping gives, for each row that changed, the number that its new value lacks.
    """
    fixed = _unmovable(rows, sums)
    factors: dict[str, Fraction] = {}
    kept: list[Assignment] = []
    for row in rows:
        e = row.expression
        if row.name not in fixed:
            number, core = _split(e, factors, varying)
            if number != 1:
                factors[row.name] = number
                kept.append(assignment(row.name, core))
                continue
        kept.append(row)
    totals: Sums = []
    for name, e in sums:
        number = _inherited(e, factors)
        totals.append((name, e if number == 1 else _times(number, e)))
    return kept, totals, factors


def _unmovable(rows: Sequence[Assignment], sums: Sums) -> set[str]:
    """Return the names that something other than a product, or a sum, needs."""
    found: set[str] = set()
    for _, e in sums:
        found.update(set(map(str, variables(e))) - set(_linear(e)))
    for row in reversed(rows):
        e = row.expression
        linear = set() if row.name in found or isinstance(e, Var) else set(_linear(e))
        if isinstance(e, Neg) and isinstance(e.operand, Var):
            linear = set()
        found.update(set(row.operands) - linear)
    return found


def _linear(e: Expression) -> list[str]:
    """Return the names that are factors of a product, once and nowhere else in it."""
    factors = _factors(e)
    names = [str(part.key) for part in factors if isinstance(part, Var)]
    others: list[Expression] = [part for part in factors if not isinstance(part, Var)]
    if isinstance(e, Div):
        others.append(e.denominator)
    elsewhere = {str(key) for part in others for key in variables(part)}
    return [name for name in names if names.count(name) == 1 and name not in elsewhere]


def _factors(e: Expression) -> tuple[Expression, ...]:
    match e:
        case Neg(operand):
            return _factors(operand)
        case Mul(factors):
            return factors
        case Div(numerator, _):
            return _factors(numerator)
        case _:
            return (e,)


def _inherited(e: Expression, factors: Mapping[str, Fraction]) -> Fraction:
    """Return the number that a product lacks because its factors do."""
    number = Fraction(1)
    for name in _linear(e):
        number *= factors.get(name, 1)
    return number


def _split(
    e: Expression, factors: Mapping[str, Fraction], varying: frozenset[str]
) -> tuple[Fraction, Expression]:
    """Return a number and an expression whose product is `e`; the number is 1 if nothing is won."""
    number = _inherited(e, factors)
    bare = e.operand if isinstance(e, Neg) else e
    if not isinstance(bare, Mul):
        return number, e
    numbers = [signed_value(part) for part in bare.factors]
    rest = [part for part, value in zip(bare.factors, numbers, strict=True) if value is None]
    scalars = [part for part in rest if varying.isdisjoint(map(str, variables(part)))]
    own = Fraction(-1 if isinstance(e, Neg) else 1)
    for value in numbers:
        own *= 1 if value is None else value
    # Another factor without data takes the number up for nothing.
    if scalars or len(rest) < 2 or not 1 <= abs(own) * _LARGEST <= _LARGEST**2:
        return number, e
    return number * own, Mul(tuple(rest))


def _times(number: Fraction, e: Expression) -> Expression:
    """Return a product with one more number in it, which comes first."""
    if isinstance(e, Neg):
        return _times(-number, e.operand)
    if abs(number) == 1:
        return e if number == 1 else Neg(e)
    return Mul((signed(number), *(e.factors if isinstance(e, Mul) else (e,))))
