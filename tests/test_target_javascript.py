"""Emitted JavaScript: run under Node against 50 digits."""

import json
import shutil
import subprocess

import mpmath
import pytest

from symgrad import examples
from symgrad.derivation.derive import derive
from symgrad.sources.text import parse
from symgrad.targets.check_code import check
from symgrad.targets.codegen import emit, generate

EVERY_KIND = """
param a = 1  # slope
param b = 2
data x
c = exp(a*x) + lgamma(b + 3) + erf(a) + softplus(a) + normal_cdf(b) + max(a, b, x) + atan2(a, b)
J = (c - x)^2 + digamma(b + 3) + where(x > 0, a, b)^2 + logsumexp(a, b) + a^b + cbrt(x)
"""
pytestmark = pytest.mark.skipif(shutil.which("node") is None, reason="there is no node")


def run(tmp_path, code, expression):
    """Return what an expression over the emitted module `m` gives, through JSON."""
    (tmp_path / "model.mjs").write_text(code, encoding="utf-8")
    driver = f'import * as m from "./model.mjs"; console.log(JSON.stringify({expression}));'
    (tmp_path / "driver.mjs").write_text(driver, encoding="utf-8")
    done = subprocess.run(
        ["node", str(tmp_path / "driver.mjs")], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("name", examples.names())
def test_example_is_exact(name):
    derivation = derive(parse(examples.read(name)))
    report = check(derivation, "javascript", generate(derivation, "javascript"))
    assert report.points == 32
    assert report.ok, report.text
    assert report.ulps < max(100, report.allowed / 100)  # near a zero of a residual terms cancel


def test_results_are_named(tmp_path):
    code = generate(parse(examples.read("branch_and_merge")), "javascript")
    got = run(tmp_path, code, "[m.gradient(1, 0, 1, 0, 2, 1), m.update(1, 0, 1, 0, 2, 1)]")
    assert [list(item) for item in got] == [["a", "b", "c", "d"]] * 2


def test_state_is_passed_in_and_out(tmp_path):
    code = generate(parse("param a; data x; J = a*x"), "javascript", optimizer="momentum")
    first, second = run(
        tmp_path,
        code,
        "(() => {const [p, s] = m.update(1, 2, 0.5);"
        " return [[p, s], m.update(p.a, 2, 0.5, 0.9, s)];})()",
    )
    assert first == [{"a": 0.0}, {"velocity_a": 2.0}]
    assert second == [{"a": pytest.approx(-1.9)}, {"velocity_a": pytest.approx(3.8)}]


def test_reserved_words_are_renamed():
    code = generate(parse("param let, Infinity; data x; J = let*Infinity*x"), "javascript")
    assert "export function value(let_, Infinity_, x)" in code


FUNCTIONS = {
    "digamma": mpmath.digamma,
    "erf": mpmath.erf,
    "erfc": mpmath.erfc,
    "lgamma": lambda x: mpmath.log(abs(mpmath.gamma(x))),
    "normal_cdf": mpmath.ncdf,
    "polygamma": lambda x: mpmath.polygamma(2, x),
    "sigmoid": lambda x: 1 / (1 + mpmath.exp(-x)),
    "softplus": lambda x: mpmath.log1p(mpmath.exp(x)),
}


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_function_is_accurate(tmp_path, name):
    call = "polygamma(2, x)" if name == "polygamma" else f"{name}(x)"
    points = [k / 16 for k in range(-160, 420, 7) if k % 16]
    code = generate(parse(f"param x; J = {call}"), "javascript", safe=False)
    found = run(tmp_path, code, f"{points}.map((x) => m.value(x))")
    loose = name in {"normal_cdf", "digamma", "polygamma"}
    for x, value in zip(points, found, strict=True):
        with mpmath.workdps(50):
            exact = float(FUNCTIONS[name](mpmath.mpf(x)))
        assert value == pytest.approx(exact, rel=2e-13 if loose else 1e-14, abs=2e-15), x


def test_erfc_is_accurate_in_its_far_tail(tmp_path):
    points = [0.5, 0.99, 1.0, 1.5, 2.0, 3.0, 5.5, 9.9, 17.3, 26.1]
    code = generate(parse("param x; J = erfc(x)"), "javascript", safe=False)
    for x, value in zip(points, run(tmp_path, code, f"{points}.map(m.value)"), strict=False):
        with mpmath.workdps(50):
            assert value == pytest.approx(float(mpmath.erfc(mpmath.mpf(x))), rel=1e-14), x


@pytest.mark.skipif(shutil.which("tsc") is None, reason="there is no TypeScript compiler")
def test_module_and_declarations_are_clean_under_strict_typescript(tmp_path):
    texts = {
        "every": EVERY_KIND,
        "open": "function f(x); param a; data x; J = f(a*x)^2 + a^2",
        "rows": "param a, b; data x; output u, v; u = a*x; v = sin(b)*x; J = u + v",
    }
    for name, text in texts.items():
        d = derive(parse(text))
        include = ["hessian", "hvp"] if name == "every" else ["value_each", "gradient_each"]
        include.append("types")
        for file in emit(d, "javascript", module=name, optimizer="adam", include=include):
            (tmp_path / file.name).write_text(file.text, encoding="utf-8")
    use = [f'import * as {name} from "./{name}.mjs";' for name in texts]
    use.append("const [found, slopes] = every.value_and_gradient(1, 2, 3);")
    use.append("const each = rows.gradient_each(1, 2, new Float64Array(3))[0].a;")
    use.append("const state: every.State = every.update(1, 2, 3, 0.1)[1];")
    use.append("const matrix: number[][] = rows.jacobian(1, 2, 3);")
    use.append("const moved = open.gradient(1, 2, Math.sin, Math.cos).a;")
    use.append(
        "export const all: number = found + slopes.a + each + moved + state.step + matrix.length;"
    )
    (tmp_path / "use.mts").write_text("\n".join(use), encoding="utf-8")
    options = "--strict --noEmit --target es2020 --module nodenext --allowJs --checkJs"
    files = [*map(str, tmp_path.glob("*.mjs")), str(tmp_path / "use.mts")]
    command = [shutil.which("tsc"), *options.split(), *files]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_results_of_each_sample_are_exact():
    # An input of the author's called i is no index of the code's.
    d = derive(parse("param a, b; data i, y; const k = 2; J = (a*sin(b*i) - k*y)^2 + a^2"))
    (file,) = emit(d, "javascript", include=["value_each", "gradient_each"])
    assert check(d, "javascript", (file,), points=4).ok
    wrong = file.text.replace("_i) => value(a", "_i) => value(b")
    assert wrong != file.text
    assert not check(d, "javascript", wrong, points=4).ok
