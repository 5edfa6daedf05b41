"""Work that ends: a deadline that is kept from outside, by the system or by a parent process.

A call into a library cannot be interrupted from within: big integers hold the interpreter until
they are done. So a whole command goes on in a child (`go_on_within`) whom the system ends once it
has used up its seconds of computing, and single questions go to a process of their own (`Process`)
that is killed when its answer is late.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import pickle
import queue
import signal
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, NoReturn

from symgrad.errors import SymgradError
from symgrad.expression.progress import Told, listening, tell

_HEAD = struct.Struct(">Q")
_START_SECONDS = 20.0
_SPARE_SECONDS = 1.0
_INTERRUPTS = (signal.SIGINT, signal.SIGTERM)
_BOOT = (
    "import sys; sys.path[:] = sys.argv[2:]; "
    "from symgrad.expression.deadline import serve; serve(sys.argv[1])"
)


class Late(SymgradError, TimeoutError):
    """Work was ended because its time had passed."""


class Broken(SymgradError, RuntimeError):
    """A process ended without an answer: out of memory, or a fault in a library."""


def go_on_within(seconds: float) -> int | None:
    """Go on in a child process that may compute for so many seconds.

    Only computing counts, neither waiting for a reader nor a busy machine. The child gets None
    and does the work; it ends with the process that called. Where there is no `fork` (Windows)
    the caller does the work itself, without a limit. What was printed is to be flushed before.

    Args:
        seconds: seconds of processor time, above 0.

    Returns:
        None in the child. In the process that called, once the child has ended: its exit status.

    Raises:
        Late: in the process that called, when the child was ended at the deadline.
        Broken: there too, when the child was ended by a fault of its own.
        KeyboardInterrupt: there too, when an interrupt ended it.
    """
    if not hasattr(os, "fork"):
        return None
    ours, theirs = os.pipe()
    waiting = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}
    signal.pthread_sigmask(signal.SIG_BLOCK, waiting)  # until both sides are ready for them
    child = os.fork()
    if child == 0:
        os.close(theirs)
        _end_with_parent(ours)
        allow(seconds)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, waiting)
        return None
    os.close(ours)
    before = {n: signal.signal(n, lambda sent, _: _pass_on(child, sent)) for n in waiting}
    signal.pthread_sigmask(signal.SIG_UNBLOCK, waiting)
    _, status = os.waitpid(child, 0)
    for number, handler in before.items():
        signal.signal(number, signal.SIG_DFL if handler is None else handler)
    os.close(theirs)
    return _ended(os.waitstatus_to_exitcode(status), seconds)


def allow(seconds: float) -> None:
    """Let this process compute for so many seconds from now on; then the system ends it."""
    if hasattr(signal, "setitimer"):
        signal.signal(signal.SIGPROF, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_PROF, seconds)


def _ended(code: int, seconds: float) -> int:
    if code >= 0:
        return code
    if -code == signal.SIGPROF:
        raise Late(f"not finished within {seconds:g} s of computing")
    if -code == signal.SIGINT:
        raise KeyboardInterrupt
    if -code in (signal.SIGTERM, signal.SIGHUP, signal.SIGPIPE):
        return 128 - code
    name = signal.Signals(-code).name
    reason = "out of memory?" if -code == signal.SIGKILL else "a fault in a library"
    raise Broken(f"ended by {name}: {reason}")


def _pass_on(child: int, sent: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(child, sent)


def _end_with_parent(pipe: int) -> None:
    """Have the system end this process when nobody holds the other end of the pipe any more."""
    import fcntl  # noqa: PLC0415  (there is none on Windows)

    with contextlib.suppress(OSError, AttributeError):
        signal.signal(signal.SIGIO, signal.SIG_DFL)
        fcntl.fcntl(pipe, fcntl.F_SETOWN, os.getpid())
        fcntl.fcntl(pipe, fcntl.F_SETFL, os.O_ASYNC | os.O_NONBLOCK)


class Process:
    """A process of our own that answers one question after another, and is killed when late.

    It is started at the first question, kept for the next ones, and started anew after its end.
    Questions and answers are pickles over pipes; what else the process writes goes nowhere. Where
    nothing else goes on in this process it is a fork, which finds loaded what it needs.

    Args:
        service: `module:function`; the function gets `start` and returns what answers a question.
        start: what the process knows from its start, a value that pickles.
    """

    def __init__(self, service: str, start: object) -> None:
        self._service, self._start = service, start
        self._process: _Interpreter | _Fork | None = None
        self._reader = threading.Thread()
        self._answers: queue.Queue[Any] = queue.Queue()

    def __enter__(self) -> Process:  # noqa: PYI034  (Self is there from Python 3.11 on)
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def ask(self, question: object, *, seconds: float, waiting: float | None = None) -> Any:  # noqa: ANN401  (the service's own)
        """Return the answer to a question.

        Args:
            question: a value that pickles.
            seconds: how long the process may compute.
            waiting: how many seconds to wait, the same by default; more where a busy machine is to
                change nothing.

        Raises:
            Late: when there is no answer in time; the process is ended.
            Broken: when the process ends without one, or cannot be started.
        """
        try:
            if self._process is None or self._process.has_ended():
                self.start()
            self._send((question, seconds))
            return self._answer(seconds if waiting is None else waiting)
        except queue.Empty:
            self.stop()
            raise Late(f"no answer within {seconds:g} s") from None
        except (OSError, pickle.PicklingError) as error:
            self.stop()
            raise Broken(f"no process could be asked: {error}") from error
        except BaseException:
            self.stop()
            raise

    def start(self) -> None:
        """Start the process, and wait until it is ready."""
        self.stop()
        kind = _Fork if can_fork() else _Interpreter
        self._process = kind(self._service)
        self._answers = queue.Queue()
        given = (self._process.answers, self._answers)
        self._reader = threading.Thread(target=_collect, args=given, daemon=True)
        self._reader.start()
        self._send((self._start, _START_SECONDS))
        self._answer(_START_SECONDS)

    def _send(self, message: object) -> None:
        if self._process is None:
            raise OSError("there is no process")
        _write(self._process.questions, message)

    def _answer(self, seconds: float) -> Any:  # noqa: ANN401  (the service's own)
        ends = time.monotonic() + seconds
        while isinstance(
            found := self._answers.get(timeout=max(0.0, ends - time.monotonic())), Told
        ):
            tell(found.share, found.what)
        if found is None:
            raise Broken("a process ended without an answer")
        return found[0]

    def stop(self) -> None:
        """End the process."""
        process, self._process = self._process, None
        if process is None:
            return
        process.end()
        _end_of(self._reader)  # with it there are two threads, and no next fork
        for stream in (process.questions, process.answers):
            with contextlib.suppress(OSError):
                stream.close()


class _Interpreter:
    """A service in a fresh interpreter, over its standard streams."""

    def __init__(self, service: str) -> None:
        self._process = subprocess.Popen(  # noqa: S603  (our own interpreter, our own module)
            [sys.executable, "-c", _BOOT, service, *_import_path()],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONHASHSEED": "0"},
        )
        if self._process.stdin is None or self._process.stdout is None:
            raise OSError("there are no pipes")
        self.questions, self.answers = self._process.stdin, self._process.stdout

    def has_ended(self) -> bool:
        return self._process.poll() is not None

    def end(self) -> None:
        self._process.kill()
        self._process.wait()


class _Fork:
    """A service in a fork of this process, which must have one thread only."""

    def __init__(self, service: str) -> None:
        theirs, questions = os.pipe()
        answers, ours = os.pipe()
        self._child = os.fork()
        if self._child == 0:
            _serve_as_child(service, theirs, ours)
        os.close(theirs)
        os.close(ours)
        self.questions = os.fdopen(questions, "wb")
        self.answers = os.fdopen(answers, "rb")

    def has_ended(self) -> bool:
        if self._child and os.waitpid(self._child, os.WNOHANG)[0]:
            self._child = 0
        return not self._child

    def end(self) -> None:
        if self._child:
            os.kill(self._child, signal.SIGKILL)
            os.waitpid(self._child, 0)
            self._child = 0


def can_fork() -> bool:
    """Tell whether a fork of this process may go on computing: no other thread holds a lock."""
    tasks = Path("/proc/self/task")  # those of libraries too
    return tasks.exists() and len(list(tasks.iterdir())) == 1


def _end_of(thread: threading.Thread) -> None:
    """Wait until a thread is gone, for the system too: that is a moment after it can be joined."""
    end = time.monotonic() + _SPARE_SECONDS
    thread.join(_SPARE_SECONDS)
    while Path(f"/proc/self/task/{thread.native_id}").exists() and time.monotonic() < end:
        time.sleep(0.0001)


def _serve_as_child(service: str, questions: int, answers: int) -> NoReturn:
    """Serve in a fork that keeps nothing open but its two pipes, and end without a word."""
    try:
        gc.freeze()  # what the parent has left lies as it is: its files have other numbers here
        for number in _INTERRUPTS:
            if callable(signal.getsignal(number)):
                signal.signal(number, signal.SIG_DFL)
        pipes = _alone_open(questions, answers)
        with os.fdopen(pipes[0], "rb") as given, os.fdopen(pipes[1], "wb") as said:
            _answer_all(service, given, said)
    finally:
        os._exit(0)


def _alone_open(*files: int) -> list[int]:
    """Close what else is open; return new numbers of the files, above those of the streams."""
    import fcntl  # noqa: PLC0415  (there is none on Windows)

    kept = [fcntl.fcntl(file, fcntl.F_DUPFD, 3) for file in files]
    start = 0
    for file in (*sorted(kept), os.sysconf("SC_OPEN_MAX")):
        os.closerange(start, file)
        start = file + 1
    modes = {"stdin": "r", "stdout": "w", "stderr": "w"}
    for name, mode in modes.items():
        stream = Path(os.devnull).open(mode, encoding="utf-8")  # noqa: SIM115  (to the end)
        setattr(sys, name, stream)
    return kept


def _import_path() -> list[str]:
    """Return where the process finds modules: where this one does, but not in its folder."""
    return [*filter(None, sys.path), str(Path(__file__).resolve().parent.parent.parent)]


def _collect(stream: IO[bytes], answers: queue.Queue[Any]) -> None:
    """Put every answer of a process, in a tuple, into a queue, and None at its end.

    What it tells of its progress comes between.
    """
    with contextlib.suppress(OSError, ValueError, EOFError, pickle.UnpicklingError):
        while (message := _read(stream)) is not None:
            answers.put(message)
    answers.put(None)


def _write(stream: IO[bytes], message: object) -> None:
    data = pickle.dumps(message)
    stream.write(_HEAD.pack(len(data)) + data)
    stream.flush()


def _read(stream: IO[bytes]) -> Any:  # noqa: ANN401  (whatever the other side has sent)
    head = stream.read(_HEAD.size)
    if len(head) < _HEAD.size:
        return None
    return pickle.loads(stream.read(*_HEAD.unpack(head)))  # noqa: S301  (from our own process)


def serve(service: str) -> None:
    """Answer over the standard streams; this runs in a fresh interpreter."""
    questions, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_RDWR), 1)  # what a library prints is no answer
    _answer_all(service, questions, answers)


def _answer_all(service: str, questions: IO[bytes], answers: IO[bytes]) -> None:
    """Answer what comes in until nothing comes any more; this runs in the process that is asked.

    It ends itself when it computes for longer than it may: nobody may be left to kill it.
    """
    module, _, name = service.partition(":")
    build: Callable[[Any], Callable[[Any], Any]] = getattr(importlib.import_module(module), name)
    respond: Callable[[Any], Any] | None = None
    while (message := _read(questions)) is not None:
        question, seconds = message
        allow(seconds + _SPARE_SECONDS)
        if respond is None:
            respond = build(question)
            _write(answers, ("ready",))
        else:
            with listening(lambda share, what: _write(answers, Told(share, what))):
                answer = respond(question)
            _write(answers, (answer,))
