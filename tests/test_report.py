"""Report pages: one sound file, the numbers of the trace, nothing of the graph as markup."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

import symgrad as sg
from symgrad import examples
from symgrad.errors import SymgradError
from symgrad.render import html_content
from symgrad.render.html import MARKER, as_json, ticked
from symgrad.render.html_assets import FOLDER
from symgrad.render.html_curve import curve
from symgrad.sources.text import parse
from tests.report_pages import Page

BRANCH = examples.read("branch_and_merge")
HOSTILE = """\
# </title></style></script><script>alert(1)</script><img src=x onerror=alert(2)> "' & {{ 7*7 }}
param a = 1  # </code></pre><script>alert(3)</script> ]]> <!-- <svg onload=alert(4)>
data x  # "><b onmouseover="alert(5)">
J = (a*x)^2  # &lt;script&gt; {% raw %}
assume a > 0
step x = 2
"""


def made(text, **options):
    return sg.report(parse(text), **options)


@pytest.fixture(scope="module")
def branch():
    return sg.report(sg.load("example:branch_and_merge"))


@pytest.fixture(scope="module")
def page(branch):
    return Page(branch)


@pytest.fixture(scope="module")
def hostile():
    return made(HOSTILE)


def data_of(page):
    return json.loads(page.text(id="data"))


# -- one sound file --------------------------------------------------------------------------------


def test_ids_are_unique_and_what_refers_to_one_finds_it(page):
    ids = [found["id"] for _, found in page.elements if "id" in found]
    assert len(ids) == len(set(ids))
    for _, found in page.elements:
        for name in ("for", "aria-labelledby", "aria-controls", "data-from"):
            assert set(found.get(name, "").split()) <= set(ids), found
        if found.get("href", "").startswith("#"):
            assert found["href"][1:] in ids


def test_nothing_is_loaded_from_anywhere(branch, page):
    for tag, found in page.elements:
        assert tag not in {"link", "iframe", "object", "embed", "base"}
        assert "src" not in found
        assert found.get("href", "#").startswith("#")
    loaded = re.findall(r"url\(([^)]*)\)", branch.partition("<body>")[0])
    assert loaded
    assert all(url.startswith("data:font/woff2;base64,") for url in loaded)
    assert "@import" not in branch


def test_scripts_are_those_of_the_policy(page):
    [(policy, _)] = page.all("meta", http_equiv="Content-Security-Policy")
    assert "default-src 'none'" in policy["content"]
    scripts = policy["content"].partition("script-src ")[2].partition(";")[0]
    assert "unsafe" not in scripts
    assert len(scripts.split()) == 2
    assert len(page.all("script")) == 3  # KaTeX, ours, and the data, which is no script
    assert not [name for _, found in page.elements for name in found if name.startswith("on")]


def test_page_is_small(branch):
    assert len(branch.encode()) < 1_500_000


def test_licence_of_katex_is_on_the_page(page):
    assert page.text(class_="licence").startswith("The MIT License (MIT)\n\nCopyright (c) 2013")


# -- what it says ----------------------------------------------------------------------------------


def test_verdict_counts_and_says_what_was_checked(page):
    assert page.text(class_="badge") == "✓ checked"
    assert page.text(class_="counts") == "minimize J: 4 parameters, 8 paths"
    findings = [text.strip() for _, text in page.all("li", class_="ok")]
    assert findings[:2] == [
        "✓ The paths to each parameter sum to its gradient: proved",
        "✓ 4 gradients against numerical derivatives of the equations: equal to 50 digits",
    ]
    assert re.fullmatch(r"✓ Emitted Python code: largest error .* at 32 random points, .*",
                        findings[2])  # fmt: skip


def test_formulas_are_those_of_derive(page):
    shown = [text for _, text in page.all("span", class_="m")]
    for formula in ("u = ax + b", "δ = ∂L/∂v = 2(p − y)·(−1)/(1 + v)² = −2(p − y)·p²",
                    "∂J/∂a = δ·(2cu + 1)·x + λa", "∂J/∂d = δ"):  # fmt: skip
        assert formula in shown
    paths = [found for found, _ in page.all("li", data_kind="path")]
    assert len(paths) == 8
    assert paths[2]["data-edges"] == "R,J a,R"
    assert paths[2]["data-nodes"] == "J R a"


def test_numbers_are_those_of_the_trace_at_every_step(page):
    trace = sg.trace(parse(BRANCH))
    data = data_of(page)
    rows = {
        text.split("\n")[0]: int(found["data-number"])
        for (found, _), text in zip(
            page.all("span", class_="num"),
            [t.strip() for f, t in page.all("li") if "data-kind" in f], strict=True,
        )
    }  # fmt: skip
    for step, shown in zip(trace.steps, data["steps"], strict=True):
        for name, value in step.gradients.items():
            row = next(i for text, i in rows.items() if f"Light up ∂J/∂{name} =" in text)
            digits = shown["numbers"][row].removeprefix("≈ ").replace("−", "-")
            assert float(digits) == pytest.approx(value, rel=5e-6)
        tiles = dict(zip(data["tiles"], shown["tiles"], strict=True))
        for name, (value, adjoint) in tiles.items():
            assert float(value.replace("−", "-")) == pytest.approx(step.values[name], rel=5e-4)
            if adjoint:
                wanted = pytest.approx(step.adjoints[name], rel=5e-4)
                assert float(adjoint.replace("−", "-")) == wanted


def test_contributions_of_the_paths_add_up_to_the_gradient(page):
    numbers = data_of(page)["steps"][0]["numbers"]
    paths = page.all("li", data_kind="path")[:3]
    outputs = page.all("span", class_="num")
    rows = [f for f, _ in page.all("li") if "data-kind" in f]
    places = [int(outputs[rows.index(found)][0]["data-number"]) for found, _ in paths]
    parts = [float(numbers[i].lstrip("≈= ").replace("−", "-")) for i in places]
    assert sum(parts) == pytest.approx(0.449854, abs=2e-6)


def test_check_table_holds_fifty_digits_and_what_the_code_gives(page):
    # 409/490 and 12/343 are the exact values of the published example
    table = data_of(page)["steps"][0]["checks"]
    assert table[0][0] == "0.83469387755102040816326530612244897959183673469388"
    assert table[4][0] == "0.034985422740524781341107871720116618075801749271137"
    assert float(table[4][1]) == pytest.approx(12 / 343, rel=1e-15)
    assert all(float(error) < 1e-15 for _, _, error in table)
    cells = [text for _, text in page.all("td", class_="cell")]
    assert cells[:3] == table[0]


def test_cells_of_the_check_table_say_their_column_on_a_phone_too(page):
    heads = [text for _, text in page.all("th", role="columnheader")]
    assert heads[2:] == ["50-digit value", "Emitted code", "Relative error"]
    labels = [found["data-label"] for found, _ in page.all("td", class_="cell")]
    assert labels[:3] == heads[2:]
    # a grid on a phone: roles keep it a table for those who listen
    assert len(page.all("tr", role="row")) == 1 + len(page.all("th", role="rowheader"))


def test_source_and_command_are_there(page):
    assert page.text(id="source-text") == BRANCH
    command = "symgrad report example:branch_and_merge -o report.html"
    assert page.text(id="command") == command


def test_there_is_a_tab_for_every_target(page):
    from symgrad.targets import target_names  # noqa: PLC0415  (all targets are loaded by it)

    tabs = [found["id"].removeprefix("tab-") for found, _ in page.all(role="tab")]
    assert tabs[0] == "python"
    assert sorted(tabs) == sorted(target_names())
    assert "def value_and_gradient" in page.text(id="code-python-1")


def test_run_that_leaves_the_domain_shows_the_steps_before():
    page = Page(made("param a = 1; data x; J = log(a)*x; step x = 1; step x = 1", rate=3))
    assert len(data_of(page)["steps"]) == 1
    assert "The trace ends after step 1" in page.text(class_="card note")


def test_graph_without_numbers_is_checked_at_a_point_made_up():
    page = Page(made("param a; data x; J = (a*x)^2"))
    assert data_of(page)["steps"] == []
    assert not page.all(id="slider")
    assert page.text(class_="badge") == "✓ checked"
    note = page.text(class_="card note")
    assert note.startswith("No steps are shown: no value for parameter a and data x; ")
    assert "--set a=1" in note


def test_kink_is_said_and_not_counted_as_a_fault():
    page = Page(made("param a = 0; J = abs(a)"))
    assert page.text(class_="badge") == "≈ checked in part"
    assert "kink" in page.text(class_="findings")


@pytest.mark.parametrize("power", [2, 4])
def test_minimum_is_no_kink(power):
    page = Page(made(f"param a = 1, b = 2; data x; J = (a*x - b)^{power}; step x = 2"))
    assert page.text(class_="badge") == "✓ checked"
    assert "2 gradients against numerical derivatives" in page.text(class_="findings")


def test_kink_of_one_parameter_leaves_the_others_checked():
    page = Page(made("param a = 0, b = 1; J = abs(a) + b^2"))
    assert "1 gradient against numerical derivatives" in page.text(class_="findings")
    assert "1 at a kink left out" in page.text(class_="findings")


def test_graph_of_many_edges_is_emitted_for_the_first_target_only(monkeypatch):
    monkeypatch.setattr(html_content, "MAX_EDGES", 5)
    page = Page(made(BRANCH))
    assert "def value_and_gradient" in page.text(id="code-python-1")
    assert "symgrad generate --target numpy" in page.text(id="panel-numpy")


def test_stopped_gradient_is_no_fault():
    page = Page(made("param a = 2; J = a*stop_gradient(a)"))
    assert page.text(class_="badge") == "≈ checked in part"


def test_claims_of_the_author_are_judged():
    page = Page(made("param a = 1; data x; J = (a*x)^2; step x = 2\ncheck dJ/da = 2*a*x"))
    assert page.text(class_="badge") == "✗ a check failed"
    assert "dJ/da = 2*a*x" in page.text(class_="claims")


def test_large_graph_is_folded_and_cut():
    lines = ["param " + ", ".join(f"w{i} = 1" for i in range(210)), "data x", "h0 = x"]
    lines += [f"h{i + 1} = sin(h{i}*w{i})" for i in range(210)]
    text = made("\n".join([*lines, "J = h210^2", "step x = 1"]))
    page = Page(text)
    assert "more" in page.text(id="equations")
    assert len(page.all("li", data_kind="equation")) == 200
    assert len(text) < 3_000_000


def test_maximized_objective_is_said():
    assert "maximize J" in Page(made("param a = 1; J = a - a^2; maximize J")).text(class_="counts")


# -- nothing of a graph is markup ------------------------------------------------------------------


def test_hostile_text_stays_text(hostile):
    page = Page(hostile)
    assert len(page.all("script")) == 3
    assert not page.all("img")
    assert len(page.all("b")) == 1  # ours, in the head of the slider
    assert not [name for _, found in page.elements for name in found if name.startswith("on")]
    title = HOSTILE.splitlines()[0].removeprefix("# ")
    assert [text for _, text in page.all("h1")] == [title]
    assert "alert(3)" in page.text(id="source-text")


def test_characters_that_cannot_be_seen_are_made_visible():
    graph = replace(parse("param a = 1; J = a^2"), title="turn \u202e round\x00", source="a\u2066b")
    text = sg.report(graph)
    assert not {"\u202e", "\u2066", "\x00"} & set(text)
    assert [text for _, text in Page(text).all("h1")] == ["turn \\u202e round\\u0000"]


def test_hostile_python_file_stays_text(run_module, tmp_path):
    name = "a'b\"<img onerror>$&amp;.py"
    source = (
        "def J(a=1, *, script):\n"
        '    """</script><img src=x onerror=alert(2)> ${x} \\\\href{javascript:1}{y}"""\n'
        "    return (a*script)**2  # </code><script>alert(3)</script>\n"
    )
    (tmp_path / name).write_text(source, encoding="utf-8")
    run_module("-m", "symgrad", "report", f"{name}:J", "-o", "r.html", cwd=tmp_path)
    page = Page((tmp_path / "r.html").read_text(encoding="utf-8"))
    assert len(page.all("script")) == 3
    assert not page.all("img")
    assert not [key for _, found in page.elements for key in found if key.startswith("on")]
    assert [found for found, _ in page.all("a") if found["href"][0] != "#"] == []
    assert "alert(3)" in page.text(id="source-text")
    assert name in page.text(id="command").replace("'\"'\"'", "'")


def test_claims_with_markup_stay_text():
    page = Page(made("param a = 1; J = a^2\ncheck dJ/da = <img src=x onerror=alert(1)>"))
    assert not page.all("img")
    assert "<img src=x onerror=alert(1)>" in page.text(class_="claims")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a `b<i>` c", "a <code>b&lt;i&gt;</code> c"),
        ("an odd ` <tick>", "an odd ` &lt;tick&gt;"),
        ("plain & <simple>", "plain &amp; &lt;simple&gt;"),
    ],
)
def test_backticks_are_code_and_nothing_else_is(text, shown):
    assert str(ticked(text)) == shown


def test_json_holds_no_markup():
    text = as_json({"a": "</script><!-- & \u2028"})
    assert not set("<>&\u2028") & set(text)
    assert json.loads(text) == {"a": "</script><!-- & \u2028"}


# -- colours ---------------------------------------------------------------------------------------


def colours(style):
    """Return the colours of the page by name, light and dark."""
    light, dark = re.findall(r":root \{(.*?)\}", style, re.DOTALL)[:2]
    found = [dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", part)) for part in (light, dark)]
    return [found[0], {**found[0], **found[1]}]


def luminance(colour):
    """Return the relative luminance of WCAG 2."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a, b):
    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", [0, 1])
def test_every_text_has_the_contrast_of_wcag_aa(theme):
    shown = colours((FOLDER / "report.css").read_text(encoding="utf-8"))[theme]
    pairs = [(text, ground) for text in ("ink", "soft") for ground in ("page", "card", "fill")]
    pairs += [(text, text + "-fill") for text in ("good", "open", "bad", "lit")]
    pairs += [(text, ground) for text in ("good", "open", "bad") for ground in ("page", "card")]
    pairs += [("accent", "page"), ("card", "accent"), ("ink", "lit-fill"), ("soft", "lit-fill")]
    assert len(pairs) == 20
    for text, ground in pairs:
        assert contrast(shown[text], shown[ground]) >= 4.5, (text, ground)


# -- writing ---------------------------------------------------------------------------------------


def test_file_is_written_and_written_again(tmp_path):
    path = tmp_path / "report.html"
    graph = parse("param a = 1; J = a^2")
    text = sg.report(graph, path)
    assert path.read_text(encoding="utf-8") == text
    assert MARKER in text
    sg.report(graph, path)
    assert [entry.name for entry in tmp_path.iterdir()] == ["report.html"]


def test_foreign_file_is_left_alone(tmp_path):
    path = tmp_path / "report.html"
    path.write_text("mine", encoding="utf-8")
    with pytest.raises(SymgradError, match="exists and was not written by symgrad"):
        sg.report(parse("param a = 1; J = a^2"), path)
    assert path.read_text(encoding="utf-8") == "mine"
    sg.report(parse("param a = 1; J = a^2"), path, force=True)


def test_command_writes_the_page_and_its_own_call(run_module, tmp_path):
    model = tmp_path / "my model.sg"
    model.write_text(BRANCH, encoding="utf-8")
    arguments = ("-m", "symgrad", "report", model.name, "-n", "3", "-o")
    run_module(*arguments, "one.html", cwd=tmp_path)
    run_module(*arguments, "two.html", cwd=tmp_path)
    text = (tmp_path / "one.html").read_text(encoding="utf-8")
    assert text == (tmp_path / "two.html").read_text(encoding="utf-8")
    page = Page(text)
    assert page.text(id="command") == "symgrad report 'my model.sg' -n 3 -o report.html"
    assert len(data_of(page)["steps"]) == 3
    assert str(tmp_path) not in text
    Path(tmp_path / "one.html").write_text("mine", encoding="utf-8")
    done = run_module(*arguments, "one.html", cwd=tmp_path, status=2)
    assert "give --force" in done.stderr


# -- the curve -------------------------------------------------------------------------------------


def test_curve_goes_through_its_values():
    shown = curve([1.0, 3.0, 2.0], 3, 3)
    assert not shown.logarithmic
    assert [tick.text for tick in shown.columns] == ["1", "2", "3"]
    assert shown.asked == "M" + "L".join(f"{x} {y}" for x, y in shown.marks)
    heights = [float(y) for _, y in shown.marks]
    assert heights[1] < heights[2] < heights[0]


def test_curve_over_orders_of_magnitude_is_logarithmic():
    shown = curve([10.0**-i for i in range(9)], 9, 9)
    assert shown.logarithmic
    assert "0.0001" in [tick.text for tick in shown.rows]
    gaps = {
        round(float(b[1]) - float(a[1]), 0)
        for a, b in zip(shown.marks, shown.marks[1:], strict=False)
    }
    assert max(gaps) - min(gaps) <= 1


def test_long_curve_keeps_its_extremes():
    values = [1.0] * 5_000
    values[1_234] = 7.0
    shown = curve(values, 5_000, 1)
    heights = [float(y) for y in re.findall(r" ([\d.]+)", shown.asked)]
    assert len(heights) <= 600
    assert min(heights) < max(heights)


@pytest.mark.parametrize("values", [[2.0], [0.0, 0.0], [-1.0, -1e-9], [1e300, -1e300]])
def test_odd_curves_are_drawn(values):
    shown = curve(values, len(values), 1)
    assert "nan" not in shown.asked
    assert "inf" not in shown.asked
