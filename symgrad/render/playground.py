"""A static site that runs symgrad in the browser: no server, no network once it is loaded.

The site holds Pyodide (the npm package of that name), the packages that symgrad needs, and the page
with the first example already worked out. With Node.js at hand the packages are compiled by Pyodide
itself, which halves the time until the page is live; without it they stay sources.
"""

from __future__ import annotations

import io
import shutil
import subprocess
import tarfile
import tempfile
import zipfile
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, metadata
from importlib.util import find_spec
from pathlib import Path

from symgrad import __version__, examples
from symgrad.errors import SymgradError
from symgrad.render.html import as_json, environment
from symgrad.render.html_assets import FOLDER, assets, page_script, shipped
from symgrad.render.live import answer
from symgrad.targets.locate import templates_directory

PACKAGES = ("symgrad", "sympy", "mpmath", "jinja2", "markupsafe")
FIRST = "branch_and_merge"
TEMPLATE = "playground.html.j2"
MARKER = "made-by-symgrad.txt"
PYODIDE_FILES = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "pyodide-lock.json",
                 "python_stdlib.zip")  # fmt: skip
_LEFT_OUT = {"tests", "testing", "benchmarks", "__pycache__"}
_UNUSED = (
    "sympy/physics/",
    "sympy/parsing/autolev/",
    "sympy/parsing/latex/_antlr/",
    "symgrad/cli/",
)
_NEEDED = ("sympy/physics/__init__.py",)
_DATA = {".sg", ".css", ".js", ".mjs", ".txt", ".md", ".woff2", ""}
_SECONDS = 600
_DATE = (1980, 1, 1, 0, 0, 0)


def build(folder: Path, pyodide: Path | None = None, *, force: bool = False) -> bool:
    """Write the site into a folder, and tell whether its packages are compiled.

    Args:
        folder: where the site goes; it is made, and may hold an older site.
        pyodide: the npm package `pyodide`, its folder or its archive; without it npm gets it.
        force: write into a folder that holds something else.

    Raises SymgradError where the folder holds something else, or Pyodide cannot be had.
    """
    if folder.exists() and not force and any(folder.iterdir()) and not (folder / MARKER).exists():
        raise SymgradError(
            f"{folder} holds files that are no playground of symgrad",
            help="choose an empty folder, or --force",
        )
    with tempfile.TemporaryDirectory() as temporary:
        source = _pyodide(pyodide, Path(temporary))
        made = folder / "pyodide"
        made.mkdir(parents=True, exist_ok=True)
        for name in PYODIDE_FILES:
            shutil.copyfile(source / name, made / name)
        packed = packages()
        compiled = _compiled(packed, source, Path(temporary))
    (folder / "packages.zip").write_bytes(compiled or packed)
    for name, text in pages().items():
        (folder / name).write_text(text, encoding="utf-8")
    (folder / MARKER).write_text(f"symgrad {__version__}\n", encoding="utf-8")
    return compiled is not None


def pages() -> dict[str, str]:
    """Return every text of the site by its name: page, style, scripts, licences."""
    inlined = assets()
    known = (*examples.names(), *examples.array_names())
    texts = {name: examples.read(name) for name in known}
    text = texts[FIRST]
    shown = answer({"kind": "show", "text": text})
    code = answer({"kind": "emit", "text": text, "target": "python"})["code"]
    data = {"text": text, "examples": texts, "answer": shown, "code": code}
    others = (name for name in known if name != FIRST)
    page = environment().get_template(TEMPLATE).render(
        version=__version__,
        examples=[(name, examples.title(name)) for name in (FIRST, *others)],
        first=shown,
        first_text=text,
        data=as_json(data),
    )  # fmt: skip
    return {
        "index.html": page,
        "playground.css": inlined.katex_style + inlined.style + shipped("playground.css"),
        "playground.js": page_script("playground.js"),
        "katex.min.js": inlined.katex_script,
        "engine.mjs": shipped("engine.mjs"),
        "LICENSES.txt": "\n\n".join(_licences()),
    }


def packages() -> bytes:
    """Return the packages that the page needs as one archive, the same bytes each time."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, path in sorted(_files()):
            archive.writestr(zipfile.ZipInfo(name, _DATE), path.read_bytes(), zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _files() -> Iterator[tuple[str, Path]]:
    """Yield the files of the packages, each with its name in the archive."""
    for package in PACKAGES:
        spec = find_spec(package)
        for root in map(Path, (spec and spec.submodule_search_locations) or ()):
            for path in root.rglob("*"):
                name = f"{package}/{path.relative_to(root).as_posix()}"
                if _is_needed(name, path):
                    yield name, path
    for path in templates_directory().glob("*.j2"):
        yield f"templates/{path.name}", path


def _is_needed(name: str, path: Path) -> bool:
    if _LEFT_OUT & set(name.split("/")) or not path.is_file():
        return False
    if name.startswith(_UNUSED) and name not in _NEEDED:
        return False
    return path.suffix == ".py" or (name.startswith("symgrad/") and path.suffix in _DATA)


def _pyodide(given: Path | None, temporary: Path) -> Path:
    """Return the folder with the files of the npm package."""
    package = given if given is not None else _fetched(temporary)
    if not package.is_dir():
        _unpack(package, temporary / "unpacked")
        package = temporary / "unpacked"
    folder = package / "package" if (package / "package").is_dir() else package
    missing = [name for name in PYODIDE_FILES if not (folder / name).exists()]
    if missing:
        raise SymgradError(f"{given} is no npm package `pyodide`: no {missing[0]}")
    return folder


def _unpack(archive: Path, folder: Path) -> None:
    """Write the files of the npm package that the site needs, and none else."""
    folder.mkdir()
    try:
        with tarfile.open(archive) as packed:
            for name in PYODIDE_FILES:
                source = packed.extractfile(f"package/{name}")
                (folder / name).write_bytes(source.read() if source else b"")
    except (OSError, KeyError, tarfile.TarError) as error:
        message = f"{archive} is no npm package `pyodide`: {error}"
        raise SymgradError(message) from error


def _fetched(temporary: Path) -> Path:
    """Return the archive of the npm package, gotten by npm."""
    npm = shutil.which("npm")
    help_text = "`npm pack pyodide` gets it where npm is; then --pyodide FILE"
    if npm is None:
        raise SymgradError("Pyodide is needed, and there is no npm", help=help_text)
    try:
        done = subprocess.run(  # noqa: S603  (a fixed command)
            [npm, "pack", "pyodide"], cwd=temporary, capture_output=True, text=True,
            timeout=_SECONDS, check=False,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError) as error:
        raise SymgradError(f"npm failed: {error}", help=help_text) from error
    found = sorted(temporary.glob("pyodide-*.tgz"))
    if done.returncode or not found:
        lines = done.stderr.strip().splitlines() or ["nothing was written"]
        raise SymgradError(f"npm failed: {lines[-1]}", help=help_text)
    return found[0]


def _compiled(packed: bytes, pyodide: Path, temporary: Path) -> bytes | None:
    """Return the archive with its modules compiled by Pyodide, or None without Node.js."""
    node = shutil.which("node")
    if node is None:
        return None
    sources, made = temporary / "sources.zip", temporary / "compiled.zip"
    sources.write_bytes(packed)
    script = FOLDER / "compile.mjs"
    try:
        done = subprocess.run(  # noqa: S603  (a fixed command)
            [node, str(script), str(pyodide), str(sources), str(made)],
            capture_output=True, timeout=_SECONDS, check=False,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return None
    return made.read_bytes() if done.returncode == 0 and made.exists() else None


def _licences() -> Iterator[str]:
    """Yield what every part of the site says of its licence."""
    yield f"KaTeX, katex.org\n\n{assets().licence}"
    yield "Pyodide, pyodide.org: Mozilla Public License 2.0. It contains CPython (PSF licence)."
    for package in PACKAGES:
        try:
            found = metadata(package).json
        except PackageNotFoundError:
            continue
        kinds = [kind for kind in found.get("classifier", ()) if kind.startswith("License")]
        licence = found.get("license_expression") or (kinds[0].split(" :: ")[-1] if kinds else "")
        yield f"{found['name']} {found['version']}: {licence}"


__all__ = ["build", "packages", "pages"]
