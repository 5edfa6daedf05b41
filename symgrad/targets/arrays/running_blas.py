"""Where a CBLAS stands on this machine: what a compiler is told to include and to link."""

from __future__ import annotations

import shutil
import tempfile
from functools import lru_cache
from pathlib import Path

from symgrad.targets.arrays.c_blas import INCLUDE
from symgrad.targets.bounded import run as run_tool

_PACKAGES = ("openblas", "cblas", "blas")
_PROBE = f"""\
{INCLUDE}
int main(void) {{
    double x[1] = {{2.0}};
    return cblas_ddot(1, x, 1, x, 1) > 3.0 ? 0 : 1;
}}
"""
_SECONDS = 60.0
NO_BLAS = (
    "there is no CBLAS on this machine: neither pkg-config nor -lopenblas, -lcblas or -lblas "
    "finds cblas.h and its library"
)


@lru_cache(maxsize=4)
def blas_flags(compiler: str) -> tuple[str, ...] | None:
    """Return the flags with which a compiler finds cblas.h and the library, or None."""
    plain = [(f"-l{name}",) for name in _PACKAGES]
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        (folder / "probe.c").write_text(_PROBE, encoding="utf-8")
        for flags in (*plain, *_told(folder)):
            command = [compiler, "probe.c", "-o", "probe", *flags, "-lm"]
            if not run_tool(command, seconds=_SECONDS, folder=folder).returncode:
                return flags
    return None


def _told(folder: Path) -> list[tuple[str, ...]]:
    """Return the flags that pkg-config knows."""
    tool = shutil.which("pkg-config")
    if tool is None:
        return []
    asked = ([tool, "--cflags", "--libs", name] for name in _PACKAGES)
    done = [run_tool(command, seconds=_SECONDS, folder=folder) for command in asked]
    return [tuple(d.stdout.decode().split()) for d in done if not d.returncode]
