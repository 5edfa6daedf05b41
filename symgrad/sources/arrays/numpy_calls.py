"""NumPy's functions of arrays, one row each; `np.` and `np.linalg.` in front are not needed."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NoReturn

from symgrad.errors import close_to
from symgrad.expression.arrays import build, leaves
from symgrad.expression.arrays.size import Size, whole
from symgrad.expression.arrays.tree import Array
from symgrad.expression.functions import known_names, lookup
from symgrad.sources.arrays.indices import Indexed, IndexTable
from symgrad.sources.arrays.numpy_expression import Axes, NumpyReader, PyValue
from symgrad.sources.arrays.refused import REFUSED

_MODULES = frozenset("np numpy linalg special scipy math sp jnp nn jax".split())
_SAME = {"power": "pow", "absolute": "abs", "amax": "max", "amin": "min", "expit": "sigmoid",
         "arcsin": "asin", "arccos": "acos", "arctan": "atan", "ln": "log"}  # fmt: skip
_METHODS = frozenset(
    "sum mean max min dot trace transpose diagonal var std reshape ravel flatten".split()
)


@dataclass(frozen=True, slots=True)
class NumpyCall:
    """A call of a function of NumPy: its arguments, and its options by name."""

    reader: NumpyReader
    node: ast.Call
    arguments: tuple[ast.expr, ...]
    options: Mapping[str, ast.expr]

    @property
    def written(self) -> str:
        """The call as it is written."""
        return self.reader.written(self.node)

    def fail(self, message: str, hint: str = "") -> NoReturn:
        """Raise a fault at the call."""
        self.reader.fail(message, self.node, hint)

    def argument(self, place: int = 0) -> ast.expr:
        """Return an argument, which must be there."""
        if len(self.arguments) <= place:
            missing = "no argument" if not self.arguments else "too few arguments"
            self.fail(f"`{self.written}` has {missing}")
        return self.arguments[place]

    def value(self, place: int = 0) -> PyValue:
        """Return the value of an argument."""
        return self.reader.value(self.argument(place))

    def plain(self, place: int = 0) -> Array:
        """Return the value of an argument that has no axis of length one."""
        return self.reader.plain(self.argument(place))

    def square(self) -> Array:
        """Return the first argument, a square matrix."""
        x = self.plain()
        if len(x.shape) != 2 or x.shape[0] != x.shape[1]:
            shown = "×".join(map(str, x.shape)) or "a number"
            fault = f"`{self.reader.written(self.argument())}` is {shown}, not square"
            self.reader.misfit(fault, self.node)
        return x

    def listed(self, fault: str, hint: str) -> list[ast.expr]:
        """Return what stands in the list that is the first argument."""
        found = self.argument()
        if not isinstance(found, ast.Tuple | ast.List) or not found.elts:
            self.fail(fault, hint)
        return found.elts

    def broadcast(self, count: int) -> tuple[list[Array], Axes]:
        """Return all arguments, which must be so many, with the axes of all of them."""
        if len(self.arguments) != count:
            self.fail(f"`{self.written}`: it takes {count} arguments, not {len(self.arguments)}")
        return self.reader.broadcast(
            [self.reader.value(item) for item in self.arguments], self.node
        )

    def option(self, name: str) -> ast.expr | None:
        """Return what is given by a name or as the second argument, or None."""
        return self.options.get(name, self.arguments[1] if len(self.arguments) > 1 else None)

    def axis(self, x: PyValue, given: ast.expr | None) -> int | None:
        """Return the axis that is given, counted from the front."""
        if given is None or (isinstance(given, ast.Constant) and given.value is None):
            return None
        value = self.reader.plain(given)
        if value.op != "num" or not -len(x.axes) <= value.value < len(x.axes):
            shown = self.reader.written(given)
            self.fail(f"`{shown}` is no axis of an array with {len(x.axes)}")
        return int(value.value) % len(x.axes)

    def reduced(self, x: PyValue, made: Array, axis: int | None) -> PyValue:
        """Return what an axis was taken from, or all of them, with what `keepdims` keeps."""
        given = self.options.get("keepdims")
        kept = isinstance(given, ast.Constant) and given.value is True
        if axis is None:
            return PyValue(made, (None,) * len(x.axes) if kept else ())
        lost = (None,) if kept else ()
        return PyValue(made, (*x.axes[:axis], *lost, *x.axes[axis + 1 :]))


Row = Callable[[NumpyCall], PyValue]


def call(reader: NumpyReader, node: ast.Call) -> PyValue:
    """Return the value of a call."""
    name, arguments = _function(reader, node)
    name = _SAME.get(name, name)
    row = ROWS.get(name)
    options = {item.arg: item.value for item in node.keywords if item.arg}
    if len(options) != len(node.keywords):
        reader.fail("`**` cannot stand here", node)
    if row is not None and not (
        name in {"max", "min", "logsumexp"} and _entrywise(reader, arguments)
    ):
        function, allowed = row
        for key, value in options.items():
            if key not in allowed:
                reader.fail(f"`{name}` has no option `{key}` here", value)
        return function(NumpyCall(reader, node, tuple(arguments), options))
    if options:
        reader.fail(f"`{name}` has no option `{next(iter(options))}` here", node)
    if lookup(name) is None and name != "where" and name not in REFUSED:
        known = [*known_names(), *ROWS]
        hint = close_to(name, known, "a function that there is")
        reader.fail(f"unknown function `{name}`", node, hint)
    return reader.entrywise(name, [reader.value(item) for item in arguments], node)


def _function(reader: NumpyReader, node: ast.Call) -> tuple[str, list[ast.expr]]:
    """Return the name of what is called, and its arguments; x.sum() is sum(x)."""
    called = node.func
    arguments = list(node.args)
    if any(isinstance(item, ast.Starred) for item in arguments):
        reader.fail("`*` cannot stand here", node)
    if isinstance(called, ast.Name):
        return called.id, arguments
    if isinstance(called, ast.Attribute):
        base: ast.expr = called.value
        while isinstance(base, ast.Attribute):
            base = base.value
        if isinstance(base, ast.Name) and base.id in _MODULES and base.id not in reader.values:
            return called.attr, arguments
        if called.attr in _METHODS:
            return called.attr, [called.value, *arguments]
    return reader.fail(f"`{reader.written(called)}` is no function that is known here", node)


def _entrywise(reader: NumpyReader, arguments: list[ast.expr]) -> bool:
    """Tell whether max(a, b) is meant entry by entry: its second argument is no axis."""
    if len(arguments) < 2:
        return False
    second = arguments[1]
    return not (isinstance(second, ast.Constant) and reader.value(arguments[0]).axes)


def _plain(made: Array) -> PyValue:
    return PyValue(made, made.shape)


def _inner(x: PyValue, axis: int | None) -> int | None:
    """Return an axis as it is called in the algebra: the one of a vector has no number."""
    return axis if len(x.array.shape) == 2 else None


def _reduction(function: Callable[[Array, int | None], Array]) -> Row:
    def row(c: NumpyCall) -> PyValue:
        x = c.value()
        axis = c.axis(x, c.option("axis"))
        if axis is not None and x.axes[axis] is None:
            return c.reduced(x, x.array, axis)
        return c.reduced(x, function(x.array, _inner(x, axis)), axis)

    return row


def _along(function: Callable[[Array, int | None], Array]) -> Row:
    """Return the row of softmax and its like, which need an axis where there are two."""

    def row(c: NumpyCall) -> PyValue:
        x = c.value()
        axis = c.axis(x, c.option("axis"))
        if len(x.array.shape) == 2 and axis is None:
            name = c.reader.written(c.node.func)
            fault = f"`{c.written}`: a matrix has two axes, and `{name}` takes one"
            c.fail(fault, "name the axis: `axis=-1` takes each row")
        made = function(x.array, _inner(x, axis))
        return PyValue(made, x.axes) if made.shape == x.array.shape else c.reduced(x, made, axis)

    return row


def _log_softmax(x: Array, axis: int | None) -> Array:
    total = build.lse(x, axis)
    return build.sub(x, total if axis is None else build.expand(total, 1 - axis, x.shape))


def _variance(x: Array, axis: int | None) -> Array:
    mean = build.mean(x, axis)
    if axis is not None and len(x.shape) == 2:
        mean = build.expand(mean, 1 - axis, x.shape)
    return build.mean(build.pow_(build.sub(x, mean), leaves.TWO), axis)


def _of_square(function: Callable[[Array], Array]) -> Row:
    return lambda c: _plain(function(c.square()))


def _norm(c: NumpyCall) -> PyValue:
    x, order = c.value(), c.option("ord")
    shown = None if order is None else c.reader.written(order)
    if shown == "1" and len(x.array.shape) == 1:
        return PyValue(build.sum_(build.fn("abs", x.array), None), ())
    if shown not in {None, "2", "'fro'", "None"} or (shown == "2" and len(x.array.shape) == 2):
        c.fail(f"`{c.written}`: this norm has no derivative in closed form")
    axis = c.axis(x, c.options.get("axis"))
    squares = build.pow_(x.array, leaves.TWO)
    return c.reduced(x, build.sqrt(build.sum_(squares, _inner(x, axis))), axis)


def _solve(c: NumpyCall) -> PyValue:
    return c.reader.product(_plain(build.inverse(c.square())), c.value(1), c.node)


def _diag(c: NumpyCall) -> PyValue:
    x = c.plain()
    return _plain(build.diag(x) if len(x.shape) == 1 else build.diagonal(c.square()))


def _outer(c: NumpyCall) -> PyValue:
    parts = [c.reader.plain(item) for item in c.arguments]
    if len(parts) != 2 or any(len(part.shape) != 1 for part in parts):
        c.reader.misfit(f"`{c.written}`: `outer` takes two vectors", c.node)
    return _plain(build.outer(*parts))


def _dot(c: NumpyCall) -> PyValue:
    left, right = c.value(), c.value(1)
    if not left.axes or not right.axes:
        (a, b), axes = c.reader.broadcast([left, right], c.node)
        return c.reader.made(build.mul(a, b), axes)
    return c.reader.product(left, right, c.node)


def _paired(c: NumpyCall) -> PyValue:
    """Return the sum of the products of all entries: vdot of arrays, tensordot over two axes."""
    if len(c.arguments) != 2:
        c.fail(f"`{c.written}` takes two arrays")
    left, right = c.value(), c.value(1)
    axes = c.reader.written(c.options["axes"]) if "axes" in c.options else str(len(left.axes))
    if axes == "1" and left.axes and right.axes:
        return c.reader.product(left, right, c.node)
    if left.axes != right.axes or axes != str(len(left.axes)):
        c.fail(f"`{c.written}`: all axes are summed here, or one", "`einsum`")
    return PyValue(build.sum_(build.mul(left.array, right.array), None), ())


def _chained(c: NumpyCall) -> PyValue:
    """Return the product of a list of matrices."""
    first, *others = c.listed("what is multiplied stands in a list", "`multi_dot([A, B, C])`")
    made = c.reader.value(first)
    for item in others:
        made = c.reader.product(made, c.reader.value(item), c.node)
    return made


_HIGHEST_POWER = 8


def _matrix_power(c: NumpyCall) -> PyValue:
    matrix, power = c.square(), c.plain(1)
    if power.op != "num" or power.value.denominator != 1 or abs(power.value) > _HIGHEST_POWER:
        c.fail(f"`{c.written}`: the power is a whole number up to 8")
    times = int(power.value)
    factor = matrix if times >= 0 else build.inverse(matrix)
    made = build.chain(*(factor,) * abs(times)) if times else leaves.eye(matrix.shape[0])
    return PyValue(made, matrix.shape)


def _average(c: NumpyCall) -> PyValue:
    """Return a mean, with `weights` the weighted one."""
    weights = c.options.get("weights")
    if weights is None:
        return ROWS["mean"][0](c)
    (x, w), axes = c.reader.broadcast([c.value(), c.reader.value(weights)], c.node)
    both = PyValue(x, axes)
    inner = _inner(both, c.axis(both, c.option("axis")))
    return _plain(build.div(build.sum_(build.mul(w, x), inner), build.sum_(w, inner)))


def _diff(c: NumpyCall) -> PyValue:
    """Return the differences of neighbours along the last axis, or along the one that is named."""
    x = c.plain()
    if not x.shape or len(c.arguments) > 1:
        c.fail(f"`{c.written}`: `diff` takes an array and its axis")
    given = c.axis(_plain(x), c.options.get("axis"))
    axis = len(x.shape) - 1 if given is None else given
    one, size = whole(1), x.shape[axis]
    return _plain(
        build.sub(build.part_of(x, axis, one, size), build.part_of(x, axis, Size(), size - one))
    )


def _reshape(c: NumpyCall) -> PyValue:
    """Return a vector as a column, as a row, or flat; other shapes are refused."""
    x = c.value()
    called = c.node.func.attr if isinstance(c.node.func, ast.Attribute) else ""
    shape = "(-1,)" if called in {"ravel", "flatten"} else _shape_words(c.reader, c.arguments[1:])
    axes = {"(-1, 1)": (*x.array.shape, None), "(1, -1)": (None, *x.array.shape)}.get(shape)
    if len(x.array.shape) != 1 or (axes is None and shape != "(-1,)"):
        c.fail(f"`{c.written}`: a vector is reshaped, to a row or a column")
    return PyValue(x.array, x.array.shape if axes is None else axes)


def _shape_words(reader: NumpyReader, arguments: Sequence[ast.expr]) -> str:
    if len(arguments) == 1 and isinstance(arguments[0], ast.Tuple):
        arguments = arguments[0].elts
    words = [reader.written(part) for part in arguments]
    return f"({words[0]},)" if len(words) == 1 else f"({', '.join(words)})"


def _filled(make: Callable[[tuple[Size, ...]], Array]) -> Row:
    def row(c: NumpyCall) -> PyValue:
        given = c.argument()
        if isinstance(given, ast.Tuple | ast.List):
            shape: tuple[Size, ...] = tuple(c.reader.size(item) for item in given.elts)
        else:
            found = c.reader.shape_tuple(given)
            shape = found if found is not None else (c.reader.size(given),)
        if len(shape) > 2:
            c.fail("an array has one axis or two")
        return PyValue(make(shape), shape)

    return row


def _like(make: Callable[[tuple[Size, ...]], Array]) -> Row:
    return lambda c: _plain(make(c.plain().shape))


def _concatenate(c: NumpyCall) -> PyValue:
    listed = c.listed("what is joined stands in a list", "`concatenate([x, h])`")
    parts = [c.reader.plain(item) for item in listed]
    given = c.option("axis")
    axis = 0
    if given is not None:
        value = c.reader.plain(given)
        axis = int(value.value) % max(1, len(parts[0].shape)) if value.op == "num" else 0
    if c.reader.written(c.node.func).endswith("hstack") and len(parts[0].shape) == 2:
        axis = 1
    first = parts[0]
    for part in parts:
        others = [size for i, size in enumerate(part.shape) if i != axis]
        if not part.shape or others != [size for i, size in enumerate(first.shape) if i != axis]:
            shapes = " and ".join("×".join(map(str, item.shape)) or "a number" for item in parts)
            c.fail(f"`{c.written}`: {shapes} cannot be joined")
    return _plain(build.stack(parts, axis))


def _einsum(c: NumpyCall) -> PyValue:
    spec = c.argument()
    if not (isinstance(spec, ast.Constant) and isinstance(spec.value, str)):
        c.fail("`einsum` begins with its indices")
    text = spec.value.replace(" ", "")
    left, arrow, right = text.partition("->")
    inputs = left.split(",")
    operands = [c.reader.plain(item) for item in c.arguments[1:]]
    if len(inputs) != len(operands) or "." in text:
        c.fail(f"`{text}` names {len(inputs)} operands, and there are {len(operands)}")
    if not arrow:
        letters = "".join(inputs)
        right = "".join(sorted({letter for letter in letters if letters.count(letter) == 1}))
    table = IndexTable()
    factors: list[tuple[Array, tuple[str, ...]]] = []
    for letters, operand in zip(inputs, operands, strict=True):
        if len(letters) != len(operand.shape):
            c.fail(f"`{letters}` names {len(letters)} axes of an array with {len(operand.shape)}")
        factors += table.entry(operand, tuple(letters), c.reader, c.node).factors
    found = Indexed(tuple(factors))
    summed = tuple(letter for letter in found.free if letter not in right)
    if len(right) > 2:
        c.fail(f"`{text}`: the result has {len(right)} axes")
    total = table.total(found, summed, c.reader, c.node) if summed else found
    if isinstance(total, Array):
        return PyValue(total, ())
    return _plain(table.realised(total, tuple(right), c.reader, c.node))


def _length(c: NumpyCall) -> PyValue:
    x = c.plain()
    if not x.shape:
        c.fail(f"`{c.reader.written(c.argument())}` is a number")
    return PyValue(leaves.length(x.shape[0]), ())


def _power(c: NumpyCall) -> PyValue:
    (a, b), axes = c.broadcast(2)
    return c.reader.made(c.reader.power(a, b), axes)


def _arithmetic(function: Callable[[Array, Array], Array]) -> Row:
    def row(c: NumpyCall) -> PyValue:
        (a, b), axes = c.broadcast(2)
        return c.reader.made(function(a, b), axes)

    return row


def _log_add_exp(a: Array, b: Array) -> Array:
    """Return log(e^a + e^b); with zero for one of them it is softplus."""
    for one, other in ((a, b), (b, a)):
        if leaves.is_zero(one):
            return build.fn("softplus", other)
    return build.fn("log", build.add(build.fn("exp", a), build.fn("exp", b)))


def _clip(c: NumpyCall) -> PyValue:
    if len(c.arguments) != 3:
        c.fail("`clip` takes an array and two bounds")
    (x, low, high), axes = c.broadcast(3)
    return c.reader.made(build.fn("min", build.fn("max", x, low), high), axes)


def _square_entries(c: NumpyCall) -> PyValue:
    x = c.value()
    return PyValue(build.pow_(x.array, leaves.TWO), x.axes)


_AXIS = frozenset(("axis", "keepdims"))
_NONE: frozenset[str] = frozenset()
ROWS: dict[str, tuple[Row, frozenset[str]]] = {
    "sum": (_reduction(build.sum_), _AXIS),
    "mean": (_reduction(build.mean), _AXIS),
    "var": (_reduction(_variance), _AXIS),
    "std": (_reduction(lambda x, axis: build.sqrt(_variance(x, axis))), _AXIS),
    "max": (_reduction(lambda x, axis: build.most(x, axis, "most")), _AXIS),
    "min": (_reduction(lambda x, axis: build.most(x, axis, "least")), _AXIS),
    "softmax": (_along(build.softmax), frozenset(("axis",))),
    "log_softmax": (_along(_log_softmax), frozenset(("axis",))),
    "logsumexp": (_along(build.lse), _AXIS),
    "norm": (_norm, frozenset(("ord", "axis", "keepdims"))),
    "trace": (_of_square(build.trace), _NONE),
    "det": (_of_square(lambda x: build.scalar_of_matrix("det", x)), _NONE),
    "logdet": (_of_square(lambda x: build.scalar_of_matrix("logdet", x)), _NONE),
    "inv": (_of_square(build.inverse), _NONE),
    "solve": (_solve, _NONE),
    "diag": (_diag, _NONE),
    "diagonal": (_diag, _NONE),
    "outer": (_outer, _NONE),
    "dot": (_dot, _NONE),
    "matmul": (_dot, _NONE),
    "vdot": (_paired, _NONE),
    "tensordot": (_paired, frozenset(("axes",))),
    "multi_dot": (_chained, _NONE),
    "matrix_power": (_matrix_power, _NONE),
    "average": (_average, frozenset(("axis", "weights"))),
    "diff": (_diff, frozenset(("axis",))),
    "reshape": (_reshape, _NONE),
    "ravel": (_reshape, _NONE),
    "flatten": (_reshape, _NONE),
    "inner": (_dot, _NONE),
    "transpose": (lambda c: c.reader.turned(c.value()), _NONE),
    "eye": (lambda c: _plain(leaves.eye(c.reader.size(c.argument()))), _NONE),
    "identity": (lambda c: _plain(leaves.eye(c.reader.size(c.argument()))), _NONE),
    "ones": (_filled(leaves.ones), _NONE),
    "zeros": (_filled(leaves.zeros), _NONE),
    "ones_like": (_like(leaves.ones), _NONE),
    "zeros_like": (_like(leaves.zeros), _NONE),
    "concatenate": (_concatenate, frozenset(("axis",))),
    "hstack": (_concatenate, _NONE),
    "vstack": (_concatenate, _NONE),
    "einsum": (_einsum, _NONE),
    "len": (_length, _NONE),
    "pow": (_power, _NONE),
    "square": (_square_entries, _NONE),
    "logaddexp": (_arithmetic(_log_add_exp), _NONE),
    "clip": (_clip, _NONE),
    "multiply": (_arithmetic(build.mul), _NONE),
    "add": (_arithmetic(build.add), _NONE),
    "subtract": (_arithmetic(build.sub), _NONE),
    "divide": (_arithmetic(build.div), _NONE),
}
