"""The pass over all statements: each is read, and written anew where a rule has found something."""

from __future__ import annotations

from fractions import Fraction

from symgrad.accuracy import normal as n
from symgrad.accuracy.blocks import divides
from symgrad.accuracy.dangers import BOUNDED, OVERFLOWS, WORSE, danger_of
from symgrad.accuracy.functions import written
from symgrad.accuracy.inline import with_names, without_names
from symgrad.accuracy.limits import over_length
from symgrad.accuracy.logs import logarithm
from symgrad.accuracy.look import Look
from symgrad.accuracy.normal import Mono, Poly, Sym, TooManyMonomials
from symgrad.accuracy.product_rules import (
    cleared,
    divided_polynomial,
    halved_difference,
    inside_branch,
    lengths_joined,
    mills_ratio,
    sign_of,
)
from symgrad.accuracy.products import (
    is_regular,
    needs_care,
    over_power,
    over_square,
    scaled_exponential,
)
from symgrad.accuracy.reading import FUNCTION_RULES
from symgrad.accuracy.series import folded
from symgrad.accuracy.shapes import has_exponential
from symgrad.accuracy.sums import simplified
from symgrad.accuracy.tidy import joined, needed, products_in, without_copies
from symgrad.accuracy.write import Writer
from symgrad.expression.tree import (
    ZERO,
    Add,
    Call,
    Compare,
    Div,
    Expression,
    Formula,
    Logic,
    Mul,
    Neg,
    Number,
    Pow,
    Var,
    formula_of,
    walk,
)
from symgrad.program.statements import Statement

MAX_OPERANDS = 24  # a wider statement is left as it is and not looked through: time stays linear
MAX_REDUCTIONS = 16
MAX_STATEMENTS = 250  # a longer program is not looked through by name, but pattern by pattern
MAX_GROWTH = 10  # by how many operations a statement that only puts names together may grow
PRODUCT_RULES = (
    sign_of,
    folded,
    mills_ratio,
    divided_polynomial,
    inside_branch,
    halved_difference,
    cleared,
    lengths_joined,
)


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

    >>> from symgrad.expression.tree import Var
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
        named, sums = with_names(statements)
        result = without_names(_Pass(inputs).run(named), sums)
    return needed(result, keep) if keep else result


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
        self.look = Look(inputs, simplified, logarithm, PRODUCT_RULES, FUNCTION_RULES)
        self.writer = Writer(self.look, written)

    def run(self, statements: tuple[Statement, ...]) -> tuple[Statement, ...]:
        return without_copies(statements, tuple([self._one(s) for s in statements]))

    def _one(self, statement: Statement) -> Statement:
        look = self.look
        before = look.fired
        if len(statement.formula.operands) > MAX_OPERANDS:
            look.define(statement.name, None)
            return statement
        expression = statement.formula.expression
        look.assumed = {}
        try:
            poly = look.read(expression)
        except (TooManyMonomials, RecursionError):
            look.define(statement.name, None)
            return statement
        try:
            result = self._factor_by_factor(statement) or self._anew(statement, poly, before)
            result = self._for_positive(statement, result)
        except (TooManyMonomials, RecursionError):
            result = statement
        look.define(statement.name, poly)
        self.writer.remember(statement.name, poly)
        return result

    def _anew(self, statement: Statement, poly: Poly, before: int) -> Statement:
        """Write a statement from what was read, if that has found anything."""
        look = self.look
        if look.fired == before and self._needs_care(statement, poly):
            look.fire()
        if look.fired > before:
            formula = self._written(statement, poly)
            if (
                not _assembles(statement)
                or _size(formula) <= _size(statement.formula) + MAX_GROWTH
                or self._overflows(statement)
            ):
                return Statement(statement.name, formula)
        return statement

    def _for_positive(self, old: Statement, new: Statement) -> Statement:
        """Keep what was written where x of x^n is not positive, and n perhaps a whole number."""
        expression = new.formula.expression
        if not self.look.assumed or new is old:
            return new
        tests = tuple([Compare(">", self.writer.poly(base), ZERO) for base in self.look.assumed])
        condition = tests[0] if len(tests) == 1 else Logic("and", tests)
        whole = Call("where", (condition, expression, old.formula.expression))
        return Statement(new.name, formula_of(whole))

    def _overflows(self, statement: Statement) -> bool:
        """Tell whether an operand may be infinite by an exponential where the result is not."""
        return any(
            danger_of(self._meaning(name)) >= OVERFLOWS and has_exponential(self._meaning(name))
            for name in statement.formula.operands
        )

    def _factor_by_factor(self, statement: Statement) -> Statement | None:
        """Write a product anew factor by factor, its names kept; None where that is not enough.

        A product loses no digits of its own. It is enough when no factor can be infinite, or
        vanish beyond the range of a double, while the product is an ordinary number.
        """
        expression = statement.formula.expression
        negative = isinstance(expression, Neg) and isinstance(expression.operand, Mul)
        if negative and isinstance(expression, Neg):
            expression = expression.operand
        factors = expression.factors if isinstance(expression, Mul) else (expression,)
        dangers = [self._factor_danger(factor) for factor in factors]
        if isinstance(expression, Add) or sum(dangers) > OVERFLOWS or self._of_inputs(factors):
            return None
        if not isinstance(expression, Mul):
            return statement if isinstance(expression, Var) else None
        written = tuple([self._factor(factor) for factor in factors])
        if written == factors:
            return statement
        whole = joined(written)
        return Statement(statement.name, formula_of(Neg(whole) if negative else whole))

    def _factor_danger(self, factor: Expression) -> int:
        """Return what a factor can do to a product: nothing, VANISHES, OVERFLOWS or WORSE."""
        match factor:
            case Number():
                return 0
            case Neg(operand):
                return self._factor_danger(operand)
            case Call(function, (Var() | Neg(Var()),)) if function in BOUNDED:
                return 0
            case Call("sqrt", (Var(),)):
                return 0
            case _:
                pass
        names = dict.fromkeys(str(part.key) for part in walk(factor) if isinstance(part, Var))
        plain = all(
            isinstance(part, Var | Number | Neg | Add | Mul)
            or (isinstance(part, Pow) and _is_whole(part.exponent))
            for part in walk(factor)
        )
        return (
            max((danger_of(self._meaning(name)) for name in names), default=0) if plain else WORSE
        )

    def _of_inputs(self, factors: tuple[Expression, ...]) -> bool:
        """Tell whether a product has three inputs or more, huge and tiny ones perhaps."""
        names = [part.key for factor in factors for part in walk(factor) if isinstance(part, Var)]
        monos = [self._meaning(str(name)).single for name in names]
        plain = [mono for mono in monos if mono is not None and mono[0].exponent is None]
        return (
            len(plain) == len(names)
            and sum(
                int(abs(power))
                for mono, _ in plain
                for item, power in mono.powers
                if isinstance(item, Sym) and item.name in self.look.inputs
            )
            > 2
        )

    def _meaning(self, name: str) -> Poly:
        return self.look.sums.get(name) or self.look.forms[name]

    def _factor(self, factor: Expression) -> Expression:
        """Return one factor, written anew where its terms may cancel."""
        if not isinstance(factor, Add | Pow | Neg):
            return factor
        before = self.look.fired
        try:
            poly = self.look.read(factor)
            if self.look.fired == before:
                return factor
            self.writer.use(formula_of(factor).operands)
            return self.writer.whole(poly)
        except (TooManyMonomials, RecursionError):
            return factor

    def _needs_care(self, statement: Statement, poly: Poly) -> bool:
        """Tell whether a product in it is 0/0 somewhere, its operands' own products left out."""
        held = dict.fromkeys(
            mono for name in statement.formula.operands for mono, _ in self.look.forms[name].terms
        )
        single = poly.single
        if single is not None and scaled_exponential(self.look, single[0]):
            return True
        known = {mono for block in held for mono in products_in(n.of(block))}
        blocks = [block for block in held if block.powers]
        return any(
            over_square(self.look, reduced)
            or over_power(reduced)
            or over_length(mono)
            or (
                needs_care(self.look, n.of(mono))
                and not any(
                    divides(block, mono)
                    and needs_care(self.look, n.of(block))
                    and _is_plain(self.look, n.join(mono, n.inverse(block)))
                    for block in held
                )
            )
            for mono in products_in(poly)
            if mono not in known
            for reduced in (_reduced(mono, blocks),)
        )

    def _written(self, statement: Statement, poly: Poly) -> Formula:
        self.writer.use(statement.formula.operands)
        self.writer.positive = frozenset(self.look.assumed)
        try:
            return formula_of(self.writer.whole(poly))
        except (TooManyMonomials, RecursionError):
            return statement.formula
        finally:
            self.writer.positive = frozenset()


def _is_plain(look: Look, rest: Mono) -> bool:
    """Tell whether what stands beside a safe product needs no care of its own."""
    return is_regular(rest) and not needs_care(look, n.of(rest))


def _reduced(mono: Mono, blocks: list[Mono]) -> Mono:
    """Return a product with names in the place of the operands' own products."""
    for i, block in enumerate(blocks):
        name = Mono(((Sym(f"block {i}"), Fraction(1)),))
        for _ in range(MAX_REDUCTIONS):
            if not divides(block, mono):
                break
            mono = n.join(n.join(mono, n.inverse(block)), name)
        for _ in range(MAX_REDUCTIONS):
            if not divides(n.inverse(block), mono):
                break
            mono = n.join(n.join(mono, block), n.inverse(name))
    return mono


def _assembles(statement: Statement) -> bool:
    """Tell whether a statement is a sum of products of names and bounded functions."""
    pattern = statement.formula.pattern
    terms = pattern.terms if isinstance(pattern, Add) else ()
    bare = [term.operand if isinstance(term, Neg) else term for term in terms]
    return (
        bool(bare)
        and all(isinstance(term, Mul) for term in bare)
        and all(
            isinstance(part, Add | Mul | Neg | Var | Number)
            or (isinstance(part, Call) and part.function in BOUNDED)
            for part in walk(pattern)
        )
    )


def _size(formula: Formula) -> int:
    return sum(1 for part in walk(formula.pattern) if not isinstance(part, Var | Number))


def rewritten_last(statements: tuple[Statement, ...]) -> Expression | None:
    """Return the last statement's formula as the rules write it; what is not assigned is input."""
    own = {s.name for s in statements}
    inputs = dict.fromkeys(o for s in statements for o in s.formula.operands if o not in own)
    if any(len(s.formula.operands) > MAX_OPERANDS for s in statements):
        return None
    named, sums = with_names(statements)
    try:
        result = without_names(_Pass(tuple(inputs)).run(named), sums)
    except (TooManyMonomials, RecursionError):
        return None
    return result[-1].formula.expression
