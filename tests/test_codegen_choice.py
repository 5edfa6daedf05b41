"""Which functions an emitted file has: fewer by `only`, more by `include`."""

import re

import pytest

from symgrad import examples
from symgrad.derivation.derive import derive
from symgrad.errors import SymgradError
from symgrad.sources.text import parse
from symgrad.targets import target, target_names
from symgrad.targets.check_code import check
from symgrad.targets.codegen import emit, generate

ARTICLE = derive(parse(examples.read("branch_and_merge")))
PYTHON = dict.fromkeys(("python", "numpy", "jax", "torch"), r"^def ([a-z]\w*)\(")
HEADS = PYTHON | {
    "c": r"^(?:double|model_params) model_(\w+)\(",
    "cpp": r"^inline .* (\w+)\((?!\s*const Params)",
    "javascript": r"^export function (\w+)\(",
    "rust": r"^pub fn (\w+)\(",
    "julia": r"^function ([a-z]\w*)\(",
}
LANGUAGES = tuple(HEADS)


def functions(language, **options):
    return re.findall(HEADS[language], emit(ARTICLE, language, **options)[0].text, re.MULTILINE)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("only", "expected"),
    [
        (["value"], ["value"]),
        (["gradient"], ["gradient"]),
        (["update"], ["gradient", "update"]),
        ("value_and_gradient,value", ["value", "value_and_gradient"]),
    ],
)
def test_a_file_has_what_was_asked_for_and_what_that_needs(language, only, expected):
    assert functions(language, only=only) == expected
    report = check(ARTICLE, language, emit(ARTICLE, language, only=only), points=4)
    assert report.ok


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_target_offers_the_same_four(language):
    assert functions(language)[:4] == ["value", "gradient", "value_and_gradient", "update"]
    assert set(target_names()) >= set(LANGUAGES)


def test_code_over_batches_is_left_out_of_c():
    header, source = emit(ARTICLE, "c", only=["value", "gradient"])
    assert "_batch_" not in header.text
    assert "size_t" not in source.text
    batch = emit(ARTICLE, "c", only=["value", "batch"])[0].text
    assert "model_batch_value(" in batch
    assert "update" not in batch


@pytest.mark.parametrize("language", ["python", "numpy"])
def test_self_check_comes_on_request(language):
    assert "__main__" not in generate(ARTICLE, language)
    assert "__main__" in generate(ARTICLE, language, include=["self_check"])
    alone = generate(ARTICLE, language, only=["value"], include=["self_check"])
    assert "def value_and_gradient(" in alone


@pytest.mark.parametrize("language", LANGUAGES)
def test_helpers_of_what_is_left_out_are_left_out(language):
    derivation = derive(parse("param a; data x; J = lgamma(a*x)"))
    own = {"jax": "special.digamma(", "torch": "torch.digamma("}
    own["julia"] = "SpecialFunctions.digamma("
    computed = own.get(language, "cot_pi")  # what digamma is made of
    assert computed in generate(derivation, language)
    assert computed not in generate(derivation, language, only=["value"])


def test_unknown_functions_name_the_nearest():
    with pytest.raises(SymgradError, match=r"no function `gradeint`(.|\n)*did you mean `gradient`"):
        generate(ARTICLE, only=["gradeint"])
    with pytest.raises(SymgradError, match="the target c has no function `self_check`"):
        generate(ARTICLE, "c", include=["self_check"])


def test_residuals_of_what_has_none_are_refused():
    with pytest.raises(SymgradError, match="`J` is no mean of squares"):
        generate(derive(parse("param a; data x; J = exp(a*x)")), "numpy", only=["residuals"])


def test_long_programs_take_the_gradient_from_both():
    stages = "\n".join(f"u{i + 1} = sin(a*u{i})" for i in range(400))
    derivation = derive(parse(f"param a, u0\n{stages}\nJ = u400"))
    code = generate(derivation, only=["gradient"], safe=False)
    assert "def value_and_gradient(" in code


def test_the_command_takes_lists(run_module):
    words = ("-m", "symgrad", "generate", "example:branch_and_merge")
    out = run_module(*words, "--only", "value,gradient", "--with", "self_check").stdout
    assert "def update(" not in out
    assert "_self_check" in out
    assert "self_check" in target("python").optional
