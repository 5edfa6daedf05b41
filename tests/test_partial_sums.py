"""Sums over chunks: any split of the samples gives value and gradient of all of them."""

import math
import random
import shutil
import subprocess
from functools import reduce

import pytest

from symgrad import examples
from symgrad.derivation.derive import derive
from symgrad.errors import SymgradError
from symgrad.sources.text import parse
from symgrad.targets.check_code import check
from symgrad.targets.codegen import emit, generate
from symgrad.targets.running_python import imported

np = pytest.importorskip("numpy")

GRAPHS = {
    "merge": examples.read("branch_and_merge"),
    "branch": "param a, b; data x, y; const k = 2; J = where(x > 0, k*a*x, b) + k*b^2; maximize J",
    "alone": "param a = 1, b = 2; data x; J = a*x*b - log(b)",
    "a result that is a sum": "param a; data x; J = a*x",
    "no sum": "param a; data x; J = a^2",
    "author's own names": """param parts, weights; data sums, count
        J = (parts*sums - count)^2 + weights^2""",
    "poles": "param a; data x; J = a/x + sqrt(a*x)",
}
COUNT = 23


def samples(graph):
    source = random.Random(5)  # noqa: S311  (numbers, not secrets)
    return [[source.uniform(0.1, 2.0) for _ in range(COUNT)] for _ in graph.data]


def numbers(graph):
    return [0.5 + 0.25 * i for i, _ in enumerate(graph.parameters)]


def chunks(columns, ends):
    return [
        [column[i:j] for column in columns] for i, j in zip([0, *ends], [*ends, COUNT], strict=True)
    ]


@pytest.fixture(scope="module")
def load(tmp_path_factory):
    def loaded(graph, target, include):
        files = emit(graph, target, include=include)
        return imported(files[0], tmp_path_factory.mktemp("emitted"))

    return loaded


@pytest.mark.parametrize("target", ["python", "numpy"])
@pytest.mark.parametrize("name", GRAPHS)
def test_any_split_gives_what_all_samples_give(load, name, target):
    graph = parse(GRAPHS[name])
    whole = load(graph, "numpy", ["partial_sums"])
    module = load(graph, target, ["partial_sums"])
    columns, fixed = samples(graph), numbers(graph)
    value, gradient = whole.value_and_gradient(*fixed, *columns)
    source = random.Random(name)  # noqa: S311
    for _ in range(4):
        ends = sorted(source.randrange(COUNT + 1) for _ in range(source.randrange(4)))
        parts = [module.partial_sums(*fixed, *chunk) for chunk in chunks(columns, [0, *ends])]
        assert {type(number) for part in parts for number in part} == {float}
        found = module.combine_sums(parts, *fixed)
        source.shuffle(parts)
        assert module.combine_sums(iter(parts), *fixed) == found
        once = module.combine_sums([reduce(module.add_sums, parts)], *fixed)
        for result in (found, once):
            assert [result[0], *result[1]] == pytest.approx([value, *gradient], rel=1e-13)


@pytest.mark.parametrize("target", ["python", "numpy"])
def test_weights_of_the_samples(load, target):
    graph = parse(GRAPHS["merge"])
    module = load(graph, target, ["partial_sums", "weights"])
    columns, fixed = samples(graph), numbers(graph)
    weights = [float(i % 4) for i in range(COUNT)]
    often = [
        [c for c, w in zip(column, weights, strict=True) for _ in range(int(w))]
        for column in columns
    ]
    parts = [
        module.partial_sums(*fixed, *chunk[:-1], weights=chunk[-1])
        for chunk in chunks([*columns, weights], [3, 3, 17])
    ]
    value, gradient = load(graph, "numpy", []).value_and_gradient(*fixed, *often)
    found = module.combine_sums(parts, *fixed)
    assert [found[0], *found[1]] == pytest.approx([value, *gradient], rel=1e-13)
    assert parts[0].weight == 3.0
    free = [
        module.combine_sums([module.partial_sums(*fixed, *c)], *fixed) for c in (columns, often)
    ]
    assert free[1][1] == pytest.approx(found[1], rel=1e-13)
    assert free[0] != free[1]


@pytest.mark.parametrize("target", ["python", "numpy"])
def test_without_samples_there_is_no_mean(load, target):
    module = load(parse(GRAPHS["merge"]), target, ["partial_sums"])
    none = module.partial_sums(1.0, 0.0, 1.0, 0.0, [], [])
    assert set(none) == {0.0}
    for parts in ([], [none, none]):
        with pytest.raises(ValueError, match="the chunks hold no samples"):
            module.combine_sums(parts, 1.0, 0.0, 1.0, 0.0)


def test_faults_of_a_chunk_are_those_of_a_batch(load):
    module = load(parse(GRAPHS["merge"]), "numpy", ["partial_sums"])
    assert math.isnan(module.partial_sums(1, 0, 1, 0, [1.0, 2.0], [1.0, math.nan]).sum_L)
    with pytest.raises(ValueError, match="arrays of one length"):
        module.partial_sums(1, 0, 1, 0, [1.0, 2.0], [])
    assert math.isinf(
        load(parse(GRAPHS["poles"]), "python", ["partial_sums"]).partial_sums(1.0, [0.0])[1]
    )


@pytest.mark.parametrize("target", ["python", "numpy", "c"])
def test_the_check_runs_sums_and_their_combination(target):
    if target == "c" and shutil.which("gcc") is None:
        pytest.skip("there is no C compiler")
    derivation = derive(parse(GRAPHS["merge"]))
    files = emit(derivation, target, include=["partial_sums", "weights"])
    assert check(derivation, target, files, points=4).ok
    source = files[-1]
    right = {
        "c": "sums[item] / sums[",
        "python": "_sums[1]/_sums[0]",
        "numpy": "np.float64(total) / _count",
    }[target]
    wrong = type(source)(source.name, source.text.replace(right, f"1.01 * {right}"))
    assert wrong.text != source.text
    report = check(derivation, target, (*files[:-1], wrong), points=4)
    assert "partial_sums" in report.result


def test_c_adds_chunks_number_by_number(tmp_path):
    if shutil.which("gcc") is None:
        pytest.skip("there is no C compiler")
    for file in emit(parse(GRAPHS["merge"]), "c", include=["partial_sums"]):
        (tmp_path / file.name).write_text(file.text, encoding="utf-8")
    (tmp_path / "main.c").write_text(
        """\
#include <stdio.h>
#include "model.h"
int main(void) {
    const double x[] = { 0.5, 1.0, 2.0 }, y[] = { 0.1, 0.7, 0.2 };
    double sums[MODEL_SUMS], more[MODEL_SUMS], value[2];
    model_partial_sums(1, 0, 1, 0.5, 1, x, y, 0.1, sums);
    model_partial_sums(1, 0, 1, 0.5, 2, x + 1, y + 1, 0.1, more);
    for (int i = 0; i < MODEL_SUMS; i++) {
        sums[i] += more[i];
    }
    model_partial_sums(1, 0, 1, 0.5, 0, x, y, 0.1, more);
    for (int i = 0; i < MODEL_SUMS; i++) {
        sums[i] += more[i];
    }
    const model_params one = model_combine_sums(1, 0, 1, 0.5, 0.1, sums, value);
    const model_params all = model_batch_value_and_gradient(1, 0, 1, 0.5, 3, x, y, 0.1, value + 1);
    printf("%a %a %a %a\\n", value[0] - value[1], one.a - all.a, one.c - all.c, one.d - all.d);
    return 0;
}
"""
    )
    flags = ["-std=c99", "-Wall", "-Wextra", "-Werror", "-Wconversion", "-pedantic"]
    command = ["gcc", *flags, "main.c", "model.c", "-lm", "-o", "main"]
    made = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert not made.returncode, made.stderr
    words = subprocess.run([tmp_path / "main"], capture_output=True, text=True, check=True).stdout
    assert [float.fromhex(word) for word in words.split()] == pytest.approx([0.0] * 4, abs=1e-16)


def test_without_data_there_are_no_chunks():
    with pytest.raises(SymgradError, match="`J` depends on no data"):
        generate(parse("param a; J = a^2"), include=["partial_sums"])
