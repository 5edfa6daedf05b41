"""JavaScript: an ES module with JSDoc types, for Node and browsers.

Numbers follow IEEE 754: an overflow or a pole is infinite, a point outside the domain gives NaN.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from fractions import Fraction

from symgrad.program.routine import Routine
from symgrad.targets.base import Sheet, Target
from symgrad.targets.further import DIRECTED, FoundRows
from symgrad.targets.javascript_helpers import HELPERS
from symgrad.targets.long_lines import commented
from symgrad.targets.printing import ATOM, PRODUCT, CodePrinter, Spelling, decimal_or_quotient
from symgrad.targets.running import run_node
from symgrad.targets.task import RunTask
from symgrad.targets.updating import update_step, wrapped

_KEYWORDS = frozenset(
    "abstract arguments as async await boolean break byte case catch char class const continue "
    "debugger default delete do double else enum eval export extends false final finally float for "
    "from function get goto if implements import in instanceof int interface let long native new "
    "null of package private protected public return set short static super switch synchronized "
    "this throw throws transient true try typeof var void volatile while with yield".split()
)
_GLOBALS = frozenset(
    "Array Infinity Math NaN Number Object globalThis direction undefined grad state step "
    "gradient_each value_each start".split()
)


class JavaScriptPrinter(CodePrinter):
    """Prints formulas as JavaScript."""

    def number(self, value: Fraction) -> tuple[str, int]:
        """Return a number and how tightly it binds; whole numbers stand without a point."""
        text = _short(decimal_or_quotient(value))
        return text, PRODUCT if "/" in text else ATOM


def _short(text: str) -> str:
    return "/".join(part.removesuffix(".0") for part in text.split("/"))


class JavaScript(Target):
    """An ES module."""

    name = "javascript"
    suffix = ".mjs"
    comment = "//"
    defined = "export function %s("
    assignment = "const %s = %s;"
    templates = (("{module}.mjs", "javascript.mjs.j2"),)
    keywords = _KEYWORDS
    reserved = _GLOBALS
    functions = {  # noqa: RUF012  (a table; nothing writes to it)
        "pow": Spelling("Math.pow({0}, {1})"),
        "constant pi": Spelling("Math.PI"),
        "constant e": Spelling("Math.E"),
    }
    optional = (
        "outputs",
        "residuals",
        "jacobian",
        "hessian",
        *DIRECTED,
        "value_each",
        "gradient_each",
        "types",
    )
    helpers = HELPERS
    takes_functions = True

    def files(self, sheet: Sheet) -> tuple[tuple[str, str], ...]:
        """Return the module, and its declarations for TypeScript where they are asked for."""
        declared = ("{module}.d.mts", "javascript.d.mts.j2")
        return (*self.templates, declared) if sheet.has("types") else self.templates

    def printer(self, functions: dict[str, Spelling]) -> CodePrinter:  # type: ignore[override]
        """Return the printer of this language."""
        return JavaScriptPrinter(functions)

    def literal(self, value: Fraction) -> str:
        """Return a number, with its sign, as a literal or a quotient of two."""
        return _short(super().literal(value))

    def run(self, task: RunTask) -> tuple[FoundRows | None, str]:
        """Run an emitted module under Node."""
        return run_node(task)

    def context(self, sheet: Sheet) -> dict[str, object]:
        """Return what `javascript.mjs.j2` receives."""
        program = sheet.program
        inputs = [sheet.names[name] for name in (*program.parameters, *program.data)]
        defaults = {name: default for name, default in sheet.constants if default is not None}
        required = [*inputs, *(name for name, default in sheet.constants if default is None)]
        functions = list(sheet.callables.values())
        arguments = [*required, *functions]
        arguments += [f"{name} = {default}" for name, default in defaults.items()]
        given = _given(sheet)
        rate = f"rate = {sheet.target.literal(program.rate)}"
        settings, numbers, update = _update(sheet)
        context: dict[str, object] = {
            "head": "\n".join(sheet.head()),
            "objective": sheet.names[program.graph.objective],
            "arguments": _wrapped(arguments, "  "),
            "value_body": _body(sheet, program.value, "value"),
            "gradient_body": (
                f"  return value_and_gradient({_wrapped(given, '    ')})[1];"
                if program.gradient is None
                else _body(sheet, program.gradient, "gradient")
            ),
            "both_body": _body(sheet, program.both, "value_and_gradient"),
            "fields": _properties(sheet.fields),
            **update,
            "update_arguments": _wrapped([*arguments, rate, *settings], "  "),
            **_further(sheet),
            "hvp_arguments": _wrapped(
                [*required, *functions, "direction", *arguments[len(required) + len(functions) :]],
                "  ",
            ),
            **_documentation(sheet, required, defaults, functions, numbers),
            **_declared(sheet, required, [*defaults], numbers),
            "first": sheet.names[program.data[0]] if program.data else "",
            "each": _of_each(sheet, given),
        }
        context["helpers"] = "\n".join(sheet.helper_texts(sheet.needed))
        return context


def _documentation(
    sheet: Sheet,
    required: Sequence[str],
    defaults: dict[str, str],
    functions: Sequence[str],
    numbers: dict[str, str],
) -> dict[str, str]:
    """Return the lines of JSDoc about the arguments of each function."""
    plain = _documented(sheet, required, defaults, functions)
    directed = _documented(sheet, [*required, "direction"], defaults, functions)
    return {
        "documented": plain,
        "documented_each": _of_samples(sheet, plain),
        "documented_hvp": directed.replace("{number} direction", "{number[]} direction"),
        "documented_update": _documented(sheet, required, {**defaults, **numbers}, functions),
    }


def _wrapped(items: Sequence[str], indent: str) -> str:
    return wrapped(items, indent, 2)


def _further(sheet: Sheet) -> dict[str, str]:
    """Return the bodies of outputs, Jacobian and second derivatives, empty where not asked for."""
    bodies = dict.fromkeys((f"{kind}_body" for kind in JavaScript.optional), "")
    for kind, routine in sheet.program.further.items():
        lines = sheet.lines(routine)
        if kind in DIRECTED:
            names = sheet.direction(routine)
            while names and not names[-1]:
                names.pop()
            taken = [f"const [{_wrapped(names, '    ')}] = direction;"] if names else []
            lines = [*taken, *lines]
            lines.append(f"return {_made(sheet.fields, sheet.added_up(routine), '    ')};")
        elif kind in ("hessian", "jacobian"):
            rows = sheet.matrix(routine) if kind == "hessian" else sheet.jacobian(routine, "0")
            texts = [f"[{', '.join(row)}]" for row in rows]
            lines.append(f"return [{_wrapped(texts, '    ')}];")
        else:
            lines.append(f"return [{_wrapped(sheet.results(routine), '    ')}];")
        if sheet.has(kind):
            bodies[f"{kind}_body"] = "  " + "\n  ".join(lines)
    return bodies


def _given(sheet: Sheet) -> list[str]:
    """Return the arguments in order: numbers, functions, and constants that have a default."""
    defaults = [name for name, default in sheet.constants if default is not None]
    inputs = sheet.identifiers(sheet.program.inputs)
    return [*inputs[: len(inputs) - len(defaults)], *sheet.callables.values(), *defaults]


def _documented(
    sheet: Sheet, required: Sequence[str], optional: dict[str, str], functions: Sequence[str]
) -> str:
    said = sheet.comments
    lines = [(f"@param {{number}} {name}", name) for name in required]
    lines += [(f"@param {{(x: number) => number}} {name}", name) for name in functions]
    lines += [(f"@param {{number}} [{name}={default}]", name) for name, default in optional.items()]
    texts = [f"{line} {said[name]}" if name in said else line for line, name in lines]
    return "\n".join(commented(texts, " *"))


def _declared(
    sheet: Sheet, required: Sequence[str], optional: Sequence[str], numbers: Iterable[str]
) -> dict[str, str]:
    """Return the parts of the declarations for TypeScript."""
    said = sheet.comments
    typed = [f"{name}: number" for name in required]
    data = set(sheet.identifiers(sheet.program.data))
    arrays = [f"{name}: {'ArrayLike<number>' if name in data else 'number'}" for name in required]
    functions = [f"{name}: (x: number) => number" for name in sheet.callables.values()]
    further = [f"{name}?: number" for name in optional]
    plain = [*typed, *functions, *further]
    update = [*plain, *(f"{name}?: number" for name in numbers)]
    states = update_step(sheet).states if sheet.has("update") else ()
    update += ["state?: State"] if states else []
    members = "\n".join(
        f"  /** {said[name]} */\n  {name}: number;" if name in said else f"  {name}: number;"
        for name in sheet.fields
    )
    return {
        "mark": sheet.head()[0],
        "members": members,
        "state_members": "\n".join(f"  {name}: number;" for name in states),
        "typed": _wrapped(plain, "  "),
        "typed_hvp": _wrapped([*typed, *functions, "direction: number[]", *further], "  "),
        "typed_update": _wrapped(update, "  "),
        "typed_each": _wrapped([*arrays, *functions, *further], "  "),
    }


def _of_samples(sheet: Sheet, declared: str) -> str:
    """Return declared arguments with arrays of numbers for data."""
    for name in sheet.identifiers(sheet.program.data):
        declared = re.sub(rf"{{number}} {name}\b", f"{{ArrayLike<number>}} {name}", declared)
    return "\n".join(commented([line[3:] for line in declared.split("\n")], " *"))


def _of_each(sheet: Sheet, given: Sequence[str]) -> str:
    """Return the arguments of a function at sample number i."""
    data = set(sheet.identifiers(sheet.program.data))
    return _wrapped([f"{name}[_i]" if name in data else name for name in given], "    ")


def _properties(names: Sequence[str]) -> str:
    return "\n".join([f" * @property {{number}} {name}" for name in names])


def _made(names: Sequence[str], values: Sequence[str], indent: str) -> str:
    pairs = [n if n == v else f"{n}: {v}" for n, v in zip(names, values, strict=True)]
    return f"{{{_wrapped(pairs, indent)}}}"


def _body(sheet: Sheet, routine: Routine, kind: str) -> str:
    if not sheet.has(kind):
        return ""
    lines = sheet.lines(routine)
    results = sheet.results(routine)
    if kind == "value":
        lines.append(f"return {results[0]};")
    elif kind == "gradient":
        lines.append(f"return {_made(sheet.fields, results, '    ')};")
    else:
        lines.append(f"return [{results[0]}, {_made(sheet.fields, results[1:], '    ')}];")
    return "  " + "\n  ".join(lines)


def _update(sheet: Sheet) -> tuple[list[str], dict[str, str], dict[str, str]]:
    """Return the settings of `update`, its numbers with defaults, and the parts of its text."""
    rule = sheet.optimizer
    if not sheet.has("update"):
        return [], {}, dict.fromkeys(("state_fields", "start", "update_body", "summary"), "")
    step = update_step(sheet)
    given = _given(sheet)
    numbers = {"rate": sheet.target.literal(sheet.program.rate)}
    numbers |= {name: sheet.target.literal(value) for name, value in rule.settings}
    settings = [f"{name} = {sheet.target.literal(value)}" for name, value in rule.settings]
    lines = [f"const grad = gradient({_wrapped(given, '    ')});"]
    lines += [sheet.target.assignment % pair for pair in step.assignments]
    made = _made(sheet.fields, step.parameters, "    ")
    if step.states:
        made = f"[{made}, {_made(step.states, step.kept, '    ')}]"
        settings.append("state = start")
    parts = {
        "state_fields": _properties(step.states),
        "start": _made(step.states, ["0"] * len(step.states), "  "),
        "update_body": "  " + "\n  ".join([*lines, f"return {made};"]),
        "summary": rule.summary,
    }
    return settings, numbers, parts


TARGET = JavaScript()
