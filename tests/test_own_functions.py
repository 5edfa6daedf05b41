"""Functions that a graph defines: with a body, and without one for every function there is."""

import math
import pickle
import shutil
import subprocess
from functools import partial

import pytest

import symgrad as sg
from symgrad.expression.functions import record
from symgrad.expression.own import undefined
from symgrad.targets import target_names
from symgrad.targets.check_code import check
from symgrad.targets.codegen import emit

TEXT = """
param a = 0.5, b = 0.2
data x
function f(x, k) = x/(1 + abs(x)^k)^(1/k)
function g(z) = f(z, 2) + z
u = a*x + b
v = g(u)
J = v^2
"""
OPEN = "param a; data x; function φ; u = a*x; w = φ(u); J = w^2 + log(φ(a))"


def statuses(text, *claims):
    report = sg.verify(sg.parse(text), "\n".join(claims), explain=False)
    return [v.status for v in report.verdicts]


def test_a_function_with_a_body_keeps_its_name_and_is_derived_through_it():
    d = sg.derive(sg.parse(TEXT))
    assert "  v = g(u)\n" in d.text()
    assert r"v = g(u)" in d.latex()
    step = next(iter(sg.trace(d.graph, data=[{"x": 2}])))
    u = 1.2
    value, slope = u / (1 + u * u) ** 0.5 + u, (1 + u * u) ** -1.5 + 1
    assert step.gradients["a"] == pytest.approx(2 * value * slope * 2, rel=1e-12)
    assert sg.derive(d.graph).graph.functions.keys() == {"f", "g"}


@pytest.mark.parametrize("target", [name for name in target_names() if name != "pseudo"])
def test_code_has_the_body_in_the_place_of_the_function(target):
    text = sg.generate(sg.parse(TEXT), target=target)
    if target == "python":
        module = sg.compile(sg.parse(TEXT), "python")
        u = 1.2
        value, slope = u / (1 + u * u) ** 0.5 + u, (1 + u * u) ** -1.5 + 1
        assert module.gradient(0.5, 0.2, 2.0).a == pytest.approx(4 * value * slope, rel=1e-12)
    code = [line for line in text.splitlines() if not line.lstrip().startswith(("#", "//", "*"))]
    assert not any(" g(" in line for line in code)


def test_definitions_stand_before_the_equations_that_use_them():
    text = (
        "function f(x, k) = x/k^2\nfunction g(z) = f(z, 2)^2\nparam a; u = g(a) + f(a, 3); J = u^2"
    )
    d = sg.derive(sg.parse(text))
    wanted = "Equations\n  f(x, k) = x/k²\n  g(z) = f(z, 2)²\n  u = g(a) + f(a, 3)\n  J = u²\n"
    assert wanted in d.text()
    assert r"f(x, k) = \frac{x}{k^{2}}" in d.latex()


def test_claims_about_a_function_with_a_body():
    right = ["dv/du = 1/(1 + u^2)^(3/2) + 1", "v = u/sqrt(1 + u^2) + u", "v = f(u, 2) + u"]
    assert statuses(TEXT, *right) == ["proved"] * 3
    assert statuses(TEXT, "dv/du = 1/(1 + u^2)^(1/2) + 1", "v = f(u, 3) + u") == ["refuted"] * 2


def test_what_holds_for_every_function_is_proved():
    assert (
        statuses(
            OPEN,
            "dw/da = φ'(u)*x",
            "dJ/da = 2*w*φ'(a*x)*x + φ'(a)/φ(a)",
            "d²w/da² = φ''(u)*x^2",
            r"$\frac{\partial w}{\partial u} = \phi'(u)$",
        )
        == ["proved"] * 4
    )


def test_what_does_not_is_refuted_and_the_function_is_named():
    report = sg.verify(sg.parse(OPEN), "dw/da = φ(u)*x\ndw/da = φ'(u)\ndw/du = φ''(u)")
    assert [v.status for v in report.verdicts] == ["refuted"] * 3
    assert all("tried with φ(z) = z²/5 + exp(z/3)" in v.remarks for v in report.verdicts)
    assert report.verdicts[1].diagnosis.kind == "missing_chain_factor"


WITHOUT = """
param a = 0.5, b = 0.2
data x, y
const k = 2
function φ
function g(z) = φ(z)^2
u = a*x + b
w = φ(u)
J = (w - y)^2 + k*log(φ(a)) + g(b)
"""
POINT = {"a": 0.7, "b": -0.3, "x": 1.5, "y": 2.0}


def exact():
    a, b, x, y = POINT.values()
    u = a * x + b
    slope = 2 * (u * u + 1 - y) * 2 * u
    value = (u * u + 1 - y) ** 2 + 2 * math.log(a * a + 1) + (b * b + 1) ** 2
    return value, slope * x + 4 * a / (a * a + 1), slope + 4 * b * (b * b + 1)


def run(command, folder):
    found = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stderr
    return [float(number) for number in found.stdout.split()]


@pytest.mark.parametrize("target", ["python", "numpy"])
def test_code_takes_a_function_without_a_body_by_its_name(target):
    if target == "numpy":
        pytest.importorskip("numpy")
    module = sg.compile(sg.derive(sg.parse(WITHOUT)), target)
    given = {"phi": lambda z: z * z + 1, "phi_prime": lambda z: 2 * z}
    value, slopes = module.value_and_gradient(*POINT.values(), **given)
    assert (value, *slopes) == pytest.approx(exact(), rel=1e-14)
    assert module.value(*POINT.values(), **given) == value
    assert module.update(*POINT.values(), rate=1, **given).a == pytest.approx(0.7 - slopes.a)
    if target == "numpy":
        bound = partial(module.fun_and_jac, **given)
        assert bound([0.7, -0.3], [1.5] * 3, [2.0] * 3)[0] == pytest.approx(value, rel=1e-14)


def test_compiled_code_takes_a_function_without_a_body(tmp_path):
    """C with warnings as errors, over one sample and over a batch."""
    if shutil.which("gcc") is None:
        pytest.skip("no gcc here")
    for file in emit(sg.derive(sg.parse(WITHOUT)), "c"):
        (tmp_path / file.name).write_text(file.text, encoding="utf-8")
    main = """
    #include <stdio.h>
    #include "model.h"
    static double f(double z) { return z*z + 1; }
    static double g(double z) { return 2*z; }
    int main(void) {
        double value, x[3] = {1.5, 1.5, 1.5}, y[3] = {2, 2, 2};
        model_params p = model_value_and_gradient(0.7, -0.3, 1.5, 2, 2, f, g, &value);
        printf("%.17g %.17g %.17g\\n", value, p.a, p.b);
        p = model_batch_value_and_gradient(0.7, -0.3, 3, x, y, 2, f, g, &value);
        printf("%.17g %.17g %.17g\\n", value, p.a, p.b);
        return 0;
    }"""
    (tmp_path / "main.c").write_text(main, encoding="utf-8")
    flags = ["-std=c99", "-Wall", "-Wextra", "-Werror"]
    run(["gcc", *flags, "main.c", "model.c", "-lm", "-o", "main"], tmp_path)
    assert run(["./main"], tmp_path) == pytest.approx([*exact(), *exact()], rel=1e-14)


def test_javascript_takes_a_function_without_a_body(tmp_path):
    if shutil.which("node") is None:
        pytest.skip("no node here")
    (file,) = emit(sg.derive(sg.parse(WITHOUT)), "javascript")
    call = "value_and_gradient(0.7, -0.3, 1.5, 2, z => z*z + 1, z => 2*z)"
    text = f"{file.text}\nconst [v, g] = {call};\nconsole.log(v, g.a, g.b);\n"
    (tmp_path / "m.mjs").write_text(text, encoding="utf-8")
    assert run(["node", "m.mjs"], tmp_path) == pytest.approx(exact(), rel=1e-14)


def test_rust_takes_a_function_without_a_body(tmp_path):
    if shutil.which("rustc") is None:
        pytest.skip("no rustc here")
    (file,) = emit(sg.derive(sg.parse(WITHOUT)), "rust")
    call = "value_and_gradient(0.7, -0.3, 1.5, 2.0, 2.0, &|z| z*z + 1.0, &|z| 2.0*z)"
    main = f'fn main() {{ let (v, g) = {call}; println!("{{v}} {{}} {{}}", g.a, g.b); }}'
    (tmp_path / "m.rs").write_text(f"{file.text}\n{main}\n", encoding="utf-8")
    run(["rustc", "-D", "warnings", "m.rs"], tmp_path)
    assert run(["./m"], tmp_path) == pytest.approx(exact(), rel=1e-14)


def test_a_function_without_a_body_has_no_value_of_its_own():
    graph = sg.parse("param a = 1; function φ; J = φ(a)^2")
    assert "∂J/∂a = 2·φ(a)·φ′(a)" in sg.derive(graph).text()
    assert "def value(a: float, *, phi: Callable[[float], float]) -> float:" in sg.generate(
        graph, only=["value"]
    )
    assert check(sg.derive(graph), "python", sg.generate(graph)).points is None
    with pytest.raises(sg.SymgradError, match="a check of itself has nothing"):
        sg.generate(graph, include=["self_check"])
    with pytest.raises(sg.SymgradError, match="compiled C takes no functions"):
        sg.compile(graph, "c")
    with pytest.raises(sg.SymgradError):
        list(sg.trace(graph))


def test_samples_are_derivatives_of_each_other():
    step = 1e-5
    for order in range(5):
        one, other = (record(undefined("φ", n)).double for n in (order, order + 1))
        slope = (one(0.7 + step) - one(0.7 - step)) / (2 * step)
        assert other(0.7) == pytest.approx(slope, rel=1e-6, abs=1e-9)


def test_functions_of_two_graphs_do_not_meet():
    first = sg.parse("param a; function f(x) = x^2; J = f(a)")
    second = sg.parse("param a; function f(x) = x^3; J = f(a)")
    found = [str(sg.derive(g).gradients["a"]) for g in (first, second, first)]
    assert found == ["2*a", "3*a**2", "2*a"]
    assert first != second
    again = pickle.loads(pickle.dumps(second))  # noqa: S301  (our own bytes)
    assert again == second
    assert str(sg.derive(again).gradients["a"]) == "3*a**2"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("function tanh(x) = x", "`tanh` is a function already"),
        ("function a(x) = x", "`a` is defined twice"),
        ("function f(x) = x; function f(x) = 2*x", "`f` is defined twice"),
        ("function f(x, x) = x", "the arguments of a function are different names"),
        ("function f() = 1", "the arguments of a function are different names"),
        ("function f(x) = x*b", "unknown name `b`"),
        ("function f(x) = f(x)", "unknown function `f`"),
        ("function f(x, y)", "a function without a body takes one argument"),
        ("function f x", "this defines no function"),
        ("function f(x, k) = x^k; K = f(a)", "`f` takes 2 arguments, not 1"),
    ],
)
def test_mistakes_in_definitions_are_told(text, message):
    with pytest.raises(sg.SymgradError) as error:
        sg.parse(f"param a; {text}; J = a^2")
    assert message in str(error.value)


def test_function_is_a_name_where_it_is_used_as_one():
    assert sg.parse("param a; function = a^2; J = function + a").objective == "J"
