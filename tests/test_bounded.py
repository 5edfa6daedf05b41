"""Work on what others wrote ends: rendering, checks, compilers, interpreters."""

import os
import shutil
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from symgrad.derivation.derive import derive
from symgrad.errors import Diagnostic, SymgradError
from symgrad.expression import deadline
from symgrad.expression.deadline import Broken, Late
from symgrad.sources.text import parse
from symgrad.targets import templates
from symgrad.targets.bounded import bounded, run
from symgrad.targets.check_code import check, check_within
from symgrad.targets.codegen import TemplateFault, emit, generate

posix = pytest.mark.skipif(os.name != "posix", reason="scripts with #!")


class Fault(SymgradError):
    """A fault of the function that is called."""


def faulty(message):
    raise Fault(message, help="none")


def loud(text):
    sys.stdout.write(text)
    sys.stderr.write(text)
    return os.getpid()


@pytest.fixture(params=["fork", "interpreter"])
def _each_kind(request, monkeypatch):
    there = Path("/proc/self/task").exists() and request.param == "fork"
    monkeypatch.setattr(deadline, "can_fork", lambda: there)


each_kind = pytest.mark.usefixtures("_each_kind")


@each_kind
def test_result_comes_from_another_process(capfd):
    assert bounded(loud, "a word", seconds=20) != os.getpid()
    assert capfd.readouterr() == ("", "")


@each_kind
def test_faults_come_back_as_they_were():
    with pytest.raises(Fault) as caught:
        bounded(faulty, "no good", seconds=20)
    assert caught.value.diagnostics == (Diagnostic("no good", help="none"),)


@each_kind
def test_late_work_is_ended():
    start = time.monotonic()
    with pytest.raises(Late):
        bounded(time.sleep, 60, seconds=0.2)
    assert time.monotonic() - start < 10


@each_kind
@posix
def test_memory_is_bounded():
    with pytest.raises(Broken):
        bounded(bytearray, 2**30, seconds=20, megabytes=400)


@each_kind
@posix
def test_modules_are_not_taken_from_the_folder_where_one_stands(tmp_path, monkeypatch):
    (tmp_path / "random.py").write_text("raise SystemExit('taken from here')")
    monkeypatch.chdir(tmp_path)
    assert bounded(sorted, [2, 1], seconds=20) == [1, 2]


def opened():
    return [str(entry.readlink()) for entry in Path("/proc/self/fd").iterdir() if entry.exists()]


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="only Linux counts threads")
def test_a_process_is_a_fork_where_nothing_else_goes_on(run_python, tmp_path):
    code = (
        "import sys, threading\n"
        "from tests.test_bounded import opened\n"
        "from symgrad.targets.bounded import bounded\n"
        "sys.setrecursionlimit(1234)\n"
        "print('once', end=' ')\n"
        "held = open('held', 'w')\n"
        "def told():\n"
        "    names = bounded(opened, seconds=20)\n"
        "    print(bounded(sys.getrecursionlimit, seconds=20), any('held' in n for n in names))\n"
        "told()\n"
        "end = threading.Event()\n"
        "threading.Thread(target=end.wait).start()\n"
        "told()\n"
        "end.set()\n"
    )
    done = run_python("-c", code, cwd=tmp_path)
    assert done.stdout == "once 1234 False\n1000 False\n"


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="the system tells no threads")
def test_a_thread_that_ended_is_gone_for_the_next_fork(run_python):
    """A thread can be joined a moment before the system has ended it."""
    code = (
        "import threading\n"
        "from symgrad.expression.deadline import _end_of, can_fork\n"
        "def forks():\n"
        "    thread = threading.Thread(target=int)\n"
        "    thread.start()\n"
        "    _end_of(thread)\n"
        "    return can_fork()\n"
        "print(all([forks() for _ in range(200)]))\n"
    )
    assert run_python("-c", code).stdout == "True\n"


@posix
def test_a_late_tool_is_ended_with_its_children():
    start = time.monotonic()
    with pytest.raises(subprocess.TimeoutExpired):
        run(["sh", "-c", "sleep 60 & sleep 60"], seconds=0.2)
    assert time.monotonic() - start < 10


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}", "1 s"),
        ("{{ 'x'.center(3000000000) }}", "memory"),
        ("{{ '%2000000000s' | format('x') | indent(9) }}", "memory"),
    ],
)
def test_template_that_takes_too_much_is_stopped(tmp_path, monkeypatch, text, fault):
    monkeypatch.setattr(templates, "SECONDS", 1.0)
    (tmp_path / "python.py.j2").write_text(text)
    with pytest.raises(TemplateFault, match=fault):
        generate(parse("param a; J = a^2"), templates=tmp_path)


def script(folder, name, text):
    path = folder / name
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


@pytest.fixture
def square():
    return derive(parse("param a; data x; J = (a*x)^2"))


@posix
@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("sleep 60", "took longer than"),
        ("echo junk", "does not run JavaScript"),
        ("exit 1", "does not run JavaScript"),
    ],
)
def test_node_that_is_none(tmp_path, monkeypatch, square, text, note):
    script(tmp_path, "node", text)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    report = check(square, "javascript", emit(square, "javascript"), seconds=1)
    assert report.points is None
    assert note in report.text


@pytest.mark.skipif(not shutil.which("node"), reason="there is no Node")
def test_what_a_module_prints_is_no_result(square):
    (file,) = emit(square, "javascript")
    assert check(square, "javascript", file.text + '\nconsole.log("[[1]]");\n').points == 32


@posix
@pytest.mark.parametrize("text", ["sleep 60", "exit 0", "exit 1"])
def test_compiler_that_is_none(tmp_path, monkeypatch, square, text):
    monkeypatch.setenv("CC", str(script(tmp_path, "slow", text)))
    report = check(square, "c", emit(square, "c"), seconds=1)
    assert report.points is None
    assert "not checked" in report.text


HANGS = ["param a = 1; J = polygamma(100000, a)", "param a = 10; J = sin(a^1000000)"]


@pytest.mark.parametrize("text", HANGS)
def test_check_ends_in_time(text):
    derivation = derive(parse(text))
    start = time.monotonic()
    report = check_within(1.5, derivation, "python", emit(derivation))
    assert not report.points
    assert time.monotonic() - start < 10


def test_values_beyond_all_bounds_are_no_points():
    stages = [f"u{i + 1} = u{i}^2 + sin(u{i})" for i in range(60)]
    derivation = derive(parse("param u0 = 2\n" + "\n".join(stages)))
    assert check(derivation, "python", emit(derivation, safe=False)).ok


def test_code_from_templates_of_others_is_not_run(tmp_path, run_module):
    own = tmp_path / "own"
    own.mkdir()
    (own / "python.py.j2").write_text('{{ head }}\nopen("ran", "w").close()\n')
    words = ("-m", "symgrad", "generate", "example:huber", "--templates", str(own))
    done = run_module(*words, "--check", "-o", "made", cwd=tmp_path)
    assert "not checked: templates of others may emit anything; --run-code runs it" in done.stderr
    assert Path(tmp_path / "made").exists()
    assert not Path(tmp_path / "ran").exists()
    run_module(*words, "--run-code", "-o", "made", cwd=tmp_path, status=2)
