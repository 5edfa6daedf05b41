"""Nothing vanishes: every formula of a text is judged, or listed with the reason why it is not."""

import random

import pytest

import symgrad as sg
from symgrad.verify.model import Skipped
from symgrad.verify.reading.claims import Reader
from symgrad.verify.reading.documents import formulas
from symgrad.verify.truth import Truth

GRAPH = sg.parse(
    "param a, b\ndata x, y\np = sigmoid(a*x + b)\nL = -(y*log(p) + (1 - y)*log(1 - p))"
)
RIGHT = r"\frac{\partial L}{\partial b} = p - y"


def report(text, source="article.md", graph=GRAPH, **options):
    return sg.verify(graph, text, source=source, **options)


def told(text, source="article.md", graph=GRAPH):
    """Return the statuses in the order of the text, skipped formulas last."""
    found = report(text, source, graph, explain=False)
    return [v.status for v in found.verdicts] + ["skipped"] * len(found.skipped)


PIECES = [
    RIGHT, r"\frac{\partial L}{\partial a} = (p+y)x", "x = 2", "w_5", r"\foo{a} = 3", "a > 0",
    r"J \to L \to p", r"\hat{y}_i = \mathrm{softmax}(W x_i)_j", r"\frac{\partial L}{\partial a} = \bar{}",  # noqa: E501
    r"\begin{cases} 1 }", "{", r"p = \sigma(ax+b) = \frac{1}{1+e^{-(ax+b)}}", r"\sum_i i", "=", "= 3",  # noqa: E501
    r"z = ax + b", r"\left( a", r"n \to \infty", "(2)", r"\text{so}", r"i = 1, \dots, n", "p ≈ 1",
    r"\begin{aligned} p &= \sigma(ax+b) \\ &= \frac{1}{1 + e^{-ax-b}} \end{aligned}", r"\mathbb{R}",
    r"\frac{\partial L}{\partial q} = 3", r"a \propto b", "a = b \\\\ c = d }", r"\implies", ";",
]  # fmt: skip
FRAMES = ["${}$", "$${}$$", "\\({}\\)", "\\[{}\\]", "\\\\({}\\\\)", "$ {} $",
          "\\begin{{equation}}{}\\end{{equation}}"]  # fmt: skip


@pytest.mark.parametrize("seed", range(40))
def test_every_formula_is_accounted_for(seed):
    rng = random.Random(seed)  # noqa: S311  (texts, not secrets)
    text = "\n\nText between.\n\n".join(
        rng.choice(FRAMES).format(rng.choice(PIECES)) for _ in range(8)
    )
    reader = Reader(GRAPH, Truth(GRAPH))
    found = list(formulas(text, "article.md"))
    for formula in found:
        items = list(reader.accounted(formula))
        assert items, formula.content.text
    assert len(found) <= len(list(Reader(GRAPH, Truth(GRAPH)).read(text, "article.md")))


@pytest.mark.parametrize("frame", FRAMES)
@pytest.mark.parametrize("piece", PIECES[:12])
def test_every_frame_holds_one_formula(frame, piece):
    if "{" in piece and piece.count("{") != piece.count("}"):
        piece = RIGHT
    (found,) = formulas(f"Say {frame.format(piece)} here.", "article.md")
    assert found.content.text.strip() == piece


def test_a_skipped_formula_has_a_place_and_a_reason():
    (item,) = report("Let\n$f(t)$ be.").skipped
    assert isinstance(item, Skipped)
    assert (item.place.line, bool(item.reason)) == (2, True)


def test_a_row_that_cannot_be_read_does_not_take_the_others_with_it():
    rows = [r"\hat{y}_i &= \mathrm{softmax}(W x_i)_j \sum_k 1", r"\foo &= {", RIGHT]
    text = r"$$\begin{aligned}" + r" \\ ".join(rows) + r"\end{aligned}$$"
    assert told(text).count("proved") == 1


def test_a_link_that_cannot_be_read_does_not_take_the_chain_with_it():
    right = r"\frac{\partial L}{\partial b} = \foo(p, y) = p - y"
    assert told(f"${right}$") == ["proved", "unreadable"]
    assert told(f"${right.replace('p - y', 'p + y')}$") == ["refuted", "unreadable"]


def test_a_left_side_that_cannot_be_read_does_not_take_the_chain_with_it():
    text = r"$$Bias (\foo B) = \frac{\partial L}{\partial b} = p - y$$"
    assert told(text)[0] == "proved"
    assert told(text.replace("p - y", "p + y"))[0] == "refuted"


@pytest.mark.parametrize(
    "between", [r"\rightarrow", r"\hspace{0.4in} \rightarrow \hspace{0.4in}", r"\quad", r"\implies",
                r"\Rightarrow", r"\text{ and }", r"\iff", r"\therefore", r"\hspace{1cm}", ", ",
                r"\text{ so that }", "⇒", r"\\", "; "]
)  # fmt: skip
def test_statements_are_told_apart(between):
    wrong = RIGHT.replace("p - y", "p + y")
    assert told(f"$${RIGHT} {between} p = \\sigma(ax+b) {between} {wrong}$$") == [
        "proved", "proved", "refuted",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "number", [r"\tag{2}", r"\quad (2)", r"\qquad (2.1a)", r"\dots (2)", r"\label{eq:a}", r"\eqno(2)",  # noqa: E501
               r"\hspace{2cm} (*)", r"\quad \text{(2)}", ""]
)  # fmt: skip
def test_numbers_of_equations_are_no_part_of_them(number):
    assert told(f"$${RIGHT} {number}$$") == ["proved"]


@pytest.mark.parametrize(
    "equals", ["=", r"\overset{(1)}{=}", r"\stackrel{\text{chain rule}}{=}", r"\underset{x}{=}", "&=",  # noqa: E501
               r"\overset{(a)}=", r"\equiv"]
)  # fmt: skip
def test_signs_of_equality(equals):
    assert told("$$" + RIGHT.replace("=", equals) + "$$") == ["proved"]
    assert told("$$" + RIGHT.replace("=", equals).replace("- y", "+ y") + "$$") == ["refuted"]


@pytest.mark.parametrize(
    ("text", "statuses"),
    [
        (r"$\frac{\partial L}{\partial b} = p - y = 0$", ["proved", "condition"]),
        (r"$\frac{\partial L}{\partial b} = p + y = 0$", ["refuted", "condition"]),
        (r"$\frac{\partial L}{\partial b} \overset{!}{=} 0$", ["condition"]),
        (r"$\frac{\partial L}{\partial b} = 0$", ["condition"]),
        (r"$p \approx 1$", ["condition"]),
        (r"$\log p \approx p - 1$", ["condition"]),
        (r"$p \to 1$", ["condition"]),
        (r"$a > 0$", ["condition"]),
        (r"$L \propto p$", ["condition"]),
        (r"$x = 2$", ["condition"]),
        (r"$z = ax + b$", ["definition"]),
        (r"$L \to p \to a$", ["skipped"]),
        (r"$i = 1, \dots, n$", ["skipped"]),
        (r"$a$", ["skipped"]),
    ],
)
def test_what_claims_nothing(text, statuses):
    assert told(text) == statuses


def test_a_wrong_zero_is_refuted_where_numbers_are_worked_out():
    text = r"At $a = 1$, $b = 0$, $x = 2$, $y = 1$: $p \approx 0.8808$, $\frac{\partial L}{\partial b} = 0$"  # noqa: E501
    assert told(text)[-1] == "refuted"


@pytest.mark.parametrize("last", ["p - y", "p + y"])
def test_names_defined_after_use(last):
    text = (
        rf"$\frac{{\partial L}}{{\partial b}} = s - y$ where $s = \sigma(ax + b)$; $s - y = {last}$"
    )
    status = "proved" if last == "p - y" else "refuted"
    assert told(text) == ["proved", "definition", status]


def test_a_where_clause_is_judged():
    text = rf"${RIGHT}, \quad \text{{where }} p = \sigma(ax-b)$"
    assert told(text) == ["proved", "refuted"]


@pytest.mark.parametrize(
    ("condition", "status"),
    [(r"\text{if } y = 1", "proved"), (r"\text{if } y = 0", "refuted"),
     (r"\quad (y = 1)", "proved"),
     (r"\text{for } y = 1", "proved"), (r"\text{if $y = 1$}", "proved"), ("", "refuted"),
     (r"\text{wenn } y = 1", "proved"), (r"\text{if } q \text{ is large}", "condition")],
)  # fmt: skip
def test_a_claim_under_a_condition(condition, status):
    assert told(rf"$L = -\log p {condition}$")[0] == status


@pytest.mark.parametrize(("second", "statuses"), [
    ("1-p", ["proved", "proved"]), ("1+p", ["proved", "refuted"]),
])  # fmt: skip
def test_cases_that_leave_values_open_are_judged_one_by_one(second, statuses):
    graph = sg.parse("data y\nparam p\nq = y*p + (1 - y)*(1 - p)\nL = -log(q)")
    text = rf"$q = \begin{{cases}} p & \text{{if }} y = 1 \\ {second} & \text{{if }} y = 0 \end{{cases}}$"  # noqa: E501
    assert told(text, graph=graph) == statuses


@pytest.mark.parametrize("between", ["", "which simplifies to", "so, with $a > 0$,", "\n\n"])
@pytest.mark.parametrize(("last", "status"), [("(p-y)x", "proved"), ("(p+y)x", "refuted")])
def test_a_chain_goes_on_in_the_next_display(between, last, status):
    first = r"$$\frac{\partial L}{\partial a} = \frac{\partial L}{\partial b}x.$$"
    found = [
        s for s in told(f"{first} {between} $$= {last}$$") if s not in ("condition", "skipped")
    ]
    assert found == [status]


def test_a_chain_does_not_go_on_over_a_heading():
    text = f"$${RIGHT}$$\n\n## Next\n\n$$= p + y$$"
    assert told(text) == ["proved", "skipped"]


@pytest.mark.parametrize(
    "said", ["With a = 1, b = 0, x = 2, y = 1", "Take a = 1, b = 0 with x = 2 and y = 1"]
)
def test_values_in_a_sentence(said):
    assert told(f"{said} we get $p \\approx 0.8808$.")[-1] == "proved"
    assert told(f"{said} we get $p \\approx 0.8810$.")[-1] == "refuted"


def test_values_of_other_things_are_not_taken():
    assert told("with k = 3, x = 1 we have $x = 2$") == ["condition"]


@pytest.mark.parametrize("mark", ["\ufeff", ""])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_marks_and_line_ends_of_other_systems(mark, end):
    text = mark + end.join(["dL/db = p - y", "dL/da = (p + y)*x", ""])
    assert [(v.line, v.status) for v in report(text, "claims.txt").verdicts] == [
        (1, "proved"), (2, "refuted"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "\\newcommand{\\x}{\\x\\x}$\\x$", "\\def\\x#1{\\x{#1}}$\\x{a}$", "$" + "{" * 5_000 + "$",
        "$" + "\\frac" * 5_000 + "$", "$$" + "a = " * 4_000 + "$$", "$" + "_{" * 3_000 + "$",
        "$$\\begin{cases}" * 500 + "$$", "with x = 1, " * 5_000, "$a = b$ $= c$ " * 1_000,
        "$" + "\\overset{a}" * 3_000 + "$", "a = " * 30_000, "| $a$ |\n|---|\n" * 2_000,
    ],
    ids=range(12),
)  # fmt: skip
def test_reading_ends(text):
    list(Reader(GRAPH, Truth(GRAPH)).read(text, "article.md"))


@pytest.mark.parametrize("label", [r"\pi^{b}", "Gamma(L)", r"Bias\,(\foo)"])
def test_a_label_on_the_left_is_no_formula(label):
    chain = rf"${label} = \frac{{\partial L}}{{\partial b}} = LAST$"
    assert told(chain.replace("LAST", "p - y"))[0] == "proved"
    assert told(chain.replace("LAST", "p + y"))[0] == "refuted"


def test_a_formula_in_front_of_its_derivative_is_judged():
    assert told(r"$(p - y)x = \frac{\partial L}{\partial a}$") == ["proved"]
    assert told(r"$(p - y)x^2 = \frac{\partial L}{\partial a}$") == ["refuted"]


def test_the_same_with_the_other_sign_of_a_delta_of_ones_own_is_not_refuted():
    text = (
        r"$\delta = \frac{\partial L}{\partial b}$, $\frac{\partial L}{\partial a} = \delta x$ "
        r"or $\frac{\partial L}{\partial a} = -\delta x$"
    )
    assert told(text) == ["definition", "proved", "unreadable"]
    assert told(text.replace(r"= \delta x", r"= \delta x^2"))[2] == "refuted"


def test_a_condition_at_the_end_of_a_chain_has_its_own_text():
    found = report(r"$\frac{\partial L}{\partial b} = p - y = 0$").verdicts
    assert [str(v.claim) for v in found][1] == r"\frac{\partial L}{\partial b} = 0"


@pytest.mark.parametrize("head", ["L(a, b)", "L(a, b^2)", r"L(a, \,b)", "L(a+b, x)"])
def test_a_node_with_its_arguments(head):
    right = r"-(y\log p + (1-y)\log(1-p))"
    assert told(f"${head} = {right}$") == ["proved"]
    assert told(f"${head} = {right}x$") == ["refuted"]


@pytest.mark.parametrize("frame", [
    r"\left\{ \begin{aligned} ROWS \end{aligned} \right.",
    r"\begin{cases} ROWS \end{cases}",
    r"\left\{ \begin{array}{l} ROWS \end{array} \right.",
    r"\begin{gathered} ROWS \end{gathered}",
])  # fmt: skip
def test_a_system_of_equations_is_several_statements(frame):
    rows = rf"{RIGHT} \\ \frac{{\partial L}}{{\partial a}} = (p+y)x"
    assert told(f"$${frame.replace('ROWS', rows)}$$") == ["proved", "refuted"]


def test_places_in_a_notebook_and_in_docstrings_are_those_of_the_file():
    wrong = r"$\\frac{\\partial L}{\\partial a} = (p+y)x$"
    book = (
        '{"cells": [\n {"cell_type": "code", "source": ["1"]},\n'
        ' {"cell_type": "markdown", "source": [\n  "So\\n",\n  "we get ' + wrong + '"]}],\n'
        ' "nbformat": 4}'
    )
    (verdict,) = report(book, "a.ipynb").verdicts
    assert (verdict.line, verdict.claim.place.within) == (5, "cell 2, line 2")
    module = 'def f():\n    r"""So.\n\n    dL/db = p - y\n    """\n'
    (verdict,) = report(module, "a.py").verdicts
    assert (verdict.line, verdict.claim.place.column) == (4, 5)
    assert verdict.claim.place.within == "docstring of `f`, line 3"


@pytest.mark.parametrize("point", [".", "{,}"])
def test_numbers_put_in_are_judged_by_their_printed_digits(point):
    text = (
        r"With $a = 1$, $b = 0$, $x = 2$, $y = 0$: $p \approx 0.881$, "
        r"$\frac{\partial L}{\partial a} \approx 0.881 \times 2 = 1.762$"
    )
    assert "refuted" not in told(text.replace(".", point))


def test_what_follows_from_a_condition_is_no_claim():
    text = r"$\frac{\partial L}{\partial b} \overset{!}{=} 0 \Rightarrow p = y$"
    assert told(text) == ["condition", "condition"]
    assert told("$p = y$") == ["refuted"]


@pytest.mark.parametrize("text", [r"$p \approx 1$", r"$\frac{\partial L}{\partial b} \approx 0$"])
def test_near_a_limit_is_a_condition(text):
    assert told(f"With $a = 1$, $b = 1$, $x = 1$, $y = 1$: {text}")[-1] == "condition"


@pytest.mark.parametrize(("claim", "status"), [
    (r"L = -\log p", "proved"), (r"L = -2\log p", "refuted"),
    (r"\frac{\partial L}{\partial b} = p - 1", "proved"),
])  # fmt: skip
def test_what_a_line_supposes_holds_to_its_end(claim, status):
    assert told(f"If $y = 1$, then ${claim}$.") == ["condition", status]
    assert told(f"If $y = 1$, it is short.\n\n${claim}$.") == ["condition", "refuted"]
