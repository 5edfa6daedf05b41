"""`symgrad draw`: formats by suffix, files kept safe, options."""

import xml.etree.ElementTree as ET

import pytest

from symgrad.cli import main

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
