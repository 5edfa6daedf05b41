"""What a terminal gets: colour, files instead of floods, and names that were meant."""

import contextlib
import io
import re
import sys

import click
import pytest

import symgrad as sg
from symgrad.cli import main, progress
from symgrad.cli.wrapping import columns, wrapped
from symgrad.errors import SymgradError
from symgrad.expression.progress import counted
from symgrad.sources import loading

MODEL = "param a = 1\ndata x\nJ = (a*x)^2\ncheck dJ/da = 2*a*x^2\ncheck dJ/da = a*x^2\n"
GREEN, RED = (click.style(mark, fg=hue, bold=True) for mark, hue in (("✓", "green"), ("✗", "red")))


class Terminal(io.StringIO):
    encoding = "utf-8"

    def isatty(self):
        return True


@pytest.fixture
def folder(tmp_path, monkeypatch):
    (tmp_path / "model.sg").write_text(MODEL, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    for name in ("NO_COLOR", "FORCE_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def shown(monkeypatch, *arguments, terminal=True):
    """Return what a command writes to standard output."""
    stream = Terminal() if terminal else io.StringIO()
    monkeypatch.setattr(sys, "stdout", stream)
    with contextlib.suppress(SystemExit):
        main(list(arguments))
    return stream.getvalue()


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("terminal", "variables", "colored"),
    [
        (True, {}, True),
        (True, {"TERM": "dumb"}, False),
        (True, {"NO_COLOR": "1"}, False),
        (True, {"NO_COLOR": "1", "FORCE_COLOR": "1"}, False),
        (False, {}, False),
        (False, {"FORCE_COLOR": "1"}, True),
        (False, {"FORCE_COLOR": "0"}, False),
    ],
)
def test_marks_are_coloured_where_colour_is_wanted(monkeypatch, terminal, variables, colored):
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    text = shown(monkeypatch, "verify", "model.sg", terminal=terminal)
    assert (f"{GREEN} model.sg:4  " in text, f"{RED} model.sg:5  " in text) == (colored, colored)
    assert ("\x1b[" in text) == colored
    assert click.unstyle(text).startswith("✓ model.sg:4  dJ/da = 2*a*x^2\n")


@pytest.mark.parametrize(
    ("words", "written"),
    [
        (("draw", "model.sg"), "model.svg"),
        (("draw", "sub/model.sg", "--format", "dot"), "sub/model.dot"),
        (("draw", "sub/loss.py:J", "--format", "mermaid"), "sub/loss.mmd"),
        (("draw", "example:branch_and_merge"), "branch_and_merge.svg"),
        (("draw", "J = a^2", "--wrt", "a"), "model.svg"),
        (("report", "model.sg"), "model.html"),
    ],
)
def test_a_terminal_gets_the_name_of_a_file(folder, monkeypatch, capsys, words, written):
    (folder / "sub").mkdir()
    (folder / "sub" / "model.sg").write_text(MODEL, encoding="utf-8")
    (folder / "sub" / "loss.py").write_text("def J(a):\n    return a**2\n", encoding="utf-8")
    assert shown(monkeypatch, *words) == ""
    assert capsys.readouterr().err == f"wrote {written}\n".replace(
        "/", "\\/"[sys.platform != "win32"]
    )
    assert (folder / written).stat().st_size > 100


def test_a_file_of_somebody_else_is_kept_and_a_pipe_gets_the_picture(folder, monkeypatch, capsys):
    (folder / "model.svg").write_text("mine", encoding="utf-8")
    assert shown(monkeypatch, "draw", "model.sg") == ""
    assert "was not written by symgrad" in capsys.readouterr().err
    assert (folder / "model.svg").read_text(encoding="utf-8") == "mine"
    assert shown(monkeypatch, "draw", "model.sg", terminal=False).startswith("<!-- Made by symgrad")


@pytest.mark.parametrize("command", ["draw", "report", "generate", "trace", "graph"])
def test_a_dash_is_standard_output(folder, monkeypatch, command):
    (folder / "notes.md").write_text("$J = (ax - 1)^2$\n\n$dJ/da = 2x(ax - 1)$\n", encoding="utf-8")
    words = ["notes.md" if command == "graph" else "example:kepler", "-o", "-"]
    assert len(shown(monkeypatch, command, *words)) > 100
    assert sorted(path.name for path in folder.iterdir()) == ["model.sg", "notes.md"]


@pytest.mark.usefixtures("folder")
def test_what_was_written_is_opened_on_request(monkeypatch, capsys):
    opened = []
    monkeypatch.setattr(click, "launch", lambda path: len(opened) or opened.append(path) or 0)
    shown(monkeypatch, "draw", "model.sg", "--open")
    assert opened == ["model.svg"]
    shown(monkeypatch, "draw", "model.sg", "--open")
    assert "no program was found that opens model.svg" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("brnach", "branch_and_merge"),
        ("brnach_and_merge", "branch_and_merge"),
        ("lstm", "lstm_cell"),
        ("regresion", "linear_regression"),
    ],
)
def test_the_example_that_was_meant_is_named(typed, meant):
    with pytest.raises(SymgradError) as found:
        loading.load(f"example:{typed}")
    assert f"an example that there is: `{meant}`" in found.value.diagnostics[0].help


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("parm a = 1", "param"),
        ("dta x = 2", "data"),
        ("cosnt k = 3", "const"),
        ("minimise J", "minimize"),
    ],
)
def test_the_statement_that_was_meant_is_named(line, meant):
    with pytest.raises(SymgradError) as found:
        sg.parse(f"{line}\nparam b\nJ = b^2")
    first = found.value.diagnostics[0]
    assert first.message == f"unknown statement `{line.split()[0]}`"
    assert first.help.startswith(f"did you mean `{meant}`? as in `{meant} ")


@pytest.mark.parametrize("word", ["parm", "dta", "cosnt"])
def test_a_misspelt_declaration_is_one_fault(word):
    """What it declares is known all the same; names that nothing declares are still told."""
    with pytest.raises(SymgradError) as found:
        sg.parse(f"param b = 1\n{word} a = 2\nJ = a*b + q")
    messages = [item.message for item in found.value.diagnostics]
    assert messages == [f"unknown statement `{word}`", "unknown name `q`"]


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("width", [60, 80])
@pytest.mark.parametrize(
    "words",
    [
        ("derive", "example:arm_pose"),
        ("trace", "example:branch_and_merge"),
        ("trace", "example:branch_and_merge", "--show", "table"),
        ("verify", "model.sg"),
        ("paths", "example:softmax_cross_entropy"),
    ],
)
def test_lines_fit_a_terminal_and_lose_nothing(monkeypatch, words, width):
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.setenv("NO_COLOR", "1")
    text, whole = (shown(monkeypatch, *words, terminal=terminal) for terminal in (True, False))
    if "table" in words:  # it comes in parts, the number of the step in each
        assert {*text.replace("─", "").split()} == {*whole.replace("─", "").split()}
        assert text.count("step") == len(text.split("\n\n"))
    else:
        assert text.split() == whole.split()
    assert all(columns(line) <= width for line in text.splitlines())


LONG = """param boltzmann_constant, temperature, wavelength, slope; data x
J = exp(-slope*x/(boltzmann_constant*temperature))/ \\
  (1 + exp(-wavelength*(slope - x)/(boltzmann_constant*temperature)))
"""


@pytest.mark.parametrize("width", [60, 80])
def test_no_name_is_broken_where_a_formula_is_one_long_word(width):
    text = sg.derive(sg.parse(LONG)).text().replace(" + ", "+").replace(" − ", "−")
    lines = wrapped(text, width).splitlines()
    assert all(columns(line) <= width for line in lines)
    names = re.compile(r"[a-z_]{3,}")
    assert names.findall("\n".join(lines)) == names.findall(text)


@pytest.mark.parametrize(
    ("words", "said", "hint"),
    [
        ((), "missing argument `FILE`", " derive --help` tells how it is called"),
        (("--stpes", "x"), "no such option `--stpes`", "did you mean `--steps`? `"),
        (("--format", "xml", "x"), "invalid value for `--format`: `xml` is not one of", "--help"),
    ],
)
def test_a_call_that_is_wrong_is_told_as_every_error_is(words, said, hint, capsys):
    with pytest.raises(SystemExit) as ended:
        main(["derive", *words])
    first, second = capsys.readouterr().err.splitlines()
    assert ended.value.code == 2
    assert first.startswith(f"error: {said}")
    assert second.startswith("  help: ")
    assert hint in second


def test_a_command_that_is_misspelt_is_named(capsys):
    with pytest.raises(SystemExit):
        main(["dreive"])
    assert capsys.readouterr().err.splitlines()[1].startswith("  help: did you mean `derive`?")


BARS = [
    (
        ("report", "model.sg", "-o", "model.html"),
        {"code and steps", "python code held against 50 digits"},
    ),
    (("generate", "model.sg", "-o", "model.py"), {"python code", "python code is run"}),
    (("verify", "model.sg"), {"claims"}),
    (("trace", "model.sg", "--set", "x=1", "-n", "5"), {"5 steps"}),
]


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(("words", "told"), BARS)
@pytest.mark.parametrize("terminal", [True, False])
def test_long_work_shows_a_bar_on_a_terminal_only(monkeypatch, words, told, terminal):
    monkeypatch.setattr(progress, "QUIET_SECONDS", 0.0)
    monkeypatch.setattr(progress, "AGAIN_SECONDS", 0.0)
    errors = Terminal() if terminal else io.StringIO()
    monkeypatch.setattr(sys, "stderr", errors)
    shown(monkeypatch, *words, terminal=terminal)
    bars = re.findall(r"\r\[(#*)(-*)\] +(\d+)%  ([^\r]*?) *\r", errors.getvalue())
    assert told <= {what for *_, what in bars} if terminal else not bars
    shares = [int(share) for *_, share, _ in bars]
    assert shares == sorted(shares)
    assert all(0 <= share <= 100 for share in shares)
    assert ("\r" in errors.getvalue()) == terminal
    left = errors.getvalue().rpartition("\r")[2]  # the line of the bar is empty again
    assert "[" not in left


def test_a_bar_says_nothing_of_short_work(monkeypatch):
    errors = Terminal()
    monkeypatch.setattr(sys, "stderr", errors)
    with progress.bar():
        assert list(counted("abc")) == ["a", "b", "c"]
    assert not errors.getvalue()


def test_the_last_column_of_a_row_is_broken_within_its_column():
    row = "    as written   all  at S = 39.6043, r = -100000, σ = 0.164218, T = 0.407101"
    assert wrapped(row, 60).split("\n") == [
        "    as written   all  at S = 39.6043, r = -100000,",
        "                      σ = 0.164218, T = 0.407101",
    ]
    assert wrapped(row, 30) == row  # there is no room for a column


@pytest.mark.parametrize("terminal", [True, False])
def test_messages_fit_a_terminal_and_lines_of_a_source_stay_whole(monkeypatch, terminal):
    errors = Terminal() if terminal else io.StringIO()
    monkeypatch.setattr(sys, "stderr", errors)
    monkeypatch.setenv("COLUMNS", "80")
    with contextlib.suppress(SystemExit):
        main(["derive", "example:brnach"])
    lines = errors.getvalue().splitlines()
    assert (max(map(columns, lines)) <= 80) == terminal
    assert " ".join(line.strip() for line in lines).endswith("`symgrad examples` lists them all")
    with contextlib.suppress(SystemExit):
        main(["derive", f"J = {' + '.join(f'alpha*x^{i}' for i in range(20))}", "--wrt", "x,beta"])
    wide = [line for line in errors.getvalue().splitlines() if columns(line) > 80]
    assert all("|" in line for line in wide[not terminal :])
