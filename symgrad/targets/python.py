"""Python: plain floats, the standard library only.

Emitted code is written for one call with floats: locals only, x*x instead of x**2, float literals.
Numbers follow IEEE 754, as in every other target: an overflow or a pole is infinite, a point
outside the domain gives NaN. Where a plain operation of Python raises an exception instead, the
whole is computed again with functions that do not (`_ieee`), so that ordinary calls pay nothing for
it. What only a branch of `where` needs is computed so at once.
"""

from __future__ import annotations

import keyword
from collections.abc import Iterable, Mapping, Sequence

from symgrad.expression.spelling import IEEE
from symgrad.expression.tree import Expression
from symgrad.program.routine import Routine
from symgrad.targets.base import Sheet, Target
from symgrad.targets.further import DIRECTED, FoundRows
from symgrad.targets.layout import in_tuple, listed
from symgrad.targets.micropython import lacking, without_typing
from symgrad.targets.numba import refuse, unfit
from symgrad.targets.points import check_points
from symgrad.targets.printing import ATOM, CONDITION, SUM, CodePrinter, Spelling, spelled_in
from symgrad.targets.python_faults import FAULTLESS
from symgrad.targets.python_helpers import EXCEPT, HELPERS
from symgrad.targets.python_sums import one_length, sum_parts
from symgrad.targets.running_python import run_python
from symgrad.targets.task import Options, RunTask
from symgrad.targets.updating import imported, update_step, wrapped

FUNCTIONS: Mapping[str, Spelling] = {
    "pow": Spelling("_pow({})", ("_pow",)),
    "constant pi": Spelling("pi", ("pi",)),
    "constant e": Spelling("e", ("e",)),
}

# Functions that take sequences.
_SEQUENCES = (
    *DIRECTED, "value_each", "gradient_each", "fun_and_jac", "partial_sums", "self_check",
)  # fmt: skip


class PythonPrinter(CodePrinter):
    """Prints formulas as Python."""

    conjunctions: Mapping[str, str] = {"and": "and", "or": "or", "not": "not "}

    def where(self, condition: Expression, yes: Expression, no: Expression) -> tuple[str, int]:
        """Return a conditional expression: only the branch taken is evaluated."""
        test = self.at(condition, CONDITION)
        return f"{self.at(yes, SUM)} if {test} else {self.at(no, CONDITION)}", CONDITION

    def call(self, function: str, arguments: tuple[Expression, ...]) -> tuple[str, int]:
        """Return a function at its arguments; what may raise is tried where nothing must raise."""
        text, level = super().call(function, arguments)
        arity = len(arguments)
        if IEEE not in self.languages or function in self.functions:
            return text, level
        if spelled_in((IEEE,), function, arity) or not spelled_in(("python",), function, arity):
            return text, level
        self.needed["_ieee_of"] = None
        return f"_ieee_of(lambda: {text})", ATOM


class Python(Target):
    """Standalone Python for single calls."""

    name = "python"
    suffix = ".py"
    comment = "#"
    defined = "def %s("
    templates = (("{module}.py", "python.py.j2"),)
    optional = (
        "outputs", "residuals", "jacobian", "jacobian_sparse", "value_each", "gradient_each",
        "fun_and_jac", "hessian", "hessian_sparse", "hvp",
        "gauss_newton_product", "partial_sums", "weights",
        "self_check",
    )  # fmt: skip
    settings: Mapping[str, tuple[str, ...]] = {"dialect": ("python", "micropython", "numba")}
    keywords = frozenset({*keyword.kwlist, *keyword.softkwlist})
    reserved = frozenset(
        "Callable HESSIAN_COLUMNS HESSIAN_STARTS Iterable JACOBIAN_COLUMNS JACOBIAN_STARTS "
        "NamedTuple START Sequence Sums abs add_sums combine_sums e enumerate float fsum grad int "
        "isinstance len max min partial_sums pi print range round state step sum tuple zip".split()
    )
    functions = FUNCTIONS
    guarded_functions = FAULTLESS
    guarded = IEEE
    helpers = HELPERS
    takes_functions = True
    ends_with_line = True
    series_prefix = "_series"
    local_prefix = "_local"
    series_lines = (
        'def {0}(t: float) -> float:\n    """{1}"""', "    {0}", "    return y",
    )  # fmt: skip

    def printer(self, functions: Mapping[str, Spelling]) -> CodePrinter:
        """Return the printer of this language."""
        return PythonPrinter(functions)

    def run(self, task: RunTask) -> tuple[FoundRows | None, str]:
        """Run an emitted file as a module of this process."""
        return run_python(task), ""

    def context(self, sheet: Sheet) -> dict[str, object]:
        """Return what `python.py.j2` receives."""
        program = sheet.program
        needs = [name for name, default in sheet.constants if default is None]
        inputs = sheet.identifiers(program.inputs)
        required = _typed([*sheet.identifiers((*program.parameters, *program.data)), *needs])
        optional = [f"{name}: float = {text}" for name, text in sheet.constants if text is not None]
        functions = list(sheet.callables.values())
        typed = _typed(functions, "Callable[[float], float]")
        keywords = ["*", *typed] if functions else []
        arguments = (*required, *optional, *keywords)
        many = [
            *_typed(sheet.identifiers(program.parameters)),
            *_typed(sheet.identifiers(program.data), "Sequence[float]"),
            *(_typed(needs) + optional + keywords),
        ]
        given = (*inputs, *(f"{name}={name}" for name in functions))
        fixed = [*_fixed(sheet, needs), *optional]
        settings, update = _update(sheet, given)
        rate = f"rate: float = {sheet.target.literal(program.rate)}"
        context: dict[str, object] = {
            "head": "\n".join(sheet.head()),
            "title": sheet.summary[:1].upper() + sheet.summary[1:],
            "objective": sheet.names[program.graph.objective],
            "arguments": listed(arguments, "    ", 51),
            **_bodies(sheet, given),
            **(_flat(sheet, given, keywords) if sheet.has("fun_and_jac") else _NOT_FLAT),
            **_on_request(sheet, given, many),
            **_ieee(sheet, [*_typed(inputs), *typed]),
            **sum_parts(sheet, given, many, fixed, keywords, numba=bool(_for_numba(sheet))),
            **_further(sheet, required, [*optional, *keywords]),
            "gradient_fields": _fields(sheet.fields),
            **update,
            "update_arguments": listed(
                (*required, *optional, rate, *settings, *keywords), "    ", 39
            ),
        }
        return without_typing(context | _used(sheet), sheet)

    def unfit(self, names: Iterable[str], options: Options) -> frozenset[str]:
        """Return what Numba mistakes for a name of its own."""
        is_numba = self.setting(options.settings, "dialect") == "numba"
        return unfit(names) if is_numba else frozenset()


def _for_numba(sheet: Sheet) -> str:
    """Return "yes" for a file that Numba is to compile; raises SymgradError where it cannot."""
    if sheet.setting("dialect") != "numba":
        return ""
    refuse(sheet)
    return "yes"


def _on_request(sheet: Sheet, given: Sequence[str], many: Sequence[str]) -> dict[str, object]:
    """Return the arguments of functions that take samples, and what a check of itself needs."""
    inputs = sheet.identifiers(sheet.program.inputs) if sheet.has("self_check") else ()
    return {
        "many": listed(many, "    ", 40) if sheet.has(*_SEQUENCES) else "",
        "each": _wrapped(given, " " * 8) if sheet.has(*_SEQUENCES) else "",
        "points": check_points(sheet),
        "checked": _wrapped([repr(name) for name in inputs], " " * 4),
    }


def _bodies(sheet: Sheet, given: Sequence[str]) -> dict[str, str]:
    """Return the bodies of value, gradient and both; the gradient may be taken from both."""
    program = sheet.program
    found = {"value_body": _body(sheet, program.value, "value")}
    same = one_length(sheet.identifiers(program.data))
    found["one_length"] = "".join([f"    {line}\n" for line in same])
    found["gradient_body"] = f"    return value_and_gradient({_wrapped(given, ' ' * 8)})[1]"
    if program.gradient is not None:
        found["gradient_body"] = _body(sheet, program.gradient, "gradient")
    found["both_body"] = _body(sheet, program.both, "value_and_gradient")
    return found


def _used(sheet: Sheet) -> dict[str, str]:
    """Return what the code written so far imports, and the helpers that it calls."""
    used = list(sheet.all_needs(sheet.needed))
    abstract = {"Callable"} if sheet.callables else set()
    if sheet.has(*_SEQUENCES):
        abstract.add("Sequence")
    if sheet.has("partial_sums"):
        abstract.add("Iterable")
        used += [] if _for_numba(sheet) else ["fsum"]
    if sheet.has("self_check"):
        used += ["Callable", "isnan"]
    abstract |= {"Callable"} & set(used)
    imports = sorted({name for name in used if name[0] != "_" and name != "Callable"})
    imports, own = lacking(imports) if sheet.setting("dialect") == "micropython" else (imports, [])
    return {
        "numba": _for_numba(sheet),
        "abstract": ", ".join(sorted(abstract)),
        "imports": imported("math", imports),
        "helpers": "\n\n".join([*own, *sheet.helper_texts(used)]),
    }


def _fixed(sheet: Sheet, needs: Sequence[str]) -> list[str]:
    """Return the declared arguments without a default that are no data."""
    return _typed([*sheet.identifiers(sheet.program.parameters), *needs])


def _wrapped(items: Sequence[str], indent: str) -> str:
    return wrapped(items, indent, 4)


def _typed(names: Sequence[str], kind: str = "float") -> list[str]:
    return [f"{name}: {kind}" for name in names]


def _body(sheet: Sheet, routine: Routine, kind: str) -> str:
    """Return the body of a function; one that may raise is tried, and computed again then."""
    if not sheet.has(kind):
        return ""
    lines = [*sheet.lines(routine), _returned(sheet, routine, kind)]
    if not sheet.may_stop(routine):
        return "    " + "\n    ".join(lines)
    again = f"_ieee({_wrapped(sheet.given, ' ' * 12)})"
    part = {"value": "[0]", "gradient": "[1]"}.get(kind, "") if _has_gradient(sheet) else ""
    tried = "\n        ".join(line.replace("\n", "\n    ") for line in lines)
    return f"    try:\n        {tried}\n    {EXCEPT}\n        return {again}{part}"


def _has_gradient(sheet: Sheet) -> bool:
    return sheet.has("gradient", "value_and_gradient")


def _ieee(sheet: Sheet, arguments: Sequence[str]) -> dict[str, str]:
    """Return the arguments, the type and the body of `_ieee`, which never raises.

    The body is empty where nothing raises.
    """
    kind = "value_and_gradient" if _has_gradient(sheet) else "value"
    routine = sheet.program.both if _has_gradient(sheet) else sheet.program.value
    result = "tuple[float, Gradient]" if _has_gradient(sheet) else "float"
    lines: list[str] = []
    if sheet.may_stop(routine):
        lines = [*sheet.lines(routine, guarded=True), _returned(sheet, routine, kind)]
    needed = lines or sheet.has("partial_sums")
    return {
        "given": listed(arguments, "    ", 39) if needed else "",
        "ieee_body": "    " + "\n    ".join(lines) if lines else "",
        "ieee_type": result,
    }


_NOT_FLAT = dict.fromkeys(("theta", "unpacked", "flat_arguments", "flat_given", "sign"), "")


def _flat(sheet: Sheet, given: Sequence[str], keywords: Sequence[str]) -> dict[str, str]:
    """Return the parts of `fun_and_jac`: the parameters come as one list."""
    program, fields = sheet.program, sheet.fields
    theta = sheet.fresh("theta")
    inputs = sheet.identifiers((*program.parameters, *program.data))
    flat = frozenset(fields)
    others = _typed([name for name in inputs if name not in flat])
    others += [
        f"{name}: float" if text is None else f"{name}: float = {text}"
        for name, text in sheet.constants
        if name not in flat
    ]
    arguments = [f"{theta}: Sequence[float]", *others, *keywords]
    return {
        "theta": theta,
        "unpacked": f"{_wrapped(fields, ' ' * 8)}{',' * (len(fields) == 1)}",
        "flat_arguments": listed(arguments, "    ", 53),
        "flat_given": _wrapped(given, " " * 8),
        "sign": "-" if program.graph.maximize else "",
    }


def _further(sheet: Sheet, required: Sequence[str], optional: Sequence[str]) -> dict[str, str]:
    """Return the parts of second derivatives, outputs, Jacobian: no operation in them raises."""
    direction = sheet.fresh("direction")
    second = ("hessian", "hessian_sparse", *DIRECTED)
    kinds = (*second, "outputs", "residuals", "jacobian", "sparse")
    bodies = dict.fromkeys(kinds, "")
    for kind, routine in sheet.program.further.items():
        lines = sheet.lines(routine, guarded=True)
        if kind == "hessian":
            lines.append(f"return {_rows(sheet.matrix(routine))}")
        elif kind == "hessian_sparse":
            results = sheet.results(routine)
            lines.append(f"return {_all([results[place] for place in sheet.sparse_places()])}")
        elif kind in DIRECTED:
            names = _wrapped(sheet.direction(routine, "_"), " " * 8)
            lines = [f"({names}{',' * (len(sheet.fields) == 1)}) = {direction}", *lines]
            lines.append(f"return {_made('Gradient', sheet.added_up(routine))}")
        elif kind == "jacobian":
            sparse = [*lines, f"return {_all(sheet.results(routine))}"]
            bodies["sparse"] = "    " + "\n    ".join(sparse)
            lines.append(f"return {_rows(sheet.jacobian(routine, '0.0'))}")
        else:
            lines.append(f"return {_all(sheet.results(routine))}")
        bodies[kind] = "    " + "\n    ".join(lines)
    columns, starts = sheet.compressed(sheet.program.pattern)
    second_columns, second_starts = sheet.compressed(sheet.program.second_pattern)
    return {
        **{f"{kind}_body": body for kind, body in bodies.items()},
        "hvp_arguments": _wrapped((*required, f"{direction}: Sequence[float]", *optional), "    "),
        "columns": _all(columns),
        "starts": _all(starts),
        "second_columns": _all(second_columns),
        "second_starts": _all(second_starts),
        "data": _wrapped(sheet.identifiers(sheet.program.data), " " * 8),
    }


def _rows(rows: Sequence[Sequence[str]]) -> str:
    """Return a tuple of tuples."""
    return _all([f"({', '.join(row)}{',' * (len(row) == 1)})" for row in rows])


def _all(items: Sequence[str]) -> str:
    """Return a tuple."""
    inside = _wrapped(items, " " * 8)
    return f"({inside}{',' * (len(items) == 1 and chr(10) not in inside)})"


def _returned(sheet: Sheet, routine: Routine, kind: str) -> str:
    results = sheet.results(routine)
    if kind == "value":
        return f"return {results[0]}"
    made = _made("Gradient", results if kind == "gradient" else results[1:])
    return f"return {made}" if kind == "gradient" else f"return {results[0]}, {made}"


def _fields(names: Sequence[str]) -> str:
    return "\n".join([f"    {name}: float" for name in names])


def _update(sheet: Sheet, given: Sequence[str]) -> tuple[list[str], dict[str, str]]:
    """Return the settings of `update`, and the parts of its text."""
    rule = sheet.optimizer
    if not sheet.has("update"):
        return [], dict.fromkeys(
            ("state_fields", "state_names", "state_size", "update_body", "summary"), ""
        )
    step = update_step(sheet)
    settings = [f"{name}: float = {sheet.target.literal(value)}" for name, value in rule.settings]
    lines = [f"grad = gradient({_wrapped(given, ' ' * 8)})"]
    lines += [f"{name} = {code}" for name, code in step.assignments]
    made = _made("Params", step.parameters)
    if step.states:
        made = f"{made}, {_made('State', step.kept)}"
        settings.append("state: State = START")
    return settings, {
        "state_fields": _fields(step.states),
        "state_names": in_tuple([f'"{n}"' for n in step.states], "    ", 40) if step.states else "",
        "state_size": str(len(step.states)),
        "update_body": "    " + "\n    ".join([*lines, f"return {made}"]),
        "summary": rule.summary,
    }


def _made(kind: str, fields: Sequence[str]) -> str:
    """Return a named tuple, made by a call: so compilers of Python know it, too."""
    return f"{kind}({_wrapped(fields, ' ' * 8)})"


TARGET = Python()
