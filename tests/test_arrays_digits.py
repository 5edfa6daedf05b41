"""The network of docs/arrays.md, trained on scikit-learn's digits to the loss that stands there."""

import re
from pathlib import Path

import pytest

PAGE = Path(__file__).resolve().parent.parent / "docs" / "arrays.md"


def test_the_network_of_the_page_learns_the_digits():
    pytest.importorskip("sklearn")
    (code,) = (
        block
        for block in re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
        if "load_digits" in block
    )
    space = {}
    exec(code, space)  # noqa: S102  (the page's own code)
    assert space["loss"] < 0.02
    assert space["right"] > 0.9
