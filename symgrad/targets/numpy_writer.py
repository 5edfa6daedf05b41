"""A file of NumPy: its signatures, and what does not depend on how its formulas are computed.

A style is a subclass of `NumpyWriter` that writes the bodies of functions over samples.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence

from symgrad.errors import free_name
from symgrad.expression.tree import Formula
from symgrad.program.batch import Batch, batch_of, moving_and_fixed, needed
from symgrad.program.block import Assignment
from symgrad.program.routine import Routine
from symgrad.targets.base import Sheet
from symgrad.targets.further import DIRECTED
from symgrad.targets.layout import in_tuple, listed, target
from symgrad.targets.long_lines import bracketed
from symgrad.targets.numpy_batch import mean_names, sum_names
from symgrad.targets.numpy_rows import RowWriter
from symgrad.targets.points import check_points
from symgrad.targets.updating import imported, update_step

SCIPY_IMPORT = "\nfrom scipy import special"


# Functions of one vector of parameters.
_FLAT = ("hessian", "hessian_sparse", *DIRECTED, "outputs", "residuals", "jacobian", "sparse")


class NumpyWriter(ABC):
    """Writes the parts of the file for one program.

    `style` is what the template calls it, `indent` that of statements that compute, `decorator` the
    line before functions that do.
    """

    style = ""
    indent = " " * 8
    decorator = ""

    @property
    @abstractmethod
    def relied(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """What its functions need from `math`, and from `collections.abc`."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self.program = sheet.program
        self.data = [sheet.names[name] for name in self.program.data]
        self.scalars = [
            sheet.names[name]
            for name in (*self.program.parameters, *(name for name, _ in self.program.constants))
        ]
        self.inputs = sheet.identifiers(self.program.inputs)
        self.weight = sheet.unused("weights") if sheet.has("weights") else ""
        self.columns = [*self.data, self.weight] if self.weight else self.data
        self.functions = [f"{name}={name}" for name in sheet.callables.values()]
        keywords = [f"{name}: Callable[[Any], Any]" for name in sheet.callables.values()]
        self.each_keywords = ["*", *keywords] if keywords else []
        if self.weight:
            self.functions.append(f"{self.weight}={self.weight}")
            keywords.append(f"{self.weight}: npt.ArrayLike = 1.0")
        self.keywords = ["*", *keywords] if keywords else []
        self.given = (*self.inputs, *self.functions)

    @abstractmethod
    def checked(self, columns: Sequence[str]) -> list[str]:
        """Return the lines that check the arguments of a function, those arrays among them."""

    @abstractmethod
    def checked_rows(self, columns: Sequence[str]) -> list[str]:
        """Return those lines where no sample may be hidden: NaN in any array is refused."""

    @abstractmethod
    def numbers(self, names: Sequence[str]) -> list[str]:
        """Return the lines that check arguments which are single numbers."""

    @abstractmethod
    def inside(self, lines: Sequence[str], body: Sequence[str]) -> str:
        """Return lines and a body as the statements of a function; inf and NaN warn nobody."""

    @abstractmethod
    def function(self, routine: Routine, kind: str) -> str:
        """Return the body of value, gradient, both, `hessian` or a product."""

    @abstractmethod
    def each(self, routine: Routine, results: Sequence[str]) -> str:
        """Return the body of a function that gives results of each sample."""

    @abstractmethod
    def stored(
        self, routine: Routine, loop: Mapping[str, str], once: Mapping[str, str], *more: str
    ) -> list[str]:
        """Return the lines that compute results and put them into parts of arrays.

        `loop` maps parts of `_block`, rows of `_rows`, to results; `once` parts of arrays to what
        does not depend on data; `more` are arrays of samples beside the data.
        """

    @abstractmethod
    def chunk(self, routine: Routine) -> str:
        """Return the body of `partial_sums`."""

    def context(self) -> dict[str, object]:
        """Return all texts; code is written before the helpers that it needs are listed."""
        sheet, program = self.sheet, self.program
        required, optional = self._arguments()
        settings, update = self._update()
        rate = f"rate: float = {sheet.target.literal(program.rate)}"
        context: dict[str, object] = {
            "head": "\n".join(sheet.head()),
            "style": self.style,
            "decorator": self.decorator,
            "objective": sheet.names[program.graph.objective],
            "arguments": listed((*required, *optional, *self.keywords), "    ", 53),
            "each_arguments": listed(
                (*self.each_typed(required), *self.each_typed(optional), *self.each_keywords),
                "    ",
                53,
            ),
            "title": sheet.summary[:1].upper() + sheet.summary[1:],
            "value_body": self._body(program.value, "value"),
            "gradient_body": (
                f"    return value_and_gradient({listed(self.given, ' ' * 8)})[1]"
                if program.gradient is None
                else self._body(program.gradient, "gradient")
            ),
            "both_body": self._body(program.both, "value_and_gradient"),
            **self._second(required, optional),
            "gradient_fields": "\n".join(f"    {name}: float" for name in sheet.fields),
            **update,
            "update_arguments": listed(
                (*required, *optional, rate, *settings, *self.keywords), "    ", 40
            ),
            **self._flat(),
            **self._rows(),
            **self._sums(),
            "points": check_points(sheet),
            "checked": listed([repr(name) for name in self.inputs], " " * 4),
            "scalars": "yes" if self.scalars else "",
            "note": "",
            "data": listed([repr(name) for name in self.data], " " * 4),
        }
        vectors = any(context[f"{kind}_body"] for kind in _FLAT) or sheet.has("fun_and_jac")
        return {**context, **self._imports(vectors=vectors), "vectors": "yes" if vectors else ""}

    def _imports(self, *, vectors: bool) -> dict[str, str]:
        """Return what the file imports, and the helpers that its formulas call."""
        sheet = self.sheet
        needs = sheet.all_needs(sheet.needed)
        taken = {"factorial", "fsum"} & set(needs) | set(self.relied[0])
        taken |= {"fsum"} if sheet.has("partial_sums") else set()
        taken |= {"isnan"} if sheet.has("self_check") else set()
        abstract = {"Callable"} if sheet.callables or sheet.has("self_check") else set()
        abstract |= {"Sequence"} if vectors or sheet.has("self_check") else set()
        abstract |= {"Iterable"} if sheet.has("partial_sums") else set()
        abstract |= set(self.relied[1])
        helpers = "\n\n".join(sheet.helper_texts(needs))
        loose = "Any" in helpers or bool(sheet.callables)
        return {
            "imports": imported("math", sorted(taken)),
            "abstract": imported("collections.abc", sorted(abstract)),
            "scipy": SCIPY_IMPORT if "scipy" in needs else "",
            "helpers": helpers,
            "typing": "Any, NamedTuple" if loose else "NamedTuple",
        }

    def each_typed(self, arguments: Sequence[str]) -> Sequence[str]:
        """Return the declared arguments of functions that give results of each sample."""
        return arguments

    def _arguments(self) -> tuple[list[str], list[str]]:
        """Return the arguments without a default and those with one."""
        sheet, program = self.sheet, self.program
        unset = [name for name, default in sheet.constants if default is None]
        inputs = sheet.identifiers((*program.parameters, *program.data))
        optional = [f"{name}: float = {text}" for name, text in sheet.constants if text is not None]
        return self._typed([*inputs, *unset]), optional

    def _typed(self, names: Iterable[str]) -> list[str]:
        """Return arguments with their types."""
        return [f"{n}: {'npt.ArrayLike' if n in self.data else 'float'}" for n in names]

    def _body(self, routine: Routine, kind: str) -> str:
        return self.function(routine, kind) if self.sheet.has(kind) else ""

    def _second(self, required: Sequence[str], optional: Sequence[str]) -> dict[str, object]:
        """Return the parts of `hessian` and `hvp`, and of both at a flat vector for SciPy."""
        bodies = {
            kind: self._body(routine, kind)
            for kind, routine in self.program.further.items()
            if kind in {"hessian", "hessian_sparse", *DIRECTED}
        }
        direction = self.direction
        given, others = self._flat_given()
        place = len(given) - len(optional) - len(self.functions)
        return {
            "hessian_body": bodies.get("hessian", ""),
            "hessian_sparse_body": bodies.get("hessian_sparse", ""),
            **{f"{kind}_body": bodies.get(kind, "") for kind in DIRECTED},
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
    @abstractmethod
    def count(self) -> str:
        """The number of samples, as code."""

    @property
    @abstractmethod
    def weights(self) -> str:
        """The weights of the samples, as code."""

    @property
    def direction(self) -> str:
        """What the direction of `hvp` is called."""
        return self.sheet.fresh("direction")

    @property
    def _theta(self) -> str:
        return free_name("theta", self.sheet.given)

    @property
    def unpacked(self) -> str:
        """The line that takes the parameters from a flat vector."""
        flat = f'_vector("{self._theta}", {self._theta}, Gradient._fields)'
        left = f"{target(self.sheet.fields, ' ' * 8, 60)} = " if self.program.wrt else ""
        return left + flat

    def opened(self, kind: str) -> list[str]:
        """Return the lines that take and check the arguments of value, gradient, a product…."""
        lines = [self.unpacked] if kind in {"gauss_newton_product", "hessian_sparse"} else []
        lines += self.checked(self.columns)
        if kind in DIRECTED:
            names = self.sheet.direction(self.program.further[kind], "_")
            lines.append(self.direction_taken(names))
        return lines

    def direction_taken(self, names: Sequence[str]) -> str:
        """Return the line that takes the direction of a product."""
        given = self.direction
        return f'{target(names, " " * 8)} = _vector("{given}", {given}, Gradient._fields)'

    def made(self, kind: str, parts: Sequence[str], indent: str, beside: int) -> str:
        """Return a named tuple of results, as numbers of Python."""
        return f"{kind}(*map(float, ({in_tuple(parts, indent, beside)})))"

    def closed(self, results: Sequence[str], kind: str) -> list[str]:
        """Return the lines that return results of a routine, as code."""
        if kind == "hessian":
            return self.matrix(results)
        if kind == "hessian_sparse":
            return self.sparse_matrix(results)
        if kind != "gauss_newton_product":
            return [f"return {self.returned(results, kind)}"]
        width = len(self.sheet.fields)
        last = results[width:] or [""] * width
        both = [" + ".join(filter(None, pair)) for pair in zip(results, last, strict=False)]
        return [f"return np.array([{listed(both, f'{self.indent}    ', 40)}], dtype=np.float64)"]

    @property
    def total(self) -> str:
        """The number of samples, or the sum of their weights, as code."""
        return f"np.sum({self.weights})" if self.weight else self.count

    def summed(self, routine: Routine) -> int:
        """Return how many results of a product over J, the first ones, are sums over samples."""
        moving, _ = moving_and_fixed(self.program, self.program.further["residuals"])
        return min(len(self.sheet.fields), len(routine.results)) if moving else 0

    def _flat(self) -> dict[str, object]:
        """Return the parts of `fun_and_jac`: the parameters come as one vector."""
        given, others = self._flat_given()
        return {
            "flat_line": f'    _flat = Gradient(*_vector("{self._theta}", {self._theta}, '
            "Gradient._fields))\n",
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
        rows = RowWriter(
            self.sheet,
            [self.unpacked, *self.checked_rows(self.columns)],
            self.count,
            self.weight,
            self.weights,
            self.stored,
        )
        has, value = self.sheet.has, self.program.value
        gradient = self.program.gradient or self.program.both
        slopes = gradient.results[len(gradient.results) - len(self.program.wrt) :]
        return {
            "value_each_body": self.each(value, value.results) if has("value_each") else "",
            "gradient_each_body": self.each(gradient, slopes) if has("gradient_each") else "",
            "outputs_body": rows.outputs("outputs"),
            "residuals_body": rows.outputs("residuals"),
            "jacobian_body": rows.jacobian(),
            "sparse_body": rows.sparse(),
        }

    def batch(self, routine: Routine) -> Batch:
        """Return a routine over samples."""
        return batch_of(self.program, routine)

    def sum_names(self, batch: Batch) -> dict[str, str]:
        """Return what each sum is called."""
        return sum_names(batch, self.sheet.names)

    def _sums(self) -> dict[str, object]:
        """Return the parts of `partial_sums` and `combine_sums`."""
        if not self.sheet.has("partial_sums"):
            return {
                "sums_body": "",
                "sums_fields": "",
                "added": "",
                "zeros": "",
                "combine_arguments": "",
                "combine_body": "",
            }
        batch = self.batch(self.program.both)
        names = self.sum_names(batch)
        parts = self.sheet.unused("parts")
        unset = [name for name, default in self.sheet.constants if default is None]
        arguments = self._typed([*self.sheet.identifiers(self.program.parameters), *unset])
        arguments += self._arguments()[1]
        functions = [item for item in self.each_keywords if item != "*"]
        functions = ["*", *functions] if functions else []
        count = "weight" if self.weight else "samples"
        own = [count, *(name.lstrip("_") for name in names.values())]
        return {
            "added": listed([f"one.{name} + other.{name}" for name in own], " " * 8, 16),
            "zeros": listed(["0.0"] * len(own), " " * 8, 20),
            "sums_body": self.chunk(self.program.both),
            "sums_fields": "\n".join(f"    {name.lstrip('_')}: float" for name in names.values()),
            "combine_arguments": listed(
                [f"{parts}: Iterable[Sums]", *arguments, *functions], "    ", 60
            ),
            "combine_body": self._combined(batch, names, parts),
        }

    def _combined(self, batch: Batch, names: Mapping[str, str], parts: str) -> str:
        """Return the body of `combine_sums`."""
        means = mean_names(names)
        body = self.assignments(needed(batch.before, [f.operands for _, f in batch.results]))
        if means:
            left = target(list(means.values()), f"{self.indent}    ", 60)
            body.append(f"{left} = [np.float64(total) / _count for total in _totals]")
        results = [self.formula(formula, means) for _, formula in batch.results]
        body.append(f"return {self.returned(results, 'value_and_gradient')}")
        return self.inside(
            [*self.numbers(self.scalars), f"_count, *_totals = _added({parts})"], body
        )

    def matrix(self, results: Sequence[str]) -> list[str]:
        """Return the lines that make a symmetric matrix of its upper part."""
        size, deep = len(self.sheet.fields), f"{self.indent}        "
        upper = iter(results)
        found = {(i, j): next(upper) for i in range(size) for j in range(i, size)}
        rows = [
            f"[{listed([found[min(i, j), max(i, j)] for j in range(size)], deep, 20)}]"
            for i in range(size)
        ]
        return ["return np.array([", *(f"    {row}," for row in rows), "])"]

    def sparse_matrix(self, results: Sequence[str]) -> list[str]:
        """Return the lines that make a sparse symmetric matrix of its upper part."""
        deep = f"{self.indent}    "
        columns, starts = self.sheet.compressed(self.program.second_pattern)
        places = list(map(str, self.sheet.sparse_places()))
        sign = "-" if self.program.graph.maximize else ""
        arrays = [
            f"np.array([{listed(numbers, deep, 40)}], dtype=np.intp)"
            for numbers in (places, columns, starts)
        ]
        return [
            f"_upper = {sign}np.array([{listed(results, deep, 40)}], dtype=np.float64)",
            f"_columns = {arrays[1]}",
            f"_starts = {arrays[2]}",
            f"return _upper[{arrays[0]}], _columns, _starts",
        ]

    def returned(self, results: Sequence[str], kind: str) -> str:
        """Return what value, gradient or both return, of the code for each result."""
        if kind == "value":
            return f"float({results[0]})"
        alone = kind in {"gradient", "hvp"}
        fields = results if alone else results[1:]
        first = "" if alone else f"float({results[0]}), "
        space = f"{self.indent}    "
        beside = len(f"{space}return {first}Gradient(*map(float, ()))")
        return first + self.made("Gradient", fields, space, beside)

    def assignments(self, rows: Iterable[Assignment]) -> list[str]:
        """Return assignments as lines, each operation on whole numbers or arrays."""
        names, printer = self.sheet.names, self.sheet.plain
        lines = [
            f"{names[row.name]} = "
            f"{printer.code(row.pattern, tuple([names[n] for n in row.operands]))}"
            for row in rows
        ]
        return [part for line in lines for part in bracketed(line).split("\n")]

    def formula(self, formula: Formula, means: Mapping[str, str]) -> str:
        """Return a formula as code, in which some operands are called otherwise."""
        operands = tuple([means.get(n) or self.sheet.names[n] for n in formula.operands])
        return self.sheet.plain.code(formula.pattern, operands)

    def _update(self) -> tuple[list[str], dict[str, str]]:
        """Return the settings of `update`, and the parts of its text."""
        sheet, rule = self.sheet, self.sheet.optimizer
        if not sheet.has("update"):
            return [], dict.fromkeys(("state_fields", "state_size", "update_body", "summary"), "")
        settings = [
            f"{name}: float = {sheet.target.literal(value)}" for name, value in rule.settings
        ]
        step = update_step(sheet)
        data = sheet.identifiers(name for name in sheet.program.wrt if name in sheet.program.data)
        lines = self.numbers(data)  # a step moves one number
        lines.append(f"grad = gradient({listed(self.given, ' ' * 8)})")
        lines += [f"{name} = {code}" for name, code in step.assignments]
        made = self.made("Params", step.parameters, " " * 8, 40)
        if step.states:
            made = f"{made}, {self.made('State', step.kept, ' ' * 8, 50)}"
            settings.append("state: State = START")
        return settings, {
            "state_fields": "\n".join(f"    {name}: float" for name in step.states),
            "state_size": str(len(step.states)),
            "update_body": "    " + "\n    ".join([*lines, f"return {made}"]),
            "summary": rule.summary,
        }
