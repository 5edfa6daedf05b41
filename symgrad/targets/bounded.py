"""Tools with a limit, and functions whose faults come back from a process of their own."""

from __future__ import annotations

import contextlib
import importlib
import os
import signal
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from symgrad.errors import SymgradError
from symgrad.expression.deadline import Broken, Process

T = TypeVar("T")

_POSIX = os.name == "posix"
_SPARE_SECONDS = 2


def bounded(
    function: Callable[..., T], *arguments: object, seconds: float, megabytes: int = 0
) -> T:
    """Return `function(*arguments)`, computed in a process of its own.

    The function must stand in a module, arguments and result must be picklable. With `megabytes`
    the process gets no more memory than that besides what it begins with, where the system can
    bound it.

    Raises:
        Late: when there is no result after so many seconds.
        Broken: when the process ends without one, or its memory is used up.
        SymgradError: what the function raises.

    >>> bounded(sorted, [3, 1, 2], seconds=60)
    [1, 2, 3]
    """
    name = f"{function.__module__}:{function.__qualname__}"
    with Process("symgrad.targets.bounded:_service", (name, seconds, megabytes)) as process:
        found, fault = process.ask(arguments, seconds=seconds)
    if fault is not None:
        kind, diagnostics = fault
        raise kind(*diagnostics)
    result: T = found
    return result


def _service(start: tuple[str, float, int]) -> Callable[[Sequence[object]], tuple[object, object]]:
    """Return what calls the function; this runs in the process that is asked."""
    name, seconds, megabytes = start
    module, _, path = name.partition(":")
    function: Any = importlib.import_module(module)
    for part in path.split("."):
        function = getattr(function, part)

    def answer(arguments: Sequence[object]) -> tuple[object, object]:
        _limit(seconds, megabytes)
        try:
            return function(*arguments), None
        except SymgradError as error:
            return None, (type(error), error.diagnostics)
        except MemoryError:
            return None, (Broken, ("out of memory",))

    return answer


def _limit(seconds: float, megabytes: int) -> None:
    """Bound the computing of this process and of the tools it starts, and its memory."""
    try:
        import resource  # noqa: PLC0415  (there is none on Windows)
    except ImportError:
        return
    limits = {resource.RLIMIT_CPU: int(seconds) + _SPARE_SECONDS}
    if megabytes:
        most = _own_memory() + megabytes * 2**20
        limits |= dict.fromkeys((resource.RLIMIT_AS, resource.RLIMIT_DATA), most)
    for kind, limit in limits.items():
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(kind, (limit, resource.getrlimit(kind)[1]))


def _own_memory() -> int:
    """Return how many bytes this process has taken, where the system tells: a fork has many."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    except OSError:
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


def run(
    command: Sequence[str], given: bytes = b"", *, seconds: float, folder: Path | None = None
) -> subprocess.CompletedProcess[bytes]:
    """Run a tool; end it and all that it started when its time is over, or on an interrupt.

    Raises subprocess.TimeoutExpired after so many seconds, and OSError where it cannot be started.
    """
    with subprocess.Popen(  # noqa: S603  (an interpreter or a compiler of this machine)
        list(command),
        cwd=folder,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=_POSIX,
    ) as process:
        try:
            out, err = process.communicate(given, timeout=seconds)
        finally:
            _end_all(process)
    return subprocess.CompletedProcess(list(command), process.returncode, out, err)


def _end_all(process: subprocess.Popen[bytes]) -> None:
    """End a tool and its children, those that it has left behind too."""
    with contextlib.suppress(OSError):
        if _POSIX:
            os.killpg(process.pid, signal.SIGKILL)
        elif process.poll() is None:
            process.kill()
