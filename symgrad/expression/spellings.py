"""Which name is meant: the one place that decides it.

A word is looked up in four ways, each only where the one before found nothing:

1. as it is written, Greek letters in any spelling (`λ`, `\\lambda`, `lambda`);
2. by what all the usual spellings of one name have in common: subscripts and indices in any form
   (`w_1`, `w₁`, `w1`, `w^{(1)}`, `w^{[1]}`), accents wherever they stand (`ŷ`, `y_hat`,
   `\\hat{y_1}`), short forms of Greek letters (`lam`, `eps`), `\\ell` and l;
3. with its indices in another order (`w^{(2)}_{11}` and `w_11_2`), for names of the graph: an
   author keeps to one order in names of his own;
4. `h_{t-1}` as `h_prev`.

Where two names fit, none is meant. A choice that a reader may want to know of is a remark.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from itertools import permutations

from symgrad.expression.names import GREEK, canonical

_MARKS = {
    "\u0302": "hat", "\u0304": "bar", "\u0305": "bar", "\u0303": "tilde", "\u0307": "dot",
    "\u20d7": "vec", "\u0308": "ddot",
}  # fmt: skip
_ACCENTS = frozenset(("hat", "bar", "tilde", "dot", "vec", "star", "ddot", "check", "ring"))
_ACCENTED = re.compile(rf"(.+?)({'|'.join(sorted(_ACCENTS, key=len, reverse=True))})(\d*)")
_SHORT = {
    "lam": "λ", "lmbda": "λ", "lamda": "λ", "lambd": "λ", "lamb": "λ", "eps": "ε", "sig": "σ",
    "gam": "γ", "alph": "α", "thet": "θ", "omeg": "ω", "varepsilon": "ε", "vareps": "ε",
    "varphi": "φ", "vartheta": "θ", "varrho": "ρ", "varsigma": "σ", "ell": "l", "ϵ": "ε",
    "ϕ": "φ", "ϑ": "θ", "ϱ": "ρ", "ς": "σ", "µ": "μ",
}  # fmt: skip
_TAIL = re.compile(r"([^\W\d_]+)(\d*)")
_MOST_INDICES = 4
_BEFORE = re.compile(r"(?<=_)[a-z]m1(?=_|$)")
_NUMBERS = re.compile(r"[0-9]{2,}")


@lru_cache(8192)  # the values of an index are tried one by one, for each word that it stands in
def _pieces(name: str) -> tuple[str, tuple[str, ...]]:
    """Return the base of a name with its accents, and its indices."""
    plain = unicodedata.normalize("NFKD", name).replace("\\", "")
    spelled = "".join(_MARKS.get(character, character) for character in plain)
    first, *rest = [word for word in spelled.split("_") if word] or [spelled]
    found = _ACCENTED.fullmatch(first)
    accents = [word for word in rest if word in _ACCENTS]
    if found is not None:
        accents.append(found[2])
        first, rest = found[1], [found[3], *rest] if found[3] else rest
    indices = tuple(_letter(word) for word in rest if word not in _ACCENTS)
    tail = _TAIL.fullmatch(first)
    if tail and tail[2]:
        first, indices = tail[1], (tail[2], *indices)
    return _letter(first) + "".join(f"^{accent}" for accent in sorted(accents)), indices


def _letter(word: str) -> str:
    return _SHORT.get(word) or canonical(GREEK.get(word, word))


def loose(name: str) -> str:
    """Return what all the usual spellings of one name have in common.

    >>> loose("w_1") == loose("w₁") == loose("w1") == loose("W1".lower())
    True
    >>> loose("y_hat_1") == loose("ŷ₁") == loose("y_1_hat") == loose("yhat1")
    True
    >>> loose("lam") == loose("λ"), loose("ell") == loose("l")
    (True, True)
    """
    base, indices = _pieces(name)
    return base + "".join(indices)


def base_and_index(name: str) -> tuple[str, str]:
    """Return the base of a name and its indices as one text.

    >>> base_and_index("w_12"), base_and_index("h1"), base_and_index("out_o1"), base_and_index("x")
    (('w', '12'), ('h', '1'), ('out', 'o1'), ('x', ''))
    """
    base, indices = _pieces(name)
    return base, "".join(indices)


class Names:
    """The names there are, and the one that a word means."""

    def __init__(self, names: Iterable[str]) -> None:
        self._known: dict[str, None] = {}
        self._canonical: dict[str, str] = {}
        self._loose: dict[str, list[str]] = {}
        self._families: dict[str, dict[str, str]] = {}
        self._numbers: set[str] = set()
        for name in names:
            self.add(name)
        self._first = frozenset(self._known)

    def add(self, name: str) -> None:
        """Take note of a name; of two that are spelled alike the first one counts."""
        if name in self._known:
            return
        self._known[name] = None
        self._canonical.setdefault(canonical(name), name)
        self._loose.setdefault(loose(name), []).append(name)
        base, index = base_and_index(name)
        self._families.setdefault(base, {}).setdefault(index, name)
        digits = re.sub(r"[^0-9]", "", base + index)
        places = range(len(digits) + 1)
        self._numbers.update(digits[i:j] for i in places for j in places[i + 2 :])

    def can_have(self, word: str) -> bool:
        """Tell whether every number of two digits or more in a word stands in some name.

        >>> names = Names(["w_12", "x₁₀"])
        >>> names.can_have("w_12"), names.can_have("x_10y_3"), names.can_have("w_13")
        (True, True, False)
        """
        plain = word if word.isascii() else unicodedata.normalize("NFKD", word)
        return all(found in self._numbers for found in _NUMBERS.findall(plain))

    def exact(self, word: str) -> str | None:
        """Return the name that a word is, Greek letters in any spelling, or None."""
        return word if word in self._known else self._canonical.get(canonical(word))

    def meant(self, word: str) -> tuple[str, str] | None:
        """Return the name that a word means and a remark ("" for a mere spelling), or None."""
        found = self.exact(word)
        if found is not None:
            return found, ""
        alike = self._loose.get(loose(word), ())
        if len(alike) == 1:
            return alike[0], "" if _same_letters(word, alike[0]) else _remark(word, alike[0])
        if alike:
            return None
        return self._reordered(word) or self._earlier(word)

    def _reordered(self, word: str) -> tuple[str, str] | None:
        base, indices = _pieces(word)
        if not 2 <= len(indices) <= _MOST_INDICES:
            return None
        found = {
            name
            for order in permutations(indices)
            for name in self._loose.get(base + "".join(order), ())
            if name in self._first
        }
        return (name := found.pop(), _remark(word, name)) if len(found) == 1 else None

    def _earlier(self, word: str) -> tuple[str, str] | None:
        name = self.exact(_BEFORE.sub("prev", word))
        return (name, _remark(word, name)) if name is not None and _BEFORE.search(word) else None

    def family(self, word: str) -> dict[str, str]:
        """Return the names with an index of which a word is the base, by their index.

        >>> Names(["w_1", "w_2", "w", "x"]).family("w")
        {'1': 'w_1', '2': 'w_2'}
        """
        base, index = base_and_index(word)
        found = self._families.get(base + index if not index.isdigit() else base, {})
        return {} if index else {key: name for key, name in found.items() if key}


def _same_letters(word: str, name: str) -> bool:
    """Tell whether two spellings differ by subscripts and signs only, which nobody asks about."""
    return re.sub(r"[\W_]", "", canonical(word)) == re.sub(r"[\W_]", "", canonical(name))


def _remark(word: str, name: str) -> str:
    return f"`{word}` read as `{name}`"
