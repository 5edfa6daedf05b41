"""The syntax of array expressions: from text to a tree with places, before any shape is known.

sum      = ["-"] term {("+" | "-") term}
term     = product {("*" | "/" | "⊙" | "∘" | ".*" | "./" | "·") product}
product  = signed {"@" signed | factor side by side}
power    = postfix [("^" | ".^" | "**") signed]
postfix  = atom {"ᵀ" | "'" | ".T" | "^T" | "⁻¹" | superscript | "[" indices "]"}
atom     = number | name | call | "(" sum ")" | "[" sum {";" sum} "]" | "|" sum "|" | "‖" sum "‖"
         | ("Σ" | "sum") "_" indices body
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import cast

from symgrad.errors import Diagnostic, SourceError
from symgrad.sources import lexer
from symgrad.sources.problems import Fault, Origin

_NOT_NAME = "²³¹\u2070-\u207fᵀ⊤"
_START = rf"[^\W\d{_NOT_NAME}]"
_REST = rf"(?:[^\W{_NOT_NAME}]|[\u0300-\u036f])"
NAME = rf"\\?{_START}{_REST}*(?:(?<=_)\{{[^{{}}]*\}})?|∂²?{_START}{_REST}*"
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
    "’": "ᵀ", "∑": "Σ", "||": "‖", "∧": "and", "∨": "or", "&": "and",
}  # fmt: skip
_RELATIONS = frozenset(("<", "<=", ">", ">=", "==", "!=", "="))
MAX_DEPTH = 200
MAX_TOKENS = 20_000


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


class ArrayParser:
    """Reads one expression; with `side_by_side`, factors next to one another are a product.

    What `/` divides by then is the factors that touch one another (`1/2n Xᵀr`), the "first" one
    (`1/2xᵀAx`) or "all" of them, as `divisor` says; `met` tells that there was a choice.
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

    # Faults ---------------------------------------------------------------------------------------

    def fault(self, message: str, start: int, end: int, help_: str = "") -> Fault:
        """Return a fault at a stretch of the text."""
        place = self.origin.place(self.text, start, max(end, start + 1))
        return Fault(Diagnostic(message, place, help_), SourceError)

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
        if not re.match(_START, word) or self.known(word) or word in _WORDS:
            return None
        for cut in range(len(word) - 1, 0, -1):
            head, tail = word[:cut], word[cut:]
            if head.endswith("_"):
                continue
            if self.known(head) and re.match(_START, tail):
                if self.known(tail):
                    return [head, tail]
                rest = self._pieces(tail)
                if rest:
                    return [head, *rest]
        return None

    # The grammar ----------------------------------------------------------------------------------

    def whole(self) -> Syntax:
        """Read all of the text."""
        found = self.condition()
        if self.tokens[self.at]:
            raise self.unexpected()
        return found

    def condition(self) -> Syntax:
        """Read sums joined by relations, `and` and `or`."""
        left = self.relation()
        while self.tokens[self.at] in {"and", "or"}:
            operator = self.tokens[self.at]
            self.at += 1
            right = self.relation()
            left = Syntax("logic", (left, right), operator, left.start, right.end)
        return left

    def relation(self) -> Syntax:
        """Read one sum, or two with a relation between them."""
        left = self.sum()
        if self.tokens[self.at] in _RELATIONS:
            relation = self.tokens[self.at]
            self.at += 1
            right = self.sum()
            relation = "==" if relation == "=" else relation
            return Syntax("cmp", (left, right), relation, left.start, right.end)
        return left

    def sum(self) -> Syntax:
        """Read a sum."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self.fault("nested too deeply to read", *self.spans[self.at])
        start = self.spans[self.at][0]
        sign = self.tokens[self.at]
        if sign in {"+", "-"}:
            self.at += 1
        left = self.pairing()
        if sign == "-":
            left = Syntax("neg", (left,), None, start, left.end)
        while self.tokens[self.at] in {"+", "-"}:
            kind = "add" if self.tokens[self.at] == "+" else "sub"
            self.at += 1
            right = self.pairing()
            left = Syntax(kind, (left, right), None, left.start, right.end)
        self.depth -= 1
        return left

    def pairing(self) -> Syntax:
        """Read a term, or A : B, the sum of the products of all entries."""
        left = self.term()
        if self.tokens[self.at] != ":" or self.in_index or not self.side_by_side:
            return left
        self.at += 1
        right = self.term()
        return Syntax("call", (left, right), "inner", left.start, right.end)

    def term(self) -> Syntax:
        """Read a product of each entry, a scaling or a quotient."""
        left = self.product()
        while (kind := _TERM.get(self.tokens[self.at])) is not None:
            self.at += 1
            beside = kind == "div" and self.side_by_side
            right = self.divided_by() if beside else self.product()
            left = Syntax(kind, (left, right), None, left.start, right.end)
            if beside and self.joins(left):
                left = self.product(left)
        return left

    def divided_by(self) -> Syntax:
        """Read what stands behind `/`: of factors side by side those that are meant."""
        left = self.signed()
        while self.tokens[self.at] == "@" or self.joins(left):
            kind = "mat" if self.tokens[self.at] == "@" else "juxt"
            if kind == "juxt":
                self.met.add("divisor")
                touching = self._touches() and self.tokens[self.at] not in _BRACKETS
                if self.divisor == "first" or (self.divisor == "touching" and not touching):
                    break
            self.at += kind == "mat"
            right = self.signed()
            left = Syntax(kind, (left, right), None, left.start, right.end)
        return left

    def product(self, left: Syntax | None = None) -> Syntax:
        """Read a product of matrices, or its factors behind the first."""
        left = self.signed() if left is None else left
        while True:
            if self.tokens[self.at] == "@":
                self.at += 1
                kind = "mat"
            elif self.joins(left):
                kind = "juxt"
            else:
                return left
            right = self.signed()
            left = Syntax(kind, (left, right), None, left.start, right.end)

    def joins(self, left: Syntax) -> bool:
        """Tell whether a factor follows side by side."""
        if not self.side_by_side and not _ends_in_mark(left):
            return False
        token = self.tokens[self.at]
        if token in {"(", "√", "Σ"}:
            return True
        if token in {"|", "‖"}:
            return not self.bars
        if token == "[":
            return self.side_by_side
        if token[:1].isdigit():
            return token[:1] not in "²³¹"
        return bool(re.match(r"\\?" + _START, token)) and token not in _WORDS

    def signed(self) -> Syntax:
        """Read a power with a sign in front."""
        if self.tokens[self.at] == "-":
            start = self.spans[self.at][0]
            self.at += 1
            inner = self.signed()
            return Syntax("neg", (inner,), None, start, inner.end)
        return self.power()

    def power(self) -> Syntax:
        """Read a power."""
        base = self.postfix()
        kind = {"^": "pow", ".^": "hpow"}.get(self.tokens[self.at])
        if kind is None:
            return base
        self.at += 1
        if self.tokens[self.at] == "T" and not self.known("T"):
            self.at += 1
            return self.after(Syntax("T", (base,), None, base.start, self.spans[self.at - 1][1]))
        exponent = self.braced() if self.tokens[self.at] == "{" else self.signed()
        if exponent.kind == "name" and exponent.data == "T" and not self.known("T"):
            return self.after(Syntax("T", (base,), None, base.start, exponent.end))
        made = Syntax(kind, (base, exponent), None, base.start, exponent.end)
        return self.after(_inverse_of(made))

    def braced(self) -> Syntax:
        """Read {…} as brackets."""
        self.at += 1
        inner = self.sum()
        self.expect("}")
        return inner

    def after(self, base: Syntax) -> Syntax:
        """Read what may follow a power: another transpose, or a further power."""
        found = self.marks(base)
        if self.tokens[self.at] in {"^", ".^"}:
            kind = "pow" if self.tokens[self.at] == "^" else "hpow"
            self.at += 1
            exponent = self.braced() if self.tokens[self.at] == "{" else self.signed()
            return _inverse_of(Syntax(kind, (found, exponent), None, base.start, exponent.end))
        return found

    def postfix(self) -> Syntax:
        """Read an atom with the marks behind it."""
        return self.marks(self.atom())

    def marks(self, base: Syntax) -> Syntax:
        """Read ᵀ, ⁻¹, superscripts and indices."""
        while True:
            token = self.tokens[self.at]
            end = self.spans[self.at][1]
            if token == "ᵀ":
                self.at += 1
                base = Syntax("T", (base,), None, base.start, end)
            elif token[:1] and token[:1] in "²³¹⁰⁴⁵⁶⁷⁸⁹⁺⁻":
                base = self.superscript(base, token, end)
            elif (
                token.startswith("_")
                and self.side_by_side
                and (base.bracketed or base.kind in {"name", "call"})
            ):
                self.at += 1
                names = [Syntax("name", (), k, end - 1, end) for k in index_letters(token[1:])]
                base = Syntax("index", (base, *names), None, base.start, end)
            elif (
                token == "["
                and self._touches()
                and (base.kind in {"name", "T", "index"} or (base.bracketed and self._is_range()))
                and not (self.side_by_side and self._holds_product())
            ):
                base = self.indexed(base)
            else:
                return base

    def _takes_indices(self, base: Syntax) -> bool:
        return base.bracketed or base.kind == "name"

    def _is_range(self) -> bool:
        """Tell whether the square bracket that comes holds a range."""
        depth = 0
        for token in self.tokens[self.at :]:
            depth += (token in {"(", "["}) - (token in {")", "]"})
            if token == ":" and depth == 1:
                return True
            if not depth:
                break
        return False

    def _holds_product(self) -> bool:
        """Tell whether the square bracket that comes holds a formula, which no index is."""
        depth = 0
        for token in self.tokens[self.at :]:
            depth += (token in {"(", "["}) - (token in {")", "]"})
            if token in {"(", "⊙", "@", "ᵀ", "/", "·", "Σ", "‖", "⊗"}:
                return True
            if not depth:
                break
        return False

    def _touches(self) -> bool:
        return self.spans[self.at][0] == self.spans[self.at - 1][1]

    def superscript(self, base: Syntax, token: str, end: int) -> Syntax:
        """Read ² or ⁻¹, or ⁻ before ᵀ (the inverse transposed)."""
        self.at += 1
        plain = token.translate(lexer.SUPERSCRIPTS)
        if plain == "-" and self.tokens[self.at] == "ᵀ":
            self.at += 1
            inner = Syntax("inv", (base,), None, base.start, end)
            return Syntax("T", (inner,), None, base.start, end)
        try:
            value = Fraction(int(plain))
        except ValueError:
            raise self.fault(f"`{token}` is not an exponent", end - len(token), end) from None
        exponent = Syntax("num", (), value, end - len(token), end)
        return _inverse_of(Syntax("pow", (base, exponent), None, base.start, end))

    def indexed(self, base: Syntax) -> Syntax:
        """Read [i,j] or [2:n] behind a name."""
        self.at += 1
        outside, self.in_index = self.in_index, True
        parts = [self.index_part()]
        while self.tokens[self.at] == ",":
            self.at += 1
            parts.append(self.index_part())
        self.expect("]")
        self.in_index = outside
        return Syntax("index", (base, *parts), None, base.start, self.spans[self.at - 1][1])

    def index_part(self) -> Syntax:
        """Read one index, or a slice."""
        start = self.spans[self.at][0]
        low = None if self.tokens[self.at] == ":" else self.sum()
        if self.tokens[self.at] != ":":
            return cast("Syntax", low)
        self.at += 1
        high = None if self.tokens[self.at] in {"]", ","} else self.sum()
        parts = tuple(part for part in (low, high) if part is not None)
        shown = (low is not None, high is not None)
        return Syntax("slice", parts, shown, start, self.spans[self.at - 1][1])

    def expect(self, token: str) -> None:
        """Read a token that must come now."""
        if self.tokens[self.at] != token:
            if not self.tokens[self.at]:
                raise self.fault(
                    f"`{token}` is missing", *self.spans[self.at - 1], f"add the missing `{token}`"
                )
            raise self.unexpected()
        self.at += 1

    def atom(self) -> Syntax:
        """Read a number, a name, a call or something in brackets."""
        token = self.tokens[self.at]
        start, end = self.spans[self.at]
        if not token:
            raise self.unexpected()
        if token[0].isdecimal() or (token[0] == "." and len(token) > 1 and token[1].isdecimal()):
            self.at += 1
            try:
                return Syntax("num", (), lexer.read_number(token), start, end)
            except lexer.BadNumber as problem:
                raise self.fault(str(problem), start, end) from None
        if token in {"(", "{"}:
            return self.bracketed("(", ")") if token == "(" else self.bracketed("{", "}")
        if token == "[":
            return self.stacked()
        if token in {"|", "‖"}:
            return self.barred(token)
        if token == "√":
            self.at += 1
            inner = self.postfix()
            return Syntax("call", (inner,), "sqrt", start, inner.end)
        if token == "Σ" or (token.startswith(("sum_", "Σ_")) and not self.known(token)):
            return self.total(token, start)
        if token not in _WORDS and re.match(rf"\\?{_START}|∂", token):
            following = self.tokens[self.at + 1]
            if following == "(" and not (self.side_by_side and self._is_name(token)):
                return self.call(token, start)
            if self.side_by_side and self.is_function(token) and not self._is_name(token):
                return self.applied(token, start)
            self.at += 1
            return Syntax("name", (), token, start, end)
        raise self.unexpected()

    def bracketed(self, opening: str, closing: str) -> Syntax:
        """Read an expression in brackets."""
        del opening
        start = self.spans[self.at][0]
        self.at += 1
        bars, self.bars = self.bars, 0
        inner = self.condition()
        self.expect(closing)
        self.bars = bars
        end = self.spans[self.at - 1][1]
        if self.side_by_side and inner.kind in {"cmp", "logic"}:
            return Syntax("step", (inner,), None, start, end, bracketed=True)
        return Syntax(inner.kind, inner.args, inner.data, start, end, bracketed=True)

    def stacked(self) -> Syntax:
        """Read [x; h] and [A, B], or the bracket of a condition: [u > 0]."""
        start = self.spans[self.at][0]
        self.at += 1
        parts = [self.condition()]
        joint = self.tokens[self.at]
        while joint in {";", ","} and self.tokens[self.at] == joint:
            self.at += 1
            parts.append(self.condition())
        self.expect("]")
        if self.side_by_side and len(parts) == 1 and parts[0].kind not in {"cmp", "logic"}:
            end = self.spans[self.at - 1][1]
            return Syntax(parts[0].kind, parts[0].args, parts[0].data, start, end, bracketed=True)
        kind = "step" if len(parts) == 1 and parts[0].kind in {"cmp", "logic"} else "stack"
        axis = int(joint == ",")
        return Syntax(kind, tuple(parts), axis, start, self.spans[self.at - 1][1])

    def barred(self, token: str) -> Syntax:
        """Read |x| or ‖x‖."""
        start = self.spans[self.at][0]
        self.at += 1
        double = token == "‖"
        if not double and self.tokens[self.at] == "|":
            double = True
            self.at += 1
        self.bars += 1
        inner = self.sum()
        self.bars -= 1
        self.expect("‖" if token == "‖" else "|")
        if double and token == "|":
            self.expect("|")
        return Syntax(
            "norm" if double else "bars", (inner,), None, start, self.spans[self.at - 1][1]
        )

    def total(self, token: str, start: int) -> Syntax:
        """Read Σ_i … or sum_{i,j}(…): the body is a bracket, or the product that follows."""
        self.at += 1
        subscript = token[token.find("_") + 1 :] if "_" in token else ""
        if not subscript and self.tokens[self.at] == "_":
            self.at += 1
            subscript = self.tokens[self.at]
            self.at += 1
        indices = index_letters(subscript)
        if not indices:
            raise self.fault("a sum has no index", start, self.spans[self.at - 1][1],
                             "write `sum_i(…)` or `sum(…)`")  # fmt: skip
        body = self.term()
        runs = subscript.strip("{} ").partition("=")[2]
        bounds = (Syntax("range", (), runs, start, body.end),) if runs else ()
        return Syntax("total", (body, *bounds), indices, start, body.end)

    def _is_name(self, token: str) -> bool:
        """Tell whether a word is a name, or one with indices."""
        head, mark, _ = token.rpartition("_")
        if self.known(token) or (mark and self.known(head.upper())):
            return True
        return bool(mark) and self._is_name(head)

    def applied(self, token: str, start: int) -> Syntax:
        """Read a function with no bracket, as `log p` and `tr AB`, or with square ones."""
        if self.tokens[self.at + 1] == "[":
            return self.call(token, start, closing="]")
        self.at += 1
        inner = self.product() if token.lstrip("\\") in _OF_PRODUCTS else self.power()
        return Syntax("call", (inner,), token.lstrip("\\"), start, inner.end)

    def call(self, token: str, start: int, *, closing: str = ")") -> Syntax:
        """Read a call."""
        self.at += 2
        bars, self.bars = self.bars, 0
        parts: list[Syntax] = []
        while self.tokens[self.at] != closing:
            part = self.condition()
            if part.kind in {"cmp", "logic"} and self.side_by_side and token != "where":
                part = Syntax("step", (part,), None, part.start, part.end)
            parts.append(part)
            if self.tokens[self.at] != ",":
                break
            self.at += 1
        self.expect(closing)
        self.bars = bars
        end = self.spans[self.at - 1][1]
        return Syntax("call", tuple(parts), token.lstrip("\\"), start, end)


_TERM = {"*": "mul", "/": "div", "⊙": "had", "./": "hdiv", "·": "dot", "⊗": "outer"}
_BRACKETS = frozenset("([{|‖Σ")
_OF_PRODUCTS = frozenset("tr Tr trace det logdet diag softmax tanh".split())
_WORDS = frozenset("and or not spd symmetric".split())


def index_letters(subscript: str) -> tuple[str, ...]:
    """Return the indices that a subscript names: `ij`, `i,j` and `{i j}` are i and j.

    >>> index_letters("{i,j}"), index_letters("ij"), index_letters("k")
    (('i', 'j'), ('i', 'j'), ('k',))
    """
    plain = subscript.strip("{} ").partition("=")[0]
    parts = re.findall(r"[^\W\d_]['′]*|\d+", plain.replace("\\", ""))
    return tuple(parts)


def _ends_in_mark(x: Syntax) -> bool:
    """Tell whether ᵀ or ⁻¹ ends what was written, so that a factor may follow it directly."""
    if x.bracketed:
        return False
    if x.kind in {"T", "inv"}:
        return True
    return x.kind in {"mat", "juxt"} and _ends_in_mark(x.args[-1])


def _inverse_of(x: Syntax) -> Syntax:
    """Return the inverse that M^-1 is; the meaning of a number's is the same."""
    exponent = x.args[1]
    value: object = exponent.data if exponent.kind == "num" else None
    if exponent.kind == "neg" and exponent.args[0].kind == "num":
        value = -cast("Fraction", exponent.args[0].data)
    if x.kind == "pow" and value == -1:
        return Syntax("inv", (x.args[0],), None, x.start, x.end)
    return x
