"""NumPy: data as arrays, one number a sample; the results are means over the samples.

Samples are computed in blocks that stay in the processor's cache, each operation into a buffer that
is made once a call. A sum over a block is NumPy's pairwise sum or a product of rows; the sums of
the blocks are added exactly (math.fsum). Arithmetic is IEEE 754: nothing but bad arguments raises.
"""

from __future__ import annotations

import keyword
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from importlib.util import find_spec

from symgrad.errors import free_name
from symgrad.expression.tree import Expression, Formula, Mark, Mul, Var, formula_of, walk
from symgrad.program.batch import Batch, batch_of
from symgrad.program.block import Assignment
from symgrad.program.normal import normal
from symgrad.program.program import Routine
from symgrad.program.second import KINDS as SECOND_ORDER
from symgrad.targets.base import EmittedFile, Options, RunTask, Sheet, Target
from symgrad.targets.choice import OFFERED
from symgrad.targets.further import FoundRows
from symgrad.targets.layout import in_tuple, listed, target
from symgrad.targets.long_lines import bracketed
from symgrad.targets.numpy_batch import inlined, sum_names, unseen
from symgrad.targets.numpy_factors import without_factors
from symgrad.targets.numpy_functions import FUNCTIONS, NumpyPrinter
from symgrad.targets.numpy_helpers import HELPERS
from symgrad.targets.numpy_passes import written
from symgrad.targets.numpy_rows import RowWriter
from symgrad.targets.numpy_schedule import Schedule
from symgrad.targets.points import check_points
from symgrad.targets.printing import CodePrinter, Spelling
from symgrad.targets.running import run_python
from symgrad.targets.running_further import run_numpy_further
from symgrad.targets.updating import imported, update_step

SCIPY_IMPORT = "\nfrom scipy import special"
_PREFIX = "mean "  # no name of an author has a space
_WEIGHT = Mark("a weight")


class Numpy(Target):
    """Standalone NumPy for batches, and for single samples."""

    name = "numpy"
    suffix = ".py"
    comment = "#"
    defined = "def %s("
    templates = (("{module}_numpy.py", "numpy.py.j2"),)
    offered = (*OFFERED, "fun_and_jac", "residuals", "jacobian")
    optional = (
        "outputs", "jacobian_sparse", "weights", "value_each", "gradient_each", "hessian", "hvp",
        "self_check",
    )  # fmt: skip
    keywords = frozenset({*keyword.kwlist, *keyword.softkwlist})
    reserved = frozenset(
        "NamedTuple START TypeError ValueError abs enumerate factorial float fsum fun_and_jac grad "
        "gradient_each hess hessian hessp hvp int isinstance jacobian jacobian_sparse len list map "
        "max min np outputs print range residuals special state step str sum tuple type value_each "
        "zip".split()
    )
    settings = ("special",)
    functions = FUNCTIONS
    helpers = HELPERS
    takes_functions = True
    ends_with_line = True

    def printer(self, functions: Mapping[str, Spelling]) -> CodePrinter:
        """Return the printer of formulas without data."""
        return NumpyPrinter(functions)

    def languages(self, settings: Mapping[str, str]) -> tuple[str, ...]:
        """Return NumPy, and SciPy where the option says so."""
        special = Options(settings=settings).get("special", "none", ("none", "scipy"))
        return ("numpy", "scipy") if special == "scipy" else ("numpy",)

    def variants(self) -> Iterable[Mapping[str, str]]:
        """Yield NumPy alone, and with SciPy."""
        yield from ({}, {"special": "scipy"})

    def run(self, task: RunTask) -> tuple[list[list[float | None]] | None, str]:
        """Run an emitted file as a module of this process."""
        missing = _missing(task.files[0])
        if missing:
            return None, f"{missing} is not installed here"
        return run_python(task, arrays=True), ""

    def run_further(self, task: RunTask, kinds: Sequence[str]) -> FoundRows:
        """Run the further functions of an emitted file as a module of this process."""
        return {} if _missing(task.files[0]) else run_numpy_further(task, kinds)

    def context(self, sheet: Sheet) -> dict[str, object]:
        """Return what `numpy.py.j2` receives."""
        return _NumpyWriter(sheet).context()


def _missing(file: EmittedFile) -> str:
    """Return what an emitted file needs that is not installed here; empty where nothing is."""
    if find_spec("numpy") is None:
        return "NumPy"
    return "SciPy" if SCIPY_IMPORT in file.text and find_spec("scipy") is None else ""


class _NumpyWriter:
    """Writes the parts of the file for one program."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self.program = sheet.program
        self.data = [sheet.names[name] for name in self.program.data]
        self.scalars = [
            sheet.names[name]
            for name in (*self.program.parameters, *(name for name, _ in self.program.constants))
        ]
        self.inputs = sheet.identifiers(self.program.inputs)
        self.weight = sheet.fresh("weights") if sheet.has("weights") else ""
        self.columns = [*self.data, self.weight] if self.weight else self.data
        self.functions = [f"{name}={name}" for name in sheet.callables.values()]
        keywords = [f"{name}: Callable[[Any], Any]" for name in sheet.callables.values()]
        self.each_keywords = ["*", *keywords] if keywords else []
        if self.weight:
            self.functions.append(f"{self.weight}={self.weight}")
            keywords.append(f"{self.weight}: npt.ArrayLike = 1.0")
        self.keywords = ["*", *keywords] if keywords else []
        self.given = (*self.inputs, *self.functions)

    def context(self) -> dict[str, object]:
        """Return all texts; code is written before the helpers that it needs are listed."""
        sheet, program = self.sheet, self.program
        unset = [name for name, default in sheet.constants if default is None]
        required = self._typed([*sheet.identifiers((*program.parameters, *program.data)), *unset])
        optional = [f"{name}: float = {text}" for name, text in sheet.constants if text is not None]
        settings, update = _update(sheet, self.given)
        rate = f"rate: float = {sheet.target.literal(program.rate)}"
        context: dict[str, object] = {
            "head": "\n".join(sheet.head()),
            "objective": sheet.names[program.graph.objective],
            "arguments": listed((*required, *optional, *self.keywords), "    ", 53),
            "each_arguments": listed((*required, *optional, *self.each_keywords), "    ", 53),
            "title": sheet.summary[:1].upper() + sheet.summary[1:],
            "value_body": self._function(program.value, "value"),
            "gradient_body": (
                f"    return value_and_gradient({listed(self.given, ' ' * 8)})[1]"
                if program.gradient is None
                else self._function(program.gradient, "gradient")
            ),
            "both_body": self._function(program.both, "value_and_gradient"),
            **self._second(required, optional),
            "gradient_fields": "\n".join(f"    {name}: float" for name in sheet.fields),
            **update,
            "update_arguments": listed(
                (*required, *optional, rate, *settings, *self.keywords), "    ", 40
            ),
            **self._flat(),
            **self._rows(),
            "points": check_points(sheet),
            "checked": listed([repr(name) for name in self.inputs], " " * 4),
            "data": listed([repr(name) for name in self.data], " " * 4),
        }
        needs = sheet.all_needs(sheet.needed)
        taken = {"factorial", "fsum"} & set(needs) | ({"fsum", "isnan"} if self.data else {"isnan"})
        context["imports"] = imported("math", sorted(taken))
        abstract = ["Callable"] if self.sheet.callables or sheet.has("self_check") else []
        abstract += ["Iterable", "Iterator"] if self.data else []
        context["abstract"] = imported("collections.abc", [*abstract, "Sequence"])
        context["scipy"] = SCIPY_IMPORT if "scipy" in needs else ""
        context["helpers"] = "\n\n".join(sheet.helper_texts(needs))
        loose = "Any" in str(context["helpers"]) or bool(sheet.callables)
        context["typing"] = "Any, NamedTuple" if loose else "NamedTuple"
        return context

    def _typed(self, names: Iterable[str]) -> list[str]:
        """Return arguments with their types."""
        return [f"{n}: {'npt.ArrayLike' if n in self.data else 'float'}" for n in names]

    def _second(self, required: Sequence[str], optional: Sequence[str]) -> dict[str, object]:
        """Return the parts of `hessian` and `hvp`, and of both at a flat vector for SciPy."""
        bodies = {
            kind: self._function(routine, kind)
            for kind, routine in self.program.further.items()
            if kind in SECOND_ORDER
        }
        direction = self._direction
        given, others = self._flat_given()
        place = len(given) - len(optional) - len(self.functions)
        return {
            "hessian_body": bodies.get("hessian", ""),
            "hvp_body": bodies.get("hvp", ""),
            "hvp_arguments": listed(
                [*required, f"{direction}: npt.ArrayLike", *optional, *self.keywords], "    ", 40
            ),
            "hvp_flat_arguments": listed(
                [f"{self._theta}: npt.ArrayLike", f"{direction}: npt.ArrayLike", *others],
                "    ",
                40,
            ),
            "hvp_flat_given": listed([*given[:place], direction, *given[place:]], " " * 8),
        }

    @property
    def _direction(self) -> str:
        return self.sheet.fresh("direction")

    @property
    def _theta(self) -> str:
        return free_name("theta", self.sheet.given)

    def _flat(self) -> dict[str, object]:
        """Return the parts of `fun_and_jac`: the parameters come as one vector."""
        given, others = self._flat_given()
        return {
            "theta": self._theta,
            "flat_arguments": listed([f"{self._theta}: npt.ArrayLike", *others], "    ", 44),
            "flat_given": listed(given, " " * 8),
            "sign": "-" if self.program.graph.maximize else "",
        }

    def _flat_given(self) -> tuple[list[str], list[str]]:
        """Return the arguments of a function from a flat vector, and those beside the vector."""
        sheet, program = self.sheet, self.program
        fields = {name: place for place, name in enumerate(sheet.fields)}
        given = [f"_flat[{fields[name]}]" if name in fields else name for name in self.given]
        if program.wrt == program.parameters:
            given = ["*_flat", *self.given[len(fields) :]]
        inputs = sheet.identifiers((*program.parameters, *program.data))
        others = self._typed(name for name in inputs if name not in fields)
        others += [
            f"{name}: float" if text is None else f"{name}: float = {text}"
            for name, text in sheet.constants
            if name not in fields
        ]
        others += self.keywords
        return given, others

    def _rows(self) -> dict[str, object]:
        """Return the bodies of the functions that have a result a sample; empty for others."""
        flat = [f'_flat = _vector("{self._theta}", {self._theta}, Gradient._fields)']
        if self.program.wrt:
            flat.append(f"{target(self.sheet.fields, ' ' * 8)} = _flat")
        rows = RowWriter(
            self.sheet,
            self._checked(self.data),
            [*flat, *self._checked(self.columns)],
            self.weight,
            self.schedule,
            self._assignments,
        )
        return {
            "value_each_body": rows.each("value_each"),
            "gradient_each_body": rows.each("gradient_each"),
            "outputs_body": rows.outputs("outputs"),
            "residuals_body": rows.outputs("residuals"),
            "jacobian_body": rows.jacobian(),
            "sparse_body": rows.sparse(),
        }

    def _checked(self, columns: Sequence[str]) -> list[str]:
        """Return the lines that check the arguments of a function, those arrays among them."""
        lines = [f'{name} = _number("{name}", {name})' for name in self.scalars]
        if columns:
            names = in_tuple([repr(name) for name in columns], " " * 12)
            lines.append(f"_data = _samples(({names}), ({in_tuple(columns, ' ' * 8)}))")
        return lines

    def _function(self, routine: Routine, kind: str) -> str:
        """Return the body of value, gradient or both."""
        if not self.sheet.has(kind):
            return ""
        batch = batch_of(self.program, routine, _PREFIX)
        lines = self._checked(self.columns)
        if kind == "hvp":
            names = target(self.sheet.identifiers(self.program.direction), " " * 8)
            given = self._direction
            lines.append(f'{names} = _vector("{given}", {given}, Gradient._fields)')
        sums = sum_names(batch, self.sheet.names)
        if self.weight and sums:
            batch, sums = _weighted(batch, sums, self.weight)
        names = in_tuple([repr(name) for name in self.columns], " " * 12) if self.data else ""
        hidden = unseen(batch, self.program.data)
        for i, name in enumerate(self.program.data):
            if name in hidden:
                lines.append(f'_no_nan("{self.data[i]}", _data[{i}])')
        body = self._assignments(batch.before)
        means: dict[str, str] = {}
        if sums:
            body += self._loop(batch, sums)
            means = {name: f"_mean_{text.removeprefix('_sum_')}" for name, text in sums.items()}
            left = target(list(means.values()), " " * 12, 40 + len(names))
            body.append(f"{left} = _means(_sums, ({names}), _data)")
            if self.weight:
                *moved, whole = means.values()
                body += [f"{name} /= {whole}" for name in moved]
        results = [self._mean(formula, means) for _, formula in batch.results]
        if kind == "hessian":
            body += self._matrix(results)
        else:
            body.append(f"return {self._returned(results, kind)}")
        lines.append('with np.errstate(all="ignore"):')
        return "\n".join(f"    {line}" for line in [*lines, *(f"    {text}" for text in body)])

    def _loop(self, batch: Batch, sums: Mapping[str, str]) -> list[str]:
        """Return the loop over the blocks of samples."""
        block, buffers = self._block(batch, sums)
        rows = target([*self.columns, *(f"_r{i}" for i in range(buffers))], " " * 12, 40)
        totals = in_tuple(list(sums.values()), " " * 16)
        return [
            "_sums: list[tuple[float, ...]] = []",
            f"for _part in _blocks({buffers}, _data):",
            f"    {rows} = _part",
            *(f"    {line}" for line in block),
            f"    _sums.append(({totals}))",
        ]

    def _matrix(self, results: Sequence[str]) -> list[str]:
        """Return the lines that make a symmetric matrix of its upper part."""
        size = len(self.sheet.fields)
        upper = iter(results)
        found = {(i, j): next(upper) for i in range(size) for j in range(i, size)}
        rows = [
            f"[{listed([found[min(i, j), max(i, j)] for j in range(size)], ' ' * 16, 20)}]"
            for i in range(size)
        ]
        return ["return np.array([", *(f"    {row}," for row in rows), "])"]

    def _returned(self, results: Sequence[str], kind: str) -> str:
        if kind == "value":
            return f"float({results[0]})"
        alone = kind in {"gradient", "hvp"}
        fields = results if alone else results[1:]
        first = "" if alone else f"float({results[0]}), "
        inside = in_tuple(fields, " " * 12, len(f"        return {first}Gradient(*map(float, ()))"))
        return f"{first}Gradient(*map(float, ({inside})))"

    def _block(self, batch: Batch, sums: Mapping[str, str]) -> tuple[list[str], int]:
        """Return the lines of one block of samples, and how many buffers they need."""
        schedule = self.schedule()
        varying = frozenset((*self.program.data, _WEIGHT, *(row.name for row in batch.body)))
        formulas, rows = inlined(batch)
        rows, formulas, factors = without_factors(rows, formulas, varying)
        known = {name: i for i, name in enumerate((*self.program.data, *(r.name for r in rows)))}
        waiting: dict[int, list[tuple[str, Expression]]] = {}
        for name, e in formulas:
            last = max(known.get(str(part.key), 0) for part in walk(e) if isinstance(part, Var))
            waiting.setdefault(last, []).append((name, e))
        first = len(self.program.data)
        for place in range(first):
            for name, e in waiting.get(place, ()):
                schedule.add_up(sums[name], e)
        taken = frozenset(self.sheet.names.values())
        for place, row in enumerate(rows, first):
            spelled = self.sheet.names[row.name]
            if row.name in factors:
                whole, spelled = spelled, _beside(spelled, taken)
                number = self.sheet.target.literal(factors[row.name])
                sign = "-" if number == "-1.0" else f"{number}*"
                schedule.remark(f"{whole} = {sign}{spelled}")
            schedule.assign(row.name, spelled, row.expression)
            for name, e in waiting.get(place, ()):
                schedule.add_up(sums[name], e)
        return written(schedule)

    def schedule(self) -> Schedule:
        """Return an empty schedule that knows the data."""
        printer, names = self.sheet.plain, self.sheet.names

        def scalar(e: Expression) -> str:
            formula = formula_of(e)
            return printer.code(formula.pattern, tuple([names[n] for n in formula.operands]))

        made = Schedule(scalar, printer)
        made.data({name: names[name] for name in self.program.data})
        if self.weight:
            made.data({_WEIGHT: self.weight})
        return made

    def _assignments(self, rows: Iterable[Assignment]) -> list[str]:
        names, printer = self.sheet.names, self.sheet.plain
        lines = [
            f"{names[row.name]} = "
            f"{printer.code(row.pattern, tuple([names[n] for n in row.operands]))}"
            for row in rows
        ]
        return [part for line in lines for part in bracketed(line).split("\n")]

    def _mean(self, formula: Formula, means: Mapping[str, str]) -> str:
        operands = tuple([means.get(n) or self.sheet.names[n] for n in formula.operands])
        return self.sheet.plain.code(formula.pattern, operands)


def _weighted(batch: Batch, sums: Mapping[str, str], weight: str) -> tuple[Batch, dict[str, str]]:
    """Return the sums with the weight of each sample as a factor, and the sum of the weights."""
    whole = free_name(f"_sum_of_{weight}", sums.values())
    factor = Var(_WEIGHT)
    weighted = [
        (name, formula_of(normal(Mul((formula.expression, factor)))))
        for name, formula in batch.sums
    ]
    return (
        replace(batch, sums=(*weighted, (_WEIGHT, formula_of(factor)))),
        {**sums, _WEIGHT: whole},
    )


def _update(sheet: Sheet, given: Sequence[str]) -> tuple[list[str], dict[str, str]]:
    """Return the settings of `update`, and the parts of its text."""
    rule = sheet.optimizer
    if not sheet.has("update"):
        return [], dict.fromkeys(("state_fields", "state_size", "update_body", "summary"), "")
    settings = [f"{name}: float = {sheet.target.literal(value)}" for name, value in rule.settings]
    step = update_step(sheet)
    data = sheet.identifiers(name for name in sheet.program.wrt if name in sheet.program.data)
    lines = [f'{name} = _number("{name}", {name})' for name in data]  # a step moves one number
    lines.append(f"grad = gradient({listed(given, ' ' * 8)})")
    lines += [f"{name} = {code}" for name, code in step.assignments]
    made = f"Params(*map(float, ({in_tuple(step.parameters, ' ' * 8, 40)})))"
    if step.states:
        made = f"{made}, State(*map(float, ({in_tuple(step.kept, ' ' * 8, 50)})))"
        settings.append("state: State = START")
    return settings, {
        "state_fields": "\n".join(f"    {name}: float" for name in step.states),
        "state_size": str(len(step.states)),
        "update_body": "    " + "\n    ".join([*lines, f"return {made}"]),
        "summary": rule.summary,
    }


def _beside(name: str, taken: frozenset[str]) -> str:
    """Return a name that is not taken: the given one with `_` at its end."""
    return free_name(f"{name}_", taken)


TARGET = Numpy()
