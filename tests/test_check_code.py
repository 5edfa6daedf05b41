"""The check of emitted code: what it finds, and what it forgives."""

import pytest

from symgrad import examples
from symgrad.derivation.derive import derive
from symgrad.sources.text import parse
from symgrad.targets import EmittedFile
from symgrad.targets.check_code import CodeCheckFailed, check, checked
from symgrad.targets.codegen import emit, generate


@pytest.fixture(scope="module")
def article():
    return derive(parse(examples.read("branch_and_merge")))


def test_right_code_passes_and_the_report_says_where(article):
    report = checked(check(article, "python", emit(article)))
    assert report.points == 32
    assert report.text.startswith("python: largest error ")
    assert "32 points against 50 digits" in report.text


def test_wrong_gradient_is_refused(article):
    wrong = generate(article).replace(
        "delta*(c_times_u + c_times_u_plus_one)", "delta*(c_times_u - c_times_u_plus_one)"
    )
    assert wrong != generate(article)
    report = check(article, "python", wrong)
    assert not report.ok
    with pytest.raises(CodeCheckFailed, match="the emitted code is not exact"):
        checked(report)


def test_small_error_of_a_constant_is_refused(article):
    wrong = generate(article).replace("-2.0*p_minus_y*p*p", "-2.0000000001*p_minus_y*p*p")
    assert wrong != generate(article)
    assert not check(article, "python", wrong).ok


def test_series_may_lose_ten_bits_where_they_take_over():
    text = "param x, t; F = x^2/(1 + x^2); G = (exp(t) - 1 - t)/t^2; J = (F - G)/(F + G)"
    derivation = derive(parse(text))
    assert check(derivation, "python", emit(derivation)).ok


def test_code_that_raises_is_refused(article):
    wrong = generate(article).replace("    J = L + R\n", "    J = L + R/0.0\n")
    assert check(article, "python", wrong).ulps == float("inf")


def test_points_are_the_same_on_every_run(article):
    assert check(article, "python", emit(article)) == check(article, "python", emit(article))


def test_points_obey_assumptions():
    text = "param a; data s, t; assume a > 3, s + t = 1, s > 0; J = log(a - 3)*s + t^2"
    derivation = derive(parse(text))
    report = check(derivation, "python", emit(derivation))
    assert report.points == 32
    assert report.ok
    point = dict(report.point)
    assert point["a"] > 3
    assert point["s"] + point["t"] == 1


def test_no_point_in_the_domain_is_reported():
    derivation = derive(parse("param a; J = log(-1 - a^2)"))
    report = check(derivation, "python", emit(derivation))
    assert report.points == 0
    assert report.ok
    assert "no point was found inside the domain" in report.text


def test_target_that_cannot_be_run_is_reported(article, monkeypatch):
    monkeypatch.setattr("symgrad.targets.running.shutil.which", lambda _: None)
    report = check(article, "javascript", emit(article, "javascript"))
    assert report.points is None
    assert report.text == "javascript: not checked: there is no `node` on this machine"


def test_numpy_code_is_left_unchecked_where_numpy_is_missing(article, monkeypatch):
    monkeypatch.setattr("symgrad.targets.numpy.find_spec", lambda _: None)
    report = checked(check(article, "numpy", emit(article, "numpy")))
    assert report.points is None
    assert report.text == "numpy: not checked: NumPy is not installed here"


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ("J = L + R\n        return J\n", "J = L - R\n        return J\n", "J alone"),
        ("    return Gradient(dJ_da, ", "    return Gradient(-a, ", "∂/∂a alone"),
        ("a - rate*grad.a", "a + rate*grad.a", "a after a step"),
    ],
)
def test_every_function_is_checked(article, old, new, where):
    wrong = generate(article).replace(old, new)
    report = check(article, "python", wrong)
    assert not report.ok
    assert report.result == where


@pytest.mark.parametrize("target", ["python", "numpy", "c", "javascript"])
@pytest.mark.parametrize("name", ["momentum", "nesterov", "adam", "adamw"])
def test_steps_of_every_rule_are_exact(target, name):
    graph = derive(parse("param a = 1, b; data x, y; J = -2*(a*x - b*y)^2; maximize J"))
    assert check(graph, target, emit(graph, target, optimizer=name), optimizer=name).ok


@pytest.mark.parametrize("target", ["python", "numpy", "c", "javascript"])
@pytest.mark.parametrize("name", ["sgd", "adamw"])
def test_step_of_a_single_parameter_with_a_long_name(target, name):
    graph = derive(parse("param standard_deviation; data x; J = (standard_deviation - x)^2"))
    assert check(graph, target, emit(graph, target, optimizer=name), optimizer=name).ok


@pytest.mark.parametrize("target", ["python", "numpy", "javascript"])
def test_step_of_another_rule_is_refused(article, target):
    assert not check(article, target, emit(article, target), optimizer="adam").ok


def test_c_code_of_another_rule_does_not_fit(article):
    with pytest.raises(CodeCheckFailed, match=r"does not run: .*model_state"):
        check(article, "c", emit(article, "c"), optimizer="adam")


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ("acc[0][lane] += L;", "acc[0][lane] += L*L;", "J, from arrays"),
        ("&carry[item], acc[item][0]", "&carry[item], acc[item][1]", ", from arrays"),
        (
            "    out.c = lam_times_c + sums[3];",
            "    out.c = lam_times_c - sums[3];",
            "∂/∂c, from arrays",
        ),
        (
            "= model_batch_gradient(a, b, c, d, count",
            "= model_batch_gradient(a, b, d, c, count",
            "after a step, from arrays",
        ),
    ],
)
def test_batch_functions_of_c_are_checked(article, old, new, where):
    header, code = emit(article, "c")
    assert old in code.text
    wrong = EmittedFile(code.name, code.text.replace(old, new))
    report = check(article, "c", (header, wrong))
    assert not report.ok
    assert report.result.endswith(where)


def test_arrays_are_checked_in_numpy_code(article):
    (file,) = emit(article, "numpy")
    wrong = file.text.replace("_n = len(x)", "_n = 1")
    assert wrong != file.text
    assert check(article, "numpy", wrong).result.endswith(", from arrays")


@pytest.mark.parametrize("target", ["numpy", "c"])
def test_gradient_by_data_is_checked(target):
    derivation = derive(parse("param a; data x; const k; J = k*(a*x)^2"), ["x", "a"])
    assert check(derivation, target, emit(derivation, target)).ok


@pytest.mark.parametrize(
    "text", ["param a; J = a^2", "data x; param b; J = b^2", "const k = 2; param a; J = k*a"]
)
def test_graphs_with_and_without_data_are_checked(text):
    derivation = derive(parse(text))
    report = check(derivation, "c", emit(derivation, "c"))
    assert report.ok
    assert report.points == 32


@pytest.mark.parametrize("target", ["python", "numpy", "c", "javascript"])
def test_code_that_cannot_be_loaded_is_refused(article, target):
    *header, code = emit(article, target)
    broken = EmittedFile(code.name, code.text.replace("delta = ", "delta = = "))
    with pytest.raises(CodeCheckFailed, match=f"the emitted {target} code does not run: "):
        check(article, target, (*header, broken))


@pytest.mark.parametrize("target", ["python", "numpy", "c", "javascript"])
def test_nothing_is_left_behind_by_a_check_that_fails(run_module, tmp_path, target):
    own = tmp_path / "own"
    run_module("-m", "symgrad", "templates", "-o", str(own))
    for path in own.glob("*.j2"):
        text = path.read_text(encoding="utf-8")
        wrong = text.replace("{{ value_body }}", "{{ value_body|replace('2', '3') }}")
        path.write_text(wrong, encoding="utf-8")
    words = ("-m", "symgrad", "generate", "example:huber", "-t", target, "--templates", str(own))
    words += ("--run-code",)
    place = tmp_path / "made"
    done = run_module(*words, "-o", str(place), status=2)
    assert "the emitted code is not exact" in done.stderr
    assert not place.exists()
    run_module(*words, "-o", str(place), "--no-check")
    assert place.exists()
