"""Numbers and names, with the indices that papers write below them."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import cast

from symgrad.errors import close_to
from symgrad.expression.arrays import build, leaves
from symgrad.expression.arrays.tree import Array
from symgrad.expression.names import canonical
from symgrad.sources.arrays.indices import Indexed, row_letter
from symgrad.sources.arrays.meaning.base import ANY, Base, Value
from symgrad.sources.arrays.tokens import Syntax, index_letters

_MEAN = "\u0304"  # the bar over a name
# A row or a column as a whole: X_{i·}, X_{i,:}, X_{·j}.
_LINE = re.compile(r"\{(?:(?P<row>[^\W\d_]),?\s*[:·*]|[:·*]\s*,?(?P<column>[^\W\d_]))\}")


class Named(Base):
    """Gives names their meaning."""

    def _num(self, x: Syntax) -> Value:
        return leaves.num(cast("Fraction", x.data))

    def _name(self, x: Syntax) -> Value:
        word = str(x.data)
        found = self.look_up(word)
        if found is not None:
            return found
        split = self.subscripted(word)
        if split is not None:
            base, indices = split
            return self.indices.entry(base, indices, self, x)
        kronecker = self.kronecker(word) if self.claims else None
        if kronecker is not None:
            return kronecker
        hint = close_to(word, [*self.known, *self.sizes])
        raise self.fault(f"unknown name `{word}`", x, hint)

    def look_up(self, word: str) -> Array | None:
        """Return what a word stands for, or None."""
        found = self.names(word)
        if found is not None:
            return found
        plain = word.lstrip("\\")
        if plain in self.sizes:
            return leaves.length(self.sizes[plain])
        if plain in {"pi", "π"} or canonical(plain) == "π":
            return leaves.constant("pi")
        if plain == "e":
            return leaves.constant("e")
        if plain == "I":
            return leaves.eye(ANY)
        size = plain.removeprefix("I_").strip("{}")
        if self.claims and plain.startswith("I_") and size in self.sizes:
            return leaves.eye(self.sizes[size])
        if self.claims and _MEAN in plain:
            return self.mean_of(plain.replace(_MEAN, ""))
        return None

    def mean_of(self, word: str) -> Array | None:
        """Return x̄: the mean of the entries of x, or of the rows x_i of a matrix X."""
        inner = self.names(word)
        if inner is not None:
            return build.mean(inner, None) if inner.shape else None
        matrix = self.names(word.upper())
        if matrix is None or len(matrix.shape) != 2:
            return None
        self.met.add("line")
        return build.mean(matrix, 0 if self.lines == "rows" else 1)

    def kronecker(self, word: str) -> Indexed | None:
        """Return δ_{ij}, where one of its indices has run over an axis already; else None."""
        head, _, tail = word.lstrip("\\").partition("_")
        letters = index_letters(tail)
        own = self.names(head)
        if head not in {"δ", "delta"} or len(letters) != 2 or (own and len(own.shape) == 2):
            return None
        ranges = self.indices.ranges
        size = ranges.get(letters[0], ranges.get(letters[1]))
        if size is None:
            return None
        for letter in letters:
            ranges.setdefault(letter, size)
        return Indexed(((leaves.eye(size), letters),))

    def subscripted(self, word: str) -> tuple[Array, tuple[str, ...]] | None:
        """Return base and indices of a name such as `W_{ij}` or `x_j`."""
        head, mark, tail = word.partition("_")
        while mark:
            base = self.names(head)
            letters = index_letters(tail)
            line = _LINE.fullmatch(tail) if self.claims else None
            if line and base is not None and len(base.shape) == 2:
                row, column = line["row"], line["column"]
                n, m = base.shape
                return base, (row, row_letter(m)) if row else (row_letter(n), column)
            if base is not None and len(letters) == len(base.shape) and letters:
                return base, letters
            if self.claims and base is not None and len(base.shape) == 2 and _is_letter(letters):
                return base, self.line(base, letters[0])
            other = base is None or len(base.shape) < len(letters)  # a_{ij}, though there is an a
            lines = self.names(head.upper()) if other and self.claims else None
            if lines is not None and len(lines.shape) == 2 and len(letters) == 1:
                return lines, self.line(lines, letters[0])
            if lines is not None and len(lines.shape) == len(letters) == 2:
                return lines, letters  # x_{ij} is an entry of X
            more, mark, tail = tail.partition("_")
            head = f"{head}_{more}"
        return None

    def line(self, base: Array, letter: str) -> tuple[str, str]:
        """Return the indices of x_i: a row of X, or a column where a sum says that i runs so."""
        n, m = base.shape
        known = self.runs.get(letter, self.indices.ranges.get(letter))
        if known is None or n == m:
            self.met.add("line")
        if (n != m and known == m) or (self.lines == "columns" and (known is None or n == m)):
            return row_letter(n), letter
        return letter, row_letter(m)


def _is_letter(letters: tuple[str, ...]) -> bool:
    """Tell whether there is one index, and that no number."""
    return len(letters) == 1 and not letters[0].isdigit()
