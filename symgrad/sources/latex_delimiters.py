r"""Brackets and bars: `\left( … \right)`, and values at a point, `… \right|_{x=2}`."""

from __future__ import annotations

import re
from abc import ABC

from symgrad.sources.latex_environments import Environments
from symgrad.sources.latex_tokens import Word
from symgrad.sources.latex_words import SIGNS
from symgrad.sources.written import Written

_POINT = re.compile(r"\s*\(\s*[-−]?[\d.]+(?:\s*,\s*[-−]?[\d.]+)*\s*\)\s*")
_COMPARED = re.compile(r"[=<>≤≥≠]|\\(?:[lg](?:eq?|t|eqslant)|neq?)(?![A-Za-z])")


class Delimiters(Environments, ABC):
    """Translates brackets with the words that size them."""

    def delimiter(self, word: Word, parts: list[Written]) -> None:
        """Translate `\\left(` and its like: the bracket alone."""
        bracket = self.next_word(word)
        if bracket.text == ".":
            if word.text == "\\left" and self.is_closed_by_evaluation():
                parts.append(self.written("(", word))
            return
        if (
            (SIGNS.get(bracket.text[1:]) or bracket.text) in ("|", ")", "]")
            and (self.is_evaluation() and (word.text == "\\right" or bracket.text not in ")]"))
            and self.words[self.at + 1 : self.at + 2]
            and self.evaluation_follows()
        ):
            closes = word.text == "\\right" and "|" in (SIGNS.get(bracket.text[1:]), bracket.text)
            parts.append(self.written(")" if closes or bracket.text in ")]" else "", bracket))
            self.evaluated(word, parts)
            return
        if bracket.text in ("\\{", "\\lbrace") and self.ends_with_array():
            parts.append(self.array_cases(word))
            return
        if bracket.text in ("\\{", "\\lbrace") and word.text == "\\left" and self.is_system():
            return
        plain = {"[": "(", "]": ")"}.get(bracket.text, bracket.text)
        sign = SIGNS.get(plain[1:], plain) if plain.startswith("\\") else plain
        if sign not in ("(", ")", "|", "/", "‖", "⟨", "⟩"):  # `\\big/` is a large sign of division
            raise self.fault(f"`{bracket.text}` is no bracket that is read here", bracket)
        held = sign == "|" and word.text == "\\right" and self.is_evaluation()
        parts.append(self.written(")" if held else sign, bracket))  # `\left.…\right|_V`

    def is_closed_by_evaluation(self) -> bool:
        """Tell whether the counterpart of a `\\left.` is `\\right|_{…}`."""
        level = 1
        for place in range(self.at, len(self.words) - 1):
            text = self.words[place].text
            level += (text == "\\left") - (text == "\\right")
            if level == 0:
                closing = self.words[place + 1].text
                return closing == "|" or SIGNS.get(closing[1:]) == "|"
        return False

    def is_evaluation(self) -> bool:
        """Tell whether a bar has a subscript: `|_{x=2}`, the value at a point."""
        return self.at < len(self.words) and self.words[self.at].text == "_"

    def evaluated(self, word: Word, parts: list[Written]) -> None:
        """Translate `|_{x=2}`."""
        sign = self.next_word(word)
        inner = self.argument(sign)
        parts += [self.written(" @(", word), inner, self.written(")", word)]

    def evaluation_follows(self) -> bool:
        """Tell whether the subscript that comes next holds a comparison, or numbers: `(1,2)`."""
        start = self.at
        try:
            inner = self.raw_argument(self.next_word(self.words[start]))
            return _COMPARED.search(inner) is not None or _POINT.fullmatch(inner) is not None
        finally:
            self.at = start
