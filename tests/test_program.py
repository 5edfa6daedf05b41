"""Programs: what is computed, in which order, and what it costs."""

import random

import pytest

from symgrad import examples
from symgrad.derivation.derive import derive
from symgrad.expression.print_ascii import AsciiPrinter
from symgrad.expression.tree import Formula
from symgrad.program.program import lower, operations
from symgrad.sources.text import parse

PRINTER = AsciiPrinter()


def program_of(text, **options):
    return lower(derive(parse(text)), **options)


def lines(routine):
    return [
        f"{row.name} = {PRINTER.expression(Formula(row.pattern, row.operands).expression)}"
        for row in routine.body
    ]


def assert_runs_in_order(program):
    """Every name is assigned once, before it is used."""
    for routine in (program.value, program.both, program.gradient):
        if routine is None:
            continue
        known = set(program.inputs)
        for row in routine.body:
            assert known.issuperset(row.operands), row
            assert row.name not in known, row
            known.add(row.name)
        assert known.issuperset(routine.results)


@pytest.mark.parametrize("name", examples.names())
@pytest.mark.parametrize("safe", [True, False])
def test_every_name_is_assigned_once_before_it_is_used(name, safe):
    assert_runs_in_order(program_of(examples.read(name), safe=safe))


@pytest.mark.parametrize("name", examples.names())
def test_value_and_gradient_cost_at_most_two_and_a_half_values(name):
    program = program_of(examples.read(name), safe=False)
    assert operations(program) <= 2.5 * program.value.operations


def test_article_graph_takes_27_operations_and_keeps_its_names():
    program = program_of(examples.read("branch_and_merge"))
    assert operations(program) == 27
    assert {"u", "h", "v", "p", "δ"} <= {row.name for row in program.both.body}


def test_value_alone_is_computed_as_written():
    program = program_of(examples.read("branch_and_merge"))
    assert lines(program.value)[:4] == [
        "u = a*x + b",
        "h = u*u",
        "v = c*h + u + d",
        "p = 1/(1 + v)",
    ]


def test_square_of_a_difference_is_computed_once():
    program = program_of("param a; data x, y; J = (a*x - y)^2", safe=False)
    name = "a_times_x_minus_y"
    assert lines(program.both) == [f"{name} = a*x - y", f"J = {name}*{name}", f"dJ_da = 2*{name}*x"]


def test_products_match_in_any_order():
    program = program_of("param a, b; data x; J = exp(a*b) + sin(b*a)*x", safe=False)
    assert sum("a*b" in line or "b*a" in line for line in lines(program.both)) == 1


@pytest.mark.parametrize("turned", [(), (0,), (1, 3), (0, 1, 2, 3)])
def test_a_column_of_products_matches_one_written_in_any_mix_of_orders(turned):
    lines = ["param p0, p1, p2, p3; data x0, x1, x2, x3"]
    for k in range(4):
        other = f"x{k}*p{k}" if k in turned else f"p{k}*x{k}"
        lines += [f"u{k} = exp(p{k}*x{k})", f"v{k} = sin({other})"]
    total = " + ".join(f"u{k}*v{k}" for k in range(4))
    program = program_of("\n".join([*lines, f"J = {total}"]), safe=False)
    products = {frozenset((f"p{k}", f"x{k}")) for k in range(4)}
    made = [r for r in program.both.body if frozenset(r.operands) in products]
    assert len(made) == 4
    assert_runs_in_order(program)


def test_named_value_is_used_where_its_formula_occurs_again():
    program = program_of("param a; data x; q = a*x; J = q^2 + sin(a*x)", safe=False)
    assert lines(program.value) == ["q = a*x", "J = q*q + sin(q)"]


def test_name_defined_later_moves_up_to_its_first_use():
    program = program_of("param a; data x; r = exp(a*x) + a; q = a*x; J = r*q", safe=False)
    assert_runs_in_order(program)
    assert lines(program.value)[0] == "q = a*x"


def test_two_t_plus_k_reuses_t_plus_k():
    program = program_of("param w; data u; J = w*u^2 + u", safe=False)
    chain = "param w0, w1, w2; data u0; u1 = w0*u0^2 + u0; u2 = w1*u1^2 + u1; J = w2*u2^2 + u2"
    assert operations(program_of(chain, safe=False)) <= 7 * 3
    assert program.value.operations == 3


def test_common_denominator_is_divided_by_once():
    text = "param a, b; data x, s; J = a*x/s + b/s"
    assert program_of(text, safe=False).value.operations <= 3


def test_what_only_a_branch_holds_is_not_computed_before_it():
    text = "param a; data x; J = where(x > 0, sqrt(x)*a + exp(sqrt(x)), a)"
    assert all("sqrt" not in line or "where" in line for line in lines(program_of(text).both))


def test_branches_of_one_condition_compute_a_part_once():
    text = "param a; data x; h = where(x > 0, log(x)*a, 0); J = h + where(x > 0, log(x)^2, a)"
    found = [line for line in lines(program_of(text, safe=False).value) if "log" in line]
    assert len(found) == 1
    assert "where" in found[0]


def test_branches_of_other_conditions_keep_their_parts():
    text = "param a; data x; J = where(x > 0, log(x)*a, 0) + where(a > 0, log(x)^2, a)"
    routine = program_of(text, safe=False).value
    assert sum(line.count("log") for line in lines(routine)) == 2
    assert all("where" in line for line in lines(routine) if "log" in line)


def test_what_many_branches_compute_is_computed_before_them():
    text = "param a; data x; J = where(x > 0, log(x), a) + where(x > 1, log(x)^2, a)*where(x > 2, "
    routine = program_of(text + "log(x) + 1, 0)", safe=False).value
    assert sum(line.count("log(") for line in lines(routine)) == 1
    (name,) = (row.name for row in routine.body if "log" in str(row.pattern))
    assert name in routine.guarded


def test_what_the_condition_computes_stays_where_it_is():
    text = "param a; data x; J = where(1/x > 0, a/x + log(1/x)*(1/x), a)"
    found = lines(program_of(text, safe=False).value)
    assert sum(line.count("where") for line in found) == 1


def test_what_both_branches_need_is_not_guarded():
    text = "param b, c; s = sqrt(c); J = where(b < 0, 1/(s - b), s + b)"
    assert "s" not in program_of(text, safe=False).value.guarded


def test_choices_hold_their_own_test():
    text = "param a; data x; J = where(x > 0, log(x)*a + log(x)^2, a)"
    assert not program_of(text, safe=False).value.guarded
    text = "param a; data x; l = where(x > 1, log(x), 0); J = where(x > 0, l, a)"
    assert program_of(text, safe=False).value.guarded == {"l"}


def test_names_that_only_branches_need_are_guarded():
    program = program_of("param a; data x; r = a/x; J = where(x > 0, r, 0*a)", safe=False)
    assert "r" in program.value.guarded
    assert "J" not in program.value.guarded


def test_equations_that_the_objective_does_not_need_are_left_out():
    program = program_of("param a; data x; q = a^3; J = a*x; minimize J")
    assert [row.name for row in program.value.body] == ["J"]


def test_gradient_that_is_a_sensitivity_costs_nothing():
    program = program_of(examples.read("branch_and_merge"))
    assert program.both.results[-1] == "δ"


@pytest.mark.parametrize(
    ("power", "cost"), [("x^2", 1), ("x^3", 2), ("x^4", 2), ("x^6", 3), ("x^8", 3), ("x^(-2)", 2)]
)
def test_whole_powers_are_products(power, cost):
    program = program_of(f"param x; J = {power}", safe=False)
    assert program.value.operations == cost
    assert "^" not in "".join(lines(program.value))


def test_constant_functions_are_folded_to_the_nearest_double():
    program = program_of("param x; J = x*sqrt(2)", safe=False)
    assert program.value.operations == 1


def test_wide_sum_is_cut_into_pieces():
    names = [f"w{i}" for i in range(500)]
    text = f"param {', '.join(names)}\nJ = {' + '.join(f'{n}^2' for n in names)}"
    program = program_of(text)
    assert_runs_in_order(program)
    assert max(len(row.operands) for row in program.value.body) <= 64
    assert program.value.operations == 999


def test_deep_formula_is_cut_into_pieces():
    text = "param a; data x; J = " + "sin(" * 48 + "a*x" + ")" * 48
    program = program_of(text, safe=False)
    assert_runs_in_order(program)
    assert max(line.count("(") for line in lines(program.value)) <= 45


def chain(stages):
    equations = [f"u{k + 1} = w{k}*u{k}^2 + u{k}" for k in range(stages)]
    inputs = "param " + ", ".join(f"w{k}" for k in range(stages)) + "\ndata u0"
    return "\n".join([inputs, *equations, f"minimize u{stages}"])


def test_long_chain_takes_seven_operations_a_stage():
    program = program_of(chain(3000))
    assert operations(program) <= 7 * 3000
    assert_runs_in_order(program)


def test_long_program_takes_its_gradient_from_both():
    assert program_of(chain(3000)).gradient is None
    assert program_of(chain(30)).gradient is not None


def network(sizes):
    """A tanh network written out in scalars, with weight decay over all of its parameters."""
    previous, parameters, equations = [f"x{i}" for i in range(sizes[0])], [], []
    for layer, width in enumerate(sizes[1:], 1):
        current = []
        for j in range(width):
            weights = [f"w{layer}_{j}_{i}" for i in range(len(previous))]
            parameters += [*weights, f"b{layer}_{j}"]
            products = [f"{w}*{h}" for w, h in zip(weights, previous, strict=True)]
            equations.append(f"h{layer}_{j} = tanh({' + '.join([*products, f'b{layer}_{j}'])})")
            current.append(f"h{layer}_{j}")
        previous = current
    decay = " + ".join(f"{p}^2" for p in parameters)
    inputs = [f"param {', '.join(parameters)}", "data y, " + ", ".join(f"x{i}" for i in range(4))]
    return "\n".join(
        [*inputs, "const λ = 0.1", *equations, f"J = ({previous[0]} - y)^2/2 + λ/2*({decay})"]
    )


def test_tanh_network_stays_within_ten_thousand_nine_hundred_operations():
    program = program_of(network([4, 32, 32, 1]), safe=False)
    assert len(program.wrt) == 1249
    assert operations(program) <= 10_900
    assert operations(program) <= 2.21 * program.value.operations


def test_temporaries_avoid_the_names_of_the_author():
    goal = "an_objective_with_a_rather_long_name"
    program = program_of(f"param t1; data x, y, z; {goal} = (t1*x - y - z + 3)^2", safe=False)
    assert [row.name for row in program.both.body] == ["tmp1", goal, f"d{goal}_dt1"]


def test_constants_without_default_come_before_those_with_one():
    program = program_of("param a; data x; const k = 2, m; J = a*x*k*m")
    assert program.inputs == ("a", "x", "m", "k")


def random_formula(source, names, depth):
    if depth == 0 or source.random() < 0.2:
        return source.choice([*names, *names, "2", "1/3"])
    parts = [random_formula(source, names, depth - 1) for _ in range(2)]
    forms = [
        "({0} + {1})", "({0} - {1})", "{0}*{1}", "{0}*{1}", "({0})^2", "({0})^3", "sin({0})",
        "exp({0})", "{0}/(1 + {1}^2)", "where({0} > {1}, {0}*{1}, tanh({1}))", "sqrt({0})",
    ]  # fmt: skip
    return source.choice(forms).format(*parts)


@pytest.mark.parametrize("seed", range(60))
def test_random_program_runs_in_order(seed):
    source = random.Random(seed)  # noqa: S311  (formulas, not secrets)
    names, text = ["a", "b", "x", "y"], ["param a, b; data x, y"]
    for number in range(source.randint(2, 7)):
        text.append(f"n{number} = {random_formula(source, names, 2)}")
        names.append(f"n{number}")
    assert_runs_in_order(program_of("\n".join(text), safe=False))
