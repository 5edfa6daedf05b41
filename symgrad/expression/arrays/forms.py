"""The shortest of the equal forms of an expression: multiplied out, factored, names put in."""

from __future__ import annotations

from collections.abc import Callable

from symgrad.expression.arrays import build
from symgrad.expression.arrays.cost import cost
from symgrad.expression.arrays.factoring import factored
from symgrad.expression.arrays.ordering import positive_first
from symgrad.expression.arrays.rebuild import rebuilt
from symgrad.expression.arrays.spreading import distributed
from symgrad.expression.arrays.tree import Array, walk

_MAX_SPREAD = 40.0  # the cost up to which an expression is multiplied out
Step = Callable[[Array], Array]


def shortest(x: Array, fold: Step) -> Array:
    """Return the shortest of the equal forms of an expression, the one as built if there are two.

    Args:
        x: an expression.
        fold: puts names in for what they stand for.
    """
    seen: dict[Array, Array] = {}
    return _shortest(x, fold, seen)


def _shortest(x: Array, fold: Step, seen: dict[Array, Array]) -> Array:
    found = seen.get(x)
    if found is not None:
        return found
    made = x
    if x.args:
        parts = [_shortest(part, fold, seen) for part in x.args]
        if any(a is not b for a, b in zip(parts, x.args, strict=True)):
            made = rebuilt(x, parts)
    made = fold(made)
    best = made
    many = any(part.op == "add" for part in walk(made))
    if many and made.op in {"add", "mul", "chain", "sum", "trace", "T"}:
        spread = distributed(made) if cost(made) < _MAX_SPREAD else made
        deep: dict[Array, Array] = {}
        folded = named_in(spread, fold, deep)
        together = named_in(factored(folded), fold, deep)
        for candidate in (factored(made), together, folded, factored(together)):
            ordered = positive_first(candidate)
            if cost(ordered) < cost(best) - 1e-9:
                best = ordered
        if best is not made and best.op != "add":  # its parts are new, and may be shorter yet
            parts = [_shortest(part, fold, seen) for part in best.args]
            if any(a is not b for a, b in zip(parts, best.args, strict=True)):
                again = fold(rebuilt(best, parts))
                best = again if cost(again) < cost(best) - 1e-9 else best
    best = positive_first(best)
    other = _other_way(best)
    if other is not None and cost(other) < cost(best) - 1e-9:
        best = other
    seen[x] = best
    return best


def _other_way(x: Array) -> Array | None:
    """Return Aᵀ ⊙ Bᵀ + Cᵀ as (A ⊙ B + C)ᵀ, and (Mᵀu)·(Nv) as uᵀMNv; None for anything else."""
    if x.op in {"add", "mul"} and len(x.shape) == 2:
        return build.transposed(factored(build.transposed(x)))
    if x.op == "sum" and len(x.args[0].shape) == 1 and x.args[0].op == "mul":
        parts = x.args[0].args
        if len(parts) == 2 and all(part.op == "chain" for part in parts):
            first = min(parts, key=lambda part: sum(p.op == "T" for p in part.args))
            last = parts[1] if first is parts[0] else parts[0]
            return build.chain(build.transposed(last), first)
    return None


def named_in(x: Array, fold: Step, seen: dict[Array, Array]) -> Array:
    """Return an expression with names put in at every level, from the inside out."""
    if not x.args:
        return x
    found = seen.get(x)
    if found is None:
        parts = [named_in(part, fold, seen) for part in x.args]
        same = all(a is b for a, b in zip(parts, x.args, strict=True))
        found = seen[x] = fold(x if same else rebuilt(x, parts))
    return found
