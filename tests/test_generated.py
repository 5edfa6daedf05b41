"""The committed code in generated/: all of it is there, up to date, runs, and is exact."""

import functools
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

from symgrad import examples
from symgrad.derivation.derive import derive
from symgrad.sources.text import parse
from symgrad.targets import EmittedFile, target_names
from symgrad.targets.check_code import check, checked

FOLDER = Path(__file__).resolve().parent.parent / "generated"
FORMS = {
    "python": ("{}.py",),
    "numpy": ("{}_numpy.py",),
    "c": ("{}.h", "{}.c"),
    "javascript": ("{}.mjs",),
    "rust": ("{}.rs",),
    "cpp": ("{}.hpp",),
    "jax": ("{}_jax.py",),
    "torch": ("{}_torch.py",),
    "pseudo": ("{}.txt",),
    "julia": ("{}.jl",),
}
A_FEW = runpy.run_path(str(FOLDER / "regenerate.py"))["A_FEW"]
COMPILED_SLOWLY = {"rust": ("branch_and_merge", "black_scholes", "attention")}


@functools.cache
def derivation(name):
    return derive(parse(examples.read(name)))


def test_every_example_is_there_in_every_language():
    expected = {form.format(name) for name in examples.names()
                for target in target_names() for form in FORMS[target]
                if name in A_FEW.get(target, (name,))}  # fmt: skip
    expected |= {f"{name}.d.mts" for name in A_FEW["cpp"]}
    assert {path.name for path in FOLDER.iterdir() if path.is_file()} == {
        *expected,
        "regenerate.py",
    }


# What is committed is what is emitted now: where that is checked at more points with the language's
# other tests (python, numpy, javascript) it is not checked here again.
@pytest.mark.parametrize("name", examples.names())
@pytest.mark.parametrize("target", ["c", "rust"])
def test_committed_code_is_exact(name, target):
    if name not in A_FEW.get(target, (name,)):
        pytest.skip("three examples stand for all")
    if name not in COMPILED_SLOWLY.get(target, (name,)):
        pytest.skip("this compiler takes its time: three examples stand for all")
    files = [EmittedFile(form.format(name), (FOLDER / form.format(name)).read_text("utf-8"))
             for form in FORMS[target]]  # fmt: skip
    report = checked(check(derivation(name), target, files, points=6))
    if report.points is None:
        pytest.skip(report.note)
    assert report.points >= 2
    assert report.ulps < 100


def test_committed_python_needs_nothing_but_the_standard_library():
    file = FOLDER / "branch_and_merge.py"
    done = subprocess.run(
        [sys.executable, "-I", "-S", file], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_committed_code_is_what_is_emitted_now(capsys):
    regenerate = runpy.run_path(str(FOLDER / "regenerate.py"))
    assert (regenerate["main"](["--check"]), capsys.readouterr().err) == (0, "")
