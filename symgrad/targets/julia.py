"""Julia: one module of functions of real numbers; SpecialFunctions only where a formula needs it.

Numbers follow IEEE 754: an overflow or a pole is infinite, a point outside the domain gives NaN.
The text is parsed in the tests; no Julia runs it.
"""

from __future__ import annotations

from collections.abc import Sequence

from symgrad.errors import free_name
from symgrad.targets.base import Sheet, Target
from symgrad.targets.further import DIRECTED
from symgrad.targets.julia_helpers import HELPERS
from symgrad.targets.layout import in_tuple, listed
from symgrad.targets.long_lines import bracketed
from symgrad.targets.printing import Spelling
from symgrad.targets.updating import update_step

_KEYWORDS = frozenset(
    "abstract baremodule begin break catch const continue do else elseif end export false finally "
    "for function global if import in isa let local macro module mutable outer primitive public "
    "quote return struct true try type using var where while".split()
)
_NAMES = frozenset(
    "Base Core Main Inf Int NaN START SpecialFunctions abs direction eval exp float grad include "
    "log1p map max min permutedims rate reshape state step sum".split()
)


class Julia(Target):
    """A Julia module."""

    name = "julia"
    suffix = ".jl"
    comment = "#"
    defined = "function %s("
    templates = (("{module}.jl", "julia.jl.j2"),)
    optional = ("outputs", "residuals", "jacobian", "hessian", *DIRECTED)
    keywords = _KEYWORDS
    reserved = _NAMES
    functions = {  # noqa: RUF012  (a table; nothing writes to it)
        "pow": Spelling("_pow({0}, {1})", ("_pow",)),
        "constant pi": Spelling("3.141592653589793"),
        "constant e": Spelling("2.718281828459045"),
    }
    helpers = HELPERS
    takes_functions = True
    series_prefix = "_series"
    local_prefix = "_local"
    series_lines = ("# {1}\nfunction {0}(t)", "    {0}", "    return y\nend")
    not_run = "symgrad runs no Julia; that its text can be parsed is tested, nothing more"

    def module_names(self, module: str) -> frozenset[str]:
        """Return the name of the module."""
        return frozenset({module})

    def context(self, sheet: Sheet) -> dict[str, object]:
        """Return what `julia.jl.j2` receives."""
        return _JuliaWriter(sheet).context()


class _JuliaWriter:
    """Writes the parts of the module for one program."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet, self.program = sheet, sheet.program
        defaults = {name: text for name, text in sheet.constants if text is not None}
        self.inputs = sheet.identifiers(self.program.inputs)
        required = [name for name in self.inputs if name not in defaults]
        self.required = [*required, *sheet.callables.values()]
        self.declared = [*(f"{name}::Real" for name in required), *sheet.callables.values()]
        self.optional = [f"{name}::Real = {text}" for name, text in defaults.items()]
        self.passed = [f"{name} = {name}" for name in defaults]

    def context(self) -> dict[str, object]:
        """Return all texts; code is written before the helpers that it needs are listed."""
        sheet = self.sheet
        texts = [*self._first(), *self._further(), *self._update()]
        needs = sheet.all_needs(sheet.needed)
        step = update_step(sheet) if sheet.has("update") else None
        kept = [f"{name} = 0.0" for name in step.states] if step else []
        taken = sheet.target.taken_names()
        return {
            "head": "\n".join(sheet.head()),
            "name": free_name(sheet.options.module, taken),
            "imports": "import SpecialFunctions" if "SpecialFunctions" in needs else "",
            "start": f"({in_tuple(kept, '    ', 16)})" if kept else "",
            "helpers": "\n".join(sheet.helper_texts(sheet.needed)),
            "texts": "\n".join(texts),
        }

    def _function(
        self, about: str, name: str, lines: Sequence[str], *, also: Sequence[str] = (),
        settings: Sequence[str] = (),
    ) -> str:  # fmt: skip
        """Return a function; its numbers are made floating point first."""
        by_name = [*self.optional, *settings]
        arguments = self._call([*self.declared, *also], by_name, 20)
        names = _several(self.inputs)
        if self.inputs:
            lines = [f"({names}) = map(float, ({names}))", *lines]
        body = "\n".join(lines).replace("\n", "\n    ")
        return f'"""\n{about}\n"""\nfunction {name}({arguments})\n    {body}\nend\n'

    @staticmethod
    def _call(places: Sequence[str], by_name: Sequence[str], beside: int) -> str:
        """Return arguments by place, and behind a semicolon those by name."""
        if not by_name:
            return listed(places, "    ", beside)
        items = [*places[:-1], f"{places[-1]}; {by_name[0]}" if places else f"; {by_name[0]}"]
        return listed([*items, *by_name[1:]], "    ", beside)

    def _own(self, name: str) -> str:
        """Return a call of a function of the module with the arguments of this one."""
        return f"{name}({self._call(self.required, self.passed, 24)})"

    def _first(self) -> list[str]:
        sheet, program = self.sheet, self.program
        goal = sheet.names[program.graph.objective]
        found: list[str] = []
        if sheet.has("value"):
            lines = [*sheet.lines(program.value), f"return {sheet.results(program.value)[0]}"]
            found.append(self._function(f"{goal}.", "value", lines))
        if sheet.has("gradient"):
            lines = [f"return {self._own('value_and_gradient')}[2]"]
            if program.gradient is not None:
                made = self._made(sheet.fields, sheet.results(program.gradient))
                lines = [*sheet.lines(program.gradient), f"return {made}"]
            about = f"The derivative of {goal} by each parameter."
            found.append(self._function(about, "gradient", lines))
        if sheet.has("value_and_gradient"):
            value, *slopes = sheet.results(program.both)
            lines = [
                *sheet.lines(program.both),
                f"return {value}, {self._made(sheet.fields, slopes)}",
            ]
            about = f"{goal} and its derivative by each parameter."
            found.append(self._function(about, "value_and_gradient", lines))
        return found

    def _further(self) -> list[str]:
        """Return outputs, Jacobian and second derivatives, as far as they are asked for."""
        sheet, goal = self.sheet, self.sheet.names[self.program.graph.objective]
        width, count = len(self.program.wrt), len(self.program.pattern)
        outputs = "the outputs" if sheet.has("outputs") else f"what is squared in {goal}"
        abouts = {
            "hvp": f"The second derivatives of {goal} times a direction, a number a parameter.",
            "gauss_newton_product": f"JᵀJ times a direction; J is the Jacobian of {outputs}.",
            "hessian": f"The matrix of second derivatives of {goal}.",
            "jacobian": f"The derivatives of {outputs}, a row for each, by the parameters.",
        }
        found: list[str] = []
        for kind, routine in self.program.further.items():
            if not sheet.has(kind):
                continue
            lines, also = sheet.lines(routine), ["direction"] if kind in DIRECTED else []
            if kind in DIRECTED:
                names = _several(sheet.direction(routine, "_"))
                lines = [f"({names}) = direction", *lines]
                end = self._made(sheet.fields, sheet.added_up(routine))
            elif kind == "hessian":
                end = f"reshape({self._entries(sheet.matrix(routine))}, {width}, {width})"
            elif kind == "jacobian":
                entries = self._entries(sheet.jacobian(routine, "0.0"))
                end = f"permutedims(reshape({entries}, {width}, {count}))"
            else:
                end = self._entries([sheet.results(routine)])
            about = abouts.get(kind, f"{outputs[:1].upper()}{outputs[1:]}.")
            found.append(self._function(about, kind, [*lines, f"return {end}"], also=also))
        return found

    @staticmethod
    def _entries(rows: Sequence[Sequence[str]]) -> str:
        return f"[{_inside([entry for row in rows for entry in row])}]"

    def _update(self) -> list[str]:
        sheet, rule = self.sheet, self.sheet.optimizer
        if not sheet.has("update"):
            return []
        step = update_step(sheet)
        numbers = [("rate", self.program.rate), *rule.settings]
        settings = [f"{name}::Real = {sheet.target.literal(value)}" for name, value in numbers]
        lines = [f"grad = {self._own('gradient')}"]
        lines += [bracketed(sheet.target.assignment % pair) for pair in step.assignments]
        made = self._made(sheet.fields, step.parameters)
        if step.states:
            made = f"{made}, {self._made(step.states, step.kept)}"
            settings.append("state = START")
        also = ", and the new state" if step.states else ""
        about = f"The parameters after one step of {rule.summary}{also}."
        return [self._function(about, "update", [*lines, f"return {made}"], settings=settings)]

    @staticmethod
    def _made(names: Sequence[str], values: Sequence[str]) -> str:
        """Return a named tuple."""
        pairs = [f"{name} = {value}" for name, value in zip(names, values, strict=True)]
        return f"({pairs[0]},)" if len(pairs) == 1 else f"({_inside(pairs)})"


def _inside(items: Sequence[str]) -> str:
    """Return items with commas, laid out for a body that is indented later."""
    return listed(items, " " * 8, 40).replace("\n    ", "\n")


def _several(names: Sequence[str]) -> str:
    """Return the inside of a tuple, laid out for a body that is indented later."""
    return in_tuple(names, " " * 8, 60).replace("\n    ", "\n")


TARGET = Julia()
