"""The pass over all statements: each is read, and written anew where a rule has found something."""

from __future__ import annotations

from collections.abc import Iterator

from symgrad.expression import (
    Add,
    Call,
    Div,
    Expression,
    Formula,
    Mul,
    Neg,
    Number,
    Pow,
    Var,
    formula_of,
    substitute,
    walk,
)
from symgrad.safe.functions import written
from symgrad.safe.logs import logarithm
from symgrad.safe.look import Look
from symgrad.safe import normal as n
from symgrad.safe.normal import Fn, Group, Mono, Poly, TooLarge
from symgrad.safe.products import (
    divided_polynomial,
    inside_branch,
    is_regular,
    mills_ratio,
    needs_care,
    scaled_exponential,
    sign_of,
)
from symgrad.safe.series import folded
from symgrad.safe.sums import simplified
from symgrad.safe.write import Writer, divides
from symgrad.statements import Statement


MAX_OPERANDS = 24  # a wider statement is left as it is and not looked through: time stays linear
MAX_STATEMENTS = 250  # a longer program is not looked through by name, but pattern by pattern
PRODUCT_RULES = (sign_of, folded, mills_ratio, divided_polynomial, inside_branch)


def stabilised(
    statements: tuple[Statement, ...],
    inputs: tuple[str, ...],
    *,
    keep: tuple[str, ...] = (),
) -> tuple[Statement, ...]:
    """Return statements of the same mathematical values that keep their digits in doubles.

    The statements are single assignments in order over `inputs`. Names stay; a statement in which
    nothing can overflow, cancel or be 0/0 stays as it is. With `keep`, statements that none of
    these names needs any more are left out.

    >>> from symgrad.expression import Var
    >>> z = Var("z")
    >>> e = Statement("e", formula_of(Call("exp", (z,))))
    >>> s = Statement("s", formula_of(Call("log", (Add((Number(1), Var("e"))),))))
    >>> stabilised((e, s), ("z",))[1].formula.expression == Call("softplus", (z,))
    True
    """
    patterns = {id(s.formula.pattern): s.formula.pattern for s in statements}
    if not any(map(_may_lose, patterns.values())) and not _has_long_product(statements, inputs):
        return statements
    if len(statements) > MAX_STATEMENTS:
        result = _shape_by_shape(statements)
    else:
        result = _Pass(inputs).run(statements)
    return _needed(result, keep) if keep else result


def _shape_by_shape(statements: tuple[Statement, ...]) -> tuple[Statement, ...]:
    """Write each pattern anew once, its operands taken as they are: what long programs get."""
    found: dict[int, Formula] = {}
    result: list[Statement] = []
    for statement in statements:
        name, (pattern, operands) = statement.name, statement.formula
        formula = found.get(id(pattern))
        if formula is None:
            formula = found[id(pattern)] = _alone(pattern, len(operands))
        if formula.pattern == pattern:
            result.append(Statement(name, Formula(pattern, operands)))
        else:
            own = tuple([operands[int(place)] for place in formula.operands])
            result.append(Statement(name, Formula(formula.pattern, own)))
    return tuple(result)


def _alone(pattern: Expression, count: int) -> Formula:
    """Return a pattern written anew, the places of its variables as its operands."""
    places = tuple(str(i) for i in range(count))
    if count > MAX_OPERANDS or not any(isinstance(part, Call) for part in walk(pattern)):
        return Formula(pattern, places)
    (single,) = _Pass(places).run((Statement("", Formula(pattern, places)),))
    return single.formula


def _may_lose(pattern: Expression) -> bool:
    """Tell whether a pattern holds anything but sums and products that add up."""
    for part in walk(pattern):
        match part:
            case Call() | Div() | Neg():
                return True
            case Pow(_, exponent) if not _is_whole(exponent):
                return True
            case Number(value) if value < 0:
                return True
            case _:
                pass
    return False


def _has_long_product(statements: tuple[Statement, ...], inputs: tuple[str, ...]) -> bool:
    """Tell whether a product of three inputs or more is there, through names too."""
    plain: dict[int, bool] = {}
    factors: dict[str, frozenset[str]] = {}
    given = frozenset(inputs)
    for statement in statements:
        pattern, operands = statement.formula.pattern, statement.formula.operands
        is_plain = plain.get(id(pattern))
        if is_plain is None:
            is_plain = plain[id(pattern)] = isinstance(pattern, Mul) and all(
                isinstance(part, Mul | Var | Number) for part in walk(pattern)
            )
        if not is_plain:
            continue
        own: set[str] = set()
        for name in operands:
            if name in given:
                own.add(name)
            elif name in factors:
                own |= factors[name]
            else:
                break
        else:
            if len(own) > 2:
                return True
            factors[statement.name] = frozenset(own)
    return False


def _is_whole(exponent: Expression) -> bool:
    return isinstance(exponent, Number) and exponent.value.denominator == 1 and exponent.value >= 0


class _Pass:
    def __init__(self, inputs: tuple[str, ...]) -> None:
        self.look = Look(inputs, simplified, logarithm, PRODUCT_RULES)
        self.writer = Writer(self.look, written)

    def run(self, statements: tuple[Statement, ...]) -> tuple[Statement, ...]:
        return _without_copies(statements, tuple([self._one(s) for s in statements]))

    def _one(self, statement: Statement) -> Statement:
        look = self.look
        before = look.fired
        if len(statement.formula.operands) > MAX_OPERANDS:
            look.define(statement.name, None)
            return statement
        expression = statement.formula.expression
        try:
            poly = look.read(expression)
        except (TooLarge, RecursionError):
            look.define(statement.name, None)
            return statement
        result = statement
        if look.fired == before and self._needs_care(statement, poly):
            look.fire()
        if look.fired > before:
            result = Statement(statement.name, self._written(statement, poly))
        look.define(statement.name, poly)
        self.writer.remember(statement.name, poly)
        return result

    def _needs_care(self, statement: Statement, poly: Poly) -> bool:
        """Tell whether a product in it is 0/0 somewhere, its operands' own products left out."""
        held = {
            mono for name in statement.formula.operands
            for mono, _ in self.look.forms[name].terms
        }
        single = poly.single
        if single is not None and scaled_exponential(self.look, single[0]):
            return True
        return any(
            needs_care(self.look, n.of(mono))
            and not any(divides(block, mono) and needs_care(self.look, n.of(block))
                        and is_regular(n.join(mono, n.inverse(block))) for block in held)
            for mono in products_in(poly)
        )

    def _written(self, statement: Statement, poly: Poly) -> Formula:
        self.writer.use(statement.formula.operands)
        try:
            return formula_of(self.writer.whole(poly))
        except (TooLarge, RecursionError):
            return statement.formula


def products_in(poly: Poly) -> Iterator[Mono]:
    """Yield every product in a sum, those inside groups and functions too."""
    for mono, _ in poly.terms:
        yield mono
        if mono.exponent is not None:
            yield from products_in(mono.exponent)
        for item, _ in mono.powers:
            if isinstance(item, Group):
                yield from products_in(item.poly)
            elif isinstance(item, Fn) and item.name not in ("series", "where"):
                for argument in item.arguments:
                    yield from products_in(argument)


def _without_copies(
    before: tuple[Statement, ...], after: tuple[Statement, ...]
) -> tuple[Statement, ...]:
    """Put x for J where the pass has found that J is x."""
    copies = {
        new.name: new.formula.operands[0]
        for old, new in zip(before, after, strict=True)
        if isinstance(new.formula.pattern, Var) and old.formula != new.formula
    }
    if not copies:
        return after
    result = []
    for statement in after:
        if not copies.keys().isdisjoint(statement.formula.operands):
            values: dict[str | int, Expression] = {}
            for name in statement.formula.operands:
                target = name
                while target in copies:
                    target = copies[target]
                values[name] = Var(target)
            whole = substitute(statement.formula.expression, values)
            statement = Statement(statement.name, formula_of(whole))  # noqa: PLW2901
        result.append(statement)
    return tuple(result)


def _needed(statements: tuple[Statement, ...], keep: tuple[str, ...]) -> tuple[Statement, ...]:
    needed = set(keep)
    kept = []
    for statement in reversed(statements):
        if statement.name in needed:
            needed.update(statement.formula.operands)
            kept.append(statement)
    return tuple(reversed(kept))
