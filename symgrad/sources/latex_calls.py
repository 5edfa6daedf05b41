r"""Fractions, roots, sums and functions: commands that take arguments.

A fraction may be a derivative, and a function may stand without parentheses, as in `\\ln p`.
"""

from __future__ import annotations

import re
from abc import ABC

from symgrad.expression.functions import lookup
from symgrad.sources.latex_derivatives import derivative
from symgrad.sources.latex_tokens import Tokens, Word
from symgrad.sources.latex_words import BRACKETS, FACTOR_GAP, FUNCTION_WORDS, SIGNS
from symgrad.sources.written import Written

_LETTER_FUNCTIONS = frozenset(("\\sigma", "\\Phi", "\\phi", "\\varphi", "\\psi", "σ", "Φ", "φ"))
_STOPS_ARGUMENT = frozenset("+-−=,.;)]}&(<>/*")
_SPACES = frozenset(("\\,", "\\;", "\\:", "\\ ", "\\>", "\\thinspace"))
_CLINGS = frozenset(("^", "_", "\\_", "'", "!", "\\!"))  # to the factor before
_ENDS_ARGUMENT = frozenset(
    (*"left right middle end quad qquad cr newline text big Big bigg Bigg bigl bigr".split(),
     *"Bigl Bigr biggl biggr Biggl Biggr tag label nonumber notag rvert rVert".split(), "\\")
)  # fmt: skip
_IS_RATE = re.compile(r"\s*(?:∂.*|\w+_d{1,2}ot\s*)", re.DOTALL)


class Calls(Tokens, ABC):
    """Translates a command that takes arguments, with these."""

    def fraction(self, word: Word) -> Written:
        """Translate a fraction, or a derivative that is written as one."""
        top, below = self.argument(word), self.argument(word)
        return self.quotient(top, below, word)

    def quotient(self, top: Written, below: Written, word: Word) -> Written:
        """Return a fraction of translated parts, or the derivative that it is."""
        found = derivative(top, below, word.start)
        if found is not None:
            return found
        pieces = [self.written("((", word), top, self.written(")/(", word), below]
        return Written.join([*pieces, self.written("))", word)])

    def limits(self, sign: str, word: Word) -> Written:
        """Translate what stands below and above a sum: `∑[i = 1, m]`."""
        found = {"_": Written.join([]), "^": Written.join([])}
        while True:
            self.skip_spaces()
            text = self.words[self.at].text if self.at < len(self.words) else ""
            text = "_" if text == "\\_" else text
            if text in ("\\limits", "\\nolimits", "\\displaylimits"):
                self.at += 1
            elif text in found and not found[text].text:
                mark = self.next_word(word)
                found[text] = self.argument(mark)
            else:
                break
        below, above = found["_"], found["^"]
        pieces = [self.written(f" {sign}[", word), below]
        if above.text:
            pieces += [self.written(", ", word), above]
        return Written.join([*pieces, self.written("] ", word)])

    def root(self, word: Word) -> Written:
        """Translate a root: square, cube, or of a whole degree."""
        degree = "2"
        self.skip_spaces()
        if self.at < len(self.words) and self.words[self.at].text == "[":
            self.at += 1
            degree = self.until(lambda text: text == "]").text.strip()
            self.at += 1
        inner = self.argument(word)
        if not degree.isascii() or not degree.isdigit() or int(degree) < 2:
            raise self.fault("the degree of a root is a whole number", word)
        head = {"2": "sqrt(", "3": "cbrt("}.get(degree, "((")
        tail = ")" if degree in ("2", "3") else f")^(1/{degree}))"
        return Written.join([self.written(" " + head, word), inner, self.written(tail, word)])

    def function(self, name: str, word: Word, parts: list[Written]) -> Written:
        """Translate a function word, with its argument where that has no parentheses."""
        start = self.separated(name, word, parts).text.rstrip()
        power: list[Written] = []
        self.skip_gaps()
        while self.at < len(self.words) and self.words[self.at].text == "'":
            start += "'"  # relu'(z)
            self.at += 1
        while self.at < len(self.words) and self.words[self.at].text in ("^", "_"):
            sign = self.words[self.at]
            self.at += 1
            if sign.text == "_":
                start += self.raw_argument(sign).strip()
            else:
                exponent = self.argument(sign)
                ends = self.written("^(", sign), self.written(")", sign)
                power.append(Written.join([ends[0], exponent, ends[1]]))
            self.skip_gaps()
        inverted = [re.sub(r"\s", "", one.text) for one in power] == ["^(-1)"]
        if inverted and lookup(f"a{name}") is not None:
            start, power = f"{start.removesuffix(name)}a{name}", []  # tan⁻¹ is no quotient
        following = self.words[self.at].text if self.at < len(self.words) else ""
        bracket = following in BRACKETS
        if not bracket and self.is_call_of_a_letter():
            if power:
                raise self.fault("where does the argument end?", word, "put it in parentheses")
            return self.written(start + " ", word)
        if bracket and not power:
            return self.written(start, word)
        inner = self.bracketed_argument() if bracket else self.bare_argument(word)
        if not power and not bracket and self.is_called_name(inner):
            return Written.join([self.written(start + " ", word), inner])
        gap = FACTOR_GAP if FACTOR_GAP in inner.text and not bracket else ""
        pieces = [self.written(f"{start}{gap}(", word), inner, self.written(")", word), *power]
        return Written.join(pieces)

    def is_called_name(self, inner: Written) -> bool:
        """Tell whether a name stands before a bracket, as in `\\log h_\\theta(x)`."""
        self.skip_gaps()
        following = self.words[self.at].text if self.at < len(self.words) else ""
        return following in BRACKETS and re.fullmatch(r"\s*[^\W\d]\w*\s*", inner.text) is not None

    def is_call_of_a_letter(self) -> bool:
        """Tell whether σ(…) or another function comes next, as in `\\log\\sigma(x)`."""
        words = [word.text for word in self.words[self.at : self.at + 3]]
        if not words:
            return False
        behind = [text for text in words[1:] if not text.isspace()]
        letter = words[0] in _LETTER_FUNCTIONS and behind[:1] and behind[0] in BRACKETS
        return bool(letter) or words[0][1:] in FUNCTION_WORDS

    def bracketed_argument(self) -> Written:
        """Translate an argument in parentheses up to the one that closes it."""
        level = 0
        parts: list[Written] = []
        while self.at < len(self.words) and self.words[self.at].text != "}":
            word = self.words[self.at]
            self.at += 1
            before = len(parts)
            self.step(word, parts)
            added = "".join(part.text for part in parts[before:])
            level += added.count("(") - added.count(")")
            if level <= 0:
                break
        return Written.join(parts)

    def bare_argument(self, word: Word) -> Written:
        r"""Translate the product after a function without parentheses, as in `\\ln p`.

        It ends at a space that the author has put, and before a derivative. Between its factors
        stands `FACTOR_GAP`: that it goes on so far is one reading of several.
        """
        parts: list[Written] = []
        if self.at < len(self.words) and self.words[self.at].text in ("-", "−"):
            self.step(self.next_word(word), parts)
        while self.at < len(self.words):
            start = self.at
            text = self.words[start].text
            name = text[1:] if text.startswith("\\") else ""
            ends = name in FUNCTION_WORDS or name in _ENDS_ARGUMENT
            ends = ends and (bool(parts) or name != "text")  # as in ln text{loss}
            sign = SIGNS.get(name, "a")
            before = "".join(part.text for part in parts)
            has_letter = any(map(str.isalpha, before))
            if text in _STOPS_ARGUMENT or ends or not (sign[:1].isalpha() or sign == "∞"):
                break
            if text in _SPACES and has_letter:
                break
            follows = has_letter and _is_apart(before, text)
            own = [*parts, self.written(FACTOR_GAP, self.words[start])] if follows else [*parts]
            self.at += 1
            self.step(Word(text, self.words[start].start), own)
            if follows and _IS_RATE.fullmatch("".join(part.text for part in own[len(parts) :])):
                self.at = start
                break
            parts = own
        found = Written.join(parts)
        if not found.text.strip():
            raise self.fault(f"`{word.text}` has no argument", word)
        return found


def _is_apart(before: str, text: str) -> bool:
    """Tell whether a token begins a factor of its own: no script, no further letter of a name."""
    joins = before[-1:] in ("_", "^") or (before[-1:].isalnum() and text.isalnum())
    return not (text.isspace() or text in _CLINGS or text in _SPACES or joins)
