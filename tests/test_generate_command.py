"""`symgrad generate` and `symgrad templates`: where files go, and what is refused."""

import re

import click
import pytest

from symgrad.cli import main
from symgrad.cli.generate_command import command
from symgrad.targets import target_names

GRAPH = "param a = 1, b\ndata x\nJ = (a*x - b)^2\n"


@pytest.fixture
def generate(tmp_path, monkeypatch, capsys):
    """Run `symgrad generate` on a small graph; return its exit status and both outputs."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "fit.sg").write_text(GRAPH)

    def run(*words, check="--no-check"):
        status = 0
        try:
            main(["generate", "fit.sg", check, *words])
        except SystemExit as error:
            status = error.code
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return run


@pytest.mark.parametrize(
    ("words", "written"),
    [
        (("-o", "made"), ["made/fit.py"]),
        (("-o", "made/other.py"), ["made/other.py"]),
        (("-o", "made", "--module", "mine"), ["made/mine.py"]),
        (("-t", "c", "-o", "made"), ["made/fit.c", "made/fit.h"]),
        (("-t", "c", "-o", "made/other.c"), ["made/other.c", "made/other.h"]),
        (("-t", "javascript", "-o", "made/other.js"), ["made/other.js"]),
    ],
)
def test_output_is_a_folder_or_a_file(generate, tmp_path, words, written):
    status, _, _ = generate(*words)
    assert status == 0
    assert sorted(f"made/{path.name}" for path in (tmp_path / "made").iterdir()) == written


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        (("-o", "a.c"), "`a.c` is no file of python, which writes .py"),
        (("-t", "c", "-o", "a.py"), "`a.py` is no file of c, which writes .h and .c"),
        (("-t", "c", "-o", "a.txt"), "`a.txt` is no file of c, which writes .h and .c"),
        (("-t", "c", "-o", "a.c", "--module", "b"), "`a.c` and --module b name the files in two"),
        (("-t", "pyton"), "did you mean `python`?"),
        (("--optimizer", "adma"), "did you mean `adam`?"),
        (("-t", "c", "--set", "flaot=float"), "the target `c` has no option `flaot`"),
        (("-t", "c", "--set", "float=half"), "`half` is no value of the option `float`"),
        (("-t", "c", "--set", "float"), "`float` is not NAME=VALUE"),
        (("--module", "../a"), "`../a` cannot be the name of a module"),
    ],
)
def test_wrong_options_are_refused(generate, tmp_path, words, fault):
    status, out, err = generate(*words)
    assert status == 2
    assert out == ""
    assert fault in err
    assert [path.name for path in tmp_path.iterdir()] == ["fit.sg"]


def test_no_file_is_written_where_one_of_them_is_another_s(generate, tmp_path):
    (tmp_path / "fit.c").write_text("mine\n")
    status, out, err = generate("-t", "c", "-o", ".")
    assert (status, out) == (2, "")
    assert "`fit.c` exists and was not written by symgrad" in err
    assert not (tmp_path / "fit.h").exists()
    assert (tmp_path / "fit.c").read_text() == "mine\n"
    assert generate("-t", "c", "-o", ".", "--force")[0] == 0
    assert generate("-t", "c", "-o", ".")[0] == 0


def test_fault_in_a_template_ends_in_a_message(generate, tmp_path):
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "python.py.j2").write_text("{{ head }}\n{{ hed }}\n")
    status, out, err = generate("--templates", "own")
    assert (status, out) == (2, "")
    assert err == (
        "error: the template `python.py.j2` stopped: 'hed' is undefined\n"
        "  --> own/python.py.j2:2:1\n"
        "  2 | {{ hed }}\n"
        "    | ^^^^^^^^^\n"
        "  help: did you mean `head`?\n"
    )


def test_help_and_completion_know_every_target():
    (option,) = (item for item in command.params if item.name == "target")
    offered = {item.value for item in option.shell_complete(click.Context(command), "")}
    assert offered == set(target_names())
    assert offered == set(re.findall(r"[a-z]+", option.help.partition(":")[2])) - {"or"}
    begun = option.shell_complete(click.Context(command), "py")
    assert [item.value for item in begun] == ["python"]
