"""How much there is to read in an expression."""

from __future__ import annotations

from symgrad.expression.tree import Add, Call, Expression, Mul, Number, Pow, children


def cost(expression: Expression) -> int:
    """Return how much there is to read: operations and leaves, a function call counting three."""
    total = 0
    stack = [expression]
    while stack:
        part = stack.pop()
        match part:
            case Add(parts) | Mul(parts):
                total += len(parts) - 1
                stack += parts
            case Call(_, parts):
                total += 3
                stack += parts
            case Pow(base, Number(value)) if value.denominator == 1:
                total += 1
                stack.append(base)
            case Pow():
                total += 2
                stack += children(part)
            case _:
                total += 1
                stack += children(part)
    return total
