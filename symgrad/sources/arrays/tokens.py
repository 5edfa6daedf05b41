"""The tokens of array expressions, and the pieces of syntax that they make."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from symgrad.sources import lexer
from symgrad.sources.problems import Fault, Origin

_NOT_NAME = "²³¹\u2070-\u207fᵀ⊤"
START = rf"[^\W\d{_NOT_NAME}]"
_REST = rf"(?:[^\W{_NOT_NAME}]|[\u0300-\u036f])"
NAME = rf"\\?{START}{_REST}*(?:(?<=_)\{{[^{{}}]*\}})?|∂²?{START}{_REST}*"
TOKEN = re.compile(
    r"\s*("
    r"(?:[0-9]|\.[0-9])[0-9_]*(?:\.[0-9][0-9_]*|\.(?![*/^T\d\w]))?(?:[eE][+-]?[0-9]+)?"
    rf"|{NAME}"
    r"|\.\*|\./|\.\^|\.T(?!\w)|\*\*|[=!<>:]=|&&"
    r"|[²³¹⁰⁴-⁹⁺⁻]+"
    r"|\S"
    r")"
)
_SYNONYMS = {
    "**": "^", "×": "*", "∗": "*", "⋅": "·", "∙": "·", "÷": "/", "∕": "/", "−": "-", "–": "-",
    "≤": "<=", "≥": ">=", "≠": "!=", "∘": "⊙", ".*": "⊙", "⊤": "ᵀ", ".T": "ᵀ", "'": "ᵀ", "′": "ᵀ",
    "’": "ᵀ", "||": "‖", "∧": "and", "∨": "or", "&": "and",
}  # fmt: skip
_IN_FORMULAS = frozenset(("(", "⊙", "@", "ᵀ", "/", "·", "∑", "‖", "⊗"))
MAX_TOKENS = 20_000
WORDS = frozenset("and or not spd symmetric".split())


@dataclass(frozen=True, slots=True)
class Syntax:
    """One piece of what was written: what it is, its parts, and where it stands.

    `kind` is num, name, neg, add, sub, mul, div, had, hdiv, mat, juxt, dot, pow, hpow, T, inv,
    call, index, slice, stack, step, bars, norm, cmp, logic or total (a sum over indices, with the
    range behind it where one is written).
    `bracketed` tells that parentheses stand around it.
    """

    kind: str
    args: tuple[Syntax, ...]
    data: object
    start: int
    end: int
    bracketed: bool = False


class Tokens:
    """The tokens of one expression, the place that is read, and what may come there.

    With `side_by_side`, factors next to one another are a product, and a word may be several names.
    `divisor` and `met` are `ArrayParser`'s.
    """

    def __init__(
        self,
        text: str,
        origin: Origin,
        *,
        known: Callable[[str], bool] = lambda word: False,
        side_by_side: bool = False,
        is_function: Callable[[str], bool] = lambda word: True,
        divisor: str = "touching",
    ) -> None:
        self.divisor = divisor
        self.met: set[str] = set()
        self.is_function = is_function
        self.text = text
        self.origin = origin
        self.known = known
        self.side_by_side = side_by_side
        self.at = 0
        self.depth = 0
        self.bars = 0
        self.in_index = False
        found = list(TOKEN.finditer(text))
        if len(found) > MAX_TOKENS:
            raise self.fault("the expression is too long", 0, 0)
        self.spans = [match.span(1) for match in found]
        self.tokens = [_SYNONYMS.get(match[1], match[1]) for match in found]
        if side_by_side:
            self._split_words()
        end = len(text.rstrip())
        self.spans.append((end, end + 1))
        self.tokens.append("")

    @property
    def token(self) -> str:
        """The token that comes, "" behind the last one."""
        return self.tokens[self.at]

    @property
    def start(self) -> int:
        """Where the token that comes begins."""
        return self.spans[self.at][0]

    @property
    def end(self) -> int:
        """Where the token that was read last ends."""
        return self.spans[self.at - 1][1]

    def fault(self, message: str, start: int, end: int, help_: str = "") -> Fault:
        """Return a fault at a stretch of the text."""
        place = self.origin.place(self.text, start, max(end, start + 1))
        return Fault(message, place, help_)

    def unexpected(self) -> Fault:
        """Return the fault of the token that cannot stand where it does."""
        start, end = self.spans[self.at]
        token = self.text[start:end]
        if not token.strip():
            before = self.text[slice(*self.spans[self.at - 1])] if self.at else ""
            if not before:
                return self.fault("an expression is missing here", start, end)
            return self.fault(f"an operand is missing after `{before}`", *self.spans[self.at - 1])
        if lexer.IDENTIFIER.match(token) and self.at:
            before = self.text[slice(*self.spans[self.at - 1])]
            return self.fault(
                f"an operator is missing between `{before}` and `{token}`",
                self.spans[self.at - 1][0],
                end,
                f"a product of matrices is written `{before}@{token}`, "
                f"one of each entry `{before} ⊙ {token}`",
            )
        return self.fault(f"`{token}` cannot stand here", start, end)

    def _split_words(self) -> None:
        """Split words that are no name but a product of names, as `λW` is."""
        tokens, spans = [], []
        for i, (token, span) in enumerate(zip(self.tokens, self.spans, strict=True)):
            following = self.tokens[i + 1] if i + 1 < len(self.tokens) else ""
            pieces = (
                self._pieces(token) if following != "(" or not self.is_function(token) else None
            )
            if not pieces or len(pieces) == 1:
                tokens.append(token)
                spans.append(span)
                continue
            at = span[0]
            for piece in pieces:
                tokens.append(piece)
                spans.append((at, at + len(piece)))
                at += len(piece)
        self.tokens, self.spans = tokens, spans

    def _pieces(self, word: str) -> list[str] | None:
        if not re.match(START, word) or self.known(word) or word in WORDS:
            return None
        for cut in range(len(word) - 1, 0, -1):
            head, tail = word[:cut], word[cut:]
            if head.endswith("_"):
                continue
            if self.known(head) and re.match(START, tail):
                if self.known(tail):
                    return [head, tail]
                rest = self._pieces(tail)
                if rest:
                    return [head, *rest]
        return None

    def is_range(self) -> bool:
        """Tell whether the square bracket that comes holds a range."""
        return (":", 1) in self._bracket()

    def holds_product(self) -> bool:
        """Tell whether the square bracket that comes holds a formula, which no index is."""
        return any(token in _IN_FORMULAS for token, _ in self._bracket())

    def _bracket(self) -> Iterator[tuple[str, int]]:
        """Yield the tokens of the bracket that comes, and in how many brackets each stands."""
        depth = 0
        for token in self.tokens[self.at :]:
            depth += (token in {"(", "["}) - (token in {")", "]"})
            yield token, depth
            if not depth:
                return

    def touches(self) -> bool:
        """Tell whether no space stands before the token that comes."""
        return self.start == self.end

    def expect(self, token: str) -> None:
        """Read a token that must come now."""
        if self.token != token:
            if not self.token:
                raise self.fault(
                    f"`{token}` is missing", *self.spans[self.at - 1], f"add the missing `{token}`"
                )
            raise self.unexpected()
        self.at += 1

    def is_name(self, token: str) -> bool:
        """Tell whether a word is a name, or one with indices."""
        head, mark, _ = token.rpartition("_")
        if self.known(token) or (mark and self.known(head.upper())):
            return True
        return bool(mark) and self.is_name(head)


def index_letters(subscript: str) -> tuple[str, ...]:
    """Return the indices that a subscript names: `ij`, `i,j` and `{i j}` are i and j.

    >>> index_letters("{i,j}"), index_letters("ij"), index_letters("k")
    (('i', 'j'), ('i', 'j'), ('k',))
    """
    plain = subscript.strip("{} ").partition("=")[0]
    parts = re.findall(r"[^\W\d_]['′]*|\d+", plain.replace("\\", ""))
    return tuple(parts)
