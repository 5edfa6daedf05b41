"""From the text of one expression to its tree.

    atom = (number | name | call | "(" sum ")" | "|" sum "|" | ("√" | "∛") atom) [superscripts]

Sums, products and powers stand in `arithmetic.py`, conditions in `conditions.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from symgrad.errors import Place, SourceError
from symgrad.expression.functions import Function, OwnFunction, by_letter, lookup
from symgrad.expression.names import canonical
from symgrad.expression.tree import Call, Compare, Expression, Logic, Neg, Number, Var, number
from symgrad.sources import complaints, lexer
from symgrad.sources.conditions import COMPARISONS, Conditions
from symgrad.sources.cursor import Resolve, constant
from symgrad.sources.limits import MAX_TERMS
from symgrad.sources.problems import Fault, Origin, SourceTooLarge

__all__ = ["Parser", "constant", "parse_expression"]

_ROOTS = {"√": "sqrt", "∛": "cbrt"}
_SUPERSCRIPTS = frozenset("²³¹⁰⁴⁵⁶⁷⁸⁹⁺⁻")


class Parser(Conditions):
    """Reads one expression.

    With `juxtaposition`, factors side by side are a product, as in `2x`, and a word that is not a
    known name is read as a product of known ones where that can be done in exactly one way.
    """

    def __init__(
        self,
        text: str,
        origin: Origin,
        resolve: Resolve,
        *,
        names: Iterable[str] = (),
        unknown: Callable[[str, Place], None] | None = None,
        juxtaposition: bool = False,
    ) -> None:
        super().__init__(text, origin, resolve, names=names, unknown=unknown)
        self.juxtaposition = juxtaposition
        self.own: Mapping[str, OwnFunction] = {}
        self.known: dict[str, Expression] = {}

    def whole(self) -> Expression:
        """Read all of the text as one expression."""
        if self.tokens[0] == "":
            raise self.fault("an expression is missing here", 0)
        try:
            expression = self.sum()
        except RecursionError:  # the caller's stack was deep already
            raise self.too_large("nested too deeply to read", 0) from None
        self.finish()
        self.check_depth(expression)
        return expression

    def finish(self) -> None:
        """Refuse what is left over."""
        if self.tokens[self.at]:
            raise complaints.unexpected(self)

    def expect(self, token: str, opened: int) -> None:
        """Read `token`, the counterpart of the one at `opened`."""
        if self.tokens[self.at] != token:
            raise complaints.unclosed(self, token, opened)
        self.at += 1

    def atom(self) -> Expression:
        """Read what a power is made of, with superscripts."""
        tokens = self.tokens
        at = self.at
        found = self.known.get(tokens[at])
        if found is not None and tokens[at + 1] != "(":
            self.at = at + 1
        elif tokens[at] == "(":
            found = self.bracketed()
        else:
            found = self.other_atom()
        if tokens[self.at][:1] in _SUPERSCRIPTS:
            return self.superscript(found, at)
        return found

    def other_atom(self) -> Expression:
        """Read an atom that is not a name or number met before."""
        token = self.tokens[self.at]
        first = token[:1]
        if first in "0123456789" or (first == "." and len(token) > 1):
            return self.number(token) if token else self.missing()
        if first == "(":
            return self.bracketed()
        if first == "|":
            return self.absolute()
        if first in _ROOTS:
            return self.root(token)
        if token in lexer.RESERVED or not lexer.IDENTIFIER.match(token):
            return self.missing()
        if self.tokens[self.at + 1] == "(":
            return self.call(token)
        return self.name(token)

    def missing(self) -> Expression:
        """Complain about the token that stands where an operand should."""
        raise complaints.missing(self)

    def number(self, token: str) -> Expression:
        """Read a number."""
        try:
            value = Number(lexer.read_number(token))
        except lexer.BadNumber as problem:
            kind = SourceTooLarge if problem.too_large else SourceError
            raise self.fault(str(problem), self.at, kind=kind) from None
        self.known[token] = value
        self.at += 1
        return value

    def name(self, token: str) -> Expression:
        """Read a name that is used as a value."""
        found = self.resolve(token) or constant(token)
        if found is None and self.juxtaposition:
            parts = complaints.as_product(self, token, constants=True)
            if parts:
                self.split_token(parts)
                return self.name(parts[0])
        if found is None:
            complaints.unknown_name(self, token)
            found = Var(token)
        self.known[token] = found
        self.at += 1
        return found

    def superscript(self, base: Expression, start: int) -> Expression:
        """Read an exponent in superscript digits."""
        token = self.tokens[self.at]
        plain = token.translate(lexer.SUPERSCRIPTS)
        digits = plain[1:] if plain[0] in "+-" else plain
        try:
            exponent: Expression = number(lexer.read_number(digits))
        except lexer.BadNumber:
            raise self.fault(f"`{token}` is not an exponent", self.at) from None
        self.at += 1
        return self.raised(base, Neg(exponent) if plain[0] == "-" else exponent, start)

    def bracketed(self) -> Expression:
        """Read an expression in parentheses, or a condition where one may stand."""
        opened = self.at
        bars, self.bars = self.bars, 0
        self.enter()
        self.at += 1
        inner = self.any_of() if self.conditions else self.sum()
        self.expect(")", opened)
        self.depth -= 1
        self.bars = bars
        if self.conditions:
            self.check_use(inner, opened)
        return inner

    def absolute(self) -> Expression:
        """Read |x|."""
        opened = self.at
        mode, self.conditions = self.conditions, False
        self.enter()
        self.at += 1
        self.bars += 1
        inner = self.sum()
        self.expect("|", opened)
        self.bars -= 1
        self.depth -= 1
        self.conditions = mode
        return Call("abs", (inner,))

    def root(self, token: str) -> Expression:
        """Read √x or ∛x."""
        start = self.at
        mode, self.conditions = self.conditions, False
        self.enter()
        self.at += 1
        inner = self.other_atom()
        self.depth -= 1
        self.conditions = mode
        following = self.tokens[self.at]
        if following == "^" or following[:1] in _SUPERSCRIPTS:
            raise self.fault(
                f"`{token}` before a power can be read in two ways",
                start,
                last=self.at,
                hint=f"put parentheses around what stands under the root: `{token}(…)`",
            )
        return Call(_ROOTS[token], (inner,))

    def call(self, token: str) -> Expression:
        """Read the call of a function."""
        start = self.at
        name = token.lstrip("\\")
        special = {"where": self.where, "Piecewise": self.piecewise, "pow": self.power_call}
        row = self.function(token)
        comparison = COMPARISONS.get(name) if self.conditions else None
        if row is None and name not in special and comparison is None:
            return self.name_before_bracket(token)
        mode, self.conditions = self.conditions, False
        bars, self.bars = self.bars, 0
        self.enter(2)
        self.at += 2
        if name in special:
            found = special[name](start)
        else:
            arguments = self.arguments(start + 1)
            if comparison is not None:
                found = self.compared(comparison, arguments, start)
            elif row is not None:
                most = len(arguments) if row.max_arity is None else row.max_arity
                if not row.min_arity <= len(arguments) <= most:
                    raise complaints.wrong_arity(self, row.name, len(arguments), start, row)
                own = self.own.get(canonical(row.name))
                found = Call(row.name if own is None else own, arguments)
        self.depth -= 2
        self.conditions, self.bars = mode, bars
        return found

    def function(self, token: str) -> Function | None:
        """Return the function that a word before a parenthesis names, or None.

        A function of the graph's own comes first. A special function's name means what the graph
        says where it defines it, or letters of it; so do the letters Φ, φ and σ.
        """
        own = self.own.get(canonical(token.lstrip("\\"))) if self.own else None
        if own is not None:
            return own.record
        row = lookup(token.lstrip("\\"))
        if row is None:
            row = by_letter(canonical(token))
            return row if self.resolve(token) is None else None
        if row.reserved:
            return row
        letters = self.juxtaposition and complaints.as_product(self, token)
        return None if letters or self.resolve(token) is not None else row

    def name_before_bracket(self, token: str) -> Expression:
        """Read a name that stands before a parenthesis without being a function."""
        if self.juxtaposition and (
            self.resolve(token)
            or constant(token)
            or complaints.as_product(self, token, constants=True)
        ):
            return self.name(token)
        raise complaints.not_a_function(self, token)

    def arguments(self, opened: int) -> tuple[Expression, ...]:
        """Read arguments up to the closing parenthesis."""
        if self.tokens[self.at] == ")":
            self.at += 1
            return ()
        found = [self.sum()]
        while self.tokens[self.at] == ",":
            self.at += 1
            found.append(self.sum())
            if len(found) > MAX_TERMS:
                raise self.too_large(f"more than {MAX_TERMS} arguments", opened - 1)
        self.expect(")", opened)
        return tuple(found)

    def compared(self, relation: str, sides: tuple[Expression, ...], start: int) -> Expression:
        """Return the comparison written as a call."""
        if len(sides) != 2:
            name = self.tokens[start]
            raise self.fault(f"`{name}` takes 2 arguments, not {len(sides)}", start)
        return Compare(relation, *sides)

    def power_call(self, start: int) -> Expression:
        """Read the rest of pow(base, exponent)."""
        arguments = self.arguments(start + 1)
        if len(arguments) != 2:
            raise self.fault(f"`pow` takes 2 arguments, not {len(arguments)}", start)
        return self.raised(arguments[0], arguments[1], start)

    def where(self, start: int) -> Expression:
        """Read what follows `where(`: a condition and two values."""
        if self.tokens[self.at] == ")":
            self.at += 1
            raise complaints.wrong_arity(self, "where", 0, start)
        condition = self.condition()
        if self.tokens[self.at] == ",":
            self.at += 1
            rest = self.arguments(start + 1)
        else:
            self.expect(")", start + 1)
            rest = ()
        if len(rest) != 2:
            raise complaints.wrong_arity(self, "where", 1 + len(rest), start)
        return Call("where", (condition, *rest))

    def piecewise(self, start: int) -> Expression:
        """Read the rest of Piecewise((value, condition), …, (value, True)) as nested where."""
        pieces: list[tuple[Compare | Logic, Expression]] = []
        while True:
            opened = self.at
            self.enter()
            self.expect("(", start + 1)
            value = self.sum()
            self.expect(",", opened)
            otherwise = self.tokens[self.at] == "True"
            if otherwise:
                self.at += 1
            else:
                pieces.append((self.condition(), value))
            self.expect(")", opened)
            if otherwise or self.tokens[self.at] != ",":
                break
            self.at += 1
        if not otherwise:
            raise self.fault(
                "Piecewise has no value where none of its conditions holds",
                start,
                hint="end it with a piece for all other cases: `(…, True)`",
            )
        if self.tokens[self.at] == ",":
            raise self.fault("a piece after `True` can never be reached", self.at)
        self.expect(")", start + 1)
        self.depth -= len(pieces) + 1
        for condition, piece in reversed(pieces):
            value = Call("where", (condition, piece, value))
        return value

    def starts_factor(self) -> bool:
        """Tell whether the next token can be the first one of a factor side by side."""
        token = self.tokens[self.at]
        if token == "|":
            return not self.bars and not self.conditions
        if token in ("(", "√", "∛"):
            return True
        return token not in lexer.RESERVED and (
            token[:1] in tuple("0123456789") or lexer.IDENTIFIER.match(token) is not None
        )


def parse_expression(  # noqa: PLR0913  (a place has four parts)
    text: str,
    *,
    source: str,
    line: int,
    column: int,
    text_line: str,
    resolve: Resolve,
    names: Iterable[str] = (),
    juxtaposition: bool = False,
) -> Expression:
    """Return the tree of an expression, as written.

    Args:
        text: the expression.
        source: the name of the file it stands in, for errors.
        line: its line there, from 1.
        column: the column of its first character in that line, from 1.
        text_line: the whole line.
        resolve: gives the expression that a name stands for (often `Var(name)`), or None.
        names: the names there are, for suggestions.
        juxtaposition: whether factors side by side are a product.

    Raises:
        SourceError: if the text is not an expression.

    >>> parse_expression("-x", source="", line=1, column=1, text_line="-x", resolve=Var)
    Neg(operand=Var(key='x'))
    """
    origin = Origin(source, (text_line,), line, column, line)
    try:
        return Parser(text, origin, resolve, names=names, juxtaposition=juxtaposition).whole()
    except Fault as fault:
        raise fault.kind(fault.diagnostic) from None
