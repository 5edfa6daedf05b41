"""Sums and products over an index: written out over the names that occur, or over the samples.

Where the graph has `x_1, x_2, …`, `\\sum_{i=1}^m (h_i - y_i) x_i` is written out. Where x is data,
a value for each sample, the sum is m times its term (the mean over samples is this language's own
reading of an objective), which is the same as long as the formula is linear in its sums.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import NamedTuple

from symgrad.derivation.analysis import depends_on_data
from symgrad.derivation.calculus import gradient_of
from symgrad.expression.tree import (
    ZERO,
    Add,
    Expression,
    Mark,
    Mul,
    Number,
    Var,
    substitute,
    variables,
)
from symgrad.sources import lexer
from symgrad.verify.reading.families import FamilyParser
from symgrad.verify.reading.indices import (
    MAX_VALUES,
    SAMPLE,
    bound,
    is_sample,
    letters_of,
    values_of,
)

_MOST_TERMS = 2_000
_NO_LETTER = "·"
MEANS = frozenset(("mean", "avg", "average", "Mean"))
_OPEN = frozenset(("*", "/", "^", "(", "∑", "∏", "]"))


class Range(NamedTuple):
    """What stands below and above a sum: its letters, from, to, and letters that differ."""

    letters: tuple[str, ...]
    first: str = ""
    last: tuple[str, ...] = ()
    unequal: tuple[tuple[str, str], ...] = ()


def letters_of_members(tokens: Sequence[str]) -> tuple[str, ...]:
    """Return the index of `x_i, y_i ∈ D`: the sum runs over it.

    >>> letters_of_members(["x_i", ",", "y_i"]), letters_of_members(["i"])
    (('i',), ())
    """
    return tuple(dict.fromkeys(letter for token in tokens for letter in letters_of(token)))


class SumParser(FamilyParser):
    """Reads ∑[i = 1, m] and the product behind it; ∏ likewise."""

    terms_read = 0

    def sums(self) -> dict[str, Expression]:
        """Return the terms of the sums over samples that were read, by their placeholder."""
        found: dict[str, Expression] | None = self.__dict__.get("_sums")
        if found is None:
            found = self.__dict__["_sums"] = {}
        return found

    def summed(self, sign: str) -> Expression:
        """Read a sum or product over an index."""
        start = self.at
        limits = self.limits()
        begin = self.at
        self.enter()
        wide = self.reaches_on(limits.letters)
        words = self.words_of_body(wide=wide)
        if not limits.letters and self.is_over_samples(words):
            limits = limits._replace(letters=(_NO_LETTER,))
            found = self.over_samples(sign, limits, start, wide=wide)
            self.depth -= 1
            return found
        if not limits.letters:
            limits = limits._replace(letters=self.letter_meant(words, start))
        choices = [self.choices(limits, letter, words, start) for letter in limits.letters]
        if choices == [[SAMPLE]]:
            found = self.over_samples(sign, limits, start, wide=wide)
        else:
            found = self.written_out(sign, limits, choices, begin, wide=wide)
        self.depth -= 1
        return found

    def is_over_samples(self, words: tuple[str, ...]) -> bool:
        """Tell whether `∑ (p - y)` without any index is over samples, whose number is spoken of."""
        scope = self.scope
        known = all(scope.can_be_read(word) for word in words)
        counted = any(isinstance(size, Var) for size in scope.sizes.values())
        return known and counted and any(map(scope.varies_by_sample, words))

    def averaged(self, token: str) -> Expression:
        """Read `mean(p - y)`: the mean over samples."""
        self.at += 1
        term = self.bracketed()
        self.scope.remark(f"`{token}(…)` read as the mean over samples")
        placeholder = Var(Mark(f"sum {len(self.sums())} over the samples"))
        self.sums()[str(placeholder.key)] = term
        return placeholder

    def limits(self) -> Range:
        """Read what stands in the brackets behind ∑."""
        opened = self.at + 1
        if self.tokens[opened] != "[":
            raise self.fault("a sum over what?", self.at)
        end = self.tokens.index("]", opened)
        inner = self.tokens[opened + 1 : end]
        self.at = end + 1
        if not inner:
            return Range(())
        comma = inner.index(",") if "," in inner else len(inner)
        below, above = inner[:comma], tuple(inner[comma + 1 :])
        if not below or not all(len(token) for token in below):
            raise self.fault("a sum over what?", opened - 1, last=end)
        if below[1:2] == ["="] and len(below) == 3:
            return Range((below[0],), below[2], above)
        if below[1:2] in (["!="], ["≠"]) and len(below) == 3:
            return Range((below[0],), unequal=((below[0], below[2]),))
        if "∈" in inner and letters_of_members(inner[: inner.index("∈")]):
            return Range(letters_of_members(inner[: inner.index("∈")]))
        if len(below) == 1 or below[1] in ("∈", "in"):
            return Range((below[0],), "", above)
        if all(len(token) == 1 and token.isalpha() for token in inner):
            return Range(tuple(inner))
        if len(inner) == 3 and inner[1] == ",":
            return Range((inner[0], inner[2]))
        raise self.fault("the limits of this sum cannot be read", opened - 1, last=end)

    def letter_meant(self, words: tuple[str, ...], start: int) -> tuple[str, ...]:
        """Return the index of `∑ x_i y_i`, which says none: the one letter that is free in it."""
        scope = self.scope
        free = [word for word in words if letters_of(word) and not scope.can_be_read(word)]
        letters = dict.fromkeys(letter for word in free for letter in letters_of(word))
        found = [letter for letter in letters if letter not in scope.indices]
        if len(found) != 1:
            raise self.fault("a sum over what?", start)
        return (found[0],)

    def reaches_on(self, letters: tuple[str, ...]) -> bool:
        """Tell whether `[∑ y_i log p_i + (1 - y_i) …]` means all of it: i goes on behind the plus.

        Brackets must close behind it, or the formula end.
        """
        inside = set(self.words_of_body())
        behind = set(self.words_of_body(wide=True)) - inside
        known = self.scope.can_be_read
        free = {one for word in (*behind, *inside) if not known(word) for one in letters_of(word)}
        later = self.tokens_behind_product()
        return any(
            letter in letters_of(word) and not known(word)
            for letter in letters
            if letter in free and letter not in self.scope.indices
            for word in later
        )

    def tokens_behind_product(self) -> list[str]:
        """Return the words of the further terms behind a sum, if none is a sum of its own."""
        found: list[str] = []
        level, ended = 0, False
        before = "*"
        for token in self.tokens[self.at :]:
            level += (token in ("(", "[")) - (token in (")", "]"))
            if level < 0 or token == "":
                break
            if ended and token in ("∑", "∏"):
                return []
            ended = ended or (level == 0 and token in ("+", "-") and before not in _OPEN)
            if ended and lexer.IDENTIFIER.match(token):
                found.append(token)
            before = token
        return found

    def body(self, *, wide: bool) -> Expression:
        """Read the term of a sum: the product behind it, or with `wide` all up to the bracket."""
        return self.sum() if wide else self.product()

    def words_of_body(self, *, wide: bool = False) -> tuple[str, ...]:
        """Return the words up to where the product behind a sum ends, or `wide` its bracket."""
        found: dict[str, None] = {}
        level = 0
        before = "*"
        for token in self.tokens[self.at :]:
            level += (token in ("(", "[")) - (token in (")", "]"))
            ends = not wide and level == 0 and token in ("+", "-") and before not in _OPEN
            if level < 0 or ends or token == "":
                break
            if lexer.IDENTIFIER.match(token):
                found.setdefault(token)
            before = token
        return tuple(found)

    def choices(self, limits: Range, letter: str, words: tuple[str, ...], start: int) -> list[str]:
        """Return the values of one letter of a sum."""
        scope = self.scope
        known = scope.can_be_read
        generic = frozenset(letter for word in words for letter in letters_of(word))
        occurring = values_of(letter, words, known, generic - scope.indices.keys())
        last = self.whole_number(limits.last)
        first = int(limits.first) if limits.first.isdigit() else None
        if first is not None and last is not None:
            if last - first >= MAX_VALUES:
                raise self.too_large(f"a sum of more than {MAX_VALUES} terms", start)
            wanted = [str(value) for value in range(first, last + 1)]
            if set(wanted) <= set(occurring) or not occurring:
                sample = is_sample(letter, words, scope.can_stand) and not occurring
                return [SAMPLE] if sample else wanted
            raise self.fault(f"there are no names for all values of `{letter}`", start)
        if occurring:
            digits = [v for v in occurring if not v.isdigit() or first is None or int(v) >= first]
            shown = ", ".join(digits[:8])
            scope.remark(f"`{letter}` runs over {shown}")
            if first is None and "0" in digits and len(digits) > 1:
                scope.doubt(f"whether `{letter}` runs over 0 as well is not said")
            return digits
        own = [word for word in words if letter in letters_of(word)]
        counted = any(isinstance(size, Var) for size in scope.sizes.values())
        about_data = any(scope.is_sampled(word, letter) for word in own) or (
            letter in scope.samples
            and any(scope.varies_by_sample(bound(word, {letter: SAMPLE})) for word in own)
        )
        if (counted or about_data) and is_sample(letter, words, scope.can_stand):
            return [SAMPLE]
        raise self.fault(f"over which values of `{letter}` is this sum?", start)

    def whole_number(self, tokens: tuple[str, ...]) -> int | None:
        """Return the number above a sum: itself, or the value of a constant; None if open."""
        if len(tokens) != 1:
            return None
        (token,) = tokens
        if token.isdigit():
            return int(token)
        name = self.scope.name(token)
        node = self.scope.graph.index.get(str(name))
        if node is not None and node.kind == "const" and node.default is not None:
            return int(node.default) if node.default.denominator == 1 else None
        size = self.scope.sizes.get(token)
        return int(size.value) if isinstance(size, Number) else None

    def written_out(
        self, sign: str, limits: Range, choices: list[list[str]], begin: int, *, wide: bool
    ) -> Expression:
        """Read the term once for each value, and return the sum."""
        scope = self.scope
        outer = dict(scope.indices)
        terms: list[Expression] = []
        end = begin
        for values in product(*choices):
            scope.indices = {**outer, **dict(zip(limits.letters, values, strict=True))}
            if any(scope.indices.get(a) == scope.indices.get(b) for a, b in limits.unequal):
                continue
            self.at = begin
            self.terms_read += 1
            if self.terms_read > _MOST_TERMS:
                raise self.too_large(f"sums of more than {_MOST_TERMS} terms", begin)
            terms.append(self.body(wide=wide))
            end = self.at
        scope.indices = outer
        if not terms:
            raise self.fault("a sum of no terms", begin)
        self.at = end
        if len(terms) == 1:
            return terms[0]
        return Add(tuple(terms)) if sign == "∑" else Mul(tuple(terms))

    def over_samples(self, sign: str, limits: Range, start: int, *, wide: bool) -> Expression:
        """Read a sum over samples: a placeholder, which `complete` replaces."""
        scope = self.scope
        if sign == "∏":
            raise self.fault("a product over samples", start)
        (letter,) = limits.letters
        outer = dict(scope.indices)
        scope.indices = {**outer, letter: SAMPLE}
        scope.samples.add(letter)
        term = self.body(wide=wide)
        scope.indices = outer
        size = limits.last[0] if len(limits.last) == 1 else ""
        said = "`∑`" if letter == _NO_LETTER else f"`{letter}`"
        scope.remark(f"{said} read as {'over samples' if letter == _NO_LETTER else 'the sample'}")
        placeholder = Var(Mark(f"sum {len(self.sums())} over the samples"))
        self.sums()[str(placeholder.key)] = self.sum_of(term, size)
        return placeholder

    def sum_of(self, term: Expression, size: str) -> Expression:
        """Return the sum over samples of a term: as often as there are samples, or once."""
        scope = self.scope
        counts = [name for name, value in scope.sizes.items() if isinstance(value, Var)]
        count = size if size in counts else counts[0] if counts else ""
        if count:
            scope.sample_sums = "mean"
            return Mul((Var(count), term))
        if scope.totals and size:
            scope.sizes[size] = Var(size)
            return Mul((Var(size), term))
        if scope.sample_sums != "mean":
            return term
        scope.doubt("a sum over samples without their number, in a document that has means")
        return Mul((Var(size or "m"), term))

    def complete(self, found: Expression) -> Expression:
        """Put the sums over samples in, if the expression is linear in them.

        Raises:
            Fault: where it is not, or where something else in it depends on the sample.
        """
        sums = self.sums()
        if not sums:
            return found
        graph = self.scope.graph
        by_sample = depends_on_data(graph)
        objective = {graph.objective}
        zero = substitute(found, dict.fromkeys(sums, ZERO))
        slopes = gradient_of(found)
        parts = [zero, *(slopes.get(key, ZERO) for key in sums)]
        names = {str(name) for part in parts for name in variables(part)}
        if names & sums.keys() or names & (by_sample - objective):
            raise self.fault("this formula mixes sums over samples with values of one sample", 0)
        return substitute(found, dict(sums.items()))
