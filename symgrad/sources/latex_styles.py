r"""Text and decorations: `\\text`, `\\mathbf`, `\\overset`, `\\underbrace`.

A text is a name, a function, an indicator, or words between two formulas.
"""

from __future__ import annotations

import re
from abc import ABC

from symgrad.expression.brackets import depths
from symgrad.expression.names import GREEK
from symgrad.sources.latex_calls import Calls
from symgrad.sources.latex_environments import Environments
from symgrad.sources.latex_tokens import Word
from symgrad.sources.latex_words import (
    ACCENTS_ABOVE,
    BRACKETS,
    FILLERS,
    FUNCTION_WORDS,
    GIVEN,
    OPENS_CONDITION,
    TEXT_STYLES,
    WORD_FUNCTIONS,
)
from symgrad.sources.written import Written

_BRACES = {"\\{": "[", "\\}": "]"}


class Styles(Calls, Environments, ABC):
    """Translates text, and what decorates a formula."""

    def styled(self, word: Word, parts: list[Written]) -> Written:
        """Translate upright or text style: a name, a function, or words between formulas."""
        start = self.at
        raw = self.raw_argument(word)
        if "$" in raw:
            self.at = start
            return self.text_with_formulas(word)
        called = raw == raw.strip() and self.words[self.at : self.at + 1]
        opens = bool(called) and self.words[self.at].text in BRACKETS
        raw = raw.strip()
        plain = re.sub(r"\\([A-Za-z]+)", lambda m: GREEK.get(m[1], m[1]), raw)
        plain = plain.replace("\\_", "_")
        if plain == "where" and not opens:
            return self.written(";", word)
        if plain in WORD_FUNCTIONS or plain in FUNCTION_WORDS:
            return self.function(FUNCTION_WORDS.get(plain, plain), word, parts)
        if plain == "d" or plain in ("grad", "Grad"):
            return self.written("d" if plain == "d" else "∇", word)
        if plain in ("and", "or") and (self.in_condition or self.is_bracketed(start)):
            return self.written(f" {plain} ", word)
        said = plain.lower() in FILLERS and (len(plain) > 1 or not called)
        if said or (not called and OPENS_CONDITION.fullmatch(plain)):
            return self.written(_words_between(plain), word)
        if plain in ("I", "1") and self.is_indicator():
            self.skip_spaces()
            below = self.words[self.at].text == "_"  # `indicated` translates what stands there
            return self.written(" 1 " if below else " ", word)
        if re.fullmatch(r"[-−]?\d+(?:\.\d+)?", plain):
            return self.written(f" {plain} ", word)
        if word.text not in TEXT_STYLES and not re.fullmatch(r"\w+", plain) and plain:
            self.at = start
            inner = self.argument(word)
            return inner if re.search("[=≈]", inner.text) else self.grouped(inner, word)
        if re.fullmatch(r"[^\W\d]\w*", plain):
            return self.separated(plain, word, parts)
        if plain and "".join(part.text for part in parts[-2:]).rstrip().endswith("="):
            raise self.fault("words stand where a formula should", word)
        return self.written(_words_between(plain), word)

    def text_with_formulas(self, word: Word) -> Written:
        """Translate text that holds formulas of its own: `\\text{if $y = 1$}`."""
        parts: list[Written] = []
        self.next_word(word)
        while self.at < len(self.words) and self.words[self.at].text != "}":
            before = self.at
            while self.at < len(self.words) and self.words[self.at].text not in ("$", "}"):
                self.at += 1
            said = "".join(one.text for one in self.words[before : self.at])
            parts.append(self.written(_words_between(said.strip()), word))
            if self.at < len(self.words) and self.words[self.at].text == "$":
                self.at += 1
                parts.append(self.until(lambda text: text == "$"))
                self.at += self.at < len(self.words) and self.words[self.at].text == "$"
        self.at += 1
        return Written.join(parts)

    def is_bracketed(self, at: int) -> bool:
        """Tell whether a bracket is open before a token."""
        tokens = [_BRACES.get(word.text, word.text) for word in self.words[:at]]
        return [0, *depths(tokens, "([", ")]")][-1] > 0

    def is_indicator(self) -> bool:
        """Tell whether a condition follows, in brackets or as a subscript."""
        following = "".join(word.text for word in self.words[self.at : self.at + 12])
        return bool(
            re.match(r"\s*(?:_\{?|\(|\[|\\\{|\\left\s*\S+)[^=()]*(?:[<>=]|\\[gl]eq?)", following)
        )

    def stacked(self, word: Word, parts: list[Written]) -> None:
        """Translate a sign above another: an accent, or words above a relation."""
        above = re.sub(r"[\s{}]", "", self.raw_argument(word))
        inner = self.argument(word)
        if inner.text.strip() in ("=", "≡") and (sign := _relation_said(above)):
            parts.append(self.written(sign, word))
            return
        accent = ACCENTS_ABOVE.get(above) if word.text != "\\underset" else None
        if accent and re.fullmatch(r"\s*[^\W\d]\w*\s*", inner.text):
            parts.append(self.separated(f"{inner.text.strip()}_{accent}", word, parts))
        else:
            parts.append(inner)

    def transparent(self, word: Word, parts: list[Written]) -> None:
        """Translate what a decorating command decorates."""
        if word.text in ("\\textcolor", "\\colorbox"):
            self.raw_argument(word)
        inner = self.argument(word)
        signed = word.text in ("\\cancel", "\\bcancel") and inner.text.lstrip()[:1] in (
            "+",
            "-",
            "−",
        )
        plain = word.text == "\\boxed" or signed
        parts.append(inner if plain else self.grouped(inner, word))
        self.skip_spaces()
        braced = word.text in ("\\underbrace", "\\overbrace")
        if braced and self.at < len(self.words) and self.words[self.at].text in ("_", "^"):
            self.at += 1
            self.raw_argument(word)


def _words_between(words: str) -> str:
    """Return what words between formulas are translated to: a condition follows, or a formula."""
    if not words.strip():
        return " "
    return GIVEN if OPENS_CONDITION.match(words) else ";"


def _relation_said(above: str) -> str:
    """Return the relation that a sign of equality with something above it is, "" for `=`."""
    plain = re.sub(r"\\(?:text|mathrm|rm|textrm|mbox)", "", above).lower().strip(".")
    if plain in ("!", "set", "must", "soll", "?", "want", "setto", "setto0"):
        return "≟"
    return ":=" if plain in ("def", "defn", "\\triangle", "\\wedge", "\\delta", "df") else ""
