"""The order and the signs in which terms are written."""

from __future__ import annotations

from symgrad.expression.arrays import build, leaves
from symgrad.expression.arrays.powers import factors_of
from symgrad.expression.arrays.tree import Array


def signs_aligned(x: Array) -> Array:
    """Return a sum in which a factor b − a is −(a − b) where another term has the factor a − b.

    So is the square of one: (1 − h)² + h(h − 1) is (1 − h)² − h(1 − h).
    """
    seen: set[Array] = set()
    terms = []
    for term in x.args:
        parts = []
        for part in factors_of(term):
            base, times = base_and_power(part)
            turned = build.neg(base) if base.op == "add" else base
            if base.op == "add" and turned in seen:
                sign = leaves.MINUS_ONE if times % 2 else leaves.ONE
                parts += [sign, build.pow_(turned, leaves.num(times))]
                continue
            if base.op == "add":
                seen.add(base)
            parts.append(part)
        terms.append(build.mul(*parts) if len(parts) > len(factors_of(term)) else term)
    same = all(a is b for a, b in zip(terms, x.args, strict=True))
    return x if same else build.filled(build.add(*terms), x.shape)


def base_and_power(part: Array) -> tuple[Array, int]:
    """Return the sum that a factor is a whole power of, and the exponent."""
    if part.op == "pow" and part.args[1].op == "num" and part.args[1].value.denominator == 1:
        return part.args[0], int(part.args[1].value)
    return part, 1


def positive_first(x: Array) -> Array:
    """Return a sum that begins with a term that is not subtracted, if there is one.

    Of a product every sum among its factors does.
    """
    if x.op == "mul":
        parts = [positive_first(part) if part.op == "add" else part for part in x.args]
        same = all(a is b for a, b in zip(parts, x.args, strict=True))
        return x if same else Array("mul", tuple(parts), x.data, x.shape)
    x = centred(x)
    if x.op != "add" or leaves.split_number(x.args[0])[0] > 0:
        return x
    for i, term in enumerate(x.args):
        if leaves.split_number(term)[0] > 0:
            return Array("add", (term, *x.args[:i], *x.args[i + 1 :]), None, x.shape)
    return x


def centred(x: Array) -> Array:
    """Return a sum in which −mean(t) stands right behind t."""
    if x.op != "add" or len(x.args) < 3:
        return x
    terms = list(x.args)
    for term in x.args:
        factor, rest = leaves.split_number(term)
        for axis in (None,) if len(x.shape) < 2 else (0, 1, None):
            mean = build.mean(rest, axis)
            if mean.shape != x.shape:
                mean = build.expand(mean, 1 - int(axis or 0), x.shape) if mean.shape else mean
            wanted = leaves.scaled(-factor, mean)
            if wanted in terms:
                terms.remove(wanted)
                terms.insert(terms.index(term) + 1, wanted)
                break
    return Array("add", tuple(terms), None, x.shape)
