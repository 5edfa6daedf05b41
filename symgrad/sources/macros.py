r"""Macros that a document defines, and those of well-known packages: expanded with hard bounds.

`\newcommand`, `\renewcommand`, `\providecommand`, `\DeclareRobustCommand`, `\NewDocumentCommand`,
`\def`, `\gdef`, `\let`, `\DeclareMathOperator`, and the `macros` of a MathJax or KaTeX setting. A
macro is text that is put in for text; nothing is run.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from symgrad.sources.problems import Fault, Origin
from symgrad.sources.written import Written

MAX_EXPANSIONS = 400
MAX_EXPANDED = 40_000
MAX_MACROS = 2_000
_MAX_BODY = 4_000
_MAX_ARGUMENTS = 9

_DEFINES = re.compile(
    r"\\(?P<new>(?:re)?newcommand|providecommand|DeclareRobustCommand)\*?\s*"
    r"(?:\{\s*\\(?P<braced>[A-Za-z]+)\s*\}|\\(?P<bare>[A-Za-z]+))"
    r"|\\(?P<doc>(?:New|Renew|Provide|Declare)DocumentCommand)\s*\{?\s*\\(?P<named>[A-Za-z]+)\s*\}?"
    r"|\\(?P<operator>DeclareMathOperator)(?P<star>\*?)\s*\{?\s*\\(?P<name>[A-Za-z]+)\s*\}?"
    r"|\\[gex]?def\s*\\(?P<def>[A-Za-z]+)(?P<slots>(?:#[1-9])*)(?=\s*\{)"
    r"|\\let\s*\\(?P<let>[A-Za-z]+)\s*=?\s*\\(?P<same>[A-Za-z]+)"
)
_SETTING = re.compile(
    r"[\"']?\\{0,2}(?P<name>[A-Za-z]+)[\"']?\s*:\s*\[?\s*(?P<quote>[\"'])"
    r"(?P<body>(?:\\.|(?!(?P=quote))[^\\\n])*)(?P=quote)(?:\s*,\s*(?P<count>\d))?"
)
_SETTINGS = re.compile(r"\b[mM]acros[\"']?\s*:\s*\{")
_COUNT = re.compile(r"\s*\[\s*(\d)\s*\]")
_DEFAULT = re.compile(r"\s*\[([^\]\n]{0,200})\]")
_COMMAND = re.compile(r"\\([A-Za-z]+)(\*?)")
_SLOT = re.compile(r"#([1-9])")
_SPACE = re.compile(r"\s*")


@dataclass(frozen=True, slots=True)
class Macro:
    """One macro: how many arguments it takes, the default of the first where that may be left out.

    `mark` is the sign of a derivative command of the physics package, whose arguments may be one,
    two or three groups: `\\pdv{x}`, `\\pdv[2]{f}{x}`, `\\pdv{f}{x}{y}`.
    """

    body: str
    arguments: int = 0
    default: str | None = None
    mark: str = ""


# Commands of packages that derivations are written with: physics, derivative, commath, diffcoeff.
# A document that defines one of them itself is believed.
PACKAGES: Mapping[str, Macro] = {
    **dict.fromkeys(("pdv", "partialderivative", "diffp"), Macro("", mark=r"\partial ")),
    **dict.fromkeys(("dv", "derivative", "odv", "diff"), Macro("", mark="d")),
    "abs": Macro(r"\left|#1\right|", 1),
    "dd": Macro(r"\mathrm{d}#1", 1),
}


class Macros:
    """The macros of one document; each is in force from the place where it is defined."""

    def __init__(self, text: str) -> None:
        self._own: dict[str, list[tuple[int, Macro]]] = {}
        self.spans: list[tuple[int, int]] = []
        if "\\" in text:
            for start, end, name, macro in _definitions(text):
                self._own.setdefault(name, []).append((start, macro))
                self.spans.append((start, end))
        self._known = re.compile(
            r"\\(?:" + "|".join(sorted({*self._own, *PACKAGES}, key=len, reverse=True)) + r")\b"
        )

    def at(self, place: int) -> dict[str, Macro]:
        """Return the macros in force at an offset of the text."""
        found = dict(PACKAGES)
        for name, entries in self._own.items():
            index = bisect_right(entries, place, key=lambda entry: entry[0])
            found.update({name: entries[index - 1][1]} if index else {})
        return found

    def expanded(self, written: Written, place: int, origin: Origin, shown: str) -> Written:
        """Return a formula with its macros expanded; `shown` is what stands at `origin`.

        Raises:
            Fault: where an expansion does not end within the bounds, or lacks an argument.
        """
        if self._known.search(written.text) is None:
            return written
        return expand(written, self.at(place), origin, shown)

    def defined_in(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Yield the stretches between two offsets that define macros."""
        first = bisect_right(self.spans, (start, -1))
        for span in self.spans[first:]:
            if span[0] >= end:
                return
            yield span


def _definitions(text: str) -> Iterator[tuple[int, int, str, Macro]]:
    """Yield where each definition stands, its name and its macro."""
    count = 0
    at = 0
    while count < MAX_MACROS and (match := _DEFINES.search(text, at)):
        at = match.end()
        found = _definition(text, match)
        if found is not None:
            end, name, macro = found
            yield match.start(), end, name, macro
            at = end
            count += 1
    for opened in _SETTINGS.finditer(text):
        end = _closing(text, opened.end() - 1, 4 * _MAX_BODY)
        for setting in _SETTING.finditer(text, opened.end(), max(end, opened.end())):
            body = setting["body"].replace("\\\\", "\\")
            yield (
                opened.start(),
                opened.start(),
                setting["name"],
                Macro(body, int(setting["count"] or 0)),
            )


def _definition(text: str, match: re.Match[str]) -> tuple[int, str, Macro] | None:
    """Return the end, the name and the macro of one definition, None where it is broken."""
    end = match.end()
    if match["let"]:
        return end, match["let"], Macro(f"\\{match['same']} ")
    count, default = 0, None
    if match["new"]:
        if found := _COUNT.match(text, end):
            count, end = int(found[1]), found.end()
            if found := _DEFAULT.match(text, end):
                default, end = found[1], found.end()
    elif match["doc"]:
        group = _group(text, end)
        if group is None:
            return None
        kinds = re.findall(r"[mo]|O\{([^{}]*)\}", text[group[0] : group[1]])
        first = text[group[0] : group[1]].strip()[:1]
        count, end = len(kinds), group[1] + 1
        default = (kinds[0] or "") if first in ("o", "O") else None
    elif match["slots"]:
        count = len(match["slots"]) // 2
    group = _group(text, end)
    if group is None or group[1] - group[0] > _MAX_BODY or count > _MAX_ARGUMENTS:
        return None
    body = text[group[0] : group[1]]
    name = match["braced"] or match["bare"] or match["named"] or match["name"] or match["def"]
    if match["operator"]:
        body = f"\\operatorname{{{body}}}"
    return group[1] + 1, name, Macro(body, count, default)


def _group(text: str, start: int) -> tuple[int, int] | None:
    """Return the inside of the group of braces that begins at `start`, spaces aside."""
    space = _SPACE.match(text, start)
    opened = space.end() if space else start
    if text[opened : opened + 1] != "{":
        return None
    end = _closing(text, opened, 4 * _MAX_BODY)
    return (opened + 1, end) if end >= 0 else None


_BRACES = re.compile(r"\\.|[{}]", re.DOTALL)


def _closing(text: str, opened: int, limit: int) -> int:
    """Return where the brace at `opened` is closed, -1 where it is not within the limit."""
    level = 0
    for match in _BRACES.finditer(text, opened, opened + limit):
        level += (match[0] == "{") - (match[0] == "}")
        if level == 0:
            return match.start()
    return -1


# -- expansion -------------------------------------------------------------------------------------


def expand(written: Written, macros: Mapping[str, Macro], origin: Origin, shown: str) -> Written:
    r"""Return a text with its macros expanded; what a body gives stands where the macro stands.

    Raises:
        Fault: where the expansion does not end within the bounds, or an argument is missing.

    >>> text = Written.at(r"\half x", 0)
    >>> expand(text, {"half": Macro(r"\frac12")}, Origin("", (), 1, 1), text.text).text
    '\\frac12 x'
    """
    done: list[Written] = []
    rest = written
    steps = 0
    at = 0
    while match := _COMMAND.search(rest.text, at):
        macro = macros.get(match[1])
        if macro is None:
            at = match.end()
            continue
        steps += 1
        if steps > MAX_EXPANSIONS or len(rest.text) > MAX_EXPANDED:
            raise _endless(match[0], rest, match.start(), origin, shown)
        body, end = _applied(macro, rest, match)
        if body is None:
            at = match.end()
            continue
        done.append(rest.part(0, match.start()))
        rest = Written.join([body, rest.part(end, len(rest.text))])
        at = 0
    return Written.join([*done, rest])


def _endless(command: str, rest: Written, at: int, origin: Origin, shown: str) -> Fault:
    place = rest.origin(shown, origin).place(rest.text, at, at + 1)
    return Fault(f"the macro `{command}` expands without an end", place)


def _applied(macro: Macro, text: Written, match: re.Match[str]) -> tuple[Written | None, int]:
    """Return a macro's body with its arguments put in, and where its last argument ends."""
    home = text.offsets[match.start()]
    end = match.end()
    if macro.mark:
        return _physics(macro.mark, text, match)
    found: list[Written] = []
    if macro.arguments and macro.default is not None:
        optional = _DEFAULT.match(text.text, end)
        if optional:
            found.append(text.part(*optional.span(1)))
            end = optional.end()
        else:
            found.append(Written.all_at(macro.default, home))
    while len(found) < macro.arguments:
        argument = _argument(text, end)
        if argument is None:
            return None, end
        found.append(argument[0])
        end = argument[1]
    return Written.join(_filled(macro.body, found, home)), end


def _physics(mark: str, text: Written, match: re.Match[str]) -> tuple[Written | None, int]:
    """Return the fraction that a derivative command of the physics package stands for."""
    home, end = text.offsets[match.start()], match.end()
    order = Written.join([])
    if optional := _DEFAULT.match(text.text, end):
        order, end = text.part(*optional.span(1)), optional.end()
    groups: list[Written] = []
    while len(groups) < 3 and (group := _group(text.text, end)):
        groups.append(text.part(*group))
        end = group[1] + 1
    if not groups:
        return None, end
    top, *below = groups if len(groups) > 1 else [Written.join([]), *groups]
    if len(below) > 1:
        order = Written.all_at("2", home)
    power = f"^{{{order.text}}}" if order.text else ""

    def put(text: str) -> Written:
        return Written.all_at(text, home)

    bottoms = [part for name in below for part in (put(f" {mark}"), name)]
    if len(below) == 1:
        bottoms.append(put(power))
    pieces = [put(rf"\frac{{{mark}{power} "), top, put("}{"), *bottoms, put("}")]
    return Written.join(pieces), end


def _filled(body: str, arguments: list[Written], home: int) -> Iterable[Written]:
    at = 0
    for slot in _SLOT.finditer(body):
        yield Written.all_at(body[at : slot.start()], home)
        index = int(slot[1]) - 1
        if index < len(arguments):
            yield arguments[index]
        at = slot.end()
    last = body[at:]
    # a command at the end does not run together with a letter behind it
    yield Written.all_at(last + (" " if re.search(r"\\[A-Za-z]+$", last) else ""), home)


def _argument(text: Written, start: int) -> tuple[Written, int] | None:
    """Return the next argument, a group or one token, and where it ends."""
    group = _group(text.text, start)
    if group is not None:
        return text.part(*group), group[1] + 1
    space = _SPACE.match(text.text, start)
    at = space.end() if space else start
    if at >= len(text.text) or text.text[at] in "}&=,;:)]":
        return None
    command = _COMMAND.match(text.text, at)
    end = command.end() if command else at + 1
    return text.part(at, end), end
