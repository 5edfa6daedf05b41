"""Rows of the table found in formulas, and the parts of trees that they are looked up by."""

import pickle

from symgrad.accuracy import matching
from symgrad.accuracy.matching import rewrites
from symgrad.accuracy.rows import ROWS
from symgrad.expression.tree import Var
from symgrad.sources.grammar import parse_expression


def tree(text):
    return parse_expression(text, source="", line=1, column=1, text_line=text, resolve=Var)


def test_what_a_row_cannot_match_is_told_by_its_kind_alone(monkeypatch):
    subjects = [row.trees[0] for row in ROWS]
    rows = [row.trees for row in ROWS[::3]]

    def found():
        return [[list(rewrites(*row, e)) for e in subjects] for row in rows]

    told = found()
    monkeypatch.setattr(matching, "_may_hold", lambda *_: True)
    monkeypatch.setattr(matching, "_may_be", lambda *_: True)
    assert told == found()
    assert sum(map(len, (forms for row in told for forms in row))) > 2 * len(rows)


def test_a_part_keeps_its_hash_and_does_not_take_it_elsewhere():
    e, fresh = tree("exp(a*x)/(1 + b^2)"), tree("exp(a*x)/(1 + b^2)")
    assert hash(e) == hash(e) == hash(fresh)
    assert pickle.dumps(e) == pickle.dumps(tree("exp(a*x)/(1 + b^2)"))  # texts hash anew elsewhere
