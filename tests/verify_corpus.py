"""Identities for the tests of the decision procedure: read from data, and made wrong by slips."""

import random
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

from symgrad.expression.evaluate import Decimals, OutsideDomain
from symgrad.expression.tree import (
    ONE,
    Add,
    Call,
    Compare,
    Div,
    Expression,
    Mul,
    Neg,
    Number,
    Pow,
    Var,
    children,
    number,
    variables,
    walk,
    with_children,
)
from symgrad.sources.grammar import constant, parse_expression

DATA = Path(__file__).resolve().parent / "data"
Claim = tuple[Expression, Expression, tuple[Compare, ...]]

SWAPPED = {
    "sin": "cos", "cos": "sin", "exp": "sinh", "tanh": "sigmoid", "sigmoid": "tanh", "max": "min",
    "min": "max", "relu": "abs", "abs": "relu", "erf": "erfc", "erfc": "erf", "sqrt": "cbrt",
    "normal_cdf": "normal_pdf", "normal_pdf": "normal_cdf", "sinh": "cosh", "cosh": "sinh",
    "softplus": "relu", "log": "log10", "asin": "acos", "atan": "tanh", "lgamma": "digamma",
}  # fmt: skip


def read(text: str) -> Expression:
    return parse_expression(
        text,
        source="claim",
        line=1,
        column=1,
        text_line=text,
        resolve=lambda name: constant(name) or Var(name),
    )


def condition(text: str) -> Compare:
    chosen = read(f"where({text}, 1, 0)")
    assert isinstance(chosen, Call)
    assert isinstance(chosen.arguments[0], Compare)
    return chosen.arguments[0]


def claim(line: str) -> Claim:
    equation, *assumptions = (part.strip() for part in line.split("|"))
    left, right = equation.split(" = ")
    return read(left), read(right), tuple(condition(text) for text in assumptions)


def lines(name: str) -> list[str]:
    text = (DATA / name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


Route = tuple[int, ...]


def places(e: Expression, path: Route = ()) -> Iterator[tuple[Route, Expression]]:
    yield path, e
    for index, part in enumerate(children(e)):
        yield from places(part, (*path, index))


def replaced_at(e: Expression, path: tuple[int, ...], new: Expression) -> Expression:
    if not path:
        return new
    parts = list(children(e))
    parts[path[0]] = replaced_at(parts[path[0]], path[1:], new)
    return with_children(e, tuple(parts))


def slips(e: Expression) -> Iterator[Expression]:
    """Yield the expression with one slip at one place, over all places and kinds of slip."""
    for path, part in places(e):
        for new in _slips_here(part):
            yield replaced_at(e, path, new)


def _slips_here(part: Expression) -> Iterator[Expression]:
    match part:
        case Number(value):
            yield Number(value + 1)
            yield Number(-value)
            yield Number(value + Fraction(1, 10**6))
        case Var():
            yield Neg(part)
            yield Mul((number(2), part))
        case Add(terms):
            yield from (_without(Add, terms, k) for k in range(len(terms)))
            yield Add((Neg(terms[0]), *terms[1:]))
        case Mul(factors):
            yield from (_without(Mul, factors, k) for k in range(len(factors)))
        case Div(numerator, denominator):
            yield numerator
            yield Mul((numerator, denominator))
        case Neg(operand):
            yield operand
        case Pow(base, exponent):
            yield base
            yield Pow(base, Add((exponent, ONE)))
        case Call("where", (test, yes, no)):
            yield Call("where", (test, no, yes))
        case Call(name, arguments) if name in SWAPPED:
            yield Call(SWAPPED[name], arguments)
        case _:
            pass


def _without(kind: type[Add | Mul], parts: tuple[Expression, ...], k: int) -> Expression:
    rest = parts[:k] + parts[k + 1 :]
    return rest[0] if len(rest) == 1 else kind(rest)


class Referee:
    """Says at points, with mpmath at 60 digits, whether two sides differ."""

    def __init__(self, seed: int, tries: int = 30) -> None:
        self.fine, self.coarse = Decimals(110), Decimals(60)
        self.random = random.Random(seed)  # noqa: S311 - a test
        self.tries = tries

    def differ(self, left: Expression, right: Expression, assumptions: tuple[Compare, ...]) -> bool:
        """Tell whether some point was found at which both sides are defined and surely differ."""
        sides = [side for a in assumptions for side in (a.left, a.right)]
        names = variables(Add((left, right, *sides)))
        return any(
            self.differ_at(left, right, self._point(names), assumptions, wary=True)
            for _ in range(self.tries)
        )

    def _point(self, names: tuple[str | int, ...]) -> dict[str | int, Fraction]:
        below = self.random.choice((97, 211, 1009))
        low = self.random.choice((-4, 0))
        return {n: Fraction(self.random.randint(low * below + 1, 4 * below), below) for n in names}

    def differ_at(
        self, left: Expression, right: Expression, point: dict[str | int, Fraction],
        assumptions: tuple[Compare, ...] = (), *, wary: bool = False,
    ) -> bool:  # fmt: skip
        """Tell whether the sides differ at a point; a wary referee trusts no point at an edge."""
        values = []
        for evaluator in (self.coarse, self.fine):
            at = {name: evaluator.number(value) for name, value in point.items()}
            try:
                for a in assumptions:
                    if a.relation == "==" and isinstance(a.left, Var):
                        at[a.left.key] = evaluator.value(a.right, at)
                    elif not evaluator.holds(a, at):
                        return False
                parts = (*walk(left), *walk(right)) if wary else ()
                if any(_on_edge(evaluator, part, at) for part in parts):
                    return False
                values += [evaluator.value(left, at), evaluator.value(right, at)]
            except (OutsideDomain, ArithmeticError, ValueError, TypeError):
                return False
        # What changes with the precision is cancellation at a border, not a value.
        a, b, fine_a, fine_b = values
        size = abs(a) + abs(b)
        steady = max(abs(a - fine_a), abs(b - fine_b)) <= 1e-40 * size
        return bool(steady and abs(a - b) > 1e-35 * size)


def _on_edge(evaluator: Decimals, part: Expression, at: dict[str | int, object]) -> bool:
    """Tell whether rounding may decide a switch, a pole or the edge of a domain here."""
    match part:
        case Compare(_, left, right):
            watched: tuple[Expression, ...] = (Add((left, Neg(right))),)
        case Div(_, denominator):
            watched = (denominator,)
        case Pow(base, _):
            watched = (base,)
        case Call("asin" | "acos" | "atanh" | "acosh", (u,)):
            watched = (Add((ONE, u)), Add((ONE, Neg(u))))
        case Call("log1p", (u,)):
            watched = (Add((ONE, u)),)
        case Call("where", _):
            return False
        case Call(_, arguments):
            watched = arguments
        case _:
            return False
    try:
        return any(0 < abs(evaluator.value(e, at)) < 1e-30 for e in watched)
    except (OutsideDomain, ArithmeticError, ValueError, TypeError):
        return False  # in a branch that is not taken, or else the whole has no value
