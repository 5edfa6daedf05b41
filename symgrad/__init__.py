"""From equations to closed-form gradients, standalone code, and checks of hand derivations.

>>> import symgrad as sg
>>> graph = sg.parse("param a, b\\ndata x, y\\nJ = (a*x + b - y)^2")
>>> derivation = sg.derive(graph)

Nothing is loaded until it is asked for: `import symgrad` alone imports neither SymPy nor Jinja.
"""

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from symgrad.derivation.derivation import Derivation
    from symgrad.derivation.derive import derive
    from symgrad.errors import SymgradError
    from symgrad.graph.graph import Graph
    from symgrad.render import draw, report
    from symgrad.sources import load
    from symgrad.sources.objects import graph
    from symgrad.sources.text import parse
    from symgrad.targets.codegen import generate
    from symgrad.targets.compiled import compile  # noqa: A004
    from symgrad.trace.trace import trace
    from symgrad.verify import verify

__version__ = "0.2.0"

__all__ = [
    "Derivation",
    "Graph",
    "SymgradError",
    "__version__",
    "compile",
    "derive",
    "draw",
    "generate",
    "graph",
    "load",
    "parse",
    "report",
    "trace",
    "verify",
]

_HOME = {
    "Derivation": "symgrad.derivation.derivation",
    "Graph": "symgrad.graph.graph",
    "SymgradError": "symgrad.errors",
    "compile": "symgrad.targets.compiled",
    "derive": "symgrad.derivation.derive",
    "draw": "symgrad.render",
    "generate": "symgrad.targets.codegen",
    "graph": "symgrad.sources.objects",
    "load": "symgrad.sources",
    "parse": "symgrad.sources.text",
    "report": "symgrad.render",
    "trace": "symgrad.trace.trace",
    "verify": "symgrad.verify",
}


class _Package(ModuleType):
    """The package as a module whose public names are loaded when first asked for."""

    def __getattr__(self, name: str) -> object:
        home = _HOME.get(name)
        if home is None:
            raise AttributeError(f"module `{self.__name__}` has no attribute `{name}`", name=name)
        value = getattr(import_module(home), name)
        self.__dict__[name] = value
        return value

    def __setattr__(self, name: str, value: object) -> None:
        # After an import of the room symgrad.graph the import system binds it here as `graph`; the
        # public function of that name keeps the place, whichever comes first.
        if name in _HOME and isinstance(value, ModuleType):
            return
        super().__setattr__(name, value)

    def __dir__(self) -> list[str]:
        return sorted(__all__)


sys.modules[__name__].__class__ = _Package
