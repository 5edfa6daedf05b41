"""Every row of the table of notations in docs/verify.md, and the kinds behind it."""

import re
from pathlib import Path

import pytest

import symgrad as sg
from symgrad.expression.names import GREEK as LETTERS

PAGE = Path(__file__).parent.parent / "docs" / "verify.md"
SECTION = PAGE.read_text(encoding="utf-8").partition("\n## Notations")[2].partition("\n## ")[0]
PART = re.compile(r"```symgrad\n(?P<graph>.*?)```\n(?P<table>.*?)(?=```symgrad|\Z)", re.DOTALL)
ROW = re.compile(r"^\| `(?P<written>.+?)` \| (?P<status>\w+) \| ?(?P<told>.*?) ?\|$", re.MULTILINE)
ROWS = [
    (part["graph"], row["written"].replace("\\|", "|"), row["status"], row["told"])
    for part in PART.finditer(SECTION)
    for row in ROW.finditer(part["table"])
]


def judged(graph, claim):
    text = claim if claim.startswith(("∂", "d²")) else f"so ${claim}$ holds"
    return sg.verify(sg.parse(graph), text, source="claims.md")


def test_the_table_is_found():
    assert len(ROWS) > 70


@pytest.mark.parametrize(("graph", "claim", "status", "told"), ROWS, ids=[r[1] for r in ROWS])
def test_a_notation_is_read_as_the_table_says(graph, claim, status, told):
    verdicts = judged(graph, claim).verdicts
    assert {v.status for v in verdicts} == {status}, [(v.status, v.message) for v in verdicts]
    said = "\n".join(f"{v.message}\n" + "\n".join(v.remarks) for v in verdicts)
    assert told in said


# -- kinds -----------------------------------------------------------------------------------------

GREEK = ["alpha", "beta", "gamma", "lambda", "mu", "sigma", "theta", "omega"]


@pytest.mark.parametrize("name", GREEK)
@pytest.mark.parametrize("spelled", ["{0}", "{1}", "\\{0}"])
def test_every_spelling_of_a_greek_letter_is_one_name(name, spelled):
    letter = sg.parse(f"param {name}\nJ = {name}^2")
    word = spelled.format(name, LETTERS[name])
    assert [v.status for v in judged_in(letter, f"\\frac{{dJ}}{{d{word}}} = 2{word}")] == ["proved"]


def judged_in(graph, claim):
    return sg.verify(graph, f"so ${claim}$ holds", source="claims.md", explain=False).verdicts


def test_two_names_that_the_graph_keeps_apart_are_not_one():
    graph = sg.parse("param lam, λ\nJ = 2*lam + 3*λ")
    assert [v.status for v in judged_in(graph, r"\frac{dJ}{d\lambda} = 3")] == ["proved"]
    assert [v.status for v in judged_in(graph, r"\frac{dJ}{dlam} = 2")] == ["proved"]
    graph = sg.parse("param w_1_12, w_11_2\nJ = 2*w_1_12 + 3*w_11_2")
    assert [v.status for v in judged_in(graph, r"\frac{dJ}{dw112} = 2")] == ["unreadable"]


LAYER = """param {params}
data {data}
{rows}
J = {total}
"""


def layer(size, depth):
    """Return a graph of `size` sums of `depth` products, a quadratic loss over them."""
    pairs = [(i, j) for i in range(1, size + 1) for j in range(1, depth + 1)]
    rows = [
        f"h_{i} = " + " + ".join(f"w_{i}{j}*x_{j}" for j in range(1, depth + 1))
        for i in range(1, size + 1)
    ]
    return sg.parse(
        LAYER.format(
            params=", ".join(f"w_{i}{j}" for i, j in pairs),
            data=", ".join([f"x_{j}" for j in range(1, depth + 1)]
                           + [f"y_{i}" for i in range(1, size + 1)]),
            rows="\n".join(rows),
            total=" + ".join(f"(h_{i} - y_{i})^2/2" for i in range(1, size + 1)),
        )
    )  # fmt: skip


@pytest.mark.parametrize(("size", "depth"), [(1, 2), (2, 3), (4, 2)])
def test_sums_over_names_are_what_they_are_written_out(size, depth):
    graph = layer(size, depth)
    right = [
        r"h_i = \sum_j w_{ij} x_j",
        rf"h_i = \sum_{{j=1}}^{{{depth}}} w_{{ij}} x_j",
        r"J = \frac12 \sum_i (h_i - y_i)^2" if size > 1 else r"J = \frac12 (h_1 - y_1)^2",
        r"\frac{\partial J}{\partial w_{ij}} = (h_i - y_i) x_j",
        r"\frac{\partial J}{\partial x_j} = \sum_i (h_i - y_i) w_{ij}",
    ]
    wrong = [
        r"h_i = \sum_j w_{ij} x_j^2",
        rf"h_i = \sum_{{j=1}}^{{{depth - 1}}} w_{{ij}} x_j",
        r"\frac{\partial J}{\partial w_{ij}} = (h_i + y_i) x_j",
    ]
    for claim in right:
        assert [v.status for v in judged_in(graph, claim)] == ["proved"], claim
    for claim in wrong:
        assert [v.status for v in judged_in(graph, claim)] == ["refuted"], claim


@pytest.mark.parametrize(
    "claim",
    [
        r"J = \sum_{i=1}^{100000} x_i",
        r"J = \sum_i \sum_j \sum_k \sum_l x_i x_j x_k x_l",
        r"J = \prod_{i=1}^{60} \sum_{j=1}^{60} x_1",
        r"J = \sum",
        r"J = \sum_{i=1}^{2}",
        r"J = \sum_{q} x_q y_r",
    ],
)
def test_sums_that_are_too_long_or_say_nothing_are_unreadable(claim):
    graph = sg.parse("param " + ", ".join(f"x_{i}" for i in range(1, 13)) + "\nJ = x_1 + x_2")
    assert [v.status for v in judged_in(graph, claim)] == ["unreadable"]


COMMAS = "param a = 1\ndata x\nJ = a*x^2/4\nstep x = 1"


@pytest.mark.parametrize(
    ("text", "statuses"),
    [
        ("$J = 0,25$", ["agrees"]),
        ("$J = 0{,}25$", ["agrees"]),
        ("$J = 0,35$", ["refuted"]),
        ("$J = 0,25$ and $a = 1.0$", ["unreadable", "condition"]),
        ("$1000 J = 1,250 - 1,000$ and $J = 0.25$", ["proved", "proved"]),
        ("$1000 J = 1,250 - 1,000$", ["unreadable"]),
        ("$\\max(0,1) J = 0,25$", ["proved"]),
    ],
)
def test_commas_between_digits_never_give_a_false_verdict(text, statuses):
    found = sg.verify(sg.parse(COMMAS), text, source="claims.md").verdicts
    same = {"agrees": {"agrees", "proved"}}
    for verdict, wanted in zip(found, statuses, strict=True):
        assert verdict.status in same.get(wanted, {wanted}), str(verdict)


STEPS = """param w = {w}
data x = {x}, y
z = w*x
J = (z - y)^2/2
rate eta = 0.1
step x = {x}, y = 0
"""


@pytest.mark.parametrize(("w", "x"), [(1, 2), (2, 1), (0.5, 3)])
def test_steps_under_the_names_of_their_numbers(w, x):
    graph = sg.parse(STEPS.format(w=w, x=x).replace(f"data x = {x}, y", "data x, y"))
    once = round(w - 0.1 * w * x * x, 6)
    twice = round(once - 0.1 * once * x * x, 6)
    text = "\n\n".join(
        [
            f"$w_0 = {w}$",
            f"$w_1 = {w} - 0.1 \\cdot {w * x * x} = {once}$",
            f"Now $x = {x}$ again: $z = {round(once * x, 6)}$",
            f"$w_2 = w_1 - \\eta\\frac{{\\partial J}}{{\\partial w}} = {twice}$",
        ]
    )
    report = sg.verify(graph, text, source="claims.md")
    assert [v.status for v in report.verdicts if v.status != "condition"], str(report)
    assert {v.status for v in report.verdicts} <= {"proved", "agrees", "condition"}, str(report)
    wrong = text.replace(f"= {twice}$", f"= {once}$")
    report = sg.verify(graph, wrong, source="claims.md")
    assert [v.status for v in report.verdicts][-1] == "refuted"
