"""Formulas over arrays as passes: one NumPy operation after the other, each into a given buffer.

A formula is taken apart into passes over a block of samples. Parts without data stay scalars. A
linear scan over the passes then gives every intermediate array a buffer: that of an operand which
nobody needs any more, or a free one. (M. Poletto and V. Sarkar, Linear scan register allocation,
ACM TOPLAS 21 (1999).)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from symgrad.expression.tree import (
    ONE,
    Add,
    Call,
    Compare,
    Div,
    Expression,
    Logic,
    Mul,
    Neg,
    Number,
    Pow,
    Var,
    product_of,
    signed_value,
    variables,
)
from symgrad.program.normal import normal
from symgrad.targets.numpy_functions import in_others, ufunc
from symgrad.targets.printing import CodePrinter, Inexpressible


@dataclass(slots=True)
class ScheduledValue:
    """An array of one number a sample: where it is used last, where it lies, what it is called.

    `owned` tells that its memory may be overwritten after its last use. Data are not owned.
    """

    name: str = ""
    owned: bool = True
    last: int = -1
    buffer: str = ""
    text: str = ""


Operand = ScheduledValue | Expression  # an expression is one without data


@dataclass(slots=True)
class Pass:
    """One operation on a block: `function` of NumPy into a buffer, or `code` that makes an array.

    `code` has {0}, {1} ... for the operands, which stand bare in it if it is `tight`; without
    `result` it is a whole statement.
    """

    operands: list[Operand]
    result: ScheduledValue | None = None
    function: str = ""
    code: str = ""
    tight: bool = False


@dataclass(slots=True)
class Schedule:
    """Collects passes, then writes them as lines.

    `scalar` writes an expression without data as code; `printer` knows how functions are written,
    and is told which helpers code calls.
    """

    scalar: Callable[[Expression], str]
    printer: CodePrinter
    passes: list[Pass] = field(default_factory=list)
    values: dict[str, ScheduledValue] = field(default_factory=dict)
    _memo: dict[Expression, Operand] = field(default_factory=dict)

    def data(self, names: Mapping[str, str]) -> None:
        """Make data arrays known: their names, and what they are called in the code."""
        for name, spelled in names.items():
            self.values[name] = ScheduledValue(spelled, owned=False, text=spelled)

    def assign(self, name: str, spelled: str, e: Expression) -> None:
        """Compute a formula and give it a name."""
        self._memo = {}
        value = self.lower(e)
        if isinstance(value, ScheduledValue):
            if not value.name:
                value.name = spelled
            self.values[name] = value

    def add_up(self, total: str, e: Expression) -> None:
        """Assign to `total` the sum of a formula over the samples of the block."""
        self._memo = {}
        factor: list[Expression] = []
        arrays: list[Expression] = []
        sign = "-" if isinstance(e, Neg) else ""
        bare = e.operand if isinstance(e, Neg) else e
        for part in bare.factors if isinstance(bare, Mul) else (bare,):
            (arrays if self.varies(part) else factor).append(part)
        if factor:
            fixed = normal(product_of(factor))
            code = self.scalar(fixed)
            sign += f"({code})*" if isinstance(fixed, Add) else f"{code}*"
        if len(arrays) == 1:
            self._statement(f"{total} = {sign}np.add.reduce({{0}})", [self.lower(arrays[0])])
            return
        first = arrays[0] if len(arrays) == 2 else Mul(tuple(arrays[:-1]))
        self.printer.needed["_dot"] = None
        operands = [self.lower(first), self.lower(arrays[-1])]
        self._statement(f"{total} = {sign}_dot({{0}}, {{1}})", operands)

    def remark(self, text: str) -> None:
        """Say something in a comment."""
        self._statement(f"# {text}", [])

    def store(self, place: str, e: Expression) -> None:
        """Assign a formula to a part of an array."""
        self._memo = {}
        self._statement(f"{place} = {{0}}", [self.lower(e)])

    def varies(self, e: Expression) -> bool:
        """Tell whether an expression depends on data."""
        if isinstance(e, Var):
            return e.key in self.values
        return not isinstance(e, Number) and any(key in self.values for key in variables(e))

    def _statement(self, code: str, operands: list[Operand]) -> None:
        self.passes.append(Pass(operands, code=code))

    def _pass(self, function: str, *operands: Operand) -> ScheduledValue:
        result = ScheduledValue()
        self.passes.append(Pass(list(operands), result, function))
        return result

    def lower(self, e: Expression) -> Operand:
        """Return the array that an expression makes, or the expression where it has no data."""
        if not self.varies(e):
            return e
        if isinstance(e, Var):
            return self.values[str(e.key)]
        found = self._memo.get(e)
        if found is None:
            found = self._memo[e] = self._lowered(e)
        return found

    def _lowered(self, e: Expression) -> Operand:
        match e:
            case Add(terms):
                return self._sum(terms)
            case Neg(operand):
                return self._negative(operand)
            case Mul(factors):
                return self._product(factors)
            case Div(above, below):
                return self._quotient(above, below)
            case Pow(base, exponent):
                return self._pass("power", self.lower(base), self.lower(exponent))
            case Call("where", (condition, yes, no)):
                operands: list[Operand] = []
                test = self._condition(condition, operands)
                places = f"{{{len(operands)}}}, {{{len(operands) + 1}}}"
                operands += [self.lower(yes), self.lower(no)]
                return self._made(f"np.where({test}, {places})", operands)
            case Call(function, arguments):
                return self._call(function, arguments)
            case _:
                raise TypeError(e)

    def _made(self, code: str, operands: list[Operand], *, tight: bool = False) -> ScheduledValue:
        result = ScheduledValue()
        self.passes.append(Pass(operands, result, code=code, tight=tight))
        return result

    def _sum(self, terms: Iterable[Expression]) -> Operand:
        total: Operand | None = None
        for term in terms:
            negative = isinstance(term, Neg)
            value = self.lower(term.operand if isinstance(term, Neg) else term)
            if total is None:
                total = self.lower(term)
            elif not isinstance(total, ScheduledValue) and not isinstance(value, ScheduledValue):
                total = normal(Add((total, Neg(value) if negative else value)))
            else:
                total = self._pass("subtract" if negative else "add", total, value)
        if total is None:
            raise ValueError(terms)
        return total

    def _negative(self, operand: Expression) -> Operand:
        """Return the negative: a factor without data takes the sign, else it is one pass more."""
        if isinstance(operand, Mul):
            for i, factor in enumerate(operand.factors):
                if not self.varies(factor):
                    signed = (normal(Neg(factor)), *operand.factors[i + 1 :])
                    return self.lower(Mul((*operand.factors[:i], *signed)))
        if isinstance(operand, Div):
            for part, other in ((operand.numerator, True), (operand.denominator, False)):
                if not self.varies(part):
                    new = normal(Neg(part))
                    return self.lower(
                        Div(new, operand.denominator) if other else Div(operand.numerator, new)
                    )
        return self._pass("negative", self.lower(operand))

    def _product(self, factors: tuple[Expression, ...]) -> Operand:
        fixed = [factor for factor in factors if not self.varies(factor)]
        moving = [factor for factor in factors if self.varies(factor)]
        # Products of several names could overflow where the author's order of factors does not.
        if fixed and sum(signed_value(factor) is None for factor in fixed) <= 1:
            scalar = normal(product_of(fixed))
            factors = (*moving[:1], scalar, *moving[1:])
        product: Operand | None = None
        for factor in factors:
            value = self.lower(factor)
            if product is None:
                product = value
            elif not isinstance(product, ScheduledValue) and not isinstance(value, ScheduledValue):
                product = normal(Mul((product, value)))
            else:
                product = self._pass("multiply", product, value)
        if product is None:
            raise ValueError(factors)
        return product

    def _quotient(self, above: Expression, below: Expression) -> Operand:
        if _inverse_is_exact(below):
            inverse = normal(Div(ONE, below))
            if isinstance(above, Mul):
                return self.lower(Mul((inverse, *above.factors)))
            return self._pass("multiply", self.lower(above), inverse)
        return self._pass("divide", self.lower(above), self.lower(below))

    def _call(self, function: str, arguments: tuple[Expression, ...]) -> Operand:
        tree = in_others(self.printer, function, arguments)
        if tree is not None:
            return self.lower(tree)
        spelling = self.printer.spelling(function, len(arguments))
        if spelling is None:
            raise Inexpressible(function, len(arguments), self.printer.languages)
        operands = [self.lower(part) for part in arguments]
        if ufunc(spelling):
            return self._pass(ufunc(spelling), *operands)
        self.printer.rely(spelling)
        code = spelling.at([f"{{{i}}}" for i in range(len(arguments))])
        return self._made(code, operands, tight=spelling.tight)

    def _condition(self, e: Expression, operands: list[Operand]) -> str:
        match e:
            case Compare(relation, left, right):
                operands += [self.lower(left), self.lower(right)]
                return f"{{{len(operands) - 2}}} {relation} {{{len(operands) - 1}}}"
            case Logic(operator, parts):
                first, *others = [self._condition(part, operands) for part in parts]
                if operator == "not":
                    return f"np.logical_not({first})"
                for other in others:
                    first = f"np.logical_{operator}({first}, {other})"
                return first
            case _:
                raise TypeError(e)


def _inverse_is_exact(e: Expression) -> bool:
    """Tell whether dividing by a number is multiplying by its inverse: a power of two."""
    value = signed_value(e)
    if not value:
        return False
    size = abs(value)
    return not (size.numerator & (size.numerator - 1) or size.denominator & (size.denominator - 1))
