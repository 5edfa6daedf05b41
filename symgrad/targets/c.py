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
from collections.abc import Collection, Iterable, Sequence
from functools import cached_property
from typing import Any

from symgrad.expression.identity import distinct
from symgrad.expression.tree import Expression, Formula
from symgrad.program.batch import batch_of
from symgrad.program.block import Assignment
from symgrad.program.program import Routine
from symgrad.targets.base import EmittedFile, RunTask, Sheet, Target
from symgrad.targets.c_further import further_parts
from symgrad.targets.c_helpers import HELPERS
from symgrad.targets.c_names import KEYWORDS, LOCAL, guard, public_names
from symgrad.targets.c_parts import MAX_STATEMENTS, PART_MARK, Cut, Line, cut
from symgrad.targets.choice import OFFERED
from symgrad.targets.further import FoundRows
from symgrad.targets.printing import Spelling, open_functions, spelled_names
from symgrad.targets.running_c import run_c
from symgrad.targets.running_c_further import run_c_further

_WIDTH = 99
_SHORT = {"value_and_gradient": "both"}
_LITERAL = re.compile(r"(?<![\w.])(?:\d+\.\d*|\d+(?=e))(?:e[+-]?\d+)?(?![\w.])")
_SMALLEST, _LARGEST = 1.1754944e-38, 3.4028234e38
_CALLED = frozenset(("nearbyint", "pow", "tgamma"))  # of the library, beside what records spell


class C(Target):
    """A C99 source file with its header."""

    name = "c"
    suffix = ".c"
    comment = "//"
    assignment = "const double %s = %s;"
    templates = (("{module}.h", "c.h.j2"), ("{module}.c", "c.c.j2"))
    settings = ("float",)
    offered = (*OFFERED, "batch")
    optional = (
        "outputs", "residuals", "jacobian", "jacobian_sparse", "value_each", "gradient_each",
        "hessian", "hvp",
    )  # fmt: skip
    keywords = KEYWORDS
    reserved = LOCAL | _CALLED
    functions = {  # noqa: RUF012  (a table; nothing writes to it)
        "log_sigmoid": Spelling("sg_log_sigmoid({0})", ("sg_log_sigmoid",)),
        "pow": Spelling("pow({0}, {1})"),
        "constant pi": Spelling("3.141592653589793"),
        "constant e": Spelling("2.718281828459045"),
    }
    helpers = HELPERS
    takes_functions = True

    def module_names(self, module: str) -> frozenset[str]:
        """Return the functions, the types and the include guard of a module."""
        return public_names(module)

    def run(self, task: RunTask) -> tuple[list[list[float | None]] | None, str]:
        """Compile emitted files with the system's C compiler and run them."""
        return run_c(task)

    def defines(self, files: Sequence[EmittedFile], function: str) -> bool:
        """Tell whether the header declares a function."""
        module = files[0].name.removesuffix(".h")
        return f" {module}_{function}(" in files[0].text

    def run_further(self, task: RunTask, kinds: Sequence[str]) -> FoundRows:
        """Compile emitted files and run their further functions."""
        return run_c_further(task, kinds)

    def context(self, sheet: Sheet) -> dict[str, object]:
        """Return what `c.h.j2` and `c.c.j2` receive."""
        return _CWriter(sheet).context()


class _CWriter:
    """Writes the parts of the two files for one program."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self.program = sheet.program
        self.module = sheet.options.module
        self.real = sheet.options.get("float", "double", ("double", "float"))
        names = sheet.names
        self.parameters = [names[name] for name in self.program.parameters]
        self.data = [names[name] for name in self.program.data]
        self.constants = [name for name, _ in sheet.constants]
        self.functions = list(sheet.callables.values())
        self.inputs = [*self.parameters, *self.data, *self.constants, *self.functions]
        self.parts: list[str] = []  # functions into which long bodies are cut

    def context(self) -> dict[str, object]:
        """Return all texts; code is written before the helpers that it needs are listed."""
        sheet, program = self.sheet, self.program
        self.batch = batch_of(program, program.both)
        context: dict[str, Any] = {
            "head": "\n".join(sheet.head()),
            "guard": guard(self.module),
            "objective": sheet.names[program.graph.objective],
            "fields": self._members(sheet.fields),
            "inputs": self._declared(self.inputs),
            "inputs_with_value": _wrapped(
                [*map(self._declaration, self.inputs), "double *value"], "    "
            ),
            "real": "double",
            "defaults": self._defaults(),
            "value_body": self._body(program.value, "value"),
            "gradient_body": self._body(program.gradient, "gradient"),
            "both_body": self._body(program.both, "value_and_gradient"),
            **further_parts(sheet, self._computed),
            "inputs_with_out": _wrapped(
                [*map(self._declaration, self.inputs), "double *out"], "    "
            ),
            "inputs_with_direction": _wrapped(
                [*map(self._declaration, self.inputs), f"{self.module}_params direction"], "    "
            ),
            **self._each_parts(),
            "has_data": "yes" if self.data and self.sheet.has("batch") else "",
            **self._batch_parts(),
            **self._update_parts(),
        }
        marked = [PART_MARK] if self.parts or context["sample_parts"] else []
        context["helpers"] = "\n".join([*sheet.helper_texts(sheet.needed), *marked, *self.parts])
        tail = context.pop("update_tail")
        pointers = context.pop("update_pointers")
        context["update_arguments"] = _wrapped(
            [*map(self._declaration, self.inputs), *tail], "    "
        )
        context["batch_update_arguments"] = _wrapped([*pointers, *tail], "    ")
        context["batch_with_value"] = _wrapped([*pointers, "double *value"], "    ")
        return {key: self._typed(str(value)) for key, value in context.items()}

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

    def _members(self, names: Iterable[str]) -> str:
        return "\n".join(f"    double {name};" for name in names)

    def _declared(self, names: Iterable[str]) -> str:
        return _wrapped(list(map(self._declaration, names)), "    ") or "void"

    def _declaration(self, name: str) -> str:
        return f"double (*{name})(double)" if name in self.functions else f"double {name}"

    def _defaults(self) -> str:
        pairs = [f"{n} = {default}" for n, default in self.sheet.constants if default is not None]
        return ", ".join(pairs)

    def _unused(self, routine: Routine | None) -> list[str]:
        """Return a cast for every input that a routine does not use: compilers ask for it."""
        used: set[str] = set()
        if routine is not None:
            used.update(routine.results)
            used.update(name for row in routine.body for name in row.operands)
        names = [*self.program.parameters, *self.program.data]
        names += [name for name, _ in self.program.constants]
        called = self._called(block.pattern for block in (routine.blocks if routine else ()))
        idle = [self.sheet.names[name] for name in names if name not in used]
        idle += [name for name in self.functions if name not in called]
        return [f"(void){name};" for name in idle]

    def _called(self, patterns: Iterable[Expression]) -> list[str]:
        """Return the functions among the arguments that patterns call."""
        if not self.functions:
            return []
        found = {f for pattern in distinct(patterns) for f in open_functions(pattern)}
        return [name for f, name in self.sheet.callables.items() if f in found]

    def _filled(self, results: Sequence[str], target: str = "out.") -> list[str]:
        pairs = zip(self.sheet.fields, results, strict=True)
        return [f"{target}{field} = {result};" for field, result in pairs]

    def _body(self, routine: Routine | None, kind: str) -> str:
        if not self.sheet.has(kind):
            return ""
        if routine is None:
            call = f"{self.module}_value_and_gradient({', '.join([*self.inputs, '&value'])})"
            return f"    double value;\n    return {call};"
        lines, results = self._computed(routine, kind)
        if kind == "value":
            return _indented([*lines, f"return {results[0]};"])
        if kind == "value_and_gradient":
            lines.append(f"*value = {results[0]};")
            results = results[1:]
        lines += [f"{self.module}_params out;", *self._filled(results), "return out;"]
        return _indented(lines)

    def _computed(self, routine: Routine, kind: str) -> tuple[list[str], Sequence[str]]:
        """Return the lines that compute a routine, and what its results are called after them."""
        lines = self.sheet.lines(routine)
        results = self.sheet.results(routine)
        whole = self._cut(_SHORT.get(kind, kind), routine.body, lines, results)
        if whole is not None:
            self.parts.append(whole.functions)
            lines = list(whole.lines)
            results = tuple(whole.places.get(name, name) for name in results)
        return self._unused(routine) + lines, results

    def _cut(
        self,
        kind: str,
        rows: Sequence[Assignment],
        codes: Sequence[str],
        results: Collection[str],
        *,
        last: Sequence[Sequence[str]] = (),
        also: Sequence[tuple[str, str]] = (),
    ) -> Cut | None:
        """Return a body in parts where it is long.

        `codes` says the rows, and then statements that assign nothing and use the names in `last`.
        """
        if len(codes) <= MAX_STATEMENTS:
            return None
        names = self.sheet.names
        heads = [(names[row.name], row.operands) for row in rows]
        heads += [("", tuple(operands)) for operands in last]
        lines = [
            Line(name, tuple([names[operand] for operand in operands]), code)
            for (name, operands), code in zip(heads, codes, strict=True)
        ]
        always = [(name, self._declaration(name)) for name in self.functions]
        taken = set(names.values())
        return cut(f"part_{kind}_", lines, results, taken=taken, also=also, always=always)

    def _assignments(self, rows: Iterable[tuple[str, Expression, tuple[str, ...]]]) -> list[str]:
        names, printer = self.sheet.names, self.sheet.plain
        return [
            self.sheet.target.assignment
            % (names[name], printer.code(pattern, tuple([names[n] for n in operands])))
            for name, pattern, operands in rows
        ]

    def _batch_parts(self) -> dict[str, object]:
        """Return the parts of the functions over a batch."""
        if not self.sheet.has("batch"):
            return {"summed": "", "sample_parts": "", "update_pointers": []}
        batch, names = self.batch, self.sheet.names
        before = {row.name for row in batch.before}
        used = {n for row in batch.body for n in row.operands}
        used |= {n for _, formula in batch.sums for n in formula.operands}
        fixed = [names[n] for n in self.program.parameters if n in used]
        fixed += [names[n] for n, _ in self.program.constants if n in used]
        fixed += [names[row.name] for row in batch.before if row.name in used & before]
        fixed += self._called(row.pattern for row in batch.body)
        fixed += self._called(formula.pattern for _, formula in batch.sums)
        fixed = list(dict.fromkeys(fixed))
        data = [names[name] for name in self.program.data if name in used]
        printer = self.sheet.plain
        adds = [
            f"acc[{i}][lane] += "
            f"{printer.code(formula.pattern, tuple([names[n] for n in formula.operands]))};"
            for i, (_, formula) in enumerate(batch.sums)
        ]
        pointers = [f"const double *{name}" for name in self.data]
        arguments = [
            *(f"double {name}" for name in self.parameters),
            "size_t count",
            *pointers,
            *(f"double {name}" for name in self.constants),
            *map(self._declaration, self.functions),
        ]
        return {
            "summed": "yes" if batch.sums else "",
            "sums": str(len(batch.sums)),
            "chunks": str(max(1, 4096 // max(1, len(batch.sums)))),
            "sample_arguments": _wrapped(
                [*map(self._declaration, (*data, *fixed)), "double acc[][LANES]", "size_t lane"],
                "    ",
            ),
            **self._sample(adds),
            "block_arguments": _wrapped(
                ["size_t count"]
                + [f"const double *{n}" for n in data]
                + list(map(self._declaration, fixed))
                + ["double total[]", "double carry[]"],
                "    ",
            ),
            "sample_call": ", ".join([*(f"{n}[start + lane]" for n in data), *fixed, "acc, lane"]),
            "chunk_call": ", ".join([*(f"{n} + start" for n in data), *fixed]),
            "batch_arguments": _wrapped(arguments, "    "),
            "update_pointers": arguments,
            "batch_given": ", ".join(
                [*self.parameters, "count", *self.data, *self.constants, *self.functions]
            ),
            "all_block_arguments": _wrapped(
                ["size_t count"]
                + [f"const double *{n}" for n in data]
                + list(map(self._declaration, fixed))
                + ["double sums[]"],
                "    ",
            ),
            "all_call": ", ".join(["count", *data, *fixed, "sums"]),
            "batch_before": _indented([*self._batch_unused(used), *self._before(used)]),
            "batch_value": self._mean(batch.results[0][1]),
            "batch_fields": _indented(
                self._filled([self._mean(formula) for _, formula in batch.results[1:]])
            ),
        }

    def _each_parts(self) -> dict[str, str]:
        """Return the parts of `value_each` and `gradient_each`."""
        pointers = [f"const double *{name}" for name in self.data]
        arguments = [
            *(f"double {name}" for name in self.parameters),
            "size_t count",
            *pointers,
            *(f"double {name}" for name in self.constants),
            *map(self._declaration, self.functions),
        ]
        place = {name: f"{name}[item]" for name in self.data}
        return {
            "each_value_arguments": _wrapped([*arguments, "double *out"], "    "),
            "each_gradient_arguments": _wrapped([*arguments, f"{self.module}_params *out"], "    "),
            "each_given": ", ".join(place.get(name, name) for name in self.inputs),
        }

    def _sample(self, adds: Sequence[str]) -> dict[str, object]:
        """Return what one sample adds to the sums, in parts where that is long."""
        batch = self.batch
        codes = [*self._assignments(batch.body), *adds]
        also = (("acc", "double acc[][LANES]"), ("lane", "size_t lane"))
        sums = [formula.operands for _, formula in batch.sums]
        whole = self._cut("sample", batch.body, codes, (), also=also, last=sums)
        if whole is None:
            return {"sample_body": _indented(codes), "sample_parts": ""}
        lines = list(whole.lines)
        return {"sample_body": _indented(lines), "sample_parts": whole.functions}

    def _before(self, used: Collection[str]) -> list[str]:
        """Return the statements without data, in parts where they are many."""
        batch, names = self.batch, self.sheet.names
        codes = self._assignments(batch.before)
        later = {n for _, formula in batch.results for n in formula.operands}.union(used)
        results = [names[row.name] for row in batch.before if row.name in later]
        whole = self._cut("once", batch.before, codes, results)
        if whole is None:
            return codes
        self.parts.append(whole.functions)
        return [
            *whole.lines,
            *(f"const double {n} = {place};" for n, place in whole.places.items()),
        ]

    def _batch_unused(self, used: set[str]) -> list[str]:
        batch = self.batch
        known = used | {n for row in batch.before for n in row.operands}
        known |= {n for _, formula in batch.results for n in formula.operands}
        names = [*self.program.parameters, *self.program.data]
        names += [name for name, _ in self.program.constants]
        idle = [self.sheet.names[name] for name in names if name not in known]
        patterns = [row.pattern for row in (*batch.before, *batch.body)]
        patterns += [formula.pattern for _, formula in (*batch.sums, *batch.results)]
        called = self._called(patterns)
        return [
            f"(void){name};" for name in (*idle, *(f for f in self.functions if f not in called))
        ]

    @cached_property
    def _places(self) -> dict[str, str]:
        """Where the sums over a batch stand."""
        return {name: f"sums[{i}]" for i, name in enumerate(self.batch.names)}

    def _mean(self, formula: Formula) -> str:
        places = self._places
        operands = tuple([places.get(n) or self.sheet.names[n] for n in formula.operands])
        return self.sheet.plain.code(formula.pattern, operands)

    def _update_parts(self) -> dict[str, object]:
        """Return the parts of the update step."""
        sheet, rule = self.sheet, self.sheet.optimizer
        states = [f"{state}_{name}" for state in rule.state for name in sheet.fields]
        counter = ["step"] if rule.counter else []
        if not sheet.has("update"):
            return {"state_fields": "", "update_tail": []}
        lines: list[str] = []
        if rule.counter:
            lines += ["const double step = state->step + 1.0;", "state->step = step;"]
        for equation in rule.shared:
            left, code = sheet.equation(equation, {"step'": "step"})
            lines.append(f"const double {left} = {code};")
        for name in sheet.fields:
            known = {"p": name, "g": f"grad.{name}"}
            for state in rule.state:
                fresh = sheet.fresh(f"new_{state}_{name}")
                known |= {state: f"state->{state}_{name}", f"{state}'": fresh}
            for left, formula in rule.each:
                target, code = sheet.equation((left, formula), known)
                if left == "p'":
                    lines.append(f"out.{name} = {code};")
                else:
                    lines.append(f"const double {target} = {code};")
            lines += [
                f"state->{state}_{name} = {sheet.fresh(f'new_{state}_{name}')};"
                for state in rule.state
            ]
        settings = ["rate", *(name for name, _ in rule.settings)]
        declared = [f"double {name}" for name in settings]
        pointer = [f"{self.module}_state *state"] if states else []
        return {
            "state_fields": self._members([*counter, *states]) if states else "",
            "update_tail": [*declared, *pointer],
            "step_arguments": _wrapped(
                [f"{self.module}_params grad"]
                + [f"double {name}" for name in self.wrt]
                + declared
                + pointer,
                "    ",
            ),
            "step_given": ", ".join([*self.wrt, *settings, *(["state"] if states else [])]),
            "batch_step_given": ", ".join(
                [*("NAN" if name in self.data else name for name in self.wrt), *settings]
                + (["state"] if states else [])
            ),
            "moved_data": ", ".join([name for name in self.wrt if name in self.data]),
            "step_body": _indented(lines),
            "given": ", ".join(self.inputs),
            "summary": rule.summary,
            "rates": ", ".join(
                f"{name} = {sheet.target.literal(value)}"
                for name, value in (("rate", self.program.rate), *rule.settings)
            ),
        }

    @property
    def wrt(self) -> list[str]:
        """The identifiers by which the gradient is taken."""
        return list(self.sheet.fields)


def _single(match: re.Match[str]) -> str:
    """Return a number in single precision.

    What lies beyond its range is a bound at which formulas for doubles change over; the bound for
    single precision is as far out on its scale.
    """
    value = float(match[0])
    if value and not _SMALLEST <= value <= _LARGEST:
        return f"1e{int(math.log10(value) * 38 / 308)}f"
    return f"{match[0]}f"


def _indented(lines: Sequence[str]) -> str:
    return "    " + "\n    ".join(lines) if lines else ""


def _wrapped(items: Sequence[str], indent: str) -> str:
    """Return items with commas between them: on one line, or in an indented block of lines."""
    text = ", ".join(items)
    if len(text) <= _WIDTH - 30:
        return text
    lines: list[str] = []
    start, width = 0, len(indent)
    for i, item in enumerate(items):
        width += len(item) + 2
        if width > _WIDTH and i > start:
            lines.append(", ".join(items[start:i]))
            start, width = i, len(indent) + len(item) + 2
    lines.append(", ".join(items[start:]))
    return f"\n{indent}" + f",\n{indent}".join(lines)


TARGET = C()
