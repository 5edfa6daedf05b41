"""Array formulas as plain loops over flat arrays, row by row, for languages without arrays.

A matrix is a flat array, its entry [i, j] at i*columns + j. Operations of each entry are loops
around one expression; products, linear systems and softmax are calls of helpers that every file
brings along. A language says how these are spelled.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

from symgrad.expression.arrays import build, leaves
from symgrad.expression.arrays.print_numpy import bare, identifier
from symgrad.expression.arrays.quotients import quotient_of
from symgrad.expression.arrays.size import UNIT, Size
from symgrad.expression.arrays.tree import Array
from symgrad.targets.arrays.elementary import Elementary, closed
from symgrad.targets.arrays.loop_lines import LoopLines, Spelling, extent

CALLED = frozenset(
    ("chain", "inv", "det", "logdet", "softmax", "lse", "sum", "most", "least", "trace")
)
Index = tuple[str, ...]


class Loops(LoopLines):
    """Writes the body of one function."""

    def __init__(
        self, spelling: Spelling, functions: Elementary, taken: Sequence[str], indent: int = 1
    ) -> None:
        super().__init__(spelling, taken, indent)
        self.spelled = functions.call
        self.known: dict[bytes, str] = {}
        self.used: set[str] = set()
        self.filled: set[str] = set()

    # Statements -----------------------------------------------------------------------------------

    def define(self, name: str, x: Array, *, given: bool = False) -> None:
        """Write the assignment of an expression; the array is there already where it is `given`."""
        if not x.shape:
            self.line(self.spelling.scalar.format(name=name, value=bare(self.number(x))))
            return
        if not given:
            self.declare(name, x.shape)
        self.fill(name, x)
        self.known.setdefault(x.key, name)

    def fill(self, name: str, x: Array) -> None:
        """Write an expression into an array."""
        if x.op in CALLED and not self.is_outer(x):
            getattr(self, f"_{x.op}_into")(name, x)
            return
        prepared = self.prepared(x)
        index = tuple(self.open(size) for size in x.shape)
        self.put(name, self.at(index, x.shape), self.value(prepared, index))
        self.end(len(index))

    @staticmethod
    def at(index: Index, shape: tuple[Size, ...]) -> str:
        """Return the place of an entry in the flat array."""
        if len(index) == 1:
            return index[0]
        return f"{index[0]}*{extent(shape[1])} + {index[1]}"

    def prepared(self, x: Array) -> Array:
        """Compute every part that is not an expression of one entry; return what is left."""
        if x.op == "name" or not x.args:
            return x
        if x.op in CALLED and not self.is_outer(x):
            return self.computed(x)
        if x.op == "expand" and x.args[0].op != "name":
            inner = self.computed(x.args[0])
            return Array("expand", (inner,), x.data, x.shape)
        parts = tuple(self.prepared(part) for part in x.args)
        if all(a is b for a, b in zip(parts, x.args, strict=True)):
            return x
        return Array(x.op, parts, x.data, x.shape, x.facts)

    def computed(self, x: Array) -> Array:
        """Return a name for an expression, computed here where it is not yet."""
        if x.op == "name":
            return x
        name = self.known.get(x.key)
        if name is None:
            name = self.fresh("t")
            if x.shape and UNIT in x.shape:
                x = build.transposed(x)
            if x.shape:
                self.declare(name, x.shape)
                self.fill(name, x)
            else:
                value = bare(self.number(x))
                if value.isidentifier():
                    name = value
                else:
                    self.line(self.spelling.scalar.format(name=name, value=value))
            self.known[x.key] = name
        return leaves.name(name, x.shape)

    def number(self, x: Array) -> str:
        """Return the code of a number, after what it needs has been computed."""
        if x.op in CALLED:
            result: str = getattr(self, f"_{x.op}_value")(x)
            return result
        return self.value(self.prepared(x), ())

    # Entries --------------------------------------------------------------------------------------

    def value(self, x: Array, at: Index) -> str:
        """Return the code of one entry."""
        if not x.shape and x.op in CALLED:
            return self.number(x)
        return str(getattr(self, f"_{x.op}")(x, at if x.shape else ()))

    def literal(self, value: Fraction) -> str:
        """Return the code of an exact number."""
        return repr(float(value))

    def _num(self, x: Array, at: Index) -> str:
        del at
        text = self.literal(x.value)
        return f"({text})" if x.value < 0 else text

    def _const(self, x: Array, at: Index) -> str:
        del at
        return {"pi": "3.141592653589793", "e": "2.718281828459045"}[x.text]

    def _size(self, x: Array, at: Index) -> str:
        del at
        return self.spelling.size.format(extent(x.length))

    def _name(self, x: Array, at: Index) -> str:
        word = identifier(x.text)
        return f"{word}[{self.at(at, x.shape)}]" if x.shape else word

    def _ones(self, x: Array, at: Index) -> str:
        del x, at
        return "1.0"

    def _zeros(self, x: Array, at: Index) -> str:
        del x, at
        return "0.0"

    def _eye(self, x: Array, at: Index) -> str:
        del x
        return self.chosen(f"{at[0]} {self.spelling.equal} {at[1]}", "1.0", "0.0")

    def _add(self, x: Array, at: Index) -> str:
        made = ""
        for part in x.args:
            text = self.value(part, at)
            if not made:
                made = text
            elif text.startswith("-"):
                made += f" - {text[1:]}"
            else:
                made += f" + {text}"
        return f"({made})"

    def _mul(self, x: Array, at: Index) -> str:
        q = quotient_of(x, means=False)
        above = [self.value(part, at) for part in q.above] or ["1.0"]
        made = "*".join(above)
        if q.below:
            below = "*".join(self.value(part, at) for part in q.below)
            made = f"{made}/{closed(below)}"
        return f"-{made}" if q.negative else made

    def _pow(self, x: Array, at: Index) -> str:
        base, exponent = x.args
        if exponent.op == "num" and exponent.value < 0:
            below = self.value(build.pow_(base, build.neg(exponent)), at)
            return f"(1.0/{closed(below)})"
        inner = self.value(base, at)
        if exponent == leaves.HALF:
            return self.spelled("sqrt", [inner])
        if exponent == leaves.TWO and (base.op == "name" or inner.replace(".", "").isalnum()):
            return f"({inner}*{inner})"
        if exponent == leaves.TWO:
            self.used.add("square")
            return self.spelling.square.format(bare(inner))
        return self.spelling.power.format(inner, self.value(exponent, at))

    def chosen(self, condition: str, one: str, other: str) -> str:
        """Return a choice between two values."""
        return f"({self.spelling.choice.format(c=condition, a=one, b=other)})"

    def _fn(self, x: Array, at: Index) -> str:
        if x.data == "step":
            return self.chosen(self.value(x.args[0], at), "1.0", "0.0")
        if x.data == "where":
            condition, one, other = (self.value(part, at) for part in x.args)
            if x.args[0].op not in {"cmp", "logic"}:
                condition = f"{condition} {self.spelling.unequal} 0.0"
            return self.chosen(condition, one, other)
        return self.spelled(x.text, [self.value(part, at) for part in x.args])

    def _cmp(self, x: Array, at: Index) -> str:
        left, right = (self.value(part, at) for part in x.args)
        signs = {"==": self.spelling.equal, "!=": self.spelling.unequal}
        return f"{left} {signs.get(x.text, x.text)} {right}"

    def _logic(self, x: Array, at: Index) -> str:
        parts = [f"({self.value(part, at)})" for part in x.args]
        if x.data == "not":
            return self.spelling.opposite.format(parts[0])
        return (self.spelling.both if x.data == "and" else self.spelling.either).join(parts)

    def _T(self, x: Array, at: Index) -> str:  # noqa: N802
        return self.value(x.args[0], tuple(reversed(at)))

    def _expand(self, x: Array, at: Index) -> str:
        return self.value(x.args[0], (at[x.along],))

    def _diag(self, x: Array, at: Index) -> str:
        same = f"{at[0]} {self.spelling.equal} {at[1]}"
        return self.chosen(same, self.value(x.args[0], at[:1]), "0.0")

    def _diagonal(self, x: Array, at: Index) -> str:
        return self.value(x.args[0], (at[0], at[0]))

    def _slice(self, x: Array, at: Index) -> str:
        axis, start, _ = x.cut
        return self.value(x.args[0], self.moved(at, axis, start, "+"))

    def moved(self, at: Index, axis: int, start: Size, sign: str) -> Index:
        """Return an index moved along an axis."""
        if start == Size():
            return at
        moved = f"({at[axis]} {sign} {extent(start)})"
        return tuple(moved if i == axis else k for i, k in enumerate(at))

    def _pad(self, x: Array, at: Index) -> str:
        axis, start, _ = x.cut
        inner = x.args[0]
        stop = extent(start + inner.shape[axis])
        within = f"{at[axis]} < {stop}"
        if start != Size():
            within = f"{at[axis]} >= {extent(start)}{self.spelling.both}{within}"
        return self.chosen(within, self.value(inner, self.moved(at, axis, start, "-")), "0.0")

    def _stack(self, x: Array, at: Index) -> str:
        axis = x.along
        stops: list[tuple[Size, Size]] = []
        begin = Size()
        for part in x.args:
            stops.append((begin, begin + part.shape[axis]))
            begin += part.shape[axis]
        made = self.value(x.args[-1], self.moved(at, axis, stops[-1][0], "-"))
        for part, (start, stop) in reversed(list(zip(x.args[:-1], stops[:-1], strict=True))):
            entry = self.value(part, self.moved(at, axis, start, "-"))
            made = self.chosen(f"{at[axis]} < {extent(stop)}", entry, made)
        return made

    # Products -------------------------------------------------------------------------------------

    @staticmethod
    def outer_parts(x: Array) -> tuple[Array, Array] | None:
        """Return u and v where a product is uvᵀ, or None."""
        if x.op != "chain" or len(x.shape) != 2 or UNIT in x.shape:
            return None
        for i, part in enumerate(x.args[:-1]):
            if build.right_of(part) == UNIT:
                left = build.chain(*x.args[: i + 1])
                return left, build.transposed(build.chain(*x.args[i + 1 :]))
        return None

    def is_outer(self, x: Array) -> bool:
        """Tell whether a product is that of two names, of which every entry is one expression."""
        found = self.outer_parts(x)
        return found is not None and all(part.op == "name" for part in found)

    def _chain(self, x: Array, at: Index) -> str:
        found = self.outer_parts(x)
        if found is None:
            raise AssertionError(x)
        return f"{self.value(found[0], at[:1])}*{self.value(found[1], at[1:])}"

    def operand(self, x: Array) -> tuple[str, bool]:
        """Return the array of a factor, and whether its transpose is meant."""
        if x.op == "T" and len(x.args[0].shape) == 2:
            return identifier(self.computed(x.args[0]).text), True
        inner = x.args[0] if x.op == "T" else x
        return identifier(self.computed(inner).text), False

    def _chain_into(self, name: str, x: Array) -> None:
        outer = self.outer_parts(x)
        if outer is not None:
            u, v = (self.computed(part) for part in outer)
            self.fill(name, build.chain(u, build.transposed(v)))
            return
        first, rest = x.args[0], x.args[1:]
        core = first.args[0] if first.op == "T" and first.args[0].op == "inv" else first
        if core.op == "inv" and rest:
            matrix, turned = self.operand(core.args[0])
            right = build.chain(*rest) if len(rest) > 1 else rest[0]
            source, _ = self.operand(self.computed(right))
            columns = build.right_of(right)
            turned = turned != (core is not first)
            size = first.shape[0]
            self.helper("solve", extent(size), self.unit(columns), matrix,
                        turned, source, self.space(size), name)  # fmt: skip
            return
        if len(x.args) > 2:
            right_first = len(x.shape) == 1
            parts = (
                (x.args[0], build.chain(*x.args[1:]))
                if right_first
                else (build.chain(*x.args[:-1]), x.args[-1])
            )
        else:
            parts = (x.args[0], x.args[1])
        self.product(name, *parts)

    def product(self, name: str, a: Array, b: Array) -> None:
        """Write the product of two arrays."""
        left, a_turned = self.operand(a)
        right, b_turned = self.operand(b)
        m, k, n = build.left_of(a), build.right_of(a), build.right_of(b)
        self.helper("matmul", self.unit(m), self.unit(k), self.unit(n),
                    left, a_turned, right, b_turned, name)  # fmt: skip

    def unit(self, size: Size) -> str:
        """Return the code of a size, 1 for the axis that a vector lacks."""
        return "1" if size == UNIT else extent(size)

    def helper(self, function: str, *arguments: str | bool) -> None:
        """Call a helper that fills an array; truths are 0 and 1."""
        self.line(self.helped(function, *arguments) + (";" if self.spelling.close else ""))

    def helped(self, function: str, *arguments: str | bool) -> str:
        """Return the call of a helper."""
        self.used.add(function)
        words = [str(int(a)) if isinstance(a, bool) else a.strip("()") for a in arguments]
        return self.spelling.call.format(name=function, arguments=", ".join(words))

    def _chain_value(self, x: Array) -> str:
        """Return a row times … times a column."""
        row = build.transposed(x.args[0])
        column = build.chain(*x.args[1:])
        return self._sum_value(Array("sum", (build.mul(row, column),), None, ()))

    def _inv_into(self, name: str, x: Array) -> None:
        matrix, turned = self.operand(x.args[0])
        size = extent(x.shape[0])
        identity = self.space(x.shape[0])
        self.fill(identity, leaves.eye(x.shape[0]))
        self.helper("solve", size, size, matrix, turned, identity, self.space(x.shape[0]), name)

    def _logdet_value(self, x: Array) -> str:
        matrix, _ = self.operand(x.args[0])
        size = x.args[0].shape[0]
        return self.helped("logdet", extent(size), matrix, self.space(size))

    def _det_value(self, x: Array) -> str:
        matrix, _ = self.operand(x.args[0])
        size = x.args[0].shape[0]
        return self.helped("det", extent(size), matrix, self.space(size))

    def space(self, size: Size) -> str:
        """Return a square array that a helper may write to."""
        name = self.fresh("t")
        self.declare(name, (size, size))
        return name

    # Sums and their like --------------------------------------------------------------------------

    def _sum_value(self, x: Array) -> str:
        inner = self.prepared(x.args[0])
        return self.folded(inner, None, "", lambda total, e: f"{total} + {e}", "0.0")

    def folded(
        self, inner: Array, axis: int | None, at: str, join: Callable[[str, str], str], start: str
    ) -> str:
        """Write the loop that joins the entries along an axis; return the name of the result."""
        total = self.fresh("s")
        self.line(self.spelling.scalar.format(name=total, value=start))
        loops = [
            i for i in range(len(inner.shape)) if axis is None or i == axis or len(inner.shape) == 1
        ]
        opened = {i: self.open(inner.shape[i]) for i in loops}
        index = tuple(opened.get(i, at) for i in range(len(inner.shape)))
        entry = self.value(inner, index)
        self.line(self.spelling.assign.format(left=total, right=join(total, entry)))
        self.end(len(loops))
        return total

    def _along(
        self,
        name: str,
        x: Array,
        join: Callable[[str, str], str],
        start: Callable[[Array, str], str],
    ) -> None:
        inner = self.prepared(x.args[0])
        at = self.open(x.shape[0])
        total = self.folded(inner, x.along, at, join, start(inner, at))
        self.put(name, at, total)
        self.end()

    def _sum_into(self, name: str, x: Array) -> None:
        self._along(name, x, lambda total, e: f"{total} + {e}", lambda _, __: "0.0")

    def first(self, inner: Array, axis: int | None, at: str) -> str:
        """Return the first entry along an axis."""
        if axis is None:
            return self.value(inner, ("0",) * len(inner.shape))
        return self.value(inner, tuple("0" if i == axis else at for i in range(2)))

    def _most_value(self, x: Array) -> str:
        function = "max" if x.op == "most" else "min"
        inner = self.prepared(x.args[0])
        return self.folded(
            inner, None, "", lambda total, e: self.spelled(function, [total, e]),
            self.first(inner, None, ""),
        )  # fmt: skip

    _least_value = _most_value

    def _most_into(self, name: str, x: Array) -> None:
        function = "max" if x.op == "most" else "min"
        self._along(
            name, x, lambda total, e: self.spelled(function, [total, e]),
            lambda inner, at: self.first(inner, x.along, at),
        )  # fmt: skip

    _least_into = _most_into

    def _trace_value(self, x: Array) -> str:
        inner = self.prepared(x.args[0])
        return self._sum_value(Array("sum", (build.diagonal(inner),), None, ()))

    def lines_of(self, x: Array) -> tuple[str, str, str, str]:
        """Return the array of what is summed in lines: its name, their number, length and step."""
        inner = x.args[0]
        name = identifier(self.computed(inner).text)
        if len(inner.shape) == 1:
            return name, "1", extent(inner.shape[0]), "0"
        rows, columns = map(extent, inner.shape)
        return (name, rows, columns, "1") if x.data == 1 else (name, columns, rows, "0")

    def _softmax_into(self, name: str, x: Array) -> None:
        source, count, length, by_row = self.lines_of(x)
        self.helper("softmax", count, length, by_row, source, name)

    def _lse_into(self, name: str, x: Array) -> None:
        source, count, length, by_row = self.lines_of(x)
        self.helper("logsumexp", count, length, by_row, source, name)

    def _lse_value(self, x: Array) -> str:
        source, count, length, by_row = self.lines_of(x)
        result = self.fresh("t")
        self.declare(result, (Size((), 1),))
        self.helper("logsumexp", count, length, by_row, source, result)
        return f"{result}[0]"
