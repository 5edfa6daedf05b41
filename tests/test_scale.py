"""docs/scale.md: its program runs on a cluster of several processes and prints what stands there.

Needs the extra `scale`, the other one JAX; skipped without them.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from symgrad import examples
from symgrad.sources.text import parse
from symgrad.targets.codegen import emit

PAGE = Path(__file__).parent.parent / "docs" / "scale.md"
SECONDS = 120


def block(mark):
    """Return the text of the fenced block behind a comment of the page."""
    found = re.search(
        rf"<!-- scale: {mark} -->\n```\w+\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL
    )
    return found[1]


def test_the_program_of_the_page_runs_on_three_workers(tmp_path):
    pytest.importorskip("dask.distributed")
    pytest.importorskip("pyarrow")
    graph = parse(examples.read("branch_and_merge"))
    for file in emit(graph, "numpy", module="branch_and_merge", include=["partial_sums"]):
        (tmp_path / file.name).write_text(file.text, encoding="utf-8")
    (tmp_path / "fit.py").write_text(block("fit.py"), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "fit.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == block("output")
    assert "on 3 workers; as in one process to 1e-12: True" in done.stdout


def test_jax_shares_the_rows_out_among_four_devices(tmp_path):
    pytest.importorskip("jax")
    graph = parse(examples.read("branch_and_merge"))
    for file in emit(graph, "jax", module="branch_and_merge", only=["value_and_gradient"]):
        (tmp_path / file.name).write_text(file.text, encoding="utf-8")
    (tmp_path / "shard.py").write_text(block("shard.py"), encoding="utf-8")
    flags = "--xla_force_host_platform_device_count=4"
    done = subprocess.run(
        [sys.executable, "shard.py"],
        cwd=tmp_path,
        env={**os.environ, "XLA_FLAGS": flags},
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == block("devices")
    assert "on 4 devices; as on one to 1e-12: True" in done.stdout
