"""Python for MicroPython, which has no `typing` and not all of `math`: `dialect=micropython`.

Annotations stay, in names that every Python has; what `math` lacks stands in the file.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from symgrad.errors import Diagnostic, SymgradError
from symgrad.targets.base import Sheet
from symgrad.targets.layout import in_tuple, respelt

_LOG1P = '''\
def log1p(x: float) -> float:
    """log(1 + x), exact for small x too."""
    u = 1.0 + x
    return x if u == 1.0 or x == inf else log(u) * x / (u - 1.0)
'''

_HYPOT = '''\
def hypot(*xs: float) -> float:
    """The root of the sum of squares, of which none can be too large."""
    top = max([abs(x) for x in xs])
    if top == 0.0 or isinf(top):
        return top
    return top * sqrt(sum([(x / top) * (x / top) for x in xs]))
'''

# What its module math lacks, and what those functions need of it.
_LACKING: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "hypot": (_HYPOT, ("isinf", "sqrt")),
    "log1p": (_LOG1P, ("inf", "log")),
}
_UNABLE = ("partial_sums", "self_check")  # they need fsum, and fields of named tuples
_TYPES = (
    ("Callable[[float], float]", "object"),
    ("Callable[[], float]", "object"),
    ("Sequence[", "list["),
)


def lacking(names: Iterable[str]) -> tuple[list[str], list[str]]:
    """Return the names to import from math, and the texts of functions that it lacks.

    >>> lacking(["exp", "log1p"])[0]
    ['exp', 'inf', 'log']
    """
    found = dict.fromkeys(names)
    texts: list[str] = []
    for name, (text, needs) in _LACKING.items():
        if name in found:
            texts.append(text)
            found |= dict.fromkeys(needs)
    return sorted(name for name in found if name not in _LACKING), texts


def without_typing(context: Mapping[str, object], sheet: Sheet) -> dict[str, object]:
    """Return what a template receives, for MicroPython with the types that every Python has.

    Raises SymgradError for a function that MicroPython cannot run.
    """
    if sheet.setting("dialect") != "micropython":
        return {**context, "micropython": "", "field_names": ""}
    fields = in_tuple([f'"{name}"' for name in sheet.fields], "    ", 40)
    for name in _UNABLE:
        if sheet.has(name):
            raise SymgradError(Diagnostic(f"MicroPython cannot run `{name}`"))
    made = respelt(context, _TYPES)
    return {**made, "abstract": "", "micropython": "yes", "field_names": fields}
