"""Matrices that are not used any more give their memory to the one that is computed from them.

A new matrix of a megabyte costs as much as the arithmetic that fills it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from symgrad.expression.arrays import build, leaves
from symgrad.expression.arrays.quotients import quotient_of
from symgrad.expression.arrays.tree import Array, names_in, walk
from symgrad.targets.arrays.statements import ArrayAssignment

_VIEWS = frozenset(("name", "T", "slice", "diagonal", "expand", "stack"))
_KEEPS_INTEGERS = frozenset(("abs", "sign", "max", "min", "relu", "where", "step"))


def reused(rows: Sequence[ArrayAssignment], kept: Mapping[str, object]) -> dict[str, Array]:
    """Return for assignments the matrix that they may overwrite: an operand in its last use.

    That is one of the rows, made there and of doubles whatever is given; the names in `kept` are
    results. No other row is a view of it.
    """
    last: dict[str, int] = {}
    for at, row in enumerate(rows):
        last |= dict.fromkeys(names_in(row.tree), at)
    viewed = {
        name for row in rows if row.tree.op in _VIEWS for name in names_in(row.tree)
    } | kept.keys()
    floats: set[str] = set()
    found: dict[str, Array] = {}
    for at, row in enumerate(rows):
        tree = row.tree
        if len(tree.shape) == 2 and tree.op in {"mul", "add"} and row.name not in kept:
            for part in tree.args:
                own = part.text if part.op == "name" and part.shape == tree.shape else ""
                once = sum(p == part for p in walk(tree)) == 1
                if own in floats and own not in viewed and last[own] == at and once:
                    found[row.name] = part
                    break
        if is_float(tree, floats):
            floats.add(row.name)
    return found


def is_float(x: Array, floats: set[str]) -> bool:
    """Tell whether a value is of doubles, even if all inputs are whole numbers."""
    match x.op:
        case "name":
            return x.text in floats
        case "num":
            return x.value.denominator > 1
        case "const" | "softmax" | "lse" | "inv" | "det" | "logdet":
            return True
        case "pow":
            exponent = x.args[1]
            below = exponent.op != "num" or exponent.value < 0 or exponent.value.denominator > 1
            return below or is_float(x.args[0], floats)
        case "fn" if x.data not in _KEEPS_INTEGERS:
            return True
        case _:
            return any(is_float(part, floats) for part in x.args)


def written_over(tree: Array, own: Array, code: Callable[[Array], str]) -> str:
    """Return the code of a product, a quotient or a sum that is written over its operand `own`."""
    word = code(own)
    others = [part for part in tree.args if part != own]
    if tree.op == "add":
        rest = build.add(*others)
        if len(others) == 1 and leaves.split_number(others[0])[0] < 0:
            return f"np.subtract({word}, {code(build.neg(rest))}, out={word})"
        return f"np.add({word}, {code(rest)}, out={word})"
    quotient = quotient_of(tree)
    if quotient.above == (own,) and quotient.below and not quotient.negative:
        below = build.mul(*quotient.below)
        return f"np.divide({word}, {code(below)}, out={word})"
    return f"np.multiply({word}, {code(build.mul(*others))}, out={word})"
