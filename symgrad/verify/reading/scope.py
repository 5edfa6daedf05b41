"""What the words of a claim mean: names of the graph, of its derivation, and the author's own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise

from symgrad.derivation.analysis import depends_on_data
from symgrad.derivation.derivation import Derivation
from symgrad.expression.names import GREEK, accented, canonical
from symgrad.expression.printer import Printer
from symgrad.expression.spellings import Names
from symgrad.expression.tree import (
    Add,
    Constant,
    Div,
    Expression,
    Mark,
    Mul,
    Neg,
    Var,
    number,
    variables,
)
from symgrad.graph.graph import Graph, Node
from symgrad.graph.rate import RATE_NAMES
from symgrad.sources.complaints import readings
from symgrad.sources.grammar import constant
from symgrad.verify.deciding.limits import substituted
from symgrad.verify.model import Definition, DerivativeTarget
from symgrad.verify.reading.indices import SAMPLE, bound, letters_of
from symgrad.verify.reading.same import same
from symgrad.verify.truth import Truth

_ADJOINT = re.compile(r"(?:δ|delta)_?\{?(\w+?)\}?|(\w+?)_?bar")
_INDEXED = re.compile(r"[^\W\d_]_?[0-9₀-₉]+")
_KRONECKER = re.compile(r"δ_([A-Za-z])_?([A-Za-z])")
_DOTTED = re.compile(r"(\w+?)_(d{1,2}ot)((?:_\w+)?)")
_AT_STEP = re.compile(r"(\w+)_t(m1)?")
_LAGS = ("_lag", "_prev", "_last", "_before")
_LAST_PIECE = "e"
_OLD = frozenset(("old", "alt", "prev", "current", "cur", "viejo", "ancien", "旧"))
_MOST_NODES = 400
_HIGHEST_ORDER = 4
_FEWEST = 2
TIME = "t"


@dataclass(frozen=True, slots=True)
class Abstraction:
    """A function that the author defines: `g(t) = …`."""

    parameters: tuple[str, ...]
    body: Expression


class Scope:
    """The names in force where a claim stands.

    `definitions` and `functions` are the author's, `defined_on` the lines of the latter, `doubtful`
    those that have two equations; `derivatives` collects those that the formulas
    use, by key; `applied` are nodes written as functions, f(x); `values` are those in force after
    `step` steps. Of the present statement: `subject` is what it differentiates by, `indices` are
    the values of its indices, `sizes` what the names of numbers of samples stand for, `updating`
    says that it is about a step, `differentials` are the dx in it, `dummies` the free names of a
    fact about functions such as σ'(t) = σ(t)(1 − σ(t)), `readings` the choices that it rests on,
    `doubts` those among them that are guesses. Of the document: `counts` are the numbers of
    samples, `totals` says that the text means the sum over them where the graph has their mean,
    `sample_sums` is "mean" where sums over samples have 1/m before them, `batches` says
    that samples stand as the columns of matrices: X for all x; `unknowns` are quantities that
    nothing defines, in each of their names, with what they depend on, and `unknown_slopes` their
    derivatives by these, by key.
    """

    def __init__(self, graph: Graph, derivation: Derivation, truth: Truth | None = None) -> None:
        self.graph = graph
        self.truth = truth or Truth(graph, derivation)
        self.sensitivities: Mapping[str, str] = {
            item.name: item.node for item in derivation.sensitivity_list
        }
        self.definitions: dict[str, Definition] = {}
        self.derivatives: dict[str, DerivativeTarget] = {}
        self.functions: dict[str, Abstraction] = {}
        self.own_letters: set[str] = set()  # φ of a text that says `φ(u) = …` somewhere
        self.defined_on: dict[str, int] = {}
        self.doubtful: set[str] = set()
        self.applied: set[str] = set()
        self.rate = graph.rate[0] if graph.rate else None
        self._printer = Printer(graph.index)
        self.names = Names(self.known())
        self.values: Mapping[str, Fraction] = {}
        self.dummies: frozenset[str] = frozenset()
        self.subject: str | None = None
        self.indices: dict[str, str] = {}
        self.updating = False
        self.differentials: Mapping[str, str] = {}
        self.step = 0
        self.reading_left = False
        self.sizes: dict[str, Expression] = {}
        self.counts: dict[str, Expression] = {}
        self.sample_sums: str = ""
        self.totals: set[str] = set()  # nodes that the text states as sums over the samples
        self.averaged: set[str] = set()  # numbers of samples over which the text takes a mean
        self.samples: set[str] = set()  # the indices that the text has used for samples so far
        self.batches = False
        self.moves: dict[str, str] = {}
        self.curve = False
        self.running: frozenset[str] = frozenset()
        self.unknowns: dict[str, tuple[str, tuple[str, ...]]] = {}
        self.unknown_slopes: dict[str, tuple[str, tuple[str, ...]]] = {}
        self.last_point = ""  # `(1, 2)`, where the text last took second derivatives
        self.readings: dict[str, None] = {}
        self.doubts: dict[str, None] = {}

    def begin(self) -> None:
        """Forget what was decided for the statement before."""
        self.dummies = frozenset()
        self.running = frozenset()
        self.subject = None
        self.indices = {}
        self.updating = False
        self.differentials = {}
        self.sizes = dict(self.counts)
        self.readings = {}
        self.doubts = {}

    def remark(self, text: str) -> None:
        """Take note of a choice that the reading of the present statement rests on."""
        if text:
            self.readings.setdefault(text)

    def doubt(self, text: str) -> None:
        """Take note of a guess: a claim that is wrong as it is read is then not refuted."""
        self.doubts.setdefault(text)

    def known(self) -> tuple[str, ...]:
        """Return every name that has a meaning, the graph's own first."""
        own = () if self.rate is None else (self.rate,)
        names = (*self.graph.index, *self.sensitivities, *own, *self.definitions)
        return tuple(dict.fromkeys(names))

    def define(self, definition: Definition) -> None:
        """Take note of a name that the author defines."""
        self.definitions[definition.name] = definition
        self.names.add(definition.name)

    def note(self, target: DerivativeTarget) -> Var:
        """Return the variable that stands for a derivative, and remember the derivative."""
        self.derivatives.setdefault(target.key, target)
        return Var(target.key)

    def note_expression(self, top: Expression, bottom: str) -> Var:
        """Return the variable that stands for the derivative of an expression.

        It is known by the text of the expression, or, where another one looks the same, in full.
        """
        target = DerivativeTarget(self._printer.expression(top), bottom, top)
        if self.derivatives.get(target.key, target) != target:
            target = replace(target, top=repr(top))
        return self.note(target)

    def strict(self, word: str) -> str | None:
        """Return the name that a word is, Greek letters in any spelling, or None."""
        return self.names.exact(word)

    def name(self, word: str) -> str | None:
        """Return the name that a word means, in any usual spelling, or None."""
        if self.indices and self.names.exact(word) is None:
            word = self.with_values(word)
        found = self.names.meant(word)
        if found is None and word not in self.dummies:
            return self.rate_word(word) or self.earlier(word) or self.at_step(word)
        if found is None:
            return word
        self.remark(found[1])
        return found[0]

    def with_values(self, word: str) -> str:
        """Return a word with the values of its indices; `x_0^{(i)}` may be a name with its i."""
        found = bound(word, self.indices)
        samples = {letter for letter, value in self.indices.items() if value == SAMPLE}
        if samples and self.names.exact(found) is None:
            rest = {k: value for k, value in self.indices.items() if k not in samples}
            kept = bound(word, rest)
            return kept if self.names.exact(kept) is not None else found
        return found

    def rate_word(self, word: str) -> str | None:
        """Return the rate that `r_dot` or `θ_ddot_1` means where that is no node of the graph."""
        found = _DOTTED.fullmatch(word) if self.moves else None
        meant = self.names.meant(found[1] + found[3]) if found else None
        rate = self.moves.get(meant[0]) if meant else None
        return self.moves.get(str(rate)) if found and found[2] == "ddot" else rate

    def earlier(self, word: str) -> str | None:
        """Return the parameter that `w_old`, or `a_1` after one step, means; also α as the rate."""
        if self.updating and self.is_rate(word):
            rate = self.rate or "η"
            self.remark(f"`{word}` read as the rate")
            return rate
        base, _, index = word.rpartition("_")
        old = self.updating and index in _OLD
        name = self.names.exact(base) if old or index == str(self.step) else None
        if name is None or name not in self.graph.parameters:
            return None
        self.remark(f"`{word}` read as `{name}`, the value in force")
        return name

    def at_step(self, word: str) -> str | None:
        """Return the r_lag that `r_{t-1}` is, and the r that `r_t` is, where the graph has such."""
        found = _AT_STEP.fullmatch(word)
        names = self.graph.index
        if found is None or not any(name.endswith(_LAGS) for name in names):
            return None
        ends = _LAGS if found[2] else ("",)
        name = next((found[1] + end for end in ends if found[1] + end in names), None)
        if name is not None:
            self.remark(f"`{word}` read as `{name}`")
        return name

    def is_rate(self, word: str) -> bool:
        """Tell whether a word that is no name is one that people use for the rate."""
        return word.lstrip("\\") in RATE_NAMES and self.names.meant(word) is None

    def change(self, name: str) -> Expression:
        """Return Δ of a parameter: minus the rate times its gradient, plus where one maximizes."""
        slope = self.note(DerivativeTarget(self.graph.objective, name))
        step = Mul((Var(self.rate or "η"), slope))
        return step if self.graph.maximize else Neg(step)

    def resolve(self, word: str) -> Expression | None:
        """Return what a word stands for, or None; a product of names is not looked for here."""
        if word in self.differentials:
            return differential_of(self.differentials[word])
        found = self.name(word)
        if found is not None:
            return Var(found)
        if word in self.sizes:
            return self.sizes[word]
        if self.indices and (value := self.index_value(word)) is not None:
            return value
        if word[:1] == "Δ" and (name := self.name(word[1:].lstrip("_"))) in self.graph.parameters:
            return self.change(str(name))
        return (
            self.subscripted(word) or self.differential(word) or self.mean(word)
            or self.of_batch(word) or self.twin(word) or self.only_one(word)
        )  # fmt: skip

    def only_one(self, word: str) -> Var | None:
        """Return ŷ_1 for ŷ, where the graph has no other one with an index and the text no ŷ.

        A name without an accent may be anything that has one with an index beside it.
        """
        open_word = accented(word)[1] and not self.reading_left
        family = self.names.family(word) if open_word else {}
        index = self.graph.index
        members = [name for name in family.values() if name in index]
        if len(family) != 1 or not members or index[members[0]].formula is None:
            return None
        self.remark(f"`{word}` read as `{members[0]}`, the only one")
        return Var(members[0])

    def twin(self, word: str, *, below: bool = False) -> Var | None:
        """Return w_2 for W_2, z_2 for Z_2, where nothing is called so and the case is a slip.

        With `below` the word is what one differentiates by.
        """
        small = word[:1].lower() + word[1:]
        new = self.reading_left and not below  # a left side may name something new
        meant = self.names.meant(small) if small != word and not new else None
        name = meant[0] if meant else None
        node = self.graph.index.get(str(name))
        if node is None or not (name in self.graph.parameters or (node.formula and "_" in word)):
            return None
        said = f"`{word}` read as `{name}`"
        self.remark(said)
        self.doubt(said)
        return Var(str(name))

    def of_batch(self, word: str) -> Expression | None:
        """Return x for X where the text writes the samples as matrices, None for anything else."""
        below = word.lower()
        slope = self.differential(f"d{below[1:]}") if word[:1] == "d" else None
        meant = self.names.meant(below) if self.batches and below != word else None
        name = meant[0] if meant else None
        sampled = self.is_data(below) or name in depends_on_data(self.graph)
        if not self.batches or below == word or not (slope or (name and sampled)):
            return None
        said = f"`{word}` read as `{below}`, each column a sample"
        self.remark(said)
        self.doubt(said)
        return slope or Var(str(name))

    def mean(self, word: str) -> Expression | None:
        """Return the mean of x_1, x_2, … that x̄ is, None where these are no data."""
        base = word.removesuffix("_bar")
        family = self.names.family(base) if base != word and self.name(base) is None else {}
        members = [name for name in family.values() if self.is_data(name)]
        if len(members) < _FEWEST or len(members) != len(family):
            return None
        self.remark(f"`{word}` read as the mean of {', '.join(members[:8])}")
        return Div(Add(tuple(map(Var, members))), number(len(members)))

    def index_value(self, word: str) -> Expression | None:
        """Return the value of an index, and δ_ij: 1 where its two indices are one, else 0."""
        if self.indices.get(word, "").isdigit():
            return number(int(self.indices[word]))
        kronecker = _KRONECKER.fullmatch(canonical(word))
        if kronecker and all(letter in self.indices for letter in kronecker.groups()):
            first, second = (self.indices[letter] for letter in kronecker.groups())
            return number(int(first == second))
        return None

    def is_kronecker(self, word: str) -> bool:
        """Tell whether a word is δ_ij and no name."""
        return bool(_KRONECKER.fullmatch(canonical(word))) and self.names.meant(word) is None

    def is_data(self, word: str) -> bool:
        """Tell whether a word means a value that each sample has."""
        found = self.names.meant(word)
        node = self.graph.index.get(found[0]) if found else None
        return node is not None and node.kind == "data"

    def is_sampled(self, word: str, letter: str) -> bool:
        """Tell whether a word is data with an index for its sample: `y_i`, `x_1^{(i)}`."""
        return self.is_data(word.split("_", maxsplit=1)[0]) or self.is_data(
            bound(word, {letter: SAMPLE})
        )

    def varies_by_sample(self, word: str) -> bool:
        """Tell whether a word means a value, or a derivative of one, that each sample has."""
        before = dict(self.readings), dict(self.doubts)
        found = self.resolve(word)
        self.readings, self.doubts = before
        key = str(found.key) if isinstance(found, Var) else ""
        target = self.derivatives.get(key)
        names = {key} if target is None else {target.top, target.bottom}
        return any(self.is_data(name) for name in names) or not names.isdisjoint(
            depends_on_data(self.graph)
        )

    def can_be_read(self, word: str) -> bool:
        """Tell whether a word can be read as it stands, without taking note of how."""
        if not self.names.can_have(word) and not self._is_given(word):
            return False
        before = dict(self.readings), dict(self.doubts)
        found = self.resolve(word) or self.number(word) or self.products(word, before_power=False)
        self.readings, self.doubts = before
        return bool(found)

    def _is_given(self, word: str) -> bool:
        """Tell whether a word has a meaning without being like a name that there is."""
        given = (self.differentials, self.sizes, self.dummies)
        return any(word in words for words in given) or word.endswith(f"_{self.step}")

    def can_stand(self, word: str) -> bool:
        """Tell whether a word can be read, or is all of `x_1, x_2, …` as in h(x)."""
        return self.can_be_read(word) or bool(self.names.family(word))

    def differential(self, word: str) -> Var | None:
        """Return the derivative of the objective that `dW` or `dz^{[2]}` means for layers."""
        name = self.name(word[1:]) if word[:1] == "d" and len(word) > 1 else None
        if name is None or name not in self.graph.index or name == self.graph.objective:
            return None
        if self.strict("d") is not None:
            return None
        objective = self.graph.objective
        self.remark(f"`{word}` read as ∂{objective}/∂{name}")
        return self.note(DerivativeTarget(objective, name))

    def node_of(self, expression: Expression) -> str | None:
        """Return the node that an expression is the equation of, or None."""
        wanted = set(variables(expression))
        for node in self.graph.ordered[:_MOST_NODES]:
            formula = node.formula
            if formula is None or set(formula.operands) != wanted:
                continue
            if formula.expression == expression or same(self.truth, formula.expression, expression):
                return str(node.name)
        return None

    def evaluated(self, expression: Expression, at: Mapping[str, Expression]) -> Expression:
        """Return an expression with values put in for names, everything above them worked out."""
        meanings = self.truth.meanings_of(
            tuple(self.derivatives.values()), tuple(self.definitions.values())
        )
        trees: dict[str | int, Expression] = {}
        trees.update(at)
        for node in self.graph.ordered:
            if node.name not in trees and node.formula is not None:
                trees[node.name] = substituted(node.formula.expression, trees)
        return substituted(substituted(expression, meanings), trees)

    def subscripted(self, word: str) -> Expression | None:
        """Return the derivative that `J_a` or `δ_v` means where no name is written so."""
        word = bound(word, self.indices)
        if (slope := self.by_subscript(word)) is not None:
            return slope
        index = self.graph.index
        match = _ADJOINT.fullmatch(canonical(word))
        node = self.name(match[1] or match[2]) if match else None
        mean = match is not None and match[2] is not None and index_kind(index, node) == "data"
        if node is not None and node in index and not mean:
            return self.note(DerivativeTarget(self.graph.objective, node))
        return None

    def by_subscript(self, word: str) -> Var | None:
        """Return the derivative that `J_a` or `J_ab` means, None where it means none."""
        top, _, bottom = word.partition("_")
        above = self.strict(top) if bottom else None
        index = self.graph.index
        if above is None or above not in index or index[above].formula is None:
            return None
        below = self.name(bottom)
        if below is not None and index_kind(index, below) == "data":
            self.doubt(f"`{word}` may be a name: nothing is differentiated by the data `{below}`")
        if below is not None:
            return self.note(DerivativeTarget(above, below)) if below in index else None
        ways = self.products(bottom, before_power=False, repeated=True)
        names = [self.name(piece) or "" for piece in ways[0]] if len(ways) == 1 else []
        if not 2 <= len(names) <= _HIGHEST_ORDER or any(name not in index for name in names):
            return None
        return self.note(DerivativeTarget(above, names[0], None, tuple(names[1:])))

    def products(
        self, word: str, *, before_power: bool, repeated: bool = False
    ) -> list[tuple[str, ...]]:
        """Return the ways to read a word as names side by side, at most two."""

        def piece(text: str) -> bool:
            if text in GREEK:
                return False  # beta is β and never b·eta
            if text.isdecimal():
                return text != "1"  # `x3y`, which ends in no number
            indexed = _INDEXED.fullmatch(text) or (self.indices and letters_of(text))
            known = self.name(text) if indexed else self.strict(text)
            return known is not None or isinstance(self.number(text), Constant)

        found = readings(word, piece)
        return [
            way
            for way in found
            if _e_is_last(way, before_power=before_power)
            and (repeated or not _repeats(way))
            and not way[-1].isdecimal()
        ]

    def number(self, word: str) -> Constant | None:
        """Return the named number π or e that a word is, unless it is a name here."""
        return constant(word) if self.strict(word) is None else None


def index_kind(index: Mapping[str, Node], name: str | None) -> str:
    """Return the kind of a node, "" for what is none: x̄ of data is a mean and no adjoint."""
    node = index.get(str(name))
    return "" if node is None else str(node.kind)


def _repeats(way: tuple[str, ...]) -> bool:
    """Tell whether a name stands twice in a row: `hh` is a slip, for h·h is written h²."""
    return any(first == second for first, second in pairwise(way))


def _e_is_last(way: tuple[str, ...], *, before_power: bool) -> bool:
    """Tell whether e, where it is the number, stands only where a power follows."""
    places = [index for index, piece in enumerate(way) if piece == _LAST_PIECE]
    return not places or (before_power and places == [len(way) - 1])


def differential_of(name: str) -> Var:
    """Return the variable that stands for dx while a total differential is read."""
    return Var(Mark(f"differential of {name}"))
