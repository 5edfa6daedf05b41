r"""From a LaTeX formula to the plain notation of the graph language.

`\frac{\partial J}{\partial a} = \delta\,(2cu+1)\cdot x` becomes `∂J/∂a = δ (2cu+1)* x`, which the
parser of the graph language (with juxtaposition) reads on. Nothing is ever expanded or run: a
command that is not in the tables below is a fault that points at it.
"""

from __future__ import annotations

import re
import string
import unicodedata

from symgrad.errors import Diagnostic
from symgrad.expression.names import GREEK
from symgrad.sources.latex_delimiters import Delimiters
from symgrad.sources.latex_scripts import TRANSPOSED, Scripts
from symgrad.sources.latex_styles import Styles
from symgrad.sources.latex_tokens import Word
from symgrad.sources.latex_words import (
    ACCENTS,
    DROPPED,
    DROPPED_WITH_ARGUMENT,
    FUNCTION_WORDS,
    SIGNS,
    STACKED,
    STYLES,
    SUMS,
    TRANSPARENT,
    WIDE,
)
from symgrad.sources.limits import MAX_DEPTH
from symgrad.sources.problems import Fault, Origin
from symgrad.sources.written import Written

_SLOPE = re.compile(r"[d∂]\w{1,12}\s*/\s*[d∂]")
_ROW_SPACE = re.compile(r"\[\s*-?\d*\.?\d+\s*(?:pt|ex|em|mm|cm|in|px|mu|\\\w+)\s*\]")
_MAX_FAULTS = 20
_UNITS = {"in": 72.0, "cm": 28.0, "mm": 2.8, "em": 10.0, "ex": 4.5, "pt": 1.0, "px": 0.75}
_WIDE_SPACE = 8.0
_WORD_ENDS = "0123456789_" + string.ascii_letters
_SIZES = frozenset(
    "left right middle big Big bigg Bigg bigl bigr Bigl Bigr biggl biggr Biggl Biggr".split()
)
_OF_GRADIENT = re.compile(r"(?:\\nabla|∇)[^=\n]*=[^\n]*$")  # a list stands behind it
_ANGLES = (["\\langle"], ["\\rangle"], ["⟨"], ["⟩"])
UNREADABLE = "⍰"


class Translator(Delimiters, Styles, Scripts):
    """Translates one formula."""

    def __init__(self, text: str, origin: Origin, *, lenient: bool = False) -> None:
        super().__init__(text, origin)
        words = [word.text for word in self.words]
        # a brace that is never closed swallows what comes behind it
        self.lenient = lenient and words.count("{") == words.count("}")
        self.faults: dict[int, Diagnostic] = {}
        self.words = [
            word
            for place, word in enumerate(self.words)
            if not (word.text[1:] in _SIZES and words[place + 1 : place + 2] in _ANGLES)
        ]

    def step(self, word: Word, parts: list[Written]) -> None:
        """Translate what begins with `word`; with `lenient`, put a mark where that cannot be done.

        Raises:
            Fault: if it cannot be translated.
        """
        depth = self.depth
        try:
            self.translated(word, parts)
        except Fault as fault:
            whole = word.text == "\\begin"  # its rows would be lost: they are read one by one
            if not self.lenient or whole or len(self.faults) >= _MAX_FAULTS:
                raise
            if self.depth > MAX_DEPTH:
                raise
            self.depth = depth
            self.faults.setdefault(word.start, fault.diagnostic)
            parts.append(self.written(UNREADABLE, word))

    def translated(self, word: Word, parts: list[Written]) -> None:
        """Translate what begins with `word`, and add it to `parts`."""
        text = word.text
        if text == "{" and self.is_comma_in_braces(parts):
            self.at += 2
            parts.append(self.written(",", word))
        elif text == "{" and self.is_script_in_braces():
            script = self.next_word(word)
            (self.superscript if script.text == "^" else self.subscript)(script, parts)
            parts += [self.closed(word), self.written(" ", word)]
        elif text == "{":
            parts.append(self.grouped(self.closed(word), word))
        elif text == "_" or (text == "\\_" and self.is_subscript_next()):
            self.subscript(word, parts)
        elif text == "^":
            self.superscript(word, parts)
        elif text == "\\*":  # a product, also one that Markdown needs a stroke for
            parts.append(self.written("*", word))
        elif text.startswith("\\"):
            self.command(word, parts)
        elif text == "&" and self.is_next("&"):  # the next of several columns of equations
            self.next_word(word)
            parts.append(self.written(";", word))
        elif text == "&" or (text == "~" and "\\" in self.source):  # in LaTeX a space
            parts.append(self.written(" ", word))
        elif text in ("∑", "∏"):
            parts.append(self.limits(text, word))
        elif text == "|" and self.is_evaluation():
            self.evaluated(word, parts)
        elif fraction := _vulgar(text):
            parts.append(self.written(fraction, word))
        elif text == "." and self.is_product_sign(parts):
            parts.append(self.written("*", word))
        elif text in WIDE:
            parts.append(self.written(WIDE[text], word))
        elif text == "⟨" and not _OF_GRADIENT.search(self.source[: word.start]):
            parts.append(self.inner_product(word))
        elif text in "[]":
            parts.append(self.written("(" if text == "[" else ")", word))
        else:
            parts.append(Written.at(text, word.start))

    def is_subscript_next(self) -> bool:
        """Tell whether a group follows: Markdown has an author write `\\sum\\_{i=1}`."""
        return self.at < len(self.words) and self.words[self.at].text == "{"

    def is_product_sign(self, parts: list[Written]) -> bool:
        """Tell whether a full stop with a space on either side stands between two factors."""
        before = "".join(part.text for part in parts[-2:])
        around = [one.text for one in self.words[self.at : self.at + 3]]
        opens_next = around[:1] in (["("], ["["], ["\\left"])
        if opens_next and before[-1:].isalpha():
            return True  # X^T.(Y - Z)
        spaced = before[-1:].isspace() and bool(around) and around[0].isspace()
        if not spaced or before.rstrip()[-1:] not in (*")]'", *_WORD_ENDS) or not around[1:]:
            return False
        following = around[1]
        opens = following in ("(", "[", "{", "\\left", "\\frac", "\\dfrac", "\\tfrac")
        letter = following[:1].isalpha() and not (around[2:] and around[2][:1].isalpha())
        slope = _SLOPE.match(self.source, self.words[self.at + 1].start)
        return opens or letter or slope is not None

    def is_script_in_braces(self) -> bool:
        """Tell whether `{^T}` begins here: a script alone in braces belongs to what stands before.

        Only one of a single token is meant.
        """
        following = [
            one.text for one in self.words[self.at : self.at + 4] if not one.text.isspace()
        ]
        return following[:1] in (["^"], ["_"]) and following[2:3] == ["}"]

    def is_comma_in_braces(self, parts: list[Written]) -> bool:
        """Tell whether `{,}` between digits begins here: a decimal comma, or one of thousands."""
        following = [word.text for word in self.words[self.at : self.at + 3]]
        before = parts[-1].text[-1:] if parts else ""
        return following[:2] == [",", "}"] and before.isdigit() and following[2:3] != [" "]

    def command(self, word: Word, parts: list[Written]) -> None:
        """Translate a command."""
        name = word.text[1:].rstrip("*")
        if self.done(name, word, parts):
            return
        piece = self.named_piece(name, word, parts) or self.built_piece(name, word, parts)
        if piece is None and name in ("int", "iint", "iiint", "oint"):
            raise self.fault("an integral: those are listed, and not judged", word)
        if piece is None:
            raise self.fault(f"`{word.text}` is no command that is read here", word)
        parts.append(piece)

    def done(self, name: str, word: Word, parts: list[Written]) -> bool:
        """Carry out a command that stands for no piece of its own; tell whether it was one."""
        if SIGNS.get(name) == "|" and self.is_evaluation():
            self.evaluated(word, parts)
        elif name in STACKED:
            self.stacked(word, parts)
        elif name == "over":
            top = Written.join(parts)
            below = self.until(lambda text: text == "&" or text.startswith("\\\\"))
            parts[:] = [self.quotient(top, below, word)]
        elif name in TRANSPARENT:
            self.transparent(word, parts)
        elif name in DROPPED_WITH_ARGUMENT:
            self.raw_argument(word)
        elif name == "begin":
            self.environment(word, parts)
        elif name in _SIZES:
            self.delimiter(word, parts)
        else:
            return name == "," and self.between_digits(parts)
        return True

    def named_piece(self, name: str, word: Word, parts: list[Written]) -> Written | None:
        """Return what a letter, a sign or a function is written as, None for other commands."""
        if name == "langle" and not _OF_GRADIENT.search(self.source[: word.start]):
            return self.inner_product(word)
        if name == "Sigma" and self.has_limits():
            return self.limits("∑", word)
        if name in GREEK and name not in SIGNS:
            return self.separated(GREEK[name], word, parts)
        if name in SIGNS:
            self.skip_space_below(name)
            sign = SIGNS[name]
            own = self.separated(sign, word, parts) if sign[:1].isalpha() else None
            return own or self.written(sign, word)
        if name in ("ln", "log") and self.is_next("\\Gamma"):
            self.at += 1
            return self.function("lgamma", word, parts)
        if name in FUNCTION_WORDS:
            return self.function(FUNCTION_WORDS[name], word, parts)
        return None

    def inner_product(self, word: Word) -> Written:
        """Translate `\\langle w, x \\rangle` as `(w)⊤ (x)`.

        Raises:
            Fault: where no comma stands in it: that is a mean.
        """
        inner = self.until(lambda text: text in ("\\rangle", "⟩"))
        first, comma, second = inner.text.partition(",")
        if not comma or "," in second or self.at >= len(self.words):
            raise self.fault("an inner product of two is read here", word)
        self.at += 1
        at = len(first)
        pieces = [
            self.grouped(inner.cut(0, at), word),
            self.written(f" {TRANSPOSED} ", word),
            self.grouped(inner.cut(at + 1, len(inner.text)), word),
        ]
        return Written.join(pieces)

    def has_limits(self) -> bool:
        """Tell whether `_{i=1}` follows: Σ is the sign of a sum there."""
        following = "".join(one.text for one in self.words[self.at : self.at + 6])
        return re.match(r"\s*_\s*\{\s*\w\s*=", following) is not None

    def built_piece(self, name: str, word: Word, parts: list[Written]) -> Written | None:
        """Return what a command with arguments is written as, None for other commands."""
        if name in ("frac", "dfrac", "tfrac", "cfrac"):
            return self.fraction(word)
        if name in SUMS:
            return self.limits(SUMS[name], word)
        if name == "sqrt":
            return self.root(word)
        if name in STYLES:
            return self.styled(word, parts)
        if name == "hspace":
            return self.written(";" if _is_wide(self.raw_argument(word)) else " ", word)
        if name in ACCENTS:
            argument = self.argument(word)
            inner = argument.text.strip()
            if inner.isdecimal():
                return argument  # a vector of zeros or of ones
            return self.separated(f"{inner}_{ACCENTS[name]}", word, parts)
        return self.written(" ", word) if name in DROPPED else None

    def skip_space_below(self, name: str) -> None:
        """Pass the space that an author asks for behind a row: `\\\\[2ex]`."""
        if name != "\\" or self.at >= len(self.words):
            return
        width = _ROW_SPACE.match(self.source, self.words[self.at].start)
        while width and self.at < len(self.words) and self.words[self.at].start < width.end():
            self.at += 1

    def between_digits(self, parts: list[Written]) -> bool:
        """Tell whether digits stand on both sides, as in 0.834\\,694."""
        following = self.words[self.at].text if self.at < len(self.words) else ""
        before = parts[-1].text if parts else ""
        return "." in before and before[-1:].isdigit() and following[:1].isdigit()


def _vulgar(text: str) -> str:
    """Return ½ and its like as a quotient in parentheses, "" for anything else."""
    top, slash, below = unicodedata.normalize("NFKC", text).partition("\u2044")
    return f"({top}/{below})" if slash and len(text) == 1 else ""


def _is_wide(length: str) -> bool:
    """Tell whether a space is so wide that it separates two formulas."""
    found = re.fullmatch(r"\s*(\d*\.?\d+)\s*([a-z]{2})\s*", length)
    return found is not None and float(found[1]) * _UNITS.get(found[2], 1.0) >= _WIDE_SPACE


def translate_leniently(text: str, origin: Origin) -> tuple[Written, dict[int, Diagnostic]]:
    r"""Return a formula in the plain notation, with a mark where something cannot be translated.

    The faults stand by the offset of the command that they are about.

    Raises:
        Fault: at a bracket that is not closed, or nesting that is too deep.

    >>> found, faults = translate_leniently(r"a = \foo", Origin("", (), 1, 1))
    >>> found.text, list(faults)
    ('a = ⍰', [4])
    """
    translator = Translator(text, origin, lenient=True)
    found = translator.translate()
    return found, translator.faults


def translate(text: str, origin: Origin) -> Written:
    r"""Return a LaTeX (or plain) formula in the plain notation, with the origin of each character.

    Raises:
        Fault: at a command that is not known, or a bracket that is not closed.

    >>> translate(r"\tfrac12 w_{1}^2", Origin("", (), 1, 1)).text
    '((1)/(2)) w_1 ^2'
    """
    return Translator(text, origin).translate()
