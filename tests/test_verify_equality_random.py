"""Random expressions, rewritten by true rules and by doubtful ones: no false verdict.

The rules in `TRUE` hold wherever both sides are defined, so a refutation would be false. Those in
`DOUBTFUL` hold in parts of the domain only; there every verdict is checked with mpmath.
"""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from symgrad.expression.tree import (
    ONE,
    ZERO,
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
)
from symgrad.verify.deciding.equality import decide
from tests.verify_corpus import Referee, places, replaced_at

TWO = number(2)
NAMES = (
    "exp", "log", "sqrt", "cbrt", "abs", "sign", "sin", "cos", "tan", "asin", "acos", "atan",
    "sinh", "cosh", "tanh", "asinh", "acosh", "atanh", "erf", "erfc", "sigmoid", "softplus", "relu",
    "gelu", "silu", "log1p", "expm1", "normal_pdf", "normal_cdf", "lgamma", "digamma",
)  # fmt: skip


def call(name: str, *arguments: Expression) -> Expression:
    return Call(name, arguments)


def square(u: Expression) -> Expression:
    return Pow(u, TWO)


def minus(u: Expression, v: Expression) -> Expression:
    return Add((u, Neg(v)))


def extended(inner):
    pair = st.tuples(inner, inner)
    compare = st.builds(Compare, st.sampled_from(["<", "<=", ">", ">="]), inner, inner)
    exponents = st.sampled_from([number(2), number(3), number(-1), Number(ONE.value / 2)])
    return st.one_of(
        pair.map(Add),
        pair.map(Mul),
        st.builds(Div, inner, inner),
        st.builds(Neg, inner),
        st.builds(Pow, inner, exponents),
        st.builds(call, st.sampled_from(NAMES), inner),
        st.builds(Call, st.sampled_from(["max", "min", "hypot"]), pair),
        st.builds(lambda c, a, b: call("where", c, a, b), compare, inner, inner),
    )


leaves = st.one_of(
    st.sampled_from([Var("x"), Var("y")]),
    st.sampled_from([number(1), number(2), number(3), Number(ONE.value / 3)]),
)
expressions = st.recursive(leaves, extended, max_leaves=6)

TRUE = {
    "double and halve": lambda e: Div(Mul((TWO, e)), TWO),
    "log of exp": lambda e: call("log", call("exp", e)),
    "exp of log": lambda e: call("exp", call("log", e)),
    "tan of atan": lambda e: call("tan", call("atan", e)),
    "sinh of asinh": lambda e: call("sinh", call("asinh", e)),
    "relus": lambda e: minus(call("relu", e), call("relu", Neg(e))),
    "max of itself": lambda e: call("max", e, e),
    "times one": lambda e: Mul((e, Add((square(call("sin", e)), square(call("cos", e)))))),
    "sign and size": lambda e: Mul((call("abs", e), call("sign", e))),
    "root squared": lambda e: square(call("sqrt", e)),
    "cubed root": lambda e: call("cbrt", Pow(e, number(3))),
    "half of all": lambda e: Div(
        Add((call("max", e, ONE), call("min", e, ONE), minus(e, ONE))), TWO
    ),
    "through its reciprocal": lambda e: Div(ONE, Div(ONE, e)),
    "a where of two same": lambda e: call("where", Compare(">", e, ONE), e, Add((e, ZERO))),
}  # fmt: skip

DOUBTFUL = {
    "root of square": lambda e: call("sqrt", square(e)),
    "size": lambda e: call("abs", e),
    "relu": lambda e: call("relu", e),
    "either sign": lambda e: call("max", e, Neg(e)),
    "sixth power": lambda e: Pow(Pow(e, number(6)), Number(ONE.value / 6)),
    "asin of sin": lambda e: call("asin", call("sin", e)),
    "atan of reciprocal": lambda e: minus(
        Div(Constant("pi"), TWO), call("atan", Div(ONE, call("tan", e)))
    ),
    "half the log of the square": lambda e: call("exp", Div(call("log", square(e)), TWO)),
    "one more": lambda e: Add((e, Number(ONE.value / 10**9))),
    "other above 5": lambda e: call("where", Compare(">", e, number(5)), TWO, e),
}


def rewritten(data, expression, rules):
    for _ in range(data.draw(st.integers(1, 2))):
        sites = [(p, part) for p, part in places(expression) if not _is_condition(part)]
        path, part = data.draw(st.sampled_from(sites))
        rule = data.draw(st.sampled_from(sorted(rules)))
        expression = replaced_at(expression, path, rules[rule](part))
    return expression


def _is_condition(part: Expression) -> bool:
    return isinstance(part, Compare | Logic)


@given(st.data(), expressions)
@settings(max_examples=120, suppress_health_check=[HealthCheck.too_slow])
def test_true_rewritings_are_never_refuted(data, expression):
    assert decide(expression, rewritten(data, expression, TRUE)).status != "refuted"


@given(st.data(), expressions)
@settings(max_examples=120, suppress_health_check=[HealthCheck.too_slow])
def test_doubtful_rewritings_get_no_false_verdict(data, expression):
    other = rewritten(data, expression, TRUE | DOUBTFUL)
    decision = decide(expression, other)
    referee = Referee(3, tries=12)
    if decision.status == "proved":
        assert not referee.differ(expression, other, ())
    if decision.status == "refuted":
        names = dict.fromkeys(("x", "y"), ONE.value)
        assert referee.differ_at(expression, other, {**names, **dict(decision.witness)})
