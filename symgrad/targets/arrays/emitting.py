"""The files of a graph with arrays in a language."""

from __future__ import annotations

from symgrad.derivation.arrays.derivation import ArrayDerivation
from symgrad.targets.arrays.c import c_files
from symgrad.targets.arrays.javascript import javascript
from symgrad.targets.arrays.numpy import code
from symgrad.targets.arrays.python import python
from symgrad.targets.base import EmittedFile

LANGUAGES = ("numpy", "python", "javascript", "c")


def array_files(d: ArrayDerivation, target: str, module: str) -> tuple[EmittedFile, ...]:
    """Return the files of a target, one of `LANGUAGES`.

    Raises SymgradError for what the language does not have.
    """
    if target == "numpy":
        return (EmittedFile(f"{module}_numpy.py", code(d, module=module)),)
    if target == "python":
        return (EmittedFile(f"{module}.py", python(d, module)),)
    if target == "javascript":
        return (EmittedFile(f"{module}.mjs", javascript(d, module)),)
    header, source = c_files(d, module)
    return (EmittedFile(f"{module}.h", header), EmittedFile(f"{module}.c", source))
