"""One behaviour in all targets at poles, outside of domains, beyond the range of doubles."""

import math
import shutil
from functools import cache

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


@cache
def results(name, language):
    """Return what every function of the emitted code gives at all points: rows of numbers."""
    program = lower(derive(parse(GRAPHS[name])), safe=False)
    if len(program.parameters) == 1:
        points = [[a, 2.0] for a in NUMBERS]
    else:
        points = [[a, b, 2.0] for a, b in PAIRS]
    files = emit(program.derivation, language, safe=False)
    kinds = ("value_and_gradient", "value", "gradient")
    found, note = target(language).run(RunTask(files, points, program, kinds))
    assert found is not None, note
    parts = zip(*(found[kind] for kind in kinds), strict=True)
    return points, [[number for row in rows for number in row] for rows in parts]


def agree(one, other):
    if math.isnan(one) or math.isnan(other):
        return math.isnan(one) and math.isnan(other)
    if math.isinf(one) or math.isinf(other):
        return one == other
    return math.isclose(one, other, rel_tol=1e-11, abs_tol=1e-290)


@pytest.mark.parametrize("name", GRAPHS)
@pytest.mark.parametrize("language", TARGETS)
def test_targets_agree_where_operations_fail(name, language):
    points, rows = results(name, "python")
    _, others = results(name, language)
    for point, row, other in zip(points, rows, others, strict=True):
        assert all(map(agree, row, other)), (point, row, other)
