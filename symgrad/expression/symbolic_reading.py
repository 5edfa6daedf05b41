"""From SymPy: its expressions as our trees, in the order in which SymPy prints them.

A function that no row of `functions` means is taken as it is: its class becomes the record of an
`OwnFunction`, which SymPy differentiates by its own `fdiff` and evaluates by its `evalf`.
What is no real function of numbers is named in an error.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Any

from symgrad.errors import NotDifferentiable, SourceError
from symgrad.expression.balls import Unclear
from symgrad.expression.functions import (
    FUNCTIONS,
    NOT_TAKEN,
    UNDIFFERENTIABLE,
    Function,
    OwnFunction,
)
from symgrad.expression.symbolic import sympy_functions, sympy_module
from symgrad.expression.tree import (
    ONE,
    ZERO,
    Add,
    Call,
    Compare,
    Constant,
    Div,
    Expression,
    Logic,
    Neg,
    Number,
    Pow,
    Var,
    number,
    product_of,
    signed,
)

Key = str | int
MAX_BITS = 8192  # of a number
MAX_TERMS = 1000  # of a sum or product over an index, which is written out

_RELATIONS = {"==": "==", "!=": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
_HALF = Number(Fraction(1, 2))
_EXACT_FLOAT = 53
_SHOWN = 80
_DIGITS_A_BIT = 0.30103


class NotTaken(SourceError):
    """A SymPy expression holds something that has no place in a graph."""


def not_taken(part: object, why: str, *, help: str = "") -> NotTaken:  # noqa: A002
    """Return the error that names the part of an expression that cannot be taken."""
    shown = text_of(part)
    shown = shown if len(shown) <= _SHOWN else f"{shown[:_SHOWN]}…"
    return NotTaken(f"`{shown}` cannot be taken from SymPy: {why}", help=help)


def text_of(part: object) -> str:
    """Return a SymPy object as SymPy prints it, "…" for numbers too long to print."""
    try:
        return str(part)
    except ValueError:
        return "…"


@dataclass(frozen=True, slots=True)
class SympyValue:
    """The value of a SymPy function at numbers, by its own `evalf`."""

    function: type

    def __call__(self, context: Any, *numbers: Any) -> Any:  # noqa: ANN401  (mpmath, SymPy)
        """Return the value as a number of the mpmath context; ValueError where there is none."""
        sp = sympy_module()
        digits = context.dps + 5
        found = self.function(*(_sympy_number(sp, value, digits) for value in numbers))
        found = found.doit().evalf(digits)
        if not found.is_number or found.is_real is False or found.has(sp.zoo, sp.nan, sp.oo):
            raise ValueError(f"{self.function.__name__} has no real value here")
        real, imaginary = found.as_real_imag()
        if not (real.is_Float or real.is_Rational) or abs(imaginary) > abs(real) * 1e-12:
            raise ValueError(f"{self.function.__name__} has no real value here")
        return context.make_mpf(real._to_mpmath(context.prec)._mpf_)  # noqa: SLF001


@dataclass(frozen=True, slots=True)
class SympyBall:
    """The value of a SymPy function at balls, as certain as the function's own `evalf` is.

    The radius is that of the digits asked for; at balls that are no points it is widened by how far
    the values at their ends lie apart.
    """

    function: type

    def __call__(self, flint: Any, *balls: Any) -> Any:  # noqa: ANN401  (python-flint, no types)
        """Return a ball; Unclear where the function does not say its value."""
        digits = int(flint.ctx.prec * _DIGITS_A_BIT) + 10
        ends = [balls] if all(b.is_exact() for b in balls) else [
            balls, [b.lower() for b in balls], [b.upper() for b in balls]
        ]  # fmt: skip
        values = [flint.arb(str(self._value(end, digits))) for end in ends]
        middle = values[0].mid()
        spread = max((abs(v - values[0]).upper() for v in values), default=flint.arb(0))
        return flint.arb(middle, abs(middle) * flint.arb(10) ** (12 - digits) + 2 * spread)

    def _value(self, end: Any, digits: int) -> Any:  # noqa: ANN401
        sp = sympy_module()
        exact = [b.mid().fmpq() for b in end]
        found = self.function(*(sp.Rational(int(q.p), int(q.q)) for q in exact))
        found = found.doit().evalf(digits)
        if not (found.is_Float or found.is_Rational):
            raise Unclear
        return found


def _sympy_number(sp: Any, value: Any, digits: int) -> Any:  # noqa: ANN401
    whole = int(value) if value == int(value) and abs(value) < 10**6 else None
    return sp.Integer(whole) if whole is not None else sp.Float(value, digits)


def own_function(cls: type, arity: int) -> OwnFunction:
    """Return the function that stands for a SymPy class which no table knows."""
    return OwnFunction(
        Function(cls.__name__, arity, arity, sympy=cls, mpmath=SympyValue(cls), ball=SympyBall(cls))
    )


def from_sympy(expression: object, key: Callable[[Any], Key] = str) -> Expression:
    """Return the tree of a SymPy expression; `key` gives the name of each symbol.

    Raises NotTaken, naming the part, for what has no place in a graph, and NotDifferentiable for a
    function without a useful derivative.

    >>> import sympy
    >>> a, x = sympy.symbols("a x")
    >>> from_sympy(a * x)
    Mul(factors=(Var(key='a'), Var(key='x')))
    """
    return SymPyReader(key).value(expression)


class SymPyReader:
    """Reads one expression."""

    def __init__(self, key: Callable[[Any], Key]) -> None:
        self.sp = sympy_module()
        self.key = key

    def value(self, e: Any) -> Expression:  # noqa: ANN401  (one line for each kind)
        """Return the tree of what has a real value."""
        sp = self.sp
        if isinstance(e, int | Fraction) and not isinstance(e, bool):
            return signed(Fraction(e))
        if not isinstance(e, sp.Expr):
            raise not_taken(e, "it is no number")
        if e.is_Symbol or isinstance(e, sp.Indexed):
            return Var(self.key(e))
        if e.is_Rational:
            return signed(_fraction(e))
        if e.is_Float:
            return signed(_float(e))
        if e.is_commutative is False or getattr(e, "is_Matrix", False):
            raise not_taken(e, "it does not commute, or is a matrix")
        if e.is_Add:
            return self.sum(e)
        if e.is_Mul:
            return self.product(e)
        if e.is_Pow:
            return self.power(*e.as_base_exp())
        constant = self.constants().get(e)
        return constant if constant is not None else self.applied(e)

    def sum(self, e: Any) -> Expression:  # noqa: ANN401
        """Read a sum in the order in which SymPy prints it."""
        return Add(tuple(self.value(term) for term in e.as_ordered_terms()))

    def product(self, e: Any) -> Expression:  # noqa: ANN401
        """Read a product; factors with a negative exponent go below the fraction bar."""
        sp = self.sp
        factors = list(e.as_ordered_factors())
        coefficient = sp.Mul(*[factor for factor in factors if factor.is_Rational])
        size = abs(_fraction(coefficient))
        above: list[Expression] = [] if size.numerator == 1 else [number(size.numerator)]
        below: list[Expression] = [] if size.denominator == 1 else [number(size.denominator)]
        for factor in factors:
            if factor.is_Rational:
                continue
            base, exponent = factor.as_base_exp() if factor.is_Pow else (factor, sp.S.One)
            if exponent.is_Rational and exponent.is_negative:
                below.append(self.power(base, -exponent))
            else:
                above.append(self.value(factor))
        top = product_of(above)
        whole = Div(top, product_of(below)) if below else top
        return Neg(whole) if coefficient.p < 0 else whole

    def power(self, base: Any, exponent: Any) -> Expression:  # noqa: ANN401
        """Read a power: square roots by name, negative powers as quotients."""
        if exponent.is_Rational and exponent.is_negative:
            return Div(ONE, self.power(base, -exponent))
        below = self.value(base)
        above = self.value(exponent)
        if above == ONE:
            return below
        return Call("sqrt", (below,)) if above == _HALF else Pow(below, above)

    def applied(self, e: Any) -> Expression:  # noqa: ANN401
        """Read a function at its arguments, a choice, or a sum over an index."""
        sp = self.sp
        if type(e).__name__ in NOT_TAKEN and type(e).__module__.startswith("sympy."):
            raise not_taken(e, NOT_TAKEN[type(e).__name__].replace(" of that name", ""))
        if isinstance(e, sp.Piecewise):
            return self.piecewise(e)
        if isinstance(e, sp.UnevaluatedExpr):
            return self.value(e.args[0])
        if isinstance(e, sp.Sum | sp.Product):
            return self.value(self.written_out(e))
        if not isinstance(e, sp.Function | sp.Max | sp.Min | sp.Heaviside):
            raise not_taken(e, f"{type(e).__name__} has no place in a graph of real functions")
        own = self.rewritten(e)
        if own is not None:
            return own
        if any(isinstance(part, sp.Tuple) for part in e.args):
            raise not_taken(e, "it takes lists")
        arguments = tuple(self.value(part) for part in e.args)
        row = _rows().get(e.func)
        return Call(row.name if row else self.own(e, len(arguments)), arguments)

    def own(self, e: Any, arity: int) -> str:  # noqa: ANN401
        """Return a function of the author's own, or of SymPy's that no table holds."""
        sp = self.sp
        if isinstance(e, sp.core.function.AppliedUndef):
            raise not_taken(
                e,
                f"nothing is known of the function {e.func}",
                help=f"give it a derivative: `class {e.func}(sympy.Function)` with an `fdiff`",
            )
        if e.func.__name__ in UNDIFFERENTIABLE or e.is_real is False:
            raise NotDifferentiable(f"`{e}` has no useful derivative, or no real value")
        return own_function(e.func, arity)

    def rewritten(self, e: Any) -> Expression | None:  # noqa: ANN401
        """Return a function that is written with others."""
        sp = self.sp
        if isinstance(e, sp.Heaviside):
            side, middle = self.value(e.args[0]), self.value(e.args[1])
            low = Call("where", (Compare("<", side, ZERO), ZERO, middle))
            return Call("where", (Compare(">", side, ZERO), ONE, low))
        if isinstance(e, sp.SingularityFunction) and e.args[2].is_negative:
            raise not_taken(e, "with a negative exponent it is no function")
        if isinstance(e, sp.polygamma) and e.args[0] == 0:
            return Call("digamma", (self.value(e.args[1]),))
        return None

    def written_out(self, e: Any) -> Any:  # noqa: ANN401
        """Return a sum or product over an index term by term."""
        for _, low, high in e.limits:
            if not (low.is_Integer and high.is_Integer) or high - low >= MAX_TERMS:
                raise not_taken(
                    e, f"its bounds are not numbers, or it has more than {MAX_TERMS} terms"
                )
        found = e.doit()
        if found.has(type(e)):
            raise not_taken(e, "it cannot be written out")
        return found

    def piecewise(self, e: Any) -> Expression:  # noqa: ANN401
        """Read Piecewise((value, condition), …) as nested where."""
        *pieces, (last, when) = e.args
        if when != self.sp.true and self.sp.Or(*(piece[1] for piece in e.args)) != self.sp.true:
            raise not_taken(
                e,
                "it has no value where none of its conditions holds",
                help="end it with a piece for all other cases: `(…, True)`",
            )
        found = self.value(last)
        for value, condition in reversed(pieces):
            found = Call("where", (self.condition(condition), self.value(value), found))
        return found

    def condition(self, e: Any) -> Compare | Logic:  # noqa: ANN401
        """Read a condition."""
        sp = self.sp
        if isinstance(e, sp.core.relational.Relational):
            return Compare(_RELATIONS[e.rel_op], self.value(e.lhs), self.value(e.rhs))
        for kind, operator in ((sp.And, "and"), (sp.Or, "or"), (sp.Not, "not")):
            if isinstance(e, kind):
                return Logic(operator, tuple(self.condition(part) for part in e.args))
        if isinstance(e, sp.Contains):
            return self.condition(e.as_set().as_relational(e.args[0]))
        if isinstance(e, sp.ITE):
            return self.condition(e.to_nnf())
        raise not_taken(e, "it is no comparison of numbers")

    @cache  # noqa: B019  (a reader lives for one expression)
    def constants(self) -> dict[Any, Expression]:
        """Return the named numbers."""
        sp = self.sp
        quarter = Call("polygamma", (ONE, Number(Fraction(1, 4))))
        catalan = Div(Add((quarter, Neg(Pow(Constant("pi"), number(2))))), number(8))
        return {
            sp.pi: Constant("pi"),
            sp.E: Constant("e"),
            sp.EulerGamma: Neg(Call("digamma", (ONE,))),
            sp.GoldenRatio: Div(Add((ONE, Call("sqrt", (number(5),)))), number(2)),
            sp.Catalan: catalan,
        }


def _fraction(value: Any) -> Fraction:  # noqa: ANN401
    above, below = int(value.p), int(value.q)
    if max(above.bit_length(), below.bit_length()) > MAX_BITS:
        raise not_taken(value, "its numbers are too large")
    return Fraction(above, below)


def _float(value: Any) -> Fraction:  # noqa: ANN401
    """Return a Float as the shortest decimal that rounds to it: 0.1 is 1/10."""
    if value._prec <= _EXACT_FLOAT:  # noqa: SLF001
        return Fraction(repr(float(value)))
    return Fraction(str(value))


@cache
def _rows() -> dict[Any, Function]:
    """Return the rows of the table by their SymPy classes."""
    sp = sympy_module()
    named = {row.sympy: row for row in FUNCTIONS.values() if isinstance(row.sympy, str)}
    ours = {cls: FUNCTIONS[name] for name, cls in sympy_functions().OWN.items()}
    return {getattr(sp, str(name)): row for name, row in named.items()} | ours
