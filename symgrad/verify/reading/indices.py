"""Indices: which values an i can take, and a word with its indices put in.

An index that a sum binds runs over the names that occur: `\\sum_j w_{ij} x_j` over w_11, w_12, …
where the graph has them. Where a name has no index but depends on data (`x_i` for `data x`), the
index is the sample. An index that nothing binds means "for every one".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from symgrad.sources import lexer

MAX_VALUES = 64
_HIGHEST = 64
_MOST_LETTERS = 2  # of an index; longer ones are words
_LETTER = re.compile(r"[A-Za-zτℓ]")
_SHIFTED = re.compile(r"([A-Za-zτℓ])([mp])([0-9]+)")
_SPEC = re.compile(r"[∑∏]\s*\[([^\]]*)\]")
_WORD = re.compile(rf"(?<![^\W\d]|[._]){lexer.NAME}")
_ALONE = re.compile(r"(?<![\w])([A-Za-zτℓ])(?![\w])")
_INDEXED = re.compile(r"(?<=\w)_(?:\w*_)?([ijkn])(?!\w)")
SAMPLE = ""

Known = Callable[[str], bool]


def bound(word: str, indices: Mapping[str, str]) -> str:
    """Return a word with values in the place of its index letters; SAMPLE drops one.

    >>> bound("w_ij", {"i": "1", "j": "2"}), bound("h_im1", {"i": "2"}), bound("x_i", {"i": ""})
    ('w_12', 'h_1', 'x')
    """
    first, *pieces = word.split("_")
    if not pieces or not indices:
        return word
    return "_".join([first, *filter(None, (_piece(piece, indices) for piece in pieces))])


def _piece(piece: str, indices: Mapping[str, str]) -> str:
    shifted = _SHIFTED.fullmatch(piece)
    if shifted and indices.get(shifted[1], "x").isdigit():
        step = int(shifted[3]) if shifted[2] == "p" else -int(shifted[3])
        return str(int(indices[shifted[1]]) + step)
    if len(re.sub(r"[0-9]", "", piece)) > _MOST_LETTERS:
        return piece  # the t of `tilde` is no index
    return _LETTER.sub(lambda match: indices.get(match[0], match[0]), piece)


def letters_of(word: str) -> tuple[str, ...]:
    """Return the letters of a word's indices, of which some may be generic.

    >>> letters_of("w_ij"), letters_of("out_oi"), letters_of("x"), letters_of("target_max")
    (('i', 'j'), ('o', 'i'), (), ())
    """
    found: list[str] = []
    for piece in word.split("_")[1:]:
        shifted = _SHIFTED.fullmatch(piece)
        if shifted:
            found.append(shifted[1])
        elif len(re.sub(r"[0-9]", "", piece)) <= _MOST_LETTERS:
            found += _LETTER.findall(piece)
    return tuple(dict.fromkeys(found))


def words_of(texts: Iterable[str]) -> tuple[str, ...]:
    """Return every word of some texts once."""
    found: dict[str, None] = {}
    for text in texts:
        found.update(dict.fromkeys(_WORD.findall(_SPEC.sub(" ", text))))
    return tuple(found)


def summed_letters(texts: Iterable[str]) -> tuple[str, ...]:
    """Return the letters that sums and products in some texts bind."""
    found: list[str] = []
    for text in texts:
        for spec in _SPEC.finditer(text):
            members, is_set, _ = spec[1].partition("∈")
            letters = [letter for word in _WORD.findall(members) for letter in letters_of(word)]
            if is_set and letters:  # `∑ over x_i, y_i ∈ D`
                found += letters
                continue
            found += _ALONE.findall(re.split(r"=|≠|!|,\s*\w+$", spec[1])[0])
            if not spec[1].strip() and (indexed := _INDEXED.search(text, spec.end())):
                found.append(indexed[1])  # `∑ x_i` says no index
    return tuple(dict.fromkeys(found))


def values_of(
    letter: str, words: Sequence[str], known: Known, generic: frozenset[str]
) -> list[str]:
    """Return the values of an index for which every word that it stands in is a name.

    `generic` are all letters that may be indices; a word with further ones counts where some choice
    of these makes it a name.
    """
    own = [word for word in words if letter in letters_of(word) and not known(word)]
    if not own:
        return []
    labels = [str(value) for value in range(_HIGHEST + 1)]
    if letter.islower():
        labels += [f"{letter}{value}" for value in range(10)]
    others = generic - {letter}
    for sampled in (False, True):  # a name with all its indices, before one without the sample's
        found = [
            value
            for value in labels
            if all(
                _fits(bound(word, {letter: value}), known, others,
                      sampled=sampled and value.isdigit())
                for word in own
            )
        ]  # fmt: skip
        if digits := [value for value in found if value.isdigit()]:
            return digits
    return found


def _fits(word: str, known: Known, generic: frozenset[str], *, sampled: bool = True) -> bool:
    """Tell whether a word is a name for some values of its letters; `sampled` may drop one."""
    if known(word):
        return True
    rest = [letter for letter in letters_of(word) if letter in generic]
    if not 1 <= len(rest) <= 2:
        return False
    small = [*([SAMPLE] if sampled else []), *(str(value) for value in range(10))]
    if len(rest) == 1:
        return any(known(bound(word, {rest[0]: value})) for value in small)
    pairs = ((first, second) for first in small for second in small)
    return any(known(bound(word, dict(zip(rest, pair, strict=True)))) for pair in pairs)


def is_sample(
    letter: str, words: Sequence[str], known: Known, generic: frozenset[str] = frozenset()
) -> bool:
    """Tell whether dropping an index makes a name of every word that it stands in.

    `generic` are further letters that may be indices: dropping i of `x_ji` leaves x_j.
    """
    own = [word for word in words if letter in letters_of(word) and not known(word)]
    dropped = [bound(word, {letter: SAMPLE}) for word in own]
    return bool(own) and all(_fits(word, known, generic - {letter}) for word in dropped)
