"""How functions are computed over arrays: by one NumPy operation, by several, or by a helper."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import reduce

from symgrad.expression.spelling import ATOM, CONDITION, PRODUCT, UNARY
from symgrad.expression.tree import (
    Call,
    Expression,
    Logic,
    Mul,
    Number,
    Var,
    walk,
)
from symgrad.program.normal import normal
from symgrad.program.series import SERIES, Local, horner
from symgrad.targets.numpy_helpers import HELPERS
from symgrad.targets.printing import CodePrinter, Spelling, known, spelled_in

Arguments = tuple[Expression, ...]

_UFUNC = re.compile(r"np\.(\w+)\(\{(?:\}|0\}(?:, \{1\})?)\)")
# Operations whose result may be a number where an operand is NaN.
_HIDING = frozenset("copysign fmax fmin heaviside hypot nan_to_num power signbit".split())


def ufunc(spelling: Spelling) -> str:
    """Return the one operation of NumPy that a function is, which takes a buffer; else "".

    >>> ufunc(Spelling("np.arctan2({0}, {1})")), ufunc(Spelling("1.0 + np.exp({0})"))
    ('arctan2', '')
    """
    found = _UFUNC.fullmatch(spelling.code)
    return found[1] if found else ""


def keeps_nan(function: str, arity: int) -> bool:
    """Tell whether a result that is a number shows that no argument was NaN."""
    if function in FUNCTIONS:
        return function != "pow"
    spelling = spelled_in(("numpy",), function, arity)
    if spelling is None:
        return False
    if spelling.tree is not None or (spelling.needs[:1] and spelling.needs[0] in HELPERS):
        return True
    return ufunc(spelling) not in {"", *_HIDING}


def in_others(printer: CodePrinter, function: str, arguments: Arguments) -> Expression | None:
    """Return a function in terms of others, or None where one operation or a helper has it.

    Raises Inexpressible for one that is neither known nor defined by others.
    """
    if function == SERIES:
        return normal(horner(arguments))
    if isinstance(function, Local):
        return normal(function.at(*arguments))
    tree = printer.in_others(function, arguments)
    spelling = printer.spelling(function, len(arguments))
    if tree is None and spelling is not None and spelling.folds and len(arguments) > 2:
        return reduce(lambda left, right: Call(function, (left, right)), arguments)
    return tree


def defined(function: str, arguments: Arguments) -> Expression | None:
    """Return a function that NumPy does not write by its definition, if it has one."""
    row = known(function)
    if row is None or row.definition is None or spelled_in(("numpy",), function, len(arguments)):
        return None
    return normal(row.definition(arguments))


FUNCTIONS: Mapping[str, Spelling] = {
    "pow": Spelling("np.power({0}, {1})"),
    "constant pi": Spelling("np.pi"),
    "constant e": Spelling("np.e"),
}


def written_out(languages: Iterable[str], function: str, arguments: Arguments) -> Expression | None:
    """Return a function as plain NumPy writes it in terms of others, or None for one that it has.

    A series stays a series.
    """
    if isinstance(function, Local):
        return normal(function.at(*arguments))
    spelling = FUNCTIONS.get(function) or spelled_in(languages, function, len(arguments))
    if spelling is not None:
        return None if spelling.tree is None else normal(spelling.tree(arguments))
    row = known(function)
    if row is None or row.definition is None:
        return None
    made = normal(row.definition(arguments))
    return made if _is_written(languages, made) else None  # it is refused by its own name


def _is_written(languages: Iterable[str], e: Expression) -> bool:
    """Tell whether every function of a formula has a spelling or a definition."""
    calls = [part for part in walk(e) if isinstance(part, Call)]
    return all(
        isinstance(call.function, Local)
        or call.function in FUNCTIONS
        or spelled_in(languages, call.function, len(call.arguments)) is not None
        or ((row := known(call.function)) is not None and row.definition is not None)
        for call in calls
    )


class NumpyPrinter(CodePrinter):
    """Prints formulas with NumPy's arithmetic: nothing in them raises.

    They are of single numbers; with `arrays` they may be of arrays, too, and with `numbers` of both
    side by side.
    """

    arrays = False
    numbers = False

    def printed(self, e: Expression) -> tuple[str, int]:
        """Return an expression as code, and how tightly it binds; squares of arrays as such."""
        if not (self.arrays and isinstance(e, Mul)):
            return super().printed(e)
        texts: list[str] = []
        last: Expression | None = None
        for factor in e.factors:
            if factor == last and not isinstance(factor, Var | Number):
                texts[-1], last = f"{self.at(factor, ATOM)}**2", None
            else:
                texts.append(self.at(factor, UNARY if texts else PRODUCT))
                last = factor
        return "*".join(texts), PRODUCT if len(texts) > 1 else UNARY

    def where(self, condition: Expression, yes: Expression, no: Expression) -> tuple[str, int]:
        """Return the choice between two values; both are computed."""
        texts = [self.at(part, CONDITION) for part in (condition, yes, no)]
        return (
            f"np.where({', '.join(texts)}){'' if self.arrays and not self.numbers else '[()]'}",
            ATOM,
        )

    def condition(self, e: Expression) -> tuple[str, int]:
        """Return a condition, which may be one of NumPy's truth values."""
        if not isinstance(e, Logic):
            return super().condition(e)
        first, *others = [self.expression(part) for part in e.arguments]
        if e.operator == "not":
            return f"np.logical_not({first})", ATOM
        for other in others:
            first = f"np.logical_{e.operator}({first}, {other})"
        return first, ATOM
