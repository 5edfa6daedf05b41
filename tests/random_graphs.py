"""Random graphs for property tests: texts in the graph language, and points inside their domain."""

import functools
from dataclasses import dataclass
from fractions import Fraction

from hypothesis import assume
from hypothesis import strategies as st

from symgrad.derivation.derivation import local_derivative
from symgrad.errors import SourceError
from symgrad.expression.evaluate import Decimals, OutsideDomain
from symgrad.expression.tree import (
    Add,
    Call,
    Compare,
    Constant,
    Div,
    Logic,
    Mul,
    Neg,
    Number,
    Pow,
    Var,
)
from symgrad.graph.forward import forward
from symgrad.graph.graph import Graph
from symgrad.sources.text import parse

PARAMETERS = ("a", "b", "λ", "w1", "w2")
DATA = ("x", "y")
NODES = ("u", "h", "v", "z1", "z2", "p", "σ_0", "q")
ONE_ARGUMENT = (
    "exp sin cos tan atan sinh cosh tanh asinh erf erfc sigmoid softplus relu gelu silu expm1 "
    "normal_pdf normal_cdf abs cbrt sign log sqrt log2 log10 log1p lgamma digamma asin acos atanh"
).split()
SEVERAL_ARGUMENTS = ("max", "min", "hypot", "logsumexp")
NUMBERS = ("2", "3", "1/2", "0.1", "1", "5/3")
LARGE = 10**9
EVALUATOR = Decimals(30)


@dataclass(frozen=True)
class Case:
    """A graph, its text, and a point of its domain."""

    text: str
    graph: Graph
    inputs: dict[str, Fraction]

    def __repr__(self) -> str:
        point = ", ".join(f"{name} = {value}" for name, value in self.inputs.items())
        return f"<<\n{self.text}\nat {point}\n>>"

    def _repr_pretty_(self, printer, cycle):
        printer.text("…" if cycle else repr(self))


@functools.cache
def _terms(names, functions):
    """Return a strategy for terms: made once, since making one takes longer than a draw."""
    leaf = st.one_of(st.sampled_from(names), st.sampled_from(names), st.sampled_from(NUMBERS))

    def larger(inner):
        pair = st.tuples(inner, inner)
        options = [
            pair.map(lambda p: f"({p[0]} + {p[1]})"),
            pair.map(lambda p: f"({p[0]} - {p[1]})"),
            pair.map(lambda p: f"{_factor(p[0])}*{_factor(p[1])}"),
            pair.map(lambda p: f"{_factor(p[0])}/{_factor(p[1])}"),
            inner.map(lambda e: f"(-{_factor(e)})"),
            st.tuples(inner, st.sampled_from(["2", "3", "(-1)", "(-2)"])).map(
                lambda p: f"({p[0]})^{p[1]}"
            ),
        ]
        if functions:
            options += [
                st.tuples(st.sampled_from(ONE_ARGUMENT), inner).map(lambda p: f"{p[0]}({p[1]})"),
                st.tuples(st.sampled_from(ONE_ARGUMENT), inner).map(lambda p: f"{p[0]}({p[1]})"),
                st.tuples(st.sampled_from(SEVERAL_ARGUMENTS), inner, inner).map(
                    lambda p: f"{p[0]}({p[1]}, {p[2]})"
                ),
                pair.map(lambda p: f"where({p[0]} < {p[1]}, {p[0]}, {p[1]}^2)"),
                pair.map(lambda p: f"atan2({p[0]}, {p[1]})"),
                st.tuples(inner, inner).map(lambda p: f"(1 + ({p[0]})^2)^({p[1]})"),
                st.tuples(inner).map(lambda p: f"sqrt(1 + ({p[0]})^2)"),
                st.tuples(inner).map(lambda p: f"1/(1 + exp(-{_factor(p[0])}))"),
                st.tuples(inner).map(lambda p: f"acosh(2 + ({p[0]})^2)"),
                st.tuples(inner).map(lambda p: f"e^({p[0]})"),
                st.tuples(inner).map(lambda p: f"({p[0]})^(3/2)"),
            ]
        return st.one_of(options)

    return st.recursive(leaf, larger, max_leaves=6)


def _factor(text):
    return text if text.isidentifier() else f"({text})"


@st.composite
def texts(draw, *, functions=True, most=6):
    """Draw the text of a graph in which most nodes are used, some of them several times."""
    count = draw(st.integers(1, most))
    names = [*PARAMETERS, *DATA]
    lines = ["param " + ", ".join(PARAMETERS), "data " + ", ".join(DATA)]
    for name in NODES[:count]:
        fresh = names[-3:] if len(names) > 7 else names[:3]
        lines.append(f"{name} = {draw(_terms((*names, *fresh, *fresh), functions))}")
        names.append(name)
    lines.append(f"J = {draw(_terms(tuple(names[-4:]), functions))} + {names[-1]}*{names[-2]}")
    return "\n".join(lines)


@st.composite
def cases(draw, *, functions=True, most=6):
    """Draw a graph with a point at which every node has a real value of ordinary size."""
    text = draw(texts(functions=functions, most=most))
    try:
        graph = parse(text)
    except SourceError as error:
        assume(all(item.message != "division by zero" for item in error.diagnostics))
        raise
    names = [*PARAMETERS, *DATA]
    seed = draw(st.integers(0, 10**6))
    for attempt in range(4):
        numbers = [137 * (seed + i * 7919 + attempt * 104729) % 997 for i in range(len(names))]
        inputs = {n: Fraction(k + 50, 1200) for n, k in zip(names, numbers, strict=True)}
        if inside(graph, inputs):
            return Case(text, graph, inputs)
    assume(False)  # noqa: FBT003  (hypothesis' own way to give a case up)
    raise AssertionError


def inside(graph, inputs) -> bool:
    """Tell whether nodes and slopes have ordinary real values at and around a point."""
    try:
        for shift in (Fraction(0), Fraction(1, 10**6), Fraction(-1, 10**6)):
            moved = {name: value + shift for name, value in inputs.items()}
            values = forward(graph, moved, digits=30)
            if any(abs(value) > LARGE for value in values.values()):
                return False
            for node in graph.ordered:
                for operand in node.formula.operands:
                    EVALUATOR.value(local_derivative(node, operand, short=False), values)
    except (OutsideDomain, OverflowError, ValueError):
        return False
    return True


NAMES = (
    "a", "b", "ab", "c", "d", "x1", "w_1", "σ_x", "δ", "λ", "p", "i", "m", "u", "e2", "rate",
    "r", "α1", "zeta", "l", "n", "sin1", "ж",
)  # fmt: skip
VALUES = (
    "0", "1", "2", "-1", "-3", "1/2", "-2/3", "0.1", "1/4096", "-1/1024", "12345678901234567890",
)  # fmt: skip


def trees(names=NAMES):
    """Return a strategy for expression trees, written in every odd way that there is."""
    leaf = st.one_of(
        st.sampled_from(names).map(Var),
        st.sampled_from(names).map(Var),
        st.sampled_from(VALUES).map(lambda text: Number(Fraction(text))),
        st.sampled_from([Constant("pi"), Constant("e")]),
    )
    return st.recursive(leaf, _larger_tree, max_leaves=10)


def _larger_tree(inner):
    several = st.lists(inner, min_size=2, max_size=4).map(tuple)
    relation = st.sampled_from(["<", "<=", ">", ">=", "==", "!="])
    compare = st.builds(Compare, relation, inner, inner)
    both = st.lists(compare, min_size=2, max_size=3).map(tuple)
    plain = st.one_of(
        compare,
        st.builds(Logic, st.sampled_from(["and", "or"]), both),
        compare.map(lambda part: Logic("not", (part,))),
    )
    nested = st.lists(plain, min_size=2, max_size=2).map(tuple)
    condition = st.one_of(
        plain,
        st.builds(Logic, st.sampled_from(["and", "or"]), nested),
        plain.map(lambda part: Logic("not", (part,))),
    )
    one = st.sampled_from([*ONE_ARGUMENT, "stop_gradient"])
    return st.one_of(
        several.map(Add),
        several.map(Mul),
        inner.map(Neg),
        st.builds(Div, inner, inner),
        st.builds(Pow, inner, inner),
        st.builds(lambda f, x: Call(f, (x,)), one, inner),
        st.builds(Call, st.sampled_from(SEVERAL_ARGUMENTS), several),
        st.builds(lambda c, x, y: Call("where", (c, x, y)), condition, inner, inner),
    )
