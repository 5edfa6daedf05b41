"""What a shell completes: commands, examples with their colon, names of nodes, targets."""

import shutil
import subprocess
import sys

import pytest

from symgrad.cli import arguments, cli

GRAPH = "param alpha = 1, beta = 2\ndata x = 1\nu = alpha*x\nJ = (u - beta)^2\n"


@pytest.fixture
def completed(tmp_path, monkeypatch, capsys):
    """Return what is offered for the last of some words."""
    (tmp_path / "model.sg").write_text(GRAPH, encoding="utf-8")
    monkeypatch.chdir(tmp_path)

    def offered(*words):
        monkeypatch.setenv("_SYMGRAD_COMPLETE", "bash_complete")
        monkeypatch.setenv("COMP_WORDS", " ".join(("symgrad", *words)))
        monkeypatch.setenv("COMP_CWORD", str(len(words)))
        with pytest.raises(SystemExit):
            cli.main(args=[], prog_name="symgrad")
        return [line.partition(",")[2] for line in capsys.readouterr().out.split()]

    return offered


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (("derive", "example:br"), ["example:branch_and_merge"]),
        (("derive", "mod"), ["mod"]),  # of the kind file: the shell looks for it
        (("derive", "model.sg", "--wrt", "a"), ["alpha"]),
        (("draw", "--paths", "alpha,u", "model.sg"), ["model.sg"]),
        (("draw", "model.sg", "--paths", "alpha,u"), ["alpha,u"]),
        (("paths", "model.sg", "b"), ["beta"]),
        (("derive", "gone.sg", "--wrt", "a"), []),
        (("generate", "model.sg", "--target", "jav"), ["javascript"]),
    ],
)
def test_the_last_word_is_completed(completed, words, offered):
    assert completed(*words) == offered


def test_a_large_graph_is_not_read(completed, monkeypatch):
    monkeypatch.setattr(arguments, "_MOST_BYTES", len(GRAPH) - 1)
    assert completed("derive", "model.sg", "--wrt", "a") == []


@pytest.mark.skipif(shutil.which("bash") is None, reason="no bash")
def test_bash_puts_words_with_a_colon_together(tmp_path):
    """It takes `example:kepler` for three words, and replaces the last of them."""
    program = tmp_path / "symgrad"
    program.write_text(
        f"#!{sys.executable}\nfrom symgrad.cli import cli\ncli.main(prog_name='symgrad')\n",
        encoding="utf-8",
    )
    program.chmod(0o755)
    script = f"""
    PATH={tmp_path}:$PATH
    source <(symgrad completion bash)
    COMP_WORDS=(symgrad derive example : kep) COMP_CWORD=4
    _symgrad_completion symgrad
    echo "${{COMPREPLY[*]}}"
    """
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "kepler\n"
