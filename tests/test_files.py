"""Files: whole or not at all, nobody's lost, pipes and devices written to and never replaced."""

import os
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

import symgrad as sg
from symgrad.cli import main
from symgrad.errors import SymgradError
from symgrad.render.files import is_own, write_file

EXAMPLE = "example:branch_and_merge"
WRITTEN = {
    "graph.svg": ["draw", EXAMPLE],
    "graph.dot": ["draw", EXAMPLE],
    "graph.mmd": ["draw", EXAMPLE],
    "model.py": ["generate", EXAMPLE, "--no-check"],
    "model.mjs": ["generate", EXAMPLE, "--no-check", "-t", "javascript"],
    "model.h": ["generate", EXAMPLE, "--no-check", "-t", "c"],
    "trace.txt": ["trace", EXAMPLE],
    "trace.csv": ["trace", EXAMPLE, "--format", "csv"],
    "trace.json": ["trace", EXAMPLE, "--format", "json"],
    "trace.tex": ["trace", EXAMPLE, "--format", "latex"],
    "trace.md": ["trace", EXAMPLE, "--format", "markdown"],
    "short.md": ["trace", EXAMPLE, "--format", "markdown", "--show", "short"],
    "report.html": ["report", EXAMPLE],
}
THESES = (
    "my thesis; it quotes: Made by symgrad",
    "Made by symgrad",
    "# Made by symgrad",
    "# My notes\n\n# Made by symgrad: value, gradient and update step of J.\n",
    "<!-- Made by symgrad -->\n# A page about symgrad",
    "% Made by symgrad\n\\documentclass{article}",
    '{"title": "x", "generator": "Made by symgrad"}',
    '<!DOCTYPE html>\n<p>see <meta name="generator" content="symgrad 0.1.0">',
    "step,x,y\n1,2,3\n",
)


@pytest.mark.parametrize("name", WRITTEN)
def test_what_a_command_wrote_it_writes_again(name, tmp_path, capsys):
    path = tmp_path / name
    for _ in range(2):
        main([*WRITTEN[name], "-o", str(path)])
    assert path.stat().st_size > 100
    assert is_own(path.read_bytes())
    assert not is_own(b"# x\n" + path.read_bytes())
    capsys.readouterr()


def test_a_png_is_known_again():
    signed = b"\x89PNG\r\n\x1a\n" + b"h" * 25 + b"size" + b"tEXtComment\0Made by symgrad"
    assert is_own(signed)
    assert not is_own(signed.replace(b"Comment", b"Remarks"))


@pytest.mark.parametrize("name", ["graph.svg", "model.py", "trace.md", "report.html"])
def test_a_file_of_somebody_else_is_kept(name, tmp_path, capsys):
    path = tmp_path / name
    for text in THESES:
        path.write_text(text, encoding="utf-8")
        with pytest.raises(SymgradError, match="was not written by symgrad"):
            write_file(path, "text")
    with pytest.raises(SystemExit) as ended:
        main([*WRITTEN[name], "-o", str(path)])
    assert ended.value.code == 2
    assert "was not written by symgrad" in capsys.readouterr().err
    assert path.read_text(encoding="utf-8") == THESES[-1]


def test_drawing_from_python_keeps_them_too(tmp_path):
    path = tmp_path / "graph.svg"
    path.write_text("mine", encoding="utf-8")
    graph = sg.load(EXAMPLE)
    with pytest.raises(SymgradError, match="give force=True"):
        sg.draw(graph, path)
    assert path.read_text(encoding="utf-8") == "mine"
    sg.draw(graph, path, force=True)
    assert is_own(path.read_bytes())


def test_a_link_stays_a_link_and_permissions_stay(tmp_path):
    target, link = tmp_path / "there.svg", tmp_path / "here.svg"
    target.write_text("", encoding="utf-8")
    target.chmod(0o600)
    link.symlink_to(target)
    write_file(link, "<!-- Made by symgrad -->\n<svg ")
    assert link.is_symlink()
    assert target.read_text(encoding="utf-8").startswith("<!-- Made")
    assert stat.S_IMODE(target.stat().st_mode) == 0o600


def test_what_cannot_be_written_leaves_nothing_behind(tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(SymgradError, match=r"cannot (write|read)"):
        write_file(tmp_path / "file" / "graph.svg", "text")
    assert [item.name for item in tmp_path.iterdir()] == ["file"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes with names")
class TestPipes:
    def test_a_pipe_that_nobody_reads_is_an_error_at_once(self, tmp_path):
        pipe = tmp_path / "pipe.svg"
        os.mkfifo(pipe)
        begin = time.monotonic()
        with pytest.raises(SymgradError, match="nobody reads this pipe"):
            write_file(pipe, "text")
        assert time.monotonic() - begin < 5
        assert stat.S_ISFIFO(pipe.stat().st_mode)

    def test_a_pipe_that_is_read_gets_it_all(self, tmp_path):
        pipe = tmp_path / "pipe.svg"
        os.mkfifo(pipe)
        text = "x" * 300_000
        handle = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
        writer = threading.Thread(target=write_file, args=(pipe, text))
        writer.start()
        os.set_blocking(handle, True)
        with os.fdopen(handle, "rb") as stream:
            time.sleep(0.05)
            found = stream.read()
        writer.join(10)
        assert found == text.encode()
        assert stat.S_ISFIFO(pipe.stat().st_mode)

    def test_a_device_is_written_to(self):
        write_file(Path(os.devnull), "text")
        assert stat.S_ISCHR(Path(os.devnull).stat().st_mode)

    def test_standard_output_by_its_name(self, tmp_path):
        done = subprocess.run(
            [sys.executable, "-m", "symgrad", "draw", EXAMPLE, "--format=svg", "-o/dev/stdout"],
            capture_output=True, check=False, encoding="utf-8",
            env={**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parent.parent)},
        )  # fmt: skip
        assert done.stdout.startswith("<!-- Made by symgrad -->"), done.stderr
        assert not list(tmp_path.iterdir())
