"""Emitted code as a module of this process, ready to be called.

Python, NumPy, JAX and PyTorch code is executed as it is emitted. C code is compiled with the
system's compiler into a shared library, once for each content and machine, and called through
`ctypes`.
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import platform
import subprocess
import tempfile
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

from symgrad.derivation.arrays.derivation import ArrayDerivation
from symgrad.derivation.derivation import Derivation
from symgrad.derivation.derive import derive
from symgrad.errors import SymgradError, nearest
from symgrad.graph.graph import Graph
from symgrad.program.program import Program, lower
from symgrad.targets import EmittedFile, Options, Sheet, target_names
from symgrad.targets import target as target_called
from symgrad.targets.arrays.numpy import code as array_code
from symgrad.targets.bounded import run
from symgrad.targets.codegen import emit, emit_program, planned
from symgrad.targets.compiled_c import MODULE, CModule
from symgrad.targets.compiled_c_further import KINDS, further_functions
from symgrad.targets.module import marked
from symgrad.targets.running_c import c_compiler
from symgrad.targets.running_python import imported

# Without errno and traps sqrt and choices are vector instructions; sums keep their order.
FLAGS = ("-std=c99", "-O3", "-fPIC", "-shared", "-fno-math-errno", "-fno-trapping-math")
OPTIONAL_FLAGS = (("-march=native",), ())
TARGETS = ("python", "numpy", "c", "jax", "torch")
_LIBRARIES = {"numpy": "NumPy", "jax": "JAX", "torch": "PyTorch"}
_TIME_LIMIT = 300


class NoCompiler(SymgradError, RuntimeError):
    """There is no C compiler on this machine, or it stopped."""


def compile(  # noqa: A001  (the name of the public interface)
    source: Derivation | Graph,
    target: str = "numpy",
    *,
    optimizer: str = "sgd",
    safe: bool = True,
    threads: int = 1,
    include: Sequence[str] = (),
) -> ModuleType:
    """Return a module with value, gradient, value_and_gradient and update, ready to call.

    `target` is "python", "numpy", "c", "jax" or "torch". The functions take the parameters, the
    data and the constants in the order of the graph; data are floats or, for all but "python",
    arrays of shape (n,), and the results are means over the n samples then. A compiled C module is
    kept in the user's cache folder and found again by its content (where that folder cannot be
    written, it is compiled anew for each process); with `threads` above 1 it shares a large batch
    out among so many threads by OpenMP, with the same result. Of a graph with arrays ("numpy" only)
    parameters are arrays of any sizes that fit. `include` adds functions, such as `["hessian"]`;
    those of "c" take what `value` takes. The module can be pickled: where it is read again it is
    compiled again.

    Raises NoCompiler when "c" is asked for and there is no compiler, and SymgradError for any other
    target and for one whose library is not installed.

    >>> from symgrad.sources.text import parse
    >>> module = compile(parse("param a; data x; J = (a*x)^2"), target="python")
    >>> module.value_and_gradient(3.0, 2.0)
    (36.0, Gradient(a=24.0))
    """
    if target not in TARGETS:
        close = nearest(target, TARGETS) if target not in target_names() else None
        known = f"one of {', '.join(f'`{name}`' for name in TARGETS)}"
        raise SymgradError(
            f"code for `{target}` cannot be run in this process",
            help=f"did you mean `{close}`?" if close else known,
        )
    if target in _LIBRARIES and find_spec(target) is None:
        fault = f"{_LIBRARIES[target]} is not installed here"
        raise SymgradError(fault, help="install it, or take target='python'")
    derivation = derive(source) if isinstance(source, Graph) else source
    if isinstance(derivation, ArrayDerivation) and target == "numpy":
        return array_module(array_code(derivation, include=include))
    options: dict[str, Any] = {
        "optimizer": optimizer,
        "safe": safe,
        "threads": threads,
        "include": tuple(include),
    }
    module = _module(derivation, target, **options)
    return marked(module, derivation, target, options, compile)


def _module(
    derivation: Derivation,
    target: str,
    *,
    optimizer: str,
    safe: bool,
    threads: int,
    include: Sequence[str],
) -> ModuleType:
    if target != "c":
        style = {"style": "fast"} if target == "numpy" else {}
        files = emit(derivation, target, optimizer=optimizer, safe=safe, include=include, **style)
        with tempfile.TemporaryDirectory() as folder:
            return imported(files[0], Path(folder))
    language = target_called(target)
    functions, further = planned(derivation, language, include=include)
    absent = [name for name in include if name in functions and name not in KINDS]
    if absent:
        fault = f"compiled C has no `{absent[0]}` here"
        raise SymgradError(fault, help=f"it has {', '.join(KINDS)}")
    program = lower(derivation, safe=safe, optimizer=optimizer, further=further)
    if any(f.record.unknown for f in program.graph.functions.values()):
        raise SymgradError(
            "compiled C takes no functions as arguments here",
            help="take target='numpy' or 'python'",
        )
    options = Options(MODULE, {}, functions)
    files = emit_program(program, language, options)
    return _c_module(program, files, Sheet(language, program, options), threads)


def array_module(text: str) -> ModuleType:
    """Return a module of emitted array code."""
    with tempfile.TemporaryDirectory() as folder:
        return imported(EmittedFile("model_numpy.py", text), Path(folder))


def cache_folder() -> Path:
    """Return the folder in which compiled modules are kept."""
    named = os.environ.get("SYMGRAD_CACHE")
    if named:
        return Path(named)
    base = os.environ.get("XDG_CACHE_HOME")
    try:
        return (Path(base) if base else Path.home() / ".cache") / "symgrad"
    except RuntimeError:  # no home
        return Path(tempfile.gettempdir()) / "symgrad"


def _c_module(
    program: Program, files: Sequence[EmittedFile], sheet: Sheet, threads: int
) -> ModuleType:
    folder = cache_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder) as work:
            library = _library(files, threads, folder, Path(work))
    except OSError:
        # Nothing can be kept: a library that is loaded needs its file no more.
        with tempfile.TemporaryDirectory() as work:
            library = _library(files, threads, Path(work), Path(work))
    module = CModule(program, sheet, library)
    made = module.module()
    kinds = [kind for kind in KINDS if sheet.has(kind)]
    made.__dict__.update(further_functions(module, program, kinds))
    return made


def _library(files: Sequence[EmittedFile], threads: int, folder: Path, work: Path) -> ctypes.CDLL:
    """Return the loaded library from the folder, compiled in another one when it is not there."""
    compiler = c_compiler()
    if compiler is None:
        raise NoCompiler(
            "there is no C compiler on this machine",
            help="install gcc or clang, set CC, or take target='numpy'",
        )
    parallel = ["-fopenmp", f"-DSYMGRAD_THREADS={threads:d}"] if threads > 1 else []
    _, version, _ = _ran([compiler, "--version"], None)
    seed = "\0".join(
        [compiler, version, _processor(), *FLAGS, *parallel, *(file.text for file in files)]
    )
    place = folder / f"{hashlib.sha256(seed.encode()).hexdigest()[:32]}.so"
    if place.exists():
        return ctypes.CDLL(str(place))
    for file in files:
        (work / file.name).write_text(file.text, encoding="utf-8")
    for extra in OPTIONAL_FLAGS:
        status, _, complaint = _ran(
            [compiler, *FLAGS, *parallel, *extra, files[-1].name, "-lm", "-o", "module.so"], work
        )
        if not status and (work / "module.so").exists():
            (work / "module.so").replace(place)
            return ctypes.CDLL(str(place))
    fault = (complaint.strip().splitlines() or ["no message"])[0]
    raise NoCompiler(f"the C compiler {compiler} stopped: {fault}")


def _ran(command: list[str], folder: Path | None) -> tuple[int, str, str]:
    """Run a compiler; return its status, and what it writes to both streams."""
    try:
        done = run(command, seconds=_TIME_LIMIT, folder=folder)
    except subprocess.TimeoutExpired:
        fault = f"the C compiler {command[0]} was not done within {_TIME_LIMIT} s"
        raise NoCompiler(fault, help="take target='numpy'") from None
    except OSError as error:
        fault = f"the C compiler {command[0]} cannot be run: {error.strerror}"
        raise NoCompiler(fault) from error
    texts = [stream.decode("utf-8", "replace") for stream in (done.stdout, done.stderr)]
    return done.returncode, texts[0], texts[1]


def _processor() -> str:
    """Return what tells this processor from others: code is compiled for the one it runs on."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        lines = []
    flags = next((line for line in lines if line.startswith(("flags", "Features"))), "")
    return f"{platform.machine()} {platform.processor()} {flags}"
