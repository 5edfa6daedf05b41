"""What is shipped: every package, every file that is not Python, one version."""

import re
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pytest

import symgrad
from symgrad.targets.locate import templates_directory

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
SETUPTOOLS = PROJECT["tool"]["setuptools"]
FOLDERS = {
    name: ROOT / SETUPTOOLS["package-dir"].get(name, name.replace(".", "/"))
    for name in SETUPTOOLS["packages"]
}


def shipped(name: str) -> set[Path]:
    """Return the files that setuptools puts into the wheel for one package."""
    patterns = SETUPTOOLS["package-data"].get(name, [])
    data = (path for pattern in patterns for path in FOLDERS[name].glob(pattern))
    return {path for path in (*FOLDERS[name].glob("*.py"), *data) if path.is_file()}


def test_every_package_is_listed():
    found = {
        ".".join(path.parent.relative_to(ROOT).parts)
        for path in (ROOT / "symgrad").rglob("__init__.py")
    }
    assert set(SETUPTOOLS["packages"]) == {*found, "symgrad.templates"}


@pytest.mark.parametrize("folder", ["symgrad", "templates"])
def test_every_file_is_shipped(folder):
    everything = {
        path
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and not {"__pycache__", ".DS_Store"} & {*path.parts}
    }
    assert everything == {
        path
        for name in SETUPTOOLS["packages"]
        for path in shipped(name)
        if (ROOT / folder) in path.parents
    }


def test_templates_are_found():
    assert any(templates_directory().glob("*.j2"))


def test_there_is_one_version():
    assert SETUPTOOLS["dynamic"]["version"] == {"attr": "symgrad.__version__"}
    assert re.fullmatch(r"\d+\.\d+\.\d+", symgrad.__version__)
    try:
        installed = version("symgrad")
    except PackageNotFoundError:
        return  # used in place, not installed
    assert installed == symgrad.__version__


def test_changelog_knows_the_version():
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"\n## [{symgrad.__version__}]" in changelog
