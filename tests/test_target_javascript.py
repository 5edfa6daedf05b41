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
from symgrad.targets.codegen import generate

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
