"""What README.md shows was run: every console block is run again, and its output compared."""

import re
import shlex
from pathlib import Path

import pytest

README = (Path(__file__).resolve().parent.parent / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```console\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
PYTHON = re.findall(r"^```python\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def sessions(block: str) -> list[tuple[str, str]]:
    """Split a block into commands and what each printed; `…` stands for lines left out."""
    parts = re.split(r"^\$ (.*)$", block, flags=re.MULTILINE)[1:]
    return [(parts[i], parts[i + 1].strip("\n")) for i in range(0, len(parts), 2)]


def agrees(shown: str, printed: str) -> bool:
    """Tell whether a text is what was printed, a line with `…` alone matching any lines."""
    pieces = [re.escape(piece) for piece in re.split(r"^…$", shown, flags=re.MULTILINE)]
    return re.fullmatch(".*".join(pieces), printed, re.DOTALL) is not None


def test_there_are_blocks_to_run():
    assert len(BLOCKS) >= 5


@pytest.mark.parametrize("block", BLOCKS, ids=range(len(BLOCKS)))
def test_console_block_shows_what_the_commands_print(block, run_python, tmp_path):
    for command, shown in sessions(block):
        words = shlex.split(command)
        if words[0] == "cat":
            (tmp_path / words[1]).write_text(shown + "\n", encoding="utf-8")
            continue
        assert words[0] == "symgrad", command
        done = run_python("-m", *words, cwd=tmp_path, status=None)
        assert agrees(shown, (done.stdout + done.stderr).strip("\n")), done.stdout + done.stderr


@pytest.mark.parametrize("block", PYTHON, ids=range(len(PYTHON)))
def test_python_block_runs_as_a_doctest(block, run_python, tmp_path):
    path = tmp_path / "readme.txt"
    path.write_text(block, encoding="utf-8")
    run_python("-m", "doctest", str(path), cwd=tmp_path)
