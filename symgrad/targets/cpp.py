"""C++17: one header in a namespace, of inline functions of doubles; nothing but the library.

Numbers follow IEEE 754: an overflow or a pole is infinite, a point outside the domain gives NaN.
Every function takes the parameters one by one, or as a struct that an update gives back.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from symgrad.program.routine import Routine
from symgrad.targets.base import Sheet, Target
from symgrad.targets.c_names import KEYWORDS, LOCAL, guard
from symgrad.targets.cpp_helpers import HELPERS
from symgrad.targets.further import DIRECTED, FoundRows
from symgrad.targets.long_lines import commented
from symgrad.targets.printing import Spelling
from symgrad.targets.running_cpp import run_cpp
from symgrad.targets.task import EmittedFile, RunTask
from symgrad.targets.updating import update_step, wrapped

_NAMES = frozenset("Params Gradient State defaults detail std given found params pair".split())
_WORD = re.compile(r"(?<![.\w])[A-Za-z_]\w*")  # no member of a struct


class Cpp(Target):
    """A header for C++17."""

    name = "cpp"
    suffix = ".hpp"
    comment = "//"
    assignment = "const double %s = %s;"
    templates = (("{module}.hpp", "cpp.hpp.j2"),)
    optional = ("outputs", "residuals", "jacobian", "hessian", *DIRECTED)
    keywords = KEYWORDS
    reserved = LOCAL | _NAMES
    functions = {  # noqa: RUF012  (a table; nothing writes to it)
        "pow": Spelling("std::pow({0}, {1})"),
        "constant pi": Spelling("3.141592653589793"),
        "constant e": Spelling("2.718281828459045"),
    }
    helpers = HELPERS
    takes_functions = True

    def module_names(self, module: str) -> frozenset[str]:
        """Return the namespace and the include guard."""
        return frozenset({module, f"{guard(module)}PP"})

    def defines(self, files: Sequence[EmittedFile], function: str) -> bool:
        """Tell whether a header has a function."""
        return re.search(rf"^inline .* {function}\(", files[0].text, re.MULTILINE) is not None

    def run(self, task: RunTask) -> tuple[FoundRows | None, str]:
        """Compile a header with the system's compiler and run it."""
        return run_cpp(task)

    def context(self, sheet: Sheet) -> dict[str, object]:
        """Return what `cpp.hpp.j2` receives."""
        return _Writer(sheet).context()


class _Function(NamedTuple):
    """One function: what it is for, what it returns, its arguments, how it is called."""

    about: str
    result: str
    name: str
    arguments: Sequence[str]
    body: str


class _Writer:
    """Writes the parts of the header for one program."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet, self.program = sheet, sheet.program
        self.module = sheet.options.module
        self.inputs = sheet.identifiers(self.program.inputs)
        self.callables = list(sheet.callables.values())
        self.defaults = {name: text for name, text in sheet.constants if text is not None}
        if self.callables:  # they have no default, and stand behind all numbers
            self.defaults = {}
        kinds = [f"Function{i}" for i in range(1, len(self.callables) + 1)]
        self.template = f"template <{', '.join(f'class {k}' for k in kinds)}>\n" if kinds else ""
        self.typed = [f"const {k}& {n}" for k, n in zip(kinds, self.callables, strict=True)]

    def context(self) -> dict[str, object]:
        """Return all texts; code is written before the helpers that it needs are listed."""
        sheet = self.sheet
        functions = [*self._first(), *self._further(), *self._update()]
        texts = [text for function in functions for text in self._texts(function)]
        helpers = "\n".join(sheet.helper_texts(sheet.needed))
        step = update_step(sheet) if sheet.has("update") else None
        every = "\n".join([helpers, *texts])
        used = {
            "array": "std::array", "limits": "numeric_limits", "utility": "std::pair",
        }  # fmt: skip
        includes = ["cmath", *(name for name, word in used.items() if word in every)]
        return {
            "head": "\n".join(sheet.head()),
            "guard": f"{guard(self.module)}PP",
            "includes": "\n".join(f"#include <{name}>" for name in sorted(includes)),
            "objective": sheet.names[self.program.graph.objective],
            "starts": "\n".join(self._starts()),
            "fields": _members(sheet.fields),
            "state_fields": _members(step.states) if step else "",
            "helpers": helpers,
            "compares": "yes" if re.search(" [=!]= ", every) else "",
            "texts": "\n".join(texts),
        }

    def _starts(self) -> list[str]:
        """Return the members of the struct of parameters, with their starting values."""
        index = self.program.graph.index
        starts = [index[name].default for name in self.program.wrt]
        texts = ["0.0" if start is None else self.sheet.target.literal(start) for start in starts]
        return [
            f"    double {name} = {text};"
            for name, text in zip(self.sheet.fields, texts, strict=True)
        ]

    def _declared(self, *, direction: str = "", settings: Sequence[str] = ()) -> list[str]:
        """Return the arguments of a function: those without a default come first."""
        required = [f"double {name}" for name in self.inputs if name not in self.defaults]
        optional = [f"double {name} = {text}" for name, text in self.defaults.items()]
        also = [direction] if direction else []
        return [*required, *self.typed, *also, *optional, *settings]

    def _texts(self, function: _Function) -> list[str]:
        """Return a function, and the same with the parameters in a struct."""
        lines = function.body.split("\n")
        used = {word for line in lines for word in _WORD.findall(line)}
        idle = [n for n in (*self.inputs, *self.callables) if n not in used]
        body = "\n    ".join([*(f"static_cast<void>({name});" for name in idle), *lines])
        begin = "" if self.template else "inline "
        head = f"{self.template}{begin}{function.result} {function.name}("
        fields = set(self.sheet.fields)
        names = [a.partition(" = ")[0].rpartition(" ")[2] for a in function.arguments]
        others = {n: a for a, n in zip(function.arguments, names, strict=True) if n not in fields}
        call = [f"params.{name}" if name in fields else name for name in names]
        packed = _listed(["const Params& params", *others.values()])
        passed = f"return {function.name}({_listed(call, '        ')});"
        about = self._about(function, names)
        short = self._about(function, ["params", *others])
        return [
            f"{about}\n{head}{_listed(function.arguments)}) {{\n    {body}\n}}\n",
            f"{short}\n{head}{packed}) {{\n    {passed}\n}}\n",
        ]

    def _about(self, function: _Function, names: Iterable[str]) -> str:
        """Return the comment of a function, with what the author says of its arguments."""
        return "\n".join([function.about, *commented(self.sheet.described(names), "///")])

    def _body(self, routine: Routine, end: str) -> str:
        """Return the statements of a routine that its end needs, and the end."""
        needed = set(_WORD.findall(end))
        kept = [end]
        for line in reversed(self.sheet.lines(routine)):
            name, _, formula = line.removeprefix("const double ").partition(" = ")
            if name in needed:
                needed.update(_WORD.findall(formula))
                kept.append(line)
        return "\n".join(reversed(kept))

    def _first(self) -> list[_Function]:
        sheet, program = self.sheet, self.program
        goal = sheet.names[program.graph.objective]
        given = self._declared()
        found: list[_Function] = []
        if sheet.has("value"):
            end = f"return {sheet.results(program.value)[0]};"
            body = self._body(program.value, end)
            found.append(_Function(f"/// {goal}.", "double", "value", given, body))
        if sheet.has("gradient"):
            call = _listed(self._passed(given), "        ")
            body = f"return value_and_gradient({call}).second;"
            if program.gradient is not None:
                row = _row(sheet.results(program.gradient))
                body = self._body(program.gradient, f"return {row};")
            about = f"/// The derivative of {goal} by each parameter."
            found.append(_Function(about, "Gradient", "gradient", given, body))
        if sheet.has("value_and_gradient"):
            value, *slopes = sheet.results(program.both)
            body = self._body(program.both, f"return {{{value}, Gradient{_row(slopes)}}};")
            about = f"/// {goal} and its derivative by each parameter."
            kind = "std::pair<double, Gradient>"
            both = _Function(about, kind, "value_and_gradient", given, body)
            found.insert(-1 if sheet.has("gradient") and program.gradient is None else 9, both)
        return found

    @staticmethod
    def _passed(arguments: Sequence[str]) -> list[str]:
        return [item.partition(" = ")[0].rpartition(" ")[2] for item in arguments]

    def _further(self) -> list[_Function]:
        """Return outputs, Jacobian and second derivatives, as far as they are asked for."""
        sheet, program = self.sheet, self.program
        goal = sheet.names[program.graph.objective]
        width, count = len(program.wrt), len(program.pattern)
        outputs = "the outputs" if sheet.has("outputs") else f"what is squared in {goal}"
        matrix = f"std::array<std::array<double, {width}>, {{}}>"
        found: list[_Function] = []
        for kind, routine in program.further.items():
            if not sheet.has(kind):
                continue
            given, result = self._declared(), f"std::array<double, {count}>"
            about = f"/// {outputs[:1].upper()}{outputs[1:]}."
            end = f"return {{{_row(sheet.results(routine))}}};"
            lines: list[str] = []
            if kind in DIRECTED:
                matrix_of = "The second derivatives of {} times"
                if kind != "hvp":
                    matrix_of = "The transpose of the Jacobian of what is squared in {}, times it,"
                about = f"/// {matrix_of.format(goal)} a direction."
                given, result = self._declared(direction="const Params& direction"), "Gradient"
                pairs = [*zip(sheet.direction(routine), sheet.fields, strict=True)]
                lines = [f"const double {name} = direction.{f};" for name, f in pairs if name]
                lines = lines or ["(void)direction;"]
                end = f"return {_row(sheet.added_up(routine))};"
            elif kind in ("hessian", "jacobian"):
                square = kind == "hessian"
                about = (
                    f"/// The matrix of second derivatives of {goal}." if square else
                    f"/// The derivatives of {outputs}, a row for each, by the parameters."
                )  # fmt: skip
                result = matrix.format(width if square else count)
                rows = sheet.matrix(routine) if square else sheet.jacobian(routine, "0.0")
                end = f"return {{{_row([f'{{{_row(row)}}}' for row in rows])}}};"
            body = "\n".join([*lines, self._body(routine, end)])
            found.append(_Function(about, result, kind, given, body))
        return found

    def _update(self) -> list[_Function]:
        sheet, rule = self.sheet, self.sheet.optimizer
        if not sheet.has("update"):
            return []
        step = update_step(sheet)
        literal = sheet.target.literal
        numbers = [("rate", literal(self.program.rate))]
        numbers += [(name, literal(value)) for name, value in rule.settings]
        settings = [f"double {n}" if self.callables else f"double {n} = {v}" for n, v in numbers]
        if step.states:
            settings.append("const State& state" + ("" if self.callables else " = State()"))
        call = _listed(self._passed(self._declared()), "        ")
        lines = [f"const Gradient grad = gradient({call});"]
        lines += [sheet.target.assignment % pair for pair in step.assignments]
        made = f"Params{_row(step.parameters)}"
        result = "Params"
        if step.states:
            result, made = "std::pair<Params, State>", f"{{{made}, State{_row(step.kept)}}}"
        about = f"/// The parameters after one step of {rule.summary}."
        body = "\n".join([*lines, f"return {made};"])
        return [_Function(about, result, "update", self._declared(settings=settings), body)]


def _members(names: Sequence[str]) -> str:
    return "\n".join(f"    double {name} = 0.0;" for name in names)


def _listed(items: Sequence[str], indent: str = "    ") -> str:
    """Return arguments, with no comma behind the last."""
    return wrapped(items, indent, 4).removesuffix(f",\n{indent[4:]}")


def _row(items: Sequence[str]) -> str:
    return f"{{{wrapped(items, '        ', 4)}}}"


TARGET = Cpp()
