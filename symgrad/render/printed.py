"""The formulas that are printed of a derivation, and the signs in them that need a word."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from symgrad.derivation.derivation import Derivation
from symgrad.expression.indicators import indicators_in
from symgrad.expression.tree import Call, Expression, size_of


def derived_formulas(d: Derivation) -> Iterator[Expression]:
    """Yield every formula that is printed of a derivation, without its local derivatives."""
    yield from (item.form.expression for item in d.sensitivity_list)
    yield from (merge.factor for merge in d.merges)
    yield from (form.expression for _, form in d.gradient_forms)


def printed_indicator(d: Derivation) -> Call | None:
    """Return the shortest indicator among equations and results, if there is one."""
    written = (node.formula.expression for node in d.graph.ordered if node.formula is not None)
    found = [item for e in chain(written, derived_formulas(d)) for item in indicators_in(e)]
    return min(found, key=size_of, default=None)
