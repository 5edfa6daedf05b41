"""A normal form for all sizes: sums of products of atoms with indices.

Every entry of an expression is a sum of terms, each a number times atoms with index tuples, some of
the indices summed over. Kronecker deltas are eliminated and summed indices named by where they
stand, so that two forms that are one by renaming are one. A function of each entry is an atom over
the normal form of its argument. An expression whose form is empty vanishes for all sizes; one whose
form is not may vanish all the same, so the form can cost a proof and never give a wrong one.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from fractions import Fraction

from symgrad.expression.arrays import build, leaves
from symgrad.expression.arrays.size import Size
from symgrad.expression.arrays.tree import Array, Facts
from symgrad.verify.arrays.collecting import LARGEST_POWER, MAX_TERMS, Collector, Expand
from symgrad.verify.arrays.reducing import content, over_nothing
from symgrad.verify.arrays.signs import not_negative
from symgrad.verify.arrays.terms import (
    ArrayTerm,
    Factor,
    Index,
    Indices,
    TooManyTerms,
    of_size,
    renamed,
    text_of,
    uses,
)

_ROUNDS = 3


class Former(Collector):
    """Forms of the expressions of one question."""

    def terms(self, x: Array, at: Indices) -> list[ArrayTerm]:
        """Return the entry of an expression at indices as terms."""
        if time.process_time() > self.deadline:
            raise TooManyTerms
        made: list[ArrayTerm] = getattr(self, f"_{x.op}", self._other)(x, at)
        if len(made) > MAX_TERMS:
            raise TooManyTerms
        return made

    def product(self, parts: Iterable[list[ArrayTerm]]) -> list[ArrayTerm]:
        """Return a product of sums."""
        made = [ArrayTerm(Fraction(1))]
        for part in parts:
            made = [a.times(b) for a in made for b in part]
            if len(made) > MAX_TERMS:
                raise TooManyTerms
        return made

    # Leaves ---------------------------------------------------------------------------------------

    def _num(self, x: Array, at: Indices) -> list[ArrayTerm]:
        del at
        return [ArrayTerm(x.value)] if x.value else []

    def _const(self, x: Array, at: Indices) -> list[ArrayTerm]:
        del at
        return [ArrayTerm(Fraction(1), {(f"const {x.text}", ()): Fraction(1)})]

    def _size(self, x: Array, at: Indices) -> list[ArrayTerm]:
        del at
        return of_size(x.length)

    def _name(self, x: Array, at: Indices) -> list[ArrayTerm]:
        atom = self.of_name(x)
        where = tuple(sorted(at)) if x.facts.symmetric else at
        return [ArrayTerm(Fraction(1), {(atom, where): Fraction(1)})]

    def of_name(self, x: Array) -> str:
        """Return the atom of a name; a star marks what is symmetric."""
        atom = f"{'*' if x.facts.symmetric else ''}name {x.text}"
        self.facts[atom] = x.facts
        return atom

    def _ones(self, x: Array, at: Indices) -> list[ArrayTerm]:
        del x, at
        return [ArrayTerm(Fraction(1))]

    def _zeros(self, x: Array, at: Indices) -> list[ArrayTerm]:
        del x, at
        return []

    def _eye(self, x: Array, at: Indices) -> list[ArrayTerm]:
        del x
        return [ArrayTerm(Fraction(1), {("*delta", tuple(sorted(at))): Fraction(1)})]

    # Operations -----------------------------------------------------------------------------------

    def entry(self, x: Array, at: Indices) -> list[ArrayTerm]:
        """Return an operand of an operation of each entry: a number is the same everywhere."""
        return self.terms(x, at if x.shape else ())

    def _add(self, x: Array, at: Indices) -> list[ArrayTerm]:
        return [term for part in x.args for term in self.entry(part, at)]

    def _mul(self, x: Array, at: Indices) -> list[ArrayTerm]:
        return self.product(self.entry(part, at) for part in x.args)

    def _pow(self, x: Array, at: Indices) -> list[ArrayTerm]:
        base, exponent = x.args
        if exponent.op != "num":
            return self._other(x, at)
        power = exponent.value
        if base.op == "mul" and power.denominator > 1:
            free = [part for part in base.args if not_negative(part)]
            if len(free) >= len(base.args) - 1:
                return self.product(
                    self.entry(build.pow_(part, exponent), at) for part in base.args
                )
        terms = self.collected(self.entry(base, at))
        if (
            len(terms) == 1
            and not terms[0].bound
            and (power.denominator == 1 or _is_root(terms[0]))
        ):
            only = terms[0]
            if power.denominator == 1 and only.number:
                factors = {key: e * power for key, e in only.factors.items()}
                return [ArrayTerm(only.number ** int(power), factors)]
            if only.number == 1:
                return [ArrayTerm(Fraction(1), {key: e * power for key, e in only.factors.items()})]
        if power.denominator == 1 and 0 < power <= LARGEST_POWER:
            return self.product(self.entry(base, at) for _ in range(int(power)))
        return self.as_atom(at if base.shape else (), power, lambda i: self.entry(base, i))

    def _chain(self, x: Array, at: Indices) -> list[ArrayTerm]:
        left = list(at)
        bound: dict[Index, Size] = {}
        first, last = x.args[0], x.args[-1]
        row = left.pop(0) if not _is_row(first) else None
        end = left.pop(0) if len(last.shape) == 2 else None
        parts: list[list[ArrayTerm]] = []
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
        return [ArrayTerm(t.number, t.factors, {**t.bound, **bound}) for t in self.product(parts)]

    def _T(self, x: Array, at: Indices) -> list[ArrayTerm]:  # noqa: N802
        return self.terms(x.args[0], tuple(reversed(at)))

    def _expand(self, x: Array, at: Indices) -> list[ArrayTerm]:
        return self.terms(x.args[0], (at[x.along],))

    def _sum(self, x: Array, at: Indices) -> list[ArrayTerm]:
        inner = x.args[0]
        bound: dict[Index, Size] = {}
        if x.data is None:
            where = tuple(self.fresh(size, bound) for size in inner.shape)
        else:
            new = self.fresh(inner.shape[x.along], bound)
            where = (new, at[0]) if x.data == 0 else (at[0], new)
        return [
            ArrayTerm(t.number, t.factors, {**t.bound, **bound}) for t in self.terms(inner, where)
        ]

    def _trace(self, x: Array, at: Indices) -> list[ArrayTerm]:
        del at
        bound: dict[Index, Size] = {}
        new = self.fresh(x.args[0].shape[0], bound)
        return [
            ArrayTerm(t.number, t.factors, {**t.bound, **bound})
            for t in self.terms(x.args[0], (new, new))
        ]

    def _diag(self, x: Array, at: Indices) -> list[ArrayTerm]:
        delta = ArrayTerm(Fraction(1), {("*delta", tuple(sorted(at))): Fraction(1)})
        return [delta.times(term) for term in self.terms(x.args[0], at[:1])]

    def _diagonal(self, x: Array, at: Indices) -> list[ArrayTerm]:
        return self.terms(x.args[0], (at[0], at[0]))

    def _softmax(self, x: Array, at: Indices) -> list[ArrayTerm]:
        power = build.fn("exp", x.args[0])
        total = build.sum_(power, x.axis)
        if x.data is not None:
            total = build.expand(total, 1 - x.along, x.shape)
        return self.product(
            [
                self.terms(power, at),
                self.terms(build.pow_(total, leaves.MINUS_ONE), at if total.shape else ()),
            ]
        )

    def _lse(self, x: Array, at: Indices) -> list[ArrayTerm]:
        return self.terms(build.fn("log", build.sum_(build.fn("exp", x.args[0]), x.axis)), at)

    def _fn(self, x: Array, at: Indices) -> list[ArrayTerm]:
        inner = x.args[0]
        if x.data == "exp":
            return self.exponential(inner, at)
        if x.data == "sigmoid":
            below = build.add(leaves.ONE, build.fn("exp", build.neg(inner)))
            return self.as_atom(at, Fraction(-1), lambda i: self.entry(below, i))
        if x.data == "log" and (found := self.logarithm(inner, at)) is not None:
            return found
        if x.data == "softplus":
            return self.terms(build.fn("log", build.add(leaves.ONE, build.fn("exp", inner))), at)
        if x.data == "where":
            chosen = Array("fn", x.args[:1], "step", x.args[0].shape)
            other = build.sub(leaves.ONE, chosen)
            pairs = build.mul(chosen, x.args[1]), build.mul(other, x.args[2])
            return [term for part in pairs for term in self.entry(part, at)]
        if x.data == "step":
            return self.step(inner, at)
        if x.data == "relu":
            return self.terms(build.mul(inner, build.step(inner, ">", leaves.ZERO)), at)
        if x.data in {"max", "min"} and len(x.args) == 2:
            relation = ">=" if x.data == "max" else "<="
            return self.terms(build.fn("where", build.compare(relation, *x.args), *x.args), at)
        if x.data == "abs":
            return self.terms(build.mul(inner, build.fn("sign", inner)), at)
        if x.data == "sign" and self.kinks:
            above = build.step(inner, ">", leaves.ZERO)
            return self.terms(build.add(above, above, leaves.MINUS_ONE), at)
        if x.data == "silu":
            return self.terms(build.mul(inner, build.fn("sigmoid", inner)), at)
        return self._other(x, at)

    def logarithm(self, x: Array, at: Indices) -> list[ArrayTerm] | None:
        """Return the logarithm of a product of exponentials and one more factor, term by term."""
        terms = self.collected(self.entry(x, at))
        if len(terms) != 1 or terms[0].number != 1 or terms[0].bound or not terms[0].factors:
            return None
        made: list[ArrayTerm] = []
        others = 0
        for (atom, where), power in terms[0].factors.items():
            known = self.exponents.get(atom)
            if known is not None:
                rest, free = known
                term = renamed(rest, dict(zip(free, where, strict=True)))
                made.append(term.times(ArrayTerm(power)))
                continue
            others += 1
            if not atom.startswith("sum ") or power.numerator % 2 == 0:
                return None
            logarithm = f"fn 'log' ({atom.removeprefix('sum ')})"
            made.append(ArrayTerm(power, {(logarithm, where): Fraction(1)}))
        return made if others < 2 and len(terms[0].factors) > others else None

    def exponential(self, x: Array, at: Indices) -> list[ArrayTerm]:
        """Return exp of a sum as the product of the exponentials of its terms."""
        made = ArrayTerm(Fraction(1))
        for term in self.collected(self.entry(x, at)):
            number, rest = term.number, ArrayTerm(Fraction(1), term.factors, term.bound)
            free = tuple(k for k in dict.fromkeys(at) if uses(rest, k))
            atom, where = self.closed([rest], free)
            self.exponents.setdefault(f"exp {atom}", (rest, where))
            made = made.times(ArrayTerm(Fraction(1), {(f"exp {atom}", where): number}))
        return [made]

    def _slice(self, x: Array, at: Indices) -> list[ArrayTerm]:
        """Return a part; that of a product is the product of the parts."""
        axis, start, stop = x.cut
        inner, where, own = self.at_place(x, at, axis)
        made = []
        for term in inner:
            factors: dict[Factor, Fraction] = {}
            for (atom, places), exponent in term.factors.items():
                name = atom
                if own in places:
                    turned = "*" if atom.startswith("*") else ""
                    spots = [i for i, k in enumerate(places) if k == own]
                    name = f"{turned}part {start.label}:{stop.label} {spots} of {atom}"
                moved = tuple(where if k == own else k for k in places)
                factors[name, moved] = exponent
            made.append(ArrayTerm(term.number, factors, term.bound))
        return made

    def _pad(self, x: Array, at: Indices) -> list[ArrayTerm]:
        """Return what stands among zeros: linear in it, what does not move along in front."""
        axis, start, total = x.cut
        inner, where, own = self.at_place(x, at, axis)
        made = []
        for term in inner:
            moving = ArrayTerm(Fraction(1), {}, term.bound)
            still = ArrayTerm(term.number)
            for key, exponent in term.factors.items():
                moves = own in key[1] or any(k in term.bound for k in key[1])
                (moving if moves else still).factors[key] = exponent
            free = tuple(k for k in (own, *at) if k == own or uses(moving, k))
            text, order = self.closed([moving], free)
            length = x.args[0].shape[axis].label
            spot = order.index(own) if own in order else -1
            atom = f"among {start.label} {length} {total.label} {spot} ({text})"
            moved = tuple(where if k == own else k for k in order)
            made.append(still.times(ArrayTerm(Fraction(1), {(atom, moved): Fraction(1)})))
        return made

    def _stack(self, x: Array, at: Indices) -> list[ArrayTerm]:
        total, made, begin = x.shape[x.along], [], Size()
        for part in x.args:
            made += self.terms(build.pad(part, x.along, begin, total), at)
            begin += part.shape[x.along]
        return made

    def at_place(self, x: Array, at: Indices, axis: int) -> tuple[list[ArrayTerm], Index, Index]:
        """Return the operand at an index of its own along an axis, the old index, the new one."""
        self.count += 1
        own = self.count
        places = list(at)
        where, places[axis] = places[axis], own
        return self.collected(self.terms(x.args[0], tuple(places))), where, own

    def _other(self, x: Array, at: Indices) -> list[ArrayTerm]:
        """Return an atom over the forms of the operands."""
        texts = []
        where: list[Index] = []
        whole = x.op in {"det", "logdet", "most", "least"}
        if whole and x.data is not None:  # along an axis: X and Xᵀ are not the same there
            indices = tuple(self.fresh(size, {}) for size in x.args[0].shape)
            text = self.numbered(self.collected(self.terms(x.args[0], indices)), indices)
            return [ArrayTerm(Fraction(1), {(f"{x.op} {x.data!r} ({text})", at): Fraction(1)})]
        for part in x.args:
            indices = tuple(self.fresh(size, {}) for size in part.shape) if whole else at
            used = indices if part.shape else ()
            text, order = self.closed(self.collected(self.entry(part, used)), used)
            texts.append(text)
            where += [] if whole else order
        atom = f"{x.op} {x.data!r} ({'; '.join(texts)})"
        places = at if whole else tuple(where)
        return [ArrayTerm(Fraction(1), {(atom, places): Fraction(1)})]

    def _inv(self, x: Array, at: Indices) -> list[ArrayTerm]:
        """Return an inverse as an atom over the form of its matrix, or of the transpose of that."""
        inner = x.args[0]
        row, column = (self.fresh(size, {}) for size in inner.shape)
        straight, turned = (
            self.numbered(self.collected(self.terms(inner, where)), (row, column))
            for where in ((row, column), (column, row))
        )
        atom, places = f"inv ({min(straight, turned)})", at
        if straight == turned:
            atom, places = f"*{atom}", tuple(sorted(at))
            self.facts[atom] = Facts(symmetric=True)
        elif turned < straight:
            places = at[::-1]
        name = inner.args[0] if inner.op == "T" else inner
        if name.op == "name":
            self.inverses[atom] = self.of_name(name)
        return [ArrayTerm(Fraction(1), {(atom, places): Fraction(1)})]

    def as_atom(self, at: Indices, power: Fraction, expand: Expand) -> list[ArrayTerm]:
        """Return a power of a sum, the sum standing as one atom, what its terms share in front."""
        terms = self.collected(expand(at))
        if not terms:
            raise TooManyTerms  # a power of zero
        positive = None if power.denominator == 1 else self.is_positive
        shared = content(terms, at, positive)
        terms = [term.times(shared.power(Fraction(-1))) for term in terms]
        free = tuple(k for k in dict.fromkeys(at) if any(uses(term, k) for term in terms))
        text, where = self.closed(terms, free)
        atom = f"sum {text}"
        positions = tuple(at.index(k) for k in where)

        def again(indices: Indices) -> list[ArrayTerm]:
            full = [0] * len(at)
            for place, index in zip(positions, indices, strict=True):
                full[place] = index
            below = renamed(shared, dict(zip(at, full, strict=True))).power(Fraction(-1))
            return [term.times(below) for term in self.collected(expand(tuple(full)))]

        self.opaque.setdefault(atom, again)
        return [shared.power(power).times(ArrayTerm(Fraction(1), {(atom, where): power}))]

    def is_positive(self, atom: str) -> bool:
        """Tell whether an atom is above zero wherever it has a value."""
        facts = self.facts.get(atom)
        return atom.startswith(("size", "exp")) or (facts is not None and facts.positive)

    def step(self, condition: Array, at: Indices) -> list[ArrayTerm]:
        """Return a condition as 0 or 1: [a > b] by the form of a − b, a positive factor apart.

        [d < 0] is 1 − [d ≥ 0]; where `kinks` do not count, ≥ is >.
        """
        relation, opposite = _UPWARD.get(condition.text, ("", False))
        if condition.op != "cmp" or not relation:
            return self._other(Array("fn", (condition,), "step", condition.shape), at)
        sides = (build.filled(part, condition.shape) for part in condition.args)
        terms = self.collected(self.entry(build.sub(*sides), at))
        if not terms:
            return [ArrayTerm(Fraction(1))] if (relation == ">=") != opposite else []
        first = min(terms, key=text_of)
        if first.number < 0:
            terms = [ArrayTerm(-term.number, term.factors, term.bound) for term in terms]
            relation, opposite = {">": ">=", ">=": ">"}[relation], not opposite
        scale = ArrayTerm(abs(first.number), content(terms, at, self.is_positive).factors)
        terms = [term.times(scale.power(Fraction(-1))) for term in terms]
        free = tuple(k for k in dict.fromkeys(at) if any(uses(term, k) for term in terms))
        text, where = self.closed(terms, free)
        atom = f"step {'>' if self.kinks else relation} {text}"
        one = ArrayTerm(Fraction(1), {(atom, where): Fraction(1)})
        return [ArrayTerm(Fraction(1)), one.times(ArrayTerm(Fraction(-1)))] if opposite else [one]


_UPWARD = {">": (">", False), ">=": (">=", False), "<": (">=", True), "<=": (">", True)}


def _is_row(x: Array) -> bool:
    return len(x.shape) == 2 and x.shape[0].unit


def _is_root(term: ArrayTerm) -> bool:
    """Tell whether (Π a^e)^f is Π a^(ef) wherever both have a value."""
    return all(
        atom.startswith(("size", "exp")) or (atom.startswith("sum") and e.numerator % 2)
        for (atom, _), e in term.factors.items()
    )


def vanishes(x: Array, deadline: float, *, kinks: bool = False) -> bool:
    """Tell whether the normal form of an expression is empty: it is zero for all sizes then.

    With `kinks` it may be anything where a condition changes: a derivative has no value there.

    >>> from symgrad.expression.arrays.size import named
    >>> a, u = leaves.name("A", (named("m"), named("n"))), leaves.name("u", (named("m"),))
    >>> left = build.chain(build.transposed(build.mul(a, build.expand(u, 0, a.shape))), u)
    >>> right = build.chain(build.transposed(a), build.pow_(u, leaves.TWO))
    >>> vanishes(build.sub(left, right), time.process_time() + 5)
    True
    """
    x = build.transposed(x) if _is_row(x) else x
    free = tuple(range(1, 1 + len(x.shape)))
    for reduces in (False, True):
        former = Former(deadline, reduces=reduces, kinks=kinks)
        try:
            terms = former.collected(former.terms(x, free))
            for _ in range(_ROUNDS):
                raised = over_nothing(terms, former.opaque) if terms else None
                if raised is None:
                    break
                terms = former.collected(raised)
        except (TooManyTerms, RecursionError):
            continue
        if not terms:
            return True
    return False
