"""docs/architecture.md: its examples run, and the rooms that it lists are those that there are."""

import doctest
import re
from pathlib import Path

from symgrad import targets

ROOT = Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "docs" / "architecture.md"


def test_every_example_gives_what_is_written(monkeypatch):
    monkeypatch.setattr(targets, "_registered", {})  # the language added there is gone again
    text = DOCUMENT.read_text(encoding="utf-8").replace("\n```", "\n")
    test = doctest.DocTestParser().get_doctest(text, {}, DOCUMENT.name, str(DOCUMENT), 0)
    assert len(test.examples) > 20
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE)
    assert runner.run(test).failed == 0


def test_the_rooms_are_those_that_there_are():
    listed = re.findall(r"^\| `(\w+)` \|", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE)
    rooms = {path.parent.name for path in (ROOT / "symgrad").glob("*/__init__.py")}
    assert set(listed) == rooms - {"examples"}
