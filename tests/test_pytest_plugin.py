"""The pytest plugin, run in a pytest of its own."""

import pytest

MODEL = "param a\ndata x\nJ = (a*x)^2\n"
CHECKED = MODEL + "check dJ/da = 2*a*x^2\n"


@pytest.fixture
def run(run_module, tmp_path):
    def start(*arguments, status=0, **files):
        (tmp_path / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
        for name, text in files.items():
            (tmp_path / name.replace("__", ".")).write_text(text, encoding="utf-8")
        return run_module(
            "-m", "pytest", "-p", "symgrad.pytest_plugin", "-p", "no:cacheprovider", "-q",
            *arguments, status=status, cwd=tmp_path, PYTEST_DISABLE_PLUGIN_AUTOLOAD="1",
        ).stdout  # fmt: skip

    return start


def test_check_lines_become_tests(run):
    wrong = MODEL + "check dJ/da = 2*a*x^2\ncheck dJ/da = a*x^2\n"
    out = run("--symgrad", status=1, m__sg=wrong, plain__sg=MODEL)
    assert "1 failed, 1 passed" in out
    assert "✗" in out
    assert "correction: 2*a*x^2" in out
    assert "line 5: dJ/da = a*x^2" in out


def test_nothing_is_collected_without_the_option(run):
    run(status=5, m__sg=CHECKED)


def test_articles_are_collected_when_named(run):
    article = "$\\frac{\\partial J}{\\partial a} = 2ax^2$ and $J = a^2x^2$"
    assert "2 passed" in run("--symgrad", "m.md", m__sg=MODEL, m__md=article)
    assert "1 passed" in run("--symgrad", m__sg=CHECKED, m__md=article)
    article += " with $x = 2$ and $q = 2a$ and $k \\in N$"
    assert "2 passed in" in run("--symgrad", "m.md", m__sg=MODEL, m__md=article)


def test_an_article_may_name_its_graph(run):
    article = "<!-- symgrad: graph other.sg -->\n$J = a^2x^2$"
    assert "1 passed" in run("--symgrad", "text.md", other__sg=MODEL, text__md=article)


def test_an_article_without_a_graph_is_an_error(run):
    assert "text.md has no graph" in run("--symgrad", "text.md", status=2, text__md="$J = 1$")


def test_a_graph_that_cannot_be_read_is_an_error(run):
    out = run("--symgrad", status=2, m__sg="J = hh\ncheck dJ/da = 1\n")
    assert "unknown name `hh`" in out


GRADIENT = """
import pytest

GRAPH = "param w, b; data x, y\\nz = w*x + b\\nJ = (z - y)^2 + w^2"

def good(w, b, x, y):
    return {"w": 2*(w*x + b - y)*x + 2*w, "b": 2*(w*x + b - y)}

def bad(w, b, x, y):
    return 2*(w*x + b - y)*x, 2*(w*x + b - y)

def test_good(symgrad_check_gradient):
    symgrad_check_gradient(good, GRAPH)

def test_bad(symgrad_check_gradient):
    symgrad_check_gradient(bad, GRAPH, points=5)
"""


def test_the_fixture_names_component_and_path(run):
    out = run("test_gradient.py", status=1, test_gradient__py=GRADIENT)
    assert "1 failed, 1 passed" in out
    assert "component `w`: the path J → w is left out" in out
