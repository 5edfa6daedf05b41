"""JavaScript of a graph with arrays: loops over Float64Array, sizes passed in one object."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from symgrad.derivation.arrays.derivation import ArrayDerivation
from symgrad.expression.arrays.print_numpy import identifier
from symgrad.expression.arrays.size import UNIT, Shape
from symgrad.targets.arrays.loop_helpers import JAVASCRIPT
from symgrad.targets.arrays.loop_languages import JAVASCRIPT as SPELLING
from symgrad.targets.arrays.loop_modules import Body, LoopModule, wrapped


def javascript(d: ArrayDerivation, module: str, *, second: bool = False) -> str:
    """Return the module: value, value_and_gradient, gradient, update, and means over samples.

    With `second` the matrix of second derivatives, too.
    """
    return _Module(d, SPELLING, module).text(second=second)


_STEP = "Returns the parameters after one step of size `rate`."
_HEAD = re.compile(
    r"^(?:/\*\* (?P<said>.*) \*/\n)?function (?P<name>\w+)\((?P<words>.*)\) \{$", re.MULTILINE
)
_ARRAYS = frozenset(("a", "b", "out", "lu"))  # of the helpers; the x of one that has an `out`, too
_RESULTS = {"factor": "[number[], number]", "det": "number", "logdet": "number"}


def _type(shape: Shape) -> str:
    return "Float64Array" if shape else "number"


def documented(helper: str) -> str:
    """Return a helper function with the types of what it takes and returns in its comment."""
    found = _HEAD.search(helper)
    if found is None:
        return helper
    words = found["words"].split(", ")
    arrays = _ARRAYS | ({"x"} if "out" in words else set())
    result = _RESULTS.get(found["name"], "void" if "out" in words else "number")
    rows = [f" * {found['said']}"] if found["said"] else []
    kinds = (_type((UNIT,) if word in arrays else ()) for word in words)
    rows += [f" * @param {{{kind}}} {word}" for kind, word in zip(kinds, words, strict=True)]
    comment = "\n".join(["/**", *rows, f" * @returns {{{result}}}", " */"])
    head = f"function {found['name']}({found['words']}) {{"
    return f"{helper[: found.start()]}{comment}\n{head}{helper[found.end() :]}"


_HELPERS = {name: replace(h, text=documented(h.text)) for name, h in JAVASCRIPT.items()}


class _Module(LoopModule):
    def text(self, *, second: bool) -> str:
        """Return the whole module."""
        blocks: list[str] = []
        used: set[str] = set()
        if self.d.jacobian:
            value, derived = self.body(self.d, gradient=False), self.jacobian()
            used |= value.used | derived.used
            blocks = [self.function("", self.d, value, gradient=False), self.derivatives(derived)]
        for prefix, d in () if self.d.jacobian else self.sources():
            for gradient in (False, True):
                body = self.body(d, gradient=gradient)
                used |= body.used
                blocks.append(self.function(prefix, d, body, gradient=gradient))
            blocks.append(self.further(prefix, d))
        blocks = [self.types(), *blocks]
        if second:
            body = self.second()
            used |= body.used
            blocks.append(self.hessian(body))
        brought = self.functions.helpers(used, _HELPERS)
        head = "/*\n" + "\n".join(f" * {line}".rstrip() for line in self.head()) + "\n */"
        return "\n\n".join([head, *brought, *blocks]) + "\n"

    def types(self) -> str:
        """Return the types of the parameters and of their derivatives, for readers and checkers."""
        fields = {n: _type(self.derived(n)) for n in self.parameters}
        rows = "\n".join(f" * @property {{{kind}}} {identifier(n)}" for n, kind in fields.items())
        top = self.graph.objective
        if self.d.jacobian:
            said = f"The derivative of every entry of {top}: row i is that of entry i."
            return f"/**\n * {said}\n * @typedef {{object}} Jacobian\n{rows}\n */"
        return (
            f"/**\n * The derivative of {top} by each parameter.\n * @typedef {{object}} Gradient\n"
            f"{rows}\n */\n\n"
            f"/**\n * The parameters after a step.\n * @typedef {{object}} Params\n{rows}\n */"
        )

    def said(
        self, text: str, d: ArrayDerivation, result: str, more: Sequence[tuple[str, str, str]] = ()
    ) -> str:
        """Return the comment above a function: what it does, takes and returns."""
        sizes = "; ".join(f"{size}: number" for size in self.sizes(d))
        rows = [("object" if not sizes else f"{{{sizes}}}", "sizes", "")]
        for name in self.order:
            default = self.defaults.get(name)
            kind = _type(d.array_graph.shape_of[name])
            rows.append((kind, identifier(name), "" if default is None else repr(float(default))))
        lines = [text]
        for kind, word, value in (*rows, *more):
            lines.append(f"@param {{{kind}}} " + (f"[{word}={value}]" if value else word))
        lines.append(f"@returns {{{result}}}")
        return "\n".join(["/**", *(f" * {line}" for line in lines), " */"])

    def arguments(self, d: ArrayDerivation, *, defaults: bool) -> str:
        """Return the arguments of a function: the sizes, then the inputs."""
        parts = [f"{{{', '.join(self.sizes(d))}}}"] if defaults else ["sizes"]
        for name in self.order:
            default = self.defaults.get(name)
            word = identifier(name)
            parts.append(
                f"{word} = {float(default)!r}" if default is not None and defaults else word
            )
        return ", ".join(parts)

    def function(self, prefix: str, d: ArrayDerivation, body: Body, *, gradient: bool) -> str:
        """Return one function."""
        mean, top = ", the mean over N samples" if prefix else "", self.graph.objective
        name, said = (
            ("value_and_gradient", "value and gradient") if gradient else ("value", "value")
        )
        fields = ", ".join(f"{identifier(n)}: {self.result(n)}" for n in self.parameters)
        result = f"[{body.value}, {{{fields}}}]" if gradient else body.value
        lines = [line.replace("    ", "  ") for line in body.lines]
        return "\n".join([
            self.said(
                f"Returns {said} of {top}{mean}; matrices are flat, by rows.",
                d, "[number, Gradient]" if gradient else _type(self.graph.shape_of[top]),
            ),
            wrapped(f"export function {prefix}{name}({self.arguments(d, defaults=True)}) {{"),
            *lines, f"  return {result};", "}",
        ])  # fmt: skip

    def derivatives(self, body: Body) -> str:
        """Return the function of the derivatives of an array."""
        fields = ", ".join(f"{identifier(n)}: {self.result(n)}" for n in self.parameters)
        return "\n".join([
            self.said(
                f"Returns the derivatives of every entry of {self.graph.objective}, flat, by rows.",
                self.d, "Jacobian",
            ),
            wrapped(f"export function jacobian({self.arguments(self.d, defaults=True)}) {{"),
            *(line.replace("    ", "  ") for line in body.lines),
            f"  return {{{fields}}};", "}",
        ])  # fmt: skip

    def hessian(self, body: Body) -> str:
        """Return the function of the second derivatives."""
        lines = [line.replace("    ", "  ") for line in body.lines]
        return "\n".join([
            self.said(
                f"Returns the second derivatives of {self.graph.objective}, flat, by rows.",
                self.d, _type(self.graph.shape_of[self.parameters[0]]),
            ),
            wrapped(f"export function hessian({self.arguments(self.d, defaults=True)}) {{"),
            *lines, f"  return {body.value};", "}",
        ])  # fmt: skip

    def further(self, prefix: str, d: ArrayDerivation) -> str:
        """Return the gradient alone, and one step of descent."""
        call = self.arguments(d, defaults=False)
        given = f"sizes, {', '.join(self.signature_words())}"
        sign = "+" if self.graph.maximize else "-"
        steps = "\n".join(
            f"    {word}: "
            + (
                f"{word}.map((v, i) => v {sign} rate*_g.{word}[i]),"
                if self.graph.shape_of[name]
                else f"{word} {sign} rate*_g.{word},"
            )
            for name in self.parameters
            for word in [identifier(name)]
        )
        return (
            f"{self.said('Returns the gradient.', d, 'Gradient')}\n"
            f"export function {prefix}gradient({given}) {{\n"
            f"  return {prefix}value_and_gradient({call})[1];\n}}\n\n"
            f"{self.said(_STEP, d, 'Params', [('number', 'rate', '0.1')])}\n"
            f"export function {prefix}update({given}, rate = 0.1) {{\n"
            f"  const _g = {prefix}gradient({call});\n  return {{\n{steps}\n  }};\n}}"
        )

    def signature_words(self) -> list[str]:
        """Return the inputs, with their defaults."""
        return [
            identifier(n) + (f" = {float(v)!r}" if (v := self.defaults.get(n)) is not None else "")
            for n in self.order
        ]
