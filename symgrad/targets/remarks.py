"""The author's comments in emitted code: each beside its equation, or above it, once in a file."""

from __future__ import annotations

import re

from symgrad.graph.comments import comments_of
from symgrad.targets.base import Sheet
from symgrad.targets.head import comment_line, plain_comment
from symgrad.targets.long_lines import WIDTH
from symgrad.targets.long_lines import comment as broken

_FUNCTION = re.compile(
    r"\b\w*(?:value|gradient|outputs|residuals|jacobian|hessian|hvp|sparse|product|sums)\("
)
_ASSIGNED = re.compile(r"( +)(?:const \w+ |const |let )?(\w+) = ")


def with_remarks(text: str, sheet: Sheet) -> str:
    """Return a file with each comment of an equation at the first statement that computes it.

    Helper functions, whose variables are their own, have none.
    """
    comments = comments_of(sheet.program.graph)
    if not comments.beside and not comments.above:
        return text
    names = sheet.names
    beside = {names[name]: said for name, said in comments.beside.items()}
    above = {names[name]: said for name, said in comments.above.items()}
    sign = sheet.target.comment
    made: list[str] = []
    begun = False
    for line in text.split("\n"):
        begun = begun or (_FUNCTION.search(line) is not None and not line.startswith(sign))
        found = _ASSIGNED.match(line) if begun else None
        said = beside.pop(found[2], "") if found else ""
        lines = list(above.pop(found[2], ())) if found else []
        remark = f"{line}  {sign} {plain_comment(said)}"
        fits = len(remark) <= WIDTH and not _goes_on(line)
        if said and not fits:
            lines.append(said)
        if found:
            wrapped = [part for said in lines for part in broken(said, found[1] + sign)]
            made += [found[1] + comment_line(part, sign) for part in wrapped]
        made.append(remark if said and fits else line)
    return "\n".join(made)


def _goes_on(line: str) -> bool:
    """Tell whether a statement goes on in the next line."""
    opened = sum(map(line.count, "([{"))
    return opened != sum(map(line.count, ")]}")) or line.endswith(("\\", "+", "-", "=", "?", ":"))
