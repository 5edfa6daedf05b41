"""Products of matrices as words: sums of them with inverses are shown to vanish.

With M = I + HᵀH, HᵀH M⁻¹ is I − M⁻¹: the longest word of a matrix beside its inverse is written by
its other words. A difference that is not zero by that is multiplied by the matrices whose inverses
stand at its ends, (I + HᵀH)⁻¹Hᵀ − Hᵀ(I + HHᵀ)⁻¹ by I + HᵀH: they are regular where it has a value.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

from symgrad.expression.arrays import build, leaves
from symgrad.expression.arrays.spreading import distributed
from symgrad.expression.arrays.substitute import substituted
from symgrad.expression.arrays.tree import Array, walk

_MOST_WORDS = 60
_MOST_STEPS = 400
_MOST_ENDS = 4
Word = tuple[Array, ...]
Sum = dict[Word, Array]


class _TooLong(Exception):
    """More words than anyone writes."""


def cancels(difference: Array, deadline: float) -> bool:
    """Tell whether a difference of matrices with inverses of sums vanishes for all sizes.

    >>> from symgrad.expression.arrays.build import add, chain, inverse, sub, transposed

    >>> from symgrad.expression.arrays.leaves import eye, name
    >>> from symgrad.expression.arrays.size import named
    >>> h = name("H", (named("m"), named("n")))
    >>> one, other = (chain(a, b) for a, b in ((transposed(h), h), (h, transposed(h))))
    >>> left = chain(inverse(add(eye(named("n")), one)), transposed(h))
    >>> right = chain(transposed(h), inverse(add(eye(named("m")), other)))
    >>> cancels(sub(left, right), time.process_time() + 5), cancels(left, time.process_time() + 5)
    (True, False)
    """
    if not any(
        part.op == "inv" and part.args[0].op in {"add", "chain"} for part in walk(difference)
    ):
        return False
    try:
        words = _Words(deadline)
        if any(part.op == "trace" for part in walk(difference)):
            difference = distributed(words.turned(difference))
        return leaves.is_zero(difference) or words.vanishes(difference)
    except _TooLong:
        return False


class _Words:
    """The words of one question; inverses of equal matrices are one letter."""

    def __init__(self, deadline: float) -> None:
        self.deadline = deadline
        self.letters: dict[frozenset[tuple[Word, Array]], Array] = {}
        self.matrices: dict[Array, Sum] = {}

    def vanishes(self, x: Array) -> bool:
        """Tell whether the words of an expression cancel, at its ends multiplied where need be."""
        found = self.reduced(self.words(x))
        for _ in range(_MOST_ENDS):
            if not found:
                return True
            matrix = next(self.at_ends(found), None)
            if matrix is None:
                return False
            letter, left = matrix
            product: Sum = {}
            for word, number in self.matrices[letter].items():
                for other, factor in found.items():
                    whole = (*word, *other) if left else (*other, *word)
                    _add(product, whole, build.mul(number, factor))
            found = self.reduced(product)
        return not found

    def turned(self, x: Array) -> Array:
        """Return an expression in which tr(X M⁻¹Xᵀ) is tr(M⁻¹XᵀX), shorter if it can be."""
        found: dict[Array, Array] = {}
        for part in walk(x):
            if part.op == "trace" and part not in found:
                inner = distributed(part.args[0])
                terms = inner.args if inner.op == "add" else (inner,)
                found[part] = build.add(*map(self.trace, terms))
        return substituted(x, found) if found else x

    def trace(self, term: Array) -> Array:
        """Return the trace of a product, turned until an inverse meets its matrix."""
        scalars = [part for part in term.args if not part.shape] if term.op == "mul" else []
        body = build.mul(*(part for part in term.args if part.shape)) if scalars else term
        factors = body.args if body.op == "chain" else ()
        for at, letter in enumerate(factors):
            for cut in (at, at + 1) if letter.op == "inv" else ():
                around = build.chain(*factors[cut:], *factors[:cut])
                words = self.words(around)
                less = self.reduced(dict(words))
                if less != words:
                    size = around.shape[0]
                    made = (
                        build.mul(n, build.chain(*word) if word else leaves.eye(size))
                        for word, n in less.items()
                    )
                    return build.mul(*scalars, build.add(*map(build.trace, made)))
        return build.trace(term)

    def at_ends(self, found: Sum) -> Iterator[tuple[Array, bool]]:
        """Yield the inverses of sums at the left ends of words, then those at the right ends."""
        for left in (True, False):
            for word in found:
                letter = word[0 if left else -1] if word else None
                if letter is not None and len(self.matrices.get(letter, ())) > 1:
                    yield letter, left

    def words(self, x: Array) -> Sum:
        """Return an expression as a sum of words, each with the number in front of it."""
        x = distributed(x)
        found: Sum = {}
        for term in x.args if x.op == "add" else (x,):
            term = build.filled(term, x.shape)  # noqa: PLW2901
            scalars = [part for part in term.args if not part.shape] if term.op == "mul" else []
            arrays = [part for part in term.args if part.shape] if scalars else [term]
            body = build.mul(*arrays)
            factors = body.args if body.op == "chain" else (body,)
            parts = [part for factor in factors for part in _unscaled(factor)]
            word = tuple(self.letter(part) for part in parts if part.op != "eye")
            _add(found, word, build.mul(*scalars) if scalars else leaves.ONE)
        return found

    def letter(self, x: Array) -> Array:
        """Return a factor as a letter, and learn what it is the inverse of."""
        if x.op != "inv" or x in self.matrices:
            return x
        matrix = self.words(x.args[0])
        same = self.letters.setdefault(frozenset(matrix.items()), x)
        self.matrices[same] = matrix
        return same

    def reduced(self, found: Sum) -> Sum:
        """Return a sum in which no word of a matrix that is its longest touches the inverse."""
        todo, done = dict(found), Sum()
        for _ in range(_MOST_STEPS):
            if not todo:
                return done
            if len(todo) + len(done) > _MOST_WORDS or time.process_time() > self.deadline:
                break
            word, number = todo.popitem()
            again = self.rewritten(word)
            if again is None:
                _add(done, word, number)
                continue
            for other, factor in again.items():
                _add(todo, other, build.mul(number, factor))
        raise _TooLong

    def rewritten(self, word: Word) -> Sum | None:
        """Return a word that has a longest word beside its inverse by the others, or None."""
        for at, letter in enumerate(word):
            matrix = self.matrices.get(letter)
            if not matrix:
                continue
            lead = max(matrix, key=lambda w: (len(w), [part.key for part in w]))
            size = len(lead)
            for left in (True, False):
                start = at - size if left else at + 1
                if not size or start < 0 or word[start : start + size] != lead:
                    continue
                front, behind = word[: min(start, at)], word[max(start + size, at + 1) :]
                below = build.pow_(matrix[lead], leaves.MINUS_ONE)
                found: Sum = {(*front, *behind): below}
                for other, number in matrix.items():
                    if other != lead:
                        middle = (*other, letter) if left else (letter, *other)
                        factor = build.neg(build.mul(number, below))
                        _add(found, (*front, *middle, *behind), factor)
                return found
        return None


def _unscaled(x: Array) -> tuple[Array, ...]:
    """Return diag(v) and M for a matrix whose rows are scaled by v, and for a vector v ⊙ Mu."""
    if x.op != "mul":
        return (x,)
    if len(x.shape) == 1:
        chains = [part for part in x.args if part.op == "chain"]
        if len(chains) != 1 or any(part.shape != x.shape for part in x.args):
            return (x,)
        rest = build.mul(*(part for part in x.args if part is not chains[0]))
        return build.diag(rest), *chains[0].args
    rows = [part.args[0] for part in x.args if part.op == "expand" and part.along == 0]
    columns = [part.args[0] for part in x.args if part.op == "expand" and part.along == 1]
    others = [part for part in x.args if part.op != "expand"]
    if len(others) != 1 or not (rows or columns):
        return (x,)
    inner = others[0].args if others[0].op == "chain" else (others[0],)
    left = (build.diag(build.mul(*rows)),) if rows else ()
    return *left, *inner, *((build.diag(build.mul(*columns)),) if columns else ())


def _add(found: Sum, word: Word, number: Array) -> None:
    total = build.add(found[word], number) if word in found else number
    if leaves.is_zero(total):
        found.pop(word, None)
    else:
        found[word] = total
