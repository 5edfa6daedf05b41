"""The expression tree: what an author wrote, in the order in which it was written.

SymPy sorts terms and factors; this tree does not. The classes are plain and frozen. A leaf `Var`
is a name (`Var("u")`) in a whole expression, or an operand's position (`Var(0)`) in a pattern, the
form that all equations of one shape share. Building a node never simplifies anything:
`symgrad.expression.algebra` holds the constructors that do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from operator import attrgetter, itemgetter
from typing import Any, NamedTuple, TypeAlias

from symgrad.expression.identity import rebuilt


class _Hashed:
    """A part of a tree. Its hash and names are worked out once, and are not pickled."""

    __slots__ = ("_hash", "_keys")
    _hash: int
    _keys: tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Number(_Hashed):
    """An exact rational number."""

    value: Fraction

    def __hash__(self) -> int:
        # Fraction's own hash takes a modular inverse, and trees are hashed all the time.
        return hash((self.value.numerator, self.value.denominator))


@dataclass(frozen=True, slots=True)
class Constant(_Hashed):
    """A named number: "pi" or "e"."""

    name: str


class Mark(str):
    """The key of a variable that stands for what has no name: what it stands for, in words.

    Told from names by its type; and no name has a blank, so none is equal to it.
    """

    __slots__ = ()

    def __str__(self) -> str:
        return self  # it stays a mark where keys are taken as texts


@dataclass(frozen=True, slots=True)
class Var(_Hashed):
    """A name (str), or the position of an operand in a pattern (int)."""

    key: str | int


@dataclass(frozen=True, slots=True)
class Add(_Hashed):
    """A sum of two or more terms; a difference holds a `Neg` term."""

    terms: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Neg(_Hashed):
    """The negative of an expression."""

    operand: Expression


@dataclass(frozen=True, slots=True)
class Mul(_Hashed):
    """A product of two or more factors."""

    factors: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Div(_Hashed):
    """A quotient."""

    numerator: Expression
    denominator: Expression


@dataclass(frozen=True, slots=True)
class Pow(_Hashed):
    """A power."""

    base: Expression
    exponent: Expression


@dataclass(frozen=True, slots=True)
class Call(_Hashed):
    """An elementary function (a row of `symgrad.expression.functions`) at its arguments.

    `where(c, a, b)` is a Call whose first argument is a condition.
    """

    function: str
    arguments: tuple[Expression, ...]


# Of relations: with the sides exchanged, and where one does not hold.
MIRRORED = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "==": "==", "!=": "!="}
OPPOSITE = {"<": ">=", ">=": "<", ">": "<=", "<=": ">", "==": "!=", "!=": "=="}


@dataclass(frozen=True, slots=True)
class Compare(_Hashed):
    """A condition `left relation right`; relation is one of < <= > >= == !=."""

    relation: str
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Logic(_Hashed):
    """Conditions joined by "and" or "or", or one condition under "not"."""

    operator: str
    arguments: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Derivative(_Hashed):
    """A derivative that is not taken yet: ∂`operand`/∂`by`. Only worked steps hold it."""

    operand: Expression
    by: Var


def _keep_hash(kind: type[_Hashed]) -> None:
    """Have the objects of a class keep their hash once it is asked for."""
    own: Callable[[_Hashed], int] = kind.__hash__

    def kept(self: _Hashed) -> int:
        try:
            return self._hash
        except AttributeError:
            found = own(self)
            object.__setattr__(self, "_hash", found)
            return found

    kind.__hash__ = kept  # type: ignore[method-assign,assignment]


for _kind in (Number, Constant, Var, Add, Neg, Mul, Div, Pow, Call, Compare, Logic, Derivative):
    _keep_hash(_kind)

Picker = Callable[[Sequence[str]], tuple[str, ...]]
Expression: TypeAlias = (
    Number | Constant | Var | Add | Neg | Mul | Div | Pow | Call | Compare | Logic | Derivative
)

ZERO = Number(Fraction(0))
ONE = Number(Fraction(1))


def number(value: int | Fraction) -> Number:
    """Return the exact number `value`."""
    return Number(Fraction(value))


def signed(value: Fraction) -> Expression:
    """Return a number as it is written: a sign in front of a positive one where it is negative."""
    return Neg(Number(-value)) if value < 0 else Number(value)


def signed_value(expression: Expression) -> Fraction | None:
    """Return the value of a number with or without a sign in front, None for anything else.

    >>> signed_value(signed(Fraction(-2))), signed_value(Var("x"))
    (Fraction(-2, 1), None)
    """
    match expression:
        case Number(value):
            return value
        case Neg(Number(value)):
            return -value
        case _:
            return None


def product_of(factors: Sequence[Expression]) -> Expression:
    """Return the product of factors as they are: 1 for none, one alone as itself."""
    return Mul(tuple(factors)) if len(factors) > 1 else factors[0] if factors else ONE


def sum_of(terms: Sequence[Expression]) -> Expression:
    """Return the sum of terms as they are: 0 for none, one alone as itself."""
    return Add(tuple(terms)) if len(terms) > 1 else terms[0] if terms else ZERO


def children(expression: Expression) -> tuple[Expression, ...]:
    """Return the direct parts of an expression, in the order written."""
    parts = _PARTS.get(type(expression))
    return () if parts is None else parts(expression)


_PARTS: dict[type, Callable[[Any], tuple[Expression, ...]]] = {
    Add: attrgetter("terms"),
    Mul: attrgetter("factors"),
    Call: attrgetter("arguments"),
    Logic: attrgetter("arguments"),
    Neg: lambda e: (e.operand,),
    Derivative: lambda e: (e.operand,),
    Div: attrgetter("numerator", "denominator"),
    Pow: attrgetter("base", "exponent"),
    Compare: attrgetter("left", "right"),
}


def with_children(expression: Expression, parts: tuple[Expression, ...]) -> Expression:
    """Return `expression` with its direct parts replaced, nothing simplified."""
    match expression:
        case Add():
            return Add(parts)
        case Mul():
            return Mul(parts)
        case Call(function, _):
            return Call(function, parts)
        case Logic(operator, _):
            return Logic(operator, parts)
        case Neg():
            return Neg(*parts)
        case Derivative(_, by):
            return Derivative(parts[0], by)
        case Div():
            return Div(*parts)
        case Pow():
            return Pow(*parts)
        case Compare(relation, _, _):
            return Compare(relation, *parts)
        case _:
            return expression


def walk(expression: Expression) -> Iterator[Expression]:
    """Yield every part of an expression, itself first, left to right."""
    stack = [expression]
    while stack:
        part = stack.pop()
        yield part
        parts = _PARTS.get(type(part))
        if parts is not None:
            stack.extend(parts(part)[::-1])


def size_of(expression: Expression) -> int:
    """Return the number of parts that `walk` yields.

    >>> size_of(Neg(Var("x")))
    2
    """
    parts = [expression]
    for part in parts:
        below = _PARTS.get(type(part))
        if below is not None:
            parts += below(part)
    return len(parts)


def variables(expression: Expression) -> tuple[str | int, ...]:
    """Return the keys of all variables, each once, in order of first appearance."""
    try:
        return expression._keys  # noqa: SLF001  (kept for this function)
    except AttributeError:
        found = tuple(dict.fromkeys([p.key for p in walk(expression) if type(p) is Var]))
        object.__setattr__(expression, "_keys", found)
        return found


def rebuild(expression: Expression, leaf: Callable[[Expression], Expression]) -> Expression:
    """Return `expression` with every leaf replaced by `leaf(it)`, nothing simplified.

    A part that occurs twice as one object is made once, and one that stays the same is kept.
    """
    return rebuilt(expression, leaf, children, with_children)


def substitute(expression: Expression, values: Mapping[str | int, Expression]) -> Expression:
    """Return `expression` with variables replaced, nothing simplified, what is shared shared."""

    def leaf(part: Expression) -> Expression:
        return values.get(part.key, part) if type(part) is Var else part

    return rebuilt(expression, leaf, children, with_children)


def placed(pattern: Expression, keys: Sequence[str | int]) -> Expression:
    """Return a pattern with `Var(keys[i])` in the place of `Var(i)`.

    >>> placed(Neg(Var(0)), ("a",))
    Neg(operand=Var(key='a'))
    """
    return substitute(pattern, {i: Var(key) for i, key in enumerate(keys)})


def numbered(expression: Expression, keys: Sequence[str | int]) -> Expression:
    """Return an expression with `Var(i)` in the place of `Var(keys[i])`.

    >>> numbered(Neg(Var("a")), ("a",))
    Neg(operand=Var(key=0))
    """
    return substitute(expression, {key: Var(i) for i, key in enumerate(keys)})


class Formula(NamedTuple):
    """A pattern and its operands: `pattern` with `Var(i)` standing for `operands[i]`.

    Operands are numbered in order of first appearance and each occurs once, so two equations of the
    same shape share one pattern. (A tuple: long programs have ten thousands of them.)
    """

    pattern: Expression
    operands: tuple[str, ...]

    @property
    def expression(self) -> Expression:
        """The formula as a whole expression in names, built anew at each call."""
        return placed(self.pattern, self.operands)


def formula_of(expression: Expression) -> Formula:
    """Split an expression in names into its pattern and operands."""
    names = variables(expression)
    return Formula(numbered(expression, names), tuple(str(name) for name in names))


def picker(positions: tuple[int, ...]) -> Picker:
    """Return a function that picks these positions of a sequence."""
    if len(positions) == 1:
        only = positions[0]
        return lambda names: (names[only],)
    return itemgetter(*positions) if positions else lambda _: ()
