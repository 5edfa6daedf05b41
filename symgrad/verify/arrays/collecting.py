"""Terms collected: deltas and known sums used up, equal terms joined, sums beneath reduced."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from itertools import permutations

from symgrad.expression.arrays.size import Size
from symgrad.expression.arrays.tree import Facts
from symgrad.verify.arrays.reducing import leading, without
from symgrad.verify.arrays.terms import (
    ArrayTerm,
    Factor,
    Index,
    Indices,
    TooManyTerms,
    of_size,
    renamed,
    text_of,
)

MAX_TERMS = 600
LARGEST_POWER = 4
Expand = Callable[[Indices], list[ArrayTerm]]


class Collector:
    """What is known of the atoms of one question, and the rules by which terms become fewer."""

    def __init__(self, deadline: float, *, reduces: bool = False, kinks: bool = False) -> None:
        self.deadline = deadline
        self.reduces = reduces
        self.kinks = kinks
        self.leads: dict[Factor, ArrayTerm | None] = {}
        self.count = 10
        self.facts: dict[str, Facts] = {}
        self.opaque: dict[str, Expand] = {}  # sums that stand as one atom, with what they are
        self.exponents: dict[str, tuple[ArrayTerm, Indices]] = {}  # what exp is taken of
        self.inverses: dict[str, str] = {}  # the atom of an inverse → that of a name it inverts

    def fresh(self, size: Size, bound: dict[Index, Size]) -> Index:
        """Return a new summed index."""
        self.count += 1
        bound[self.count] = size
        return self.count

    @staticmethod
    def numbered(terms: Sequence[ArrayTerm], order: Indices) -> str:
        """Return the text of a form, its free indices numbered in an order."""
        numbers = {index: -1 - i for i, index in enumerate(order)}
        return " + ".join(sorted(f"{t.number} {text_of(renamed(t, numbers))}" for t in terms))

    def closed(self, terms: Sequence[ArrayTerm], free: Indices) -> tuple[str, Indices]:
        """Return the text of a form whose free indices are numbered, and their order."""
        orders = permutations(free) if len(free) <= 2 else [free]
        options = [(self.numbered(terms, order), tuple(order)) for order in orders]
        best = min(options)
        if len(options) == 2 and options[0][0] == options[1][0]:
            return best[0], tuple(sorted(free))
        return best

    # Collecting -----------------------------------------------------------------------------------

    def collected(self, terms: Iterable[ArrayTerm]) -> list[ArrayTerm]:
        """Return terms simplified, equal ones joined, in an order of their own."""
        found: dict[str, ArrayTerm] = {}
        stack = list(terms)
        steps = 0
        while stack:
            steps += 1
            if steps > 20 * MAX_TERMS or time.process_time() > self.deadline:
                raise TooManyTerms
            term = self.simplified(stack.pop())
            if term is None:
                continue
            opened = self.opened(term)
            if opened is None and self.reduces:
                opened = self.reduced(term)
            if opened is not None:
                stack.extend(opened)
                continue
            key = text_of(term)
            known = found.get(key)
            found[key] = (
                term
                if known is None
                else ArrayTerm(known.number + term.number, known.factors, known.bound)
            )
        return [found[key] for key in sorted(found) if found[key].number]

    def opened(self, term: ArrayTerm) -> list[ArrayTerm] | None:
        """Return a term in which a positive power of a sum is multiplied out, or None."""
        for (atom, where), exponent in term.factors.items():
            if atom in self.opaque and exponent >= 1 and exponent <= LARGEST_POWER:
                factors = dict(term.factors)
                if exponent == 1:
                    del factors[atom, where]
                else:
                    factors[atom, where] = exponent - 1
                rest = ArrayTerm(term.number, factors, term.bound)
                return [rest.times(part) for part in self.opaque[atom](where)]
        return None

    def reduced(self, term: ArrayTerm) -> list[ArrayTerm] | None:
        """Return a term over a sum in which the leading term of that sum is no longer, or None."""
        for key, exponent in term.factors.items():
            atom, where = key
            if exponent >= 0 or atom not in self.opaque:
                continue
            if key not in self.leads:
                self.leads[key] = leading(self.collected(self.opaque[atom](where)))
            lead = self.leads[key]
            rest = None if lead is None else without(term, lead)
            if lead is None or rest is None:
                continue
            scaled = ArrayTerm(rest.number / lead.number, rest.factors, rest.bound)
            whole = scaled.times(ArrayTerm(Fraction(1), {key: Fraction(1)}))
            shown = text_of(lead)
            others = self.collected(self.opaque[atom](where))
            return [whole] + [
                scaled.times(ArrayTerm(-part.number, part.factors, part.bound))
                for part in others
                if text_of(part) != shown
            ]
        return None

    def simplified(self, term: ArrayTerm) -> ArrayTerm | None:
        """Return a term without deltas, unused indices and what is known to be a number."""
        while True:
            factors = {}
            number = term.number
            for (atom, where), exponent in term.factors.items():
                kept = self.exponent(atom, exponent)
                if kept:
                    factors[atom, where] = kept
            term = ArrayTerm(number, factors, term.bound)
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
        if atom.startswith("step ") and exponent > 0:
            return Fraction(1)
        if facts is not None and exponent.denominator == 1:
            if facts.mask and exponent > 0:
                return Fraction(1)
            if facts.sign:
                return exponent % 2
        return exponent

    def without_delta(self, term: ArrayTerm) -> ArrayTerm | None:
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
                return ArrayTerm(term.number, factors, term.bound)
            gone, kept = (j, i) if j in term.bound else (i, j)
            if gone not in term.bound and exponent == 1:
                told = self.with_one_index(term, (atom, where))
                if told is not None:
                    return told
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
            return ArrayTerm(term.number, factors, bound)
        return None

    def with_one_index(self, term: ArrayTerm, delta: Factor) -> ArrayTerm | None:
        """Return a term beside δ_{ij} of two free indices with i for j everywhere, or None."""
        kept, gone = sorted(delta[1])
        if not any(gone in places for key, places in term.factors if (key, places) != delta):
            return None
        factors: dict[Factor, Fraction] = {}
        for (atom, places), power in term.factors.items():
            key = atom, places
            if key != delta:
                key = atom, self.ordered(atom, tuple(kept if k == gone else k for k in places))
            factors[key] = factors.get(key, Fraction(0)) + power
        return ArrayTerm(term.number, factors, term.bound)

    @staticmethod
    def ordered(atom: str, where: Indices) -> Indices:
        """Return the indices of an atom, sorted where it is symmetric."""
        return tuple(sorted(where)) if atom.startswith("*") else where

    def without_inverse(self, term: ArrayTerm) -> ArrayTerm | None:
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

    def met(self, term: ArrayTerm, inverse: Factor, matrix: Factor) -> ArrayTerm | None:
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
                return ArrayTerm(term.number, factors, bound)
        return None

    def without_sum(self, term: ArrayTerm) -> ArrayTerm | None:
        """Return a term with one summed index less: an unused one, or one with a known sum."""
        for index, size in term.bound.items():
            using = [key for key in term.factors if index in key[1]]
            bound = {k: s for k, s in term.bound.items() if k != index}
            if not using:
                lengths = of_size(size)
                if len(lengths) != 1:
                    return None
                return ArrayTerm(term.number, term.factors, bound).times(lengths[0])
            if len(using) != 1 or term.factors[using[0]] != 1 or using[0][1].count(index) != 1:
                continue
            facts = self.facts.get(using[0][0])
            if facts is None:
                continue
            place = using[0][1].index(index)
            for axis, total in facts.sums:
                if axis == place or (axis is None and len(using[0][1]) == 1):
                    factors = {k: e for k, e in term.factors.items() if k != using[0]}
                    return ArrayTerm(term.number * total, factors, bound)
        return None
