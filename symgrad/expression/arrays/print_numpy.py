"""A formula as one NumPy expression, ready to paste: `X.T @ (p - y)/N + lam*w`."""

from __future__ import annotations

import keyword
import re
from collections.abc import Callable, Sequence
from fractions import Fraction

from symgrad.expression.arrays import build, leaves
from symgrad.expression.arrays.picked import picked, summed_square
from symgrad.expression.arrays.quotients import quotient_of
from symgrad.expression.arrays.size import UNIT, Size
from symgrad.expression.arrays.tree import Array
from symgrad.expression.brackets import behind_bracket
from symgrad.expression.functions import record
from symgrad.expression.names import LATIN

_ADD, _MUL, _SIGN, _POW, _ATOM = 10, 20, 25, 30, 40
_RENAMED = {"lambda": "lam"}
_LETTERS = {**LATIN, "ℓ": "ell", "ϵ": "epsilon", "ϕ": "phi", "ϑ": "theta"}
_OPERATION = re.compile(r"np\.(\w+)\(")


def identifier(name: str) -> str:
    """Return a name as a Python identifier in ASCII.

    >>> identifier("λ"), identifier("δ_1"), identifier("W1")
    ('lam', 'delta_1', 'W1')
    """
    plain = "".join(_LETTERS.get(c, c) for c in name).replace("′", "_prime").replace("'", "_prime")
    plain = _RENAMED.get(plain, plain)
    made = "".join(
        c if c.isascii() and (c.isalnum() or c == "_") else f"_{ord(c):x}_" for c in plain
    )
    if made[:1].isdigit():
        made = f"_{made}"
    return f"{made}_" if keyword.iskeyword(made) else made


class NumpyArrayPrinter:
    """Writes array trees as NumPy code.

    `call` turns the name of a function into what is written (`np.exp`); bare names by default.
    """

    def __init__(self, call: Callable[[str], str] = lambda name: name) -> None:
        self.call = call

    def expression(self, x: Array) -> str:
        """Return the code of an expression; its value has the whole shape."""
        return self.whole(x)[0]

    def whole(self, x: Array) -> tuple[str, int]:
        """Return the code of an expression in its whole shape, and how tightly it binds."""
        if len(x.shape) == 2 and UNIT not in x.shape:
            missing = {0, 1} - self.covers(x)
            if missing and x.op == "expand":
                return self.spread(x)
            if missing:
                text = self.wrapped(x, _MUL)
                return f"{text}*{self.ones(x)}", _MUL
        if len(x.shape) == 1 and not self.covers_vector(x):
            return f"{self.wrapped(x, _MUL)}*{self.ones(x)}", _MUL
        return self.entry(x)

    def ones(self, x: Array) -> str:
        """Return ones in the shape of an expression."""
        sizes = ", ".join(self.size(size) for size in x.shape)
        return (
            f"{self.call('ones')}(({sizes}))"
            if len(x.shape) == 2
            else f"{self.call('ones')}({sizes})"
        )

    def covers(self, x: Array) -> set[int]:
        """Return the axes that the broadcasting code of a matrix has by itself."""
        if x.op == "expand":
            return {x.along}
        if x.op == "mul" and all(part.op == "ones" for part in x.args if part.shape):
            return {0, 1}
        if x.op in build.ENTRYWISE:
            found: set[int] = set()
            for part in x.args:
                if part.shape and not (x.op == "mul" and part.op == "ones"):
                    found |= self.covers(part)
            return found
        return {0, 1}

    def covers_vector(self, x: Array) -> bool:
        """Tell whether the code of a vector is one by itself."""
        if x.op == "mul":
            return True
        if x.op == "add":
            return any(part.shape and self.covers_vector(part) for part in x.args)
        return True

    def spread(self, x: Array) -> tuple[str, int]:
        """Return the code of a vector along one axis of a whole matrix."""
        v = self.expression(x.args[0])
        axis = x.along
        ones = f"{self.call('ones')}({self.size(x.shape[1 - axis])})"
        parts = (v, ones) if axis == 0 else (ones, v)
        return f"{self.call('outer')}({', '.join(parts)})", _ATOM

    def wrapped(self, x: Array, level: int, *, right: bool = False) -> str:
        """Return the code of an operand, in brackets where it binds less tightly."""
        text, own = self.entry(x)
        return f"({text})" if own < level or (right and own == level) else text

    def size(self, size: Size) -> str:
        """Return the code of a size."""
        return size.written(identifier, "*", " ")

    def entry(self, x: Array) -> tuple[str, int]:
        """Return the code of an expression, which broadcasts, and how tightly it binds."""
        made: tuple[str, int] = getattr(self, f"_{x.op}")(x)
        return made

    # Leaves ---------------------------------------------------------------------------------------

    def _num(self, x: Array) -> tuple[str, int]:
        value = x.value
        if value.denominator == 1:
            return str(value), _SIGN if value < 0 else _ATOM
        if value.denominator > 100 and Fraction(repr(float(value))) == value:
            return repr(float(value)), _SIGN if value < 0 else _ATOM
        return f"{value.numerator}/{value.denominator}", _MUL

    def _const(self, x: Array) -> tuple[str, int]:
        return self.call(x.text), _ATOM

    def _size(self, x: Array) -> tuple[str, int]:
        text = self.size(x.length)
        return text, _ADD if " " in text else (_MUL if "*" in text else _ATOM)

    def _name(self, x: Array) -> tuple[str, int]:
        kept = x.facts.kept
        inside = "" if kept is None else "[:, 0]" if kept else "[0]"
        return identifier(x.text) + inside, _ATOM

    def definition(self, variable: Array, value: Array) -> str:
        """Return the code of a node's value, with the axis of length one that its author kept."""
        kept = variable.facts.kept
        if kept is None:
            return self.expression(value)
        if kept:
            return self.column(value)
        text, level = self.whole(value)
        return f"{text}[None, :]" if level >= _ATOM else f"({text})[None, :]"

    def _ones(self, x: Array) -> tuple[str, int]:
        return self.ones(x), _ATOM

    def _zeros(self, x: Array) -> tuple[str, int]:
        return self.ones(x).replace("ones(", "zeros(", 1), _ATOM

    def _eye(self, x: Array) -> tuple[str, int]:
        return f"{self.call('eye')}({self.size(x.shape[0])})", _ATOM

    # Each entry -----------------------------------------------------------------------------------

    def _add(self, x: Array) -> tuple[str, int]:
        made = ""
        for term in x.args:
            text, level = self.entry(term)
            if text.startswith("-") and made:
                made += " - " + (text[1:] if level >= _SIGN or level == _MUL else f"({text[1:]})")
            elif made:
                made += f" + {text}"
            else:
                made = text
        return made, _ADD

    def _mul(self, x: Array) -> tuple[str, int]:
        q = quotient_of(x)
        above = _ordered(q.above)
        if x.shape and not any(part.shape for part in (*above, *q.below)):
            above = [*above, leaves.ones(x.shape)]
        if not above:
            text, level = "1", _ATOM
        else:
            text = self.product(above)
            level = _MUL if len(above) > 1 or self.entry(above[0])[1] <= _MUL else _POW
        if q.below:
            text = f"{text}/{self.denominator(q.below)}"
            level = _MUL
        if q.negative:
            return f"-{text}", _MUL if level <= _MUL else _SIGN
        return text, level

    def denominator(self, parts: Sequence[Array]) -> str:
        """Return what stands below, in brackets where it is a product."""
        if len(parts) == 1:
            return self.wrapped(parts[0], _MUL, right=True)
        text = self.product(list(parts))
        return f"({text})"

    def product(self, parts: Sequence[Array]) -> str:
        """Return a product of factors; a product of matrices comes first or stands in brackets."""
        if not parts:
            return "1"
        made = ""
        seen_array = False
        for part in parts:
            text, level = self.entry(part)
            if not made:
                made = f"({text})" if level < _MUL else text
                seen_array = bool(part.shape)
                continue
            is_product = level == _MUL
            if (is_product and seen_array) or level < _MUL or (is_product and not _is_chain(part)):
                text = f"({text})"
            joint = " * " if (" @ " in made or " @ " in text) else "*"
            if is_product and not seen_array and _is_chain(part):
                joint = "*"
            made = f"{made}{joint}{text}"
            seen_array = seen_array or bool(part.shape)
        return made

    def _pow(self, x: Array) -> tuple[str, int]:
        base, exponent = x.args
        if exponent.op == "num":
            value = exponent.value
            if value < 0:
                return self._mul(x)
            norm = summed_square(base)
            if norm is not None and value.denominator == 2:
                text = f"{self.call('norm')}({self.expression(norm)})"
                return (
                    (text, _ATOM)
                    if value == Fraction(1, 2)
                    else (f"{text}**{value.numerator}", _POW)
                )
            if value == Fraction(1, 2):
                return f"{self.call('sqrt')}({self.entry(base)[0]})", _ATOM
            shown = str(value) if value.denominator == 1 else f"({value})"
        else:
            shown = self.wrapped(exponent, _POW)
        return f"{self.wrapped(base, _POW, right=True)}**{shown}", _POW

    def _fn(self, x: Array) -> tuple[str, int]:
        if x.data == "step":
            return f"({self.entry(x.args[0])[0]})", _ATOM
        name = self.call(_numpy_name(x.text, len(x.args)))
        return f"{name}({', '.join(self.entry(part)[0] for part in x.args)})", _ATOM

    def _cmp(self, x: Array) -> tuple[str, int]:
        left, right = (self.wrapped(part, _ADD) for part in x.args)
        return f"{left} {x.text} {right}", 5

    def _logic(self, x: Array) -> tuple[str, int]:
        joint = " & " if x.data == "and" else " | "
        if x.data == "not":
            return f"~({self.entry(x.args[0])[0]})", 5
        return joint.join(f"({self.entry(part)[0]})" for part in x.args), 5

    # Products of matrices -------------------------------------------------------------------------

    def _chain(self, x: Array) -> tuple[str, int]:
        factors = list(x.args)
        for i, part in enumerate(factors[:-1]):
            if build.right_of(part) == UNIT and factors[i + 1].shape[0] == UNIT:
                left = build.chain(*factors[: i + 1])
                right = build.transposed(build.chain(*factors[i + 1 :]))
                inside = f"{self.expression(left)}, {self.expression(right)}"
                return f"{self.call('outer')}({inside})", _ATOM
        if len(factors) > 1 and all(p.op == "T" and p.shape[0] != UNIT for p in factors):
            inner = self._chain(build.transposed(x))[0]
            return f"({inner}).T", _ATOM
        made = ""
        at = 0
        while at < len(factors):
            part = factors[at]
            if part.op == "diag" and (made or at + 1 < len(factors)):
                v = part.args[0]
                if made:
                    made = f"({made} * {self.wrapped(v, _MUL, right=True)})"
                else:
                    following = self.matrix(factors[at + 1], first=False)
                    made = f"({self.column(v)} * {following})"
                    at += 1
            else:
                text = self.matrix(part, first=not made)
                made = f"{made} @ {text}" if made else text
            at += 1
        return made, _MUL

    def matrix(self, x: Array, *, first: bool) -> str:
        """Return a factor of a product of matrices; a row or a column is a vector there."""
        inner = x.args[0] if x.op == "T" and x.shape[0] == UNIT else x
        text, level = self.whole(inner)
        return (
            f"({text})"
            if level < _MUL or (level == _MUL and not (first and _is_chain(inner)))
            else text
        )

    def _T(self, x: Array) -> tuple[str, int]:  # noqa: N802
        inner = x.args[0]
        text, level = self.whole(inner)
        if len(inner.shape) == 1:
            return text, level
        return (f"{text}.T" if level >= _ATOM else f"({text}).T"), _ATOM

    def _inv(self, x: Array) -> tuple[str, int]:
        return self._of_whole("inv", x)

    def _of_whole(self, name: str, x: Array) -> tuple[str, int]:
        return f"{self.call(name)}({bare(self.expression(x.args[0]))})", _ATOM

    def _trace(self, x: Array) -> tuple[str, int]:
        return self._of_whole("trace", x)

    def _det(self, x: Array) -> tuple[str, int]:
        return self._of_whole("det", x)

    def _logdet(self, x: Array) -> tuple[str, int]:
        return self._of_whole("logdet", x)

    def _diag(self, x: Array) -> tuple[str, int]:
        return self._of_whole("diag", x)

    _diagonal = _diag

    # Sums and their like --------------------------------------------------------------------------

    def _sum(self, x: Array) -> tuple[str, int]:
        inner = x.args[0]
        chosen = picked(x)
        if chosen is not None:
            at = [":" if i is None else self.size(i) for i in chosen[1]]
            shown = at[:1] if at[1:] == [":"] else at
            return f"{self.wrapped(chosen[0], _ATOM)}[{', '.join(shown)}]", _ATOM
        squared = summed_square(x)
        if squared is not None and squared.op != "name":
            return f"{self.call('norm')}({self.expression(squared)})**2", _POW
        if len(inner.shape) == 1:
            pair = pair_of(inner)
            if pair is not None:
                left, right = pair
                return f"{self.matrix(left, first=True)} @ {self.matrix(right, first=False)}", _MUL
        return self._along("sum", x), _ATOM

    def _mean(self, x: Array) -> tuple[str, int]:
        return self._along("mean", x), _ATOM

    def _along(self, name: str, x: Array, more: str = "") -> str:
        axis = "" if x.data is None else f", axis={x.data}"
        return f"{self.call(name)}({bare(self.expression(x.args[0]))}{axis}{more})"

    def _most(self, x: Array) -> tuple[str, int]:
        return self._along("max", x), _ATOM

    def _least(self, x: Array) -> tuple[str, int]:
        return self._along("min", x), _ATOM

    def _softmax(self, x: Array) -> tuple[str, int]:
        return self._along("softmax", x), _ATOM

    def _lse(self, x: Array) -> tuple[str, int]:
        return self._along("logsumexp", x), _ATOM

    def _expand(self, x: Array) -> tuple[str, int]:
        if x.data == 1:
            return self.entry(x.args[0])
        return self.column(x.args[0]), _ATOM

    def column(self, v: Array) -> str:
        """Return a vector as a column that broadcasts."""
        if v.op == "ones":
            return f"{self.ones(v)}[:, None]"
        if v.op == "name" and v.facts.kept == 1:
            return identifier(v.text)
        if v.op in {"sum", "mean", "most", "least", "lse"} and v.data == 1:
            name = {"most": "max", "least": "min", "lse": "logsumexp"}.get(v.op, v.op)
            return self._along(name, v, ", keepdims=True")
        text, level = self.whole(v)
        return f"{text}[:, None]" if level >= _ATOM else f"({text})[:, None]"

    # Parts ----------------------------------------------------------------------------------------

    def _stack(self, x: Array) -> tuple[str, int]:
        parts = ", ".join(self.expression(part) for part in x.args)
        axis = "" if x.data == 0 else f", axis={x.data}"
        return f"{self.call('concatenate')}([{parts}]{axis})", _ATOM

    def _slice(self, x: Array) -> tuple[str, int]:
        axis, start, stop = x.cut
        inner = x.args[0]
        low = "" if start == Size() else self.size(start)
        high = "" if stop == inner.shape[axis] else self.size(stop)
        before = ":, " if axis == 1 else ""
        return f"{self.wrapped(inner, _ATOM)}[{before}{low}:{high}]", _ATOM

    def _pad(self, x: Array) -> tuple[str, int]:
        axis, start, total = x.cut
        inner = x.args[0]
        parts = []
        for size in (start, None, total - start - inner.shape[axis]):
            if size is None:
                parts.append(self.expression(inner))
            elif size != Size():
                shape = list(inner.shape)
                shape[axis] = size
                parts.append(self.expression(leaves.zeros(tuple(shape))))
        tail = "" if axis == 0 else f", axis={axis}"
        return f"{self.call('concatenate')}([{', '.join(parts)}]{tail})", _ATOM


def _numpy_name(function: str, arity: int) -> str:
    """Return what NumPy calls a function, its own name where NumPy has no operation for it."""
    spelling = record(function).spelling("numpy", arity)
    found = None if spelling is None else _OPERATION.match(spelling.code)
    return found[1] if found else function


def _is_chain(x: Array) -> bool:
    return x.op == "chain" or (x.op == "sum" and len(x.args[0].shape) == 1)


def _ordered(parts: Sequence[Array]) -> list[Array]:
    """Return factors with the scalars in front, those that are sums of products behind."""
    simple = [part for part in parts if not part.shape and not _is_chain(part)]
    chains = [part for part in parts if not part.shape and _is_chain(part)]
    arrays = [part for part in parts if part.shape]
    return [*simple, *chains, *arrays]


def pair_of(x: Array) -> tuple[Array, Array] | None:
    """Return the two vectors whose product of each entry this is, or None."""
    if x.op == "pow" and x.args[1] == leaves.TWO:
        return x.args[0], x.args[0]
    if x.op == "mul":
        arrays = [part for part in x.args if part.shape]
        plain = all(
            part.op != "pow" or part.args[1].op != "num" or part.args[1].value > 0
            for part in arrays
        )
        if len(arrays) == 2 and len(arrays) == len(x.args) and plain:
            return arrays[0], arrays[1]
        if len(arrays) > 2 and len(arrays) == len(x.args):
            return build.mul(*arrays[:-1]), arrays[-1]
    return None


def bare(text: str) -> str:
    """Return code without the brackets around all of it."""
    whole = text.startswith("(") and behind_bracket(text, 0) == len(text)
    return text[1:-1] if whole else text
