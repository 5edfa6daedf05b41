"""One name, one meaning; functions of one screen; identity in one module: read with `ast`."""

import ast
from collections import defaultdict

import pytest

from tests import sources

SCREEN = 40  # lines of a function, its head and its docstring apart

LONGEST = 50  # in rooms that are on their way there
# Those rooms, and the functions that are longer still: they are to go.
LONG = ("verify/drafting/", "verify/reading/")
LONGER = set()
# Names that do not say what comes back, and rooms in which they still stand.
SAYS_NOTHING = {"_at", "_joined", "_own", "_parts", "_product"}
UNSAID = ("accuracy/", "cli/", "render/svg_text.py", "targets/", "sources/arrays/")
# An array room may call its counterpart of a scalar class alike, but for the words used everywhere.
EVERYWHERE = {"Block", "Evaluator", "Formula", "Line", "Poly", "Sheet", "Statement", "_Writer"}


def functions(nodes):
    return [n for n in nodes if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]


def length(function):
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    return body[-1].end_lineno - body[0].lineno + 1 if body else 0


def test_a_class_is_defined_once():
    homes = defaultdict(list)
    for name, nodes in sources.nodes().items():
        for node in nodes:
            alike = "/arrays/" in name
            if isinstance(node, ast.ClassDef) and not (alike and node.name not in EVERYWHERE):
                homes[node.name].append(name)
    assert not {name: found for name, found in homes.items() if len(found) > 1}


def test_a_constant_is_said_once_in_its_module():
    """Of two the first is dead, or the other one is a copy that a merge has left behind."""
    twice = []
    for name, tree in sources.trees().items():
        said = [one.id for node in tree.body if isinstance(node, ast.Assign) for one in node.targets
                if isinstance(one, ast.Name)]  # fmt: skip
        twice += [(name, word) for word in {*said} if said.count(word) > 1]
    assert not twice


def test_a_function_fits_on_a_screen():
    lengths = {
        (name, function.name): length(function)
        for name, nodes in sources.nodes().items()
        for function in functions(nodes)
    }
    long = {
        place
        for place, lines in lengths.items()
        if lines > (LONGEST if place[0].startswith(LONG) else SCREEN)
    }
    assert not long - LONGER
    assert not {place for place in LONGER if lengths.get(place, 0) <= SCREEN}, (
        "take it off the list"
    )


def test_a_helper_says_what_it_returns():
    unsaid = {
        (name, function.name)
        for name, nodes in sources.nodes().items()
        if not name.startswith((*UNSAID, "expression/arrays/", "verify/reading/"))
        for function in functions(nodes)
        if function.name in SAYS_NOTHING
    }
    assert not unsaid - {("expression/printer.py", "_product")}


def test_identity_is_asked_for_in_one_module():
    asking = {
        name
        for name, nodes in sources.nodes().items()
        for node in nodes
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "id"
    }
    assert asking == {"expression/identity.py"}


def key_of(call, constants):
    """Return the text that a `Var(…)` is called by where the code says it: "" where it does not."""
    (key,) = call.args or [call.keywords[0].value]
    if isinstance(key, ast.Name):
        key = constants.get(key.id, key)
    if isinstance(key, ast.BinOp):
        key = constants.get(getattr(key.left, "id", ""), key.left)
    if isinstance(key, ast.JoinedStr):
        key = key.values[0]
    return key.value if isinstance(key, ast.Constant) and isinstance(key.value, str) else ""


def test_what_has_no_name_is_a_mark():
    """A text that is no name, a prime of a next value apart, is a `Mark` where it is a key."""
    found = set()
    for name, tree in sources.trees().items():
        constants = {
            target.id: node.value
            for node in tree.body
            if isinstance(node, ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        for node in sources.nodes()[name]:
            called = isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Var"
            if called and not key_of(node, constants).rstrip("'").isidentifier():
                found |= {(name, key_of(node, constants))} - {(name, "")}
    assert not found


@pytest.mark.parametrize("pattern", ["endswith", "startswith", "partition", "removesuffix"])
def test_no_sentence_of_ours_is_taken_apart(pattern):
    """What was told in words is not read again: no text with blanks is looked for in another."""
    found = [
        f"{name}:{node.lineno}"
        for name, nodes in sources.nodes().items()
        if name.startswith(("verify/explaining/", "verify/deciding/", "trace/", "render/html"))
        for node in nodes
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == pattern
        and any(
            isinstance(word, ast.Constant)
            and isinstance(word.value, str)
            and any(letter.isalpha() for letter in word.value)
            and " " in word.value.strip("\n")
            for word in node.args
        )
    ]
    assert not found
