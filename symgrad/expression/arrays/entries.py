"""Derivatives of elementary functions of each entry, from the scalar table of functions."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from symgrad.errors import NotDifferentiable
from symgrad.expression.arrays import build, leaves
from symgrad.expression.arrays.tree import Array
from symgrad.expression.functions import record
from symgrad.expression.rebuilding import replaced
from symgrad.expression.slopes import slopes as known_slopes
from symgrad.expression.tree import (
    Add,
    Call,
    Compare,
    Constant,
    Derivative,
    Div,
    Expression,
    Logic,
    Mul,
    Neg,
    Number,
    Pow,
    Var,
)

OWN = -1


def from_scalar(e: Expression, operands: Mapping[str | int, Array]) -> Array:
    """Return a scalar tree as an array tree, its variables replaced by operands."""

    def of(part: Expression) -> Array:
        return from_scalar(part, operands)

    match e:
        case Number(value):
            return leaves.num(value)
        case Constant(name):
            return leaves.constant(name)
        case Var(key):
            return operands[key]
        case Add(terms):
            return build.add(*map(of, terms))
        case Neg(inner):
            return build.neg(of(inner))
        case Mul(factors):
            return build.mul(*map(of, factors))
        case Div(above, below):
            return build.div(of(above), of(below))
        case Pow(base, exponent):
            return build.pow_(of(base), of(exponent))
        case Call(
            "where", (condition, Number(Fraction(numerator=1, denominator=1)), Number() as z)
        ) if z.value == 0:
            tested = of(condition)
            return Array("fn", (tested,), "step", tested.shape)
        case Call(function, arguments):
            return build.fn(function, *map(of, arguments))
        case Compare(relation, left, right):
            return build.compare(relation, of(left), of(right))
        case Logic(operator, arguments):
            return build.logic(operator, [of(part) for part in arguments])
        case Derivative():
            raise NotDifferentiable("an unnamed derivative cannot stand in an array")


def slopes(x: Array) -> tuple[Array | None, ...] | Array:
    """Return the derivative of a function of each entry by each of its arguments.

    None stands for an argument without one (a condition). Where a function is differentiated
    through its definition, that is returned.
    """
    function = x.text
    if function == "step":
        return (None,)
    if function == "where":
        inner = x.args[0]
        first = Array("fn", (inner,), "step", inner.shape)
        return (None, first, build.sub(leaves.ONE, first))
    if function in {"max", "min"} and len(x.args) == 2:
        relation, opposite = (">=", "<") if function == "max" else ("<=", ">")
        return (
            build.step(x.args[0], relation, x.args[1]),
            build.step(x.args[0], opposite, x.args[1]),
        )
    keys = tuple(Var(i) for i in range(len(x.args)))
    operands: dict[str | int, Array] = dict(enumerate(x.args))
    operands[OWN] = x
    found = known_slopes(function, keys)
    if found is None:
        definition = record(function).definition
        if definition is None:
            raise NotDifferentiable(f"`{function}` has no derivative")
        return from_scalar(definition(keys), operands)
    whole = Call(function, keys)
    through = (replaced(slope, lambda part: Var(OWN) if part == whole else None) for slope in found)
    return tuple(from_scalar(slope, operands) for slope in through)
