r"""From a LaTeX formula to the plain notation of the graph language.

`\frac{\partial J}{\partial a} = \delta\,(2cu+1)\cdot x` becomes `∂J/∂a = δ (2cu+1)* x`, which the
parser of the graph language (with juxtaposition) reads on. Nothing is ever expanded or run: a
command that is not in the tables below is a fault that points at it.
"""

from __future__ import annotations

import re
import unicodedata

from symgrad.errors import Diagnostic
from symgrad.expression.names import GREEK
from symgrad.expression.tree import Expression
from symgrad.sources.cursor import Resolve
from symgrad.sources.grammar import Parser
from symgrad.sources.latex_cases import Row, piecewise
from symgrad.sources.latex_derivatives import derivative
from symgrad.sources.latex_scripts import Scripts
from symgrad.sources.latex_tokens import Word
from symgrad.sources.latex_words import (
    ACCENTS,
    ACCENTS_ABOVE,
    DROPPED,
    DROPPED_WITH_ARGUMENT,
    FILLERS,
    FUNCTION_WORDS,
    GIVEN,
    MATRICES,
    OPENS_CONDITION,
    SIGNS,
    STACKED,
    STYLES,
    SUMS,
    TEXT_STYLES,
    TRANSPARENT,
    WIDE,
    WORD_FUNCTIONS,
)
from symgrad.sources.limits import MAX_DEPTH
from symgrad.sources.problems import Fault, Origin
from symgrad.sources.written import Written

_BRACKETS = frozenset(
    ("(", "[", "\\{", "\\left", "\\bigl", "\\big", "\\Big", "\\Bigl", "\\bigg", "\\biggl",
     "\\lbrace", "\\lbrack")
)  # fmt: skip
_LETTER_FUNCTIONS = frozenset(("\\sigma", "\\Phi", "\\phi", "\\varphi", "\\psi", "σ", "Φ", "φ"))
_MAX_FAULTS = 20
_UNITS = {"in": 72.0, "cm": 28.0, "mm": 2.8, "em": 10.0, "ex": 4.5, "pt": 1.0, "px": 0.75}
_WIDE_SPACE = 8.0
UNREADABLE = "⍰"
_STOPS_ARGUMENT = frozenset("+-−=,;)]}&(<>/*")
_ENDS_ARGUMENT = frozenset(
    (*"left right middle end quad qquad cr newline text big Big bigg Bigg bigl bigr".split(),
     *"Bigl Bigr biggl biggr Biggl Biggr tag label nonumber notag rvert rVert".split(), "\\")
)  # fmt: skip


class Translator(Scripts):
    """Translates one formula."""

    in_condition = False  # in a row of cases words may join conditions

    def __init__(self, text: str, origin: Origin, *, lenient: bool = False) -> None:
        super().__init__(text, origin)
        words = [word.text for word in self.words]
        # a brace that is never closed swallows what comes behind it
        self.lenient = lenient and words.count("{") == words.count("}")
        self.faults: dict[int, Diagnostic] = {}

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
        elif text == "{":
            parts.append(self.grouped(self.closed(word), word))
        elif text == "_":
            self.subscript(word, parts)
        elif text == "^":
            self.superscript(word, parts)
        elif text.startswith("\\"):
            self.command(word, parts)
        elif text == "&" or (text == "~" and "\\" in self.source):  # in LaTeX a space
            parts.append(self.written(" ", word))
        elif text in ("∑", "∏"):
            parts.append(self.limits(text, word))
        elif text == "|" and self.is_evaluation():
            self.evaluated(word, parts)
        elif fraction := _vulgar(text):
            parts.append(self.written(fraction, word))
        elif text in WIDE:
            parts.append(self.written(WIDE[text], word))
        elif text in "[]":
            parts.append(self.written("(" if text == "[" else ")", word))
        else:
            parts.append(Written.at(text, word.start))

    def is_next(self, text: str) -> bool:
        """Tell whether a word comes next."""
        self.skip_spaces()
        return self.at < len(self.words) and self.words[self.at].text == text

    def is_comma_in_braces(self, parts: list[Written]) -> bool:
        """Tell whether `{,}` between digits begins here: a decimal comma, or one of thousands."""
        following = [word.text for word in self.words[self.at : self.at + 3]]
        before = parts[-1].text[-1:] if parts else ""
        return following[:2] == [",", "}"] and before.isdigit() and following[2:3] != [" "]

    def is_evaluation(self) -> bool:
        """Tell whether a bar has a subscript: `|_{x=2}`, the value at a point."""
        return self.at < len(self.words) and self.words[self.at].text == "_"

    def evaluated(self, word: Word, parts: list[Written]) -> None:
        """Translate `|_{x=2}`."""
        sign = self.next_word(word)
        inner = self.argument(sign)
        parts += [self.written(" @(", word), inner, self.written(")", word)]

    # -- commands ------------------------------------------------------------------------------

    def command(self, word: Word, parts: list[Written]) -> None:
        """Translate a command."""
        name = word.text[1:].rstrip("*")
        if name in GREEK and name not in SIGNS:
            parts.append(self.separated(GREEK[name], word, parts))
        elif SIGNS.get(name) == "|" and self.is_evaluation():
            self.evaluated(word, parts)
        elif name in SIGNS:
            sign = SIGNS[name]
            own = self.separated(sign, word, parts) if sign[:1].isalpha() else None
            parts.append(own or self.written(sign, word))
        elif name in ("ln", "log") and self.is_next("\\Gamma"):
            self.at += 1
            parts.append(self.function("lgamma", word, parts))
        elif name in FUNCTION_WORDS:
            parts.append(self.function(FUNCTION_WORDS[name], word, parts))
        elif name in ("frac", "dfrac", "tfrac", "cfrac"):
            parts.append(self.fraction(word))
        elif name in SUMS:
            parts.append(self.limits(SUMS[name], word))
        elif name == "sqrt":
            parts.append(self.root(word))
        elif name in STYLES:
            parts.append(self.styled(word, parts))
        elif name == "hspace":
            wide = _is_wide(self.raw_argument(word))
            parts.append(self.written(";" if wide else " ", word))
        elif name in STACKED:
            self.stacked(word, parts)
        elif name == "over":
            top = Written.join(parts)
            below = self.until(lambda text: text == "&" or text.startswith("\\\\"))
            parts[:] = [self.quotient(top, below, word)]
        elif name in ACCENTS:
            inner = self.argument(word).text.strip()
            parts.append(self.separated(f"{inner}_{ACCENTS[name]}", word, parts))
        elif name in TRANSPARENT:
            self.transparent(word, parts)
        elif name in DROPPED_WITH_ARGUMENT:
            self.raw_argument(word)
        elif name == "begin":
            self.environment(word, parts)
        elif name in ("left", "right", "bigl", "bigr", "Bigl", "Bigr", "big", "Big", "bigg", "Bigg",
                      "biggl", "biggr", "Biggl", "Biggr", "middle"):  # fmt: skip
            self.delimiter(word, parts)
        elif name == "," and self.between_digits(parts):
            pass
        elif name in DROPPED:
            parts.append(self.written(" ", word))
        else:
            raise self.fault(f"`{word.text}` is no command that is read here", word)

    def between_digits(self, parts: list[Written]) -> bool:
        """Tell whether digits stand on both sides, as in 0.834\\,694."""
        following = self.words[self.at].text if self.at < len(self.words) else ""
        before = parts[-1].text if parts else ""
        return "." in before and before[-1:].isdigit() and following[:1].isdigit()

    def separated(self, text: str, word: Word, parts: list[Written]) -> Written:
        """Return a name that does not run together with a name or number before it."""
        before = parts[-1].text[-1:] if parts else ""
        gap = " " if before.isalnum() or before == "_" else ""
        following = self.words[self.at].text[:1] if self.at < len(self.words) else ""
        after = " " if following.isalnum() else ""
        return self.written(gap + text + after, word)

    def delimiter(self, word: Word, parts: list[Written]) -> None:
        """Translate `\\left(` and its like: the bracket alone."""
        bracket = self.next_word(word)
        if bracket.text == ".":
            if word.text == "\\left" and self.is_closed_by_evaluation():
                parts.append(self.written("(", bracket))
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
        if sign not in ("(", ")", "|"):
            raise self.fault(f"`{bracket.text}` is no bracket that is read here", bracket)
        parts.append(self.written(sign, bracket))

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

    def evaluation_follows(self) -> bool:
        """Tell whether the subscript that comes next holds an equation."""
        start = self.at
        try:
            return "=" in self.raw_argument(self.next_word(self.words[start]))
        finally:
            self.at = start

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
        self.skip_spaces()
        while self.at < len(self.words) and self.words[self.at].text in ("^", "_"):
            sign = self.words[self.at]
            self.at += 1
            if sign.text == "_":
                start += self.raw_argument(sign).strip()
            else:
                exponent = self.argument(sign)
                ends = self.written("^(", sign), self.written(")", sign)
                power.append(Written.join([ends[0], exponent, ends[1]]))
            self.skip_spaces()
        following = self.words[self.at].text if self.at < len(self.words) else ""
        bracket = following in _BRACKETS
        if not bracket and self.is_call_of_a_letter():
            if power:
                raise self.fault("where does the argument end?", word, "put it in parentheses")
            return self.written(start + " ", word)
        if bracket and not power:
            return self.written(start, word)
        inner = self.bracketed_argument() if bracket else self.bare_argument(word)
        if not power and not bracket and self.is_called_name(inner):
            return Written.join([self.written(start + " ", word), inner])
        pieces = [self.written(start + "(", word), inner, self.written(")", word), *power]
        return Written.join(pieces)

    def is_called_name(self, inner: Written) -> bool:
        """Tell whether a name stands before a bracket, as in `\\log h_\\theta(x)`."""
        self.skip_spaces()
        following = self.words[self.at].text if self.at < len(self.words) else ""
        return following in _BRACKETS and re.fullmatch(r"\s*[^\W\d]\w*\s*", inner.text) is not None

    def is_call_of_a_letter(self) -> bool:
        """Tell whether σ(…) or another function comes next, as in `\\log\\sigma(x)`."""
        words = [word.text for word in self.words[self.at : self.at + 3]]
        if not words:
            return False
        behind = [text for text in words[1:] if not text.isspace()]
        letter = words[0] in _LETTER_FUNCTIONS and behind[:1] and behind[0] in _BRACKETS
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
        """Translate the product after a function without parentheses, as in `\\ln p`."""
        parts: list[Written] = []
        if self.at < len(self.words) and self.words[self.at].text in ("-", "−"):
            self.step(self.next_word(word), parts)
        while self.at < len(self.words):
            text = self.words[self.at].text
            name = text[1:] if text.startswith("\\") else ""
            ends = name in FUNCTION_WORDS or name in _ENDS_ARGUMENT
            sign = SIGNS.get(name, "a")
            if text in _STOPS_ARGUMENT or ends or not (sign[:1].isalpha() or sign == "∞"):
                break
            self.at += 1
            self.step(Word(text, self.words[self.at - 1].start), parts)
        found = Written.join(parts)
        if not found.text.strip():
            raise self.fault(f"`{word.text}` has no argument", word)
        return found

    def styled(self, word: Word, parts: list[Written]) -> Written:
        """Translate upright or text style: a name, a function, or words between formulas."""
        start = self.at
        raw = self.raw_argument(word)
        if "$" in raw:
            self.at = start
            return self.text_with_formulas(word)
        called = raw == raw.strip() and self.words[self.at : self.at + 1]
        opens = bool(called) and self.words[self.at].text in _BRACKETS
        raw = raw.strip()
        plain = re.sub(r"\\([A-Za-z]+)", lambda m: GREEK.get(m[1], m[1]), raw)
        plain = plain.replace("\\_", "_")
        if plain == "where" and not opens:
            return self.written(";", word)
        if plain in WORD_FUNCTIONS or plain in FUNCTION_WORDS:
            return self.function(FUNCTION_WORDS.get(plain, plain), word, parts)
        if plain == "d":
            return self.written("d", word)
        if self.in_condition and plain in ("and", "or"):
            return self.written(f" {plain} ", word)
        said = plain.lower() in FILLERS and (len(plain) > 1 or not called)
        if said or (not called and OPENS_CONDITION.fullmatch(plain)):
            return self.written(_words_between(plain), word)
        if plain == "1" or (plain in ("I", "1") and self.is_indicator()):
            return self.indicator(word)
        if word.text not in TEXT_STYLES and not re.fullmatch(r"\w+", plain) and plain:
            self.at = start
            inner = self.argument(word)
            return inner if re.search("[=≈]", inner.text) else self.grouped(inner, word)
        if re.fullmatch(r"[^\W\d]\w*", plain):
            return self.separated(plain, word, parts)
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

    def is_indicator(self) -> bool:
        """Tell whether a condition follows, in brackets or as a subscript."""
        following = "".join(word.text for word in self.words[self.at : self.at + 12])
        return bool(
            re.match(r"\s*(?:_\{?|\(|\[|\\\{|\\left\s*\S+)[^=()]*(?:[<>=]|\\[gl]eq?)", following)
        )

    def indicator(self, word: Word) -> Written:
        """Translate 𝟙 with its condition: `𝟙[z > 0]`, `𝟙_{z > 0}` are `1 (z > 0)`."""
        self.skip_spaces()
        if self.at < len(self.words) and self.words[self.at].text == "_":
            condition = self.argument(self.next_word(word))
            pieces = [self.written(" 1 (", word), condition, self.written(")", word)]
            return Written.join(pieces)
        return self.written(" 1 ", word)

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
        parts.append(self.grouped(inner, word) if word.text != "\\boxed" else inner)
        self.skip_spaces()
        braced = word.text in ("\\underbrace", "\\overbrace")
        if braced and self.at < len(self.words) and self.words[self.at].text in ("_", "^"):
            self.at += 1
            self.raw_argument(word)

    def environment(self, word: Word, parts: list[Written]) -> None:
        """Translate an environment: cases as Piecewise, aligned lines one after the other."""
        name = self.raw_argument(word).rstrip("*")
        if name in ("cases", "dcases", "rcases"):
            parts.append(self.cases(word, name))
            return
        if name in MATRICES:
            parts.append(self.column(word, name))
            return
        if name in ("array", "alignat", "alignedat"):
            self.raw_argument(word)
        inner = self.until(lambda text: text == "\\end")
        self.end(name, word)
        ends = self.written("\n", word)
        parts.append(Written.join([ends, inner, ends]))

    def end(self, name: str, opened: Word) -> None:
        """Pass the end of an environment."""
        if self.at >= len(self.words) or self.words[self.at].text != "\\end":
            raise self.fault(f"`\\begin{{{name}}}` is never ended", opened)
        word = self.words[self.at]
        self.at += 1
        if self.raw_argument(word).rstrip("*") != name:
            raise self.fault(f"this does not end `\\begin{{{name}}}`", word)

    def column(self, word: Word, name: str) -> Written:
        """Translate a matrix as the list of what stands in it."""
        pieces = [self.written("(", word)]
        while self.at < len(self.words) and self.words[self.at].text != "\\end":
            cell = self.until(lambda text: text in ("&", "\\\\", "\\cr", "\\end"))
            if cell.text.strip():
                pieces += [cell, self.written(", ", word)]
            if self.at < len(self.words) and self.words[self.at].text in ("&", "\\\\", "\\cr"):
                self.at += 1
            elif self.at < len(self.words) and self.words[self.at].text == "}":
                break
        self.end(name, word)
        if len(pieces) == 1:
            raise self.fault("an empty matrix", word)
        return Written.join([*pieces[:-1], self.written(") ", word)])

    def cases(self, word: Word, name: str) -> Written:
        """Translate the rows of a cases environment."""
        rows: list[Row] = []
        while self.at < len(self.words) and self.words[self.at].text not in ("\\end", "}"):
            value = self.until(lambda text: text in ("&", "\\\\", "\\end"))
            condition = Written.join([])
            if self.at < len(self.words) and self.words[self.at].text == "&":
                self.at += 1
                outer, self.in_condition = self.in_condition, True
                condition = self.until(lambda text: text in ("\\\\", "\\end"))
                self.in_condition = outer
            if self.at < len(self.words) and self.words[self.at].text == "\\\\":
                self.at += 1
            if value.text.strip():
                rows.append(Row(value, condition))
        self.end(name, word)
        if rows and all(re.search("[=≈]", row.value.text) for row in rows):
            # a system of equations, and no cases
            ends = self.written(";\n", word)
            return Written.join([p for row in rows for p in (row.value, ends, row.condition, ends)])
        found = piecewise(rows, word.start)
        if found is None:
            raise self.fault("these cases leave some values open", word, "end with `otherwise`")
        return found

    def ends_with_array(self) -> bool:
        """Tell whether an array begins here: behind `\\left\\{` it holds cases."""
        self.skip_spaces()
        following = "".join(word.text for word in self.words[self.at : self.at + 12])
        return re.match(r"\\begin\{(?:array|[a-z]*matrix)\*?\}", following) is not None

    def is_system(self) -> bool:
        """Tell whether aligned equations begin here: a brace in front of them is no bracket."""
        self.skip_spaces()
        following = "".join(word.text for word in self.words[self.at : self.at + 20])
        return re.match(r"\\begin\{(?:aligned|align|split|gathered|alignedat|cases|eqnarray)\*?\}",
                        following) is not None  # fmt: skip

    def array_cases(self, opened: Word) -> Written:
        """Translate an array of cases with its brackets."""
        begin = self.next_word(opened)
        name = self.raw_argument(begin).rstrip("*")
        if name == "array":
            self.raw_argument(begin)
        found = self.cases(opened, name)
        self.skip_spaces()
        if self.at < len(self.words) and self.words[self.at].text == "\\right":
            self.at += 1
            self.next_word(opened)
        return found


def _vulgar(text: str) -> str:
    """Return ½ and its like as a quotient in parentheses, "" for anything else."""
    top, slash, below = unicodedata.normalize("NFKC", text).partition("\u2044")
    return f"({top}/{below})" if slash and len(text) == 1 else ""


def _words_between(words: str) -> str:
    """Return what words between formulas are translated to: a condition follows, or a formula."""
    if not words.strip():
        return " "
    return GIVEN if OPENS_CONDITION.match(words) else ";"


def _is_wide(length: str) -> bool:
    """Tell whether a space is so wide that it separates two formulas."""
    found = re.fullmatch(r"\s*(\d*\.?\d+)\s*([a-z]{2})\s*", length)
    return found is not None and float(found[1]) * _UNITS.get(found[2], 1.0) >= _WIDE_SPACE


def _relation_said(above: str) -> str:
    """Return the relation that a sign of equality with something above it is, "" for `=`."""
    plain = re.sub(r"\\(?:text|mathrm|rm|textrm|mbox)", "", above).lower().strip(".")
    if plain in ("!", "set", "must", "soll", "?", "want", "setto", "setto0"):
        return "≟"
    return ":=" if plain in ("def", "defn", "\\triangle", "\\wedge", "\\delta", "df") else ""


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


def parse_latex_expression(text: str, origin: Origin, resolve: Resolve) -> Expression:
    r"""Return the tree of a LaTeX formula without relations.

    Raises:
        SourceError: if it cannot be read.

    >>> from symgrad.expression.tree import Var
    >>> origin = Origin("", (r"\sqrt{x}",), 1, 1)
    >>> parse_latex_expression(r"\sqrt{x}", origin, {"x": Var("x")}.get)
    Call(function='sqrt', arguments=(Var(key='x'),))
    """
    try:
        found = translate(text, origin)
        parser = Parser(found.text, found.origin(text, origin), resolve, juxtaposition=True)
        return parser.whole()
    except Fault as fault:
        raise fault.kind(fault.diagnostic) from None
