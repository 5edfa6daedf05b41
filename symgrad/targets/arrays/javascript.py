"""JavaScript of a graph with arrays: loops over Float64Array, sizes passed in one object."""

from __future__ import annotations

from symgrad.derivation.arrays.derivation import ArrayDerivation
from symgrad.expression.arrays.print_numpy import identifier
from symgrad.targets.arrays.loop_helpers import JAVASCRIPT as HELPERS
from symgrad.targets.arrays.loop_helpers import JAVASCRIPT_NEEDS
from symgrad.targets.arrays.loop_languages import JAVASCRIPT
from symgrad.targets.arrays.loop_modules import Body, LoopModule, helpers, wrapped


def javascript(d: ArrayDerivation, module: str, *, second: bool = False) -> str:
    """Return the module: value, value_and_gradient, gradient, update, and means over samples.

    With `second` the matrix of second derivatives, too.
    """
    return _Module(d, JAVASCRIPT, module).text(second=second)


class _Module(LoopModule):
    def text(self, *, second: bool) -> str:
        """Return the whole module."""
        blocks: list[str] = []
        used: set[str] = set()
        for prefix, d in self.sources():
            for gradient in (False, True):
                body = self.body(d, gradient=gradient)
                used |= body.used
                blocks.append(self.function(prefix, d, body, gradient=gradient))
            blocks.append(self.further(prefix, d))
        if second:
            body = self.second()
            used |= body.used
            blocks.append(self.hessian(body))
        head = "/*\n" + "\n".join(f" * {line}".rstrip() for line in self.head()) + "\n */"
        return (
            "\n\n".join([head, *helpers(frozenset(used), HELPERS, JAVASCRIPT_NEEDS), *blocks])
            + "\n"
        )

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
        mean = ", the mean over N samples" if prefix else ""
        name, said = (
            ("value_and_gradient", "value and gradient") if gradient else ("value", "value")
        )
        fields = ", ".join(f"{identifier(n)}: {self.result(n)}" for n in self.parameters)
        result = f"[{body.value}, {{{fields}}}]" if gradient else body.value
        lines = [line.replace("    ", "  ") for line in body.lines]
        return "\n".join([
            f"/** Returns {said} of {self.graph.objective}{mean}; matrices are flat, by rows. */",
            wrapped(f"export function {prefix}{name}({self.arguments(d, defaults=True)}) {{"),
            *lines, f"  return {result};", "}",
        ])  # fmt: skip

    def hessian(self, body: Body) -> str:
        """Return the function of the second derivatives."""
        lines = [line.replace("    ", "  ") for line in body.lines]
        return "\n".join([
            f"/** Returns the second derivatives of {self.graph.objective}, flat, by rows. */",
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
            f"/** Returns the gradient. */\nexport function {prefix}gradient({given}) {{\n"
            f"  return {prefix}value_and_gradient({call})[1];\n}}\n\n"
            f"/** Returns the parameters after one step of size `rate`. */\n"
            f"export function {prefix}update({given}, rate = 0.1) {{\n"
            f"  const _g = {prefix}gradient({call});\n  return {{\n{steps}\n  }};\n}}"
        )

    def signature_words(self) -> list[str]:
        """Return the inputs, with their defaults."""
        return [
            identifier(n) + (f" = {float(v)!r}" if (v := self.defaults.get(n)) is not None else "")
            for n in self.order
        ]
