"""Emitted array code run where it was just made, and held against certified values."""

from __future__ import annotations

import ctypes
import json
import shutil
import tempfile
from collections.abc import Callable, Sequence
from math import prod
from pathlib import Path

from symgrad.derivation.arrays.derivation import ArrayDerivation
from symgrad.derivation.arrays.samples import over_samples
from symgrad.expression.arrays.print_numpy import identifier
from symgrad.graph.arrays import ArrayGraph
from symgrad.targets.arrays.c_blas import INCLUDE
from symgrad.targets.arrays.checking import Arguments, ArrayCheck, Runner, Value, held, inputs_of
from symgrad.targets.arrays.running_blas import NO_BLAS, blas_flags
from symgrad.targets.bounded import run as run_tool
from symgrad.targets.check_code import CodeCheckFailed, code_check_failed
from symgrad.targets.running import BrokenCode
from symgrad.targets.running_c import c_compiler
from symgrad.targets.running_python import imported
from symgrad.targets.task import EmittedFile


def check_arrays(d: ArrayDerivation, target: str, files: Sequence[EmittedFile]) -> ArrayCheck:
    """Return how far emitted code is from certified values at several sizes.

    Raises CodeCheckFailed where it is further off than doubles explain.
    """
    with tempfile.TemporaryDirectory() as folder:
        made = _RUNNERS[target](d, files, Path(folder))
        if isinstance(made, str):
            return ArrayCheck(target, note=made)
        batches = target == "numpy" or over_samples(d.array_graph) is not None
        report = held(d, target, made, samples=batches and not d.jacobian)
    if not report.ok:
        raise code_check_failed(f"the emitted code is not exact: {report.text}")
    return report


def _python(d: ArrayDerivation, files: Sequence[EmittedFile], folder: Path) -> Runner | str:
    """Return the runner of a module in Python, of lists or of NumPy's arrays."""
    module = imported(files[0], folder)
    if files[0].name.endswith("_numpy.py"):
        import numpy as np  # noqa: PLC0415  (only where the emitted code imports it)

        def given(value: Value) -> Value:
            return np.asarray(value)
    else:

        def given(value: Value) -> Value:
            return value

    def one(arguments: Arguments) -> tuple[Value, Sequence[Value]]:
        values = [given(argument) for argument in arguments]
        if d.jacobian:
            return module.value(*values), tuple(module.jacobian(*values))
        value, gradient = module.value_and_gradient(*values)
        return value, tuple(gradient)

    return lambda calls: [one(arguments) for arguments in calls]


def sizes_of(d: ArrayDerivation, arguments: Sequence[Value]) -> tuple[dict[str, int], bool]:
    """Return the number behind every size that inputs name, and whether data hold samples."""
    graph = d.array_graph
    found: dict[str, int] = {}
    many = False
    for name, value in zip(inputs_of(d), arguments, strict=True):
        shape, own = shape_of(value), graph.shape_of[name]
        if len(shape) > len(own):
            many = True
            found[SAMPLES] = shape[0]
            shape = shape[1:]
        for size, length in zip(own, shape, strict=True):
            if len(size.terms) == 1 and not size.constant:
                ((word, factor),) = size.terms
                found.setdefault(identifier(word), length // factor)
    for name, value in zip(inputs_of(d), arguments, strict=True):
        shape, own = shape_of(value), graph.shape_of[name]
        for size, length in zip(own, shape[len(shape) - len(own) :], strict=True):
            open_ = [(w, c) for w, c in size.terms if identifier(w) not in found]
            if len(open_) == 1:
                known = sum(
                    c * found[identifier(w)] for w, c in size.terms if identifier(w) in found
                )
                found[identifier(open_[0][0])] = (length - known - size.constant) // open_[0][1]
    return found, many


SAMPLES = "\0samples"


def shape_of(value: Value) -> tuple[int, ...]:
    """Return the shape of nested lists."""
    return (len(value), *shape_of(value[0])) if isinstance(value, list) else ()


def flat(value: Value) -> list[float] | float:
    """Return nested lists as one list; a number as it is."""
    if not isinstance(value, list):
        return float(value)
    found: list[float] = []
    for part in value:
        inner = flat(part)
        found += inner if isinstance(inner, list) else [inner]
    return found


def _named_sizes(d: ArrayDerivation, sizes: dict[str, int], *, many: bool) -> dict[str, int]:
    """Return the sizes by name, the number of samples by the name that the code has for it."""
    found = {name: value for name, value in sizes.items() if name != SAMPLES}
    spread = over_samples(d.array_graph) if many else None
    if spread is not None:
        (count,) = (s for s in spread.sizes if s not in d.array_graph.sizes)
        found[count] = sizes[SAMPLES]
    return found


_NODE = """\
import {readFileSync, writeFileSync} from "node:fs";
import * as emitted from "./MODULE";
const calls = JSON.parse(readFileSync("calls.json", "utf8"));
const results = calls.map(([prefix, sizes, given]) => {
  const inputs = given.map((x) => Array.isArray(x) ? Float64Array.from(x) : x);
  const [value, gradient] = emitted.jacobian
    ? [emitted.value(sizes, ...inputs), emitted.jacobian(sizes, ...inputs)]
    : emitted[prefix + "value_and_gradient"](sizes, ...inputs);
  const plain = (x) => typeof x === "number" ? x : Array.from(x);
  return [plain(value), Object.values(gradient).map(plain)];
});
writeFileSync("results.json", JSON.stringify(results));
"""


def _javascript(d: ArrayDerivation, files: Sequence[EmittedFile], folder: Path) -> Runner | str:
    """Return the runner of a module under Node."""
    node = shutil.which("node")
    if node is None:
        return "there is no node on this machine"
    (folder / files[0].name).write_text(files[0].text, encoding="utf-8")
    (folder / "run.mjs").write_text(_NODE.replace("MODULE", files[0].name), encoding="utf-8")

    def run(calls: Sequence[Arguments]) -> Sequence[tuple[Value, Sequence[Value]]]:
        rows = []
        for arguments in calls:
            sizes, many = sizes_of(d, arguments)
            named = _named_sizes(d, sizes, many=many)
            rows.append(["mean_" if many else "", named, [flat(a) for a in arguments]])
        (folder / "calls.json").write_text(json.dumps(rows), encoding="utf-8")
        _tool([node, "run.mjs"], folder)
        found = json.loads((folder / "results.json").read_text("utf-8"))
        return [(value, derivatives) for value, derivatives in found]

    return run


def _tool(command: Sequence[str], folder: Path) -> None:
    """Run a tool in a folder; raise BrokenCode with what it says where it fails."""
    done = run_tool(command, seconds=_SECONDS, folder=folder)
    if done.returncode:
        raise BrokenCode(done.stderr.decode(errors="replace").strip()[-600:])


def _c(d: ArrayDerivation, files: Sequence[EmittedFile], folder: Path) -> Runner | str:
    """Return the runner of C, compiled as a library with every warning on."""
    compiler = c_compiler()
    if compiler is None:
        return "there is no C compiler on this machine"
    module = files[0].name.removesuffix(".h")
    for file in files:
        (folder / file.name).write_text(file.text, encoding="utf-8")
    spread = over_samples(d.array_graph)
    names = [identifier(n) for n in _size_order(d.array_graph, inputs_of(d))]
    further = [("", names)]
    if spread is not None:
        further.append(("mean_", [identifier(n) for n in _size_order(spread, inputs_of(d))]))
    probe = [f'#include "{module}.h"']
    for prefix, words in further:
        macro = f"{module}_{prefix}WORK".upper()
        declared = ", ".join(f"size_t {w}" for w in words) or "void"
        call = f"{macro}({', '.join(words)})"
        unused = " ".join(f"(void){word};" for word in words)
        probe += [f"size_t {prefix}space({declared});",
                  f"size_t {prefix}space({declared}) {{ {unused} return {call}; }}"]  # fmt: skip
    (folder / "probe.c").write_text("\n".join(probe) + "\n", encoding="utf-8")
    linked = blas_flags(compiler) if INCLUDE in files[1].text else ()
    if linked is None:
        return NO_BLAS
    flags = ["-std=c99", "-O2", "-shared", "-fPIC", "-Wall", "-Wextra", "-Werror", "-pedantic"]
    command = [compiler, *flags, f"{module}.c", "probe.c", "-o", "code.so", *linked, "-lm"]
    _tool(command, folder)
    library = ctypes.CDLL(str(folder / "code.so"))
    runner = _LibraryRunner(d, library, module, dict(further))
    return lambda calls: [runner.run(arguments) for arguments in calls]


class _LibraryRunner:
    """Calls compiled code."""

    def __init__(
        self, d: ArrayDerivation, library: ctypes.CDLL, module: str, sizes: dict[str, list[str]]
    ) -> None:
        self.d = d
        self.library = library
        self.module = module
        self.sizes = sizes

    def run(self, arguments: Sequence[Value]) -> tuple[Value, Sequence[Value]]:
        """Return the value and its derivatives."""
        sizes, many = sizes_of(self.d, arguments)
        named = _named_sizes(self.d, sizes, many=many)
        prefix = "mean_" if many else ""
        lengths = [ctypes.c_size_t(named[word]) for word in self.sizes[prefix]]
        space = getattr(self.library, f"{prefix}space")
        space.restype = ctypes.c_size_t
        work = (ctypes.c_double * (space(*lengths) + 1))()
        work[len(work) - 1] = _GUARD
        given: list[object] = []
        for value in map(flat, arguments):
            if isinstance(value, list):
                given.append((ctypes.c_double * len(value))(*value))
            else:
                given.append(ctypes.c_double(value))
        if self.d.jacobian:
            return self.filled(named, [*lengths, *given], work)
        firsts = [flat(a) for a in arguments[: len(self.d.wrt)]]
        outputs = [(ctypes.c_double * (len(f) if isinstance(f, list) else 1))() for f in firsts]
        function = getattr(self.library, f"{self.module}_{prefix}value_and_gradient")
        function.restype = ctypes.c_double
        value = function(*lengths, *given, *outputs, work)
        if work[len(work) - 1] != _GUARD:
            raise BrokenCode("the work space is smaller than what is written")
        return value, [list(output) for output in outputs]

    def filled(
        self, sizes: dict[str, int], given: Sequence[object], work: ctypes.Array[ctypes.c_double]
    ) -> tuple[Value, Sequence[Value]]:
        """Return an array and its derivatives, which two functions fill."""
        shapes = self.d.array_graph.shape_of
        top = shapes[self.d.graph.objective]
        named = {word: sizes[identifier(word)] for word in self.d.array_graph.sizes}
        kinds = (("value", [top]), ("jacobian", [(*top, *shapes[n]) for n in self.d.wrt]))
        found: list[list[list[float]]] = []
        for kind, results in kinds:
            lengths = [prod(size.value(named) for size in shape) for shape in results]
            arrays = [(ctypes.c_double * length)() for length in lengths]
            function = getattr(self.library, f"{self.module}_{kind}")
            function.restype = None
            function(*given, *arrays, work)
            if work[len(work) - 1] != _GUARD:
                raise BrokenCode("the work space is smaller than what is written")
            found.append([list(array) for array in arrays])
        return found[0][0], found[1]


_GUARD = 1234.5
_SECONDS = 120.0


def _size_order(graph: ArrayGraph, names: Sequence[str]) -> list[str]:
    """Return the sizes that inputs name, in order of first appearance."""
    found = (word for n in names for size in graph.shape_of[n] for word, _ in size.terms)
    return list(dict.fromkeys(found))


_RUNNERS: dict[str, Callable[[ArrayDerivation, Sequence[EmittedFile], Path], Runner | str]] = {
    "numpy": _python, "python": _python, "javascript": _javascript, "c": _c,
}  # fmt: skip

__all__ = ["CodeCheckFailed", "check_arrays"]
