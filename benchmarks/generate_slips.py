"""Writes tests/data/slips/generated.txt: right formulas of the examples, each with one slip put in.

    python benchmarks/generate_slips.py > tests/data/slips/generated.txt

It shares no code with the diagnosis. A slip is put into the formula that the derivation prints, or
into one path's product of local derivatives; the kind is that of the operation carried out.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from symgrad.derivation.analysis import depends_on_data  # noqa: E402
from symgrad.derivation.derivation import Derivation  # noqa: E402
from symgrad.derivation.derive import derive  # noqa: E402
from symgrad.examples import names, read  # noqa: E402
from symgrad.expression.algebra import add, mul, neg  # noqa: E402
from symgrad.expression.print_ascii import AsciiPrinter  # noqa: E402
from symgrad.expression.printer import Printer  # noqa: E402
from symgrad.expression.tree import (  # noqa: E402
    Add,
    Call,
    Div,
    Expression,
    Mul,
    Neg,
    Number,
    Pow,
    Var,
    children,
    number,
    walk,
    with_children,
)
from symgrad.sources.text import parse  # noqa: E402
from symgrad.verify.deciding.equality import decide  # noqa: E402

PER_EXAMPLE = 7
Made = tuple[str, Expression]


def everywhere(e: Expression, change) -> Iterator[Made]:
    """Yield the trees with `change` applied at one place."""
    yield from change(e)
    for i, part in enumerate(children(e)):
        for kind, new in everywhere(part, change):
            parts = [*children(e)]
            parts[i] = new
            yield kind, with_children(e, tuple(parts))


def one_slip(e: Expression, constants: tuple[str, ...], others: list[str]):
    def change(part: Expression) -> Iterator[Made]:
        match part:
            case Add(terms):
                for i, term in enumerate(terms):
                    left = terms[:i] + terms[i + 1 :]
                    yield "dropped_term, missing_branch", left[0] if len(left) == 1 else Add(left)
                    yield "sign", Add((*terms[:i], neg(term), *terms[i + 1 :]))
            case Mul(factors):
                for i, factor in enumerate(factors):
                    left = factors[:i] + factors[i + 1 :]
                    rest = left[0] if len(left) == 1 else Mul(left)
                    fixed = isinstance(factor, Var) and factor.key in constants
                    if fixed or isinstance(factor, Number):
                        yield "constant_dropped", rest
                    elif isinstance(factor, Var):
                        yield "missing_chain_factor", rest
                        squared = Pow(factor, number(2))
                        yield (
                            "extra_chain_factor, wrong_exponent",
                            Mul((*factors[:i], squared, *factors[i + 1 :])),
                        )
                    elif isinstance(factor, Add):
                        yield "missing_chain_factor, missing_branch", rest
                if not any(isinstance(f, Number) for f in factors):
                    yield "factor", Mul((number(2), *factors))
            case Div(above, Number()):
                yield "constant_dropped", above
            case Div(above, Pow(base, Number(n))) if n == 2:
                yield "wrong_exponent, quotient_rule_slip", Div(above, base)
            case Pow(base, Number(n)) if n.denominator == 1 and n > 1:
                yield "wrong_exponent, wrong_function_derivative", Pow(base, number(n + 1))
            case Neg(operand):
                yield "sign", operand
            case Call("exp" | "sin" | "cos", (argument,)):
                other = {"exp": "log", "sin": "cos", "cos": "sin"}[part.function]
                if other != "log":
                    yield "wrong_function_derivative", Call(other, (argument,))
            case Var(key) if others and not key.startswith("δ"):
                yield "swapped_variable", Var(others[len(str(key)) % len(others)])
            case _:
                return

    yield from everywhere(e, change)
    if others and Var(others[0]) not in (e, *children(e)):
        yield "extra_term", add(e, Var(others[0]))
    yield "sign", neg(e)
    yield "factor", mul(number(2), e) if not _has_number(e) else mul(number(Fraction(3)), e)


def _has_number(e: Expression) -> bool:
    return isinstance(e, Number) or (isinstance(e, Mul) and isinstance(e.factors[0], Number))


def by_path(derivation: Derivation, parameter: str) -> Iterator[Made]:
    """Yield the gradient with one path left out, doubled or with its sign turned."""
    paths = derivation.paths(parameter, limit=6)
    data = depends_on_data(derivation.graph)
    if not 1 < len(paths) < 6:
        return
    shares = [mul(*(derivation.local(a, b) for a, b in pairwise(path))) for path in paths]
    for i, path in enumerate(paths):
        rest = [*shares[:i], *shares[i + 1 :]]
        free = path[1] not in data and len(path) == 3
        yield "missing_regularization" if free else "missing_branch", add(*rest)
        yield "sign", add(*shares[:i], neg(shares[i]), *shares[i + 1 :])


def wrong_formulas() -> Iterator[tuple[str, str, str]]:
    for example in names():
        graph = parse(read(example))
        derivation = derive(graph)
        constants = graph.constants
        made: list[tuple[str, str, Expression, Expression]] = []
        for parameter, form in derivation.gradient_forms:
            right = form.expression
            others = [n.name for n in graph.nodes if n.formula is None and n.name != parameter]
            for kind, wrong in one_slip(right, constants, others):
                made.append((f"d{graph.objective}/d{parameter}", kind, right, wrong))
            whole = add(
                *(
                    mul(*(derivation.local(a, b) for a, b in pairwise(path)))
                    for path in derivation.paths(parameter, limit=6)
                )
            )
            for kind, wrong in by_path(derivation, parameter):
                made.append((f"d{graph.objective}/d{parameter}", kind, whole, wrong))
        for node in graph.ordered:
            for operand in node.formula.operands if node.formula else ():
                local = derivation.local(node.name, operand, short=False)
                if derivation.path_count(operand) > 3 or graph.index[operand].formula is not None:
                    continue
                for kind, wrong in one_slip(local, constants, [*graph.data][:2]):
                    made.append((f"d{node.name}/d{operand}", kind, local, wrong))
        source = random.Random(example)  # noqa: S311
        source.shuffle(made)
        meanings = {item.name: item.form.expression for item in derivation.sensitivity_list}
        taken: dict[str, int] = {}
        for left, kind, right, wrong in made:
            if taken.get(kind, 0) >= 2 or sum(taken.values()) >= PER_EXAMPLE:
                continue
            if isinstance(wrong, Var | Number):
                continue
            calls = [part.function for part in walk(wrong) if isinstance(part, Call)]
            if "where" in calls:
                continue
            if not differs(graph, meanings, right, wrong):
                continue
            taken[kind] = taken.get(kind, 0) + 1
            printer = source.choice((Printer, AsciiPrinter))([n.name for n in graph.nodes])
            yield example, f"{left} = {printer.expression(wrong)}", kind


def differs(graph, meanings, right: Expression, wrong: Expression) -> bool:
    from symgrad.expression.tree import substitute

    table = {}
    for node in graph.ordered:
        table[node.name] = substitute(node.formula.expression, table)
    for name in meanings:
        e = meanings[name]
        for _ in range(6):
            e = substitute(e, meanings)
        table[name] = substitute(e, table)
    sides = substitute(right, table), substitute(wrong, table)
    return decide(*sides).status == "refuted"


def main() -> None:
    print("# Wrong claims made by benchmarks/generate_slips.py: [example], claim | kind, or kind")
    last = ""
    for example, claim, kind in wrong_formulas():
        if example != last:
            print(f"\n[{example}]")
            last = example
        print(f"{claim} | {kind}")


if __name__ == "__main__":
    main()
