"""The power of a value that is written as a function: `e^2(θ)`, `h²(x)`."""

from __future__ import annotations

from symgrad.derivation.analysis import ancestors
from symgrad.expression.tree import Expression, Var, number
from symgrad.sources import lexer
from symgrad.verify.reading.functions import FunctionParser

_POWERS = {"²": 2, "³": 3, "⁴": 4}


def powered_value(parser: FunctionParser, token: str) -> Expression | None:
    """Read `e^2(θ)` of a node e that depends on θ as e², None where that is not written.

    The present token is the name. A name alone in parentheses behind a power is no factor, where
    what is raised is made from it.
    """
    tokens, start = parser.tokens, parser.at
    behind = tokens[start + 1]
    bracket = behind == "^" and tokens[start + 2 : start + 5 : 2] == ["(", ")"]
    at = start + 2 if behind in _POWERS else start + 5 if bracket else start + 3
    exponent = _POWERS.get(behind) or _whole(tokens[start + 2 + bracket : start + 3 + bracket])
    if tokens[at : at + 1] != ["("] or not (behind in _POWERS or (behind == "^" and exponent)):
        return None
    scope = parser.scope
    node = scope.graph.index.get(str(scope.name(token)))
    end = parser.behind(at) - 1
    below = ancestors(scope.graph, node.name) if node is not None and node.formula else frozenset()
    words = [one[0] if len(one) == 1 else "" for one in parser.listed(at + 1, end)]
    known = all(lexer.IDENTIFIER.match(word) and scope.name(word) in below for word in words)
    if node is None or not below or not known or not exponent:
        return None
    parser.at = end + 1
    scope.remark(f"`{token}^{exponent}({', '.join(words)})` read as a power of `{node.name}`")
    return parser.raised(Var(node.name), number(exponent), start)


def _whole(tokens: list[str]) -> int:
    """Return the exponent of one digit that stands here, 0 where none does."""
    return int(tokens[0]) if tokens and tokens[0].isdecimal() and len(tokens[0]) == 1 else 0
