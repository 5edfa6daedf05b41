"""From the text of one side of a claim to its tree: derivatives, juxtaposition, functions."""

from __future__ import annotations

from symgrad.expression.functions import lookup, record
from symgrad.expression.names import canonical
from symgrad.expression.slopes import slopes
from symgrad.expression.tree import (
    ONE,
    Call,
    Div,
    Expression,
    Number,
    Var,
    number,
)
from symgrad.sources import complaints, lexer
from symgrad.sources.problems import Fault, Origin, UnknownNameInSource, suggest
from symgrad.verify.reading.derivatives import SUPERSCRIPTS, DerivativeParser
from symgrad.verify.reading.scope import Scope

_GREEK_FUNCTIONS = {"σ": "sigmoid", "Φ": "normal_cdf", "φ": "normal_pdf", "ψ": "digamma"}
# Functions that a person writes and the graph language has no row for: numerator and denominator.
_QUOTIENTS: dict[str, tuple[str | None, str]] = {
    "sech": (None, "cosh"), "csch": (None, "sinh"), "sec": (None, "cos"), "csc": (None, "sin"),
    "cot": ("cos", "sin"), "coth": ("cosh", "sinh"),
}  # fmt: skip
_PRIMES = frozenset("'′’")
_POWERS = SUPERSCRIPTS | {"⁵": 5, "⁶": 6}


class ClaimParser(DerivativeParser):
    """Reads one expression of a claim; derivatives become variables that the scope knows."""

    def __init__(self, text: str, origin: Origin, scope: Scope, *, below: bool = False) -> None:
        super().__init__(text, origin, scope)
        self.below = below
        self.two_ways = False

    def divisor(self) -> Expression:
        """Read what follows a `/`; with `below`, all factors that stand side by side there."""
        found = super().divisor()
        if not self.starts_factor():
            return found
        self.two_ways = True
        factors = [found]
        while self.below and self.starts_factor():
            factors.append(self.power())
        return self.joined(factors, self.at - 1)

    # -- names ---------------------------------------------------------------------------------

    def atom(self) -> Expression:
        """Read what a power is made of, a derivative before anything else."""
        token = self.tokens[self.at]
        if token == "∂":
            return self.derivative(token)
        follows = self.tokens[self.at + 1] in ("/", "^", "(", *SUPERSCRIPTS) if token else False
        if token[:1] == "d" and follows and self.is_derivative(token):
            if len(token) > 1:
                self.split_token(("d", token[1:]))
            return self.derivative("d")
        found = super().atom()
        self.refuse_second_number()
        return found

    def refuse_second_number(self) -> None:
        """Refuse a number right behind a number: `0.5 2` is a slip, not a product."""
        before, token = self.tokens[self.at - 1], self.tokens[self.at]
        if token[:1].isdecimal() and before[:1].isdecimal():
            raise self.fault("two numbers side by side", self.at - 1, last=self.at)

    def name(self, token: str) -> Expression:
        """Read a word: one name, or the product of names that it can be in exactly one way."""
        scope = self.scope
        following = self.tokens[self.at + 1]
        if following in _PRIMES:
            return self.primed(token)
        ways = scope.products(token, before_power=following == "^")
        whole = scope.strict(token)
        if whole is not None and ways and scope.number(token) is None:
            raise self.two_readings(token, (f"the name `{whole}`", _product(ways[0])))
        if whole is None and len(ways) > 1:
            raise self.two_readings(token, (_product(ways[0]), _product(ways[1])))
        if whole is None and ways and scope.number(token) is None:
            self.split_token(ways[0])
            return self.plain_name(ways[0][0])
        if whole is None and _is_function(token):
            if following == "^" or following in _POWERS:
                return self.powered_call(token)
            if self.takes_argument():
                return self.bare_call(token)
        return self.plain_name(token)

    def plain_name(self, token: str) -> Expression:
        """Read a word that is one name or one named number."""
        found = self.scope.resolve(token) or self.scope.number(token)
        if found is None:
            close = suggest(token, self.names)
            hint = f"a name that is defined: `{close}`" if close else ""
            raise self.fault(
                f"unknown name `{token}`", self.at, hint=hint, kind=UnknownNameInSource
            )
        self.at += 1
        return found

    def two_readings(self, token: str, ways: tuple[str, str]) -> Fault:
        """Return the fault of a word that can be read in two ways."""
        return self.fault(
            f"`{token}` can be read in two ways: as {ways[0]} or as {ways[1]}",
            self.at,
            hint="write the product with `·` or `*`, or put spaces between the factors",
        )

    # -- functions -----------------------------------------------------------------------------

    def takes_argument(self) -> bool:
        """Tell whether the next token can be a function's argument without parentheses."""
        following = self.tokens[self.at + 1]
        return following[:1].isdecimal() or (
            lexer.IDENTIFIER.match(following) is not None and following not in lexer.RESERVED
        )

    def powered_call(self, token: str) -> Expression:
        """Read `tanh^2(z)` or `sin²(x)`: the power of a function's value."""
        start = self.at
        self.at += 1
        sign = self.tokens[self.at]
        if sign == "^":
            self.at += 1
            self.enter()
            exponent = self.factor()
            self.depth -= 1
        else:
            exponent = number(_POWERS[sign])
            self.at += 1
        if not isinstance(exponent, Number) or exponent.value <= 0:
            raise self.fault(
                f"a power right behind `{token}` can be read in two ways", start, last=self.at - 1,
                hint=f"write `({token}(…))^…`, or `arc{token}(…)`",
            )  # fmt: skip
        if self.tokens[self.at] != "(":
            raise self.fault(f"`{token}` has no argument", start, last=self.at - 1)
        self.at -= 1
        self.tokens[self.at] = token
        return self.raised(self.call(token), exponent, start)

    def bare_call(self, token: str) -> Expression:
        """Read `ln p`: a function with the next factor as its argument."""
        row = lookup(token)
        start = self.at
        if row is None or row.min_arity > 1:
            raise complaints.not_a_function(self, token)
        self.enter()
        self.at += 1
        argument = self.power()
        self.depth -= 1
        if self.starts_factor() and self.tokens[self.at] != "(":
            raise self.fault(
                f"where does the argument of `{token}` end?", start, last=self.at,
                hint=f"put it in parentheses: `{token}(…)`",
            )  # fmt: skip
        return Call(row.name, (argument,))

    def call(self, token: str) -> Expression:
        """Read a function's call; σ that is no name is the sigmoid, Φ and φ are the normal's."""
        if token.lstrip("\\") in _QUOTIENTS and self.scope.name(token) is None:
            return self.quotient_call(token)
        greek = _GREEK_FUNCTIONS.get(canonical(token))
        if greek is not None and self.scope.name(token) is None:
            self.tokens[self.at] = greek
            return super().call(greek)
        if self.scope.strict(token) is not None and lookup(token.lstrip("\\")) is not None:
            raise self.fault(
                f"`{token}` is a name of the graph and a function", self.at,
                hint=f"to multiply, write `{token}*(…)`",
            )  # fmt: skip
        return super().call(token)

    def quotient_call(self, token: str) -> Expression:
        """Read `sech(z)` and its like."""
        top, below = _QUOTIENTS[token.lstrip("\\")]
        self.at += 1
        argument = self.bracketed()
        above = ONE if top is None else Call(top, (argument,))
        return Div(above, Call(below, (argument,)))

    def name_before_bracket(self, token: str) -> Expression:
        """Read a name, or a product of names, before a parenthesis."""
        if self.scope.resolve(token) or self.scope.number(token):
            return self.name(token)
        if self.scope.products(token, before_power=False):
            return self.name(token)
        for cut in range(1, len(token)):
            # `δσ(z)`: a product that ends in a function
            head, tail = token[:cut], token[cut:]
            function = lookup(tail) is not None or canonical(tail) in _GREEK_FUNCTIONS
            known = self.scope.strict(head) or self.scope.products(head, before_power=False)
            if function and known and self.scope.strict(tail) is None:
                self.split_token((head, tail))
                return self.name(head)
        raise complaints.not_a_function(self, token)

    def starts_factor(self) -> bool:
        """Tell whether the next token can begin a factor side by side."""
        return self.tokens[self.at] == "∂" or super().starts_factor()

    # -- primes --------------------------------------------------------------------------------

    def primed(self, token: str) -> Expression:
        """Read v'(u), or σ'(z) for a function."""
        start = self.at
        order = 0
        self.at += 1
        while self.tokens[self.at] in _PRIMES:
            order += 1
            self.at += 1
        name = self.scope.name(token)
        function = lookup(_GREEK_FUNCTIONS.get(canonical(token), token)) if name is None else None
        if name is None and function is None:
            self.at = start
            raise (
                complaints.unexpected(self)
                if self.scope.resolve(token)
                else self.unknown_node(token)
            )
        if self.tokens[self.at] != "(":
            return self.prime_alone(name, order, start)
        if function is not None:
            return self.function_prime(function.name, order, start)
        opened = self.at
        self.at += 1
        bottom = self.node(self.tokens[self.at])
        self.at += 1
        self.expect(")", opened)
        return self.target(Var(str(name)), (bottom,) * order, start)

    def prime_alone(self, name: str | None, order: int, start: int) -> Expression:
        """Read v' without an argument: the only operand is meant."""
        node = self.scope.graph.index.get(str(name))
        operands = node.formula.operands if node is not None and node.formula else ()
        if len(operands) != 1:
            raise self.fault(
                "a derivative by what?", start, last=self.at - 1, hint="write `v'(u)` or `∂v/∂u`"
            )
        return self.target(Var(str(name)), (operands[0],) * order, start)

    def function_prime(self, function: str, order: int, start: int) -> Expression:
        """Read σ'(z): the derivative of an elementary function at an argument."""
        row = record(function)
        argument = self.bracketed()
        known = slopes(function, (argument,), Call(function, (argument,)))
        if known is None or order > 1 or row.min_arity != 1:
            raise self.fault("this derivative cannot be read", start, last=self.at - 1)
        return known[0]


def _is_function(token: str) -> bool:
    return lookup(token) is not None or token in _QUOTIENTS


def _product(names: tuple[str, ...]) -> str:
    return f"the product `{'·'.join(names)}`"


def parse_side(text: str, origin: Origin, scope: Scope) -> Expression:
    """Return the tree of one side of a claim.

    Raises:
        Fault: if it cannot be read.
    """
    return ClaimParser(text, origin, scope).whole()


def readings_of(text: str, origin: Origin, scope: Scope) -> tuple[Expression, Expression | None]:
    """Return the tree of one side, and the one in which `1/2v` is 1/(2v) where that differs.

    Raises:
        Fault: if it cannot be read.
    """
    parser = ClaimParser(text, origin, scope)
    found = parser.whole()
    if not parser.two_ways:
        return found, None
    return found, ClaimParser(text, origin, scope, below=True).whole()
