"""The example graphs: small real models from several fields, each with its source in its head."""

from __future__ import annotations

from importlib.resources import files

from symgrad.errors import Diagnostic, UnknownName, nearest

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
    if name not in known:
        close = nearest(name, known)
        raise UnknownName(
            Diagnostic(
                f"there is no example `{name}`",
                help=f"did you mean `{close}`?" if close else f"examples: {', '.join(known)}",
            )
        )
    return files(__name__).joinpath(name + _SUFFIX).read_text(encoding="utf-8")


def title(name: str) -> str:
    """Return what the example called `name` is, in one line: its first comment.

    >>> title("branch_and_merge")
    'Branch and merge: u reaches v directly and through h.'
    """
    return read(name).partition("\n")[0].lstrip("#").strip()
