"""Names of temporaries after what they are: `dv_du`, `one_minus_p`, `exp_neg_v` instead of t7.

A short formula is called as it is read aloud, a local derivative or an adjoint by its fraction,
everything else after what it is for: `N_denominator`, `L_factor`. A number keeps what has no use or
would have a long name.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from itertools import count

from symgrad.derivation.derivation import Derivation
from symgrad.expression.alike import Key, orderless
from symgrad.expression.identity import ByIdentity
from symgrad.expression.tree import (
    Call,
    Constant,
    Div,
    Expression,
    Mul,
    Neg,
    Number,
    Pow,
    Var,
    children,
    size_of,
    substitute,
    sum_of,
)
from symgrad.expression.words import Level, Spoken, words
from symgrad.program.block import Assignment, Block, rows_of

MAX_NAMED = 1000  # in a longer program nobody reads them
_SHORT = 20  # characters of a name that says more than the fraction of a derivative
_LONGEST_ROLE = 32  # characters of a name made of what the value is for
_LARGEST = 24  # nodes of a formula that is compared with derivatives


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
            if size_of(adjoints[node.name]) > _LARGEST:
                del adjoints[node.name]
            elif node.formula is not None:
                _keep(found, adjoints[node.name], f"d{graph.objective}_d{node.name}")
    return found


def _keep(found: dict[Key, str], e: Expression, name: str) -> None:
    if not isinstance(e, Var | Number | Constant) and size_of(e) <= _LARGEST:
        found.setdefault(orderless(e), name)


@dataclass(slots=True)
class _Namer:
    """Finds the names of one routine's temporaries, in their order.

    `roles` tells what each is in the first statement that uses it.
    """

    known: Mapping[Key, str]
    taken: set[str]
    prefix: str
    roles: Mapping[str, str]
    number: int = 0
    names: dict[str, str] = field(default_factory=dict)
    # The formulas of temporaries in names of the author, and what their names say.
    formulas: dict[str | int, Expression] = field(default_factory=dict)
    said: dict[str, Spoken] = field(default_factory=dict)

    def name(self, row: Assignment) -> None:
        """Give a temporary its name."""
        e = row.expression
        whole = substitute(e, self.formulas)
        if size_of(whole) <= _LARGEST:
            self.formulas[row.name] = whole
        self.said[row.name] = Spoken("", Level.SUM)
        for found in self._candidates(row.name, e):
            if found.text not in self.taken:
                self.said[row.name] = found
                self._take(row.name, found.text)
                return
        self._take(row.name, self._role(row.name))

    def _take(self, temporary: str, name: str) -> None:
        self.taken.add(name)
        self.names[temporary] = name

    def _candidates(self, name: str, e: Expression) -> Iterator[Spoken]:
        """Yield possible names, with what they say where they stand in others."""
        found = words(e, self.said)
        if 0 < len(found.text) <= _SHORT:
            yield found
        if name in self.formulas:
            derivative = self.known.get(orderless(self.formulas[name]))
            if derivative is not None:
                yield Spoken(derivative, Level.WORD)
        if found.text:
            yield found

    def _role(self, name: str) -> str:
        """Return what a temporary is to the statement that it is for, or its number."""
        role = self.roles.get(name, "")
        if role and len(role) <= _LONGEST_ROLE:
            free = (role if i == 1 else f"{role}_{i}" for i in count(1))
            return next(text for text in free if text not in self.taken)
        self.number += 1
        return f"{self.prefix}{self.number}"


def _roles(rows: Sequence[Assignment], temporaries: AbstractSet[str]) -> dict[str, str]:
    """Return what each temporary is in the first statement that uses it: `N_denominator`.

    Where that is a temporary, too, it is a part of what this one is for.
    """
    first: dict[str, tuple[str, str]] = {}
    known: ByIdentity[Expression, list[tuple[int, str]]] = ByIdentity()
    for row in rows:
        if temporaries.isdisjoint(row.operands):
            continue
        found_in = known.get(row.pattern)
        if found_in is None:
            found_in = known[row.pattern] = list(_roles_in(row.pattern))
        for place, role in found_in:
            first.setdefault(row.operands[place], (row.name, role))
    found: dict[str, str] = {}
    for row in reversed(rows):
        if row.name in temporaries and row.name in first:
            user, role = first[row.name]
            while user in temporaries and user in first:
                user, _ = first[user]
            if user not in temporaries:
                found[row.name] = f"{user}_{role}"
    return found


def _roles_in(e: Expression) -> Iterator[tuple[int, str]]:
    """Yield each operand in a pattern, and what it is to the operation that it stands in."""
    for place, part in enumerate(children(e)):
        inner = part.operand if isinstance(part, Neg) else part
        if isinstance(inner, Var):
            yield int(inner.key), _role_in(e, place)
        yield from _roles_in(inner)


def _role_in(e: Expression, place: int) -> str:
    match e:
        case Div():
            return ("numerator", "denominator")[place]
        case Pow() | Call("pow"):
            return ("base", "exponent")[place]
        case Call("sqrt"):
            return "radicand"
        case Call("exp"):
            return "exponent"
        case Call("where"):
            return "case"
        case Call():
            return "argument"
        case Mul():
            return "factor"
        case _:
            return "term"


def named(
    blocks: Sequence[Block], prefix: str, known: Mapping[Key, str], taken: Collection[str]
) -> list[Block]:
    """Return the blocks with their temporaries, which are called `prefix` and a number, renamed.

    `known` holds names by formulas, `taken` the names that nothing may have.
    """
    if sum(len(block.names) for block in blocks) > MAX_NAMED:
        return list(blocks)
    rows = rows_of(blocks)
    temporaries = {row.name for row in rows if _is_temporary(row.name, prefix)}
    if not temporaries:
        return list(blocks)
    others = {row.name for row in rows if row.name not in temporaries}
    namer = _Namer(known, {*taken, *others}, prefix, _roles(rows, temporaries))
    for row in rows:
        if row.name in temporaries:
            namer.name(row)

    def spelled(column: Sequence[str]) -> tuple[str, ...]:
        return tuple([namer.names.get(name, name) for name in column])

    return [
        replace(block, names=spelled(block.names), columns=tuple(map(spelled, block.columns)))
        for block in blocks
    ]


def _is_temporary(name: str, prefix: str) -> bool:
    return name.startswith(prefix) and name[len(prefix) :].isdecimal()
