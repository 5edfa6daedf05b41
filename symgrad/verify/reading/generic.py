"""Statements with indices that nothing binds: which values they take, and how many samples are."""

from __future__ import annotations

import re
from itertools import product

from symgrad.expression.spellings import base_and_index
from symgrad.expression.tree import Compare, Number, Var, number
from symgrad.graph.graph import Graph
from symgrad.sources import lexer
from symgrad.sources.problems import Fault, Origin
from symgrad.verify.reading.families import vectors
from symgrad.verify.reading.indices import (
    SAMPLE,
    bound,
    is_sample,
    letters_of,
    summed_letters,
    values_of,
    words_of,
)
from symgrad.verify.reading.scope import Scope
from symgrad.verify.reading.split import WrittenStatement

_MOST = 64
_SAMPLE_LETTERS = frozenset("inkjs")
_UPPER = re.compile(r"[∑∏]\s*\[\s*(\w)[^\],]*,\s*([A-Za-z])\s*\]")
_COUNTS = ("m", "n", "N", "M", "B", "K")
_BATCH = re.compile(r"⊤|\^\s*\(?\s*T\b")
_FEWEST = 2
_BY = re.compile(rf"/\s*[∂d]\s*({lexer.NAME})\s*$")

Choice = dict[str, str]


def stated_counts(graph: Graph) -> list[Compare]:
    """Return `n = 3` for every constant that counts what the graph has so many of: x_1, x_2, x_3.

    A formula with n in it is about that number of them and no other.
    """
    families: dict[str, set[str]] = {}
    for node in graph.nodes:
        if node.kind == "data":
            base, index = base_and_index(node.name)
            families.setdefault(base, set()).add(index)
    sizes = {
        len(found)
        for found in families.values()
        if found in ({str(i + k) for i in range(len(found))} for k in (0, 1))
    }
    used = {name for node in graph.nodes if node.formula for name in node.formula.operands}
    return [
        Compare("==", Var(node.name), Number(node.default))
        for node in graph.nodes
        if node.kind == "const" and (node.name in _COUNTS or node.name not in used)
        and node.default is not None and node.default >= _FEWEST and node.default in sizes
    ]  # fmt: skip


class Generic:
    """Finds the values of free indices in the statements of one text.

    `equal` are letters that the text has set equal, `unequal` those it has set apart, in force for
    one formula.
    """

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.equal: list[tuple[str, str]] = []
        self.unequal: list[tuple[str, str]] = []
        self.kept = False
        self.summed: set[str] = set()  # numbers of samples that sums without a mean go up to

    def choices(self, statement: WrittenStatement, origin: Origin) -> list[Choice]:
        """Return the values of the free indices of a statement, one entry for each case.

        Raises:
            Fault: where there are too many.
        """
        texts = [statement.left.text, *(part.text for _, part in statement.parts)]
        whole = vectors(texts, self.scope)
        words = tuple(
            word for word in words_of(texts)
            if word not in whole and not self.scope.is_kronecker(word)
        )  # fmt: skip
        self.count_of_batch(texts, words)
        if not any("_" in word for word in words):
            return [{}]
        summed = summed_letters(texts)
        left = statement.left.text.strip()
        self.count(texts, words, summed)
        can_be_read = self.scope.can_be_read
        open_words = [word for word in words if letters_of(word) and not can_be_read(word)]
        letters = dict.fromkeys(letter for word in open_words for letter in letters_of(word))
        free: dict[str, list[str]] = {}
        written = self.summed_out(words, summed, frozenset(letters))
        for letter in letters:
            if letter not in summed:
                values = self.values(letter, written, frozenset(letters))
                if not values and left in open_words:  # a name that is defined here for every index
                    rest = tuple(word for word in written if word != left)
                    values = self.values(letter, rest, frozenset(letters))
                if values:
                    free[letter] = values
        found = [
            dict(zip(free, values, strict=True))
            for values in product(*free.values())
            if self.allowed(dict(zip(free, values, strict=True)))
        ]
        if len(found) > _MOST:
            message = f"more than {_MOST} cases of the indices {', '.join(free)}"
            raise Fault(message, origin.place("", 0, 1))
        return found or [{}]

    def summed_out(
        self, words: tuple[str, ...], summed: tuple[str, ...], letters: frozenset[str]
    ) -> tuple[str, ...]:
        """Return the words with the first value of each index that a sum binds and numbers take."""
        for letter in summed:
            found = values_of(letter, words, self.scope.can_be_read, letters)
            if found and found[0].isdigit():
                known = self.scope.can_be_read
                words = tuple(w if known(w) else bound(w, {letter: found[0]}) for w in words)
        return words

    def values(self, letter: str, words: tuple[str, ...], letters: frozenset[str]) -> list[str]:
        """Return the values of one free index: those that make names, or the sample."""
        known = self.scope.can_be_read
        found = values_of(letter, words, known, letters)
        if found:
            return found
        own = {word for word in words if letter in letters_of(word)}
        bases = {word.split("_", maxsplit=1)[0] for word in own}
        about_data = any(self.scope.is_sampled(word, letter) for word in own) or any(
            self.scope.name(base) is not None and self.scope.varies_by_sample(base)
            for base in bases
        )
        likely = letter in _SAMPLE_LETTERS and about_data
        if likely and is_sample(letter, words, self.scope.can_stand, letters):
            self.scope.remark(f"`{letter}` read as the sample")
            self.scope.samples.add(letter)
            return [SAMPLE]
        return []

    def allowed(self, choice: Choice) -> bool:
        """Tell whether a choice is one of those that the text speaks of."""
        apart = all(choice[a] != choice[b] for a, b in self.unequal if a in choice and b in choice)
        return apart and all(
            choice[a] == choice[b] for a, b in self.equal if a in choice and b in choice
        )

    def note_case(self, statement: WrittenStatement) -> bool:
        """Take note of `i ≠ j` or `i = j`; tell whether a statement is one of these."""
        sides = [statement.left.text, *(part.text for _, part in statement.parts)]
        letters = [side.strip() for side in sides]
        if len(letters) != 2 or any(len(letter) != 1 for letter in letters):
            return False
        if not all(letter.isalpha() and self.scope.name(letter) is None for letter in letters):
            return False
        sign = statement.parts[0][0]
        if sign not in ("=", "≠", "!="):
            return False
        pair = (letters[0], letters[1])
        (self.equal if sign == "=" else self.unequal).append(pair)
        return True

    def begin(self, found: list[WrittenStatement]) -> None:
        """Take note of the cases that a formula states; cases alone are for the next formula."""
        if not self.kept:
            self.equal, self.unequal = [], []
        noted = [self.note_case(statement) for statement in found]
        self.kept = bool(noted) and all(noted)

    # -- numbers of samples ----------------------------------------------------------------------

    def count_of_batch(self, texts: list[str], words: tuple[str, ...]) -> None:
        """Give a meaning to n in `1/n ∑ (p - y)` and `1/n X^⊤ (p - y)`, which have no index.

        A product with a transposed factor sums over the samples; for one of them n is 1.
        """
        scope = self.scope
        counts = [word for word in words if word in _COUNTS and scope.names.meant(word) is None]
        if len(counts) != 1 or counts[0] in scope.counts:
            return
        (name,) = counts
        slope = _BY.search(texts[0])
        if (
            slope
            and not any("∑" in text for text in texts)
            and (scope.varies_by_sample(slope[1]) and name in self.scope.averaged)
        ):  # `∂L/∂ŷ = 2/m (ŷ - y)`, where L is a mean over m samples: of one of them
            scope.sizes[name] = number(1)
            said = f"`{name}` read as 1: what is differentiated by is of one sample"
            scope.remark(said)
            scope.doubt(said)
        elif name in self.summed and name not in scope.averaged and "∑" not in "".join(texts):
            scope.sizes[name] = number(1)  # as much as the sum of 1, which is read as its term
            said = f"`{name}` read as the sum of 1 over the samples"
            scope.remark(said)
            scope.doubt(said)
        elif any(re.search(r"∑\s*\[\s*\]", text) for text in texts):
            scope.sizes[name] = Var(name)
        elif any(_BATCH.search(text) for text in texts) and not any("∑" in t for t in texts):
            scope.sizes[name] = number(1)
            said = f"`{name}` read as the number of samples, and A^⊤ B as a sum over them"
            scope.remark(said)
            scope.doubt(said)

    def count(self, texts: list[str], words: tuple[str, ...], summed: tuple[str, ...]) -> None:
        """Give a meaning to the names above sums, and to m in 1/m before a sum over samples."""
        scope = self.scope
        above = {name: letter for text in texts for letter, name in _UPPER.findall(text)}
        scope.averaged.update(
            name for name in above
            if any(re.search(rf"/\s*\(*\s*\d*\s*{name}(?!\w)", text) for text in texts)
        )  # fmt: skip
        spoken = set(words) & set(_COUNTS)
        for letter in summed:
            above.update((name, letter) for name in sorted(spoken) if name not in above)
        generic = frozenset(letter for word in words for letter in letters_of(word))
        for name, letter in above.items():
            if scope.names.meant(name) is not None or name in scope.counts:
                continue
            values = values_of(letter, words, scope.can_be_read, generic)
            if not values and is_sample(letter, words, scope.can_stand, generic):
                self.summed.add(name)
            if values:
                scope.counts[name] = number(len(values))
                scope.remark(f"`{name}` read as {len(values)}, the number of values of `{letter}`")
            elif name in words and is_sample(letter, words, scope.can_stand, generic):
                scope.sizes[name] = next(iter(scope.sizes.values()), Var(name))
        scope.sizes.update(scope.counts)
