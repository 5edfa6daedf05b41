"""The table of functions: every row against numbers of 50 digits and more."""

from fractions import Fraction

import pytest

from symgrad.derivation.calculus import gradient_of
from symgrad.expression.evaluate import Decimals
from symgrad.expression.functions import ELEMENTARY as ROWS
from symgrad.expression.functions import FUNCTIONS, known_names, lookup
from symgrad.expression.slopes import slopes
from symgrad.expression.tree import Call, Compare, Var, number
from tests.formulas import close, real, value_of

# Points for each row, away from kinks and poles. A row without an entry here fails the suite.
ANYWHERE = ["0.3", "-0.7", "1.9", "-2.4"]
POSITIVE = ["0.2", "0.9", "1.7", "5.3"]
INSIDE = ["0.3", "-0.55", "0.9", "-0.99"]
PAIRS = [("0.3", "1.1"), ("-0.8", "0.7"), ("1.3", "-2.1"), ("-0.4", "-0.6")]
TRIPLES = [("0.3", "1.1", "-0.2"), ("2.5", "0.4", "0.7"), ("-1.2", "-0.3", "0.9")]
POINTS = {
    "exp": ANYWHERE, "log": POSITIVE, "log2": POSITIVE, "log10": POSITIVE, "sqrt": POSITIVE,
    "cbrt": ANYWHERE, "abs": ANYWHERE, "sign": ANYWHERE, "sin": ANYWHERE, "cos": ANYWHERE,
    "tan": ANYWHERE, "asin": INSIDE, "acos": INSIDE, "atan": ANYWHERE, "atan2": PAIRS,
    "sinh": ANYWHERE, "cosh": ANYWHERE, "tanh": ANYWHERE, "asinh": ANYWHERE,
    "acosh": ["1.1", "1.9", "7.5"], "atanh": INSIDE, "erf": ANYWHERE, "erfc": ANYWHERE,
    "sigmoid": ANYWHERE, "logit": ["0.2", "0.5", "0.9"], "softplus": ANYWHERE,
    "log_sigmoid": ANYWHERE, "relu": ANYWHERE, "gelu": ANYWHERE,
    "silu": ANYWHERE, "max": TRIPLES, "min": TRIPLES, "hypot": TRIPLES,
    "log1p": ["0.3", "-0.7", "2.5"], "expm1": ANYWHERE, "logsumexp": TRIPLES,
    "normal_pdf": ANYWHERE, "normal_cdf": ANYWHERE, "lgamma": [*POSITIVE, "-0.4", "-2.6"],
    "digamma": [*POSITIVE, "-0.4"], "polygamma": [("1", "0.8"), ("2", "2.3"), ("3", "0.4")],
}  # fmt: skip
# `where` has a condition in front and stop_gradient lies about its slope: tested by themselves.
OWN_TEST = {"where", "stop_gradient"}
WHOLE_NUMBERS_ONLY = {("polygamma", 0)}
STEP = Fraction(1, 10**40)
FINE = Decimals(120)


def numeric_slope(name, point, place):
    sides = []
    for step in (STEP, -STEP):
        moved = [value + (step if i == place else 0) for i, value in enumerate(point)]
        call = Call(name, tuple(number(value) for value in moved))
        sides.append(FINE.value(call, {}))
    return (sides[0] - sides[1]) / FINE.number(2 * STEP)


def points_of(name):
    for point in POINTS[name]:
        yield tuple(map(Fraction, (point,) if isinstance(point, str) else point))


def cases():
    for name in POINTS:
        for point in points_of(name):
            yield from ((name, point, place) for place in range(len(point)))


def test_every_row_has_points():
    assert set(POINTS) | OWN_TEST == {row.name for row in ROWS}


@pytest.mark.parametrize(
    ("name", "point", "place"), [c for c in cases() if (c[0], c[2]) not in WHOLE_NUMBERS_ONLY]
)
def test_partial_derivative_is_the_slope(name, point, place):
    keys = [f"x{i}" for i in range(len(point))]
    call = Call(name, tuple(map(Var, keys)))
    slopes = gradient_of(call)
    values = dict(zip(keys, point, strict=True))
    found = value_of(slopes[keys[place]], **values) if keys[place] in slopes else real(0)
    assert close(found, numeric_slope(name, point, place))


@pytest.mark.parametrize("name", sorted(row.name for row in ROWS))
def test_there_is_a_derivative_by_every_argument(name):
    row = FUNCTIONS[name]
    most = row.min_arity + 2 if row.max_arity is None else row.max_arity
    for count in range(row.min_arity, most + 1):
        found = slopes(name, tuple(Var(f"x{i}") for i in range(count)))
        if found is None:
            assert row.definition is not None or row.condition_first
        else:
            assert len(found) == count


@pytest.mark.parametrize("name", sorted(n for n in POINTS if FUNCTIONS[n].definition is not None))
def test_definition_means_the_same(name):
    row = FUNCTIONS[name]
    for point in points_of(name):
        arguments = tuple(map(number, point))
        direct = value_of(Call(name, arguments))
        assert close(value_of(row.definition(arguments)), direct)


# Numbers to check the meaning itself, by other roads: series, tables, and algebra done by hand.
MEANINGS = [
    ("log2", ("8",), "3"),
    ("log10", ("0.001",), "-3"),
    ("cbrt", ("-27",), "-3"),
    ("sign", ("0",), "0"),
    ("atan2", ("1", "-1"), "2.356194490192344928846982537459627163147877049531329365731208"),
    ("hypot", ("3", "4", "12"), "13"),
    ("relu", ("-2",), "0"),
    ("max", ("1", "5", "3"), "5"),
    ("min", ("4", "-1", "3"), "-1"),
    ("sigmoid", ("0",), "0.5"),
    ("logsumexp", ("2",), "2"),
    ("softplus", ("0",), "0.693147180559945309417232121458176568075500134360255254120680"),
    ("log_sigmoid", ("0",), "-0.693147180559945309417232121458176568075500134360255254120680"),
    ("normal_cdf", ("0",), "0.5"),
    ("normal_cdf", ("1.96",), "0.9750021048517795"),
    ("normal_pdf", ("0",), "0.398942280401432677939946059934381868475858631164934657665926"),
    ("gelu", ("1",), "0.841344746068542948585232545632"),
    ("silu", ("1",), "0.731058578630004879251159241822"),
    ("erfc", ("0.5",), "0.479500122186953462317253346108"),
    ("lgamma", ("5",), "3.178053830347945619646941601297055408873990960903515214096734"),
    ("digamma", ("1",), "-0.577215664901532860606512090082402431042159335939923598805767"),
    ("polygamma", ("1", "1"), "1.644934066848226436472415166646025189218949901206798437735558"),
    ("expm1", ("1",), "1.718281828459045235360287471352662497757247093699959574966967"),
    ("log1p", ("1",), "0.693147180559945309417232121458176568075500134360255254120680"),
    ("stop_gradient", ("1.5",), "1.5"),
]


@pytest.mark.parametrize(("name", "point", "wanted"), MEANINGS)
def test_value_is_the_known_one(name, point, wanted):
    found = value_of(Call(name, tuple(number(Fraction(value)) for value in point)))
    assert close(found, real(wanted), Fraction(1, 10**15))


def test_where_takes_the_slope_of_the_side_chosen():
    x = Var("x")
    chosen = Call("where", (Compare("<", x, number(1)), Call("sin", (x,)), Call("exp", (x,))))
    slopes = gradient_of(chosen)
    assert close(value_of(slopes["x"], x="0.5"), value_of(Call("cos", (x,)), x="0.5"))
    assert close(value_of(slopes["x"], x=1), value_of(Call("exp", (x,)), x=1))


def test_stop_gradient_passes_the_value_and_no_slope():
    assert gradient_of(Call("stop_gradient", (Var("x"),))) == {}


@pytest.mark.parametrize(
    ("name", "point", "wanted"),
    [
        ("abs", ("0",), (0,)),
        ("relu", ("0",), (0,)),
        ("sign", ("0",), (0,)),
        ("max", ("2", "2"), (1, 0)),
        ("min", ("2", "2", "3"), (1, 0, 0)),
        ("max", ("1", "2", "2"), (0, 1, 0)),
    ],
)
def test_slope_at_a_kink_is_the_one_stated(name, point, wanted):
    keys = [f"x{i}" for i in range(len(point))]
    slopes = gradient_of(Call(name, tuple(map(Var, keys))))
    values = dict(zip(keys, point, strict=True))
    found = [value_of(slopes[key], **values) if key in slopes else 0 for key in keys]
    assert [int(value) for value in found] == list(wanted)


def test_every_function_with_a_kink_states_its_convention():
    assert {name for name, row in FUNCTIONS.items() if row.kink} == {
        "abs", "sign", "relu", "max", "min", "where", "Heaviside"
    }  # fmt: skip


def test_names_and_aliases_are_each_one_function():
    names = [alias for row in FUNCTIONS.values() for alias in (row.name, *row.aliases)]
    assert len(names) == len(set(names))
    assert set(known_names()) == set(names)
    rows = FUNCTIONS.values()
    assert all(lookup(alias) is row for row in rows for alias in (row.name, *row.aliases))


@pytest.mark.parametrize(
    ("alias", "name"),
    [("ln", "log"), ("arcsin", "asin"), ("arccos", "acos"), ("arctan", "atan"), ("Abs", "abs"),
     ("Max", "max"), ("Min", "min"), ("arsinh", "asinh"), ("swish", "silu"), ("gammaln", "lgamma")],
)  # fmt: skip
def test_alias_is_read(alias, name):
    assert lookup(alias) is FUNCTIONS[name]


@pytest.mark.parametrize("name", sorted(n for n in POINTS if FUNCTIONS[n].sympy))
def test_sympy_function_means_the_same(name):
    import sympy  # noqa: PLC0415  (slow to import, and needed here only)

    from symgrad.expression.symbolic import to_sympy  # noqa: PLC0415

    for point in points_of(name):
        exact = [sympy.Rational(value.numerator, value.denominator) for value in point]
        keys = [f"x{i}" for i in range(len(point))]
        converted = to_sympy(Call(name, tuple(map(Var, keys))))
        found = converted.subs(dict(zip(map(sympy.Symbol, keys), exact, strict=True)))
        number_there = sympy.re(found.evalf(40)) if name == "lgamma" else found.evalf(40)
        wanted = value_of(Call(name, tuple(map(number, point))))
        assert close(real(str(number_there)), wanted, Fraction(1, 10**30))
