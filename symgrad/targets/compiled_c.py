"""Compiled C code as a Python module: its functions take and return what those of NumPy code do."""

from __future__ import annotations

import ctypes
from collections import namedtuple
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any

from symgrad.program.program import Program
from symgrad.targets import Sheet

MODULE = "model"


class CModule:
    """Builds the Python functions around a loaded library."""

    def __init__(self, program: Program, sheet: Sheet, library: ctypes.CDLL) -> None:
        self.library = library
        self.fields = list(sheet.fields)
        self.parameters = [sheet.names[name] for name in program.parameters]
        self.data = [sheet.names[name] for name in program.data]
        self.inputs = [sheet.names[name] for name in program.inputs]
        rule = sheet.optimizer
        self.defaults: dict[str, float] = {
            sheet.names[name]: float(value)
            for name, value in program.constants
            if value is not None
        }
        self.rates = {"rate": float(program.rate)} | {n: float(v) for n, v in rule.settings}
        states = [f"{state}_{name}" for state in rule.state for name in self.fields]
        self.states = [*(["step"] if rule.counter else []), *states]
        self.params = _structure("Params", self.fields)
        self.gradient = _record("Gradient", self.fields)
        self.updated = _record("Params", self.fields)
        self.state = _record("State", self.states) if self.states else None

    def module(self) -> ModuleType:
        """Return the module."""
        module = ModuleType(MODULE)
        module.__dict__.update(
            value=self._value(),
            gradient=self._gradient(),
            value_and_gradient=self._both(),
            update=self._update(),
            Gradient=self.gradient,
            Params=self.updated,
            # The library stays loaded as long as the module lives.
            _library=self.library,
        )
        if self.state is not None:
            module.__dict__.update(State=self.state, START=self.state(*[0.0] * len(self.states)))
        return module

    def function(self, name: str, *, result: Any, extra: Sequence[Any] = ()) -> Any:  # noqa: ANN401
        """Return a function of the library, with the types of its arguments and its result."""
        function = getattr(self.library, f"{MODULE}_{name}")
        real = ctypes.c_double
        if name.startswith("batch_"):
            pointers = [ctypes.c_void_p] * len(self.data)
            constants = [real] * (len(self.inputs) - len(self.parameters) - len(self.data))
            given = [real] * len(self.parameters) + [ctypes.c_size_t, *pointers, *constants]
        else:
            given = [real] * len(self.inputs)
        function.argtypes = [*given, *extra]
        function.restype = result
        return function

    def arguments(self, given: Sequence[Any], named: dict[str, Any]) -> tuple[list[Any], bool]:
        """Return the arguments in order, and whether there are arrays among the data."""
        if named or len(given) != len(self.inputs):
            given = self._in_order(given, named)
        first = len(self.parameters)
        arrays = any(
            type(value) is not float and _is_array(value)
            for value in given[first : first + len(self.data)]
        )
        return list(given), arrays

    def _in_order(self, given: Sequence[Any], named: dict[str, Any]) -> list[Any]:
        """Return all arguments in order, the constants that were not given with their values."""
        if len(given) > len(self.inputs):
            raise TypeError(f"{len(self.inputs)} arguments are taken, {len(given)} were given")
        values = dict(zip(self.inputs, given, strict=False))
        for name in named:
            if name in values or name not in self.inputs:
                fault = "given twice" if name in values else "unknown"
                raise TypeError(f"the argument `{name}` is {fault}")
        values = {**self.defaults, **values, **named}
        missing = [name for name in self.inputs if name not in values]
        if missing:
            raise TypeError(f"missing arguments: {', '.join(missing)}")
        return [values[name] for name in self.inputs]

    def batch(self, values: list[Any]) -> tuple[list[Any], list[Any]]:
        """Return the arguments of a batch function, and the arrays that must stay alive."""
        import numpy as np  # noqa: PLC0415  (only arrays need it)

        double = np.dtype(np.float64)
        first = len(self.parameters)
        last = first + len(self.data)
        kept = [
            value
            if type(value) is np.ndarray and value.dtype is double and value.ndim == 1
            and (flags := value.flags).c_contiguous and flags.aligned
            else self._array(name, value)
            for name, value in zip(self.data, values[first:last], strict=True)
        ]  # fmt: skip
        counts = {array.size for array in kept if array.ndim}
        if len(counts) > 1:
            lengths = [f"`{n}` {a.size}" for n, a in zip(self.data, kept, strict=True) if a.ndim]
            raise ValueError(f"arrays of different length: {', '.join(lengths)}")
        (count,) = counts
        if not count:
            raise ValueError(f"`{self.data[0]}` is empty")
        kept = [array if array.ndim else np.full(count, array) for array in kept]
        places = [array.ctypes.data for array in kept]
        before = self.numbers(self.inputs[:first], values[:first])
        after = self.numbers(self.inputs[last:], values[last:])
        return [*before, count, *places, *after], kept

    @staticmethod
    def _array(name: str, value: Any) -> Any:  # noqa: ANN401
        """Return data as an array of doubles without gaps, of shape (n,) or ()."""
        import numpy as np  # noqa: PLC0415  (only arrays need it)

        if isinstance(value, np.ma.MaskedArray):
            raise TypeError(f"`{name}` must be a plain array, not a masked one")
        try:
            array = np.asarray(value)
        except ValueError:
            raise ValueError(f"`{name}` must be an array of shape (n,)") from None
        if array.dtype.kind not in "fiub":
            raise TypeError(f"`{name}` must hold real numbers, not {array.dtype}")
        if array.ndim > 1:
            raise ValueError(f"`{name}` must have the shape (n,), not {array.shape}")
        return np.require(array, np.float64, ["C", "ALIGNED"])

    @staticmethod
    def numbers(names: Sequence[str], values: Sequence[Any]) -> list[float]:
        """Return the arguments that are single numbers, as doubles."""
        return [
            value if type(value) is float else _number(name, value)
            for name, value in zip(names, values, strict=True)
        ]

    def _calls(self, name: str, result: Any, extra: Sequence[Any] = ()) -> Callable[..., Any]:  # noqa: ANN401
        scalar = self.function(name, result=result, extra=extra)
        batch = self.function(f"batch_{name}", result=result, extra=extra) if self.data else scalar

        def call(given: Sequence[Any], named: dict[str, Any], *rest: Any) -> Any:  # noqa: ANN401
            values, arrays = self.arguments(given, named)
            if not arrays:
                return scalar(*self.numbers(self.inputs, values), *rest)
            arguments, kept = self.batch(values)
            found = batch(*arguments, *rest)
            del kept
            return found

        return call

    def _value(self) -> Callable[..., float]:
        call = self._calls("value", ctypes.c_double)

        def value(*given: Any, **named: Any) -> float:  # noqa: ANN401
            """Return the objective: at one sample, or its mean over arrays of samples."""
            return float(call(given, named))

        return value

    def _gradient(self) -> Callable[..., Any]:
        call = self._calls("gradient", self.params)

        def gradient(*given: Any, **named: Any) -> Any:  # noqa: ANN401
            """Return the derivative of the objective by each parameter."""
            return self.gradient(*call(given, named).numbers())

        return gradient

    def _both(self) -> Callable[..., Any]:
        pointer = ctypes.POINTER(ctypes.c_double)
        call = self._calls("value_and_gradient", self.params, [pointer])

        def value_and_gradient(*given: Any, **named: Any) -> Any:  # noqa: ANN401
            """Return the objective and its derivative by each parameter."""
            value = ctypes.c_double()
            found = call(given, named, ctypes.byref(value))
            return value.value, self.gradient(*found.numbers())

        return value_and_gradient

    def _update(self) -> Callable[..., Any]:
        extra: list[Any] = [ctypes.c_double] * len(self.rates)
        kind = _structure("State", self.states)
        if self.state is not None:
            extra.append(ctypes.POINTER(kind))
        call = self._calls("update", self.params, extra)

        def update(*given: Any, **named: Any) -> Any:  # noqa: ANN401
            """Return the parameters after one step of the update rule, and its new state if any."""
            inputs, settings = self._settings(given, named)
            old = settings.pop("state", None)
            rates = self.numbers(list(settings), list(settings.values()))
            if self.state is None:
                return self.updated(*call(inputs, named, *rates).numbers())
            kept = kind(*([0.0] * len(self.states) if old is None else map(float, old)))
            found = call(inputs, named, *rates, ctypes.byref(kept))
            return self.updated(*found.numbers()), self.state(*kept.numbers())

        return update

    def _settings(
        self, given: Sequence[Any], named: dict[str, Any]
    ) -> tuple[Sequence[Any], dict[str, Any]]:
        """Take what follows the inputs, the rate first and the state last, out of the arguments."""
        settings: dict[str, Any] = {**self.rates}
        if self.state is not None:
            settings["state"] = None
        count = len(self.inputs)
        if len(given) > count + len(settings):
            most = count + len(settings)
            raise TypeError(f"{most} arguments are taken, {len(given)} were given")
        for name, value in zip(settings, given[count:], strict=False):
            if name in named:
                raise TypeError(f"the argument `{name}` is given twice")
            settings[name] = value
        settings |= {name: named.pop(name) for name in settings if name in named}
        return given[:count], settings


def _number(name: str, value: Any) -> float:  # noqa: ANN401
    """Return an argument as a double, what is no single real number being refused by its name."""
    shape = (len(value),) if isinstance(value, list | tuple) else getattr(value, "shape", ())
    if shape:
        raise ValueError(f"`{name}` must be a single number, not an array {shape}")
    try:
        if isinstance(value, str | bytes | bytearray):
            raise TypeError
        return float(value)
    except (TypeError, ValueError):
        fault = f"`{name}` must be a real number, not {type(value).__name__}"
        raise TypeError(fault) from None
    except OverflowError:
        raise OverflowError(f"`{name}` is beyond the range of doubles") from None


def _is_array(value: Any) -> bool:  # noqa: ANN401
    """Tell whether data hold samples, not one number."""
    dimensions = getattr(value, "ndim", None)
    if dimensions is None:
        return isinstance(value, list | tuple | range) or hasattr(value, "__array__")
    return bool(dimensions)


def _record(name: str, fields: Sequence[str]) -> Any:  # noqa: ANN401
    """Return a class of named tuples with these fields."""
    return namedtuple(name, fields)  # noqa: PYI024  (the fields are known only now)


def _structure(name: str, fields: Sequence[str]) -> Any:  # noqa: ANN401
    """Return a ctypes structure of doubles; its fields are numbered, since any name may occur."""

    def numbers(self: Any) -> list[float]:  # noqa: ANN401
        return [getattr(self, f"f{i}") for i in range(len(fields))]

    members = [(f"f{i}", ctypes.c_double) for i in range(max(1, len(fields)))]
    return type(name, (ctypes.Structure,), {"_fields_": members, "numbers": numbers})
