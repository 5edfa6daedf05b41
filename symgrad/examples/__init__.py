"""The example graphs: small real models from several fields, each with its source in its head."""

from __future__ import annotations

import re
from collections.abc import Iterable
from importlib.resources import files

from symgrad.errors import UnknownName, nearest

_SUFFIX = ".sg"


def names() -> tuple[str, ...]:
    """Return the names of all examples, sorted.

    >>> "branch_and_merge" in names()
    True
    """
    found = (entry.name for entry in files(__name__).iterdir())
    return tuple(sorted(name.removesuffix(_SUFFIX) for name in found if name.endswith(_SUFFIX)))


def array_names() -> tuple[str, ...]:
    """Return the names of the examples with vectors and matrices, sorted.

    >>> "arrays/mlp" in array_names()
    True
    """
    found = (entry.name for entry in files(__name__).joinpath("arrays").iterdir())
    return tuple(
        sorted(f"arrays/{name.removesuffix(_SUFFIX)}" for name in found if name.endswith(_SUFFIX))
    )


def read(name: str) -> str:
    """Return the text of the example called `name`.

    Raises UnknownName, with the nearest name there is.

    >>> read("branch_and_merge").splitlines()[0]
    '# Branch and merge: u reaches v directly and through h.'
    """
    known = (*names(), *array_names())
    plain = name.removesuffix(_SUFFIX)
    if plain not in known:
        close = nearest(plain, known) or _nearest_by_beginning(plain, known)
        hint = f"an example that there is: `{close}`; " if close else ""
        raise UnknownName(
            f"unknown example `{name}`", help=f"{hint}`symgrad examples` lists them all"
        )
    return files(__name__).joinpath(plain + _SUFFIX).read_text(encoding="utf-8")


def _nearest_by_beginning(name: str, known: Iterable[str]) -> str | None:
    """Return the known name whose first words are near to `name`, or None.

    >>> _nearest_by_beginning("brnach", ["branch_and_merge", "huber"])
    'branch_and_merge'
    """
    starts: dict[str, str] = {}
    for other in known:
        words = re.split(r"[_/]", other)
        for first in range(len(words)):
            for last in range(first + 1, len(words) + 1):
                starts.setdefault("_".join(words[first:last]), other)
    close = nearest(name, starts)
    return None if close is None else starts[close]


def title(name: str) -> str:
    """Return what the example called `name` is, in one line: its first comment.

    >>> title("branch_and_merge")
    'Branch and merge: u reaches v directly and through h.'
    """
    return read(name).partition("\n")[0].lstrip("#").strip()
