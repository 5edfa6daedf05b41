"""Names put in for what they stand for: whole values, factors of products, parts of sums."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from symgrad.expression.arrays import build, leaves
from symgrad.expression.arrays.cost import cost
from symgrad.expression.arrays.powers import divided, powers, shared_factors
from symgrad.expression.arrays.rebuild import rebuilt
from symgrad.expression.arrays.tree import Array

_MOST_CANDIDATES = 12


class Folding:
    """The definitions of a graph, found by what they are made of."""

    def __init__(self, definitions: Iterable[tuple[Array, Array]]) -> None:
        self.whole: dict[Array, Array] = {}
        self.products: dict[Array, list[tuple[Array, Array, dict[Array, Fraction]]]] = {}
        self.chains: dict[Array, list[tuple[Array, Array, tuple[Array, ...]]]] = {}
        self.sums: dict[Array, list[tuple[Array, Array]]] = {}
        for name, value in definitions:
            self._learn(name, value)

    def _learn(self, name: Array, value: Array) -> None:
        if value.op in {"name", "num", "const", "size", "ones", "zeros", "eye"}:
            return
        self.whole.setdefault(value, name)
        if value.op == "fn" and value.data == "relu" and value.args[0].op != "name":
            positive = build.compare(">", value.args[0], leaves.ZERO)
            self.whole.setdefault(positive, build.compare(">", name, leaves.ZERO))
        flipped = build.transposed(value) if len(value.shape) == 2 else None
        if flipped is not None and flipped != value:
            self.whole.setdefault(flipped, build.transposed(name))
        if value.op in {"mul", "pow"}:
            own = powers(value)
            for base in own:
                self.products.setdefault(base, []).append((name, value, own))
        for shown, tree in ((name, value), (build.transposed(name), flipped)):
            if tree is not None and shown is not None:
                self._learn_chain(shown, tree)
        if value.op == "add":
            for term in value.args:
                self.sums.setdefault(leaves.split_number(term)[1], []).append((name, value))

    def _learn_chain(self, name: Array, value: Array) -> None:
        """Take note of a product of matrices, and of the scalars in front of it."""
        parts = value.args if value.op == "mul" else (value,)
        chains = [part for part in parts if part.op == "chain"]
        if len(chains) != 1 or any(part.shape for part in parts if part is not chains[0]):
            return
        scalars = build.mul(*(part for part in parts if part is not chains[0]))
        factors = chains[0].args
        scaled = build.div(name, scalars)
        self.chains.setdefault(factors[0], []).append((name, scaled, factors))
        if len(value.shape) == 1:
            turned = tuple(build.transposed(part) for part in reversed(factors))
            row = build.mul_row([build.pow_(scalars, leaves.MINUS_ONE)], build.transposed(name))
            self.chains.setdefault(turned[0], []).append((name, row, turned))

    def fold(self, x: Array) -> Array:
        """Return `x` with a name for it or for parts of it, where that is shorter."""
        for _ in range(4):
            made = self._once(x)
            if made is x:
                return x
            x = made
        return x

    def _once(self, x: Array) -> Array:
        found = self.whole.get(x)
        if found is not None:
            return found
        factor, rest = leaves.split_number(x)
        if factor != 1 and rest in self.whole:
            return leaves.scaled(factor, self.whole[rest])
        if x.op == "add":
            whole = self._negated(x)
            return whole if whole is not None else self._sum(x)
        if x.op in {"mul", "pow"}:
            return self._product(x)
        if x.op == "chain":
            return self._chain(x)
        if x.op == "sum" and len(x.args[0].shape) == 1:
            return self._dot(x)
        return x

    def _dot(self, x: Array) -> Array:
        """Put a name into uᵀ(Vg), which is (uᵀV)g."""
        inner = x.args[0]
        if inner.op != "mul" or len(inner.args) != 2:
            return x
        for one, other in (inner.args, inner.args[::-1]):
            if one.op == "chain" and other.op != "chain":
                product = build.chain(build.transposed(other), one)
                made = self._chain(product) if product.op == "chain" else product
                if made != product and cost(made) < cost(x) - 1e-9:
                    return made
        return x

    def _negated(self, x: Array) -> Array | None:
        found = self.whole.get(build.neg(x))
        return None if found is None else build.neg(found)

    def _product(self, x: Array) -> Array:
        held = powers(x)
        best, least = x, cost(x)
        tried: set[str] = set()
        has_sum = any(part.op == "sum" for part in x.args)
        for base in held:
            for name, value, own in self.products.get(base, ())[:_MOST_CANDIDATES]:
                if name.text in tried:
                    continue
                tried.add(name.text)
                made = _put_in(x, name, value, held, own)
                if made is None:
                    continue
                options = (
                    (made, self._inside_sums(made)) if has_sum and made.op == "mul" else (made,)
                )
                for option in options:
                    if cost(option) < least - 1e-9:
                        best, least = option, cost(option)
        if x.op == "mul" and best is x:
            return self._inside_sums(x)
        return best

    def _inside_sums(self, x: Array) -> Array:
        """Put a name into a sum, factors of it in front: Σ(g d)/s is Σ(g v) for v = d/s."""
        for i, part in enumerate(x.args):
            summed = part.args[0] if part.op == "expand" else part
            if summed.op != "sum":
                continue
            inner = summed.args[0]
            held = powers(inner)
            for base in held:
                for name, value, own in self.products.get(base, ())[:_MOST_CANDIDATES]:
                    put = _put_in(inner, name, value, held, own, free=True)
                    if put is None:
                        continue
                    total = rebuilt(summed, [put])
                    whole = rebuilt(part, [total]) if part.op == "expand" else total
                    made = build.mul(*x.args[:i], whole, *x.args[i + 1 :])
                    if cost(made) < cost(x) - 1e-9:
                        return made
        return x

    def _chain(self, x: Array) -> Array:
        factors = x.args
        for i, first in enumerate(factors):
            for _, scaled, own in self.chains.get(first, ())[:_MOST_CANDIDATES]:
                if len(own) <= len(factors) - i and factors[i : i + len(own)] == own:
                    made = build.chain(*factors[:i], scaled, *factors[i + len(own) :])
                    if cost(made) < cost(x) - 1e-9:
                        return made
        return x

    def _sum(self, x: Array) -> Array:
        joined = _choices_joined(x)
        if joined is not None:
            return joined
        table = {}
        for term in x.args:
            factor, rest = leaves.split_number(term)
            table[rest] = factor
        tried: set[str] = set()
        for base, factor in table.items():
            for name, value in self.sums.get(base, ())[:_MOST_CANDIDATES]:
                if name.text in tried or len(value.args) > len(x.args):
                    continue
                tried.add(name.text)
                ratio = _ratio(table, value, base, factor)
                if ratio is None:
                    continue
                held = {leaves.split_number(term)[1] for term in value.args}
                others = [term for term in x.args if leaves.split_number(term)[1] not in held]
                put = leaves.scaled(ratio, name)
                made = build.filled(build.add(put, *others), x.shape)
                if cost(made) < cost(x) - 1e-9:
                    return made
        return x


def _choices_joined(x: Array) -> Array | None:
    """Return a sum with [c]·a + (1 − [c])·b as where(c, a, b)."""
    for i, term in enumerate(x.args):
        parts = term.args if term.op == "mul" else (term,)
        for part in parts:
            other = _complement(part)
            if other is None:
                continue
            for j, second in enumerate(x.args):
                factors = second.args if second.op == "mul" else (second,)
                if i == j or other not in factors:
                    continue
                first = build.mul(*(p for p in factors if p != other))
                second_value = build.mul(*(p for p in parts if p is not part))
                shared = shared_factors((first, second_value))
                chosen = build.fn(
                    "where",
                    other.args[0],
                    divided(first, shared),
                    divided(second_value, shared),
                )
                left = [t for k, t in enumerate(x.args) if k not in {i, j}]
                whole = build.filled(build.mul(*shared, chosen), x.shape)
                return build.add(whole, *left)
    return None


def _complement(x: Array) -> Array | None:
    """Return s where an expression is 1 − s for the step s of a condition, or None."""
    if x.op != "add" or len(x.args) != 2 or leaves.ONE not in x.args:
        return None
    other = x.args[1] if x.args[0] == leaves.ONE else x.args[0]
    factor, rest = leaves.split_number(other)
    return rest if factor == -1 and rest.op == "fn" and rest.data == "step" else None


def _ratio(
    table: dict[Array, Fraction], value: Array, base: Array, factor: Fraction
) -> Fraction | None:
    """Return the number r for which every term of r·value is in the table, or None."""
    own = {rest: number for number, rest in map(leaves.split_number, value.args)}
    ratio = factor / own[base]
    if all(table.get(rest) == ratio * number for rest, number in own.items()):
        return ratio
    return None


def _put_in(
    x: Array,
    name: Array,
    value: Array,
    held: dict[Array, Fraction],
    own: dict[Array, Fraction],
    *,
    free: bool = False,
) -> Array | None:
    """Return x·(name/value)^k for the k that takes most of the value's factors out of x."""
    if name.shape and not x.shape:
        return None
    arrays = {base: power for base, power in own.items() if base.shape}
    plain = {base: power for base, power in arrays.items() if base.op != "expand"}
    needed = plain or arrays or own
    ratios = [held.get(base, Fraction(0)) / power for base, power in needed.items()]
    if not ratios or any(ratio == 0 for ratio in ratios):
        return None
    least = min(ratios) if min(ratios) > 0 else max(ratios)
    times = int(least)
    if times == 0 or (min(ratios) < 0 < max(ratios)):
        return None
    for base, power in own.items() if not free else ():
        left = held.get(base, Fraction(0)) - times * power
        if left < 0 and held.get(base, Fraction(0)) >= 0 and not _never_zero(base):
            return None  # the quotient would be undefined where the product is not
    if (
        times < 0
        and not _never_zero(name)
        and any(held.get(base, Fraction(0)) >= 0 for base in own if own[base] > 0)
    ):
        return None
    exponent = leaves.num(times)
    named = build.pow_(name, exponent)
    inverse = build.pow_(value, leaves.num(-times))
    parts = list(x.args) if x.op == "mul" else [x]
    at = next((i for i, part in enumerate(parts) if set(powers(part)) & set(needed)), len(parts))
    return build.filled(build.mul(*parts[:at], named, *parts[at:], inverse), x.shape)


def _never_zero(x: Array) -> bool:
    if x.op == "expand":
        return _never_zero(x.args[0])
    if x.op == "name":
        return x.facts.positive
    return x.op == "fn" and x.data == "exp"
