"""Emitted code under the tools of its readers: ruff, mypy, and the width of a page."""

import ast
import inspect
import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

import symgrad as sg
from symgrad import __version__
from symgrad.render.files import is_own
from symgrad.targets import target_names
from symgrad.targets.arrays.emitting import LANGUAGES
from symgrad.targets.codegen import emit
from symgrad.targets.javascript_helpers import HELPERS
from symgrad.targets.long_python import folded_python
from tests.emitted import loaded

GENERATED = Path(__file__).parents[1] / "generated"
# Every kind of function that files bring along, and every function that they can have.
TEXT = """
param a = 1, b = 2, c = 0.5
data x, y
u = a*exp(b*x) + lgamma(a + 3) + digamma(b + 3) + polygamma(2, x + 3)
r = u - y + logsumexp(a, b, c) + softplus(a) + normal_cdf(c) + gelu(a) + silu(b) + max(a, b, x)
s = a^x + log(b) + tan(a)/sin(b) + acos(c/9) + atanh(c/9) + expm1(x) + cosh(b) + cbrt(a)
residual r, s
"""
ALL = {
    "python": ["jacobian_sparse", "value_each", "gradient_each", "fun_and_jac", "hessian", "hvp",
               "self_check"],
    "numpy": ["jacobian_sparse", "value_each", "gradient_each", "hessian", "hvp", "weights",
              "self_check"],
}  # fmt: skip

# Formulas without a place to break, a series with a long formula beside it, and many samples.
WIDE = """
param V, k_one_of_the_parameters, another_of_the_parameters
data first_of_the_samples, second_of_the_samples
u = (V + 40)/10
a = u/(10*(1 - exp(-u)))
b = k_one_of_the_parameters*another_of_the_parameters*first_of_the_samples*k_one_of_the_parameters
J = (a*b - log(first_of_the_samples) - log(second_of_the_samples)*k_one_of_the_parameters)^2
"""
ARRAYS = "param W[m,n], b[m]; data x[n], y[m]; z = W @ x + b; p = softmax(z); L = sum((p - y)^2)"


# Products, softmax, systems and determinants, functions that files bring along, results that are
# arrays, parameters and data that are numbers.
ARRAY_GRAPHS = {
    "layers": "param W[m,n], b[m], c; data x[n], y[m]; z = W @ x + c*b; p = softmax(z)\n"
    "assume sum(y) = 1\nL = -sum(y ⊙ log(p))",
    "likelihood": "param s; given K[n,n], y[n]\nassume s > 0, K spd\nC = K + s*I\na = C⁻¹@y\n"
    "J = yᵀa/2 + logdet(C)/2 + log(det(C))",
    "special": "param w[n]; data x[n], t\nz = gelu(w ⊙ x) + erf(w) + silu(w) + softplus(x)\n"
    "J = logsumexp(z) + normal_cdf(t) + max(t, norm(relu(w))^2)",
    "normal": "param X[m,n], g[n]; given C[m,n]\nD = X - mean(X, n)\n"
    "s = sqrt(mean(D .^ 2, n) + 1)\nV = D/s\nJ = sum(C ⊙ V ⊙ g) + sum(softmax(X, n) .^ 2)",
    "slopes": "param x[n]; given A[n,n]\np = softmax(A@x)",
}


def run(*command):
    done = subprocess.run(
        [sys.executable, "-m", *command], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("emitted")
    d = sg.derive(sg.parse(TEXT))
    for target, include in ALL.items():
        for optimizer in ("sgd", "adam"):
            (file,) = emit(d, target, include=include, optimizer=optimizer, safe=False)
            path = folder / f"{target}_{optimizer}.py"
            path.write_text(file.text, encoding="utf-8")
    for name, text in ARRAY_GRAPHS.items():
        d = sg.derive(sg.parse(text))
        for target in ("numpy", "javascript") if d.jacobian else ("numpy", "python", "javascript"):
            if target == "numpy" or not d.jacobian:
                include = ["hessian"] if name == "special" else []
                (file,) = emit(d, target, module=f"{name}_{target}", include=include)
                (folder / file.name).write_text(file.text, encoding="utf-8")
    return folder


def test_python_is_clean_under_ruff_as_it_comes(files):
    pytest.importorskip("ruff")
    given = [str(path) for path in GENERATED.glob("*.py") if path.name != "regenerate.py"]
    run("ruff", "check", "--isolated", "--no-cache", str(files), *given)


def test_python_is_clean_under_strict_mypy(files):
    pytest.importorskip("mypy")
    pytest.importorskip("numpy")
    others = ("regenerate", "_numpy", "_jax", "_torch")  # of these two examples, or elsewhere
    given = [str(path) for path in GENERATED.glob("*.py") if not path.stem.endswith(others)]
    given += [str(GENERATED / f"{name}_numpy.py") for name in ("landmark_fix", "vae_kl")]
    run("mypy", "--strict", "--no-error-summary", str(files), *given)


def test_javascript_of_arrays_says_the_type_of_every_argument(files):
    for path in files.glob("*.mjs"):
        text = path.read_text(encoding="utf-8")
        heads = re.findall(
            r"(?:/\*\*((?:(?!\*/).)*)\*/\n)?(?:export )?function \w+\(([^)]*)\)", text, re.DOTALL
        )
        assert len(heads) > 4
        for said, words in heads:
            typed = re.findall(r"@param \{(?:\{[^}]*\}|\w+)\} \[?(\w+)", said)
            given = re.sub(r"\{[^}]*\}", "sizes", words).replace("\n", " ").split(",")
            assert typed == [word.split("=")[0].strip() for word in given], path.name
            assert "@returns" in said


@pytest.mark.skipif(shutil.which("tsc") is None, reason="there is no TypeScript on this machine")
def test_javascript_of_arrays_is_clean_under_strict_typescript(files):
    given = sorted(map(str, files.glob("*.mjs")))
    options = "--noEmit --strict --allowJs --checkJs --target es2022 --module es2022"
    done = subprocess.run(
        [shutil.which("tsc"), *options.split(), *given], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-3000:]


def test_no_line_is_wider_than_a_page():
    wide = [
        f"{path.name}:{number}"
        for path in sorted(GENERATED.iterdir())
        if path.is_file()
        for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1)
        if len(line) > 99
    ]
    assert not wide


@pytest.mark.parametrize("target", target_names())
def test_the_first_line_says_who_wrote_the_file(target):
    for functions in ([], ["value"]):
        d = sg.derive(sg.parse("param a; data x; output J; J = (a*x)^2"))
        for file in emit(d, target, only=functions):
            first = file.text.split("\n", 1)[0]
            assert first.split(" ", 1)[1] == f"Generated by symgrad {__version__}; do not edit."
            assert is_own(file.text.encode())


# A paper's algorithm, `pseudo`, keeps a product of long names in one piece.
@pytest.mark.parametrize("target", [name for name in target_names() if name != "pseudo"])
def test_no_emitted_line_is_wider_than_a_page(target):
    made = emit(sg.derive(sg.parse(WIDE)), target)
    made += emit(sg.derive(sg.parse(ARRAYS)), target) if target in LANGUAGES else ()
    assert [line for file in made for line in file.text.split("\n") if len(line) > 99] == []


def test_folding_python_changes_no_meaning():
    names = [f"name_{i}" for i in range(30)]
    total, product, listed = (sign.join(names) for sign in (" + ", "*", ", "))
    text = "\n".join([
        f"def f({listed}) -> tuple[float, float]:",
        f"    x = y = {total}",
        f"    a, b = {product}, g({listed}, key={total})",
        f"    c = '{listed}' + h({product})",
        f"    if g({listed}) > 1:",
        f"        return {total}, G(",
        "            1, 2,",
        f"            {product}, [{listed}],",
        "        )",
        f"    return {product} if {total} > 1 else g({listed})",
        "",
    ])  # fmt: skip
    folded = folded_python(text)
    assert ast.dump(ast.parse(folded)) == ast.dump(ast.parse(text))
    wide = [line for line in folded.split("\n") if len(line) > 99]
    assert len(wide) == 1
    assert wide[0].lstrip().startswith("'name_0, ")  # a string is not broken
    assert folded_python(folded) == folded


def test_plain_numpy_takes_no_function_of_the_same_twice():
    text = """
    param a, b, c; data x, y
    u = a*x; p = 1/(1 + exp(-u)); q = p*b; r = b*x/(exp(b*x) - 1); s = softplus(u) + silu(c*x)
    J = (q - y)^2 + r + s
    """
    (file,) = emit(sg.derive(sg.parse(text)), "numpy")
    for function in ast.parse(file.text).body:
        calls = Counter(
            ast.unparse(part)
            for part in ast.walk(function)
            if isinstance(part, ast.Call)
            and re.match(r"np\.(exp|expm1|log|log1p)$", ast.unparse(part.func))
        )
        assert [call for call, count in calls.items() if count > 1] == []


def test_python_with_arrays_is_clean_under_ruff_as_it_comes(tmp_path):
    pytest.importorskip("ruff")
    for number, text in enumerate((ARRAYS, "param w[n]; data A[n,n]; r = A @ w; J = norm(r)^2")):
        for target in ("python", "numpy"):
            (file,) = emit(sg.derive(sg.parse(text)), target, module=f"m{number}")
            (tmp_path / file.name).write_text(file.text, encoding="utf-8")
    run("ruff", "check", "--isolated", "--no-cache", str(tmp_path))


@pytest.mark.parametrize("target", sorted({*target_names()} - {*LANGUAGES}))
def test_a_target_without_arrays_names_those_that_take_them(target):
    with pytest.raises(sg.SymgradError) as caught:
        emit(sg.derive(sg.parse(ARRAYS)), target)
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.message == f"the target `{target}` does not take vectors and matrices yet"
    assert diagnostic.help == "the targets `numpy`, `python`, `javascript` and `c` do"


def test_c_and_its_header_for_cpp_have_no_warning(tmp_path):
    if shutil.which("g++") is None:
        pytest.skip("g++ is not installed here")
    d = sg.derive(sg.parse("param x, n; J = x^n + where(x == 0, 1, sin(x))"))
    (file,) = emit(d, "cpp")
    source = next(f for f in emit(sg.derive(sg.parse(ARRAYS)), "c") if f.name.endswith(".c"))
    for each in (file, *emit(sg.derive(sg.parse(ARRAYS)), "c")):
        (tmp_path / each.name).write_text(each.text, encoding="utf-8")
    flags = "-std=c++17 -fsyntax-only -Wall -Wextra -Wconversion -Wfloat-equal -Wshadow -Werror"
    (tmp_path / "all.cpp").write_text(f'#include "{file.name}"\n#include "{source.name}"\n')
    command = ["g++", *flags.split(), str(tmp_path / "all.cpp")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]


def test_every_helper_of_javascript_says_its_types():
    for helper in HELPERS.values():
        for found in re.finditer(r"( \*/\n)?function \w+\((.*)\)", helper.text):
            about = helper.text[: found.start()].rpartition("/**")[2]
            assert about.count("@param {") == found[2].count(",") + 1
            assert "@returns {number}" in about


def test_a_formula_of_its_own_computes_a_call_once():
    code = sg.generate(sg.parse("param x; data y; u = x*exp(x)/(exp(x) - 1); J = u*y"), "jax")
    body = code.partition("def _local2(")[2].partition("\n\n")[0]
    assert body.count("jnp.exp(t)") == 1
    assert "* t + 0.0" not in code


@pytest.mark.skipif(shutil.which("clippy-driver") is None, reason="clippy is not installed here")
def test_rust_is_clean_under_clippy(tmp_path):
    text = WIDE + "\nminimize J\n"
    names = []
    for name, graph in {"wide": text, "every": TEXT}.items():
        derivation = sg.derive(sg.parse(graph))
        safe = name == "wide"  # its series; what every function says is the same either way
        include = [] if safe else ["hessian", "hvp"]
        (file,) = emit(derivation, "rust", module=name, include=include, safe=safe)
        (tmp_path / file.name).write_text(file.text, encoding="utf-8")
        names.append(name)
    path = GENERATED / "lstm_cell.rs"
    (tmp_path / "lstm_cell.rs").write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    lines = ["#![deny(warnings)]", *(f"pub mod {name};" for name in (*names, "lstm_cell"))]
    (tmp_path / "lib.rs").write_text("\n".join(lines), encoding="utf-8")
    command = ["clippy-driver", "--edition=2021", "--crate-type=rlib", "--emit=metadata"]
    command += ["-W", "clippy::all", "lib.rs"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]


DIRECTED = """
param a = 0.5, b = 0.25, c; data x
J = exp(a*x) + b + b*c
"""


@pytest.mark.parametrize("target", [name for name in target_names() if name != "pseudo"])
def test_a_product_takes_only_what_it_needs_of_a_direction(target):
    text = "\n".join(f.text for f in emit(sg.derive(sg.parse(DIRECTED)), target, include=["hvp"]))
    needed = {"a": 2, "b": 2, "c": 2}
    for name, least in needed.items():
        assert len(re.findall(rf"\bv_{name}\b", text)) >= least
    linear = DIRECTED.replace("b*c", "c")
    text = "\n".join(f.text for f in emit(sg.derive(sg.parse(linear)), target, include=["hvp"]))
    assert re.findall(r"\bv_[bc]\b", text) == []


def flat(found):
    return [found] if isinstance(found, float) else [n for part in found for n in flat(part)]


def arguments(function, fields):
    """Return an argument for each of a function: numbers, or arrays where it takes sequences."""
    found = []
    for i, item in enumerate(inspect.signature(function).parameters.values()):
        number = 0.3 + 0.618 * i % 1.0
        if "Sequence" in str(item.annotation):
            size = fields if item.name in ("direction", "theta") else 3
            found.append(number + 0.1 * np.arange(size))
        else:
            found.append(number if item.default is item.empty else item.default)
    return found


@pytest.mark.parametrize(("optimizer", "include"), [("sgd", ALL["python"][:-1]), ("adam", [])])
def test_numba_compiles_every_function_of_python(tmp_path, optimizer, include):
    numba = pytest.importorskip("numba")
    text = TEXT if include else "param a = 1, b; data x; J = (a*x + b)^2/(1 + exp(b))"
    (file,) = emit(sg.derive(sg.parse(text)), "python", include=include, optimizer=optimizer)
    (tmp_path / file.name).write_text(file.text, encoding="utf-8")
    plain, compiled = (loaded(tmp_path / file.name, name) for name in ("plain", "compiled"))
    for name, function in inspect.getmembers(compiled, inspect.isfunction):
        setattr(compiled, name, numba.njit(function))
    called = 0
    for name, function in inspect.getmembers(plain, inspect.isfunction):
        if name.startswith("_") or function.__module__ != "plain":
            continue
        given = arguments(function, len(plain.Gradient._fields))
        found = flat(getattr(compiled, name)(*given))
        assert found == pytest.approx(flat(function(*given)), rel=1e-9), name
        called += 1
    assert called >= 4


def test_numbers_of_javascript_are_the_doubles_that_they_say():
    numbers = re.compile(r"(?<![\w.])\d+\.\d+(?:e[-+]?\d+)?")
    for helper in HELPERS.values():
        for text in numbers.findall(helper.text):
            digits, _, exponent = text.partition("e")
            said = digits.replace(".", "").strip("0")
            exact = f"{float(text):.{max(len(said) - 1, 0)}e}".partition("e")[0]
            assert exact.replace(".", "").strip("0") == said, (text, exponent)


SAID = """
param a, b  # slope, height
data x  # where
const k = 2
function f
J = (f(a*x) + b*k)^2
residual J
"""


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_where_one_argument_is_described_all_are(optimizer):
    include = ["jacobian_sparse", "hessian", "hessian_sparse", "hvp"]
    derivation = sg.derive(sg.parse(SAID))
    header, _ = emit(derivation, "c", include=include, optimizer=optimizer)
    (one,) = emit(derivation, "cpp", include=["hessian", "hvp"], optimizer=optimizer)
    for text, begin in ((header.text, " * "), (one.text, "/// ")):
        described = 0
        for found in re.finditer(r"((?: \* .*\n)+ \*/\n|(?:/// .*\n)+)([^;{]*)[;{]", text):
            names = re.findall(re.escape(begin) + r"@param (\w+)", found[1])
            given = found[2].partition("(")[2]
            for name in names:
                assert re.search(rf"\b{name}\b", given), found[0]
            flat = re.sub(r"\([^()]*\)|= [^,)]*", "", given.replace("(*", "").rstrip())
            assert not names or len(names) == flat.count(",") + 1, found[0]
            described += bool(names)
        assert described >= 6


@pytest.mark.parametrize(
    ("target", "include"), [("c", ["packed"]), ("javascript", ["value_each", "gradient_each"])]
)
def test_lines_of_batches_have_the_width_of_a_page_and_end_in_no_space(target, include):
    said = "landmark in metres; the measured distance in metres and the bearing of it in rad"
    text = f"param position\ndata x_one, x_two  # {said}\nJ = (position*x_one - x_two)^2"
    for length in range(23):  # a longer head has no place to break
        made = emit(sg.derive(sg.parse(text)), target, module="m" + "o" * length, include=include)
        lines = [line for file in made for line in file.text.split("\n")]
        assert [line for line in lines if len(line) > 99 or line != line.rstrip()] == []
        if target != "c":
            break
