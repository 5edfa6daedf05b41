"""Derivatives in the text of a claim: ∂J/∂a, dJ/da, ∂²J/∂a∂b, ∂_a J, d/du(…)."""

from __future__ import annotations

from typing import TypeAlias

from symgrad.derivation.analysis import ancestors
from symgrad.derivation.calculus import gradient_of
from symgrad.errors import nearest
from symgrad.expression.tree import (
    ZERO,
    Add,
    Call,
    Div,
    Expression,
    Mul,
    Var,
    product_of,
    substitute,
    variables,
)
from symgrad.graph.graph import Graph
from symgrad.sources import lexer
from symgrad.sources.grammar import Parser
from symgrad.sources.problems import Fault, Origin, UnknownNameInSource
from symgrad.verify.model import DerivativeTarget
from symgrad.verify.reading.motion import by_time
from symgrad.verify.reading.scope import TIME, Scope
from symgrad.verify.reading.unknowns import is_unknown, total_of

SUPERSCRIPTS = {"²": 2, "³": 3, "⁴": 4}
_MAX_ORDER = 4
Variable: TypeAlias = "str | Expression"  # a name, or what it is an expression of


class DerivativeParser(Parser):
    """Reads expressions in which a derivative is a variable that the scope knows.

    With `direct`, ∂v/∂u of a node and its operand holds the other operands fixed; `has_direct` says
    that this would make a difference somewhere.
    """

    direct = False
    has_direct = False
    places_wait = False  # `d/dw L(w) |_{w=2}` is the slope there: L is not taken there first

    def __init__(self, text: str, origin: Origin, scope: Scope) -> None:
        text = text.replace("𝟙", "1")  # an indicator before its condition
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
        function = self.bare_function()
        if function is not None:
            self.at += 1
        elif self.tokens[self.at] != "/":
            top = self.top()
        if self.tokens[self.at] != "/" and (slope := self.differential(top, order)) is not None:
            return slope
        if self.tokens[self.at] != "/":
            raise self.fault("a derivative is written `∂J/∂a`", start, last=self.at)
        self.at += 1
        bottoms = self.bottoms(mark, order, start)
        if function is not None:
            top = self.of_bottom(function, bottoms[0], start)
        if top is None:
            return self.operated(bottoms, start)
        return self.target(top, bottoms, start)

    def bare_function(self) -> str | None:
        """Return the function in ∂σ/∂z, which has no argument; None for anything else."""
        return None

    def of_bottom(self, function: str, bottom: Variable, start: int) -> Expression:
        """Return a function of what one differentiates by."""
        if not isinstance(bottom, str):
            raise self.fault("a function of what?", start, last=self.at - 1)
        self.scope.remark(f"`{function}` read as a function of `{bottom}`")
        return Call(function, (Var(bottom),))

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
        if self.tokens[self.at + 1] == "(":
            return self.atom()
        found = self.scope.resolve(token)
        if found is None and (square := self.squared_name(token)) is not None:
            return square
        if found is None and token in self.scope.unknowns:
            found = Var(self.scope.unknowns[token][0])
        if found is None:
            raise self.unknown_node(token)
        self.at += 1
        return found

    def differential(self, top: Expression | None, order: int) -> Expression | None:
        """Return the derivative of the objective that `∂z` alone stands for, like `dz`."""
        known = isinstance(top, Var) and order == 1
        if known and self.tokens.count("∂") > 1:
            self.scope.doubt("`∂` of a name alone, beside another ∂, may be a differential")
        return self.scope.differential(f"d{top.key}") if known and isinstance(top, Var) else None

    def squared_name(self, token: str) -> Expression | None:
        """Return the quantity that σ² is where there is no σ; None for anything else."""
        del token
        return None

    def bottoms(self, mark: str, order: int, start: int) -> tuple[Variable, ...]:
        """Read what one differentiates by: names, or expressions in parentheses."""
        opened = self.at if self.tokens[self.at] == "(" else None
        self.at += opened is not None
        found: list[Variable] = []
        while len(found) < order:
            token = self.tokens[self.at]
            if token == "∂" or (mark == "d" and token == "d"):
                self.at += 1
            elif mark == "d" and token[:1] == "d" and len(token) > 1:
                self.split_token(("d", token[1:]))
                self.at += 1
            elif not found:
                raise self.fault("a derivative is written `∂J/∂a`", start, last=self.at)
            else:
                raise self.fault(f"{order} names stand below a derivative of that order", self.at)
            variable = self.variable(mark, order)
            repeated = self.tokens[self.at] in ("^", *SUPERSCRIPTS)
            if repeated and order == 1 and self.touches():
                raise self.fault(
                    "is the derivative squared, or what one differentiates by?", start,
                    last=self.at, hint="put the one or the other in parentheses",
                )  # fmt: skip
            found += [variable] * (self.order() if repeated and order > 1 else 1)
        if len(found) > order:
            raise self.fault("the orders above and below are not the same", start, last=self.at - 1)
        if opened is not None:
            self.expect(")", opened)
        return tuple(found)

    def touches(self) -> bool:
        """Tell whether the next token stands right behind the one before it."""
        spans = self.spans()
        return spans[self.at - 1][1] == spans[self.at][0]

    def variable(self, mark: str, order: int) -> Variable:
        """Read one of the things that one differentiates by."""
        token = self.tokens[self.at]
        if token == "(":
            return self.bracketed()
        name = self.scope.name(token) if token else None
        if name is None and isinstance(square := self.squared_name(token), Var):
            return str(square.key)
        if name is None and order > 1:
            self.split_names(token, mark)
        token = self.tokens[self.at]
        called = self.tokens[self.at + 1] == "(" and lexer.IDENTIFIER.match(token)
        timed = token == TIME and self.scope.moves
        if called and not timed and self.scope.name(token) is None:
            return self.atom()
        found = self.node(token)
        self.at += 1
        return found

    def split_names(self, token: str, mark: str) -> None:
        """Split `xdy` or, where only one pair of names can be meant, `xy` below a derivative."""
        pairs = [(token[:at], token[at:]) for at in range(1, len(token))]
        known = [pair for pair in pairs if all(map(self.scope.name, pair))]
        for first, second in pairs:
            names = first, second[1:]
            if second[0] == "d" and all(map(self.scope.name, names)):
                self.split_token((names[0], mark, names[1]))
                return
        if len(known) == 1:
            first, second = known[0]
            self.scope.remark(f"`∂{token}` read as `∂{first}∂{second}`")
            self.split_token((first, mark, second))

    def node(self, token: str) -> str:
        """Return the node that one differentiates by."""
        name = self.scope.name(token) if token else None
        if name is not None and (name in self.scope.graph.index or name in self.scope.dummies):
            return name
        if token == TIME and self.scope.moves:
            return TIME
        if name is None and (twin := self.scope.twin(token, below=True)) is not None:
            return str(twin.key)
        raise self.unknown_node(token)

    def unknown_node(self, token: str) -> Fault:
        """Return the fault of a derivative of or by what the graph does not have."""
        close = nearest(token, self.scope.graph.index)
        return self.fault(
            f"the graph has no node `{token}`" if token else "a name is missing",
            self.at,
            hint=f"a node that it has: `{close}`" if close else "",
            kind=UnknownNameInSource,
        )

    def operated(self, bottoms: tuple[Variable, ...], start: int) -> Expression:
        """Read what an operator such as ∂/∂a acts on: the next factor."""
        signed = self.tokens[self.at] == "-"
        if not (self.starts_factor() or signed):
            raise self.fault("what is differentiated here?", start, last=self.at - 1)
        self.enter()
        self.places_wait = True
        operand = self.factor()
        self.places_wait = False
        if signed or not self.varies(operand, bottoms):
            operand = self.whole_product(operand)
        elif self.starts_factor():
            operand = self.side_by_side(operand)
        self.depth -= 1
        if signed and self.tokens[self.at] in ("+", "-"):
            raise self.fault("where does this derivative end?", start, hint="put it in brackets")
        return self.target(self.complete(operand), bottoms, start)

    def complete(self, found: Expression) -> Expression:
        """Put in what stands for sums that were read, before something is done with the whole."""
        return found

    def side_by_side(self, first: Expression) -> Expression:
        """Return what of the factors that stand side by side is differentiated: the first one."""
        return first

    def varies(self, operand: Expression, bottoms: tuple[Variable, ...]) -> bool:
        """Tell whether a factor depends on what it is differentiated by."""
        graph = self.scope.graph
        sizes = {str(size.key) for size in self.scope.sizes.values() if isinstance(size, Var)}
        wanted = {name for one in bottoms for name in _names_of(one)}
        for name in map(str, variables(operand)):
            if name in wanted or (name not in graph.index and name not in sizes):
                return True
            if name in graph.index and wanted & ancestors(graph, name):
                return True
        return False

    def whole_product(self, first: Expression) -> Expression:
        """Return the product that a factor begins, as in `∂/∂w 1/2 (wx - y)^2`."""
        factors = [first]
        while True:
            token = self.tokens[self.at]
            if token == "*":
                self.at += 1
                factors.append(self.factor())
            elif token == "/":
                self.at += 1
                factors = [Div(product_of(factors), self.divisor())]
            elif self.starts_factor():
                factors.append(self.power())
            else:
                return product_of(factors)

    def target(self, top: Expression, bottoms: tuple[Variable, ...], start: int) -> Expression:
        """Return the variable that stands for a derivative, or the quotient that one is."""
        found = top
        for bottom in reversed(bottoms):
            if isinstance(bottom, str):
                found = self.total(found, bottom)
            else:
                found = self.by_expression(found, bottom, start)
        return found

    def by_expression(self, top: Expression, below: Expression, start: int) -> Expression:
        """Return the derivative by an expression: by the node that it is, or by its one name."""
        scope = self.scope
        node = scope.node_of(below)
        names = [str(name) for name in variables(below)]
        known = [name for name in names if name in scope.graph.index or name in scope.dummies]
        if len(names) != 1 or known != names:
            if node is None:
                raise self.fault(
                    "what one differentiates by is no node of the graph", start, last=self.at - 1,
                    hint="give it a name in the graph",
                )  # fmt: skip
            return self.total(top, node)
        (name,) = names
        is_input = name in scope.dummies or scope.graph.index[name].formula is None
        if node is not None and not is_input:
            return self.total(top, node)
        slope = gradient_of(below).get(name)
        if slope is None:
            raise self.fault("what one differentiates by is constant", start, last=self.at - 1)
        return Div(self.total(top, name), slope)

    def total(self, top: Expression, bottom: str) -> Expression:
        """Return the total derivative by one name."""
        if is_unknown(top, self.scope):
            if (slope := total_of(top, bottom, self.scope, self.total)) is None:
                raise self.fault(f"how does this depend on `{bottom}`?", self.at - 1)
            return slope
        if bottom == TIME and self.scope.moves and TIME not in self.scope.dummies:
            if (found := by_time(top, self.scope)) is None:
                raise self.fault("nothing in this is known to change with `t`", self.at - 1)
            return found
        if bottom in self.scope.running and not isinstance(top, Var):
            return self.along(top, bottom)
        if bottom in self.scope.dummies:
            top = self.of_dummy(top, bottom)
            return gradient_of(top).get(bottom, ZERO)
        if self.scope.dummies.intersection(map(str, variables(top))):
            raise self.fault(f"how does this depend on `{bottom}`?", self.at - 1)
        inner = self.scope.derivatives.get(str(top.key)) if isinstance(top, Var) else None
        if inner is not None:
            if (upper := self.depends_on(bottom, inner)) is not None:
                self.scope.doubt(
                    f"∂/∂{bottom} of a derivative by {upper}, on which {bottom} depends, is open: "
                    "it depends on how that derivative is written"
                )
                slope = self.scope.note(DerivativeTarget(bottom, upper))
                return Div(self.total(top, upper), slope)
            further = (*inner.further, bottom)
            return self.scope.note(
                DerivativeTarget(inner.top, inner.bottom, inner.expression, further)
            )
        if isinstance(top, Var):
            alone = direct_slope(self.scope.graph, str(top.key), bottom)
            self.has_direct = self.has_direct or alone is not None
            if alone is not None and self.direct:
                return alone
            return self.scope.note(DerivativeTarget(str(top.key), bottom))
        return self.scope.note_expression(top, bottom)

    def of_dummy(self, top: Expression, bottom: str) -> Expression:
        """Return the body of the author's f in `df/du`, where nothing else is known of u."""
        own = self.scope.functions.get(str(top.key)) if isinstance(top, Var) else None
        if own is None:
            return top
        one = len(own.parameters) == 1
        return substitute(own.body, {own.parameters[0]: Var(bottom)}) if one else own.body

    def along(self, top: Expression, bottom: str) -> Expression:
        """Return `d/dx (x y)` where y depends on x: the direct part, and those by way of others."""
        scope = self.scope
        parts: list[Expression] = [scope.note_expression(top, bottom)]
        for name in (str(key) for key in variables(top)):
            if name != bottom and name in scope.graph.parameters:
                across = scope.note_expression(top, name)
                parts.append(Mul((across, scope.note(DerivativeTarget(name, bottom)))))
        return parts[0] if len(parts) == 1 else Add(tuple(parts))

    def depends_on(self, bottom: str, inner: DerivativeTarget) -> str | None:
        """Return the name by which was differentiated, and on which `bottom` depends; or None."""
        graph = self.scope.graph
        for name in (inner.bottom, *inner.further):
            both = name in graph.index and bottom in graph.index
            if name != bottom and both and name in ancestors(graph, bottom):
                return name
        return None


def _names_of(variable: Variable) -> tuple[str, ...]:
    return (variable,) if isinstance(variable, str) else tuple(map(str, variables(variable)))


def direct_slope(graph: Graph, top: str, bottom: str) -> Expression | None:
    """Return the derivative of an equation by one of its operands, the others held fixed.

    None where the total one is the same: no other operand depends on that one.
    """
    node = graph.index.get(top)
    formula = None if node is None else node.formula
    if formula is None or bottom not in formula.operands:
        return None
    others = {str(name) for name in formula.operands} - {bottom}
    if not any(bottom in ancestors(graph, name) for name in others):
        return None
    return gradient_of(formula.expression).get(bottom)
