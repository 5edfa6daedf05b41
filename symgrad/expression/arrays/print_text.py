"""Array formulas as a person writes them: `Xᵀ(P − Y)/N + λW`, and in plain ASCII.

What is printed can be read again by the claims reader.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from fractions import Fraction

from symgrad.expression.arrays import build, leaves
from symgrad.expression.arrays.picked import picked, summed_square
from symgrad.expression.arrays.quotients import quotient_of
from symgrad.expression.arrays.size import UNIT, Size
from symgrad.expression.arrays.tree import Array
from symgrad.expression.names import canonical

ADD, MUL, CHAIN, SIGN, POW, ATOM = 10, 20, 22, 25, 30, 40
_SUPERSCRIPT = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
_LAST = re.compile(r"([^\W\d_ᵀ][^\Wᵀ]*|\d+)$")
_FIRST = re.compile(r"([^\W\d_ᵀ][^\Wᵀ²³¹⁰⁴-⁹⁺⁻]*|\d+)")
_SHORT = re.compile(r"[^\W\d_]\d*(?:_\w+)?")
SPELLED = {"lse": "logsumexp", "most": "max", "least": "min", "trace": "tr", "diagonal": "diag"}


class TextPrinter:
    """Prints array trees as Unicode text; `names` are all the names that may occur."""

    minus = "−"
    plus = " + "
    entry_sign = " ⊙ "
    one = "1"
    zero = "0"
    identity = "I"

    def __init__(self, names: Iterable[str] = ()) -> None:
        self.names = frozenset(names)
        self.spreading = False  # whether a vector along an axis is written as a product with ones

    # Words ----------------------------------------------------------------------------------------

    def name(self, name: str) -> str:
        """Return a name as it is printed."""
        return canonical(name) if name.isascii() else name

    def size(self, size: Size) -> str:
        """Return a size."""
        return str(size)

    def transpose(self, text: str) -> str:
        """Return the transpose of an atom."""
        return f"{text}ᵀ"

    def inverse(self, text: str) -> str:
        """Return the inverse of an atom."""
        return f"{text}⁻¹"

    def superscript(self, text: str, exponent: str) -> str:
        """Return a power with a whole exponent."""
        return text + exponent.translate(_SUPERSCRIPT)

    def entry_power(self, text: str, exponent: str) -> str:
        """Return the power of each entry of a square matrix, which has powers of its own."""
        return f"{text} .^ {exponent}"

    def raised(self, text: str, exponent: str) -> str:
        """Return any other power."""
        return f"{text}^{exponent}" if exponent.isalnum() else f"{text}^({exponent})"

    def root(self, x: Array) -> str:
        """Return a square root."""
        text, level = self.entry(x)
        return f"√{text}" if level >= ATOM and len(text) <= 3 else f"sqrt({text})"

    def call(self, name: str, arguments: Sequence[str]) -> str:
        """Return a function at its arguments."""
        return f"{name}({', '.join(arguments)})"

    def quotient(self, above: tuple[str, int], below: Sequence[Array]) -> tuple[str, int]:
        """Return a quotient."""
        text = above[0] if above[1] >= MUL else self.grouped(above[0])
        if len(below) == 1:
            under, level = self.entry(below[0])
            under = under if level >= SIGN else self.grouped(under)
        else:
            under = self.grouped(self.product(below)[0])
        return f"{text}/{under}", MUL

    def grouped(self, text: str) -> str:
        """Return text in brackets."""
        return f"({text})"

    def indicator(self, condition: str) -> str:
        """Return 1 where a condition holds and 0 elsewhere."""
        return f"[{condition}]"

    def beside(self, left: str, right: str, sign: str, last: str = "") -> str:
        """Return two factors side by side, a sign between them where they would run together.

        `last` is the last factor of `left`, where that holds several.
        """
        before, behind = _LAST.search(last or left), _FIRST.match(right)
        if before is None or behind is None:
            return left + (sign if right[:1].isdigit() and left[-1:].isdigit() else "") + right
        if before[1].isdigit() and not _SHORT.fullmatch(before[1]):
            return left + (sign if behind[1].isdigit() else "") + right
        word = before[1] + behind[1]
        short = _SHORT.fullmatch(before[1]) and _SHORT.fullmatch(behind[1])
        if short and word not in self.names:
            return left + right
        return left + sign + right

    # Entry points ---------------------------------------------------------------------------------

    def expression(self, x: Array) -> str:
        """Return an expression as text."""
        return self.whole(x)[0]

    def whole(self, x: Array) -> tuple[str, int]:
        """Return an expression in its whole shape, and how tightly it binds."""
        if x.op == "expand":
            return self.spread(x)
        if len(x.shape) != 2 or UNIT in x.shape:
            return self.entry(x)
        before, self.spreading = self.spreading, not _is_whole(x)
        made = self.entry(x)
        self.spreading = before
        return made

    def entry(self, x: Array) -> tuple[str, int]:
        """Return an expression as an operand of an operation of each entry."""
        if len(x.shape) == 2 and not self.spreading and not _is_whole(x) and len(_axes(x)) == 2:
            self.spreading = True  # vectors along both axes, and no matrix that they join
            spread = self.entry(x)
            self.spreading = False
            return spread
        made: tuple[str, int] = getattr(self, f"_{x.op}", self._named)(x)
        return made

    def at(self, x: Array, level: int) -> str:
        """Return an expression, in brackets where it binds less tightly than `level`."""
        text, own = self.entry(x)
        return text if own >= level else self.grouped(text)

    # Leaves ---------------------------------------------------------------------------------------

    def _num(self, x: Array) -> tuple[str, int]:
        value = x.value
        text = str(abs(value.numerator))
        if value.denominator != 1:
            text, level = f"{text}/{value.denominator}", MUL
        else:
            level = ATOM
        return (self.minus + text, MUL) if value < 0 else (text, level)

    def _const(self, x: Array) -> tuple[str, int]:
        return canonical(x.text), ATOM

    def _size(self, x: Array) -> tuple[str, int]:
        text = self.size(x.length)
        return text, ATOM if len(x.length.terms) == 1 and not x.length.constant else ADD

    def _name(self, x: Array) -> tuple[str, int]:
        return self.name(x.text), ATOM

    def _ones(self, x: Array) -> tuple[str, int]:
        if len(x.shape) == 2:
            return f"{self.one} {self.transpose(self.one)}", CHAIN
        return self.one, ATOM

    def _zeros(self, x: Array) -> tuple[str, int]:
        del x
        return self.zero, ATOM

    def _eye(self, x: Array) -> tuple[str, int]:
        del x
        return self.identity, ATOM

    # Each entry -----------------------------------------------------------------------------------

    def _add(self, x: Array) -> tuple[str, int]:
        made = ""
        for term in x.args:
            text, _ = self.entry(term)
            if text.startswith(self.minus):
                made = f"{made} {self.minus} {text[len(self.minus) :]}" if made else text
            else:
                made = f"{made}{self.plus}{text}" if made else text
        return made, ADD

    def _mul(self, x: Array) -> tuple[str, int]:
        q = quotient_of(x)
        above = list(q.above)
        if x.shape and not any(part.shape for part in (*above, *q.below)):
            above.append(leaves.ones(x.shape))
        text, level = self.product(above) if above else ("1", ATOM)
        if q.below:
            text, level = self.quotient((text, level), q.below)
        if q.negative:
            text = self.minus + (text if level > ADD else self.grouped(text))
            level = MUL
        return text, level

    def product(self, parts: Sequence[Array]) -> tuple[str, int]:
        """Return a product of scalars and of arrays entry by entry."""
        simple = [part for part in parts if not part.shape and not _is_compound(part)]
        compound = [part for part in parts if not part.shape and _is_compound(part)]
        arrays = sorted((part for part in parts if part.shape), key=_is_spread_sum)
        if len(parts) == 1:
            return self.entry(parts[0])
        made = last = ""
        for part in simple:
            text = self.at(part, SIGN)
            made = self.beside(made, text, self.dot(), last) if made else text
            last = text
        if arrays:
            several = len(arrays) > 1
            text = self.entry_sign.join(self.operand(part, several=several) for part in arrays)
            if compound and several:
                text = self.grouped(text)
            if made and text[:1].isdigit():  # ones: 2·1xᵀ is no 21xᵀ, nor (2·1)xᵀ
                made = f"{made}{self.dot()}{text}"
            else:
                made = self.beside(made, text, self.gap(), last) if made else text
        for part in compound:
            text, level = self.entry(part)
            if level < MUL:
                made = (
                    self.beside(made, self.grouped(text), self.dot())
                    if made
                    else self.grouped(text)
                )
            elif made:
                made = f"{made}{self.dot()}{text}"
            else:
                made = text
        return made, MUL

    def dot(self) -> str:
        """Return the sign between two numbers."""
        return "·"

    def gap(self) -> str:
        """Return what stands between a number's name and a matrix's that would run together."""
        return "·"

    def operand(self, x: Array, *, several: bool) -> str:
        """Return an operand of a product of each entry."""
        text, level = self.entry(x)
        return text if level >= CHAIN or (not several and level >= MUL) else self.grouped(text)

    def _pow(self, x: Array) -> tuple[str, int]:
        base, exponent = x.args
        if exponent.op == "num":
            value = exponent.value
            if value < 0:
                return self._mul(x)
            inner = summed_square(base)
            if inner is not None and value.denominator == 2:
                text = self.norm(self.expression(inner))
                return (text, ATOM) if value == Fraction(1, 2) else (
                    self.superscript(text, str(value.numerator)), POW)  # fmt: skip
            if value == Fraction(1, 2):
                return self.root(base), ATOM
            if value.denominator == 1 and len(x.shape) == 2 and x.shape[0] == x.shape[1]:
                return self.entry_power(self.at(base, ATOM), str(value)), SIGN
            if value.denominator == 1:
                return self.superscript(self.at(base, ATOM), str(value)), POW
            return self.raised(self.at(base, ATOM), str(value)), POW
        return self.raised(self.at(base, ATOM), self.entry(exponent)[0]), POW

    def norm(self, text: str) -> str:
        """Return the length of a vector."""
        return self.call("norm", [text])

    def _fn(self, x: Array) -> tuple[str, int]:
        if x.data == "step":
            return self.indicator(self.entry(x.args[0])[0]), ATOM
        if x.data == "abs" and len(x.shape) < 2:  # around a matrix the bars are its determinant
            return self.absolute(self.entry(x.args[0])[0]), ATOM
        return self.call(x.text, [self.entry(part)[0] for part in x.args]), ATOM

    def absolute(self, text: str) -> str:
        """Return an absolute value."""
        return f"|{text}|"

    def _cmp(self, x: Array) -> tuple[str, int]:
        left, right = (self.entry(part)[0] for part in x.args)
        relation = {"<=": "≤", ">=": "≥", "!=": "≠", "==": "="}.get(x.text, x.text)
        return f"{left} {self.relation(relation)} {right}", 5

    def relation(self, relation: str) -> str:
        """Return the sign of a relation."""
        return relation

    def _logic(self, x: Array) -> tuple[str, int]:
        return f" {x.text} ".join(self.entry(part)[0] for part in x.args), 4

    # Products of matrices -------------------------------------------------------------------------

    def _chain(self, x: Array) -> tuple[str, int]:
        made = last = ""
        for part in x.args:
            text, level = self.whole(part)
            text = text if level >= POW else self.grouped(text)
            made = self.matrix_beside(made, text, last) if made else text
            last = text
        return made, CHAIN

    def matrix_beside(self, left: str, right: str, last: str = "") -> str:
        """Return two matrices side by side."""
        return self.beside(left, right, " ", last)

    def _T(self, x: Array) -> tuple[str, int]:  # noqa: N802  (the operation is its name)
        text, level = self.whole(x.args[0])
        return self.transpose(text if level >= POW else self.grouped(text)), POW

    def _inv(self, x: Array) -> tuple[str, int]:
        text, level = self.whole(x.args[0])
        return self.inverse(text if level >= ATOM else self.grouped(text)), POW

    def spread(self, x: Array) -> tuple[str, int]:
        """Return a vector along one axis of a matrix, as a product with ones."""
        text, level = self.entry(x.args[0])
        text = text if level >= POW else self.grouped(text)
        if x.data == 0:
            return self.matrix_beside(text, self.transpose(self.one)), CHAIN
        return self.matrix_beside(self.one, self.transpose(text)), CHAIN

    def _expand(self, x: Array) -> tuple[str, int]:
        inner = x.args[0]
        square = x.shape[0] == x.shape[1]
        natural = inner.op in {"sum", "mean", "lse", "most", "least"} and inner.data == 1 - int(
            str(x.data)
        )
        spread = self.spreading or (square and not natural)
        return self.spread(x) if spread else self.entry(inner)

    # Sums and their like --------------------------------------------------------------------------

    def _sum(self, x: Array) -> tuple[str, int]:
        inner = x.args[0]
        chosen = picked(x)
        if chosen is not None:
            at = [":" if i is None else self.size(i + Size((), 1)) for i in chosen[1]]
            return f"{self.at(chosen[0], ATOM)}[{','.join(at)}]", ATOM
        if len(inner.shape) == 1:
            found = self.inner_product(inner)
            if found is not None:
                return found
        squared = summed_square(x)
        if squared is not None:
            return self.superscript(self.norm(self.expression(squared)), "2"), POW
        if x.data is None:
            return self.call("sum", [self.expression(inner)]), ATOM
        if x.data == 0 and inner.op in {"name", "T"}:
            return self.matrix_beside(self.at(build.transposed(inner), POW), self.one), CHAIN
        return self.call("rowsum" if x.data == 1 else "colsum", [self.expression(inner)]), ATOM

    def inner_product(self, inner: Array) -> tuple[str, int] | None:
        """Return uᵀv for the sum of u ⊙ v, else None."""
        pair: Sequence[Array] = ()
        if inner.op == "pow" and inner.args[1] == leaves.TWO and inner.args[0].op == "name":
            pair = (inner.args[0], inner.args[0])
        elif inner.op == "mul" and len(inner.args) == 2 and all(p.shape for p in inner.args):
            pair = inner.args if all(_stands_alone(part) for part in inner.args) else ()
        if not pair:
            return None
        left = self.transpose(self.at(pair[0], POW))
        return self.matrix_beside(left, self.at(pair[1], CHAIN)), CHAIN

    def _named(self, x: Array) -> tuple[str, int]:
        """Return a function of whole arrays at its argument and, where it needs one, its axis."""
        name = SPELLED.get(x.op, x.op)
        inner = x.args[0]
        arguments = [self.expression(inner)]
        if isinstance(x.data, int) and len(inner.shape) == 2:
            if inner.shape[0] == inner.shape[1]:
                arguments.append("rows" if x.data == 1 else "columns")
            else:
                arguments.append(self.size(inner.shape[x.data]))
        return self.call(name, arguments), ATOM

    # Parts ----------------------------------------------------------------------------------------

    def _stack(self, x: Array) -> tuple[str, int]:
        if x.data == 0:
            return f"[{'; '.join(self.expression(part) for part in x.args)}]", ATOM
        return f"[{', '.join(self.expression(part) for part in x.args)}]", ATOM

    def _slice(self, x: Array) -> tuple[str, int]:
        axis, start, stop = x.cut
        low = self.size(start + Size((), 1))
        ranges = f"{low}:{self.size(stop)}"
        if len(x.args[0].shape) == 2:
            ranges = f"{ranges},:" if axis == 0 else f":,{ranges}"
        return f"{self.at(x.args[0], ATOM)}[{ranges}]", ATOM

    def _pad(self, x: Array) -> tuple[str, int]:
        axis, start, total = x.cut
        inner = x.args[0]
        parts = [self.expression(inner)]
        behind = total - start - inner.shape[axis]
        for size, at in ((start, 0), (behind, len(parts) + 1)):
            if size != Size():
                shape = list(inner.shape)
                shape[axis] = size
                zeros = self.call("zeros", [self.size(part) for part in shape])
                parts.insert(at, zeros)
        joint = "; " if axis == 0 else ", "
        return f"[{joint.join(parts)}]", ATOM


def _is_whole(x: Array) -> bool:
    """Tell whether a matrix, written with vectors joined to matrices, has both axes by itself."""
    if x.op == "expand":
        return False
    if x.op in build.ENTRYWISE:
        return any(_is_whole(part) for part in x.args if part.shape)
    return True


def _axes(x: Array) -> set[int]:
    """Return the axes along which vectors stand in an expression of each entry."""
    if x.op == "expand":
        return {x.along}
    found: set[int] = set()
    for part in x.args if x.op in build.ENTRYWISE else ():
        found |= _axes(part)
    return found


def _is_spread_sum(x: Array) -> bool:
    """Tell whether an array is a sum or mean spread along an axis: it stands behind the others."""
    return x.op == "expand" and x.args[0].op in {"sum", "mean", "mul"}


def _is_compound(x: Array) -> bool:
    """Tell whether a number is written as a sum or with a function of arrays."""
    return x.op not in {"name", "num", "size", "const", "pow"}


def _stands_alone(x: Array) -> bool:
    return x.op in {"name", "chain", "add", "fn", "softmax", "slice"} or x.op in {"inv", "diagonal"}
