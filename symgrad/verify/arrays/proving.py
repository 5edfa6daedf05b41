"""Whether array expressions are equal for all sizes: proved by rewriting, refuted by numbers."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass

from symgrad.derivation.arrays.points import Point, points
from symgrad.expression.arrays import build, leaves
from symgrad.expression.arrays.balls import Unknown
from symgrad.expression.arrays.folding import Folding
from symgrad.expression.arrays.forms import named_in, shortest
from symgrad.expression.arrays.spreading import distributed
from symgrad.expression.arrays.substitute import substituted
from symgrad.expression.arrays.tree import Array, walk
from symgrad.graph.arrays import ArrayGraph
from symgrad.verify.arrays.normal import vanishes
from symgrad.verify.arrays.words import cancels

_ENOUGH = 3


@dataclass(frozen=True)
class ArrayOutcome:
    """What is known of an equality: its status, and for a difference where it shows."""

    status: str
    text: str = ""
    yours: str = ""
    right: str = ""
    witness: tuple[tuple[str, str], ...] = ()
    point: Point | None = None
    points: int = 0


class Decider:
    """Decides equalities of expressions in the names of one graph."""

    def __init__(self, graph: ArrayGraph) -> None:
        self.graph = graph
        self.inner: dict[Array, Array] = {}
        for node in graph.ordered:
            variable = graph.variables[node.name]
            self.inner[variable] = substituted(graph.trees[node.name], self.inner)
        self.drawn = list(points(graph, {}))
        self.largest = max((n for point in self.drawn for _, n in point.sizes), default=3)
        self.fold = Folding((graph.variables[name], tree) for name, tree in graph.values).fold

    def shortest(self, x: Array) -> Array:
        """Return an expression as it is written best."""
        return shortest(x, self.fold)

    def decide(
        self, yours: Array, right: Array, limit: float, *, kinks: bool = False
    ) -> ArrayOutcome:
        """Return whether two expressions of one shape are equal.

        `yours` is what the author wrote; with `kinks` the two may differ where a condition changes,
        as derivatives do that have no value there. Numbers come first: what differs at a point is
        refuted, and never tried to be proved.
        """
        found, seen = self.refuted(yours, right, self.drawn)
        if not seen and found is None:
            found, seen = self.refuted(yours, right, points(self.graph, {}, positive=True))
        if found is not None:
            return found
        deadline = time.process_time() + limit
        expanded = self.expanded(yours), self.expanded(right)
        named = named_in(yours, self.fold, {}), named_in(right, self.fold, {})
        for a, b in ((yours, right), named, expanded, tuple(map(_mirrored, (yours, right)))):
            difference = build.sub(a, b)
            if leaves.is_zero(difference) or leaves.is_zero(distributed(difference)):
                return ArrayOutcome("proved", "equal for all sizes")
            if vanishes(difference, deadline, kinks=kinks):
                return ArrayOutcome("proved", "equal for all sizes")
        if cancels(build.sub(*expanded), deadline):
            return ArrayOutcome("proved", "equal for all sizes")
        if seen >= _ENOUGH:
            text = f"equal at {seen} points of sizes up to {self.largest}, not proved"
            return ArrayOutcome("agrees", text, points=seen)
        return ArrayOutcome("undecided", "neither proved nor refuted")

    def refuted(
        self, yours: Array, right: Array, drawn: Iterable[Point]
    ) -> tuple[ArrayOutcome | None, int]:
        """Return a refutation where there is one, and at how many points both have a value."""
        seen = 0
        for point in drawn:
            try:
                found = self.difference(yours, right, point)
            except (Unknown, ZeroDivisionError, ValueError, IndexError):
                continue
            if found is not None:
                return found, seen
            seen += 1
        return None, seen

    def expanded(self, x: Array) -> Array:
        """Return an expression in the inputs alone."""
        return substituted(x, self.inner)

    def difference(self, yours: Array, right: Array, point: Point) -> ArrayOutcome | None:
        """Return the refutation that a point is, or None where the values may be equal."""
        a, b = point.evaluator.value(yours), point.evaluator.value(right)
        rows, columns = point.evaluator.shape(right)
        for i in range(rows):
            for j in range(columns):
                one, two = a[i][j], b[i][j]
                if not one.is_finite() or not two.is_finite():
                    raise Unknown
                if not one.overlaps(two):
                    at = _entry(right, i, j)
                    mine, theirs = _shown(one), _shown(two)
                    sizes = ", ".join(f"{name} = {value}" for name, value in point.sizes)
                    where = f" at {sizes}" if sizes else ""
                    text = (
                        f"{at or 'the value'} is {mine} as written and {theirs} by the graph{where}"
                    )
                    return ArrayOutcome("refuted", text, mine, theirs, _witness(point), point)
        return None


def _mirrored(x: Array) -> Array:
    """Return an expression with 1 − σ(z) for σ(−z), and 1 − tanh²(z) for 1/cosh²(z)."""
    found = {
        part: build.sub(leaves.ONE, build.fn("sigmoid", build.neg(part.args[0])))
        for part in walk(x)
        if part.op == "fn" and part.data == "sigmoid" and _is_negative(part.args[0])
    }
    for part in walk(x):
        if part.op == "pow" and part.args[0].data == "cosh" and part.args[1].op == "num":
            times = part.args[1].value / -2
            if times > 0 and times.denominator == 1:
                tangent = build.fn("tanh", part.args[0].args[0])
                inner = build.sub(leaves.ONE, build.pow_(tangent, leaves.TWO))
                found[part] = build.pow_(inner, leaves.num(times))
    return substituted(x, found) if found else x


def _is_negative(x: Array) -> bool:
    return x.op == "mul" and x.args[0].op == "num" and x.args[0].value < 0


def _entry(x: Array, i: int, j: int) -> str:
    if not x.shape:
        return ""
    return f"entry {i + 1}" if len(x.shape) == 1 else f"entry ({i + 1}, {j + 1})"


def _shown(value) -> str:  # type: ignore[no-untyped-def]  # noqa: ANN001
    return f"{float(value.mid()):.6g}"


def _witness(point: Point) -> tuple[tuple[str, str], ...]:
    found = [(name, str(value)) for name, value in point.sizes]
    for name, grid in point.inputs.items():
        rows = [", ".join(map(str, row)) for row in grid]
        found.append((name, f"[{'; '.join(rows)}]" if len(rows) > 1 or "," in rows[0] else rows[0]))
    return tuple(found)
