"""Drawings as PDF, by a program that is in reach: rsvg-convert or a browser of Chromium's kind."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from symgrad.errors import SymgradError

MARK = b"\n% Made by symgrad\n"  # behind the end, where a reader of PDF looks no more
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_SECONDS = 60


def pdf(svg: str, width: float, height: float) -> bytes:
    """Return an SVG as a PDF of one page as large as it is.

    Args:
        svg: the drawing, in light colours.
        width: its width in pixels of 1/96 inch.
        height: its height, the same.

    Raises SymgradError where none of the programs is there, or it fails.
    """
    for name in ("rsvg-convert", *BROWSERS):
        program = shutil.which(name)
        if program is not None:
            return _made(program, svg, width, height) + MARK
    raise SymgradError(
        "a pdf needs rsvg-convert or Chromium, and neither is there",
        help="install one of them; or write an svg, or --format tikz for pdflatex",
    )


def _made(program: str, svg: str, width: float, height: float) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "graph.html"), Path(folder, "graph.pdf")
        if "rsvg" in Path(program).name:
            command = [program, "--format=pdf", f"--output={target}", str(source)]
            source.write_text(svg, encoding="utf-8")
        else:
            size = f"@page{{size:{width:.0f}px {height + 1:.0f}px;margin:0}}"
            page = f"{size}body{{margin:0}}svg{{display:block}}"
            text = f'<!DOCTYPE html><meta charset="utf-8"><style>{page}</style>{svg}'
            source.write_text(text, encoding="utf-8")
            # Chromium has no sandbox for the superuser; the page is our own, without scripts.
            root = ["--no-sandbox"] if getattr(os, "geteuid", lambda: 1)() == 0 else []
            command = [
                program, "--headless", *root, "--disable-gpu", "--no-first-run",
                f"--user-data-dir={folder}/profile", "--no-pdf-header-footer",
                f"--print-to-pdf={target}", source.as_uri(),
            ]  # fmt: skip
        try:
            done = subprocess.run(command, capture_output=True, timeout=_SECONDS, check=False)  # noqa: S603  (fixed words)
        except (OSError, subprocess.SubprocessError) as error:
            raise SymgradError(f"{Path(program).name} failed: {error}") from error
        if done.returncode or not target.exists():
            raise SymgradError(f"{Path(program).name} wrote no pdf (status {done.returncode})")
        return target.read_bytes()
