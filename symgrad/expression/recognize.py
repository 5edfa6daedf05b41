"""Named functions recognised in what was written out: 1/(1 + exp(-z)) is sigmoid(z).

Each rule maps a tidied tree to the tree that it equals, or to None. The rules hold for all real
values of the operands for which the written form is defined.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from symgrad.expression.algebra import is_negative, mul, neg
from symgrad.expression.rebuilding import tidy
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
    children,
    number,
    product_of,
    walk,
    with_children,
)

TWO = number(2)
_ROOT = Call("sqrt", (Mul((TWO, Constant("pi"))),))

Rule = Callable[[Expression], Expression | None]


def exponent_of(e: Expression) -> Expression | None:
    """Return z when `e` is exp(z), e^z or 1/exp(z), else None."""
    match e:
        case Call("exp", (z,)):
            return z
        case Pow(Constant("e"), z):
            return z
        case Constant("e"):
            return ONE
        case Div(Number(Fraction(numerator=1, denominator=1)), inner):
            below = exponent_of(inner)
            return None if below is None else neg(below)
        case _:
            return None


def one_plus_exp(e: Expression) -> Expression | None:
    """Return z when `e` is 1 + exp(z) in either order, else None."""
    match e:
        case Add((first, second)):
            other = second if first == ONE else first if second == ONE else None
            return None if other is None else exponent_of(other)
        case _:
            return None


def _sigmoid(e: Expression) -> Expression | None:
    """1/(1 + exp(-z)) and exp(z)/(1 + exp(z))."""
    if not isinstance(e, Div):
        return None
    inner = one_plus_exp(e.denominator)
    if inner is None:
        return None
    if e.numerator == ONE:
        return Call("sigmoid", (neg(inner),))
    above = exponent_of(e.numerator)
    if above is not None and above == inner:
        return Call("sigmoid", (inner,))
    return None


def _softplus(e: Expression) -> Expression | None:
    """log(1 + exp(z))."""
    match e:
        case Call("log", (argument,)):
            inner = one_plus_exp(argument)
            return None if inner is None else Call("softplus", (inner,))
        case Call("log1p", (argument,)):
            inner = exponent_of(argument)
            return None if inner is None else Call("softplus", (inner,))
        case _:
            return None


def _two_exponentials(e: Expression) -> tuple[Expression, int, Expression] | None:
    """Return (z, sign, w) for exp(z) + sign*exp(w)."""
    match e:
        case Add((first, Neg(second))):
            sign = -1
        case Add((first, second)):
            sign = 1
        case _:
            return None
    z, w = exponent_of(first), exponent_of(second)
    return None if z is None or w is None else (z, sign, w)


def _tanh(e: Expression) -> Expression | None:
    """(exp(z) - exp(-z))/(exp(z) + exp(-z)), and the same with exp(2z) and 1."""
    if not isinstance(e, Div):
        return None
    above, below = _two_exponentials(e.numerator), _two_exponentials(e.denominator)
    if above is not None and below is not None:
        (z, sign, w), (z2, sign2, w2) = above, below
        if (sign, sign2) == (-1, 1) and (z, w) == (z2, w2) and w == neg(z):
            return Call("tanh", (z,))
    return _tanh_of_double(e)


def _tanh_of_double(e: Div) -> Expression | None:
    inner = one_plus_exp(e.denominator)
    if inner is None:
        return None
    half = mul(number(Fraction(1, 2)), inner)
    match e.numerator:
        case Add((first, Neg(Number(Fraction(numerator=1, denominator=1))))) | Add(
            (first, Number(Fraction(numerator=-1, denominator=1)))
        ) if exponent_of(first) == inner:
            return _tanh_at(half)
        case Add((Number(Fraction(numerator=1, denominator=1)), Neg(second))) if (
            exponent_of(second) == inner
        ):
            return neg(_tanh_at(half))
        case _:
            return None


def _tanh_at(e: Expression) -> Expression:
    """Return tanh(e), which for e = -z is -tanh(z)."""
    return neg(Call("tanh", (neg(e),))) if is_negative(e) else Call("tanh", (e,))


def _hyperbolic(e: Expression) -> Expression | None:
    """(exp(z) + exp(-z))/2 is cosh(z), with a minus sign sinh(z)."""
    match e:
        case Div(numerator, Number(Fraction(numerator=2, denominator=1))):
            found = _two_exponentials(numerator)
            if found is not None and found[2] == neg(found[0]):
                return Call("cosh" if found[1] > 0 else "sinh", (found[0],))
    return None


def _log_sum_exp(e: Expression) -> Expression | None:
    """log(exp(a) + exp(b) + ...)."""
    match e:
        case Call("log", (Add(terms),)):
            inner = [exponent_of(term) for term in terms]
            arguments = tuple(z for z in inner if z is not None)
            if len(arguments) == len(terms):
                return Call("logsumexp", arguments)
    return None


_RULES: tuple[Rule, ...] = (_sigmoid, _softplus, _tanh, _hyperbolic, _log_sum_exp)


def recognized(expression: Expression) -> Expression:
    """Return the expression tidied, with the named functions it spells out put in.

    >>> from symgrad.expression.tree import Var
    >>> z = Var("z")
    >>> recognized(Div(ONE, Add((ONE, Call("exp", (Neg(z),)))))) == Call("sigmoid", (z,))
    True
    """
    if not any(map(_is_exponential, walk(expression))):
        return expression
    return _bottom_up(tidy(expression))


def _is_exponential(part: Expression) -> bool:
    """Tell whether a part is one of those that every rule needs."""
    return part == Constant("e") or (isinstance(part, Call) and part.function == "exp")


def _bottom_up(e: Expression) -> Expression:
    parts = children(e)
    if parts:
        new = tuple(_bottom_up(part) for part in parts)
        if new != parts:
            e = with_children(e, new)
    for rule in _RULES:
        found = rule(e)
        if found is not None:
            return found
    return e


def density_named(e: Expression) -> Expression:
    """Return an expression with exp(-z²/2)/√(2π) called by its name, the normal density at z.

    >>> from symgrad.expression.tree import Var
    >>> z = Var("z")
    >>> bell = Call("exp", (Neg(Div(Pow(z, TWO), TWO)),))
    >>> root = Call("sqrt", (Mul((TWO, Constant("pi"))),))
    >>> density_named(Div(Mul((z, bell)), root)) == Mul((z, Call("normal_pdf", (z,))))
    True
    """
    parts = children(e)
    if not parts:
        return e
    new = tuple(density_named(part) for part in parts)
    whole = e if new == parts else with_children(e, new)
    return _density_in(whole) if isinstance(whole, Div) else whole


def _density_in(quotient: Div) -> Expression:
    above, below = _factors(quotient.numerator), _factors(quotient.denominator)
    bells = [i for i, factor in enumerate(above) if _bell(factor) is not None]
    if not bells or _ROOT not in below:
        return quotient
    z = _bell(above[bells[0]])
    above[bells[0]] = Call("normal_pdf", () if z is None else (z,))
    below.remove(_ROOT)
    found = product_of(above)
    if below:
        found = Div(found, product_of(below))
    return Neg(found) if isinstance(quotient.numerator, Neg) else found


def _factors(e: Expression) -> list[Expression]:
    inner = e.operand if isinstance(e, Neg) else e
    return list(inner.factors) if isinstance(inner, Mul) else [inner]


def _bell(e: Expression) -> Expression | None:
    """Return z when `e` is exp(-z²/2), else None."""
    match e:
        case Call("exp", (Neg(Div(Pow(z, power), half)),)) if (power, half) == (TWO, TWO):
            return z
        case Call("exp", (Div(Neg(Pow(z, power)), half),)) if (power, half) == (TWO, TWO):
            return z
        case _:
            return None
