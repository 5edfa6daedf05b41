"""NumPy expressions with shapes: products, broadcasting, slices, and functions by their rows."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NoReturn, cast

from symgrad.errors import Place, close_to
from symgrad.expression.arrays import build, leaves
from symgrad.expression.arrays.size import Size, shape_text, whole
from symgrad.expression.arrays.tree import Array
from symgrad.expression.functions import known_names, lookup
from symgrad.sources.arrays.refused import REFUSED
from symgrad.sources.problems import Fault, ShapesDoNotFit

Axes = tuple[Size | None, ...]


@dataclass(frozen=True, slots=True)
class PyValue:
    """An array as NumPy sees it: `axes` has None for an axis of length one, which `array` lacks."""

    array: Array
    axes: Axes


_COMPARE: dict[type, str] = {
    ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!=",
}  # fmt: skip


class NumpyReader:
    """Reads the expressions of one function."""

    def __init__(
        self,
        values: Mapping[str, PyValue],
        sizes: Mapping[str, Size],
        place: Callable[[ast.AST], Place],
        calls: Callable[[NumpyReader, ast.Call], PyValue],
    ) -> None:
        self.calls = calls
        self.values = values
        self.sizes = sizes
        self.place = place

    def fail(self, message: str, node: ast.AST, hint: str = "") -> NoReturn:
        """Raise a fault at a piece."""
        raise Fault(message, self.place(node), hint)

    def misfit(self, message: str, node: ast.AST, hint: str = "") -> NoReturn:
        """Raise the fault of shapes that do not fit."""
        raise Fault(message, self.place(node), hint, kind=ShapesDoNotFit)

    def fault(self, message: str, node: object, hint: str = "") -> Fault:
        """Return a fault at a piece, as index notation asks for."""
        return Fault(message, self.place(cast("ast.AST", node)), hint)

    def written(self, node: ast.AST) -> str:
        """Return a piece as it is written."""
        return ast.unparse(node)

    def value(self, node: ast.expr) -> PyValue:
        """Return the value of an expression."""
        reader = getattr(self, f"_{type(node).__name__}", None)
        if reader is None:
            self.fail(f"`{self.written(node)}` cannot be read here", node)
        return reader(node)  # type: ignore[no-any-return]

    def plain(self, node: ast.expr) -> Array:
        """Return the value of an expression that has no axis of length one."""
        found = self.value(node)
        if any(axis is None for axis in found.axes):
            self.fail(f"`{self.written(node)}` has an axis of length one here", node)
        return found.array

    # Leaves ---------------------------------------------------------------------------------------

    def _Constant(self, node: ast.Constant) -> PyValue:  # noqa: N802
        if isinstance(node.value, bool) or not isinstance(node.value, int | float):
            self.fail(f"`{node.value!r}` is not a number", node)
        text = repr(node.value)
        if len(text) > 60 or "inf" in text or "nan" in text:
            self.fail("this number is too long", node)
        return PyValue(leaves.num(Fraction(text)), ())

    def _Name(self, node: ast.Name) -> PyValue:  # noqa: N802
        found = self.values.get(node.id)
        if found is not None:
            return found
        if node.id in self.sizes:
            return PyValue(leaves.length(self.sizes[node.id]), ())
        if node.id == "pi":
            return PyValue(leaves.constant("pi"), ())
        hint = close_to(node.id, [*self.values, *self.sizes])
        return self.fail(f"unknown name `{node.id}`", node, hint)

    def _Attribute(self, node: ast.Attribute) -> PyValue:  # noqa: N802
        if isinstance(node.value, ast.Name) and node.value.id in {"np", "numpy", "math"}:
            if node.attr in {"pi", "e"}:
                return PyValue(leaves.constant(node.attr), ())
            self.fail(f"`{self.written(node)}` is no value", node)
        if node.attr in {"T", "mT"}:
            return self.turned(self.value(node.value))
        if node.attr == "size":
            return PyValue(build.count(self.plain(node.value).shape), ())
        return self.fail(f"`.{node.attr}` is not known here", node)

    def turned(self, x: PyValue) -> PyValue:
        """Return the transpose; of a vector, the vector."""
        if len(x.axes) < 2:
            return x
        axes = (x.axes[1], x.axes[0])
        return PyValue(x.array if None in axes else build.transposed(x.array), axes)

    def shape_tuple(self, node: ast.expr) -> tuple[Size, ...] | None:
        """Return the sizes that `X.shape` is, or None for anything else."""
        if isinstance(node, ast.Attribute) and node.attr == "shape":
            return self.plain(node.value).shape
        return None

    # Operators ------------------------------------------------------------------------------------

    def _UnaryOp(self, node: ast.UnaryOp) -> PyValue:  # noqa: N802
        inner = self.value(node.operand)
        if isinstance(node.op, ast.USub):
            return PyValue(build.neg(inner.array), inner.axes)
        if isinstance(node.op, ast.UAdd):
            return inner
        return self.fail(f"`{self.written(node)}` cannot be read here", node)

    def _BinOp(self, node: ast.BinOp) -> PyValue:  # noqa: N802
        left, right = self.value(node.left), self.value(node.right)
        if isinstance(node.op, ast.MatMult):
            return self.product(left, right, node)
        (a, b), axes = self.broadcast([left, right], node)
        match node.op:
            case ast.Add():
                made = build.add(a, b)
            case ast.Sub():
                made = build.sub(a, b)
            case ast.Mult():
                made = build.mul(a, b)
            case ast.Div():
                if leaves.is_zero(b):
                    self.fail("division by zero", node)
                made = build.div(a, b)
            case ast.Pow():
                made = self.power(a, b)
            case ast.BitAnd() | ast.BitOr():
                parts = [p.args[0] if p.op == "fn" and p.data == "step" else p for p in (a, b)]
                inner = build.logic("and" if isinstance(node.op, ast.BitAnd) else "or", parts)
                made = Array("fn", (inner,), "step", inner.shape)
            case _:
                self.fail(f"`{self.written(node)}` cannot be read here", node)
        return self.made(made, axes)

    def made(self, array: Array, axes: Axes) -> PyValue:
        """Return a value in the shape of its axes."""
        shape = tuple(size for size in axes if size is not None)
        return PyValue(build.filled(array, shape), axes)

    @staticmethod
    def power(a: Array, b: Array) -> Array:
        """Return a power of each entry."""
        if a.op == "const" and a.data == "e":
            return build.fn("exp", b)
        return build.pow_(build.filled(a, b.shape), b)

    def broadcast(self, parts: Sequence[PyValue], node: ast.AST) -> tuple[list[Array], Axes]:
        """Return arrays in one shape, by NumPy's rule, and the axes of the result."""
        order = max(len(part.axes) for part in parts)
        axes: list[Size | None] = [None] * order
        for part in parts:
            for i, size in enumerate(reversed(part.axes)):
                at = order - 1 - i
                if size is None:
                    continue
                if axes[at] is not None and axes[at] != size:
                    shapes = " and ".join(_axes_text(part.axes) for part in parts)
                    hint = ""
                    if (
                        len(parts) == 2
                        and len(parts[0].axes) == 2
                        and parts[0].axes == parts[1].axes[::-1]
                    ):
                        right = getattr(node, "right", None)
                        hint = f"`{self.written(right)}.T` would fit" if right is not None else ""
                    elif any(
                        len(p.axes) == 1 and p.axes[0] in q.axes
                        for p in parts
                        for q in parts
                        if len(q.axes) == 2
                    ):
                        hint = (
                            "a vector joins the last axis; write `v[:, None]` for one number a row"
                        )
                    self.misfit(f"`{self.written(node)}`: {shapes} do not broadcast", node, hint)
                axes[at] = size
        return [self.spread(part, tuple(axes)) for part in parts], tuple(axes)

    def spread(self, x: PyValue, axes: Axes) -> Array:
        """Return an array as one over `axes`, those of length one left out."""
        held = [i for i, size in enumerate(axes) if size is not None]
        shape = tuple(size for size in axes if size is not None)
        own = [len(axes) - len(x.axes) + i for i, size in enumerate(x.axes) if size is not None]
        if not own or own == held:
            return x.array
        return build.expand(x.array, held.index(own[0]), shape)

    def product(self, left: PyValue, right: PyValue, node: ast.AST) -> PyValue:
        """Return the matrix product, with NumPy's rules for vectors."""
        if not left.axes or not right.axes:
            self.misfit(f"`{self.written(node)}`: `@` does not take a number", node, "write `*`")
        inner, other = left.axes[-1], right.axes[0] if len(right.axes) == 1 else right.axes[-2]
        if inner != other:
            a, b = _axes_text(left.axes), _axes_text(right.axes)
            hint = ""
            if isinstance(node, ast.BinOp):
                if len(left.axes) == 2 and left.axes[0] == other:
                    hint = f"`{self.operand(node.left)}.T` would fit"
                elif len(right.axes) == 2 and right.axes[1] == inner:
                    hint = f"`{self.operand(node.right)}.T` would fit"
            self.misfit(
                f"`{self.written(node)}`: {a} times {b}, and {inner or 1} is not {other or 1}",
                node,
                hint,
            )
        axes = (*left.axes[:-1], *(right.axes[1:] if len(right.axes) == 2 else ()))
        if inner is None:  # a column times a row
            made = build.mul(left.array, right.array)
            if left.array.shape and right.array.shape:
                made = build.outer(left.array, right.array)
            return PyValue(made, axes)
        row = left.array
        if len(row.shape) == 1:
            row = build.transposed(row)
        made = build.chain(row, right.array)
        if len(made.shape) == 2 and made.shape[0].unit:
            made = build.transposed(made)
        return PyValue(made, axes)

    def operand(self, node: ast.AST) -> str:
        """Return a piece as written, in brackets where a mark behind it needs them."""
        text = self.written(node)
        return text if isinstance(node, ast.Name | ast.Call | ast.Attribute) else f"({text})"

    def _Compare(self, node: ast.Compare) -> PyValue:  # noqa: N802
        if len(node.ops) != 1 or type(node.ops[0]) not in _COMPARE:
            self.fail(f"`{self.written(node)}` cannot be read here", node)
        parts = [self.value(node.left), self.value(node.comparators[0])]
        (a, b), axes = self.broadcast(parts, node)
        made = build.compare(_COMPARE[type(node.ops[0])], a, b)
        condition = Array("fn", (made,), "step", made.shape)
        return PyValue(condition, axes)

    # Parts ----------------------------------------------------------------------------------------

    def _Subscript(self, node: ast.Subscript) -> PyValue:  # noqa: N802
        sizes = self.shape_tuple(node.value) if isinstance(node.value, ast.Attribute) else None
        if sizes is not None:
            index = node.slice
            negative = isinstance(index, ast.UnaryOp) and isinstance(index.op, ast.USub)
            inner = index.operand if negative and isinstance(index, ast.UnaryOp) else index
            if isinstance(inner, ast.Constant) and isinstance(inner.value, int):
                at = -inner.value if negative else inner.value
                if -len(sizes) <= at < len(sizes):
                    return PyValue(leaves.length(sizes[at]), ())
            self.fail(f"`{self.written(node)}` is no size", node)
        if (
            isinstance(node.value, ast.Call)
            and self.written(node.value.func).endswith("slogdet")
            and self.written(node.slice) == "1"
        ):
            matrix = self.plain(node.value.args[0])
            if len(matrix.shape) != 2 or matrix.shape[0] != matrix.shape[1]:
                self.fail(f"`{self.written(node.value.args[0])}` is not square", node)
            return PyValue(build.scalar_of_matrix("logdet", matrix), ())
        base = self.value(node.value)
        parts = list(node.slice.elts) if isinstance(node.slice, ast.Tuple) else [node.slice]
        return self.indexed(base, parts, node)

    def indexed(self, base: PyValue, parts: Sequence[ast.expr], node: ast.AST) -> PyValue:
        """Return x[1:], X[:, 0], v[:, None] and the like."""
        array = base.array
        axes: list[Size | None] = []
        at = 0
        lost: list[int] = []
        kept = 0
        for part in parts:
            if (isinstance(part, ast.Constant) and part.value is None) or (
                isinstance(part, ast.Attribute) and part.attr == "newaxis"
            ):
                axes.append(None)
                continue
            size = base.axes[at] if at < len(base.axes) else None
            if size is None:
                self.fail(f"`{self.written(node)}`: too many indices", node)
            if isinstance(part, ast.Slice):
                start, stop = self.bounds(part, size)
                array = build.part_of(array, kept + len(lost), start, stop)
                axes.append(stop - start)
                kept += 1
            else:
                position = self.position(part, size)
                array = build.part_of(array, kept + len(lost), position, position + whole(1))
                lost.append(kept + len(lost))
            at += 1
        axes += list(base.axes[at:])
        for axis in reversed(lost):
            array = build.sum_(array, axis if len(array.shape) == 2 else None)
        if len([size for size in axes if size is not None]) != len(array.shape) or len(axes) > 2:
            self.fail(f"`{self.written(node)}` cannot be read here", node)
        return PyValue(array, tuple(axes))

    def bounds(self, part: ast.Slice, size: Size) -> tuple[Size, Size]:
        """Return where a slice begins and ends, counted from 0."""
        if part.step is not None:
            self.fail("a slice has no step here", part)
        start = Size() if part.lower is None else self.position(part.lower, size)
        stop = size if part.upper is None else self.position(part.upper, size)
        return start, stop

    def position(self, node: ast.expr, size: Size) -> Size:
        """Return a position along an axis; one below zero counts from the end."""
        found = self.size(node)
        return size + found if not found.terms and found.constant < 0 else found

    def size(self, node: ast.expr) -> Size:
        """Return an expression as a size."""
        value = self.plain(node)
        made = _as_size(value)
        if made is None:
            self.fail(f"`{self.written(node)}` is no size", node)
        return made

    # Calls ----------------------------------------------------------------------------------------

    def _Call(self, node: ast.Call) -> PyValue:  # noqa: N802
        return self.calls(self, node)

    def entrywise(self, name: str, parts: Sequence[PyValue], node: ast.AST) -> PyValue:
        """Return an elementary function of each entry."""
        row = lookup(name)
        if name in REFUSED and row is None:
            self.fail(f"`{name}`: {REFUSED[name]}", node)
        if row is None and name != "where":
            hint = close_to(name, known_names(), "a function that there is")
            self.fail(f"unknown function `{name}`", node, hint)
        if row is not None and (
            len(parts) < row.min_arity or (row.max_arity is not None and len(parts) > row.max_arity)
        ):
            self.fail(f"`{name}` takes {row.min_arity} arguments, not {len(parts)}", node)
        arrays, axes = self.broadcast(parts, node)
        function = "where" if row is None else row.name
        if function == "where":
            condition = arrays[0]
            if condition.op == "fn" and condition.data == "step":
                arrays[0] = condition.args[0]
            elif condition.op == "expand":
                pass
            elif condition.op not in {"cmp", "logic"}:
                arrays[0] = build.compare("!=", condition, leaves.ZERO)
        if function in {"max", "min"} and len(arrays) > 2:
            made = arrays[0]
            for other in arrays[1:]:
                made = build.fn(function, made, other)
            return self.made(made, axes)
        return self.made(build.fn(function, *arrays), axes)


def _as_size(x: Array) -> Size | None:
    """Return a number as a size where it is one."""
    if x.op == "num" and x.value.denominator == 1:
        return whole(int(x.value))
    if x.op == "size" and isinstance(x.data, Size):
        return x.data
    if x.op == "add":
        parts = [_as_size(part) for part in x.args]
        total = Size()
        for part in parts:
            if part is None:
                return None
            total += part
        return total
    if x.op == "mul" and len(x.args) == 2 and x.args[0].op == "num":
        inner = _as_size(x.args[1])
        if inner is not None and x.args[0].value.denominator == 1:
            return inner.times(int(x.args[0].value))
    return None


def _axes_text(axes: Axes) -> str:
    """Return axes as they are said: `m×n`, `n×1`, `a number`."""
    return shape_text(tuple(whole(1) if size is None else size for size in axes))
