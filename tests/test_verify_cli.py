"""`symgrad verify` on the command line, and what it writes for machines."""

import json
import sys

import pytest

import symgrad as sg
from symgrad.render.verdicts import reports_github, reports_sarif, reports_text
from symgrad.verify.hints import without_answers
from symgrad.verify.report import Report

SEED = sg.load("example:branch_and_merge")
RIGHT = "dJ/dd = delta\n"
WRONG = "dJ/da = delta*2*c*u*x + lam*a\n"
MODEL = "param a\ndata x\nJ = (a*x)^2\n"


@pytest.fixture
def verify(run_module, tmp_path):
    def run(*arguments, status=0, stdin="", **files):
        for name, text in files.items():
            (tmp_path / name.replace("__", ".")).write_text(text, encoding="utf-8")
        return run_module(
            "-m", "symgrad", "verify", *arguments, status=status, stdin=stdin, cwd=tmp_path
        )

    return run


def test_right_claims_leave_with_status_0(verify):
    done = verify("example:branch_and_merge", "c.txt", c__txt=RIGHT)
    assert done.stdout == "✓ c.txt:1  dJ/dd = delta\n    proved\n\n1 claim: 1 proved\n"
    assert done.stderr == ""


def test_a_wrong_claim_leaves_with_status_1_and_is_explained(verify):
    out = verify("example:branch_and_merge", "c.txt", status=1, c__txt=RIGHT + WRONG).stdout
    assert "✗ c.txt:2" in out
    assert "missing_branch: " in out
    assert "J → L → p → v → u → a" in out
    assert "correction: " in out
    assert out.endswith("2 claims: 1 proved, 1 refuted\n")


def test_an_unreadable_claim_leaves_with_status_2_and_a_caret(verify):
    out = verify("example:branch_and_merge", "c.txt", status=2, c__txt="dJ/dz = 1\n").stdout
    assert "unreadable: the graph has no node `z`" in out
    assert "--> c.txt:1:5\n" in out
    assert "|     ^\n" in out


def test_a_wrong_claim_outweighs_an_unreadable_one(verify):
    verify("example:branch_and_merge", "c.txt", status=1, c__txt="dJ/dz = 1\n" + WRONG)


def test_a_text_without_claims_is_status_2(verify):
    done = verify("example:branch_and_merge", "c.md", status=2, c__md="Only prose.\n")
    assert "c.md: no claim was found" in done.stdout


def test_several_files_are_judged_each_on_its_own(verify):
    out = verify(
        "example:branch_and_merge", "a.txt", "b.md", status=1, a__txt="q = 2cu + 1\n",
        b__md="$\\frac{\\partial J}{\\partial b} = q$ and $u = a + b$",
    ).stdout  # fmt: skip
    assert "· a.txt:1  q = 2cu + 1  (defines q)" in out
    assert "a.txt: no claim was found" in out
    assert out.rstrip().endswith("2 claims: 1 refuted, 1 unreadable; 1 definition")
    assert "? b.md:1" in out
    assert "✗ b.md:1" in out


MIXED = "$q = 2cu + 1$ and $x = 2$ with $k \\in N$: $\\frac{\\partial J}{\\partial d} = \\delta$\n"


def test_what_is_not_about_the_graph_is_counted_and_listed_on_request(verify):
    out = verify("example:branch_and_merge", "a.md", a__md=MIXED).stdout
    assert "1 claim: 1 proved; 1 definition, 1 condition, 1 formula not about the graph" in out
    assert "not judged" not in out
    out = verify("example:branch_and_merge", "a.md", "--verbose", a__md=MIXED).stdout
    assert "- a.md:1  k \\in N  (not judged: `∈` makes no claim of an equality)" in out


def test_machines_are_told_of_definitions_conditions_and_what_was_skipped(verify):
    found = {}
    for style in ("json", "sarif", "github"):
        args = ("example:branch_and_merge", "a.md", "--format", style)
        found[style] = verify(*args, a__md=MIXED).stdout
    data = json.loads(found["json"])
    assert [item["status"] for item in data["verdicts"]] == ["definition", "condition", "proved"]
    (skipped,) = data["skipped"]
    assert (skipped["line"], skipped["column"], skipped["claim"]) == (1, 33, "k \\in N")
    assert "no claim" in skipped["reason"]
    results = json.loads(found["sarif"])["runs"][0]["results"]
    assert [(item["ruleId"], item["kind"]) for item in results] == [
        ("definition", "informational"), ("condition", "informational"), ("proved", "pass"),
        ("skipped", "notApplicable"),
    ]  # fmt: skip
    assert "::" not in found["github"]


def test_claims_come_from_standard_input(verify):
    assert "<stdin>:1" in verify("example:branch_and_merge", "-", stdin=RIGHT).stdout


def test_check_lines_are_judged_without_a_claims_file(verify):
    model = MODEL + "check dJ/da = 2*a*x^2\ncheck dJ/da = a*x^2\n"
    out = verify("m.sg", status=1, m__sg=model).stdout
    assert "✓ m.sg:4  dJ/da = 2*a*x^2" in out
    assert "✗ m.sg:5  dJ/da = a*x^2" in out


def test_a_graph_without_check_lines_needs_claims(verify):
    done = verify("m.sg", status=2, m__sg=MODEL)
    assert done.stdout == ""
    assert "there is nothing to verify" in done.stderr


def test_checks_of_several_graphs_are_judged(verify):
    model = MODEL + "check dJ/da = 2*a*x^2\n"
    out = verify("--checks", "m.sg", "n.sg", m__sg=model, n__sg=MODEL).stdout
    assert out.endswith("1 claim: 1 proved\n")


def test_no_answer_names_the_place_and_not_the_solution(verify):
    text = WRONG + "at step 2\nJ ≈ 0.0936\n"
    out = verify("example:branch_and_merge", "c.txt", "--no-answer", status=1, c__txt=text).stdout
    assert "Look at the path J → L → p → v → u → a." in out
    assert "cut off, not rounded" in out
    assert "correction" not in out
    assert "0.0937" not in out
    assert "2*c*u + 1" not in out


def test_steps_lead_from_their_form_to_ours(verify):
    text = "dJ/db = 2*(p-y)*(-1)*p^2*(2*c*u+1)\n"
    out = verify("example:branch_and_merge", "c.txt", "--show-steps", c__txt=text).stdout
    assert "(yours)" in out
    assert "(multiplied out)" in out
    assert "(collected, as derived here)" in out


def test_json_holds_every_verdict(verify):
    out = verify(
        "example:branch_and_merge", "c.txt", "--format", "json", status=1, c__txt=RIGHT + WRONG
    ).stdout
    data = json.loads(out)
    assert data["ok"] is False
    assert data["counts"] == {"proved": 1, "refuted": 1}
    wrong = data["verdicts"][1]
    assert (wrong["source"], wrong["line"], wrong["status"]) == ("c.txt", 2, "refuted")
    assert wrong["diagnosis"]["kind"] == "missing_branch"
    assert wrong["diagnosis"]["correction"]
    assert set(wrong["decision"]["witness"]) >= {"a", "x"}


def test_sarif_has_the_required_shape():
    report = sg.verify(SEED, RIGHT + WRONG + "dJ/dz = 1\n", source="dir/my claims.txt")
    data = json.loads(reports_sarif([report]))
    assert data["version"] == "2.1.0"
    (run,) = data["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert rules == ["missing_branch", "unreadable", "proved"]
    assert [result["level"] for result in run["results"]] == ["none", "error", "error"]
    assert [result["kind"] for result in run["results"]] == ["pass", "fail", "fail"]
    for result in run["results"]:
        assert result["ruleId"] in rules
        place = result["locations"][0]["physicalLocation"]
        assert place["artifactLocation"]["uri"] == "dir/my%20claims.txt"
        assert place["region"]["startLine"] >= 1
        assert place["region"]["endColumn"] > place["region"]["startColumn"] >= 1


def test_github_annotations_are_escaped():
    report = sg.verify(SEED, "dJ/da = 100 % 7\n" + WRONG, source="a,b.txt")
    lines = reports_github([report]).splitlines()
    assert lines[0].startswith("::error file=a%2Cb.txt,line=1,col=")
    assert "100 %25 7" in lines[0]
    title = "title=refuted%3A missing branch"
    assert lines[1].startswith(f"::error file=a%2Cb.txt,line=2,col=9,{title}::")
    assert lines[-1] == "2 claims: 1 refuted, 1 unreadable"


def test_control_characters_of_a_claim_are_not_printed():
    report = sg.verify(SEED, "dJ/da = \x1b[31mred\n")
    assert "\x1b" not in reports_text([report])
    assert "\x1b" not in reports_github([report])


def test_code_is_not_run_without_leave(verify):
    done = verify(
        "example:branch_and_merge", "--code", "g.py:grad", status=2,
        g__py="raise SystemExit(9)\n",
    )  # fmt: skip
    assert "give --run-code as well" in done.stderr


def test_hand_written_code_is_compared(verify):
    code = (
        "def grad(a, b, c, d, x, y, lam=0.1):\n"
        "    u = a*x + b; h = u*u; v = c*h + u + d; p = 1/(1 + v)\n"
        "    e = -2*(p - y)*p*p\n"
        "    return [e*(2*c*u)*x + lam*a, e*(2*c*u + 1), e*h + lam*c, e]\n"
    )
    run = ("example:branch_and_merge", "--code", "g.py:grad", "--run-code")
    done = verify(*run, status=1, g__py=code)
    assert "component `a`: the path J → L → p → v → u → a is left out" in done.stdout
    assert "component `b`" not in done.stdout
    assert "running the code of `g.py:grad`" in done.stderr
    verify(*run, g__py=code.replace("(2*c*u)", "(2*c*u + 1)"))


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("def other(): pass\n", "has no function `grad`"),
        ("1/0\n", "fails: ZeroDivisionError"),
        ("def grad(q): return [1]\n", "the graph has no input `q`"),
        ("def grad(a, x): return 'no'\n", "the function returns no gradient: str"),
        ("def grad(a, x): return [1, 2]\n", "returns 2 numbers for 4 parameters"),
        ("def grad(a, x): raise ValueError('oh')\n", "the function fails: ValueError: oh"),
    ],
)
def test_code_that_is_no_gradient_is_refused(verify, code, message):
    run = ("example:branch_and_merge", "--code", "g.py:grad", "--run-code")
    done = verify(*run, status=2, g__py=code)
    assert message in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [("nothing.sg",), ("example:branch_and_merge", "nothing.txt"), ("-", "-"),
     ("example:branch_and_merge", "--timeout", "0")],
)  # fmt: skip
def test_usage_errors_are_status_2_without_a_traceback(verify, arguments):
    done = verify(*arguments, status=2)
    assert done.stdout == ""
    assert "Traceback" not in done.stderr


def test_a_report_counts_and_shows_itself():
    report = sg.verify(SEED, RIGHT + WRONG)
    assert report.counts == {"proved": 1, "refuted": 1}
    assert report.exit_code == 1
    assert "| ✗ | 2 |" in report._repr_mimebundle_()["text/markdown"]
    assert "✗ 2: dJ/da" in str(report)
    assert Report(()).exit_code == 2


def test_hints_keep_what_is_not_refuted():
    report = sg.verify(SEED, RIGHT)
    assert without_answers(report) == report


def test_progress_is_reported_for_every_claim():
    seen = []
    sg.verify(SEED, RIGHT + WRONG, progress=lambda count, verdict: seen.append((count, verdict.ok)))
    assert seen == [(1, True), (2, False)]


def test_the_worker_needs_no_main_guard(run_python, tmp_path):
    script = tmp_path / "script.py"
    script.write_text(
        "import threading\n"
        "threading.Thread(target=threading.Event().wait, daemon=True).start()  # so it is no fork\n"
        "import symgrad as sg\n"
        "g = sg.load('example:branch_and_merge')\n"
        "r = sg.verify(g, 'dJ/da = ' + 'a+'*450 + 'a', timeout=20)\n"
        "print(r.verdicts[0].status)\n",
        encoding="utf-8",
    )
    assert run_python(str(script)).stdout == "refuted\n"
    assert sys.executable
