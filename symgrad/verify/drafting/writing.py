"""The draft as a file in the graph language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from symgrad.expression.print_ascii import AsciiPrinter
from symgrad.expression.printer import decimal_text
from symgrad.expression.tree import Compare, variables
from symgrad.verify.drafting.article import Article, ArticleEquation
from symgrad.verify.drafting.names import Role, Vocabulary, rate_of

_LONGEST_COMMENT = 90
_RELATIONS = {"==": "="}


class _Printer(AsciiPrinter):
    """Writes an expression in the graph language, names as they are."""

    def spelled(self, name: str) -> str:
        """Return the name itself."""
        return name


def written(
    source: str,
    top: str,
    equations: Sequence[ArticleEquation],
    kinds: Mapping[str, Role],
    assumed: Sequence[Compare],
    article: Article,
    vocabulary: Vocabulary,
) -> str:
    """Return the graph as a file, with the line of the article behind every equation."""
    printer = _Printer((*kinds, *(item.name for item in equations)))
    stated: dict[str, list[Fraction]] = {}
    for item in article.values:
        stated.setdefault(vocabulary.name(item.name), []).append(item.value)
    name = " ".join(source.replace("\\", "/").rsplit("/", 1)[-1].split())
    lines = [f"# Draft of the graph that {name} states."]
    for kind in ("param", "data", "const"):
        names = [name for name, role in kinds.items() if role.kind == kind]
        if names:
            given = {} if kind == "data" else stated
            lines.append(f"{kind} {', '.join(_with_value(one, given.get(one)) for one in names)}")
    for one in dict.fromkeys(assumed):
        sides = printer.expression(one.left), printer.expression(one.right)
        lines.append(f"assume {sides[0]} {_RELATIONS.get(one.relation, one.relation)} {sides[1]}")
    lines.append("")
    for equation in equations:
        lines.append(_comment(equation))
        lines.append(f"{equation.name} = {printer.expression(equation.right)}")
    lines += ["", f"{'maximize' if article.maximizes else 'minimize'} {top}"]
    rate = rate_of(article, (*kinds, *(item.name for item in equations)), vocabulary)
    if rate and rate in stated:
        lines.append(f"rate {_with_value(rate, stated[rate])}")
    elif article.step_rate and "η" not in {*kinds, *(item.name for item in equations)}:
        lines.append(f"rate η = {number_text(article.step_rate)}")
    data = [one for one, role in kinds.items() if role.kind == "data"]
    lines += _steps(data, article, vocabulary)
    return "\n".join(lines) + "\n"


def _comment(equation: ArticleEquation) -> str:
    """Return the line of the article that states an equation, as a comment."""
    place = equation.said.place
    if equation.like:
        return f"# like {equation.like} in line {place.line}"
    if not place.line:
        return "# as the options say"
    shown = " ".join(place.text.split())[:_LONGEST_COMMENT]
    return f"# line {place.line}: {shown}"


def _with_value(name: str, values: Sequence[Fraction] | None) -> str:
    return f"{name} = {number_text(values[0])}" if values else name


def as_text(equation: ArticleEquation, nodes: Mapping[str, ArticleEquation]) -> str:
    """Return an equation in the graph language."""
    names = [*nodes, *map(str, variables(equation.right))]
    return f"{equation.name} = {_Printer(names).expression(equation.right)}"


def number_text(value: Fraction) -> str:
    """Return a number as the graph language writes it, a decimal where it is one."""
    return decimal_text(value) or f"{value.numerator}/{value.denominator}"


def _steps(data: Sequence[str], article: Article, vocabulary: Vocabulary) -> list[str]:
    """Return the steps: a value that differs from the one before begins the next."""
    steps: list[dict[str, Fraction]] = [{}]
    for item in article.values:
        name = vocabulary.name(item.name)
        if name not in data:
            continue
        if steps[-1].get(name, item.value) != item.value:
            steps.append(dict(steps[-1]))
        steps[-1][name] = item.value
    whole = [step for step in steps if len(step) == len(data) and data]
    return [
        f"step {', '.join(f'{name} = {number_text(step[name])}' for name in data)}"
        for step in whole
    ]
