"""Every command under every fault of its surroundings, with the net at the command's edge off."""

import errno
import io
import json
import os
import signal
import sys
from pathlib import Path

import pytest

import symgrad.cli
from symgrad.cli import main
from symgrad.expression.letters import spelled_out
from tests.warm import ask

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")
GRAPH = """\
# Größe: λ∂
param α = 1, β = 2, σ_x = 1
data x, y
const λ = 0.5
u = α*x + β^2
v = |u| + √y
J = (v - y)^2 + λ*α^12 + where(x <= 1, σ_x, y) + u
step x = 2, y = 1
"""
CLAIMS = "dJ/dβ = 2·(v − y)·dv/du·2β\ndJ/dλ = α^2\n∂J/∂σ_x = where(x ≤ 1, 1, 0)\n"
COMMANDS = {
    "derive": "derive {graph}",
    "derive latex": "derive {graph} --format latex",
    "derive markdown": "derive {graph} --format markdown --steps full",
    "hessian": "derive {graph} --hessian",
    "paths": "paths {graph}",
    "generate": "generate {graph}",
    "verify": "verify {graph} {claims}",
    "verify json": "verify {graph} {claims} --format json",
    "verify sarif": "verify {graph} {claims} --format sarif",
    "trace": "trace {graph}",
    "trace table": "trace {graph} --show table -n 3",
    "trace csv": "trace {graph} --format csv",
    "trace json": "trace {graph} --format json",
    "draw": "draw {graph}",
    "examples": "examples",
    "templates": "templates",
    "completion": "completion bash",
    "help": "--help",
    "version": "--version",
}
EXPECTED = {name: 1 if name.startswith("verify") else 0 for name in COMMANDS}
WRITING = ("derive", "paths", "generate", "verify", "trace", "draw", "examples", "completion")
TELLING = ("derive", "verify", "trace", "draw", "help")
OWN_ENCODING = ("latex", "markdown", "json", "generate", "sarif", "csv", "draw")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("faults")
    (made / "graph.sg").write_text(GRAPH, encoding="utf-8")
    (made / "claims.txt").write_text(CLAIMS, encoding="utf-8")
    odd = os.fsencode(made) + b"/gr\xffph.sg"
    Path(os.fsdecode(odd)).write_text(GRAPH, encoding="utf-8")
    Path(os.fsdecode(odd.replace(b".sg", b".txt"))).write_text(CLAIMS, encoding="utf-8")
    os.mkfifo(made / "pipe.svg")
    return made


def run(folder, cases):
    return [ask(**case, cwd=str(folder), net=False) for case in cases]


def words(text, graph="graph.sg", claims="claims.txt"):
    return ["-m", "symgrad", *text.format(graph=graph, claims=claims).split()]


def under(folder, fault, names=tuple(COMMANDS), **files):
    """Run commands under a fault; return name: (status, out, err)."""
    cases = [{"words": words(COMMANDS[name], **files), **fault} for name in names]
    found = dict(zip(names, run(folder, cases), strict=True))
    for name, ended in found.items():
        assert ended["status"] != 70, f"{name} stopped with an exception"
        assert "Traceback" not in ended["err"], f"{name}\n{ended['err']}"
    return {name: tuple(ended.values()) for name, ended in found.items()}


@pytest.fixture(scope="module")
def plain(folder):
    found = under(folder, {})
    assert {name: status for name, (status, _, _) in found.items()} == EXPECTED
    return {name: out for name, (_, out, _) in found.items()}


@pytest.mark.parametrize("encoding", ["cp1252", "ascii"])
def test_an_encoding_without_the_letters(folder, plain, encoding):
    found = under(folder, {"encoding": encoding})
    for name, (status, out, err) in found.items():
        assert status == EXPECTED[name], f"{name}: {err}"
        if any(kind in name for kind in OWN_ENCODING):
            assert out == plain[name], name
        else:
            raw = out.encode("latin-1")
            assert raw.decode(encoding).encode(encoding) == raw, name
            assert "\\u" not in out, name
    assert "dJ/dalpha" in found["derive"][1]


def test_a_full_disk(folder):
    for name, (status, _, err) in under(folder, {"full": [1]}).items():
        assert (status, err) == (2, "error: No space left on device\n"), name


def test_a_closed_output(folder):
    for name, (status, _, err) in under(folder, {"closed": [1]}, WRITING).items():
        assert (status, err) == (2, "error: standard output is closed\n"), name


@pytest.mark.parametrize("fault", [{"full": [2]}, {"closed": [2]}, {"closed": [0]}])
def test_nobody_to_tell(folder, plain, fault):
    for name, (status, out, _) in under(folder, fault, TELLING).items():
        assert status == EXPECTED[name], name
        assert out == plain[name], name


def test_closed_input_that_is_to_be_read(folder):
    cases = [
        {"words": ["-m", "symgrad", "derive", "-"], "closed": [0]},
        {"words": ["-m", "symgrad", "verify", "graph.sg", "-"], "closed": [0]},
        {"words": ["-m", "symgrad", "trace", "graph.sg", "--data", "-"], "closed": [0]},
        {"words": ["-m", "symgrad", "draw", "-"], "closed": [0, 2]},
    ]
    for ended in run(folder, cases):
        assert ended["status"] == 2
        assert ended["err"] in ("error: standard input is closed\n", "")


def test_a_file_name_that_is_not_utf_8(folder):
    odd = {"graph": "gr\xffph.sg", "claims": "gr\xffph.txt"}
    found = under(folder, {}, **odd)
    for name, (status, _, err) in found.items():
        assert status == EXPECTED[name], f"{name}: {err}"
    for name in ("verify json", "verify sarif", "trace json"):
        json.loads(found[name][1].encode("latin-1").decode("utf-8"))
    assert "gr%FFph.txt" in found["verify sarif"][1]
    missing = run(folder, [{"words": ["-m", "symgrad", "derive", "n\xffne.sg"]}])[0]
    assert (missing["status"], missing["out"]) == (2, "")
    assert missing["err"].startswith(r"error: there is no file n\udcffne.sg")


@pytest.mark.parametrize("option", ["inf", "nan", "0", "-1", "1e300", "x"])
def test_a_limit_is_a_finite_number_of_seconds(option, capsys):
    with pytest.raises(SystemExit) as ended:
        main(["trace", "example:branch_and_merge", "--timeout", option])
    assert ended.value.code == 2
    assert "seconds" in capsys.readouterr().err


ATTACKS = {
    "sin of a power": "param a = 10\nu = a^1000000\nJ = sin(u)",
    "order of polygamma": "param a = 1\nJ = polygamma(100000, a)",
    "tower of powers": "param a = 1\nJ = a" + "^a" * 99,
}


@pytest.mark.parametrize("name", ATTACKS)
def test_a_graph_without_end_is_given_up(name, folder):
    (folder / "attack.sg").write_text(ATTACKS[name], encoding="utf-8")
    ended = run(folder, [{"words": ["-m", "symgrad", "trace", "attack.sg", "--timeout", "0.4"]}])[0]
    assert (ended["status"], ended["out"]) == (2, "")
    assert ended["err"] == (
        "error: not finished within 0.4 s of computing\n"
        "  help: give --timeout SECONDS for more of them\n"
    )


NO_VALUES = (
    "polygamma(-1, 2)", "polygamma(2, b)", "erfc(1e300)", "exp(exp(exp(exp(exp(exp(10))))))",
    "lgamma(b)", "digamma(-3)", "cosh(10^400)", "log(b)", "10^(10^(10^(10^(3+b))))",
)  # fmt: skip


@pytest.mark.parametrize(
    ("command", "values"),
    [("trace", NO_VALUES), ("draw --values", NO_VALUES), ("report", (NO_VALUES[2], NO_VALUES[4]))],
)
def test_a_value_that_is_none_is_named(command, values, folder):
    name, *options = command.split()
    cases = []
    for number, value in enumerate(values):
        text = f"param a = 1, b = 0\nJ = a*{value}"
        (folder / f"pole{number}.sg").write_text(text, encoding="utf-8")
        cases.append({"words": ["-m", "symgrad", name, f"pole{number}.sg", *options]})
    for value, ended in zip(values, run(folder, cases), strict=True):
        assert "Traceback" not in ended["err"], value
        assert ended["status"] == (0 if command == "report" else 2), value


@pytest.mark.parametrize("command", ["derive", "paths", "draw", "report", "generate --no-check"])
def test_every_command_that_derives_has_a_limit(command, folder):
    (folder / "tower.sg").write_text(ATTACKS["tower of powers"], encoding="utf-8")
    name, *options = command.split()
    call = ["-m", "symgrad", name, "tower.sg", *options, "--timeout", "0.3"]
    ended = run(folder, [{"words": call}])[0]
    assert (ended["status"], ended["out"]) == (2, "")
    assert ended["err"].startswith("error: not finished within 0.3 s of computing")


def test_what_nobody_foresaw_is_one_line_that_asks_for_a_report(monkeypatch, capsys):
    def broken(*_, **__):
        raise LookupError("no\nsuch row")

    monkeypatch.setattr("symgrad.derivation.derive.derive", broken)
    with pytest.raises(SystemExit) as ended:
        main(["derive", "example:branch_and_merge"])
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert said.startswith("error: symgrad failed (LookupError in cli/derive_command.py:")
    assert said.endswith("no such row); this is a fault of symgrad: please report it, with the "
                         "command and its input\n")  # fmt: skip
    with pytest.raises(LookupError):
        main(["derive", "example:branch_and_merge"], net=False)


class FullDisk(io.StringIO):
    """A stream that notices when it is flushed that there is no room for what was written."""

    def flush(self):
        if self.getvalue():
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_what_a_command_leaves_is_written_while_a_fault_can_be_told(monkeypatch, capsys):
    def leaves(**_):
        sys.stdout.write("text")

    monkeypatch.setattr(symgrad.cli.cli, "main", leaves)
    monkeypatch.setattr(sys, "stdout", FullDisk())
    with pytest.raises(SystemExit) as ended:
        main(["derive", "example:branch_and_merge"])
    assert ended.value.code == 2
    assert capsys.readouterr().err == "error: No space left on device\n"


@pytest.mark.parametrize("wait", [0.0, 0.05, 0.2])
def test_an_interrupt_at_any_time_is_no_traceback(wait, run_python):
    code = (
        "import os, signal, sys, threading, time\n"
        "from symgrad.__main__ import main\n"
        "def interrupt():\n"
        f"    time.sleep({wait})\n"
        "    os.kill(os.getpid(), signal.SIGINT)\n"
        "signal.signal(signal.SIGINT, signal.SIG_DFL)\n"
        "threading.Thread(target=interrupt, daemon=True).start()\n"
        "sys.argv = ['symgrad', 'report', 'example:lstm_cell']\n"
        "main()\n"
    )
    done = run_python("-W", "ignore", "-c", code, status=None)
    assert done.returncode in (130, -signal.SIGINT)
    assert done.stderr in ("", "\ninterrupted\n", "interrupted\n")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("λa", "lambda a"), ("2λ", "2 lambda"), ("δ₁²", "delta1^2"), ("x⁻¹²", "x^(-12)"),
        ("∂L/∂λ", "dL/dlambda"), ("δ_v", "delta_v"), ("ŷ ≤ √2", "y\u0302 <= sqrt2"),
    ],
)  # fmt: skip
def test_letters_are_spelled_out(text, shown):
    assert spelled_out(text, "ascii") == shown.encode("ascii", "backslashreplace").decode()
    assert spelled_out(text, "utf-8") == text
