"""The left side of a statement: a derivative, an update, a node, a new name, a value set."""

from __future__ import annotations

import re
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import replace

from symgrad.derivation.analysis import ancestors
from symgrad.expression.functions import lookup
from symgrad.expression.names import canonical
from symgrad.expression.spellings import base_and_index
from symgrad.expression.tree import Call, Var, variables, walk
from symgrad.graph.graph import Graph
from symgrad.sources import lexer
from symgrad.sources.problems import Fault, Origin
from symgrad.sources.written import Written
from symgrad.verify.deciding.equality import decide
from symgrad.verify.model import Definition, ExpressionTarget, NameTarget, Target
from symgrad.verify.reading.documents import FoundFormula
from symgrad.verify.reading.formula import parse_side
from symgrad.verify.reading.functions import LETTERS, is_function, spelled
from symgrad.verify.reading.indices import SAMPLE
from symgrad.verify.reading.motion import dotted
from symgrad.verify.reading.redefining import named_anew, redefined
from symgrad.verify.reading.scope import Abstraction, Scope
from symgrad.verify.reading.split import WrittenStatement, statements
from symgrad.verify.reading.state import State
from symgrad.verify.reading.text import plain_number
from symgrad.verify.reading.unknowns import is_unknown
from symgrad.verify.reading.updates import Updates, unit_of

_WORD = re.compile(rf"\s*({lexer.NAME})\s*")
_CALLED = re.compile(rf"\s*({lexer.NAME})\s*\(([^()]*(?:\([^()]*\)[^()]*)*)\)\s*")

_LABELLED = re.compile(rf"\s*({lexer.NAME})\s*\^\s*\(?\s*([^\W\d]\w*)\s*\)?\s*")
_WORDS = re.compile(rf"(?<![^\W\d²³⁴]|[._]){lexer.NAME}")
_ADDED = re.compile(r"\s*([∂d][^=]*\w)\s*\+\s*")  # `∂L/∂w += …`
_DERIVATIVE = re.compile(r"\s*(?:∂|d[\w²³]*\s*/\s*d)")
_LABEL = re.compile(r"([Α-Ωα-ω])\s*([A-Za-z]\w*)")
_TITLE = re.compile(r"\s*(?:Delta|Gamma|Vega|Theta|Rho|Vanna|Vomma|Charm|Speed)\b")
_SPACED = re.compile(r"^\s*d\s+(?=\w+\s*$)")
_SPECIAL = frozenset(("E", "P", "Pr", "Var", "Cov", "p", "q", "O", "o"))


class LeftSides:
    """Reads left sides, with what is in force where they stand."""

    def __init__(self, graph: Graph, scope: Scope, state: State) -> None:
        self.graph, self.scope, self.state = graph, scope, state
        self.updates = Updates(graph, scope, state)
        self.pending: tuple[str, tuple[str, ...]] | None = None

    def assigned(self, statement: WrittenStatement) -> tuple[str, ...]:
        """Follow `λ = η = 0.1` where all but the last part are inputs; return these inputs."""
        if any(sign not in {"=", ":="} for sign, _ in statement.parts):
            return ()
        *middle, last = [part.text for _, part in statement.parts]
        value = plain_number(last)
        names = [self.input_name(text) for text in (statement.left.text, *middle)]
        if value is None or None in names:
            return ()
        if len(names) == 1 and self.state.is_update(str(names[0]), value, unit_of(last)):
            return ()
        for name in names:
            self.state.assign(str(name), value)
        return tuple(map(str, names))

    def one_place(self, left: Target, statement: WrittenStatement) -> str:
        """Return of what `y_i = 1` and `A(T, T) = 0` say something, "" where it is of all there is.

        The first is a value of one sample, the second of an input at one place.
        """
        node = self.graph.index.get(left.name) if isinstance(left, NameTarget) else None
        numbers = all(plain_number(part.text) is not None for _, part in statement.parts)
        if node is None or node.formula is not None or not numbers:
            return ""
        if self.scope.indices and SAMPLE in self.scope.indices.values():
            return "a value of one sample"
        return "a value at one place" if _CALLED.fullmatch(statement.left.text) else ""

    def input_name(self, text: str) -> str | None:
        """Return the input, or the rate, that a text names."""
        word = _WORD.fullmatch(text)
        name = self.scope.name(word[1]) if word else None
        if name is None or name in self.scope.definitions:
            return None
        node = self.graph.index.get(name)
        is_input = node.formula is None if node is not None else name == self.scope.rate
        return name if is_input else None

    def read(self, statement: WrittenStatement, formula: FoundFormula) -> Target:
        """Read the left side of a statement.

        Raises:
            Fault: if it cannot be read.
        """
        text = _SPACED.sub("d", statement.left.text)
        origin = statement.left.origin(formula.text, formula.origin)
        if (updated := self.updates.target(statement, origin)) is not None:
            return updated
        if (added := _ADDED.fullmatch(text)) and statement.parts[0][0] == "=":
            self.scope.doubt("`+=` adds a part to a derivative, which may have others")
            return self.read(replace(statement, left=statement.left.cut(*added.span(1))), formula)
        word = _WORD.fullmatch(text)
        if word:
            name = self.scope.name(word[1])
            if name is not None and not named_anew(name, statement, formula, self.scope):
                return NameTarget(name)
            if (layer := self.scope.differential(word[1])) is not None:
                return self.scope.derivatives[str(layer.key)]
            batch = self.scope.of_batch(word[1])
            if isinstance(batch, Var):
                return self.scope.derivatives.get(str(batch.key)) or NameTarget(str(batch.key))
            if self.scope.moves and dotted(word[1], self.scope) is not None:
                return ExpressionTarget(parse_side(text, origin, self.scope))
            if name is not None or self.is_new(word[1]):
                new = name or self.new_name(word[1])
                self.scope.defined_on[new] = origin.place("", 0, 1).line
                return NameTarget(new)
        if _TITLE.match(text) and len(statement.parts) > 1:
            place = origin.place(text, 0, len(text))
            raise Fault("this is a label", place)
        named = self.labelled(text) or self.own_function(text, statement, formula)
        if named is not None:
            return NameTarget(named)
        if (called := self.called(text)) is not None:
            return NameTarget(called)
        self.scope.dummies = self.dummies(text)
        self.scope.subject = self.subject(text)
        self.scope.reading_left = True
        try:
            side = parse_side(text, origin, self.scope)
        finally:
            self.scope.reading_left = False
        if isinstance(side, Var) and not is_unknown(side, self.scope):
            target = self.scope.derivatives.get(str(side.key))
            return target if target is not None else NameTarget(str(side.key))
        return ExpressionTarget(side)

    def new_name(self, word: str) -> str:
        """Return what a new name is called, its indices put in; `e_i` does not become e."""
        found = self.scope.with_values(word)
        taken = self.scope.number(found) is not None or lookup(found) is not None
        return word if taken else found

    def subject(self, text: str) -> str | None:
        """Return what a left side differentiates by, where that is one name."""
        found = re.search(rf"/\s*[∂d]\s*({lexer.NAME})(?!.*/)", text)
        return self.scope.name(found[1]) if found else None

    def labelled(self, text: str) -> str | None:
        """Return the new name in `ε_v^{K}`, which nothing else could mean."""
        found = _LABELLED.fullmatch(text)
        if found is None or self.scope.strict(found[1]) is not None:
            return None
        constant = self.scope.number(found[1]) is not None
        if self.scope.products(found[1], before_power=True):
            return None
        if constant and (found[1] == "e" or self.scope.name(found[2]) is None):
            return None
        return f"{found[1]}_{found[2]}"

    def own_function(
        self, text: str, statement: WrittenStatement, formula: FoundFormula
    ) -> str | None:
        """Return the name of a function that is defined here, `g` in `g(t) = …`, or None."""
        self.pending = None
        found = _CALLED.fullmatch(text)
        if found is None or statement.parts[0][0] not in ("=", ":=", "≈"):
            return None
        name, parameters = found[1], [part.strip() for part in found[2].split(",")]
        scope = self.scope
        if lookup(name.lstrip("\\")) is not None or not all(map(_is_word, parameters)):
            return None
        head = name.rpartition("_")[0]
        anew = name in scope.functions and redefined(name, parameters, statement, formula, scope)
        if not anew and (scope.can_be_read(name) or (head and scope.can_be_read(head))):
            return None
        of_graph = [scope.name(p) is not None or bool(scope.names.family(p)) for p in parameters]
        families = any(scope.names.family(p) for p in parameters)
        if families and not all(of_graph):
            return None
        letter = LETTERS.get(canonical(name))
        if letter is not None and (
            self.uses(letter[0]) or (name == "σ" and not self.is_own_letter(name, statement))
        ):
            return None
        by_parameters = all(scope.name(p) in self.graph.parameters for p in parameters)
        if scope.names.family(name) or (name in _SPECIAL and not by_parameters):
            return None  # `E(X)` is a mean, `E(p)` of a parameter p a function
        function = spelled(name)
        if (
            function
            and len(parameters) == len(statement.parts) == 1
            and (self.compared(function, parameters[0], statement) == "proved")
        ):
            return None  # `ReLU(x) = max(0, x)` says what our own function of that name is
        if families:
            return name  # `J(θ) = …` of θ_0, θ_1: a value with a name, and no function of its own
        scope.dummies = frozenset(p for p in parameters if scope.name(p) is None)
        scope.defined_on[name] = formula.origin.place("", 0, 1).line
        self.pending = (name, tuple(scope.name(p) or p for p in parameters))
        return name

    def note_letters(self, texts: Iterable[Written]) -> None:
        """Take note of letters that the text gives a function of its own: `φ(u) = …`.

        What stands in front of that is read when it is known.
        """
        for statement in (one for text in texts for one in statements(text)):
            found = _CALLED.fullmatch(statement.left.text) if statement.parts else None
            if found and self.is_own_letter(found[1], statement):
                self.scope.own_letters.add(canonical(found[1]))

    def is_own_letter(self, name: str, statement: WrittenStatement) -> bool:
        """Tell whether `σ(z) = tanh(z)` gives a letter another function than it stands for."""
        letter, found = LETTERS.get(canonical(name)), _CALLED.fullmatch(statement.left.text)
        if letter is None or found is None or not _is_word(found[2].strip()):
            return False
        if self.scope.can_be_read(name) or self.uses(letter[0]) or statement.parts[0][0] == "≈":
            return False
        return self.compared(letter[0], found[2].strip(), statement) == "refuted"

    def compared(self, function: str, parameter: str, statement: WrittenStatement) -> str:
        """Return how a function of ours does as what a statement says it is, "" if unreadable."""
        known = self.scope.name(parameter)
        dummies = self.scope.dummies
        self.scope.dummies = frozenset(() if known else (parameter,))
        part = statement.parts[0][1]
        try:
            body = parse_side(part.text, Origin("", (part.text,), 1, 1), self.scope)
        except Fault:
            return ""
        finally:
            self.scope.dummies = dummies
        return decide(Call(function, (Var(known or parameter),)), body).status

    def uses(self, function: str) -> bool:
        """Tell whether the graph calls a function."""
        return any(
            isinstance(part, Call) and part.function == function
            for node in self.graph.ordered
            if node.formula is not None
            for part in walk(node.formula.pattern)
        )

    def define_function(self, left: Target, defines: Definition) -> None:
        """Keep the body of the function that the left side has named."""
        if self.pending and isinstance(left, NameTarget) and left.name == self.pending[0]:
            self.scope.functions[left.name] = Abstraction(self.pending[1], defines.expression)
        self.pending = None

    def dummies(self, text: str) -> frozenset[str]:
        """Return the free names of a fact about functions: t in `σ'(t)` and in `d/dt tanh(t)`."""
        scope = self.scope
        found: set[str] = set()
        functions = 0
        for match in _WORDS.finditer(text):
            word = match[0]
            plain = word.lstrip("\\")
            free = not scope.can_be_read(word)
            if word in scope.functions or (free and is_function(plain, scope)):
                functions += 1
            elif (
                free and plain[:1] == "d" and "/" in text and 1 < len(plain) < 4 and plain.isalpha()
            ):
                if scope.name(plain[1:]) is not None:
                    return frozenset()  # a derivative of or by what the graph has
                found.add(plain[1:])
            elif free and len(plain) <= 2 and plain not in ("d", "∂"):
                if text[match.end() :].lstrip().startswith("("):
                    return frozenset()  # a function that nobody has defined
                found.add(word)
            elif word != "d" and scope.number(word) is None:
                return frozenset()
        if not functions and "/" not in text:
            return frozenset()
        return frozenset(name for name in found if scope.name(name) is None)

    def without_label(
        self, statement: WrittenStatement, formula: FoundFormula
    ) -> WrittenStatement | None:
        """Return `Vega = ∂C/∂σ = …` without its label, which names what follows; else None.

        `ΔC` in a label is a name from there on.
        """
        if len(statement.parts) < 2 or not _DERIVATIVE.match(statement.parts[0][1].text):
            return None
        first = statement.parts[0][1]
        try:
            meaning = parse_side(first.text, first.origin(formula.text, formula.origin), self.scope)
        except Fault:
            return None
        self.scope.remark(f"`{statement.left.text.strip()}` read as a label of what follows")
        for sign, name in _LABEL.findall(statement.left.text):
            for known in dict.fromkeys((name, base_and_index(name)[0])):
                if self.scope.names.exact(sign + known) is None:
                    self.scope.define(Definition(sign + known, meaning))
        return replace(statement, left=first)

    def called(self, text: str) -> str | None:
        """Return the node in `J(a, b)`, an equation written with the names that it depends on."""
        found = _CALLED.fullmatch(text)
        name = self.scope.strict(found[1]) if found else None
        node = self.graph.index.get(name) if name else None
        if found is None or node is None or node.formula is None:
            return None
        below = ancestors(self.graph, node.name)
        parts = [part.strip() for part in found[2].split(",")]
        if all(self.scope.name(part) in below for part in parts):
            self.scope.applied.add(node.name)
            return node.name
        # `ℓ(μ, σ^2)`: an argument may be a formula of these names
        known = all(self.depends_on(part, below) for part in parts)
        return node.name if known and len(parts) > 1 else None

    def depends_on(self, text: str, below: AbstractSet[str]) -> bool:
        """Tell whether a text is a name or a formula, and all its names are among those given."""
        if self.scope.name(text) is not None:
            return self.scope.name(text) in below
        try:
            found = parse_side(text, Origin("", (text,), 1, 1), self.scope)
        except Fault:
            return False
        return set(variables(found)) <= below and bool(variables(found))

    def is_new(self, word: str) -> bool:
        """Tell whether a word is a name that has no meaning yet."""
        scope = self.scope
        return (
            scope.subscripted(word) is None
            and scope.number(word) is None
            and not scope.products(word, before_power=False)
            and word not in lexer.RESERVED
        )


def _is_word(text: str) -> bool:
    return lexer.IDENTIFIER.fullmatch(text) is not None
