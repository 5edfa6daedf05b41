"""The C target: files that compile without a warning, names, means, single precision."""

import math
import re
import shutil
import subprocess

import pytest

import symgrad as sg
from symgrad import examples
from symgrad.derivation.derive import derive
from symgrad.sources.text import parse
from symgrad.targets import c_body, c_parts
from symgrad.targets.check_code import check
from symgrad.targets.codegen import emit
from tests.frameworks import FUNCTIONS, KINKS, OUTPUTS

np = pytest.importorskip("numpy")
GCC = shutil.which("gcc") or shutil.which("cc")
STRICT = "-std=c99 -Wall -Wextra -Werror -pedantic -Wshadow -Wconversion -Wfloat-equal".split()
pytestmark = pytest.mark.skipif(GCC is None, reason="there is no C compiler")


@pytest.fixture
def complaints(tmp_path):
    """Return what the compiler says about the files of a graph."""

    def run(text, *flags, **options):
        for file in emit(parse(text), "c", **options):
            (tmp_path / file.name).write_text(file.text, encoding="utf-8")
        command = [GCC, *flags, "-fsyntax-only", "model.c"]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        return done.stderr

    return run


NAMES = (
    "exp log pow memset errno unix linux LANES BLOCK SUMS PARTS share parts i item length rest "
    "add_part mean_sums step_from model_gradient model_params model_state MODEL_H M_PI int y0"
).split()


@pytest.mark.parametrize("names", [NAMES[i : i + 4] for i in range(0, len(NAMES), 4)], ids="-".join)
def test_any_name_can_be_a_parameter(complaints, names):
    """Four at a time: with many parameters a file has not every part that a name could hit."""
    text = f"param {', '.join(names)}, a; data x; J = (exp({'*'.join(names)}*x) - a)^2*log(a)^2"
    safe = "exp" in names  # digits are looked for once
    assert complaints(text, *STRICT, optimizer="adam", safe=safe) == ""
    assert complaints(text, "-Wall", "-Werror", safe=safe) == ""


EVERY = "hessian hvp value_each gradient_each weights partial_sums packed".split()


@pytest.mark.parametrize("number", ["double", "float"])
@pytest.mark.parametrize("text", [FUNCTIONS, KINKS, OUTPUTS])
def test_every_function_compiles_strictly_as_c_and_as_cpp(complaints, text, number):
    include = [*EVERY, "jacobian_sparse"] if text == OUTPUTS else EVERY
    options = {"include": include, "optimizer": "adam", "float": number, "safe": False}
    assert complaints(text, *STRICT, **options) == ""
    if shutil.which("g++"):
        flags = [flag for flag in STRICT if flag not in {"-std=c99", "-pedantic"}]
        assert complaints(text, "-x", "c++", "-std=c++17", *flags, **options) == ""


def test_parameters_in_a_struct_and_defaults_by_name(tmp_path):
    derivation = derive(parse("param a = 1, b = 2; data x; const k = 0.5; J = k*(a*x - b)^2"))
    main = """
#include <stdio.h>
#include "model.h"
int main(void) {
    model_params at = {1.0, 2.0};
    const double x[2] = {3.0, 1.0};
    at = model_update_at(&at, 3.0, MODEL_DEFAULT_k, MODEL_DEFAULT_rate);
    printf("%g %g %g", at.a, at.b, model_batch_value_at(&at, 2, x, MODEL_DEFAULT_k));
    return 0;
}
"""
    (tmp_path / "main.c").write_text(main)
    for file in emit(derivation, "c", include=["packed"]):
        (tmp_path / file.name).write_text(file.text)
    command = [GCC, *STRICT, "main.c", "model.c", "-lm", "-o", "main"]
    subprocess.run(command, cwd=tmp_path, check=True)
    found = subprocess.run([tmp_path / "main"], capture_output=True, text=True, check=True).stdout
    module = sg.compile(derivation, "python")
    a, b = module.update(1.0, 2.0, 3.0)
    mean = sum(module.value(a, b, x) for x in (3.0, 1.0)) / 2
    assert found == f"{a:g} {b:g} {mean:g}"


def test_a_name_like_a_function_of_the_file_is_renamed_and_the_head_says_so():
    header, _ = emit(parse("param a; data x; fit_value = a*x"), "c", module="fit")
    assert "// Names here: fit_value is fit_value_." in header.text
    header, _ = emit(parse("param a; data x; fit_value = a*x"), "c", module="other")
    assert "Names here" not in header.text


@pytest.mark.parametrize(
    "text",
    [
        "param a; data x; J = a^2",
        "param a, b; data x, z; L = a*x; J = b^2",
        "param a; data x; J = x^2",
        "param a; const k; J = k*a",
        "param a; data x; J = log(a*x) + log(1 + a^2*x^2)",
        "param b; data x; J = erf(b)*digamma(b*x)",
    ],
)
@pytest.mark.parametrize("real", ["double", "float"])
def test_files_compile_without_a_warning(complaints, text, real):
    flags = STRICT if "digamma" not in text else STRICT[:-1]
    assert complaints(text, *flags, float=real, safe="digamma" not in text) == ""


def test_data_that_no_result_uses():
    module = sg.compile(parse("param a; data x; J = a^2"), "c")
    assert module.value_and_gradient(3.0, np.ones(4)) == (9.0, (6.0,))


@pytest.mark.parametrize(
    ("x", "mean"),
    [
        ([1e308] * 20, 1e308),
        ([1e308, -1e308] * 9, 0.0),
        ([math.inf, 1.0], math.inf),
        ([1.0, -math.inf], -math.inf),
    ],
)
def test_sum_beyond_the_range_of_doubles_has_a_mean(x, mean):
    module = sg.compile(parse("param a; data x; J = a*x"), "c")
    value, gradient = module.value_and_gradient(1.0, np.array(x))
    assert value == pytest.approx(mean, rel=1e-15)
    assert gradient.a == pytest.approx(mean, rel=1e-15)


def test_gradient_by_data():
    derivation = sg.derive(parse("param a; data x; J = (a*x)^2"), ["x", "a"])
    module = sg.compile(derivation, "c")
    assert module.gradient(1.0, np.array([1.0, 2.0])) == (3.0, 5.0)
    assert module.update(1.0, 2.0, rate=0.5) == (0.0, -3.0)
    step = module.update(1.0, np.array([1.0, 2.0]), rate=0.5)
    assert math.isnan(step.x)
    assert step.a == -1.5


def test_nan_gives_nan():
    module = sg.compile(parse("param a; data x; J = a*x"), "c")
    assert math.isnan(module.value(1.0, np.array([1.0, math.nan])))


def test_bounds_of_doubles_become_bounds_of_floats():
    _, source = emit(parse("param a; J = where(a < 10^290, log(a), a)"), "c", float="float")
    assert "e+290" not in source.text
    assert "1e35f" in source.text


@pytest.mark.skipif(shutil.which("g++") is None, reason="there is no C++ compiler")
def test_header_can_be_included_from_cpp(complaints, tmp_path):
    complaints(
        "param new, xor, typename; data this; J = (new*this - xor)^2*typename", optimizer="adam"
    )
    (tmp_path / "main.cpp").write_text('#include "model.h"\n#include "model.h"\n')
    command = ["g++", "-Wall", "-Werror", "-pedantic", "-fsyntax-only", "main.cpp"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stderr == ""


CUT = {
    "a chain": "param a, b; data x\n" + "\n".join(
        f"u{i + 1} = tanh(a*{f'u{i}' if i else 'x'} + b)" for i in range(9)
    ) + "\nJ = u9^2 + b^2",
    "without data": "param a, b, kept\nu = a*b; v = sin(u)*kept; w = exp(v) + u; J = w^2 + v*a",
    "branches": examples.read("huber"),
    "many sums": examples.read("softmax_cross_entropy"),
    "parts of long sums": "param a, part_both_; data x, y\nu = a*x; v = u*y + x + y + a\n"
    "w = part_both_ + u + v + x*y; J = u^2 + v^2 + w^2 + u*v*w + a^2",
}  # fmt: skip


@pytest.mark.parametrize("text", CUT.values(), ids=CUT)
def test_long_bodies_are_cut_into_functions(complaints, monkeypatch, text):
    monkeypatch.setattr(c_body, "MAX_STATEMENTS", 3)
    monkeypatch.setattr(c_parts, "MAX_STATEMENTS", 3)
    monkeypatch.setattr(c_parts, "PART", 9)
    derivation = derive(parse(text))
    files = emit(derivation, "c", safe=False)
    assert files[1].text.count("PART void part_") > 3
    assert check(derivation, "c", files).ok
    assert complaints(text, *STRICT, safe=False) == ""


def test_parts_of_a_long_function_are_of_bounded_length():
    stages = "\n".join(f"u{i + 1} = tanh(a*u{i} + b)" for i in range(600))
    _, source = emit(parse(f"param a, b, u0\n{stages}\nJ = u600^2"), "c", safe=False)
    bodies = re.findall(r"^[^\n]*\{\n(.*?)^\}", source.text, re.MULTILINE | re.DOTALL)
    assert max(body.count("\n") for body in bodies) < 2 * c_parts.PART
