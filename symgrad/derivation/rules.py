"""Derivatives worked out as a student does: one rule at a time, each named.

An unevaluated derivative stands in the tree as `Derivative`. A step takes the leftmost one, applies
the rule for its outermost operation, and leaves the derivatives of the parts for the next steps.
The rules are those of every calculus course: sum, constant factor, product, quotient, power, chain.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from symgrad.derivation.calculus import gradient_of
from symgrad.expression.algebra import add, div, mul, neg, power
from symgrad.expression.functions import record
from symgrad.expression.rebuilding import replaced
from symgrad.expression.tree import (
    ONE,
    ZERO,
    Add,
    Call,
    Constant,
    Derivative,
    Div,
    Expression,
    Mul,
    Neg,
    Number,
    Pow,
    Var,
    substitute,
    variables,
    walk,
)

MAX_STEPS = 60
_TWO = Number(Fraction(2))
_MINUS_ONE = Number(Fraction(-1))


@dataclass(frozen=True, slots=True)
class RuleStep:
    """What a derivative is after one rule, and the name of that rule."""

    expression: Expression
    rule: str


def steps_of(expression: Expression, by: str) -> tuple[RuleStep, ...] | None:
    """Return ∂expression/∂by worked out rule by rule; None where that takes too many steps.

    >>> v = Var("v")
    >>> for step in steps_of(Div(ONE, Add((ONE, v))), "v"):
    ...     print(step.rule)
    reciprocal rule
    sum rule
    """
    current: Expression = Derivative(expression, Var(by))
    found: list[RuleStep] = []
    while (waiting := _leftmost(current)) is not None:
        if len(found) == MAX_STEPS:
            return None
        worked, rule = _rule(waiting.operand, waiting.by)
        current = _put_in(current, waiting, worked)
        found.append(RuleStep(current, rule))
    return tuple(found)


def _leftmost(expression: Expression) -> Derivative | None:
    return next((part for part in walk(expression) if isinstance(part, Derivative)), None)


def _put_in(whole: Expression, old: Derivative, new: Expression) -> Expression:
    """Return the whole with a derivative replaced, products and sums tidied on the way up."""
    return replaced(whole, lambda part: new if part == old else None, tidied=True)


def _slope(expression: Expression, by: Var) -> Expression:
    """Return the derivative of a part: taken where it is 0 or ±1, else left for a later step."""
    if by.key not in variables(expression):
        return ZERO
    if expression == by:
        return ONE
    if isinstance(expression, Neg):
        return neg(_slope(expression.operand, by))
    return Derivative(expression, by)


def _rule(expression: Expression, by: Var) -> tuple[Expression, str]:
    """Return the derivative of an expression by the rule for its outermost operation."""
    depends: Callable[[Expression], bool] = lambda part: by.key in variables(part)  # noqa: E731
    match expression:
        case Add(terms):
            return add(*(_slope(term, by) for term in terms if depends(term))), "sum rule"
        case Neg(operand):
            return neg(_slope(operand, by)), "constant factor rule"
        case Mul(factors):
            return _product_rule(factors, by, depends)
        case Div(numerator, denominator):
            return _quotient_rule(numerator, denominator, by, depends)
        case Pow(base, exponent):
            return _power_rule(base, exponent, by, depends)
        case Call(function, arguments):
            return _function_rule(function, arguments, by)
        case _:  # a name or a number
            return _slope(expression, by), "constant rule"


def _product_rule(
    factors: tuple[Expression, ...], by: Var, depends: Callable[[Expression], bool]
) -> tuple[Expression, str]:
    moving = [i for i, factor in enumerate(factors) if depends(factor)]
    terms = [mul(*factors[:i], _slope(factors[i], by), *factors[i + 1 :]) for i in moving]
    rule = "product rule" if len(moving) > 1 else "constant factor rule"
    return (add(*terms) if terms else ZERO), rule


def _quotient_rule(
    numerator: Expression,
    denominator: Expression,
    by: Var,
    depends: Callable[[Expression], bool],
) -> tuple[Expression, str]:
    above, below = _slope(numerator, by), _slope(denominator, by)
    if not depends(denominator):
        return div(above, denominator), "constant factor rule"
    square = power(denominator, _TWO)
    if not depends(numerator):
        rule = "reciprocal rule" if numerator == ONE else "constant factor rule and reciprocal rule"
        return neg(div(mul(numerator, below), square)), rule
    return div(add(mul(above, denominator), neg(mul(numerator, below))), square), "quotient rule"


def _power_rule(
    base: Expression, exponent: Expression, by: Var, depends: Callable[[Expression], bool]
) -> tuple[Expression, str]:
    whole = Pow(base, exponent)
    if not depends(exponent):
        lowered = power(base, add(exponent, _MINUS_ONE))
        rule = "power rule" if base == by else "power rule and chain rule"
        return mul(exponent, lowered, _slope(base, by)), rule
    growth = ONE if base == Constant("e") else Call("log", (base,))
    if not depends(base):
        return mul(whole, growth, _slope(exponent, by)), "exponential rule"
    by_base = mul(exponent, div(_slope(base, by), base))
    return mul(whole, add(mul(_slope(exponent, by), growth), by_base)), "logarithmic derivative"


def _function_rule(
    function: str, arguments: tuple[Expression, ...], by: Var
) -> tuple[Expression, str]:
    if record(function).condition_first:
        condition, *branches = arguments
        slopes = [_slope(branch, by) for branch in branches]
        chosen = slopes[0] if slopes[0] == slopes[1] else Call(function, (condition, *slopes))
        return chosen, "branch by branch"
    outer = gradient_of(Call(function, tuple(Var(i) for i in range(len(arguments)))))
    values: dict[str | int, Expression] = dict(enumerate(arguments))
    terms = [
        mul(substitute(outer[i], values), _slope(argument, by))
        for i, argument in enumerate(arguments)
        if i in outer and by.key in variables(argument)
    ]
    chained = any(argument != by for argument in arguments if by.key in variables(argument))
    rule = f"derivative of {function}" + (" and chain rule" if chained else "")
    return (add(*terms) if terms else ZERO), rule
