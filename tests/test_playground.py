"""The playground: its answers, the texts of its site, and the packages that it carries."""

import importlib.util
import io
import json
import os
import zipfile
from pathlib import Path

import pytest

from symgrad import examples
from symgrad.errors import SymgradError
from symgrad.render import playground
from symgrad.render.live import MAX_TEXT, answer

GRAPH = examples.read("branch_and_merge")


def show(text, **numbers):
    return answer({"kind": "show", "text": text, "numbers": numbers})


def values(shown):
    return {item["name"]: item["value"] for item in shown["inputs"]}


@pytest.mark.parametrize("name", ["branch_and_merge", "hinge_svm", "logistic_growth", "arrays/mlp"])
def test_an_example_is_shown_whole(name):
    shown = show(examples.read(name))
    assert shown["ok"], shown
    assert "<svg" in shown["graph"]
    assert 'data-block="gradients"' in shown["formulas"]
    json.dumps(shown)


def test_a_changed_number_goes_through_every_step():
    before, after = show(GRAPH), show(GRAPH, a="1/2", x="−3")
    assert values(before)["a"] == "1"
    assert (values(after)["a"], values(after)["x"]) == ("0.5", "-3")
    assert after["data"]["steps"][0]["given"] == "x = −3, y = 1"
    assert before["data"]["steps"][0]["numbers"] != after["data"]["steps"][0]["numbers"]


def test_a_graph_without_numbers_gets_some_and_says_so():
    shown = show("param w; data x; J = (w*x - 1)^2 + log(x)")
    assert "made up" in shown["note"]
    assert set(values(shown)) == {"w", "x"}
    assert len(shown["data"]["steps"]) == 1
    assert values(show("param w; data x; J = (w*x - 1)^2 + log(x)", w="2"))["w"] == "2"


def test_a_quick_answer_is_the_start_of_the_whole_one():
    quick, whole = answer({"kind": "show", "text": GRAPH, "quick": True}), show(GRAPH)
    assert 'data-block="paths"' in whole["formulas"]
    assert 'data-block="paths"' not in quick["formulas"]
    assert 'data-block="gradients"' in quick["formulas"]
    assert "numbers" not in quick
    assert [len(shown["data"]["steps"]) for shown in (quick, whole)] == [1, 2]
    first, same = quick["data"]["steps"][0], whole["data"]["steps"][0]
    assert (first["given"], first["tiles"]) == (same["given"], same["tiles"])
    assert first["numbers"] == same["numbers"][: len(first["numbers"])]
    assert quick["headline"] == whole["headline"]
    assert quick["inputs"] == whole["inputs"]


def test_faults_have_their_places():
    faults = show("param a\nJ = a*b + cc\n")["faults"]
    assert [(f["line"], f["column"], f["length"]) for f in faults] == [(2, 7, 1), (2, 11, 2)]


@pytest.mark.parametrize(
    "request_",
    [
        {"kind": "show", "text": ""},
        {"kind": "show", "text": "J = 1/"},
        {"kind": "show", "text": GRAPH, "numbers": {"a": "many"}},
        {"kind": "show", "text": "x" * (MAX_TEXT + 1)},
        {"kind": "emit", "text": GRAPH, "target": "cobol"},
        {"kind": "judge", "text": "J = ", "claims": "dJ/da = 1"},
    ],
)
def test_nothing_that_is_typed_raises(request_):
    found = answer(request_)
    assert not found["ok"]
    assert all(fault["message"] for fault in found["faults"])


def test_what_is_typed_is_no_markup():
    shown = show("# <script>alert(1)</script>\nparam a; J = a^2")
    judged = answer({"kind": "judge", "text": GRAPH, "claims": "dJ/da = <img src=x>"})
    assert "<script" not in "".join(str(shown[k]) for k in ("graph", "formulas", "numbers"))
    assert "<img" not in judged["verdicts"]


def test_answers_are_kept_until_they_are_asked_for():
    request = {"kind": "judge", "text": GRAPH, "claims": "dJ/dd = 2*(p-y)*p^2"}
    assert "-2" not in answer(request)["verdicts"].replace("−", "-")
    assert "-2" in answer(request | {"answers": True})["verdicts"].replace("−", "-")


def test_steps_are_explained_and_code_is_emitted():
    explained = answer({"kind": "explain", "text": GRAPH})["steps"]
    assert "chain rule" in explained
    assert explained.count('class="step') > 20
    for target in ("python", "c", "javascript", "numpy"):
        assert "gradient" in answer({"kind": "emit", "text": GRAPH, "target": target})["code"]


@pytest.mark.parametrize("name", examples.array_names())
def test_vectors_and_matrices_are_shown_worked_and_explained(name):
    text = examples.read(name)
    quick, shown = (
        answer({"kind": "show", "text": text, "quick": quick}) for quick in (True, False)
    )
    assert shown["ok"]
    assert "data-tex" in shown["formulas"]
    assert "numbers" not in quick
    assert quick["data"]["steps"][0] == shown["data"]["steps"][0]
    assert "<h3>Gradients" in shown["numbers"]
    explained = answer({"kind": "explain", "text": text})["steps"]
    assert explained.count("data-later") == explained.count('class="step')
    assert [name for name, _ in shown["targets"]] == ["numpy", "python", "javascript", "c"]


ARRAYS = """size m = 2, n = 4
param W[m,m], b[m], λ = 0.5
const x[m], S[m,m], M[n,n]
assume S spd
u = W @ x + b
J = dot(u, S @ u) + λ*sum(b) + tr(M)
"""


def test_numbers_of_arrays_are_changed_entry_by_entry():
    before = values(show(ARRAYS))
    assert list(before) == [
        "W[1,1]", "W[1,2]", "W[2,1]", "W[2,2]", "b[1]", "b[2]", "λ", "x[1]", "x[2]",
    ]  # fmt: skip  # of S something is assumed, M is large
    changed = {"W[2,1]": "-7", "b[2]": "0.25", "λ": "2"}
    assert values(show(ARRAYS, **changed)) == before | changed
    shown = show("param b[m], λ = 0.5; J = λ*sum(b)", **{"b[1]": "3", "b[2]": "4", "λ": "2"})
    assert "≈ 14" in shown["data"]["steps"][0]["numbers"]


@pytest.mark.parametrize("key", ["W[3,1]", "W[0,1]", "W[1]", "W", "S[1,1]", "nobody", "b[1,1]"])
def test_what_is_no_entry_changes_nothing(key):
    assert show(ARRAYS, **{key: "9"})["data"] == show(ARRAYS)["data"]


def test_an_entry_is_a_number():
    assert "the value of `W[1,1]`" in show(ARRAYS, **{"W[1,1]": "one"})["note"]


def test_the_page_shows_the_first_example_before_anything_is_loaded():
    texts = playground.pages()
    assert r"\frac{\partial J}{\partial a}" in texts["index.html"]
    assert {"index.html", "engine.mjs", "playground.js", "LICENSES.txt"} <= texts.keys()
    assert all(f'value="{name}"' in texts["index.html"] for name in examples.names())
    assert "http" not in texts["playground.js"] + texts["engine.mjs"]


def test_a_folder_of_somebody_else_is_not_written_to(tmp_path):
    (tmp_path / "thesis.tex").write_text("mine")
    with pytest.raises(SymgradError, match="no playground"):
        playground.build(tmp_path)


def lend_bytecode(names, folder):
    """Give extracted modules the bytecode of the installed ones: it is that of the same bytes."""
    for name in names:
        package, _, rest = name.partition("/")
        if package in playground.PACKAGES and name.endswith(".py"):
            (root,) = importlib.util.find_spec(package).submodule_search_locations
            installed = Path(root, rest)
            made = Path(importlib.util.cache_from_source(str(installed)))
            lent = Path(importlib.util.cache_from_source(str(folder / name)))
            if made.exists():
                os.utime(folder / name, (installed.stat().st_atime, installed.stat().st_mtime))
                lent.parent.mkdir(exist_ok=True)
                lent.symlink_to(made)


def test_the_packages_are_enough_without_flint_and_without_the_rest(tmp_path, run_python):
    packed = playground.packages()
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        names = archive.namelist()
        archive.extractall(tmp_path)
    lend_bytecode(names, tmp_path)
    assert not any(
        name.startswith(("flint", "symgrad/cli/", "sympy/physics/mech")) for name in names
    )
    code = f"""
import sys
sys.path[:] = [{str(tmp_path)!r}, *(p for p in sys.path if "site-packages" not in p)]
sys.modules["flint"] = sys.modules["numpy"] = None
from symgrad.render.live import answer
text = "param a = 1; data x = 2; p = sigmoid(a*x); J = (p - 1)^2"
print(answer({{"kind": "show", "text": text}})["ok"])
for claim in ("dJ/da = 2*(p - 1)*p*(1 - p)*x", "dJ/da = 2*(p - 1)*p*x"):
    print(answer({{"kind": "judge", "text": text, "claims": claim}})["exit"])
print(answer({{"kind": "emit", "text": text, "target": "c"}})["ok"], sys.modules["sympy"].__file__)
"""
    said = run_python("-S", "-c", code).stdout.split()
    assert said[:4] == ["True", "0", "1", "True"]
    assert said[4].startswith(str(tmp_path))
