"""Expressions: what is read is the tree that was written."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from symgrad.errors import SourceError
from symgrad.expression.tree import (
    Add,
    Call,
    Compare,
    Constant,
    Div,
    Expression,
    Logic,
    Mul,
    Neg,
    Number,
    Pow,
    Var,
    number,
    walk,
)
from symgrad.sources.grammar import Parser, parse_expression
from symgrad.sources.latex import translate
from symgrad.sources.lexer import BadNumber, read_number
from symgrad.sources.problems import Origin

A, B, C, X, Y, U = (Var(name) for name in "abcxyu")
TWO = number(2)
NAMES = frozenset("abcxyu")


def read(text: str, *, juxtaposition: bool = False) -> Expression:
    return parse_expression(
        text,
        source="test",
        line=1,
        column=1,
        text_line=text,
        resolve=lambda name: Var(name) if name in NAMES else None,
        names=sorted(NAMES),
        juxtaposition=juxtaposition,
    )


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("a - b", Add((A, Neg(B)))),
        ("a + b - c + x", Add((A, B, Neg(C), X))),
        ("a - b*c", Add((A, Neg(Mul((B, C)))))),
        ("a + (b + c)", Add((A, Add((B, C))))),
        ("a - -b", Add((A, Neg(Neg(B))))),
        ("+a", A),
        ("-a*b", Neg(Mul((A, B)))),
        ("-a + b", Add((Neg(A), B))),
        ("a*-b*c", Mul((A, Neg(B), C))),
        ("a*b*c", Mul((A, B, C))),
        ("a/b*c", Mul((Div(A, B), C))),
        ("a*b/c*x*y", Mul((Div(Mul((A, B)), C), X, Y))),
        ("a/b/c", Div(Div(A, B), C)),
        ("-a^2", Neg(Pow(A, TWO))),
        ("a^b^c", Pow(A, Pow(B, C))),
        ("a**b", Pow(A, B)),
        ("2^-x*y", Mul((Pow(TWO, Neg(X)), Y))),
        ("x²", Pow(X, TWO)),
        ("x⁻¹²", Pow(X, Neg(number(12)))),
        ("-x²", Neg(Pow(X, TWO))),
        ("√x*y", Mul((Call("sqrt", (X,)), Y))),
        ("√(x + 1)", Call("sqrt", (Add((X, number(1))),))),
        ("√√x", Call("sqrt", (Call("sqrt", (X,)),))),
        ("∛x", Call("cbrt", (X,))),
        ("|x|", Call("abs", (X,))),
        (
            "|a - |b||*|c|",
            Mul((Call("abs", (Add((A, Neg(Call("abs", (B,))))),)), Call("abs", (C,)))),
        ),
        ("a·b×c∗x", Mul((A, B, C, X))),
        ("a÷b − c", Add((Div(A, B), Neg(C)))),
        ("a\n  + b", Add((A, B))),
        ("pi*π", Mul((Constant("pi"), Constant("pi")))),
        ("e^x", Pow(Constant("e"), X)),
        ("\\pi*\\exp(x)", Mul((Constant("pi"), Call("exp", (X,))))),
        ("ln(x)", Call("log", (X,))),
        ("Max(a, b, c)", Call("max", (A, B, C))),
        ("arcsin(x)", Call("asin", (X,))),
        ("pow(a, 2)", Pow(A, TWO)),
        ("exp (x)", Call("exp", (X,))),
    ],
)
def test_the_tree_is_what_was_written(text, tree):
    assert read(text) == tree


POSITIVE = Compare(">", X, number(0))


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        ("x > 0", POSITIVE),
        ("x ≤ 0", Compare("<=", X, number(0))),
        ("x ≠ 0", Compare("!=", X, number(0))),
        ("0 < x < 1", Logic("and", (Compare("<", number(0), X), Compare("<", X, number(1))))),
        ("x > 0 and a > b or y == 1", Logic("or", (
            Logic("and", (POSITIVE, Compare(">", A, B))), Compare("==", Y, number(1)),
        ))),
        ("not x > 0", Logic("not", (POSITIVE,))),
        ("(x > 0) & ~(a > b)", Logic("and", (POSITIVE, Logic("not", (Compare(">", A, B),))))),
        ("(x > 0) | (a > b)", Logic("or", (POSITIVE, Compare(">", A, B)))),
        ("x > 0 || a > b", Logic("or", (POSITIVE, Compare(">", A, B)))),
        ("¬(x > 0 ∧ a > b)", Logic("not", (Logic("and", (POSITIVE, Compare(">", A, B))),))),
        ("Eq(x, 0)", Compare("==", X, number(0))),
        ("(x + 1)*2 > |a|", Compare(">", Mul((Add((X, number(1))), TWO)), Call("abs", (A,)))),
    ],
)  # fmt: skip
def test_conditions_of_where(text, condition):
    assert read(f"where({text}, a, b)") == Call("where", (condition, A, B))


def test_piecewise_is_nested_where():
    tree = read("Piecewise((a, x > 0), (b, y > 0), (c, True))")
    inner = Call("where", (Compare(">", Y, number(0)), B, C))
    assert tree == Call("where", (POSITIVE, A, inner))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0.1", Fraction(1, 10)),
        ("1e-3", Fraction(1, 1000)),
        (".5", Fraction(1, 2)),
        ("2.", Fraction(2)),
        ("1_000", Fraction(1000)),
        ("1.5E2", Fraction(150)),
        ("00012", Fraction(12)),
    ],
)
def test_numbers_are_exact(text, value):
    assert read(text) == Number(value)


@pytest.mark.parametrize(
    "text", ["1.2.3", "1..2", "1__0", "1_", "9" * 61, "1e401", "1e-99999999999"]
)
def test_bad_numbers_are_refused(text):
    with pytest.raises(BadNumber):
        read_number(text)


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("2cu + 1", Add((Mul((TWO, C, U)), number(1)))),
        ("2cu²", Mul((TWO, C, Pow(U, TWO)))),
        ("a(b + c)x", Mul((A, Add((B, C)), X))),
        ("cu(x + 1)", Mul((C, U, Add((X, number(1)))))),
        ("2πx", Mul((TWO, Constant("pi"), X))),
        ("2|x|", Mul((TWO, Call("abs", (X,))))),
        ("sin(x) a", Mul((Call("sin", (X,)), A))),
        ("a/b c", Mul((Div(A, B), C))),
    ],
)
def test_juxtaposition_is_a_product_where_asked_for(text, tree):
    assert read(text, juxtaposition=True) == tree
    with pytest.raises(SourceError):
        read(text)


def _written(tree: Expression) -> str:
    """Write a tree with parentheses around every part."""
    match tree:
        case Number(value):
            return str(value)
        case Var(key):
            return str(key)
        case Add(terms):
            return " ".join(
                f"- ({_written(t.operand)})"
                if isinstance(t, Neg) and i
                else f"{'+' * (i > 0)} ({_written(t)})"
                for i, t in enumerate(terms)
            )
        case Neg(operand):
            return f"-({_written(operand)})"
        case Mul(factors):
            return "*".join(f"({_written(f)})" for f in factors)
        case Div(above, below):
            return f"({_written(above)})/({_written(below)})"
        case Pow(base, exponent):
            return f"({_written(base)})^({_written(exponent)})"
        case Call(name, arguments):
            return f"{name}({', '.join(map(_written, arguments))})"
        case _:
            raise AssertionError(tree)


def _wider(parts: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    several = st.lists(parts, min_size=2, max_size=4).map(tuple)
    return st.one_of(
        several.map(Add),
        several.map(Mul),
        parts.map(Neg),
        st.builds(Div, parts, st.sampled_from([X, Y, TWO])),
        st.builds(Pow, parts, st.sampled_from([TWO, X, number(3)])),
        st.builds(lambda part: Call("exp", (part,)), parts),
        st.builds(lambda a, b: Call("max", (a, b)), parts, parts),
    )


TREES = st.recursive(st.sampled_from([A, B, C, X, Y, U, TWO, number(7)]), _wider, max_leaves=12)


@given(TREES)
def test_a_written_tree_is_read_back(tree):
    try:
        found = read(_written(tree))
    except SourceError as problem:
        assert "too large" in str(problem)  # noqa: PT017  (a random power of plain numbers)
        return
    assert found == tree


@given(st.text(alphabet="ab2.e+-*/^()|<=>, \tλ²√_[]'\"\\", max_size=30))
def test_any_text_is_read_or_refused(text):
    try:
        read(text)
    except SourceError as problem:
        assert problem.diagnostics[0].place is not None  # noqa: PT017


@pytest.mark.parametrize(
    ("condition", "meant"),
    [
        ("x < 0.5", "x < 0.5"), ("x < 0.5,", "x < 0.5"), ("x = 1", "x == 1"),
        (r"x > 1 \text{ or } y < 0", "x > 1 or y < 0"), (r"\neg (x = y)", "not (x == y)"),
        (r"x > 1 \text{ and } \max(x, y) < 2.25.", "x > 1 and max(x, y) < 2.25"),
    ],
)  # fmt: skip
def test_conditions_of_cases_are_read_whole(condition, meant):
    text = rf"\begin{{cases}} x & \text{{if }} {condition} \\ y & \text{{otherwise}} \end{{cases}}"
    names = {"x": Var("x"), "y": Var("y")}
    written = translate(text, Origin("t", (text,), 1, 1))
    found = Parser(written.text, Origin("t", (written.text,), 1, 1), names.get).whole()
    plain = f"where({meant}, x, y)"
    assert found == Parser(plain, Origin("t", (plain,), 1, 1), names.get).whole()


@pytest.mark.parametrize("style", ["text", "mathrm", "mathit", "textrm", "operatorname"])
@pytest.mark.parametrize("call", [r"\ln {}", r"\ln{{{}}}", r"\ln\left({}\right)", r"\ln {} + 0"])
def test_a_name_of_several_letters_is_an_argument_in_every_style(style, call):
    text = call.format(rf"\{style}{{obs}}")
    written = translate(text, Origin("t", (text,), 1, 1))
    found = Parser(written.text, Origin("t", (written.text,), 1, 1), {"obs": Var("obs")}.get)
    assert Call("log", (Var("obs"),)) in walk(found.whole())


@pytest.mark.parametrize(
    ("letter", "function"), [("Φ", "normal_cdf"), ("φ", "normal_pdf"), ("σ", "sigmoid")]
)
def test_a_letter_is_a_function_where_it_is_no_name(letter, function):
    assert read(f"{letter}(x)") == Call(function, (Var("x"),))
