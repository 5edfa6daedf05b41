"""Emitted C++ compiled with the system's compiler and run."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Sequence

from symgrad.program.optimizers import optimizer
from symgrad.targets.base import RunTask
from symgrad.targets.further import FoundRows, direction, separated
from symgrad.targets.running import Results, driven

_DRIVER = """\
#include "{file}"
#include <cstdio>
static void show(double number) {{ std::printf(" %a", number); }}
template <class Rows>
static auto show(const Rows& rows) -> decltype(rows.begin(), void()) {{
    for (const auto& row : rows) {{
        show(row);
    }}
}}
{shown}
int main() {{
    double x[{inputs}];
    for (;;) {{
        for (double& number : x) {{
            if (std::scanf("%la", &number) != 1) {{
                return 0;
            }}
        }}
{calls}
        std::printf("\\n");
    }}
}}
"""
_STRUCT = re.compile(r"^struct (Params|Gradient) \{\n((?:    double .*\n)+)\};", re.MULTILINE)


def run_cpp(task: RunTask) -> tuple[Results | None, str]:
    """Return the results at each point, or None and the reason when C++ cannot be run here."""
    program, header = task.program, task.files[0].text
    rule = optimizer(program.optimizer)
    call = ", ".join(f"x[{i}]" for i in range(len(program.inputs)))
    numbers = [float(v) for v in (program.rate, *(value for _, value in rule.settings))]
    state = bool(rule.state or rule.counter)
    step = ", ".join(filter(None, [call, *map(float.hex, numbers), "{}" if state else ""]))
    name = task.files[0].name.removesuffix(".hpp")
    width = len(program.wrt)
    calls = {
        "value_and_gradient": f"{{ const auto both = {name}::value_and_gradient({call});"
        " show(both.first); show(both.second); }",
        "value": f"show({name}::value({call}));",
        "gradient": f"show({name}::gradient({call}));",
        "update": f"show({name}::update({step}){'.first' if state else ''});",
    }
    sizes = {"value_and_gradient": 1 + width, "value": 1}
    lines = [
        text if f" {kind}(" in header else f'std::printf("{" none" * sizes.get(kind, width)}");'
        for kind, text in calls.items()
    ]
    rows, note = _executed(task, lines)
    if rows is None:
        return None, note
    return [[_number(word) for word in row.split()] for row in rows], ""


def run_cpp_further(task: RunTask, kinds: Sequence[str]) -> FoundRows:
    """Return what further functions of a header give; empty where C++ cannot be run here."""
    program = task.program
    name = task.files[0].name.removesuffix(".hpp")
    usual = sum(default is not None for _, default in program.constants)
    places = [f"x[{i}]" for i in range(len(program.inputs))]
    along = f"{name}::Params{{{', '.join(map(repr, direction(len(program.wrt))))}}}"
    at = len(places) - usual
    calls = {kind: ", ".join(places) for kind in kinds}
    calls["hvp"] = ", ".join([*places[:at], along, *places[at:]])
    lines = [f'show({name}::{kind}({calls[kind]})); std::printf(";");' for kind in kinds]
    rows, _ = _executed(task, lines)
    return separated(kinds, rows or [], lambda word: _number(word) or 0.0)


def _executed(task: RunTask, calls: Sequence[str]) -> tuple[list[str] | None, str]:
    """Return the lines that a driver prints, one for each point, or None and the reason."""
    names = [os.environ.get("CXX", ""), "c++", "g++", "clang++"]
    compiler = next((found for name in names if name and (found := shutil.which(name))), None)
    if compiler is None:
        return None, "there is no C++ compiler (c++, g++ or clang++) on this machine"
    file = task.files[0]
    shown = [
        f"static void show(const {file.name.removesuffix('.hpp')}::{kind}& row) {{ "
        + " ".join(f"show(row.{field});" for field in re.findall(r"double (\w+)", members))
        + " }"
        for kind, members in _STRUCT.findall(file.text)
    ]
    driver = _DRIVER.format(
        file=file.name,
        shown="\n".join(shown),
        inputs=max(1, len(task.program.inputs)),
        calls="\n".join(f"        {line}" for line in calls),
    )
    command = [compiler, "-std=c++17", "-O1", "driver_main.cpp", "-o", "driver"]
    given = "\n".join(" ".join(float(x).hex() for x in point) for point in task.points)
    return driven(task, command, driver, given, compiler)


def _number(word: str) -> float | None:
    if word == "none":
        return None
    return float.fromhex(word) if "x" in word else float(word)
