"""One side of a claim: from its text to its value, by one way of reading it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from symgrad.errors import Place
from symgrad.expression.arrays import build, leaves
from symgrad.expression.arrays.size import Shape, Size, named
from symgrad.expression.arrays.substitute import substituted
from symgrad.expression.arrays.tree import Array, walk
from symgrad.graph.arrays import ArrayGraph
from symgrad.sources.arrays.calls import call, is_function
from symgrad.sources.arrays.indices import Indexed, is_row, silent
from symgrad.sources.arrays.meaning import COFACTORS, Habits, Meaning
from symgrad.sources.arrays.syntax import ArrayParser
from symgrad.sources.arrays.tokens import Syntax, index_letters
from symgrad.sources.problems import Fault, Origin, ShapesDoNotFit
from symgrad.verify.arrays.derivatives import Scope
from symgrad.verify.arrays.einstein import along_direction, with_sums
from symgrad.verify.arrays.numpy_sides import numpy_value

_SENSITIVITY = re.compile(r"\s*\\?(?:δ|delta|ε)")

_DELTA = re.compile(r"(?<!\w)(?:δ|delta)_\{\w\w\}")
_SIGMA = re.compile(r"(?<![^\W\d])σ(?=['′’]?\()")


@dataclass(frozen=True)
class Side:
    """One side of a claim: its value, and the order of its free indices, if it has some.

    `derived` tells that it is a derivative, which has no value where a condition changes, `either`
    that it may be written as a row or as a column.
    """

    text: str
    value: Array
    letters: tuple[str, ...] = ()
    derived: bool = False
    either: bool = False
    ranges: tuple[tuple[str, Size], ...] = ()


@dataclass(frozen=True)
class Reading:
    """What is meant by that which the shapes leave open.

    `star` is what `*` between two arrays means ("entries", "matrix" or nothing), `beside` what two
    vectors side by side are ("dot" or "entries"), `lines` what w_j is of a matrix W ("rows" or
    "columns"), `divisor` what stands behind `/` ("touching", "first" or "all" factors), `powers`
    what M² is ("product" or "entries"), `delta` what δ_{ij} is where the graph has a matrix δ
    ("entry" or "kronecker"), `sigma` whether Σ_i is a sum where the graph has a
    matrix Σ ("usual" or "swapped"), `sample` what L_i is of a mean L = (1/n) Σ L_i ("part", or
    the "summand" L_i/n), `change` what dr is where d is a
    name ("change" or "product"), `error` what δ W is where δ is a name ("product" or
    "gradient"), and `numpy` tells that code is NumPy code.
    """

    star: str = ""
    beside: str = "dot"
    lines: str = "rows"
    divisor: str = "touching"
    powers: str = "product"
    delta: str = "entry"
    sigma: str = "usual"
    sample: str = "part"
    change: str = "change"
    error: str = "product"
    weight: str = "matrix"
    numpy: bool = False

    def others(self, met: frozenset[str]) -> Iterator[Reading]:
        """Yield the other readings of a statement in which such things were met."""
        if met & {"beside", "slope"}:
            yield replace(self, beside="entries")
        if "weight" in met:
            yield replace(self, weight="inverse")
        if "sigma" in met:
            yield replace(self, sigma="swapped")
        if "error" in met:
            yield replace(self, error="gradient")
        if "change" in met:
            yield replace(self, change="product")
        if "sample" in met:
            yield replace(self, sample="summand")
        if "line" in met:
            yield replace(self, lines="columns")
        if "divisor" in met:
            yield replace(self, divisor="first")
            yield replace(self, divisor="all")
        if "delta" in met:
            yield replace(self, delta="kronecker")
        if "power" in met:
            yield replace(self, powers="entries")
        if "star" in met and not self.star:
            yield replace(self, star="entries")
            yield replace(self, star="entries", beside="entries")
            yield replace(self, star="matrix")


class SideReader:
    """Reads the sides of statements, in the names in force and by one reading at a time.

    `met` collects what the shapes left open in the statement that is being read.
    """

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.graph = scope.graph
        self.reading = Reading()
        self.met: set[str] = set()
        self.tensor: tuple[tuple[str, ...], str] | None = None
        self.paired: Array | None = None
        self.usual = _usual_axes(scope.graph)
        self.sizes = {name: named(name) for name in scope.graph.sizes}

    def side(self, text: str, place: Place, like: Side | None, code: str = "") -> Side:
        """Return the value of one side; of an index formula in the order of the other side's.

        `code` is the side as it was written, which may be NumPy code.
        """
        if not self.reading.numpy or not code or (like is not None and like.letters):
            return self.as_formula(text, place, like)
        marked = self.scope.marked(code)
        value, problem = None, None
        try:
            value = numpy_value(marked, self.scope, self.sizes, place)
        except Fault as fault:
            problem = fault
        side = None if value is None else Side(text, self.plain(value), derived=marked != code)
        if side is not None and (like is None or side.value.shape == like.value.shape):
            return side
        try:
            return self.as_formula(text, place, like)
        except Fault as fault:
            if side is not None:
                return side
            raise (fault if fault.kind is ShapesDoNotFit else problem or fault) from None

    def as_formula(self, text: str, place: Place, like: Side | None) -> Side:
        """Return the value of one side that is a formula, not code."""
        if self.scope.look_up("σ") is None:
            text = _SIGMA.sub(" sigmoid", text)
        self.scope.lines = self.reading.lines
        self.scope.kronecker = self.reading.delta == "kronecker" or self.tensor is not None
        marked = self.scope.marked(text)
        derived = marked != text or _SENSITIVITY.match(text) is not None
        self.met |= {"line"} if self.scope.met_line else set()
        self.met |= {"delta"} if _DELTA.search(text) else set()
        meaning = self.meaning(marked, place, like)
        syntax = meaning.parser.whole()
        if self.tensor is not None:
            kept = like.letters if like is not None else ()
            syntax = along_direction(syntax, *self.tensor, kept)
        kept = like.letters if like is not None else ()
        try:
            return self.valued(text, syntax, meaning, like, derived=derived)
        except Fault as first:
            summed = with_sums(syntax, kept, meaning)
            if summed == syntax:
                raise
            try:
                return self.valued(text, summed, meaning, like, derived=derived)
            except Fault:
                if first.kind is ShapesDoNotFit:
                    raise first from None
                raise
        finally:
            self.met |= meaning.met | meaning.parser.met

    def meaning(self, text: str, place: Place, like: Side | None) -> Meaning:
        """Return what gives a text its meaning, by the reading that is tried."""
        reading = self.reading
        origin = Origin(place.source, (text,), place.line, 1, place.line)
        parser = ArrayParser(
            text,
            origin,
            known=self.splits,
            side_by_side=True,
            is_function=is_called,
            divisor=reading.divisor,
        )
        meaning = Meaning(
            self.scope.look_up,
            self.sizes,
            parser,
            calls=call,
            known=tuple(self.graph.index),
            habits=Habits(
                claims=True,
                star=reading.star,
                beside=reading.beside,
                lines=reading.lines,
                powers=reading.powers,
                usual=self.usual,
            ),
        )
        if like is not None:
            meaning.indices.ranges.update(like.ranges)
            meaning.indices.claimed = like.letters
            meaning.indices.told = self.tensor[0] if self.tensor is not None else ()
            meaning.indices.whole = any(map(is_row, like.letters))
        return meaning

    def valued(
        self, text: str, syntax: Syntax, meaning: Meaning, like: Side | None, *, derived: bool
    ) -> Side:
        """Return the value of one side that has been parsed."""
        found = meaning.value(syntax)
        ranges = tuple(meaning.indices.ranges.items())
        parser = meaning.parser
        if self.paired is not None:
            found = meaning.indices.paired(found, self.paired, meaning, syntax)
        if isinstance(found, Indexed):
            letters = like.letters if like is not None else found.free
            letters = letters or silent(found)
            value = meaning.indices.realised(found, letters, meaning, syntax)
            return Side(text, self.plain(value), letters, derived, ranges=ranges)
        if like is not None and like.letters:
            rows = [letter for letter in like.letters if is_row(letter)]
            if len(rows) == 1 and found.shape == (like.value.shape[like.letters.index(rows[0])],):
                axis = like.letters.index(rows[0])  # the same for every row: ∂s/∂x_i = b/n
                spread = build.expand(found, axis, like.value.shape)
                return Side(text, self.plain(spread), like.letters, derived)
            if found.shape:
                raise parser.fault("an array stands where an entry is claimed", 0, len(text))
            shape = like.value.shape
            return Side(text, self.plain(build.filled(found, shape)), like.letters, derived)
        if like is not None and like.value.shape:
            found = meaning.sized(found, like.value)
        found = meaning.settled(found, syntax)
        return Side(text, self.plain(found), derived=derived)

    def splits(self, word: str) -> bool:
        """Tell whether a word may stand as a factor of its own: a name, a size, the identity."""
        plain = self.scope.known(word) or word == "I" or word in self.sizes
        head, mark, tail = word.partition("_")
        row = mark and index_letters(tail) and self.scope.resolve(head.upper()) is not None
        return plain or bool(row) or _DELTA.fullmatch(word) is not None

    def plain(self, x: Array) -> Array:
        """Return an expression with derivatives put in for their letters."""
        values = {leaves.name(mark, tree.shape): tree for mark, tree in self.scope.marks.items()}
        return substituted(x, values) if values else x


def is_called(word: str) -> bool:
    """Tell whether a word before a bracket is a function of claims."""
    return is_function(word) or word in COFACTORS or word == "vec"


def _usual_axes(graph: ArrayGraph) -> Mapping[tuple[str, Shape], int | None]:
    """Return the one axis along which the graph takes softmax and its like, by the shape."""
    found: dict[tuple[str, Shape], set[int]] = {}
    for tree in graph.trees.values():
        for part in walk(tree):
            if part.op in {"softmax", "lse"} and part.data is not None:
                found.setdefault((part.op, part.args[0].shape), set()).add(part.along)
    return {key: next(iter(axes)) for key, axes in found.items() if len(axes) == 1}
