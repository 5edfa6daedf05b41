"""The vector-Jacobian product of each operation: one row a kind of node."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from symgrad.expression.arrays import build, leaves
from symgrad.expression.arrays.entries import slopes
from symgrad.expression.arrays.leaves import MINUS_ONE, ONE, ZERO
from symgrad.expression.arrays.size import Shape, Size
from symgrad.expression.arrays.tree import Array

Pulled = Iterator[tuple[Array, Array]]


def _fitted(adjoint: Array, local: Array, operand: Array, shape: Shape) -> Array:
    """Return adjoint ⊙ local in the shape of the operand: summed where a number was spread out."""
    if operand.shape or not shape:
        return build.mul(adjoint, local)
    inside = [part for part in (local, adjoint) if part.shape]
    if not inside:
        return ZERO
    # What is summed reads from the inside out: D ⊙ K ⊙ δ.
    above = reversed(adjoint.args) if adjoint.op == "mul" else (adjoint,)
    return build.sum_(build.mul(leaves.ones(shape), local, *above), None)


def _add(x: Array, adjoint: Array) -> Pulled:
    for term in x.args:
        yield term, _fitted(adjoint, ONE, term, x.shape)


def _mul(x: Array, adjoint: Array) -> Pulled:
    for i, factor in enumerate(x.args):
        if factor.op not in {"num", "const", "size"}:
            others = build.mul(*x.args[:i], *x.args[i + 1 :])
            yield factor, _fitted(adjoint, others, factor, x.shape)


def _pow(x: Array, adjoint: Array) -> Pulled:
    base, exponent = x.args
    lowered = build.pow_(base, build.add(exponent, MINUS_ONE))
    yield base, _fitted(adjoint, build.mul(exponent, lowered), base, x.shape)
    if exponent.op not in {"num", "const", "size"}:
        yield exponent, _fitted(adjoint, build.mul(x, build.fn("log", base)), exponent, x.shape)


def _fn(x: Array, adjoint: Array) -> Pulled:
    found = slopes(x)
    if isinstance(found, Array):
        yield found, adjoint
        return
    for part, slope in zip(x.args, found, strict=True):
        if slope is not None and not leaves.is_zero(slope):
            yield part, _fitted(adjoint, slope, part, x.shape)


def _chain(x: Array, adjoint: Array) -> Pulled:
    for i, factor in enumerate(x.args):
        before = [build.transposed(part) for part in reversed(x.args[:i])]
        after = [build.transposed(part) for part in reversed(x.args[i + 1 :])]
        if x.shape:
            # A factor that is a column ends the product: what came after it is no factor.
            yield factor, build.chain(*before, adjoint, *after)
        else:
            yield factor, build.mul(adjoint, build.chain(*before, *after))


def _transpose(x: Array, adjoint: Array) -> Pulled:
    yield x.args[0], build.transposed(adjoint)


def _inverse(x: Array, adjoint: Array) -> Pulled:
    back = build.transposed(x)
    yield x.args[0], build.neg(build.chain(back, adjoint, back))


def _spread(adjoint: Array, axis: int | None, shape: Shape) -> Array:
    """Return what is the same along an axis in the whole shape."""
    if axis is None or len(shape) == 1:
        return build.filled(adjoint, shape)
    return build.expand(adjoint, 1 - axis, shape)


def _sum(x: Array, adjoint: Array) -> Pulled:
    yield x.args[0], _spread(adjoint, x.axis, x.args[0].shape)


def _extreme(x: Array, adjoint: Array) -> Pulled:
    inner = x.args[0]
    chosen = build.step(inner, "==", _spread(x, x.axis, inner.shape) if x.shape else x)
    yield inner, build.mul(_spread(adjoint, x.axis, inner.shape), chosen)


def _expand(x: Array, adjoint: Array) -> Pulled:
    yield x.args[0], build.sum_(adjoint, 1 - x.along)


def _diag(x: Array, adjoint: Array) -> Pulled:
    yield x.args[0], build.diagonal(adjoint)


def _diagonal(x: Array, adjoint: Array) -> Pulled:
    yield x.args[0], build.diag(adjoint)


def _trace(x: Array, adjoint: Array) -> Pulled:
    yield x.args[0], build.mul(adjoint, leaves.eye(x.args[0].shape[0]))


def _det(x: Array, adjoint: Array) -> Pulled:
    inner = x.args[0]
    yield inner, build.mul(adjoint, x, build.transposed(build.inverse(inner)))


def _logdet(x: Array, adjoint: Array) -> Pulled:
    yield x.args[0], build.mul(adjoint, build.transposed(build.inverse(x.args[0])))


def _softmax(x: Array, adjoint: Array) -> Pulled:
    # The product is formed first, so that with a cross-entropy 1/p meets p.
    product = build.mul(x, adjoint)
    total = _spread(build.sum_(product, x.axis), x.axis, x.shape)
    yield x.args[0], build.sub(product, build.mul(x, total))


def _lse(x: Array, adjoint: Array) -> Pulled:
    inner = x.args[0]
    yield inner, build.mul(_spread(adjoint, x.axis, inner.shape), build.softmax(inner, x.axis))


def _stack(x: Array, adjoint: Array) -> Pulled:
    at = Size()
    for part in x.args:
        stop = at + part.shape[x.along]
        yield part, build.part_of(adjoint, x.along, at, stop)
        at = stop


def _slice(x: Array, adjoint: Array) -> Pulled:
    axis, start, _ = x.cut
    yield x.args[0], build.pad(adjoint, axis, start, x.args[0].shape[axis])


def _pad(x: Array, adjoint: Array) -> Pulled:
    axis, start, _ = x.cut
    yield x.args[0], build.part_of(adjoint, axis, start, start + x.args[0].shape[axis])


ROWS: dict[str, Callable[[Array, Array], Pulled]] = {
    "add": _add, "mul": _mul, "pow": _pow, "fn": _fn,
    "chain": _chain, "T": _transpose, "inv": _inverse,
    "sum": _sum, "most": _extreme, "least": _extreme, "expand": _expand,
    "diag": _diag, "diagonal": _diagonal, "trace": _trace, "det": _det, "logdet": _logdet,
    "softmax": _softmax, "lse": _lse, "stack": _stack, "slice": _slice, "pad": _pad,
}  # fmt: skip


def pulled_back(x: Array, adjoint: Array, found: dict[str, list[Array]]) -> None:
    """Add to `found` what an expression with this adjoint contributes to the names in it."""
    stack = [(x, adjoint)]
    while stack:
        node, above = stack.pop()
        if leaves.is_zero(above) or (above.op == "T" and leaves.is_zero(above.args[0])):
            continue
        if node.op == "name":
            found.setdefault(node.text, []).append(above)
            continue
        row = ROWS.get(node.op)
        if row is not None:
            stack.extend(reversed(list(row(node, above))))
