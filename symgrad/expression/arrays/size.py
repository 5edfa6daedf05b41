"""Sizes: linear forms over names, such as `n`, `n+m` and `10`; all formulas hold for every size."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Size:
    """The length of an axis: a sum of names with whole coefficients, and a whole number.

    `unit` marks the axis that a vector lacks where it stands in a product of matrices.
    """

    terms: tuple[tuple[str, int], ...] = ()
    constant: int = 0
    unit: bool = False

    def __str__(self) -> str:
        return self.written(str)

    def written(self, name: Callable[[str], str], times: str = "", gap: str = "") -> str:
        """Return the terms as text, `gap` around the signs; `name` says how names are written.

        >>> (named("n").times(2) - whole(1)).written(str.upper, "*", " ")
        '2*N - 1'
        """
        parts = [name(n) if c == 1 else f"{c}{times}{name(n)}" for n, c in self.terms]
        if self.constant or not parts:
            parts.append(str(self.constant))
        return f"{gap}+{gap}".join(parts).replace(f"+{gap}-", f"-{gap}")

    def __add__(self, other: Size) -> Size:
        sums = dict(self.terms)
        for name, factor in other.terms:
            sums[name] = sums.get(name, 0) + factor
        kept = tuple((name, factor) for name, factor in sums.items() if factor)
        return Size(kept, self.constant + other.constant)

    def __sub__(self, other: Size) -> Size:
        return self + other.times(-1)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Size) and self.parts == other.parts

    def __hash__(self) -> int:
        return hash(self.parts)

    @property
    def parts(self) -> tuple[tuple[tuple[str, int], ...], int, bool]:
        """What decides whether two sizes are one: the order of the names does not."""
        return (tuple(sorted(self.terms)), self.constant, self.unit)

    @property
    def label(self) -> str:
        """The same as text."""
        if len(self.terms) == 1:
            name, factor = self.terms[0]
            return f"{factor}*{name}+{self.constant}"
        return "unit" if self.unit else repr(self.parts)

    def times(self, factor: int) -> Size:
        """Return `factor` times this size."""
        return Size(tuple((n, factor * c) for n, c in self.terms if factor), factor * self.constant)

    def value(self, sizes: Mapping[str, int]) -> int:
        """Return the number that this size is, given the numbers behind the names."""
        return sum(factor * sizes[name] for name, factor in self.terms) + self.constant


UNIT = Size((), 1, unit=True)
Shape = tuple[Size, ...]


def named(name: str) -> Size:
    """Return the size called `name`."""
    return Size(((name, 1),))


def whole(value: int) -> Size:
    """Return a size that is a number."""
    return Size((), value)


def shape_text(shape: Shape) -> str:
    """Return a shape as it is said: `m×n`, `n`, or `a number`.

    >>> shape_text((named("m"), named("n"))), shape_text(())
    ('m×n', 'a number')
    """
    return "×".join(map(str, shape)) if shape else "a number"


def is_at_least(a: Size, b: Size) -> bool:
    """Tell whether a size is at least another one whatever the names in them are, from 1 on."""
    gap = a - b
    factors = [factor for _, factor in gap.terms]
    return all(factor > 0 for factor in factors) and sum(factors) + gap.constant >= 0


def shared_range(low: Size, high: Size, start: Size, stop: Size) -> tuple[Size, Size] | str:
    """Return what two ranges share, "none", or "unknown" where that hangs on the sizes."""
    if is_at_least(start, high) or is_at_least(low, stop):
        return "none"
    first = start if is_at_least(start, low) else low if is_at_least(low, start) else None
    last = stop if is_at_least(high, stop) else high if is_at_least(stop, high) else None
    return "unknown" if first is None or last is None else (first, last)
