"""What is never below zero, by how it is written."""

from __future__ import annotations

from symgrad.expression.arrays.tree import Array

_POSITIVE = frozenset(("exp", "abs", "sigmoid", "softplus", "cosh", "relu", "step"))


def not_negative(x: Array) -> bool:
    """Tell whether no entry of an expression is below zero; False where it does not show.

    >>> from symgrad.expression.arrays.leaves import TWO, name

    >>> from symgrad.expression.arrays.build import add, pow_
    >>> not_negative(add(pow_(name("x"), TWO), TWO)), not_negative(name("x"))
    (True, False)
    """
    match x.op:
        case "num":
            return x.value >= 0
        case "size" | "ones" | "eye" | "zeros" | "softmax":
            return True
        case "name":
            return x.facts.positive or x.facts.mask
        case "fn":
            return x.text in _POSITIVE
        case "pow":
            exponent = x.args[1]
            even = exponent.op == "num" and exponent.value.numerator % 2 == 0
            root = exponent.op == "num" and exponent.value.denominator % 2 == 0
            return even or root or not_negative(x.args[0])
        case "add" | "mul" | "sum" | "expand" | "T" | "diag" | "diagonal" | "most" | "least":
            return all(map(not_negative, x.args))
        case _:
            return False
