"""The derivative of one term, taken by SymPy and written back in the author's order.

The term becomes a SymPy expression in which every variable is a place that moves with t at a rate
of its own, so one `sympy.diff` by t gives the derivative by all of them. SymPy sorts, merges and
distributes; so each part of the term is held together, as a name for what its author wrote there,
and SymPy looks into it only to differentiate it. The rates then say what belongs to which place.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any, TypeAlias

from symgrad.expression.algebra import Product, add, mul, split_coefficient
from symgrad.expression.rebuilding import tidy
from symgrad.expression.slopes import defined, slopes
from symgrad.expression.symbolic import sympy_module, sympy_parts
from symgrad.expression.tree import (
    ONE,
    Add,
    Call,
    Constant,
    Div,
    Expression,
    Mul,
    Neg,
    Number,
    Pow,
    Var,
    children,
    variables,
)

MAX_HELD = 20  # levels of one term: SymPy recurses, about ten frames for each
_LAST, _VALUE, _BASE = 50, 60, 70  # places in a product: of a logarithm, a power, its base

Part: TypeAlias = Any  # a SymPy object: SymPy has no types
Slopes: TypeAlias = tuple[tuple[Expression, Expression], ...]


def differential(term: Expression, *, apart: Callable[[Expression], bool]) -> Slopes:
    """Return the derivative of a term by every place in it, from left to right.

    A place is a variable, or a part that is to be differentiated apart: what `apart` says so of,
    and what lies deeper than `MAX_HELD`. A variable that occurs twice has two places.

    >>> p, y = Var("p"), Var("y")
    >>> two = Number(Fraction(2))
    >>> error = Add((p, Neg(y)))
    >>> differential(Pow(error, two), apart=lambda part: False)[0] == (p, Mul((two, error)))
    True
    """
    form = _DifferentialForm(apart)
    whole = form.operation(term, 0)
    return form.written(sympy_module().diff(whole, sympy_parts().T))


class _DifferentialForm:
    """One term as a SymPy expression, and what its parts mean."""

    def __init__(self, apart: Callable[[Expression], bool]) -> None:
        self.sp, self.kinds = sympy_module(), sympy_parts()
        self.apart = apart
        self.places: list[Expression] = []
        self.known: dict[Part, Expression] = {}
        self.rank: dict[Part, int] = {}

    def operation(self, e: Expression, depth: int) -> Part:
        """Return the outermost operation of a part, at what stands for its operands."""
        if isinstance(e, Var) or depth == MAX_HELD or self.apart(e):
            return self.place(e)
        if isinstance(e, Call):
            return self.applied(e.function, e.arguments, depth)
        operands = [self.atom(part, depth + 1) for part in children(e)]
        self.rank |= {operand: i for i, operand in enumerate(operands)}
        match e:
            case Add():
                return self.sp.Add(*operands)
            case Mul():
                return self.sp.Mul(*operands)
            case Neg():
                return -operands[0]
            case Div(_, below):
                return operands[0] / (operands[1] or self.constant(below))
            case Pow():
                return self.power(e, *operands)
            case _:
                return self.constant(e)

    def atom(self, e: Expression, depth: int) -> Part:
        """Return what stands for an operand: a number, a place, or a part held together."""
        if isinstance(e, Number):
            return self.sp.Rational(e.value.numerator, e.value.denominator)
        if not variables(e):
            return self.constant(e)
        whole = self.operation(e, depth)
        if isinstance(whole, self.kinds.PlaceInTree):
            self.known[whole] = e
            return whole
        held = self.kinds.Held(whole, len(self.known))
        self.known[held] = e
        return held

    def place(self, e: Expression) -> Part:
        """Return a place that moves at a rate of its own."""
        place = self.kinds.PlaceInTree(len(self.places))
        self.places.append(e)
        self.known[place] = e
        return place

    def constant(self, e: Expression) -> Part:
        """Return a symbol for a part without variables, such as √(2π), or for a derivative."""
        symbol = self.sp.Symbol(f"c{len(self.known)}")
        self.known[symbol] = e
        return symbol

    def power(self, whole: Pow, below: Part, above: Part) -> Part:
        """Return a power: of plain numbers SymPy sees the exponent, and no base but e."""
        if above in self.known:
            number, rest = split_coefficient(tidy(whole.exponent))
            if rest == ONE:
                above = self.sp.Rational(number.numerator, number.denominator)
        if isinstance(whole.base, Number):
            below = self.constant(whole.base)
        found = self.sp.exp(above) if whole.base == Constant("e") else below**above
        self.rank |= {below: _BASE, above: 0}
        if above in self.known:
            self.known[found] = whole
            self.rank[found] = _VALUE
        return found

    def applied(self, function: str, arguments: tuple[Expression, ...], depth: int) -> Part:
        """Return a function at its arguments, with symbols for its derivatives by them."""
        known = slopes(function, arguments)
        if known is None:
            return self.operation(defined(function, arguments), depth)
        operands = [self.atom(part, depth + 1) for part in arguments]
        symbols = [self.constant(slope) for slope in known]
        return self.kinds.Applied(len(self.known), operands, symbols)

    # -- and back ------------------------------------------------------------------------------

    def written(self, rate: Part) -> Slopes:
        """Return the derivative by each place from the rate at which the term moves."""
        found: list[tuple[int, Expression]] = []
        self.share(rate, ONE, [], found)
        found.sort(key=lambda pair: pair[0])
        return tuple((self.places[i], slope) for i, slope in found)

    def share(
        self,
        rate: Part,
        outer: Expression,
        factors: list[Part],
        found: list[tuple[int, Expression]],
    ) -> None:
        """Put down what the rate of each place is multiplied by: outer derivative times factors."""
        if rate.is_Add:
            for part in rate.args:
                self.share(part, outer, factors, found)
        elif rate.is_Mul:
            (moving,) = (part for part in rate.args if self.kinds.moves(part))
            fixed = [part for part in rate.args if part is not moving]
            self.share(moving, outer, factors + fixed, found)
        elif isinstance(rate, self.kinds.Rate):
            found.append((int(rate.name), mul(outer, self.product(factors))))
        elif isinstance(rate, self.kinds.HeldRate):
            self.share(rate.args[0], mul(outer, self.product(factors)), [], found)

    def product(self, factors: list[Part]) -> Expression:
        """Write a product: operands in the author's order, sums last."""
        product, exponents = Product(), dict[Part, Part]()
        for factor in factors:
            base, exponent = factor.as_base_exp() if factor.is_Pow else (factor, 1)
            exponents[base] = exponents.get(base, 0) + exponent
        powers = [base**exponent for base, exponent in exponents.items()]
        for factor in sorted(powers, key=self.place_in_product):
            if factor in self.known:
                product.multiply(self.known[factor])
                continue
            base, exponent = factor.as_base_exp() if factor.is_Pow else (factor, self.sp.S.One)
            if exponent.is_Rational:
                product.multiply(self.value(base), Fraction(int(exponent.p), int(exponent.q)))
            else:
                product.multiply(Pow(self.value(base), self.value(exponent)))
        return product.build()

    def place_in_product(self, factor: Part) -> int:
        base = factor.base if factor.is_Pow and factor not in self.rank else factor
        return self.rank.get(base, _LAST)

    def value(self, e: Part) -> Expression:
        """Write what SymPy has made of the operands of one operation."""
        if e in self.known:
            return self.known[e]
        if e.is_Rational:
            return Number(Fraction(int(e.p), int(e.q)))
        if e.is_Add:
            terms = sorted(e.args, key=lambda term: bool(term.is_Rational))
            return add(*(self.value(term) for term in terms))
        if e.is_Mul or e.is_Pow:
            return self.product(list(self.sp.Mul.make_args(e)))
        if isinstance(e, self.sp.log):
            return Call("log", (self.value(e.args[0]),))
        raise TypeError(e)
