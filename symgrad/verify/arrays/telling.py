"""What a judge of claims about arrays knows: names in force, how a side is read, what is said."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import replace

from symgrad.errors import Diagnostic, Place
from symgrad.expression.arrays import build
from symgrad.expression.arrays.print_text import TextPrinter
from symgrad.expression.arrays.tree import Array
from symgrad.expression.tree import Var
from symgrad.graph.arrays import ArrayGraph
from symgrad.sources.arrays.tokens import index_letters
from symgrad.sources.problems import Fault
from symgrad.verify.arrays.derivatives import Scope, base_of
from symgrad.verify.arrays.differentials import with_changes
from symgrad.verify.arrays.notations import rewritten
from symgrad.verify.arrays.proving import Decider
from symgrad.verify.arrays.reading import ArrayStatement
from symgrad.verify.arrays.samples import samples_told, speaks_of_samples, without_marks
from symgrad.verify.arrays.scope import NAME, NotTold, spellings
from symgrad.verify.arrays.sides import Reading, Side, SideReader
from symgrad.verify.arrays.sigma import left_open, sums_told
from symgrad.verify.arrays.stationary import Stationary
from symgrad.verify.model import Claim, Diagnosis, Link, NameTarget, Status, Verdict

NEW_NAME = re.compile(rf"\s*({NAME})\s*")
NEW_SQUARE = re.compile(r"\s*([^\W\d_∂∇]+)(?:²|\^2)\s*")


class Telling:
    """Holds the names in force, reads sides in them, and says what is found."""

    def __init__(
        self, graph: ArrayGraph, limit: float, *, explain: bool = True, layout: str = ""
    ) -> None:
        self.graph = graph
        self.limit = limit
        self.explain = explain
        self.reader = SideReader(self.scope_in(layout))
        self.decider = Decider(graph)
        self.convention = ""
        self.codes: dict[str, str] = {}
        self.told: set[int] = set()
        self.rows = False
        self.at_zero = False
        self.zero: Stationary | None = None
        self.printer = TextPrinter(graph.index)
        self.current = ArrayStatement("", Place("", 1, 1, 1, ""))

    def scope_in(self, layout: str) -> Scope:
        """Return the names of the graph, their derivatives in a layout."""
        return Scope(
            self.graph,
            numerator=layout == "numerator",
            denominator=layout == "denominator",
            value_of=self.value_of,
        )

    @property
    def scope(self) -> Scope:
        """The names in force."""
        return self.reader.scope

    @scope.setter
    def scope(self, scope: Scope) -> None:
        self.reader.scope = scope

    def value_of(self, text: str) -> tuple[Array, tuple[str, ...]]:
        """Return the value of a piece of the statement that is being judged, and its indices."""
        side = self.side(text, self.current, None)
        return side.value, side.letters

    def side(self, text: str, statement: ArrayStatement, like: Side | None) -> Side:
        """Return the value of one side; of an index formula in the order of the other side's."""
        return self.reader.side(text, statement.place, like, self.codes.get(text, ""))

    def told_apart(self, statement: ArrayStatement, reading: Reading) -> tuple[str, ...]:
        """Return the sides of a statement: what a Σ is in them, and that L_i is a sample's part."""
        if any(left_open(side, self.scope) for side in statement.sides):
            self.reader.met.add("sigma")
        swapped = reading.sigma == "swapped"
        square = NEW_SQUARE.fullmatch(statement.sides[0])
        if square is not None and not self.scope.known(square[1]):
            statement = replace(statement, sides=(f"{square[1]}2", *statement.sides[1:]))
        sides = [sums_told(side, self.scope, swapped=swapped) for side in statement.sides]
        summands = reading.sample == "summand"
        told = tuple(samples_told(side, self.scope, summands=summands) for side in sides)
        self.reader.met |= {"sample"} if any(map(speaks_of_samples, told)) else set()
        return told

    def is_new(self, left: str, right: str) -> bool:
        """Tell whether a left side is a name that nothing defines: no node, and no entry of one.

        A sensitivity that the author says to be a derivative is the author's own, not ours.
        """
        word = self.scope.marked(left).strip()
        own = any(plain in self.scope.definitions for plain in spellings(word))
        if not own and self.scope.resolve(word) is None and right.lstrip().startswith(("∂", "∇")):
            return self.scope.sensitivity(word) is not None or not self.scope.known(word)
        if self.at_zero and any(
            self.reader.splits(word[:cut]) and self.reader.splits(word[cut:])
            for cut in range(1, len(word))
        ):
            return False  # Ax = b, behind ∇f = 0
        base = base_of(self.scope, word)
        head = word.partition("_")[0]
        is_entry = base != word or self.scope.known(head) or self.scope.known(head.upper())
        return not self.scope.known(word) and not ("_" in word and is_entry)

    def define(self, left: str, right: Side) -> None:
        """Give a name its value; of D_i = … it is D that is defined."""
        word = unicodedata.normalize("NFC", left.strip())
        head, _, tail = word.rpartition("_")
        letters = index_letters(tail)
        value = right.value
        if right.letters and head and sorted(letters) == sorted(right.letters):
            word = head
            value = value if letters == right.letters else build.transposed(value)
        self.scope.definitions[word] = value

    def tell(self, later: ArrayStatement) -> bool:
        """Put what a later statement defines among the names in force, if that can be read."""
        self.current = later
        try:
            told = self.told_apart(later, Reading())
            if len(told) < 2 or not NEW_NAME.fullmatch(told[0]):
                return False
            sides = tuple(rewritten(side, self.scope) for side in told)
            self.define(sides[0], self.side(sides[1], later, None))
        except (Fault, NotTold, RecursionError):
            return False
        return True

    def misfit(self, statement: ArrayStatement, problem: Fault, link: int) -> Verdict:
        """Return the refutation of a right side whose own shapes do not fit."""
        message = problem.diagnostic.message
        hint = problem.diagnostic.help
        kind = "transposed" if "would fit" in hint and "ᵀ" in hint else "shape"
        if "`*`" in message:
            kind = "hadamard_for_product"
        text = f"{message}; {hint}" if hint else message
        return self.verdict("refuted", statement, text, diagnosis=Diagnosis(kind, text), link=link)

    def unreadable(self, statement: ArrayStatement, problem: BaseException) -> Verdict:
        """Return the verdict on what cannot be read."""
        message = str(problem) or "it cannot be read"
        return self.verdict("unreadable", statement, message, fault=message)

    def unclear(self, statement: ArrayStatement, message: str) -> Verdict:
        """Return the verdict on what is right by one of its readings, and not by the usual one."""
        return self.verdict("unreadable", statement, message, fault=message)

    def verdict(
        self,
        status: Status,
        statement: ArrayStatement,
        message: str,
        *,
        diagnosis: Diagnosis | None = None,
        link: int | None = None,
        fault: str = "",
    ) -> Verdict:
        """Return a verdict in the form of all verdicts."""
        sides = tuple(map(without_marks, statement.sides or (statement.text,)))
        message, fault = without_marks(message), without_marks(fault)
        if diagnosis is not None:
            diagnosis = replace(
                diagnosis,
                text=without_marks(diagnosis.text),
                correction=without_marks(diagnosis.correction),
            )
        links = tuple(Link(Var(text), text, "=", statement.place) for text in sides[1:])
        claim = Claim(
            statement.text,
            statement.place,
            NameTarget(sides[0]),
            links,
            fault=Diagnostic(fault, statement.place) if fault else None,
            condition=message if status == "condition" else "",
        )
        return Verdict(status, claim, message, diagnosis, None, link, statement.place)

    def add_directions(self, arrays: Mapping[str, Array]) -> None:
        """Put directions among the names in force, each as free as its shape allows."""
        words = {plain: a for a in arrays.values() for plain in spellings(a.text)}
        self.scope = replace(self.scope, definitions={**self.scope.definitions, **words})
        self.decider = Decider(with_changes(self.graph, arrays))
