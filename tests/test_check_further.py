"""The check of emitted code runs every function of a file, not only value and gradient."""

import re
import shutil

import pytest

from symgrad.derivation.derive import derive
from symgrad.sources.text import parse
from symgrad.targets import EmittedFile, target
from symgrad.targets.check_code import CodeCheckFailed, check
from symgrad.targets.codegen import emit
from symgrad.targets.further import FURTHER

# r and s differ from sample to sample, q stands once; the Jacobian has zeros.
TEXT = """
param a = 1, b = 2, c = 0.5
data x, y
const z, k = 0.1
u = a*exp(b*x)
r = u - y
q = k*b + z
s = a*u^2 + c
residual r, q, s
"""
TOOLS = {"c": "gcc", "javascript": "node", "rust": "rustc"}
TARGETS = ["python", "numpy", "c", "javascript", "rust"]
# What stands for an exponential in each language, and something else that its files have.
ANOTHER = {
    "python": ("_exp(", "abs("),
    "numpy": ("np.exp(", "np.sin("),
    "c": ("exp(", "fabs("),
    "javascript": ("Math.exp(", "Math.abs("),
    "rust": ("math::exp(", "f64::abs("),
}


@pytest.fixture(scope="module")
def derivation():
    return derive(parse(TEXT))


@pytest.fixture(scope="module")
def emitted(derivation):
    """Return the files of a target with all functions that it has, made once."""
    made = {}

    def files(name):
        if name in TOOLS and shutil.which(TOOLS[name]) is None:
            pytest.skip(f"no {TOOLS[name]} here")
        if name not in made:
            kinds = [kind for kind in FURTHER if kind in target(name).optional]
            kinds += [kind for kind in ("residuals", "jacobian") if kind in target(name).offered]
            include = [kind for kind in kinds if kind != "outputs"]
            made[name] = emit(derivation, name, include=include), include
        return made[name]

    return files


@pytest.mark.parametrize("name", TARGETS)
def test_all_functions_of_a_file_are_found_and_right(derivation, emitted, name):
    files, kinds = emitted(name)
    assert [kind for kind in FURTHER if target(name).defines(files, kind)] == sorted(
        set(kinds), key=FURTHER.index
    )
    report = check(derivation, name, files, points=6)
    assert report.points == 6
    assert report.ok, report.text


@pytest.mark.parametrize("kind", ["residuals", "jacobian", "hessian", "hvp"])
@pytest.mark.parametrize("name", TARGETS)
def test_a_fault_in_any_function_is_found(derivation, emitted, name, kind):
    (*others, file), _ = emitted(name)
    start = file.text.index(f" model_{kind}(" if name == "c" else target(name).defined % kind)
    old, new = ANOTHER[name]
    text = file.text[:start] + file.text[start:].replace(old, new, 1)
    assert text != file.text
    report = check(derivation, name, (*others, EmittedFile(file.name, text)), points=3)
    assert not report.ok
    assert report.result.endswith(f" of {kind}")


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("numpy", "_counts = np", "_counts = 1 - 1*np"),
        ("python", "COLUMNS: tuple[int, ...] = (0, 1,", "COLUMNS: tuple[int, ...] = (0, 2,"),
        ("c", r"(?s)(model_jacobian_columns\[6\] = .*?)0, 1, ", r"\g<1>0, 2, "),
    ],
)
def test_a_wrong_pattern_is_found(derivation, emitted, name, old, new):
    (*others, file), _ = emitted(name)
    text = re.sub(old if name == "c" else re.escape(old), new, file.text, count=1)
    assert text != file.text
    files = (*others, EmittedFile(file.name, text))
    try:
        report = check(derivation, name, files, points=3)
    except CodeCheckFailed as error:
        assert "jacobian_sparse: ValueError: its pattern" in str(error)  # noqa: PT017
    else:
        assert report.result == "jacobian_sparse, a zero"


def test_samples_are_checked_too(derivation, emitted):
    (file,), _ = emitted("numpy")
    text = file.text.replace("column_stack((dJ_da, dJ_db", "column_stack((dJ_da, dJ_da")
    assert text != file.text
    report = check(derivation, "numpy", (EmittedFile(file.name, text),), points=3)
    assert report.result == "∂/∂b of gradient_each"
