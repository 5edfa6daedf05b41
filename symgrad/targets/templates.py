"""Templates with their blanks filled in: the only user of jinja2, which is loaded when needed.

Templates receive strings, and tuples and dicts of strings; whatever has to be decided is decided
before, in Python. Templates of a user run in Jinja's sandbox, in a process whose time and memory
are bounded, and a fault in one is told with its line.
"""

from __future__ import annotations

import traceback
from collections.abc import Mapping, Sized
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from symgrad.errors import Place, SymgradError, did_you_mean
from symgrad.expression.deadline import Broken, Late
from symgrad.targets.bounded import bounded
from symgrad.targets.locate import templates_directory

if TYPE_CHECKING:
    from jinja2 import Environment

_LARGEST = 1_000_000  # characters or bits of what a user's template multiplies
SECONDS = 10.0  # for a template of a user, and for what it gives
_MEGABYTES = 1024


class TemplateFault(SymgradError, ValueError):
    """A template cannot be used: it is missing, cannot be read, or stops while it is filled in."""


class Renderer:
    """Fills in templates: those of a user first, then the target's own, then the shipped ones."""

    def __init__(self, folder: Path | None, templates: str | Path | None = None) -> None:
        self.users = None if templates is None else Path(templates)
        self.folders = [path for path in (self.users, folder, templates_directory()) if path]

    def text(self, name: str, context: Mapping[str, object]) -> str:
        """Return a template with its names replaced by what the context says.

        Raises TemplateFault with the line of the template, and where a template of a user takes
        longer than SECONDS or more memory than it may.
        """
        if self.users is None:
            return self.filled(name, context)
        try:
            return bounded(
                _filled, self.folders, name, dict(context), seconds=SECONDS, megabytes=_MEGABYTES
            )
        except Late:
            fault = f"the template `{name}` is not done within {SECONDS:g} s"
        except Broken:
            fault = f"the template `{name}` takes more than {_MEGABYTES} MiB of memory"
        raise TemplateFault(fault)

    def filled(self, name: str, context: Mapping[str, object]) -> str:
        """Return a template filled in, in this process.

        What goes wrong in the templates of others is no fault of this program, whatever it is, so
        all of it is caught.
        """
        from jinja2 import TemplateNotFound  # noqa: PLC0415

        environment = _environment(tuple(self.folders), sandboxed=self.users is not None)
        try:
            return environment.get_template(name).render(context)
        except TemplateNotFound as error:
            fault = f"there is no template `{error.name}`"
            places = " or ".join(f"`{folder}`" for folder in self.folders[:-1])
            note = f"looked for in {places} and among the shipped ones" if places else ""
            raise TemplateFault(fault, place=self._place(error), help=note) from error
        except UnicodeDecodeError as error:
            fault = f"the template `{name}` is not UTF-8 (byte {error.start})"
            raise TemplateFault(fault) from error
        except MemoryError:
            raise
        except Exception as error:
            place = self._place(error)
            reason = f"{error}" or type(error).__name__
            fault = f"the template `{name}` stopped: {reason}"
            raise TemplateFault(fault, place=place, help=_hint(reason, context)) from error

    def _is_template(self, path: str) -> bool:
        inside = any(Path(path).is_relative_to(folder) for folder in self.folders)
        return inside and not path.endswith(".py")

    def _place(self, error: Exception) -> Place | None:
        """Return the line of a template at which an error came up, where that can be told."""
        where = [(step.filename, step.lineno) for step in traceback.extract_tb(error.__traceback__)]
        where.append((getattr(error, "filename", None) or "", getattr(error, "lineno", None)))
        found = [(path, line) for path, line in where if line and self._is_template(path)]
        if not found:
            return None
        path, number = found[-1]
        lines = Path(path).read_text(encoding="utf-8", errors="replace").splitlines()
        text = lines[number - 1] if 0 < number <= len(lines) else ""
        start = len(text) - len(text.lstrip())
        return Place(path, number, start + 1, max(1, len(text.strip())), text)


def _filled(folders: list[Path], name: str, context: Mapping[str, object]) -> str:
    """Fill in a template of a user; this runs in a process of its own."""
    renderer = Renderer(None, folders[0])
    renderer.folders = folders
    return renderer.filled(name, context)


def _harmless(operator: str, left: object, right: object) -> bool:
    """Tell whether a product or power is of moderate size."""
    if operator == "*":
        for text, times in ((left, right), (right, left)):
            if isinstance(text, Sized) and isinstance(times, int):
                return len(text) * times <= _LARGEST
        return True
    if isinstance(left, int) and isinstance(right, int):
        return left.bit_length() * abs(right) <= _LARGEST
    return True


def _hint(reason: str, context: Mapping[str, object]) -> str:
    """Return help for a name that the context does not have."""
    name, sign, _ = reason.partition(" is undefined")
    return did_you_mean(name.strip("'"), context) if sign else ""


@lru_cache(8)
def _environment(folders: tuple[Path, ...], *, sandboxed: bool) -> Environment:
    """Return what reads templates; it keeps those that it has read until their files change."""
    from jinja2 import ChoiceLoader, Environment, FileSystemLoader, StrictUndefined  # noqa: PLC0415
    from jinja2.sandbox import SandboxedEnvironment  # noqa: PLC0415

    class Sandbox(SandboxedEnvironment):
        """Jinja's sandbox, in which products cannot fill the memory either."""

        intercepted_binops = frozenset({"*", "**"})

        def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:  # noqa: ANN401
            """Return a product or power, where it is of moderate size."""
            if not _harmless(operator, left, right):
                raise OverflowError(f"`{operator}` gives more than a template may compute")
            return super().call_binop(context, operator, left, right)

    made = Sandbox if sandboxed else Environment
    return made(
        loader=ChoiceLoader([FileSystemLoader(str(folder)) for folder in folders]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,
    )
