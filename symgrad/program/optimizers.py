"""Update rules: one step of an optimizer as explicit equations, its state passed in and out.

Each row follows the algorithm that PyTorch documents for the class of that name (torch.optim.SGD
with momentum and nesterov, Adam: D. P. Kingma and J. Ba, arXiv:1412.6980; AdamW: I. Loshchilov and
F. Hutter, arXiv:1711.05101), with PyTorch's defaults. State starts at zero.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from symgrad.errors import SymgradError, did_you_mean
from symgrad.expression.tree import ONE, Add, Call, Div, Expression, Mul, Neg, Pow, Var

Equation = tuple[str, Expression]


@dataclass(frozen=True, slots=True)
class Optimizer:
    """One update rule.

    `rate` is its own usual rate, where its steps do not grow with the derivative; without one a
    rule takes the rate of the graph, which is chosen for plain descent. `settings` are its numbers
    besides the rate, with defaults. `state` names what is kept for each parameter, `counter`
    whether the number of steps is kept too. `shared` is computed once a step from `step`, `each`
    once for every parameter from `p` (the parameter), `g` (its derivative) and the state; a primed
    name such as m' is the new value of m, and p' the new parameter.
    """

    name: str
    summary: str
    rate: Fraction | None = None
    settings: tuple[tuple[str, Fraction], ...] = ()
    state: tuple[str, ...] = ()
    counter: bool = False
    shared: tuple[Equation, ...] = ()
    each: tuple[Equation, ...] = ()


_P, _G, _RATE, _MOMENTUM = Var("p"), Var("g"), Var("rate"), Var("momentum")
_VELOCITY = Add((Mul((_MOMENTUM, Var("velocity"))), _G))


def _minus(left: Expression, right: Expression) -> Expression:
    return Add((left, Neg(right)))


def _averaged(state: str, decay: str, value: Expression) -> Expression:
    """Return decay·state + (1 − decay)·value."""
    kept = Mul((Var(decay), Var(state)))
    return Add((kept, Mul((_minus(ONE, Var(decay)), value))))


_ADAM_STATE = (
    ("m'", _averaged("m", "beta1", _G)),
    ("v'", _averaged("v", "beta2", Mul((_G, _G)))),
)
_ADAM_SHARED = (
    ("correction1", _minus(ONE, Pow(Var("beta1"), Var("step'")))),
    ("correction2", _minus(ONE, Pow(Var("beta2"), Var("step'")))),
)
_ADAM_STEP = Div(
    Mul((_RATE, Div(Var("m'"), Var("correction1")))),
    Add((Call("sqrt", (Div(Var("v'"), Var("correction2")),)), Var("epsilon"))),
)
_ADAM_RATE = Fraction(1, 1000)
_ADAM_SETTINGS = (
    ("beta1", Fraction(9, 10)),
    ("beta2", Fraction(999, 1000)),
    ("epsilon", Fraction(1, 10**8)),
)
_DECAYED = Mul((_P, _minus(ONE, Mul((_RATE, Var("weight_decay"))))))

_ROWS = (
    Optimizer("sgd", "gradient descent", each=(("p'", _minus(_P, Mul((_RATE, _G)))),)),
    Optimizer(
        "momentum",
        "gradient descent with momentum",
        settings=(("momentum", Fraction(9, 10)),),
        state=("velocity",),
        each=(("velocity'", _VELOCITY), ("p'", _minus(_P, Mul((_RATE, Var("velocity'")))))),
    ),
    Optimizer(
        "nesterov",
        "gradient descent with Nesterov momentum",
        settings=(("momentum", Fraction(9, 10)),),
        state=("velocity",),
        each=(
            ("velocity'", _VELOCITY),
            ("p'", _minus(_P, Mul((_RATE, Add((_G, Mul((_MOMENTUM, Var("velocity'"))))))))),
        ),
    ),
    Optimizer(
        "adam",
        "Adam",
        rate=_ADAM_RATE,
        settings=_ADAM_SETTINGS,
        state=("m", "v"),
        counter=True,
        shared=_ADAM_SHARED,
        each=(*_ADAM_STATE, ("p'", _minus(_P, _ADAM_STEP))),
    ),
    Optimizer(
        "adamw",
        "Adam with decoupled weight decay",
        rate=_ADAM_RATE,
        settings=(*_ADAM_SETTINGS, ("weight_decay", Fraction(1, 100))),
        state=("m", "v"),
        counter=True,
        shared=_ADAM_SHARED,
        each=(*_ADAM_STATE, ("p'", _minus(_DECAYED, _ADAM_STEP))),
    ),
)

OPTIMIZERS: Mapping[str, Optimizer] = {row.name: row for row in _ROWS}


def optimizer(name: str) -> Optimizer:
    """Return the update rule called `name`.

    Raises SymgradError, with the names there are, for another.

    >>> optimizer("adam").state
    ('m', 'v')
    """
    found = OPTIMIZERS.get(name)
    if found is None:
        known = ", ".join(f"`{item}`" for item in OPTIMIZERS)
        help_text = did_you_mean(name, OPTIMIZERS, f"one of {known}")
        raise SymgradError(f"unknown optimizer `{name}`", help=help_text)
    return found
