"""The further functions of emitted C compiled and run."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from symgrad.program.program import Program
from symgrad.targets.base import EmittedFile, RunTask
from symgrad.targets.further import EQUAL, FoundRows, direction, separated
from symgrad.targets.running_c import executed, real_of, takes_weights

_DRIVER = """\
#include <stdio.h>
#include "{header}"
enum {{ SAMPLES = {samples}, WIDTH = {width}, ROWS = {rows} }};
static void show(const {real} *numbers, int count) {{
    for (int i = 0; i < count; i++) {{
        printf(" %a", (double)numbers[i]);
    }}
    printf(";");
}}
int main(void) {{
    double in[{inputs}];
    {real} columns[{inputs}][SAMPLES], out[{room}], dense[ROWS * WIDTH];
    {module}_params found[SAMPLES];
    const {module}_params direction = {{{direction}}};
    const {real} weights[SAMPLES] = {{2, 2, 2}};
    (void)dense; (void)found; (void)direction; (void)weights;
    for (;;) {{
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
_INTO_OUT = """\
        {module}_{kind}({call}, out);
        show(out, {count});
"""
_CALLS = {
    "hvp": """\
        found[0] = {module}_hvp({call}, direction);
        show((const {real} *)found, WIDTH);
""",
    "jacobian_sparse": """\
        {module}_jacobian_sparse({call}, out);
        for (int i = 0; i < ROWS * WIDTH; i++) {{
            dense[i] = 0;
        }}
        for (int row = 0; row < ROWS; row++) {{
            const int *starts = {module}_jacobian_starts + row;
            for (int i = starts[0]; i < starts[1]; i++) {{
                dense[row * WIDTH + {module}_jacobian_columns[i]] += out[i];
            }}
        }}
        show(dense, ROWS * WIDTH);
""",
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
            {module}_partial_sums({batch}, parts[0]);
            {module}_partial_sums({one}, parts[1]);
            for (int i = 0; i < {sums}; i++) {{
                parts[0][i] += parts[1][i];
            }}
            found[0] = {module}_combine_sums({fixed}parts[0], &value);
            out[0] = value;
            for (int i = 0; i < WIDTH; i++) {{
                out[1 + i] = ((const {real} *)found)[i];
            }}
            show(out, 1 + WIDTH);
        }}
""",
}  # fmt: skip


def run_c_further(task: RunTask, kinds: Sequence[str]) -> FoundRows:
    """Return what functions give at each point, by function; empty where C cannot be run here."""
    lines, _ = executed(task, _driver(task.files[0], task.program, kinds))
    return separated(kinds, lines or [], float.fromhex)


def _driver(header: EmittedFile, program: Program, kinds: Sequence[str]) -> str:
    module, real = Path(header.name).stem, real_of(header)
    places = [f"in[{i}]" for i in range(len(program.inputs))]
    first = len(program.parameters)
    last = first + len(program.data)
    columns = [f"columns[{i}]" for i in range(first, last)]
    width, rows = len(program.wrt), len(program.pattern)
    counts = {"outputs": rows, "residuals": rows, "jacobian": rows * width, "hessian": width**2}
    weights = ["weights"] if takes_weights(header) else []
    words = {
        "module": module,
        "real": real,
        "call": ", ".join(places),
        "batch": ", ".join([*places[:first], "SAMPLES", *columns, *weights, *places[last:]]),
        "each": ", ".join([*places[:first], "SAMPLES", *columns, *places[last:]]),
        "one": ", ".join([*places[:first], "1", *columns, *weights, *places[last:]]),
        "fixed": "".join(f"{place}, " for place in (*places[:first], *places[last:])),
        "sums": f"{module.upper()}_SUMS",
    }
    return _DRIVER.format(
        **words,
        header=header.name,
        samples=EQUAL,
        width=width,
        rows=max(1, rows),
        inputs=max(1, len(places)),
        room=max(1 + width, EQUAL, *counts.values()),
        direction=", ".join(number.hex() for number in direction(width)),
        calls="".join(
            _CALLS.get(kind, _INTO_OUT).format(**words, kind=kind, count=counts.get(kind, 0))
            for kind in kinds
        ),
    )
