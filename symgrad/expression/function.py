"""What is known of a function: one record each, which everything else asks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, TypeAlias

from symgrad.expression.spelling import Spelling
from symgrad.expression.tree import Compare, Expression

Arguments = tuple[Expression, ...]
Definition = Callable[[Arguments], Expression]
Domain = Callable[[Arguments], tuple[Compare, ...]]
Slip = Callable[[Expression, Expression], Expression]
Value: TypeAlias = Any  # a number of mpmath, or a ball of python-flint; neither has types


@dataclass(frozen=True, slots=True)
class Function:
    """One function.

    Attributes:
        name: how it is called in the graph language, and `aliases` other names for it.
        min_arity: the least number of arguments.
        max_arity: the largest; None where there is no bound.
        definition: the function in others, which mean the same everywhere.
        sympy: the SymPy function of the same meaning: its name, or the class itself where it is a
            user's own. SymPy writes a function without one by its definition. A function is
            differentiated by its class in `sympy_functions`, else by this one, else through its
            definition.
        by_sympy: whether SymPy is asked even where there is a definition, and is shown the plain
            numbers among the arguments, such as the order of a Bessel function.
        mpmath: the name of that of mpmath, or what computes it from a context and numbers; a
            function without one is evaluated through its definition.
        ball: computes it for certified balls, from the module `flint` and a real ball for each
            argument that lies in the domain; a complex result stands for its real part.
        ball_checks: whether `ball` tells itself where there is no value.
        ball_exact: whether `ball` takes exact rational numbers as they are.
        domain: the conditions on its arguments under which it has a real value; None where that is
            not stated, which is for functions that have one everywhere if `total`.
        double: computes it in floating point; ValueError where there is no value.
        inverse: computes the argument at which it has a value, in floating point.
        rational: computes it exactly for a rational number, where that is rational.
        exact: pairs of a whole number and the rational value there.
        parity: "odd", "even", or nothing.
        switches: the expressions at whose zeros its value or slope may jump.
        jumps: whether its value, not only its slope, jumps at the zeros of its switches.
        costly: whether certified values or proofs about it take long.
        slips: what it is mistaken to have as its derivative, from its argument and its value.
        region_slips: the same, where the mistake is the side of its kink.
        letter: what it is called by where that is no name: Φ for the normal distribution.
        latex: a command or `\\operatorname{...}`.
        kink: for a function that has one, which derivative is taken there.
        spellings: how languages write it that have it, by the name of the language. Others write
            it by its definition.
        reserved: whether no name of a graph can be used like a function's; else the graph's wins.
        unknown: whether it stands for any function that can be differentiated.
        refusal: for what stands in the place of an unknown derivative, of what it is one.
    """

    name: str
    min_arity: int = 1
    max_arity: int | None = 1
    definition: Definition | None = None
    aliases: tuple[str, ...] = ()
    sympy: str | type | None = None
    mpmath: str | Callable[..., Value] | None = None
    latex: str | None = None
    letter: str = ""
    kink: str = ""
    condition_first: bool = False
    by_sympy: bool = False
    refusal: str = ""
    unknown: bool = False
    ball: Callable[..., Value] | None = None
    ball_checks: bool = False
    ball_exact: bool = False
    domain: Domain | None = None
    total: bool = False
    double: Callable[..., float] | None = None
    inverse: Callable[[float], float] | None = None
    rational: Callable[[Fraction], Fraction] | None = None
    exact: tuple[tuple[int, int], ...] = ()
    parity: str = ""
    switches: Callable[[Arguments], Arguments] | None = None
    jumps: bool = False
    costly: bool = False
    slips: tuple[Slip, ...] = ()
    region_slips: tuple[Slip, ...] = ()
    spellings: tuple[tuple[str, Spelling], ...] = ()
    reserved: bool = True

    def number(self, context: Value, *numbers: Value) -> Value:
        """Return the value at numbers of an mpmath context, for a function with `mpmath`."""
        if callable(self.mpmath):
            return self.mpmath(context, *numbers)
        return getattr(context, str(self.mpmath))(*numbers)

    def spelling(self, language: str, arity: int) -> Spelling | None:
        """Return how a language writes the function of so many arguments, or None."""
        return next(
            (found for name, found in self.spellings if name == language and found.takes(arity)),
            None,
        )


class OwnFunction(str):
    """The name of a function that is in no table, and its record: a user's own SymPy class, say.

    It stands in the place of a name in a `Call`. Two of one name are one function only if their
    records are equal, and none is a function of the table.
    """

    __slots__ = ("record",)
    record: Function

    def __new__(cls, record: Function) -> OwnFunction:  # noqa: PYI034  (Self is of Python 3.11)
        """Return the name under which a record is used in expressions."""
        name = super().__new__(cls, record.name)
        name.record = record
        return name

    def __eq__(self, other: object) -> bool:
        return isinstance(other, OwnFunction) and self.record == other.record

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash((OwnFunction, str(self)))

    def __reduce__(self) -> tuple[type[OwnFunction], tuple[Function]]:
        return OwnFunction, (self.record,)
