"""The source of symgrad as syntax trees, parsed once for all tests that read it."""

import ast
import functools
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent / "symgrad"


@functools.cache
def trees():
    """Return the tree of every module by its path below symgrad/."""
    return {
        path.relative_to(PACKAGE).as_posix(): ast.parse(path.read_text(encoding="utf-8"))
        for path in sorted(PACKAGE.rglob("*.py"))
    }


@functools.cache
def nodes():
    """Return all nodes of every module by its path below symgrad/."""
    return {name: list(ast.walk(tree)) for name, tree in trees().items()}
