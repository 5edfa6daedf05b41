"""The first reading of a text: every statement, while the right sides of equations stay text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from operator import methodcaller

from symgrad.errors import Place
from symgrad.expression.rows import rows_of_columns
from symgrad.graph.graph import Check, Node
from symgrad.sources import lexer
from symgrad.sources.braced import PlainText
from symgrad.sources.draft import Draft, Equation
from symgrad.sources.limits import MAX_EQUATIONS, MAX_INPUTS
from symgrad.sources.lists import Item, read_list, read_list_fast
from symgrad.sources.mistakes import meant, not_a_statement
from symgrad.sources.problems import Fault, Origin
from symgrad.sources.statements import (
    DECLARATIONS,
    EQUATION,
    KEYWORDS,
    PLAIN_EQUATION,
    SOFT_WORDS,
    StatementPiece,
    gather,
    prepare,
)

_MOST = MAX_EQUATIONS + MAX_INPUTS + 1
_WORDS = lexer.RESERVED | SOFT_WORDS


class FileScanner:
    """What the statements of one text say, before any name is looked up."""

    def __init__(self, text: str, source: str) -> None:
        self.text = prepare(text, source)
        self.plain = PlainText(self.text)
        self.draft = Draft(source, self.plain.text.split("\n"))
        self.title = title_of(self.draft.lines)
        self.goal: tuple[str, Place, bool] | None = None
        self.rate: Item | None = None
        self.steps: list[list[Item]] = []
        self.checks: list[Check] = []
        self.outputs: dict[str, list[Item]] = {"output": [], "residual": []}
        self.functions: list[tuple[str, Origin]] = []
        self.facts: list[tuple[str, Origin]] = []

    def scan(self) -> None:
        """Read every statement; right sides stay text."""
        lines, entries = self.draft.lines, self.draft.entries
        found = list(map(PLAIN_EQUATION.match, lines))
        others = [i for i, line in enumerate(lines) if not _is_plain(found[i], line)]
        index = 0
        for other in (*others, len(lines)):
            if other < index:
                continue  # it belongs to the statement before
            entries.extend(_equations(found[index:other], index + 1))
            index = other + 1
            if other < len(lines) and lines[other].strip():
                pieces, index = gather(lines, other)
                for piece in pieces[:_MOST]:
                    self.careful(piece)
            if len(entries) > _MOST:
                break

    def careful(self, piece: StatementPiece) -> None:
        """Read one statement; what is wrong with it is noted."""
        try:
            self.statement(piece)
        except Fault as fault:
            self.draft.faults.add(fault)

    def statement(self, piece: StatementPiece) -> None:
        """Read one statement."""
        text = piece.text
        origin = self.draft.origin(piece.line, piece.column)
        found = EQUATION.match(text)
        if found and not self.is_keyword(found[1], text[found.end() :]):
            self.equation(found[1], text, found.start(1), found.end(), origin)
            return
        word = lexer.IDENTIFIER.match(text, len(text) - len(text.lstrip()))
        if word is None or (word[0] not in KEYWORDS) or text[word.end() :].lstrip()[:1] == "=":
            self.draft.faults.add(not_a_statement(text, word[0] if word else "", origin))
            if word is not None:
                self.declare_as_meant(word[0], text[word.end() :], origin.at(text, word.end()))
            return
        keyword, rest = word[0], text[word.end() :]
        here = origin.at(text, word.end())
        if keyword in DECLARATIONS:
            self.declare(keyword, rest, here)
        elif keyword in ("minimize", "maximize"):
            self.aim(keyword, rest, here, origin.place(text, word.start(), word.end()))
        elif keyword == "rate":
            self.read_rate(rest, here)
        elif keyword == "step":
            self.steps.append(read_list(rest, here, self.draft.faults, values="always"))
        elif keyword == "function":
            self.functions.append((rest, here))
        elif keyword in ("output", "residual"):
            self.read_outputs(keyword, rest, here)
        elif keyword == "assume":
            self.facts.append((rest, here))
        else:
            self.checks.append(Check(rest.strip().replace("\n", " "), piece.line))

    def is_keyword(self, word: str, right: str) -> bool:
        """Tell whether `word = right` is a mistaken statement rather than an equation."""
        # `rate = 0.1` is meant for the learning rate, `rate = Vmax*S/(Km + S)` is an equation.
        return word in lexer.RESERVED or (word in SOFT_WORDS and not lexer.OPERAND.search(right))

    def equation(self, name: str, text: str, start: int, end: int, origin: Origin) -> None:
        """Take note of an equation."""
        at = origin.place(text, start, start + 1)
        right = origin.place(text, end, end)
        plain = name.lstrip("\\")
        column = at.column + len(name) - len(plain)
        self.draft.entries.append(
            Equation(plain, at.line, column, text[end:], right.line, right.column)
        )

    def declare(self, keyword: str, rest: str, origin: Origin) -> None:
        """Read `param a = 1, b` and its like."""
        kind = DECLARATIONS[keyword]
        fast = read_list_fast(rest, origin, kind)
        if fast is not None:
            self.draft.entries.extend(fast)
            return
        for item in read_list(rest, origin, self.draft.faults, values="sometimes"):
            self.draft.entries.append(
                Node(item.name, kind, None, item.value, item.place.line, item.place.column)
            )

    def declare_as_meant(self, word: str, rest: str, origin: Origin) -> None:
        """Declare what a misspelt declaration names, so that nobody hears of unknown names too."""
        kind = DECLARATIONS.get(meant(word, word + rest))
        if kind is not None:
            self.draft.entries.extend(read_list_fast(rest, origin, kind) or ())

    def aim(self, keyword: str, rest: str, origin: Origin, place: Place) -> None:
        """Read `minimize J`."""
        name = rest.strip()
        if not name:
            raise Fault(f"`{keyword}` what?", place, f"`{keyword} J` names an equation")
        start = rest.index(name)
        here = origin.place(rest, start, start + len(name))
        if not lexer.IDENTIFIER.fullmatch(name):
            hint = f"give it a name, `J = {name}`, then `{keyword} J`"
            raise Fault(f"`{keyword}` takes the name of an equation", here, hint)
        if self.goal is not None:
            note = (("the first one stands here", self.goal[1]),)
            raise Fault("a graph has one objective", here, "add the two", related=note)
        self.goal = (name, here, keyword == "maximize")

    def read_outputs(self, keyword: str, rest: str, origin: Origin) -> None:
        """Read `output y1, y2` or `residual r`."""
        items = read_list(rest, origin, self.draft.faults, values="sometimes")
        for item in items:
            if item.value is not None:
                hint = f"write an equation for `{item.name}`, and name it here"
                raise Fault(f"`{keyword}` takes names only", item.place, hint)
        if self.outputs["output" if keyword == "residual" else "residual"] and items:
            fault = "a graph has outputs or residuals, not both"
            raise Fault(fault, items[0].place, "write two graphs")
        self.outputs[keyword] += items

    def read_rate(self, rest: str, origin: Origin) -> None:
        """Read `rate η = 0.1`."""
        value = rest.strip().lstrip("= ")
        if value[:1] in tuple("0123456789."):
            place = origin.place(rest, rest.index(value), len(rest.rstrip()))
            raise Fault("the rate has no name", place, f"write `rate η = {value}`")
        items = read_list(rest, origin, self.draft.faults, values="always")
        if not items:
            return
        if len(items) > 1 or self.rate is not None:
            raise Fault("a graph has one rate", items[-1].place)
        self.rate = items[0]


def _is_plain(found: re.Match[str] | None, line: str) -> bool:
    """Tell whether a line, as it was matched, is an equation and no more."""
    return (
        found is not None
        and found[1] not in _WORDS
        and ("(" not in line or line.count("(") == line.count(")"))
    )


def _equations(found: Sequence[re.Match[str] | None], line: int) -> list[Equation]:
    """Return the equations in lines that hold one each, the first of which is `line`."""
    if not found:
        return []
    names, rights = zip(*map(methodcaller("group", 1, 2), found), strict=True)
    columns, starts = ([i + 1 for i in map(methodcaller("start", k), found)] for k in (1, 2))
    numbers = range(line, line + len(found))
    return rows_of_columns(Equation, names, numbers, columns, rights, numbers, starts)


def title_of(lines: Sequence[str]) -> str:
    """Return the first comment at the head of a text."""
    for line in lines:
        plain = line.strip()
        if plain and not plain.startswith("#"):
            return ""
        if title := plain.lstrip("#").strip():
            return title
    return ""
