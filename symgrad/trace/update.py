"""The update of a step: a row of the optimizers' table, worked with the numbers of a trace."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from symgrad.errors import SymgradError, free_name
from symgrad.expression.evaluate import OutsideDomain
from symgrad.expression.rationals import NotRational
from symgrad.expression.rebuilding import tidy
from symgrad.expression.tree import Expression, Neg, Var, substitute, variables
from symgrad.graph.graph import Graph
from symgrad.program.optimizers import Optimizer, optimizer
from symgrad.trace.lines import PartialName, WorkedLine
from symgrad.trace.numbers import Arithmetic, Real
from symgrad.trace.step import value_of_expression

_PRIME = "'"


@dataclass(frozen=True, slots=True)
class Rule:
    """An optimizer at work on one graph, with the rate and its printed name."""

    graph: Graph
    optimizer: Optimizer
    rate: Fraction
    rate_name: str

    def label(self, name: str, parameter: str = "") -> str:
        """Return the name under which a variable of the optimizer's table is printed."""
        text = f"{name}_{parameter}" if parameter else name
        return free_name(text, {*self.graph.index, self.rate_name})


def rule_for(graph: Graph, name: str, rate: Fraction) -> Rule:
    """Return the rule of an optimizer. Raises SymgradError for a name that is none."""
    printed = graph.rate[0] if graph.rate else "η"
    while printed in graph.index:
        printed = "rate" if printed == "η" else f"{printed}_"
    return Rule(graph, optimizer(name), rate, printed)


State = Mapping[tuple[str, str], Real]  # (name in the table, parameter) → value; "step" counts


def initial_state(rule: Rule, parameters: tuple[str, ...]) -> dict[tuple[str, str], Real]:
    """Return the state before the first step: zeros."""
    zero = Fraction(0)
    found: dict[tuple[str, str], Real] = {
        (name, parameter): zero for name in rule.optimizer.state for parameter in parameters
    }
    if rule.optimizer.counter:
        found["step", ""] = zero
    return found


def apply_rule(
    rule: Rule,
    state: State,
    parameters: Mapping[str, Real],
    gradients: Mapping[str, Real],
    arithmetic: Arithmetic,
    number: int = 1,
) -> tuple[dict[str, Real], dict[tuple[str, str], Real], tuple[WorkedLine, ...]]:
    """Return the updated parameters, the new state, and the lines of the work.

    Raises SymgradError, naming the step `number`, where an update has no real value, or with exact
    arithmetic no rational one.
    """
    try:
        return _applied(rule, state, parameters, gradients, arithmetic)
    except OutsideDomain as error:
        message, help_text = f"has no real value: {error}", "a smaller rate may help"
    except NotRational as error:
        message = f"has no exact fraction: {error}"
        help_text = "leave --exact out to work with decimals, or take --optimizer sgd"
    what = f"step {number}: the update by {rule.optimizer.summary} {message}"
    raise SymgradError(what, help=help_text)


def _applied(
    rule: Rule,
    state: State,
    parameters: Mapping[str, Real],
    gradients: Mapping[str, Real],
    arithmetic: Arithmetic,
) -> tuple[dict[str, Real], dict[tuple[str, str], Real], tuple[WorkedLine, ...]]:
    row = rule.optimizer
    lines: list[WorkedLine] = []
    new_state = dict(state)
    common: dict[str, Real] = {"rate": rule.rate, **dict(row.settings)}
    if row.counter:
        new_state["step", ""] = common["step'"] = state["step", ""] + 1
    for equation in row.shared:
        lines.append(_line(rule, equation, common, "", arithmetic))
        common[equation[0]] = lines[-1].value
    updated: dict[str, Real] = {}
    for parameter, gradient in gradients.items():
        known = {**common, "p": parameters[parameter], "g": gradient}
        known |= {name: state[name, parameter] for name in row.state}
        for equation in row.each:
            lines.append(_line(rule, equation, known, parameter, arithmetic))
            known[equation[0]] = lines[-1].value
        updated[parameter] = known["p'"]
        for name in row.state:
            new_state[name, parameter] = known[name + _PRIME]
    return updated, new_state, tuple(lines)


def _line(
    rule: Rule,
    equation: tuple[str, Expression],
    known: Mapping[str, Real],
    parameter: str,
    arithmetic: Arithmetic,
) -> WorkedLine:
    """Return one equation of the table with the graph's names and its numbers put in."""
    name, expression = equation
    labels = {str(key): _label(rule, str(key), parameter) for key in variables(expression)}
    names: dict[str | int, Expression] = {key: Var(label) for key, label in labels.items()}
    if rule.graph.maximize and "g" in names:
        names["g"] = Neg(names["g"])
    shown = substitute(expression, names)
    if rule.graph.maximize:
        shown = tidy(shown)
    numbers = {label: known[key] for key, label in labels.items()}
    left = _label(rule, name, parameter)
    value = value_of_expression(shown, numbers, arithmetic)
    return WorkedLine("update", ((left,),), shown, value, tuple(numbers.items()))


def _label(rule: Rule, name: str, parameter: str) -> str:
    """Return the printed name of a variable of the table.

    A state and its new value have one printed name: the arrow of the line tells them apart.
    """
    plain = name.removesuffix(_PRIME)
    if plain == "p":
        return parameter
    if plain == "g":
        return PartialName(rule.graph.objective, parameter)
    if plain == "rate":
        return rule.rate_name
    return rule.label(plain, parameter if plain in rule.optimizer.state else "")
