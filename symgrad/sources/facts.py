"""What `assume` states: comparisons, joined by commas or "and", chains taken apart."""

from __future__ import annotations

from collections.abc import Callable

from symgrad.errors import Place
from symgrad.expression.tree import Compare, Expression, Logic
from symgrad.graph.graph import Assumption
from symgrad.sources.complaints import RELATIONS, unexpected
from symgrad.sources.cursor import Resolve
from symgrad.sources.grammar import Parser
from symgrad.sources.problems import Origin


def read_facts(
    text: str,
    origin: Origin,
    resolve: Resolve,
    *,
    names: dict[str, str],
    unknown: Callable[[str, Place], None],
) -> list[Assumption]:
    """Return the facts of one `assume`; in it `=` is read as `==`.

    Raises:
        Fault: if the text is not a list of comparisons.
    """
    return facts_of(Parser(text, origin, resolve, names=names, unknown=unknown), text)


def facts_of(parser: Parser, text: str) -> list[Assumption]:
    """Return the facts that a parser finds in its text.

    Raises:
        Fault: if the text is not a list of comparisons.
    """
    parser.tokens = ["==" if token == "=" else token for token in parser.tokens]
    parser.conditions = True
    found = _comparisons(parser, text)
    while parser.tokens[parser.at] in (",", "and"):
        parser.at += 1
        found += _comparisons(parser, text)
    if parser.tokens[parser.at] in ("or", "|"):
        raise parser.fault(
            "`assume` states facts, and `or` leaves them open", parser.at, hint="state one of them"
        )
    if parser.tokens[parser.at]:
        raise unexpected(parser)
    line = parser.origin.line
    return [Assumption(condition, written, line) for condition, written in found]


def _comparisons(parser: Parser, text: str) -> list[tuple[Compare, str]]:
    start = parser.at
    left = _side(parser)
    found = []
    while (relation := parser.tokens[parser.at]) in RELATIONS:
        parser.at += 1
        middle = parser.at
        right = _side(parser)
        spans = parser.spans()
        written = text[spans[start][0] : spans[parser.at - 1][1]]
        found.append((Compare(relation, left, right), " ".join(written.split())))
        left, start = right, middle
    if isinstance(left, Compare):
        parser.check_depth(left)
        spans = parser.spans()
        return [(left, text[spans[start][0] : spans[parser.at - 1][1]])]
    if not found:
        raise parser.fault(
            "`assume` takes comparisons", start, last=max(start, parser.at - 1),
            hint="for example `assume S > 0, n >= 1`",
        )  # fmt: skip
    for condition, _ in found:
        parser.check_depth(condition)
    return found


def _side(parser: Parser) -> Expression:
    start = parser.at
    side = parser.sum()
    if isinstance(side, Logic):
        raise parser.fault("`assume` takes comparisons, joined by commas", start)
    return side
