"""`symgrad draw`: formats by suffix, files kept safe, options."""

import re
import shutil
import subprocess
import xml.etree.ElementTree as ET

import pytest

import symgrad as sg
from symgrad import examples
from symgrad.cli import main
from symgrad.render.files import is_own
from symgrad.render.pdf import BROWSERS

BRANCH = "example:branch_and_merge"


@pytest.fixture
def symgrad(capsys):
    def run(*arguments, status=0):
        try:
            main(["draw", *arguments])
            found = 0
        except SystemExit as stop:
            found = stop.code or 0
        done = capsys.readouterr()
        assert found == status, done.out + done.err
        return done

    return run


def test_svg_goes_to_standard_output(symgrad):
    text = symgrad(BRANCH).out
    assert ET.fromstring(text).tag.endswith("svg")  # noqa: S314  (written by the drawing itself)


@pytest.mark.parametrize(
    ("name", "head"),
    [
        ("graph.svg", "<!-- Made by symgrad -->"),
        ("graph.dot", "// Made by symgrad"),
        ("graph.gv", "// Made by symgrad"),
        ("graph.mmd", "%% Made by symgrad"),
        ("graph.tex", "% Made by symgrad: a picture in TikZ\n\\documentclass"),
    ],
)
def test_suffix_chooses_the_format(symgrad, tmp_path, name, head):
    target = tmp_path / name
    symgrad(BRANCH, "-o", str(target))
    assert target.read_text(encoding="utf-8").startswith(head)


def test_own_file_is_overwritten_and_a_foreign_one_is_not(symgrad, tmp_path):
    target = tmp_path / "graph.svg"
    symgrad(BRANCH, "-o", str(target))
    symgrad(BRANCH, "-o", str(target))
    target.write_text("mine")
    assert "was not written by symgrad" in symgrad(BRANCH, "-o", str(target), status=2).err
    assert target.read_text() == "mine"
    symgrad(BRANCH, "-o", str(target), "--force")
    assert target.read_text(encoding="utf-8").startswith("<!-- Made by symgrad -->")


def test_paths_are_lit(symgrad):
    assert 'class="edge lit"' in symgrad(BRANCH, "--paths", "a,b").out
    assert 'class="edge lit"' not in symgrad(BRANCH).out


def test_values_of_a_later_step_can_be_shown(symgrad):
    text = symgrad(BRANCH, "--values", "--step", "2").out
    assert ">∂ −0.04406<" in text


def test_step_asks_for_values(symgrad):
    assert ">∂ −0.04406<" in symgrad(BRANCH, "--step", "2").out


def test_values_can_come_from_a_file(symgrad, tmp_path):
    path = tmp_path / "samples.csv"
    path.write_text("x,y\n2,1\n0,1\n")
    graph = tmp_path / "model.sg"
    graph.write_text("param a = 3; data x, y; J = (a*x - y)^2")
    assert ">25<" in symgrad(str(graph), "--data", str(path)).out


def test_values_without_numbers_are_an_error(symgrad):
    error = symgrad("J = (a*x)^2", "--wrt", "a", "--values", status=2).err
    assert "no value for parameter `a` and data `x`" in error


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["-o", "graph.jpg"], "no format is known for `graph.jpg`"),
        (["--format", "png"], "a png is written to a file"),
        (["--paths", "q"], "unknown name `q`"),
    ],
)
def test_wrong_options_are_errors(symgrad, arguments, message):
    assert message in symgrad(BRANCH, *arguments, status=2).err


def test_drawing_loads_no_templates(run_python):
    code = (
        "import sys; from symgrad.cli import main\n"
        f"main(['draw', {BRANCH!r}])\n"
        "print('jinja2' in sys.modules)"
    )
    assert run_python("-c", code).stdout.endswith("False\n")


def test_tikz_has_every_tile_and_wire_of_the_svg():
    for name in examples.names()[:8]:
        graph = sg.load(f"example:{name}")
        svg, text = sg.draw(graph), sg.draw(graph, style="tikz")
        body = re.sub(r"\\[{}%&#_$]", "", text)
        assert body.count("{") == body.count("}")
        assert body.count("$") % 2 == 0
        assert text.count(r"\draw[") == svg.count('class="edge') - svg.count('class="edge-label')
        assert text.count("-- cycle;") == svg.count('class="node')


def tikz_is_there():
    found = shutil.which("kpsewhich")
    return (
        bool(found)
        and not subprocess.run(
            [found, "-all", "tikz.sty"], capture_output=True, check=False
        ).returncode
    )


@pytest.mark.skipif(not tikz_is_there(), reason="needs pdflatex and TikZ")
@pytest.mark.parametrize("words", [(BRANCH, "--values"), ("example:arrays/mlp",)])
def test_tikz_compiles_alone_to_one_page_of_its_size(symgrad, tmp_path, words):
    symgrad(*words, "-o", str(tmp_path / "graph.tex"))
    plain = r"\pdfcompresslevel=0 \pdfobjcompresslevel=0 \input{graph.tex}"
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "-jobname=graph", plain]
    subprocess.run(command, cwd=tmp_path, capture_output=True, timeout=120, check=True)
    boxes = re.findall(
        rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", (tmp_path / "graph.pdf").read_bytes()
    )
    source = (tmp_path / "graph.tex").read_text(encoding="utf-8")
    asked = re.search(r"paperwidth=([\d.]+)pt \\paperheight=([\d.]+)pt", source)
    assert len(boxes) == 1
    for shown, points in zip(boxes[0], asked.groups(), strict=True):
        assert abs(float(shown) - float(points) * 72 / 72.27) < 0.1


@pytest.mark.skipif(not any(map(shutil.which, BROWSERS)), reason="needs Chromium")
def test_pdf_is_one_page_of_its_size_and_our_own(symgrad, tmp_path):
    target = tmp_path / "graph.pdf"
    symgrad(BRANCH, "-o", str(target))
    data = target.read_bytes()
    assert is_own(data)
    assert len(re.findall(rb"/Type /Page\b", data)) == 1
    box = re.search(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", data)
    size = re.search(r' width="([\d.]+)" height="([\d.]+)"', symgrad(BRANCH).out)
    for shown, asked in zip(box.groups(), size.groups(), strict=True):
        assert abs(float(shown) - 0.75 * float(asked)) < 2
    symgrad(BRANCH, "-o", str(target))
    target.write_bytes(data + b"more")
    assert "was not written by symgrad" in symgrad(BRANCH, "-o", str(target), status=2).err


def test_pdf_says_what_it_needs(symgrad, tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda _: None)
    assert symgrad(BRANCH, "-o", str(tmp_path / "graph.pdf"), status=2).err == (
        "error: a pdf needs rsvg-convert or Chromium, and neither is there\n"
        "  help: install one of them; or write an svg, or --format tikz for pdflatex\n"
    )
