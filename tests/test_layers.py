"""The import layers: what each module may import, read from the source with `ast`."""

import ast
import functools
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter

import pytest

from tests import sources

# A room imports only from rooms above it. What stands here by a longer name is a layer of its own
# inside its room: accuracy works on expressions, and the program of a derivation is made with it.
ORDER = (
    "errors",
    "examples",
    "expression",
    "graph",
    "sources",
    "derivation",
    "program.statements",
    "program.normal",
    "program.series",
    "accuracy",
    "program",
    "targets",
    "trace",
    "verify.deciding",
    "verify.model",
    "verify.truth",
    "verify.reading",
    "verify.numbers",
    "verify.explaining",
    "verify",
    "render",
    "pytest_plugin",
    "cli",
    "__main__",
)

# The modules, or subpackages, that may import a library from outside.
USERS = {
    "click": ("cli",),
    "jinja2": ("targets.templates", "render.html"),
    "markupsafe": ("render.html",),  # what jinja2 marks safe text with
    "flint": ("expression.certified",),
    "mpmath": ("expression.evaluate", "expression.enclosures"),
    "numpy": (
        "targets.compiled_c",
        "targets.compiled_c_further",
        "targets.arrays.running",
        "pytest_plugin",
        "verify.code",
    ),
    "pytest": ("pytest_plugin",),
    "resvg_py": ("render.drawings",),
    "sympy": (
        "expression.symbolic",
        "expression.sympy_functions",
        "expression.sympy_parts",
        "expression.enclosures",
        "derivation.derivation",
        "derivation.second",
        "verify",
    ),
}
TOP = {"__init__", "__main__", "errors", "pytest_plugin"}  # what stands beside the rooms

STANDARD = sys.stdlib_module_names


def module_name(path: str) -> str:
    """Return `verify.limits` for verify/limits.py, `verify` for its __init__.py."""
    parts = path.removesuffix(".py").split("/")
    return ".".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 1 else parts)


@functools.cache
def nodes() -> dict[str, list[ast.AST]]:
    """Return the nodes of every module but the package itself, which offers everything, lazily.

    tests/test_interface.py holds that.
    """
    found = {module_name(path): nodes for path, nodes in sources.nodes().items()}
    del found["__init__"]
    return found


def imported(name: str) -> Iterator[str]:
    """Yield the full dotted names that a module imports, anywhere in it."""
    for node in nodes()[name]:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name}: a relative import in line {node.lineno}"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def own_imports(name: str) -> Iterator[str]:
    """Yield the modules of symgrad that a module imports."""
    for full in imported(name):
        parts = full.split(".")[1:]
        if full.split(".")[0] != "symgrad" or parts == ["__version__"]:
            continue
        if not parts and is_within(name, ("cli",)):
            continue  # the command line stands above the public interface
        whole, without_last = ".".join(parts), ".".join(parts[:-1])
        target = whole if whole in nodes() else without_last
        assert target in nodes(), f"{name} imports {full}, which is no module of symgrad"
        yield target


def is_within(name: str, places: tuple[str, ...]) -> bool:
    """Tell whether a module is one of the places or stands inside one."""
    return any(name == place or name.startswith(place + ".") for place in places)


def layer(name: str) -> str:
    """Return the layer of a module: the longest entry of ORDER that holds it."""
    found = [entry for entry in ORDER if is_within(name, (entry,))]
    assert found, f"{name} has no layer: give it a place in ORDER"
    return max(found, key=len)


def test_only_rooms_stand_at_the_top():
    assert {path.stem for path in sources.PACKAGE.glob("*.py")} == TOP


def test_every_module_has_a_layer():
    assert all(layer(name) for name in nodes())


def test_imports_point_down():
    for name in nodes():
        for target in own_imports(name):
            same = layer(target) == layer(name)
            down = ORDER.index(layer(target)) < ORDER.index(layer(name))
            assert same or down, f"{name} imports {target}"


def test_imports_are_acyclic():
    TopologicalSorter({name: set(own_imports(name)) for name in nodes()}).prepare()


def test_libraries_are_imported_only_where_they_belong():
    for name in nodes():
        for library in {full.split(".")[0] for full in imported(name)} - STANDARD - {"symgrad"}:
            assert is_within(name, USERS[library]), f"{name} imports {library}"


def test_only_the_command_line_prints():
    for name in nodes():
        if is_within(name, ("cli",)):
            continue
        for node in nodes()[name]:
            match node:
                case ast.Name(id="print"):
                    pytest.fail(f"{name}, line {node.lineno}")
                case ast.Attribute(value=ast.Name(id="sys"), attr="stdout" | "__stdout__"):
                    pytest.fail(f"{name}, line {node.lineno}")


def test_text_from_outside_cannot_be_evaluated():
    forbidden = {"eval", "exec", "sympify", "parse_expr", "parse_latex", "lambdify"}
    for name in nodes():
        for node in nodes()[name]:
            used = getattr(node, "id", None) or getattr(node, "attr", None)
            assert used not in forbidden, f"{name}, line {node.lineno}"


HEAVY = "{'sympy', 'jinja2', 'flint', 'mpmath', 'numpy'} & set(__import__('sys').modules)"


def test_import_of_the_package_loads_no_library(run_python):
    assert run_python("-c", f"import symgrad; print({HEAVY})").stdout == "set()\n"


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_start_of_the_command_loads_no_library(run_python, option):
    code = (
        "import sys\n"
        "from symgrad.cli import main\n"
        f"sys.argv = ['symgrad', {option!r}]\n"
        "try:\n    main()\n"
        f"finally:\n    print({HEAVY})"
    )
    assert run_python("-c", code).stdout.endswith("\nset()\n")
