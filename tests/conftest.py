"""What all tests share: how random tests are run, and a fresh interpreter."""

import functools
import gc
import importlib
import os
import subprocess
import sys
from collections.abc import Callable, Hashable
from pathlib import Path

import pytest
from hypothesis import settings

from tests import warm

ROOT = Path(__file__).resolve().parent.parent

# None of hundreds of processes is to compile symgrad anew, nor the next run all tests.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
deadline = importlib.import_module("symgrad.expression.deadline")
derive = importlib.import_module("symgrad.derivation.derive")
derive_arrays = importlib.import_module("symgrad.derivation.arrays.derive")
program_passes = importlib.import_module("symgrad.program.passes")
making = importlib.import_module("symgrad.program.making")

# `steady` tries the same inputs on every run. `HYPOTHESIS_PROFILE=explore` tries new ones, and
# more; both print the line that replays a failure.
settings.register_profile("steady", derandomize=True, deadline=None, print_blob=True)
settings.register_profile("explore", max_examples=2000, deadline=None, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))

gc.disable()  # 8,000 tests are collected, and stay

program_passes.STRICT = True  # a pass that breaks a program is an error here, not left out

# The same graphs are emitted in many files: where they lose digits is searched for once.
making._improved = functools.cache(making._improved.__wrapped__)


def _shared(derived):
    """Derive a graph once for all the tests of a worker, whoever asks."""
    kept = functools.lru_cache(500)(derived)

    def derivation(*given, **options):
        fixed = {name: _hashable(value) for name, value in options.items()}
        return kept(*map(_hashable, given), **fixed)

    return derivation


def _hashable(value):
    return value if isinstance(value, Hashable) else tuple(value)


_derived_anew = derive._derived
derive._derived = _shared(_derived_anew)
derive_arrays.derive_arrays = _shared(derive_arrays.derive_arrays)


@pytest.fixture
def unshared(monkeypatch):
    """Derive anew each time, as outside of tests."""
    monkeypatch.setattr(derive, "_derived", _derived_anew)


# Threads of xdist and of NumPy's libraries only wait here for what comes next.
deadline.can_fork = Path("/proc/self/task").exists


def pytest_collection_finish():
    """Keep what is loaded out of the sight of the collector, and emitted files out of caches.

    An emitted file may be written twice within a second: a cached module would be stale.
    """
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)  # a tenth of the time went into looking after short lives
    gc.enable()
    sys.dont_write_bytecode = True


def pytest_collection_modifyitems(items):
    """Put tests of emitted code first: they share what is searched for, in one worker."""
    items.sort(key=lambda item: not item.path.name.startswith(EMITTING))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Give each worker whole files, and let who is done take from the rest of another."""
    from xdist.scheduler import WorkStealingScheduling  # noqa: PLC0415  (there only with xdist)

    return WorkStealingScheduling(config, log) if config.getoption("dist") == "load" else None


EMITTING = (
    "test_generated", "test_target", "test_numpy_plain", "test_codegen", "test_check", "test_gauss",
    "test_accuracy", "test_program", "test_safe",
)  # fmt: skip

RunPython = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="session")
def run_python() -> RunPython:
    """Run a fresh interpreter in which this checkout's symgrad can be imported.

    `run_python("-c", "import symgrad")` returns the finished process with its text output; an exit
    status other than `status` (default 0; None takes any) fails the test with all that
    the process wrote.
    """

    def run(
        *arguments: str,
        stdin: str = "",
        status: int | None = 0,
        cwd: Path | None = None,
        **env: str,
    ) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [sys.executable, *arguments],
            input=stdin,
            capture_output=True,
            encoding="utf-8",
            timeout=120,
            check=False,
            cwd=cwd,
            env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", **env},
        )
        ended = status is None or done.returncode == status
        assert ended, f"{arguments}\n{done.stdout}\n{done.stderr}"
        return done

    return run


@pytest.fixture(scope="session")
def run_module(run_python: RunPython) -> RunPython:
    """Run `python -m …`, or a file, in a fork of a warm interpreter, at a tenth of the time.

    Arguments and result are those of `run_python`, which is for what must begin at the beginning.
    """
    if not hasattr(os, "fork"):
        return run_python

    def run(
        *arguments: str, stdin: str = "", status: int | None = 0, cwd: Path = ROOT, **env: str
    ) -> subprocess.CompletedProcess[str]:
        words = [os.fsencode(word).decode("latin-1") for word in arguments]
        ended = warm.ask(words=words, stdin=stdin, cwd=str(cwd), env=env)
        out, err = (ended[name].encode("latin-1").decode("utf-8") for name in ("out", "err"))
        assert status is None or ended["status"] == status, f"{arguments}\n{out}\n{err}"
        return subprocess.CompletedProcess(arguments, ended["status"], out, err)

    return run
