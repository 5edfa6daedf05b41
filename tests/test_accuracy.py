"""Accuracy that is measured: rows of the table, series, references, budgets, the command."""

import math
import random
import re
from fractions import Fraction

import pytest
from flint import arb, ctx

import symgrad as sg
from symgrad.accuracy.doubles import Doubles
from symgrad.accuracy.matching import rewrites
from symgrad.accuracy.measure import bits_lost, split_ball
from symgrad.accuracy.quotient import quotients
from symgrad.accuracy.reference import truth, value
from symgrad.accuracy.regimes import Scored, choices, fitted
from symgrad.accuracy.relative import (
    DIGAMMA_GAP,
    LGAMMA_GAP,
    LOG_RATIO,
    LOG_REST,
    relative_logs,
)
from symgrad.accuracy.rows import AS7, ROWS
from symgrad.accuracy.rows import tree_of as tree
from symgrad.accuracy.shifts import shifted
from symgrad.accuracy.singular import singular_forms
from symgrad.expression.balls import Unclear, Undefined
from symgrad.expression.tree import Call, Compare, Number, Var, formula_of, variables, walk
from symgrad.program.normal import normal
from symgrad.program.program import lower
from symgrad.program.series import Local
from symgrad.program.statements import Statement
from symgrad.sources.text import parse


def compiled(text, *, safe=True):
    module = {}
    exec(compile(sg.generate(parse(text), safe=safe), "emitted", "exec"), module)  # noqa: S102
    return module


OF_DOUBLES = ("0.7", "abs", "a < -2")  # series, which are right to a double


@pytest.mark.parametrize("row", ROWS, ids=[row.pattern for row in ROWS])
def test_row_has_the_value_of_its_pattern(row):
    pattern, form = row.trees
    chance = random.Random(row.pattern)  # noqa: S311  (a fixed seed on purpose)
    compared = 0
    with ctx.workprec(300):
        for _ in range(400):
            point = {key: arb(chance.uniform(-3, 3)) for key in variables(pattern)}
            there = Doubles({key: (float(x),) for key, x in point.items()}, 1)
            if not all(there.holds(condition)[0] for condition in row.conditions):
                continue
            try:
                a = value(pattern, point)
            except (Undefined, Unclear, ValueError):
                continue
            if a.is_zero() or a.rel_accuracy_bits() < 220:
                continue
            try:
                b = value(form, point)
            except (Undefined, Unclear):
                continue  # nothing is taken from the table unmeasured
            of_doubles = row.source == AS7 or any(mark in row.form for mark in OF_DOUBLES)
            digits = arb(2) ** -50 if of_doubles else arb(10) ** -60  # tails are series
            assert abs(b - a) <= abs(a) * digits, {k: float(x) for k, x in point.items()}
            compared += 1
            if compared == 12:
                break
    # Some patterns have values in a narrow range only, log(a + sqrt(a^2 - 1)) and the like.
    assert compared >= 3


def test_every_row_finds_its_own_pattern():
    for row in ROWS:
        pattern, form = row.trees
        assert list(rewrites(pattern, form, pattern)), row.pattern


DANGERS = {
    "log(b/(exp(a) - 1))": (800.0, 3.0),
    "log(b/expm1(a))": (900.0, 3.0),
    "a^n/(a^n + b^n)": (63.2, 63.0, 200.0),
    "a^n*b^n/(a^n + b^n)^2": (63.2, 63.0, 100.0),
    "a^n*b^(n - 1)/(a^n + b^n)^2": (63.2, 63.0, 100.0),
    "softplus(a) - sigmoid(a)": (-30.0,),
    "digamma(a + b) - digamma(a)": (1e9, 3.0),
    "digamma(a) - digamma(a + b) + b/(a + c)": (1e9, 3.0, 5.0),
    "a - sin(a)": (1e-5,),
    "1 - exp(-a)*(cos(b) + c*sin(b))": (3e-7, 4e-7, 0.75),
    "asin(sqrt(sin((a - b)/2)^2 + cos(a)*cos(b)*sin(c)^2))": (-0.5, 0.5, 1.5707964),
    "1 - sin((a - b)/2)^2 - cos(a)*cos(b)*sin(c)^2": (-0.5, 0.5, 1.5707964),
    "1 - sin(a)*sin(b) - cos(a)*cos(b)*cos(c)": (0.5, 0.5000001, 1e-7),
    "1 + sin(a)*sin(b) + cos(a)*cos(b)*cos(c)": (0.5, -0.5, 3.1415927),
    "acos(sin(a)*sin(b) + cos(a)*cos(b)*cos(c))": (0.5, 0.5000001, 1e-7),
    "1 - a^2": (1.0000001,),
}


@pytest.mark.parametrize("pattern", DANGERS)
def test_a_row_keeps_digits_where_its_pattern_loses_them(pattern):
    (row,) = [row for row in ROWS if row.pattern == pattern]
    written, form = row.trees
    names = sorted(map(str, variables(written)))
    point = dict(zip(names, DANGERS[pattern], strict=True))
    with ctx.workprec(600):
        right = split_ball(value(written, {name: arb(x) for name, x in point.items()}))
    there = Doubles({name: (x,) for name, x in point.items()}, 1)
    plain, kept = (bits_lost(there.of(normal(e))[0], *right[:2]) for e in (written, form))
    assert plain > 8.0
    assert kept < 5.0


SINGULAR = [
    ("(1 - cos(x - 2))/(x - 2)^2", {"x": 2.0}, 0.5),
    ("(exp(2*x - 2) - 1)/(x - 1)", {"x": 1.0}, 2.0),
    ("(exp(a*x) - 1)/x", {"a": 3.0, "x": 0.0}, 3.0),
    ("log(a/b)/(a - b)", {"a": 4.0, "b": 4.0}, 0.25),
    ("(1 - exp(-abs(x)))/abs(x)", {"x": 0.0}, 1.0),
    ("sin(sqrt(x^2 + y^2))/sqrt(x^2 + y^2)", {"x": 0.0, "y": 0.0}, 1.0),
    ("(exp(-k*t) - exp(-a*t))/(a - k)", {"k": 2.0, "a": 2.0, "t": 1.0}, math.exp(-2.0)),
    ("n^2*((n + 1/2)*log(1 + 1/n) - 1)", {"n": 2.0**60}, 1.0 / 12.0),
    ("x^2*(1/(x - 1) - log(x/(x - 1)))", {"x": 2.0**60}, 0.5),
    ("(2*exp(-x^2)/sqrt(pi) - erf(x)/x)/x^2", {"x": 0.0}, -4.0 / 3.0 / math.sqrt(math.pi)),
    ("(cos(x + h) - (sin(x + h) - sin(x))/h)/h", {"x": 0.5, "h": 0.0}, -math.sin(0.5) / 2.0),
    ("(cos(x - h) - cos(x))/h", {"x": 0.5, "h": 0.0}, math.sin(0.5)),
]


@pytest.mark.parametrize(("text", "point", "expected"), SINGULAR, ids=[s[0] for s in SINGULAR])
def test_series_have_the_limit_at_a_removable_singularity(text, point, expected):
    found = [form for form in singular_forms(tree(text)) if _calls_local(form)]
    assert found
    there = Doubles({key: (x,) for key, x in point.items()}, 1)
    assert any(abs(there.of(normal(form))[0] - expected) < 1e-15 for form in found)


def _calls_local(e):
    return any(isinstance(p, Call) and isinstance(p.function, Local) for p in walk(e))


@pytest.mark.parametrize(
    ("text", "point", "expected"),
    [
        ("sin(x)/x", {"x": 0.0}, 1.0),
        ("x*log(x)", {"x": 0.0}, 0.0),
        ("(x - y)/(x^2 - y^2)", {"x": 2.0, "y": 2.0}, 0.25),
        ("x/sqrt(x^2 + y^2)", {"x": 0.0, "y": 0.0}, 0.0),
    ],
)
def test_truth_at_a_singularity_is_the_limit_or_the_subgradient_zero(text, point, expected):
    statement = Statement("v", formula_of(tree(text)))
    found = truth((statement,), point, ("J", "v"))
    assert float(found["v"]) == pytest.approx(expected, abs=1e-30)


def test_truth_at_a_pole_is_infinite():
    statement = Statement("v", formula_of(tree("1/x")))
    assert not truth((statement,), {"x": 0.0}, ("J", "v"))["v"].is_finite()


def test_there_is_no_slope_where_the_objective_has_no_value():
    slope = Statement("v", formula_of(tree("y^2/x")))
    for objective, expected in (("log(x)", math.inf), ("x*log(x)", 0.0)):
        statements = (Statement("J", formula_of(tree(objective))), slope)
        assert float(truth(statements, {"x": 0.0, "y": 0.0}, ("J", "v"))["v"]) == expected
        assert not truth(statements, {"x": -1.0, "y": 2.0}, ("J", "v"))  # outside the domain


def test_bits_lost_counts_from_the_nearest_double():
    assert bits_lost(1.0, 1.0, 0.0) == 0.0
    assert bits_lost(1.0 + 2.0**-10, 1.0, 0.0) == 43.0
    assert bits_lost(math.nan, 1.0, 0.0) == 64.0


FORMS = [
    (
        quotients,
        "(log(c)*c^n - c^n*log(b)*b^n/(b^n + c^n) - c^(2*n)*log(c)/(b^n + c^n))/(b^n + c^n)",
    ),
    (quotients, "exp(a + b) - exp(a) + tanh(b)/sigmoid(a)"),
    (quotients, "x/(x^2 - y^2) - 1/(2*(x + y)) + sqrt(x)*y/sqrt(x)"),
    (shifted, "log(a*exp(x) + exp(y) + 2*exp(-x))"),
    (shifted, "(a*exp(x) - exp(y))/(exp(x) + b*exp(y) + 3)^2"),
    (shifted, "log(a*exp(x)/(1 + exp(x)))"),
    (shifted, "logsumexp(x, y, a) - y + 1"),
    (relative_logs, "digamma(y + r) - digamma(r) + log(r/(m + r)) + 1 - (y + r)/(m + r)"),
    (
        relative_logs,
        "lgamma(y + r) - lgamma(y + 1) - lgamma(r) + r*log(r/(m + r)) + y*log(m/(m + r))",
    ),
    (relative_logs, "p*log(p/q) + (1 - p)*log((1 - p)/(1 - q))"),
]


@pytest.mark.parametrize(("forms", "text"), FORMS, ids=[text for _, text in FORMS])
def test_forms_have_the_value_of_the_formula(forms, text):
    formula = tree(text)
    found = list(forms(formula))
    assert found
    chance = random.Random(text)  # noqa: S311  (a fixed seed on purpose)
    for _ in range(4):
        point = {key: arb(chance.uniform(0.1, 0.9)) for key in variables(formula)}
        with ctx.workprec(300):
            exact = value(formula, point)
            # The series in functions of one argument are of double precision.
            near = [
                abs(value(form, point) - exact) <= abs(exact) * arb(10) ** -14 for form in found
            ]
        assert all(near)


def test_what_is_small_is_written_so_that_nothing_cancels():
    text = "digamma(y + r) - digamma(r) + log(r/(m + r)) + 1 - (y + r)/(m + r)"
    there = Doubles({"y": (3.0,), "r": (1e10,), "m": (2.0,)}, 1)
    found = [there.of(normal(form))[0] for form in relative_logs(tree(text))]
    assert any(abs(x - 1e-20) < 1e-29 for x in found)


@pytest.mark.parametrize(
    ("function", "exact"),
    [
        (LOG_REST, "log((t + u)/u) - t/u"),
        (LOG_RATIO, "log((t + u)/u) - t/(t + u)"),
        (
            LGAMMA_GAP,
            "lgamma(t + u) - lgamma(t) - u*log(where(min(t, t + u) >= max(10, abs(u)), t, 1))",
        ),
        (DIGAMMA_GAP, "digamma(t + u) - digamma(t) - u/(t + u)"),
    ],
    ids=["log rest", "log ratio", "lgamma", "digamma"],
)
def test_functions_of_two_arguments_lose_nothing_where_they_cancel(function, exact):
    chance = random.Random(exact)  # noqa: S311  (a fixed seed on purpose)
    log = function in (LOG_REST, LOG_RATIO)
    for _ in range(60):
        small, large = chance.uniform(1.5, 300.0), 10 ** chance.uniform(1.5, 16.0)
        point = {"t": small, "u": large} if log else {"t": large, "u": small}
        with ctx.workprec(400):
            right = value(tree(exact), {key: arb(x) for key, x in point.items()})
            found = Doubles({k: (x,) for k, x in point.items()}, 1).of(normal(function.body))[0]
            assert abs(found - right) <= abs(right) * 2e-13, point


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("param a, b; data x, y; D = sqrt((x - a)^2 + (y - b)^2); J = (D - 3)*D", (1, 2, 1, 2)),
        ("param b, t; data i; J = b*t^i", (1, 0, 0)),
    ],
)
def test_slopes_where_several_inputs_coincide_are_numbers(text, at):
    module = compiled(text)
    assert all(math.isfinite(x) for x in module["gradient"](*map(float, at)))


def test_a_program_is_compared_with_as_written_at_points_not_measured_before():
    mended = compiled("param a, b; J = log(exp(a) + exp(b))")
    written = compiled("param a, b; J = log(exp(a) + exp(b))", safe=False)
    chance = random.Random(7)  # noqa: S311  (a fixed seed on purpose)
    for _ in range(200):
        a, b = (chance.choice((-1, 1)) * 10 ** chance.uniform(-7, 2.5) for _ in range(2))
        with ctx.workprec(400):
            right = (arb(a).exp() + arb(b).exp()).log()
        found, plain = mended["value"](a, b), written["value"](a, b)
        near, rest, known = split_ball(right)
        lost = bits_lost(found, near, rest)
        assert not known or lost <= max(4.0, bits_lost(plain, near, rest) + 3.0), (a, b)


def test_a_border_needs_more_than_chance():
    def found(times):
        a = Scored(Var("a"), (0.0, 0.0, 60.0) * times)
        b = Scored(Var("b"), (60.0, 60.0, 0.0) * times)
        return list(choices([a, b], lambda _: (1.0, 2.0, 9.0) * times, (True,) * (3 * times)))

    assert not found(1)
    assert found(5)


def test_a_border_is_the_decimal_number_that_a_person_would_write():
    a, b = Scored(Var("a"), (0.0, 60.0) * 9), Scored(Var("b"), (60.0, 0.0) * 9)
    found = choices([a, b], lambda _: (0.2, 0.9) * 9, (True,) * 18)
    assert Fraction("0.4") in [
        border.value for e in found for border in walk(e) if isinstance(border, Number)
    ]


@pytest.mark.parametrize(("column", "relation"), [((-1.0, 3.0), "<="), ((-1.0, 0.0), "<")])
def test_a_border_is_zero_where_it_may_be_and_then_is_none_that_is_fitted(column, relation):
    a, b = Scored(Var("a"), (0.0, 60.0) * 9), Scored(Var("b"), (60.0, 0.0) * 9)
    first = next(choices([a, b], lambda _: column * 9, (True,) * 18))
    assert isinstance(first, Call)
    assert first.arguments[0] == Compare(relation, Var("a"), Number(Fraction(0)))
    assert fitted(first) == 0
    assert fitted(tree("where(x <= 3, where(x >= 5, 1, 2), where(y < 7, x, 0))")) == 2


@pytest.mark.parametrize("sign", ["+", "-"])
def test_roots_of_a_quadratic_are_told_apart_by_a_sign(sign):
    graph = parse(f"param a, b, c\nJ = (-b {sign} sqrt(b^2 - 4*a*c))/(2*a)")
    code = sg.generate(sg.derive(graph), target="python")
    borders = re.findall(r"\bb [<>]=? ([-0-9.e]+)", code)
    assert {float(border) for border in borders} == {0.0}


KEPT = [
    "param a, b, c, d; data x, y; u = a*x + b; h = u^2; v = c*h + u + d; J = (v - y)^2",
    "param w, b; data x, y; h = sin(w*x + b); J = (h - y)^2",
    "param a; data x; J = exp(-a*x)*x",
]


@pytest.mark.parametrize("text", KEPT)
def test_what_loses_nothing_is_emitted_as_it_stands(text):
    derivation = sg.derive(parse(text))
    changed = [f.name for f in lower(derivation).accuracy.findings if f.mended is not None]
    assert changed == []


KALMAN = """
param lq = -2, lr = -1, m0 = 0
data y1, y2, y3
q = exp(lq); r = exp(lr)
P1 = 1 + q; S1 = P1 + r; v1 = y1 - m0; m1 = m0 + P1/S1*v1
P2 = P1*r/S1 + q; S2 = P2 + r; v2 = y2 - m1; m2 = m1 + P2/S2*v2
P3 = P2*r/S2 + q; S3 = P3 + r; v3 = y3 - m2
J = (log(S1) + v1^2/S1 + log(S2) + v2^2/S2 + log(S3) + v3^2/S3)/2
"""


def test_backpropagation_is_not_undone():
    derivation = sg.derive(parse(KALMAN))
    derived, emitted = lower(derivation, safe=False), lower(derivation)
    assert emitted.both.operations <= 1.5 * derived.both.operations
    assert {"S1", "S2", "S3", "m2", "P3"} <= set(emitted.both.names)


SOLVED = [
    ("param x; J = log(1 + exp(x))", (800.0,), 800.0, 1.0),
    ("param V; J = 0.1*(V + 40)/(1 - exp(-(V + 40)/10))", (-40.0,), 1.0, 0.05),
    ("param V; u = (V + 40)/10; J = u/(1 - exp(-u))", (-40.0,), 1.0, 0.05),
    ("param x; J = (exp(2*x - 2) - 1)/(x - 1)", (1.0,), 2.0, 2.0),
    ("param x; J = sqrt(x + 1) - sqrt(x)", (1e12,), 4.999999999998750e-7, -2.5e-19),
    ("param x; J = (1 + erf(x))/2", (-6.0,), 1.0759868361258922e-17, 1.3086e-16),
    ("param x; e = exp(-x); s = 1 + e; p = 1/s; J = log(p)", (-800.0,), -800.0, 1.0),
    ("param x; J = log(normal_cdf(x))", (-40.0,), -804.6084420137538, 40.0250),
    ("param S; const n = 3; assume S >= 0; J = S^n/(2^n + S^n)", (0.0,), 0.0, 0.0),
]


@pytest.mark.parametrize(("text", "at", "want", "slope"), SOLVED, ids=[s[0] for s in SOLVED])
def test_digits_are_won_back(text, at, want, slope):
    value_found, gradient = compiled(text)["value_and_gradient"](*at)
    assert value_found == pytest.approx(want, rel=1e-12)
    assert gradient[0] == pytest.approx(slope, rel=1e-3)


def test_a_pole_stays_a_pole():
    found = compiled("param a, b; data x; u = log(a); J = u*x + b^2 + 1/x")
    assert found["gradient"](0.0, 3.0, 2.0)[0] == math.inf


def test_assumptions_leave_guards_out():
    text = "param c, K; assume c > 0, K > 0; J = c^2.5/(K^2.5 + c^2.5)"
    assert "if" not in sg.generate(parse(text)).split("def value_and_gradient")[1].split("def ")[0]


def test_head_and_code_are_the_same_on_every_run():
    text = "param a; data x; J = log(1 + exp(a*x)) - (1 - cos(a))/a^2"
    assert sg.generate(parse(text)) == sg.generate(parse(text))


def test_the_head_tells_what_was_rewritten_and_what_still_loses():
    head = sg.generate(parse("param x; J = log(1 + exp(x))")).split('"""')[0]
    assert "# Computed in another form, which keeps more digits" in head
    assert "#     J = softplus(x)" in head


def test_local_functions_run_in_c():
    pytest.importorskip("numpy")
    module = sg.compile(parse("param V; J = 0.1*(V + 40)/(1 - exp(-(V + 40)/10))"), "c")
    assert module.value(-40.0) == 1.0
