"""What the names of a claim stand for: nodes, derivatives, sensitivities, the author's own."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field

from symgrad.derivation.arrays.derive import derive_arrays
from symgrad.derivation.arrays.jacobian import HigherOrder, adjoints, hessian, jacobian
from symgrad.errors import SymgradError
from symgrad.expression.arrays import build
from symgrad.expression.arrays.folding import Folding
from symgrad.expression.arrays.forms import shortest
from symgrad.expression.arrays.substitute import substituted
from symgrad.expression.arrays.tree import NOTHING_KNOWN, Array, Facts
from symgrad.expression.names import canonical
from symgrad.graph.arrays import ArrayGraph, learned
from symgrad.sources.arrays.syntax import index_letters

FIRST_MARK = 0xA000  # letters that no formula uses: one for each derivative that a claim speaks of
NAME = r"[^\W\d_][^\W_]*[\u0300-\u036f]*(?:_(?:\{[^{}]*\}|\w))*"
_FIRST = re.compile(
    rf"(?<![\w∂])(?P<sign>∂|d)\s*(?P<top>{NAME})\s*/\s*(?:∂|d)\s*(?P<bottom>{NAME})(?![²^])"
)
_SECOND = re.compile(
    rf"(?<![\w∂])(?:∂²|∂\^2|d²|d\^2)\s*(?P<top>{NAME})\s*/\s*\(?(?:∂|d)\s*(?P<bottom>{NAME})"
    rf"(?:²|\^2|\s*(?:∂|d)\s*(?P<other>{NAME}))(?:ᵀ)?\)?"
)
_NABLA = re.compile(rf"∇(?:_(?:\{{(?P<braced>[^{{}}]*)\}}|(?P<plain>\w)))\s*(?P<top>{NAME})?")


class NotTold(Exception):
    """A derivative that is no number, vector or matrix, or of what is no node."""


@dataclass
class Scope:
    """The names in force where a claim stands."""

    graph: ArrayGraph
    numerator: bool = False
    denominator: bool = False
    definitions: dict[str, Array] = field(default_factory=dict)
    marks: dict[str, Array] = field(default_factory=dict)
    _by_key: dict[tuple[str, str, bool], str] = field(default_factory=dict)
    _adjoints: dict[str, dict[str, Array]] = field(default_factory=dict)
    _sensitivities: dict[str, Array] | None = None

    def resolve(self, word: str) -> str | None:
        """Return the node that a word names, in any of the spellings of papers."""
        for plain in spellings(word):
            if plain in self.graph.index:
                return plain
            found = self.graph.spellings.get(canonical(plain))
            if found is not None:
                return found
        return None

    def look_up(self, word: str) -> Array | None:
        """Return what a word stands for, or None."""
        if word in self.marks:
            return build.name(word, self.marks[word].shape, _facts(self.marks[word]))
        for plain in spellings(word):
            if plain in self.definitions:
                return self.definitions[plain]
        found = self.resolve(word)
        if found is not None:
            return self.graph.variables[found]
        return self.sensitivity(word)

    def sensitivity(self, word: str) -> Array | None:
        """Return the adjoint that the derivation gives a name to, nothing named in it."""
        if (
            not word.lstrip("\\").startswith(("δ", "delta", "ε"))
            or self.graph.shape_of[self.graph.objective]
        ):
            return None
        if self._sensitivities is None:
            derivation = derive_arrays(self.graph)
            values: dict[Array, Array] = {}
            found: dict[str, Array] = {}
            for item in derivation.array_sensitivities:
                tree = substituted(item.value, values)
                values[build.name(item.name, item.value.shape)] = tree
                found[item.name] = tree
            self._sensitivities = found
        for plain in spellings(word):
            if plain in self._sensitivities:
                return self._sensitivities[plain]
        return None

    def known(self, word: str) -> bool:
        """Tell whether a word is a name."""
        return self.look_up(word) is not None

    # Derivatives --------------------------------------------------------------------------------

    def marked(self, text: str) -> str:
        """Return a text in which every derivative is one letter of its own."""
        text = _NABLA.sub(self._nabla, text)
        text = _SECOND.sub(self._second, text)
        return _FIRST.sub(self._first, text)

    def _nabla(self, found: re.Match[str]) -> str:
        bottom = found["braced"] or found["plain"]
        top = found["top"] or self.graph.objective
        if self.resolve(bottom) is None or self.resolve(top) is None:
            return found[0]
        return self._mark(top, bottom, second=False)

    def _second(self, found: re.Match[str]) -> str:
        other = found["other"]
        if other is not None and self.resolve(other) != self.resolve(found["bottom"]):
            raise NotTold("a mixed second derivative")
        return self._mark(found["top"], found["bottom"], second=True)

    def _first(self, found: re.Match[str]) -> str:
        top, bottom = found["top"], found["bottom"]
        if found["sign"] == "d" and (
            self.resolve(top) is None or self.resolve(_base(self, bottom)) is None
        ):
            return found[0]
        return self._mark(top, bottom, second=False)

    def _mark(self, top: str, bottom: str, *, second: bool) -> str:
        base = _base(self, bottom)
        tail = bottom[len(base) :]
        node, below = self.resolve(top), self.resolve(base)
        if node is None or below is None:
            raise NotTold(
                f"`∂{top}/∂{bottom}`: {'`' + top if node is None else '`' + base}` is no node"
            )
        key = (node, below, second)
        if key not in self._by_key:
            mark = chr(FIRST_MARK + len(self._by_key))
            self._by_key[key] = mark
            self.marks[mark] = self.derivative(node, below, second=second)
        tail = tail if not tail or tail.startswith("_{") else f"_{{{tail[1:]}}}"
        return f" {self._by_key[key]}{tail}"

    def derivative(self, top: str, bottom: str, *, second: bool) -> Array:
        """Return the total derivative of one node by another, in names of nodes.

        That of a vector by a vector is J[i,j] = ∂y_i/∂x_j, or its transpose where the layout is
        that of the denominator. Raises NotTold where it has three axes or more.
        """
        if self.graph.shape_of[top]:
            if second:
                raise NotTold(f"`{top}` is an array: its second derivative has too many axes")
            try:
                matrix = jacobian(self.graph, top, bottom)
            except SymgradError as problem:
                raise NotTold(problem.diagnostics[0].message) from None
            return build.transposed(matrix) if self.denominator else matrix
        if top not in self._adjoints:
            self._adjoints[top] = adjoints(self.graph, top, build.ONE)
        found = self._adjoints[top].get(bottom)
        tree = build.zeros(self.graph.shape_of[bottom]) if found is None else found
        if second:
            try:
                fold = Folding((self.graph.variables[n], t) for n, t in self.graph.values).fold
                return hessian(self.graph, shortest(tree, fold), bottom)
            except (HigherOrder, SymgradError) as problem:
                raise NotTold(problem.diagnostics[0].message) from None
        return build.transposed(tree) if self.numerator else tree


def _facts(tree: Array) -> Facts:
    return learned(tree, NOTHING_KNOWN)


def _base(scope: Scope, word: str) -> str:
    """Return a name without its indices: W of W_{ij}; W_2 stays as it is where it is a node."""
    if scope.resolve(word) is not None:
        return word
    head, _, tail = word.rpartition("_")
    if head and scope.resolve(head) is not None and index_letters(tail):
        return head
    return word


def spellings(word: str) -> list[str]:
    """Return the spellings of a name that a paper's spelling may stand for.

    >>> spellings("W_{2}")
    ['W_{2}', 'W_2', 'W2']
    """
    plain = unicodedata.normalize("NFC", word.lstrip("\\").strip())
    bare = re.sub(r"[{}]", "", plain)
    return list(dict.fromkeys((plain, bare, bare.replace("_", ""))))
