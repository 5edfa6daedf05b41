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
from fractions import Fraction
from typing import cast

from symgrad.sources import lexer
from symgrad.sources.arrays.tokens import START, WORDS, Syntax, Tokens, index_letters

_RELATIONS = frozenset(("<", "<=", ">", ">=", "==", "!=", "="))
MAX_DEPTH = 200


class ArrayParser(Tokens):
    """Reads one expression; with `side_by_side`, factors next to one another are a product.

    What `/` divides by then is the factors that touch one another (`1/2n Xᵀr`), the "first" one
    (`1/2xᵀAx`) or "all" of them, as `divisor` says; `met` tells that there was a choice.
    """

    def whole(self) -> Syntax:
        """Read all of the text."""
        found = self.condition()
        if self.token:
            raise self.unexpected()
        return found

    def condition(self) -> Syntax:
        """Read sums joined by relations, `and` and `or`."""
        left = self.relation()
        while self.token in {"and", "or"}:
            operator = self.token
            self.at += 1
            right = self.relation()
            left = Syntax("logic", (left, right), operator, left.start, right.end)
        return left

    def relation(self) -> Syntax:
        """Read one sum, or two with a relation between them."""
        left = self.sum()
        if self.token in _RELATIONS:
            relation = self.token
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
        start = self.start
        sign = self.token
        if sign in {"+", "-"}:
            self.at += 1
        left = self.pairing()
        if sign == "-":
            left = Syntax("neg", (left,), None, start, left.end)
        while self.token in {"+", "-"}:
            kind = "add" if self.token == "+" else "sub"
            self.at += 1
            right = self.pairing()
            left = Syntax(kind, (left, right), None, left.start, right.end)
        self.depth -= 1
        return left

    def pairing(self) -> Syntax:
        """Read a term, or A : B, the sum of the products of all entries."""
        left = self.term()
        if self.token != ":" or self.in_index or not self.side_by_side:
            return left
        self.at += 1
        right = self.term()
        return Syntax("call", (left, right), "inner", left.start, right.end)

    def term(self) -> Syntax:
        """Read a product of each entry, a scaling or a quotient."""
        left = self.product()
        while (kind := _TERM.get(self.token)) is not None:
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
        while self.token == "@" or self.joins(left):
            kind = "mat" if self.token == "@" else "juxt"
            if kind == "juxt":
                self.met.add("divisor")
                touching = self.touches() and self.token not in _BRACKETS
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
            if self.token == "@":
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
        token = self.token
        if token in {"(", "√", "∑"}:
            return True
        if token in {"|", "‖"}:
            return not self.bars
        if token == "[":
            return self.side_by_side
        if token[:1].isdigit():
            return token[:1] not in "²³¹"
        return bool(re.match(r"\\?" + START, token)) and token not in WORDS

    def signed(self) -> Syntax:
        """Read a power with a sign in front."""
        if self.token == "-":
            start = self.start
            self.at += 1
            inner = self.signed()
            return Syntax("neg", (inner,), None, start, inner.end)
        return self.power()

    def power(self) -> Syntax:
        """Read a power."""
        base = self.postfix()
        kind = {"^": "pow", ".^": "hpow"}.get(self.token)
        if kind is None:
            return base
        self.at += 1
        if self.token == "T" and not self.known("T"):
            self.at += 1
            return self.after(Syntax("T", (base,), None, base.start, self.end))
        exponent = self.braced() if self.token == "{" else self.signed()
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
        if self.token in {"^", ".^"}:
            kind = "pow" if self.token == "^" else "hpow"
            self.at += 1
            exponent = self.braced() if self.token == "{" else self.signed()
            return _inverse_of(Syntax(kind, (found, exponent), None, base.start, exponent.end))
        return found

    def postfix(self) -> Syntax:
        """Read an atom with the marks behind it."""
        return self.marks(self.atom())

    def marks(self, base: Syntax) -> Syntax:
        """Read ᵀ, ⁻¹, superscripts and indices."""
        while True:
            token = self.token
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
                and self.touches()
                and (base.kind in {"name", "T", "index"} or (base.bracketed and self.is_range()))
                and not (self.side_by_side and self.holds_product())
            ):
                base = self.indexed(base)
            else:
                return base

    def superscript(self, base: Syntax, token: str, end: int) -> Syntax:
        """Read ² or ⁻¹, or ⁻ before ᵀ (the inverse transposed)."""
        self.at += 1
        plain = token.translate(lexer.SUPERSCRIPTS)
        if plain == "-" and self.token == "ᵀ":
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
        while self.token == ",":
            self.at += 1
            parts.append(self.index_part())
        self.expect("]")
        self.in_index = outside
        return Syntax("index", (base, *parts), None, base.start, self.end)

    def index_part(self) -> Syntax:
        """Read one index, or a slice."""
        start = self.start
        low = None if self.token == ":" else self.sum()
        if self.token != ":":
            return cast("Syntax", low)
        self.at += 1
        high = None if self.token in {"]", ","} else self.sum()
        parts = tuple(part for part in (low, high) if part is not None)
        shown = (low is not None, high is not None)
        return Syntax("slice", parts, shown, start, self.end)

    def atom(self) -> Syntax:
        """Read a number, a name, a call or something in brackets."""
        token = self.token
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
        if token == "∑" or (token.startswith(_TOTALS) and not self.known(token.rstrip("_"))):
            return self.total(token, start)
        if token not in WORDS and re.match(rf"\\?{START}|∂", token):
            following = self.tokens[self.at + 1]
            if following == "(" and not (self.side_by_side and self.is_name(token)):
                return self.call(token, start)
            if self.side_by_side and self.is_function(token) and not self.is_name(token):
                return self.applied(token, start)
            self.at += 1
            return Syntax("name", (), token, start, end)
        raise self.unexpected()

    def bracketed(self, opening: str, closing: str) -> Syntax:
        """Read an expression in brackets."""
        del opening
        start = self.start
        self.at += 1
        bars, self.bars = self.bars, 0
        inner = self.condition()
        self.expect(closing)
        self.bars = bars
        end = self.end
        if self.side_by_side and inner.kind in {"cmp", "logic"}:
            return Syntax("step", (inner,), None, start, end, bracketed=True)
        return Syntax(inner.kind, inner.args, inner.data, start, end, bracketed=True)

    def stacked(self) -> Syntax:
        """Read [x; h] and [A, B], or the bracket of a condition: [u > 0]."""
        start = self.start
        self.at += 1
        parts = [self.condition()]
        joint = self.token
        while joint in {";", ","} and self.token == joint:
            self.at += 1
            parts.append(self.condition())
        self.expect("]")
        if self.side_by_side and len(parts) == 1 and parts[0].kind not in {"cmp", "logic"}:
            end = self.end
            return Syntax(parts[0].kind, parts[0].args, parts[0].data, start, end, bracketed=True)
        kind = "step" if len(parts) == 1 and parts[0].kind in {"cmp", "logic"} else "stack"
        axis = int(joint == ",")
        return Syntax(kind, tuple(parts), axis, start, self.end)

    def barred(self, token: str) -> Syntax:
        """Read |x| or ‖x‖."""
        start = self.start
        self.at += 1
        double = token == "‖"
        if not double and self.token == "|":
            double = True
            self.at += 1
        self.bars += 1
        inner = self.sum()
        self.bars -= 1
        self.expect("‖" if token == "‖" else "|")
        if double and token == "|":
            self.expect("|")
        return Syntax("norm" if double else "bars", (inner,), None, start, self.end)

    def total(self, token: str, start: int) -> Syntax:
        """Read Σ_i … or sum_{i,j}(…): the body is a bracket, or the product that follows."""
        self.at += 1
        subscript = token[token.find("_") + 1 :] if "_" in token else ""
        if not subscript and self.token.startswith("_"):
            subscript = self.token[1:]
            self.at += 1
            if not subscript:
                subscript = self.token
                self.at += 1
        indices = index_letters(subscript)
        if not indices:
            raise self.fault("a sum has no index", start, self.end,
                             "write `sum_i(…)` or `sum(…)`")  # fmt: skip
        body = self.term()
        runs = subscript.strip("{} ").partition("=")[2]
        bounds = (Syntax("range", (), runs, start, body.end),) if runs else ()
        return Syntax("total", (body, *bounds), indices, start, body.end)

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
        while self.token != closing:
            part = self.condition()
            if part.kind in {"cmp", "logic"} and self.side_by_side and token != "where":
                part = Syntax("step", (part,), None, part.start, part.end)
            parts.append(part)
            if self.token != ",":
                break
            self.at += 1
        self.expect(closing)
        self.bars = bars
        end = self.end
        return Syntax("call", tuple(parts), token.lstrip("\\"), start, end)


_TERM = {"*": "mul", "/": "div", "⊙": "had", "./": "hdiv", "·": "dot", "⊗": "outer"}
_BRACKETS = frozenset("([{|‖∑")
_TOTALS = ("sum_", "Σ_")
_OF_PRODUCTS = frozenset("tr Tr trace det logdet diag softmax tanh".split())


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
