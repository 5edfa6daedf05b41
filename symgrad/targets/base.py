"""What a target is: one language that programs are emitted in.

A target is a subclass of `Target` with tables (keywords, function spellings, helper functions), a
`context` of ready strings, and a template that places them. Text that comes from the graph passes
through `symgrad.targets.naming` (identifiers) and `symgrad.targets.head` (comments), never raw.
A sheet is a program being written by its target; the two speak of each other, and stand together.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from itertools import accumulate, compress
from operator import ne
from pathlib import Path

from symgrad.errors import SymgradError, free_name
from symgrad.expression.functions import OwnFunction
from symgrad.expression.identity import distinct
from symgrad.expression.own import PRIME
from symgrad.expression.printer import Printer
from symgrad.expression.rows import filled_rows
from symgrad.expression.tree import Call, Expression, Neg, Var, formula_of, substitute, walk
from symgrad.graph.comments import comments_of
from symgrad.program.block import Block
from symgrad.program.making import Shares
from symgrad.program.normal import normal
from symgrad.program.optimizers import Equation, Optimizer, optimizer
from symgrad.program.outputs import KINDS as OUTPUTS
from symgrad.program.program import Program
from symgrad.program.routine import Routine
from symgrad.program.series import ARGUMENT, SERIES, Local
from symgrad.targets.choice import OFFERED
from symgrad.targets.further import BATCH, FoundRows
from symgrad.targets.head import head_lines, plain_comment
from symgrad.targets.helper import Helper, with_needs
from symgrad.targets.long_lines import ROOM, bracketed, comment
from symgrad.targets.naming import identifiers, transliterated
from symgrad.targets.printing import (
    CodePrinter,
    Spelling,
    decimal_or_quotient,
    open_functions,
    spelled_names,
)
from symgrad.targets.task import EmittedFile, Options, RunTask

_SAID = 46  # characters of a formula that stands in a sentence
# The functions and types that every target offers under these names.
PUBLIC = tuple("value gradient value_and_gradient update rate Gradient Params State".split())


_WORDS = (
    ("outputs", "outputs"),
    ("residuals", "residuals"),
    ("jacobian", "Jacobian"),
    ("hessian", "second derivatives"),
    ("hessian_sparse", "sparse second derivatives"),
    ("hvp", "Hessian-vector product"),
    ("gauss_newton_product", "Gauss-Newton product"),
    ("update", "update step"),
)


def _has_series(e: Expression) -> bool:
    return any(isinstance(part, Call) and part.function == SERIES for part in walk(e))


class Target:
    """One language. Subclasses fill the tables and override `context`.

    `assignment` is a line that gives a name its value, with %s for the name and for the formula;
    `defined` is how the line begins that defines a function, with %s for its name.
    `templates` pairs the name of each emitted file (with `{module}` in it) with its template;
    `settings` has the values of each option that the target understands, the usual one first;
    `offered` names the functions that its files have, `optional` further ones on request. `folder`
    is where its templates stand, for a target that does not come with symgrad.

    Functions are written as their records say for `name`; `functions` holds what no record does,
    and `guarded` is the language whose spellings never stop the program, where there is one.
    """

    name = ""
    suffix = ""
    comment = "//"
    assignment = "%s = %s"
    defined = ""
    templates: tuple[tuple[str, str], ...] = ()
    settings: Mapping[str, tuple[str, ...]] = {}
    offered: tuple[str, ...] = OFFERED
    optional: tuple[str, ...] = ()
    keywords: frozenset[str] = frozenset()
    reserved: frozenset[str] = frozenset()
    functions: Mapping[str, Spelling] = {}
    guarded_functions: Mapping[str, Spelling] = {}
    guarded: str = ""
    helpers: Mapping[str, Helper] = {}
    folder: Path | None = None
    ends_with_line = False  # whether a statement ends with its line
    as_derived = False  # whether formulas stand as they were derived, none rewritten for accuracy
    not_run = ""  # why nothing runs what is emitted, where symgrad never does
    arrays = False  # whether every function takes arrays of samples, too
    takes_functions = False  # whether functions without a body are arguments
    series_prefix = ""  # how functions that hold a series begin; "" writes series out
    local_prefix = ""  # how functions that hold a formula begin
    series_lines = ("", "{0}", "")  # the lines before the sum, the sum, and after it

    def series_text(self, name: str, coefficients: Sequence[Fraction]) -> str:
        """Return the function that holds a series, with a sentence about it."""
        first, line, last = self.series_lines
        shown = " + ".join(self.literal(c) for c in coefficients[:3]).replace("+ -", "- ")
        degree = len(coefficients) - 1
        total = self.literal(coefficients[-1])
        body = [line.format(f"y = {total}")]
        steps = [f"y * {ARGUMENT} + {self.literal(c)}" if c else f"y * {ARGUMENT}"
                 for c in reversed(coefficients[:-1])]  # fmt: skip
        body += [line.format("y = " + step.replace("+ -", "- ")) for step in steps]
        text = f"The series {shown} ... in powers of {ARGUMENT}, up to {ARGUMENT}^{degree}."
        return "\n".join([first.format(name, text), *body, last, ""])

    def local_text(self, name: str, body: str, function: Local) -> str:
        """Return the function that holds a formula, with a sentence about it."""
        first, line, last = self.series_lines
        *before, body = body.split("\n")
        declared = first[first.index("(") + 1 : first.index(")")]
        arguments = [declared.replace(ARGUMENT, name, 1) for name in function.arguments]
        first = first.replace(declared, ", ".join(arguments))
        text = "A formula of its own arguments."
        match function.body:
            case Call("where", (_, near, direct)) if _has_series(near):
                ends = "; where that is 0/0 or cancels, its series."
                shown = Printer([]).expression(direct)
                text = f"{shown if len(shown) <= _SAID else 'The formula below'}{ends}"
        lines = map(line.format, before)
        return "\n".join([first.format(name, text), *lines, last.replace("y", body), ""])

    def setting(self, settings: Mapping[str, str], name: str) -> str:
        """Return the value of an option; raises SymgradError for one that it does not have."""
        allowed = self.settings[name]
        found = settings.get(name, allowed[0])
        if found not in allowed:
            known = ", ".join(f"`{item}`" for item in allowed)
            raise SymgradError(
                f"`{found}` is no value of the option `{name}`", help=f"one of {known}"
            )
        return found

    def printer(self, functions: Mapping[str, Spelling]) -> CodePrinter:
        """Return the printer of this language, with these spellings of functions."""
        return CodePrinter(functions)

    def literal(self, value: Fraction) -> str:
        """Return a number, with its sign, as a literal or a quotient of two."""
        text = decimal_or_quotient(abs(value))
        return f"-{text}" if value < 0 else text

    def files(self, sheet: Sheet) -> tuple[tuple[str, str], ...]:
        """Return the names of the files of a program with their templates."""
        del sheet
        return self.templates

    def context(self, sheet: Sheet) -> dict[str, object]:
        """Return what the templates receive: strings, and tuples and dicts of strings."""
        raise NotImplementedError

    def run(self, task: RunTask) -> tuple[FoundRows | None, str]:
        """Call functions of the emitted files of a program: by function, a row for each point.

        `symgrad.targets.further` says what a row holds. The rows are None where the language cannot
        be run here, or needs longer than so many seconds for one of the tools that run it; the text
        says which.
        """
        del task
        return None, self.not_run or f"symgrad cannot run {self.name}"

    def defines(self, files: Sequence[EmittedFile], function: str) -> bool:
        """Tell whether emitted files have a function, by the line that begins it."""
        name = function.removeprefix(BATCH) if self.arrays else function
        return bool(self.defined) and f"\n{self.defined % name}" in files[0].text

    def languages(self, settings: Mapping[str, str]) -> tuple[str, ...]:
        """Return the languages in which records may spell functions, the first that does counts."""
        del settings
        return (self.name,)

    def variants(self) -> Iterable[Mapping[str, str]]:
        """Yield settings under which further functions can be expressed, the plain ones first."""
        yield {}

    def shares(self, options: Options) -> Shares:
        """Return what the programs of this language compute once for several statements."""
        del options
        return "all"

    def taken_names(self) -> frozenset[str]:
        """Return every name that an author's name must not be spelled as."""
        needs = (need for helper in self.helpers.values() for need in helper.needs)
        own = frozenset({*self.keywords, *self.reserved, *self.helpers, *PUBLIC, *needs})
        languages = [name for settings in self.variants() for name in self.languages(settings)]
        return own | spelled_names((*languages, self.guarded))

    def unfit(self, names: Iterable[str], options: Options) -> frozenset[str]:
        """Return what none of an author's names must be spelled as under these options."""
        del names, options
        return frozenset()

    def module_names(self, module: str) -> frozenset[str]:
        """Return the names of the emitted file that depend on the name of its module."""
        del module
        return frozenset()


def helpers_of(target: Target, printer: CodePrinter) -> Mapping[str, Helper]:
    """Return the helpers of a target, and those that records of functions bring along."""
    brought = {
        name: Helper(spelling.helper, spelling.needs[1:])
        for name, spelling in printer.brought.items()
    }
    return {**brought, **target.helpers} if brought else target.helpers


# What arguments are that no graph names.
_ARGUMENTS = {
    "direction": "a number for each parameter",
    "out": "where the results go",
    "params": "a number for each parameter",
    "rate": "the size of the step",
    "state": "what the rule keeps from one step to the next",
    "value": "where the value goes",
}


class Sheet:
    """One program being written in one language: identifiers, lines of code, what they need."""

    def __init__(self, target: Target, program: Program, options: Options) -> None:
        self.target = target
        self.program = program
        self.options = options
        functions = options.functions or target.offered
        if "gradient" in functions and program.gradient is None:
            functions = (*functions, "value_and_gradient")
        self.functions = tuple(
            name for name in (*target.offered, *target.optional) if name in functions
        )
        rule = optimizer(program.optimizer)
        own = {name for name, _ in (*rule.settings, *rule.shared)}
        own |= target.module_names(options.module) | target.unfit(program.names, options)
        self.names = identifiers(program.names, target.taken_names() | own)
        self._renamed = set(compress(self.names, map(ne, self.names, self.names.values())))
        self._longest = max(map(len, self.names.values()), default=0)
        self.callables = self._callables()
        if self.callables and "self_check" in self.functions:
            name = next(iter(self.callables))
            fault = f"a check of itself has nothing to put in the place of `{name}`"
            raise SymgradError(fault, help=f"give it a body: `function {name}(x) = …`")
        calls: dict[str, Spelling] = {
            f: Spelling(f"{name}({{0}})") for f, name in self.callables.items()
        }
        self._plain = target.printer({**target.functions, **calls})
        self._plain.languages = target.languages(options.settings)
        self._guarded = target.printer({**target.functions, **target.guarded_functions, **calls})
        self._guarded.languages = (*filter(None, [target.guarded]), *self._plain.languages)
        self._plain.series_prefix = self._guarded.series_prefix = target.series_prefix
        self._plain.local_prefix = self._guarded.local_prefix = target.local_prefix
        self._guarded.polynomials = self._plain.polynomials
        self._guarded.locals = self._plain.locals
        self._plain.bodies = self._guarded
        self._guarded.brought = self._plain.brought

    def _callables(self) -> dict[OwnFunction, str]:
        """Return the functions without a body, whose code is an argument, by their identifiers."""
        if not self.target.takes_functions:
            return {}
        program = self.program
        routines = [program.value, *program.further.values()]
        routines += [program.both] if self.functions != ("value",) else []
        patterns = distinct(block.pattern for routine in routines for block in routine.blocks)
        found = [f for pattern in patterns for f in open_functions(pattern)]
        bases = list(dict.fromkeys(f.rstrip(PRIME) for f in found))
        taken = {*self.names.values(), *self.target.taken_names()}
        named: dict[OwnFunction, str] = {}
        for f in sorted(set(found), key=lambda f: (bases.index(f.rstrip(PRIME)), len(f))):
            name = transliterated(f.rstrip(PRIME)) + "_prime" * f.count(PRIME)
            name = free_name(name, taken)
            taken.add(name)
            named[f] = name
        return named

    @property
    def given(self) -> tuple[str, ...]:
        """The arguments in order, those that are functions last."""
        return (*self.identifiers(self.program.inputs), *self.callables.values())

    def setting(self, name: str) -> str:
        """Return the value of an option of the target."""
        return self.target.setting(self.options.settings, name)

    def identifiers(self, names: Iterable[str]) -> tuple[str, ...]:
        """Return the identifiers of names."""
        return tuple(map(self.names.__getitem__, names))

    def lines(self, routine: Routine, *, guarded: bool = False) -> list[str]:
        """Return the assignments of a routine as lines of code, without indentation.

        With `guarded` all of them are written so that none can stop the program.
        """
        lines = [""] * routine.length
        for block in routine.blocks:
            if guarded or not routine.guarded or routine.guarded.isdisjoint(block.names):
                parts = [(block, self._guarded if guarded else self._plain)]
            else:
                flags = [name in routine.guarded for name in block.names]
                plain = block.selected([not flag for flag in flags])
                parts = [(plain, self._plain), (block.selected(flags), self._guarded)]
            for part, printer in parts:
                for place, line in zip(part.places, self._written(part, printer), strict=True):
                    lines[place] = line
        return lines

    def may_stop(self, routine: Routine) -> bool:
        """Tell whether an assignment, as it is written plainly, can stop the program."""
        return any(
            self._plain.template(block.pattern) != self._guarded.template(block.pattern)
            for block in routine.blocks
            if not routine.guarded.issuperset(block.names)
        )

    def _written(self, block: Block, printer: CodePrinter) -> Iterable[str]:
        if not block.names:
            return ()
        text, positions = printer.template(block.pattern)
        columns = [block.names, *(block.columns[i] for i in positions)]
        columns = [
            column
            if self._renamed.isdisjoint(column)
            else tuple(map(self.names.__getitem__, column))
            for column in columns
        ]
        line = self.target.assignment % ("%s", text)
        made = filled_rows(line, columns)
        may_be_long = self.target.ends_with_line and len(line) + len(columns) * self._longest > ROOM
        if not may_be_long or max(map(len, made)) <= ROOM:
            return made
        return [bracketed(item).replace("\n", "\n    ") for item in made]

    def results(self, routine: Routine) -> tuple[str, ...]:
        """Return the identifiers of what a routine computes."""
        return self.identifiers(routine.results)

    def fresh(self, name: str) -> str:
        """Return a name for a local variable of `update` that is no input's."""
        return self.fresh_names([name])[0]

    def fresh_names(self, names: Iterable[str]) -> list[str]:
        """Return names for local variables of `update` that are no input's."""
        inputs = set(self.given)
        found = []
        for name in names:
            free = name
            while free in inputs:
                free += "_"
            found.append(free)
        return found

    def unused(self, name: str) -> str:
        """Return a name that nothing in the program has."""
        return free_name(name, {*self.names.values(), *self.callables.values()})

    @property
    def one(self) -> str:
        """The number 1 as a literal."""
        return self.target.literal(Fraction(1))

    @property
    def optimizer(self) -> Optimizer:
        """The update rule that the file offers."""
        return optimizer(self.program.optimizer)

    def equation(self, equation: Equation, names: Mapping[str, str]) -> tuple[str, str]:
        """Return one equation of an update rule as code: the name on the left, and the formula.

        `names` maps the names of the rule (p, g, m, m', rate ...) to code; where the objective is
        maximized, g is taken with a minus sign, so that every rule goes up instead of down.
        """
        left = equation[0]
        columns = {name: (code,) for name, code in names.items()}
        return names.get(left, left), self.equations(equation, columns)[0]

    def equations(self, equation: Equation, names: Mapping[str, Sequence[str]]) -> list[str]:
        """Return the right-hand sides of an equation for many parameters at once.

        `names` maps names of the rule to a column of code; other names stand for themselves.
        """
        formula = equation[1]
        if self.program.graph.maximize:
            formula = substitute(formula, {"g": Neg(Var("g"))})
        form = formula_of(normal(formula))
        text, positions = self._plain.template(form.pattern)
        operands = [form.operands[i] for i in positions]
        size = max([len(names[name]) for name in operands if name in names], default=1)
        columns = [names.get(name, (name,) * size) for name in operands]
        return [text % row for row in zip(*columns, strict=True)]

    @property
    def plain(self) -> CodePrinter:
        """The printer of formulas that every call needs."""
        return self._plain

    @property
    def careful(self) -> CodePrinter:
        """The printer of formulas that never stop the program."""
        return self._guarded

    @property
    def needed(self) -> tuple[str, ...]:
        """What the code written so far relies on, in the order in which it came up."""
        return tuple(dict.fromkeys((*self._plain.needed, *self._guarded.needed)))

    def helper_texts(self, needed: Iterable[str]) -> tuple[str, ...]:
        """Return the text of the helpers among `needed`, each after those that it needs itself."""
        texts = [helper.text for helper in with_needs(needed, self._helpers).values()]
        series, formulas = self._plain.polynomials, self._plain.locals
        texts += [self.target.series_text(name, own) for own, name in series.items()]
        texts += [self.target.local_text(name, body, f) for f, (name, body) in formulas.items()]
        return tuple(texts)

    def helper_names(self, needed: Iterable[str]) -> tuple[str, ...]:
        """Return the helpers among `needed` and all that they need, dependencies first."""
        return tuple(with_needs(needed, self._helpers))

    @property
    def _helpers(self) -> Mapping[str, Helper]:
        return helpers_of(self.target, self._plain)

    def all_needs(self, needed: Iterable[str]) -> tuple[str, ...]:
        """Return `needed` and the needs of all helpers among them: imports as well as helpers."""
        helpers = with_needs(needed, self._helpers).values()
        others = [other for helper in helpers for other in helper.needs]
        return tuple(dict.fromkeys((*needed, *others)))

    def head(self) -> tuple[str, ...]:
        """Return the lines that say what the file was made from, as comments."""
        return head_lines(
            self.program,
            self.names,
            self.target.comment,
            self.summary,
            tuple(self.callables.items()),
            encoding=self.options.encoding,
        )

    @property
    def comments(self) -> Mapping[str, str]:
        """What the author says of inputs and equations, as one comment, by their identifiers."""
        found = comments_of(self.program.graph)
        said = {
            name: text if len(names) == 1 else f"{text} ({', '.join(names)})"
            for names, text in found.inputs
            for name in names
        }
        said.update(found.beside)
        return {self.names[name]: plain_comment(text) for name, text in said.items()}

    def described(self, names: Iterable[str]) -> list[str]:
        """Return what each argument is, as doxygen reads it; nothing where no author says it."""
        program, said, listed = self.program, self.comments, list(names)
        if not any(name in said for name in listed):
            return []
        kinds = dict.fromkeys(self.identifiers(program.parameters), "a parameter")
        kinds |= dict.fromkeys(self.identifiers(program.data), "of the data")
        kinds |= dict.fromkeys([name for name, _ in self.constants], "a constant")
        kinds |= dict.fromkeys(self.callables.values(), "a function of one number")
        kinds = {**_ARGUMENTS, **kinds, **said}
        return [f"@param {name} {kinds.get(name, 'a setting of the step')}" for name in listed]

    @property
    def subject(self) -> str:
        """The first sentence of what the author says of the whole, for a string in three quotes."""
        whole = " ".join(comments_of(self.program.graph).title)
        sentence = whole.partition(". ")[0].rstrip(".:")
        plain = plain_comment(sentence).replace("\\", "/").replace('"', "'")
        return "\n".join(comment(f"{plain}.", "")).replace("\n    ", "\n") if plain else ""

    def has(self, *functions: str) -> bool:
        """Tell whether the file has one of these functions."""
        return not set(self.functions).isdisjoint(functions)

    def matrix(self, routine: Routine) -> list[list[str]]:
        """Return the rows of a symmetric matrix whose upper part a routine computes."""
        size = len(self.program.wrt)
        upper = iter(self.results(routine))
        found = {(i, j): next(upper) for i in range(size) for j in range(i, size)}
        return [[found[min(i, j), max(i, j)] for j in range(size)] for i in range(size)]

    def jacobian(self, routine: Routine, zero: str) -> list[list[str]]:
        """Return the rows of the Jacobian whose entries a routine computes."""
        entries = iter(self.results(routine))
        rows = [[zero] * len(self.program.wrt) for _ in self.program.pattern]
        for row, columns in zip(rows, self.program.pattern, strict=True):
            for column in columns:
                row[column] = next(entries)
        return rows

    def direction(self, routine: Routine, unused: str = "") -> list[str]:
        """Return the identifiers of a direction's components; `unused` for those not needed."""
        names = self.program.direction
        pairs = zip(names, self.identifiers(names), strict=True)
        return [spelled if name in routine.used else unused for name, spelled in pairs]

    def added_up(self, routine: Routine, results: Sequence[str] = ()) -> Sequence[str]:
        """Return the components of a product along a direction.

        What belongs to a sample and what stands once are added; `results` is what the results are
        called where that is not by their own names.
        """
        results, width = results or self.results(routine), len(self.fields)
        if len(results) == width:
            return results
        return [f"{a} + {b}" for a, b in zip(results[:width], results[width:], strict=True)]

    def sparse_places(self) -> list[int]:
        """Return which result of the sparse Hessian each of its entries is, row by row."""
        pattern = self.program.second_pattern
        upper = {(i, j): 0 for i, row in enumerate(pattern) for j in row if j >= i}
        places = {pair: place for place, pair in enumerate(upper)}
        return [places[min(i, j), max(i, j)] for i, row in enumerate(pattern) for j in row]

    def compressed(self, pattern: Sequence[Sequence[int]]) -> tuple[list[str], list[str]]:
        """Return the columns of a sparse matrix, and where its rows begin among its entries."""
        starts = [0, *accumulate(map(len, pattern))]
        return [str(column) for row in pattern for column in row], list(map(str, starts))

    @property
    def summary(self) -> str:
        """What the file offers of its objective, in words, such as "value and gradient"."""
        parts = ["value"] if self.has("value", "value_and_gradient") else []
        parts += ["gradient"] if self.has("gradient", "value_and_gradient") else []
        none = set(OUTPUTS) - self.program.further.keys()
        parts += [words for name, words in _WORDS if self.has(name) and name not in none]
        *first, last = parts or ["functions"]
        return f"{', '.join(first)} and {last}" if first else last

    @property
    def constants(self) -> tuple[tuple[str, str | None], ...]:
        """Identifier and default (a literal, or None) of every constant."""
        return tuple(
            (self.names[name], None if default is None else self.target.literal(default))
            for name, default in self.program.constants
        )

    @property
    def fields(self) -> tuple[str, ...]:
        """The identifiers of the inputs by which the gradient is taken, in order."""
        return self.identifiers(self.program.wrt)
