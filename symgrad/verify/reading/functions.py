"""Functional notation: J(θ), h_θ(x), f(2), f'(x), σ'(z), g(ax + b), N(d₁), (tanh x)'."""

from __future__ import annotations

from symgrad.derivation.analysis import ancestors
from symgrad.derivation.calculus import gradient_of
from symgrad.expression.functions import lookup, record
from symgrad.expression.names import canonical
from symgrad.expression.slopes import slopes
from symgrad.expression.spellings import base_and_index
from symgrad.expression.tree import (
    ZERO,
    Call,
    Expression,
    Mark,
    Number,
    Var,
    substitute,
    variables,
    walk,
)
from symgrad.sources import lexer
from symgrad.verify.reading.derivatives import DerivativeParser, Variable
from symgrad.verify.reading.motion import names_below
from symgrad.verify.reading.scope import TIME, Scope

# Letters that are functions where they are no names: what they are called, in a remark.
LETTERS = {
    "σ": ("sigmoid", "the sigmoid"),
    "Φ": ("normal_cdf", "the normal distribution function"),
    "φ": ("normal_pdf", "the normal density"),
    "N": ("normal_cdf", "the normal distribution function"),
    "n": ("normal_pdf", "the normal density"),
    "ψ": ("digamma", "the digamma function"),
}
_OBVIOUS = frozenset(("Φ", "φ", "ψ"))
_SPELLINGS = {
    "sgn": "sign", "relu": "relu", "gelu": "gelu", "silu": "silu", "sigmoid": "sigmoid",
    "logistic": "sigmoid", "tanh": "tanh", "softplus": "softplus", "exp": "exp", "log": "log",
    "sigm": "sigmoid", "sig": "sigmoid", "swish": "silu",
    "normcdf": "normal_cdf", "normpdf": "normal_pdf",
}  # fmt: skip
PRIMES = frozenset("'′’")
_SQUARES = frozenset("²³⁴")
_TIMES = frozenset((("t",), ("n",), ("k",), ("old",)))
_DUMMY = Mark("the argument of a function")
_MOST_SAMPLES = 200


class FunctionParser(DerivativeParser):
    """Reads names with arguments behind them."""

    def letter_function(self, token: str) -> str | None:
        """Return the function that a letter or a word in another spelling stands for, or None."""
        if self.scope.name(token) is not None or canonical(token.lstrip("\\")) in self.own:
            return None
        if token in self.scope.sizes:
            return None  # `n[ψ(a) - ψ(b)]`: the number of samples
        plain = canonical(token)
        plain = {"ϕ": "φ", "ϑ": "θ"}.get(plain, plain)
        if plain in self.scope.own_letters:
            return None
        if plain in LETTERS:
            function, called = LETTERS[plain]
            if plain not in _OBVIOUS:
                self.scope.remark(f"`{token}(…)` read as {called}")
            return function
        if lookup(token) is None:
            return _SPELLINGS.get(token.lstrip("\\").lower())
        return None

    def bare_function(self) -> str | None:
        """Return the function in ∂σ/∂z, which has no argument; None for anything else."""
        token, following = self.tokens[self.at], self.tokens[self.at + 1]
        if following != "/" or not lexer.IDENTIFIER.match(token):
            return None
        if (own := self.own.get(canonical(token.lstrip("\\")))) is not None:
            return own
        if self.scope.resolve(token):
            return None
        row = lookup(self.letter_function(token) or token.lstrip("\\"))
        return row.name if row is not None and row.min_arity == 1 else None

    def of_bottom(self, function: str, bottom: Variable, start: int) -> Expression:
        """Return a function of what one differentiates by; the graph's own as it calls it."""
        if function not in self.own.values():
            return super().of_bottom(function, bottom, start)
        nodes = (node.formula for node in self.scope.graph.ordered if node.formula is not None)
        parts = (part for formula in nodes for part in walk(formula.expression))
        calls = {part for part in parts if isinstance(part, Call) and part.function == function}
        if len(calls) != 1:
            raise self.fault("a function of what?", start, last=self.at - 1)
        return calls.pop()

    # -- nodes with arguments ------------------------------------------------------------------

    def applied(self, token: str) -> Expression | None:
        """Read `f(x)`, `J(θ)`, `h_θ(x^{(i)})`, `f(2)`, `g(ax + b)`; None for a product.

        The present token is a name, the next one an open parenthesis.
        """
        opened = self.at + 1
        end = self.behind(opened) - 1
        if self.tokens[end] != ")" or end == opened + 1:
            return None
        if (own := self.scope.functions.get(token)) is not None:
            return self.own_function(token, own.parameters, own.body)
        arguments = self.listed(opened + 1, end)
        found = (
            self.at_time(token, arguments)
            or self.before_step(token, arguments)
            or self.partial_applied(token, arguments)
            or self.member_applied(token, arguments)
            or self.sample_of(token, arguments)
            or self.node_applied(token, arguments)
            or self.input_applied(token, arguments)
        )
        if found is not None:
            self.at = end + 1
        return found

    def member_applied(self, token: str, arguments: list[tuple[str, ...]]) -> Expression | None:
        """Return f_a for `f(a)` where the graph has that and no f: the value at a."""
        scope = self.scope
        plain = len(arguments) == 1 and len(arguments[0]) == 1
        if not plain or not lexer.IDENTIFIER.match(arguments[0][0]) or scope.name(token):
            return None
        found = scope.names.meant(f"{token}_{arguments[0][0]}")
        if found is None or found[0] not in scope.graph.index:
            return None
        scope.remark(f"`{token}({arguments[0][0]})` read as `{found[0]}`")
        return Var(found[0])

    def input_applied(self, token: str, arguments: list[tuple[str, ...]]) -> Expression | None:
        """Return the input that `φ(s)` and `r(s, a)` mean, where nobody knows an s: no product."""
        scope = self.scope
        node = scope.graph.index.get(str(scope.name(token)))
        unknown = all(
            len(one) == 1 and lexer.IDENTIFIER.match(one[0]) and not scope.can_stand(one[0])
            for one in arguments
        )
        if node is None or node.formula is not None or not unknown:
            return None
        scope.remark(f"`{token}({', '.join(one[0] for one in arguments)})` read as `{node.name}`")
        return Var(node.name)

    def listed(self, start: int, end: int) -> list[tuple[str, ...]]:
        """Return the tokens of each argument between two places."""
        found: list[tuple[str, ...]] = []
        level, begin = 0, start
        for at in range(start, end):
            token = self.tokens[at]
            level += (token == "(") - (token == ")")
            if level == 0 and token in (",", ";", "|"):
                found.append(tuple(self.tokens[begin:at]))
                begin = at + 1
        return [*found, tuple(self.tokens[begin:end])]

    def applied_name(self, token: str) -> str | None:
        """Return the node that is applied: `h` in h(x), and in h_θ(x)."""
        scope = self.scope
        name = scope.name(token)
        if name is None and "_" in token:
            head, _, tail = token.rpartition("_")
            found = scope.name(head)
            if found is not None and (
                scope.name(tail) or scope.names.family(tail) or tail in "θφψ"
            ):
                name = found
        node = scope.graph.index.get(str(name))
        known = name in scope.definitions or (node is not None and node.formula is not None)
        return name if known else None

    def at_time(self, token: str, arguments: list[tuple[str, ...]]) -> Expression | None:
        """Return what `r(t)` is where the input r moves with the time: r."""
        name = self.scope.name(token) if arguments == [(TIME,)] else None
        return Var(str(name)) if name in self.scope.moves else None

    def before_step(self, token: str, arguments: list[tuple[str, ...]]) -> Expression | None:
        """Return what `w(t)` and `w(old)` are where a step is written: the value in force."""
        scope = self.scope
        name = scope.name(token) if scope.updating and len(arguments) == 1 else None
        at_time = arguments[0] in _TIMES and scope.name(arguments[0][0]) is None
        if name not in scope.graph.parameters or not at_time:
            return None
        scope.remark(f"`{token}({arguments[0][0]})` read as `{name}`, the value in force")
        return Var(str(name))

    def partial_applied(self, token: str, arguments: list[tuple[str, ...]]) -> Expression | None:
        """Return what `f_x(x, y)` and `f_x(1, 4)` are: a derivative, where all inputs are listed.

        h_θ(x) lists some of them, and is the value of h.
        """
        slope = None if self.scope.name(token) else self.scope.by_subscript(token)
        if slope is None:
            return None
        names = self.inputs_of(self.scope.derivatives[str(slope.key)].top)
        if len(names) != len(arguments):
            return None
        if all(self.kind_of(one, frozenset()) == "number" for one in arguments):
            return self.at_point(slope, names, arguments, f"{token}(…)")
        listed = [self.scope.name(one[0]) if len(one) == 1 else None for one in arguments]
        return slope if set(listed) == set(names) else None

    def node_applied(self, token: str, arguments: list[tuple[str, ...]]) -> Expression | None:
        """Return what a node with arguments is, None where it is a product."""
        name = self.applied_name(token)
        if name is None:
            return None
        graph = self.scope.graph
        below = ancestors(graph, name) if name in graph.index else frozenset()
        kinds = [self.kind_of(argument, below) for argument in arguments]
        if len(kinds) == 1 and arguments[0] == tuple(self.variables_of(name)):
            self.scope.applied.add(name)
        if all(kind in ("below", "family") for kind in kinds) or (
            len(kinds) > 1 and all(kind in ("below", "family", "name", "unknown") for kind in kinds)
        ):
            shown = ", ".join("".join(argument) for argument in arguments)
            return self.value_of(name, f"{token}({shown})", arguments)
        if len(kinds) > 1 and "number" not in kinds:
            return self.value_of(name, f"{token}(…)", arguments)
        if kinds == ["unknown"] and name != arguments[0][0]:
            return self.value_of(name, f"{token}({arguments[0][0]})", arguments)
        if kinds == ["other"] and (moved := self.at_expression(name)) is not None:
            return moved
        # `h(2) = …` is h at 2, but `2u(2)` a product with a number put in
        alone = self.scope.reading_left and self.at == 0
        at_number = alone or self.scope.name(token) is None
        if at_number and all(kind == "number" for kind in kinds):
            return self.at_numbers(name, arguments)
        return None

    def value_of(self, name: str, shown: str, arguments: list[tuple[str, ...]]) -> Var:
        """Return the value that a name with arguments is read as.

        Where it depends on none of these, it may be another function.
        """
        said = f"`{shown}` read as the value `{name}`"
        self.scope.remark(said)
        words = [one[0] for one in arguments]
        known = {self.scope.name(word) for word in words} - {None}
        below = names_below(name, self.scope)
        families = any(self.scope.names.family(word) for word in words)
        if not families and (known.isdisjoint(below) if known else name in self.scope.definitions):
            self.scope.doubt(f"{said}, which depends on none of these")
        return Var(name)

    def kind_of(self, argument: tuple[str, ...], below: frozenset[str]) -> str:
        """Return what an argument is: a name below the node, a family of names, a number, …."""
        if len(argument) != 1:
            if len(argument) == 2 and argument[0] == "-" and argument[1][:1].isdigit():
                return "number"
            bare = [token for token in argument if token not in "()"]
            power = len(bare) == 3 and bare[1] == "^" and bare[2].isdigit()
            if power or (len(bare) == 2 and bare[1] in _SQUARES):
                return self.kind_of(argument[:1], below)  # J(μ, σ²): named by a power of it
            called = argument[1] == "(" and argument[-1] == ")" and argument.count("(") == 1
            if called and self.applied_name(argument[0]) in below:
                return "below"  # J(g(m, b))
            return "other"
        (token,) = argument
        if token[:1].isdigit():
            return "number"
        if not lexer.IDENTIFIER.match(token):
            return "unknown" if token in ("*", "·") else "other"
        name = self.scope.name(token)
        if name is not None:
            return "below" if name in below else "name"
        if self.scope.names.family(token):
            return "family"
        return "unknown" if self.scope.number(token) is None else "other"

    def at_numbers(self, name: str, arguments: list[tuple[str, ...]]) -> Expression | None:
        """Return the value of a node at numbers: `f(2)`, `f(4, -3)`."""
        names = self.variables_of(name)
        if len(names) != len(arguments):
            graph = self.scope.graph
            names = [one for one in self.inputs_of(name) if graph.index[one].kind == "param"]
        if len(names) != len(arguments):
            return None
        return self.at_point(Var(name), names, arguments, f"{name}(…)")

    def derivative(self, mark: str) -> Expression:
        """Read a derivative, and the point at which it is taken: ∂f/∂x (1, 2)."""
        found = super().derivative(mark)
        target = self.scope.derivatives.get(str(found.key)) if isinstance(found, Var) else None
        if target is None or self.tokens[self.at] != "(":
            return found
        end = self.behind(self.at) - 1
        arguments = self.listed(self.at + 1, end)
        names = self.inputs_of(target.top)
        if self.lists_inputs(target.top, arguments):
            self.at = end + 1
            return found
        numbers = all(self.kind_of(one, frozenset()) == "number" for one in arguments)
        if not numbers or len(arguments) < 2 or len(arguments) != len(names):
            return found  # one number in parentheses is a factor
        self.at = end + 1
        return self.at_point(found, names, arguments, f"{target.key}(…)")

    def lists_inputs(self, top: str, arguments: list[tuple[str, ...]]) -> bool:
        """Tell whether `∂f/∂x (x, y)` lists what f depends on, and is no product."""
        graph = self.scope.graph
        below = ancestors(graph, top) if top in graph.index else frozenset()
        kinds = {self.kind_of(one, below) for one in arguments}
        alone = self.scope.reading_left and self.tokens[self.at - 1] != "*"
        return kinds <= {"below", "family"} and (len(arguments) > 1 or alone)

    def at_point(
        self,
        found: Expression,
        names: list[str],
        arguments: list[tuple[str, ...]],
        shown: str,
    ) -> Expression:
        """Return an expression at numbers, one for each name, and say so."""
        values: dict[str, Expression] = {}
        for variable, tokens in zip(names, arguments, strict=True):
            number = lexer.read_number(tokens[-1])
            values[variable] = Number(-number if len(tokens) > 1 else number)
        point = ", ".join(f"{key} = {''.join(t)}" for key, t in zip(names, arguments, strict=True))
        self.scope.remark(f"`{shown}` read as its value at {point}")
        return self.scope.evaluated(found, values)

    def at_expression(self, name: str) -> Expression | None:
        """Return what `s(-z)` is where s(z) stands before: the value of s with -z put in for z."""
        names = self.variables_of(name)
        if len(names) != 1 or name not in self.scope.applied:
            return None
        start = self.at
        self.at += 1
        argument = self.bracketed()
        self.at = start
        if names[0] not in variables(argument) or name in variables(argument):
            return None
        self.scope.remark(f"`{name}(…)` read as its value at an argument, not as a product")
        return self.scope.evaluated(Var(name), {names[0]: argument})

    def variables_of(self, name: str) -> list[str]:
        """Return what a node is a function of: its data if it has any, else its parameters."""
        graph = self.scope.graph
        if name not in graph.index:
            return []
        below = ancestors(graph, name)
        inputs = [node for node in graph.nodes if node.formula is None and node.name in below]
        data = [node.name for node in inputs if node.kind == "data"]
        return data or [node.name for node in inputs if node.kind == "param"]

    def sample_of(self, token: str, arguments: list[tuple[str, ...]]) -> Expression | None:
        """Return the node of one sample: `f(x_1)` is f_1, `h_θ(2)` the h_i whose x_i is 2."""
        if len(arguments) != 1 or len(arguments[0]) != 1:
            return None
        (argument,) = arguments[0]
        scope = self.scope
        alone = scope.reading_left and self.at == 0
        if argument[:1].isdigit() and not alone and scope.name(token) is not None:
            return None
        family: dict[str, str] = {}
        for base in (token, token.rpartition("_")[0]):
            if base and not family and base_and_index(base)[1] == "":
                family = scope.names.family(base)
        family = {key: name for key, name in family.items() if name in scope.graph.index}
        if not 0 < len(family) <= _MOST_SAMPLES:
            return None
        found = [name for name in family.values() if self.is_argument(argument, name)]
        if len(found) != 1:
            return None
        scope.remark(f"`{token}({argument})` read as `{found[0]}`")
        return Var(found[0])

    def is_argument(self, argument: str, node: str) -> bool:
        """Tell whether a node is the function's value at an argument: a name, or its value."""
        scope = self.scope
        below = ancestors(scope.graph, node)
        if argument[:1].isdigit():
            data = [n for n in self.variables_of(node) if scope.graph.index[n].kind == "data"]
            index = base_and_index(node)[1]
            own = [name for name in data if base_and_index(name)[1] == index]
            return len(own) == 1 and scope.values.get(own[0]) == lexer.read_number(argument)
        name = scope.name(argument)
        if name is None or name not in scope.graph.index or scope.graph.index[name].formula:
            return False
        return name in below and base_and_index(name)[1] == base_and_index(node)[1]

    def own_function(
        self, token: str, parameters: tuple[str, ...], body: Expression, order: int = 0
    ) -> Expression:
        """Read the call of a function that the author has defined, or of its derivative."""
        start = self.at
        if token in self.scope.doubtful:
            self.scope.doubt(f"the text has two equations for `{token}`: which of them is meant?")
        self.enter()
        self.at += 2
        arguments = self.arguments(start + 1)
        self.depth -= 1
        if len(arguments) != len(parameters):
            raise self.fault(f"`{token}` takes {len(parameters)} arguments", start)
        for _ in range(order):
            body = gradient_of(body).get(parameters[0], ZERO)
        return substitute(body, dict(zip(parameters, arguments, strict=True)))

    # -- primes --------------------------------------------------------------------------------

    def primed(self, token: str) -> Expression:
        """Read v'(u), f'(2), σ'(z), y''."""
        scope = self.scope
        start = self.at
        self.at += 1
        order = self.primes()
        called = self.tokens[self.at] == "("
        if token in scope.functions and called:
            self.at -= 1
            own = scope.functions[token]
            return self.own_function(token, own.parameters, own.body, order)
        name = scope.name(token)
        function: str | None = self.own.get(canonical(token.lstrip("\\")))
        if name is None and function is None:
            name = self.applied_name(token) if called else None
            letter = self.letter_function(token)
            row = lookup(letter or token.lstrip("\\")) if name is None else None
            function = row.name if row is not None else None
        if name is None and function is None:
            self.at = start
            raise self.unknown_node(token)
        if function is not None:
            if not called:
                raise self.fault(f"`{token}` has no argument", start, last=self.at - 1)
            return self.function_prime(function, order, start)
        if not called:
            return self.prime_alone(str(name), order, start)
        return self.prime_of_node(str(name), order, start)

    def primes(self) -> int:
        """Pass the primes that stand here, and return how many there are."""
        order = 0
        while self.tokens[self.at] in PRIMES:
            order += 1
            self.at += 1
        return order

    def prime_of_node(self, name: str, order: int, start: int) -> Expression:
        """Read v'(u): by u; f'(2): at 2."""
        opened = self.at
        end = self.behind(opened) - 1
        argument = self.tokens[opened + 1 : end]
        if self.kind_of(tuple(argument), frozenset()) == "number":
            names = self.variables_of(name)
            names = names if len(names) == 1 else self.inputs_of(name)
            if len(names) != 1:
                raise self.fault("a derivative by what?", start, last=end)
            number = lexer.read_number(argument[-1])
            value = Number(-number if len(argument) > 1 else number)
            found = self.target(Var(name), (names[0],) * order, start)
            self.at = end + 1
            return self.scope.evaluated(found, {names[0]: value})
        listed = [self.scope.name("".join(one)) for one in self.listed(opened + 1, end)]
        varied = [one for one in listed if one in self.scope.graph.parameters]
        if len(listed) > 1 and len(varied) == 1:  # `L'(p, x)` of a parameter p and data x
            self.at = end + 1
            return self.target(Var(name), (str(varied[0]),) * order, start)
        self.at += 1
        bottom = self.node(self.tokens[self.at])
        self.at += 1
        self.expect(")", opened)
        return self.target(Var(name), (bottom,) * order, start)

    def inputs_of(self, name: str) -> list[str]:
        """Return the inputs that a node depends on, constants aside."""
        graph = self.scope.graph
        below = ancestors(graph, name) if name in graph.index else frozenset()
        return [n.name for n in graph.nodes if n.formula is None and n.name in below
                and n.kind != "const"]  # fmt: skip

    def prime_alone(self, name: str, order: int, start: int) -> Expression:
        """Read v' without an argument: by its one input, or by its one operand."""
        scope = self.scope
        inputs = self.inputs_of(name)
        node = scope.graph.index.get(name)
        if node is not None and node.formula is None:
            inputs = [TIME] if name in scope.moves and order == 1 else []
        operands = node.formula.operands if node is not None and node.formula else ()
        by = scope.subject if scope.subject in inputs else None
        if by is None and len(inputs) == 1:
            by = inputs[0]
        elif by is None and len(operands) == 1:
            by = operands[0]
        if by is None:
            raise self.fault(
                "a derivative by what?", start, last=self.at - 1, hint="write `v'(u)` or `∂v/∂u`"
            )
        scope.remark(f"`{name}'` read as ∂{name}/∂{by}")
        return self.target(Var(name), (by,) * order, start)

    def function_prime(self, function: str, order: int, start: int) -> Expression:
        """Read σ'(z): the derivative of an elementary function at an argument."""
        row = record(function)
        argument = self.bracketed()
        if row.min_arity != 1 or order > 4:
            raise self.fault("this derivative cannot be read", start, last=self.at - 1)
        known = slopes(function, (argument,)) if order == 1 else None
        if known is not None:
            return known[0]
        found: Expression = Call(function, (Var(_DUMMY),))
        for _ in range(order):
            found = gradient_of(found).get(_DUMMY, ZERO)
        return substitute(found, {_DUMMY: argument})

    def bracket_prime(self, inner: Expression, start: int) -> Expression:
        """Read (tanh x)': the derivative by the one name in the bracket."""
        order = self.primes()
        names = [str(name) for name in variables(inner)]
        by = self.scope.subject if self.scope.subject in names else None
        if by is None and len(names) == 1:
            by = names[0]
        if by is None or not (by in self.scope.graph.index or by in self.scope.dummies):
            raise self.fault("a derivative by what?", start, last=self.at - 1)
        return self.target(inner, (by,) * order, start)


def spelled(word: str) -> str | None:
    """Return the function that a word is in another spelling, `ReLU`, or None."""
    return None if lookup(word) is not None else _SPELLINGS.get(word.lower())


def is_function(word: str, scope: Scope) -> bool:
    """Tell whether a word that is no name is a function, in any spelling."""
    known = lookup(word) is not None or canonical(word) in LETTERS
    return scope.name(word) is None and (known or word.lower() in _SPELLINGS)
