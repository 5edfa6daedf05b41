"""Where graphs come from, and what is said when there is none."""

import pytest

import symgrad
from symgrad import examples
from symgrad.errors import SourceError, SymgradError, UnknownName
from symgrad.sources import load
from symgrad.sources.limits import MAX_SOURCE_BYTES


def test_a_file_is_read(tmp_path):
    path = tmp_path / "model.sg"
    path.write_bytes("\ufeffparam λ = 1\r\nJ = λ^2\r\n".encode())
    graph = load(str(path))
    assert (graph.parameters, graph.source) == (("λ",), str(path))


def test_a_path_object_is_read(tmp_path):
    path = tmp_path / "model.sg"
    path.write_text("param a; J = a^2")
    assert symgrad.load(path).objective == "J"


def test_a_function_in_a_file_is_read(tmp_path):
    path = tmp_path / "model.py"
    path.write_text("raise SystemExit('never run')\ndef J(a): return a**2\n")
    assert load(f"{path}:J").objective == "J"
    assert load(str(path)).objective == "J"
    with pytest.raises(UnknownName):
        load(f"{path}:K")


def test_standard_input_is_read():
    assert load("-", stdin=lambda: "param a\nJ = a^2").source == "<stdin>"
    with pytest.raises(SourceError, match="there is none here"):
        load("-")


@pytest.mark.parametrize("name", examples.names())
def test_every_example_is_read_without_a_warning(name):
    graph = load(f"example:{name}")
    assert graph.warnings == ()
    assert graph.title


@pytest.mark.parametrize("name", ["branch", "../errors", "", "branch_and_merge/x", "huber\0"])
def test_an_unknown_example_is_refused(name):
    with pytest.raises(UnknownName, match="unknown example"):
        load(f"example:{name}")


def test_the_nearest_example_is_named():
    with pytest.raises(UnknownName) as caught:
        load("example:branch_and_marge")
    assert caught.value.diagnostics[0].help == (
        "an example that there is: `branch_and_merge`; `symgrad examples` lists them all"
    )


def test_a_missing_file_is_reported_with_the_nearest_one(tmp_path):
    (tmp_path / "model.sg").write_text("param a; J = a^2")
    with pytest.raises(SymgradError) as caught:
        load(str(tmp_path / "modle.sg"))
    (found,) = caught.value.diagnostics
    assert found.message == f"there is no file {tmp_path / 'modle.sg'}"
    assert found.help == f"a file that there is: `{tmp_path / 'model.sg'}`"


def test_files_that_hold_no_text_are_refused(tmp_path):
    (tmp_path / "latin.sg").write_bytes(b"param a\nJ = a # \xe9\n")
    with pytest.raises(SourceError, match="is not UTF-8 text: byte 0xe9 in line 2"):
        load(str(tmp_path / "latin.sg"))
    with pytest.raises(SourceError, match="is a directory"):
        load(str(tmp_path))
    (tmp_path / "long.sg").write_bytes(b"#" * (MAX_SOURCE_BYTES + 1))
    with pytest.raises(SourceError, match="longer than 8 MiB"):
        load(str(tmp_path / "long.sg"))


@pytest.mark.parametrize("path", ["a\0b", "x" * 5000, ""])
def test_impossible_paths_are_refused(path):
    with pytest.raises(SourceError) as caught:
        load(path)
    assert len(str(caught.value)) < 400
