"""Loops of C: sums in several lanes, columns added row after row, what a row shares once a row."""

from __future__ import annotations

from symgrad.expression.arrays import leaves
from symgrad.expression.arrays.print_numpy import bare
from symgrad.expression.arrays.size import Size
from symgrad.expression.arrays.tree import Array, walk
from symgrad.targets.arrays.fusing import fused
from symgrad.targets.arrays.loop_lines import extent
from symgrad.targets.arrays.loops import CALLED, Index, Loops

LANES = 16
_LOOP = "for (size_t {{i}} = {}; {{i}} < {}; {{i}}{}) {{{{"
_OPEN = frozenset(("add", "mul", "pow", "fn"))  # what is looked into for parts that a row shares
_PLAIN = frozenset(("name", "num", "const", "size", "ones", "zeros", "add", "mul", "expand", "T"))
_SIMPLE = frozenset(("name", "num", "const", "size", "ones", "zeros"))


class CLoops(Loops):
    """Loops that a compiler vectorises without leave to change the order of sums."""

    def fill(self, name: str, x: Array) -> None:
        """Write an expression into an array."""
        self.filled.add(name)
        if x.op in CALLED and not self.is_outer(x):
            super().fill(name, x)
            return
        prepared = self.prepared(x)
        outer = tuple(self.open(size) for size in x.shape[:-1])
        prepared = self.lifted(prepared, outer)
        index = (*outer, self.open(x.shape[-1]))
        self.put(name, self.at(index, x.shape), self.value(prepared, index))
        self.end(len(index))

    def finish(self) -> None:
        """Join loops over the same rows."""
        names = {*self.filled, *(name for name, _ in self.arrays)}
        self.lines, self.arrays = fused(self.lines, self.arrays, names)

    # What a row shares ----------------------------------------------------------------------------

    def lifted(self, x: Array, outer: Index) -> Array:
        """Return an expression whose parts that the innermost loop leaves alone have names."""
        if _is_fixed(x):
            return self.shared(x, outer)
        if x.op not in _OPEN or x.data in {"where", "step"}:
            return x
        parts = x.args
        if x.op == "mul":
            fixed = [part for part in parts if _is_fixed(part)]
            if fixed and (len(fixed) > 1 or not _divides(fixed[0]) or _is_length(fixed[0])):
                factor = fixed[0] if len(fixed) == 1 else Array("mul", tuple(fixed), None, x.shape)
                rest = [part for part in parts if not _is_fixed(part)]
                parts = (self.shared(factor, outer), *rest)
        elif x.op == "pow":
            parts = (self.lifted(x.args[0], outer), x.args[1])
            return Array(x.op, parts, x.data, x.shape, x.facts)
        made = tuple(part if part.op == "name" else self.lifted(part, outer) for part in parts)
        return Array(x.op, made, x.data, x.shape, x.facts)

    def shared(self, x: Array, outer: Index) -> Array:
        """Return a name for a number that a row shares; one that needs no name stays."""
        if x.op in _SIMPLE or not any(part.op in {"name", "size"} for part in walk(x)):
            return x
        name = self.fresh("f")
        value = self.value(x, (*outer, "0"))
        self.line(self.spelling.scalar.format(name=name, value=bare(value)))
        return leaves.name(name, ())

    # Sums -----------------------------------------------------------------------------------------

    def _sum_value(self, x: Array) -> str:
        inner = self.prepared(x.args[0])
        total = self.fresh("s")
        self.line(self.spelling.scalar.format(name=total, value="0.0"))
        outer = tuple(self.open(size) for size in inner.shape[:-1])
        self.add_up(total, self.lifted(inner, outer), outer, inner.shape[-1])
        self.end(len(outer))
        return total

    def _sum_into(self, name: str, x: Array) -> None:
        inner = self.prepared(x.args[0])
        if x.along == 0:
            self.add_rows(name, inner)
            return
        row = self.open(x.shape[0])
        total = self.fresh("s")
        self.line(self.spelling.scalar.format(name=total, value="0.0"))
        self.add_up(total, self.lifted(inner, (row,)), (row,), inner.shape[1])
        self.put(name, row, total)
        self.end()

    def add_rows(self, name: str, x: Array) -> None:
        """Write the sums of columns, row after row: memory is read in its order."""
        self.put(name, self.open(x.shape[1]), "0.0")
        self.end()
        row = self.open(x.shape[0])
        lifted = self.lifted(x, (row,))
        column = self.open(x.shape[1])
        self.line(f"{name}[{column}] += {self.value(lifted, (row, column))};")
        self.end(2)

    def add_up(self, total: str, x: Array, outer: Index, length: Size) -> None:
        """Add the entries along the last axis to a number, in lanes where they need no calls."""
        begin = "0"
        short = not length.terms and length.constant < LANES
        if not short and all(part.op in _PLAIN or _is_square(part) for part in walk(x)):
            begin = f"{extent(length)}/{LANES}*{LANES}"
            self.add_lanes(total, x, outer, length)
        at = self.open(length, _LOOP.format(begin, "{n}", "++"))
        self.line(f"{total} += {self.value(x, (*outer, at))};")
        self.end()

    def add_lanes(self, total: str, x: Array, outer: Index, length: Size) -> None:
        """Add all entries that fill whole lanes."""
        lanes = self.fresh("lanes")
        self.line(f"double {lanes}[{LANES}] = {{0.0}};")
        end = f"{extent(length)}/{LANES}*{LANES}"
        at = self.open(length, _LOOP.format(0, end, f" += {LANES}"))
        lane = self.open(length, _LOOP.format(0, LANES, "++"))
        place = f"{at} + {lane}"
        place = f"({place})" if any(part.op == "T" for part in walk(x)) else place
        self.line(f"{lanes}[{lane}] += {self.value(x, (*outer, place))};")
        self.end(2)
        lane = self.open(length, _LOOP.format(0, LANES, "++"))
        self.line(f"{total} += {lanes}[{lane}];")
        self.end()


def _is_fixed(x: Array) -> bool:
    """Tell whether an expression has one value along the last axis."""
    return not x.shape or (x.op == "expand" and x.along == 0)


def _divides(x: Array) -> bool:
    return x.op == "pow" and x.args[1].op == "num" and x.args[1].value < 0


def _is_length(x: Array) -> bool:
    """Tell whether an expression is 1/n, whose rounding is harmless: no size is near zero."""
    return x.op == "pow" and x.args[0].op == "size"


def _is_square(x: Array) -> bool:
    return x.op == "pow" and x.args[1] == leaves.TWO
