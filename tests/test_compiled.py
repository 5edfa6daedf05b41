"""`sg.compile(…, "c")` as a Python module: what it takes, what it refuses, where it is kept."""

import math
from fractions import Fraction

import numpy as np
import pytest

import symgrad as sg
from symgrad.errors import SymgradError
from symgrad.sources.text import parse
from symgrad.targets.running_c import c_compiler

pytestmark = pytest.mark.skipif(c_compiler() is None, reason="there is no C compiler")
GRAPH = "param a, b\ndata x, y\nconst k = 2\nJ = (a*x + b - y)^2/k"


@pytest.fixture(scope="module")
def module():
    return sg.compile(parse(GRAPH), "c")


@pytest.fixture(scope="module")
def reference():
    return sg.compile(parse(GRAPH), "numpy")


PAIR = np.array([1.0, 2.0])


class Column:
    """Data as a data frame gives them: known only by `__array__`."""

    def __array__(self, dtype=None, copy=None):
        return np.array([1.0, 2.0], dtype)


REFUSED = {
    "text": ("0.3", 0.0, 1.0, 2.0),
    "nothing": (None, 0.0, 1.0, 2.0),
    "complex": (1j, 0.0, 1.0, 2.0),
    "array for a parameter": (PAIR, 0.0, PAIR, PAIR),
    "list for a parameter": ([1.0, 2.0], 0.0, 1.0, 2.0),
    "ragged list": (1.0, 0.0, [[1.0], [1.0, 2.0]], [1.0, 2.0]),
    "objects": (1.0, 0.0, np.array([1, None], object), PAIR),
    "mask": (1.0, 0.0, np.ma.array([1.0, 2.0], mask=[False, True]), PAIR),
    "no sample": (1.0, 0.0, np.array([]), np.array([])),
    "lengths": (1.0, 0.0, PAIR, PAIR[:1]),
    "matrix": (1.0, 0.0, np.ones((2, 2)), np.ones((2, 2))),
    "dates": (1.0, 0.0, np.array(["2020", "2021"], "M8[Y]"), PAIR),
}


@pytest.mark.parametrize("given", REFUSED.values(), ids=REFUSED)
def test_what_numpy_code_refuses_is_refused_in_the_same_words(module, reference, given):
    for name in ("value", "gradient", "value_and_gradient"):
        with pytest.raises((TypeError, ValueError)) as expected:
            getattr(reference, name)(*given)
        with pytest.raises(type(expected.value)) as found:
            getattr(module, name)(*given)
        assert str(found.value) == str(expected.value)


TAKEN = {
    "column of a frame": (1.0, 0.0, Column(), PAIR),
    "range": (1.0, 0.0, range(3), 2.0),
    "single precision": (np.float32(0.5), 0.0, np.ones(3, np.float32), np.ones(3)),
    "integers": (1, 0, np.arange(3), [1, 2, 3]),
    "backwards with gaps": (1.0, 0.0, np.arange(8.0)[::-2], np.ones(4)),
    "column": (1.0, 0.0, np.ones((3, 3), order="C")[:, 1], np.ones(3)),
    "read-only": (1.0, 0.0, np.broadcast_to(2.0, 4), np.ones(4)),
    "one number for all": (1.0, 0.0, np.arange(4.0), 2.0),
    "array of no dimension": (np.array(1.5), 0.0, np.array(1.0), np.array(2.0)),
}


@pytest.mark.parametrize("given", TAKEN.values(), ids=TAKEN)
def test_what_numpy_code_takes_gives_the_same(module, reference, given):
    value, gradient = module.value_and_gradient(*given)
    expected, slopes = reference.value_and_gradient(*given)
    assert value == pytest.approx(expected, rel=1e-14)
    assert tuple(gradient) == pytest.approx(tuple(slopes), rel=1e-14)


def test_any_real_number_is_taken(module):
    assert module.value(Fraction(1, 2), 0, np.bool_(1), 2.0) == 1.125


def test_nan_is_passed_on(module):
    assert math.isnan(module.value(1.0, 0.0, np.array([1.0, np.nan]), PAIR))


def test_settings_of_update_by_place_and_by_name():
    module = sg.compile(parse(GRAPH), "c", optimizer="momentum")
    point = (1.0, 0.0, 1.0, 2.0)
    by_place, state = module.update(*point, 2.0, 0.5, 0.9)
    by_name, same = module.update(*point, rate=0.5, momentum=0.9)
    assert by_place == by_name
    assert state == same
    again, _ = module.update(*point, 2.0, 0.5, 0.9, state)
    assert again == module.update(*point, rate=0.5, momentum=0.9, state=state)[0] != by_place


@pytest.mark.parametrize(
    ("extra", "named", "message"),
    [
        ((2.0, 0.5, 1.0), {}, "6 arguments are taken, 7 were given"),
        ((2.0, 0.5), {"rate": 0.1}, "`rate` is given twice"),
        ((), {"rat": 0.1}, "`rat` is unknown"),
        ((), {"rate": "x"}, "`rate` must be a real number, not str"),
    ],
)
def test_settings_that_are_wrong(module, extra, named, message):
    with pytest.raises(TypeError, match=message):
        module.update(1.0, 0.0, 1.0, 2.0, *extra, **named)


def test_target_is_suggested():
    with pytest.raises(SymgradError, match="did you mean `numpy`"):
        sg.compile(parse(GRAPH), "nump")


def test_library_is_kept_and_found_again(tmp_path, monkeypatch):
    monkeypatch.setenv("SYMGRAD_CACHE", str(tmp_path / "deep" / "cache"))
    sg.compile(parse(GRAPH), "c")
    (kept,) = (tmp_path / "deep" / "cache").iterdir()
    before = kept.stat().st_mtime_ns
    assert sg.compile(parse(GRAPH), "c").value(1.0, 0.0, 1.0, 2.0) == 0.5
    assert [file.stat().st_mtime_ns for file in kept.parent.iterdir()] == [before]


def test_folder_that_cannot_be_written_is_done_without(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("SYMGRAD_CACHE", str(tmp_path / "file" / "cache"))
    assert sg.compile(parse(GRAPH), "c").value(1.0, 0.0, 1.0, 2.0) == 0.5


def test_library_that_is_damaged_is_made_anew(tmp_path, monkeypatch):
    monkeypatch.setenv("SYMGRAD_CACHE", str(tmp_path))
    # A library that is loaded must not be written over: this one is not.
    text = "param a; data x; J = a*x + 12345"
    sg.compile(parse(text), "c")
    (kept,) = tmp_path.iterdir()
    kept.rename(tmp_path / "moved")
    kept.write_bytes(b"not a library")
    assert sg.compile(parse(text), "c").value(1.0, 2.0) == 12347.0
