"""The result of a trace: steps with all their numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property

from symgrad.derivation.derivation import Derivation
from symgrad.graph.display import Typeset
from symgrad.graph.graph import Graph
from symgrad.trace.decimals import as_fraction
from symgrad.trace.inputs import Sample
from symgrad.trace.lines import WorkedLine
from symgrad.trace.numbers import Real
from symgrad.trace.print import Style, line_text, unicode_notation
from symgrad.trace.update import Rule

MAX_DIGITS = 30
_AGREEMENT = Fraction(1, 10 ** (MAX_DIGITS + 5))
_NOISE = Fraction(1, 10**600)

Pairs = tuple[tuple[str, Real], ...]
_PAIRS = (
    "exact_values", "exact_sensitivities", "exact_gradients", "exact_updated", "exact_adjoints",
)  # fmt: skip


@dataclass(frozen=True)
class Step:
    """The numbers of one step.

    The `exact_…` fields hold them as they were computed: a Fraction where the number is rational,
    else an mpmath number of fifty digits or more. The mappings give floats, or with `exact` the
    fractions. `work` holds the worked lines before any notation.
    """

    number: int
    sample: Sample
    exact_values: Pairs
    exact_sensitivities: Pairs
    exact_gradients: Pairs
    exact_updated: Pairs
    exact_adjoints: Pairs
    work: tuple[WorkedLine, ...]
    notes: tuple[str, ...] = ()
    exact: bool = False
    digits: int = 6

    @cached_property
    def values(self) -> Mapping[str, Real]:
        """Every input and every node → its value."""
        return self._plain(self.exact_values)

    @cached_property
    def sensitivities(self) -> Mapping[str, Real]:
        """Every named sensitivity → its value."""
        return self._plain(self.exact_sensitivities)

    @cached_property
    def gradients(self) -> Mapping[str, Real]:
        """Every parameter → the derivative of the objective by it."""
        return self._plain(self.exact_gradients)

    @cached_property
    def updated(self) -> Mapping[str, Real]:
        """Every parameter → its value after the step."""
        return self._plain(self.exact_updated)

    @cached_property
    def adjoints(self) -> Mapping[str, Real]:
        """Every node that the objective depends on → the derivative of the objective by it."""
        return self._plain(self.exact_adjoints)

    @cached_property
    def lines(self) -> tuple[str, ...]:
        """The worked lines as text, rounded to the digits of the trace."""
        names = [name for name, _ in (*self.exact_values, *self.exact_sensitivities)]
        style = Style(self.digits, fractions=self.exact)
        notation = unicode_notation(names)
        return tuple(line_text(line, notation, style) for line in self.work)

    def _plain(self, pairs: Pairs) -> Mapping[str, Real]:
        return {name: value if self.exact else float(value) for name, value in pairs}


@dataclass(frozen=True)
class Trace(Typeset):
    """Steps with all their numbers, and the derivation they follow."""

    derivation: Derivation
    steps: tuple[Step, ...]
    rule: Rule
    digits: int = 6
    exact: bool = False

    @property
    def graph(self) -> Graph:
        """The graph that was traced."""
        return self.derivation.graph

    def __len__(self) -> int:
        return len(self.steps)

    def __iter__(self) -> Iterator[Step]:
        return iter(self.steps)

    def __getitem__(self, place: int) -> Step:
        return self.steps[place]


def agree(rough: Step, fine: Step) -> bool:
    """Tell whether the numbers of two runs agree to more digits than are ever shown."""
    for field in _PAIRS:
        for (_, a), (_, b) in zip(getattr(rough, field), getattr(fine, field), strict=True):
            if not _alike(a, b):
                return False
    return all(_alike(a.value, b.value) for a, b in zip(rough.work, fine.work, strict=True))


def _alike(a: Real, b: Real) -> bool:
    """Tell whether two values of one number agree.

    A zero that is not known to be exact may be the rest of a cancellation: it agrees with nothing.
    """
    if isinstance(a, Fraction) and isinstance(b, Fraction):
        return True
    first, second = as_fraction(a), as_fraction(b)
    return bool(first and second) and abs(second - first) <= abs(second) * _AGREEMENT


def without_noise(rough: Step, fine: Step) -> Step:
    """Return the step of the finer run, what cancelled to hundreds of digits in it set to zero."""

    def quiet(a: Real, b: Real) -> Real:
        return b if _alike(a, b) or abs(as_fraction(b)) > _NOISE else Fraction(0)

    def pairs(field: str) -> Pairs:
        both = zip(getattr(rough, field), getattr(fine, field), strict=True)
        return tuple((name, quiet(a, b)) for (_, a), (name, b) in both)

    work = tuple(
        replace(
            line,
            value=quiet(old.value, line.value),
            numbers=tuple(
                (name, quiet(a, b))
                for (_, a), (name, b) in zip(old.numbers, line.numbers, strict=True)
            ),
        )
        for old, line in zip(rough.work, fine.work, strict=True)
    )
    return replace(
        fine,
        exact_values=pairs("exact_values"),
        exact_sensitivities=pairs("exact_sensitivities"),
        exact_gradients=pairs("exact_gradients"),
        exact_updated=pairs("exact_updated"),
        exact_adjoints=pairs("exact_adjoints"),
        work=work,
    )
