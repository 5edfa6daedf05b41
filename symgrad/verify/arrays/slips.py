"""What went wrong in a refuted claim: the slips of matrix calculus, tried one after the other."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise, permutations

from symgrad.expression.arrays import build, leaves
from symgrad.expression.arrays.balls import Unknown
from symgrad.expression.arrays.print_text import TextPrinter
from symgrad.expression.arrays.rebuild import rebuilt
from symgrad.expression.arrays.size import UNIT, shape_text
from symgrad.expression.arrays.spreading import distributed
from symgrad.expression.arrays.tree import Array, Facts, walk
from symgrad.verify.arrays.proving import ArrayOutcome, Decider
from symgrad.verify.model import Diagnosis

_MOST = 60
_NUMBERS = tuple(
    Fraction(a, b) for a, b in ((2, 1), (1, 2), (-2, 1), (-1, 2), (4, 1), (1, 4), (3, 1))
)


def diagnosed(
    decider: Decider, yours: Array, right: Array, outcome: ArrayOutcome, printer: TextPrinter
) -> Diagnosis:
    """Return the slip that explains a wrong claim, or the kind `other`."""
    shown = printer.expression(decider.shortest(right))
    for count, (kind, text, repaired) in enumerate(_repairs(yours, right, decider)):
        if count > _MOST:
            break
        if repaired.shape == right.shape and _same(decider, repaired, right):
            return Diagnosis(kind, text, shown, None, outcome.yours, outcome.right, outcome.witness)
    text = f"the right side should be {shown}"
    return Diagnosis("other", text, shown, None, outcome.yours, outcome.right, outcome.witness)


def _same(decider: Decider, a: Array, b: Array) -> bool:
    seen = 0
    for point in decider.drawn:
        try:
            if decider.difference(a, b, point) is not None:
                return False
        except (Unknown, ZeroDivisionError, ValueError, IndexError, TypeError):
            continue
        seen += 1
    return seen > 1


def _repairs(yours: Array, right: Array, decider: Decider) -> Iterator[tuple[str, str, Array]]:
    yield "sign", "the sign is wrong", build.neg(yours)
    for number in _NUMBERS:
        kind = "factor" if number > 0 else "sign"
        yield kind, f"the factor {number} is missing", leaves.scaled(number, yours)
    if len(yours.shape) == 2 and yours.shape[0] == yours.shape[1]:
        yield "transposed", "it is transposed", build.transposed(yours)
    yield from _missing_sums(yours, right)
    yield from _orders(yours)
    yield from _dropped(yours, right)
    yield from _symmetric(yours, right)
    for size in decider.graph.sizes:
        from symgrad.expression.arrays.size import named  # noqa: PLC0415

        n = leaves.length(named(size))
        yield "factor", f"the factor 1/{size} is missing", build.div(yours, n)
        yield "factor", f"the factor {size} is missing", build.mul(n, yours)


def _missing_sums(yours: Array, right: Array) -> Iterator[tuple[str, str, Array]]:
    """Yield the sums over samples that are left out where a mean or one entry was written."""
    for part in walk(right):
        if part.op == "sum" and part.args[0] == yours:
            yield "missing_sum_over_samples", "the sum over the samples is missing", right


def _orders(yours: Array) -> Iterator[tuple[str, str, Array]]:
    """Yield products in other orders, and matrix products for those of each entry."""
    for part in walk(yours):
        if part.op == "chain" and 2 <= len(part.args) <= 4:
            for order in list(permutations(part.args))[1:]:
                if _fits(order) and build.chain(*order).shape == part.shape:
                    text = "the factors of the matrix product stand in the wrong order"
                    yield "product_order", text, _replaced(yours, part, build.chain(*order))
            for i, factor in enumerate(part.args):
                if (
                    len(factor.shape) == 2
                    and UNIT not in factor.shape
                    and factor.shape[0] == factor.shape[1]
                ):
                    turned = [*part.args[:i], build.transposed(factor), *part.args[i + 1 :]]
                    yield (
                        "transposed",
                        "a factor is transposed",
                        _replaced(yours, part, build.chain(*turned)),
                    )
        arrays = [p for p in part.args if p.shape] if part.op == "mul" else []
        if (
            len(arrays) == 2
            and all(len(p.shape) == 2 for p in arrays)
            and part.shape[0] == part.shape[1]
        ):
            scalars = [p for p in part.args if not p.shape]
            for pair in (arrays, arrays[::-1]):
                made = build.mul(*scalars, build.chain(*pair))
                text = "the product of each entry stands for the matrix product"
                yield "hadamard_for_product", text, _replaced(yours, part, made)


def _fits(order: tuple[Array, ...]) -> bool:
    return all(build.right_of(a) == build.left_of(b) for a, b in pairwise(order))


def _dropped(yours: Array, right: Array) -> Iterator[tuple[str, str, Array]]:
    """Yield the claim with a term of the right answer added."""
    for whole in (right, distributed(right)):
        if whole.op != "add":
            continue
        for term in whole.args:
            _, rest = leaves.split_number(term)
            simple = rest.op == "mul" and all(p.op in {"name", "num"} for p in rest.args)
            kind = "missing_regularization" if simple else "dropped_term"
            yield kind, "a term is missing", build.add(yours, build.filled(term, whole.shape))


def _symmetric(yours: Array, right: Array) -> Iterator[tuple[str, str, Array]]:
    """Yield the right answer where the claim would hold for a symmetric matrix."""
    names = {part for part in walk(right) if part.op == "name" and len(part.shape) == 2}
    for x in sorted(names, key=lambda part: part.text):
        if x.shape[0] != x.shape[1] or x.facts.symmetric:
            continue
        assumed = leaves.name(x.text, x.shape, Facts(symmetric=True))
        if leaves.is_zero(
            distributed(build.sub(_assuming(yours, assumed), _assuming(right, assumed)))
        ):
            text = f"it holds for a symmetric `{x.text}` only, and `{x.text}` is not said to be"
            yield "symmetric_assumed", text, right


def _assuming(x: Array, name: Array) -> Array:
    """Return an expression in which a name is known to be symmetric."""
    if x.op == "name":
        return name if x == name else x
    if not x.args:
        return x
    return rebuilt(x, [_assuming(part, name) for part in x.args])


def _replaced(x: Array, old: Array, new: Array) -> Array:
    if x is old:
        return new
    if not x.args:
        return x
    parts = [_replaced(part, old, new) for part in x.args]
    if all(a is b for a, b in zip(parts, x.args, strict=True)):
        return x
    return rebuilt(x, parts)


__all__ = ["diagnosed", "shape_text"]
