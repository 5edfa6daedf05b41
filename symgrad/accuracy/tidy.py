"""Statements put in order: copies left out, what is not needed left out, divisions joined."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from symgrad.accuracy.normal import Fn, Group, Mono, Poly
from symgrad.expression.tree import Div, Expression, Mul, Number, Var, formula_of, substitute
from symgrad.program.statements import Statement


def joined(factors: tuple[Expression, ...]) -> Expression:
    """Return a product in which reciprocals among the factors are one division."""
    above = [factor for factor in factors if not _is_reciprocal(factor)]
    below = [
        factor.denominator
        for factor in factors
        if isinstance(factor, Div) and _is_reciprocal(factor)
    ]
    if not above:
        return Mul(factors) if len(factors) > 1 else factors[0]
    whole = Mul(tuple(above)) if len(above) > 1 else above[0]
    for denominator in below:
        whole = Div(whole, denominator)
    return whole


def _is_reciprocal(factor: Expression) -> bool:
    return isinstance(factor, Div) and factor.numerator == Number(Fraction(1))


def products_in(poly: Poly) -> Iterator[Mono]:
    """Yield every product in a sum, those inside groups and functions too."""
    for mono, _ in poly.terms:
        yield mono
        if mono.exponent is not None:
            yield from products_in(mono.exponent)
        for item, _ in mono.powers:
            if isinstance(item, Group):
                yield from products_in(item.poly)
            elif isinstance(item, Fn) and item.name not in ("series", "where"):
                for argument in item.arguments:
                    yield from products_in(argument)


def without_copies(
    before: tuple[Statement, ...], after: tuple[Statement, ...]
) -> tuple[Statement, ...]:
    """Put x for J where the pass has found that J is x."""
    copies = {
        new.name: new.formula.operands[0]
        for old, new in zip(before, after, strict=True)
        if isinstance(new.formula.pattern, Var) and old.formula != new.formula
    }
    if not copies:
        return after
    result = []
    for statement in after:
        if not copies.keys().isdisjoint(statement.formula.operands):
            values: dict[str | int, Expression] = {}
            for name in statement.formula.operands:
                target = name
                while target in copies:
                    target = copies[target]
                values[name] = Var(target)
            whole = substitute(statement.formula.expression, values)
            statement = Statement(statement.name, formula_of(whole))  # noqa: PLW2901
        result.append(statement)
    return tuple(result)


def needed(statements: tuple[Statement, ...], keep: tuple[str, ...]) -> tuple[Statement, ...]:
    """Leave out the statements that none of the names to keep needs."""
    needed = set(keep)
    kept = []
    for statement in reversed(statements):
        if statement.name in needed:
            needed.update(statement.formula.operands)
            kept.append(statement)
    return tuple(reversed(kept))
