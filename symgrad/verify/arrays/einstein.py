"""The summation convention: an index twice in a term, and not on the left, is summed over."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from symgrad.sources.arrays.meaning import Meaning
from symgrad.sources.arrays.tokens import Syntax


def with_sums(x: Syntax, kept: tuple[str, ...], meaning: Meaning) -> Syntax:
    """Return what is meant by that convention; `kept` are the indices of the left side."""
    if x.kind in {"add", "sub", "neg"}:
        return replace(x, args=tuple(with_sums(part, kept, meaning) for part in x.args))
    counts = _occurrences(x, meaning)
    repeated = tuple(letter for letter, n in counts.items() if n > 1 and letter not in kept)
    if not repeated:
        return x
    return Syntax("total", (x,), repeated, x.start, x.end)


def _occurrences(x: Syntax, meaning: Meaning) -> Counter[str]:
    """Return how often each index stands in a product; in a sum, in the term that has most."""
    match x.kind:
        case "name":
            word = str(x.data)
            found = None if meaning.look_up(word) is not None else meaning.subscripted(word)
            return Counter(found[1] if found is not None else ())
        case "index":
            return Counter(str(part.data) for part in x.args[1:] if part.kind == "name")
        case "add" | "sub":
            left, right = (_occurrences(part, meaning) for part in x.args)
            return left | right
        case "pow" | "hpow" | "total":
            inner = _occurrences(x.args[0], meaning)
            bound = x.data if x.kind == "total" and isinstance(x.data, tuple) else ()
            return Counter({letter: n for letter, n in inner.items() if letter not in bound})
        case _:
            total: Counter[str] = Counter()
            for part in x.args:
                total.update(_occurrences(part, meaning))
            return total


def _multiplied_out(x: Syntax) -> Syntax:
    """Return a product with a sum in brackets as a sum: its terms have fewer axes."""
    if x.kind == "div" and x.args[0].kind in {"add", "sub", "juxt", "mul", "dot", "mat"}:
        above = _multiplied_out(x.args[0])
        if above.kind in {"add", "sub"}:
            terms = [replace(x, args=(term, x.args[1])) for term in above.args]
            return replace(above, args=tuple(map(_multiplied_out, terms)), bracketed=False)
    if x.kind not in {"juxt", "mul", "dot", "mat"}:
        return x
    left, right = map(_multiplied_out, x.args)
    for at, part in enumerate((left, right)):
        if part.kind in {"add", "sub"}:
            terms = [replace(x, args=(left, term) if at else (term, right)) for term in part.args]
            return replace(part, args=tuple(map(_multiplied_out, terms)), bracketed=False)
    return replace(x, args=(left, right))


def along_direction(
    x: Syntax, letters: tuple[str, ...], way: str, kept: tuple[str, ...] = ()
) -> Syntax:
    """Return every term times the entry of a direction at `letters`, summed over them.

    Two derivatives with three axes or more are equal where their products with it are. Indices that
    the left side has on both sides, the `kept`, are not summed over.
    """
    x = _multiplied_out(x)
    if x.kind in {"add", "sub", "neg"}:
        return replace(x, args=tuple(along_direction(part, letters, way, kept) for part in x.args))
    x, own = _hoisted(x)
    names = tuple(Syntax("name", (), letter, x.start, x.end) for letter in letters)
    word = Syntax("name", (), way, x.start, x.end)
    entry = Syntax("index", (word, *names), None, x.start, x.end)
    product = Syntax("mul", (x, entry), None, x.start, x.end)
    over = (*(letter for letter in letters if letter not in kept), *own)
    return Syntax("total", (product,), over, x.start, x.end) if over else product


def _hoisted(x: Syntax) -> tuple[Syntax, tuple[str, ...]]:
    """Return a product without the sums that stand in it, and the indices of these."""
    if x.kind == "total" and len(x.args) == 1 and isinstance(x.data, tuple):
        body, inner = _hoisted(x.args[0])
        return body, (*x.data, *inner)
    if x.kind in {"juxt", "mul", "dot"}:
        (left, one), (right, other) = map(_hoisted, x.args)
        return replace(x, args=(left, right)), (*one, *other)
    return x, ()
