"""Parts of an expression replaced by others of the same shape."""

from __future__ import annotations

from collections.abc import Mapping

from symgrad.expression.arrays.rebuild import rebuilt
from symgrad.expression.arrays.tree import Array


def substituted(x: Array, values: Mapping[Array, Array]) -> Array:
    """Return `x` with every part that is a key of `values` replaced, through the constructors.

    >>> from symgrad.expression.arrays.build import add, mul

    >>> from symgrad.expression.arrays.leaves import name, num
    >>> a, b = name("a"), name("b")
    >>> substituted(add(a, b), {a: b}) == mul(num(2), b)
    True
    """
    if not values:
        return x
    done: dict[bytes, Array] = {}
    return _put(x, values, done)


def _put(x: Array, values: Mapping[Array, Array], done: dict[bytes, Array]) -> Array:
    found = values.get(x)
    if found is not None:
        return found
    if not x.args:
        return x
    # By identity of the formula, transposes told apart: equal keys have equal values.
    known = done.get(x.key)
    if known is None:
        parts = [_put(part, values, done) for part in x.args]
        same = all(a is b for a, b in zip(parts, x.args, strict=True))
        known = done[x.key] = x if same else rebuilt(x, parts)
    return known
