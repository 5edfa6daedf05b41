"""Bodies of C functions: declarations, statements, long bodies cut into parts."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from symgrad.expression.identity import distinct
from symgrad.expression.tree import Expression
from symgrad.program.batch import WEIGHT
from symgrad.program.block import Assignment
from symgrad.program.routine import Routine
from symgrad.targets.base import Sheet
from symgrad.targets.c_parts import MAX_STATEMENTS, Cut, Line, cut
from symgrad.targets.printing import open_functions
from symgrad.targets.updating import WIDTH, filled

_SHORT = {"value_and_gradient": "both"}


class CBody:
    """Writes statements of one program; `parts` are functions into which long bodies are cut."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self.program = sheet.program
        self.module = sheet.options.module
        self.weight = sheet.unused("weights") if sheet.has("weights") else ""
        self.names = {**sheet.names, WEIGHT: self.weight}
        names = sheet.names
        self.parameters = [names[name] for name in self.program.parameters]
        self.data = [names[name] for name in self.program.data]
        self.constants = [name for name, _ in sheet.constants]
        self.functions = list(sheet.callables.values())
        self.inputs = [*self.parameters, *self.data, *self.constants, *self.functions]
        self.parts: list[str] = []

    @property
    def over_samples(self) -> list[str]:
        """The declared arguments of functions over samples."""
        return [
            *(f"double {name}" for name in self.parameters),
            "size_t count",
            *(f"const double *{name}" for name in self.data),
            *(f"double {name}" for name in self.constants),
            *map(self.declaration, self.functions),
        ]

    def members(self, names: Iterable[str]) -> str:
        """Return the members of a structure."""
        return "\n".join(f"    double {name};" for name in names)

    def declared(self, names: Iterable[str]) -> str:
        """Return the declarations of arguments."""
        return wrapped(list(map(self.declaration, names)), "    ") or "void"

    def declaration(self, name: str) -> str:
        """Return the declaration of an argument for one sample."""
        return f"double (*{name})(double)" if name in self.functions else f"double {name}"

    def unused(self, routine: Routine | None) -> list[str]:
        """Return a cast for every input that a routine does not use: compilers ask for it."""
        used: set[str] = set()
        if routine is not None:
            used.update(routine.results)
            used.update(name for row in routine.body for name in row.operands)
        names = [*self.program.parameters, *self.program.data]
        names += [name for name, _ in self.program.constants]
        called = self.called(block.pattern for block in (routine.blocks if routine else ()))
        idle = [self.sheet.names[name] for name in names if name not in used]
        idle += [name for name in self.functions if name not in called]
        return [f"(void){name};" for name in idle]

    def called(self, patterns: Iterable[Expression]) -> list[str]:
        """Return the functions among the arguments that patterns call."""
        if not self.functions:
            return []
        found = {f for pattern in distinct(patterns) for f in open_functions(pattern)}
        return [name for f, name in self.sheet.callables.items() if f in found]

    def filled(self, results: Sequence[str], target: str = "out.") -> list[str]:
        """Return the statements that fill in a number for each parameter."""
        pairs = zip(self.sheet.fields, results, strict=True)
        return [f"{target}{field} = {result};" for field, result in pairs]

    def computed(self, routine: Routine, kind: str) -> tuple[list[str], Sequence[str]]:
        """Return the lines that compute a routine, and what its results are called after them."""
        lines = self.sheet.lines(routine)
        results = self.sheet.results(routine)
        whole = self.cut(_SHORT.get(kind, kind), routine.body, lines, results)
        if whole is not None:
            self.parts.append(whole.functions)
            lines = list(whole.lines)
            results = tuple(whole.places.get(name, name) for name in results)
        return self.unused(routine) + lines, results

    def cut(
        self,
        kind: str,
        rows: Sequence[Assignment],
        codes: Sequence[str],
        results: Collection[str],
        *,
        last: Sequence[Sequence[str]] = (),
        also: Sequence[tuple[str, str]] = (),
    ) -> Cut | None:
        """Return a body in parts where it is long, else None.

        `codes` says the rows, and then statements that assign nothing and use the names in `last`.
        """
        if len(codes) <= MAX_STATEMENTS:
            return None
        names = self.names
        heads = [(names[row.name], row.operands) for row in rows]
        heads += [("", tuple(operands)) for operands in last]
        lines = [
            Line(name, tuple([names[operand] for operand in operands]), code)
            for (name, operands), code in zip(heads, codes, strict=True)
        ]
        always = [(name, self.declaration(name)) for name in self.functions]
        taken = set(names.values())
        return cut(f"part_{kind}_", lines, results, taken=taken, also=also, always=always)

    def assignments(self, rows: Iterable[tuple[str, Expression, tuple[str, ...]]]) -> list[str]:
        """Return the statements that assign formulas."""
        names, printer = self.names, self.sheet.plain
        return [
            self.sheet.target.assignment
            % (names[name], printer.code(pattern, tuple([names[n] for n in operands])))
            for name, pattern, operands in rows
        ]


def indented(lines: Sequence[str]) -> str:
    """Return statements as the body of a function."""
    return "    " + "\n    ".join(lines) if lines else ""


def wrapped(items: Sequence[str], indent: str) -> str:
    """Return items with commas between them: on one line, or in an indented block of lines."""
    text = ", ".join(items)
    if len(text) <= WIDTH - 30:
        return text
    return f"\n{indent}" + f",\n{indent}".join(filled(items, indent))
