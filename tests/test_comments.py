"""The author's comments in emitted code: once, where they belong, whatever stands in them."""

import ast

import pytest

from symgrad.graph.comments import comments_of
from symgrad.sources.function import parse_function
from symgrad.sources.text import parse
from symgrad.targets import target_names
from symgrad.targets.codegen import generate

TEXT = """# A line through points. More of it.
# Source: a book.
param a = 1  # slope in 1/m

data x, y  # where it was measured
# what is predicted
u = a*x
J = (u - y)^2  # squared error
"""
HOSTILE = r"""# \"\"\" quoted ''' \N{x} \
param a  # */ ends it ??/
data x  # \
u = a*x  # type: ignore
J = u^2  # \u{41} */ } ` ${x} -->
"""
CODE = [name for name in target_names() if name != "pseudo"]


@pytest.mark.parametrize("target", CODE)
def test_each_comment_stands_once_beside_its_statement(target):
    code = generate(parse(TEXT), target)
    assert "A line through points. More of it." in code
    assert code.count("squared error") == 1
    lines = code.split("\n")
    (place,) = [i for i, line in enumerate(lines) if line.endswith(" what is predicted")]
    assert " = a*x" in lines[place + 1]
    assert "a: slope in 1/m" in code
    assert "x, y: where it was measured" in code


@pytest.mark.parametrize("target", ["c", "cpp", "javascript"])
def test_arguments_are_documented(target):
    code = generate(parse(TEXT), target)
    assert "slope in 1/m" in "".join(line for line in code.split("\n") if "@param" in line)


def test_the_first_sentence_is_the_docstring():
    for target in ("python", "numpy", "jax", "torch"):
        found = ast.get_docstring(ast.parse(generate(parse(TEXT), target)))
        assert found.startswith("A line through points.\n\n")


def test_comments_of_a_function_are_read():
    text = 'def J(a, x):\n    """Loss."""\n    # height\n    u = a*x  # at x\n    return u**2\n'
    found = comments_of(parse_function(text, "J", source="f.py"))
    assert found.title == ("Loss.",)
    assert dict(found.above) == {"u": ("height",)}
    assert dict(found.beside) == {"u": "at x"}


@pytest.mark.parametrize("target", ["python", "numpy", "jax", "torch"])
def test_no_comment_is_code(target):
    plain = "\n".join(line.partition("#")[0] for line in HOSTILE.split("\n"))
    code = ast.parse(generate(parse(HOSTILE), target))
    code.body[0].value.value = ""
    bare = ast.parse(generate(parse(plain), target))
    bare.body[0].value.value = ""
    assert ast.dump(code) == ast.dump(bare)
    assert "type :" in generate(parse(HOSTILE), target)


@pytest.mark.parametrize("target", ["c", "cpp", "javascript", "rust"])
def test_no_comment_ends_early(target):
    code = generate(parse(HOSTILE), target)
    assert "ends it" in code
    assert "*/ ends" not in code
    assert "*/ }" not in code
    assert not any("//" in line and line.endswith(("\\", "??/")) for line in code.split("\n"))


@pytest.mark.parametrize("target", target_names())
def test_ascii_is_ascii(target):
    text = "# Über λ → ∞.\nparam λ  # „Länge“\ndata x\nβ = λ*x  # Größe\nJ = β^2"
    assert generate(parse(text), target, encoding="ascii").isascii()
    assert not generate(parse(text), target).isascii()
