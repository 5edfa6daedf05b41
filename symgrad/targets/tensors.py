"""What JAX and PyTorch have in common: functions over arrays, with means over the samples."""

from __future__ import annotations

import keyword
from collections.abc import Iterable, Mapping, Sequence
from importlib.util import find_spec
from typing import NamedTuple

from symgrad.expression.spelling import ATOM, CONDITION, POWER, Spelling
from symgrad.expression.tree import Call, Expression, Formula, Logic, Var, walk
from symgrad.program.batch import Batch, batch_of
from symgrad.program.block import Assignment
from symgrad.program.routine import Routine
from symgrad.program.series import ARGUMENT, SERIES, Local
from symgrad.targets.base import Sheet, Target
from symgrad.targets.further import FoundRows
from symgrad.targets.layout import listed, target
from symgrad.targets.long_lines import bracketed
from symgrad.targets.numpy_batch import sum_names
from symgrad.targets.printing import CodePrinter, Template
from symgrad.targets.running_python import run_tensors
from symgrad.targets.task import RunTask
from symgrad.targets.updating import update_step

_NUMBERS = frozenset({"pow", "polygamma", SERIES})  # functions that take plain numbers


class Dialect(NamedTuple):
    """How a library says what all of them have.

    `name` is what it is called in a file, `array` the type of its arrays, `argument` what its
    functions take; `alone` makes a number an array, with `{0}` for the number and `{1}` for an
    array beside it.
    """

    name: str
    array: str
    argument: str
    alone: str


class TensorPrinter(CodePrinter):
    """Prints formulas of arrays; nothing in them raises, and both sides of a choice are computed.

    `beside` is an array of the file, for numbers that stand alone.
    """

    conjunctions: Mapping[str, str] = {"and": "&", "or": "|", "not": "~"}
    beside = ""

    def __init__(self, functions: Mapping[str, Spelling], dialect: Dialect) -> None:
        super().__init__(functions)
        self.dialect = dialect

    def template(self, pattern: Expression) -> Template:
        """Return the text of a pattern, which is an array even where it is a number."""
        return super().template(self._lifted(pattern) if _is_number(pattern) else pattern)

    def call(self, function: str, arguments: tuple[Expression, ...]) -> tuple[str, int]:
        """Return a function at its arguments; numbers among them are made arrays."""
        if function not in _NUMBERS:
            inner = next((a for a in arguments if not _is_number(a)), None)
            arguments = tuple(self._lifted(a, inner) if _is_number(a) else a for a in arguments)
        return super().call(function, arguments)

    def where(self, condition: Expression, yes: Expression, no: Expression) -> tuple[str, int]:
        """Return the choice between two values; both are computed."""
        if _is_number(yes) and _is_number(no):
            yes = self._lifted(yes, condition)
        texts = [self.at(part, CONDITION) for part in (condition, yes, no)]
        return f"{self.dialect.name}.where({', '.join(texts)})", ATOM

    def condition(self, e: Expression) -> tuple[str, int]:
        """Return a condition of arrays."""
        if isinstance(e, Logic) and e.operator == "not":
            return f"~({self.expression(e.arguments[0])})", ATOM
        return super().condition(e)

    def local(self, function: Local, arguments: tuple[Expression, ...]) -> tuple[str, int]:
        """Return a formula of its own arguments by a function of the file."""
        inside = self.bodies
        if isinstance(inside, TensorPrinter):
            inside.beside = ARGUMENT
        return super().local(function, arguments)

    def _lifted(self, e: Expression, beside: Expression | None = None) -> Expression:
        """Return a number as an array, like one that `beside` uses."""
        names = [part for part in walk(beside) if isinstance(part, Var)] if beside else []
        near = self.at(names[0], ATOM) if names else self.beside
        return Var(self.dialect.alone.format(self.at(e, CONDITION), near))


def _is_number(e: Expression) -> bool:
    """Tell whether the code of an expression is a plain number, not an array."""
    return not any(isinstance(part, Var | Call) for part in walk(e))


class TensorTarget(Target):
    """A language whose functions take arrays for data, and numbers for parameters."""

    suffix = ".py"
    comment = "#"
    keywords = frozenset({*keyword.kwlist, *keyword.softkwlist})
    takes_functions = True
    ends_with_line = True
    defined = "def %s("
    arrays = True
    series_prefix = "_series"
    local_prefix = "_local"
    dialect: Dialect
    library = ("", "")  # the package that files import, and its name

    def run(self, task: RunTask) -> tuple[FoundRows | None, str]:
        """Run an emitted file as a module of this process."""
        if find_spec(self.library[0]) is None:
            return None, f"{self.library[1]} is not installed here"
        return run_tensors(task), ""

    def printer(self, functions: Mapping[str, Spelling]) -> CodePrinter:
        """Return the printer of this language."""
        return TensorPrinter(functions, self.dialect)

    def context(self, sheet: Sheet) -> dict[str, object]:
        """Return what the template receives."""
        return TensorWriter(sheet, self.dialect).context()


POWERS = Spelling("{0}**{1}", level=POWER, tight=True)


class TensorWriter:
    """Writes the parts of the file for one program."""

    def __init__(self, sheet: Sheet, dialect: Dialect) -> None:
        self.sheet, self.program, self.dialect = sheet, sheet.program, dialect
        self.inputs = sheet.identifiers(self.program.inputs)
        self.data = sheet.identifiers(self.program.data)
        self.single = [name for name in self.inputs if name not in self.data]
        self.functions = list(sheet.callables.values())
        self.given = (*self.inputs, *(f"{name}={name}" for name in self.functions))
        if isinstance(sheet.plain, TensorPrinter) and self.inputs:
            sheet.plain.beside = [*self.single, *self.inputs][0]

    def context(self) -> dict[str, object]:
        """Return all texts; code is written before the helpers that it needs are listed."""
        sheet, program = self.sheet, self.program
        required, optional = self._arguments()
        rate = f"rate: {self.dialect.argument} = {sheet.target.literal(program.rate)}"
        settings, update = self._update()
        context: dict[str, object] = {
            "head": "\n".join(sheet.head()),
            "objective": sheet.names[program.graph.objective],
            "arguments": listed([*required, *optional], "    ", 40),
            "given": listed(self.given, " " * 8, 40),
            "all": target(self.inputs, " " * 8, 40) if self.inputs else "()",
            "checks": self._checks(),
            "value_body": self._function(program.value, "value"),
            "gradient_body": (
                f"    return value_and_gradient({listed(self.given, ' ' * 8, 40)})[1]"
                if program.gradient is None
                else self._function(program.gradient, "gradient")
            ),
            "both_body": self._function(program.both, "value_and_gradient"),
            "fields": _members(sheet.fields, self.dialect.array),
            **update,
            "update_arguments": listed([*required, *optional, rate, *settings], "    ", 40),
            **self._further(required, optional),
            **self._pulled(),
        }
        needs = sheet.all_needs(sheet.needed)
        context["special"] = "special" if "special" in needs else ""
        context["factorial"] = "factorial" if "factorial" in needs else ""
        context["helpers"] = "\n\n".join(sheet.helper_texts(needs))
        return context

    def _pulled(self) -> dict[str, object]:
        """Return the parts of what passes a slope of the value back to the inputs.

        By parameters the slope is multiplied by the gradient; by what the gradient does not have,
        data among it, the library derives the formula.
        """
        owned = {name for name in self.sheet.fields if name in self.single}
        others = [name for name in self.inputs if name not in owned]
        call = [*self.inputs, *(f"{name}={name}" for name in self.functions)]
        passed = [f"slope * slopes.{n}" if n in owned else n for n in self.inputs]
        passed += ["None"] * len(self.functions)
        array = self.dialect.array
        wanted = [str(self.inputs.index(name)) for name in others]
        declared = [*(f"{name}: {array}" for name in self.inputs), *self._typed_functions()]
        return {
            "others": listed(others, " " * 12, 40),
            "typed_others": listed([f"{name}: {array}" for name in others], " " * 12, 40),
            "pulled": target(others, " " * 12, 40) if others else "",
            "pulled_equal": " = ".join(others),
            "wanted": ", ".join([*wanted, ""] if len(wanted) == 1 else wanted).rstrip(" "),
            "others_call": listed(call, " " * 12, 40),
            "plain": listed([*self.inputs, *self.functions], " " * 8, 40),
            "declared": listed(declared, " " * 8, 40),
            "declared_plain": listed(declared, "    ", 40),
            "size": str(len(self.inputs)),
            "callables": target(self.functions, " " * 12, 40) if self.functions else "",
            "passed": tuple(passed),
        }

    def _typed_functions(self) -> list[str]:
        array = self.dialect.array
        return [f"{name}: Callable[[{array}], {array}]" for name in self.functions]

    def _arguments(self) -> tuple[list[str], list[str]]:
        """Return the arguments without a default, and those with one or by name."""
        kind = self.dialect.argument
        defaults = {name: text for name, text in self.sheet.constants if text is not None}
        required = [f"{name}: {kind}" for name in self.inputs if name not in defaults]
        optional = [f"{name}: {kind} = {text}" for name, text in defaults.items()]
        typed = self._typed_functions()
        return required, [*optional, *(["*", *typed] if typed else [])]

    def _checks(self) -> str:
        """Return the lines that every function begins with: arguments become arrays."""
        lines: list[str] = []
        if self.inputs:
            names = target(self.inputs, " " * 8, 30)
            given = listed(self.inputs, " " * 8, 16 + len(names.rpartition("\n")[2]))
            lines.append(f"    {names} = _arrays({given})")
        if self.single:
            pairs = [f"{name}={name}" for name in self.single]
            lines.append(f"    _single({listed(pairs, ' ' * 8)})")
        return "\n".join(lines)

    def _function(self, routine: Routine, kind: str) -> str:
        """Return the body of a function whose results are means over the samples."""
        if not self.sheet.has(kind):
            return ""
        batch = batch_of(self.program, routine)
        means, lines = self._means(batch)
        lines = [*self._assigned((*batch.before, *batch.body)), *lines]
        results = [self._filled(formula, means) for _, formula in batch.results]
        if kind == "hessian":
            return self._indented([*lines, *self._matrix(results)])
        if kind == "value":
            return self._indented([*lines, f"return {results[0]}"])
        made = self._made("Gradient", results[1:] if kind == "value_and_gradient" else results)
        if kind != "value_and_gradient":
            return self._indented([*lines, f"return {made}"])
        return self._indented([*lines, f"return {results[0]}, {made}"])

    def _means(self, batch: Batch) -> tuple[dict[str, str], list[str]]:
        """Return what stands for the mean of each sum, and the lines that compute some of them."""
        uses = [operand for _, formula in batch.results for operand in formula.operands]
        texts: dict[str, str] = {}
        lines: list[str] = []
        for name, spelled in sum_names(batch, self.sheet.names).items():
            formula = dict(batch.sums)[name]
            text = f"{self.dialect.name}.mean({self._filled(formula, {})})"
            texts[name] = f"_mean_{spelled.removeprefix('_sum_')}"
            if uses.count(name) > 1 or len(text) > _LONG:
                lines.append(bracketed(f"{texts[name]} = {text}"))
            else:
                texts[name] = text
        return texts, lines

    def _filled(self, formula: Formula, means: Mapping[str, str]) -> str:
        names = self.sheet.names
        operands = [means.get(name) or names[name] for name in formula.operands]
        return self.sheet.plain.code(formula.pattern, tuple(operands))

    def _assigned(self, rows: Iterable[Assignment]) -> list[str]:
        names = self.sheet.names
        return [
            bracketed(f"{names[row.name]} = {self._filled(Formula(row.pattern, row.operands), {})}")
            for row in rows
        ]

    def _matrix(self, results: Sequence[str]) -> list[str]:
        """Return the lines that give a symmetric matrix, of which `results` is the upper part."""
        size = len(self.sheet.fields)
        upper = iter(results)
        found = {(i, j): next(upper) for i in range(size) for j in range(i, size)}
        twice = {(i, j): text for (i, j), text in found.items() if i < j}
        lines = [bracketed(f"_entry_{i}_{j} = {text}") for (i, j), text in twice.items()]
        found |= {(i, j): f"_entry_{i}_{j}" for i, j in twice}
        entries = [found[min(i, j), max(i, j)] for i in range(size) for j in range(size)]
        stacked = f"{self.dialect.name}.stack([{_laid(entries)}])"
        return [*lines, f"return {stacked}.reshape({size}, {size})"]

    def _further(self, required: Sequence[str], optional: Sequence[str]) -> dict[str, str]:
        """Return the parts of outputs, Jacobian and second derivatives, empty if not asked for."""
        bodies = dict.fromkeys(("outputs", "residuals", "jacobian", "hessian", "hvp"), "")
        direction = self.sheet.fresh("direction")
        for kind, routine in self.program.further.items():
            if not self.sheet.has(kind):
                continue
            if kind in {"hessian", "hvp"}:
                bodies[kind] = self._function(routine, kind)
                continue
            lines = self._assigned(routine.body)
            zero = f"{self.dialect.name}.zeros_like({self.inputs[0]})"
            entries = list(self.sheet.results(routine))
            if kind == "jacobian":
                rows = self.sheet.jacobian(routine, zero)
                entries = [entry for row in rows for entry in row]
            stacked = f"_stacked({_laid(entries)})"
            if kind == "jacobian":
                lines.append(f"_grid = {stacked}")
                shape = f"*_grid.shape[:-1], {len(self.program.pattern)}, {len(self.program.wrt)}"
                stacked = f"_grid.reshape({shape})"
            bodies[kind] = self._indented([*lines, f"return {stacked}"])
        if bodies["hvp"]:
            names = target(self.sheet.direction(self.program.further["hvp"], "_"), " " * 8)
            bodies["hvp"] = f"    {names} = _arrays(*{direction})\n{bodies['hvp']}"
        vector = f"{self.dialect.array} | Sequence[{self.dialect.argument}]"
        hvp = [*required, f"{direction}: {vector}", *optional]
        found = {f"{kind}_body": body for kind, body in bodies.items()}
        return {**found, "hvp_arguments": listed(hvp, "    ", 40)}

    def _update(self) -> tuple[list[str], dict[str, str]]:
        """Return the settings of `update`, and the parts of its text."""
        sheet, rule = self.sheet, self.sheet.optimizer
        if not sheet.has("update"):
            return [], dict.fromkeys(("state_fields", "state_size", "update_body", "summary"), "")
        step = update_step(sheet)
        argument = self.dialect.argument
        settings = [f"{n}: {argument} = {sheet.target.literal(v)}" for n, v in rule.settings]
        numbers = ["rate", *(name for name, _ in rule.settings)]
        lines = [f"{target(numbers, '    ', 40)} = _arrays({listed(numbers, '    ', 40)})"]
        lines.append(f"grad = gradient({listed(self.given, '    ', 24)})")
        lines += [bracketed(f"{name} = {code}") for name, code in step.assignments]
        made = self._made("Params", step.parameters)
        if step.states:
            made = f"{made}, {self._made('State', step.kept, step.states)}"
            settings.append("state: State = START")
        return settings, {
            "state_fields": _members(step.states, f"{self.dialect.array} | float"),
            "state_size": str(len(step.states)),
            "update_body": self._indented([*lines, f"return {made}"]),
            "summary": rule.summary,
        }

    def _made(self, kind: str, values: Sequence[str], names: Sequence[str] = ()) -> str:
        """Return a named tuple."""
        pairs = [f"{n}={v}" for n, v in zip(names or self.sheet.fields, values, strict=True)]
        return f"{kind}({_laid(pairs)})"

    @staticmethod
    def _indented(lines: Sequence[str]) -> str:
        return "    " + "\n".join(lines).replace("\n", "\n    ")


_LONG = 60


def _laid(items: Sequence[str]) -> str:
    """Return items with commas, laid out for a body that is indented later."""
    return listed(items, " " * 8, 40).replace("\n    ", "\n")


def _members(names: Sequence[str], kind: str) -> str:
    return "\n".join(f"    {name}: {kind}" for name in names)
