"""What compiled C has besides value and gradient, as Python functions: matrices, each sample."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from symgrad.program.program import Program
from symgrad.targets.compiled_c import MODULE, CModule

KINDS = (
    "outputs", "residuals", "jacobian", "jacobian_sparse", "hessian", "hessian_sparse",
    "hvp", "value_each", "gradient_each",
)  # fmt: skip
Filled = Callable[[Sequence[Any], dict[str, Any]], tuple[Any, bool]]


def further_functions(
    module: CModule, program: Program, kinds: Sequence[str]
) -> Mapping[str, Callable[..., Any]]:
    """Return the functions of these kinds that a loaded library has, by name.

    They take what `value` takes, and give NumPy arrays. With arrays of samples for data, outputs,
    residuals and Jacobians have the samples along the first axis; second derivatives are means.
    """
    return {kind: _function(module, program, kind) for kind in kinds}


def _function(module: CModule, program: Program, kind: str) -> Callable[..., Any]:
    width, count = len(program.wrt), len(program.pattern)
    if kind == "value_each":
        return _each(module, kind, ())
    if kind == "gradient_each":
        return _each(module, kind, (width,))
    if kind == "hvp":
        return _product(module, program)
    if kind == "jacobian_sparse":
        return _sparse(module, program)
    if kind == "hessian_sparse":
        return _sparse_mean(module, program)
    shapes = {"jacobian": (count, width), "hessian": (width, width)}
    filled = _filled(module, kind, shapes.get(kind, (count,)))

    def hessian(*given: Any, **named: Any) -> Any:  # noqa: ANN401
        """Return the matrix of second derivatives: at one sample, or its mean over samples."""
        return filled(given, named)[0].mean(axis=0)

    def rows(*given: Any, **named: Any) -> Any:  # noqa: ANN401
        """Return numbers of one sample, or with the samples along the first axis."""
        out, many = filled(given, named)
        return out if many else out[0]

    return hessian if kind == "hessian" else rows


def _samples(module: CModule, given: Sequence[Any], named: dict[str, Any]) -> tuple[Any, bool]:
    """Return the arguments of one call for each sample, and whether there are several."""
    values, many = module.arguments(given, named)
    if not many:
        return [module.numbers(module.inputs, values)], False
    arguments, columns = module.batch(values)
    first = len(module.parameters)
    before, after = arguments[:first], arguments[first + 1 + len(columns) :]
    rows = zip(*(column.tolist() for column in columns), strict=True)
    return [[*before, *row, *after] for row in rows], True


def _filled(module: CModule, kind: str, shape: tuple[int, ...]) -> Filled:
    """Return a function that fills an array with samples, and tells whether there are several."""
    function = module.function(kind, result=None, extra=[ctypes.c_void_p])

    def filled(given: Sequence[Any], named: dict[str, Any]) -> tuple[Any, bool]:
        import numpy as np  # noqa: PLC0415  (only arrays need it)

        samples, many = _samples(module, given, named)
        out = np.zeros((len(samples), *shape))
        place, step = out.ctypes.data, out.strides[0]
        for i, sample in enumerate(samples):
            function(*sample, place + i * step)
        return out, many

    return filled


def _sparse(module: CModule, program: Program) -> Callable[..., Any]:
    entries = [column for row in program.pattern for column in row]
    lengths = [len(row) for row in program.pattern]
    values = _filled(module, "jacobian_sparse", (len(entries),))

    def jacobian_sparse(*given: Any, **named: Any) -> tuple[Any, Any, Any]:  # noqa: ANN401
        """Return the entries that can be other than 0, their columns, and where rows begin."""
        import numpy as np  # noqa: PLC0415  (only arrays need it)

        found, _ = values(given, named)
        starts = np.cumsum([0, *lengths * len(found)])
        return found.ravel(), np.tile(np.array(entries, dtype=int), len(found)), starts

    return jacobian_sparse


def _sparse_mean(module: CModule, program: Program) -> Callable[..., Any]:
    entries = [column for row in program.second_pattern for column in row]
    lengths = [len(row) for row in program.second_pattern]
    values = _filled(module, "hessian_sparse", (len(entries),))

    def hessian_sparse(*given: Any, **named: Any) -> tuple[Any, Any, Any]:  # noqa: ANN401
        """Return entries that can be other than 0, their columns, and where rows begin."""
        import numpy as np  # noqa: PLC0415  (only arrays need it)

        found, _ = values(given, named)
        return found.mean(axis=0), np.array(entries, dtype=int), np.cumsum([0, *lengths])

    return hessian_sparse


def _product(module: CModule, program: Program) -> Callable[..., Any]:
    usual = sum(default is not None for _, default in program.constants)
    place = len(module.inputs) - usual
    function = module.function("hvp", result=module.params, extra=[module.params])

    def hvp(*given: Any, **named: Any) -> Any:  # noqa: ANN401
        """Return the second derivatives times a direction, which stands before the defaults."""
        if "direction" in named:
            along = named.pop("direction")
        elif len(given) > place:
            along, given = given[place], (*given[:place], *given[place + 1 :])
        else:
            raise TypeError("missing arguments: direction")
        samples, _ = _samples(module, given, named)
        direction = module.params(*map(float, along))
        rows = [function(*sample, direction).numbers() for sample in samples]
        return module.gradient(*(sum(column) / len(rows) for column in zip(*rows, strict=True)))

    return hvp


def _each(module: CModule, kind: str, shape: tuple[int, ...]) -> Callable[..., Any]:
    function = getattr(module.library, f"{MODULE}_{kind}")
    first, last = len(module.parameters), len(module.parameters) + len(module.data)
    real = ctypes.c_double
    pointers = [ctypes.c_void_p] * len(module.data)
    constants = [real] * (len(module.inputs) - last)
    function.argtypes = [
        *[real] * first, ctypes.c_size_t, *pointers, *constants, ctypes.c_void_p
    ]  # fmt: skip
    function.restype = None

    def each(*given: Any, **named: Any) -> Any:  # noqa: ANN401
        """Return a result for each sample, along the first axis."""
        import numpy as np  # noqa: PLC0415  (only arrays need it)

        values, many = module.arguments(given, named)
        if not many:
            values = [[v] if first <= i < last else v for i, v in enumerate(values)]
        arguments, kept = module.batch(values)
        out = np.empty((len(kept[0]), *shape))
        function(*arguments, out.ctypes.data)
        return out

    return each
