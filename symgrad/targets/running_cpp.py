"""Emitted C++ compiled with the system's compiler and run."""

from __future__ import annotations

import os
import re

from symgrad.targets.further import DIRECTED, FoundRows, direction
from symgrad.targets.running import Toolchain, before_defaults, driven, separated, settings_of
from symgrad.targets.running_c import compiler_called
from symgrad.targets.task import RunTask

_DRIVER = """\
#include "{file}"
#include <cstdio>
#include <utility>
static void show(double number) {{ std::printf(" %a", number); }}
template <class Rows>
static auto show(const Rows& rows) -> decltype(rows.begin(), void()) {{
    for (const auto& row : rows) {{
        show(row);
    }}
}}
{shown}
template <class Value, class Row>
static void show(const std::pair<Value, Row>& both) {{
    show(both.first);
    show(both.second);
}}
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


def run_cpp(task: RunTask) -> tuple[FoundRows | None, str]:
    """Return what functions give at each point, or None and the reason when C++ cannot be run."""
    compiler = compiler_called(os.environ.get("CXX", ""), "c++", "g++", "clang++")
    if compiler is None:
        return None, "there is no C++ compiler (c++, g++ or clang++) on this machine"
    program, file = task.program, task.files[0]
    name = file.name.removesuffix(".hpp")
    numbers, state = settings_of(program)
    places = [f"x[{i}]" for i in range(len(program.inputs))]
    along = f"{name}::Params{{{', '.join(map(repr, direction(len(program.wrt))))}}}"
    given = dict.fromkeys(task.kinds, places)
    given |= dict.fromkeys(DIRECTED, before_defaults(program, places, along))
    given["update"] = [*places, *map(float.hex, numbers), *(["{}"] if state else [])]
    calls = [
        f"        show({name}::{kind}({', '.join(given[kind])})"
        f'{".first" if kind == "update" and state else ""}); std::printf(";");'
        for kind in task.kinds
    ]
    shown = [
        f"static void show(const {name}::{kind}& row) {{ "
        + " ".join(f"show(row.{field});" for field in re.findall(r"double (\w+)", members))
        + " }"
        for kind, members in _STRUCT.findall(file.text)
    ]
    driver = _DRIVER.format(
        file=file.name,
        shown="\n".join(shown),
        inputs=max(1, len(places)),
        calls="\n".join(calls),
    )
    tools = Toolchain(
        command=(compiler, "-std=c++17", "-O1"),
        driver="driver_main.cpp",
        smallest="#include <cmath>\nint main() { return 0; }\n",
    )
    lines, note = driven(task, tools, driver, lambda x: float(x).hex())
    return separated(task.kinds, lines, float.fromhex), note
