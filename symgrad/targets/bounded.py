"""Work that can be ended from outside: functions in a process of their own, tools with a limit.

What works on text of others, or runs what others wrote, may take for ever inside of one call. It is
done in a process that is killed, with all that it has started, when its time is over. That process
gets its request as a pickle on its standard input and gives one pickle back; what it prints goes
nowhere.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import pickle
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO, Any, TypeVar

from symgrad.errors import SymgradError

T = TypeVar("T")

_GRACE_SECONDS = 0.3
_START_SECONDS = 30.0  # what an interpreter may need to start, on a busy machine
# Run with -I: what is imported is found where the parent finds it, not in the current folder.
_BOOT = "import sys; sys.path[:] = sys.argv[1:]; from symgrad.targets.bounded import serve; serve()"
_POSIX = os.name == "posix"
_running: list[subprocess.Popen[bytes]] = []


class Exceeded(SymgradError, TimeoutError):
    """Work was ended because its time or its memory was used up."""


def bounded(
    function: Callable[..., T], *arguments: object, seconds: float, megabytes: int | None = None
) -> T:
    """Return `function(*arguments)`, computed in a process of its own.

    The function must stand in a module, arguments and result must be picklable. Raises Exceeded
    after so many seconds, or where more memory is asked for than so many megabytes (where the
    system can bound it), and every SymgradError that the function raises.

    >>> bounded(sorted, [3, 1, 2], seconds=60)
    [1, 2, 3]
    """
    request = (function.__module__, function.__qualname__, arguments, megabytes)
    path = [entry for entry in (*sys.path, str(Path(__file__).parents[2])) if entry]
    process = _started([sys.executable, "-I", "-c", _BOOT, *path], stderr=subprocess.DEVNULL)
    try:
        answers: queue.SimpleQueue[Any] = queue.SimpleQueue()
        threading.Thread(target=_collect, args=(process.stdout, answers), daemon=True).start()
        _write(process.stdin, request)
        if answers.get(timeout=_START_SECONDS) != "ready":
            raise Exceeded("its process stopped")
        kind, found = answers.get(timeout=seconds)
    except (queue.Empty, OSError):
        raise Exceeded(f"it took longer than {seconds:g} s") from None
    finally:
        _end(process)
    if kind == "stopped":
        raise Exceeded("it used up its memory" if megabytes else "its process stopped")
    if kind == "raised":
        fault, diagnostics = found
        raise fault(*diagnostics)
    result: T = found
    return result


def _started(command: Sequence[str], **options: Any) -> subprocess.Popen[bytes]:  # noqa: ANN401
    """Start a command as the first of a group of processes that can be ended together."""
    pipe = subprocess.PIPE
    process = subprocess.Popen(  # noqa: S603  (an interpreter or a compiler of this machine)
        list(command),
        stdin=pipe,
        stdout=pipe,
        start_new_session=_POSIX,
        **options,
    )
    _running.append(process)
    return process


def _write(stream: IO[bytes] | None, message: object) -> None:
    if stream is not None:
        stream.write(pickle.dumps(message))
        stream.flush()


def _collect(stream: IO[bytes], answers: queue.SimpleQueue[Any]) -> None:
    """Put the messages of a process into a queue, and one about its end."""
    with stream, contextlib.suppress(OSError, ValueError, EOFError, pickle.UnpicklingError):
        while True:
            answers.put(pickle.load(stream))  # noqa: S301  (from our own process)
    answers.put(("stopped", None))


def run(
    command: Sequence[str], given: bytes = b"", *, seconds: float, folder: Path | None = None
) -> subprocess.CompletedProcess[bytes]:
    """Run a command; end it and all that it started when its time is over, or on an interrupt.

    Raises subprocess.TimeoutExpired after so many seconds, and OSError where it cannot be started.
    """
    process = _started(command, stderr=subprocess.PIPE, cwd=folder)
    try:
        out, err = process.communicate(given, timeout=seconds)
    finally:
        _end(process)
        if process.stdout is not None:
            process.stdout.close()
    return subprocess.CompletedProcess(list(command), process.returncode, out, err)


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a process and its children: asked first, since it may have to end tools of its own."""
    _running.remove(process)
    if process.poll() is None:
        _signal(process, signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_GRACE_SECONDS)
    _signal(process, getattr(signal, "SIGKILL", signal.SIGTERM))
    process.wait()
    for stream in (process.stdin, process.stderr):
        if stream is not None:
            with contextlib.suppress(OSError, ValueError):
                stream.close()


def _signal(process: subprocess.Popen[bytes], number: int) -> None:
    """Send a signal to a process and its children, those that it has left behind too."""
    with contextlib.suppress(OSError):
        if _POSIX:
            os.killpg(process.pid, number)
        elif process.poll() is None:
            process.kill()


def serve() -> None:
    """Answer the one request on standard input; this runs in the process of `bounded`."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    signal.signal(signal.SIGTERM, _ended)
    module, name, arguments, megabytes = pickle.load(sys.stdin.buffer)  # noqa: S301
    function: Any = importlib.import_module(module)
    for part in name.split("."):
        function = getattr(function, part)
    _write(answers, "ready")
    if megabytes:
        _limit_memory(megabytes)
    _write(answers, _answer(function, arguments))
    os._exit(0)


def _answer(function: Callable[..., object], arguments: Sequence[object]) -> tuple[str, object]:
    try:
        return "gave", function(*arguments)
    except SymgradError as error:
        return "raised", (type(error), error.diagnostics)
    except MemoryError:
        return "stopped", None


def _ended(*_: object) -> None:
    for process in _running:
        _signal(process, getattr(signal, "SIGKILL", signal.SIGTERM))
    os._exit(1)


def _limit_memory(megabytes: int) -> None:
    """Bound the memory of this process, where the system can."""
    try:
        import resource  # noqa: PLC0415  (there is none on Windows)
    except ImportError:
        return
    for kind in (resource.RLIMIT_AS, resource.RLIMIT_DATA):
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(kind, (megabytes * 2**20, megabytes * 2**20))
