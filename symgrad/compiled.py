"""Emitted code as a module of this process, ready to be called.

Python and NumPy code is executed as it is emitted. C code is compiled with the system's compiler
into a shared library, once for each content and machine, and called through `ctypes`.
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import platform
import subprocess
import tempfile
from collections import namedtuple
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

from symgrad.codegen import emit_program
from symgrad.derivation import Derivation
from symgrad.derive import derive
from symgrad.errors import Diagnostic, SymgradError
from symgrad.graph import Graph
from symgrad.program import Program, lower
from symgrad.targets import EmittedFile, Options, Sheet, target_names
from symgrad.targets import target as target_called
from symgrad.targets.running import c_compiler, imported

# Without errno and traps sqrt and choices are vector instructions; sums keep their order.
FLAGS = ("-std=c99", "-O3", "-fPIC", "-shared", "-fno-math-errno", "-fno-trapping-math")
OPTIONAL_FLAGS = (("-march=native",), ())
_TIME_LIMIT = 300
_MODULE = "model"


class NoCompiler(SymgradError, RuntimeError):
    """There is no C compiler on this machine, or it stopped."""


def compile(  # noqa: A001  (the name of the public interface)
    source: Derivation | Graph,
    target: str = "numpy",
    *,
    optimizer: str = "sgd",
    safe: bool = True,
    threads: int = 1,
) -> ModuleType:
    """Return a module with value, gradient, value_and_gradient and update, ready to call.

    `target` is "python", "numpy" or "c". The functions take the parameters, the data and the
    constants in the order of the graph; data are floats or, for "numpy" and "c", arrays of shape
    (n,), and the results are means over the n samples then. A compiled C module is kept in the
    user's cache folder and found again by its content; with `threads` above 1 it shares a large
    batch out among so many threads by OpenMP, with the same result.

    Raises NoCompiler when "c" is asked for and there is no compiler, and SymgradError for any other
    target and for "numpy" where NumPy is not installed.

    >>> from symgrad.sources.text import parse
    >>> module = compile(parse("param a; data x; J = (a*x)^2"), target="python")
    >>> module.value_and_gradient(3.0, 2.0)
    (36.0, Gradient(a=24.0))
    """
    if target not in ("python", "numpy", "c"):
        known = ", ".join(f"`{name}`" for name in target_names() if name != "javascript")
        raise SymgradError(
            Diagnostic(f"code for `{target}` cannot be run in this process", help=f"one of {known}")
        )
    if target == "numpy" and find_spec("numpy") is None:
        raise SymgradError(
            Diagnostic("NumPy is not installed here", help="install it, or take target='python'")
        )
    derivation = derive(source) if isinstance(source, Graph) else source
    program = lower(derivation, safe=safe, optimizer=optimizer)
    language = target_called(target)
    files = emit_program(program, language, Options(_MODULE, {}))
    if target == "c":
        return _c_module(program, files, Sheet(language, program, Options(_MODULE, {})), threads)
    with tempfile.TemporaryDirectory() as folder:
        return imported(files[0], Path(folder))


def cache_folder() -> Path:
    """Return the folder in which compiled modules are kept."""
    named = os.environ.get("SYMGRAD_CACHE")
    if named:
        return Path(named)
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "symgrad"


def _c_module(
    program: Program, files: Sequence[EmittedFile], sheet: Sheet, threads: int
) -> ModuleType:
    library = ctypes.CDLL(str(_library(files, threads)))
    return _CModule(program, sheet, library).module()


def _library(files: Sequence[EmittedFile], threads: int) -> Path:
    compiler = c_compiler()
    if compiler is None:
        raise NoCompiler(
            Diagnostic(
                "there is no C compiler on this machine",
                help="install gcc or clang, set CC, or take target='numpy'",
            )
        )
    parallel = ["-fopenmp", f"-DSYMGRAD_THREADS={threads:d}"] if threads > 1 else []
    version = _ran([compiler, "--version"], None).stdout
    seed = "\0".join(
        [compiler, version, _processor(), *FLAGS, *parallel, *(file.text for file in files)]
    )
    folder = cache_folder()
    place = folder / f"{hashlib.sha256(seed.encode()).hexdigest()[:32]}.so"
    if place.exists():
        return place
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as work:
        for file in files:
            (Path(work) / file.name).write_text(file.text, encoding="utf-8")
        source = files[-1].name
        for extra in OPTIONAL_FLAGS:
            made = _ran(
                [compiler, *FLAGS, *parallel, *extra, source, "-lm", "-o", "module.so"], work
            )
            if not made.returncode:
                (Path(work) / "module.so").replace(place)
                return place
    fault = (made.stderr.strip().splitlines() or ["no message"])[0]
    raise NoCompiler(Diagnostic(f"the C compiler {compiler} stopped: {fault}"))


def _ran(command: list[str], folder: str | None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603  (the system's compiler, with files made here)
        command, cwd=folder, capture_output=True, encoding="utf-8", errors="replace",
        timeout=_TIME_LIMIT, check=False,
    )  # fmt: skip


def _processor() -> str:
    """Return what tells this processor from others: code is compiled for the one it runs on."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        lines = []
    flags = next((line for line in lines if line.startswith(("flags", "Features"))), "")
    return f"{platform.machine()} {platform.processor()} {flags}"


class _CModule:
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
        module = ModuleType(_MODULE)
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

    def _function(self, name: str, *, result: Any, extra: Sequence[Any] = ()) -> Any:  # noqa: ANN401
        function = getattr(self.library, f"{_MODULE}_{name}")
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

    def _arguments(self, given: Sequence[Any], named: dict[str, Any]) -> tuple[list[Any], bool]:
        """Return the arguments in order, and whether there are arrays among the data."""
        if named or len(given) != len(self.inputs):
            given = self._in_order(given, named)
        first = len(self.parameters)
        arrays = any(
            getattr(value, "ndim", 0) or isinstance(value, list | tuple)
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

    def _batch(self, values: list[Any]) -> tuple[list[Any], list[Any]]:
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
            shapes = ", ".join(f"`{n}` {a.shape}" for n, a in zip(self.data, kept, strict=True))
            raise ValueError(f"data of different length: {shapes}")
        (count,) = counts
        if not count:
            raise ValueError("there is no sample")
        kept = [array if array.ndim else np.full(count, array) for array in kept]
        places = [array.ctypes.data for array in kept]
        return [*values[:first], count, *places, *values[last:]], kept

    @staticmethod
    def _array(name: str, value: Any) -> Any:  # noqa: ANN401
        """Return data as an array of doubles without gaps, of shape (n,) or ()."""
        import numpy as np  # noqa: PLC0415  (only arrays need it)

        array = np.asarray(value)
        if array.dtype.kind not in "fiub":
            raise TypeError(f"`{name}` must hold real numbers, not {array.dtype}")
        if array.ndim > 1:
            raise ValueError(f"`{name}` must have shape (n,), not {array.shape}")
        return np.require(array, np.float64, ["C", "ALIGNED"])

    def _calls(self, name: str, result: Any, extra: Sequence[Any] = ()) -> Callable[..., Any]:  # noqa: ANN401
        scalar = self._function(name, result=result, extra=extra)
        batch = self._function(f"batch_{name}", result=result, extra=extra) if self.data else scalar

        def call(given: Sequence[Any], named: dict[str, Any], *rest: Any) -> Any:  # noqa: ANN401
            values, arrays = self._arguments(given, named)
            if not arrays:
                return scalar(*map(float, values), *rest)
            arguments, kept = self._batch(values)
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
            rates = [float(named.pop(name, default)) for name, default in self.rates.items()]
            if self.state is None:
                return self.updated(*call(given, named, *rates).numbers())
            old = named.pop("state", None)
            kept = kind(*(old if old is not None else [0.0] * len(self.states)))
            found = call(given, named, *rates, ctypes.byref(kept))
            return self.updated(*found.numbers()), self.state(*kept.numbers())

        return update


def _record(name: str, fields: Sequence[str]) -> Any:  # noqa: ANN401
    """Return a class of named tuples with these fields."""
    return namedtuple(name, fields)  # noqa: PYI024  (the fields are known only now)


def _structure(name: str, fields: Sequence[str]) -> Any:  # noqa: ANN401
    """Return a ctypes structure of doubles; its fields are numbered, since any name may occur."""

    def numbers(self: Any) -> list[float]:  # noqa: ANN401
        return [getattr(self, f"f{i}") for i in range(len(fields))]

    members = [(f"f{i}", ctypes.c_double) for i in range(max(1, len(fields)))]
    return type(name, (ctypes.Structure,), {"_fields_": members, "numbers": numbers})
