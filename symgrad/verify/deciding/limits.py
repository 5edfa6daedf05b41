"""The bounds that keep every decision finite, and the exceptions that end one."""

from __future__ import annotations

import time
from collections.abc import Mapping

from symgrad.expression.identity import parts_first
from symgrad.expression.tree import Expression, Var, children, substitute

MAX_NODES = 20_000
MAX_DEPTH = 160
MAX_BITS = 8_000
MAX_TERMS = 20_000
MAX_REGIONS = 128
MAX_SPLITS = 10
MAX_EXPONENT = 2_000


class Stop(Exception):
    """The decision cannot go on; what is open stays open."""


class OutOfTime(Stop):
    """The deadline has passed."""


class TooLarge(Stop):
    """A polynomial, a power or a table would grow beyond its bound."""


class Unsupported(Stop):
    """The expression holds something that has no meaning here."""


class Clock:
    """A deadline in seconds that this process has computed: a busy machine changes no verdict."""

    __slots__ = ("deadline",)

    def __init__(self, deadline: float) -> None:
        self.deadline = deadline

    def check(self) -> None:
        """Raise `OutOfTime` when the deadline has passed."""
        if time.process_time() > self.deadline:
            raise OutOfTime

    def share(self, fraction: float) -> Clock:
        """Return a clock that stops after a fraction of the time that is left."""
        now = time.process_time()
        return Clock(now + max(0.0, self.deadline - now) * fraction)


def distinct_parts(*expressions: Expression) -> tuple[Expression, ...]:
    """Return every part once by identity, parts before the wholes that hold them.

    Raises:
        TooLarge: when there are more than `MAX_NODES` parts or `MAX_DEPTH` levels.
    """
    order = parts_first(expressions, children, most=MAX_NODES, deepest=MAX_DEPTH)
    if order is None:
        raise TooLarge
    return order


def substituted(expression: Expression, values: Mapping[str | int, Expression]) -> Expression:
    """Return the expression with names replaced. Raises TooLarge like `distinct_parts`."""
    distinct_parts(expression)
    return substitute(expression, values)


def names_in(*expressions: Expression) -> tuple[str | int, ...]:
    """Return every name once, parts before the wholes that hold them. Raises TooLarge."""
    parts = distinct_parts(*expressions)
    return tuple(dict.fromkeys(part.key for part in parts if isinstance(part, Var)))
