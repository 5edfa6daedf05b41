"""From the text of one side of a claim to its tree: derivatives, juxtaposition, functions."""

from __future__ import annotations

from symgrad.expression import Call, Expression, Var
from symgrad.functions import FUNCTIONS, lookup
from symgrad.names import canonical
from symgrad.sources import complaints, lexer
from symgrad.sources.grammar import Parser
from symgrad.sources.problems import Fault, Origin, UnknownNameInSource, suggest
from symgrad.verify.claims_scope import Scope
from symgrad.verify.model import DerivativeTarget

_GREEK_FUNCTIONS = {"σ": "sigmoid", "Φ": "normal_cdf", "φ": "normal_pdf", "ψ": "digamma"}
_PRIMES = frozenset("'′’")
_SUPERSCRIPTS = {"²": 2, "³": 3, "⁴": 4}
_MAX_ORDER = 4


class ClaimParser(Parser):
    """Reads one expression of a claim; derivatives become variables that the scope knows."""

    def __init__(self, text: str, origin: Origin, scope: Scope) -> None:
        super().__init__(text, origin, scope.resolve, names=scope.known(), juxtaposition=True)
        self.scope = scope

    # -- names ---------------------------------------------------------------------------------

    def atom(self) -> Expression:
        """Read what a power is made of, a derivative before anything else."""
        token = self.tokens[self.at]
        if token == "∂":
            return self.derivative(token)
        follows = self.tokens[self.at + 1] in ("/", "^", *_SUPERSCRIPTS) if token else False
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
        if whole is None and lookup(token) is not None and self.takes_argument():
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

    # -- derivatives ---------------------------------------------------------------------------

    def is_derivative(self, token: str) -> bool:
        """Tell whether `dJ/da`, `d/du(…)` or `d²J/da²` begins here rather than a quotient."""
        tokens, scope = self.tokens, self.scope
        at = self.at + 1
        order = token == "d" and (tokens[at] in _SUPERSCRIPTS or tokens[at] == "^")
        if order:
            at += (4 if tokens[at + 1] == "(" else 2) if tokens[at] == "^" else 1
            at += 1 if tokens[at : at + 1] != ["/"] else 0
        if tokens[at : at + 1] != ["/"]:
            return False
        below = tokens[at + 1] if tokens[at + 1] != "(" else tokens[at + 2]
        if below[:1] != "d" or len(below) < 2:
            return False
        if scope.strict(token) is not None and scope.strict(below) is not None and token != "d":
            return False
        if token == "d" and not order:
            # the parameter d over a product, or the operator d/du before what it acts on
            following = tokens[at + 2]
            acts = following == "(" or bool(lexer.IDENTIFIER.match(following))
            return scope.strict(below) is None and (scope.strict("d") is None or acts)
        return scope.strict(below) is None or scope.strict(token) is None

    def derivative(self, mark: str) -> Expression:
        """Read ∂J/∂a, ∂²J/∂a∂b, ∂_a J or ∂/∂a (…)."""
        start = self.at
        self.at += 1
        token = self.tokens[self.at]
        if token.startswith("_"):
            bottom = self.node(token[1:])
            self.at += 1
            return self.operated((bottom,), start)
        order = self.order()
        top: Expression | None = None
        if self.tokens[self.at] != "/":
            top = self.top()
        if self.tokens[self.at] != "/":
            raise self.fault("a derivative is written `∂J/∂a`", start, last=self.at)
        self.at += 1
        bottoms = self.bottoms(mark, order, start)
        if top is None:
            return self.operated(bottoms, start)
        return self.target(top, bottoms, start)

    def order(self) -> int:
        """Read the order of a derivative, 1 where none is written."""
        token = self.tokens[self.at]
        if token in _SUPERSCRIPTS:
            self.at += 1
            return _SUPERSCRIPTS[token]
        if token != "^":
            return 1
        self.at += 1
        bracket = self.tokens[self.at] == "("
        self.at += bracket
        found = self.tokens[self.at]
        if not (found.isascii() and found.isdigit() and 1 <= int(found) <= _MAX_ORDER):
            raise self.fault(f"the order of a derivative is 1 to {_MAX_ORDER}", self.at)
        self.at += 1
        if bracket:
            self.expect(")", self.at - 2)
        return int(found)

    def top(self) -> Expression:
        """Read what is differentiated: a name, or an expression in parentheses."""
        token = self.tokens[self.at]
        if token == "(":
            return self.bracketed()
        if not lexer.IDENTIFIER.fullmatch(token):
            raise self.fault("a name is missing behind `∂`", self.at)
        name = self.scope.name(token)
        if name is None:
            raise self.unknown_node(token)
        self.at += 1
        if self.tokens[self.at] == "(":
            self.skip_arguments()
        return Var(name)

    def skip_arguments(self) -> None:
        """Pass the arguments of ∂J(a, b)/∂a: names only."""
        opened = self.at
        self.at += 1
        while self.tokens[self.at] not in (")", ""):
            token = self.tokens[self.at]
            if token != "," and self.scope.name(token) is None:
                raise self.fault("an argument of what is differentiated is a name", self.at)
            self.at += 1
        self.expect(")", opened)

    def bottoms(self, mark: str, order: int, start: int) -> tuple[str, ...]:
        """Read what one differentiates by."""
        opened = self.at if self.tokens[self.at] == "(" else None
        self.at += opened is not None
        found: list[str] = []
        while len(found) < order:
            token = self.tokens[self.at]
            if token == "∂" or (mark == "d" and token == "d"):
                self.at += 1
                token = self.tokens[self.at]
            elif mark == "d" and token[:1] == "d" and len(token) > 1:
                self.split_token(("d", token[1:]))
                self.at += 1
                token = self.tokens[self.at]
            elif not found:
                raise self.fault("a derivative is written `∂J/∂a`", start, last=self.at)
            else:
                raise self.fault(f"{order} names stand below a derivative of that order", self.at)
            name = self.node(token)
            self.at += 1
            repeated = order > 1 and self.tokens[self.at] in ("^", *_SUPERSCRIPTS)
            found += [name] * (self.order() if repeated else 1)
        if len(found) > order:
            raise self.fault("the orders above and below are not the same", start, last=self.at - 1)
        if opened is not None:
            self.expect(")", opened)
        return tuple(found)

    def node(self, token: str) -> str:
        """Return the node that one differentiates by."""
        name = self.scope.name(token) if token else None
        if name is None or name not in self.scope.graph.index:
            raise self.unknown_node(token)
        return name

    def unknown_node(self, token: str) -> Fault:
        """Return the fault of a derivative of or by what the graph does not have."""
        close = suggest(token, self.scope.graph.index)
        return self.fault(
            f"the graph has no node `{token}`" if token else "a name is missing",
            self.at,
            hint=f"a node that it has: `{close}`" if close else "",
            kind=UnknownNameInSource,
        )

    def operated(self, bottoms: tuple[str, ...], start: int) -> Expression:
        """Read what an operator such as ∂/∂a acts on: the next factor."""
        if self.tokens[self.at] == "" or not self.starts_factor():
            raise self.fault("what is differentiated here?", start, last=self.at - 1)
        self.enter()
        operand = self.power()
        self.depth -= 1
        return self.target(operand, bottoms, start)

    def target(self, top: Expression, bottoms: tuple[str, ...], start: int) -> Expression:
        """Return the variable that stands for a derivative."""
        inner = self.scope.derivatives.get(str(top.key)) if isinstance(top, Var) else None
        if inner is not None:
            bottoms = (inner.bottom, *inner.further, *reversed(bottoms))
            return self.scope.note(
                DerivativeTarget(inner.top, bottoms[0], inner.expression, bottoms[1:])
            )
        first, *further = reversed(bottoms)
        if isinstance(top, Var):
            return self.scope.note(DerivativeTarget(str(top.key), first, None, tuple(further)))
        spans = self.spans()
        written = self.text[spans[start][0] : spans[self.at - 1][1]]
        inside = written[written.find("(") + 1 : written.rfind(")")].strip()
        return self.scope.note(DerivativeTarget(inside, first, top, tuple(further)))

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
            raise complaints.unexpected(self) if self.scope.resolve(token) else self.unknown_node(
                token
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
        row = FUNCTIONS[function]
        argument = self.bracketed()
        if row.partials is None or order > 1 or row.min_arity != 1:
            raise self.fault("this derivative cannot be read", start, last=self.at - 1)
        return row.partials((argument,), Call(function, (argument,)))[0]


def _product(names: tuple[str, ...]) -> str:
    return f"the product `{'·'.join(names)}`"


def parse_side(text: str, origin: Origin, scope: Scope) -> Expression:
    """Return the tree of one side of a claim.

    Raises:
        Fault: if it cannot be read.
    """
    return ClaimParser(text, origin, scope).whole()



