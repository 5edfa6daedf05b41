"""The public interface: `import symgrad as sg` and the names it offers."""

import ast
import importlib.util
from importlib import import_module
from pathlib import Path

import pytest

import symgrad


def is_there(name: str) -> bool:
    """Tell whether the home of a public name defines it."""
    home = symgrad._HOME[name]
    return importlib.util.find_spec(home) is not None and hasattr(import_module(home), name)


THERE = [name for name in symgrad._HOME if is_there(name)]
CLASHES = [name for name in THERE if importlib.util.find_spec(f"symgrad.{name}")]


@pytest.mark.parametrize("name", THERE)
def test_public_name_is_the_object_of_its_home(name):
    assert getattr(symgrad, name) is getattr(import_module(symgrad._HOME[name]), name)


def test_type_checkers_see_every_public_name():
    tree = ast.parse(Path(symgrad.__file__).read_text(encoding="utf-8"))
    seen = {
        alias.asname or alias.name: node.module
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module.startswith("symgrad")
        for alias in node.names
    }
    assert seen == {name: symgrad._HOME[name] for name in THERE}


def test_all_lists_the_whole_interface():
    assert set(symgrad.__all__) == {*symgrad._HOME, "__version__"}
    assert sorted(symgrad.__all__) == dir(symgrad)


def test_unknown_attribute_is_an_attribute_error():
    with pytest.raises(AttributeError, match="module `symgrad` has no attribute `gradient`"):
        symgrad.gradient  # noqa: B018 - reading it is the test


IMPORTS = (
    "import symgrad.{0}",
    "import symgrad; symgrad.{0}; import symgrad.{0}",
    "from symgrad import {0}; import symgrad.{0}",
    "import symgrad.{0}; from symgrad import {0}; assert {0} is symgrad.{0}",
    "import importlib; importlib.import_module('symgrad.{0}'); import symgrad",
    "import symgrad.{0} as m; import symgrad; assert m is symgrad.{0}",
)
# Before each case the package is as if it had never been imported; the libraries stay.
EACH_ANEW = """
import sys, types
for lines, home, name in {cases}:
    for module in [module for module in sys.modules if module.split(".")[0] == "symgrad"]:
        del sys.modules[module]
    exec(lines, {{}})
    symgrad, function = sys.modules["symgrad"], getattr(__import__(home, fromlist=[name]), name)
    right = getattr(symgrad, name) is function and isinstance(function, types.FunctionType)
    if not right or not isinstance(sys.modules["symgrad." + name], types.ModuleType):
        print(lines, getattr(symgrad, name))
"""


def test_functions_win_over_the_submodules_of_their_names(run_python):
    assert len(CLASHES) >= 3
    cases = [
        (lines.format(name), symgrad._HOME[name], name) for name in CLASHES for lines in IMPORTS
    ]
    assert run_python("-c", EACH_ANEW.format(cases=cases)).stdout == ""
