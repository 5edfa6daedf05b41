"""Traces: the published numbers, exactness, parts of gradients, updates, errors."""

import time
from fractions import Fraction

import mpmath
import pytest

import symgrad as sg
from symgrad import examples
from symgrad.derivation.derive import derive
from symgrad.derivation.regularisation import regularisation
from symgrad.errors import LimitExceeded, SymgradError, UnknownName
from symgrad.expression.evaluate import Decimals, OutsideDomain
from symgrad.expression.rationals import Fractions
from symgrad.expression.tree import Call, Pow
from symgrad.expression.tree import number as exact_number
from symgrad.graph.forward import forward
from symgrad.sources.text import parse
from symgrad.trace.decimals import as_fraction, decimal_text, float_text, rounded
from symgrad.trace.files import read_csv, read_json
from symgrad.trace.numbers import read_number
from symgrad.trace.trace import make_plan, run_as_far

BRANCH = examples.read("branch_and_merge")
F = Fraction


def by_hand(a, b, c, d, x, y):
    """The article's two passes, written out by hand in fractions."""
    lam = rate = F(1, 10)
    u = a * x + b
    h = u**2
    v = c * h + u + d
    p = 1 / (1 + v)
    loss, penalty = (p - y) ** 2, lam / 2 * (a**2 + c**2)
    delta = -2 * (p - y) * p**2
    gradient = (
        delta * (2 * c * u + 1) * x + lam * a,
        delta * (2 * c * u + 1),
        delta * h + lam * c,
        delta,
    )
    new = tuple(old - rate * g for old, g in zip((a, b, c, d), gradient, strict=True))
    nodes = dict(zip("uhvpLRJ", (u, h, v, p, loss, penalty, loss + penalty), strict=True))
    return nodes, delta, gradient, new


def test_published_example_is_exact_in_both_steps():
    steps = sg.trace(parse(BRANCH), exact=True).steps
    start = (F(1), F(0), F(1), F(0))
    for step, x in zip(steps, (2, 0), strict=True):
        nodes, delta, gradient, start = by_hand(*start, F(x), F(1))
        assert {name: step.values[name] for name in nodes} == nodes
        assert step.sensitivities["δ"] == delta
        assert tuple(step.gradients.values()) == gradient
        assert tuple(step.updated.values()) == start
    assert steps[0].values["J"] == F(409, 490)
    assert steps[0].sensitivities["δ"] == F(12, 343)


@pytest.mark.parametrize("exact", [True, False])
def test_published_numbers_are_rounded_correctly(exact):
    first, second = sg.trace(parse(BRANCH), exact=exact).steps

    def six_places(value):
        return f"{float(value):.6f}"

    assert six_places(first.values["J"]) == "0.834694"
    assert six_places(first.sensitivities["δ"]) == "0.034985"
    assert six_places(first.gradients["a"]) == "0.449854"
    assert six_places(first.updated["a"]) == "0.955015"
    assert six_places(second.sensitivities["δ"]) == "-0.044064"
    assert f"{float(second.gradients['a']):.4f}" == "0.0955"


def test_lines_read_as_a_worked_example():
    lines = sg.trace(parse(BRANCH)).steps[0].lines
    assert "u = ax + b = 1·2 + 0 = 2" in lines
    assert "p = 1/(1 + v) = 1/(1 + 6) ≈ 0.142857" in lines
    assert "δ = ∂L/∂v = −2(p − y)·p² ≈ −2(0.142857 − 1)·0.142857² ≈ 0.0349854" in lines
    assert "through h: ∂v/∂h·∂h/∂u = 1·4 = 4" in lines
    assert "directly: ∂v/∂u = 1" in lines
    assert "regularisation part: λa = 0.1·1 = 0.1" in lines
    assert "a ← a − η·∂J/∂a ≈ 1 − 0.1·0.449854 ≈ 0.955015" in lines


def test_regularisation_is_alone_at_work_where_the_input_is_zero():
    lines = sg.trace(parse(BRANCH)).steps[1].lines
    parts = [line for line in lines if "part: " in line]
    assert parts[0].startswith("data part: δ·(2cu + 1)·x ≈ ")
    assert parts[0].endswith(" = 0")
    assert parts[1] == "regularisation part: λa ≈ 0.1·0.955015 ≈ 0.0955015"


def test_term_without_data_that_is_no_penalty_is_no_regularisation():
    text = "param A = 1, B = 2; data S; E = 1/(1 + exp(B - A)); J = (E - S)^2"
    lines = sg.trace(parse(text), data=[{"S": 1}]).steps[0].lines
    assert not [line for line in lines if "part: " in line]


def test_branches_of_a_shared_parameter_sum_to_its_gradient():
    text = "param w = 0.5; data x, y; k = w*x; m = w*y; J = k^2 + 3*m"
    step = sg.trace(parse(text), data=[{"x": 2, "y": 5}], exact=True).steps[0]
    branches = [line.value for line in step.work if line.through]
    assert branches == [F(4), F(15)]
    assert step.gradients["w"] == sum(branches)


@pytest.mark.parametrize("name", examples.names())
def test_gradients_agree_with_differences_of_the_values(name):
    graph = parse(examples.read(name))
    step = sg.trace(graph, steps=1).steps[0]
    inputs = {n.name: Fraction(dict(step.exact_values)[n.name]) for n in inputs_of(graph)}
    h = Fraction(1, 10**20)
    for parameter in graph.parameters:
        up, down = (
            forward(graph, {**inputs, parameter: inputs[parameter] + sign * h}, digits=60)
            for sign in (1, -1)
        )
        slope = (up[graph.objective] - down[graph.objective]) / 2 * 10**20
        assert float(slope) == pytest.approx(step.gradients[parameter], rel=1e-9, abs=1e-12)


def inputs_of(graph):
    return [node for node in graph.nodes if node.formula is None]


def test_adjoints_are_derivatives_of_the_objective():
    step = sg.trace(parse(BRANCH), exact=True).steps[0]
    assert step.adjoints["v"] == F(12, 343)
    assert step.adjoints["u"] == F(60, 343)
    assert step.adjoints["a"] == step.gradients["a"]
    assert step.adjoints["J"] == 1


def test_maximize_goes_up():
    step = sg.trace(parse("param a = 1; J = a; maximize J"), rate=0.5, exact=True).steps[0]
    assert step.updated["a"] == F(3, 2)
    assert step.lines[-1] == "a ← a + η·∂J/∂a = 1 + 0.5·1 = 3/2 = 1.5" or step.lines[-1].startswith(
        "a ← a + η·∂J/∂a = 1 + 0.5·1 = 1.5"
    )


def test_tiny_numbers_are_never_shown_as_zero():
    text = "param a = 1; data x; p = 1 - tanh(x); J = a*p"
    lines = sg.trace(parse(text), data=[{"x": 80}], digits=3).steps[0].lines
    with mpmath.workdps(200):
        right = mpmath.nstr(1 - mpmath.tanh(80), 3)
    assert right == "6.51e-70"
    assert lines[0].replace("−", "-").endswith("≈ 6.51e-70")


def test_number_that_vanishes_in_fifty_digits_keeps_its_sign_and_size():
    text = "param a = 1; data x; J = a*(tanh(x) - 1)"
    step = sg.trace(parse(text), data=[{"x": 300}], digits=3).steps[0]
    assert step.values["J"] == pytest.approx(-5.3e-261, rel=0.01)


def test_digits_are_significant_digits():
    lines = sg.trace(parse(BRANCH), digits=3).steps[0].lines
    assert "∂J/∂d = δ ≈ 0.0350" in lines


def test_values_and_data_given_by_hand_stand_before_the_graph():
    step = sg.trace(parse(BRANCH), {"a": 2, "lambda": 0}, data=[{"x": 1, "y": 3}]).steps[0]
    assert step.values["u"] == 2
    assert step.values["R"] == 0
    assert step.values["y"] == 3


def test_float_is_read_as_the_decimal_it_shows():
    step = sg.trace(parse(BRANCH), {"λ": 0.1}, rate=0.1, exact=True).steps[0]
    assert step.values["λ"] == F(1, 10)
    assert step.values["J"] == F(409, 490)


def test_samples_are_used_in_turn():
    t = sg.trace(parse(BRANCH), steps=5)
    assert [step.values["x"] for step in t] == [2, 0, 2, 0, 2]
    assert len(t) == 5
    assert t[4].number == 5


def test_momentum_follows_its_documented_rule():
    t = sg.trace(
        parse("param a = 1; J = a^2"), rate=F(1, 10), steps=3, optimizer="momentum", exact=True
    )
    a, velocity = F(1), F(0)
    for step in t:
        velocity = F(9, 10) * velocity + 2 * a
        a -= F(1, 10) * velocity
        assert step.updated["a"] == a


def test_adam_follows_its_documented_rule():
    t = sg.trace(parse("param a = 1; J = a^3"), rate=0.1, steps=4, optimizer="adam")
    a, m, v = 1.0, 0.0, 0.0
    for n, step in enumerate(t, 1):
        g = 3 * a * a
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g
        a -= 0.1 * (m / (1 - 0.9**n)) / ((v / (1 - 0.999**n)) ** 0.5 + 1e-8)
        assert step.updated["a"] == pytest.approx(a, rel=1e-12)


def test_missing_values_are_named_with_a_way_to_give_them():
    with pytest.raises(SymgradError) as caught:
        sg.trace(parse("param a, b = 1; data x, y; const k; J = (a*x + b - k*y)^2"))
    text = str(caught.value)
    assert "no value for parameter `a` and constant `k` and data `x`, `y`" in text
    assert "step x = 1, y = 1" in text
    assert "--set a=1" in text


def test_value_outside_the_domain_names_step_and_node():
    text = "param a = 1\ndata x\nq = log(a*x)\nJ = q^2\nstep x = 1\nstep x = -2"
    with pytest.raises(SymgradError) as caught:
        sg.trace(parse(text, source="m.sg"))
    message = str(caught.value)
    assert message.startswith("error: step 2: `q` has no real value: log is not defined")
    assert "--> m.sg:3:1" in message
    assert "x = -2" in message


def test_division_by_zero_names_step_and_node():
    with pytest.raises(SymgradError, match="step 1: `q` has no real value: division by zero"):
        sg.trace(parse("param a = 1; data x; q = 1/x; J = a*q"), data=[{"x": 0}])


def test_exact_refuses_what_has_no_fraction_and_says_so():
    with pytest.raises(SymgradError, match="step 1: `J` has no exact fraction: exp has no exact"):
        sg.trace(parse("param a = 1; J = exp(a)"), exact=True)


def test_exact_numbers_have_a_limit():
    text = "param a = 1/3; data x; J = (a^2 + a - x)^4; step x = 7/5"
    with pytest.raises(LimitExceeded, match="have grown beyond"):
        sg.trace(parse(text), exact=True, steps=40)


def test_broken_assumption_is_noted():
    graph = parse("param a = 1; data s, t; assume s + t = 1; J = a*s + a*t")
    assert sg.trace(graph, data=[{"s": F(1, 4), "t": F(3, 4)}]).steps[0].notes == ()
    notes = sg.trace(graph, data=[{"s": 1, "t": 1}]).steps[0].notes
    assert "the assumption `s + t = 1` does not hold here" in notes[0]


def test_value_for_an_equation_is_refused():
    with pytest.raises(SymgradError, match="`u` is an equation, so it takes no value"):
        sg.trace(parse(BRANCH), {"u": 1})


def test_unknown_name_in_the_data_is_named_with_the_nearest():
    with pytest.raises(UnknownName, match="unknown name `xx` in the data"):
        sg.trace(parse(BRANCH), data=[{"xx": 1}])


def test_unknown_name_of_a_value_is_named_with_the_nearest_in_any_spelling():
    with pytest.raises(UnknownName, match="a name that is defined: `λ`"):
        sg.trace(parse(BRANCH), {"lamda": 1})
    with pytest.raises(UnknownName, match="the inputs are `a`, `b`, `c`, `d`, `x`, `y` …"):
        sg.trace(parse(BRANCH), {"q": 1})


def test_number_out_of_range_is_not_called_no_number():
    with pytest.raises(SymgradError, match="the value is too large, or too close to zero"):
        read_number("1e999999999", "the value")


@pytest.mark.parametrize("name", ["adam", "adamw"])
def test_exact_update_by_a_root_is_an_error_that_names_the_step(name):
    with pytest.raises(SymgradError, match=r"step 2: the update by Adam.* has no exact fraction"):
        sg.trace(parse(BRANCH), exact=True, optimizer=name)


def test_what_was_worked_before_a_fault_is_kept():
    graph = parse("param a = 1; data x; J = a/x; step x = 2; step x = 1; step x = 0; step x = 3")
    found, fault = run_as_far(make_plan(sg.derive(graph)))
    assert [step.values["x"] for step in found] == [2, 1]
    assert "step 3: `J` has no real value: division by zero" in str(fault)


def test_branches_are_shown_beside_data_part_and_regularisation_part():
    text = "param w = 1/2; data x, y; k = w*x; m = w*y; J = k^2 + 3*m + w^2"
    step = sg.trace(parse(text), data=[{"x": 2, "y": 5}], exact=True).steps[0]
    parts = {line.labelled(str): line.value for line in step.work if line.is_part}
    assert parts == {
        "data part": 19,
        "regularisation part": 1,
        "through k": 4,
        "through m": 15,
        "directly": 1,
    }


@pytest.mark.parametrize("value", [0.1, 1 / 3, 2.5e-9, -1200.0, 1e300, 123456789.0, 0.0, 5e-324])
@pytest.mark.parametrize("digits", [1, 3, 6, 17])
def test_float_is_rounded_as_the_exact_number_that_it_is(value, digits):
    text = float_text(value, digits)
    assert F(text) == F(decimal_text(F(value), digits)) or float(text) == value
    assert len(text.lstrip("-0.").partition("e")[0].replace(".", "")) <= max(digits, 15)


def test_too_many_worked_steps_are_refused():
    with pytest.raises(LimitExceeded, match="at most 1,000 steps"):
        sg.trace(parse(BRANCH), steps=10**6)


def test_csv_is_read_exactly_and_other_columns_are_left_out():
    samples = read_csv(parse(BRANCH), "name, x, y\nfirst, 0.1, 1e-3\n\nsecond, 1/3, −2\n")
    assert samples == (
        (("x", F(1, 10)), ("y", F(1, 1000))),
        (("x", F(1, 3)), ("y", F(-2))),
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x,y\n1,one\n", "the value of `y` is not a number: `one`\n  --> s.csv:2:3\n"),
        ("x,y\n1, one\n", "  --> s.csv:2:4\n  2 | 1, one\n    |    ^^^\n"),
        ("x,y\n1\n", "this row has 1 cell, but the header has 2\n  --> s.csv:2:1\n"),
        ("x,y\n1,2\n1,2,3\n", "this row has 3 cells, but the header has 2\n  --> s.csv:3:1\n"),
        ("q,r\n1,2\n", "no column has the name of an input\n  --> s.csv:1:1\n"),
        ("x,x\n1,2\n", "there are two columns `x`\n  --> s.csv:1:3\n"),
        ("x,y\n1,nan\n", "is not a number: `nan`\n  --> s.csv:2:3\n"),
        ("x,y\n\n\n1,inf\n", "is not a number: `inf`\n  --> s.csv:4:3\n"),
        ("x,y\r\n1,1e999\r\n", "the value of `y` is too large, or too close to zero: `1e999`\n"),
        ("x,y\n,2\n", "there is no value for `x`\n  --> s.csv:2:1\n"),
        ("", "`s.csv` is empty"),
        ("x;y\n1;2\n", "the columns are separated by `;`: put commas between them"),
        ("x\ty\n1\t2\n", "the columns are separated by tabs: put commas between them"),
        ("x\n1\n", "there is no column `y`\n  --> s.csv:1:1\n"),
        ("x,Y\n1,2\n", "the column `Y` has another name; or give --set y=1 for all samples"),
    ],
)
def test_faults_of_a_csv_are_named(text, message):
    with pytest.raises(SymgradError) as caught:
        read_csv(parse(BRANCH), text, source="s.csv")
    assert message in str(caught.value)


def test_json_is_read_by_rows_and_by_columns():
    graph = parse(BRANCH)
    rows = read_json(graph, '[{"x": 0.1, "y": 1}, {"x": 2, "y": -1}]')
    assert rows == read_json(graph, '{"x": [0.1, 2], "y": [1, -1]}')
    assert rows[0] == (("x", F(1, 10)), ("y", F(1)))


@pytest.mark.parametrize("text", ["{", "3", '{"x": [1], "y": [1, 2]}', "[1]", '[{"x": "a"}]'])
def test_faults_of_a_json_are_errors(text):
    with pytest.raises(SymgradError):
        read_json(parse(BRANCH), text)


@pytest.mark.parametrize("value", ["nan", "inf", "1/0", "", True, None, "x" * 500])
def test_what_is_no_number_is_refused(value):
    with pytest.raises(SymgradError, match="is not a number"):
        read_number(value, "the value")


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (F(2, 3), 4, "0.6667"),
        (F(1, 8), 6, "0.125"),
        (F(-1, 3) / 10**4, 3, "-0.0000333"),
        (F(1, 3) / 10**6, 3, "3.33e-7"),
        (F(99999, 100000), 3, "1.00"),
        (F(25, 1000), 1, "0.02"),
        (F(35, 1000), 1, "0.04"),
        (F(120), 2, "120"),
        (F(123456, 1), 3, "1.23e5"),
        (F(0), 3, "0"),
        (mpmath.mpf(-2), 3, "-2.00"),
    ],
)
def test_decimals_are_rounded_half_to_even_from_full_precision(value, digits, text):
    assert decimal_text(value, digits) == text


def test_rounding_carries_into_a_new_place():
    assert rounded(F(9999999, 10000000), 3) == (100, -2)


@pytest.mark.parametrize("power", [4000, -4000])
@pytest.mark.parametrize("digits", [1, 6, 30])
def test_numbers_of_thousands_of_places_are_rounded_like_others(power, digits):
    context = Decimals(50).context
    for size in (7.125, 1, -1 / 3, 9.9999999999):
        value = context.mpf(size) * context.mpf(10) ** power
        assert rounded(value, digits) == rounded_from_fraction(value, digits)


def rounded_from_fraction(value, digits):
    number, scale = as_fraction(value), -digits - 5000
    while abs(number) >= F(10) ** (scale + digits):
        scale += 1000 if abs(number) >= F(10) ** (scale + digits + 1000) else 1
    mantissa = round(number / F(10) ** scale)
    return (mantissa // 10, scale + 1) if abs(mantissa) == 10**digits else (mantissa, scale)


def test_divergence_is_told_quickly():
    graph = parse("param a = 1; data x, y; J = (a*x - y)^4; step x = 2, y = 1")
    started = time.process_time()
    found, fault = run_as_far(make_plan(sg.derive(graph), rate=10, steps=20))
    assert len(found) == 12
    assert [step.lines for step in found]
    assert fault is not None
    assert time.process_time() - started < 5


def test_roots_and_powers_stay_exact_where_they_are_rational():
    rational = Fractions(1000).value
    assert rational(Call("sqrt", (exact_number(F(9, 4)),)), {}) == F(3, 2)
    assert rational(Pow(exact_number(F(8, 27)), exact_number(F(2, 3))), {}) == F(4, 9)
    with pytest.raises(OutsideDomain):
        rational(Call("sqrt", (exact_number(F(-1)),)), {})


def test_what_cancels_in_full_is_shown_as_zero():
    step = sg.trace(parse(examples.read("black_scholes")), steps=1).steps[0]
    assert step.adjoints["d1"] == 0
    assert not [line for line in step.lines if "e−9" in line]


def test_trace_shows_itself_in_a_notebook():
    shown = sg.trace(parse(BRANCH))._repr_mimebundle_()
    assert "u & = ax + b = 1 \\cdot 2 + 0 = 2" in shown["text/markdown"]


def filter_of(steps):
    """Return the likelihood of a scalar Kalman filter: its logarithms depend on no data."""
    data = [f"y{t}" for t in range(1, steps + 1)]
    rows = ["param a = -2, b = -1, m0 = 0", f"data {', '.join(data)}"]
    rows += ["q = exp(a)", "r = exp(b)", "p1 = 1 + q"]
    for t in range(1, steps + 1):
        rows += [f"s{t} = p{t} + r", f"v{t} = y{t} - m{t - 1}", f"m{t} = m{t - 1} + p{t}/s{t}*v{t}"]
        rows += [f"p{t + 1} = p{t}*r/s{t} + q"] if t < steps else []
    goal = " + ".join(f"log(s{t}) + v{t}^2/s{t}" for t in range(1, steps + 1))
    return "\n".join([*rows, f"J = {goal}", "step " + ", ".join(f"{name} = 1" for name in data)])


def test_terms_without_data_that_are_most_of_a_graph_are_not_told_apart():
    derivation = derive(parse(filter_of(8)))
    assert regularisation(derivation) == {}
    assert len(make_plan(derivation).start) == 3
    assert regularisation(derive(parse(filter_of(1))))["a"] is not None
