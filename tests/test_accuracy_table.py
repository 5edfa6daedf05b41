"""`symgrad accuracy`: what was found, for people and for programs."""

import json

import pytest

from symgrad.cli import main

EQUATION = "J = (y^l - 1)/l + sqrt(a)"


@pytest.fixture
def told(capsys):
    def run(*arguments, equation=EQUATION, wrt="l"):
        main(["accuracy", equation, "--wrt", wrt, *arguments])
        return capsys.readouterr().out

    return run


def test_the_table_says_what_each_formula_loses_where_and_what_was_done(told):
    text = told()
    assert "J = (y^l − 1)/l + √a\n    as written   all  at " in text
    assert "\n    as emitted   " in text
    assert ", a function of its own with a series" in text
    assert all(len(number) < 12 for number in text.replace(",", " ").split() if number.isdigit())


def test_markdown_has_one_row_for_each_formula_and_no_bar_in_a_cell(told):
    lines = told("--format", "markdown").splitlines()
    rows = [line.replace("\\|", "") for line in lines if line.startswith("|")]
    assert len(rows) >= 3
    assert {row.count("|") for row in rows} == {7}


def test_json_has_numbers_and_formulas(told):
    found = json.loads(told("--format", "json"))
    assert found["schema"] == "symgrad.accuracy/1"
    (value,) = [row for row in found["formulas"] if row["name"] == "J"]
    assert value["digits_written"] == pytest.approx(16, abs=1)
    assert value["digits_emitted"] < 2
    assert set(value["written_at"]) == {"a", "l", "y"}
    assert value["series"]


@pytest.mark.parametrize("style", ["text", "markdown", "json"])
def test_where_nothing_is_lost_that_is_said(told, style):
    text = told("--format", style, equation="J = a*x", wrt="a")
    assert text.startswith("No formula loses digits") or json.loads(text)["formulas"] == []


def test_a_formula_left_as_it_is_loses_the_same_either_way(tmp_path, capsys):
    """Near a zero of its logarithm J is ill-conditioned, and nothing is rewritten."""
    file = tmp_path / "variance.sg"
    file.write_text(
        "param a = 0.1, b = 0.8\ndata e0 = 0.5, e1 = -1.2\n"
        "s = a + b*e0^2\nt = a + b*e1^2 + b*s\nJ = log(s) + e1^2/s + log(t)\n"
    )
    main(["accuracy", str(file), "--format", "json"])
    rows = json.loads(capsys.readouterr().out)["formulas"]
    kept = [row for row in rows if row["emitted_as"] is None]
    assert kept
    for row in kept:
        assert row["digits_written"] == row["digits_emitted"]
        assert row["written_at"] == row["emitted_at"]
    main(["accuracy", str(file)])
    assert capsys.readouterr().out.count("    either way  ") == len(kept)


EPIDEMIC = """
param β = 0.3, γ = 0.1
data S0 = 990, I0 = 10, N = 1000, obs = 12
newI = β*S0*I0/N
rec = γ*I0
I1 = I0 + newI - rec
r = log(I1) - log(obs)
J = r^2/2
"""


def test_what_only_mends_what_a_change_has_lost_is_taken_back_with_it(tmp_path, capsys):
    """`log(I1/obs)` overflows at absurd sizes; no derivative is written anew because of that."""
    file = tmp_path / "epidemic.sg"
    file.write_text(EPIDEMIC, encoding="utf-8")
    main(["accuracy", str(file), "--format", "json"])
    rows = json.loads(capsys.readouterr().out)["formulas"]
    assert [row["name"] for row in rows if row["emitted_as"] is not None] == []
