"""Names of temporaries after what they are: `dv_du`, `one_minus_p`, `exp_neg_v` instead of t7.

A short formula is called as it is read aloud, a local derivative or an adjoint by its fraction.
Everything else keeps its number, and so does what would be called as something else already is.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from symgrad.derivation.derivation import Derivation
from symgrad.expression.alike import Key, orderless
from symgrad.expression.tree import (
    Add,
    Call,
    Constant,
    Div,
    Expression,
    Mul,
    Neg,
    Number,
    Pow,
    Var,
    substitute,
    sum_of,
    walk,
)
from symgrad.program.block import Assignment, Block

MAX_NAMED = 1000  # in a longer program nobody reads them
_LONGEST = 20  # characters of a name made of words
_LARGEST = 24  # nodes of a formula that is compared with derivatives
_WORDS = dict(enumerate("zero one two three four five six seven eight nine ten".split()))
_POWERS = {Fraction(2): "_squared", Fraction(3): "_cubed"}


def derivatives(derivation: Derivation) -> dict[Key, str]:
    """Return what local derivatives and adjoints are called, by their formulas.

    >>> from symgrad.derivation.derive import derive
    >>> from symgrad.sources.text import parse
    >>> d = derive(parse("param a; data x; u = a*x; v = u^2 + u; J = sin(v)"))
    >>> sorted(derivatives(d).values())
    ['dJ_du', 'dJ_dv', 'dv_du']
    """
    graph = derivation.graph
    found: dict[Key, str] = {}
    if len(graph.nodes) > MAX_NAMED:
        return found
    adjoints: dict[str, Expression] = {s.node: Var(s.name) for s in derivation.sensitivity_list}
    for node in reversed(graph.ordered):
        if node.name not in derivation.reached:
            continue
        terms: list[Expression] = []
        for consumer in derivation.consumers.get(node.name, ()):
            if consumer not in derivation.reached:
                continue
            slope = derivation.local(consumer, node.name)
            _keep(found, slope, f"d{consumer}_d{node.name}")
            above = adjoints.get(consumer)
            unit = consumer in derivation.unit_nodes
            if unit or above is not None:
                terms.append(slope if unit or above is None else Mul((above, slope)))
        if terms and node.name not in adjoints:
            adjoints[node.name] = sum_of(terms)
            if sum(1 for _ in walk(adjoints[node.name])) > _LARGEST:
                del adjoints[node.name]
            elif node.formula is not None:
                _keep(found, adjoints[node.name], f"d{graph.objective}_d{node.name}")
    return found


def _keep(found: dict[Key, str], e: Expression, name: str) -> None:
    if not isinstance(e, Var | Number | Constant) and sum(1 for _ in walk(e)) <= _LARGEST:
        found.setdefault(orderless(e), name)


@dataclass(slots=True)
class _Namer:
    """Finds the names of one routine's temporaries, in their order."""

    known: Mapping[Key, str]
    taken: set[str]
    prefix: str
    number: int = 0
    names: dict[str, str] = field(default_factory=dict)
    # The formulas of temporaries in names of the author; those whose name is no sum or product.
    formulas: dict[str | int, Expression] = field(default_factory=dict)
    plain: set[str] = field(default_factory=set)

    def name(self, row: Assignment) -> None:
        """Give a temporary its name."""
        e = row.expression
        whole = substitute(e, self.formulas)
        if sum(1 for _ in walk(whole)) <= _LARGEST:
            self.formulas[row.name] = whole
        for found, plain in self._candidates(row.name, e):
            if found not in self.taken:
                if plain:
                    self.plain.add(row.name)
                break
        else:
            self.number += 1
            found = f"{self.prefix}{self.number}"
        self.taken.add(found)
        self.names[row.name] = found

    def _candidates(self, name: str, e: Expression) -> Iterator[tuple[str, bool]]:
        """Yield possible names, and whether they may stand in others."""
        plain = self._word(e)
        found = plain or self._sentence(e)
        if 0 < len(found) <= _LONGEST:
            yield found, bool(plain)
        if name in self.formulas:
            derivative = self.known.get(orderless(self.formulas[name]))
            if derivative is not None:
                yield derivative, True

    def _word(self, e: Expression) -> str:
        """Return a function, a power or a negative of a name in words; "" for all others."""
        match e:
            case Call(str(function), (argument,)):
                inner = self._word(argument) if isinstance(argument, Neg) else self._atom(argument)
                return inner and f"{function}_{inner}"
            case Neg(operand):
                inner = self._atom(operand)
                return inner and f"neg_{inner}"
            case Pow(base, Number(exponent)) if exponent in _POWERS:
                inner = self._atom(base)
                return inner and f"{inner}{_POWERS[exponent]}"
            case Mul((first, second)) if first == second:
                inner = self._atom(first)
                return inner and f"{inner}_squared"
            case _:
                return ""

    def _sentence(self, e: Expression) -> str:
        """Return a sum, a product or a quotient of such things in words."""
        match e:
            case Add((first, Neg(second))):
                parts, word = (first, second), "_minus_"
            case Add((first, second)):
                parts, word = (first, second), "_plus_"
            case Mul((Number() as first, second)) | Mul((second, Number() as first)):
                parts, word = (first, second), "_"
            case Mul((first, second)):
                parts, word = (first, second), "_times_"
            case Div(first, second):
                parts, word = (first, second), "_over_"
            case _:
                return ""
        texts = [self._word(part) or self._atom(part, number=True) for part in parts]
        return word.join(texts) if all(texts) else ""

    def _atom(self, e: Expression, *, number: bool = False) -> str:
        """Return the name of a value that has one, or a small number in words."""
        match e:
            case Var(str(name)):
                if name in self.names:
                    return self.names[name] if name in self.plain else ""
                return name
            case Number(value) if number and value.denominator == 1:
                return _WORDS.get(int(value), "")
            case Constant(name):
                return name if number else ""
            case _:
                return ""


def named(
    blocks: Sequence[Block], prefix: str, known: Mapping[Key, str], taken: Collection[str]
) -> list[Block]:
    """Return the blocks with their temporaries, which are called `prefix` and a number, renamed.

    `known` holds names by formulas, `taken` the names that nothing may have.
    """
    if sum(len(block.names) for block in blocks) > MAX_NAMED:
        return list(blocks)
    rows = sorted((row for block in blocks for row in block.rows()), key=lambda row: row[0])
    others = {row.name for _, row in rows if not _is_temporary(row.name, prefix)}
    namer = _Namer(known, {*taken, *others}, prefix)
    for _, row in rows:
        if row.name not in others:
            namer.name(row)
    if not namer.names:
        return list(blocks)

    def spelled(column: Sequence[str]) -> tuple[str, ...]:
        return tuple([namer.names.get(name, name) for name in column])

    return [
        replace(block, names=spelled(block.names), columns=tuple(map(spelled, block.columns)))
        for block in blocks
    ]


def _is_temporary(name: str, prefix: str) -> bool:
    return name.startswith(prefix) and name[len(prefix) :].isdecimal()
