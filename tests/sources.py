"""The source of symgrad as syntax trees, parsed once for all tests that read it."""

import ast
import functools
import gc
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent / "symgrad"


@functools.cache
def trees():
    """Return the tree of every module by its path below symgrad/."""
    gc.disable()  # 700,000 nodes are made, and stay
    found = {
        path.relative_to(PACKAGE).as_posix(): ast.parse(path.read_text(encoding="utf-8"))
        for path in sorted(PACKAGE.rglob("*.py"))
    }
    gc.freeze()
    gc.enable()
    return found


@functools.cache
def nodes():
    """Return all nodes of every module by its path below symgrad/."""
    return {name: list(ast.walk(tree)) for name, tree in trees().items()}
