"""What is kept harms nowhere: compared with as written, however rounded, at other points."""

import math
import random
from itertools import count

import pytest
from mpmath import cos, diff, erf, log, mpf, sin, workdps

import symgrad as sg
from symgrad.accuracy.measure import bits_lost, split_ball
from symgrad.accuracy.mend import HOPELESS, is_worse
from symgrad.accuracy.reference import truth
from symgrad.accuracy.regimes import Scored, choices
from symgrad.accuracy.shaken import UNIT, Rounded
from symgrad.expression.certified import ctx
from symgrad.expression.tree import Call, Var, formula_of
from symgrad.program.normal import normal
from symgrad.program.statements import Statement
from symgrad.sources.grammar import parse_expression
from symgrad.sources.text import parse


def tree(text):
    return parse_expression(text, source="", line=1, column=1, text_line=text, resolve=Var)


def rounded(text, **columns):
    """Return a formula at these points, shaken in eight ways."""
    size = len(next(iter(columns.values())))
    return [Rounded(columns, size, count(997 * k)).of(normal(tree(text))) for k in range(8)]


@pytest.mark.parametrize("text", ["x - y", "-x", "abs(x)", "max(x, y)", "where(x > y, x, y)"])
def test_what_is_exact_in_doubles_is_not_shaken(text):
    runs = rounded(text, x=(1.5, 3.0, 2.0**40), y=(1.25, 2.75, 2.0**40 - 1.0))
    assert all(run == runs[0] for run in runs)


def test_what_is_rounded_is_moved_by_a_unit_and_what_cancels_behind_it_shows():
    x = (0.1, 0.3, 0.7)
    products = rounded("x*x", x=x)
    assert {*map(tuple, products)} > {tuple(products[0])}
    assert all(
        abs(a - b * b) <= 2 * UNIT * a for run in products for a, b in zip(run, x, strict=True)
    )
    runs = rounded("(1 + x)*(1 - x) - 1", x=(1e-9, 1e-8, 1e-7))
    assert any(abs(run[0] + 1e-18) > 1e-17 for run in runs)


def test_harm_is_more_lost_than_before_however_that_is_rounded():
    assert not is_worse(4.0, 0.0, 0.0, 0.0)  # a unit or two
    assert is_worse(7.0, 0.0, 0.0, 0.0)
    assert not is_worse(7.0, 0.0, 12.0, 5.0)  # it was luck that nothing was lost
    assert is_worse(9.0, 0.0, 12.0, 5.0)  # though the inputs lose more
    assert not is_worse(9.0, 5.0, 0.0, 10.0)  # as written 10 may be lost there as well
    assert is_worse(14.0, 5.0, 0.0, 10.0)
    assert is_worse(12.0, 2.0, 0.0, 10.0)
    assert is_worse(9.0, 1.0, 0.0, 10.0)  # as written errors take each other away
    assert not is_worse(63.0, HOPELESS + 1.0, 0.0, 0.0)  # nothing was left
    assert is_worse(64.0, 63.0, 0.0, 0.0)  # but it was a number


def test_a_border_keeps_a_form_away_from_where_it_harms_if_most_is_won_before_it():
    column = [0.1, 0.2, 0.4, 3.0, 5.0, 9.0] * 3
    form = Scored(tree("exp(x)"), [0.0, 0.0, 0.0, 20.0, 0.0, 0.0] * 3)
    other = Scored(Var("x"), [40.0, 40.0, 40.0, 0.0, 5.0, 0.0] * 3)
    [*found] = choices((form, other), lambda _: column, [True] * 18)
    tests = [e.arguments[0] for e in found if isinstance(e, Call)]
    assert tests
    assert all(0.4 <= float(test.right.value) < 3.0 for test in tests if test.relation == "<=")


KINDS = [  # as written some keep their digits where half an ulp in the inputs changes many
    "param l\ndata x\nJ = (x^l - 1)/l",
    "param r\nconst n = 360\nJ = (1 - (1 + r)^(-n))/r",
    "param b\nJ = log(sqrt((1 + b)/(1 - b)))",
    "param x, y\nJ = sqrt(x^2 + y^2) - x",
    "param x, h\nJ = 1/(1 + exp(-(x + h))) - 1/(1 + exp(-x))",
]


@pytest.mark.parametrize("text", KINDS)
def test_emitted_code_is_worse_nowhere_though_half_an_ulp_in_the_inputs_loses_more(text):
    graph = parse(text)
    modules = []
    for safe in (True, False):
        module = {}
        exec(compile(sg.generate(graph, safe=safe), "emitted", "exec"), module)  # noqa: S102
        modules.append(module["value"])
    names = [node.name for node in graph.nodes if node.formula is None]
    (node,) = [node for node in graph.nodes if node.formula is not None]
    statement = Statement(node.name, formula_of(node.formula.expression))
    chance = random.Random(text)  # noqa: S311  (a fixed seed on purpose)
    compared = won = 0
    for _ in range(150):
        point = {
            n: math.copysign(10 ** chance.uniform(-7, 2.5), chance.random() - 0.4) for n in names
        }
        found = truth((statement,), point, (node.name,)).get(node.name)
        with ctx.workprec(200):
            near, rest, known = split_ball(found)
        if not known or not math.isfinite(near):
            continue
        safe, plain = (bits_lost(value(**point), near, rest) for value in modules)
        assert not (safe > 4.0 and safe > plain + 4.0), (point, safe, plain)
        compared += 1
        won += safe < plain - 10.0
    assert compared > 40
    assert won > 3


def coins(p, q):
    return p * log(p / q) + (1 - p) * log((1 - p) / (1 - q))


KEPT = [  # first the parameter, then what else there is, each between these powers of 10
    (
        "r",
        "const n = 360",
        "(1 - (1 + r)^(-n))/r",
        lambda r, n: (1 - (1 + r) ** (-n)) / r,
        (-6, -1, -2, 2),
    ),
    (
        "h",
        "data x",
        "(sin(x + h) - sin(x))/h",
        lambda h, x: (sin(x + h) - sin(x)) / h,
        (-6, 0, -1, 0),
    ),
    ("w", "data t", "(1 - cos(w*t))/w^2", lambda w, t: (1 - cos(w * t)) / w**2, (-7, -1, -1, 1)),
    (
        "q",
        "data p",
        "p*log(p/q) + (1 - p)*log((1 - p)/(1 - q))",
        lambda q, p: coins(p, q),
        (-6, -1) * 2,
    ),
    ("x", "data k", "k*erf(x)/x", lambda x, k: k * erf(x) / x, (-7, 1, -2, 2)),
]


@pytest.mark.parametrize(("name", "other", "formula", "exact", "sizes"), KEPT)
def test_value_and_slope_keep_their_digits_beside_a_removable_singularity(
    name, other, formula, exact, sizes
):
    graph = parse(f"param {name}\n{other}\nJ = {formula}")
    safe, plain = (sg.compile(graph, target="python", safe=own) for own in (True, False))
    chance = random.Random(formula)  # noqa: S311  (a fixed seed on purpose)
    worst = 0.0
    for _ in range(40):
        x, y = (10 ** chance.uniform(*sizes[i : i + 2]) for i in (0, 2))
        with workdps(90):
            right = (
                exact(mpf(x), mpf(y)),
                diff(lambda t, y=y: exact(t, mpf(y)), mpf(x), h=mpf(x) / 10**30),
            )
        for module, bound in ((safe, 12.0), (plain, 65.0)):
            value, gradient = module.value_and_gradient(x, y)
            lost = [
                bits_lost(found, float(want), float(want - float(want)))
                for found, want in zip((value, *gradient), right, strict=True)
            ]
            assert max(lost) < bound, (x, y, lost)
        worst = max(worst, *lost)
    assert worst > 15.0
