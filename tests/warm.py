"""Programs in processes of their own that do not load everything anew: forks of a warm one."""

import atexit
import functools
import json
import os
import selectors
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RUNNER = Path(__file__).with_name("warm_runner.py")
LONGEST = 170
ENVIRONMENT = {"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}


def ask(**case):
    """Return what a program ends with: {status, out, err}; `warm_runner` says what a case is."""
    case = {"cwd": str(ROOT), **case, "env": {**os.environ, **ENVIRONMENT, **case.get("env", {})}}
    process = _runner()
    process.stdin.write(json.dumps(case) + "\n")
    process.stdin.flush()
    with selectors.DefaultSelector() as ready:
        ready.register(process.stdout, selectors.EVENT_READ)
        if not ready.select(LONGEST):
            process.kill()
            _runner.cache_clear()
            raise AssertionError(f"{case['words']}: no end after {LONGEST} s")
    return json.loads(process.stdout.readline())


@functools.cache
def _runner():
    process = subprocess.Popen(
        [sys.executable, str(RUNNER)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL, encoding="utf-8", env={**os.environ, **ENVIRONMENT},
    )  # fmt: skip
    atexit.register(_end, process)
    return process


def _end(process):
    process.stdin.close()
    process.stdout.close()
    process.kill()
    process.wait()
