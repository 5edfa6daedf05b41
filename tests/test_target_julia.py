"""Emitted Julia: its text is parsed where tree-sitter's grammar is installed; nothing runs it."""

import functools
import re
from pathlib import Path

import pytest

from symgrad import examples
from symgrad.derivation.derive import derive
from symgrad.expression.functions import FUNCTIONS
from symgrad.sources.text import parse
from symgrad.targets import target
from symgrad.targets.check_code import check
from symgrad.targets.codegen import emit, generate
from tests.frameworks import FUNCTIONS as EVERY
from tests.frameworks import GRAPHS, KINKS, OUTPUTS

OPEN = "function f\nparam a, std; data x; const k = 2; J = k*f(a*x)^2 + std"
ONE = "param a = 1; J = exp(a)/a"
LONG = "\n".join(["param " + ", ".join(f"a{i}" for i in range(40)), "data x",
                  "J = " + " + ".join(f"sin(a{i}*x)" for i in range(40))])  # fmt: skip
SERIES = examples.read("pendulum_energy")
GIVEN = {"every": EVERY, "outputs": OUTPUTS, "open": OPEN, "one": ONE, "long": LONG,
         "series": SERIES, **GRAPHS}  # fmt: skip
COMMITTED = Path(__file__).parents[1] / "generated"


@functools.cache
def derived(name):
    return derive(parse(GIVEN[name]))


@pytest.fixture(scope="module")
def tree():
    """Return a parser of Julia: the tree of a text without a fault."""
    grammar = pytest.importorskip("tree_sitter_julia")
    tree_sitter = pytest.importorskip("tree_sitter")
    parser = tree_sitter.Parser(tree_sitter.Language(grammar.language()))

    def parsed(text):
        root = parser.parse(text.encode("utf-8")).root_node
        assert not root.has_error, text
        return root

    return parsed


def names_of(text):
    """Return the functions of a module in order, and their bodies."""
    pieces = re.split(r"^function ([a-z]\w*)\(", text, flags=re.MULTILINE)
    return dict(zip(pieces[1::2], pieces[2::2], strict=True))


@pytest.mark.parametrize("name", GIVEN)
def test_every_module_is_parsed(tree, name):
    include = [] if name in {"long", "every"} else ["hessian", "hvp"]
    safe = name == "series"  # the one that brings functions of its own along
    text = generate(
        derived(name), "julia", module="fit", include=include, optimizer="adamw", safe=safe
    )
    assert not safe or "function _series1(t)" in text
    kinds = [node.type for node in tree(text).children if "comment" not in node.type]
    assert kinds == ["module_definition"]


def test_the_committed_modules_are_parsed(tree):
    files = list(COMMITTED.glob("*.jl"))
    assert files
    for file in files:
        tree(file.read_text(encoding="utf-8"))


def test_a_fault_is_seen(tree):
    text = generate(parse(KINKS), "julia")
    with pytest.raises(AssertionError):
        tree(text.replace("return", "return )", 1))


def test_every_name_of_a_module_is_defined_or_of_the_library():
    """What begins with an underscore is a helper, and stands before the functions."""
    for name in GIVEN:
        code = generate(derived(name), "julia", optimizer="adam", safe=name == "series")
        body = "\n".join(line.partition("#")[0] for line in code.split("\n"))
        used = set(re.findall(r"(?<!\w)_\w+(?=\()", body))
        made = set(re.findall(r"^(?:function )?(_\w+)\(", body, re.MULTILINE))
        assert used == made
        assert ("SpecialFunctions." in body) == ("\nimport SpecialFunctions\n" in body)


def test_there_is_a_helper_for_every_name_that_records_need():
    needs = {need for row in FUNCTIONS.values() for language, spelling in row.spellings
             if language == "julia" for need in spelling.needs}  # fmt: skip
    assert needs - {"SpecialFunctions"} <= target("julia").helpers.keys()


def test_constants_are_given_by_name_and_numbers_are_made_floating_point():
    code = generate(parse("param a = 1.5, b; data x; const k = 0.25; J = k*(a + b*x)^2"), "julia")
    assert "function value(a::Real, b::Real, x::Real; k::Real = 0.25)\n" in code
    assert "    (a, b, x, k) = map(float, (a, b, x, k))\n" in code
    assert "    grad = gradient(a, b, x; k = k)\n" in code
    assert "k::Real = 0.25, rate::Real = 0.1)\n" in code


def test_results_are_named_tuples_of_one_field_too():
    code = generate(parse(ONE), "julia", optimizer="momentum")
    assert re.search(r"return \(a = \w+,\)\n", names_of(code)["gradient"])
    assert "const START = (velocity_a = 0.0,)\n" in code
    assert re.search(r"return \(a = .+,\), \(velocity_a = \w+,\)\n", names_of(code)["update"])


def test_the_module_is_not_called_as_one_of_its_functions():
    graph = parse("param a; data x; J = a*x")
    assert "\nmodule value_\n" in generate(graph, "julia", module="value")
    assert "\nmodule end_\n" in generate(graph, "julia", module="end")
    taken = generate(parse("param fit; data x; J = fit*x"), "julia", module="fit")
    assert "function value(fit_::Real, x::Real)" in taken


def test_functions_without_a_body_are_arguments():
    code = generate(parse(OPEN), "julia")
    assert "function value(a::Real, std::Real, x::Real, f, f_prime; k::Real = 2.0)\n" in code


def test_it_is_not_checked_and_says_why(run_module):
    d = derive(parse("param a; data x; J = a*x"))
    assert check(d, "julia", emit(d, "julia")).points is None
    words = ("-m", "symgrad", "generate", "example:kepler", "-t", "julia", "--check")
    assert "--check cannot run the target `julia`" in run_module(*words, status=2).stderr
