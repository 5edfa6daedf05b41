"""Names in emitted code: letters of other alphabets spelled out, keywords and collisions avoided.

The rule, the same in every target: λ becomes `lam`, other Greek letters their names, a circumflex
`_hat`, other foreign letters `u` and their code. A leading underscore is dropped. A name that is a
keyword, belongs to the emitted file, or is taken already gets `_` at its end until it is free.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from itertools import filterfalse

from symgrad.errors import free_name
from symgrad.expression.names import LATIN, canonical

_MARKS = {"\u0302": "_hat", "\u0303": "_tilde", "\u0304": "_bar", "\u0305": "_bar",
          "\u0307": "_dot", "\u0308": "_ddot"}  # fmt: skip
_PLAIN = re.compile(r"(?!lambda(?![A-Za-z]))[A-Za-z][A-Za-z0-9_]*")
_GREEK = {ord(letter): "lam" if letter == "λ" else name for letter, name in LATIN.items()}
_ALLOWED = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")


def transliterated(name: str) -> str:
    """Return a name in ASCII letters, digits and underscores, beginning with a letter.

    >>> transliterated("λ"), transliterated("σ_x"), transliterated("w₁"), transliterated("p̂")
    ('lam', 'sigma_x', 'w1', 'p_hat')
    """
    text = _in_latin(name)
    if _PLAIN.fullmatch(text):
        return text
    text = canonical(name)
    pieces = "".join(_letter(character) for character in text)
    stripped = pieces.lstrip("_")
    if not stripped or not stripped[0].isalpha():
        return f"x{stripped}_"
    return stripped if stripped == pieces else f"{stripped}_"


def _letter(character: str) -> str:
    if character in _ALLOWED:
        return character
    if ord(character) in _GREEK:
        return _GREEK[ord(character)]
    decomposed = unicodedata.normalize("NFKD", character)
    if len(decomposed) > 1:
        return "".join(_letter(part) for part in decomposed)
    if unicodedata.combining(character):
        return _MARKS.get(character, "")
    return f"u{ord(character):04x}"


def identifiers(names: Iterable[str], reserved: AbstractSet[str]) -> Mapping[str, str]:
    """Return an identifier for every name, no two alike and none reserved.

    Names that can stay as they are come first, so `lam` keeps its name where `λ` is there too.

    >>> dict(identifiers(["λ", "lam", "if"], {"if"}))
    {'lam': 'lam', 'λ': 'lam_', 'if': 'if_'}
    """
    every = list(names)
    ascii_only = every if "".join(every).isascii() else list(filter(str.isascii, every))
    found = _unchanged(ascii_only, reserved)
    foreign = list(filterfalse(str.isascii, every)) if ascii_only is not every else []
    kept = len(found) == len(ascii_only)
    others = foreign if kept else [name for name in every if name not in found]
    others = list(dict.fromkeys(others))
    renamed = _in_latin("\n".join(others)).split("\n") if others else []
    fresh = _unchanged(renamed, reserved)
    if len(fresh) == len(others) and found.keys().isdisjoint(fresh):
        # One translation of all names at once did; the rule for each name would give the same.
        found.update(zip(others, renamed, strict=True))
        return found
    taken = {*found, *reserved}
    for name in others:
        identifier = free_name(transliterated(name), taken)
        found[name] = identifier
        taken.add(identifier)
    return found


def _in_latin(text: str) -> str:
    """Return a text with Greek letters spelled out: one after the other, for there are few."""
    for letter, name in _GREEK.items():
        text = text.replace(chr(letter), name)
    return text


def _unchanged(names: list[str], reserved: AbstractSet[str]) -> dict[str, str]:
    """Return the names that are identifiers as they are."""
    text = "\n" + "\n".join(names)
    may_be_other = "\n_" in text or "\nlambda" in text
    if not may_be_other and text.isascii() and all(map(str.isidentifier, names)):
        kept = names
    else:
        kept = [name for name in names if _PLAIN.fullmatch(name)]
    found = dict(zip(kept, kept, strict=True))
    for name in found.keys() & reserved:
        del found[name]
    return found
