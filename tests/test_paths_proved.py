"""The sums over all paths are proved step by step, however many paths there are."""

import pytest

from symgrad import examples
from symgrad.derivation.derive import derive
from symgrad.expression.algebra import mul
from symgrad.expression.tree import number
from symgrad.render import paths_sheet
from symgrad.sources.loading import load
from symgrad.sources.text import parse
from tests.test_cells import recurrent

RELATED = {"black_scholes"}  # its branches cancel by an identity, for which all is put in


@pytest.mark.parametrize("name", sorted({*examples.names()} - RELATED))
def test_sums_of_the_examples_are_proved(name):
    d = derive(load(f"example:{name}"))
    assert paths_sheet._proved_by_steps(d) == {p for p in d.wrt if d.path_count(p)}


def test_more_paths_than_could_be_listed_are_proved():
    d = derive(parse(recurrent(60)))
    assert d.path_count("w") > 1_000
    sections = paths_sheet.paths_sheet(d, limit=3).sections
    assert [section.items[-1].status for section in sections] == ["proved"] * len(d.wrt)


def test_what_is_not_the_sum_is_not_proved(monkeypatch):
    d = derive(parse(recurrent(5)))
    right = paths_sheet._route_product
    monkeypatch.setattr(
        paths_sheet,
        "_route_product",
        lambda d, route, named: (
            mul(number(2), right(d, route, named)) if route[-1] == "s3" else right(d, route, named)
        ),
    )
    assert paths_sheet._proved_by_steps(d) == {"v"}  # the others lead through s3
