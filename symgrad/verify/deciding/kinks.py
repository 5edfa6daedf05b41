"""Certified values at a point, and whether the point lies exactly where a switch is thrown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from symgrad.expression.certified import fmpq
from symgrad.expression.certified_values import CERTIFIED, Value, certified, is_numeric, is_zero
from symgrad.expression.evaluate import Evaluator
from symgrad.expression.functions import record
from symgrad.expression.tree import Call, Expression

_SHIFTS = (1, -7, 12)


class KinkWatch(Evaluator[Value]):
    """Evaluates at one point; `on_kink` tells whether a switch was hit exactly.

    A switch whose sides are equal around the point too is none there.
    """

    __slots__ = ("on_kink",)

    def __init__(self, point: Mapping[str | int, Value]) -> None:
        super().__init__(CERTIFIED, point)
        self.on_kink = False

    def compared(self, relation: str, left: Expression, right: Expression) -> bool:
        """Tell whether a relation holds, and note where it turns."""
        if is_zero(self.value(left) - self.value(right)) and left != right:
            self._touch(left, right)
        return bool(super().compared(relation, left, right))

    def called(self, call: Call) -> Value:
        """Return the value of a function, and note where it jumps."""
        row = record(call.function)
        if row.jumps and row.switches is not None:
            for switch in row.switches(call.arguments):
                if is_zero(self.value(switch)):
                    self._touch(switch)
        return super().called(call)

    def _touch(self, *sides: Expression) -> None:
        if not self.on_kink and not all(is_numeric(side) for side in sides):
            self.on_kink = not all(self._still_equal(sides, shift) for shift in _SHIFTS)

    def _still_equal(self, sides: Sequence[Expression], shift: int) -> bool:
        moved = {
            key: value + fmpq(shift * (index + 3) ** 2 + index, 10**6)
            for index, (key, value) in enumerate(self.names.items())
        }
        nearby = certified(moved)
        try:
            values = [nearby.value(side) for side in sides]
        except ArithmeticError:
            return False
        return is_zero(values[0] - values[1] if len(values) == 2 else values[0])
