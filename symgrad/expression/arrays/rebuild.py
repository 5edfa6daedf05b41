"""An operation at other operands, by the constructors."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from symgrad.expression.arrays.build import (
    ENTRYWISE,
    chain,
    diag,
    diagonal,
    entrywise,
    expand,
    filled,
    inverse,
    lse,
    most,
    pad,
    part_of,
    scalar_of_matrix,
    softmax,
    stack,
    sum_,
    trace,
    transposed,
)
from symgrad.expression.arrays.tree import Array

REBUILD: dict[str, Callable[[Array, Sequence[Array]], Array]] = {
    "chain": lambda x, args: chain(*args),
    "T": lambda x, args: transposed(args[0]),
    "inv": lambda x, args: inverse(args[0]),
    "sum": lambda x, args: sum_(args[0], x.axis),
    "most": lambda x, args: most(args[0], x.axis, "most"),
    "least": lambda x, args: most(args[0], x.axis, "least"),
    "expand": lambda x, args: expand(args[0], x.along, x.shape),
    "diag": lambda x, args: diag(args[0]),
    "diagonal": lambda x, args: diagonal(args[0]),
    "trace": lambda x, args: trace(args[0]),
    "det": lambda x, args: scalar_of_matrix("det", args[0]),
    "logdet": lambda x, args: scalar_of_matrix("logdet", args[0]),
    "softmax": lambda x, args: softmax(args[0], x.axis),
    "lse": lambda x, args: lse(args[0], x.axis),
    "stack": lambda x, args: stack(args, x.along),
    "slice": lambda x, args: part_of(args[0], *x.cut),
    "pad": lambda x, args: pad(args[0], *x.cut),
}


def rebuilt(x: Array, args: Sequence[Array]) -> Array:
    """Return the operation of `x` at other operands of the same shapes, by the constructors."""
    if not args:
        return x
    if x.op in ENTRYWISE:
        made = entrywise(x, args)
        return filled(made, x.shape)
    return REBUILD[x.op](x, args)


def rebuilt_free(x: Array, args: Sequence[Array]) -> Array:
    """Return the operation of `x` at operands of other shapes, where it takes its own from them."""
    if x.op in ENTRYWISE:
        return entrywise(x, args)
    return REBUILD[x.op](x, args)
