"""From one formula to its statements: rows, chains of relations, lists of values."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from symgrad.sources.latex_words import GIVEN
from symgrad.sources.written import Written

_RELATION = re.compile(r":=|≔|<=|>=|==|!=|≠|≈|≃|≅|≐|≟|~=|=~|←|<-|→|->|∈|∉|∼|∝|≡|≤|≥|≪|≫|<|>|=|~")
_IMPLIES = re.compile(r"<=>|=>|⇒|⟹|⇔|⟺|∴|∵")
_EQUAL = {"=": "=", "==": "=", "≡": "=", ":=": ":=", "≔": ":="}
_ALIKE = dict.fromkeys(("≈", "≃", "≅", "≐", "~=", "=~", "~"), "≈")
_ARROWS = dict.fromkeys(("←", "<-", "→", "->"), "←")
_MEANINGS = {**_EQUAL, **_ALIKE, **_ARROWS}
_TO = ("→", "->")
_ORDERS = frozenset(("<", ">", "<=", ">=", "≤", "≥"))
_LABELLED = re.compile(r"\s*\\?[^\W\d]\w*\s*:\s+(?=[^\W\d]\w*\s*(?:=|\()[^:]*$)")
_JOINS = re.compile(r"\s*(?:[+*/^·×−)]|-(?!>)|" + _RELATION.pattern + ")")
_OPEN = re.compile(r"(?:[-+*/^·×−(]|" + _RELATION.pattern + r")\s*$")
_TAIL = re.compile(r"(?:[\s,;:]|(?<!\.)\.)+$")
_NUMBER_OF_EQUATION = re.compile(
    r"\s*(?:[…⋯]|\.{2,}|·{2,}|-{2,}|—|[→⇒]|eq\w*\.?)?\s*"
    r"\(\s*(?:\d{1,3}(?:[.\-]\d{1,3}){0,2}\s*[a-z]?|[a-z]|\*{1,3}|[ivx]{1,4})\s*['′]?\)\s*\.?"
)
_NUMBERED = re.compile(r"(?:[…⋯]|\.{3,}|·{3,}|-{3,})\s*\(\s*\d{1,3}(?:\.\d{1,3})?[a-z]?\s*\)\s*$")
_INDEX_RUNS = re.compile(
    r"\s*[a-zA-Z]\s*(?:,\s*[a-zA-Z]\s*)?=\s*\d+\s*,(?:\s*\d+\s*,)*"
    r"(?:\s*(?:…|\.\.|[a-zA-Z]\s*$)|\s+\d+\s*$|(?<=,\d,)\d+\s*$)"
)
_WORD = re.compile(r"\s*\\?[^\W\d]\w*\s*")
# Arguments of a function; the data may stand behind a semicolon: ℓ(μ, σ; x).
_ARGUMENTS = re.compile(
    r"(?<=[\w)}'′])\((?:[\w\s,^'′\\{}()]|;(?!\n))*;(?:[\w\s,^'′\\{}()]|;(?!\n))*\)"
    r"|(?<=[\w)}'′])\s?\((?:\s*[-−]?\s*[\w./]+\s*;(?!\n))+\s*[-−]?\s*[\w./]+\s*\)"  # f(2; -1)
)
_BREAK = "\ufdd0"  # the end of a row
_AT_CONDITION = re.compile(r"@\(([^@=]*(?:[<>≤≥≠]|<=|>=|!=)[^@=]*)\)\s*$")
_CASES = re.compile(r"\s*Cases\(")


@dataclass(frozen=True, slots=True)
class WrittenStatement:
    """`left relation part relation part …`.

    A relation is "=", "≈", ":=", "←", or one that claims nothing.
    `other` is the first relation that makes the statement no claim, such as `∈`; `head` is the left
    side where it does not stand in the source. `given` are the conditions under which it is said.
    """

    whole: Written
    left: Written
    parts: tuple[tuple[str, Written], ...]
    other: str = ""
    head: str = ""
    given: tuple[Written, ...] = ()


def statements(formula: Written) -> Iterator[WrittenStatement]:
    """Yield the statements of a translated formula."""
    lines = [_line(rows) for rows in _lines(formula)]
    for index, (found, given) in enumerate(lines):
        # a condition on a line of its own is said of the line before it
        behind = lines[index + 1] if index + 1 < len(lines) else ([], ())
        holds = given if behind[0] else (*given, *behind[1])
        for one in found:
            yield one if one.other else replace(one, given=(*one.given, *holds))


def _line(rows: list[Written]) -> tuple[list[WrittenStatement], tuple[Written, ...]]:
    """Return the statements of one line, and the conditions that are said of them."""
    found: list[WrittenStatement] = []
    given: list[Written] = []
    for row in rows:
        if bracketed := _in_brackets(row):
            given.append(bracketed)
            continue
        said, holds = _conditions(row)
        given += holds
        found += [one for piece in _pieces(said) for one in _implied(piece)]
    orders = [one.whole for one in found if one.other in _ORDERS and len(one.parts) == 1]
    return found, (*given, *orders) if len(orders) < len(found) else tuple(given)


def _in_brackets(row: Written) -> Written | None:
    """Return the condition that a row is which stands in brackets: `(y = 1)`."""
    row = _without_tail(row)
    inside = unwrapped(row)
    if inside.text.startswith("∵"):
        return None  # a reason, and no condition
    held = len(inside.text) < len(row.text) and len(_top_relations(inside.text)) == 1
    return inside if held else None


def _conditions(row: Written) -> tuple[Written, tuple[Written, ...]]:
    """Return a row without the conditions that it ends in, and these."""
    said, *given = cut_at(row, GIVEN)
    if not said.text and given:
        # the condition stands in front: `if y = 1, L = …`
        first, *rest = cut_at(given[0], ",")
        if rest:
            end = given[0].text.index(",") + 1 if len(first.text) < len(given[0].text) else 0
            said, given = given[0].cut(end, len(given[0].text)), [first, *given[1:]]
    return said, tuple(one.cut(0, len(_TAIL.sub("", one.text))) for one in given if one.text)


def _depths(text: str) -> list[int]:
    """Return for every character how many brackets are open around it."""
    level = 0
    found = []
    for character in text:
        if character in ")]}⟩":
            level -= 1
        found.append(level)
        if character in "([{⟨":
            level += 1
    return found


def cut_at(written: Written, separator: str, *, decimals: bool = True) -> list[Written]:
    """Return the parts between separators outside of all brackets.

    With `decimals` a comma between two digits is none: it is a decimal comma, or one of thousands.
    """
    text = written.text
    depths = _depths(text)
    places = [
        i
        for i, c in enumerate(text)
        if c == separator
        and depths[i] <= 0
        and not (
            decimals and c == "," and text[i - 1 : i].isdigit() and text[i + 1 : i + 2].isdigit()
        )
    ]
    starts = [0, *(place + 1 for place in places)]
    ends = [*places, len(text)]
    return [written.cut(start, end) for start, end in zip(starts, ends, strict=True)]


def _lines(formula: Written) -> list[list[Written]]:
    """Return the rows of each line; one that begins with a relation or an operator goes on."""
    lines: list[list[Written]] = []
    asides: list[Written] = []  # `∵ z = wx` behind a formula: the next row goes on with that one
    for line in cut_at(_with_breaks(formula), _BREAK):
        lines.append([])
        plain = Written(line.text.replace(_BREAK, ";"), line.offsets)
        for found in cut_at(plain, ";"):
            # a line may be broken inside of parentheses as well
            text = _ARGUMENTS.sub(lambda listed: listed[0].replace(";", ","), found.text)
            part = Written(text.replace(";", " "), found.offsets)
            if part.text and not _NUMBER_OF_EQUATION.fullmatch(part.text):
                for sign, one in _implications(part):
                    goes_on = sign == "∵" and _home(lines, asides) is not None
                    if goes_on and one.text:
                        lines[-1].append(one)
                        asides.append(one)
                    else:
                        _add(lines, one, asides, implied=sign != "")
    return lines


def _home(lines: list[list[Written]], asides: list[Written]) -> tuple[list[Written], int] | None:
    """Return the line of the last row that is no aside, and its place there."""
    places = ((rows, at) for rows in reversed(lines) for at in reversed(range(len(rows))))
    return next((one for one in places if not any(one[0][one[1]] is a for a in asides)), None)


def _add(lines: list[list[Written]], row: Written, asides: list[Written], *, implied: bool) -> None:
    """Put down a row, or join it to the last one where it goes on."""
    if (found := _home(lines, asides)) is not None:
        home, at = found
        joins = _RELATION if implied else _JOINS
        opens = not implied and _OPEN.search(home[at].text)
        if opens or joins.match(row.text):
            space = Written.all_at(" ", row.start())
            row = Written.join([_without_tail(home.pop(at)), space, row])
    if row.text:
        lines[-1].append(row)


def _with_breaks(formula: Written) -> Written:
    """Return a formula with a sign of its own where a row of LaTeX ends: `\\\\`."""
    text, offsets = formula.text, formula.offsets
    found = list(text)
    for index in range(len(text) - 1):
        if text[index : index + 2] == ";\n" and offsets[index] == offsets[index + 1]:
            found[index] = _BREAK
    return Written("".join(found), offsets)


def _without_tail(row: Written) -> Written:
    return row.cut(0, len(_TAIL.sub("", row.text)))


def _implications(row: Written) -> list[tuple[str, Written]]:
    """Return the parts between signs of implication outside of all brackets, each with its sign."""
    depths = _depths(row.text)
    signs = [m.span() for m in _IMPLIES.finditer(row.text) if depths[m.start()] <= 0]
    before = [(0, 0), *signs]
    ends = [*(start for start, _ in signs), len(row.text)]
    return [
        (row.text[start:at], row.cut(at, end))
        for (start, at), end in zip(before, ends, strict=True)
    ]


def _pieces(row: Written) -> list[Written]:
    """Return the parts between commas, as long as each of them is a statement of its own."""
    row = _without_tail(row)
    if numbered := _NUMBERED.search(row.text):
        row = _without_tail(row.cut(0, numbered.start()))
    if not row.text or _INDEX_RUNS.match(row.text):
        return [row] if row.text else []
    parts = cut_at(row, ",")
    if len(parts) == 1:
        return parts
    related = [_RELATION.search(part.text) is not None for part in parts]
    if related.count(True) == 1 and _lists(row):
        return [row]
    if not any(related):
        return [row]
    return [_free(part) for part, is_one in zip(parts, related, strict=True) if is_one]


def _free(part: Written) -> Written:
    """Return a condition without `for all` in front of it."""
    return part.cut(1, len(part.text)) if part.text.startswith("∀") else part


def _lists(row: Written) -> list[tuple[Written, Written]] | None:
    """Return the pairs of `a, b = 1, 0` or `(a, b) = (1, 0)`, or None for anything else."""
    relations = _top_relations(row.text)
    if len(relations) != 1 or relations[0][0] not in _EQUAL:
        return None
    start, end = relations[0][1:]
    sides = [unwrapped(row.cut(0, start)), unwrapped(row.cut(end, len(row.text)))]
    names, values = (cut_at(side, ",", decimals=False) for side in sides)
    if len(names) < 2 or len(names) != len(values):
        return None
    return list(zip(names, values, strict=True))


def unwrapped(side: Written) -> Written:
    """Return a side without the parentheses around all of it."""
    text = side.text
    closes = {"(": ")", "⟨": "⟩"}.get(text[:1], "")
    if closes and text.endswith(closes) and all(d > 0 for d in _depths(text)[1:-1]):
        return side.cut(1, len(text) - 1)
    return side


def _top_relations(text: str) -> list[tuple[str, int, int]]:
    depths = _depths(text)
    return [
        (match[0], *match.span())
        for match in _RELATION.finditer(text)
        if depths[match.start()] <= 0
    ]


def _implied(piece: Written) -> Iterator[WrittenStatement]:
    """Yield the statements between arrows, where arrows lead from statement to statement.

    `J → L → p` is a path, `a → a - η g` an update, `x → 0` a limit: these stay as they are.
    """
    relations = _top_relations(piece.text)
    arrows = [item for item in relations if item[0] in _TO]
    if not arrows or len(arrows) == len(relations):
        yield from _statements(piece)
        return
    starts = [0, *(end for _, _, end in arrows)]
    ends = [*(start for _, start, _ in arrows), len(piece.text)]
    parts = [piece.cut(start, end) for start, end in zip(starts, ends, strict=True)]
    if len(parts) == 2 and _WORD.fullmatch(parts[0].text) and _updates(*parts):
        yield from _statements(piece)
        return
    for part in parts:
        if _top_relations(part.text):
            yield from _statements(part)


def _updates(name: Written, rule: Written) -> bool:
    """Tell whether a rule begins with the name itself: `a → a - η g = 0.5`."""
    return re.match(rf"\s*{re.escape(name.text.strip())}\s*[-+−]", rule.text) is not None


def _statements(piece: Written) -> Iterator[WrittenStatement]:
    if label := _LABELLED.match(piece.text):  # `f_1: p = wx + b`
        piece = piece.cut(label.end(), len(piece.text))
    pairs = _lists(piece)
    if pairs is not None:
        for name, value in pairs:
            whole = Written.join([name, Written.all_at(" = ", value.start()), value])
            yield WrittenStatement(whole, name, (("=", value),))
        return
    relations = _top_relations(piece.text)
    if not relations:
        yield WrittenStatement(piece, piece, ())
        return
    if _INDEX_RUNS.match(piece.text):
        yield WrittenStatement(piece, piece, (), "…")
        return
    left = piece.cut(0, relations[0][1])
    parts = []
    others = []
    for index, (sign, _, end) in enumerate(relations):
        until = relations[index + 1][1] if index + 1 < len(relations) else len(piece.text)
        part = _without_tail(piece.cut(end, until))
        parts.append((_meaning(sign, left.text, part.text), part))
        if parts[-1][0] not in _MEANINGS.values():
            others.append(index)
    if not others or others[0] == 0:
        other = parts[0][0] if others else ""
        yield from _cases(WrittenStatement(piece, left, tuple(parts), other))
        return
    # `J = (p - y)^2 >= 0`: what stands before the inequality is a claim of its own
    first = others[0]
    said = piece.cut(0, relations[first][1])
    yield from _cases(WrittenStatement(said, left, tuple(parts[:first])))
    rest = piece.cut(relations[first - 1][2], len(piece.text))
    yield WrittenStatement(rest, parts[first - 1][1], tuple(parts[first:]), parts[first][0])


def _meaning(sign: str, left: str, right: str) -> str:
    """Return what a relation means: an arrow of a path or a limit is no update."""
    name = re.escape(left.strip())
    update = re.search(rf"(?<!\w){name}(?!\w)", right) or re.search(r"\d\.\d", right)
    if sign in _TO and not update:
        return "→"
    return _MEANINGS.get(sign, sign)


def _under(statement: WrittenStatement) -> WrittenStatement:
    """Return `dJ/dw |_{wx > 0} = …` as a statement under that condition."""
    left = statement.left
    found = _AT_CONDITION.search(left.text)
    if found is None:
        return statement
    given = (*statement.given, left.cut(*found.span(1)))
    return replace(statement, left=left.cut(0, found.start()), given=given)


def _cases(statement: WrittenStatement) -> Iterator[WrittenStatement]:
    """Yield a statement for each case where its right side is one that leaves values open."""
    statement = _under(statement)
    if len(statement.parts) != 1 or not _CASES.match(statement.parts[0][1].text):
        yield statement
        return
    sign, part = statement.parts[0]
    inside = part.cut(part.text.index("(") + 1, part.text.rindex(")"))
    for row in cut_at(inside, ",", decimals=False):
        pair = cut_at(unwrapped(row), ",", decimals=False)
        if len(pair) == 2:
            head = statement.left.text
            yield WrittenStatement(
                pair[0], statement.left, ((sign, pair[0]),), head=head, given=(pair[1],)
            )
