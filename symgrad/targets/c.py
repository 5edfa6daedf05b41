"""C99: a header and a source file, for one sample and for batches; no allocation, no globals.

Numbers follow IEEE 754: an overflow or a pole is infinite, a point outside the domain gives NaN.
Every public name begins with the module's name.

Sums over a batch are taken in eight lanes over blocks of 128 samples, which a compiler turns into
vector instructions without being allowed to reorder anything, and the blocks are added up with a
compensation for rounding (D. E. Knuth, The Art of Computer Programming 2, 4.2.2, theorem B). That
is at least as accurate as a pairwise sum. With OpenMP the result does not depend on the number of
threads.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from symgrad.errors import SymgradError
from symgrad.program.routine import Routine
from symgrad.targets.base import Sheet, Target
from symgrad.targets.c_batch import NO_BATCH, CBatch, each_parts
from symgrad.targets.c_body import CBody, indented, wrapped
from symgrad.targets.c_further import further_parts
from symgrad.targets.c_helpers import HELPERS
from symgrad.targets.c_names import KEYWORDS, LOCAL, guard, public_names
from symgrad.targets.c_packed import packed_text
from symgrad.targets.c_parts import PART_MARK
from symgrad.targets.c_update import update_parts
from symgrad.targets.choice import OFFERED
from symgrad.targets.further import FoundRows
from symgrad.targets.long_lines import commented
from symgrad.targets.printing import Spelling, spelled_names
from symgrad.targets.running_c import run_c
from symgrad.targets.task import EmittedFile, RunTask

_LITERAL = re.compile(r"(?<![\w.])(?:\d+\.\d*|\d+(?=e))(?:e[+-]?\d+)?(?![\w.])")
_TEXTS = ("head", "objective", "summary")  # what is no code
_SMALLEST, _LARGEST = 1.1754944e-38, 3.4028234e38
_CALLED = frozenset(("nearbyint", "pow", "tgamma"))  # of the library, beside what records spell

_DECLARED = re.compile(r"(\w+)(?:\[\])?(?=,|$)")  # names of arguments


class C(Target):
    """A C99 source file with its header."""

    name = "c"
    suffix = ".c"
    comment = "//"
    assignment = "const double %s = %s;"
    templates = (("{module}.h", "c.h.j2"), ("{module}.c", "c.c.j2"))
    settings: Mapping[str, tuple[str, ...]] = {
        "float": ("double", "float"),
        "blas": ("none", "cblas"),
    }
    offered = (*OFFERED, "batch")
    optional = (
        "outputs", "residuals", "jacobian", "jacobian_sparse", "value_each", "gradient_each",
        "hessian", "hessian_sparse", "hvp", "gauss_newton_product",
        "weights", "partial_sums", "packed",
    )  # fmt: skip
    keywords = KEYWORDS
    reserved = LOCAL | _CALLED
    functions = {  # noqa: RUF012  (a table; nothing writes to it)
        "pow": Spelling("pow({0}, {1})"),
        "constant pi": Spelling("3.141592653589793"),
        "constant e": Spelling("2.718281828459045"),
    }
    helpers = HELPERS
    takes_functions = True

    def module_names(self, module: str) -> frozenset[str]:
        """Return the functions, the types and the include guard of a module."""
        return public_names(module)

    def run(self, task: RunTask) -> tuple[FoundRows | None, str]:
        """Compile emitted files with the system's C compiler and run them."""
        return run_c(task)

    def defines(self, files: Sequence[EmittedFile], function: str) -> bool:
        """Tell whether the header declares a function."""
        module = files[0].name.removesuffix(".h")
        return f" {module}_{function}(" in files[0].text

    def context(self, sheet: Sheet) -> dict[str, object]:
        """Return what `c.h.j2` and `c.c.j2` receive."""
        return _CWriter(sheet).context()


class _CWriter(CBody):
    """Writes the parts of the two files for one program."""

    def __init__(self, sheet: Sheet) -> None:
        super().__init__(sheet)
        if sheet.setting("blas") != "none":
            fault = "the option `blas` is for graphs with vectors and matrices"
            raise SymgradError(fault, help="leave it out")
        self.real = sheet.setting("float")

    def context(self) -> dict[str, object]:
        """Return all texts; code is written before the helpers that it needs are listed."""
        sheet, program = self.sheet, self.program
        batch = CBatch(self) if self.data else None
        context: dict[str, Any] = {
            "head": "\n".join(sheet.head()),
            "guard": guard(self.module),
            "objective": sheet.names[program.graph.objective],
            "fields": self.members(sheet.fields),
            "inputs": self.declared(self.inputs),
            "inputs_with_value": wrapped(
                [*map(self.declaration, self.inputs), "double *value"], "    "
            ),
            "real": "double",
            "value_body": self._body(program.value, "value"),
            "gradient_body": self._body(program.gradient, "gradient"),
            "both_body": self._body(program.both, "value_and_gradient"),
            **further_parts(sheet, self.computed),
            "inputs_with_out": wrapped(
                [*map(self.declaration, self.inputs), "double *out"], "    "
            ),
            "inputs_with_direction": wrapped(
                [*map(self.declaration, self.inputs), f"{self.module}_params direction"], "    "
            ),
            **each_parts(self),
            **(batch.parts() if batch else NO_BATCH),
            **update_parts(self, batch.arguments if batch else ()),
        }
        marked = [PART_MARK] if self.parts or context["sample_parts"] else []
        context["helpers"] = "\n".join([*sheet.helper_texts(sheet.needed), *marked, *self.parts])
        context["macros"] = self._macros()
        bodies = "\n".join(str(context[key]) for key in context if key not in _TEXTS)
        context["compares"] = "yes" if re.search(" [=!]= ", bodies) else ""
        context |= self._documentation(context)
        context["packed"] = (
            packed_text(self.module, sheet.functions, sheet.fields, context)
            if sheet.has("packed")
            else ""
        )
        return {key: self._typed(str(value)) for key, value in context.items()}

    def _documentation(self, context: Mapping[str, str]) -> dict[str, str]:
        """Return what stands in comments on functions, by the arguments that those have."""
        kinds = ("with_value", "with_out", "with_direction")
        found = {
            f"documented_{kind}": self._documented(context[f"inputs_{kind}"]) for kind in kinds
        }
        found["documented_update"] = self._documented(context.get("update_arguments", ""))
        return {"documented": self._documented(), **found}

    def _documented(self, declared: str = "") -> str:
        """Return the end of a comment on a function: what its arguments are, further ones too."""
        further = [name for name in _DECLARED.findall(declared) if name not in self.inputs]
        lines = commented(self.sheet.described([*self.inputs, *further]), " *")
        return "\n".join(["", *lines, ""]) if lines else ""

    def _typed(self, text: str) -> str:
        """Return code for the chosen type of number: `2.0f` and `expf` in single precision."""
        if self.real == "double":
            return text
        lines = [
            line
            if line.lstrip().startswith(("//", "*", "/*"))
            else self._library.sub(
                r"\1f(", _LITERAL.sub(_single, re.sub(r"\bdouble\b", "float", line))
            )
            for line in text.split("\n")
        ]
        return "\n".join(lines)

    @cached_property
    def _library(self) -> re.Pattern[str]:
        """The functions of C's library, whose names end in f in single precision."""
        names = {name for name in spelled_names(["c"]) if not name.startswith("sg_")}
        return re.compile(rf"\b({'|'.join(sorted(_CALLED | names))})\(")

    def _macros(self) -> str:
        """Return what constants, the rate and the settings of the update rule usually are."""
        sheet = self.sheet
        pairs = [(name, default) for name, default in sheet.constants if default is not None]
        if sheet.has("update"):
            rates = (("rate", self.program.rate), *sheet.optimizer.settings)
            pairs += [(name, sheet.target.literal(value)) for name, value in rates]
        start = f"{self.module.upper()}_DEFAULT_"
        return "\n".join(
            f"#define {start}{name} {f'({text})' if '-' in text or '/' in text else text}"
            for name, text in pairs
        )

    def _body(self, routine: Routine | None, kind: str) -> str:
        if not self.sheet.has(kind):
            return ""
        if routine is None:
            call = f"{self.module}_value_and_gradient({', '.join([*self.inputs, '&value'])})"
            return f"    double value;\n    return {call};"
        lines, results = self.computed(routine, kind)
        if kind == "value":
            return indented([*lines, f"return {results[0]};"])
        if kind == "value_and_gradient":
            lines.append(f"*value = {results[0]};")
            results = results[1:]
        lines += [f"{self.module}_params out;", *self.filled(results), "return out;"]
        return indented(lines)


def _single(match: re.Match[str]) -> str:
    """Return a number in single precision.

    What lies beyond its range is a bound at which formulas for doubles change over; the bound for
    single precision is as far out on its scale.
    """
    value = float(match[0])
    if value and not _SMALLEST <= value <= _LARGEST:
        return f"1e{int(math.log10(value) * 38 / 308)}f"
    return f"{match[0]}f"


TARGET = C()
