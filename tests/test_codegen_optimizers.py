"""Update rules by worked numbers, following the algorithms that PyTorch documents."""

import inspect
import math

import pytest

from symgrad.errors import SymgradError
from symgrad.program.optimizers import OPTIMIZERS, optimizer
from symgrad.sources.text import parse
from symgrad.targets.codegen import generate
from tests.emitted import loaded

RATE = 0.1


@pytest.fixture
def module_of(tmp_path):
    def emitted(name, goal="minimize"):
        text = f"param a = 2, b = -1\ndata x\nJ = a^2*x + b*x\n{goal} J\nrate η = {RATE}"
        path = tmp_path / "emitted.py"
        path.write_text(generate(parse(text), optimizer=name), encoding="utf-8")
        return loaded(path)

    return emitted


def slopes(a, x):
    return 2 * a * x, x


def steps(module, count):
    """Run `count` steps at x = 1, 2, ... and return the parameters after each."""
    params, state, seen = (2.0, -1.0), module.START, []
    for x in range(1, count + 1):
        params, state = module.update(*params, float(x), rate=RATE, state=state)
        seen.append(tuple(params))
    return seen


def test_sgd_keeps_no_state(module_of):
    module = module_of("sgd")
    assert tuple(module.update(2.0, -1.0, 1.0)) == pytest.approx((2 - 0.1 * 4, -1 - 0.1))


def test_momentum(module_of):
    """torch.optim.SGD(momentum=0.9): v = 0.9·v + g, p = p − rate·v."""
    expected, p, v = [], [2.0, -1.0], [0.0, 0.0]
    for x in (1, 2, 3):
        g = slopes(p[0], x)
        v = [0.9 * old + new for old, new in zip(v, g, strict=True)]
        p = [old - RATE * new for old, new in zip(p, v, strict=True)]
        expected.append(tuple(p))
    assert expected[0] == pytest.approx((1.6, -1.1))
    assert steps(module_of("momentum"), 3) == [pytest.approx(e, rel=1e-14) for e in expected]


def test_nesterov(module_of):
    """torch.optim.SGD(momentum=0.9, nesterov=True): v = 0.9·v + g, p = p − rate·(g + 0.9·v)."""
    expected, p, v = [], [2.0, -1.0], [0.0, 0.0]
    for x in (1, 2, 3):
        g = slopes(p[0], x)
        v = [0.9 * old + new for old, new in zip(v, g, strict=True)]
        p = [old - RATE * (s + 0.9 * new) for old, s, new in zip(p, g, v, strict=True)]
        expected.append(tuple(p))
    assert expected[0] == pytest.approx((2 - 0.1 * (4 + 3.6), -1 - 0.1 * 1.9))
    assert steps(module_of("nesterov"), 3) == [pytest.approx(e, rel=1e-14) for e in expected]


def adam(count, decay):
    expected, p = [], [2.0, -1.0]
    m, v = [0.0, 0.0], [0.0, 0.0]
    for t in range(1, count + 1):
        g = slopes(p[0], t)
        for i in (0, 1):
            p[i] -= RATE * decay * p[i]
            m[i] = 0.9 * m[i] + 0.1 * g[i]
            v[i] = 0.999 * v[i] + 0.001 * g[i] ** 2
            first, second = m[i] / (1 - 0.9**t), v[i] / (1 - 0.999**t)
            p[i] -= RATE * first / (math.sqrt(second) + 1e-8)
        expected.append(tuple(p))
    return expected


def test_adam(module_of):
    found = steps(module_of("adam"), 4)
    assert found[0] == pytest.approx((1.9, -1.1), rel=1e-8)
    assert found == [pytest.approx(e, rel=1e-12) for e in adam(4, 0.0)]


def test_adamw(module_of):
    found = steps(module_of("adamw"), 4)
    assert found[0] == pytest.approx((2 * 0.999 - 0.1, -0.999 - 0.1), rel=1e-8)
    assert found == [pytest.approx(e, rel=1e-12) for e in adam(4, 0.01)]


@pytest.mark.parametrize("name", [name for name in OPTIMIZERS if name != "sgd"])
def test_maximizing_is_minimizing_the_negative(module_of, name):
    up = steps(module_of(name, "maximize"), 1)[0]
    down = steps(module_of(name), 1)[0]
    decayed = (2 * 0.999, -0.999) if name == "adamw" else (2, -1)
    assert [u + d for u, d in zip(up, down, strict=True)] == pytest.approx(
        [2 * c for c in decayed], rel=1e-12
    )


@pytest.mark.parametrize(
    ("name", "rate"),
    [("sgd", RATE), ("momentum", RATE), ("nesterov", RATE), ("adam", 0.001), ("adamw", 0.001)],
)
def test_rules_whose_steps_do_not_grow_with_the_derivative_have_rates_of_their_own(
    module_of, name, rate
):
    assert inspect.signature(module_of(name).update).parameters["rate"].default == rate


def test_settings_can_be_given(module_of):
    module = module_of("momentum")
    _, state = module.update(2.0, -1.0, 1.0, state=module.START)
    params, _ = module.update(2.0, -1.0, 1.0, momentum=0.0, state=state)
    assert tuple(params) == pytest.approx((1.6, -1.1))


def test_names_of_a_rule_are_not_taken_from_the_author():
    code = generate(parse("param m, beta1, ε; data x; J = m*beta1*ε*x"), optimizer="adam")
    compile(code, "emitted", "exec")
    assert "beta1_" in code
    assert "epsilon_" in code


def test_unknown_rule_is_an_error():
    with pytest.raises(SymgradError, match="unknown optimizer `rmsprop`"):
        optimizer("rmsprop")
