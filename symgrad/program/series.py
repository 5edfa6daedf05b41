"""Functions that programs make for themselves: series, and formulas of one argument with a name.

`series` is a polynomial: its argument, then the coefficients from the lowest on. A `Local` is a
formula in one argument or two, which is written as a function of its own: what is a series near a
point and a formula elsewhere. No graph can call either.
"""

from __future__ import annotations

from fractions import Fraction

from symgrad.expression.tree import (
    Add,
    Expression,
    Mul,
    Neg,
    Number,
    Var,
    signed,
    substitute,
    variables,
)

SERIES = "series"
ARGUMENT, SECOND = "t", "u"  # the names of the arguments in the body of a Local


class Local(str):  # noqa: SLOT000  (it holds its formula)
    """The name of a function of one argument or two that holds its own formula.

    >>> double = Local.of(Mul((Number(Fraction(2)), Var(ARGUMENT))))
    >>> double.at(Var("x"))
    Mul(factors=(Number(value=Fraction(2, 1)), Var(key='x')))
    """

    body: Expression

    @classmethod
    def of(cls, body: Expression) -> Local:
        """Return the function whose value at t, or at t and u, is the body."""
        name = cls(f"local {body!r}")
        name.body = body
        return name

    def __reduce__(self) -> tuple[object, tuple[Expression]]:
        """Pickle by the body."""
        return Local.of, (self.body,)

    @property
    def arguments(self) -> tuple[str, ...]:
        """The names of its arguments."""
        return (ARGUMENT, SECOND) if SECOND in variables(self.body) else (ARGUMENT,)

    def at(self, *arguments: Expression) -> Expression:
        """Return the value at its arguments, written out."""
        return substitute(self.body, dict(zip(self.arguments, arguments, strict=True)))


def coefficients_of(arguments: tuple[Expression, ...]) -> tuple[Fraction, ...]:
    """Return the coefficients of a series from its arguments.

    >>> coefficients_of((Number(Fraction(9)), Number(Fraction(1)), Neg(Number(Fraction(2)))))
    (Fraction(1, 1), Fraction(-2, 1))
    """
    found: list[Fraction] = []
    for argument in arguments[1:]:
        negative = isinstance(argument, Neg)
        bare = argument.operand if isinstance(argument, Neg) else argument
        if not isinstance(bare, Number):
            raise TypeError(argument)
        found.append(-bare.value if negative else bare.value)
    return tuple(found)


def horner(arguments: tuple[Expression, ...]) -> Expression:
    """Return a series written out by Horner's rule."""
    x = arguments[0]
    *others, last = [signed(value) for value in coefficients_of(arguments)]
    total = last
    for value in reversed(others):
        product = Mul((x, total))
        total = Add((value, product)) if value != Number(Fraction(0)) else product
    return total


__all__ = ["ARGUMENT", "SECOND", "SERIES", "Local", "Var", "coefficients_of", "horner"]
