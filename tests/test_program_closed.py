"""Programs stay single assignment and closed, whatever sums, roots and quotients they share."""

from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from symgrad.derivation.derive import derive
from symgrad.errors import SourceError
from symgrad.expression.tree import Formula, Mul, Var
from symgrad.program import passes as program_passes
from symgrad.program.batch import batch_of
from symgrad.program.passes import BrokenProgram, fault_of_rows, fault_of_statements, through
from symgrad.program.program import lower
from symgrad.program.statements import Statement
from symgrad.sources.text import parse
from symgrad.targets import codegen, target_names
from symgrad.targets.codegen import emit

SAMPLES = {
    "a sum shared with a root and its cofactors": (
        "param a, b, c; S = a + b + c; R = sqrt(S^2 - a); J = (S + R - c)/R*(S + R)"
    ),
    "a residual whose derivative by one parameter is an input": (
        "param b1, b2, b3, b4; data x, y\n"
        "m = b1 - b2*x - arctan(b3/(x - b4))/pi; r = y - m; J = r^2"
    ),
    "an exponential of e*a": "param a; J = logsumexp(e*a, a)",
    "the same by hand": "param a; J = log(exp(e*a) + exp(a))",
}


def assert_closed(program):
    for routine in (program.value, program.gradient, program.both):
        rows = [(row.name, row.operands) for row in routine.body]
        assert not fault_of_rows(rows, program.inputs, routine.results)
        batch = batch_of(program, routine)
        known = set(program.inputs) - set(program.data)
        before = [(row.name, row.operands) for row in batch.before]
        assert not fault_of_rows(before, known, ())
        known.update(row.name for row in batch.before)
        sums = [(name, formula.operands) for name, formula in batch.sums]
        body = [(row.name, row.operands) for row in batch.body]
        assert not fault_of_rows([*body, *sums], known | set(program.data), ())
        known.update(batch.names)
        assert all(known.issuperset(formula.operands) for _, formula in batch.results)


@pytest.mark.parametrize("text", SAMPLES.values(), ids=SAMPLES)
def test_programs_of_shared_sums_are_closed(text):
    assert_closed(lower(derive(parse(text))))


@pytest.mark.parametrize("text", SAMPLES.values(), ids=SAMPLES)
@pytest.mark.parametrize("target", target_names())
def test_code_of_shared_sums_is_written_in_every_target(text, target):
    assert emit(derive(parse(text)), target)


LEAVES = ("a", "b", "c", "x", "y")


@st.composite
def shared_sums(draw):
    """Draw a graph of named sums, roots and differences, and an objective of their quotients."""
    names = list(LEAVES)
    lines = ["param a, b, c", "data x, y"]
    sign = partial(draw, st.sampled_from(["+", "-"]))
    for i in range(draw(st.integers(2, 5))):
        one, two, three = (draw(st.sampled_from(names)) for _ in range(3))
        total = f"{one} {sign()} {two}"
        form = draw(
            st.sampled_from(
                [
                    f"{total} {sign()} {three}",
                    f"{total}",
                    f"sqrt(({total})^2 {sign()} {three})",
                    f"exp({total}) + exp({three})",
                    f"log(1 + exp({total}))",
                    f"{one}/({two} {sign()} {three})",
                    f"({total})*({one} {sign()} {three})/({two})",
                    f"atan({one}/({two} {sign()} {three}))",
                ]
            )
        )
        names.append(f"N{i}")
        lines.append(f"N{i} = {form}")
    own = names[len(LEAVES) :]
    parts = [draw(st.sampled_from(own)) for _ in range(4)]
    other = draw(st.sampled_from(names))
    lines.append(f"J = ({parts[0]} {sign()} {parts[1]} {sign()} {other})/{parts[2]}*({parts[0]}")
    lines[-1] += f" {sign()} {parts[3]}){draw(st.sampled_from(['', '^2']))}"
    return "\n".join(lines)


def check_closed(text, target, *, safe):
    try:
        derivation = derive(parse(text))
    except SourceError as error:
        assert any("division by zero" in item.message for item in error.diagnostics)  # noqa: PT017
        return
    assert_closed(lower(derivation, safe=safe))
    assert emit(derivation, target, safe=safe)


EXPLORES = settings().max_examples > 100


@given(shared_sums(), st.sampled_from(target_names()))
@settings(max_examples=4000 if EXPLORES else 20)
def test_random_shared_sums_stay_closed(text, target):
    check_closed(text, target, safe=False)


@given(shared_sums(), st.sampled_from(target_names()))
@settings(max_examples=1000 if EXPLORES else 4)
def test_random_shared_sums_stay_closed_in_safe_code(text, target):
    check_closed(text, target, safe=True)


def statement(name, *operands):
    pattern = Mul(tuple(Var(i) for i in range(len(operands))))
    return Statement(name, Formula(pattern, operands))


@pytest.mark.parametrize(
    ("statements", "fault"),
    [
        ([statement("u", "a", "b"), statement("v", "u", "a")], ""),
        ([statement("u", "a", "v"), statement("v", "a", "b")], "`u` uses `v`"),
        ([statement("u", "a", "b"), statement("u", "a", "a")], "`u` is assigned twice"),
    ],
)
def test_a_program_is_single_assignment_and_closed(statements, fault):
    found = fault_of_statements(statements, ("a", "b"))
    assert found.startswith(fault)
    assert bool(found) == bool(fault)


BROKEN = [
    ("drops", lambda rows: rows[1:]),
    ("stops", lambda rows: {}[rows]),
    ("doubles", lambda rows: rows + rows[:1]),
]


@pytest.mark.parametrize("broken", BROKEN, ids=lambda broken: broken[0])
def test_a_broken_pass_is_an_error_in_tests(broken):
    rows = (statement("u", "a", "b"), statement("v", "u", "a"))
    with pytest.raises((BrokenProgram, KeyError, TypeError)):
        through(rows, [broken], lambda found: fault_of_statements(found, "ab"))


@pytest.mark.parametrize("broken", BROKEN, ids=lambda broken: broken[0])
def test_a_broken_pass_is_left_out_in_the_field(broken, monkeypatch):
    monkeypatch.setattr(program_passes, "STRICT", False)
    rows = (statement("u", "a", "b"), statement("v", "u", "a"))
    kept = ("kept", lambda found: (*found, statement("w", "v")))
    with pytest.warns(UserWarning, match=rf"`{broken[0]}` is left out"):
        found = through(rows, [broken, kept], lambda found: fault_of_statements(found, "ab"))
    assert [row.name for row in found] == ["u", "v", "w"]


def test_code_that_cannot_be_written_is_written_plainly(monkeypatch):
    monkeypatch.setattr(program_passes, "STRICT", False)
    derivation = derive(parse("param a; data x; J = log(1 + exp(a*x))"))
    whole = codegen.emit_program
    safe = iter([KeyError("t1")])

    def stops_once(program, *rest):
        fault = next(safe, None)
        if fault is not None:
            raise fault
        return whole(program, *rest)

    monkeypatch.setattr(codegen, "emit_program", stops_once)
    with pytest.warns(UserWarning, match="the code is as derived"):
        assert "    J = log(1.0 + _exp(a*x))\n" in emit(derivation, "python")[0].text
