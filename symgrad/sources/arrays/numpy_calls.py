"""NumPy's functions of arrays, one row each; `np.` and `np.linalg.` in front are not needed."""

from __future__ import annotations

import ast
from collections.abc import Callable

from symgrad.errors import close_to
from symgrad.expression.arrays import build
from symgrad.expression.arrays.size import Size, whole
from symgrad.expression.arrays.tree import Array
from symgrad.expression.functions import known_names, lookup
from symgrad.sources.arrays.indices import Indexed, IndexTable
from symgrad.sources.arrays.numpy_expression import NumpyReader, PyValue

_MODULES = frozenset(
    ("np", "numpy", "linalg", "special", "scipy", "math", "sp", "jnp", "nn", "jax")
)
_SAME = {"power": "pow", "absolute": "abs", "amax": "max", "amin": "min", "expit": "sigmoid",
         "arcsin": "asin", "arccos": "acos", "arctan": "atan", "ln": "log"}  # fmt: skip
_METHODS = frozenset(
    (
        "sum",
        "mean",
        "max",
        "min",
        "dot",
        "trace",
        "transpose",
        "diagonal",
        "var",
        "std",
        "reshape",
        "ravel",
        "flatten",
    )
)


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
        return function(reader, node, arguments, options)
    if options:
        reader.fail(f"`{name}` has no option `{next(iter(options))}` here", node)
    if lookup(name) is None and name != "where" and name not in _refused():
        known = [*known_names(), *ROWS]
        hint = close_to(name, known, "a function that there is")
        reader.fail(f"unknown function `{name}`", node, hint)
    return reader.entrywise(name, [reader.value(item) for item in arguments], node)


def _refused() -> frozenset[str]:
    from symgrad.sources.arrays.meaning import REFUSED  # noqa: PLC0415

    return frozenset(REFUSED)


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


Options = dict[str, ast.expr]
Row = Callable[[NumpyReader, ast.Call, list[ast.expr], Options], PyValue]


def _axis(
    reader: NumpyReader, node: ast.Call, arguments: list[ast.expr], options: Options, x: PyValue
) -> int | None:
    """Return the axis that a call names, counted from the front."""
    given = options.get("axis", arguments[1] if len(arguments) > 1 else None)
    if given is None or (isinstance(given, ast.Constant) and given.value is None):
        return None
    value = reader.plain(given)
    if value.op != "num" or not -len(x.axes) <= value.value < len(x.axes):
        reader.fail(f"`{reader.written(given)}` is no axis of an array with {len(x.axes)}", node)
    return int(value.value) % len(x.axes)


def _kept(options: Options) -> bool:
    given = options.get("keepdims")
    return isinstance(given, ast.Constant) and given.value is True


def _reduction(function: Callable[[Array, int | None], Array]) -> Row:
    def row(
        reader: NumpyReader, node: ast.Call, arguments: list[ast.expr], options: Options
    ) -> PyValue:
        if not arguments:
            reader.fail(f"`{reader.written(node)}` has no argument", node)
        x = reader.value(arguments[0])
        axis = _axis(reader, node, arguments, options, x)
        if axis is not None and x.axes[axis] is None:
            return PyValue(
                x.array, x.axes if _kept(options) else x.axes[:axis] + x.axes[axis + 1 :]
            )
        if axis is None:
            axes = (None,) * len(x.axes) if _kept(options) else ()
            return PyValue(function(x.array, None), axes)
        inner = None if len(x.array.shape) == 1 else axis
        made = function(x.array, inner)
        lost = (None,) if _kept(options) else ()
        return PyValue(made, (*x.axes[:axis], *lost, *x.axes[axis + 1 :]))

    return row


def _along(function: Callable[[Array, int | None], Array]) -> Row:
    """Return the row of softmax and its like, which need an axis where there are two."""

    def row(
        reader: NumpyReader, node: ast.Call, arguments: list[ast.expr], options: Options
    ) -> PyValue:
        if not arguments:
            reader.fail(f"`{reader.written(node)}` has no argument", node)
        x = reader.value(arguments[0])
        axis = _axis(reader, node, arguments, options, x)
        if len(x.array.shape) == 2 and axis is None:
            name = reader.written(node.func)
            reader.fail(
                f"`{reader.written(node)}`: a matrix has two axes, and `{name}` takes one",
                node,
                "name the axis: `axis=-1` takes each row",
            )
        made = function(x.array, axis if len(x.array.shape) == 2 else None)
        if made.shape == x.array.shape:
            return PyValue(made, x.axes)
        if axis is None:
            return PyValue(made, (None,) * len(x.axes) if _kept(options) else ())
        lost = (None,) if _kept(options) else ()
        return PyValue(made, (*x.axes[:axis], *lost, *x.axes[axis + 1 :]))

    return row


def _log_softmax(x: Array, axis: int | None) -> Array:
    total = build.lse(x, axis)
    return build.sub(x, total if axis is None else build.expand(total, 1 - axis, x.shape))


def _variance(x: Array, axis: int | None) -> Array:
    mean = build.mean(x, axis)
    if axis is not None and len(x.shape) == 2:
        mean = build.expand(mean, 1 - axis, x.shape)
    return build.mean(build.pow_(build.sub(x, mean), build.TWO), axis)


def _of_square(function: Callable[[Array], Array]) -> Row:
    def row(
        reader: NumpyReader, node: ast.Call, arguments: list[ast.expr], options: Options
    ) -> PyValue:
        del options
        x = _square(reader, node, arguments[0])
        made = function(x)
        return PyValue(made, made.shape)

    return row


def _square(reader: NumpyReader, node: ast.Call, argument: ast.expr) -> Array:
    x = reader.plain(argument)
    if len(x.shape) != 2 or x.shape[0] != x.shape[1]:
        shown = "×".join(map(str, x.shape)) or "a number"
        reader.misfit(f"`{reader.written(argument)}` is {shown}, not square", node)
    return x


def _norm(
    reader: NumpyReader, node: ast.Call, arguments: list[ast.expr], options: Options
) -> PyValue:
    x = reader.value(arguments[0])
    order = options.get("ord", arguments[1] if len(arguments) > 1 else None)
    shown = None if order is None else reader.written(order)
    if shown == "1" and len(x.array.shape) == 1:
        return PyValue(build.sum_(build.fn("abs", x.array), None), ())
    if shown not in {None, "2", "'fro'", "None"} or (shown == "2" and len(x.array.shape) == 2):
        reader.fail(f"`{reader.written(node)}`: this norm has no derivative in closed form", node)
    axis = _axis(reader, node, arguments[:1], options, x)
    squares = build.pow_(x.array, build.TWO)
    if axis is None:
        return PyValue(
            build.sqrt(build.sum_(squares, None)), (None,) * len(x.axes) if _kept(options) else ()
        )
    made = build.sqrt(build.sum_(squares, axis if len(x.array.shape) == 2 else None))
    lost = (None,) if _kept(options) else ()
    return PyValue(made, (*x.axes[:axis], *lost, *x.axes[axis + 1 :]))


def _solve(
    reader: NumpyReader, node: ast.Call, arguments: list[ast.expr], options: Options
) -> PyValue:
    del options
    matrix = _square(reader, node, arguments[0])
    right = reader.value(arguments[1])
    left = build.inverse(matrix)
    return reader.product(PyValue(left, left.shape), right, node)


def _diag(
    reader: NumpyReader, node: ast.Call, arguments: list[ast.expr], options: Options
) -> PyValue:
    del options
    x = reader.plain(arguments[0])
    if len(x.shape) == 1:
        made = build.diag(x)
    else:
        made = build.diagonal(_square(reader, node, arguments[0]))
    return PyValue(made, made.shape)


def _outer(
    reader: NumpyReader, node: ast.Call, arguments: list[ast.expr], options: Options
) -> PyValue:
    del options
    parts = [reader.plain(item) for item in arguments]
    if len(parts) != 2 or any(len(part.shape) != 1 for part in parts):
        reader.misfit(f"`{reader.written(node)}`: `outer` takes two vectors", node)
    made = build.outer(*parts)
    return PyValue(made, made.shape)


def _dot(
    reader: NumpyReader, node: ast.Call, arguments: list[ast.expr], options: Options
) -> PyValue:
    del options
    left, right = (reader.value(item) for item in arguments)
    if not left.axes or not right.axes:
        (a, b), axes = reader.broadcast([left, right], node)
        return reader.made(build.mul(a, b), axes)
    return reader.product(left, right, node)


def _paired(
    reader: NumpyReader, node: ast.Call, arguments: list[ast.expr], options: Options
) -> PyValue:
    """Return the sum of the products of all entries: vdot of arrays, tensordot over two axes."""
    if len(arguments) != 2:
        reader.fail(f"`{reader.written(node)}` takes two arrays", node)
    parts = [reader.value(item) for item in arguments]
    axes = reader.written(options["axes"]) if "axes" in options else str(len(parts[0].axes))
    if axes == "1" and parts[0].axes and parts[1].axes:
        return reader.product(parts[0], parts[1], node)
    if parts[0].axes != parts[1].axes or axes != str(len(parts[0].axes)):
        reader.fail(f"`{reader.written(node)}`: all axes are summed here, or one", node, "`einsum`")
    return PyValue(build.sum_(build.mul(*(part.array for part in parts)), None), ())


def _chained(
    reader: NumpyReader, node: ast.Call, arguments: list[ast.expr], options: Options
) -> PyValue:
    """Return the product of a list of matrices."""
    del options
    listed = arguments[0]
    if not isinstance(listed, ast.Tuple | ast.List) or not listed.elts:
        reader.fail("what is multiplied stands in a list", node, "`multi_dot([A, B, C])`")
    made = reader.value(listed.elts[0])
    for item in listed.elts[1:]:
        made = reader.product(made, reader.value(item), node)
    return made


_HIGHEST_POWER = 8


def _matrix_power(
    reader: NumpyReader, node: ast.Call, arguments: list[ast.expr], options: Options
) -> PyValue:
    del options
    matrix, power = _square(reader, node, arguments[0]), reader.plain(arguments[1])
    if power.op != "num" or power.value.denominator != 1 or abs(power.value) > _HIGHEST_POWER:
        reader.fail(f"`{reader.written(node)}`: the power is a whole number up to 8", node)
    times = int(power.value)
    factor = matrix if times >= 0 else build.inverse(matrix)
    made = build.chain(*(factor,) * abs(times)) if times else build.eye(matrix.shape[0])
    return PyValue(made, matrix.shape)


def _average(
    reader: NumpyReader, node: ast.Call, arguments: list[ast.expr], options: Options
) -> PyValue:
    """Return a mean, with `weights` the weighted one."""
    weights = options.pop("weights", None)
    if weights is None:
        return ROWS["mean"][0](reader, node, arguments, options)
    (x, w), axes = reader.broadcast([reader.value(arguments[0]), reader.value(weights)], node)
    axis = _axis(reader, node, arguments, options, PyValue(x, axes))
    inner = axis if len(x.shape) == 2 else None
    made = build.div(build.sum_(build.mul(w, x), inner), build.sum_(w, inner))
    return PyValue(made, made.shape)


def _diff(
    reader: NumpyReader, node: ast.Call, arguments: list[ast.expr], options: Options
) -> PyValue:
    """Return the differences of neighbours along the last axis, or along the one that is named."""
    x = reader.plain(arguments[0])
    if not x.shape or len(arguments) > 1:
        reader.fail(f"`{reader.written(node)}`: `diff` takes an array and its axis", node)
    given = _axis(reader, node, arguments, options, PyValue(x, x.shape))
    axis = len(x.shape) - 1 if given is None else given
    one, size = whole(1), x.shape[axis]
    made = build.sub(build.part_of(x, axis, one, size), build.part_of(x, axis, Size(), size - one))
    return PyValue(made, made.shape)


def _reshape(
    reader: NumpyReader, node: ast.Call, arguments: list[ast.expr], options: Options
) -> PyValue:
    """Return a vector as a column, as a row, or flat; other shapes are refused."""
    del options
    x = reader.value(arguments[0])
    called = node.func.attr if isinstance(node.func, ast.Attribute) else ""
    shape = "(-1,)" if called in {"ravel", "flatten"} else _shape_words(reader, arguments[1:])
    axes = {"(-1, 1)": (*x.array.shape, None), "(1, -1)": (None, *x.array.shape)}.get(shape)
    if len(x.array.shape) != 1 or (axes is None and shape != "(-1,)"):
        reader.fail(f"`{reader.written(node)}`: a vector is reshaped, to a row or a column", node)
    return PyValue(x.array, x.array.shape if axes is None else axes)


def _shape_words(reader: NumpyReader, arguments: list[ast.expr]) -> str:
    parts = (
        arguments[0].elts
        if len(arguments) == 1 and isinstance(arguments[0], ast.Tuple)
        else arguments
    )
    words = [reader.written(part) for part in parts]
    return f"({words[0]},)" if len(words) == 1 else f"({', '.join(words)})"


def _transpose(
    reader: NumpyReader, node: ast.Call, arguments: list[ast.expr], options: Options
) -> PyValue:
    del options, node
    return reader.turned(reader.value(arguments[0]))


def _eye(
    reader: NumpyReader, node: ast.Call, arguments: list[ast.expr], options: Options
) -> PyValue:
    del options, node
    made = build.eye(reader.size(arguments[0]))
    return PyValue(made, made.shape)


def _filled(op: str) -> Row:
    def row(
        reader: NumpyReader, node: ast.Call, arguments: list[ast.expr], options: Options
    ) -> PyValue:
        del options
        given = arguments[0]
        if isinstance(given, ast.Tuple | ast.List):
            shape: tuple[Size, ...] = tuple(reader.size(item) for item in given.elts)
        else:
            found = reader.shape_tuple(given)
            shape = found if found is not None else (reader.size(given),)
        if len(shape) > 2:
            reader.fail("an array has one axis or two", node)
        made = build.ones(shape) if op == "ones" else build.zeros(shape)
        return PyValue(made, shape)

    return row


def _like(op: str) -> Row:
    def row(
        reader: NumpyReader, node: ast.Call, arguments: list[ast.expr], options: Options
    ) -> PyValue:
        del options, node
        shape = reader.plain(arguments[0]).shape
        return PyValue(build.ones(shape) if op == "ones" else build.zeros(shape), shape)

    return row


def _concatenate(
    reader: NumpyReader, node: ast.Call, arguments: list[ast.expr], options: Options
) -> PyValue:
    listed = arguments[0]
    if not isinstance(listed, ast.Tuple | ast.List) or not listed.elts:
        reader.fail("what is joined stands in a list", node, "`concatenate([x, h])`")
    parts = [reader.plain(item) for item in listed.elts]
    given = options.get("axis", arguments[1] if len(arguments) > 1 else None)
    axis = 0
    if given is not None:
        value = reader.plain(given)
        axis = int(value.value) % max(1, len(parts[0].shape)) if value.op == "num" else 0
    if reader.written(node.func).endswith("hstack") and len(parts[0].shape) == 2:
        axis = 1
    first = parts[0]
    for part in parts:
        others = [size for i, size in enumerate(part.shape) if i != axis]
        if not part.shape or others != [size for i, size in enumerate(first.shape) if i != axis]:
            shapes = " and ".join("×".join(map(str, item.shape)) or "a number" for item in parts)
            reader.fail(f"`{reader.written(node)}`: {shapes} cannot be joined", node)
    made = build.stack(parts, axis)
    return PyValue(made, made.shape)


def _einsum(
    reader: NumpyReader, node: ast.Call, arguments: list[ast.expr], options: Options
) -> PyValue:
    del options
    spec = arguments[0]
    if not (isinstance(spec, ast.Constant) and isinstance(spec.value, str)):
        reader.fail("`einsum` begins with its indices", node)
    text = spec.value.replace(" ", "")
    left, arrow, right = text.partition("->")
    inputs = left.split(",")
    operands = [reader.plain(item) for item in arguments[1:]]
    if len(inputs) != len(operands) or "." in text:
        reader.fail(f"`{text}` names {len(inputs)} operands, and there are {len(operands)}", node)
    if not arrow:
        letters = "".join(inputs)
        right = "".join(sorted({c for c in letters if letters.count(c) == 1}))
    table = IndexTable()
    factors: list[tuple[Array, tuple[str, ...]]] = []
    for letters, operand in zip(inputs, operands, strict=True):
        if len(letters) != len(operand.shape):
            reader.fail(
                f"`{letters}` names {len(letters)} axes of an array with {len(operand.shape)}", node
            )
        factors += table.entry(operand, tuple(letters), reader, node).factors
    found = Indexed(tuple(factors))
    summed = tuple(letter for letter in found.free if letter not in right)
    if len(right) > 2:
        reader.fail(f"`{text}`: the result has {len(right)} axes", node)
    total = table.total(found, summed, reader, node) if summed else found
    if isinstance(total, Array):
        return PyValue(total, ())
    made = table.realised(total, tuple(right), reader, node)
    return PyValue(made, made.shape)


def _length(
    reader: NumpyReader, node: ast.Call, arguments: list[ast.expr], options: Options
) -> PyValue:
    del options
    x = reader.plain(arguments[0])
    if not x.shape:
        reader.fail(f"`{reader.written(arguments[0])}` is a number", node)
    return PyValue(build.length(x.shape[0]), ())


def _power(
    reader: NumpyReader, node: ast.Call, arguments: list[ast.expr], options: Options
) -> PyValue:
    del options
    (a, b), axes = reader.broadcast([reader.value(item) for item in arguments], node)
    return reader.made(reader.power(a, b), axes)


def _arithmetic(function: Callable[[Array, Array], Array]) -> Row:
    def row(
        reader: NumpyReader, node: ast.Call, arguments: list[ast.expr], options: Options
    ) -> PyValue:
        del options
        (a, b), axes = reader.broadcast([reader.value(item) for item in arguments], node)
        return reader.made(function(a, b), axes)

    return row


def _log_add_exp(a: Array, b: Array) -> Array:
    """Return log(e^a + e^b); with zero for one of them it is softplus."""
    for one, other in ((a, b), (b, a)):
        if build.is_zero(one):
            return build.fn("softplus", other)
    return build.fn("log", build.add(build.fn("exp", a), build.fn("exp", b)))


def _clip(
    reader: NumpyReader, node: ast.Call, arguments: list[ast.expr], options: Options
) -> PyValue:
    del options
    if len(arguments) != 3:
        reader.fail("`clip` takes an array and two bounds", node)
    (x, low, high), axes = reader.broadcast([reader.value(item) for item in arguments], node)
    return reader.made(build.fn("min", build.fn("max", x, low), high), axes)


def _square_entries(
    reader: NumpyReader, node: ast.Call, arguments: list[ast.expr], options: Options
) -> PyValue:
    del options, node
    x = reader.value(arguments[0])
    return PyValue(build.pow_(x.array, build.TWO), x.axes)


def _slogdet(x: Array) -> Array:
    return build.scalar_of_matrix("logdet", x)


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
    "logdet": (_of_square(_slogdet), _NONE),
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
    "transpose": (_transpose, _NONE),
    "eye": (_eye, _NONE),
    "identity": (_eye, _NONE),
    "ones": (_filled("ones"), _NONE),
    "zeros": (_filled("zeros"), _NONE),
    "ones_like": (_like("ones"), _NONE),
    "zeros_like": (_like("zeros"), _NONE),
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

__all__ = ["ROWS", "call", "whole"]
