"""Derivatives in the text of a claim: ∂J/∂a, dJ/da, ∂²J/∂a∂b, ∂_a J, d/du(…)."""

from __future__ import annotations

from symgrad.expression.tree import Expression, Var
from symgrad.sources import lexer
from symgrad.sources.grammar import Parser
from symgrad.sources.problems import Fault, Origin, UnknownNameInSource, suggest
from symgrad.verify.model import DerivativeTarget
from symgrad.verify.reading.scope import Scope

SUPERSCRIPTS = {"²": 2, "³": 3, "⁴": 4}
_MAX_ORDER = 4


class DerivativeParser(Parser):
    """Reads expressions in which a derivative is a variable that the scope knows."""

    def __init__(self, text: str, origin: Origin, scope: Scope) -> None:
        super().__init__(text, origin, scope.resolve, names=scope.known(), juxtaposition=True)
        self.scope = scope

    def is_derivative(self, token: str) -> bool:
        """Tell whether `dJ/da`, `d/du(…)` or `d²J/da²` begins here rather than a quotient."""
        tokens, scope = self.tokens, self.scope
        at = self.at + 1
        if token == "d" and tokens[at] == "(":
            at = self.behind(at)
            below = tokens[at + 1] if tokens[at : at + 1] == ["/"] else ""
            return below[:1] == "d" and len(below) > 1 and scope.strict(below) is None
        order = token == "d" and (tokens[at] in SUPERSCRIPTS or tokens[at] == "^")
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

    def behind(self, opened: int) -> int:
        """Return the token behind the counterpart of an open parenthesis."""
        level = 0
        for at in range(opened, len(self.tokens)):
            level += (self.tokens[at] == "(") - (self.tokens[at] == ")")
            if level == 0:
                return at + 1
        return len(self.tokens) - 1

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
        if token in SUPERSCRIPTS:
            self.at += 1
            return SUPERSCRIPTS[token]
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
            repeated = order > 1 and self.tokens[self.at] in ("^", *SUPERSCRIPTS)
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
