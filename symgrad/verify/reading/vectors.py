"""Several derivatives in one formula: ∇J = (…, …), ∇²J = (…), H_J = (…), dJ = … dx + … dy."""

from __future__ import annotations

import re
from collections.abc import Iterator

from symgrad.derivation.analysis import ancestors
from symgrad.derivation.calculus import gradient_of
from symgrad.expression.tree import (
    ZERO,
    Add,
    Div,
    Expression,
    Mul,
    Neg,
    Number,
    Var,
    substitute,
    variables,
)
from symgrad.sources import lexer
from symgrad.sources.problems import Fault, Origin
from symgrad.sources.written import Written
from symgrad.verify.model import DerivativeTarget
from symgrad.verify.reading.scope import Scope, differential_of
from symgrad.verify.reading.split import WrittenStatement, cut_at, unwrapped

_ARGUMENTS = r"\s*(?:\([^()]*\))?\s*"
_POINT = re.compile(r"\(\s*[-−\d.][^()]*\)(?=\s*$)")
_GRADIENT = re.compile(rf"\s*∇\s*(?:_\s*({lexer.NAME}))?\s*({lexer.NAME})?{_ARGUMENTS}")
_HESSIAN = re.compile(
    rf"\s*(?:(?:∇|D)\s*(?:²|\^\s*\(?\s*2\s*\)?)\s*({lexer.NAME}){_ARGUMENTS}"
    rf"|H_({lexer.NAME}){_ARGUMENTS}|(?:H|Hess)\s*\(\s*({lexer.NAME})\s*\){_ARGUMENTS})"
)
_H_ALONE = re.compile(r"\s*(?:H|Hess)(?:_vec|_mat)?\s*(\([^()]*\))?\s*")
_DET = re.compile(r"(?<!\w)det(?!\w)")
_HESSIAN_ALONE = rf"(?:H|Hess)(?:_\s*\(?\s*({lexer.NAME})\s*\)?)?\s*(\([^()]*\))?"
_NABLA_SQUARED = rf"(?:∇|D)\s*(?:²|\^\s*\(?\s*2\s*\)?)\s*({lexer.NAME})\s*(\([^()]*\))?"
_DETERMINANT = re.compile(
    rf"(?<!\w)det\s*(?:{_HESSIAN_ALONE}|\(\s*{_HESSIAN_ALONE}\s*\)|\(\s*{_NABLA_SQUARED}\s*\))"
)
_LENGTH = re.compile(rf"[|‖]\s*∇\s*({lexer.NAME})\s*(\([^()]*\))?\s*[|‖]")
_SCALAR_SIGN = re.compile(rf"{_DET.pattern}|[|‖]\s*∇")
_NUMERIC = re.compile(r"[=≈][\s\d.*+()/^−-]+(?:[=≈;]|$)")
_SCALED = re.compile(r"[^⟨⟩]*[^⟨⟩\s][^⟨⟩]*(⟨[^⟨⟩]*⟩)")
_ZERO = re.compile(r"[\s(]*0(?:_vec)?[\s)]*")
_WORDS = re.compile(rf"(?<![^\W\d]|[/∂_])(?:d\s+)?{lexer.NAME}(?!\s*\)?\s*/\s*\(?\s*[d∂])")
_OPERATOR = re.compile(r"(?<!\w)d\s*(?:\(|\\?(?:ln|log)\b)")
_DIFFERENTIAL = re.compile(rf"\s*d\s*({lexer.NAME})\s*")


def components(statement: WrittenStatement, scope: Scope) -> Iterator[WrittenStatement]:
    """Yield the components of `∇J = (…, …)`, in the order of the parameters; others as they are."""
    lefts = _lefts(statement.left.text, scope)
    several = len(lefts) > 1
    lists = [_list(part, len(lefts)) if several else [part] for _, part in statement.parts]
    if not lefts or not lists or any(len(parts) != len(lefts) for parts in lists):
        yield statement
        return
    for index, derivative in enumerate(lefts):
        left = Written.all_at(derivative, statement.left.start())
        parts = tuple(
            (sign, values[index]) for (sign, _), values in zip(statement.parts, lists, strict=True)
        )
        yield WrittenStatement(parts[0][1], left, parts, head=left.text)


def with_scalars(written: Written, scope: Scope, origin: Origin) -> Written:
    """Return a formula with `det H` and `|∇f|` as what they are in derivatives.

    Raises:
        Fault: at any other determinant: of what, and at which point, nothing says.
    """
    if not _SCALAR_SIGN.search(written.text) or scope.name("det") is not None:
        return written
    parts: list[Written] = []
    done = 0
    numeric = _NUMERIC.search(written.text) is not None
    for found in (*_DETERMINANT.finditer(written.text), *_LENGTH.finditer(written.text)):
        words = [word for word in found.groups() if word]
        name = next((word for word in words if word[0] != "("), "")
        top = scope.name(name) if name else scope.graph.objective
        last = scope.last_point if numeric and "det" in found[0] else ""
        at = next((word for word in words if word[0] == "("), last)
        at = at if _POINT.fullmatch(at.strip()) else ""
        if top is not None and (at or not numeric) and found.start() >= done:
            of = _determinant if "det" in found[0] else _length
            if text := of(top, at, scope.graph.parameters):
                own = Written.all_at(text, written.offsets[found.start()])
                parts += [written.part(done, found.start()), own]
                done = found.end()
    parts.append(written.part(done, len(written.text)))
    if left := _DET.search("".join(part.text for part in parts)):
        raise Fault("the determinant of what, and where?", origin.place(left[0], 0, 1))
    return Written.join(parts)


def _determinant(top: str, at: str, names: tuple[str, ...]) -> str:
    """Return the determinant of the second derivatives by two parameters, "" for more."""
    if len(names) != 2:
        return ""
    x, y = names
    return f"(∂^2{top}/∂{x}∂{x}{at}*∂^2{top}/∂{y}∂{y}{at}-(∂^2{top}/∂{x}∂{y}{at})^2)"


def _length(top: str, at: str, names: tuple[str, ...]) -> str:
    return f"sqrt({'+'.join(f'(∂{top}/∂{name}{at})^2' for name in names)})"


def _lefts(text: str, scope: Scope) -> list[str]:
    """Return the derivatives that a gradient or a Hessian matrix lists, row by row."""
    point = _POINT.search(text)  # `∇J(1, 2)` is taken there, `∇J(x, y)` anywhere
    at = point[0] if point else ""
    if found := _GRADIENT.fullmatch(text):
        top = found[2] or scope.graph.objective
        return [f"∂{top}/∂{name}{at}" for name in _by(found[1], scope)]
    found = _HESSIAN.fullmatch(text)
    top = scope.name(found[1] or found[2] or found[3]) if found else None
    alone = _H_ALONE.fullmatch(text)
    if alone and scope.name("H") is None:  # which function is meant nothing says
        top, at = scope.graph.objective, alone[1] or ""
        at = at if _POINT.fullmatch(at) else ""
        scope.remark(f"`{text.strip()}` read as the second derivatives of `{top}`")
    names = scope.graph.parameters
    if top is None or len(names) < 2:
        return []
    scope.last_point = at
    return [f"∂^2{top}/∂{first}∂{second}{at}" for first in names for second in names]


def _by(word: str | None, scope: Scope) -> tuple[str, ...]:
    """Return the names by which a gradient is taken: all parameters, a family of names, or one."""
    if word is None:
        return scope.graph.parameters
    name = scope.name(word)
    if name is not None:
        return (name,)
    family = scope.names.family(word)
    return tuple(family.values()) or scope.graph.parameters


def _list(part: Written, count: int) -> list[Written]:
    """Return what stands in a list, for `∇J = 0` a zero for each of the names."""
    part = _plain(part)
    factor = _SCALED.fullmatch(part.text)
    listed = part.cut(factor.start(1), len(part.text)) if factor else part
    found = cut_at(unwrapped(listed), ",", decimals=False)
    if factor and len(found) == count:  # `2e^x ⟨x, y⟩`
        before = part.cut(0, factor.start(1))
        found = [Written.join([before, *_bracketed(one)]) for one in found]
    return found * count if len(found) == 1 and _ZERO.fullmatch(found[0].text) else found


def _bracketed(part: Written) -> tuple[Written, Written, Written]:
    return Written.all_at(" (", part.start()), part, Written.all_at(")", part.end() - 1)


def _plain(part: Written) -> Written:
    """Return a list without the mark of a transposition behind it."""
    text = part.text.rstrip()
    end = len(text) - 1 if text.endswith("⊤") else len(text)
    end = end - 2 if text.endswith(")^T") else end
    return part.cut(0, end)


def differentials(statement: WrittenStatement, scope: Scope) -> tuple[str, dict[str, str]] | None:
    """Return the node in `dJ = … dx + … dy`, and each word dx with its name; None for others.

    Raises:
        Fault: never; what is no total differential is None.
    """
    found = _DIFFERENTIAL.fullmatch(statement.left.text)
    top = scope.name(found[1]) if found else None
    node = scope.graph.index.get(str(top))
    if top is None or node is None or node.formula is None:
        return None
    below = ancestors(scope.graph, top) - {top}
    words: dict[str, str] = {}
    for _, part in statement.parts:
        for spaced in re.findall(rf"(?<![^\W\d]|[/∂_])(?:d\s+)?{lexer.NAME}", part.text):
            word = "".join(spaced.split())
            name = scope.name(word[1:]) if word[:1] == "d" and len(word) > 1 else None
            if name is not None and scope.names.exact(word) is None:
                words[word] = name
    if not words or any(name not in below for name in words.values()):
        return None
    return top, words


def forms(statement: WrittenStatement, scope: Scope) -> dict[str, str] | None:
    """Return the words dx in `dV/V = 2 dr/r + dh/h`, each with its name; None for other statements.

    Every side has one, and the left side is none alone: `dW = …` may be a derivative.
    """
    sides = [statement.left.text, *(part.text for _, part in statement.parts)]
    alone = _DIFFERENTIAL.fullmatch(sides[0].rstrip("+ "))  # `dW += …` too
    if any("d" not in side for side in sides) or alone:
        return None
    words: dict[str, str] = {}
    for side in sides:
        found = dict(_differential_words(side, scope))
        if not found and not _OPERATOR.search(side):
            return None
        words |= found
    operated = any(map(_OPERATOR.search, sides))
    if operated:
        spoken = {scope.name(word) for side in sides for word in re.findall(lexer.NAME, side)}
        moved = [n.name for n in scope.graph.nodes if n.name in spoken and n.kind != "const"]
        words |= {f"d{name}": name for name in moved}
    inputs = [name for name in words.values() if scope.graph.index[name].formula is None]
    nodes = [name for name in words.values() if scope.graph.index[name].formula is not None]
    below = {one for name in nodes for one in ancestors(scope.graph, name)}
    return words if inputs and (operated or set(inputs) & below) else None


def _differential_words(text: str, scope: Scope) -> Iterator[tuple[str, str]]:
    """Yield the words dx of a side that are above no dt, each with its name of the graph."""
    for found in re.finditer(
        rf"(?<![^\W\d]|[/∂_])(?:d\s+)?{lexer.NAME}(?!\s*\)?\s*/\s*\(?\s*[d∂])", text
    ):
        word = "".join(found[0].split())
        name = scope.name(word[1:]) if word[:1] == "d" and len(word) > 1 else None
        if name in scope.graph.index and scope.names.exact(word) is None:
            yield word, str(name)


def in_inputs(expression: Expression, names: list[str], scope: Scope) -> Expression:
    """Return a form with the differential of a node as the sum over those of its inputs."""
    found: dict[str | int, Expression] = {}
    inputs = [name for name in names if scope.graph.index[name].formula is None]
    for name in names:
        if name not in inputs:
            found[differential_of(name).key] = of_inputs(Var(name), inputs, scope)
    return substitute(expression, found)


def of_inputs(top: Expression, inputs: list[str], scope: Scope) -> Expression:
    """Return the total differential of an expression, in those of some inputs."""
    terms: list[Expression] = []
    index = scope.graph.index
    for name in inputs:
        keys = list(map(str, variables(top)))
        below = (ancestors(scope.graph, key) if key in index else () for key in keys)
        if name not in keys and not any(name in one for one in below):
            continue
        if isinstance(top, Var):
            slope = scope.note(DerivativeTarget(str(top.key), name))
        else:
            slope = scope.note_expression(top, name)
        terms.append(Mul((slope, differential_of(name))))
    return Add(tuple(terms)) if len(terms) > 1 else terms[0] if terms else ZERO


def coefficient(expression: Expression, name: str, place: Origin, names: list[str]) -> Expression:
    """Return the factor of dx in a total differential.

    Raises:
        Fault: where the expression is not linear in its differentials.
    """
    marks = [differential_of(other).key for other in names]
    slope = gradient_of(expression).get(differential_of(name).key, ZERO)
    rest = substitute(expression, dict.fromkeys(marks, ZERO))
    if set(marks) & set(variables(slope)) or not _vanishes(rest):
        message = "a total differential is a sum of terms, each with one dx"
        raise Fault(message, place.place("", 0, 1))
    return slope


def _vanishes(expression: Expression) -> bool:
    """Tell whether an expression is 0 because a factor of each of its terms is."""
    match expression:
        case Number(value):
            return value == 0
        case Neg(operand):
            return _vanishes(operand)
        case Add(parts):
            return all(map(_vanishes, parts))
        case Mul(parts):
            return any(map(_vanishes, parts))
        case Div(numerator, _):
            return _vanishes(numerator)
        case _:
            return False
