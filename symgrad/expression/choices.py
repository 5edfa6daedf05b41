"""Functions that choose between their arguments, or hide one: one record each."""

from __future__ import annotations

from symgrad.expression import balls
from symgrad.expression.elementary import call, row
from symgrad.expression.function import Arguments
from symgrad.expression.spelling import Spelling, Spellings, fitted, helper
from symgrad.expression.tree import ONE, ZERO, Add, Compare, Expression, Logic, Neg


def _largest(arguments: Arguments, relation: str) -> Expression:
    result = arguments[-1]
    for index in range(len(arguments) - 2, -1, -1):
        rest = arguments[index + 1 :]
        tests = [Compare(relation, arguments[index], other) for other in rest]
        result = call("where", _all(tests), arguments[index], result)
    return result


def selected(place: int, arguments: Arguments, relation: str) -> Expression:
    """Return 1 where an argument is the first of the largest (">") or smallest ("<"), else 0."""
    tests = [
        Compare(relation if i < place else f"{relation}=", arguments[place], other)
        for i, other in enumerate(arguments)
        if i != place
    ]
    return call("where", _all(tests), ONE, ZERO)


def _all(tests: list[Compare]) -> Expression:
    return tests[0] if len(tests) == 1 else Logic("and", tuple(tests))


def _gaps(arguments: Arguments) -> Arguments:
    return tuple(Add((arguments[0], Neg(other))) for other in arguments[1:])


def _extreme(name: str) -> Spellings:
    ours = f"sg_{name}"
    return fitted(
        helper(name),
        numpy=Spelling(f"np.{name}imum({{0}}, {{1}})", folds=True),
        c=Spelling(f"{ours}({{0}}, {{1}})", (ours,), folds=True),
        javascript=Spelling(f"Math.{name}({{}})"),
        rust=Spelling(f"_{name}(&[{{}}])", (f"_{name}",)),
        cpp=Spelling(f"detail::{name}({{0}}, {{1}})", (f"detail::{name}",), folds=True),
        julia=Spelling(f"{name}({{}})"),
        jax=Spelling(f"jnp.{name}imum({{0}}, {{1}})", folds=True),
        torch=Spelling(f"torch.{name}imum({{0}}, {{1}})", folds=True),
    )


ROWS = (
    row("max", 1, None,
        definition=lambda a: _largest(a, ">="), aliases=("Max", "maximum", "fmax"), sympy="Max",
        mpmath=lambda mp, *xs: max(xs), ball=balls.extreme(largest=True), ball_exact=True,
        double=lambda *x: max(x), switches=_gaps, latex=r"\max",
        kink="where arguments of max are equal the first one counts",
        spellings=_extreme("max")),
    row("min", 1, None,
        definition=lambda a: _largest(a, "<="), aliases=("Min", "minimum", "fmin"), sympy="Min",
        mpmath=lambda mp, *xs: min(xs), ball=balls.extreme(largest=False), ball_exact=True,
        double=lambda *x: min(x), switches=_gaps, latex=r"\min",
        kink="where arguments of min are equal the first one counts",
        spellings=_extreme("min")),
    row("where", 3, 3, condition_first=True, total=False,
        kink="at the border of a where the side that the condition selects counts"),
    row("stop_gradient", definition=lambda a: a[0],
        ball=lambda _, x: x, ball_exact=True, latex=r"\operatorname{stop\_gradient}"),
)  # fmt: skip
