"""Deadlines: work that cannot be interrupted is ended from outside, and nothing is left behind."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from symgrad.expression.deadline import Broken, Late, Process

STUCK = "9**(9**9)"  # one operation of the interpreter: no signal handler and no thread gets a turn


def squares(start):
    """Return a service that prints, adds, stalls and dies on request."""

    def answer(question):
        print("junk that is no answer")  # noqa: T201
        if question == "stuck":
            return 9 ** (9**9)
        if question == "wait":
            time.sleep(0.3)
        if question == "die":
            os._exit(7)
        if question == "nothing":
            return None
        return start if question == "wait" else start + question**2

    return answer


@pytest.fixture
def process(monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).resolve().parent.parent))
    with Process("tests.test_deadline:squares", 100) as found:
        yield found


def test_a_process_answers_one_question_after_another(process):
    assert [process.ask(n, seconds=20) for n in (1, 2, 3)] == [101, 104, 109]


def test_a_late_answer_ends_the_process_and_the_next_question_starts_another(process):
    process.ask(1, seconds=20)
    begin = time.monotonic()
    with pytest.raises(Late, match=r"no answer within 0\.3 s"):
        process.ask("stuck", seconds=0.3)
    assert time.monotonic() - begin < 5
    assert process.ask(2, seconds=20) == 104


def test_what_is_bounded_is_computing_where_more_is_waited(process):
    process.ask(1, seconds=20)
    assert process.ask("wait", seconds=0.1, waiting=20) == 100
    with pytest.raises(Broken):  # ended by the system, long before the wait is over
        process.ask("stuck", seconds=0.1, waiting=20)


def test_a_process_that_dies_is_told_apart_from_a_late_one(process):
    with pytest.raises(Broken, match="without an answer"):
        process.ask("die", seconds=20)
    assert process.ask(2, seconds=20) == 104


def test_an_answer_may_be_none(process):
    assert process.ask("nothing", seconds=20) is None


LIMITED = """\
import os, sys, time
from symgrad.expression.deadline import go_on_within, allow
try:
    status = go_on_within(float(sys.argv[1]))
except Exception as error:
    print(f"{type(error).__name__}: {error}")
    sys.exit(2)
if status is not None:
    sys.exit(status)
print(os.getpid(), flush=True)
"""


def limited(run_python, work, *, seconds="0.3", status):
    done = run_python("-c", LIMITED + work, seconds, status=status)
    return done.stdout.splitlines()[-1]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")
class TestGoOnWithin:
    def test_the_status_of_the_child_is_the_status(self, run_python):
        limited(run_python, "sys.exit(5)", status=5)

    def test_what_cannot_be_interrupted_is_ended(self, run_python):
        said = limited(run_python, STUCK, status=2)
        assert said == "Late: error: not finished within 0.3 s of computing"

    def test_the_handlers_of_signals_are_given_back(self, run_python):
        code = (
            "import os, signal\nfrom symgrad.expression.deadline import go_on_within\n"
            "sent = signal.SIGINT, signal.SIGTERM, signal.SIGHUP\n"
            "before = list(map(signal.getsignal, sent))\n"
            "if go_on_within(20) is None:\n    os._exit(0)\n"
            "print(list(map(signal.getsignal, sent)) == before)"
        )
        assert run_python("-c", code).stdout == "True\n"

    def test_waiting_does_not_count(self, run_python):
        assert limited(run_python, "time.sleep(0.6); print('done')", status=0) == "done"

    def test_more_time_can_be_given_on_the_way(self, run_python):
        work = (
            "for _ in range(4):\n    allow(0.3)\n    end = time.process_time() + 0.15\n"
            "    while time.process_time() < end:\n        pass\nprint('done')"
        )
        assert limited(run_python, work, status=0) == "done"

    def test_a_fault_of_a_library_is_named(self, run_python):
        said = limited(run_python, "os.kill(os.getpid(), 11)", status=2)
        assert said == "Broken: error: ended by SIGSEGV: a fault in a library"

    @pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGKILL])
    def test_the_child_ends_with_its_parent(self, sent):
        parent = subprocess.Popen(
            [sys.executable, "-c", LIMITED + STUCK, "60"], stdout=subprocess.PIPE
        )
        child = int(parent.stdout.readline())
        parent.send_signal(sent)
        parent.wait(10)
        assert ended(child)
        parent.stdout.close()


def ended(process, seconds=10):
    """Tell whether a process ends within so many seconds."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            return True
        stat = Path(f"/proc/{process}/stat")
        if stat.exists() and stat.read_text(encoding="utf-8").rpartition(")")[2].split()[0] == "Z":
            return True  # ended, and nobody there to take its status
        time.sleep(0.05)
    return False
