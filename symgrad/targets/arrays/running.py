"""Emitted array code run where it was just made, and held against certified values."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from symgrad.derivation.arrays.derivation import ArrayDerivation
from symgrad.targets.arrays.checking import ArrayCheck, Runner, Value, held
from symgrad.targets.base import EmittedFile
from symgrad.targets.check_code import CodeCheckFailed, code_check_failed
from symgrad.targets.running import imported


def check_arrays(d: ArrayDerivation, target: str, files: Sequence[EmittedFile]) -> ArrayCheck:
    """Return how far emitted code is from certified values at several sizes.

    Raises CodeCheckFailed where it is further off than doubles explain.
    """
    with tempfile.TemporaryDirectory() as folder:
        report = held(d, target, _python(d, files[0], Path(folder)), samples=not d.jacobian)
    if not report.ok:
        raise code_check_failed(f"the emitted code is not exact: {report.text}")
    return report


def _python(d: ArrayDerivation, file: EmittedFile, folder: Path) -> Runner:
    """Return the runner of a module in Python, of lists or of NumPy's arrays."""
    module = imported(file, folder)
    if "numpy" in file.name:
        import numpy as np  # noqa: PLC0415  (only where the emitted code imports it)

        def given(value: Value) -> Value:
            return np.asarray(value)
    else:

        def given(value: Value) -> Value:
            return value

    def run(arguments: Sequence[Value]) -> tuple[Value, Sequence[Value]]:
        values = [given(argument) for argument in arguments]
        if d.jacobian:
            return module.value(*values), tuple(module.jacobian(*values))
        value, gradient = module.value_and_gradient(*values)
        return value, tuple(gradient)

    return run


__all__ = ["CodeCheckFailed", "check_arrays"]
