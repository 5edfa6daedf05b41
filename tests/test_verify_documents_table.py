"""Every row of the tables of docs/verify.md: what the documentation says is read, is read."""

import re
from pathlib import Path

import pytest

import symgrad as sg

PAGE = Path(__file__).parent.parent / "docs" / "verify.md"
TEXT = PAGE.read_text(encoding="utf-8")
SECTION = TEXT.partition("## Documents")[2].partition("\n## ")[0]
GRAPH = sg.parse(re.search(r"```symgrad\n(.*?)```", SECTION, re.DOTALL)[1])
ROW = re.compile(r"^\| (?P<kind>[^|]+) \| `(?P<suffix>\.\w+)` \| (?P<written>.+) \|$", re.MULTILINE)


def plain(written: str) -> str:
    """Return the text that a cell shows: no code marks, line ends for ⏎, bars without escape."""
    ticks = re.match(r"`+", written)[0]
    inside = written[len(ticks) : -len(ticks)]
    return inside.strip(" ").replace("⏎", "\n").replace("\\|", "|")


ROWS = [(m["kind"], m["suffix"], plain(m["written"])) for m in ROW.finditer(SECTION)]


def test_the_tables_are_found():
    assert len(ROWS) >= 40


@pytest.mark.parametrize(("kind", "suffix", "text"), ROWS, ids=[row[0] for row in ROWS])
def test_what_the_table_shows_is_read(kind, suffix, text):
    del kind
    report = sg.verify(GRAPH, text, source=f"claims{suffix}")
    assert [verdict.status for verdict in report.verdicts] == ["proved"], str(report)
    wrong = re.sub(r"p - y|p &minus; y|ax \+ b", lambda m: m[0].replace("b", "2b") + " + 3p", text)
    assert wrong != text
    report = sg.verify(GRAPH, wrong, source=f"claims{suffix}")
    assert [verdict.status for verdict in report.verdicts] == ["refuted"], str(report)
