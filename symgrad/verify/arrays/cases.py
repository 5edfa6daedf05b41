"""Cases in LaTeX: of two indices, p_i(1 − p_i) for i = j, or of a condition on a value."""

from __future__ import annotations

import re

_CASES = re.compile(r"\\begin\{cases\}(?P<rows>.*?)\\end\{cases\}", re.DOTALL)
_BREAK = re.compile(r"\\\\(?:\[[^\]]*\])?")
_WORDS = re.compile(r"\\(?:text|mathrm|textrm)\{\s*(?P<word>[^{}]*?)\s*\}|\\(?:quad|qquad|,|;)")
_IF = re.compile(r"^(?:if|for|when)\b\s*")
_ELSE = re.compile(r"otherwise|else|sonst|sinon")
_SIDES = re.compile(
    r"(?P<left>.+?)\s*(?P<relation>\\(?:neq?|leq?|geq?)(?![A-Za-z])|≠|≤|≥|<=|>=|[<>=])\s*"
    r"(?P<right>.+)"
)
_PLAIN = {
    "\\ne": "!=", "\\neq": "!=", "≠": "!=", "\\le": "<=", "\\leq": "<=", "≤": "<=",
    "\\ge": ">=", "\\geq": ">=", "≥": ">=",
}  # fmt: skip
_OPPOSITE = {
    "=": ("!=",), "!=": ("=",), "<": (">=", ">"), "<=": (">", ">="), ">": ("<=", "<"),
    ">=": ("<", "<="),
}  # fmt: skip
Condition = tuple[str, str, str]


def folded_cases(latex: str) -> str:
    r"""Return a formula in which cases of an index are δ_{ij}, those of a condition a choice.

    >>> folded_cases(r"\begin{cases} a & i = j \\ b & i \ne j \end{cases}")
    '((a)\\delta_{ij} + (b)(1 - \\delta_{ij}))'
    >>> folded_cases(r"\begin{cases} 1 & \text{if } z > 0 \\ 0 & \text{otherwise} \end{cases}")
    'where(z > 0, 1, 0)'
    """
    return _CASES.sub(_folded, latex)


def _folded(found: re.Match[str]) -> str:
    rows = [row.split("&") for row in _BREAK.split(found["rows"]) if row.strip()]
    if len(rows) != 2 or any(len(row) != 2 for row in rows):
        return found[0]
    first, second = (row[0].strip().rstrip(" ,") for row in rows)
    one, other = (_condition(row[1]) for row in rows)
    if one is None or other is None or not _are_opposite(one, other):
        return found[0]
    left, relation, right = one
    if relation == "!=":
        first, second, relation = second, first, "="
    if relation == "=" and all(re.fullmatch(r"[A-Za-z]", side) for side in (left, right)):
        delta = rf"\delta_{{{left}{right}}}"
        return f"(({first}){delta} + ({second})(1 - {delta}))"
    return f"where({left} {relation} {right}, {first}, {second})"


def _condition(text: str) -> Condition | None:
    """Return left side, relation and right side of a condition; nothing in them for `otherwise`."""
    plain = _WORDS.sub(lambda found: f" {found['word'] or ''} ", text).strip(" ,.")
    plain = _IF.sub("", plain)
    if _ELSE.fullmatch(plain):
        return "", "", ""
    found = _SIDES.fullmatch(plain)
    if found is None:
        return None
    return found["left"], _PLAIN.get(found["relation"], found["relation"]), found["right"]


def _are_opposite(one: Condition, other: Condition) -> bool:
    """Tell whether the second condition holds where the first does not."""
    same = (one[0], one[2]) == (other[0], other[2])
    return bool(one[0]) and (not other[0] or (same and other[1] in _OPPOSITE[one[1]]))
