"""The files of a graph with arrays in a language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from symgrad.derivation.arrays.derivation import ArrayDerivation
from symgrad.errors import SymgradError
from symgrad.targets import target as target_called
from symgrad.targets.arrays.c import c_files
from symgrad.targets.arrays.javascript import javascript
from symgrad.targets.arrays.numpy import code
from symgrad.targets.arrays.python import python
from symgrad.targets.long_lines import folded
from symgrad.targets.long_python import folded_python
from symgrad.targets.task import EmittedFile

LANGUAGES = ("numpy", "python", "javascript", "c")


_ALWAYS = frozenset(("value", "gradient", "value_and_gradient", "update", "fun_and_jac"))


def array_files(
    d: ArrayDerivation,
    target: str,
    module: str,
    include: Sequence[str] = (),
    settings: Mapping[str, str] | None = None,
) -> tuple[EmittedFile, ...]:
    """Return the files of a target, one of `LANGUAGES`; `include` may name "hessian".

    Of `settings` `blas` counts, "none" or "cblas", and `float`, which is refused but for "double".

    Raises SymgradError for what the language does not have.
    """
    unknown = next((kind for kind in include if kind not in {"hessian", *_ALWAYS}), None)
    if unknown is not None:
        fault = f"`{unknown}` is not written for vectors and matrices"
        raise SymgradError(fault, help="what is: value, gradient, update, hessian")
    second = "hessian" in include
    if target == "numpy":
        text = code(d, module=module, include=["hessian"] * second)
        return (EmittedFile(f"{module}_numpy.py", folded_python(text)),)
    if target == "python":
        return (EmittedFile(f"{module}.py", folded_python(python(d, module, second=second))),)
    if target == "javascript":
        return (EmittedFile(f"{module}.mjs", folded(javascript(d, module, second=second))),)
    language, chosen = target_called(target), settings or {}
    if language.setting(chosen, "float") == "float":
        fault = "vectors and matrices are not written in single precision"
        raise SymgradError(fault, help="leave `float` out: the code has doubles")
    blas = language.setting(chosen, "blas") == "cblas"
    header, source = c_files(d, module, second=second, blas=blas)
    return (
        EmittedFile(f"{module}.h", folded(header)),
        EmittedFile(f"{module}.c", folded(source)),
    )
