"""One record for a function: one from outside is one record, and everything works with it."""

import ast
import math
from dataclasses import replace
from pathlib import Path

import pytest
import sympy

import symgrad as sg
from symgrad.expression.algebra import add, neg
from symgrad.expression.elementary import complement, square
from symgrad.expression.function import Function
from symgrad.expression.functions import added, lookup
from symgrad.expression.spelling import SUM, Spelling
from symgrad.expression.tree import ONE, Call, Div
from symgrad.targets import target_names
from symgrad.targets.check_code import check
from symgrad.targets.codegen import emit


class Bell(sympy.Function):
    def fdiff(self, argindex=1):
        return -self * sympy.tanh(self.args[argindex - 1])


class Langevin(sympy.Function):
    def fdiff(self, argindex=1):
        return 1 - self**2 - 2 * self / self.args[argindex - 1]


# sech by another name: a definition in other functions is enough for everything.
BELL = Function(
    "bell",
    sympy=Bell,
    definition=lambda a: Div(ONE, Call("cosh", a)),
    latex=r"\operatorname{bell}",
    parity="even",
    total=True,
    slips=(lambda z, f: neg(square(f)),),
)

# The Langevin function x -> coth x - 1/x without a definition: values, balls and spellings by hand,
# in one language by an expression, in others by a helper that the record brings along.
_C = "static double sg_langevin(double x)\n{\n    return 1.0/tanh(x) - 1.0/x;\n}\n"
_JAVASCRIPT = "function _langevin(x) {\n  return 1/Math.tanh(x) - 1/x;\n}\n"
LANGEVIN = Function(
    "langevin",
    aliases=("langevin_function",),
    sympy=Langevin,
    mpmath=lambda mp, x: mp.coth(x) - 1 / x,
    ball=lambda _, x: x.cosh() / x.sinh() - 1 / x,
    ball_checks=True,
    double=lambda x: 1 / math.tanh(x) - 1 / x,
    parity="odd",
    latex=r"\operatorname{L}",
    slips=(lambda z, f: complement(square(f)),),
    spellings=(
        ("python", Spelling("1.0/tanh({0}) - 1.0/{0}", ("tanh",), SUM, tight=True)),
        ("c", Spelling("sg_langevin({0})", ("sg_langevin",), helper=_C)),
        ("javascript", Spelling("_langevin({0})", ("_langevin",), helper=_JAVASCRIPT)),
        ("numpy", Spelling("1.0/np.tanh({0}) - 1.0/{0}", (), SUM, tight=True)),
        ("rust", Spelling(
            "1.0/math::tanh({0}) - 1.0/{0}", ("math tanh(x) tanh",), SUM, tight=True)),
        ("cpp", Spelling("1.0/std::tanh({0}) - 1.0/{0}", (), SUM, tight=True)),
        ("julia", Spelling("1.0/tanh({0}) - 1.0/{0}", (), SUM, tight=True)),
        ("jax", Spelling("1.0/jnp.tanh({0}) - 1.0/{0}", (), SUM, tight=True)),
        ("torch", Spelling("1.0/torch.tanh({0}) - 1.0/{0}", (), SUM, tight=True)),
    ),
)  # fmt: skip


@pytest.fixture(autouse=True)
def table():
    with added(BELL, LANGEVIN):
        yield
    assert lookup("bell") is None


def graph_of(name):
    return sg.parse(f"param a = 0.7; data x; v = {name}(a*x); J = v^2 + a")


def exact(name, x):
    if name == "bell":
        return 1 / math.cosh(x), -math.tanh(x) / math.cosh(x)
    return 1 / math.tanh(x) - 1 / x, 1 / x**2 - 1 / math.sinh(x) ** 2


def test_formulas_are_derived_through_the_value_and_printed():
    d = sg.derive(graph_of("bell"))
    assert "∂J/∂a = 1 − 2v²·tanh(ax)·x" in d.text()
    assert r"\mathrm{bell}(ax)" in d.latex()
    assert "1 − v² − 2v/(ax)" in sg.derive(graph_of("langevin_function")).text()


@pytest.mark.parametrize("name", ["bell", "langevin"])
def test_numbers_of_a_trace(name):
    step = next(iter(sg.trace(graph_of(name), data=[{"x": 1.5}])))
    value, slope = exact(name, 1.05)
    assert step.values["v"] == pytest.approx(value, rel=1e-12)
    assert step.gradients["a"] == pytest.approx(2 * value * slope * 1.5 + 1, rel=1e-12)


@pytest.mark.parametrize("target", target_names())
@pytest.mark.parametrize("name", ["bell", "langevin"])
def test_code_of_every_target(name, target):
    """The code is run at random points beside certified values: both come from the record."""
    derivation = sg.derive(graph_of(name))
    files = emit(derivation, target, safe=False)
    if name == "langevin" and target in {"c", "javascript", "pseudo"}:
        assert "langevin(" in files[-1].text
    else:
        assert "tanh(" in files[-1].text
    report = check(derivation, target, files, points=4)
    assert report.ok, report.text
    if target == "python":
        module = sg.compile(graph_of(name), "python")
        value, slope = exact(name, 1.05)
        assert module.gradient(0.7, 1.5).a == pytest.approx(2 * value * slope * 1.5 + 1, rel=1e-12)


def test_python_gives_nan_where_a_spelling_from_outside_raises():
    module = sg.compile(graph_of("langevin"), "python")
    assert math.isnan(module.value(0.0, 1.0))


def test_target_without_a_spelling_names_those_that_have_one():
    lacks = replace(LANGEVIN, name="half", aliases=(), spellings=LANGEVIN.spellings[1:3])
    whole = Function("whole", definition=lambda a: add(Call("half", a), ONE))
    with added(lacks, whole), pytest.raises(sg.SymgradError) as error:
        sg.generate(graph_of("whole"), target="numpy")
    assert "`whole` cannot be expressed in numpy" in str(error.value)
    assert "targets that have it: `-t c`, `-t javascript`" in str(error.value)


@pytest.mark.parametrize(
    ("name", "claim", "status", "kind"),
    [
        ("bell", "dv/da = -v*tanh(a*x)*x", "proved", None),
        ("bell", "dv/da = -sinh(a*x)/cosh(a*x)^2*x", "proved", None),
        ("bell", "dv/da = -v^2*x", "refuted", "wrong_function_derivative"),
        ("bell", "dv/da = v*tanh(a*x)*x", "refuted", "sign"),
        ("langevin", "dv/da = (1 - v^2 - 2*v/(a*x))*x", "proved", None),
        ("langevin", "dv/da = -(langevin(-a*x)^2 + 2*v/(a*x) - 1)*x", "proved", None),
        ("langevin", "dv/da = (1 - v^2)*x", "refuted", "wrong_function_derivative"),
        ("langevin", "dv/da = 1 - v^2 - 2*v/(a*x)", "refuted", "missing_chain_factor"),
    ],
)
def test_claims_right_and_wrong(name, claim, status, kind):
    (verdict,) = sg.verify(graph_of(name), claim).verdicts
    assert verdict.status == status
    assert (verdict.diagnosis.kind if verdict.diagnosis else None) == kind


def test_a_name_is_taken_once():
    with (
        pytest.raises(ValueError, match="a function is called `tanh` already"),
        added(Function("other", aliases=("tanh",))),
    ):
        pass


# Where a function is named outside its record, and why it may be. What files bring along stands in
# helpers; the accuracy room is a table of identities; normal forms, rotations and opaque functions
# prove with the identities of single functions; documents have spellings of their own.
HELPERS = {f"targets/{name}_helpers.py" for name in target_names()} | {"targets/python_faults.py"}
MAY_NAME = HELPERS | {
    "accuracy", "verify/deciding/normal_form.py", "verify/deciding/rotations.py",
    "verify/deciding/opaque.py", "expression/elementary.py", "expression/activations.py",
    "expression/choices.py", "expression/special.py", "expression/recognize.py",
    "expression/sympy_functions.py", "expression/symbolic_reading.py", "sources/latex_words.py",
    "verify/reading", "verify/explaining/repairs.py",
}  # fmt: skip


ROOMS = (
    "expression",
    "graph",
    "sources",
    "trace",
    "verify/deciding",
    "verify/explaining",
    "render",
    "targets",
)
NAMES = {"tanh", "sinh", "asinh", "erfc", "gelu", "expm1", "softplus", "atan2", "digamma"}


def test_a_function_is_named_in_its_record_and_where_that_is_the_matter():
    package = Path(sg.__file__).parent
    for path in sorted(package.rglob("*.py")):
        place = path.relative_to(package).as_posix()
        known = place in MAY_NAME or place.startswith(tuple(m for m in MAY_NAME if "." not in m))
        if known or "arrays" in place or not place.startswith(ROOMS):
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        words = {n.value for n in ast.walk(tree) if isinstance(n, ast.Constant)}
        assert not NAMES & words, place
