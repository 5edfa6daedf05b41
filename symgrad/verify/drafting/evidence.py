"""Numbers that an article puts into its equations, and what they say.

`z = 0.5*3 + 1` behind `z = w*x + b` states w, x and b, and that this equation for z is the one that
the article computes with.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from fractions import Fraction

from symgrad.errors import Place
from symgrad.expression.tree import (
    ONE,
    Add,
    Constant,
    Div,
    Expression,
    Mul,
    Neg,
    Number,
    Var,
    children,
    product_of,
    with_children,
)
from symgrad.verify.drafting.article import ArticleEquation, StatedValue


def numbers_in(symbolic: Expression, numeric: Expression) -> dict[str, Fraction] | None:
    """Return the number that stands for each name, None where the two have different forms.

    >>> from symgrad.expression.tree import Add, Mul, Var, number
    >>> formula = Add((Mul((Var("w"), Var("x"))), Var("b")))
    >>> numbers = Add((Mul((number(2), number(3))), number(1)))
    >>> {name: int(value) for name, value in numbers_in(formula, numbers).items()}
    {'w': 2, 'x': 3, 'b': 1}
    """
    found: dict[str, Fraction] = {}
    return found if _fits(_plain(symbolic), _plain(numeric), found) else None


def _fits(symbolic: Expression, numeric: Expression, found: dict[str, Fraction]) -> bool:
    if isinstance(symbolic, Var):
        value = _value(numeric)
        return value is not None and found.setdefault(str(symbolic.key), value) == value
    if isinstance(symbolic, Number | Constant):
        return symbolic == numeric
    below, beside = children(symbolic), children(numeric)
    if len(below) != len(beside) or with_children(numeric, below) != symbolic:
        return False
    return all(_fits(one, other, found) for one, other in zip(below, beside, strict=True))


def _plain(expression: Expression) -> Expression:
    """Return an expression without factors of 1, and without sums and products in their like."""
    parts = tuple(_plain(part) for part in children(expression))
    if isinstance(expression, Mul):
        flat = [f for part in parts for f in (part.factors if isinstance(part, Mul) else (part,))]
        kept = tuple(part for part in flat if part != ONE) or (ONE,)
        return product_of(kept)
    if isinstance(expression, Add):
        return Add(
            tuple(t for part in parts for t in (part.terms if isinstance(part, Add) else (part,)))
        )
    return with_children(expression, parts)


def _value(numeric: Expression) -> Fraction | None:
    if isinstance(numeric, Number):
        return numeric.value
    if isinstance(numeric, Neg) and (value := _value(numeric.operand)) is not None:
        return -value
    if isinstance(numeric, Div):
        top, below = _value(numeric.numerator), _value(numeric.denominator)
        return top / below if top is not None and below else None
    return None


class Evidence:
    """What the numbers say: the value of each name, and which equations they are put into."""

    def __init__(self) -> None:
        self.values: dict[str, StatedValue] = {}
        self._used: set[ArticleEquation] = set()

    def take(
        self, name: str, numeric: Expression, before: Sequence[ArticleEquation], at: Place
    ) -> None:
        """Take note of a computation of `name` in numbers, behind the equations `before`."""
        for equation in reversed(before):
            if equation.name != name:
                continue
            found = numbers_in(equation.right, numeric)
            if found is None:
                continue
            self._used.add(equation)
            for key, value in found.items():
                self.values.setdefault(key, StatedValue(key, value, at))
            return

    def bears_out(self, equation: ArticleEquation) -> bool:
        """Tell whether the article puts numbers into an equation."""
        return equation in self._used

    def stated(self, inputs: Sequence[str], known: Collection[str]) -> list[StatedValue]:
        """Return the values of inputs that are stated in no other way."""
        return [self.values[name] for name in inputs if name in self.values and name not in known]
