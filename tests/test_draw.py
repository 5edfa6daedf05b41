"""Drawings: no overlaps on any example, shapes, highlights, numbers, formats, safety."""

import functools
import itertools
import re
import time
import xml.etree.ElementTree as ET
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import symgrad as sg
from symgrad import examples
from symgrad.errors import SymgradError, UnknownName
from symgrad.render import svg_style
from symgrad.render.drawings import drawn, format_of
from symgrad.render.picture import picture
from symgrad.render.svg import drawing, svg, written
from symgrad.render.svg_text import TextRun, Typesetter, advance, width_of
from symgrad.sources.text import parse
from symgrad.trace.trace import trace

SVG = "{http://www.w3.org/2000/svg}"
BRANCH = examples.read("branch_and_merge")


def parsed(text):
    return ET.fromstring(text)  # noqa: S314  (written by the drawing itself)


def made(text, **options):
    graph = parse(text)
    return drawing(picture(graph, sg.derive(graph), **options))


@functools.cache
def example(name, *, values=False):
    graph = parse(examples.read(name))
    step = trace(graph, steps=1).steps[0] if values else None
    return drawing(picture(graph, sg.derive(graph), values=step))


def rectangles(shown):
    boxes = [(b.name, b.x, b.y, b.width, b.height) for b in shown.layout.boxes]
    for link, lines in zip(shown.layout.links, shown.labels, strict=True):
        if link.label is not None:
            width = max(shown.setter.width(line, 13.5) for line in lines)
            boxes.append((f"{link.source}->{link.target}", *link.label, width, 17.5 * len(lines)))
    return boxes


def overlap(a, b):
    return (
        abs(a[1] - b[1]) < (a[3] + b[3]) / 2 - 0.01 and abs(a[2] - b[2]) < (a[4] + b[4]) / 2 - 0.01
    )


@pytest.mark.parametrize("name", examples.names())
@pytest.mark.parametrize("values", [False, True])
def test_no_box_or_label_overlaps_another(name, values):
    for a, b in itertools.combinations(rectangles(example(name, values=values)), 2):
        assert not overlap(a, b), f"{a[0]} and {b[0]}"


@pytest.mark.parametrize("name", examples.names())
def test_no_edge_runs_through_a_box_or_a_foreign_label(name):
    shown = example(name)
    things = rectangles(shown)
    for link in shown.layout.links:
        own = {link.source, link.target, f"{link.source}->{link.target}"}
        for x, top, bottom in link.stretches:
            line = ("edge", x, (top + bottom) / 2, 0.5, bottom - top)
            for thing in things:
                assert thing[0] in own or not overlap(line, thing), f"{own} through {thing[0]}"


@pytest.mark.parametrize("name", examples.names())
def test_text_stays_in_its_box_and_all_within_the_picture(name):
    shown = example(name)
    for tile, box, lines in zip(shown.picture.tiles, shown.layout.boxes, shown.texts, strict=True):
        widest = max(shown.setter.width(line, 16) for line in lines)
        assert widest <= box.width - 8, tile.name
        assert box.x - box.width / 2 >= 0
        assert box.x + box.width / 2 <= shown.layout.width
        assert box.y + box.height / 2 <= shown.layout.height


@pytest.mark.parametrize("name", examples.names())
def test_every_edge_runs_down(name):
    for link in example(name).layout.links:
        flat = [y for _, top, bottom in link.stretches for y in (top, bottom)]
        assert all(b >= a - 1e-9 for a, b in itertools.pairwise(flat))


def test_same_bytes_every_time():
    assert written(made(BRANCH)) == written(made(BRANCH))


def test_nodes_and_edges_are_marked_for_scripts():
    root = parsed(written(made(BRANCH)))
    nodes = {g.get("data-node"): g.get("data-kind") for g in root.iter(f"{SVG}g")}
    assert nodes["a"] == "param"
    assert nodes["x"] == "data"
    assert nodes["λ"] == "const"
    assert nodes["u"] == "equation"
    assert nodes["J"] == "objective"
    edges = {g.get("data-edge") for g in root.iter(f"{SVG}g")} - {None}
    assert {"a u", "u v", "h v", "L J"} <= edges
    ids = [e.get("id") for e in root.iter() if e.get("id")]
    assert len(ids) == len(set(ids))


def test_kinds_differ_by_shape_not_only_by_colour():
    root = parsed(written(made(BRANCH)))
    shapes = {}
    for group in root.iter(f"{SVG}g"):
        if group.get("data-node"):
            shape = next(e for e in group if "shape" in (e.get("class") or ""))
            corners = len((shape.get("points") or "").split())
            inner = any(e.get("class") == "inner" for e in group)
            shapes[group.get("data-kind")] = (shape.tag, corners, shape.get("rx"), inner)
    assert len(set(shapes.values())) == 5


def test_local_derivatives_stand_on_the_edges():
    labels = {(w.source, w.target): w.label for w in made(BRANCH).picture.wires}
    assert labels["u", "h"] == "2u"
    assert labels["u", "v"] == "1"
    assert labels["a", "R"] == "λa"
    assert labels["x", "u"] == ""


def test_merges_are_marked_with_their_number_of_branches():
    tiles = {tile.name: tile.branches for tile in made(BRANCH).picture.tiles}
    assert tiles == tiles | {"u": 2, "a": 2, "c": 2, "b": 0, "v": 0, "x": 0}


def test_paths_light_up_exactly_the_edges_on_a_path():
    shown = made(BRANCH, highlight=["d"]).picture
    lit = {(wire.source, wire.target) for wire in shown.wires if wire.lit}
    assert lit == {("d", "v"), ("v", "p"), ("p", "L"), ("L", "J")}
    assert {tile.name for tile in shown.tiles if tile.lit} == {"d", "v", "p", "L", "J"}


def test_unknown_name_to_light_up_is_an_error():
    with pytest.raises(UnknownName, match="unknown name `q`"):
        made(BRANCH, highlight=["q"])


def test_values_write_value_and_adjoint_into_the_nodes():
    graph = parse(BRANCH)
    text = svg(graph, sg.derive(graph), values=trace(graph, steps=1).steps[0])
    root = parsed(text)
    values = {t.get("data-value"): "".join(t.itertext()) for t in root.iter(f"{SVG}text")}
    adjoints = {t.get("data-adjoint"): "".join(t.itertext()) for t in root.iter(f"{SVG}text")}
    assert values["p"] == "0.1429"
    assert adjoints["v"] == "∂ 0.03499"
    assert adjoints["p"] == "∂ −1.714"


def test_picture_is_described_for_those_who_cannot_see_it():
    root = parsed(written(made(BRANCH)))
    assert root.get("role") == "img"
    labelled = root.get("aria-labelledby").split()
    assert {root.find(f"{SVG}title").get("id"), root.find(f"{SVG}desc").get("id")} == set(labelled)
    assert "4 parameters" in root.find(f"{SVG}desc").text


def luminance(colour):
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a, b):
    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", ["LIGHT", "DARK"])
def test_contrast_meets_wcag_aa(theme):
    colours = getattr(svg_style, theme)
    paper = colours["paper"]
    for name in ("ink", "label", "adjoint", "lit-text"):
        assert contrast(colours[name], paper) >= 4.5, name
    for name in ("edge", "still", "lit"):
        assert contrast(colours[name], paper) >= 3, name
    for kind in svg_style.KINDS:
        fill, border = colours[kind].split()
        assert contrast(colours["ink"], fill) >= 4.5, kind
        assert contrast(colours["adjoint"], fill) >= 4.5, kind
        assert contrast(border, paper) >= 3, kind


def test_dark_colours_follow_the_reader():
    assert "prefers-color-scheme:dark" in written(made(BRANCH))
    assert "prefers-color-scheme" not in written(made(BRANCH), theme="dark")


def test_title_cannot_inject_markup():
    text = written(made('# <script>alert(1)</script> & "x"\nparam a; data x; J = (a*x)^2'))
    assert "<script" not in text
    assert parsed(text).find(f"{SVG}title").text == '<script>alert(1)</script> & "x"'


def layers(width, depth):
    names = [[f"z{i}_{j}" for j in range(1, width + 1)] for i in range(depth)]
    lines = ["param w = 1", "data y"]
    lines += [f"{name} = tanh(w*{k + 1})" for k, name in enumerate(names[0])]
    for above, below in itertools.pairwise(names):
        lines += [f"{name} = tanh({' + '.join(above[:4])} + {k})" for k, name in enumerate(below)]
    return "\n".join([*lines, f"J = ({' + '.join(names[-1])} - y)^2"])


def test_large_graph_is_folded_by_shape_and_layer():
    shown = made(layers(32, 3)).picture
    assert len(shown.tiles) <= 60
    assert any(tile.text.startswith("32 nodes z") for tile in shown.tiles)
    members = [name for tile in shown.tiles for name in tile.members]
    assert len(members) == len(set(members)) == 32 * 3 + 3


def test_fold_of_two_names_both_and_a_mixed_fold_says_so():
    lines = ["param a = 1, b = 2", "data x", "z0 = a*x"]
    lines += [
        f"z{i} = " + ("tanh(b*{})" if i.bit_count() % 2 else "{} + a*x").format(f"z{i - 1}")
        for i in range(1, 99)  # in no order that repeats itself
    ]
    tiles = made("\n".join([*lines, "J = z98^2"])).picture.tiles
    assert "2 parameters a, b" in [tile.text for tile in tiles]
    notes = [tile.notes for tile in tiles if len(tile.members) > 2]
    assert notes
    assert all(note[1:] == ("and others",) for note in notes)


@pytest.mark.parametrize("count", [61, 2000])
def test_folded_graph_has_no_overlap_and_is_quick(count):
    lines = ["param a = 1, b = 2", "data x", "z0 = a*x"]
    lines += [f"z{i} = tanh(b*z{i - 1}) + a*z{i // 2}" for i in range(1, count)]
    graph = parse("\n".join([*lines, f"J = z{count - 1}^2"]))
    started = time.process_time()
    shown = drawing(picture(graph, sg.derive(graph)))
    assert time.process_time() - started < 4
    assert len(shown.picture.tiles) <= 60
    for a, b in itertools.combinations(rectangles(shown), 2):
        assert not overlap(a, b), f"{a[0]} and {b[0]}"


@pytest.mark.parametrize("name", examples.names())
def test_bold_labels_of_lit_paths_do_not_overlap(name):
    graph = parse(examples.read(name))
    shown = drawing(picture(graph, sg.derive(graph), highlight=graph.parameters))
    bold = [
        (label, x, y, width * 1.12 if "->" in label else width, height)
        for label, x, y, width, height in rectangles(shown)
    ]
    for a, b in itertools.combinations(bold, 2):
        assert not overlap(a, b), f"{a[0]} and {b[0]}"


def test_formula_breaks_at_commas_first_and_no_deeper_than_it_must():
    setter = Typesetter(frozenset())
    text = "where(|radius| ≤ kappa, radius − 1, kappa·sign(radius))"
    lines = ["where(|radius| ≤ kappa,", "radius − 1,", "kappa·sign(radius))"]
    assert setter.wrapped(text, 13.5, 160, 4) == lines
    text = "(2(rate + sigma/2) − (log(S/K) + (rate + sigma/2)·T)/T)/(2sigma·T)"
    assert setter.wrapped(text, 13.5, 160, 4)[:2] == ["(2(rate + sigma/2)", "− (log(S/K)"]


def test_legend_tells_what_dashed_edges_are():
    assert "carries no derivative" in written(made(BRANCH))
    assert "carries no derivative" not in written(made("param a = 1; J = a^2"))


def test_time_steps_fold_into_a_picture_of_a_screen_or_two():
    lines = ["param w = 1, u = 1, b = 0, v = 1", "data x, y", "h0 = tanh(u*x)"]
    for i in range(1, 25):
        lines += [f"s{i} = w*h{i - 1} + u*x + b", f"h{i} = tanh(s{i})", f"l{i} = (v*h{i} - y)^2"]
    graph = parse("\n".join([*lines, f"J = {' + '.join(f'l{i}' for i in range(1, 25))}"]))
    made = drawing(picture(graph, sg.derive(graph)))
    assert sum(len(tile.members) for tile in made.picture.tiles) == len(graph.nodes)
    assert made.layout.width * made.layout.height < 5_000_000


def test_long_chain_is_folded():
    lines = ["param a = 1", "z1 = tanh(a)"] + [f"z{i} = tanh(z{i - 1})" for i in range(2, 200)]
    shown = made("\n".join([*lines, "J = z199^2"])).picture
    assert len(shown.tiles) <= 60
    order = {tile.name: i for i, tile in enumerate(shown.tiles)}
    assert all(order[wire.source] < order[wire.target] for wire in shown.wires)


def test_graph_of_sixty_nodes_is_drawn_whole_and_without_overlap():
    shown = made(layers(8, 6))
    assert all(len(tile.members) == 1 for tile in shown.picture.tiles)
    for a, b in itertools.combinations(rectangles(shown), 2):
        assert not overlap(a, b)


def test_dot_quotes_and_names_every_node():
    text = drawn(made(BRANCH).picture, "dot")
    assert text.startswith("// Made by symgrad\ndigraph ")
    assert '"u" -> "h" [label="2u"];' in text
    assert "peripheries=2" in text


def test_mermaid_escapes_its_own_signs():
    text = drawn(made(BRANCH).picture, "mermaid")
    assert text.startswith("%% Made by symgrad\nflowchart TB\n")
    assert '-->|"2#40;p − y#41;"|' in text
    assert "(p" not in text


def test_format_follows_the_suffix():
    assert format_of(Path("a.SVG")) == "svg"
    assert format_of(Path("a.mmd")) == "mermaid"
    with pytest.raises(SymgradError, match=r"no format is known for `a\.jpg`"):
        format_of(Path("a.jpg"))


def test_draw_writes_the_file(tmp_path):
    target = tmp_path / "graph.svg"
    text = sg.draw(parse(BRANCH), target, paths="a")
    assert target.read_text(encoding="utf-8") == text
    assert re.search(r'class="edge lit"', text)


def test_png_needs_its_optional_package(tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "resvg_py", None)
    with pytest.raises(SymgradError, match=r"pip install 'symgrad\[png\]'"):
        sg.draw(parse(BRANCH), tmp_path / "graph.png")


def test_embedded_drawing_has_no_legend_and_no_fixed_size():
    graph = parse(BRANCH)
    text = svg(graph, sg.derive(graph), embed=True)
    assert text.startswith("<svg ")
    assert "legend" not in text
    assert 'width="' not in text.partition(">")[0]


@given(st.lists(st.sampled_from(["a", "αβ", "w₁", "−", "x² + y", "1/(1 + v)", "…"]), max_size=40))
def test_a_width_is_exactly_rounded_whatever_the_order(texts):
    runs = [TextRun(text, scale=(0.7, 1.0, 0.1)[i % 3]) for i, text in enumerate(texts)]
    exact = sum((Fraction(advance(run.text) * run.scale) for run in runs), Fraction())
    assert width_of(runs, 1.0) == float(exact)
    assert width_of(runs, 13.0) == width_of(runs[::-1], 13.0)


def test_the_legend_is_true_of_a_parameter_with_derivative_0():
    text = sg.draw(parse("param a = 1, b = 2\ndata x\nJ = a*x + sign(b)"))
    assert "carries no derivative" in text
    assert "no parameter" not in text
    assert "carries no derivative" not in sg.draw(parse("param a, b\nJ = a*b"))


def test_what_does_not_fit_is_named_and_not_cut_in_its_middle():
    terms = " + ".join(f"exp(a{i}*b{i}*x)*sin(a{i} + b{i}*x)" for i in range(9))
    names = ", ".join(f"a{i}, b{i}" for i in range(9))
    shown = made(f"param {names}; data x; u = ({terms})^3; J = u^2")
    lines = [line for part in (shown.texts, shown.labels) for each in part for line in each]
    assert [line for line in lines if "…" in line] == ["u = …"]
    assert "∂u/∂a₀" in lines or "∂u/∂a0" in lines
