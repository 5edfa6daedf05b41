"""From the text of one side of a claim to its tree: derivatives, juxtaposition, functions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import NamedTuple

from symgrad.derivation.analysis import ancestors
from symgrad.errors import close_to
from symgrad.expression.algebra import add
from symgrad.expression.functions import lookup
from symgrad.expression.names import canonical
from symgrad.expression.tree import (
    ONE,
    ZERO,
    Call,
    Compare,
    Div,
    Expression,
    Neg,
    Number,
    Var,
    number,
)
from symgrad.sources import complaints, lexer
from symgrad.sources.problems import Fault, Origin, UnknownNameInSource
from symgrad.verify.model import DerivativeTarget, Reading
from symgrad.verify.reading.derivatives import SUPERSCRIPTS
from symgrad.verify.reading.ends import other_texts
from symgrad.verify.reading.families import NORM
from symgrad.verify.reading.functions import LETTERS, PRIMES
from symgrad.verify.reading.motion import by_time, dotted, names_below
from symgrad.verify.reading.powered import powered_value
from symgrad.verify.reading.scope import Scope
from symgrad.verify.reading.sums import MEANS, SumParser
from symgrad.verify.reading.unknowns import unknown_slope
from symgrad.verify.reading.vectors import of_inputs
from symgrad.verify.truth import Ambiguous, MissingValue

# Functions that a person writes and the graph language has no row for: numerator and denominator.
_DIRECT = "derivatives on the right are read as direct ones, other operands held fixed"
_QUOTIENTS: dict[str, tuple[str | None, str]] = {
    "sech": (None, "cosh"), "csch": (None, "sinh"), "sec": (None, "cos"), "csc": (None, "sin"),
    "cot": ("cos", "sin"), "coth": ("cosh", "sinh"),
}  # fmt: skip
_PRODUCTS = frozenset("⊙∘⊗∙")
_DIAGONALS = frozenset(("diag", "Diag", "tr", "Tr", "vec"))
_STEPS = frozenset(("H", "Θ", "θ", "step", "heaviside", "Heaviside"))
_INDICATORS = frozenset(("I", "𝕀"))  # before a condition in brackets
_RELATIONS = frozenset(("=", "<", ">", "<=", ">=", "==", "!="))
_POWERS = SUPERSCRIPTS | {"⁵": 5, "⁶": 6}


class ClaimParser(SumParser):
    """Reads one expression of a claim; derivatives become variables that the scope knows."""

    def __init__(
        self, text: str, origin: Origin, scope: Scope, *, below: bool = False, direct: bool = False
    ) -> None:
        super().__init__(text, origin, scope)
        self.below = below
        self.direct = direct
        self.own = scope.graph.functions
        self.two_ways = False
        self.products_with_signs()

    def whole(self) -> Expression:
        """Read all of the text as one expression."""
        return self.complete(super().whole())

    def products_with_signs(self) -> None:
        """Read ⊙ and ∘ as products: every value is a number."""
        found = [i for i, token in enumerate(self.tokens) if token in _PRODUCTS]
        for index in found:
            self.scope.remark(f"`{self.tokens[index]}` read as the product of numbers")
            self.tokens[index] = "*"

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

    def side_by_side(self, first: Expression) -> Expression:
        """Return what `d/dx x e^x` differentiates: x, or with `below` the whole product.

        On a left side, of which nothing else is a factor, it is the product.
        """
        self.two_ways = True
        return self.whole_product(first) if self.below or self.scope.reading_left else first

    # -- names ---------------------------------------------------------------------------------

    def atom(self) -> Expression:
        """Read what a power is made of, a derivative before anything else."""
        token = self.tokens[self.at]
        start = self.at
        if token == "…" and self.tokens[self.at + 1 : self.at + 3] == ["*", "0"]:
            self.scope.remark("`…` times 0 read as 0")
            self.at += 1
            return ONE
        if token in ("∑", "∏"):
            return self.summed(token)
        if token == NORM:
            return self.behind_atom(self.norm(), start)
        if token in MEANS and self.tokens[self.at + 1] == "(" and self.scope.name(token) is None:
            return self.behind_atom(self.averaged(token), start)
        if token in _DIAGONALS and self.tokens[self.at + 1] == "(" and not self.is_known(token):
            self.scope.remark(f"`{token}(…)` read as what stands in it: every value is a number")
            self.at += 1
            return self.behind_atom(self.bracketed(), start)
        if token in ("∂", "∇"):
            return self.behind_atom(self.derivative(token), start)
        if self.is_delta_derivative(token):
            self.split_token(("∂", token[1:]))
            return self.behind_atom(self.derivative("δ"), start)
        if token == "d" and self.scope.differentials and self.is_differential():
            return self.behind_atom(self.differential_of_side(), start)
        follows = self.tokens[self.at + 1] in ("/", "^", "(", *SUPERSCRIPTS) if token else False
        if token[:1] == "d" and follows and self.is_derivative(token):
            if len(token) > 1:
                self.split_token(("d", token[1:]))
            return self.behind_atom(self.derivative("d"), start)
        found = super().atom()
        self.refuse_second_number()
        return self.behind_atom(found, start)

    def is_differential(self) -> bool:
        """Tell whether `d(πr²h)` or `d ln F` begins here, in an equation of differentials."""
        following = self.tokens[self.at + 1]
        if following == "(":
            return self.tokens[self.behind(self.at + 1)] != "/" or not self.is_derivative("d")
        return following.lstrip("\\") in ("ln", "log")

    def differential_of_side(self) -> Expression:
        """Read what d acts on, and return its total differential."""
        self.at += 1
        operand = self.complete(self.power())
        graph = self.scope.graph
        names = dict.fromkeys(self.scope.differentials.values())
        inputs = [name for name in names if graph.index[name].formula is None]
        return of_inputs(operand, inputs, self.scope)

    def is_known(self, token: str) -> bool:
        """Tell whether a word is a name, or a function that the author or the graph has."""
        return bool(self.scope.name(token) or self.own.get(token) or token in self.scope.functions)

    def is_delta_derivative(self, token: str) -> bool:
        """Tell whether `δJ/δy` begins here: δ as the sign of a derivative."""
        at, names = self.at, self.scope.names
        if token[:1] != "δ" or len(token) < 2 or self.tokens[at + 1] != "/":
            return False
        below = self.tokens[at + 2]
        if below[:1] != "δ" or names.exact(token) or names.exact(below):
            return False
        node = self.scope.graph.index.get(str(self.scope.name(token[1:])))
        name = self.scope.name(below[1:])
        return node is not None and name in ancestors(self.scope.graph, node.name)

    def behind_atom(self, found: Expression, start: int) -> Expression:
        """Read what may stand behind an atom: ⊤, a prime behind a bracket, `|_{x=2}`."""
        while True:
            token = self.tokens[self.at]
            if token == "⊤" or (token == "^" and (width := self.transposition())):
                self.at += 1 if token == "⊤" else width
                self.scope.remark("transpositions are dropped: every value is a number")
            elif token in PRIMES and self.tokens[self.at - 1] == ")":
                found = self.bracket_prime(found, start)
            elif token == "@" and not self.places_wait:
                found = self.at_values(found)
            elif token[:1] == "_" and self.tokens[self.at - 1] == ")":
                found = self.held(found, start)
            elif token == "!":
                self.at += 1
                found = Call("gamma", (add(found, ONE),))
            elif token == "%" and not self.tokens[self.at + 1][:1].isdigit():
                self.at += 1
                found = Div(found, number(100))
            else:
                return found

    def held(self, found: Expression, start: int) -> Expression:
        """Read `(∂U/∂S)_V`: V is held, as every other input is.

        Raises:
            Fault: where what is held is computed, or an input that is not named goes on to move.
        """
        scope, graph = self.scope, self.scope.graph
        target = scope.derivatives.get(str(found.key)) if isinstance(found, Var) else None
        words = self.tokens[self.at].strip("_").split("_")
        ways = [scope.products(word, before_power=False) for word in words]
        names = [
            name for word, way in zip(words, ways, strict=True)
            for name in ([scope.name(word)] if scope.name(word) or len(way) != 1 else way[0])
        ]  # fmt: skip
        nodes = [graph.index.get(str(name)) for name in names]
        given = {node.name for node in nodes if node is not None and node.formula is None}
        last = () if target is None else (target.bottom, *target.further)[-1:]
        if target is None or not given.isdisjoint(last):
            message = "an index behind brackets that hold no derivative"
            raise self.fault(message, start, last=self.at)
        below = names_below(target.key, scope)
        free = {one.name for one in graph.nodes if one.name in below and one.formula is None}
        free -= {name for name in free if graph.index[name].kind == "const"} | {*last}
        if len(given) != len(nodes) and not free <= given:
            what = next(word for word in words if scope.name(word) not in given)
            raise self.fault(f"`{what}` is held here, which is no input of the graph", self.at)
        scope.remark(f"`{self.tokens[self.at].strip('_')}` is held, as every other input is")
        self.at += 1
        return found

    def factor(self) -> Expression:
        """Read a factor; a sign of multiplication that stands twice is read once."""
        if self.at and self.tokens[self.at] == "*" == self.tokens[self.at - 1]:
            self.scope.remark("two signs of multiplication in a row read as one")
            self.at += 1
        return super().factor()

    def transposition(self) -> int:
        """Return how many tokens `^T` takes where T is no name, 0 for a power."""
        following = self.tokens[self.at + 1 : self.at + 4]
        if self.scope.name("T") is not None:
            return 0
        return 2 if following[:1] == ["T"] else 4 if following == ["(", "T", ")"] else 0

    def at_values(self, found: Expression) -> Expression:
        """Read `@(x = 2, y = 3)` behind an expression: its value there."""
        opened = self.at + 1
        self.at += 2
        if self.tokens[self.at] == "(":
            return self.at_coordinates(found, opened)
        values: dict[str, Expression] = {}
        while True:
            name = self.scope.name(self.tokens[self.at])
            if name is None or name not in self.scope.graph.index:
                raise self.unknown_node(self.tokens[self.at])
            self.at += 1
            self.expect("=", opened)
            values[name] = self.sum()
            if self.tokens[self.at] != ",":
                break
            self.at += 1
        self.expect(")", opened)
        return self.scope.evaluated(found, values)

    def at_coordinates(self, found: Expression, opened: int) -> Expression:
        """Read `@((1, 2))` behind a derivative or a node: its value where its inputs are these."""
        end = self.behind(self.at) - 1
        arguments = self.listed(self.at + 1, end)
        key = str(found.key) if isinstance(found, Var) else ""
        target = self.scope.derivatives.get(key)
        names = self.inputs_of(target.top if target is not None else key)
        if len(names) != len(arguments):
            raise self.fault(f"a point of {len(names)} numbers is meant here", opened, last=end)
        self.at = end + 1
        self.expect(")", opened)
        return self.at_point(found, names, arguments, key)

    def bracketed(self) -> Expression:
        """Read an expression in parentheses; a condition there is 1 where it holds, else 0."""
        if not self.conditions and self.holds_condition():
            opened = self.at
            end = self.behind(opened)
            self.tokens[opened:end] = ["==" if t == "=" else t for t in self.tokens[opened:end]]
            self.at += 1
            condition = self.condition()
            self.expect(")", opened)
            if isinstance(condition, Compare) and condition.relation == "==":
                sides = condition.left, condition.right
                if all(isinstance(side, Number) for side in sides):
                    return ONE if sides[0] == sides[1] else ZERO
            self.scope.remark("a condition in brackets read as 1 where it holds, else 0")
            return Call("where", (condition, ONE, ZERO))
        return super().bracketed()

    def holds_condition(self, ahead: int = 0) -> bool:
        """Tell whether the parentheses that open here hold a comparison, not inside of others."""
        level = 0
        for token in self.tokens[self.at + ahead :]:
            level += (token in ("(", "[")) - (token in (")", "]"))
            if level == 0:
                return False
            if level == 1 and (token in _RELATIONS or token == "not"):
                return True
        return False

    def refuse_second_number(self) -> None:
        """Refuse a number right behind a number: `0.5 2` is a slip, not a product."""
        before, token = self.tokens[self.at - 1], self.tokens[self.at]
        if token[:1].isdecimal() and before[:1].isdecimal():
            raise self.fault("two numbers side by side", self.at - 1, last=self.at)

    def name(self, token: str) -> Expression:
        """Read a word: one name, or the product of names that it can be in exactly one way."""
        scope = self.scope
        following = self.tokens[self.at + 1]
        if following in PRIMES:
            known = scope.name(token) is not None or token in scope.functions
            ways = [] if known else scope.products(token, before_power=False)
            if len(ways) == 1 and self.letter_function(token) is None:
                self.split_token(ways[0])  # `p f'(p)` without the space
                return self.plain_name(ways[0][0])
            return self.primed(token)
        joined = f"d{following}"
        if token == "d" and lexer.IDENTIFIER.match(following) and scope.resolve("d") is None:
            found = scope.resolve(joined)
            if found is not None:
                self.at += 2
                return found
        if token in ("Δ", "\\Delta") and scope.resolve(token) is None:
            joined = f"Δ{following}"
            if lexer.IDENTIFIER.match(following) and (change := scope.resolve(joined)) is not None:
                self.at += 2
                return change
        if token == "e" and following == "^" and scope.name("e") and not self.is_plain_power():
            self.at += 2
            scope.remark("`e^(…)` read as exp, beside a quantity `e`")
            return Call("exp", (self.factor(),))
        if (power := powered_value(self, token)) is not None:
            return power
        if following == "^" and scope.resolve(token) is None and (label := self.labelled(token)):
            return label
        if (square := self.squared_name(token)) is not None:
            return square
        if (inner := self.inner_product(token)) is not None:
            return inner
        ways = scope.products(token, before_power=following == "^")
        whole = scope.strict(token)
        if whole is not None and ways and scope.number(token) is None:
            raise self.two_readings(token, (f"the name `{whole}`", _product(ways[0])))
        if whole is None and len(ways) > 1:
            raise self.two_readings(token, (_product(ways[0]), _product(ways[1])))
        if whole is None and ways and scope.number(token) is None:
            if any(map(str.isdecimal, ways[0])):
                scope.doubt(f"`{token}` read as {_product(ways[0])}")
            self.split_token(ways[0])
            return self.plain_name(ways[0][0])
        if whole is None and _is_function(token):
            if following == "^" or following in _POWERS:
                return self.powered_call(token)
            if self.takes_argument():
                return self.bare_call(token)
        return self.plain_name(token)

    def is_plain_power(self) -> bool:
        """Tell whether a number, or a sign such as a transposition, is what a name is raised to."""
        first, *rest = self.tokens[self.at + 2 : self.at + 5]
        if first == "(":
            return rest[1:] == [")"] and rest[0][:1].isdecimal()
        return first[:1].isdecimal() or first in ("T", "⊤", "*")

    def squared_name(self, token: str) -> Expression | None:
        """Read σ² where there is no σ and a quantity `sigma2` or `sigma_sq`: None for a power."""
        following = self.tokens[self.at + 1 : self.at + 5]
        width = 2 if following[:1] == ["²"] else 3 if following[:2] == ["^", "2"] else 0
        width = 5 if following == ["^", "(", "2", ")"] else width
        if not width or self.scope.resolve(token) is not None:
            return None
        base, mark, index = token.partition("_")
        for ending in ("2", "_sq", "_squared", "sq", "squared"):
            inner = self.scope.strict(f"{base}{ending}{mark}{index}") if index else None
            name = self.scope.strict(f"{token}{ending}") or inner
            if name is not None:
                self.scope.remark(f"`{token}²` read as `{name}`")
                self.at += width
                return Var(name)
        return None

    def labelled(self, token: str) -> Expression | None:
        """Read `ε_v^{K}` where that is a name which the author has defined; None if it is none."""
        tokens = self.tokens[self.at + 2 : self.at + 5]
        bracket = tokens[:1] == ["("] and tokens[2:] == [")"]
        name = self.scope.strict(f"{token}_{tokens[1] if bracket else tokens[0]}")
        if name is None:
            return None
        self.at += 5 if bracket else 3
        return Var(name)

    def plain_name(self, token: str) -> Expression:
        """Read a word that is one name or one named number."""
        found = self.scope.resolve(token) or self.scope.number(token) or self.dotted(token)
        found = found or unknown_slope(token, self.scope)
        if found is None:
            hint = close_to(token, self.names)
            raise self.fault(
                f"unknown name `{token}`", self.at, hint=hint, kind=UnknownNameInSource
            )
        self.at += 1
        return found

    def dotted(self, token: str) -> Expression | None:
        """Return what `V_dot` is where inputs move with the time: dV/dt."""
        found = dotted(token, self.scope) if self.scope.moves else None
        top: Expression | None = Var(found[0]) if found else None
        for _ in range(found[1] if found else 0):
            top = None if top is None else by_time(top, self.scope)
        return top

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
        inverse = f"a{token.lstrip(chr(92))}"
        if exponent in (Neg(ONE), number(-1)) and lookup(inverse) is not None:
            said = f"`{token}^(-1)` read as `arc{token}`"
            self.scope.remark(said)
            self.scope.doubt(said)
            self.at -= 1
            self.tokens[self.at] = inverse
            return (
                self.call(inverse) if self.tokens[self.at + 1] == "(" else self.bare_call(inverse)
            )
        if not isinstance(exponent, Number) or exponent.value <= 0:
            raise self.fault(
                f"a power right behind `{token}` can be read in two ways", start, last=self.at - 1,
                hint=f"write `({token}(…))^…`, or `arc{token}(…)`",
            )  # fmt: skip
        bare = lexer.IDENTIFIER.match(self.tokens[self.at]) is not None
        if not bare and self.tokens[self.at] != "(":
            raise self.fault(f"`{token}` has no argument", start, last=self.at - 1)
        self.at -= 1
        self.tokens[self.at] = token
        if bare:
            return self.raised(self.bare_call(token), exponent, start)
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
        if token in self.scope.functions and (own := self.applied(token)) is not None:
            return own
        if token.lstrip("\\") in _QUOTIENTS and self.scope.name(token) is None:
            return self.quotient_call(token)
        if token in _INDICATORS and self.scope.name(token) is None and self.holds_condition(1):
            self.at += 1
            return self.bracketed()
        if canonical(token) in _STEPS and self.is_no_name(token):
            return self.step_call(token)
        if canonical(token) in self.scope.own_letters and self.scope.name(token) is None:
            raise self.unknown_node(token)  # the text says later what it is
        function = self.letter_function(token)
        if function is not None and self.is_no_name(token):
            self.tokens[self.at] = function
            return super().call(function)
        if lookup(token.lstrip("\\")) is not None and self.scope.strict(token) is not None:
            raise self.fault(
                f"`{token}` is a name of the graph and a function", self.at,
                hint=f"to multiply, write `{token}*(…)`",
            )  # fmt: skip
        return super().call(token)

    def is_no_name(self, token: str) -> bool:
        """Tell whether a word before a parenthesis is neither a name nor a product of names."""
        scope = self.scope
        return scope.strict(token) is None and not scope.products(token, before_power=False)

    def step_call(self, token: str) -> Expression:
        """Read `H(z)`, the unit step, where nothing else is called so."""
        self.at += 1
        argument = self.bracketed()
        self.scope.remark(f"`{token}(…)` read as the unit step: 1 above 0, else 0")
        return Call("where", (Compare(">", argument, ZERO), ONE, ZERO))

    def quotient_call(self, token: str) -> Expression:
        """Read `sech(z)` and its like."""
        top, below = _QUOTIENTS[token.lstrip("\\")]
        self.at += 1
        argument = self.bracketed()
        above = ONE if top is None else Call(top, (argument,))
        return Div(above, Call(below, (argument,)))

    def name_before_bracket(self, token: str) -> Expression:
        """Read a name with arguments, or a product of names, before a parenthesis."""
        found = self.applied(token)
        if found is not None:
            return found
        if self.scope.resolve(token) or self.scope.number(token):
            return self.name(token)
        if self.scope.products(token, before_power=False):
            return self.name(token)
        for cut in range(1, len(token)):
            # `δσ(z)`: a product that ends in a function
            head, tail = token[:cut], token[cut:]
            function = lookup(tail) is not None or canonical(tail) in LETTERS
            known = self.scope.strict(head) or self.scope.products(head, before_power=False)
            if function and known and self.scope.strict(tail) is None:
                self.split_token((head, tail))
                return self.name(head)
        raise complaints.not_a_function(self, token)

    def starts_factor(self) -> bool:
        """Tell whether the next token can begin a factor side by side."""
        token = self.tokens[self.at]
        opens = token in ("∂", "∇", "∑", "∏") or (token == NORM and not self.norms)
        return opens or super().starts_factor()


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


class Readings(NamedTuple):
    """The ways to read one side: as it stands, and others that are not the same."""

    plain: Expression
    others: tuple[Reading, ...]


def _has_meaning(before: Mapping[str, DerivativeTarget], scope: Scope) -> bool:
    """Tell whether the further derivatives of another reading are derivatives of something."""
    if scope.derivatives.keys() == before.keys():
        return True
    derivatives = tuple(scope.derivatives.values())
    try:
        scope.truth.meanings_of(derivatives, tuple(scope.definitions.values()))
    except Ambiguous:
        return False
    except MissingValue:
        return True
    return True


def readings_of(text: str, origin: Origin, scope: Scope) -> Readings:
    """Return the ways to read one side of a claim.

    Raises:
        Fault: if it cannot be read.
    """
    parser = ClaimParser(text, origin, scope)
    plain = parser.whole()
    others: list[Reading] = []
    if parser.has_direct:
        direct = ClaimParser(text, origin, scope, direct=True).whole()
        others.append(Reading(direct, _DIRECT))
    for other, said in other_texts(text):
        with suppress(Fault):
            ways = _further(ClaimParser(other, origin, scope), scope)
            others += (Reading(way, said) for way in ways)
    if parser.two_ways:
        ways = _further(ClaimParser(text, origin, scope, below=True), scope)
        others += map(Reading, ways)
    return Readings(plain, tuple(others))


def _further(parser: ClaimParser, scope: Scope) -> Iterator[Expression]:
    """Yield what another reading is, unless it holds a derivative that has no meaning.

    Raises:
        Fault: if it cannot be read.
    """
    before = dict(scope.derivatives)
    found = parser.whole()
    if _has_meaning(before, scope):
        yield found
    else:
        scope.derivatives = before
