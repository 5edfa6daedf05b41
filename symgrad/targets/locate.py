"""Where the shipped files that are not Python stand: the same in a wheel and in a checkout."""

from __future__ import annotations

from pathlib import Path

from symgrad.errors import SymgradError

_PACKAGE = Path(__file__).resolve().parent.parent


def templates_directory() -> Path:
    """Return the folder of the shipped templates.

    In an installed wheel that is `symgrad/templates`; in a checkout, used in place or installed as
    editable, it is `templates` beside the package. Raises SymgradError when there is neither.

    >>> templates_directory().name
    'templates'
    """
    for folder in (_PACKAGE / "templates", _PACKAGE.parent / "templates"):
        if folder.is_dir():
            return folder
    raise SymgradError(f"the templates of symgrad are missing: no folder {_PACKAGE / 'templates'}")
