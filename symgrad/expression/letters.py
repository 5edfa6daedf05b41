"""Texts for streams whose encoding lacks letters: each is spelled with letters that there are."""

from __future__ import annotations

import codecs
import re
import unicodedata

from symgrad.expression.names import LATIN

# What stands for a sign in ASCII; Greek letters have their names.
PLAIN = {
    "∂": "d", "·": "*", "×": "*", "−": "-", "√": "sqrt", "≤": "<=", "≥": ">=", "≠": "!=",
    "≈": "~", "→": "->", "←": "<-", "✓": "[ok]", "✗": "[no]", "…": "...", "⋮": "...",
    "“": '"', "”": '"', "’": "'", "‘": "'", "–": "-", "—": "-", "─": "-", "│": "|", "′": "'",
    "∞": "inf", "∇": "grad", "∑": "sum", "±": "+-",
}  # fmt: skip
_RAISED = re.compile("[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+")


def encoding_of(stream: object) -> str:
    """Return the name of a stream's encoding, in the one spelling that Python gives it."""
    name = getattr(stream, "encoding", None) or "utf-8"
    try:
        return codecs.lookup(name).name
    except LookupError:
        return "ascii"


def spelled_out(text: str, encoding: str) -> str:
    """Return a text with every letter that an encoding lacks written with letters that it has.

    >>> spelled_out("∂L/∂λ = −2λa⁻¹", "ascii")
    'dL/dlambda = -2 lambda a^(-1)'
    >>> spelled_out("é² → λ", "cp1252")
    'é² -> lambda'
    """
    if _has(encoding, text):
        return text
    level = _RAISED.sub(lambda run: _raised(run[0], encoding), text)
    return "".join(_spelled(level, i, encoding) for i in range(len(level)))


def _has(encoding: str, text: str) -> bool:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def _raised(run: str, encoding: str) -> str:
    if _has(encoding, run):
        return run
    digits = unicodedata.normalize("NFKD", run).replace("\N{MINUS SIGN}", "-")
    return f"^({digits})" if digits.startswith("-") else f"^{digits}"


def _spelled(text: str, i: int, encoding: str) -> str:
    letter = text[i]
    if _has(encoding, letter):
        return letter
    if letter not in LATIN:
        plain = PLAIN.get(letter) or unicodedata.normalize("NFKD", letter)
        return plain.encode(encoding, "backslashreplace").decode(encoding)
    before = " " if i > 0 and (text[i - 1].isalnum() and text[i - 1] not in LATIN) else ""
    after = " " if i + 1 < len(text) and text[i + 1].isalpha() else ""
    return f"{before}{LATIN[letter]}{after}"
