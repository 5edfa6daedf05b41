"""Emitted Rust: compiled and run against 50 digits, with the standard library and without."""

import shutil
import subprocess

import pytest

from symgrad import examples
from symgrad.derivation.derive import derive
from symgrad.sources.text import parse
from symgrad.targets.check_code import check
from symgrad.targets.codegen import generate

needs_rustc = pytest.mark.skipif(shutil.which("rustc") is None, reason="there is no rustc")

EVERY_FUNCTION = """param a = 0.3, b = 1.7
data x
f1 = exp(a) + log(b) + log2(b) + log10(b) + sqrt(b) + cbrt(a) + abs(a) + sign(a) + sin(a) + cos(a)
f2 = asin(a) + acos(a) + atan(a) + atan2(a, b) + sinh(a) + cosh(a) + tanh(a) + asinh(a) + atanh(a)
f3 = erf(a) + erfc(b) + sigmoid(a) + softplus(a) + relu(a) + gelu(a) + silu(a) + max(a, b, x)
f4 = min(a, b, x) + where(x > a and b > 0, a, b) + hypot(a, b) + log1p(a) + expm1(a) + tan(a)
f5 = logsumexp(a, b, x) + normal_pdf(a) + normal_cdf(b) + lgamma(b) + digamma(b) + a^b
f6 = lgamma(a - 3) + polygamma(2, b) + polygamma(3, a - 2) + digamma(-a) + acosh(b + 1)
J = f1 + f2*x + f3 + f4 + f5 + f6
"""


def compiled(tmp_path, text, *lines):
    """Compile emitted Rust as a library of its own, warnings being errors."""
    (tmp_path / "emitted.rs").write_text(text, encoding="utf-8")
    main = "\n".join([*lines, "#![deny(warnings)]", "pub mod emitted;", ""])
    (tmp_path / "lib.rs").write_text(main, encoding="utf-8")
    done = subprocess.run(
        ["rustc", "--crate-type=rlib", "--edition=2021", "lib.rs"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


@needs_rustc
def test_every_function_is_exact():
    derivation = derive(parse(EVERY_FUNCTION))
    report = check(derivation, "rust", generate(derivation, "rust", safe=False))
    assert report.points == 32
    assert report.ok, report.text


@needs_rustc
@pytest.mark.parametrize("optimizer", ["momentum", "adamw"])
def test_state_is_passed_in_and_out(optimizer):
    derivation = derive(parse(examples.read("branch_and_merge")))
    text = generate(derivation, "rust", optimizer=optimizer)
    assert "pub const START: State" in text
    report = check(derivation, "rust", text, optimizer=optimizer)
    assert report.ok, report.text


@needs_rustc
def test_it_compiles_without_the_standard_library(tmp_path):
    text = generate(parse(EVERY_FUNCTION), "rust", safe=False, math="extern")
    compiled(tmp_path, text, "#![no_std]")


@needs_rustc
@pytest.mark.parametrize("name", ["huber", "lstm_cell"])
def test_it_compiles_without_a_warning(tmp_path, name):
    compiled(tmp_path, generate(parse(examples.read(name)), "rust"))


def test_reserved_words_are_renamed():
    code = generate(parse("param fn, loop; data x; J = fn*loop*x"), "rust")
    assert "pub fn value(fn_: f64, loop_: f64, x: f64) -> f64" in code


def test_defaults_have_a_place_of_their_own():
    code = generate(parse(examples.read("branch_and_merge")), "rust")
    assert "pub const lam: f64 = 0.1;" in code
    assert "pub const rate: f64 = 0.1;" in code
