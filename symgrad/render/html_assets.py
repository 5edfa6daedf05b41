"""What every page carries in itself: style, script, and KaTeX with its fonts and its licence."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).resolve().parent / "assets"
_FACE = re.compile(r"@font-face\{[^}]*\}")
_WOFF2 = re.compile(r"url\((fonts/[\w-]+\.woff2)\)")


@dataclass(frozen=True, slots=True)
class Assets:
    """The text of everything that is inlined; `hashes` are those of the scripts, for the policy."""

    style: str
    katex_style: str
    katex_script: str
    script: str
    licence: str

    @property
    def hashes(self) -> str:
        """The hashes of the scripts as a content security policy lists them."""
        return " ".join(_hash(text) for text in (self.katex_script, self.script))


def assets(script: str = "") -> Assets:
    """Return everything that is inlined into a page with a script."""
    katex = FOLDER / "katex"
    licence = _text(katex, "LICENSE")
    return Assets(
        _text(FOLDER, "report.css"),
        _with_fonts(_text(katex, "katex.min.css"), katex),
        f"/*! KaTeX, katex.org\n\n{licence}*/\n{_text(katex, 'katex.min.js')}",
        script,
        licence,
    )


def shipped(name: str) -> str:
    """Return the text of one shipped file."""
    return _text(FOLDER, name)


def page_script(name: str) -> str:
    """Return the script of one kind of page, after what every page of formulas does."""
    return f"{shipped('pages.js')}{shipped(name)}"


def _text(folder: Path, name: str) -> str:
    return (folder / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def _with_fonts(style: str, katex: Path) -> str:
    """Return the style sheet with the shipped fonts in it, and without the faces of the others."""

    def face(found: re.Match[str]) -> str:
        source = _WOFF2.search(found[0])
        font = katex / source[1] if source else None
        if font is None or not font.is_file():
            return ""
        data = base64.b64encode(font.read_bytes()).decode()
        start = found[0].partition("src:")[0]
        return f'{start}src:url(data:font/woff2;base64,{data}) format("woff2")}}'

    return _FACE.sub(face, style)
