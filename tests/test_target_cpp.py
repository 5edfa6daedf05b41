"""Emitted C++: compiled under strict warnings, run beside 50 digits, called with a struct."""

import shutil
import subprocess

import pytest

from symgrad import examples
from symgrad.derivation.derive import derive
from symgrad.sources.text import parse
from symgrad.targets.check_code import check
from symgrad.targets.codegen import emit, generate
from tests.frameworks import FUNCTIONS, KINKS, OUTPUTS

COMPILER = next((name for name in ("c++", "g++", "clang++") if shutil.which(name)), None)
needs_compiler = pytest.mark.skipif(COMPILER is None, reason="there is no C++ compiler")
WARNINGS = "-Wall -Wextra -Wconversion -Wshadow -Wold-style-cast -Wmissing-braces -Werror".split()
OPEN = "function f\nparam a, std; data x; const k = 2; J = k*f(a*x)^2 + std"


def compiled(tmp_path, main, *files):
    for file in files:
        (tmp_path / file.name).write_text(file.text, encoding="utf-8")
    (tmp_path / "main.cpp").write_text(main, encoding="utf-8")
    command = [COMPILER, "-std=c++17", *WARNINGS, "main.cpp", "-o", "main"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return subprocess.run([tmp_path / "main"], capture_output=True, text=True, check=True).stdout


@needs_compiler
@pytest.mark.parametrize(("text", "optimizer"), [(FUNCTIONS, "adam"), (OUTPUTS, "nesterov")])
def test_every_function_is_exact(text, optimizer):
    derivation = derive(parse(text))
    include = ["hessian", "hvp"]
    files = emit(derivation, "cpp", include=include, optimizer=optimizer, safe=False)
    report = check(derivation, "cpp", files, optimizer=optimizer, points=6)
    assert report.points == 6
    assert report.ok, report.text


@needs_compiler
def test_a_fault_in_a_further_function_is_found():
    derivation = derive(parse(OUTPUTS))
    (file,) = emit(derivation, "cpp", only=["value", "jacobian"])
    before, call, after = file.text.rpartition("std::exp(")
    assert call
    report = check(derivation, "cpp", f"{before}std::sin({after}", points=3)
    assert not report.ok
    assert "of jacobian" in report.text


@needs_compiler
def test_it_compiles_without_a_warning(tmp_path):
    # Several modules in one program; functions are arguments.
    texts = {"kinks": KINKS, "functions": FUNCTIONS, "outputs": OUTPUTS}
    include, every = ["hessian", "hvp"], "functions"  # all functions: digits are not looked for
    files = [
        emit(derive(parse(text)), "cpp", module=name, include=include, safe=name != every)[0]
        for name, text in texts.items()
    ]
    files += emit(derive(parse(OPEN)), "cpp", module="with_f")
    main = "\n".join(f'#include "{file.name}"' for file in files)
    main += """
#include <cstdio>
int main() {
    const auto square = [](double t) { return t * t; };
    const auto slope = [](double t) { return 2.0 * t; };
    const auto found = with_f::value_and_gradient(2.0, 1.0, 3.0, 2.0, square, slope);
    std::printf("%g %g", found.first, found.second.a);
}
"""
    assert compiled(tmp_path, main, *files) == "2593 5184"  # 2 (2 3)^4 + 1, and 2 4 2^3 3^4


@needs_compiler
def test_parameters_in_a_struct_are_what_a_step_gives_back(tmp_path):
    derivation = derive(parse(examples.read("branch_and_merge")))
    files = emit(derivation, "cpp", module="fit")
    main = (
        '#include "fit.hpp"\n#include <cstdio>\nint main() {\n    fit::Params params;\n'
        "    for (int i = 0; i < 3; i++) {\n"
        "        params = fit::update(params, 2.0, 1.0);\n    }\n"
        '    std::printf("%.17g", fit::value(params, 2.0, 1.0));\n}\n'
    )
    at = [1.0, 0.0, 1.0, 0.0]
    names = {}
    exec(generate(derivation), names)  # noqa: S102  (our own emitted code)
    for _ in range(3):
        at = names["update"](*at, 2.0, 1.0)
    assert float(compiled(tmp_path, main, *files)) == pytest.approx(
        names["value"](*at, 2.0, 1.0), rel=1e-14
    )


def test_constants_have_defaults_and_parameters_their_starting_values():
    code = generate(parse("param a = 1.5, b; const k = 0.25; J = k*(a + b)^2"), "cpp")
    assert "inline double value(double a, double b, double k = 0.25) {" in code
    assert "    double a = 1.5;\n    double b = 0.0;\n" in code


def test_only_what_is_called_is_included():
    code = generate(parse("param a; data x; J = a*x"), "cpp", only=["value"])
    assert "#include <cmath>\n\nnamespace" in code
    assert "struct Gradient" not in code
