"""NumPy: data as arrays, one number a sample; the results are means over the samples.

Arithmetic is IEEE 754: nothing but bad arguments raises. Two styles say the same: plain, one line a
formula, for people, and fast, blocks of samples in buffers.
"""

from __future__ import annotations

import keyword
from collections.abc import Iterable, Mapping
from importlib.util import find_spec

from symgrad.program.calls import CallsOnce
from symgrad.program.making import Shares
from symgrad.targets.base import Sheet, Target
from symgrad.targets.choice import OFFERED
from symgrad.targets.further import FoundRows
from symgrad.targets.numba import NUMBA_NOTE, NumbaWriter, unfit
from symgrad.targets.numpy_blocks import BlockWriter
from symgrad.targets.numpy_functions import FUNCTIONS, NumpyPrinter, written_out
from symgrad.targets.numpy_helpers import HELPERS
from symgrad.targets.numpy_plain import PlainWriter
from symgrad.targets.numpy_writer import SCIPY_IMPORT, NumpyWriter
from symgrad.targets.printing import CodePrinter, Spelling
from symgrad.targets.running_python import run_numpy
from symgrad.targets.task import EmittedFile, Options, RunTask


class Numpy(Target):
    """Standalone NumPy for batches, and for single samples."""

    name = "numpy"
    suffix = ".py"
    comment = "#"
    defined = "def %s("
    arrays = True
    templates = (("{module}_numpy.py", "numpy.py.j2"),)
    offered = (*OFFERED, "fun_and_jac", "residuals", "jacobian")
    optional = (
        "outputs", "jacobian_sparse", "weights", "value_each", "gradient_each", "hessian",
        "hessian_sparse", "hvp",
        "gauss_newton_product", "partial_sums", "self_check",
    )  # fmt: skip
    keywords = frozenset({*keyword.kwlist, *keyword.softkwlist})
    reserved = frozenset(
        "Iterable NamedTuple START Sums TypeError ValueError abs add_sums combine_sums "
        "enumerate factorial float fsum fun_and_jac gauss_newton_product grad gradient_each "
        "hess hessian hessian_sparse hessp hvp int isinstance jacobian jacobian_sparse "
        "len list map max min np outputs partial_sums "
        "print range residuals special state step str sum tuple type value_each zip".split()
    )
    settings: Mapping[str, tuple[str, ...]] = {
        "special": ("none", "scipy"), "style": ("plain", "fast"), "dialect": ("numpy", "numba"),
    }  # fmt: skip
    functions = FUNCTIONS
    helpers = HELPERS
    takes_functions = True
    ends_with_line = True

    def printer(self, functions: Mapping[str, Spelling]) -> CodePrinter:
        """Return the printer of formulas without data."""
        return NumpyPrinter(functions)

    def languages(self, settings: Mapping[str, str]) -> tuple[str, ...]:
        """Return NumPy, and SciPy where the option says so."""
        special = self.setting(settings, "special") == "scipy"
        return ("numpy", "scipy") if special else ("numpy",)

    def variants(self) -> Iterable[Mapping[str, str]]:
        """Yield NumPy alone, and with SciPy."""
        yield from ({}, {"special": "scipy"})

    def run(self, task: RunTask) -> tuple[FoundRows | None, str]:
        """Run an emitted file as a module of this process."""
        missing = _missing(task.files[0])
        if missing:
            return None, f"{missing} is not installed here"
        return run_numpy(task, doubles=NUMBA_NOTE in task.files[0].text), ""

    def shares(self, options: Options) -> Shares:
        """Return what is computed once: what people read names no product for it."""
        if self.setting(options.settings, "style") != "plain":
            return "all"
        languages = self.languages(options.settings)
        return CallsOnce(lambda function, arguments: written_out(languages, function, arguments))

    def context(self, sheet: Sheet) -> dict[str, object]:
        """Return what `numpy.py.j2` receives."""
        writer: NumpyWriter
        if sheet.setting("dialect") == "numba":
            writer = NumbaWriter(sheet)
        else:
            writer = PlainWriter(sheet) if sheet.setting("style") == "plain" else BlockWriter(sheet)
        return writer.context()

    def unfit(self, names: Iterable[str], options: Options) -> frozenset[str]:
        """Return what Numba mistakes for a name of its own."""
        is_numba = self.setting(options.settings, "dialect") == "numba"
        return unfit(names) if is_numba else frozenset()


def _missing(file: EmittedFile) -> str:
    """Return what an emitted file needs that is not installed here; empty where nothing is."""
    if find_spec("numpy") is None:
        return "NumPy"
    return "SciPy" if SCIPY_IMPORT in file.text and find_spec("scipy") is None else ""


TARGET = Numpy()
