"""A process that judges claims and can be killed: no claim, however hostile, holds up the rest.

The process is started at the first claim that is not small, kept for the next ones, and started
anew after it had to be killed. It speaks with its parent in pickles over its standard streams;
nobody else can write there.
"""

from __future__ import annotations

import os
import pickle
import queue
import struct
import subprocess
import sys
import threading
from pathlib import Path
from typing import IO, Any

from symgrad.expression.tree import Call, Expression, Mul, Number, Pow, children
from symgrad.graph.graph import Graph
from symgrad.verify.deciding.limits import Stop, distinct_parts, substituted
from symgrad.verify.judge import Judge
from symgrad.verify.model import Claim, DerivativeTarget, Verdict

_HEAD = struct.Struct(">Q")
_START_SECONDS = 20.0
_GRACE_SECONDS = 0.5
_SMALL_PARTS = 400
_SMALL_DEGREE = 24
_COSTLY = frozenset(("polygamma", "lgamma", "digamma", "logsumexp"))
_BOOT = (
    "import sys; sys.path.insert(0, sys.argv[1]); "
    "from symgrad.verify.worker import serve; serve(sys.stdin.buffer, sys.stdout.buffer)"
)


class Worker:
    """Judges claims in a process of its own; use it as a context."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self._process: subprocess.Popen[bytes] | None = None
        self._answers: queue.Queue[Any] = queue.Queue()

    def __enter__(self) -> Worker:  # noqa: PYI034  (Self is there from Python 3.11 on)
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def judge(self, claim: Claim, seconds: float, *, explain: bool = True) -> Verdict:
        """Return the verdict on a claim, `undecided` when it takes longer than so many seconds."""
        try:
            if self._process is None or self._process.poll() is not None:
                self.start()
            self._send((claim, seconds, explain))
            answer = self._answers.get(timeout=seconds + _GRACE_SECONDS)
        except (queue.Empty, OSError, pickle.PicklingError):
            answer = None
        if isinstance(answer, Verdict):
            return answer
        self.stop()
        return Verdict("undecided", claim, f"not decided within {seconds:g} s", link=0)

    def start(self) -> None:
        """Start the process, and wait until it is ready."""
        self.stop()
        package = str(Path(__file__).resolve().parent.parent.parent)
        self._process = subprocess.Popen(  # noqa: S603  (our own interpreter, our own module)
            [sys.executable, "-c", _BOOT, package],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONHASHSEED": "0"},
        )
        self._answers = queue.Queue()
        reader = threading.Thread(
            target=_collect, args=(self._process.stdout, self._answers), daemon=True
        )
        reader.start()
        self._send(self.graph)
        if self._answers.get(timeout=_START_SECONDS) != "ready":
            raise OSError("the worker did not start")

    def _send(self, message: object) -> None:
        if self._process is None or self._process.stdin is None:
            raise OSError("there is no worker")
        _write(self._process.stdin, message)

    def stop(self) -> None:
        """End the process."""
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                try:
                    stream.close()
                except OSError:
                    continue
        process.wait()


def _collect(stream: IO[bytes], answers: queue.Queue[Any]) -> None:
    """Put every answer of a process into a queue, and None at its end."""
    try:
        while (message := _read(stream)) is not None:
            answers.put(message)
    except (OSError, ValueError, EOFError, pickle.UnpicklingError):
        pass
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


def serve(requests: IO[bytes], answers: IO[bytes]) -> None:
    """Judge what comes in until nothing comes any more; this runs in the worker process."""
    graph = _read(requests)
    if not isinstance(graph, Graph):
        return
    judge = Judge(graph)
    _write(answers, "ready")
    while (request := _read(requests)) is not None:
        claim, seconds, explain = request
        _write(answers, judge.judge(claim, seconds, explain=explain))


def is_small(judge: Judge, claim: Claim) -> bool:
    """Tell whether a claim can be judged in this process: it is short and of low degree."""
    if claim.fault is not None:
        return True
    truth = judge.truth
    try:
        for target in claim.derivatives:
            if len(truth.graph.nodes) > _SMALL_PARTS or target.further:
                return False
        meanings = truth.meanings(claim)
        sides = [truth.expand(substituted(link.expression, meanings)) for link in claim.links]
        if isinstance(claim.left, DerivativeTarget):
            sides.append(truth.expand(meanings[claim.left.key]))
        parts = distinct_parts(*sides)
    except (Stop, RecursionError, OverflowError):
        return False
    return len(parts) <= _SMALL_PARTS and _degree(parts) <= _SMALL_DEGREE


def _degree(parts: tuple[Expression, ...]) -> float:
    """Return a bound on the degree of the polynomials that stand for these parts."""
    degree: dict[int, float] = {}
    for part in parts:
        below = [degree[id(child)] for child in children(part)]
        own = max(below, default=1.0)
        if isinstance(part, Mul):
            own = sum(below)
        elif isinstance(part, Pow):
            own = below[0] * _size(part.exponent)
        elif isinstance(part, Call) and part.function in _COSTLY:
            own = _SMALL_DEGREE + 1.0
        elif isinstance(part, Number):
            own = 0.0
        degree[id(part)] = own
    return max(degree.values(), default=0.0)


def _size(exponent: Expression) -> float:
    return float(abs(exponent.value)) if isinstance(exponent, Number) else 4.0
