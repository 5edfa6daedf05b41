"""Files for Numba: `dialect=numba` of the Python and the NumPy target."""

import inspect
import re

import numpy as np
import pytest

import symgrad as sg
from symgrad.errors import SymgradError
from symgrad.targets.check_code import check
from symgrad.targets.codegen import emit, generate
from symgrad.targets.numba import of_numbers, unfit
from tests.emitted import loaded

# Functions that files bring along, of numbers and of arrays; choices; a name that Numba has.
TEXT = """
param a = 1, b = 2
data x, y
φ1 = a*x + lgamma(b + 3) + logsumexp(a, b, x)
r = φ1 - y + where(b < 1, a, a*b) + max(a, b, x)
s = normal_cdf(b)
residual r, s
"""
SMALL = "param a = 1, b; data x; φ1 = a*x + b; J = where(x < 1, φ1^2, φ1)/(1 + exp(b))"
ALL = ["jacobian_sparse", "value_each", "gradient_each", "fun_and_jac", "hessian",
       "hessian_sparse", "hvp", "partial_sums"]  # fmt: skip
TARGETS = ("python", "numpy")


def made(target, text=TEXT, include=ALL, **more):
    more = {"include": include, "dialect": "numba", "safe": False, **more}
    return emit(sg.derive(sg.parse(text)), target, **more)


def flat(found):
    if isinstance(found, tuple | list | np.ndarray):
        return [number for part in found for number in flat(part)]
    return [float(found)]


def arguments(function, module):
    """Return an argument for each of a function: doubles, arrays of them, sums, a state."""
    found = []
    for i, item in enumerate(inspect.signature(function).parameters.values(), 1):
        kind = str(item.annotation)
        number = np.float64(0.3 + 0.618 * i % 1.0)
        if "Sums" in kind:
            one = module.Sums(*[3.0 + 0.25 * k for k in range(len(module.Sums._fields))])
            found.append((one, one) if "Iterable" in kind else one)
        elif "Sequence" in kind or "ndarray" in kind:
            size = len(module.Gradient._fields) if item.name in ("direction", "theta") else 3
            found.append(number + 0.1 * np.arange(size))
        else:
            found.append(number if item.default is item.empty else item.default)
    return found


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
@pytest.mark.parametrize("target", TARGETS)
def test_numba_compiles_every_function(tmp_path, target, optimizer):
    numba = pytest.importorskip("numba")
    text, include = (TEXT, ALL) if optimizer == "sgd" else (SMALL, [])
    (file,) = made(target, text, include, optimizer=optimizer)
    (tmp_path / file.name).write_text(file.text, encoding="utf-8")
    plain, compiled = (loaded(tmp_path / file.name, name) for name in ("plain", "compiled"))
    for name, function in inspect.getmembers(compiled, inspect.isfunction):
        setattr(compiled, name, numba.njit(function))
    called = 0
    for name, function in inspect.getmembers(plain, inspect.isfunction):
        if name.startswith("_") or function.__module__ != "plain":
            continue
        given = arguments(function, plain)
        found = flat(getattr(compiled, name)(*given))
        assert found == pytest.approx(flat(function(*given)), rel=1e-12), name
        called += 1
    assert called >= (4 if optimizer == "adam" else 14)


@pytest.mark.parametrize("target", TARGETS)
def test_files_for_numba_give_the_right_numbers(target):
    derivation = sg.derive(sg.parse(TEXT))
    assert check(derivation, target, made(target), points=4).ok


@pytest.mark.parametrize("target", TARGETS)
def test_sums_over_chunks_are_those_over_all(target):
    (file,) = made(target, SMALL, ["partial_sums"])
    found = {"__name__": "emitted"}
    exec(file.text, found)  # noqa: S102  (it is emitted here)
    xs = np.array([0.5, 1.5, 2.5])
    chunks = [found["partial_sums"](0.3, 0.7, part) for part in (xs[:1], xs[1:])]
    plain = {"__name__": "emitted"}
    exec(generate(sg.parse(SMALL), target="numpy"), plain)  # noqa: S102
    value, slope = found["combine_sums"](chunks, 0.3, 0.7)
    wanted, slopes = plain["value_and_gradient"](0.3, 0.7, xs)
    assert [value, *slope] == pytest.approx([wanted, *slopes], rel=1e-14)
    with pytest.raises(ValueError, match="no samples"):
        found["combine_sums"]([], 0.3, 0.7)


@pytest.mark.parametrize("target", TARGETS)
def test_files_for_numba_hold_nothing_that_it_does_not_know(target):
    (file,) = made(target)
    code = file.text.partition('"""')[2]
    for word in ("errstate", "isinstance", "fsum", "map(", "_vector", "_samples", "np.tile"):
        assert word not in code
    assert not re.search(r"\bphi1\b", code)
    assert re.search(r"\bphi1_\b", code)


@pytest.mark.parametrize(
    ("target", "given", "of"),
    [
        ("numpy", {"style": "fast"}, "style=fast"),
        ("numpy", {"special": "scipy"}, "special=scipy"),
        ("numpy", {"include": ["self_check"]}, "self_check"),
        ("python", {"include": ["self_check"]}, "self_check"),
        ("numpy", {"include": ["weights"]}, "weights"),
        ("python", {"include": ["partial_sums", "weights"]}, "weights"),
    ],
)
def test_what_numba_cannot_compile_is_refused(target, given, of):
    with pytest.raises(SymgradError) as caught:
        generate(sg.parse(SMALL), target=target, dialect="numba", **given)
    assert caught.value.diagnostics[0].message == f"Numba cannot compile `{of}`"


def test_choices_of_one_number_are_numbers():
    assert of_numbers("np.where(f(x), np.ones_like(y), 1)") == (
        "np.where(f(x), np.ones_like(y)[()], 1)[()]"
    )
    assert unfit(["φ", "φ12", "dφ1"]) == {"phi12"}
