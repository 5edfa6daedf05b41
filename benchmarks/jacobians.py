"""Jacobians of an arm and of a camera's reprojection, beside CasADi's C and SymForce's C++.

All are compiled by the system's compilers with the same flags, each in a unit of its own, and
called from one loop with arguments that change from call to call. SymForce's C++ needs no more of
Eigen than a matrix with two indices: where Eigen is not installed, one of ten lines stands in.
"""

from __future__ import annotations

import ctypes
import importlib.util
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

import symgrad as sg
from symgrad import examples
from symgrad.program.program import lower
from symgrad.targets.codegen import emit

EXAMPLES = {"arm with three joints": "arm_pose", "camera with distortion": "camera_reprojection"}
CALLS = 20_000
START = {"arm_pose": [0.3, 0.6, -0.4, 1.5, 0.9, 0.6, 1.0, 0.8, 0.3, 0.5],
         "camera_reprojection": [0.1, -0.2, 0.1, -0.1, -4.0, 500.0, -0.1, 0.4, 0.3, 1.2, 30.0,
                                 20.0]}  # fmt: skip
_LOOP = """
#ifdef __cplusplus
extern "C"
#endif
void call(const double *x, double *out);
double spin(long count, int size, const double *start) {
    double x[16], out[64], total = 0.0;
    for (long i = 0; i < count; i++) {
        for (int k = 0; k < size; k++) {
            x[k] = start[k]*(1.0 + 1e-9*(double)(i & 1023));
        }
        call(x, out);
        total += out[0] + out[3];
    }
    return total;
}
"""
_EIGEN = """#pragma once
#include <cmath>
namespace Eigen {
template <class Scalar, int Rows, int Columns>
struct Matrix {
    Scalar entries[Rows*Columns];
    Scalar& operator()(int i, int j) { return entries[i + Rows*j]; }
    void setZero() { for (Scalar& entry : entries) { entry = 0; } }
};
}
"""
Built = tuple[Callable[[], object], int]  # a call of the loop, and the operations of one Jacobian


def _formulas(name, m, given):
    """Return parameters and residuals of an example in another tool's symbols."""
    if name == "arm_pose":
        a, b, c, x, y, angle, l1, l2, l3, w = given
        second, third = a + b, a + b + c
        along = l1 * m.cos(a) + l2 * m.cos(second) + l3 * m.cos(third)
        across = l1 * m.sin(a) + l2 * m.sin(second) + l3 * m.sin(third)
        return given[:3], [along - x, across - y, w * (third - angle)]
    pan, tilt, a, b, c, f, k, x, y, z, u, v = given
    x, y, z = x - a, y - b, z - c
    h = m.cos(pan) * z + m.sin(pan) * x
    depth = m.sin(tilt) * y + m.cos(tilt) * h
    p = (m.cos(pan) * x - m.sin(pan) * z) / depth
    q = (m.cos(tilt) * y - m.sin(tilt) * h) / depth
    s = f * (1 + k * (p**2 + q**2))
    return given[:7], [s * p - u, s * q - v]


def _built(name: str, folder: Path, files: dict[str, str], main: str) -> Callable[[], object]:
    """Return a call of the loop around `call` in the file `main`."""
    for file, text in {**files, "loop.c": _LOOP}.items():
        (folder / file).parent.mkdir(exist_ok=True)
        (folder / file).write_text(text, encoding="utf-8")
    flags = ["-O2", "-fPIC", f"-I{folder}"]
    own = ["c++", "-std=c++17"] if main.endswith("cpp") else ["cc", "-std=c99"]
    unit, loop, library = folder / "unit.o", folder / "loop.o", folder / "all.so"
    subprocess.run([*own, *flags, "-c", str(folder / main), "-o", str(unit)], check=True)
    subprocess.run(["cc", *flags, "-c", str(folder / "loop.c"), "-o", str(loop)], check=True)
    subprocess.run(["cc", "-shared", str(unit), str(loop), "-o", str(library), "-lm"], check=True)
    spin = ctypes.CDLL(str(library)).spin
    spin.restype = ctypes.c_double
    start = (ctypes.c_double * len(START[name]))(*START[name])
    return lambda: spin(ctypes.c_long(CALLS), len(START[name]), start)


def ours(name: str, folder: Path) -> Built:
    derivation = sg.derive(sg.parse(examples.read(name)))
    files = {file.name: file.text for file in emit(derivation, "c", module="own")}
    given = ", ".join(f"x[{i}]" for i in range(len(START[name])))
    text = '#include "own.c"\nvoid call(const double *x, double *out) {\n'
    files["main.c"] = f"{text}    own_jacobian({given}, out);\n}}\n"
    program = lower(derivation, further=["jacobian"])
    return _built(name, folder, files, "main.c"), program.further["jacobian"].operations


def casadi(name: str, folder: Path) -> Built:
    import casadi as ca

    x = ca.SX.sym("x", len(START[name]))
    by, residuals = _formulas(name, ca, ca.vertsplit(x))
    matrix = ca.jacobian(ca.vertcat(*residuals), ca.vertcat(*by))
    function = ca.Function("peer", [x], [ca.densify(ca.cse(matrix))])
    code = ca.CodeGenerator("peer.c")
    code.add(function)
    text = '#include "peer.c"\nvoid call(const double *x, double *out) {\n'
    text += f"    double w[{function.sz_w() + 1}];\n    long long iw[{function.sz_iw() + 1}];\n"
    text += f"    const double *arg[{function.sz_arg() + 1}] = {{x}};\n"
    text += f"    double *res[{function.sz_res() + 1}] = {{out}};\n"
    text += "    peer(arg, res, iw, w, 0);\n}\n"
    plain = {ca.OP_INPUT, ca.OP_OUTPUT, ca.OP_CONST}
    steps = map(function.instruction_id, range(function.n_instructions()))
    count = sum(step not in plain for step in steps)
    return _built(name, folder, {"peer.c": code.dump(), "main.c": text}, "main.c"), count


def symforce(name: str, folder: Path) -> Built:
    import symforce as library

    library.set_epsilon_to_number()
    import symforce.symbolic as sf
    from symforce.codegen import Codegen, CppConfig
    from symforce.values import Values

    given = [sf.Symbol(f"x{i}") for i in range(len(START[name]))]
    by, residuals = _formulas(name, sf, given)
    matrix = sf.Matrix(len(residuals), len(by), [r.diff(v) for r in residuals for v in by])
    inputs = Values(**{str(symbol): symbol for symbol in given})
    code = Codegen(
        inputs=inputs, outputs=Values(J=matrix), config=CppConfig(), name="peer", return_key="J"
    )
    made = code.generate_function(str(folder / "made")).generated_files
    header = next(Path(file) for file in made if Path(file).name == "peer.h").read_text()
    rows, width = matrix.shape
    arguments = ", ".join(f"x[{i}]" for i in range(len(given)))
    text = '#include <cmath>\n#include "peer.h"\n'
    text += 'extern "C" void call(const double *x, double *out) {\n'
    text += f"    auto found = sym::Peer<double>({arguments});\n"
    places = [(i, j) for i in range(rows) for j in range(width)]
    entries = [f"out[{i * width + j}] = found({i}, {j});" for i, j in places]
    files = {"peer.h": header, "main.cpp": "\n    ".join([text, *entries]) + "\n}\n"}
    if not Path("/usr/include/eigen3").exists():
        files["Eigen/Core"] = _EIGEN
    count = int(header.split("Total ops: ")[1].split()[0])
    return _built(name, folder, files, "main.cpp"), count


def jacobians(medians: Callable[..., dict[str, float]]) -> dict[str, object]:
    """Return nanoseconds and operations of one Jacobian, for each tool that is there."""
    if shutil.which("cc") is None or shutil.which("c++") is None:
        return {}
    found: dict[str, object] = {}
    for title, name in EXAMPLES.items():
        with tempfile.TemporaryDirectory() as place:
            tools = {"symgrad c": ours}
            if importlib.util.find_spec("casadi"):
                tools["casadi, generated c"] = casadi
            if importlib.util.find_spec("symforce"):
                tools["symforce, generated c++"] = symforce
            built = {}
            for tool, make in tools.items():
                folder = Path(place) / make.__name__
                folder.mkdir()
                built[tool] = make(name, folder)
            times = medians([(tool, call) for tool, (call, _) in built.items()], 41)
        found[f"Jacobian, {title}, nanoseconds"] = {t: s / CALLS * 1e9 for t, s in times.items()}
        found[f"Jacobian, {title}, operations"] = {tool: n for tool, (_, n) in built.items()}
    return found
