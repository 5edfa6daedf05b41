"""The order and the signs in which terms are written."""

from __future__ import annotations

from symgrad.expression.arrays import build
from symgrad.expression.arrays.powers import factors_of
from symgrad.expression.arrays.tree import Array


def signs_aligned(x: Array) -> Array:
    """Return a sum in which a factor b − a is −(a − b) where another term has the factor a − b."""
    seen: set[Array] = set()
    terms = []
    for term in x.args:
        parts = []
        for part in factors_of(term):
            turned = build.neg(part) if part.op == "add" else part
            if part.op == "add" and turned in seen:
                parts += [build.MINUS_ONE, turned]
                continue
            if part.op == "add":
                seen.add(part)
            parts.append(part)
        terms.append(build.mul(*parts) if len(parts) > len(factors_of(term)) else term)
    same = all(a is b for a, b in zip(terms, x.args, strict=True))
    return x if same else build.filled(build.add(*terms), x.shape)


def positive_first(x: Array) -> Array:
    """Return a sum that begins with a term that is not subtracted, if there is one."""
    x = centred(x)
    if x.op != "add" or build.split_number(x.args[0])[0] > 0:
        return x
    for i, term in enumerate(x.args):
        if build.split_number(term)[0] > 0:
            return Array("add", (term, *x.args[:i], *x.args[i + 1 :]), None, x.shape)
    return x


def centred(x: Array) -> Array:
    """Return a sum in which −mean(t) stands right behind t."""
    if x.op != "add" or len(x.args) < 3:
        return x
    terms = list(x.args)
    for term in x.args:
        factor, rest = build.split_number(term)
        for axis in (None,) if len(x.shape) < 2 else (0, 1, None):
            mean = build.mean(rest, axis)
            if mean.shape != x.shape:
                mean = build.expand(mean, 1 - int(axis or 0), x.shape) if mean.shape else mean
            wanted = build.scaled(-factor, mean)
            if wanted in terms:
                terms.remove(wanted)
                terms.insert(terms.index(term) + 1, wanted)
                break
    return Array("add", tuple(terms), None, x.shape)
