"""What README.md and docs/ show was run: every console block is run again, its output compared."""

import re
import shlex
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
ELSEWHERE = {"architecture.md"}  # its blocks are run by a test of their own


def blocks(kind: str) -> list[object]:
    """Return every block of a kind as a parameter, called by its page and its number there."""
    return [
        pytest.param(block, id=f"{page.stem}-{i}")
        for page in PAGES
        if page.name not in ELSEWHERE
        for i, block in enumerate(
            re.findall(
                rf"^```{kind}\n(.*?)^```$",
                page.read_text(encoding="utf-8"),
                re.MULTILINE | re.DOTALL,
            )
        )
    ]


def sessions(block: str) -> list[tuple[str, str]]:
    """Split a block into commands and what each printed; `…` stands for lines left out."""
    parts = re.split(r"^\$ (.*)$", block, flags=re.MULTILINE)[1:]
    return [(parts[i], parts[i + 1].strip("\n")) for i in range(0, len(parts), 2)]


def agrees(shown: str, printed: str) -> bool:
    """Tell whether a text is what was printed, a line with `…` alone matching any lines."""
    pieces = [re.escape(piece) for piece in re.split(r"^…$", shown, flags=re.MULTILINE)]
    return re.fullmatch(".*".join(pieces), printed, re.DOTALL) is not None


def test_there_are_blocks_to_run():
    assert len(blocks("console")) >= 20


def test_the_pages_of_the_site_are_those_that_there_are():
    nav = (ROOT / "mkdocs.yml").read_text(encoding="utf-8").partition("nav:")[2]
    assert set(re.findall(r"[\w-]+\.md", nav)) == {page.name for page in PAGES[1:]}


def test_links_lead_to_files():
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


@pytest.mark.parametrize("block", blocks("console"))
def test_console_block_shows_what_the_commands_print(block, run_module, tmp_path):
    for command, shown in sessions(block):
        words = shlex.split(command)
        if words[0] == "cat":
            (tmp_path / words[1]).write_text(shown + "\n", encoding="utf-8")
            continue
        assert words[0] == "symgrad", command
        done = run_module("-m", *words, cwd=tmp_path, status=None)
        assert agrees(shown, (done.stdout + done.stderr).strip("\n")), done.stdout + done.stderr


@pytest.mark.parametrize("block", blocks("python"))
def test_python_block_runs_as_a_doctest(block, run_module, tmp_path):
    path = tmp_path / "readme.txt"
    path.write_text(block, encoding="utf-8")
    run_module("-m", "doctest", str(path), cwd=tmp_path)
