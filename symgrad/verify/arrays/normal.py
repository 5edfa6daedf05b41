"""A normal form for all sizes: sums of products of atoms with indices.

Every entry of an expression is a sum of terms, each a number times atoms with index tuples, some of
the indices summed over. Kronecker deltas are eliminated and summed indices named by where they
stand, so that two forms that are one by renaming are one. A function of each entry is an atom over
the normal form of its argument. An expression whose form is empty vanishes for all sizes; one whose
form is not may vanish all the same, so the form can cost a proof and never give a wrong one.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import permutations

from symgrad.expression.arrays import build
from symgrad.expression.arrays.size import Size
from symgrad.expression.arrays.tree import Array, Facts

MAX_TERMS = 600
MAX_TIES = 5040
_LARGEST_POWER = 4
Index = int
Indices = tuple[Index, ...]
Factor = tuple[str, Indices]


class TooLarge(Exception):
    """The form has more terms than is sensible, or the time is over."""


@dataclass
class Term:
    """number · Π atom[indices]^exponent, summed over `bound`."""

    number: Fraction
    factors: dict[Factor, Fraction] = field(default_factory=dict)
    bound: dict[Index, Size] = field(default_factory=dict)

    def times(self, other: Term) -> Term:
        """Return a product of terms whose summed indices differ."""
        factors = dict(self.factors)
        for key, exponent in other.factors.items():
            factors[key] = factors.get(key, Fraction(0)) + exponent
        return Term(self.number * other.number, factors, {**self.bound, **other.bound})


Expand = Callable[[Indices], list[Term]]


class Former:
    """Forms of the expressions of one question."""

    def __init__(self, deadline: float) -> None:
        self.deadline = deadline
        self.count = 10
        self.facts: dict[str, Facts] = {}
        self.opaque: dict[str, Expand] = {}  # sums that stand as one atom, with what they are
        self.inverses: dict[str, str] = {}  # the atom of an inverse → that of a name it inverts

    def fresh(self, size: Size, bound: dict[Index, Size]) -> Index:
        """Return a new summed index."""
        self.count += 1
        bound[self.count] = size
        return self.count

    def terms(self, x: Array, at: Indices) -> list[Term]:
        """Return the entry of an expression at indices as terms."""
        if time.monotonic() > self.deadline:
            raise TooLarge
        made: list[Term] = getattr(self, f"_{x.op}", self._other)(x, at)
        if len(made) > MAX_TERMS:
            raise TooLarge
        return made

    def product(self, parts: Iterable[list[Term]]) -> list[Term]:
        """Return a product of sums."""
        made = [Term(Fraction(1))]
        for part in parts:
            made = [a.times(b) for a in made for b in part]
            if len(made) > MAX_TERMS:
                raise TooLarge
        return made

    # Leaves ---------------------------------------------------------------------------------------

    def _num(self, x: Array, at: Indices) -> list[Term]:
        del at
        return [Term(x.value)] if x.value else []

    def _const(self, x: Array, at: Indices) -> list[Term]:
        del at
        return [Term(Fraction(1), {(f"const {x.text}", ()): Fraction(1)})]

    def _size(self, x: Array, at: Indices) -> list[Term]:
        del at
        return _of_size(x.length)

    def _name(self, x: Array, at: Indices) -> list[Term]:
        atom = self.of_name(x)
        where = tuple(sorted(at)) if x.facts.symmetric else at
        return [Term(Fraction(1), {(atom, where): Fraction(1)})]

    def of_name(self, x: Array) -> str:
        """Return the atom of a name; a star marks what is symmetric."""
        atom = f"{'*' if x.facts.symmetric else ''}name {x.text}"
        self.facts[atom] = x.facts
        return atom

    def _ones(self, x: Array, at: Indices) -> list[Term]:
        del x, at
        return [Term(Fraction(1))]

    def _zeros(self, x: Array, at: Indices) -> list[Term]:
        del x, at
        return []

    def _eye(self, x: Array, at: Indices) -> list[Term]:
        del x
        return [Term(Fraction(1), {("*delta", tuple(sorted(at))): Fraction(1)})]

    # Operations -----------------------------------------------------------------------------------

    def entry(self, x: Array, at: Indices) -> list[Term]:
        """Return an operand of an operation of each entry: a number is the same everywhere."""
        return self.terms(x, at if x.shape else ())

    def _add(self, x: Array, at: Indices) -> list[Term]:
        return [term for part in x.args for term in self.entry(part, at)]

    def _mul(self, x: Array, at: Indices) -> list[Term]:
        return self.product(self.entry(part, at) for part in x.args)

    def _pow(self, x: Array, at: Indices) -> list[Term]:
        base, exponent = x.args
        if exponent.op != "num":
            return self._other(x, at)
        power = exponent.value
        terms = self.collected(self.entry(base, at))
        if (
            len(terms) == 1
            and not terms[0].bound
            and (power.denominator == 1 or _is_root(terms[0]))
        ):
            only = terms[0]
            if power.denominator == 1 and only.number:
                factors = {key: e * power for key, e in only.factors.items()}
                return [Term(only.number ** int(power), factors)]
            if only.number == 1:
                return [Term(Fraction(1), {key: e * power for key, e in only.factors.items()})]
        if power.denominator == 1 and 0 < power <= _LARGEST_POWER:
            return self.product(self.entry(base, at) for _ in range(int(power)))
        return self.as_atom("sum", at if base.shape else (), power, lambda i: self.entry(base, i))

    def _chain(self, x: Array, at: Indices) -> list[Term]:
        left = list(at)
        bound: dict[Index, Size] = {}
        first, last = x.args[0], x.args[-1]
        row = left.pop(0) if not _is_row(first) else None
        end = left.pop(0) if len(last.shape) == 2 else None
        parts: list[list[Term]] = []
        for i, part in enumerate(x.args):
            if _is_row(part):
                inner = part.args[0] if part.op == "T" else build.transposed(part)
                after = end if i == len(x.args) - 1 else self.fresh(part.shape[1], bound)
                parts.append(self.terms(inner, (after,) if after is not None else ()))
                row = after
            elif len(part.shape) == 1:
                parts.append(self.terms(part, (row,) if row is not None else ()))
                row = None
            else:
                after = end if i == len(x.args) - 1 else self.fresh(part.shape[1], bound)
                where = tuple(k for k in (row, after) if k is not None)
                parts.append(self.terms(part, where))
                row = after
        return [Term(t.number, t.factors, {**t.bound, **bound}) for t in self.product(parts)]

    def _T(self, x: Array, at: Indices) -> list[Term]:  # noqa: N802
        return self.terms(x.args[0], tuple(reversed(at)))

    def _expand(self, x: Array, at: Indices) -> list[Term]:
        return self.terms(x.args[0], (at[x.along],))

    def _sum(self, x: Array, at: Indices) -> list[Term]:
        inner = x.args[0]
        bound: dict[Index, Size] = {}
        if x.data is None:
            where = tuple(self.fresh(size, bound) for size in inner.shape)
        else:
            new = self.fresh(inner.shape[x.along], bound)
            where = (new, at[0]) if x.data == 0 else (at[0], new)
        return [Term(t.number, t.factors, {**t.bound, **bound}) for t in self.terms(inner, where)]

    def _trace(self, x: Array, at: Indices) -> list[Term]:
        del at
        bound: dict[Index, Size] = {}
        new = self.fresh(x.args[0].shape[0], bound)
        return [
            Term(t.number, t.factors, {**t.bound, **bound})
            for t in self.terms(x.args[0], (new, new))
        ]

    def _diag(self, x: Array, at: Indices) -> list[Term]:
        delta = Term(Fraction(1), {("*delta", tuple(sorted(at))): Fraction(1)})
        return [delta.times(term) for term in self.terms(x.args[0], at[:1])]

    def _diagonal(self, x: Array, at: Indices) -> list[Term]:
        return self.terms(x.args[0], (at[0], at[0]))

    def _softmax(self, x: Array, at: Indices) -> list[Term]:
        power = build.fn("exp", x.args[0])
        total = build.sum_(power, x.axis)
        if x.data is not None:
            total = build.expand(total, 1 - x.along, x.shape)
        return self.product(
            [
                self.terms(power, at),
                self.terms(build.pow_(total, build.MINUS_ONE), at if total.shape else ()),
            ]
        )

    def _lse(self, x: Array, at: Indices) -> list[Term]:
        return self.terms(build.fn("log", build.sum_(build.fn("exp", x.args[0]), x.axis)), at)

    def _fn(self, x: Array, at: Indices) -> list[Term]:
        inner = x.args[0]
        if x.data == "exp":
            return self.exponential(inner, at)
        if x.data == "sigmoid":
            below = build.add(build.ONE, build.fn("exp", build.neg(inner)))
            return self.terms(build.pow_(below, build.MINUS_ONE), at)
        if x.data == "softplus":
            return self.terms(build.fn("log", build.add(build.ONE, build.fn("exp", inner))), at)
        if x.data == "where":
            chosen = Array("fn", x.args[:1], "step", x.args[0].shape)
            other = build.sub(build.ONE, chosen)
            pairs = build.mul(chosen, x.args[1]), build.mul(other, x.args[2])
            return [term for part in pairs for term in self.entry(part, at)]
        if x.data == "silu":
            return self.terms(build.mul(inner, build.fn("sigmoid", inner)), at)
        return self._other(x, at)

    def exponential(self, x: Array, at: Indices) -> list[Term]:
        """Return exp of a sum as the product of the exponentials of its terms."""
        made = Term(Fraction(1))
        for term in self.collected(self.entry(x, at)):
            number, rest = term.number, Term(Fraction(1), term.factors, term.bound)
            free = tuple(k for k in dict.fromkeys(at) if _uses(rest, k))
            atom, where = self.closed([rest], free)
            made = made.times(Term(Fraction(1), {(f"exp {atom}", where): number}))
        return [made]

    def _other(self, x: Array, at: Indices) -> list[Term]:
        """Return an atom over the forms of the operands."""
        texts = []
        where: list[Index] = []
        whole = x.op in {"inv", "det", "logdet", "most", "least", "slice", "pad", "stack"}
        for part in x.args:
            indices = tuple(self.fresh(size, {}) for size in part.shape) if whole else at
            used = indices if part.shape else ()
            text, order = self.closed(self.collected(self.entry(part, used)), used)
            texts.append(text)
            where += [] if whole else order
        atom = f"{x.op} {x.data!r} ({'; '.join(texts)})"
        places = at if whole else tuple(where)
        if x.op == "inv":
            turned = self.closed(
                self.collected(self.terms(build.transposed(x.args[0]), (1, 2))), (1, 2)
            )[0]
            if turned == texts[0]:
                places = tuple(sorted(places))
                atom = f"*{atom}"
                self.facts[atom] = Facts(symmetric=True)
            if x.args[0].op == "name":
                self.inverses[atom] = self.of_name(x.args[0])
        return [Term(Fraction(1), {(atom, places): Fraction(1)})]

    def as_atom(self, kind: str, at: Indices, power: Fraction, expand: Expand) -> list[Term]:
        """Return a power of a sum, the sum standing as one atom."""
        terms = self.collected(expand(at))
        if not terms:
            raise TooLarge  # a power of zero
        free = tuple(k for k in dict.fromkeys(at) if any(_uses(term, k) for term in terms))
        text, where = self.closed(terms, free)
        atom = f"{kind} {text}"
        positions = tuple(at.index(k) for k in where)

        def again(indices: Indices) -> list[Term]:
            full = [0] * len(at)
            for place, index in zip(positions, indices, strict=True):
                full[place] = index
            return expand(tuple(full))

        self.opaque.setdefault(atom, again)
        return [Term(Fraction(1), {(atom, where): power})]

    def closed(self, terms: Sequence[Term], free: Indices) -> tuple[str, Indices]:
        """Return the text of a form whose free indices are numbered, and their order."""
        options = []
        orders = permutations(free) if len(free) <= 2 else [free]
        for order in orders:
            numbered = {index: -1 - i for i, index in enumerate(order)}
            shown = sorted(f"{t.number} {_text(_renamed(t, numbered))}" for t in terms)
            options.append((" + ".join(shown), tuple(order)))
        best = min(options)
        if len(options) == 2 and options[0][0] == options[1][0]:
            return best[0], tuple(sorted(free))
        return best

    # Collecting -----------------------------------------------------------------------------------

    def collected(self, terms: Iterable[Term]) -> list[Term]:
        """Return terms simplified, equal ones joined, in an order of their own."""
        found: dict[str, Term] = {}
        stack = list(terms)
        steps = 0
        while stack:
            steps += 1
            if steps > 20 * MAX_TERMS or time.monotonic() > self.deadline:
                raise TooLarge
            term = self.simplified(stack.pop())
            if term is None:
                continue
            opened = self.opened(term)
            if opened is not None:
                stack.extend(opened)
                continue
            key = _text(term)
            known = found.get(key)
            found[key] = (
                term
                if known is None
                else Term(known.number + term.number, known.factors, known.bound)
            )
        return [found[key] for key in sorted(found) if found[key].number]

    def opened(self, term: Term) -> list[Term] | None:
        """Return a term in which a positive power of a sum is multiplied out, or None."""
        for (atom, where), exponent in term.factors.items():
            if atom in self.opaque and exponent >= 1 and exponent <= _LARGEST_POWER:
                factors = dict(term.factors)
                if exponent == 1:
                    del factors[atom, where]
                else:
                    factors[atom, where] = exponent - 1
                rest = Term(term.number, factors, term.bound)
                return [rest.times(part) for part in self.opaque[atom](where)]
        return None

    def simplified(self, term: Term) -> Term | None:
        """Return a term without deltas, unused indices and what is known to be a number."""
        while True:
            factors = {}
            number = term.number
            for (atom, where), exponent in term.factors.items():
                kept = self.exponent(atom, exponent)
                if kept:
                    factors[atom, where] = kept
            term = Term(number, factors, term.bound)
            if not number:
                return None
            changed = (
                self.without_delta(term) or self.without_inverse(term) or self.without_sum(term)
            )
            if changed is None:
                return term
            term = changed

    def exponent(self, atom: str, exponent: Fraction) -> Fraction:
        """Return an exponent as facts have it: a mask is its own square, a sign's square is 1."""
        facts = self.facts.get(atom)
        if atom.startswith("fn 'step'") and exponent > 0:
            return Fraction(1)
        if facts is not None and exponent.denominator == 1:
            if facts.mask and exponent > 0:
                return Fraction(1)
            if facts.sign:
                return exponent % 2
        return exponent

    def without_delta(self, term: Term) -> Term | None:
        """Return a term with one delta used up, or None."""
        for (atom, where), exponent in term.factors.items():
            if atom != "*delta":
                continue
            i, j = where
            if i == j or exponent > 1:
                factors = dict(term.factors)
                del factors[atom, where]
                if i != j:
                    factors[atom, where] = Fraction(1)
                return Term(term.number, factors, term.bound)
            gone, kept = (j, i) if j in term.bound else (i, j)
            if gone not in term.bound or exponent != 1:
                continue
            factors = {}
            for (other, places), power in term.factors.items():
                if (other, places) == (atom, where):
                    continue
                moved = tuple(kept if k == gone else k for k in places)
                key = (other, self.ordered(other, moved))
                factors[key] = factors.get(key, Fraction(0)) + power
            bound = {k: size for k, size in term.bound.items() if k != gone}
            return Term(term.number, factors, bound)
        return None

    @staticmethod
    def ordered(atom: str, where: Indices) -> Indices:
        """Return the indices of an atom, sorted where it is symmetric."""
        return tuple(sorted(where)) if atom.startswith("*") else where

    def without_inverse(self, term: Term) -> Term | None:
        """Return a term in which Σ_j A⁻¹[i,j] A[j,k] is a delta, or None."""
        for (atom, where), exponent in term.factors.items():
            name = self.inverses.get(atom)
            if name is None or exponent != 1:
                continue
            for (other, places), power in term.factors.items():
                if other != name or power != 1:
                    continue
                found = self.met(term, (atom, where), (other, places))
                if found is not None:
                    return found
        return None

    def met(self, term: Term, inverse: Factor, matrix: Factor) -> Term | None:
        """Return a term with an inverse and its matrix put together, or None."""
        symmetric = bool(self.facts.get(matrix[0]) and self.facts[matrix[0]].symmetric)
        for a, b in ((0, 1), (1, 0)):
            for c, d in ((0, 1), (1, 0)):
                shared = inverse[1][a]
                fits = symmetric or (a, c) in {(1, 0), (0, 1)}
                if shared != matrix[1][c] or shared not in term.bound or not fits:
                    continue
                uses = sum(where.count(shared) for _, where in term.factors)
                if uses != 2:
                    continue
                factors = {k: e for k, e in term.factors.items() if k not in {inverse, matrix}}
                delta = ("*delta", tuple(sorted((inverse[1][b], matrix[1][d]))))
                factors[delta] = factors.get(delta, Fraction(0)) + 1
                bound = {k: size for k, size in term.bound.items() if k != shared}
                return Term(term.number, factors, bound)
        return None

    def without_sum(self, term: Term) -> Term | None:
        """Return a term with one summed index less: an unused one, or one with a known sum."""
        for index, size in term.bound.items():
            using = [key for key in term.factors if index in key[1]]
            bound = {k: s for k, s in term.bound.items() if k != index}
            if not using:
                lengths = _of_size(size)
                if len(lengths) != 1:
                    return None
                return Term(term.number, term.factors, bound).times(lengths[0])
            if len(using) != 1 or term.factors[using[0]] != 1 or using[0][1].count(index) != 1:
                continue
            facts = self.facts.get(using[0][0])
            if facts is None:
                continue
            place = using[0][1].index(index)
            for axis, total in facts.sums:
                if axis == place or (axis is None and len(using[0][1]) == 1):
                    factors = {k: e for k, e in term.factors.items() if k != using[0]}
                    return Term(term.number * total, factors, bound)
        return None


def _of_size(size: Size) -> list[Term]:
    made = [
        Term(Fraction(factor), {(f"size {name}", ()): Fraction(1)}) for name, factor in size.terms
    ]
    return [*made, Term(Fraction(size.constant))] if size.constant else made


def _is_row(x: Array) -> bool:
    return len(x.shape) == 2 and x.shape[0].unit


def _is_root(term: Term) -> bool:
    """Tell whether (Π a^e)^f is Π a^(ef) wherever both have a value."""
    return all(
        atom.startswith(("size", "exp")) or (atom.startswith("sum") and e.numerator % 2)
        for (atom, _), e in term.factors.items()
    )


def _uses(term: Term, index: Index) -> bool:
    return any(index in where for _, where in term.factors)


def _renamed(term: Term, names: dict[Index, Index]) -> Term:
    factors: dict[Factor, Fraction] = {}
    for (atom, where), exponent in term.factors.items():
        places = tuple(names.get(k, k) for k in where)
        if atom.startswith("*"):
            places = tuple(sorted(places))
        factors[atom, places] = exponent
    return Term(term.number, factors, {names.get(k, k): size for k, size in term.bound.items()})


def _text(term: Term) -> str:
    """Return a term without its number as text, its summed indices named by where they stand."""
    bound = list(term.bound)
    if not bound:
        return _written(term, {})
    colors: dict[Index, str] = {k: f"s{term.bound[k].parts}" for k in bound}
    for _ in range(len(bound) + 1):
        colors = {k: _color(term, k, colors) for k in bound}
        ranks = {color: f"c{i}" for i, color in enumerate(sorted(set(colors.values())))}
        colors = {k: ranks[color] for k, color in colors.items()}
        if len(ranks) == len(bound):
            break
    groups: dict[str, list[Index]] = {}
    for k in bound:
        groups.setdefault(colors[k], []).append(k)
    arrangements: list[list[Index]] = [[]]
    for color in sorted(groups):
        members = groups[color]
        arrangements = [head + list(p) for head in arrangements for p in permutations(members)]
        if len(arrangements) > MAX_TIES:
            raise TooLarge
    return min(_written(term, {k: i for i, k in enumerate(order)}) for order in arrangements)


def _color(term: Term, index: Index, colors: dict[Index, str]) -> str:
    rows = []
    for (atom, where), exponent in term.factors.items():
        if index in where:
            shown = ["*" if k == index else colors.get(k, f"f{k}") for k in where]
            seen = ",".join(sorted(shown) if atom.startswith("*") else shown)
            rows.append(f"{atom}[{seen}]^{exponent}")
    return f"{colors[index]}({' '.join(sorted(rows))})"


def _written(term: Term, names: dict[Index, int]) -> str:
    rows = []
    for (atom, where), exponent in term.factors.items():
        places = [f"b{names[k]}" if k in names else f"f{k}" for k in where]
        if atom.startswith("*"):
            places.sort()
        rows.append(f"{atom}[{','.join(places)}]^{exponent}")
    sizes = ",".join(str(term.bound[k].parts) for k in sorted(names, key=lambda k: names[k]))
    return f"Σ{sizes} {' '.join(sorted(rows))}"


def vanishes(x: Array, deadline: float) -> bool:
    """Tell whether the normal form of an expression is empty: it is zero for all sizes then.

    >>> from symgrad.expression.arrays.size import named
    >>> a, u = build.name("A", (named("m"), named("n"))), build.name("u", (named("m"),))
    >>> left = build.chain(build.transposed(build.mul(a, build.expand(u, 0, a.shape))), u)
    >>> right = build.chain(build.transposed(a), build.pow_(u, build.TWO))
    >>> vanishes(build.sub(left, right), time.monotonic() + 5)
    True
    """
    former = Former(deadline)
    free = tuple(range(1, 1 + len(x.shape)))
    try:
        return not former.collected(former.terms(x, free))
    except (TooLarge, RecursionError):
        return False
