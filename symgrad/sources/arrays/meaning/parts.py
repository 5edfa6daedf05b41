"""Entries and parts of arrays, sums over an index, arrays joined."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import cast

from symgrad.expression.arrays import build
from symgrad.expression.arrays.size import Size, whole
from symgrad.expression.arrays.tree import Array
from symgrad.sources.arrays.indices import Indexed
from symgrad.sources.arrays.meaning.base import ANY, Value
from symgrad.sources.arrays.meaning.powers import Powers
from symgrad.sources.arrays.meaning.sums import resized
from symgrad.sources.arrays.tokens import Syntax


class Parts(Powers):
    """Gives indices, ranges and what is stacked their meaning."""

    def _index(self, x: Syntax) -> Value:
        base = self.value(x.args[0])
        if isinstance(base, Indexed):
            raise self.fault("an entry has no further index", x)
        if self.claims and len(x.args) == 2 and len(base.shape) == 2 and x.args[1].kind == "name":
            return self.indices.entry(base, self.line(base, str(x.args[1].data)), self, x)
        if len(x.args) - 1 != len(base.shape):
            raise self.fault(
                f"`{self.written(x)}`: {self.shown(base)} has {len(base.shape)} "
                f"{'index' if len(base.shape) == 1 else 'indices'}, not {len(x.args) - 1}",
                x,
            )
        if any(part.kind in {"slice", "num"} for part in x.args[1:]):
            return self.sliced(base, x)
        letters = []
        for part in x.args[1:]:
            if part.kind != "name":
                raise self.fault(f"`{self.written(part)}` is no index", part)
            letters.append(str(part.data))
        return self.indices.entry(base, tuple(letters), self, x)

    def sliced(self, base: Array, x: Syntax) -> Array:
        """Return a part of an array: x[2:n] from 1, both ends in; x[3] is one entry."""
        made = base
        lost = []
        for axis, part in enumerate(x.args[1:]):
            total = base.shape[axis]
            if part.kind != "slice":
                at = self.size(part)
                made = build.part_of(made, axis, at - whole(1), at)
                lost.append(axis)
                continue
            has_low, has_high = part.data if isinstance(part.data, tuple) else (False, False)
            low = self.size(part.args[0]) if has_low else whole(1)
            high = self.size(part.args[-1]) if has_high else total
            made = build.part_of(made, axis, low - whole(1), high)
        for axis in reversed(lost):
            made = build.sum_(made, axis if len(made.shape) == 2 else None)
        return made

    def size(self, x: Syntax) -> Size:
        """Return a piece as a size."""
        if x.kind == "num" and isinstance(x.data, Fraction) and x.data.denominator == 1:
            return whole(int(x.data))
        if x.kind == "name" and str(x.data) in self.sizes:
            return self.sizes[str(x.data)]
        if x.kind in {"juxt", "mul"} and x.args[0].kind == "num":
            factor = cast("Fraction", x.args[0].data)
            if factor.denominator == 1:
                return self.size(x.args[1]).times(int(factor))
        if x.kind in {"add", "sub"}:
            left, right = map(self.size, x.args)
            return left + right if x.kind == "add" else left - right
        raise self.fault(f"`{self.written(x)}` is no size", x)

    def _total(self, x: Syntax) -> Value:
        letters = cast("tuple[str, ...]", x.data)
        if len(x.args) > 1:
            last = str(x.args[1].data).partition(":")[2]
            self.runs |= {letters[0]: self.sizes[last]} if last in self.sizes else {}
        self.indices.summed += letters
        body = self.value(x.args[0])
        self.indices.summed = self.indices.summed[: -len(letters)]
        if len(x.args) > 1:
            self.check_range(letters[0], str(x.args[1].data), x)
        return self.indices.total(body, letters, self, x)

    def check_range(self, letter: str, written: str, x: Syntax) -> None:
        """Refuse a sum that does not run over all of an axis; a last index of no meaning is all."""
        low, _, high = written.partition(":")
        size = self.indices.ranges.get(letter)
        found = re.fullmatch(r"(\w+?)(?:([+-])(\d+))?", high)
        last: Size | None = None
        if found is not None and (found[1] in self.sizes or found[1].isdecimal()):
            last = self.sizes.get(found[1]) or whole(int(found[1]))
            shift = whole(int((found[2] or "+") + (found[3] or "0")))
            last = last + shift + whole(low == "0")
        known = last is not None or (found is not None and found[3] is None) or not high
        if low not in {"0", "1"} or not known or (last is not None and size not in {None, last}):
            raise self.fault(f"`{letter}` runs over {size} here, not over {written}", x)

    def _slice(self, x: Syntax) -> Value:
        raise self.fault(f"`{self.written(x)}` is a range, not a value", x)

    def _stack(self, x: Syntax) -> Value:
        if x.data == 1:
            return self.beside(x)
        parts = [self.array(part) for part in x.args]
        if self.claims and any(len(part.shape) == 1 for part in parts):
            parts = [build.filled(part, (whole(1),)) for part in parts]
        for part, piece in zip(parts, x.args, strict=True):
            if not part.shape:
                raise self.fault(
                    f"`{self.written(piece)}` is a number; what is stacked is arrays", piece
                )
            if part.shape[1:] != parts[0].shape[1:] or len(part.shape) != len(parts[0].shape):
                raise self.fault(
                    f"`{self.written(x)}`: {self.shown(parts[0])} on {self.shown(part)}",
                    x,
                )
        return build.stack(parts)

    def beside(self, x: Syntax) -> Array:
        """Return [A, B]: matrices beside one another; v1ᵀ is one column there."""
        parts = [value for value in map(self.value, x.args) if isinstance(value, Array)]
        parts = [resized(p, (p.shape[0], whole(1))) if ANY in p.shape else p for p in parts]
        rows = {part.shape[0] for part in parts if len(part.shape) == 2}
        flat = any(len(part.shape) != 2 for part in parts)
        if len(rows) != 1 or flat or len(parts) < len(x.args):
            shapes = ", ".join(self.shown(part) for part in parts)
            raise self.fault(f"`{self.written(x)}`: {shapes} cannot stand side by side", x)
        return build.stack(parts, 1)
