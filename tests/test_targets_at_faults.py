"""One behaviour in all targets at poles, outside of domains, beyond the range of doubles."""

import json
import math
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

import pytest

from symgrad.derivation.derive import derive
from symgrad.expression import elementary
from symgrad.program.program import lower
from symgrad.sources.text import parse
from symgrad.targets import target
from symgrad.targets.codegen import emit
from symgrad.targets.running_c import c_compiler
from symgrad.targets.task import RunTask

NUMBERS = (0.0, 1.0, -1.0, 2.0, -2.0, 0.5, -2.5, 40.0, -40.0, 1e200, -1e200, math.inf, -math.inf)
PAIRS = [(a, b) for a in (0.0, -1.0, 2.0, -2.5, 1e200, math.inf) for b in (0.0, -1.0, 0.5, 1e200)]
GRAPHS = {
    **{
        row.name: f"param a; data x; J = x*{row.name}(a)"
        for row in elementary.ROWS
        if row.min_arity == 1 and row.name != "stop_gradient"
    },
    "a quotient": "param a; data x; J = x/a",
    "a share": "param a, b; data x; u = a - b; J = x/u + u^2",
    "a power": "param a, b; data x; J = x*a^b",
    "a whole power": "param a; data x; J = x*a^(-3)",
    "a tower": "param a; data x; J = x*exp(exp(a))",
    "a root": "param a, b; data x; J = x*sqrt(a + b)/a",
    "a guarded branch": "param a; data x; J = where(a >= 0, x*log(a), x/a)",
    "trigamma": "param a; data x; J = x*polygamma(1, a)",
    **{
        f"{name} of two": f"param a, b; data x; J = x*{name}(a, b)"
        for name in ("max", "min", "hypot", "atan2", "logsumexp")
    },
}
TARGETS = ["numpy"]
TARGETS += ["c"] if c_compiler() else []
TARGETS += ["javascript"] if shutil.which("node") else []


KINDS = ("value_and_gradient", "value", "gradient")


def points_of(derivation):
    if len(derivation.wrt) == 1:
        return [[a, 2.0] for a in NUMBERS]
    return [[a, b, 2.0] for a, b in PAIRS]


@cache
def results(name, language):
    """Return what every function of the emitted code gives at all points: rows of numbers."""
    if language in ("c", "javascript"):
        return all_results(language)[name]
    program = lower(derive(parse(GRAPHS[name])), safe=False)
    files = emit(program.derivation, language, safe=False)
    task = RunTask(files, points_of(program.derivation), program, KINDS)
    found, note = target(language).run(task)
    assert found is not None, note
    parts = zip(*(found[kind] for kind in KINDS), strict=True)
    return [[number for row in rows for number in row] for rows in parts]


@cache
def all_results(language):
    """Return the results of all graphs; one program has them all: one start of the compiler."""
    run = {"c": run_c, "javascript": run_javascript}[language]
    derivations = {f"m{i}": derive(parse(text)) for i, text in enumerate(GRAPHS.values())}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for module, derivation in derivations.items():
            for file in emit(derivation, language, module=module, only=KINDS, safe=False):
                (folder / file.name).write_text(file.text, encoding="utf-8")
        rows = iter(run(folder, {m: (len(d.wrt), points_of(d)) for m, d in derivations.items()}))
    return {
        graph: [next(rows) for _ in points_of(derivation)]
        for graph, derivation in zip(GRAPHS, derivations.values(), strict=True)
    }


C_CALLS = """\
  {{
    double value;
    {m}_params found = {m}_value_and_gradient({given}, &value);
    show(&value, 1);
    show((const double *)&found, {width});
    value = {m}_value({given});
    show(&value, 1);
    found = {m}_gradient({given});
    show((const double *)&found, {width});
    puts("");
  }}
"""


def run_c(folder, modules):
    calls = {
        m: "".join(C_CALLS.format(m=m, width=width, given=", ".join(map(c_number, point)))
                   for point in points)
        for m, (width, points) in modules.items()
    }  # fmt: skip
    lines = ["#include <math.h>", "#include <stdio.h>", *(f'#include "{m}.h"' for m in modules)]
    lines += ["static void show(const double *numbers, int count) {",
              '  for (int i = 0; i < count; i++) { printf(" %a", numbers[i]); }', "}"]  # fmt: skip
    lines += [f"static void run_{m}(void) {{\n{body}}}" for m, body in calls.items()]
    lines += ["int main(void) {", *(f"  run_{m}();" for m in modules), "  return 0;", "}"]
    (folder / "main.c").write_text("\n".join(lines), encoding="utf-8")
    names = [f"{m}.c" for m in modules]
    command = [c_compiler(), "-std=c99", "-O1", *names, "main.c", "-o", "all", "-lm"]
    subprocess.run(command, cwd=folder, check=True)
    done = subprocess.run([folder / "all"], check=True, capture_output=True, text=True)
    return [list(map(float.fromhex, line.split())) for line in done.stdout.splitlines()]


def c_number(number):
    return number.hex() if math.isfinite(number) else f"{'-' * (number < 0)}INFINITY"


def run_javascript(folder, modules):
    lines = [f'import * as {m} from "./{m}.mjs";' for m in modules]
    lines += [
        "const all = [], show = (g) => Object.values(g);",
        "for (const [m, points] of [",
        *(f"  [{m}, [{', '.join(map(str, points)).replace('inf', 'Infinity')}]],"
          for m, (_, points) in modules.items()),
        "]) for (const p of points) {",
        "  const [value, gradient] = m.value_and_gradient(...p);",
        "  all.push([value, ...show(gradient), m.value(...p), ...show(m.gradient(...p))]);",
        "}",
        "console.log(JSON.stringify(all.map((row) => row.map(String))));",
    ]  # fmt: skip
    (folder / "main.mjs").write_text("\n".join(lines), encoding="utf-8")
    done = subprocess.run(["node", folder / "main.mjs"], check=True, capture_output=True, text=True)
    return [list(map(float, row)) for row in json.loads(done.stdout)]


def agree(one, other):
    if math.isnan(one) or math.isnan(other):
        return math.isnan(one) and math.isnan(other)
    if math.isinf(one) or math.isinf(other):
        return one == other
    return math.isclose(one, other, rel_tol=1e-11, abs_tol=1e-290)


@pytest.mark.parametrize("name", GRAPHS)
@pytest.mark.parametrize("language", TARGETS)
def test_targets_agree_where_operations_fail(name, language):
    points = points_of(derive(parse(GRAPHS[name])))
    rows, others = results(name, "python"), results(name, language)
    for point, row, other in zip(points, rows, others, strict=True):
        assert all(map(agree, row, other)), (point, row, other)
