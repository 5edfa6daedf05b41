"""SymPy derives: how often it is asked, and that what is written back is right and in order."""

import json
from fractions import Fraction

import pytest
import sympy

import symgrad as sg
from symgrad.derivation.calculus import _local_derivatives, _term_slopes, gradient_of
from symgrad.expression.differential import MAX_HELD, differential
from symgrad.expression.functions import ELEMENTARY, FUNCTIONS
from symgrad.expression.slopes import slopes
from symgrad.expression.symbolic import to_sympy
from symgrad.expression.tree import Add, Call, Neg, Pow, Var, number
from tests.formulas import close, real, value_of
from tests.test_functions import OWN_TEST, points_of

KINKS = {"abs", "sign", "max", "min"}  # SymPy has its own conventions there
AT = {name: str(Fraction(7 + 4 * i, 5)) for i, name in enumerate("acdkxyz")}


def asked(monkeypatch, text):
    """Return how often SymPy is asked for a derivative when a graph is derived."""
    calls = []
    diff = sympy.diff
    _term_slopes.cache_clear()
    _local_derivatives.cache_clear()
    monkeypatch.setattr(sympy, "diff", lambda *args: calls.append(args) or diff(*args))
    sg.derive(sg.parse(text))
    monkeypatch.undo()
    return len(calls)


def chain(stages):
    lines = ["param w; data x", "h0 = x"]
    for i in range(stages):
        lines += [f"u{i} = w*h{i} + x^2", f"h{i + 1} = exp(-u{i}^2/2)"]
    return "\n".join([*lines, f"J = (h{stages} - x)^2"])


@pytest.mark.usefixtures("unshared")
def test_sympy_is_asked_once_for_each_shape_of_term(monkeypatch):
    asked(monkeypatch, chain(2))  # the functions are known from here on
    few, many = (asked(monkeypatch, chain(stages)) for stages in (2, 40))
    assert few == many <= 5


@pytest.mark.usefixtures("unshared")
def test_terms_of_a_wide_sum_share_a_shape(monkeypatch):
    sums = [" + ".join(f"w{i}*x{i}" for i in range(n)) for n in (10, 60)]
    names = ", ".join(f"w{i}, x{i}" for i in range(60))
    few, many = (asked(monkeypatch, f"param {names}; J = {s}") for s in sums)
    assert few == many == 1


@pytest.mark.parametrize(
    "name", sorted(row.name for row in ELEMENTARY if row.sympy and row.name not in KINKS)
)
def test_derivative_of_a_function_is_that_of_sympy(name):
    for point in points_of(name):
        keys = [f"x{i}" for i in range(len(point))]
        values = list(zip(keys, point, strict=True))
        call = Call(name, tuple(map(Var, keys)))
        whole = to_sympy(call)
        for key, slope in gradient_of(call).items():
            exact = {k: sympy.Rational(v.numerator, v.denominator) for k, v in values}
            if name == "polygamma":
                continue
            wanted = sympy.diff(whole, sympy.Symbol(key)).subs(exact).evalf(50)
            found = value_of(slope, **{k: str(v) for k, v in values})
            assert close(found, real(str(sympy.re(wanted))), Fraction(1, 10**40))


@pytest.mark.parametrize(
    ("formula", "operand", "wanted"),
    [
        ("2*(x - y)", "x", "2"),
        ("(x - y)^2", "x", "2*(x - y)"),
        ("(y - x)^2/2", "x", "x - y"),
        ("k*(c*x + d)^3", "x", "3*k*(c*x + d)^2*c"),
        ("log(x/k)", "x", "1/x"),
        ("a^x", "x", "log(a)*z"),
        ("x^k", "x", "k*x^(k - 1)"),
        ("(a*x)^k", "x", "k*(a*x)^(k - 1)*a"),
        ("x^x", "x", "z*(1 + log(x))"),
        ("e^(-x/k)", "x", "-z/k"),
        ("exp(-x^2/2)/sqrt(2*pi)", "x", "-x*z"),
        ("x/(x + k)", "x", "(1 - z)/(x + k)"),
        ("(x - c)/(x + k)", "x", "(1 - z)/(x + k)"),
        ("c*tanh(a*x)*d", "x", "c*d*(1 - tanh(a*x)^2)*a"),
        ("sin(a*(x + y))*k", "x", "k*cos(a*(x + y))*a"),
        ("x*abs(x)", "x", "abs(x) + x*sign(x)"),
        ("k/min(x, 7)", "x", "-z*where(x <= 7, 1, 0)/min(x, 7)"),
        ("sqrt(x^2 + y^2)", "x", "x/z"),
        ("hypot(x, y)", "y", "y/z"),
        ("x*x*x", "x", "3*x^2"),
        ("0*x + y", "y", "1"),
        ("10*x/3", "x", "10/3"),
    ],
)
def test_a_derivative_is_written_in_the_order_of_the_author(formula, operand, wanted):
    inputs = [name for name in AT if name != "z"]
    text = f"param {', '.join(inputs)}; z = {formula}; J = z"
    known = json.loads(sg.derive(sg.parse(text)).to_json())["local_derivatives"]
    found = {(e["node"], e["operand"]): e["formula"] for e in known}
    assert found["z", operand] == wanted


def test_a_term_deeper_than_sympy_goes_is_taken_apart():
    tree = Var("x")
    for _ in range(3 * MAX_HELD):
        tree = Call("sin", (Add((tree, number(1))),))
    found = gradient_of(tree)["x"]
    h, step = Fraction(1, 3), Fraction(1, 10**20)
    sides = [value_of(tree, x=str(h + sign * step)) for sign in (1, -1)]
    assert close(
        value_of(found, x="1/3"), (sides[0] - sides[1]) / (2 * real(step)), Fraction(1, 10**30)
    )


def test_a_variable_has_as_many_places_as_it_is_written():
    x, y = Var("x"), Var("y")
    term = Pow(Add((x, Neg(y))), x)
    assert [place for place, _ in differential(term, apart=lambda _: False)] == [x, y, x]


def test_only_what_has_a_definition_is_differentiated_through_it():
    for row in FUNCTIONS.values():
        if row.name not in OWN_TEST and row.definition is None:
            assert slopes(row.name, tuple(Var(i) for i in range(row.min_arity))) is not None
