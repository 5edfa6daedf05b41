"""A Python function as a graph: read, never run."""

import functools
import math
from fractions import Fraction

import pytest

from symgrad.errors import NotDifferentiable, SourceError, UnknownName
from symgrad.expression.tree import Call, Compare, Div, Logic, Mul, Neg, Var, number
from symgrad.sources.function import graph, parse_function
from symgrad.sources.text import parse

ARTICLE = '''
import math

def J(a=1, b=0, c=1, d=-1/3, *, x, y, lam=0.1):
    """Branch and merge.

    More about it.
    """
    u = a*x + b
    h: float = u**2
    v = c*h + u + d
    p, R = 1/(1 + v), lam/2*(a**2 + c**2)
    L = (p - y)**2
    return L + R
'''


def read(text, name=None):
    return parse_function(text, name, source="model.py")


def fault(text):
    with pytest.raises(SourceError) as caught:
        read(text)
    return caught.value


def test_the_article_is_the_same_graph_as_its_text():
    found = read(ARTICLE, "J")
    text = parse(
        "param a, b, c, d\ndata x, y\nconst lam\nu = a*x + b\nh = u^2\nv = c*h + u + d\n"
        "p = 1/(1 + v)\nR = lam/2*(a^2 + c^2)\nL = (p - y)^2\nJ = L + R"
    )
    assert [(n.name, n.kind, n.formula) for n in found.nodes] == [
        (n.name, n.kind, n.formula) for n in text.nodes
    ]
    assert found.title == "Branch and merge."
    assert found.objective == "J"
    assert found["d"].default == Fraction(-1, 3)
    assert found["lam"].default == Fraction(1, 10)
    assert (found["v"].line, found["v"].column) == (11, 5)


@pytest.mark.parametrize(
    ("python", "text"),
    [
        ("-a*x/y*2", "-a*x/y*2"),
        ("(a + x) + y - (a - y)", "(a + x) + y - (a - y)"),
        ("a/(x/y)", "a/(x/y)"),
        ("-a**2", "-a^2"),
        ("a**-x**2", "a^-x^2"),
        ("math.exp(a)*np.log1p(x)*tanh(y)", "exp(a)*log1p(x)*tanh(y)"),
        ("np.maximum(a, x) + abs(y) + max(a, x, y)", "max(a, x) + abs(y) + max(a, x, y)"),
        ("math.pow(a, 3) + np.square(x)", "a^3 + x^2"),
        ("math.pi*a + math.e", "pi*a + e"),
        ("pi*a", "pi*a"),
        ("a if x > 0 and not y < 0 else 0.25", "where(x > 0 and not y < 0, a, 0.25)"),
        ("np.where((x > 0) & (0 < y < 1), a, 1e-3)", "where((x > 0) and (0 < y < 1), a, 1e-3)"),
        ("1_000*a*x*y", "1000*a*x*y"),
    ],
)
def test_expressions_are_those_of_the_language(python, text):
    found = read(f"def J(a, *, x, y): return {python}")["J"].formula
    assert found == parse(f"param a\ndata x, y\nJ = {text}")["J"].formula


def test_a_returned_name_is_the_objective():
    assert read("def f(a):\n    u = a**2\n    return u").objective == "u"


def test_a_returned_expression_gets_the_functions_name_unless_that_is_taken():
    assert read("def loss(a): return a**2").objective == "loss"
    assert read("def a(a): return a**2").objective == "objective"


def test_of_several_functions_one_is_named():
    text = "def f(a): return a*1\ndef g(a): return a*2\ndef f(a): return a*3"
    assert read(text, "g").objective == "g"
    assert read(text, "f")["f"].line == 3
    with pytest.raises(SourceError, match="several functions"):
        read(text)
    with pytest.raises(UnknownName, match="defines no function `h`"):
        read(text, "h")
    with pytest.raises(SourceError, match="defines no function"):
        read("x = 1")


@pytest.mark.parametrize(
    ("body", "message", "hint"),
    [
        ("u = a\n  u += 1\n  return u", "a value cannot be changed in place",
         "a name has one value: give the new one a new name"),
        ("u = a\n  u = a*2\n  return u", "`u` is defined twice",
         "a name has one value: call the new one `u2`, say"),
        ("for i in a: pass\n  return a*1", "`for` cannot stand in a graph",
         "write the steps of the loop out, one equation each"),
        ("if a: pass\n  return a*1", "`if` cannot stand in a graph",
         "a choice is `a if condition else b`"),
        ("print(a)\n  return a*1", "`print` cannot stand in a graph",
         "a function for symgrad holds assignments and one `return`"),
        ("return a^2", "this operator cannot stand in a graph", "power is written `**` in Python"),
        ("return v*a\n", "unknown name `v`", "make it an argument"),
        ("w = v*a\n  v = a*2\n  return w", "`v` is used before it is assigned",
         "Python runs from top to bottom: move its assignment up"),
        ("return a.b*2", "an attribute cannot stand in a graph",
         "an expression is made of numbers, names, + - * / ** and functions such as exp"),
        ("return a[0]*2", "indexing cannot stand in a graph",
         "an expression is made of numbers, names, + - * / ** and functions such as exp"),
        ("return sgmoid(a)", "unknown function `sgmoid`", "a function that there is: `sigmoid`"),
        ("return math.exp(a, a)", "`exp` takes 1 argument, not 2", ""),
        ("return exp(x=a)", "`exp` takes plain arguments only", ""),
        ("return (a > 0)*a", "a condition has no value to calculate with",
         "`a if condition else b` chooses between two values"),
        ("return a/0", "division by zero", ""),
        ("return a, a", "a graph has one objective", "return their sum"),
        ("u, v = a\n  return u", "only names can be assigned to",
         "as in `u = a*x + b` or `u, v = a, b`"),
        ("u = v = a\n  return u", "one name at a time can be assigned", ""),
        ("pass", "the function returns nothing", "end with `return J`"),
        ("return", "`return` returns nothing", "`return J`"),
        ("return a", "the objective `a` is a parameter, not an equation",
         "write an equation for it, such as `J = …`, and name that"),
        ("return a*", "not Python: invalid syntax", ""),
        ("return '9'*a", "text and other constants cannot stand in a graph",
         "an expression is made of numbers, names, + - * / ** and functions such as exp"),
        ("return a*0x10", "`0x10` is not a number", "write it as a decimal number"),
        ("return a**9**9**9", "a power too large to compute exactly", ""),
        ("return __import__('os').system('true')", "an attribute cannot stand in a graph",
         "an expression is made of numbers, names, + - * / ** and functions such as exp"),
    ],
)  # fmt: skip
def test_what_is_no_graph_is_a_fault(body, message, hint):
    first = fault(f"def f(a):\n  {body}").diagnostics[0]
    assert (first.message, first.help) == (message, hint)


def test_all_faults_of_a_function_are_reported():
    error = fault("def f(a, *args, b=q):\n  u = z*2\n  u -= 1\n  return floor(u)")
    assert [item.message for item in error.diagnostics] == [
        "`*` arguments cannot be read",
        "a default is a plain number",
        "unknown name `z`",
        "a value cannot be changed in place",
        "`floor` has no useful derivative: it is flat between its jumps",
    ]
    assert isinstance(fault("def f(a): return a % 2"), NotDifferentiable)


def test_a_function_needs_a_parameter():
    assert "there is no parameter" in str(fault("def f(*, x): return x**2"))


@pytest.mark.parametrize(
    "expression",
    ["+".join(["a"] * 10**6), "a" + ".a" * 10**5, "(" * 10**5 + "a" + ")" * 10**5,
     "-" * 10**5 + "a", "not " * 10**5 + "a", "a if a > 0 else " * 3000 + "a", "-" * 150 + "a",
     "9" * 10**6, "**".join(["a"] * 10**4), "exp(" * 90 + "a"],
    ids=range(10),
)  # fmt: skip
def test_hostile_python_is_refused(expression):
    assert len(str(fault(f"def f(a): return {expression}"))) < 2000


def test_a_wide_sum_is_read():
    found = read("def f(a): return " + " + ".join(["a*2"] * 1500))
    assert len(found["f"].formula.pattern.terms) == 1500


@functools.lru_cache
def decorated(a: float = 2.0, *, x: float) -> float:
    """A decorated function."""
    u = a * x
    return u**2 if x > 0 else -math.exp(u)


def test_a_decorated_function_object_is_read():
    found = graph(decorated)
    assert found.parameters == ("a",)
    assert found.title == "A decorated function."
    assert found["decorated"].formula.expression == Call(
        "where",
        (
            Compare(">", Var("x"), number(0)),
            parse("param u; J = u^2")["J"].formula.expression,
            Neg(Call("exp", (Var("u"),))),
        ),
    )


def test_a_nested_function_object_is_read_with_its_own_places():
    def inner(a, *, x):
        u = a / x if a > 0 or x > 0 else a
        return u * bogus  # noqa: F821  (the fault that is looked for)

    with pytest.raises(SourceError) as caught:
        graph(inner)
    place = caught.value.diagnostics[0].place
    assert place.source == __file__
    assert place.line == inner.__code__.co_firstlineno + 2
    assert place.text == "        return u * bogus  # noqa: F821  (the fault that is looked for)"
    assert place.text[place.column - 1 :].startswith("bogus")


def test_conditions_become_where():
    found = read("def J(a, *, x): return a/x if a > 0 or x > 0 else a")
    condition = Logic("or", (Compare(">", Var(0), number(0)), Compare(">", Var(1), number(0))))
    assert found["J"].formula.pattern == Call("where", (condition, Div(Var(0), Var(1)), Var(0)))
    assert read("def J(a, *, x): return a*x")["J"].formula.pattern == Mul((Var(0), Var(1)))


@pytest.mark.parametrize(
    ("thing", "message"),
    [
        (lambda a: a, "a lambda has no equations to read"),
        (3, "a function defined with `def` is needed, not int"),
        (math.exp, "a function defined with `def` is needed, not builtin_function_or_method"),
        (dict, "a function defined with `def` is needed, not type"),
    ],
)
def test_what_is_no_function_is_refused(thing, message):
    with pytest.raises(SourceError, match=message):
        graph(thing)


def test_a_function_without_source_is_refused():
    namespace = {}
    exec("def f(a): return a", namespace)  # noqa: S102  (a function whose source is nowhere)
    with pytest.raises(SourceError, match="the source of `f` cannot be found"):
        graph(namespace["f"])
