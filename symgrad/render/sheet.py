"""What is printed about a derivation, as a value: sections of lines, before any notation.

Text, Markdown and LaTeX print the same sheet; only the notation differs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

from symgrad.derivation import analysis
from symgrad.derivation.calculus import kinks_of
from symgrad.derivation.derivation import Derivation
from symgrad.expression.own import PRIME, own_definitions
from symgrad.expression.print_letters import LetterPrinter
from symgrad.expression.printer import Printer
from symgrad.expression.recognize import density_named
from symgrad.expression.tree import ONE, ZERO, Add, Call, Expression, Mul, Var, size_of
from symgrad.graph.graph import Graph
from symgrad.render.printed import derived_formulas, printed_indicator

Chain = tuple[Expression, ...]
Side = tuple[Chain, ...]  # a sum of products, each factor printed as it is
MAX_CHAINS = 3
MAX_FACTORS = 6
_MAX_STEPS = 40  # the length of a product's way up, edges of derivative 1 included
_SHORT = 12  # parts of an indicator that a sentence has room for
_PIECE_DIGITS = 1000
_PIECE = 10**_PIECE_DIGITS


@dataclass(frozen=True, slots=True)
class Name:
    """The left side of an equation: a name."""

    name: str


@dataclass(frozen=True, slots=True)
class Partial:
    """A partial derivative ∂top/∂bottom, or the second derivative ∂²top/∂bottom∂second."""

    top: str
    bottom: str
    second: str = ""


Left: TypeAlias = Name | Partial | Call  # a function of one's own stands at its arguments


@dataclass(frozen=True, slots=True)
class FormulaLine:
    """`left[0] = left[1] = … = sides[0] = sides[1] = …`, with a remark behind it.

    `status` is that of the decision that the remark tells of, if it tells of one.
    """

    left: tuple[Left, ...]
    sides: tuple[Side, ...]
    remark: str = ""
    status: str = ""


@dataclass(frozen=True, slots=True)
class Trail:
    """A path: names from the objective down, with the product of its local derivatives."""

    names: tuple[str, ...]
    product: Side = ()


@dataclass(frozen=True, slots=True)
class Remark:
    """A sentence with formulas in it: text and expressions in turn."""

    parts: tuple[str | Expression | Name, ...]


@dataclass(frozen=True, slots=True)
class Worked:
    """A formula worked out: `left = side = side = …`, each side with the rule that gave it."""

    left: Partial | Name
    rows: tuple[tuple[Side, Remark], ...]


Item: TypeAlias = FormulaLine | Worked | Trail | Remark | str


@dataclass(frozen=True, slots=True)
class Section:
    """A headline, and what stands under it; text is prose, one sentence each."""

    key: str
    title: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class FormulaSheet:
    """A title and sections; `names` are all the names that occur."""

    title: str
    sections: tuple[Section, ...]
    names: tuple[str, ...]


def side(*factors: Expression) -> Side:
    """Return one product as a side."""
    return (factors,)


def derivation_sheet(
    d: Derivation,
    *,
    limit: int = 12,
    steps: Sequence[Section] = (),
    expand: bool = False,
) -> FormulaSheet:
    """Return what `symgrad derive` prints: equations, paths, sensitivities, gradients.

    `steps` are sections that explain the results, and take their place.
    """
    sections = [
        Section("equations", "Equations", tuple(equation_lines(d.graph))),
        paths_section(d, limit=limit),
    ]
    sections += steps or [
        Section("sensitivities", "Sensitivities", tuple(sensitivity_lines(d))),
        Section("merges", "Merged branches", tuple(merge_lines(d))),
        Section("gradients", "Gradients", tuple(gradient_lines(d))),
    ]
    if expand:
        sections.append(Section("expanded", "In parameters and inputs only", expanded_lines(d)))
    sections.append(Section("notes", "Notes", tuple(note_lines(d))))
    kept = tuple(section for section in sections if section.items)
    names = (name for _, names, _ in own_definitions(d.graph.functions.values()) for name in names)
    return FormulaSheet(headline(d), kept, tuple(dict.fromkeys((*all_names(d), *names))))


def headline(d: Derivation) -> str:
    """Return one line about the derivation: its objective, parameters and paths."""
    counts = [d.path_count(name) for name in d.wrt]
    total = sum(counts)
    goal = "maximize" if d.graph.maximize else "minimize"
    number = f"{total:,}" if total < 10**15 else f"about {scientific(total)}"
    objective = LetterPrinter(all_names(d)).name(d.graph.objective)
    return (
        f"{goal} {objective}: {len(d.wrt)} parameter{plural(len(d.wrt))}, "
        f"{number} path{plural(total)}"
    )


def scientific(count: int) -> str:
    """Return a large count as 1.07·10³⁰¹ would be written: three digits and a power of ten."""
    digits = digits_of(count)
    power = len(digits) - 1
    return f"{digits[0]}.{digits[1:3]}e{power}"


def digits_of(count: int) -> str:
    """Return a count as decimal digits, of which Python itself writes a few thousand at most.

    >>> digits_of(10**9000 + 7)[-3:], len(digits_of(10**9000))
    ('007', 9001)
    """
    pieces: list[str] = []
    while count >= _PIECE:
        count, rest = divmod(count, _PIECE)
        pieces.append(f"{rest:0{_PIECE_DIGITS}}")
    return "".join([str(count), *reversed(pieces)])


def exact_count(count: int) -> str:
    """Return a count with all its digits, and shortened as well where there are many."""
    return f"{count:,}" if count < 10**15 else f"{digits_of(count)} ({scientific(count)})"


def plural(count: int) -> str:
    """Return the plural s, or nothing for one."""
    return "" if count == 1 else "s"


def all_names(d: Derivation) -> tuple[str, ...]:
    """Return every name that may be printed, functions of the author's own included."""
    return (
        *(n.name for n in d.graph.nodes),
        *(s.name for s in d.sensitivity_list),
        *own_names(d.graph),
    )


def own_names(graph: Graph) -> tuple[str, ...]:
    """Return the names of the functions that are the author's own."""
    return tuple(dict.fromkeys(name.rstrip(PRIME) for name in graph.functions))


def equation_lines(graph: Graph) -> list[FormulaLine]:
    """Return the functions of the author's own, and the equations in the order as written."""
    own = own_definitions(graph.functions.values())
    return [
        *(FormulaLine((Call(f, tuple(map(Var, names))),), (side(body),)) for f, names, body in own),
        *(
            FormulaLine((Name(node.name),), (side(node.formula.expression),))
            for node in graph.nodes
            if node.formula is not None
        ),
    ]


def paths_section(d: Derivation, *, limit: int) -> Section:
    """Return the paths to all parameters, at most `limit` in all."""
    items: list[Item] = []
    left = limit
    for name in d.wrt:
        if left == 0:
            break
        found = d.paths(name, limit=left)
        items += [Trail(p, ()) for p in found]
        left -= len(found)
    total = sum(d.path_count(name) for name in d.wrt)
    if total > limit:
        shown = "no path is" if limit == 0 else f"the first {limit:,} are"
        items.append(f"{exact_count(total)} paths in all, {shown} listed")
    return Section("paths", "Paths", tuple(items))


def path_factors(d: Derivation, names: tuple[str, ...]) -> list[Expression]:
    """Return the local derivatives along a path, those that are 1 left out."""
    factors = [d.local(top, bottom) for top, bottom in pairwise(names)]
    return [factor for factor in factors if factor != ONE] or [ONE]


def edge_lines(d: Derivation) -> list[FormulaLine]:
    """Return every local derivative on the way to a parameter."""
    lines: list[FormulaLine] = []
    operands = analysis.operands_by_node(d.graph)
    needed = analysis.ancestors(d.graph, d.graph.objective)
    active = analysis.active_names(d.graph, d.wrt)
    for node in d.graph.ordered:
        for operand in operands[node.name] if node.name in needed else ():
            if operand in active:
                direct = d.local(node.name, operand, short=False)
                short = d.local(node.name, operand)
                sides = _distinct(side(direct), side(short))
                lines.append(FormulaLine((Partial(node.name, operand),), sides))
    return lines


def sensitivity_lines(d: Derivation) -> list[FormulaLine]:
    """Return each δ with its product of local derivatives as they are and its shorter form."""
    named = {item.node: item.name for item in d.sensitivity_list}
    lines: list[FormulaLine] = []
    for item in d.sensitivity_list:
        top = d.numerator(item.node)
        final = side(density_named(item.form.expression))
        chains = _chains(d, item.node, named, ())
        sides = _distinct(chains, final) if chains is not None else (final,)
        lines.append(FormulaLine((Name(item.name), Partial(top, item.node)), sides))
    return lines


def _distinct(first: Side, last: Side) -> tuple[Side, ...]:
    """Return two sides, or the last alone where dots between factors are all that differs."""
    return (last,) if _factors_by_term(first) == _factors_by_term(last) else (first, last)


def _factors_by_term(written: Side) -> list[list[Expression]]:
    """Return the terms of a side as written, each as its factors from left to right."""
    products = [
        term for chain in written for term in ([chain] if len(chain) > 1 else _terms(chain))
    ]
    return [[part for factor in product for part in _factors(factor)] for product in products]


def _terms(chain: Chain) -> list[Chain]:
    (only,) = chain
    return [(term,) for term in only.terms] if isinstance(only, Add) else [chain]


def _factors(factor: Expression) -> Iterator[Expression]:
    if isinstance(factor, Mul):
        for part in factor.factors:
            yield from _factors(part)
    else:
        yield factor


def _chains(
    d: Derivation, node: str, named: dict[str, str], below: Chain, steps: int = 0
) -> Side | None:
    """Return ∂objective/∂node as a sum of products of local derivatives, or None when it is long.

    A product ends at the first node above that has a sensitivity of its own or the adjoint 1.
    """
    users = [name for name in d.consumers[node] if name in d.reached]
    if len(below) > MAX_FACTORS or steps > _MAX_STEPS or len(users) > _MAX_STEPS:
        return None
    found: list[Chain] = []
    for user in users:
        factor = d.local(user, node, short=False)
        if factor == ZERO:
            continue
        rest = below if factor == ONE else (factor, *below)
        if user in named:
            above: Side | None = ((Var(named[user]), *rest),)
        elif user in d.unit_nodes:
            above = (rest or (ONE,),)
        else:
            above = _chains(d, user, named, rest, steps + 1)
        if above is None:
            return None
        found += above
        if len(found) > MAX_CHAINS or any(len(chain) > MAX_FACTORS for chain in above):
            return None
    return tuple(found)


def merge_lines(d: Derivation, *, steps: bool = False) -> list[FormulaLine]:
    """Return the merged derivatives that the gradients use as one factor."""
    lines: list[FormulaLine] = []
    for merge in d.merges:
        sides: tuple[Side, ...] = (side(density_named(merge.factor)),)
        if steps:
            parts = _chains(d, merge.node, {merge.of: ""}, ())
            if parts is not None:
                stripped = tuple(
                    tuple(f for f in chain if f != Var("")) or (ONE,) for chain in parts
                )
                sides = _distinct(stripped, *sides)
        lines.append(FormulaLine((Partial(merge.of, merge.node),), sides))
    return lines


def gradient_lines(d: Derivation, *, steps: bool = False) -> list[FormulaLine]:
    """Return the gradient by each parameter."""
    named = {item.node: item.name for item in d.sensitivity_list}
    lines: list[FormulaLine] = []
    for name, form in d.gradient_forms:
        final = side(density_named(form.expression))
        sides: tuple[Side, ...] = (final,)
        remark = "no path leads to it" if form.expression == ZERO else ""
        if steps and not remark:
            chains = _chains(d, name, named, ())
            if chains is not None:
                sides = _distinct(chains, final)
        lines.append(FormulaLine((Partial(d.graph.objective, name),), sides, remark))
    return lines


def expanded_lines(d: Derivation) -> tuple[FormulaLine, ...]:
    """Return the gradients with every intermediate put in."""
    return tuple(
        FormulaLine((Partial(d.graph.objective, name),), (side(d.expanded(name)),))
        for name in d.wrt
    )


def note_lines(d: Derivation) -> list[str | Remark]:
    """Return the assumptions, what was used of them, and the conventions at kinks."""
    used = {note.assumption for note in d.notes}
    lines: list[str | Remark] = []
    for item in d.graph.assumptions:
        how = "assumed and used: " if item.text in used else "assumed: "
        lines.append(Remark((how, item.condition)))
    for note in d.notes:
        if not note.assumption:
            tail = ", so the branches that meet at "
            lines.append(Remark((note.left, " = ", note.right, tail, Name(note.node), " cancel")))
    needed = analysis.ancestors(d.graph, d.graph.objective)
    found: dict[str, None] = {}
    for node in d.graph.ordered:
        if node.formula is not None and node.name in needed:
            found |= dict.fromkeys(kinks_of(node.formula.pattern))
    if any(density_named(e) != e for e in derived_formulas(d)):
        density = Call("normal_pdf", (Var("z"),))
        lines.append(Remark((density, " is the density of the standard normal distribution")))
    if (indicator := printed_indicator(d)) is not None:
        lines.append(
            Remark((indicator, " is 1 where ", indicator.arguments[0], ", else 0"))
            if size_of(indicator) <= _SHORT
            else "an indicator is 1 where its condition holds, else 0"
        )
    return [*lines, *(f"convention: {kink}" for kink in found)]


def left_side(left: Left, printer: Printer) -> str:
    """Return the left side of a line."""
    if isinstance(left, Name):
        return printer.name(left.name)
    if isinstance(left, Call):
        return printer.product_of((left,))
    if left.second:
        return printer.second_partial(left.top, left.bottom, left.second)
    return printer.partial(left.top, left.bottom)
