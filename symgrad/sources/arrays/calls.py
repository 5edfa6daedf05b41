"""Functions of arrays as they are called in the graph language: one row each."""

from __future__ import annotations

from collections.abc import Callable

from symgrad.errors import close_to
from symgrad.expression.arrays import build, leaves
from symgrad.expression.arrays.size import UNIT
from symgrad.expression.arrays.tree import Array
from symgrad.expression.functions import known_names, lookup
from symgrad.sources.arrays.indices import Indexed
from symgrad.sources.arrays.meaning import Meaning, Value
from symgrad.sources.arrays.refused import REFUSED
from symgrad.sources.arrays.tokens import Syntax

Row = Callable[[Meaning, Syntax], Array]


def call(meaning: Meaning, x: Syntax) -> Value:
    """Return the value of a call."""
    name = str(x.data)
    if name in REFUSED and lookup(name) is None:
        raise meaning.fault(f"`{name}`: {REFUSED[name]}", x)
    row = ROWS.get(name)
    if row is not None and not _is_variadic(meaning, name, x):
        least, most, function = row
        if not least <= len(x.args) <= most:
            wanted = str(least) if least == most else f"{least} or {most}"
            raise meaning.fault(f"`{name}` takes {wanted} arguments, not {len(x.args)}", x)
        if name not in {"sum", "mean"} or not _has_indices(meaning, x):
            return function(meaning, x)
        raise meaning.fault("a sum over entries names its index", x, "write `sum_i(…)`")
    return _entrywise(meaning, name, x)


def _is_variadic(meaning: Meaning, name: str, x: Syntax) -> bool:
    """Tell whether max(a, b) and logsumexp(a, b) are meant entry by entry."""
    if name not in {"max", "min", "logsumexp"} or len(x.args) < 2:
        return False
    second = x.args[1]
    is_axis = second.kind == "name" and (
        str(second.data) in meaning.sizes or str(second.data) in {"rows", "columns"}
    )
    return not is_axis


def _has_indices(meaning: Meaning, x: Syntax) -> bool:
    return any(isinstance(meaning.value(part), Indexed) for part in x.args[:1])


def _entrywise(meaning: Meaning, name: str, x: Syntax) -> Value:
    """Return an elementary function of each entry."""
    row = lookup(name)
    if row is None and name != "where":
        word = meaning.look_up(name)
        if word is not None:
            raise meaning.fault(
                f"`{name}` is a name, not a function",
                x,
                f"to multiply, write `{name}*(…)` or `{name}@(…)`",
            )
        known = [*known_names(), *ROWS]
        hint = close_to(name, known, "a function that there is")
        raise meaning.fault(f"unknown function `{name}`", x, hint)
    function = "where" if row is None else row.name
    if row is not None:
        most = row.max_arity
        if len(x.args) < row.min_arity or (most is not None and len(x.args) > most):
            raise meaning.fault(f"`{name}` takes {row.min_arity} arguments, not {len(x.args)}", x)
    values = [meaning.value(part) for part in x.args]
    if any(isinstance(value, Indexed) for value in values):
        return meaning.indices.entrywise(function, values, meaning, x)
    arrays = [value for value in values if isinstance(value, Array)]
    biggest = max(arrays, key=lambda a: len(a.shape))
    joined = [meaning.joined(value, biggest, x)[0] for value in arrays]
    if function == "logsumexp":
        total = build.add(*(build.fn("exp", value) for value in joined))
        return build.fn("log", total)
    if function in {"max", "min"} and len(joined) > 2:
        made = joined[0]
        for value in joined[1:]:
            made = build.fn(function, made, value)
        return made
    return build.fn(function, *joined)


def _axis(meaning: Meaning, x: Syntax, a: Array) -> int | None:
    """Return the axis that a call names by its size, or None where it names none."""
    if len(x.args) < 2:
        return None
    part = x.args[1]
    word = str(part.data) if part.kind == "name" else ""
    if len(a.shape) == 2 and word in {"rows", "columns"}:
        return 1 if word == "rows" else 0
    size = meaning.size(part)
    fits = [axis for axis, own in enumerate(a.shape) if own == size]
    if not fits:
        raise meaning.fault(
            f"`{meaning.written(x.args[0])}` is {meaning.shown(a)}: no axis has size {size}", x
        )
    if len(fits) == 2:
        raise meaning.fault(
            f"`{meaning.written(x.args[0])}` is {meaning.shown(a)}: both axes have size {size}", x,
            "name the axis by `rows` or `columns`",
        )  # fmt: skip
    return fits[0] if len(a.shape) == 2 else None


def _reduction(function: Callable[[Array, int | None], Array]) -> Row:
    def row(meaning: Meaning, x: Syntax) -> Array:
        a = meaning.array(x.args[0])
        return function(a, _axis(meaning, x, a))

    return row


def _needs_axis(function: Callable[[Array, int | None], Array]) -> Row:
    def row(meaning: Meaning, x: Syntax) -> Array:
        a = meaning.array(x.args[0])
        if not a.shape:
            raise meaning.fault(f"`{meaning.written(x.args[0])}` is a number", x)
        axis = _axis(meaning, x, a)
        if axis is None:
            name = {"logsumexp": "lse"}.get(str(x.data), str(x.data))
            axis = meaning.usual.get((name, a.shape))
        if len(a.shape) == 2 and axis is None:
            name = str(x.data)
            sizes = list(dict.fromkeys(map(str, a.shape)))
            inner = meaning.written(x.args[0])
            options = [f"`{name}({inner}, {size})`" for size in sizes]
            if len(sizes) == 1:
                options = [f"`{name}({inner}, rows)`", f"`{name}({inner}, columns)`"]
            raise meaning.fault(
                f"`{meaning.written(x)}`: {meaning.shown(a)} has two axes, and `{name}` takes one",
                x,
                "name the axis: " + " or ".join(options),
            )
        return function(a, axis)

    return row


def _lse(a: Array, axis: int | None) -> Array:
    return build.lse(a, axis)


def _of_rows(function: Callable[[Array, int | None], Array], axis: int) -> Row:
    def row(meaning: Meaning, x: Syntax) -> Array:
        a = meaning.array(x.args[0])
        if len(a.shape) != 2:
            raise meaning.misfit(
                f"`{meaning.written(x.args[0])}` is {meaning.shown(a)}, no matrix", x
            )
        return function(a, axis)

    return row


def _of_square(function: Callable[[Array], Array]) -> Row:
    def row(meaning: Meaning, x: Syntax) -> Array:
        return function(meaning.square(meaning.array(x.args[0]), x.args[0]))

    return row


def _norm(meaning: Meaning, x: Syntax) -> Array:
    return build.sqrt(build.sum_(build.pow_(meaning.array(x.args[0]), leaves.TWO), None))


def _norm1(meaning: Meaning, x: Syntax) -> Array:
    a = meaning.array(x.args[0])
    if len(a.shape) != 1:
        raise meaning.fault(
            "the 1-norm of a matrix is that of its entries or that of its columns", x
        )
    return build.sum_(build.fn("abs", a), None)


def _solve(meaning: Meaning, x: Syntax) -> Array:
    matrix = meaning.square(meaning.array(x.args[0]), x.args[0])
    return meaning.product(build.inverse(matrix), meaning.array(x.args[1]), x)


def _diag(meaning: Meaning, x: Syntax) -> Array:
    a = meaning.array(x.args[0])
    if len(a.shape) == 1:
        return build.diag(a)
    return build.diagonal(meaning.square(a, x.args[0]))


def _vectors(meaning: Meaning, x: Syntax) -> tuple[Array, Array]:
    parts = [_standing(meaning.array(part)) for part in x.args]
    for part, piece in zip(parts, x.args, strict=True):
        if len(part.shape) != 1:
            raise meaning.misfit(
                f"`{meaning.written(piece)}` is {meaning.shown(part)}, no vector", piece
            )
    return parts[0], parts[1]


def _standing(x: Array) -> Array:
    """Return a row as the vector that it is the transpose of."""
    return x.args[0] if x.op == "T" and len(x.args[0].shape) == 1 else x


def _outer(meaning: Meaning, x: Syntax) -> Array:
    a, b = _vectors(meaning, x)
    return build.outer(a, b)


def _dot(meaning: Meaning, x: Syntax) -> Array:
    a, b = (_standing(meaning.array(part)) for part in x.args)
    if len(a.shape) != 1 or len(b.shape) != 1:
        return meaning.product(a, b, x)
    if a.shape != b.shape:
        raise meaning.unfit(a, b, x)
    return build.dot(a, b)


def _inner(meaning: Meaning, x: Syntax) -> Array:
    a, b = (meaning.array(part) for part in x.args)
    if a.shape != b.shape:
        raise meaning.unfit(a, b, x)
    return build.sum_(build.mul(a, b), None)


def _eye(meaning: Meaning, x: Syntax) -> Array:
    return leaves.eye(meaning.size(x.args[0]))


def _ones(meaning: Meaning, x: Syntax) -> Array:
    return leaves.ones(tuple(meaning.size(part) for part in x.args))


def _zeros(meaning: Meaning, x: Syntax) -> Array:
    return leaves.zeros(tuple(meaning.size(part) for part in x.args))


def _transpose(meaning: Meaning, x: Syntax) -> Array:
    return build.transposed(meaning.array(x.args[0]))


def _det(a: Array) -> Array:
    return build.scalar_of_matrix("det", a)


def _logdet(a: Array) -> Array:
    return build.scalar_of_matrix("logdet", a)


ROWS: dict[str, tuple[int, int, Row]] = {
    "sum": (1, 2, _reduction(build.sum_)),
    "mean": (1, 2, _reduction(build.mean)),
    "max": (1, 2, _reduction(lambda a, axis: build.most(a, axis, "most"))),
    "min": (1, 2, _reduction(lambda a, axis: build.most(a, axis, "least"))),
    "softmax": (1, 2, _needs_axis(build.softmax)),
    "logsumexp": (1, 2, _needs_axis(_lse)),
    "rowsum": (1, 1, _of_rows(build.sum_, 1)),
    "colsum": (1, 1, _of_rows(build.sum_, 0)),
    "rowmean": (1, 1, _of_rows(build.mean, 1)),
    "colmean": (1, 1, _of_rows(build.mean, 0)),
    "norm": (1, 1, _norm),
    "norm1": (1, 1, _norm1),
    "trace": (1, 1, _of_square(build.trace)),
    "tr": (1, 1, _of_square(build.trace)),
    "Tr": (1, 1, _of_square(build.trace)),
    "det": (1, 1, _of_square(_det)),
    "logdet": (1, 1, _of_square(_logdet)),
    "inv": (1, 1, _of_square(build.inverse)),
    "solve": (2, 2, _solve),
    "diag": (1, 1, _diag),
    "Diag": (1, 1, _diag),
    "outer": (2, 2, _outer),
    "dot": (2, 2, _dot),
    "inner": (2, 2, _inner),
    "eye": (1, 1, _eye),
    "ones": (1, 2, _ones),
    "zeros": (1, 2, _zeros),
    "transpose": (1, 1, _transpose),
}
FUNCTIONS = frozenset(ROWS)


def is_function(word: str) -> bool:
    """Tell whether a word before a bracket is a function.

    >>> is_function("tr"), is_function("tanh"), is_function("Wx")
    (True, True, False)
    """
    plain = word.lstrip("\\")
    return plain in FUNCTIONS or lookup(plain) is not None or plain in {*REFUSED, "where"}


__all__ = ["FUNCTIONS", "ROWS", "UNIT", "call"]
