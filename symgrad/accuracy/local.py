"""Formulas mended part by part: the forms with which a search begins.

A formula that is wrong for two reasons is no better when one of them is mended, so a search that
measures the whole does not find its way. Here each part is measured beside its own certified value,
the innermost first, and gets the form that loses least there.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache
from itertools import islice

from symgrad.accuracy.forms import from_table, marks, of_some_terms
from symgrad.accuracy.matching import rewrites
from symgrad.accuracy.parts import Parts, is_choice
from symgrad.accuracy.rows import trees
from symgrad.expression.tree import (
    Add,
    Compare,
    Expression,
    Logic,
    Mul,
    Neg,
    children,
    size_of,
    variables,
    with_children,
)
from symgrad.program.normal import effort_of

DEPTH = 3  # forms of forms
STEPS = 12  # rows that are used on one part
LARGEST = 60  # parts of a form
FEW = 40  # parts of a sum of which some terms are looked at
MOST = 30  # forms of each kind that are measured for one part


@lru_cache(2048)
def shortened(e: Expression) -> Expression:
    """Return the formula with every row of the table used that makes it shorter.

    >>> from symgrad.expression.tree import ONE, Add, Call, Div, Var
    >>> shortened(Div(ONE, Add((ONE, Call("exp", (Var("x"),))))))
    Call(function='sigmoid', arguments=(Neg(operand=Var(key='x')),))
    """
    parts = children(e)
    if not parts or isinstance(e, Compare | Logic):
        return e
    e = with_children(e, tuple(shortened(part) for part in parts))
    for _ in range(STEPS):
        shorter = _shorter(e)
        if shorter is None:
            break
        e = shorter
    return e


def _shorter(e: Expression) -> Expression | None:
    own = _length(e)
    there = marks(e)
    for needed, pattern, form in _shortening():
        if needed <= there:
            for new, _ in rewrites(pattern, form, e):
                if _length(new) < own:
                    return new
    return None


@cache
def _shortening() -> tuple[tuple[frozenset[str], Expression, Expression], ...]:
    """Return the rows without conditions whose form takes fewer operations than the pattern."""
    return tuple(
        (marks(pattern), pattern, form)
        for conditions, pattern, form in trees()
        if not conditions and _length(form) < _length(pattern)
    )


def _length(e: Expression) -> int:
    """Return the operations of a formula as it stands, signs left out."""
    parts = children(e)
    own = len(parts) - 1 if isinstance(e, Add | Mul) else int(bool(parts))
    return (0 if isinstance(e, Neg) else own) + sum(map(_length, parts))


class ByParts:
    """Formulas mended part by part, by what rows of the table make of each part."""

    def __init__(self, parts: Parts, known: dict[Expression, Expression]) -> None:
        self.parts = parts
        self.left = 0  # forms that may be measured yet
        self.known = known  # what has mended a part in another formula, which is tried first
        self._known: dict[tuple[Expression, int], Expression] = {}

    def mended_with(self, e: Expression, work: int) -> Expression:
        """Return what `mended` does, with so many forms more that may be measured."""
        self.left += work
        return self.mended(e)

    def mended(self, e: Expression, depth: int = DEPTH) -> Expression:
        """Return a form of the formula each part of which loses as little as was found."""
        found = self._known.get((e, depth))
        if found is None:
            found = self._known[e, depth] = self._mended(e, depth)
        return found

    def _mended(self, e: Expression, depth: int) -> Expression:
        inner = children(e)
        if not inner or isinstance(e, Compare | Logic) or not variables(e):
            return e
        new = with_children(e, tuple(self.mended(part, depth) for part in inner))
        if is_choice(e):
            return new
        if isinstance(new, Add) and size_of(new) <= FEW and self.parts.lost(new, e):
            new = self._term_by_term(new)
        best, lost = new, self.parts.lost(new, e)
        if lost and new != e and self.parts.lost(e, e) < lost:
            best, lost = e, self.parts.lost(e, e)
        if not lost or not depth or not self._is_at_fault(e):
            return best
        best, lost = self._best((best, lost), e, tuple(dict.fromkeys((new, e))))
        if lost and best not in (e, new):
            again = self.mended(best, depth - 1)
            if self.parts.lost(again, e) < lost:
                best = again
        if best not in (e, new):
            self.known[e] = best
        return best

    def _term_by_term(self, e: Expression) -> Expression:
        """Return a sum in which some terms together have a form that loses less of their value."""
        for _ in range(STEPS):
            for old, form, whole in islice(of_some_terms(e), MOST):
                lost = self.parts.lost(old, old)
                if lost and self.left > 0:
                    self.left -= 1
                    if self.parts.lost(form, old) < lost:
                        e = whole
                        break
            else:
                break
        return e

    def _is_at_fault(self, e: Expression) -> bool:
        """Tell whether a part loses digits itself, or directly above one that does."""
        but = self.parts.beyond(e)
        return any(self.parts.loses(part, but) for part in (e, *children(e)))

    def _best(
        self, found: tuple[Expression, float], e: Expression, seeds: Sequence[Expression]
    ) -> tuple[Expression, float]:
        """Return the form of a part that loses least, and what it loses."""
        best, lost = found
        there = self.known.get(e)
        if there is not None and self.parts.lost(there, e) < lost:
            best, lost = there, self.parts.lost(there, e)
        for form in islice((form for seed in seeds for form in from_table(seed)), MOST):
            if self.left <= 0 or not lost:
                break
            if size_of(form) > LARGEST:
                continue
            self.left -= 1
            less = self.parts.lost(form, e)
            if less < lost or (less == lost and effort_of(form) < effort_of(best)):
                best, lost = form, less
        return best, lost


__all__ = ["ByParts", "shortened"]
