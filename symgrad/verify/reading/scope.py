"""What the words of a claim mean: names of the graph, of its derivation, and the author's own."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from itertools import pairwise

from symgrad.derivation.derivation import Derivation
from symgrad.expression.names import GREEK, canonical
from symgrad.expression.tree import Constant, Expression, Var
from symgrad.graph.graph import Graph
from symgrad.sources.complaints import readings
from symgrad.sources.grammar import constant
from symgrad.verify.model import Definition, DerivativeTarget

_ACCENTS = {"\u0302": "hat", "\u0304": "bar", "\u0303": "tilde", "\u0307": "dot", "\u20d7": "vec"}
_ADJOINT = re.compile(r"(?:δ|delta)_?\{?(\w+?)\}?|(\w+?)_?bar")
_INDEXED = re.compile(r"[^\W\d_]_?[0-9₀-₉]+")
_LAST_PIECE = "e"
# How people spell Greek letters where a keyword or a keyboard is in the way.
_SHORT = {
    "lam": "λ", "lmbda": "λ", "lamda": "λ", "lambd": "λ", "lambda_": "λ", "eps": "ε", "sig": "σ",
}  # fmt: skip


def loose(name: str) -> str:
    """Return what all the usual spellings of one name have in common.

    >>> loose("w_1") == loose("w₁") == loose("w1") == loose("W1".lower())
    True
    >>> loose("y_hat") == loose("ŷ") == loose("yhat")
    True
    """
    parts = unicodedata.normalize("NFKD", name).replace("\\", "")
    spelled = "".join(_ACCENTS.get(character, character) for character in parts)
    words = [GREEK.get(word, word) for word in spelled.split("_")]
    return "".join(canonical(word) for word in words)


class Scope:
    """The names in force where a claim stands.

    `definitions` are the author's; `derivatives` collects those that the formulas use, by key.
    """

    def __init__(self, graph: Graph, derivation: Derivation) -> None:
        self.graph = graph
        self.sensitivities: Mapping[str, str] = {
            item.name: item.node for item in derivation.sensitivity_list
        }
        self.definitions: dict[str, Definition] = {}
        self.derivatives: dict[str, DerivativeTarget] = {}
        self.rate = graph.rate[0] if graph.rate else None
        self._loose: dict[str, list[str]] = {}
        for name in self.known():
            self._loose.setdefault(loose(name), []).append(name)
        self._canonical = {canonical(name): name for name in reversed(self.known())}

    def known(self) -> tuple[str, ...]:
        """Return every name that has a meaning, the graph's own first."""
        own = () if self.rate is None else (self.rate,)
        names = (*self.graph.index, *self.sensitivities, *own, *self.definitions)
        return tuple(dict.fromkeys(names))

    def define(self, definition: Definition) -> None:
        """Take note of a name that the author defines."""
        self.definitions[definition.name] = definition
        plain = canonical(definition.name)
        self._canonical.setdefault(plain, definition.name)
        alike = self._loose.setdefault(loose(definition.name), [])
        if definition.name not in alike:
            alike.append(definition.name)

    def note(self, target: DerivativeTarget) -> Var:
        """Return the variable that stands for a derivative, and remember the derivative."""
        self.derivatives.setdefault(target.key, target)
        return Var(target.key)

    def strict(self, word: str) -> str | None:
        """Return the name that a word is, Greek letters in any spelling, or None."""
        if word in self.graph.index or word in self.definitions or word in self.sensitivities:
            return word
        return self._canonical.get(canonical(word))

    def name(self, word: str) -> str | None:
        """Return the name that a word means, subscripts and accents in any spelling, or None."""
        found = self.strict(word) or self.strict(_SHORT.get(word, word))
        if found is None:
            alike = self._loose.get(loose(word), ())
            found = alike[0] if len(alike) == 1 else None
        return found

    def resolve(self, word: str) -> Expression | None:
        """Return what a word stands for, or None; a product of names is not looked for here."""
        found = self.name(word)
        if found is not None:
            return Var(found)
        return self.subscripted(word)

    def subscripted(self, word: str) -> Expression | None:
        """Return the derivative that `J_a` or `δ_v` means where no name is written so."""
        top, _, bottom = word.partition("_")
        above, below = self.strict(top), self.name(bottom) if bottom else None
        index = self.graph.index
        both = above is not None and below is not None and {above, below} <= index.keys()
        if above is not None and below is not None and both and index[above].formula is not None:
            return self.note(DerivativeTarget(above, below))
        match = _ADJOINT.fullmatch(canonical(word))
        node = self.name(match[1] or match[2]) if match else None
        if node is not None and node in index:
            return self.note(DerivativeTarget(self.graph.objective, node))
        return None

    def products(self, word: str, *, before_power: bool) -> list[tuple[str, ...]]:
        """Return the ways to read a word as names side by side, at most two."""

        def piece(text: str) -> bool:
            if text in GREEK:
                return False  # beta is β and never b·eta
            known = self.name(text) if _INDEXED.fullmatch(text) else self.strict(text)
            return known is not None or isinstance(self.number(text), Constant)

        found = readings(word, piece)
        return [
            way for way in found if _e_is_last(way, before_power=before_power) and not _repeats(way)
        ]

    def number(self, word: str) -> Constant | None:
        """Return the named number π or e that a word is, unless it is a name here."""
        return constant(word) if self.strict(word) is None else None


def _repeats(way: tuple[str, ...]) -> bool:
    """Tell whether a name stands twice in a row: `hh` is a slip, for h·h is written h²."""
    return any(first == second for first, second in pairwise(way))


def _e_is_last(way: tuple[str, ...], *, before_power: bool) -> bool:
    """Tell whether e, where it is the number, stands only where a power follows."""
    places = [index for index, piece in enumerate(way) if piece == _LAST_PIECE]
    return not places or (before_power and places == [len(way) - 1])
