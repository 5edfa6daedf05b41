"""Random graphs over all functions: gradients, Hessians, terms, against 120-digit slopes."""

from fractions import Fraction

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from symgrad.derivation.derive import derive
from symgrad.derivation.second import hessian, hessian_vector_product
from symgrad.errors import LimitExceeded
from symgrad.expression.evaluate import OutsideDomain
from symgrad.expression.symbolic import to_sympy
from tests.formulas import (
    EVALUATOR,
    all_values,
    close,
    formula_value,
    real,
    same_gradient,
    slope,
    terms_value,
)
from tests.random_graphs import NODES, PARAMETERS, cases

SLOW = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]


@settings(max_examples=50, suppress_health_check=SLOW)
@given(cases())
def test_gradient_is_the_slope(case):
    same_gradient(derive(case.graph), case.inputs)


@settings(max_examples=25, suppress_health_check=SLOW)
@given(cases(), st.sets(st.sampled_from(NODES), max_size=3))
def test_naming_changes_no_gradient(case, chosen):
    auto = derive(case.graph)
    values = all_values(auto, case.inputs)
    wanted = {name: formula_value(form.formula, values) for name, form in auto.gradient_forms}
    known = [name for name in NODES if name in chosen and name in case.graph.index]
    for way in ("all", "none", known):
        try:
            d = derive(case.graph, sensitivities=way)
        except LimitExceeded:
            assert way == "none"
            continue
        named = all_values(d, case.inputs)
        for name, form in d.gradient_forms:
            assert close(formula_value(form.formula, named), wanted[name]), (way, name)


@settings(max_examples=20, suppress_health_check=SLOW)
@given(cases())
def test_terms_add_up_to_the_whole(case):
    d = derive(case.graph)
    values = all_values(d, case.inputs)
    forms = [item.form for item in d.sensitivity_list] + [form for _, form in d.gradient_forms]
    names = {item.name for item in d.sensitivity_list}
    for form in forms:
        assert close(terms_value(form, values), formula_value(form.formula, values))
        assert all(term.sensitivity in {None, *names} for term in form.terms)


@settings(max_examples=20, suppress_health_check=SLOW)
@given(cases(most=4))
def test_expanded_gradient_is_the_gradient(case):
    d = derive(case.graph)
    values = all_values(d, case.inputs)
    inputs = {name: real(value) for name, value in case.inputs.items()}
    for name, form in d.gradient_forms:
        try:
            whole = d.expanded(name)
        except LimitExceeded:
            continue
        assert close(EVALUATOR.value(whole, inputs), formula_value(form.formula, values))


@settings(max_examples=20, suppress_health_check=SLOW)
@given(cases())
def test_merged_derivative_times_its_sensitivity_is_the_adjoint(case):
    d = derive(case.graph)
    values = all_values(d, case.inputs)
    whole = derive(case.graph, sensitivities="all")
    adjoints = {
        item.node: formula_value(item.form.formula, all_values(whole, case.inputs))
        for item in whole.sensitivity_list
    }
    for merge in d.merges:
        factor = EVALUATOR.value(merge.factor, values)
        above = adjoints.get(merge.of, real(1))
        assert close(factor * above, adjoints.get(merge.node, real(1)))


@settings(max_examples=25, suppress_health_check=SLOW)
@given(cases(functions=False, most=3))
def test_rational_gradient_agrees_with_sympy(case):
    import sympy  # noqa: PLC0415  (slow to import, and needed here only)

    d = derive(case.graph)
    values: dict[str, sympy.Expr] = {}
    for node in case.graph.ordered:
        values[node.name] = to_sympy(node.formula.expression, values)
    objective = values[case.graph.objective]
    for name in d.wrt:
        difference = sympy.diff(objective, sympy.Symbol(name)) - d.expand(name)
        assert sympy.cancel(sympy.together(difference)) == 0


@settings(max_examples=12, suppress_health_check=SLOW)
@given(cases(most=2))
def test_second_derivatives_are_the_slopes_of_the_gradient(case):
    d = derive(case.graph, PARAMETERS[:3])
    matrix = hessian(d)
    for i, first in enumerate(d.wrt):
        row = matrix.rows[i]
        try:
            values = all_values(row, case.inputs)
            numeric = {other: slope(row.graph, case.inputs, other) for other in d.wrt[i:]}
        except OutsideDomain:
            assume(False)  # noqa: FBT003  (a second derivative may be infinite where a first is 0)
        for other in d.wrt[i:]:
            found = formula_value(row.form(other).formula, values)
            assert close(found, numeric[other], Fraction(1, 10**25)), (first, other)
            assert matrix.form(other, first) == matrix.form(first, other)


@settings(max_examples=10, suppress_health_check=SLOW)
@given(cases(most=2), st.lists(st.integers(-3, 3), min_size=3, max_size=3))
def test_hessian_times_vector_is_the_matrix_times_it(case, direction):
    d = derive(case.graph, PARAMETERS[:3])
    product = hessian_vector_product(d)
    matrix = hessian(d)
    vector = dict(zip(d.wrt, direction, strict=True))
    inputs = {**case.inputs, **{v: Fraction(vector[name]) for name, v in product.direction}}
    try:
        along = all_values(product.product, inputs)
        rows = [all_values(row, case.inputs) for row in matrix.rows]
    except OutsideDomain:
        assume(False)  # noqa: FBT003  (see above)
    for name in d.wrt:
        total = real(0)
        for other in d.wrt:
            place = min(d.wrt.index(name), d.wrt.index(other))
            total += vector[other] * formula_value(matrix.form(name, other).formula, rows[place])
        assert close(formula_value(product.form(name).formula, along), total, Fraction(1, 10**25))


@pytest.mark.parametrize("way", ["auto", "all", "none"])
def test_same_graph_gives_the_same_derivation(way):
    from symgrad.sources import load  # noqa: PLC0415

    first, second = (derive(load("example:lstm_cell"), sensitivities=way) for _ in range(2))
    assert first == second
