"""The tokens of a LaTeX formula: groups, arguments, and faults that point at them."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import NamedTuple

from symgrad.sources.limits import MAX_DEPTH
from symgrad.sources.problems import Fault, Origin
from symgrad.sources.written import Written

_TOKEN = re.compile(r"\s+|\\[A-Za-z]+\*?|\\.|[0-9]+(?:\.[0-9]+)?|\.[0-9]+|[^\W\d_]|.", re.DOTALL)
_STRETCHES = 8
_SIMPLE = re.compile(r"\s*(?:[^\W_]\w*|[0-9.]+)\s*")
_SIGNED = re.compile(r"\s*[-−]\s*(?:[^\W_]\w*|[0-9.]+)\s*")
_POWER = re.compile(r"\s*(?:[^\W\d_]\w*|∂)\s*\^\s*\(\d\)\s*")  # `{{\\partial}^{2}}`
_LONE_SIGNS = frozenset("+-−=*<>∂")  # `a{=}b`, `\\mathrel{+}=`
_GAPS = frozenset(
    (
        "\\!",
        "\\,",
        "\\;",
        "\\:",
        "\\ ",
        "\\>",
        "~",
        "\\thinspace",
        "\\negthinspace",
        "\\mathopen",
    )
)


class Word(NamedTuple):
    """One token of LaTeX and where it starts."""

    text: str
    start: int


class Tokens(ABC):
    """The tokens of one formula; `at` is the next one."""

    in_condition = False  # in a row of cases, below an indicator: words may join conditions there

    def __init__(self, text: str, origin: Origin) -> None:
        self.source = text
        self.origin = origin
        self.words = [Word(m[0], m.start()) for m in _TOKEN.finditer(text)]
        self.at = 0
        self.depth = 0
        # every stretch is begun by a token of its own, or a few are: whoever begins more goes round
        self.stretches = _STRETCHES * (len(self.words) + 1)

    def fault(self, message: str, word: Word, hint: str = "") -> Fault:
        """Return a fault that points at a token."""
        place = self.origin.place(self.source, word.start, word.start + len(word.text))
        return Fault(message, place, hint)

    def translate(self) -> Written:
        """Translate all of the text."""
        found = self.until(lambda word: False)
        if self.at < len(self.words):
            raise self.fault("`}` closes nothing", self.words[self.at])
        return found

    def until(self, stop: Callable[[str], bool]) -> Written:
        """Translate up to a token that `stop` accepts, or a closing brace, or the end."""
        self.depth += 1
        self.stretches -= 1
        if self.stretches < 0:
            raise self.fault("this cannot be read", self.words[min(self.at, len(self.words) - 1)])
        if self.depth > MAX_DEPTH:
            raise self.fault(f"more than {MAX_DEPTH} levels of nesting", self.words[self.at - 1])
        out = Written.join([])
        parts: list[Written] = []
        while self.at < len(self.words):
            word = self.words[self.at]
            if word.text == "}" or stop(word.text):
                break
            self.at += 1
            self.step(word, parts)
        self.depth -= 1
        return Written.join([out, *parts])

    @abstractmethod
    def step(self, word: Word, parts: list[Written]) -> None:
        """Translate what begins with `word`, and add it to `parts`."""

    def written(self, text: str, word: Word) -> Written:
        """Return own text that stands for a token."""
        return Written.all_at(text, word.start)

    # -- groups and arguments ------------------------------------------------------------------

    def closed(self, opened: Word) -> Written:
        """Translate the rest of a group of braces."""
        inner = self.until(lambda word: False)
        if self.at >= len(self.words):
            raise self.fault("`{` is never closed", opened, "add the missing `}`")
        self.at += 1
        return inner

    def grouped(self, inner: Written, word: Word) -> Written:
        """Return a group as a factor: in parentheses unless it is one name or number.

        `{-e}^{x}` is set as −e^x: the power belongs to what stands right before it.
        """
        power = _POWER.fullmatch(inner.text) is not None and not self.is_next("^")
        plain = (
            power
            or _SIMPLE.fullmatch(inner.text)
            or inner.text.strip() in _LONE_SIGNS
            or (_SIGNED.fullmatch(inner.text) and self.is_next("^"))
        )
        left, right = ("", " ") if plain else ("(", ")")
        if not inner.text.strip():
            return self.written(" ", word)
        return Written.join([self.written(left, word), inner, self.written(right, word)])

    def skip_spaces(self) -> None:
        """Go on to the next token that is no space."""
        while self.at < len(self.words) and self.words[self.at].text.isspace():
            self.at += 1

    def skip_gaps(self) -> None:
        r"""Go on to the next token that is no space, and no command for one such as `\\!`."""
        self.skip_spaces()
        while self.at < len(self.words) and self.words[self.at].text in _GAPS:
            self.at += 1
            self.skip_spaces()

    def next_word(self, after: Word) -> Word:
        """Return the next token that is no space, and pass it."""
        self.skip_spaces()
        if self.at >= len(self.words) or self.words[self.at].text == "}":
            raise self.fault(f"an argument is missing after `{after.text}`", after)
        self.at += 1
        return self.words[self.at - 1]

    def argument(self, after: Word) -> Written:
        """Translate the argument of a command: a group, or one token."""
        word = self.next_word(after)
        if word.text == "{":
            return self.closed(word)
        if len(word.text) > 1 and word.text[0].isdigit():
            # \frac12 is one half: an argument without braces is a single digit
            self.at -= 1
            self.words[self.at] = Word(word.text[1:], word.start + 1)
            return Written.at(word.text[0], word.start)
        parts: list[Written] = []
        self.step(word, parts)
        return Written.join(parts)

    def raw_argument(self, after: Word) -> str:
        """Return the argument of a command as it is written."""
        word = self.next_word(after)
        if word.text != "{":
            return word.text
        level, start = 1, self.at
        while self.at < len(self.words):
            text = self.words[self.at].text
            level += (text == "{") - (text == "}")
            self.at += 1
            if level == 0:
                return "".join(w.text for w in self.words[start : self.at - 1])
        raise self.fault("`{` is never closed", word)

    def separated(self, text: str, word: Word, parts: list[Written]) -> Written:
        """Return a name that does not run together with a name or number before it."""
        before = parts[-1].text[-1:] if parts else ""
        gap = " " if before.isalnum() or before == "_" else ""
        following = self.words[self.at].text[:1] if self.at < len(self.words) else ""
        after = " " if following.isalnum() else ""
        return self.written(gap + text + after, word)

    def is_next(self, text: str) -> bool:
        """Tell whether a word comes next."""
        self.skip_spaces()
        return self.at < len(self.words) and self.words[self.at].text == text
