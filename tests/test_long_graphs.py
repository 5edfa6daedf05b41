"""Long graphs: what is done for all equations of a shape at once is what is done for each alone."""

import copy
import gc
import weakref

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import symgrad as sg
from symgrad.derivation.forms import SENSITIVITY, UNIT, Adjoint, Part, compose
from symgrad.derivation.sweep import Contribution, PatternSlopes, mark_of
from symgrad.errors import SourceError
from symgrad.expression import collector
from symgrad.expression.algebra import add, mul, neg, power
from symgrad.expression.tree import Var, number
from symgrad.sources.text import parse
from tests.random_graphs import texts

SHAPES = (
    "{0}*{1} + {1}", "{0}*{1} + {0}", "2*pi*{0}", "exp(-{0}) / {1}", "λ*{0} + lam*{1}", "{0}", "3",
    "Piecewise(({0}, {1} > 0), (1, True))", "{0} + {1} + {2}", "1e-3*{0}^2 - .5", "e*{0}*e",
    "{0}*({1} - {2})",
)  # fmt: skip


class Ring:
    """An object that refers to itself: only the collector clears it."""

    def __init__(self):
        self.itself = self


@st.composite
def written(draw):
    """Return declarations, and equations of few shapes, each with names drawn anew."""
    count = draw(st.integers(1, 12))
    names = ["a", "b", "x1", "λ"]
    lines = []
    for k in range(count):
        shape = draw(st.sampled_from(SHAPES))
        chosen = draw(st.lists(st.sampled_from(names), min_size=3, max_size=3))
        lines.append(f"v{k} = {shape.format(*chosen)}")
        names.append(f"v{k}")
    return "param a, b = 2,  x1\nconst λ = 1e-2", lines


@given(written())
@settings(max_examples=60, deadline=None)
def test_equations_read_together_are_those_read_alone(drawn):
    head, lines = drawn
    together = parse("\n".join([head, *lines]))
    names = [f"v{k}" for k in range(len(lines))]
    for k, line in enumerate(lines):
        declared = f"{head}\ndata {', '.join(names[:k])}" if k else head
        alone = parse(f"{declared}\n{line}")
        assert together[names[k]].formula == alone[names[k]].formula
        assert together[names[k]][4:6] == (k + 3, 1)
    assert [node.column for node in together.nodes[:4]] == [7, 10, 18, 7]


def test_each_equation_of_a_shape_has_its_own_fault():
    lines = [f"v{k} = a*q{k} + a" for k in range(4)]
    with pytest.raises(SourceError) as caught:
        parse("\n".join(["param a", *lines, "w = a + + ", "J = a"]))
    places = [(d.place.line, d.place.column) for d in caught.value.diagnostics]
    assert places[:4] == [(2, 8), (3, 8), (4, 8), (5, 8)]
    assert len(places) == 5


SLOPES = (mul(Var(0), Var(1)), power(Var(0), number(2)), add(Var(0), Var(1)), neg(Var(1)))


@given(st.lists(st.tuples(st.sampled_from(SLOPES), *[st.integers(0, 4)] * 3), min_size=2))
@settings(max_examples=40, deadline=None)
def test_parts_of_one_shape_add_up_as_parts_that_share_nothing(drawn):
    shared = [Part(SENSITIVITY, (k,), slope, (a, b)) for slope, k, a, b in drawn]
    assert compose(tuple(shared)) == compose(tuple(copy.deepcopy(part) for part in shared))


@given(texts())
@settings(max_examples=40, deadline=None)
def test_an_adjoint_from_one_consumer_is_the_sum_of_one_contribution(text):
    graph = parse(text)
    active = frozenset(node.name for node in graph.nodes)
    together, apart = PatternSlopes(), PatternSlopes()
    for node in graph.ordered:
        for own in (Adjoint(UNIT, ()), Adjoint(SENSITIVITY, (mark_of(node.name),))):
            names = (*own.operands, *node.formula.operands, node.name)
            pairs = zip(
                together.edges(node, node.formula, active),
                apart.edges(node, node.formula, active),
                strict=True,
            )
            for (operand, slope), (_, other) in pairs:
                found = together.alone(node, own, slope, names)
                assert found == apart.adjoint([Contribution(0, node, own, other)]), operand


@pytest.mark.usefixtures("unshared")
@pytest.mark.parametrize("target", ["python", "c", "javascript"])
def test_a_graph_is_gone_as_soon_as_nobody_holds_it(target):
    gc.collect()
    gc.disable()
    try:
        graph = parse("param a; data x, y; p = sigmoid(a*x); J = (p - y)^2")
        derivation = sg.derive(graph)
        sg.generate(derivation, target=target, safe=False)
        kept = weakref.ref(derivation)
        del derivation, graph
        assert kept() is None
    finally:
        gc.enable()


@pytest.fixture
def thawed():
    """Let the collector look at everything, as outside of tests."""
    frozen = gc.get_freeze_count()
    gc.unfreeze()
    yield
    if frozen:
        gc.freeze()


@pytest.mark.usefixtures("thawed")
def test_what_was_made_in_a_pause_is_old_and_nothing_stays_frozen(monkeypatch):
    monkeypatch.setattr(collector, "_passed", 0)
    assert gc.isenabled()
    gc.collect()
    with collector.paused_collector():
        made = [[i] for i in range(3 * collector._MANY)]
    assert gc.get_count()[0] < collector._MANY < len(made)
    assert gc.get_freeze_count() == 0
    assert gc.isenabled()
    monkeypatch.setattr(collector, "_passed", collector._MOST)
    ring = Ring()
    held = weakref.ref(ring)
    del ring
    with collector.paused_collector():
        made += [[i] for i in range(3 * collector._MANY)]
    assert held() is None
    assert collector._passed == 0
