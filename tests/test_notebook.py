"""What notebooks show: typeset values, and the tutorial, run and compared."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

import symgrad as sg
from symgrad import examples
from symgrad.render.notebook import MAX_STEPS, bundle, report_markdown
from symgrad.sources.text import parse
from symgrad.verify.report import Report

ROOT = Path(__file__).resolve().parent.parent
TUTORIAL = ROOT / "docs" / "tutorial.ipynb"
GRAPH = parse(examples.read("branch_and_merge"))


def shown(value, **options):
    return value._repr_mimebundle_(**options)


def test_graph_is_shown_as_its_drawing():
    found = shown(GRAPH)
    assert found["image/svg+xml"] == sg.draw(GRAPH)
    assert "  v = ch + u + d\n" in found["text/plain"]


def test_derivation_is_shown_as_formulas():
    found = shown(sg.derive(GRAPH))
    gradient = r"\frac{\partial J}{\partial a} &= \delta(2cu + 1)x + \lambda a \\"
    assert gradient in found["text/markdown"]
    assert gradient in found["text/latex"]
    assert found["text/latex"].startswith("$$\\begin{aligned}\n\\delta &= ")
    assert found["text/latex"].endswith("\\end{aligned}$$")
    assert "```" not in found["text/markdown"]
    assert found["text/markdown"].count("$$") % 2 == 0


def test_sentences_with_formulas_are_shown():
    graph = parse("param a; data x\nassume x > 0\nJ = max(a*x, 0)")
    text = shown(sg.derive(graph))["text/markdown"]
    assert "- assumed: $x > 0$" in text
    assert "- convention: where arguments of max are equal the first one counts" in text


def test_trace_is_shown_in_steps():
    found = shown(sg.trace(GRAPH))
    assert "## Step 1: $x = 2,\\; y = 1$" in found["text/markdown"]
    assert "R & = \\frac{\\lambda}{2}" in found["text/markdown"]
    assert "`" not in found["text/markdown"]
    assert "\nStep 1: x = 2, y = 1\n" in found["text/plain"]


def test_long_trace_is_cut():
    found = shown(sg.trace(GRAPH, steps=MAX_STEPS + 5))
    assert f"## Step {MAX_STEPS}:" in found["text/markdown"]
    assert f"## Step {MAX_STEPS + 1}:" not in found["text/markdown"]
    assert found["text/plain"].endswith("\nand 5 more steps\n")


def test_verdicts_are_shown_as_a_table():
    report = sg.verify(GRAPH, "dJ/db = delta*(2*c*u + 1)\ndv/du = 2*c*u\n")
    rows = shown(report)["text/markdown"].split("\n")
    assert rows[2] == "| ✓ | 1 | `dJ/db = delta*(2*c*u + 1)` | proved: proved |"
    assert rows[3].startswith("| ✗ | 2 | `dv/du = 2*c*u` | refuted: ")
    assert rows[3].endswith(" Right: `2*c*u + 1` |")


def test_backticks_and_bars_in_a_claim_stay_in_their_cell():
    report = sg.verify(GRAPH, "dJ/da = `x` | b\n")
    [row] = report_markdown(report).split("\n")[2:]
    assert "`` dJ/da = `x` \\| b ``" in row


def test_notebook_may_ask_for_some_kinds_only():
    assert shown(GRAPH, include={"text/plain"}).keys() == {"text/plain"}
    assert shown(GRAPH, exclude={"text/plain"}).keys() == {"image/svg+xml"}


def test_large_graph_is_shown_in_part():
    text = "param a = 1\nh0 = a\n" + "\n".join(f"h{i + 1} = h{i}^2" for i in range(300))
    assert "h200" not in shown(parse(text))["text/plain"]


def test_other_values_are_not_written():
    with pytest.raises(TypeError):
        bundle(1)
    assert bundle(replace(Report(()), source="x"))["text/plain"] == ""


def test_values_load_the_writer_only_when_they_are_shown(run_python):
    code = (
        "import sys, symgrad as sg\n"
        "graph = sg.parse('param a = 1; J = a^2')\n"
        "assert 'symgrad.render.notebook' not in sys.modules\n"
        "graph._repr_mimebundle_()\n"
        "assert 'symgrad.render.notebook' in sys.modules"
    )
    run_python("-c", code)


def test_tutorial_gives_what_is_written_in_it(run_python):
    pytest.importorskip("sklearn")
    run_python(str(ROOT / "tests" / "notebook_runner.py"), str(TUTORIAL), "--check", cwd=ROOT)


def test_tutorial_shows_each_thing_once():
    notebook = json.loads(TUTORIAL.read_text(encoding="utf-8"))
    kinds = [
        kind
        for cell in notebook["cells"]
        for output in cell.get("outputs", ())
        for kind in output.get("data", ())
    ]
    assert kinds.count("image/svg+xml") == 1
    assert kinds.count("text/latex") == 1
    assert not [
        output
        for cell in notebook["cells"]
        for output in cell.get("outputs", ())
        if output["output_type"] == "error"
    ]
