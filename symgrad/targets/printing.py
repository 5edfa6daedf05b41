"""Formulas as code: every pattern is printed once and filled with names as often as it occurs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction

from symgrad.errors import Diagnostic, UnsupportedFunction
from symgrad.expression.functions import FUNCTIONS, Function, OwnFunction, record
from symgrad.expression.identity import ByIdentity
from symgrad.expression.own import PRIME
from symgrad.expression.spelling import ATOM, CONDITION, PRODUCT, SUM, UNARY, Spelling
from symgrad.expression.tree import (
    Add,
    Call,
    Compare,
    Constant,
    Derivative,
    Div,
    Expression,
    Logic,
    Mul,
    Neg,
    Number,
    Pow,
    Var,
    walk,
)
from symgrad.program.normal import normal
from symgrad.program.series import SERIES, Local, calls_once, coefficients_of, horner

__all__ = [
    "ATOM", "CONDITION", "PRODUCT", "SUM", "UNARY", "CodePrinter", "Inexpressible", "Spelling",
    "Template", "decimal_or_quotient", "expressible", "open_functions", "spelled_in",
    "spelled_names",
]  # fmt: skip

_LARGEST_QUOTIENT = 10_000
_CALLED = re.compile(r"(?<![\w.:])[A-Za-z_]\w*(?=\()")


Template = tuple[str, tuple[int, ...]]


def decimal_or_quotient(value: Fraction) -> str:
    """Return a literal that denotes the double nearest to `value` (which is not negative).

    >>> [decimal_or_quotient(Fraction(v)) for v in ("2", "0.1", "1/3", "1e20")]
    ['2.0', '0.1', '1.0/3.0', '1e+20']
    """
    small = max(value.numerator, value.denominator) <= _LARGEST_QUOTIENT
    if small and _has_no_decimal(value.denominator):
        return f"{float(value.numerator)!r}/{float(value.denominator)!r}"
    try:
        nearest = float(value)
    except OverflowError:
        nearest = 0.0
    if value and not nearest:
        raise UnsupportedFunction(
            f"the number {float(value.numerator.bit_length()):.0f} bits long is outside the "
            "range of a double"
        )
    return f"{nearest!r}"


def _has_no_decimal(denominator: int) -> bool:
    for prime in (2, 5):
        while denominator % prime == 0:
            denominator //= prime
    return denominator != 1


class CodePrinter:
    """Prints patterns for a language whose arithmetic looks like that of C and Python.

    A target overrides what differs. Functions are written as `functions` says, or as their records
    say for the first of `languages` that has them. `needed` collects what the text relies on, in
    order, and `brought` the texts of helpers that records bring along.
    """

    relations: Mapping[str, str] = {r: r for r in ("<", "<=", ">", ">=", "==", "!=")}
    conjunctions: Mapping[str, str] = {"and": "&&", "or": "||", "not": "!"}
    languages: tuple[str, ...] = ()
    series_prefix = ""  # how functions that hold a series begin; "" writes series out
    local_prefix = ""  # how functions that hold a formula begin

    def __init__(self, functions: Mapping[str, Spelling]) -> None:
        self.functions = functions
        self.needed: dict[str, None] = {}
        self.brought: dict[str, Spelling] = {}
        self.polynomials: dict[tuple[Fraction, ...], str] = {}
        self.locals: dict[Local, tuple[str, str]] = {}
        self.bodies = self  # what writes the formulas of those, which must not stop the program
        self._templates: ByIdentity[Expression, Template] = ByIdentity()

    def template(self, pattern: Expression) -> Template:
        """Return the text of a pattern with %s for each operand, and which operand each is."""
        found = self._templates.get(pattern)
        if found is None:
            found = self._templates[pattern] = _filled(self.expression(pattern))
        return found

    def code(self, pattern: Expression, operands: tuple[str, ...]) -> str:
        """Return a pattern as code, with these identifiers for its variables."""
        text, positions = self.template(pattern)
        return text % tuple([operands[i] for i in positions])

    def expression(self, e: Expression) -> str:
        """Return an expression as code; `Var(i)` becomes a mark that `template` fills."""
        return self.at(e, CONDITION)

    def at(self, e: Expression, level: int) -> str:
        """Return an expression as code, in parentheses where it binds less than `level`."""
        text, own = self.printed(e)
        return f"({text})" if own < level else text

    def printed(self, e: Expression) -> tuple[str, int]:
        """Return an expression as code, and how tightly it binds."""
        match e:
            case Var(key):
                return (f"\0{key}\0" if isinstance(key, int) else key), ATOM
            case Number(value):
                return self.number(value)
            case Constant(name):
                return self.call(f"constant {name}", ())
            case Add(terms):
                return self.sum(terms), SUM
            case Neg(operand):
                text = self.at(operand, PRODUCT)
                return (f"-({text})" if text.startswith("-") else f"-{text}"), UNARY
            case Mul(factors):
                first, *others = factors
                texts = [self.at(first, PRODUCT), *(self.at(f, UNARY) for f in others)]
                return "*".join(texts), PRODUCT
            case Div() if "divide" in self.functions and not isinstance(e.denominator, Number):
                return self.call("divide", (e.numerator, e.denominator))
            case Div(numerator, denominator):
                return f"{self.at(numerator, PRODUCT)}/{self.at(denominator, UNARY)}", PRODUCT
            case Pow(base, exponent):
                return self.call("pow", (base, exponent))
            case Call("where", (_, yes, no)) if yes == no:
                return self.printed(yes)
            case Call("where", (condition, yes, no)):
                return self.where(condition, yes, no)
            case Call(function, arguments):
                return self.call(function, arguments)
            case Compare() | Logic():
                return self.condition(e)
            case Derivative():
                raise TypeError("a derivative that is not taken is no code")

    def number(self, value: Fraction) -> tuple[str, int]:
        """Return a number and how tightly it binds."""
        if value < 0:
            return f"-{self.at(Number(-value), PRODUCT)}", UNARY
        text = decimal_or_quotient(value)
        return text, PRODUCT if "/" in text else ATOM

    def sum(self, terms: Iterable[Expression]) -> str:
        """Return the terms with plus and minus signs between them."""
        pieces: list[str] = []
        for term in terms:
            if isinstance(term, Neg) and pieces:
                pieces.append(f" - {self.at(term.operand, PRODUCT)}")
            elif pieces:
                pieces.append(f" + {self.at(term, PRODUCT)}")
            else:
                pieces.append(self.at(term, SUM))
        return "".join(pieces)

    def call(self, function: str, arguments: tuple[Expression, ...]) -> tuple[str, int]:
        """Return a function at its arguments, and how tightly that binds.

        A function that the language lacks is written through its definition. Raises
        UnsupportedFunction where it has none.
        """
        if function == SERIES:
            return self.series(arguments)
        if isinstance(function, Local):
            return self.local(function, arguments)
        spelling = self.spelling(function, len(arguments))
        tree = self.in_others(function, arguments)
        if tree is not None:
            return self.printed(tree)
        if spelling is None:
            raise Inexpressible(function, len(arguments), self.languages)
        self.rely(spelling)
        texts = [self.at(argument, ATOM if spelling.tight else CONDITION) for argument in arguments]
        return spelling.at(texts), spelling.level

    def spelling(self, function: str, arity: int) -> Spelling | None:
        """Return how the language writes a function of so many arguments, or None."""
        return self.functions.get(function) or spelled_in(self.languages, function, arity)

    def in_others(self, function: str, arguments: tuple[Expression, ...]) -> Expression | None:
        """Return a function in terms of others, or None where the language writes it itself.

        Raises Inexpressible for one that is neither written nor defined by what is.
        """
        spelling = self.spelling(function, len(arguments))
        if spelling is not None:
            return None if spelling.tree is None else normal(spelling.tree(arguments))
        if not expressible(function, len(arguments), self.languages, self.functions):
            raise Inexpressible(function, len(arguments), self.languages)
        row = known(function)
        if row is None or row.definition is None:
            return None
        return normal(row.definition(arguments))

    def rely(self, spelling: Spelling) -> None:
        """Note what a spelling relies on."""
        self.needed.update(dict.fromkeys(spelling.needs))
        if spelling.helper:
            self.brought[spelling.needs[0]] = spelling

    def series(self, arguments: tuple[Expression, ...]) -> tuple[str, int]:
        """Return a series at its argument: by a function of the file, or written out."""
        if not self.series_prefix:
            return self.printed(normal(horner(arguments)))
        coefficients = coefficients_of(arguments)
        count = len(self.polynomials) + 1
        name = self.polynomials.setdefault(coefficients, f"{self.series_prefix}{count}")
        return f"{name}({self.at(arguments[0], CONDITION)})", ATOM

    def local(self, function: Local, arguments: tuple[Expression, ...]) -> tuple[str, int]:
        """Return a formula of one argument or two: by a function of the file, or written out."""
        if not self.series_prefix:
            return self.printed(normal(function.at(*arguments)))
        found = self.locals.get(function)
        if found is None:
            named, formula = calls_once(normal(function.body))
            lines = [f"{name} = {self.bodies.expression(call)}" for name, call in named]
            body = "\n".join([*lines, self.bodies.expression(formula)])
            found = self.locals[function] = (f"{self.local_prefix}{len(self.locals) + 1}", body)
        texts = [self.at(argument, CONDITION) for argument in arguments]
        return f"{found[0]}({', '.join(texts)})", ATOM

    def where(self, condition: Expression, yes: Expression, no: Expression) -> tuple[str, int]:
        """Return the choice between two values."""
        test = self.at(condition, SUM)
        return f"{test} ? {self.at(yes, SUM)} : {self.at(no, SUM)}", CONDITION

    def condition(self, e: Expression) -> tuple[str, int]:
        """Return a condition; every part of a longer one stands in parentheses."""
        match e:
            case Compare(relation, left, right):
                sign = self.relations[relation]
                return f"{self.at(left, SUM)} {sign} {self.at(right, SUM)}", CONDITION
            case Logic("not", (part,)):
                return f"{self.conjunctions['not']}({self.expression(part)})", CONDITION
            case Logic(operator, parts):
                sign = f" {self.conjunctions[operator]} "
                return sign.join(f"({self.expression(part)})" for part in parts), CONDITION
            case _:
                return self.expression(e), CONDITION


def known(function: str) -> Function | None:
    """Return the record of a function, or None for what only emitted code knows, such as pow."""
    return record(function) if isinstance(function, OwnFunction) else FUNCTIONS.get(function)


def spelled_in(languages: Iterable[str], function: str, arity: int) -> Spelling | None:
    """Return how the first of the languages that has a function writes it, or None.

    >>> spelled_in(["numpy"], "asin", 1).code
    'np.arcsin({0})'
    """
    row = known(function)
    found = () if row is None else (row.spelling(language, arity) for language in languages)
    return next((spelling for spelling in found if spelling is not None), None)


def open_functions(pattern: Expression) -> Iterator[OwnFunction]:
    """Yield the functions without a body that a pattern calls, itself or in what defines others."""
    for part in walk(pattern):
        if isinstance(part, Call) and isinstance(part.function, OwnFunction):
            row = part.function.record
            if row.unknown:
                yield part.function
            elif row.definition is not None:
                yield from open_functions(row.definition(part.arguments))


def spelled_names(languages: Iterable[str]) -> frozenset[str]:
    """Return the names that functions of languages are called by, and what those need.

    >>> sorted(spelled_names(["c"]) & {"tanh", "tgamma", "sg_sign", "float"})
    ['sg_sign', 'tanh', 'tgamma']
    """
    found: set[str] = set()
    for row in FUNCTIONS.values():
        for language, spelling in row.spellings:
            if language in languages:
                found.update(spelling.needs, _CALLED.findall(spelling.code))
    return frozenset(found)


def expressible(
    function: str, arity: int, languages: tuple[str, ...], own: Mapping[str, Spelling]
) -> bool:
    """Tell whether languages write a function, or all that defines it.

    `own` holds what a target writes besides, such as "pow".
    """
    if function in own or function == "where" or isinstance(function, Local):
        return True
    if spelled_in(languages, function, arity) is not None:
        return True
    row = known(function)
    if row is None or row.definition is None:
        return False
    tree = normal(row.definition(tuple(map(Var, range(arity)))))
    return all(
        expressible(part.function, len(part.arguments), languages, own)
        for part in walk(tree)
        if isinstance(part, Call)
    )


class Inexpressible(UnsupportedFunction):
    """A function that the language cannot express; `asked` is its name and number of arguments."""

    def __init__(self, function: str, arity: int, languages: tuple[str, ...]) -> None:
        row = known(function)
        if row is not None and row.unknown:
            name = function.rstrip(PRIME)
            message = f"the function `{name}` has no body, so nothing can compute it"
            help_ = f"give it one: `function {name}(x) = …`"
        else:
            message = f"the function `{function}` cannot be expressed in {languages[0]}"
            help_ = ""
        super().__init__(Diagnostic(message, help=help_))
        self.asked = (function, arity)


def _filled(text: str) -> Template:
    pieces = text.replace("%", "%%").split("\0")
    positions = [int(piece) for piece in pieces[1::2]]
    pieces[1::2] = ["%s"] * len(positions)
    return "".join(pieces), tuple(positions)
