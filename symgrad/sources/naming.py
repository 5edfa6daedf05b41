"""The names of one graph, in every spelling: `lambda`, `λ` and `\\lambda` are one name."""

from __future__ import annotations

import re
from collections.abc import Iterable

from symgrad.expression.names import GREEK, canonical
from symgrad.expression.spellings import Names

_WORD = rf"(?:{'|'.join(sorted(GREEK, key=len, reverse=True))})(?![A-Za-z])"
_GREEK_WORD = re.compile(rf"^{_WORD}.*$", re.MULTILINE)
_SPECIAL = re.compile(rf"^(?:{_WORD}|.*[^\x00-\x7f]).*$", re.MULTILINE)


class GivenNames:
    """From any spelling of a name to the author's own, which came first.

    `table` holds the spellings met so far; `find` knows the others. `clashes` are the pairs of
    spellings that are one name but were defined as two, `remarks` what was read for what.
    """

    def __init__(self, spellings: Iterable[str]) -> None:
        self.table: dict[str, str] = {name: name for name in spellings}
        self.clashes: list[tuple[str, str]] = []
        self.remarks: dict[str, None] = {}
        self._alike: Names | None = None
        self._own = tuple(self.table)
        seen: dict[str, str] = {}
        # Only names in Greek letters or words have several spellings: one search finds them all.
        text = "\n".join(self.table)
        for name in (_GREEK_WORD if text.isascii() else _SPECIAL).findall(text):
            plain = canonical(name)
            first = seen.setdefault(plain, name)
            if first == name and plain.isascii() and plain in self.table:
                first = plain
            if first != name:
                self.clashes.append((first, name))

    def find(self, word: str) -> str | None:
        """Return the author's spelling of a name, or None if the graph has no such name."""
        found = self.table.get(word)
        if found is None:
            if self._alike is None:
                self._alike = Names(self._own)
            bare = canonical(word).lstrip("\\")
            found = self._alike.exact(bare)
            if found is None and (meant := self._alike.meant(bare)):
                found = meant[0]  # a reader takes `lam` for λ, `y_1_hat` for ŷ_1
                self.remarks.setdefault(f"`{bare}` read as `{found}`")
            if found is not None:
                self.table[word] = found
        return found
