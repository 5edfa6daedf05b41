"""Terms of the normal form: a number times atoms with index tuples, and their canonical text."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from itertools import permutations

from symgrad.expression.arrays.size import Size

MAX_TIES = 5040
Index = int
Indices = tuple[Index, ...]
Factor = tuple[str, Indices]


class TooManyTerms(Exception):
    """The form has more terms than is sensible, or the time is over."""


@dataclass
class ArrayTerm:
    """number · Π atom[indices]^exponent, summed over `bound`."""

    number: Fraction
    factors: dict[Factor, Fraction] = field(default_factory=dict)
    bound: dict[Index, Size] = field(default_factory=dict)

    def times(self, other: ArrayTerm) -> ArrayTerm:
        """Return a product of terms whose summed indices differ."""
        factors = dict(self.factors)
        for key, exponent in other.factors.items():
            factors[key] = factors.get(key, Fraction(0)) + exponent
        kept = {key: exponent for key, exponent in factors.items() if exponent}
        return ArrayTerm(self.number * other.number, kept, {**self.bound, **other.bound})

    def power(self, exponent: Fraction) -> ArrayTerm:
        """Return a power of a term without summed indices; its number is 1 for a root."""
        number = self.number ** int(exponent) if exponent.denominator == 1 else self.number
        return ArrayTerm(number, {key: e * exponent for key, e in self.factors.items()})


def of_size(size: Size) -> list[ArrayTerm]:
    """Return a size as a sum."""
    made = [
        ArrayTerm(Fraction(factor), {(f"size {name}", ()): Fraction(1)})
        for name, factor in size.terms
    ]
    return [*made, ArrayTerm(Fraction(size.constant))] if size.constant else made


def uses(term: ArrayTerm, index: Index) -> bool:
    """Tell whether an index stands in a term."""
    return any(index in where for _, where in term.factors)


def renamed(term: ArrayTerm, names: dict[Index, Index]) -> ArrayTerm:
    """Return a term with its indices named otherwise."""
    factors: dict[Factor, Fraction] = {}
    for (atom, where), exponent in term.factors.items():
        places = tuple(names.get(k, k) for k in where)
        if atom.startswith("*"):
            places = tuple(sorted(places))
        factors[atom, places] = exponent
    return ArrayTerm(
        term.number, factors, {names.get(k, k): size for k, size in term.bound.items()}
    )


def text_of(term: ArrayTerm) -> str:
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
            raise TooManyTerms
    return min(_written(term, {k: i for i, k in enumerate(order)}) for order in arrangements)


def _color(term: ArrayTerm, index: Index, colors: dict[Index, str]) -> str:
    rows = []
    for (atom, where), exponent in term.factors.items():
        if index in where:
            shown = ["*" if k == index else colors.get(k, f"f{k}") for k in where]
            seen = ",".join(sorted(shown) if atom.startswith("*") else shown)
            rows.append(f"{atom}[{seen}]^{exponent}")
    return f"{colors[index]}({' '.join(sorted(rows))})"


def _written(term: ArrayTerm, names: dict[Index, int]) -> str:
    rows = []
    for (atom, where), exponent in term.factors.items():
        places = [f"b{names[k]}" if k in names else f"f{k}" for k in where]
        if atom.startswith("*"):
            places.sort()
        rows.append(f"{atom}[{','.join(places)}]^{exponent}")
    sizes = ",".join(str(term.bound[k].parts) for k in sorted(names, key=lambda k: names[k]))
    return f"Σ{sizes} {' '.join(sorted(rows))}"
