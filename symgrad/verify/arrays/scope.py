"""The names of a claim, in the spellings of papers."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field

from symgrad.derivation.arrays.derive import derive_arrays
from symgrad.expression import spellings as spelled
from symgrad.expression.arrays import leaves
from symgrad.expression.arrays.substitute import substituted
from symgrad.expression.arrays.tree import NOTHING_KNOWN, Array, Facts
from symgrad.expression.names import canonical
from symgrad.graph.arrays import ArrayGraph, learned

FIRST_MARK = 0xA000  # letters that no formula uses: one for each derivative that a claim speaks of
NAME = r"[^\W\d_ᵀΣ∑²³][^\W_ᵀΣ∑²³]*[\u0300-\u036f]*(?:_(?:\{[^{}]*\}|[i-n]{2}(?!\w)|\w))*"


class NotTold(Exception):
    """A derivative that is no number, vector or matrix, or of what is no node."""


@dataclass
class Names:
    """What the names of a claim stand for: nodes, sensitivities, the author's own.

    With `kronecker` δ is none of these: δ_{ij} is 1 where i = j, and 0 elsewhere. With
    `d_is_factor` dr is the product of d and r.
    """

    graph: ArrayGraph
    definitions: dict[str, Array] = field(default_factory=dict)
    marks: dict[str, Array] = field(default_factory=dict)
    kronecker: bool = False
    d_is_factor: bool = False
    _sensitivities: dict[str, Array] | None = None
    _spelled: spelled.Names | None = None
    _cased: dict[str, list[str]] | None = None

    def resolve(self, word: str) -> str | None:
        """Return the node that a word names, in any of the spellings of papers."""
        for plain in spellings(word):
            own = self.definitions.get(plain)
            if own is not None and own.op == "name" and own.text in self.graph.index:
                return own.text
            if plain in self.graph.index:
                return plain
            found = self.graph.spellings.get(canonical(plain))
            if found is not None:
                return found
        if self._spelled is None:
            self._spelled = spelled.Names(self.graph.index)
        for plain in spellings(word):
            if (meant := self._spelled.meant(plain)) is not None:
                return meant[0]  # λ for `lam`, and whatever else is one name everywhere
        return self.in_other_case(word)

    def in_other_case(self, word: str) -> str | None:
        """Return Wq for W_Q, where W alone is no array."""
        head, mark, _ = word.partition("_")
        if not mark or head in self.graph.index or head.upper() in self.graph.index:
            return None
        if self._cased is None:
            self._cased = {}
            for name in self.graph.index:
                self._cased.setdefault(_uncased(name), []).append(name)
        found = self._cased.get(_uncased(word), [])
        return found[0] if len(found) == 1 and found[0][:1] == head[:1] else None

    def look_up(self, word: str) -> Array | None:
        """Return what a word stands for, or None."""
        if word in self.marks:
            return leaves.name(word, self.marks[word].shape, _facts(self.marks[word]))
        for plain in spellings(word):
            if plain in self.definitions:
                return self.definitions[plain]
        found = self.resolve(word)
        if found is not None:
            return self.graph.variables[found]
        return self.sensitivity(word)

    def sensitivity(self, word: str) -> Array | None:
        """Return the adjoint that the derivation gives a name to, nothing named in it."""
        if (
            not word.lstrip("\\").startswith(("δ", "delta", "ε"))
            or self.graph.shape_of[self.graph.objective]
        ):
            return None
        if self._sensitivities is None:
            derivation = derive_arrays(self.graph)
            values: dict[Array, Array] = {}
            found: dict[str, Array] = {}
            for item in derivation.array_sensitivities:
                tree = substituted(item.value, values)
                values[leaves.name(item.name, item.value.shape)] = tree
                found[item.name] = tree
            self._sensitivities = found
        for plain in spellings(word):
            if plain in self._sensitivities and not (self.kronecker and plain == "δ"):
                return self._sensitivities[plain]
        return None

    def known(self, word: str) -> bool:
        """Tell whether a word is a name."""
        return self.look_up(word) is not None


def _facts(tree: Array) -> Facts:
    return learned(tree, NOTHING_KNOWN)


def _uncased(word: str) -> str:
    return re.sub(r"[{}_]", "", word).casefold()


def spellings(word: str) -> list[str]:
    """Return the spellings of a name that a paper's spelling may stand for.

    >>> spellings("W_{2}")
    ['W_{2}', 'W_2', 'W2']
    >>> spellings("W2")
    ['W2', 'W_2']
    """
    plain = unicodedata.normalize("NFC", word.lstrip("\\").strip())
    bare = re.sub(r"[{}]", "", plain)
    numbered = re.fullmatch(r"([^\W\d_]+)(\d+)", bare)
    apart = f"{numbered[1]}_{numbered[2]}" if numbered else bare
    return list(dict.fromkeys((plain, bare, bare.replace("_", ""), apart)))
