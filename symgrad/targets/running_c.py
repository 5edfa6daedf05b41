"""Emitted C compiled with the system's compiler and run, function by function."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from symgrad.program.optimizers import optimizer
from symgrad.program.program import Program
from symgrad.targets.base import EmittedFile, RunTask
from symgrad.targets.bounded import run
from symgrad.targets.running import SAMPLES, BrokenCode, Results, fault_line

_C_DRIVER = """\
#include <stdio.h>
#include <string.h>
#include "{header}"
enum {{ SAMPLES = {samples} }};
{show}int main(void) {{
    double in[{inputs}];
    {real} columns[{inputs}][SAMPLES], weights[SAMPLES];
    for (int sample = 0; sample < SAMPLES; sample++) {{
        weights[sample] = 2;
    }}
    (void)weights;
    for (;;) {{
        {real} value = 0;
{row}{state}        (void)value;
        for (int i = 0; i < {inputs}; i++) {{
            if (scanf("%la", &in[i]) != 1) {{
                return 0;
            }}
            for (int sample = 0; sample < SAMPLES; sample++) {{
                columns[i][sample] = ({real})in[i];
            }}
        }}
{calls}        printf("\\n");
    }}
}}
"""
_C_SHOW = """\
static void show(const {module}_params *row) {{
    const {real} *all = (const {real} *)row;
    for (int i = 0; i < {fields}; i++) {{
        printf(" %a", (double)all[i]);
    }}
}}
"""
_C_CALLS = {
    "value_and_gradient": """\
        row = {module}_value_and_gradient({call}, &value);
        printf(" %a", (double)value);
        show(&row);
""",
    "value": """\
        printf(" %a", (double){module}_value({call}));
""",
    "gradient": """\
        row = {module}_gradient({call});
        show(&row);
""",
    "update": """\
        {clear}row = {module}_update({call}, {settings});
        show(&row);
""",
}


def run_c(task: RunTask) -> tuple[Results | None, str]:
    """Return the results at each point, or None and the reason when C cannot be run here."""
    lines, note = executed(task, _c_driver(task.files[0], task.program))
    if lines is None:
        return None, note
    return [[_from_c(item) for item in line.split()] for line in lines], ""


def executed(task: RunTask, driver: str) -> tuple[list[str] | None, str]:
    """Return the lines that a driver prints, one for each point, or None and the reason.

    Raises BrokenCode where the files cannot be compiled, or stop.
    """
    files, points, seconds = task.files, task.points, task.seconds
    compiler = c_compiler()
    if compiler is None:
        return None, "there is no C compiler (cc, gcc or clang) on this machine"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for file in files:
            (folder / file.name).write_text(file.text, encoding="utf-8")
        (folder / "driver_main.c").write_text(driver, encoding="utf-8")
        text = "\n".join(" ".join(float(x).hex() for x in point) for point in points)
        try:
            complaint = _compiled(compiler, folder, seconds, files[1].name, "driver_main.c")
            if complaint:
                (folder / "none.c").write_text("#include <math.h>\nint main(void) { return 0; }\n")
                if _compiled(compiler, folder, seconds, "none.c"):
                    return None, f"{compiler} cannot make a program here"
                raise BrokenCode(fault_line(complaint))
            done = run([str(folder / "driver")], text.encode(), seconds=seconds)
        except subprocess.TimeoutExpired:
            return None, f"compiling and running it took longer than {seconds:.3g} s"
        except OSError as error:
            return None, f"{compiler} cannot make a program here: {error.strerror}"
    lines = done.stdout.decode("ascii", "replace").splitlines()
    if done.returncode or len(lines) != len(points):
        raise BrokenCode("the compiled program stopped")
    return lines, ""


def _compiled(compiler: str, folder: Path, seconds: float, *sources: str) -> str:
    """Compile a program; return what the compiler says where it fails."""
    command = [compiler, "-std=c99", "-O1", *sources, "-lm", "-o", "driver"]
    made = run(command, seconds=seconds, folder=folder)
    if not made.returncode and (folder / "driver").exists():
        return ""
    return made.stderr.decode("utf-8", "replace") or "no message"


def _c_driver(header: EmittedFile, program: Program) -> str:
    """Return a program that reads points and calls every function, with the rule's own settings."""
    module = Path(header.name).stem
    rule = optimizer(program.optimizer)
    state = bool(rule.state or rule.counter)
    rates = [float(value) for value in (program.rate, *(value for _, value in rule.settings))]
    settings = ", ".join([*(rate.hex() for rate in rates), *(["&state"] if state else [])])
    clear = "memset(&state, 0, sizeof state);\n        " if state else ""
    places = [f"in[{i}]" for i in range(len(program.inputs))]
    first = len(program.parameters)
    last = first + len(program.data)
    columns = [f"columns[{i}]" for i in range(first, last)]
    single = ", ".join(places)
    weights = ["weights"] if takes_weights(header) else []
    batch = ", ".join([*places[:first], "SAMPLES", *columns, *weights, *places[last:]])
    sizes = {"value_and_gradient": 1 + len(program.wrt), "value": 1}
    moves = not set(program.wrt).isdisjoint(program.data)
    real = real_of(header)
    rows = f"struct {module}_params" in header.text
    calls = ""
    for prefix, call in ((module, single), (f"{module}_batch", batch)):
        if prefix != module and f" {prefix}_value_and_gradient(" not in header.text:
            continue
        for name, text in _C_CALLS.items():
            if f" {prefix}_{name}(" not in header.text:
                calls += '        printf("' + " none" * sizes.get(name, len(program.wrt)) + '");\n'
            elif name != "update" or prefix == module or not moves:
                calls += text.format(module=prefix, call=call, settings=settings, clear=clear)
    return _C_DRIVER.format(
        header=header.name,
        module=module,
        samples=SAMPLES,
        inputs=max(1, len(places)),
        real=real,
        state=f"        {module}_state state;\n"
        if state and f" {module}_update(" in header.text
        else "",
        calls=calls,
        show=_C_SHOW.format(module=module, real=real, fields=len(program.wrt)) if rows else "",
        row=f"        {module}_params row;\n" if rows else "",
    )


def takes_weights(header: EmittedFile) -> bool:
    """Tell whether functions over samples take a weight for each of them."""
    return bool(re.search(r"\*weights\b", header.text))


def real_of(header: EmittedFile) -> str:
    """Return the type of number that an emitted header is written in."""
    code = [line for line in header.text.splitlines() if not line.startswith(("//", "/*", "   "))]
    return "float" if any("float " in line for line in code) else "double"


def c_compiler() -> str | None:
    """Return the system's C compiler: $CC, cc, gcc or clang, or None."""
    names = [os.environ.get("CC", ""), "cc", "gcc", "clang"]
    return next((found for name in names if name and (found := shutil.which(name))), None)


def _from_c(text: str) -> float | None:
    if text == "none":
        return None
    return float.fromhex(text) if "x" in text else float(text)
