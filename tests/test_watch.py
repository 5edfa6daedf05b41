"""`symgrad watch`: runs again when a file is saved, shows faults, ends in good order."""

import pytest

from symgrad.cli import main, watch_command
from symgrad.cli.watch_command import stamps, wait_for_change

GOOD = "param a = 1; data x = 2; J = (a*x - 1)^2"


@pytest.fixture
def model(tmp_path):
    path = tmp_path / "model.sg"
    path.write_text(GOOD)
    return path


@pytest.fixture
def pauses(monkeypatch):
    """Have things happen in the pauses between two looks: one for each pause, then an interrupt."""
    happening = []

    def sleep(seconds):
        if seconds == watch_command._SETTLED:
            return
        if not happening:
            raise KeyboardInterrupt
        happening.pop(0)()

    monkeypatch.setattr(watch_command.time, "sleep", sleep)
    return happening


def test_each_save_is_derived_and_a_fault_shown_at_its_place(model, pauses, capsys):
    pauses += [
        lambda: None,
        lambda: model.write_text(GOOD.replace("a*x", "a*z")),
        lambda: model.write_text(GOOD.replace("- 1", "- 12")),
    ]
    main(["watch", str(model)])
    done = capsys.readouterr()
    assert done.out.count("minimize J: 1 parameter, 1 path") == 2
    assert "J = (ax − 1)²" in done.out
    assert "J = (ax − 12)²" in done.out
    assert "error: unknown name `z`" in done.err
    assert f"--> {model}:1:" in done.err
    assert done.err.count(f"watching {model}; Ctrl-C ends") == 3


def test_any_command_runs_and_all_its_files_are_watched(model, pauses, capsys, tmp_path):
    claims = tmp_path / "claims.txt"
    claims.write_text("dJ/da = 2*(a*x - 1)")
    pauses.append(lambda: claims.write_text("dJ/da = 2*(a*x - 1)*x"))
    with pytest.raises(SystemExit) as ended:
        main(["watch", "--run", "verify", "--times", "1", str(model), str(claims)])
    assert ended.value.code == 1
    main(["watch", "--run", "verify", "--times", "2", str(model), str(claims)])
    assert "1 refuted" in capsys.readouterr().out


def test_options_of_the_command_stand_behind_its_file(model, capsys):
    main(["watch", "--times", "1", str(model), "--format", "latex", "--limit", "0"])
    assert capsys.readouterr().out.startswith("% minimize J")


def test_what_is_no_file_is_not_watched(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["watch", "no_such.sg"])
    assert ended.value.code == 2
    assert "there is no file `no_such.sg` to be watched" in capsys.readouterr().err


def test_a_file_that_is_gone_for_a_moment_is_waited_for(model, pauses):
    seen = stamps([model])
    moved = model.with_suffix(".new")
    pauses += [
        lambda: model.rename(moved),
        lambda: None,
        lambda: (moved.write_text(GOOD + "\n"), moved.rename(model)),
    ]
    wait_for_change([model], seen, 1)
    assert not pauses
