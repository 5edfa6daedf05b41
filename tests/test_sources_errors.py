"""What is wrong with a text: the message, the place, the help, and all faults in one go."""

import time

import pytest

from symgrad.errors import LimitExceeded, NotDifferentiable, SourceError, UnknownName
from symgrad.sources.limits import MAX_SHOWN
from symgrad.sources.text import parse

HEAD = "param a, b, c\ndata x, y\n"


def fault(text: str) -> SourceError:
    with pytest.raises(SourceError) as caught:
        parse(text, source="model.sg")
    return caught.value


def test_an_unknown_name_is_shown_with_the_nearest_one():
    error = fault("param c, d\ndata u\n\n\n\nh = u^2\nv = c*hh + u + d")
    assert str(error) == (
        "error: unknown name `hh`\n"
        "  --> model.sg:7:7\n"
        "  7 | v = c*hh + u + d\n"
        "    |       ^^\n"
        "  help: a name that is defined: `h`"
    )
    assert isinstance(error, UnknownName)


def test_a_double_definition_shows_both_places():
    assert str(fault(HEAD + "u = a*x\nu = b*y\nJ = u + c")) == (
        "error: `u` is defined twice\n"
        "  --> model.sg:4:1\n"
        "  4 | u = b*y\n"
        "    | ^\n"
        "  note: it is defined here first\n"
        "  --> model.sg:3:1\n"
        "  3 | u = a*x\n"
        "    | ^\n"
        "  help: a name has one value: call the new one `u2`, say"
    )


def test_a_cycle_shows_its_ring():
    error = fault(HEAD + "J = u*a\nu = h + a*x\nh = u*b")
    (found,) = error.diagnostics
    assert found.message == "the definitions go round in a ring: u → h → u"
    assert found.place.line == 4
    assert found.related[0][1].line == 5


def test_two_cycles_are_two_faults():
    error = fault(HEAD + "u = v*a\nv = u\ng = h*b\nh = g + g\nk = k\nJ = u + g + k")
    assert [item.message.partition(": ")[2] for item in error.diagnostics] == [
        "u → v → u", "g → h → g", "k → k",
    ]  # fmt: skip


def test_all_faults_are_reported_in_the_order_of_the_text():
    error = fault(
        "param a = 1..2, 3\nu = q*a\nv = (u\nw = v +\nu = a\nminimize K\nstep a = 1, r = 2"
    )
    assert [item.message for item in error.diagnostics] == [
        "`1..2` is not a number",
        "`3` is not a name",
        "unknown name `q`",
        "`(` is never closed",
        "an operand is missing after `+`",
        "`u` is defined twice",
        "unknown name `K`",
        "unknown name `r`",
    ]


def test_an_unknown_name_is_reported_once_and_counted():
    (found,) = fault("param a\nu = q*a + q\nv = u*q\nJ = a + q").diagnostics
    assert found.place.line == 2
    assert found.help.endswith("(it stands in 2 more places)")


def test_many_faults_are_cut_short():
    error = fault(HEAD + "\n".join(f"u{k} = 1 +" for k in range(30)))
    assert len(error.diagnostics) == MAX_SHOWN + 1
    assert str(error).endswith("note: … and 10 more")
    error = fault(HEAD + "\n".join(f"u{k} = 1 +" for k in range(3000)))
    assert str(error).endswith("note: … and at least 980 more")


@pytest.mark.parametrize(
    ("statement", "column", "message", "hint"),
    [
        ("J = 2cb", 5, "an operator is missing between `2` and `cb`", "to multiply, write `2*c*b`"),
        ("J = 2c", 5, "an operator is missing between `2` and `c`", "to multiply, write `2*c`"),
        ("J = a b", 5, "an operator is missing between `a` and `b`", "to multiply, write `a*b`"),
        ("J = (a)(b)", 8, "an operator is missing between `)` and `(`",
         "to multiply, write `(…)*(…)`"),
        ("J = ab", 5, "unknown name `ab`", "to multiply, write `a*b`"),
        ("J == a", 3, "`==` defines nothing",
         "a definition has one `=`: `J = …`; a fact begins with `assume`"),
        ("J = a = b", 7, "`=` stands twice in one equation",
         "one equation a line: `name = expression`"),
        ("J = a +", 7, "an operand is missing after `+`", ""),
        ("J = a*/b", 7, "an operand is missing between `*` and `/`", ""),
        ("J = a**", 6, "an operand is missing after `**`", ""),
        ("J =", 4, "an expression is missing here", ""),
        ("J = (a + b", 5, "`(` is never closed", "add the missing `)`"),
        ("J = a + b)", 10, "`)` closes nothing", "remove it, or add the missing `(`"),
        ("J = a*()", 7, "nothing between the parentheses", ""),
        ("J = |a", 5, "`|` is never closed", "add the missing `|`"),
        ("J = 1.2.3*a", 5, "`1.2.3` is not a number", ""),
        ("J = a,b", 6, "`,` cannot stand here", "a decimal point is written `.`"),
        ("J = a.b", 6, "`.` cannot stand here", "a name has no dot in it: write `_b`"),
        ("J = a[0]", 6, "`[` cannot stand here",
         "use parentheses; an indexed value is a name of its own: `w_1`"),
        ("J = 'a'", 5, "`'` cannot stand here",
         "a name has no quotes or primes in it: write `x_prime`"),
        ("J = a!", 6, "`!` cannot stand here", "n! is `exp(lgamma(n + 1))`"),
        ("J = a > b", 7, "a condition cannot stand here: `>`",
         "a condition stands inside `where(condition, a, b)`"),
        ("J = a if x else b", 7, "`if` cannot stand here",
         "a choice is written `where(condition, a, b)`"),
        ("J = where(a, b, c)", 11, "a condition is expected here", "such as `x > 0`"),
        ("J = where((a > b)*c > 0, a, b)", 11, "a comparison has no value to calculate with",
         "`where(condition, 1, 0)` is 1 where the condition holds"),
        ("J = Piecewise((a, x > 0))", 5,
         "Piecewise has no value where none of its conditions holds",
         "end it with a piece for all other cases: `(…, True)`"),
        ("J = atan2(a)", 5, "`atan2` takes 2 arguments, not 1", ""),
        ("J = log(a, b)", 5, "`log` takes 1 argument, not 2",
         "`log(x)/log(b)` is the logarithm to base b"),
        ("J = max()", 5, "`max` takes 1 or more arguments, not 0", ""),
        ("J = sgmoid(a)", 5, "unknown function `sgmoid`", "a function that there is: `sigmoid`"),
        ("J = a(b + c)", 5, "`a` is a name, not a function", "to multiply, write `a*(…)`"),
        ("J = sum(a)", 5, "unknown function `sum`",
         "every value is a number: write it out, term by term"),
        ("J = sin a", 5, "`sin` is a function, not a value",
         "its argument stands in parentheses: `sin(…)`"),
        ("J = sin^2(a)", 5, "`sin` is a function, not a value",
         "the power stands behind the argument: `sin(…)^2`"),
        ("J = floor(a)", 5, "`floor` has no useful derivative: it is flat between its jumps",
         "put a smooth function in its place, or pass its value in as `data` or `const`"),
        ("J = √a²", 5, "`√` before a power can be read in two ways",
         "put parentheses around what stands under the root: `√(…)`"),
        ("J = a/(1 - 1)", 7, "division by zero", ""),
        ("J = 0^-1*a", 5, "a negative power of zero", ""),
        ("J = a*True", 7, "`True` is a reserved word, not a name", ""),
        ("J = __import__(a)", 5, "unknown function `__import__`", ""),
        ("and = a", 1, "`and` is a reserved word, not a name", ""),
        ("param = a", 1, "`param` is a statement, not a name", "as in `param a = 1, b = 2`"),
        ("rate = 0.1", 1, "`rate` is a statement, not a name", "as in `rate η = 0.1`"),
        ("J(x) = a", 1, "`J(x)` is not a name",
         "a function is written without its arguments: `J = …`"),
        ("dJ/da = 2", 1, "`dJ/da` is not a name",
         "claims about derivatives stand in `check` lines, or in a file for `verify`"),
        ("2*J = a", 1, "`2*J` is not a name",
         "the left side of an equation is one name, as in `u = a*x + b`"),
        ("+ a", 1, "a statement cannot begin with `+`",
         "to go on in a new line, end the line above with the operator, or use parentheses"),
        ("minimise a", 1, "unknown statement `minimise`",
         "did you mean `minimize`? as in `minimize J`"),
        ("hello", 1, "this is not a statement", "an equation is `name = expression`"),
    ],
)  # fmt: skip
def test_a_fault_names_its_place_and_what_would_mend_it(statement, column, message, hint):
    (found,) = fault(HEAD + statement).diagnostics
    assert (found.message, found.help) == (message, hint)
    assert (found.place.line, found.place.column) == (3, column)


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("a = b", "`a` is defined as an equation, but is a parameter already"),
        ("data b", "`b` is defined as data, but is a parameter already"),
        ("param a", "`a` is defined twice"),
        ("α = a\nalpha = b", "`alpha` is defined twice"),
        ("minimize a", "the objective `a` is a parameter, not an equation"),
        ("minimize K", "unknown name `K`"),
        ("minimize a + b", "`minimize` takes the name of an equation"),
        ("minimize", "`minimize` what?"),
        ("minimize J\nmaximize J", "a graph has one objective"),
        ("step q = 1", "unknown name `q`"),
        ("step J = 1", "`J` is an equation"),
        ("step x = 1, x = 2", "`x` has two values in one step"),
        ("step x", "`x` has no value"),
        ("rate a = 1", "the rate has the name of something else: `a`"),
        ("rate 0.1", "the rate has no name"),
        ("rate r = 1\nrate s = 1", "a graph has one rate"),
        ("param p q", "`p q` is not a name"),
        ("param", "a list of names is missing here"),
        ("param and", "`and` is a reserved word, not a name"),
        ("const k = sqrt(2)", "a value that is not a plain number"),
        ("const k = a", "unknown name `a`"),
        ("const k =", "an operand is missing"),
        ("assume a", "`assume` takes comparisons"),
        ("assume a > 0 or b > 0", "`assume` states facts, and `or` leaves them open"),
        ("assume q > 0", "unknown name `q`"),
        (f"{'n' * 201} = a", "a name of more than 200 characters"),
    ],
)
def test_faults_of_statements(statement, message):
    assert message in [item.message for item in fault(f"{HEAD}J = a*x\n{statement}").diagnostics]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "there is no equation"),
        ("# only a comment", "there is no equation"),
        ("param a", "there is no equation"),
        ("data x\nJ = x", "there is no parameter"),
    ],
)
def test_a_graph_has_an_equation_and_a_parameter(text, message):
    assert [item.message for item in fault(text).diagnostics] == [message]


def test_places_in_a_statement_of_several_lines():
    (found,) = fault("param a\nJ = max(a,  # first\n  2,\n    q)").diagnostics
    assert (found.place.line, found.place.column, found.place.text) == (4, 5, "    q)")
    (found,) = fault("param a; u = a;  J = u + q").diagnostics
    assert (found.place.line, found.place.column) == (1, 26)
    (found,) = fault("param a, b = 2,\n   c = q\nJ = a*b*c").diagnostics
    assert (found.place.line, found.place.column) == (2, 8)


def test_an_open_parenthesis_spoils_one_statement_only():
    (found,) = fault(HEAD + "u = (a + b\nv = u*c\nJ = v + x").diagnostics
    assert (found.message, found.place.line) == ("`(` is never closed", 3)


@pytest.mark.parametrize(
    "character", ["\x00", "\x1b", "\x7f", "\u202e", "\u2066", "\u200f", "\ud800"]
)
def test_control_characters_are_refused_even_in_comments(character):
    (found,) = fault(f"param a\nJ = a # x{character}").diagnostics
    assert found.message == f"control character U+{ord(character):04X}"
    assert (found.place.line, found.place.column) == (2, 10)
    str(fault(f"J = {character}")).encode()


def test_errors_are_of_the_kind_that_fits_all_of_them():
    assert isinstance(fault(HEAD + "J = floor(a)"), NotDifferentiable)
    assert isinstance(fault(HEAD + "J = 9^9^9*a"), LimitExceeded)
    mixed = fault(HEAD + "u = floor(a)\nJ = q*u")
    assert not isinstance(mixed, NotDifferentiable)
    assert isinstance(mixed, ValueError)


POWERS = [
    "9^9^9", "a^9^9^9", "9^(9^9 + pi - pi)", "sqrt(2)^(10^9)", "9^exp(log(9^9))", "(9^99)^99",
    "(1/9)^-9^9", "9^max(9^9, 1)", "a^1e300", "1e400^1e400", "*".join(["1e400"] * 1000),
]  # fmt: skip


@pytest.mark.parametrize("text", POWERS)
def test_enormous_numbers_are_refused_before_they_are_built(text):
    assert isinstance(fault(f"{HEAD}J = a*({text})"), LimitExceeded)


@pytest.mark.parametrize(
    "text", ["a^12", "2^64*a", "1e300*a", "a^(1/3)", "e^100*a", "a^-0.5", "1^1000000*a"]
)
def test_ordinary_powers_are_read(text):
    assert parse(f"{HEAD}J = {text}").objective == "J"


MANY = 6 * 10**5  # more than an expression may be long
ENOUGH = 10**5  # for what grows with the square
HOSTILE = {
    "terms": "J = " + "+".join(["a"] * MANY),
    "terms within the length": "J = " + "+".join(["a"] * (ENOUGH)),
    "quotients": "J = " + "/".join(["a"] * (ENOUGH)),
    "powers": "J = " + "^".join(["a"] * (ENOUGH)),
    "signs": "J = " + "-" * (ENOUGH) + "a",
    "parentheses": "J = " + "(" * 10**5 + "a" + ")" * 10**5,
    "open lines": "J = (" + "\n(" * ENOUGH,
    "closed": "J = " + ")" * (ENOUGH),
    "bars": "J = " + "|" * 10**5,
    "calls": "J = " + "exp(" * 10**4 + "a" + ")" * 10**4,
    "where": "J = " + "where(a > 0, a, " * 10**4 + "a" + ")" * 10**4,
    "not": "J = where(" + "not " * 10**5 + "a > 0, a, b)",
    "pieces": "J = Piecewise(" + "(a, a > 0), " * 10**4 + "(b, True))",
    "digits": "J = a*" + "9" * MANY,
    "exponent": "J = a*1e" + "9" * MANY,
    "points": "J = a*" + "1." * MANY,
    "long name": "J = " + "x" * ENOUGH,
    "garbage": "@#$%^&*" * 10**5,
    "lines of garbage": "@$%^&*\n" * 10**5,
    "commas": "param " + "," * ENOUGH,
    "unknown names": "\n".join(f"u{k} = q{k}*a" for k in range(2_000)),
    "one name": "u = a\n" * 50_000,
    "a ring": "\n".join(f"u{k} = u{(k + 1) % 20_000}*a" for k in range(20_000)),
    "spaces": "J = a" + " " * ENOUGH + "+",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_is_refused_soon(name):
    start = time.process_time()
    error = fault(HEAD + HOSTILE[name])
    assert time.process_time() - start < 3
    assert len(str(error)) < 20_000


def test_deep_but_lawful_nesting_is_read():
    parse(f"{HEAD}J = {'(' * 99}a{')' * 99}")
    parse(f"{HEAD}J = {'exp(' * 49}a{')' * 49}")
    parse(f"{HEAD}J = {'where(x > 0, a, ' * 49}b{')' * 49}")
    parse(f"{HEAD}J = {'a + x*(' * 45}b{')' * 45}")
