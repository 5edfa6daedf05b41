"""C99 of a graph with arrays: no allocation; work space is passed in, its size is a macro."""

from __future__ import annotations

import re

from symgrad.derivation.arrays.derivation import ArrayDerivation
from symgrad.expression.arrays.print_numpy import identifier
from symgrad.expression.arrays.size import Shape
from symgrad.targets.arrays import c_blas
from symgrad.targets.arrays.c_loops import CLoops
from symgrad.targets.arrays.loop_helpers_c import C as HELPERS
from symgrad.targets.arrays.loop_languages import C
from symgrad.targets.arrays.loop_modules import Body, LoopModule, product, wrapped


def c_files(
    d: ArrayDerivation, module: str, *, second: bool = False, blas: bool = False
) -> tuple[str, str]:
    """Return header and source: value, value_and_gradient, update, and means over samples.

    With `second` the matrix of second derivatives, too; with `blas` products call a CBLAS.
    """
    if blas:
        calling = _BlasModule(d, C, module)
        source = calling.source(second=second)
        if "cblas_" in source.partition("#include <math.h>")[2]:  # else there is nothing to call
            return calling.header(second=second), source
    made = _Module(d, C, module)
    return made.header(second=second), made.source(second=second)


class _Module(LoopModule):
    loops = CLoops

    def inputs(self, *, free: bool = False) -> list[str]:
        """Return the declarations of the inputs; parameters that an update changes are `free`."""
        parts = []
        for name in self.order:
            word = identifier(name)
            is_array = bool(self.shape(name)) or (name in self.data and self.spread)
            if free and name in self.parameters:
                parts.append(f"double *{word}")
            else:
                parts.append(f"const double *{word}" if is_array else f"double {word}")
        return parts

    spread = False

    def shape(self, name: str) -> Shape:
        """Return the shape of an input."""
        return self.graph.shape_of[name]

    def outputs(self) -> list[str]:
        """Return the declarations of the derivatives."""
        return [f"double *{self.result(name)}" for name in self.parameters]

    def prototype(self, prefix: str, d: ArrayDerivation, kind: str) -> str:
        """Return the head of one function."""
        self.spread = bool(prefix)
        sizes = [f"size_t {size}" for size in self.sizes(d)]
        outputs = self.outputs() if kind == "value_and_gradient" else []
        tail = ["double rate"] if kind == "update" else []
        inputs = self.inputs(free=kind == "update")
        words = ", ".join([*sizes, *inputs, *outputs, *tail, "double *work"])
        returned = "void" if kind == "update" else "double"
        return wrapped(f"{returned} {self.module}_{prefix}{kind}({words})", 96)

    def space(self, body: Body) -> list[tuple[str, Shape]]:
        """Return the arrays of a function that stand in the work space."""
        results = {self.result(name) for name in self.parameters}
        return [(name, shape) for name, shape in body.arrays if name not in results]

    def macro(self, prefix: str, d: ArrayDerivation) -> str:
        """Return the macro of the number of doubles that the functions write to."""
        body = self.body(d, gradient=True)
        name = f"{self.module}_{prefix}WORK".upper()
        sizes = ", ".join(self.sizes(d))
        parts = [product(shape, "({0})") for _, shape in self.space(body)]
        value = self.body(d, gradient=False)
        other = [product(shape, "({0})") for _, shape in self.space(value)]
        wide = [product(self.shape(n), "({0})") for n in self.parameters]
        total = " + ".join(_counted([*parts, *_beyond(other, parts), *wide])) or "1"
        return f"#define {name}({sizes}) ({total})"

    def array_prototype(self, kind: str) -> str:
        """Return the head of the function of an array, or of its derivatives."""
        sizes = [f"size_t {size}" for size in self.sizes(self.d)]
        top = [f"double *{identifier(self.graph.objective)}"]
        outputs = self.outputs() if kind == "jacobian" else top
        words = ", ".join([*sizes, *self.inputs(), *outputs, "double *work"])
        return wrapped(f"void {self.module}_{kind}({words})", 96)

    def array_bodies(self) -> list[tuple[str, Body, set[str]]]:
        """Return both functions of an array: their kind, their body, what they give."""
        results = {self.result(name) for name in self.parameters}
        top = {identifier(self.graph.objective)}
        return [
            ("value", self.body(self.d, gradient=False), top),
            ("jacobian", self.jacobian(), results),
        ]

    def array_header(self) -> list[str]:
        """Return what the header says of an array and its derivatives."""
        spaces = [
            [product(shape, "({0})") for name, shape in body.arrays if name not in given]
            for _, body, given in self.array_bodies()
        ]
        total = " + ".join(_counted([*spaces[1], *_beyond(spaces[0], spaces[1])])) or "1"
        name = f"{self.module}_WORK".upper()
        return [
            "/* The number of doubles of `work`; row i of a derivative is that of entry i. */",
            f"#define {name}({', '.join(self.sizes(self.d))}) ({total})",
            *(f"{self.array_prototype(kind)};" for kind in ("value", "jacobian")),
            "",
        ]

    def hessian_prototype(self) -> str:
        """Return the head of the function of the second derivatives."""
        self.spread = False
        sizes = [f"size_t {size}" for size in self.sizes(self.d)]
        words = ", ".join([*sizes, *self.inputs(), "double *result", "double *work"])
        return wrapped(f"void {self.module}_hessian({words})", 96)

    def hessian_header(self) -> list[str]:
        """Return what the header says of the second derivatives."""
        arrays = [shape for name, shape in self.second().arrays if name != "result"]
        total = " + ".join(_counted([product(shape, "({0})") for shape in arrays])) or "1"
        name = f"{self.module}_HESSIAN_WORK".upper()
        return [
            "/* The number of doubles of `work` for the second derivatives, given by rows. */",
            f"#define {name}({', '.join(self.sizes(self.d))}) ({total})",
            f"{self.hessian_prototype()};",
            "",
        ]

    def hessian(self, body: Body) -> str:
        """Return the function of the second derivatives."""
        return self.filling(self.hessian_prototype(), body, {"result"})

    def filling(self, head: str, body: Body, given: set[str]) -> str:
        """Return a function that fills the arrays in `given`."""
        rows = [head, "{"]
        before = "work"
        space = [(name, shape) for name, shape in body.arrays if name not in given]
        for name, shape in space:
            rows.append(f"    double *{name} = {before};")
            before = f"{name} + {product(shape)}"
        text = "\n".join(body.lines) + "\n".join(rows[2:])
        unused = [*self.sizes(self.d), *map(identifier, self.order), "work"]
        rows += [f"    (void){word};" for word in unused if not _mentions(text, word)]
        lines = [_as_output(line, given) for line in body.lines]
        return "\n".join([*rows, *lines, "}"])

    def header(self, *, second: bool) -> str:
        """Return the header."""
        guard = f"{self.module}_H".upper()
        head = "/*\n" + "\n".join(f" * {line}".rstrip() for line in self.head()) + "\n */"
        rows = [head, f"#ifndef {guard}", f"#define {guard}", "", "#include <stddef.h>", "",
                "#ifdef __cplusplus", 'extern "C" {', "#endif", ""]  # fmt: skip
        rows += self.array_header() if self.d.jacobian else []
        for prefix, d in () if self.d.jacobian else self.sources():
            mean = "; the mean over N samples" if prefix else ""
            rows += [
                f"/* The number of doubles of `work`{mean}. */",
                self.macro(prefix, d),
                *(f"{self.prototype(prefix, d, kind)};" for kind in _KINDS),
                "",
            ]
        rows += self.hessian_header() if second else []
        rows += ["#ifdef __cplusplus", "}", "#endif", "", "#endif"]
        return "\n".join(rows) + "\n"

    def source(self, *, second: bool) -> str:
        """Return the source."""
        blocks: list[str] = []
        used: set[str] = set()
        for kind, body, given in self.array_bodies() if self.d.jacobian else ():
            used |= body.used
            blocks.append(self.filling(self.array_prototype(kind), body, given))
        for prefix, d in () if self.d.jacobian else self.sources():
            for kind in _KINDS[:2]:
                body = self.body(d, gradient=kind == "value_and_gradient")
                used |= body.used
                blocks.append(self.function(prefix, d, body, kind))
            blocks.append(self.update(prefix, d))
        if second:
            body = self.second()
            used |= body.used
            blocks.append(self.hessian(body))
        head = f'#include "{self.module}.h"\n\n{self.included()}'
        return "\n\n".join([head, *self.helper_texts(frozenset(used)), *blocks]) + "\n"

    def helper_texts(self, used: frozenset[str]) -> list[str]:
        """Return the helpers that functions need."""
        return self.functions.helpers(used, HELPERS)

    def included(self) -> str:
        """Return the lines that include what helpers and functions call."""
        return "#include <math.h>"

    def function(self, prefix: str, d: ArrayDerivation, body: Body, kind: str) -> str:
        """Return one function: where its arrays stand, then its loops."""
        rows = [self.prototype(prefix, d, kind), "{"]
        before = "work"
        for name, shape in self.space(body):
            rows.append(f"    double *{name} = {before};")
            before = f"{name} + {product(shape)}"
        if not self.space(body):
            rows.append("    (void)work;")
        text = "\n".join(body.lines)
        unused = [s for s in self.sizes(d) if not _mentions(text + "\n".join(rows[2:]), s)]
        unused += [identifier(n) for n in self.order if not _mentions(text, identifier(n))]
        rows += [f"    (void){word};" for word in unused]
        scalars = {self.result(n) for n in self.parameters if not self.shape(n)}
        lines = [_as_output(line, scalars) for line in body.lines]
        return "\n".join([*rows, *lines, f"    return {body.value};", "}"])

    def update(self, prefix: str, d: ArrayDerivation) -> str:
        """Return the function that takes one step in place."""
        rows = [self.prototype(prefix, d, "update"), "{"]
        before = "work"
        for name in self.parameters:
            rows.append(f"    double *{self.result(name)} = {before};")
            before = f"{self.result(name)} + {product(self.shape(name))}"
        inputs = [
            f"*{identifier(n)}" if n in self.parameters and not self.shape(n) else identifier(n)
            for n in self.order
        ]
        given = ", ".join([*self.sizes(d), *inputs, *map(self.result, self.parameters), before])
        call = wrapped(f"    {self.module}_{prefix}value_and_gradient({given});")
        rows.append(call.replace("\n", "\n    "))
        sign = "+" if self.graph.maximize else "-"
        for name in self.parameters:
            step = f"{identifier(name)}[i] {sign}= rate*{self.result(name)}[i];"
            rows.append(f"    for (size_t i = 0; i < {product(self.shape(name))}; i++) {step}")
        return "\n".join([*rows, "}"])


class _BlasModule(_Module):
    loops = c_blas.BlasLoops

    def head(self) -> list[str]:
        """Return what the code was made from, and what it is linked with."""
        first, *rest = super().head()
        return [first, "", *c_blas.note(self.module), *rest[1:]]

    def helper_texts(self, used: frozenset[str]) -> list[str]:
        """Return the helpers that functions need, products as calls."""
        return self.functions.helpers(used, c_blas.HELPERS)

    def included(self) -> str:
        """Return the lines that include the library, too."""
        words = [identifier(name) for name in (*self.graph.index, *self.graph.sizes)]
        return f"{c_blas.included(words)}\n{super().included()}"


_KINDS = ("value", "value_and_gradient", "update")


def _mentions(text: str, word: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text) is not None


def _as_output(line: str, names: set[str]) -> str:
    """Return the line that sets a derivative by a number: it is written where a pointer tells."""
    for name in names:
        line = line.replace(f"double {name} = ", f"*{name} = ")
    return line


def _counted(parts: list[str]) -> list[str]:
    """Return terms of a sum, equal ones with their number in front."""
    counts = {part: parts.count(part) for part in dict.fromkeys(parts)}
    return [part if count == 1 else f"{count}*{part}" for part, count in counts.items()]


def _beyond(other: list[str], parts: list[str]) -> list[str]:
    """Return the terms of a sum that another one does not have."""
    left = list(parts)
    found = []
    for part in other:
        if part in left:
            left.remove(part)
        else:
            found.append(part)
    return found
