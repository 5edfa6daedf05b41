"""From a Python expression, as `ast` gives it, to the expression tree; nothing is ever run."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence

from symgrad.errors import Place, SourceError
from symgrad.expression.functions import lookup
from symgrad.expression.tree import (
    Add,
    Call,
    Compare,
    Constant,
    Div,
    Expression,
    Logic,
    Mul,
    Neg,
    Number,
    Pow,
    number,
    product_of,
)
from symgrad.sources import exact, lexer
from symgrad.sources.complaints import NOT_SMOOTH, instead_of
from symgrad.sources.cursor import tree_depth
from symgrad.sources.limits import MAX_DEPTH, MAX_TERMS
from symgrad.sources.problems import (
    Fault,
    SourceTooLarge,
    UndifferentiableSource,
    UnknownNameInSource,
)

MODULES = frozenset(("math", "np", "numpy", "scipy", "special"))
CONSTANTS = {"pi": Constant("pi"), "e": Constant("e")}
_RELATIONS: dict[type[ast.cmpop], str] = {
    ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!=",
}  # fmt: skip
_OPERATOR_HELP: dict[type[ast.operator], str] = {
    ast.BitXor: "power is written `**` in Python",
    ast.MatMult: "every value is a number: write the product out",
}

PlaceOf = Callable[[ast.AST], Place]
Resolve = Callable[[ast.Name], Expression]


class PythonReader:
    """Turns Python expressions into trees.

    `resolve` gives what a name stands for; `segment` gives the text of a node as it was written,
    from which numbers are read exactly.
    """

    def __init__(self, resolve: Resolve, place: PlaceOf, segment: Callable[[ast.AST], str]) -> None:
        self.resolve = resolve
        self.place = place
        self.segment = segment
        self.depth = 0

    def whole(self, node: ast.expr) -> Expression:
        """Return the tree of an expression.

        Raises:
            Fault: if it holds anything but arithmetic and known functions.
        """
        tree = self.value(node)
        if tree_depth(tree) > MAX_DEPTH:
            raise self.too_deep(node)
        return tree

    def fault(
        self, message: str, node: ast.AST, hint: str = "", kind: type[SourceError] = SourceError
    ) -> Fault:
        """Return a fault that points at a node."""
        return Fault(message, self.place(node), hint, kind=kind)

    def too_deep(self, node: ast.AST) -> Fault:
        """Return the fault of an expression with too many levels."""
        hint = "give parts of it names of their own"
        return self.fault(f"more than {MAX_DEPTH} levels of nesting", node, hint, SourceTooLarge)

    def value(self, node: ast.expr) -> Expression:
        """Return the tree of what has a number as its value."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self.too_deep(node)
        try:
            return self._value(node)
        finally:
            self.depth -= 1

    def _value(self, node: ast.expr) -> Expression:
        match node:
            case ast.Name():
                return self.resolve(node)
            case ast.Constant():
                return self.number(node)
            case ast.BinOp():
                return self.operation(node)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return Neg(self.value(operand))
            case ast.UnaryOp(op=ast.UAdd(), operand=operand):
                return self.value(operand)
            case ast.IfExp(test=test, body=body, orelse=otherwise):
                condition = self.condition(test)
                return Call("where", (condition, self.value(body), self.value(otherwise)))
            case ast.Call():
                return self.call(node)
            case ast.Attribute(value=ast.Name(id=module), attr=attribute) if module in MODULES:
                if attribute in CONSTANTS:
                    return CONSTANTS[attribute]
                raise self.fault(f"`{module}.{attribute}` is not a number", node)
            case ast.Compare() | ast.BoolOp() | ast.UnaryOp(op=ast.Not()):
                hint = "`a if condition else b` chooses between two values"
                raise self.fault("a condition has no value to calculate with", node, hint)
            case _:
                raise self.unsupported(node)

    def unsupported(self, node: ast.AST) -> Fault:
        """Return the fault of an expression that means nothing here."""
        hint = "an expression is made of numbers, names, + - * / ** and functions such as exp"
        what = _WHAT.get(type(node), "this expression")
        return self.fault(f"{what} cannot stand in a graph", node, hint)

    def number(self, node: ast.Constant) -> Expression:
        """Return a number, exactly as it was written."""
        if isinstance(node.value, bool) or not isinstance(node.value, int | float):
            raise self.unsupported(node)
        try:
            return Number(lexer.read_number(self.segment(node)))
        except lexer.BadNumber as problem:
            kind = SourceTooLarge if problem.too_large else SourceError
            raise self.fault(str(problem), node, "write it as a decimal number", kind) from None

    def operation(self, node: ast.BinOp) -> Expression:
        """Return a sum, product, quotient or power."""
        match node.op:
            case ast.Add() | ast.Sub():
                return self.chain(node, (ast.Add, ast.Sub))
            case ast.Mult() | ast.Div():
                return self.chain(node, (ast.Mult, ast.Div))
            case ast.Pow():
                return self.power(self.value(node.left), self.value(node.right), node)
            case ast.Mod() | ast.FloorDiv():
                sign = "%" if isinstance(node.op, ast.Mod) else "//"
                raise self.fault(
                    f"`{sign}` has no useful derivative: it jumps",
                    node,
                    "put a smooth function in its place",
                    UndifferentiableSource,
                )
            case _:
                hint = _OPERATOR_HELP.get(type(node.op), "")
                raise self.fault("this operator cannot stand in a graph", node, hint)

    def chain(self, node: ast.BinOp, kinds: tuple[type[ast.operator], ...]) -> Expression:
        """Return a flat sum, or a product read from left to right, without recursion."""
        steps: list[tuple[ast.operator, ast.expr]] = []
        left: ast.expr = node
        # A left operand in parentheses begins later than the whole does, and is a term of its own.
        while (
            isinstance(left, ast.BinOp) and isinstance(left.op, kinds) and _same_start(left, node)
        ):
            steps.append((left.op, left.right))
            left = left.left
        if len(steps) >= MAX_TERMS:
            raise self.fault(f"more than {MAX_TERMS} terms", node, kind=SourceTooLarge)
        steps.reverse()
        if isinstance(node.op, ast.Mult | ast.Div) and _same_start(left, node):
            match left:
                case ast.UnaryOp(op=ast.USub(), operand=operand):
                    # -a*b is read as everywhere else: the negative of a product.
                    return Neg(self.joined(self.value(operand), steps, node))
        return self.joined(self.value(left), steps, node)

    def joined(
        self, first: Expression, steps: Sequence[tuple[ast.operator, ast.expr]], node: ast.BinOp
    ) -> Expression:
        """Return the sum or product of `first` and what follows it."""
        parts = [first]
        for operator, right in steps:
            part = self.value(right)
            match operator:
                case ast.Sub():
                    parts.append(Neg(part))
                case ast.Div():
                    self.check_divisor(part, right)
                    above = product_of(parts)
                    parts = [Div(above, part)]
                case _:
                    parts.append(part)
        if len(parts) == 1:
            return parts[0]
        product = isinstance(node.op, ast.Mult | ast.Div)
        try:
            exact.check_many(parts, product=product)
        except (exact.TooManyDigits, exact.DivisionByZero):
            message = "numbers too large to compute exactly"
            raise self.fault(message, node, kind=SourceTooLarge) from None
        return Mul(tuple(parts)) if product else Add(tuple(parts))

    def check_divisor(self, divisor: Expression, node: ast.expr) -> None:
        """Refuse a division by plain zero."""
        try:
            zero = exact.rational(divisor) == 0
        except exact.DivisionByZero:
            zero = True
        except exact.TooManyDigits:
            message = "a number too large to compute exactly"
            raise self.fault(message, node, kind=SourceTooLarge) from None
        if zero:
            raise self.fault("division by zero", node)

    def power(self, base: Expression, exponent: Expression, node: ast.expr) -> Expression:
        """Return a power, unless its value would be enormous."""
        try:
            exact.check_power(base, exponent)
        except exact.TooManyDigits:
            message = "a power too large to compute exactly"
            raise self.fault(message, node, kind=SourceTooLarge) from None
        except exact.DivisionByZero:
            raise self.fault("a negative power of zero", node) from None
        return Pow(base, exponent)

    def call(self, node: ast.Call) -> Expression:
        """Return a function's call; only known functions, bare or of math and numpy, are read."""
        match node.func:
            case ast.Name(id=name):
                pass
            case ast.Attribute(value=ast.Name(id=module), attr=name) if module in MODULES:
                pass
            case _:
                raise self.unsupported(node.func)
        if node.keywords or any(isinstance(part, ast.Starred) for part in node.args):
            raise self.fault(f"`{name}` takes plain arguments only", node)
        if name == "where" and len(node.args) == 3:
            test, body, otherwise = node.args
            parts = (self.condition(test), self.value(body), self.value(otherwise))
            return Call("where", parts)
        row = lookup(name)
        least, most = (row.min_arity, row.max_arity) if row else _EXTRA.get(name, (0, 0))
        if most == 0:
            raise self.unknown_function(name, node.func)
        if not least <= len(node.args) <= (len(node.args) if most is None else most):
            wanted = f"{least} or more" if most is None else str(least)
            plural = "" if wanted == "1" else "s"
            raise self.fault(
                f"`{name}` takes {wanted} argument{plural}, not {len(node.args)}", node
            )
        arguments = tuple(self.value(part) for part in node.args)
        if row is not None:
            return Call(row.name, arguments)
        return self.power(arguments[0], number(2) if name == "square" else arguments[1], node)

    def unknown_function(self, name: str, node: ast.expr) -> Fault:
        """Return the fault of calling what is not a known function."""
        if name in NOT_SMOOTH:
            return self.fault(
                f"`{name}` has no useful derivative: it is flat between its jumps",
                node,
                "put a smooth function in its place, or pass its value in as an argument",
                UndifferentiableSource,
            )
        hint = instead_of(name, *_EXTRA)
        return self.fault(f"unknown function `{name}`", node, hint, UnknownNameInSource)

    def condition(self, node: ast.expr) -> Compare | Logic:
        """Return the tree of a condition."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self.too_deep(node)
        try:
            return self._condition(node)
        finally:
            self.depth -= 1

    def _condition(self, node: ast.expr) -> Compare | Logic:
        match node:
            case ast.Compare(left=left, ops=operators, comparators=others):
                sides = [self.value(side) for side in (left, *others)]
                found = []
                for index, operator in enumerate(operators):
                    relation = _RELATIONS.get(type(operator))
                    if relation is None:
                        raise self.fault("only < <= > >= == != compare numbers", node)
                    found.append(Compare(relation, sides[index], sides[index + 1]))
                return found[0] if len(found) == 1 else Logic("and", tuple(found))
            case ast.BoolOp(op=operator, values=values):
                name = "and" if isinstance(operator, ast.And) else "or"
                return Logic(name, tuple(self.condition(value) for value in values))
            case ast.BinOp(op=ast.BitAnd() | ast.BitOr(), left=left, right=right):
                name = "and" if isinstance(node.op, ast.BitAnd) else "or"
                return Logic(name, (self.condition(left), self.condition(right)))
            case ast.UnaryOp(op=ast.Not() | ast.Invert(), operand=operand):
                return Logic("not", (self.condition(operand),))
            case _:
                raise self.fault("a condition is expected here", node, "such as `x > 0`")


def _same_start(part: ast.expr, whole: ast.expr) -> bool:
    return (part.lineno, part.col_offset) == (whole.lineno, whole.col_offset)


_EXTRA = {"pow": (2, 2), "power": (2, 2), "square": (1, 1)}
_WHAT: dict[type[ast.AST], str] = {
    ast.Constant: "text and other constants",
    ast.Attribute: "an attribute",
    ast.Subscript: "indexing",
    ast.Lambda: "a lambda",
    ast.List: "a list",
    ast.Tuple: "a tuple",
    ast.Dict: "a dictionary",
    ast.Set: "a set",
    ast.ListComp: "a comprehension",
    ast.GeneratorExp: "a comprehension",
    ast.NamedExpr: "an assignment inside an expression",
    ast.Await: "await",
    ast.JoinedStr: "text",
}
