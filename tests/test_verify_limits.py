"""Everything that a claim costs has an end: reading, deciding, explaining."""

import math
import random
import time

import pytest
from click.testing import CliRunner

import symgrad as sg
from symgrad.cli import cli
from symgrad.errors import BrokenGraph, CyclicGraph, SymgradError, UnknownName
from symgrad.expression.tree import Mul, Var, formula_of
from symgrad.graph.graph import Graph, Node
from symgrad.sources.latex import Translator, translate
from symgrad.sources.problems import Fault, Origin
from symgrad.sources.text import parse
from symgrad.verify.check import read as read_claims
from symgrad.verify.explaining.diagnose import diagnose
from symgrad.verify.judge import Judge

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
        Graph(nodes, "a")


@pytest.mark.parametrize(
    ("names", "objective", "error"),
    [("aaz", "a", BrokenGraph), ("ab", "b", UnknownName), ("az", "K", UnknownName)],
)
def test_a_graph_that_is_not_closed_is_refused(names, objective, error):
    nodes = [Node(name, "param") for name in names]
    nodes.append(Node("J", "equation", formula_of(Mul((Var("a"), Var("z"))))))
    with pytest.raises(error):
        Graph(tuple(nodes), objective)


HEAVY = "dJ/da = " + "a+" * 9000 + "a"


def test_what_is_not_reached_is_undecided_and_not_lost():
    graph = parse("param a = 1\ndata x = 2\nJ = a^2*x")
    text = f"{HEAVY}\ndJ/da = 2ax\nq = 2a\ndJ/dz = 1\ndJ/da = ax"
    report = sg.verify(graph, text, timeout=0.3, total_timeout=0.3)
    found = [verdict.status for verdict in report.verdicts]
    assert found == ["undecided", "undecided", "definition", "unreadable", "undecided"]
    assert "not reached" in report.verdicts[1].message
    assert report.exit_code == 2


@pytest.mark.parametrize("seconds", [math.inf, math.nan, 0, -1])
def test_seconds_are_a_number_above_0(seconds):
    with pytest.raises(SymgradError, match="seconds above 0"):
        sg.verify(parse("param a\nJ = a^2"), "J = a^2", timeout=seconds)


@pytest.mark.parametrize("text", ["inf", "nan", "0", "-1", "soon"])
@pytest.mark.parametrize("option", ["--timeout", "--total-timeout"])
def test_the_command_refuses_what_is_no_time(option, text):
    done = CliRunner().invoke(cli, ["verify", "example:branch_and_merge", f"{option}={text}"])
    assert done.exit_code == 2
    assert option in done.output
    assert "Traceback" not in done.output


def test_an_explanation_ends_with_the_time_of_its_claim():
    graph = parse("param a, b, c\ndata x\nu = a*x + b\nv = sin(u)*c + u^2\nJ = exp(v)*v + u*v")
    judge = Judge(graph)
    text = "dJ/da = (exp(v)*v + u)*(cos(u)*c + 2u)*x + exp(v)*cos(u)*a + v"
    (claim,) = read_claims(judge.truth, text, "a.txt")
    verdict = judge.judge(claim, 5.0)
    assert verdict.status == "refuted"
    late = diagnose(judge.truth, claim, verdict.decision, deadline=0.0)
    assert late.kind == "other"
    assert late.correction
    assert late.right == verdict.diagnosis.right
