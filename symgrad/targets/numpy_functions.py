"""How functions are computed over arrays: by one NumPy operation, by several, or by a helper.

What can be written in a few fast NumPy operations is; a helper function of the emitted file does
the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import reduce

from symgrad.expression.functions import FUNCTIONS, record
from symgrad.expression.tree import ONE, Add, Call, Div, Expression, Logic, Mul, Neg, number
from symgrad.program.normal import normal
from symgrad.program.series import SERIES, Local, horner
from symgrad.targets.printing import ATOM, CONDITION, CodePrinter, Spelling, inexpressible

Arguments = tuple[Expression, ...]

UFUNCS: Mapping[str, str] = {
    "abs": "abs",
    "acos": "arccos",
    "acosh": "arccosh",
    "asin": "arcsin",
    "asinh": "arcsinh",
    "atan": "arctan",
    "atan2": "arctan2",
    "atanh": "arctanh",
    "max": "maximum",
    "min": "minimum",
    "pow": "power",
    **{
        name: name
        for name in "cbrt cos cosh exp expm1 hypot log log10 log1p log2 sign sin sinh sqrt tan "
        "tanh".split()
    },
}

HELPED: Mapping[str, str] = {
    name: f"_{name}" for name in "digamma erf erfc lgamma logsumexp normal_cdf polygamma".split()
}


# Of SciPy, taken where the option `special=scipy` says so.
SCIPY: Mapping[str, tuple[Spelling, ...]] = {
    row.name: found
    for row in FUNCTIONS.values()
    if (found := tuple(s for language, s in row.spellings if language == "scipy"))
}


def by_scipy(function: str, arity: int) -> bool:
    """Tell whether SciPy has a function of so many arguments that NumPy lacks."""
    return any(found.arity in (None, arity) for found in SCIPY.get(function, ()))


def _tail(x: Expression) -> Expression:
    """Return log(1 + exp(-|x|))."""
    return Call("log1p", (Call("exp", (Neg(Call("abs", (x,))),)),))


def _sigmoid(x: Expression) -> Expression:
    # exp(-x) that overflows gives 0, which is the sigmoid there.
    return Div(ONE, Add((Call("exp", (Neg(x),)), ONE)))


_ZERO = number(0)
_EXPANSIONS: Mapping[str, Callable[[Arguments], Expression]] = {
    "sigmoid": lambda a: _sigmoid(a[0]),
    "silu": lambda a: Mul((a[0], _sigmoid(a[0]))),
    "softplus": lambda a: Add((Call("max", (a[0], _ZERO)), _tail(a[0]))),
    "log_sigmoid": lambda a: Add((Call("min", (a[0], _ZERO)), Neg(_tail(a[0])))),
    "gelu": lambda a: Mul((a[0], Call("normal_cdf", a))),
    SERIES: horner,
}
_CHAINED = frozenset({"hypot", "max", "min"})

# A result that is a number shows that no operand was NaN; not so of hypot(inf, NaN), NaN^0, where.
KEEP_NAN = frozenset({*UFUNCS, *HELPED, *_EXPANSIONS, "normal_pdf"}) - {"hypot", "pow"}


def expanded(function: str, arguments: Arguments) -> Expression | None:
    """Return a function in terms of others, or None where NumPy or a helper has it.

    Raises UnsupportedFunction for one that is neither known nor defined by others.
    """
    if function in _CHAINED and len(arguments) != 2:
        if len(arguments) == 1:
            return Call("abs", arguments) if function == "hypot" else arguments[0]
        return reduce(lambda a, b: Call(function, (a, b)), arguments)
    if isinstance(function, Local):
        return normal(function.at(arguments[0]))
    rule = _EXPANSIONS.get(function)
    if rule is None:
        if function in UFUNCS or function in HELPED or by_scipy(function, len(arguments)):
            return None
        rule = record(function).definition
        if rule is None:
            raise inexpressible(function, len(arguments), "numpy")
    return normal(rule(arguments))


FUNCTION_SPELLINGS: Mapping[str, Spelling] = {
    **{name: Spelling(f"np.{ufunc}({{}})") for name, ufunc in UFUNCS.items()},
    **{name: Spelling(f"{helper}({{}})", (helper,)) for name, helper in HELPED.items()},
    **{name: Spelling(f"_{name}({{}})", (f"_{name}",)) for name in SCIPY},
    "constant pi": Spelling("np.pi"),
    "constant e": Spelling("np.e"),
}


class NumpyPrinter(CodePrinter):
    """Prints formulas of single numbers, with NumPy's arithmetic: nothing in them raises."""

    def call(self, function: str, arguments: tuple[Expression, ...]) -> tuple[str, int]:
        """Return a function at its arguments."""
        if not function.startswith("constant "):
            tree = None if function == "pow" else expanded(function, arguments)
            if tree is not None:
                return self.printed(tree)
        return super().call(function, arguments)

    def where(self, condition: Expression, yes: Expression, no: Expression) -> tuple[str, int]:
        """Return the choice between two values; both are computed."""
        texts = [self.at(part, CONDITION) for part in (condition, yes, no)]
        return f"np.where({', '.join(texts)})[()]", ATOM

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
