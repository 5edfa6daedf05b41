"""Everything that a claim costs has an end: reading, deciding, explaining."""

import random
import time

import pytest

from symgrad.errors import CyclicGraph
from symgrad.expression.tree import Var, formula_of
from symgrad.graph.graph import Graph, Node
from symgrad.sources.latex import Translator, translate
from symgrad.sources.problems import Fault, Origin

WORDS = (
    "\\begin{cases}", "\\end{cases}", "\\begin{array}{l}", "\\end{array}", "\\begin{align}",
    "\\end{align}", "{", "}", "(", ")", "[", "]", "\\left\\{", "\\left(", "\\right)", "\\right.",
    "&", "\\\\", "^", "_", "\\frac", "\\sqrt", "\\text{if }", "\\partial", "=", "x", "1", "12", " ",
    "\\underbrace", "\\color", "\\sum", "\\log", "'", "\\end", "\\begin", "|", "$", "\\hat", ",",
)  # fmt: skip


def read(text):
    try:
        return translate(text, Origin("a.tex", text.split("\n"), 1, 1)).text
    except Fault:
        return None


def test_an_unended_environment_ends():
    assert read("\\begin{cases} 1 }") is None
    assert read("\\left\\{ \\begin{array}{l} 1 } \\right.") is None


def test_any_sequence_of_tokens_ends():
    source = random.Random(7)  # noqa: S311  (texts, not secrets)
    started = time.process_time()
    for _ in range(3000):
        read("".join(source.choices(WORDS, k=source.randint(1, 14))))
    assert time.process_time() - started < 20


def test_reading_that_goes_round_is_a_fault():
    class Round(Translator):
        def cases(self, *_):
            while True:
                self.until(lambda _: True)

    with pytest.raises(Fault, match="cannot be read"):
        Round("\\begin{cases} 1 }", Origin("a", ["a"], 1, 1)).translate()


def test_a_graph_that_goes_round_is_refused():
    nodes = tuple(Node(a, "equation", formula_of(Var(b))) for a, b in ("ab", "bc", "ca"))
    with pytest.raises(CyclicGraph, match="depends on itself"):
        assert Graph(nodes, "a").equations
