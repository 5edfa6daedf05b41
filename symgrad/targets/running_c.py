"""Emitted C compiled with the system's compiler and run, function by function."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Mapping
from pathlib import Path

from symgrad.program.program import Program
from symgrad.targets.further import BATCH, EQUAL, MANY, FoundRows, direction
from symgrad.targets.running import Toolchain, driven, separated, settings_of
from symgrad.targets.task import EmittedFile, RunTask

_DRIVER = """\
#include <stdio.h>
#include <string.h>
#include "{header}"
enum {{ SAMPLES = {samples}, MANY = {many}, WIDTH = {width}, ROWS = {rows} }};
static void show(const {real} *numbers, int count) {{
    for (int i = 0; i < count; i++) {{
        printf(" %a", (double)numbers[i]);
    }}
}}
int main(void) {{
    double in[{inputs}];
    {real} columns[{inputs}][MANY], out[{room}], dense[{grid}], weights[MANY];
{declared}    for (int sample = 0; sample < MANY; sample++) {{
        weights[sample] = 2;
    }}
    (void)dense; (void)weights; (void)show;
    for (;;) {{
        for (int i = 0; i < {inputs}; i++) {{
            if (scanf("%la", &in[i]) != 1) {{
                return 0;
            }}
            for (int sample = 0; sample < MANY; sample++) {{
                columns[i][sample] = ({real})in[i];
            }}
        }}
{calls}        printf("\\n");
    }}
}}
"""
_INTO_OUT = """\
        {module}_{kind}({call}, out);
        show(out, {count});
"""
_ROW = """\
        found[0] = {module}_{kind}({call});
        show((const {real} *)found, WIDTH);
"""
_SPARSE = """\
        {module}_{kind}({call}, out);
        for (int i = 0; i < {lines} * WIDTH; i++) {{
            dense[i] = 0;
        }}
        for (int row = 0; row < {lines}; row++) {{
            const int *starts = {module}_{matrix}_starts + row;
            for (int i = starts[0]; i < starts[1]; i++) {{
                dense[row * WIDTH + {module}_{matrix}_columns[i]] += out[i];
            }}
        }}
        show(dense, {lines} * WIDTH);
"""
_CALLS = {
    "value_and_gradient": """\
        found[0] = {module}_{kind}({call}, out);
        show(out, 1);
        show((const {real} *)found, WIDTH);
""",
    "value": """\
        out[0] = {module}_{kind}({call});
        show(out, 1);
""",
    "gradient": _ROW,
    "update": _ROW.replace("{call}", "{call}, {settings}"),
    "hvp": _ROW.replace("{call}", "{call}, direction"),
    "gauss_newton_product": _ROW.replace("{call}", "{call}, direction"),
    "jacobian_sparse": _SPARSE,
    "hessian_sparse": _SPARSE,
    "value_each": """\
        {module}_value_each({each}, out);
        show(out, SAMPLES);
""",
    "gradient_each": """\
        {module}_gradient_each({each}, found);
        show((const {real} *)found, SAMPLES * WIDTH);
""",
    "partial_sums": """\
        {{
            {real} parts[2][{sums}], value;
            {module}_partial_sums({few}, parts[0]);
            {module}_partial_sums({one}, parts[1]);
            for (int i = 0; i < {sums}; i++) {{
                parts[0][i] += parts[1][i];
            }}
            found[0] = {module}_combine_sums({fixed}parts[0], &value);
            show(&value, 1);
            show((const {real} *)found, WIDTH);
        }}
""",
}  # fmt: skip


def run_c(task: RunTask) -> tuple[FoundRows | None, str]:
    """Return what functions give at each point, or None and the reason when C cannot be run."""
    compiler = c_compiler()
    if compiler is None:
        return None, "there is no C compiler (cc, gcc or clang) on this machine"
    tools = Toolchain(
        command=(compiler, "-std=c99", "-O1"),
        driver="driver_main.c",
        smallest="#include <math.h>\nint main(void) { return 0; }\n",
        sources=(task.files[1].name,),
        libraries=("-lm",),
    )
    lines, note = driven(task, tools, _driver(task), lambda x: float(x).hex())
    return separated(task.kinds, lines, float.fromhex), note


def _driver(task: RunTask) -> str:
    """Return a program that reads points and calls functions, with the rule's own settings."""
    header, program, kinds = task.files[0], task.program, task.kinds
    module, real = Path(header.name).stem, real_of(header)
    numbers, state = settings_of(program)
    width, rows = len(program.wrt), len(program.pattern)
    counts = {"outputs": rows, "residuals": rows, "jacobian": rows * width, "hessian": width**2}
    counts["hessian_sparse"] = width**2
    declared = ""
    if f"struct {module}_params" in header.text:
        along = ", ".join(number.hex() for number in direction(width))
        declared = f"    {module}_params found[SAMPLES];\n"
        declared += f"    const {module}_params direction = {{{along}}};\n    (void)direction;\n"
    if state and "update" in kinds:
        declared += f"    {module}_state state;\n"
    words = {
        **_arguments(header, program),
        "module": module,
        "real": real,
        "settings": ", ".join([*map(float.hex, numbers), *(["&state"] if state else [])]),
        "sums": f"{module.upper()}_SUMS",
    }
    calls = ""
    for kind in kinds:
        if kind.endswith("update") and state:
            calls += "        memset(&state, 0, sizeof state);\n"
        lines = str(width if kind == "hessian_sparse" else rows)
        calls += _called(kind, {**words, "lines": lines}, counts.get(kind, 0))
    return _DRIVER.format(
        header=header.name,
        samples=EQUAL,
        many=MANY,
        width=width,
        rows=max(1, rows),
        inputs=max(1, len(program.inputs)),
        room=max(1, EQUAL, *counts.values()),
        grid=max(1, rows, width) * max(1, width),
        real=real,
        declared=declared,
        calls=calls,
    )


def _called(kind: str, words: Mapping[str, str], count: int) -> str:
    """Return the statements that call a function and show the numbers that it gives."""
    plain = kind.removeprefix(BATCH)
    own = {"kind": kind, "matrix": kind.partition("_")[0], "count": str(count)}
    own["call"] = words["call"] if kind == plain else words["batch"]
    return _CALLS.get(plain, _INTO_OUT).format(**{**words, **own}) + '        printf(";");\n'


def _arguments(header: EmittedFile, program: Program) -> dict[str, str]:
    """Return the arguments at one point, and over several equal samples."""
    places = [f"in[{i}]" for i in range(len(program.inputs))]
    first = len(program.parameters)
    last = first + len(program.data)
    columns = [f"columns[{i}]" for i in range(first, last)]
    weights = ["weights"] if re.search(r"\*weights\b", header.text) else []

    def over(count: str, *more: str) -> str:
        return ", ".join([*places[:first], count, *columns, *more, *places[last:]])

    return {
        "call": ", ".join(places),
        "batch": over("MANY", *weights),
        "few": over("SAMPLES", *weights),
        "one": over("1", *weights),
        "each": over("SAMPLES"),
        "fixed": "".join(f"{place}, " for place in (*places[:first], *places[last:])),
    }


def real_of(header: EmittedFile) -> str:
    """Return the type of number that an emitted header is written in."""
    code = [line for line in header.text.splitlines() if not line.startswith(("//", "/*", "   "))]
    return "float" if any("float " in line for line in code) else "double"


def c_compiler() -> str | None:
    """Return the system's C compiler: $CC, cc, gcc or clang, or None."""
    return compiler_called(os.environ.get("CC", ""), "cc", "gcc", "clang")


def compiler_called(*names: str) -> str | None:
    """Return the first of some programs that is there, or None."""
    return next((found for name in names if name and (found := shutil.which(name))), None)
