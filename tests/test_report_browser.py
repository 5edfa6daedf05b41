"""Report pages in headless Chromium: clicks, keys, the slider, formulas, the console."""

import pytest

import symgrad as sg
from symgrad import examples
from symgrad.derivation.derive import derive
from symgrad.render.html_rows import Rows
from symgrad.sources.text import parse
from symgrad.trace.decimals import decimal_text
from tests.browser import CHROMIUM
from tests.report_pages import driven, escaped, in_browser, noted

BRANCH = examples.read("branch_and_merge")
RED = "#cc0000"  # in which KaTeX sets what it does not know

CLICKS = """
const at = (selector) => document.querySelector(selector);
const lit = (selector) => [...document.querySelectorAll(selector)];
const names = () => lit("g.node.lit").map((g) => g.dataset.node);
const wires = () => lit("g.edge.lit").map((g) => g.dataset.edge);
const press = (key) => document.activeElement.dispatchEvent(
  new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
const value = (name) => at(`text[data-value="${name}"]`).textContent;

note("before", value("u"));
at("#next").click();
note("after", value("u"));
note("address", location.hash);
at("#previous").click();
note("back", value("u"));
at("#slider").value = "2";
at("#slider").dispatchEvent(new Event("input"));
note("slid", [value("u"), at("#step").textContent, at("#given").textContent]);
note("worked", at("#worked-step").textContent);
note("checks", lit("#checks .cell").slice(0, 3).map((cell) => cell.textContent));
note("mark", at("#mark").getAttribute("cx") === lit(".mark")[1].getAttribute("cx"));

at('li[data-kind="path"] .pick').focus();
note("path", [names(), wires()]);
note("rows", lit("li.row.lit").filter((row) => row.dataset.kind === "path").length);
press("ArrowDown");
note("second", names());
press("Enter");
document.activeElement.click();
note("pressed", document.activeElement.getAttribute("aria-pressed"));
document.activeElement.blur();
note("pinned", names());
press("Escape");
note("escaped", names());
at('g.node[data-node="u"]').focus();
note("node", [names(), lit('li[data-kind="path"].lit').length]);
press(" ");
note("space", at('g.node[data-node="u"]').getAttribute("aria-pressed"));
press("Escape");
at('g.node[data-node="x"]').focus();
note("beside", lit("g.node.near").map((g) => g.dataset.node));
note("margin", getComputedStyle(at(".katex-base")).marginTop);
const color = (selector, of) => getComputedStyle(at(selector))[of];
note("ground", [color(".canvas .ground", "fill"), color(".graph", "backgroundColor")]);
at("#gradients .pick").focus();
press("ArrowRight");
note("copy", document.activeElement.dataset.copy);

const wide = () => at("#graph svg").getBoundingClientRect().width;
const natural = wide();
at("#zoom-in").click();
note("larger", wide() / natural);
at("#zoom-out").click();
at("#zoom-out").click();
note("smaller", wide() / natural);
at("#zoom-fit").click();
const canvas = at("#graph");
const box = at("#graph svg").getBoundingClientRect();
const most = parseFloat(getComputedStyle(canvas).maxHeight);
note("fit", Math.max(box.width / canvas.clientWidth, box.height / most));

const pointer = (kind, x, y) => (kind === "down" ? canvas : window).dispatchEvent(
  new PointerEvent(`pointer${kind}`, { clientX: x, clientY: y, pointerType: "mouse" }));
note("seen whole", at("#overview").hidden);
for (let i = 0; i < 6; i++) at("#zoom-in").click();
canvas.scrollTo(0, 0);
note("overview", [at("#overview").hidden, lit("#overview .shape").length > 0]);
pointer("down", 200, 200);
pointer("move", 150, 170);
pointer("move", 100, 140);
pointer("up", 100, 140);
at('g.node[data-node="u"]').dispatchEvent(new MouseEvent("click", { bubbles: true }));
note("clicked", names());
note("dragged", [canvas.scrollLeft, canvas.scrollTop]);
const before = wide();
canvas.dispatchEvent(new WheelEvent("wheel", { deltaY: 120, ctrlKey: true, cancelable: true }));
note("wheel", wide() / before);
const drawn = at("#overview svg").getBoundingClientRect();
at("#overview svg").dispatchEvent(new MouseEvent("click",
  { clientX: drawn.right, clientY: drawn.bottom, bubbles: true }));
note("jumped", [canvas.scrollWidth - canvas.clientWidth - canvas.scrollLeft,
  canvas.scrollHeight - canvas.clientHeight - canvas.scrollTop]);
at("#zoom-fit").click();

const steps = () => lit("#explanation .step").filter((step) => step.offsetHeight > 0).length;
note("revealed", [steps(), lit("#explanation .step .katex").length > 0]);
at("#reveal").click();
note("next", steps());
at("#reveal-all").click();
note("all", [steps() === lit("#explanation .step").length, at("#reveal").offsetHeight]);

at('[role="tab"]').focus();
press("ArrowRight");
note("tab", [document.activeElement.id, at("#panel-python").hidden, at("#panel-c").hidden]);

const reached = new Set();
lit("button, input, a, [tabindex], summary").forEach((element) => {
  if (element.tabIndex >= 0) reached.add(element);
});
note("groups", lit("ul.rows").every((list) => [...list.querySelectorAll(".pick")]
  .filter((pick) => reached.has(pick)).length === 1));
"""


CASES = (
    r'<span class="tried" data-tex="\begin{cases} 1 &amp; \text{if } a = 0 \\ f(b = c) &amp; '
    r'\text{otherwise} \end{cases} \left\{x = 1\right\}"></span>'
)
# The page itself in a frame as wide as a phone: a window of Chromium has a least width.
PHONE = r"""
if (window.top === window) {
  const frame = document.createElement("iframe");
  frame.style.cssText = "width: 375px; height: 800px; border: 0";
  window.addEventListener("message", (event) => {
    if (!event.data.noted) return;
    Object.entries(event.data.noted).forEach(([name, value]) => note(name, value));
  });
  frame.src = location.href;
  document.body.append(frame);
} else {
  const html = document.documentElement;
  html.style.scrollbarWidth = "none";  // as on a phone
  const scrolled = "pre, .canvas, .formula, .line, .scroll, .hidden, .skip, .paper, .checks thead";
  const glyphs = (element) => [...element.querySelectorAll(".katex-html")]
    .map((part) => part.textContent.replace(/[\s\u200b]/g, "")).join("");
  const wide = [...document.querySelectorAll("body *")].filter((element) =>
    !element.closest(scrolled) && element.getBoundingClientRect().right > html.clientWidth + .5);
  const delta = [...document.querySelectorAll("#sensitivities .side")];
  const boxes = [...document.querySelectorAll(".formula, .line, .scroll, .canvas")];
  const hides = (box) => box.scrollWidth > box.clientWidth + box.scrollLeft + 1;
  const told = (box) => getComputedStyle(box).boxShadow !== "none";
  parent.postMessage({ noted: {
    width: html.clientWidth,
    overflowing: wide.map((element) => element.outerHTML.slice(0, 80)),
    sides: delta.map(glyphs),
    cases: document.querySelectorAll(".tried .side").length,
    silent: boxes.filter((box) => hides(box) !== told(box)).map((box) => box.textContent),
    cut: boxes.filter(told).length,
    scrolled: boxes.filter((box) => box.matches(".formula, .line") && hides(box)).length,
    loose: document.querySelectorAll("[data-loose]").length,
    clipped: [...document.querySelectorAll(".cell, #command")].filter((element) =>
      element.scrollWidth > element.clientWidth + 1 && element.clientWidth).map((e) => e.outerHTML),
  } }, "*");
}
"""


def shown_numbers(page):
    return {found["data-value"]: text for found, text in page.all("text", class_="value")}


def rounded(values, digits):
    return {name: decimal_text(value, digits).replace("-", "−") for name, value in values}


if CHROMIUM:

    @pytest.fixture(scope="module")
    def branch(tmp_path_factory):
        path = tmp_path_factory.mktemp("report") / "report.html"
        sg.report(sg.load("example:branch_and_merge"), path)
        return path

    @pytest.fixture(scope="module")
    def clicked(branch):
        path = branch.with_name("clicked.html")
        path.write_text(driven(branch.read_text(encoding="utf-8"), CLICKS), encoding="utf-8")
        return noted(in_browser(path))

    @pytest.mark.parametrize("number", [1, 2])
    def test_numbers_in_the_graph_are_those_of_the_trace(branch, number):
        step = sg.trace(parse(BRANCH)).steps[number - 1]
        page = in_browser(branch, f"#step={number}")
        shown = shown_numbers(page)
        assert shown == {name: rounded(step.exact_values, 4)[name] for name in shown}
        assert {"a", "x", "u", "J"} <= shown.keys()
        adjoints = rounded(step.exact_adjoints, 4)
        for found, text in page.all("text", class_="adjoint"):
            assert text == f"∂ {adjoints[found['data-adjoint']]}"
        gradients = [rounded(step.exact_gradients, 6)[name] for name in "abcd"]
        outputs = [text.lstrip("≈= ") for _, text in page.all("span", class_="num")]
        assert outputs[:4] == gradients
        assert len(page.all("span", class_="katex")) > 50

    def test_slider_and_buttons_change_the_step(clicked):
        assert [clicked["before"], clicked["after"], clicked["back"]] == ["2", "−0.01749", "2"]
        assert clicked["address"] == "#step=2"
        assert clicked["slid"] == ["−0.01749", "2", "x = 0, y = 1"]
        assert clicked["worked"] == "2"
        assert clicked["checks"][0].startswith("0.0936784810357")
        assert clicked["mark"]

    def test_focus_lights_a_path_up_and_enter_keeps_it(clicked):
        assert [set(part) for part in clicked["path"]] == [
            set("JLpvua"), {"L J", "p L", "v p", "u v", "a u"},
        ]  # fmt: skip
        assert clicked["rows"] == 1
        assert set(clicked["second"]) == set("JLpvhua")
        assert clicked["pressed"] == "true"
        assert clicked["pinned"] == clicked["second"]
        assert clicked["escaped"] == []

    def test_node_lights_the_paths_through_it(clicked):
        assert clicked["node"] == [["u"], 4]
        assert clicked["space"] == "true"

    def test_data_node_shows_where_it_leads(clicked):
        assert set(clicked["beside"]) == {"x", "u"}

    def test_lines_of_a_broken_formula_stand_apart(clicked):
        assert clicked["margin"] != "0px"

    def test_graph_is_larger_and_smaller(clicked):
        assert abs(clicked["larger"] - 1.25) < 0.01
        assert abs(clicked["smaller"] - 0.8) < 0.01
        assert 0.98 < clicked["fit"] <= 1

    def test_a_graph_larger_than_its_place_is_moved(clicked):
        assert clicked["seen whole"]
        assert clicked["overview"] == [False, True]
        assert clicked["dragged"] == [100, 60]
        assert clicked["clicked"] == []  # what was dragged is not lit
        assert clicked["wheel"] < 0.8
        assert all(abs(rest) < 2 for rest in clicked["jumped"])

    def test_steps_are_revealed_one_by_one(clicked):
        assert clicked["revealed"] == [1, True]
        assert clicked["next"] == 2
        assert clicked["all"] == [True, 0]

    def test_wires_do_not_run_through_their_labels(clicked):
        assert clicked["ground"] == ["rgb(255, 255, 255)"] * 2

    def test_page_fits_a_phone_and_formulas_break_before_their_signs(branch):
        path = branch.with_name("phone.html")
        text = driven(branch.read_text(encoding="utf-8"), PHONE, before=CASES)
        path.write_text(text, encoding="utf-8")
        found = noted(in_browser(path))
        assert found["width"] == 375
        assert found["overflowing"] == []
        assert found["sides"] == ["δ=∂v∂L", "=2(p−y)⋅(1+v)2−1", "=−2(p−y)p2"]
        assert found["cases"] == 1
        assert found["clipped"] == []
        assert found["silent"] == []

    def test_what_is_cut_on_a_phone_says_so(branch):
        path = branch.with_name("long.html")
        bottom = " + ".join(f"sin(wavelength*scale_{i})" for i in range(6))
        scales = ", ".join(f"scale_{i} = {i + 1}" for i in range(6))
        graph = parse(f"param {scales}; data wavelength; J = wavelength/({bottom})")
        path.write_text(driven(sg.report(graph), PHONE), encoding="utf-8")
        found = noted(in_browser(path))
        assert found["silent"] == []
        assert found["cut"] > 6
        assert found["overflowing"] == []

    def test_brackets_break_on_a_phone_where_nothing_else_does(branch):
        path = branch.with_name("brackets.html")
        ratios = " + ".join(f"scale*x^{i}/({i + 1} + width^2)" for i in range(6))
        graph = parse(f"param scale = 2, width = 1; data x; J = x*({ratios})^2; step x = 1")
        page = sg.report(graph)
        path.write_text(driven(page, PHONE), encoding="utf-8")
        found = noted(in_browser(path))
        assert found["loose"] > 2
        assert found["scrolled"] == 0
        assert 'id="slider"' not in page  # one step is not chosen

    def test_paper_holds_every_formula_whole(branch):
        path = branch.with_name("paper.html")
        bottom = " + ".join(f"wavelength*scale_{i}" for i in range(12))
        scales = ", ".join(f"scale_{i} = {i + 1}" for i in range(12))
        graph = parse(f"param {scales}; data wavelength; J = wavelength/({bottom})")
        script = """
          const widest = () => Math.max(...[...document.querySelectorAll(".formula .katex-base")]
            .map((part) => part.offsetWidth));
          const before = widest();
          window.dispatchEvent(new Event("beforeprint"));
          note("paper", [before, widest()]);
          window.dispatchEvent(new Event("afterprint"));
          note("after", [before, widest()]);
        """
        path.write_text(driven(sg.report(graph), script), encoding="utf-8")
        found = noted(in_browser(path))
        assert found["paper"][0] > 600 >= found["paper"][1]
        assert found["after"][0] == found["after"][1]

    def test_arrow_keys_reach_everything_in_a_group(clicked):
        assert clicked["copy"].startswith("\\frac{\\partial J}{\\partial a} = ")
        assert clicked["tab"] == ["tab-c", True, False]
        assert clicked["groups"]

    def test_formulas_of_all_examples_are_typeset(branch):
        formulas = {
            row.latex
            for name in examples.names()
            for block in Rows(derive(sg.load(f"example:{name}")), {}).blocks()
            for row in block.rows
            if row.latex and row.kind != "note"
        }
        spans = "".join(f'<span class="tried" data-tex="{escaped(f)}"></span>' for f in formulas)
        path = branch.with_name("formulas.html")
        text = driven(branch.read_text(encoding="utf-8"), "", before=spans)
        path.write_text(text, encoding="utf-8")
        page = in_browser(path)
        assert len(page.all("span", class_="tried")) == len(formulas) > 300
        assert not [found for _, found in page.elements if RED in found.get("style", "")]
        assert not page.all("span", class_="katex-error")

    def test_names_that_a_script_knows_are_names(branch):
        path = branch.with_name("names.html")
        names = ("constructor", "__proto__", "toString", "onerror", "document")
        given = ", ".join(f"{name} = {i}" for i, name in enumerate(names))
        text = f"param {given}; J = {' + '.join(names)}; K = J^2; minimize K"
        script = """
          document.querySelectorAll("g.node").forEach((g) => g.focus());
          note("lit", document.querySelectorAll("g.node.lit").length);
          note("nodes", document.querySelectorAll("g.node").length);
        """
        path.write_text(driven(sg.report(parse(text)), script), encoding="utf-8")
        assert noted(in_browser(path)) == {"lit": 1, "nodes": 7}

    def test_hostile_graph_runs_nothing(branch):
        path = branch.with_name("hostile.html")
        title = "# </script><script>document.title = 'run'</script><img src=x onerror=alert(1)>"
        text = sg.report(parse(f"{title}\nparam a = 1; J = a^2"))
        path.write_text(driven(text, "note('title', document.title);"), encoding="utf-8")
        page = in_browser(path)
        assert noted(page) == {"title": title.removeprefix("# ")}
        assert not page.all("img")
